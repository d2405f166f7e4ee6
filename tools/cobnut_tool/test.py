# SPDX-License-Identifier: BSD-2-Clause
"""Runs the tests: chooses the combinations, builds, runs two boots at a time, and counts."""
import argparse
import concurrent.futures
import dataclasses
import fnmatch
import time
from collections.abc import Callable

import conformance_rules

from . import (analysis_suite, bad_input, bench_suite, boards, builds, coverage, debugger_suite,
               fuzz_suite, generic_suite, image_suite, injected_suite, isolation_suite, limits,
               mutation, porting_suite, preemption, sabotage, sdk_suite, setup, suites, tool_suite, ways)
from .common import CPUS, FAILED, WRONG_USE, Problem, say, write_json
from .results import Result, write_junit

SUITES = ["unit", "scopes", "fuzz", "analysis", "conformance", "tour", "memory", "bad-input", "boot-cost", "limits",
          "bench", "preemption", "sdk", "reproducible", "porting", "tutorial", "guide", "generic",
          "tool", "debugger", "injected", "isolation", "boards"]
SLOW = {"guide", "boards", "scopes"}  # not in the quick whole
ARCHIVES = {"memory": ["tour", "conformance"], "conformance": ["conformance"], "bench": ["bench"],
            "injected": ["conformance"], "isolation": ["tour", "conformance"],
            "preemption": ["conformance", "stress"]}  # the others boot the tour's
HELP = """
Runs tests and ends in a line "N passed, N failed".

unit         the generic core and the parsers on this machine, with sanitizers
scopes       small systems, every sequence of moves; unit goes less deep
fuzz         libFuzzer on the parsers: device tree, archive, executable, multiboot and PVH, ACPI
analysis     bounds of the kernel's stacks, headers that compile alone, no include cycles, clang-tidy
conformance  the conformance root task: every ISA, gcc, release
tour         the tour of init: every board, release and debug, gcc and clang
boards       the tour by every way into every board; the conformance root task on every board
memory       the tour with 64M and with much memory, at EL2 and through U-Boot
bad-input    corrupt archives, programs and device trees: one clear line, then a stop
boot-cost    instructions from the kernel's first to init's first, at 128 MiB
preemption   the longest stretches of the kernel without a look for interrupts
limits       the limits of kernel text, assembler lines and the generic share; a kernel without fastpaths
bench        no operation costs more than its baseline in test/bench, or more with more around it
sdk          the examples, built outside of the tree with an installed SDK, booted on each ISA
porting      configs rebuilt from device trees; bad configs and bad trees are refused
tutorial     docs/tutorial.md, followed literally in an empty home
generic      one image on every board that a generic config serves
tool         ./cobnut itself, ended by a signal, leaves no QEMU behind
debugger     the kernel debugger, by its console
injected     NMIs, machine checks and asynchronous errors, injected by QEMU
isolation    x86-64 with page-table isolation: the tour, NMIs, a machine check, what user roots map
guide        docs/porting.md, followed literally in a copy of the tree; not in the quick whole
reproducible two copies of the tree in different folders give the same files, bit for bit

Without WHAT all of these are run, the tour in gcc release and clang debug only, reproducible for
one board; --all takes every suite through every variant and toolchain.
"""


@dataclasses.dataclass
class Job:
    """One boot or program: which build it wants, and what runs it."""
    suite: str
    build: builds.Build | None
    run: Callable[[], list[Result]]


def combinations(options: argparse.Namespace, variants: list[str], toolchains: list[str],
                 every_board: bool = False, generic: bool = False) -> list[builds.Build]:
    """Of the board that is wished, else of one per ISA, or of all, or of the generic ones."""
    if options.all:
        variants, toolchains = ["release", "debug", "trace"], ["gcc", "clang"]
    variants = [options.variant] if options.variant else variants
    toolchains = [options.toolchain] if options.toolchain else toolchains
    chosen = [boards.load(options.board)] if options.board else \
        [board for board in boards.all_boards()
         if "machine" in board.qemu and (every_board or board.is_reference)
         and board.is_generic == generic]
    return [builds.Build(board, variant, toolchain, options.without, options.extra)
            for variant in variants for toolchain in toolchains
            for board in builds.with_extra(chosen, options.extra)]


def other_kernels(options: argparse.Namespace) -> list[builds.Build]:
    """For --all: kernels with something left out or added, and nothing else may change."""
    if not options.all or options.without or options.extra:
        return []
    chosen = dict.fromkeys(build.board for build in combinations(options, ["release"], ["gcc"]))
    lesser = [builds.Build(board, "release", "gcc", without) for board in chosen
              for without in builds.WITHOUT if without != "asids" or board.isa == "riscv64"]
    return lesser + [builds.Build(board, "release", "gcc", extra=extra) for board in chosen
                     for extra in builds.EXTRAS if builds.can_have(board, extra)]


