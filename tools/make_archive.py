#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Packs files into a cpio (newc) boot archive; the same input gives the same bytes.

usage: make_archive.py [--strip OBJCOPY] ARCHIVE NAME=FILE...
"""
import argparse
import pathlib
import subprocess
import tempfile

EXECUTABLE_FILE = 0o100755


def padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def entry(number: int, name: str, mode: int, data: bytes) -> bytes:
    encoded = name.encode() + b"\0"
    links = 1
    fields = [number, mode, 0, 0, links, 0, len(data), 0, 0, 0, 0, len(encoded), 0]
    head = b"070701" + b"".join(b"%08x" % field for field in fields)
    return padded(head + encoded) + padded(data)


def archive(files: list[tuple[str, bytes]]) -> bytes:
    body = b"".join(entry(number, name, EXECUTABLE_FILE, data)
                    for number, (name, data) in enumerate(files, start=1))
    return body + entry(0, "TRAILER!!!", 0, b"")


def stripped(objcopy: str, path: str) -> bytes:
    with tempfile.NamedTemporaryFile() as target:
        subprocess.run([objcopy, "--strip-all", path, target.name], check=True)
        return pathlib.Path(target.name).read_bytes()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--strip", metavar="OBJCOPY")
    parser.add_argument("archive")
    parser.add_argument("members", nargs="+")
    options = parser.parse_args()
    files = []
    for member in options.members:
        name, _, path = member.partition("=")
        data = stripped(options.strip, path) if options.strip else pathlib.Path(path).read_bytes()
        files.append((name, data))
    pathlib.Path(options.archive).write_bytes(archive(files))


if __name__ == "__main__":
    main()
