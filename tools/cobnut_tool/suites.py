# SPDX-License-Identifier: BSD-2-Clause
"""What each test suite does with one build."""
import argparse
import fnmatch
import itertools
import json
import re
import subprocess
import time
import xml.etree.ElementTree as tree
from collections.abc import Callable

import conformance_rules

from . import archives, bench, builds, elf, qemu, refusals, setup, ways
from .results import Result

Case = Callable[[], list[Result]]
UNIT_TIMEOUT = 300
BOOT_TIMEOUT = 150.0
LONG_EFFORT = 100  # times the rounds of random tests under --long
SHOWN_LINES = 12
BOOT_LIMIT = 60_000_000
# OpenSBI 1.6 remarks on instructions that it does not emulate, on our line and without an end.
TAP = re.compile(r"^(?:system_opcode_insn: [^:]*?instruction)*(ok|not ok) (\d+)(?: -)? ?(.*)$")
TOUR_STEP = re.compile(r"^1\. ")
FAILURE = re.compile(r"^(?:system_opcode_insn: [^:]*?instruction)*not ok \d+")
PLAN = re.compile(r"^1\.\.(\d+)$")


def glob_of(text: str) -> str:
    """What --filter says, as a glob: any place in the name unless it has wildcards itself."""
    return text if "*" in text or "?" in text else f"*{text}*"


def unit(only: str | None) -> list[Result]:
    """The host tests; each Catch2 test case is one result."""
    start = time.monotonic()
    program = builds.HOST_FOLDER / "test/unit/unit"
    report = builds.HOST_FOLDER / "unit.xml"
    report.unlink(missing_ok=True)
    command = [str(program), "--reporter", f"junit::out={report}", "--reporter", "console"]
    if only:
        command.append(glob_of(only))
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=UNIT_TIMEOUT)
    except subprocess.TimeoutExpired:
        return [Result("unit", False, UNIT_TIMEOUT, "time-out")]
    try:
        cases = list(tree.parse(report).getroot().iter("testcase"))
    except (OSError, tree.ParseError):
        cases = []
    results = [Result(f"unit {case.get('name')}", case.find("failure") is None
                      and case.find("error") is None, float(case.get("time", "0")))
               for case in cases]
    if done.returncode and all(result.passed for result in results) or not results:
        results.append(Result("unit", False, time.monotonic() - start,
                              f"ended with status {done.returncode}"))
    if done.returncode:
        results[-1].console = done.stdout.splitlines()[-40:]
    return results if only else results + other_host_tests()