def isolated_builds(options: argparse.Namespace) -> list[builds.Build]:
    chosen = combinations(options, ["release"], ["gcc"])
    return [dataclasses.replace(build, extra="isolation") for build in chosen
            if builds.can_have(build.board, "isolation")]


def tour_builds(options: argparse.Namespace) -> list[builds.Build]:
    """The quick whole takes both variants and both toolchains, but not each with each."""
    if options.what or options.all or options.variant or options.toolchain:
        return combinations(options, ["release", "debug"], ["gcc", "clang"], every_board=True)
    return combinations(options, ["release"], ["gcc"], every_board=True) + \
        combinations(options, ["debug"], ["clang"])


def jobs_of(options: argparse.Namespace, chosen: list[str]) -> list[Job]:
    jobs: list[Job] = []
    plain = combinations(options, ["release"], ["gcc"])
    if "unit" in chosen and setup.has_catch2():
        jobs.append(Job("unit", None, lambda: suites.unit(options.filter)))
    if "scopes" in chosen:
        jobs.append(Job("scopes", None, suites.scopes))
    if "fuzz" in chosen:
        only = options.filter if options.what == ["fuzz"] else None
        jobs += [Job("fuzz", None, case)
                 for case in fuzz_suite.cases(options.long, options.seed, only)]
    if "analysis" in chosen:
        if setup.has_catch2():
            jobs += [Job("analysis", None, case) for case in analysis_suite.host_cases(options.all)]
        jobs += [Job("analysis", build, case) for build in plain
                 for case in analysis_suite.board_cases(build, options.all)]
    if "conformance" in chosen:
        jobs += [Job("conformance", build, lambda b=build: suites.conformance(b, options))
                 for build in [*plain, *other_kernels(options)]]
        if not options.what and not options.all:
            jobs += [Job("conformance", build, lambda b=build: suites.told_refusals(b, options))
                     for build in combinations(options, ["debug"], ["gcc"])
                     if build.variant == "debug" and build.board.name == boards.DEFAULT]
    if "boards" in chosen:
        every = combinations(options, ["release"], ["gcc"], every_board=True)
        every += combinations(options, ["release"], ["gcc"], True, generic=True)
        every = list(dict.fromkeys(every))
        jobs += [Job("boards", build, case) for build in every
                 for case in suites.way_cases(build, options.via or "*")]
        jobs += [Job("boards", build, image_suite.image_case(build)) for build in every
                 if fnmatch.fnmatchcase("image", options.via or "*")]
        jobs += [Job("conformance", build, lambda b=build: suites.conformance(b, options))
                 for build in every if not options.via
                 and ("conformance" not in chosen or build not in plain)]
    if "tour" in chosen:
        jobs += [Job("tour", build, lambda b=build: suites.tour(b, options.memory, options.smp))
                 for build in tour_builds(options)]
    for name, cases in (("memory", suites.memory_cases), ("bad-input", bad_input.bad_input_cases),
                        ("boot-cost", suites.boot_cost_cases), ("limits", limits.limit_cases),
                        ("bench", bench_suite.bench_cases),
                        ("preemption", lambda build: preemption.preemption_cases(build, options)),
                        ("injected", injected_suite.cases), ("sdk", sdk_suite.example_cases)):
        if name in chosen:
            jobs += [Job(name, build, case) for build in plain for case in cases(build)]
    if "bench" in chosen:
        jobs += [Job("bench", build, lambda b=build: bench_suite.of_minimal_machine(b))
                 for build in other_kernels(options) if build.without == "asids"]
    if "isolation" in chosen:
        jobs += [Job("isolation", build, case) for build in isolated_builds(options)
                 for case in isolation_suite.cases(build)]
    if "porting" in chosen:
        jobs += [Job("porting", None, case) for case in porting_suite.cases()]
    if "tutorial" in chosen:
        jobs.append(Job("tutorial", None, sdk_suite.tutorial))
    if "generic" in chosen:
        jobs += [Job("generic", build, case)
                 for build in combinations(options, ["release"], ["gcc"], True, generic=True)
                 for case in generic_suite.generic_cases(build)]
    if "tool" in chosen:
        jobs += [Job("tool", build, case) for build in plain
                 if options.board or build.board.name == boards.DEFAULT
                 for case in tool_suite.cases(build)]
    if "debugger" in chosen:
        jobs += [Job("debugger", build, case)
                 for build in combinations(options, ["debug"], ["gcc"])
                 if build.variant == "debug" and (options.what or options.all or options.board
                                                  or build.board.name == boards.DEFAULT)
                 for case in debugger_suite.cases(build)]
    if "guide" in chosen:
        jobs.append(Job("guide", None, sdk_suite.porting_guide))
    if "reproducible" in chosen:
        jobs += [Job("reproducible", build, lambda b=build: sdk_suite.reproducible(b))
                 for build in plain if options.what or options.all
                 or build.board.name == boards.DEFAULT]
    return jobs


