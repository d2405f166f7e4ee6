# SPDX-License-Identifier: BSD-2-Clause
"""The project's limits of size, as tests. Make them stricter, never looser."""
import dataclasses
from collections.abc import Callable

from . import boot_references, builds, size
from .common import Problem
from .results import Result

KIB = 1024
ASSEMBLER_LINES = 200  # of the ordinary kernel
EXTRA_ASSEMBLER_LINES = {"": 0, "isolation": 40}
GENERIC_SHARE = 0.65
TEXT = {"aarch64": 48 * KIB, "armv7": 44 * KIB, "riscv64": 44 * KIB, "x86_64": 64 * KIB}


# Bytes of one object: 64-bit ISAs, ARMv7. A core's memory leaves room for x86-64's five more stacks.
OBJECTS = {"thread": (KIB, KIB // 2), "endpoint": (16, 16), "slot": (32, 32),
           "core": (32 * KIB, 16 * KIB)}


def at_most(name: str, value: int, limit: int) -> Result:
    return Result(name, value <= limit, 0.0, f"{value}, at most {limit}")


def of_size(build: builds.Build) -> list[Result]:
    row = size.measure(build)
    name = f"size {build.board.name}{build.difference}"
    share = row["generic_share"]
    narrow = 1 if build.board.isa == "armv7" else 0
    objects = [Result(f"{name} {kind}", 0 < row["objects"].get(kind, 0) <= limits[narrow], 0.0,
                      f"{row['objects'].get(kind, 0)}, at most {limits[narrow]}")
               for kind, limits in OBJECTS.items()]
    return [*objects, at_most(f"{name} text", row["text"], TEXT[build.board.isa]),
            at_most(f"{name} assembler lines", row["lines"]["assembler"],
                    ASSEMBLER_LINES + EXTRA_ASSEMBLER_LINES[build.extra]),
            Result(f"{name} generic share", share >= GENERIC_SHARE, 0.0,
                   f"{share:.0%}, at least {GENERIC_SHARE:.0%}")]


def without_fastpaths(build: builds.Build) -> list[Result]:
    """The checks of the instructions know that nothing leads to some functions then."""
    other = dataclasses.replace(build, without="fastpath")
    name = f"{build.board.name}: a kernel without fastpaths is built and checked"
    try:
        builds.compile_build(other, [])
    except Problem as problem:
        return [Result(name, False, 0.0, str(problem))]
    return [Result(name, True, 0.0, "")]


def limit_cases(build: builds.Build) -> list[Callable[[], list[Result]]]:
    """The limits hold for the release kernel of the default toolchain."""
    if (build.variant, build.toolchain) != ("release", "gcc"):
        return []
    cases: list[Callable[[], list[Result]]] = [
        lambda: of_size(build), lambda: boot_references.of_boot_references(build)]
    if not build.without:
        cases.append(lambda: without_fastpaths(build))
    return cases