def scopes() -> list[Result]:
    """Small systems, gone through exhaustively; the unit run goes less deep."""
    start = time.monotonic()
    done = subprocess.run([str(builds.HOST_FOLDER / "test/model/scopes"), "--all"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    return [Result("scopes", done.returncode == 0, time.monotonic() - start,
                   console=done.stdout.splitlines())]


def other_host_tests() -> list[Result]:
    """Meson's tests besides the Catch2 program."""
    listed = subprocess.run(["meson", "introspect", "--tests", str(builds.HOST_FOLDER)],
                            capture_output=True, text=True)
    results = []
    for entry in json.loads(listed.stdout or "[]"):
        if entry["name"] != "unit":
            start = time.monotonic()
            done = subprocess.run(entry["cmd"], cwd=entry["workdir"], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            results.append(Result(f"unit {entry['name']}", done.returncode == 0,
                                  time.monotonic() - start,
                                  console=done.stdout.splitlines() if done.returncode else []))
    return results


def keep_console(build: builds.Build, name: str, outcome: qemu.Outcome) -> None:
    (build.folder / f"{name}-console.txt").write_text("\n".join(outcome.lines) + "\n")


def boot_tour(build: builds.Build, name: str, machine: qemu.Machine,
              way: ways.Way | None = None) -> list[Result]:
    machine.archive = build.archive("tour")
    command = (way or ways.direct)(build, machine)
    outcome = qemu.boot_board(build, command, BOOT_TIMEOUT)
    keep_console(build, name.replace(" ", "-"), outcome)
    problem = outcome.problem()
    return [Result(f"{name} {build.name}", problem is None, outcome.seconds, problem or "",
                   outcome.lines[-SHOWN_LINES:] if problem else [])]


def tour(build: builds.Build, memory: str | None, smp: int) -> list[Result]:
    machine = qemu.Machine(memory=memory or qemu.DEFAULT_MEMORY, smp=smp, icount=True)
    return boot_tour(build, "tour", machine)


def way_cases(build: builds.Build, glob: str) -> list[Case]:
    """The tour by every way into the board whose name fits."""
    return [lambda n=name, w=way: boot_tour(build, f"boards {n}", qemu.Machine(icount=True), w)
            for name, way in ways.ways(build.board).items() if fnmatch.fnmatchcase(name, glob)]


def resets(build: builds.Build) -> list[Result]:
    """A root task that resets the machine by its Firmware capability."""
    archive = archives.with_file(build.archive("conformance"), build.folder / "reset.cpio",
                                 "options.txt", b"filter none\nreset 1\n")
    outcome = qemu.boot(qemu.command_line(build, qemu.Machine(icount=True, archive=archive)),
                        BOOT_TIMEOUT)
    problem = "" if outcome.end == "reset" else f"expected a reset, got: {outcome.end}"
    return [Result(f"reset {build.name}", not problem, outcome.seconds, problem)]


def suspends(build: builds.Build) -> list[Result]:
    """The conformance test takes `not_supported` on any machine; where QEMU has the firmware, the core
    must have slept."""
    archive = archives.with_file(build.archive("conformance"), build.folder / "suspend.cpio",
                                 "options.txt", b"filter firmware*\n")
    outcome = qemu.boot(qemu.command_line(build, qemu.Machine(icount=True, archive=archive)),
                        BOOT_TIMEOUT)
    slept = any("microseconds asleep" in line for line in outcome.lines)
    problem = outcome.problem() or ("" if slept else "the firmware's standby state was not entered")
    return [Result(f"suspend {build.name}", not problem, outcome.seconds, problem,
                   outcome.lines[-SHOWN_LINES:] if problem else [])]


def largest_frames(build: builds.Build, memory: str) -> list[Result]:
    """The conformance test of Frames of 1 GiB, which all four ISAs have, wants a piece of that much memory."""
    archive = archives.with_file(build.archive("conformance"), build.folder / "largest.cpio",
                                 "options.txt", b"filter map: the largest*\n")
    outcome = qemu.boot(qemu.command_line(build, qemu.Machine(memory=memory, icount=True, archive=archive)),
                        BOOT_TIMEOUT)
    tried = any("largest one's bytes: 30" in line for line in outcome.lines)
    problem = outcome.problem() or ("" if tried else "no Frame of 1 GiB was mapped")
    return [Result(f"largest Frames {build.name}", not problem, outcome.seconds, problem,
                   outcome.lines[-SHOWN_LINES:] if problem else [])]


def memory_cases(build: builds.Build) -> list[Case]:
    """Other amounts of memory and other ways in, with the same image; and the way out by a reset."""
    cases = {"tour 64M": qemu.Machine(memory="64M", icount=True)}
    most = build.board.qemu.get("max_memory", "3G")
    cases[f"tour {most}"] = qemu.Machine(memory=most, icount=True)
    if "el2" in build.board.qemu:
        cases["tour EL2"] = qemu.Machine(el2=True, icount=True)
    if "pvh" in build.board.qemu:
        cases["tour PVH"] = qemu.Machine(pvh=True, icount=True)
    if "u_boot" in build.board.qemu:
        cases["tour U-Boot"] = qemu.Machine(u_boot=True, icount=True)
        if "el2" in build.board.qemu:
            cases["tour U-Boot EL2"] = qemu.Machine(u_boot=True, el2=True, icount=True)
    tours = [lambda n=name, m=machine: boot_tour(build, n, m) for name, machine in cases.items()]
    firmware = [] if build.board.isa == "x86_64" else [lambda: suspends(build)]  # which PCs do not have
    return [*tours, *firmware, lambda: largest_frames(build, most), lambda: resets(build)]


def conformance_options(options: argparse.Namespace) -> str:
    """What the suite reads as options.txt (test/conformance/harness/wishes.hpp)."""
    lines = []
    if options.filter:
        lines.append(f"filter {glob_of(options.filter)}")
    if options.repeat > 1:
        lines.append(f"repeat {options.repeat}")
    if options.long:
        lines.append(f"effort {LONG_EFFORT}")
    if options.seed:
        lines.append(f"seed {options.seed}")
    return "".join(f"{line}\n" for line in lines)


def conformance(build: builds.Build, options: argparse.Namespace) -> list[Result]:
    """Boots the conformance root task; each line of its TAP output is one result."""
    archive = build.archive("conformance")
    if wishes := conformance_options(options):
        archive = archives.with_file(archive, build.folder / "conformance-options.cpio",
                                     "options.txt", wishes.encode())
    machine = qemu.Machine(memory=options.memory or qemu.DEFAULT_MEMORY, smp=options.smp,
                           icount=True, archive=archive)
    limit = BOOT_TIMEOUT * options.repeat * (LONG_EFFORT if options.long else 1)
    command = qemu.command_line(build, machine)
    outcome = qemu.boot_board(build, command, limit,
                              until=FAILURE if options.first_failure else None)
    keep_console(build, "conformance", outcome)
    name = conformance_name(build)
    if outcome.end == "found":
        return [result for result in tap_results(name, outcome) if not result.passed]
    results = judge_tap(name, outcome)
    if build.variant == "debug":
        refusals.judge(results, parts_of(outcome.lines))
    if not wishes:
        results += unlisted(build, results)
    if options.twice or options.all:
        again = qemu.boot_board(build, command, limit)
        results.append(same_lines(name, outcome.lines, again.lines))
    return results


def told_refusals(build: builds.Build, options: argparse.Namespace) -> list[Result]:
    """For the quick whole: tests of which most are refusals, which a debug kernel must tell, each once."""
    results = conformance(build, argparse.Namespace(**{**vars(options), "filter": "argument:*"}))
    for result in results:
        result.name = f"refusals told, {result.name}"
    return results


def same_lines(name: str, first: list[str], second: list[str]) -> Result:
    """Whether two runs printed the same; what differs first is told."""
    name = f"{name}: a second run prints the same lines"
    for number, lines in enumerate(itertools.zip_longest(first, second)):
        if lines[0] != lines[1]:
            return Result(name, False, 0.0, f"line {number + 1}", [str(line) for line in lines])
    return Result(name, True, 0.0)


def conformance_name(build: builds.Build) -> str:
    return f"conformance {build.board.name}{build.difference}"


def unlisted(build: builds.Build, results: list[Result]) -> list[Result]:
    """A failure if not exactly the rules of the list (docs/conformance.md) were tried."""
    name = conformance_name(build)
    listed = {f"{name}: {rule}" for rule in conformance_rules.rules(build.board.isa)}
    odd = sorted(listed ^ {result.name.split(" # SKIP")[0] for result in results})
    return [Result(name, False, 0.0, "tests and list of rules differ", odd)] if odd else []


def diagnosis(lines: list[str], index: int) -> list[str]:
    """The YAML block behind the verdict: what was expected, what was got, where."""
    block = []
    if lines[index + 1:index + 2] == ["  ---"]:
        for line in lines[index + 1:]:
            block.append(line)
            if line == "  ...":
                break
    return block


def tap_results(name: str, outcome: qemu.Outcome) -> list[Result]:
    results, previous = [], 0
    for index, line in enumerate(outcome.lines):
        if verdict := TAP.match(line):
            passed = verdict.group(1) == "ok"
            block = [] if passed else diagnosis(outcome.lines, index)
            results.append(Result(f"{name}: {verdict.group(3)}", passed, 0.0,
                                  ", ".join(said.strip() for said in block[1:-1]),
                                  [] if passed else outcome.lines[previous:index + 1] + block))
            previous = index + 1 + len(block)
    return results


def parts_of(lines: list[str]) -> list[list[str]]:
    """What was printed up to each verdict, from the plan or the verdict before it on."""
    parts: list[list[str]] = [[]]
    for line in lines:
        if PLAN.match(line):
            parts = [[]]
        elif TAP.match(line):
            parts.append([])
        else:
            parts[-1].append(line)
    return parts[:-1]


def judge_tap(name: str, outcome: qemu.Outcome) -> list[Result]:
    results = tap_results(name, outcome)
    plans = [plan for line in outcome.lines if (plan := PLAN.match(line))]
    planned = int(plans[-1].group(1)) if plans else None
    problem = None
    if outcome.end not in qemu.ENDS:
        problem = f"the machine did not power off ({outcome.end})"
    elif planned is None:
        problem = "no plan line"
    elif planned != len(results):
        problem = f"{planned} tests were planned and {len(results)} reported"
    elif outcome.closing() is None:
        problem = "no closing line"
    if problem:
        results.append(Result(name, False, outcome.seconds, problem,
                              outcome.lines[-SHOWN_LINES:]))
    return results


def boot_cost_cases(build: builds.Build) -> list[Case]:
    return [lambda: boot_cost(build)] if setup.has_plugins() else []


def boot_cost(build: builds.Build) -> list[Result]:
    """Instructions from the kernel's first to init's first, at 128 MiB."""
    name = f"boot cost {build.name}"
    start = time.monotonic()
    begin = build.board.qemu.get("entry", elf.entry(build.elf))
    end = elf.entry(build.folder / "user/init/init")
    _, report = bench.measured_boot(build, qemu.Machine(archive=build.archive("tour")),
                                    f",begin={begin:#x},end={end:#x}", until=TOUR_STEP)
    seconds = time.monotonic() - start
    if (0, 0) not in report.counts:
        return [Result(name, False, seconds, "init's first instruction was not seen")]
    spent = report.counts[0, 0]["min"]["insns"]
    return [Result(name, spent <= BOOT_LIMIT, seconds,
                   f"{spent / 1e6:.2f} million instructions, {BOOT_LIMIT // 10**6} are allowed")]
