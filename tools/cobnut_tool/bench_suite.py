# SPDX-License-Identifier: BSD-2-Clause
"""Tests of what operations cost: against baselines, the legs' budgets, and scale."""
import time
from collections.abc import Callable

from . import baselines, bench, builds, curves, setup
from .common import Problem
from .results import Result

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


def bench_cases(build: builds.Build) -> list[Callable[[], list[Result]]]:
    if build.variant != "release" or not setup.has_plugins():
        return []
    return [lambda: of_rows(build), lambda: of_curves(build)]