def compiled(jobs: list[Job]) -> dict[builds.Build | None, str]:
    """Builds what the jobs want, each build once; the ones that failed, with the reason."""
    archives: dict[builds.Build | None, set[str]] = {}
    for job in jobs:
        if job.suite in ("porting", "tutorial", "guide", "fuzz"):
            continue  # they run ./cobnut themselves
        archives.setdefault(job.build, set()).update(ARCHIVES.get(job.suite, ["tour"]))
    broken: dict[builds.Build | None, str] = {}
    for build, wanted in archives.items():
        try:
            if build:
                builds.compile_build(build, sorted(wanted))
            else:
                builds.compile_host()
        except Problem as problem:
            broken[build] = str(problem)
            say(f"cobnut: {problem}")
    return broken


def report(results: list[Result]) -> None:
    for result in results:
        say(result.line())
        for line in result.console:
            say(f"    | {line}")


def run_job(job: Job) -> list[Result]:
    try:
        return job.run()
    except Problem as problem:
        return [Result(f"{job.suite} {job.build.name if job.build else ''}", False, 0.0,
                       str(problem))]


def run_all(jobs: list[Job]) -> list[Result]:
    """As many at a time as there are processors; told in their order."""
    results = []
    pool = concurrent.futures.ThreadPoolExecutor(CPUS)
    try:
        for future in [pool.submit(run_job, job) for job in jobs]:
            done = future.result()
            report(done)
            results += done
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return results


def list_rules(options: argparse.Namespace) -> int:
    """Prints what the conformance suite would check on the board, or on any of them."""
    chosen = [boards.load(options.board)] if options.board else boards.all_boards()
    rules = dict.fromkeys(rule for board in chosen for rule in conformance_rules.rules(board.isa))
    glob = suites.glob_of(options.filter or "*")
    for rule in rules:
        if fnmatch.fnmatchcase(rule, glob.replace("[", "[[]")):
            say(rule)
    return 0


def test(options: argparse.Namespace) -> int:
    """Runs the tests: unit, conformance, tour and more."""
    unknown = [what for what in options.what if what not in SUITES]
    if unknown:
        raise Problem(f"unknown test {unknown[0]}; there are {', '.join(SUITES)}", WRONG_USE)
    if options.list:
        return list_rules(options)
    start = time.monotonic()
    setup.ensure([], extra=["g++", "meson", "ninja", "pkg-config"])
    setup.ensure_test_libraries()
    if options.coverage:
        return coverage.coverage()
    if options.mutate is not None:
        return mutation.mutate(options.mutate, options.seed or 1, options.json)
    if options.sabotage:
        return sabotage.sabotage(options.filter)
    wished = [*options.what, *(["boards"] if options.boards else [])]
    jobs = jobs_of(options, wished or [
        suite for suite in SUITES if options.all or suite not in SLOW])
    setup.ensure([job.build for job in jobs if job.build])
    setup.ensure_packages([package for job in jobs if job.suite == "boards" and job.build
                           for package in ways.packages(job.build.board)])
    if any(job.suite == "fuzz" for job in jobs):
        setup.ensure([], extra=[fuzz_suite.COMPILER])
        setup.ensure_packages(fuzz_suite.PACKAGES)
    if any(job.suite == "analysis" for job in jobs):
        setup.ensure([], extra=[analysis_suite.TIDY])
    broken = compiled(jobs)
    results = [Result(f"build {build.name if build else 'host'}", False, 0.0, reason)
               for build, reason in broken.items()]
    results += run_all([job for job in jobs if job.build not in broken])
    if options.filter and not results:
        raise Problem(f"no test has {options.filter} in its name (--list prints them)", WRONG_USE)
    failed = sum(not result.passed for result in results)
    write_junit(options.junit, results, time.monotonic() - start)
    write_json(options.json, {
        "passed": len(results) - failed, "failed": failed,
        "seconds": round(time.monotonic() - start, 1),
        "tests": [result.as_json() for result in results]})
    for result in results:
        if not result.passed:
            say(f"failed: {result.name}: {result.reason}")
    say(f"{len(results) - failed} passed, {failed} failed")
    return FAILED if failed else 0
