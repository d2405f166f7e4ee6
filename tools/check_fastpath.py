# SPDX-License-Identifier: BSD-2-Clause
"""Fails when a fastpath has an instruction that its ISA forbids there, such as one that uses a stack it does not have.

usage: check_fastpath.py OBJDUMP ELF STAMP PATTERN FUNCTION...
"""
import pathlib
import re
import subprocess
import sys


def instructions(listing: str, function: str) -> list[str]:
    """The lines of the function, without address and bytes."""
    begin = listing.find(f"<{function}>:\n")
    if begin < 0:
        raise SystemExit(f"{function}: not in the kernel")
    body = listing[begin:].split("\n\n")[0].splitlines()[1:]
    return [" ".join(line.split("\t")[1:]).strip() for line in body]


def main() -> int:
    objdump, elf, stamp, pattern, *functions = sys.argv[1:]
    listing = subprocess.run([objdump, "-d", "--no-show-raw-insn", elf], stdout=subprocess.PIPE,
                             text=True, check=True).stdout
    bad = [f"{function}: {line}" for function in functions
           for line in instructions(listing, function) if re.search(pattern, line)]
    if bad:
        print("\n".join(["forbidden in a fastpath:", *bad]), file=sys.stderr)
        return 1
    pathlib.Path(stamp).touch()
    return 0


if __name__ == "__main__":
    sys.exit(main())
