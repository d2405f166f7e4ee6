# SPDX-License-Identifier: BSD-2-Clause
"""What the bench's rows cost when somebody last looked: test/bench/BOARD.COMPILER-MAJOR.txt, a line
for each row with instructions, instruction lines and data lines."""
import json
import pathlib

from . import builds
from .common import ROOT, Problem

COLUMNS = ("instructions", "i_lines", "d_lines")
GROWTH = 1.01  # of instructions; lines may be one more


def compiler(build: builds.Build) -> str:
    """As gcc-12."""
    try:
        file = build.folder / "meson-info/intro-compilers.json"
        cpp = json.loads(file.read_text())["host"]["cpp"]
    except (OSError, ValueError, KeyError) as error:
        raise Problem(f"{build.name}: Meson does not tell its compiler: {error}") from error
    return f"{cpp['id']}-{cpp['version'].partition('.')[0]}"


def file_of(build: builds.Build) -> pathlib.Path:
    kernel = build.board.name + (f"-{build.extra}" if build.extra else "")
    return ROOT / f"test/bench/{kernel}.{compiler(build)}.txt"


def load(build: builds.Build) -> dict[str, tuple[float, ...]]:
    file = file_of(build)
    if not file.exists():
        return {}
    lines = [line.split() for line in file.read_text().splitlines()
             if line and not line.startswith("#")]
    return {name: tuple(float(value) for value in values) for name, *values in lines}


def values_of(row: dict) -> tuple[float, ...]:
    return tuple(row[column] for column in COLUMNS if column in row)


def growth(row: dict, baseline: tuple[float, ...]) -> str | None:
    """What grew by more than it may."""
    instructions, *lines = values_of(row)
    if instructions > baseline[0] * GROWTH:
        return f"{baseline[0]:g} -> {instructions:g} instructions"
    for column, now, before in zip(COLUMNS[1:], lines, baseline[1:]):
        if now > before + 1:
            return f"{before:g} -> {now:g} {column}"
    return None


def update(build: builds.Build, rows: list[dict]) -> pathlib.Path:
    known = load(build)
    known.update({row["operation"]: values_of(row) for row in rows})
    file = file_of(build)
    text = "# SPDX-License-Identifier: BSD-2-Clause\n# operation, " + ", ".join(COLUMNS) + "\n"
    for name in sorted(known):
        text += f"{name:24}" + "".join(f"{value:>8g}" for value in known[name]) + "\n"
    file.write_text(text)
    return file
