# SPDX-License-Identifier: BSD-2-Clause
"""One image on several boards: a generic config's kernel boots the tour on each board it serves."""
import pathlib
import re
import tempfile

import device_tree

from . import boards, builds, qemu
from .common import ROOT
from .results import Result
from .suites import BOOT_TIMEOUT, SHOWN_LINES, Case

CLOSING = re.compile(r"^tour: \d+ passed, \d+ failed$")


def machines(board: boards.Board) -> list[str]:
    """QEMU's names for the board; of virt, both versions of the interrupt controller."""
    name = board.qemu["machine"]
    other = name.replace("gic-version=3", "gic-version=2")
    return [name] if other == name else [name, other]


def generic_cases(build: builds.Build) -> list[Case]:
    """No power-off is wanted: not every machine can."""
    served = [boards.load(name) for name in build.board.qemu.get("boards", [])]
    return [lambda b=board, m=machine: boot(build, b, m)
            for board in served for machine in machines(board)]


def boot(build: builds.Build, board: boards.Board, name: str) -> list[Result]:
    machine = qemu.Machine(icount=True, archive=build.archive("tour"), image=build.image)
    command = qemu.command_line(builds.Build(board, build.variant, build.toolchain), machine)
    command[command.index("-M") + 1] = name
    with tempfile.TemporaryDirectory() as folder:
        if board.dts:  # the board itself need not be built for its tree
            blob = pathlib.Path(folder) / "board.dtb"
            blob.write_bytes(device_tree.compiled(ROOT / "configs" / board.dts))
            command[command.index("-dtb") + 1] = str(blob)
        outcome = qemu.boot(command, BOOT_TIMEOUT, until=CLOSING)
    closing = outcome.closing()
    problem = "no closing line" if closing is None else f"{closing[1]} failed" if closing[1] else ""
    return [Result(f"{build.board.name} on {board.name}, {name}", not problem, outcome.seconds, problem,
                   outcome.lines[-SHOWN_LINES:] if problem else [])]
