# SPDX-License-Identifier: BSD-2-Clause
"""Counts what system calls cost, with the QEMU plugin tools/cost_meter.cpp."""
import argparse
import pathlib
import re
import threading

from . import boards, builds, qemu, setup
from .common import BUILD, FAILED, ROOT, Problem, Stage, say, short_path, write_json

HELP = """
Boots the archive of user/bench under a QEMU plugin and prints, for each operation: instructions
executed in the kernel, and distinct 64-byte instruction and data lines touched, from the user's
trap instruction to the first user instruction after it. The smallest of many equal samples.
"""

TIMEOUT = 120.0
PLUGIN_LOCK = threading.Lock()
# Where the kernel begins: what the plugin counts as kernel instructions.
KERNEL_BASE = {"aarch64": 0xffff000000000000, "armv7": 0x80000000,
               "riscv64": 0xffffffc000000000, "x86_64": 0xffff800000000000}
# The program says which operation a region of marks is.
OPERATION = re.compile(r"^bench: region (\d+) is (\w+)$")
REGION = re.compile(r"^region (\d+) samples=(\d+) (min|mean|max): (.*)$", re.MULTILINE)


def plugin() -> pathlib.Path:
    with PLUGIN_LOCK:
        return made_plugin()


def made_plugin() -> pathlib.Path:
    if not setup.has_plugins():
        version = ".".join(map(str, setup.qemu_version()))
        raise Problem(f"measuring needs QEMU 9.2 or newer, this is {version}")
    source, target = ROOT / "tools/cost_meter.cpp", BUILD / "cost_meter.so"
    if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
        BUILD.mkdir(exist_ok=True)
        builds.logged(["g++", "-std=c++17", "-O2", "-Wall", "-Wextra", "-fPIC", "-shared",
                       "-fvisibility=hidden", "-o", str(target), str(source)],
                      BUILD / "cost_meter.log", "building the QEMU plugin")
    return target


def regions(report: str) -> dict[int, dict[str, dict[str, int]]]:
    """By region: min, mean and max of each count."""
    found: dict[int, dict[str, dict[str, int]]] = {}
    for number, _, kind, counts in REGION.findall(report):
        values = {key: int(float(value)) for key, value in
                  (pair.split("=") for pair in counts.split() if "=" in pair)}
        found.setdefault(int(number), {})[kind] = values
    return found


def measured_boot(build: builds.Build, archive: pathlib.Path, options: str = "",
                  until: re.Pattern[str] | None = None) \
        -> tuple[qemu.Outcome, dict[int, dict[str, dict[str, int]]]]:
    report = build.folder / f"{archive.stem}-cost.txt"
    report.unlink(missing_ok=True)
    base = KERNEL_BASE[build.board.isa]
    machine = qemu.Machine(archive=archive, extra=[
        "-plugin", f"file={plugin()},out={report},kbase={base:#x}{options}"])
    outcome = qemu.boot(qemu.command_line(build, machine), TIMEOUT, until=until)
    return outcome, regions(report.read_text() if report.exists() else "")


def measure(build: builds.Build) -> list[dict]:
    outcome, counts = measured_boot(build, build.archive("bench"))
    (build.folder / "bench-console.txt").write_text("\n".join(outcome.lines) + "\n")
    if outcome.end != "power-off":
        raise Problem(f"{build.name}: the bench did not power off ({outcome.end}), its console is "
                      + short_path(build.folder / "bench-console.txt"))
    names = {int(found.group(1)): found.group(2)
             for found in map(OPERATION.match, outcome.lines) if found}
    rows = []
    for region, name in sorted(names.items()):
        if region not in counts:
            raise Problem(f"{build.name}: no sample of {name}")
        least = counts[region]["min"]
        rows.append({"board": build.board.name, "operation": name, "instructions": least["high"],
                     "i_lines": least["ilines"], "d_lines": least["dlines"]})
    return rows


def bench(options: argparse.Namespace) -> int:
    """Prints instructions and cache lines of system calls."""
    chosen = [boards.load(options.board)] if options.board else boards.all_boards()
    wanted = [builds.Build(board, options.variant, options.toolchain) for board in chosen]
    setup.ensure(wanted)
    plugin()
    rows: list[dict] = []
    failures = 0
    for build in wanted:
        builds.compile_build(build, ["bench"])
        try:
            with Stage(f"measuring {build.name}"):
                rows += measure(build)
        except Problem as problem:
            say(f"cobnut: {problem}")
            failures += 1
    say(f"{'board':20}{'operation':28}{'instructions':>13}{'i-lines':>9}{'d-lines':>9}")
    for row in rows:
        say(f"{row['board']:20}{row['operation']:28}{row['instructions']:>13}"
            f"{row['i_lines']:>9}{row['d_lines']:>9}")
    write_json(options.json, {"rows": rows})
    return FAILED if failures else 0
