# SPDX-License-Identifier: BSD-2-Clause
"""Whether what stays after boot refers to what is given away then."""
import collections
import dataclasses
import pathlib
import shlex
import struct
import subprocess
import tempfile

from . import builds, elf
from .common import Problem
from .results import Result

RELA, REL, SYMBOLS = 4, 9, 2
ARM, ARM_ABS32 = 40, 2


@dataclasses.dataclass(frozen=True)
class Section:
    name: str
    kind: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int


class Linked:
    """An ELF file with its relocations."""

    def __init__(self, path: pathlib.Path):
        self.data = path.read_bytes()
        self.wide = elf.is_wide(self.data)
        (self.machine,) = struct.unpack_from("<H", self.data, 18)
        self.sections = self.read_sections()

    def read_sections(self) -> list[Section]:
        (table,) = struct.unpack_from("<Q" if self.wide else "<I", self.data,
                                      0x28 if self.wide else 0x20)
        size, count, names = struct.unpack_from("<HHH", self.data, 0x3a if self.wide else 0x2e)
        layout = "<IIQQQQIIQQ" if self.wide else "<IIIIIIIIII"
        rows = [struct.unpack_from(layout, self.data, table + index * size)
                for index in range(count)]
        start = rows[names][4]

        def name(offset: int) -> str:
            begin = start + offset
            return self.data[begin:self.data.index(b"\0", begin)].decode()

        return [Section(name(row[0]), *row[1:8]) for row in rows]

    def symbols(self) -> list[tuple[str, int, int]]:
        """Name, value and section index of each."""
        table = next(section for section in self.sections if section.kind == SYMBOLS)
        strings = self.sections[table.link].offset
        found = []
        for at in range(table.offset, table.offset + table.size, 24 if self.wide else 16):
            if self.wide:
                name, _, _, section, value = struct.unpack_from("<IBBHQ", self.data, at)
            else:
                name, value, _, _, _, section = struct.unpack_from("<IIIBBH", self.data, at)
            begin = strings + name
            text = self.data[begin:self.data.index(b"\0", begin)].decode()
            found.append((text or (self.sections[section].name if section < len(self.sections)
                                   else ""), value, section))
        return found

    def word_at(self, section: Section, address: int) -> int:
        return struct.unpack_from("<I", self.data, section.offset + address - section.address)[0]

    def references(self, relocations: Section) -> list[tuple[int, int, int]]:
        """Of each relocation: its place, its symbol's index, the address that is meant."""
        symbols = self.symbols()
        holder = self.sections[relocations.info]
        layout = {(True, RELA): "<QQq", (False, RELA): "<IIi", (False, REL): "<II"}[
            self.wide, relocations.kind]
        found = []
        for row in struct.iter_unpack(layout, self.data[relocations.offset:][:relocations.size]):
            index = row[1] >> (32 if self.wide else 8)
            target = symbols[index][1] + (row[2] if len(row) == 3 else 0)
            if self.machine == ARM and row[1] & 0xff == ARM_ABS32:
                target = self.word_at(holder, row[0])
            found.append((row[0], index, target))
        return found


def link_with_relocations(build: builds.Build, target: pathlib.Path) -> None:
    listed = subprocess.run(["ninja", "-C", str(build.folder), "-t", "commands", "-s",
                             "kernel/kernel.elf"], capture_output=True, text=True)
    lines = [line for line in listed.stdout.splitlines() if "-o kernel/kernel.elf" in line]
    if not lines:
        raise Problem(f"{build.name}: no command that links the kernel")
    command = shlex.split(lines[-1])
    command[command.index("kernel/kernel.elf")] = str(target)
    done = subprocess.run([*command, "-Wl,--emit-relocs"], cwd=build.folder, capture_output=True,
                          text=True)
    if done.returncode:
        raise Problem(f"{build.name}: linking with relocations failed: {done.stderr.strip()}")


def lasting_references(path: pathlib.Path) -> tuple[int, list[str]]:
    """How many references there are in what stays, and which of them lead into boot sections."""
    linked = Linked(path)
    boot = [section for section in linked.sections
            if section.name.startswith(".boot") and section.flags & elf.ALLOC]
    symbols = linked.symbols()
    functions = sorted((value, name) for name, value, section in symbols
                       if 0 < section < len(linked.sections) and name)
    count, wrong = 0, collections.Counter()
    for relocations in linked.sections:
        if relocations.kind not in (RELA, REL):
            continue
        holder = linked.sections[relocations.info]
        # Notes are for who loads the image.
        if not holder.flags & elf.ALLOC or holder.name.startswith((".boot", ".note")):
            continue
        for place, index, target in linked.references(relocations):
            count += 1
            # The end of a boot section is the begin of what follows, so the symbol's section counts.
            section = symbols[index][2]
            inside = section < len(linked.sections) and linked.sections[section] in boot or \
                any(part.address <= target < part.address + part.size for part in boot)
            if inside and index != 0:
                name = max((entry for entry in functions if entry[0] <= place), default=(0, "?"))[1]
                wrong[f"{name} refers to {symbols[index][0]} ({target:#x})"] += 1
    return count, sorted(wrong)


def of_boot_references(build: builds.Build) -> list[Result]:
    """No code or data that stays may refer to the boot sections: their memory is the root task's."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "kernel.elf"
        link_with_relocations(build, path)
        count, wrong = lasting_references(path)
    return [Result(f"boot references {build.board.name}", count > 0 and not wrong, 0.0,
                   f"{len(wrong)} of {count} from what stays lead into boot sections", wrong)]
