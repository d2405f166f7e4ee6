# SPDX-License-Identifier: BSD-2-Clause
"""The boards of configs/ and the subcommand that lists them."""
import argparse
import dataclasses
import pathlib
import tomllib

import board_check

from .common import ROOT, WRONG_USE, Problem, say, write_json

DEFAULT = "qemu-virt-aarch64"


@dataclasses.dataclass(frozen=True)
class Board:
    name: str
    isa: str
    cpu: str
    image: str
    drivers: list[str] = dataclasses.field(compare=False)
    qemu: dict = dataclasses.field(compare=False)
    dts: str = ""

    @property
    def is_reference(self) -> bool:
        """One per ISA: QEMU's own machine, whose memory and devices can be varied at will."""
        return self.name.startswith("qemu-")

    @property
    def is_generic(self) -> bool:
        """One image for several boards: it has a suite of its own."""
        return "boards" in self.qemu


def names() -> list[str]:
    return sorted(path.stem for path in (ROOT / "configs").glob("*.toml"))


def load(name: str) -> Board:
    path: pathlib.Path = ROOT / "configs" / f"{name}.toml"
    if name not in names():
        raise Problem(f"unknown board {name}; there are {', '.join(names())}", WRONG_USE)
    if wrong := board_check.problems(path):
        raise Problem(wrong[0], WRONG_USE)
    try:
        values = tomllib.loads(path.read_text())
        return Board(name, values["isa"], values["cpu"], values["image"], values["drivers"],
                     values.get("qemu", {}), values.get("dts", ""))
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise Problem(f"configs/{name}.toml: {error}") from error


def all_boards() -> list[Board]:
    return [load(name) for name in names()]


def boards(options: argparse.Namespace) -> int:
    """Lists the boards."""
    rows = all_boards()
    for board in rows:
        mark = "*" if board.name == DEFAULT else " "
        say(f"{mark} {board.name:20} {board.isa:8} {board.cpu:11} {', '.join(board.drivers)}")
    say("* is what a command takes without --board")
    write_json(options.json, {"boards": [dataclasses.asdict(board) for board in rows]})
    return 0
