# SPDX-License-Identifier: BSD-2-Clause
"""Turns a board's TOML file into what Meson reads (keys) or the compiler (header)."""
import pathlib
import sys
import tomllib

import board_check

KINDS = {
    "uart": "Consoles",
    "irqchip": "InterruptControllers",
    "timer": "Timers",
    "power": "PowerControllers",
}


def class_name(file_name: str) -> str:
    return "".join(word.capitalize() for word in file_name.split("_"))


def keys(board: dict, name: str) -> str:
    lines = [f"isa={board['isa']}", f"image={board['image']}",
             f"drivers={','.join(board['drivers'])}", f"boot={','.join(board['boot'])}",
             f"dts={board.get('dts', '')}"]
    return "\n".join(lines) + "\n"


def header(board: dict, name: str) -> str:
    lists: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for driver in board["drivers"]:
        kind, driver_name = driver.split("/")
        lists[kind].append(driver_name)
    includes = [f"#include <platforms/drivers/{kind}/{name}.hpp>"
                for kind, names in lists.items() for name in names]
    aliases = [f"using {KINDS[kind]} = platform::DriverList<"
               + ", ".join(f"platform::{class_name(name)}" for name in names) + ">;"
               for kind, names in lists.items()]
    return "\n".join([
        "// Generated from the board's TOML file: the drivers that this kernel carries.",
        "#pragma once", "", "#include <platforms/driver_list.hpp>", *includes, "",
        "namespace board {", "",
        f'inline constexpr char name[] = "{name}";', *aliases, "", "}  // namespace board", ""])


def main() -> None:
    _, what, source, target = sys.argv
    if wrong := board_check.problems(pathlib.Path(source).resolve()):
        sys.exit("\n".join(wrong))
    with open(source, "rb") as file:
        board = tomllib.load(file)
    pathlib.Path(target).write_text({"keys": keys, "header": header}[what](board, pathlib.Path(source).stem))


if __name__ == "__main__":
    main()
