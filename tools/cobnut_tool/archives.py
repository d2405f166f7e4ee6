# SPDX-License-Identifier: BSD-2-Clause
"""Reads and changes boot archives (cpio newc)."""
import pathlib

import make_archive

HEAD = 110


def members(data: bytes) -> list[tuple[str, bytes]]:
    found, at = [], 0
    while True:
        size, name_size = int(data[at + 54:at + 62], 16), int(data[at + 94:at + 102], 16)
        name = data[at + HEAD:at + HEAD + name_size - 1].decode()
        if name == "TRAILER!!!":
            return found
        body = at + (HEAD + name_size + 3) // 4 * 4
        found.append((name, data[body:body + size]))
        at = body + (size + 3) // 4 * 4


def with_file(source: pathlib.Path, target: pathlib.Path, name: str, content: bytes) \
        -> pathlib.Path:
    """A copy of the archive in which a file is added or replaced."""
    files = dict(members(source.read_bytes()))
    files[name] = content
    target.write_bytes(make_archive.archive(list(files.items())))
    return target
