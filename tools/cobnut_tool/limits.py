# SPDX-License-Identifier: BSD-2-Clause
"""The project's limits of size and cost, as tests. Make them stricter, never looser."""
import dataclasses
import time
from collections.abc import Callable

from . import bench, builds, setup, size
from .common import Problem
from .results import Result

KIB = 1024
ASSEMBLER_LINES = 200
GENERIC_SHARE = 0.65


@dataclasses.dataclass(frozen=True)
class Limits:
    text: int
    call: int
    reply_recv: int


OF_ISA = {
    "aarch64": Limits(40 * KIB, 150, 160),
    "armv7": Limits(40 * KIB, 120, 125),
    "riscv64": Limits(40 * KIB, 165, 175),
    "x86_64": Limits(52 * KIB, 135, 145),
}


def at_most(name: str, value: int, limit: int, seconds: float = 0.0) -> Result:
    return Result(name, value <= limit, seconds, f"{value}, at most {limit}")


def of_size(build: builds.Build) -> list[Result]:
    row = size.measure(build)
    name, limits = f"size {build.board.name}", OF_ISA[build.board.isa]
    share = row["generic_share"]
    return [at_most(f"{name} text", row["text"], limits.text),
            at_most(f"{name} assembler lines", row["lines"]["assembler"], ASSEMBLER_LINES),
            Result(f"{name} generic share", share >= GENERIC_SHARE, 0.0,
                   f"{share:.0%}, at least {GENERIC_SHARE:.0%}")]


def of_cost(build: builds.Build) -> list[Result]:
    start = time.monotonic()
    name, limits = f"cost {build.board.name}", OF_ISA[build.board.isa]
    try:
        rows = {row["operation"]: row["instructions"] for row in bench.measure(build).rows}
    except Problem as problem:
        return [Result(name, False, time.monotonic() - start, str(problem))]
    seconds = time.monotonic() - start
    return [at_most(f"{name} {operation}", rows.get(operation, limit + 1), limit, seconds)
            for operation, limit in (("call", limits.call), ("reply_recv", limits.reply_recv))]


def limit_cases(build: builds.Build) -> list[Callable[[], list[Result]]]:
    """The limits hold for the release kernel of the default toolchain."""
    if (build.variant, build.toolchain) != ("release", "gcc"):
        return []
    cases = [lambda: of_size(build)]
    return cases + [lambda: of_cost(build)] if setup.has_plugins() else cases
