# SPDX-License-Identifier: BSD-2-Clause
"""Tests of what operations cost: against baselines, the legs' budgets, and scale."""
import re
import time
from collections.abc import Callable

from . import bad_input, baselines, bench, boards, builds, curves, qemu, setup
from .common import Problem
from .results import Result

END = re.compile(r"^end of the bench$")
# What QEMU's RISC-V machine has besides; prefixes of node names.
BEYOND_MINIMAL = ("plic", "pci", "flash", "fw-cfg", "rtc", "virtio_mmio", "platform-bus", "poweroff",
                  "reboot", "test", "pmu")
NO_TIMER = ",sstc=off"
MINIMAL_ROWS = 25
LEGS = ("call", "reply_recv")
HOT_SET = 3


def of_row(build: builds.Build, row: dict, known: dict[str, tuple[float, ...]]) -> list[Result]:
    name = f"bench {build.name} {row['operation']}"
    cost = ", ".join(f"{value:g}" for value in baselines.values_of(row))
    results = []
    if row["operation"] in known:
        worse = baselines.growth(row, known[row["operation"]])
        results.append(Result(name, worse is None, 0.0, worse or cost))
    else:
        results.append(Result(name, True, 0.0, f"{cost}; not judged, no baseline of "
                                               f"{baselines.compiler(build)}"))
    if not row.get("counter_agrees", True):
        results.append(Result(f"{name} counter", False, 0.0,
                              f"the guest's counter says {row['counter']}"))
    if row["operation"] in LEGS:
        within = row["instructions"] <= row["must"]
        results.append(Result(f"{name} budget", within, 0.0,
                              f"{row['instructions']}, at most {row['must']}"))
        results.append(Result(f"{name} cache sets", row["hot_set"] <= HOT_SET, 0.0,
                              f"{row['hot_set']} data lines in one, at most {HOT_SET}"))
    return results


def of_rows(build: builds.Build) -> list[Result]:
    start = time.monotonic()
    try:
        rows = bench.measure(build).rows
    except Problem as problem:
        return [Result(f"bench {build.name}", False, time.monotonic() - start, str(problem))]
    known = baselines.load(build)
    results = [result for row in rows for result in of_row(build, row, known)]
    missing = set(known) - {row["operation"] for row in rows}
    return results + [Result(f"bench {build.name} {name}", False, 0.0, "was not measured")
                      for name in sorted(missing)]


def of_curves(build: builds.Build) -> list[Result]:
    start = time.monotonic()
    try:
        problems = curves.not_flat(bench.measure_curves(build))
    except Problem as problem:
        problems = [str(problem)]
    return [Result(f"bench {build.name} scale", not problems, time.monotonic() - start,
                   "; ".join(problems))]


def of_minimal_machine(build: builds.Build) -> list[Result]:
    """On a hart with a timer by the firmware, a UART that is polled, and nothing else."""
    tree = bad_input.firmware_tree(build, NO_TIMER, "bench")
    for node in BEYOND_MINIMAL:
        tree.without(node)
    for name in ("interrupts", "interrupt-parent"):
        tree.without_property("/soc/serial", name)
    blob = build.folder / "minimal.dtb"
    blob.write_bytes(tree.bytes())
    machine = qemu.Machine(archive=build.archive("bench"), icount=True, extra=["-dtb", str(blob)])
    command = qemu.command_line(build, machine)
    command[command.index("-cpu") + 1] += NO_TIMER
    outcome = qemu.boot(command, bench.TIMEOUT, until=END)
    failed = [line for line in outcome.lines if line.startswith("bench: ")
              and not bench.OPERATION.match(line)]
    measured = sum(bool(bench.CYCLES.match(line)) for line in outcome.lines)
    passed = outcome.end == "found" and not failed and measured >= MINIMAL_ROWS
    return [Result(f"bench {build.name} minimal machine", passed, outcome.seconds,
                   f"{outcome.end}, {measured} rows", outcome.lines[-12:] if not passed else [])]


def of_guard() -> list[Result]:
    """What the guard lets pass, and what not: 1 % of the instructions, one line."""
    cases = [((100, 7, 9), (100, 7, 9), True), ((101, 8, 10), (100, 7, 9), True),
             ((102, 7, 9), (100, 7, 9), False), ((94, 7, 9), (93, 7, 9), False),
             ((100, 9, 9), (100, 7, 9), False), ((100, 7, 11), (100, 7, 9), False),
             ((90, 5, 5), (100, 7, 9), True)]
    wrong = [f"{now} after {before}" for now, before, passes in cases
             if (baselines.growth(dict(zip(baselines.COLUMNS, now)), before) is None) != passes]
    return [Result("bench guard", not wrong, 0.0, "; ".join(wrong))]


def bench_cases(build: builds.Build) -> list[Callable[[], list[Result]]]:
    if build.variant != "release" or build.without == "fastpath" or not setup.has_plugins():
        return []
    if build.without:
        return [lambda: of_minimal_machine(build)]
    # The figures are those of the ISA: QEMU's own machines stand for the other boards.
    if not build.board.name.startswith("qemu-"):
        return []
    cases = [lambda: of_rows(build), lambda: of_curves(build)]
    if build.board.name == boards.DEFAULT:
        cases.append(of_guard)
    return cases + [lambda: of_minimal_machine(build)] if build.board.isa == "riscv64" else cases
