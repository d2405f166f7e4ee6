# SPDX-License-Identifier: BSD-2-Clause
"""How long the kernel runs without looking for interrupts: the QEMU plugin tools/stretch_meter.cpp."""
import argparse
import pathlib
import re
import subprocess

from . import bench, builds, elf, qemu, setup, suites
from .common import Problem
from .results import Result

MOST_INSTRUCTIONS = 5000
MOST_BYTES = 4096
# Between two partitions: what the least pad, 50 microseconds, has room for beside a stretch and ten
# microseconds in which the cache writes back (docs/design/partitions.md).
MOST_FLUSH = 5000
TIMEOUT = 600.0
# OpenSBI runs between the kernel and user level where a call of it is made.
FIRMWARE = {"riscv64": "0x80000000:0x80200000"}
LONGEST = re.compile(r"^insns (\d+) (\S+) from (\S+) count (\d+)$", re.MULTILINE)
FLUSHED = re.compile(r"^flush (\d+) (\d+)$", re.MULTILINE)
CLEARED = re.compile(r"^bytes (\d+) (\S+)$", re.MULTILINE)


def symbols(build: builds.Build) -> tuple[pathlib.Path, dict[str, int]]:
    """The kernel's functions by address, in a file for the plugin, and by mangled name."""
    done = subprocess.run(["nm", "--defined-only", "-n", str(build.elf)], capture_output=True,
                          text=True)
    if done.returncode:
        raise Problem(f"nm {build.elf.name}: {done.stderr.strip()}")
    named: dict[str, int] = {}
    for line in done.stdout.splitlines():
        address, kind, *names = line.split(maxsplit=2)
        name = names[0] if names else ""  # the compiler's one program has symbols without a name
        if name and kind in "tTwW" and not name.startswith("$"):
            named.setdefault(name, int(address, 16))
    listed = build.folder / "kernel-symbols.txt"
    listed.write_text("".join(f"{address:x} {name}\n" for name, address in
                              sorted(named.items(), key=lambda item: item[1])))
    return listed, named


def plain(name: str) -> str:
    """A function's name without its arguments."""
    done = subprocess.run(["c++filt", "-p", name], capture_output=True, text=True)
    return done.stdout.strip().replace("(anonymous namespace)::", "") or name


def options(build: builds.Build, init: str) -> str:
    listed, named = symbols(build)
    chosen = f",symbols={listed},start={elf.entry(build.folder / init):#x}"
    polls = [address for name, address in named.items() if "interrupt_pending" in name]
    if polls:
        chosen += f",poll={polls[0]:#x}"
    flushes = [address for name, address in named.items() if "flush_for_partition" in name]
    if flushes:
        chosen += f",flush={flushes[0]:#x}"
    if build.board.isa in FIRMWARE:
        chosen += f",firmware={FIRMWARE[build.board.isa]}"
    return chosen


def measured(build: builds.Build, archive: str, init: str, memory: str) -> list[Result]:
    name = f"preemption {build.board.name} {archive}"
    report = build.folder / f"{archive}-stretches.txt"
    report.unlink(missing_ok=True)
    base = bench.KERNEL_BASE[build.board.isa]
    machine = qemu.Machine(
        archive=build.archive(archive), memory=memory, icount=True,
        extra=["-plugin", f"file={bench.plugin('stretch_meter')},out={report},kbase={base:#x}"
                          f"{options(build, init)}"])
    outcome = qemu.boot(qemu.command_line(build, machine), TIMEOUT)
    suites.keep_console(build, f"{archive}-stretches", outcome)
    text = report.read_text() if report.exists() else ""
    longest = max(((int(found[0]), found[1], found[2]) for found in LONGEST.findall(text)),
                  default=None)
    problem = outcome.problem()
    if archive == "conformance" and outcome.end == "power-off" and outcome.closing():
        problem = None  # which of its tests fail is not asked here
    if problem or longest is None:
        return [Result(name, False, outcome.seconds, problem or "nothing was measured",
                       outcome.lines[-suites.SHOWN_LINES:])]
    cleared = max(((int(found[0]), found[1]) for found in CLEARED.findall(text)), default=(0, ""))
    over = [f"{number} instructions, most in {plain(function)}, from {plain(start)}"
            for number, function, start, _ in LONGEST.findall(text)
            if int(number) > MOST_INSTRUCTIONS]
    over += [f"{number} bytes, in {plain(function)}" for number, function in CLEARED.findall(text)
             if int(number) > MOST_BYTES]
    flushed = FLUSHED.search(text)
    flushes = [Result(f"{name} flush between partitions", int(flushed[1]) <= MOST_FLUSH, 0.0,
                      f"{flushed[1]} instructions, {flushed[2]} bytes; at most {MOST_FLUSH} instructions")
               ] if flushed else []
    if not flushed and archive == "stress":  # which goes from partition to partition
        flushes = [Result(f"{name} flush between partitions", False, 0.0, "none was seen")]
    return [Result(f"{name} instructions", longest[0] <= MOST_INSTRUCTIONS, outcome.seconds,
                   f"{longest[0]} most in {plain(longest[1])}, from {plain(longest[2])}; "
                   f"at most {MOST_INSTRUCTIONS}", over),
            Result(f"{name} bytes cleared or cleaned", cleared[0] <= MOST_BYTES, 0.0,
                   f"{cleared[0]} in {plain(cleared[1])}; at most {MOST_BYTES}"), *flushes]


def preemption_cases(build: builds.Build, chosen: argparse.Namespace) -> list[suites.Case]:
    """Once per ISA: the machines with several cores cannot be counted."""
    if not setup.has_plugins() or (build.variant, build.toolchain) != ("release", "gcc") or \
            build.board.qemu.get("cores", 1) != 1:
        return []
    cases: list[suites.Case] = [lambda: measured(build, "stress", "test/preemption/stress", "256M")]
    if chosen.what or chosen.all:  # minutes, so not in the quick whole
        cases.append(lambda: measured(build, "conformance", "test/conformance/conformance",
                                      chosen.memory or qemu.DEFAULT_MEMORY))
    return cases
