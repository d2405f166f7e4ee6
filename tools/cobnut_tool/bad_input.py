# SPDX-License-Identifier: BSD-2-Clause
"""Boots with bad input: the kernel must say one clear line that names the thing, and stop."""
import dataclasses
import pathlib
import re
import struct
import subprocess
import time
from collections.abc import Callable

import make_archive

from . import archives, builds, damage, elf, qemu
from .results import Result

TIMEOUT = 20.0
LINGER = 2.0
TOUR_STEP = re.compile(r"^1\. ")
FATAL = "cobnut: fatal: "
SHOWN_LINES = 8


@dataclasses.dataclass(frozen=True)
class ArchiveCase:
    """A boot with this archive; None: without one. The fatal line must match."""
    name: str
    make: Callable[[bytes], bytes | None]
    line: str


def of_init(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """The tour's archive with a changed init."""
    def make(good: bytes) -> bytes:
        return make_archive.archive([(name, change(data) if name == "init" else data)
                                     for name, data in archives.members(good)])
    return make


def without_init(good: bytes) -> bytes:
    return make_archive.archive([(name, data) for name, data in archives.members(good)
                                 if name != "init"] or [("other", b"nothing")])


ARCHIVE_CASES = [
    ArchiveCase("no archive", lambda good: None, "archive"),
    ArchiveCase("archive of zeroes", lambda good: bytes(4096), "archive"),
    ArchiveCase("archive with a wrong magic", lambda good: b"X" + good[1:], "archive"),
    ArchiveCase("archive with a wrong number", lambda good: good[:54] + b"zz" + good[56:],
                "archive"),
    ArchiveCase("archive with an impossible size", lambda good: good[:54] + b"f" * 8 + good[62:],
                "archive"),
    ArchiveCase("archive cut inside init", lambda good: good[:2000], "archive"),
    ArchiveCase("archive cut inside a header", lambda good: good[:60], "archive"),
    ArchiveCase("archive without init", without_init, "init"),
    ArchiveCase("init is empty", of_init(lambda data: b""), "init"),
    ArchiveCase("init is text", of_init(lambda data: b"#!/bin/sh\nexit\n" * 20), "init"),
    ArchiveCase("init is cut", of_init(lambda data: data[:100]), "init"),
    ArchiveCase("init of another ISA", of_init(damage.other_machine), "init"),
    ArchiveCase("init with overlapping segments", of_init(damage.overlapping_segments), "init"),
    ArchiveCase("init with a segment in the kernel's part", of_init(damage.kernel_segment),
                "init"),
    ArchiveCase("init with a segment that wraps around", of_init(damage.wrapping_segment),
                "init"),
    ArchiveCase("init with a segment outside the file", of_init(damage.outside_file), "init"),
    ArchiveCase("init with more in the file than in memory", of_init(damage.shrunk_segment),
                "init"),
    ArchiveCase("init with its entry outside", of_init(damage.wrong_entry), "init"),
]


@dataclasses.dataclass(frozen=True)
class Places:
    """Where a boot with a device tree of our own puts things."""
    shim: int
    kernel: int
    archive: int
    tree: int
    memory_node: str
    ram: int
    shim_is_kernel: bool  # firmware starts the shim; else a CPU begins there
    firmware_console: bool  # firmware prints even for who cannot read the device tree


PLACES = {
    "aarch64": Places(0x44000000, 0x40200000, 0x44400000, 0x44200000, "/memory", 0x40000000,
                      False, False),
    "armv7": Places(0x44000000, 0x40210000, 0x44400000, 0x44200000, "/memory", 0x40000000,
                      False, False),
    "riscv64": Places(0x80200000, 0x80400000, 0x84400000, 0x84200000, "/memory", 0x80200000,
                      True, True),
}

# Instructions that load the device tree's address and the kernel's from behind them, and jump.
SHIMS = {
    "aarch64": ("<IIIIQQ", [0x58000080, 0x580000a1, 0xd61f0020, 0xd503201f]),
    "armv7": ("<IIIIII", [0xe3a00000, 0xe3e01000, 0xe59f2000, 0xe59ff000]),
    "riscv64": ("<IIIIQQ", [0x00000297, 0x0102b583, 0x0182b283, 0x00028067]),
}


@dataclasses.dataclass(frozen=True)
class TreeCase:
    """A boot with the firmware's device tree, changed."""
    name: str
    change: Callable[[damage.Tree, Places], damage.Tree]
    line: str = "device tree"
    readable: bool = True  # enough of the tree is left to find the console by it
    beside_image: bool = False  # archive and tree right behind the kernel


def initrd(tree: damage.Tree, begin: int, end: int) -> damage.Tree:
    tree.set_cells("/chosen", "linux,initrd-start", begin)
    return tree.set_cells("/chosen", "linux,initrd-end", end)


def set_memory(tree: damage.Tree, base: int, size: int, places: Places) -> damage.Tree:
    found = tree.find(places.memory_node, "reg")
    tree.data[found.at:found.at + found.size] = struct.pack(
        ">QQ" if found.size == 16 else ">II", base, size)
    return tree


def first_page(places: Places) -> int:
    """Of the 2 MiB in which the image lies: its address."""
    return places.kernel & -0x200000


PLAIN_RAM = 0x7e00000
TREE_OFFSET, LITTLE_RAM = 0x1e0000, 0x200000


def behind_image(build: builds.Build, places: Places) -> int:
    sizes = sum(part.size for part in elf.sections(build.elf) if part.flags & elf.ALLOC)
    return (places.kernel + sizes + 0x1ffff) & -0x10000


def little_memory(tree: damage.Tree, places: Places) -> damage.Tree:
    """RAM is the 2 MiB of the image, and an archive fills what is left there."""
    page = first_page(places)
    begin = tree.cells("/chosen", "linux,initrd-start")
    initrd(tree, begin, page + TREE_OFFSET)
    return set_memory(tree, page, LITTLE_RAM, places)


TREE_CASES = [
    TreeCase("device tree with a wrong magic", lambda tree, _: tree.header("magic", 0x12345678)),
    TreeCase("device tree of an impossible size",
             lambda tree, _: tree.header("total_size", 0xfffffff0)),
    TreeCase("device tree of no size", lambda tree, _: tree.header("total_size", 8)),
    TreeCase("device tree of another version",
             lambda tree, _: tree.header("last_compatible", 99)),
    TreeCase("device tree whose structure lies outside",
             lambda tree, _: tree.header("structure", tree.word(4) + 64)),
    TreeCase("device tree whose strings lie outside",
             lambda tree, _: tree.header("strings", tree.word(4) + 64)),
    TreeCase("device tree with an unknown token",
             lambda tree, _: tree.set_word(tree.word(8), 7), readable=False),
    TreeCase("device tree with a property beyond its end",
             lambda tree, _: tree.set_word(tree.find("/chosen", "linux,initrd-end").at - 8,
                                           0x7fffffff)),
    TreeCase("device tree with a cut memory region",
             lambda tree, places: tree.cut(places.memory_node, "reg", 4)),
    TreeCase("device tree with too many address cells",
             lambda tree, _: tree.set_cells("", "#address-cells", 9), readable=False),
    TreeCase("archive that ends before it starts",
             lambda tree, places: initrd(tree, places.archive, places.archive - 4096), "initrd"),
    TreeCase("archive outside memory",
             lambda tree, _: initrd(tree, 0x1000, 0x9000), "archive"),
    TreeCase("archive over the kernel",
             lambda tree, places: initrd(tree, places.kernel + 0x1000, places.kernel + 0x9000),
             "archive"),
    TreeCase("archive over the device tree",
             lambda tree, places: initrd(tree, places.tree, places.tree + 0x9000), "archive"),
    TreeCase("too little memory", little_memory, "memory",
             beside_image=True),
]


def judged(name: str, build: builds.Build, command: list[str], line: str) -> list[Result]:
    outcome = qemu.boot(command, TIMEOUT, until=re.compile("^" + FATAL), linger=LINGER)
    said = [text for text in outcome.lines if text.startswith(FATAL)]
    reason = ""
    if outcome.end == "reset":
        reason = "the machine was reset"
    elif not said:
        reason = f"no fatal line ({outcome.end})"
    elif not re.search(line, said[0][len(FATAL):]):
        reason = f"'{said[0]}' does not speak of {line}"
    elif outcome.lines[-1] != said[0]:
        reason = "it went on after the fatal line"
    return [Result(f"bad input {build.board.name}: {name}", not reason, outcome.seconds,
                   reason or said[0], outcome.lines[-SHOWN_LINES:] if reason else [])]


def run_archive_case(build: builds.Build, number: int, case: ArchiveCase) -> list[Result]:
    content = case.make(build.archive("tour").read_bytes())
    machine = qemu.Machine()
    if content is not None:
        machine.archive = build.folder / f"bad-{number}.cpio"
        machine.archive.write_bytes(content)
    return judged(case.name, build, qemu.command_line(build, machine), case.line)


def firmware_tree(build: builds.Build, cpu_options: str = "", archive: str = "tour") \
        -> damage.Tree:
    """The device tree that QEMU makes for the plain boot."""
    target = build.folder / "firmware.dtb"
    command = qemu.command_line(build, qemu.Machine(archive=build.archive(archive)))
    command[command.index("-cpu") + 1] += cpu_options
    at = command.index("-M") + 1
    command[at] += f",dumpdtb={target}"
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT,
                   check=True)
    return damage.Tree(target.read_bytes())


