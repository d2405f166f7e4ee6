# SPDX-License-Identifier: BSD-2-Clause
"""Compiles asm_offsets.cpp to assembly and turns its "@@DEF NAME VALUE" lines into a header.

usage: asm_offsets.py HEADER COMPILER ARGUMENTS...   (the arguments end with the source)
"""
import pathlib
import re
import subprocess
import sys


def main() -> int:
    header, *command = sys.argv[1:]
    result = subprocess.run([*command, "-S", "-o", "-"], stdout=subprocess.PIPE, text=True)
    if result.returncode:
        return result.returncode
    definitions = re.findall(r"@@DEF (\w+) [#$]?(-?\w+)", result.stdout)
    text = "// Generated from asm_offsets.cpp.\n#pragma once\n"
    text += "".join(f"#define {name} {value}\n" for name, value in definitions)
    pathlib.Path(header).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
