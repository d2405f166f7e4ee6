#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Does each fault of test/sabotage/faults.toml still have its place, exactly once?"""
import pathlib
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent


def main():
    listed = tomllib.loads((ROOT / 'test/sabotage/faults.toml').read_text())['fault']
    lost = [fault for fault in listed
            if (ROOT / fault['file']).read_text().count(fault['old']) != 1]
    for fault in lost:
        print(f"{fault['file']}: \"{fault['rule']}\" has lost its place")
    sys.exit(1 if lost or not listed else 0)


if __name__ == '__main__':
    main()