def loaded(path: pathlib.Path, address: int) -> list[str]:
    return ["-device", f"loader,file={path},addr={address:#x},force-raw=on"]


def tree_command(build: builds.Build, blob: bytes, tree_at: int, archive_at: int, stem: str) \
        -> list[str]:
    """A boot in which a few instructions hand the kernel a device tree of ours."""
    places = PLACES[build.board.isa]
    layout, code = SHIMS[build.board.isa]
    shim = build.folder / f"{stem}.shim"
    shim.write_bytes(struct.pack(layout, *code, tree_at, places.kernel))
    tree = build.folder / f"{stem}.dtb"
    tree.write_bytes(blob)
    extra = [*loaded(build.image, places.kernel), *loaded(tree, tree_at),
             *loaded(build.archive("tour"), archive_at)]
    if not places.shim_is_kernel:
        extra += [*loaded(shim, places.shim), "-device", f"loader,addr={places.shim:#x},cpu-num=0"]
    command = qemu.command_line(build, qemu.Machine(image=shim, extra=extra))
    if not places.shim_is_kernel:
        at = command.index("-kernel")
        del command[at:at + 2]
    return command


def run_tree_case(build: builds.Build, number: int, case: TreeCase | None) -> list[Result]:
    """None: the unchanged tree, which must work; else the others would prove nothing."""
    start = time.monotonic()
    places = PLACES[build.board.isa]
    archive = build.archive("tour")
    tree_at, archive_at = places.tree, places.archive
    if case and case.beside_image:
        tree_at, archive_at = first_page(places) + TREE_OFFSET, behind_image(build, places)
    tree = set_memory(firmware_tree(build).packed(), places.ram, PLAIN_RAM, places)
    initrd(tree, archive_at, archive_at + archive.stat().st_size)
    if case:
        tree = case.change(tree, places)
    command = tree_command(build, tree.bytes(), tree_at, archive_at, f"bad-tree-{number}")
    if case:
        return judged(case.name, build, command, case.line)
    outcome = qemu.boot(command, TIMEOUT, until=TOUR_STEP)
    passed = outcome.end == "found"
    return [Result(f"bad input {build.board.name}: unchanged device tree", passed,
                   time.monotonic() - start, "" if passed else "the tour does not begin",
                   [] if passed else outcome.lines[-SHOWN_LINES:])]


def bad_input_cases(build: builds.Build) -> list[Callable[[], list[Result]]]:
    cases = [lambda n=number, c=case: run_archive_case(build, n, c)
             for number, case in enumerate(ARCHIVE_CASES)]
    if build.board.isa in PLACES:
        places = PLACES[build.board.isa]
        cases += [lambda n=number, c=case: run_tree_case(build, n, c)
                  for number, case in enumerate([None, *TREE_CASES])
                  if case is None or case.readable or places.firmware_console]
    return cases
