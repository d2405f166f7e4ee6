# SPDX-License-Identifier: BSD-2-Clause
"""The little of ELF that the tools read."""
import dataclasses
import pathlib
import struct

WRITE, ALLOC = 1, 2
NOBITS = 8


@dataclasses.dataclass(frozen=True)
class Section:
    name: str
    kind: int
    flags: int
    size: int


def is_wide(data: bytes) -> bool:
    return data[4] == 2


def sections(path: pathlib.Path) -> list[Section]:
    data = path.read_bytes()
    wide = is_wide(data)
    (table,) = struct.unpack_from("<Q" if wide else "<I", data, 0x28 if wide else 0x20)
    entry_size, count, names = struct.unpack_from("<HHH", data, 0x3a if wide else 0x2e)
    layout = "<IIQQQQ" if wide else "<IIIIII"
    rows = [struct.unpack_from(layout, data, table + index * entry_size) for index in range(count)]
    names_at = rows[names][4]

    def name(offset: int) -> str:
        start = names_at + offset
        return data[start:data.index(b"\0", start)].decode()

    return [Section(name(row[0]), row[1], row[2], row[5]) for row in rows]


def entry(path: pathlib.Path) -> int:
    data = path.read_bytes()
    return struct.unpack_from("<Q" if is_wide(data) else "<I", data, 24)[0]
