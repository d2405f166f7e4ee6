# SPDX-License-Identifier: BSD-2-Clause
"""Makes bad input out of good: archives, programs and device trees."""
import dataclasses
import struct

Bytes = bytes | bytearray

PROGRAM_HEADERS = {"wide": (0x20, 0x36, "<Q"), "narrow": (0x1c, 0x2a, "<I")}
# Offsets inside a program header: file offset, virtual address, size in file, size in memory.
FIELDS = {"wide": {"offset": 8, "virtual": 16, "file_size": 32, "memory_size": 40},
          "narrow": {"offset": 4, "virtual": 8, "file_size": 16, "memory_size": 20}}
ENTRY = 24
MACHINE = 18
MACHINE_NONE_OF_OURS = 8  # MIPS


class Program:
    """An ELF file whose fields can be overwritten."""

    def __init__(self, data: Bytes):
        self.data = bytearray(data)
        self.shape = "wide" if data[4] == 2 else "narrow"
        table_at, sizes_at, self.word = PROGRAM_HEADERS[self.shape]
        (table,) = struct.unpack_from(self.word, self.data, table_at)
        entry_size, count = struct.unpack_from("<HH", self.data, sizes_at)
        self.headers = [table + index * entry_size for index in range(count)
                        if struct.unpack_from("<I", self.data, table + index * entry_size)[0] == 1]

    def get(self, segment: int, field: str) -> int:
        at = self.headers[segment] + FIELDS[self.shape][field]
        return struct.unpack_from(self.word, self.data, at)[0]

    def set(self, segment: int, field: str, value: int) -> "Program":
        at = self.headers[segment] + FIELDS[self.shape][field]
        limit = 1 << (64 if self.shape == "wide" else 32)
        struct.pack_into(self.word, self.data, at, value % limit)
        return self

    def bytes(self) -> bytes:
        return bytes(self.data)


def other_machine(data: Bytes) -> bytes:
    changed = bytearray(data)
    struct.pack_into("<H", changed, MACHINE, MACHINE_NONE_OF_OURS)
    return bytes(changed)


def wrong_entry(data: Bytes) -> bytes:
    program = Program(data)
    struct.pack_into(program.word, program.data, ENTRY, 0x10)
    return program.bytes()


def overlapping_segments(data: Bytes) -> bytes:
    program = Program(data)
    return program.set(1, "virtual", program.get(0, "virtual")).bytes()


def kernel_segment(data: Bytes) -> bytes:
    """A segment in the kernel's part of the address space."""
    program = Program(data)
    return program.set(1, "virtual", -0x10000).bytes()


def wrapping_segment(data: Bytes) -> bytes:
    program = Program(data)
    return program.set(1, "memory_size", -0x1000).bytes()


def outside_file(data: Bytes) -> bytes:
    program = Program(data)
    return program.set(1, "offset", len(data) - 1).bytes()


def shrunk_segment(data: Bytes) -> bytes:
    """More bytes in the file than in memory."""
    program = Program(data)
    return program.set(0, "memory_size", program.get(0, "file_size") - 1).bytes()


@dataclasses.dataclass(frozen=True)
class Property:
    node: str
    name: str
    at: int  # of the value
    size: int


class Tree:
    """A device tree blob whose bytes can be overwritten."""

    BEGIN, END, PROPERTY, NOP, FINISH = 1, 2, 3, 4, 9
    HEADER = ["magic", "total_size", "structure", "strings", "reserved", "version",
              "last_compatible", "boot_cpu", "strings_size", "structure_size"]

    def __init__(self, data: Bytes):
        self.data = bytearray(data)

    def word(self, at: int) -> int:
        return struct.unpack_from(">I", self.data, at)[0]

    def set_word(self, at: int, value: int) -> "Tree":
        struct.pack_into(">I", self.data, at, value % (1 << 32))
        return self

    def header(self, field: str, value: int) -> "Tree":
        return self.set_word(4 * self.HEADER.index(field), value)

    def text(self, at: int) -> str:
        return self.data[at:self.data.index(0, at)].decode()

    def properties(self) -> list[Property]:
        at, strings, path, found = self.word(8), self.word(12), [], []
        while self.word(at) != self.FINISH:
            token = self.word(at)
            at += 4
            if token == self.BEGIN:
                path.append(self.text(at))
                at += (len(path[-1]) + 4) // 4 * 4
            elif token == self.END:
                path.pop()
            elif token == self.PROPERTY:
                size, name = self.word(at), self.text(strings + self.word(at + 4))
                found.append(Property("/".join(path), name, at + 8, size))
                at += 8 + (size + 3) // 4 * 4
        return found

    def find(self, node: str, name: str) -> Property:
        for found in self.properties():
            if found.node.startswith(node) and found.name == name:
                return found
        raise KeyError(f"{node} {name}")

    def cells(self, node: str, name: str) -> int:
        found = self.find(node, name)
        return int.from_bytes(self.data[found.at:found.at + found.size], "big")

    def set_cells(self, node: str, name: str, value: int) -> "Tree":
        """Overwrites a property with one number as wide as it is."""
        found = self.find(node, name)
        self.data[found.at:found.at + found.size] = value.to_bytes(found.size, "big")
        return self

    def cut(self, node: str, name: str, size: int) -> "Tree":
        """Shortens a property; what it loses becomes tokens without meaning."""
        found = self.find(node, name)
        self.fill(found.at + (size + 3) // 4 * 4, found.at + (found.size + 3) // 4 * 4)
        return self.set_word(found.at - 8, size)

    def without(self, node: str) -> "Tree":
        """Without the nodes whose name begins so: tokens without meaning stand in their place."""
        at, depth, begin = self.word(8), 0, None
        while self.word(at) != self.FINISH:
            token, start = self.word(at), at
            at += 4
            if token == self.BEGIN:
                depth += 1
                name = self.text(at)
                at += (len(name) + 4) // 4 * 4
                if begin is None and name.startswith(node):
                    begin = start, depth
            elif token == self.PROPERTY:
                at += 8 + (self.word(at) + 3) // 4 * 4
            elif token == self.END:
                if begin and begin[1] == depth:
                    self.fill(begin[0], at)
                    begin = None
                depth -= 1
        return self

    def without_property(self, node: str, name: str) -> "Tree":
        found = self.find(node, name)
        return self.fill(found.at - 12, found.at + (found.size + 3) // 4 * 4)

    def fill(self, begin: int, end: int) -> "Tree":
        for at in range(begin, end, 4):
            self.set_word(at, self.NOP)
        return self

    def bytes(self) -> bytes:
        return bytes(self.data)

    def packed(self) -> "Tree":
        """Without the room that firmware leaves for more."""
        end = max(self.word(8) + self.word(36), self.word(12) + self.word(32))
        del self.data[end:]
        return self.header("total_size", end)
