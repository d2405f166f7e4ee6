# SPDX-License-Identifier: BSD-2-Clause
"""How large a kernel is: bytes that stay after boot, and lines of source."""
import argparse
import collections
import pathlib
import re
import subprocess

from . import boards, builds, elf, setup
from .common import ROOT, Problem, say, write_json

HELP = """
Builds kernels and prints their size.

text, data, bss: bytes of the kernel that stay after boot; text is code and read-only data. What
stands in sections named .boot… is given to the root task and is listed apart. Lines are those of
the source files that went into this kernel, headers included, as the compiler's dependency lists
name them: without blank lines and comments. generic: kernel/generic and include/; drivers:
platforms/; isa: C++ of kernel/arch/ISA; assembler: its .S files. share: generic of all.
Then the bytes of one thread (without FP/SIMD state), endpoint, slot and Cpu, and of the static memory
of one core: its stack, the Cpu and what the ISA needs besides.
"""

def bytes_by_use(path: pathlib.Path) -> dict[str, int]:
    sizes = {"text": 0, "data": 0, "bss": 0, "boot": 0}
    for section in elf.sections(path):
        if not section.flags & elf.ALLOC:
            continue
        if section.name.startswith(".boot"):
            sizes["boot"] += section.size
        elif section.kind == elf.NOBITS:
            sizes["bss"] += section.size
        else:
            sizes["data" if section.flags & elf.WRITE else "text"] += section.size
    return sizes


# Stack with the Cpu on top, and what else each core has of its own (x86-64: TSS and its stacks).
PER_CORE = re.compile(r"\b(core_memory|stack_pages_memory|stack|core_pages|interrupt_stacks|"
                      r"task_state)$")


def symbol_sizes(path: pathlib.Path) -> dict[str, int]:
    done = subprocess.run(["nm", "-C", "-S", str(path)], capture_output=True, text=True)
    if done.returncode:
        raise Problem(f"nm {path.name}: {done.stderr.strip()}")
    found = re.findall(r"^[0-9a-f]+ ([0-9a-f]+) [bBdD] (.*)$", done.stdout, re.MULTILINE)
    return {name: int(size, 16) for size, name in found}


def object_sizes(build: builds.Build) -> dict[str, int]:
    """Bytes of kernel objects, and of the static memory of one core."""
    (told,) = (build.folder / "kernel").glob("*/generic_object_size_of.cpp.o")
    sizes = {name.removeprefix("kernel::size_of::"): size
             for name, size in symbol_sizes(told).items() if "::size_of::" in name}
    sizes["core"] = sum(size for name, size in symbol_sizes(build.elf).items()
                        if PER_CORE.search(name))
    return sizes


def code_lines(path: pathlib.Path) -> int:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    lines = [re.sub(r"//.*", "", line).strip() for line in text.splitlines()]
    return sum(1 for line in lines if line)


def sources(folder: pathlib.Path) -> set[pathlib.Path]:
    """Every file of the project that the kernel's objects were made from."""
    result = subprocess.run(["ninja", "-C", str(folder), "-t", "deps"], capture_output=True,
                            text=True)
    if result.returncode:
        raise Problem(f"ninja -t deps failed: {result.stderr.strip()}")
    files = set()
    mine = False
    for line in result.stdout.splitlines():
        if line and not line.startswith(" "):
            mine = line.startswith("kernel/")
        elif mine and line:
            files.add((folder / line.strip()).resolve())
    return {file for file in files if ROOT in file.parents and (ROOT / "build") not in file.parents}


def use_of(path: pathlib.Path) -> str:
    name = str(path.relative_to(ROOT))
    if path.suffix == ".S":
        return "assembler"
    if name.startswith("kernel/arch/"):
        return "isa"
    return "drivers" if name.startswith("platforms/") else "generic"


def measure(build: builds.Build) -> dict:
    lines: collections.Counter[str] = collections.Counter()
    for path in sources(build.folder):
        lines[use_of(path)] += code_lines(path)
    total = sum(lines.values())
    return {"board": build.board.name, "variant": build.variant, "toolchain": build.toolchain,
            **bytes_by_use(build.elf), "objects": object_sizes(build),
            "lines": {use: lines[use] for use in ("generic", "drivers", "isa", "assembler")},
            "generic_share": round(lines["generic"] / total, 3) if total else 0.0}


def size(options: argparse.Namespace) -> int:
    """Prints the size of each kernel in bytes and lines."""
    chosen = [boards.load(options.board)] if options.board else boards.all_boards()
    wanted = [builds.Build(board, options.variant, options.toolchain, extra=options.extra)
              for board in builds.with_extra(chosen, options.extra)]
    setup.ensure(wanted)
    rows = [measure(builds.compile_build(build, [])) for build in wanted]
    head = ("text", "data", "bss", "boot", "generic", "drivers", "isa", "assembler", "share")
    say(f"{'kernel':20}" + "".join(f"{title:>10}" for title in head))
    for row in rows:
        cells = [row[title] for title in head[:4]]
        cells += [row["lines"][title] for title in head[4:8]]
        say(f"{row['board']:20}" + "".join(f"{cell:>10}" for cell in cells)
            + f"{row['generic_share']:>10.0%}")
    kinds = ("thread", "endpoint", "slot", "cpu", "core")
    say(f"{'bytes of one':20}" + "".join(f"{kind:>10}" for kind in kinds))
    for row in rows:
        say(f"{row['board']:20}" + "".join(f"{row['objects'].get(kind, 0):>10}" for kind in kinds))
    write_json(options.json, {"kernels": rows})
    return 0
