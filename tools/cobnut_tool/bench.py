# SPDX-License-Identifier: BSD-2-Clause
"""Counts what system calls cost, with the QEMU plugin tools/cost_meter.cpp."""
import argparse
import collections
import dataclasses
import fnmatch
import json
import pathlib
import re
import threading

from . import (archives, baselines, bench_page, boards, budgets, builds, call_tree, curves, qemu,
               setup)
from .common import (BUILD, FAILED, ROOT, WRONG_USE, Problem, Stage, say, short_path, version,
                     write_json)

HELP = """
Boots the archive of user/bench under a QEMU plugin and prints, for each operation: instructions
executed in the kernel, and distinct 64-byte instruction and data lines touched, from the user's
trap instruction to the first user instruction after it. The smallest of many equal samples. The
guest's own counter is asked too and must agree. Budgets are those of test/bench/budgets.toml; OVER
marks what breaks them, aim what is where it should get.

./cobnut test bench fails when a row grows beyond its baseline in test/bench. To accept new costs:
./cobnut bench --update-baselines, which changes one line for each row, and commit that with why.
"""

TIMEOUT = 120.0
PLUGIN_LOCK = threading.Lock()
# Where the kernel begins: what the plugin counts as kernel instructions.
KERNEL_BASE = {"aarch64": 0xffff000000000000, "armv7": 0x80000000,
               "riscv64": 0xffffffc000000000, "x86_64": 0xffff800000000000}
# The program says which operation a region of a phase is, and what its own counter says.
OPERATION = re.compile(r"^bench: (\w+) is phase (\d+) region (\d+)$")
CYCLES = re.compile(r"^cycles: (\w+) min (\d+) ")
REGION = re.compile(r"^phase (\d+) region (\d+)(?: samples=\d+)? (min|mean|max|path|lines):(.*)$",
                    re.MULTILINE)
CACHE_LINE, CACHE_SETS = 64, 64
CURVES_MEMORY = "512M"  # for 2^20 slots
# With -icount shift=0 the guest's cycle counter advances by one each instruction. Between its two
# readings stand the region and the few instructions that fetch arguments and keep the reading.
# A device is told to interrupt by a driver's function.
AROUND = 40
AROUND_DRIVER = {"irq": 120}

Counts = dict[str, int]
Place = tuple[int, int]


@dataclasses.dataclass(frozen=True)
class Report:
    """Of the plugin, by phase and region."""
    counts: dict[Place, dict[str, Counts]]  # min, mean and max of each count
    paths: dict[Place, list[int]]  # of the cheapest sample: its instructions in the kernel,
    lines: dict[Place, list[int]]  # and the data lines that they touched


def plugin(name: str = "cost_meter") -> pathlib.Path:
    with PLUGIN_LOCK:
        return made_plugin(name)


def made_plugin(name: str) -> pathlib.Path:
    if not setup.has_plugins():
        version = ".".join(map(str, setup.qemu_version()))
        raise Problem(f"measuring needs QEMU 9.2 or newer, this is {version}")
    source, target = ROOT / f"tools/{name}.cpp", BUILD / f"{name}.so"
    newest = max(file.stat().st_mtime for file in (source, ROOT / "tools/qemu_plugin.hpp"))
    if not target.exists() or target.stat().st_mtime < newest:
        BUILD.mkdir(exist_ok=True)
        builds.logged(["g++", "-std=c++17", "-O2", "-Wall", "-Wextra", "-fPIC", "-shared",
                       "-fvisibility=hidden", "-o", str(target), str(source)],
                      BUILD / f"{name}.log", "building the QEMU plugin")
    return target


def parsed(report: str) -> Report:
    found = Report({}, {}, {})
    for phase, region, kind, text in REGION.findall(report):
        place = int(phase), int(region)
        if kind == "path":
            found.paths[place] = [int(address, 16) for address in text.split()]
        elif kind == "lines":
            found.lines[place] = [int(line.partition("@")[0], 16) for line in text.split()]
        else:
            found.counts.setdefault(place, {})[kind] = {
                key: int(value) for key, value in (pair.split("=") for pair in text.split())}
    return found


def hot_set(lines: list[int]) -> int:
    """How many of the lines fall into the fullest set of a cache, by physical address."""
    sets = collections.Counter(line // CACHE_LINE % CACHE_SETS for line in lines)
    return max(sets.values(), default=0)


def measured_boot(build: builds.Build, machine: qemu.Machine, options: str = "",
                  until: re.Pattern[str] | None = None) -> tuple[qemu.Outcome, Report]:
    assert machine.archive
    report = build.folder / f"{machine.archive.stem}-cost.txt"
    report.unlink(missing_ok=True)
    base = KERNEL_BASE[build.board.isa]
    machine.extra = ["-plugin", f"file={plugin()},out={report},kbase={base:#x}{options}"]
    outcome = qemu.boot(qemu.command_line(build, machine), TIMEOUT, until=until)
    return outcome, parsed(report.read_text() if report.exists() else "")


@dataclasses.dataclass(frozen=True)
class Measured:
    rows: list[dict]
    paths: dict[str, list[int]]  # by operation


def booted(build: builds.Build, machine: qemu.Machine, options: str) \
        -> tuple[dict[str, Place], dict[str, int], Report]:
    """Where each operation is in the report, and what the guest's counter says of it."""
    machine.icount = True
    outcome, report = measured_boot(build, machine, options)
    assert machine.archive
    console = build.folder / f"{machine.archive.stem}-console.txt"
    console.write_text("\n".join(outcome.lines) + "\n")
    failed = [line for line in outcome.lines if line.startswith("bench: ")
              and not OPERATION.match(line)]
    if outcome.end != "power-off" or failed:
        raise Problem(f"{build.name}: {failed[0] if failed else 'the bench ' + outcome.end}, its "
                      f"console is {short_path(console)}")
    places = {found.group(1): (int(found.group(2)), int(found.group(3)))
              for found in map(OPERATION.match, outcome.lines) if found}
    cycles = {found.group(1): int(found.group(2)) for found in map(CYCLES.match, outcome.lines)
              if found}
    for name, place in places.items():
        if place not in report.counts or name not in cycles:
            raise Problem(f"{build.name}: no sample of {name}")
    return places, cycles, report


def measure(build: builds.Build) -> Measured:
    places, cycles, report = booted(build, qemu.Machine(archive=build.archive("bench")),
                                    ",paths=on")
    measured = Measured([], {})
    for name, place in places.items():
        measured.rows.append(row_of(build, name, report.counts[place]["min"], cycles[name]))
        measured.rows[-1]["hot_set"] = hot_set(report.lines[place])
        measured.paths[name] = report.paths[place]
    measured.rows.extend(further_words(build, measured.rows))
    return measured


def page_of(build: builds.Build, measured: Measured, rows: list[dict],
            points: list[curves.Point]) -> str:
    addresses = {address for row in rows
                 for address in measured.paths.get(row["operation"], [])}
    known = call_tree.frames(build.board.isa, build.elf, addresses)
    trees = {name: call_tree.tree(path, known) for name, path in measured.paths.items()}
    return bench_page.board(build.name, rows, trees, curves.charts(points))


def measure_curves(build: builds.Build) -> list[curves.Point]:
    archive = archives.with_file(build.archive("bench"), build.folder / "bench-curves.cpio",
                                 "curves", b"yes")
    memory = build.board.qemu.get("memory", CURVES_MEMORY)
    places, _, report = booted(build, qemu.Machine(archive=archive, memory=memory), "")
    return [curves.point(name, report.counts[place]["min"]["high"])
            for name, place in places.items()]


def budget_of(build: builds.Build, name: str) -> budgets.Budget:
    """Of the ordinary kernel; what is added has none."""
    budget = budgets.of(build.board.isa, name)
    return budgets.Budget(peer=budget.peer) if build.extra else budget


def row_of(build: builds.Build, name: str, least: Counts, cycles: int) -> dict:
    budget = budget_of(build, name)
    around = cycles - least["high"]
    return {"board": build.board.name, "operation": name, "instructions": least["high"],
            "i_lines": least["ilines"], "d_lines": least["dlines"],
            "pages": least["ipages"] + least["dpages"],
            "loads": least["loads"], "stores": least["stores"],
            "must": budget.must, "aim": budget.aim, "peer": budget.peer,
            "must_i_lines": budget.i_lines, "must_d_lines": budget.d_lines,
            "must_pages": budget.pages,
            "counter": cycles,
            "counter_agrees": 0 <= around <= AROUND_DRIVER.get(name, AROUND)}


def further_words(build: builds.Build, rows: list[dict]) -> list[dict]:
    """The cost of each word between 10 and 120."""
    costs = {row["operation"]: row["instructions"] for row in rows}
    name = "each_further_word"
    budget = budget_of(build, name)
    each = (costs["call_120_words"] - costs["call_10_words"]) / 110
    return [{"board": build.board.name, "operation": name, "instructions": round(each, 2),
             "must": budget.must, "aim": budget.aim, "peer": None}]


def verdict(row: dict) -> str:
    pairs = [("instructions", "must"), ("i_lines", "must_i_lines"), ("d_lines", "must_d_lines"),
             ("pages", "must_pages")]
    over = [what for what, limit in pairs if row.get(limit) is not None
            and row[what] > row[limit]]
    marks = ["OVER: " + ", ".join(over)] if over else []
    if not row.get("counter_agrees", True):
        marks.append(f"the guest's counter says {row['counter']}")
    if not marks and row["aim"] is not None and row["instructions"] <= row["aim"]:
        return "aim"
    return "; ".join(marks)


def print_table(rows: list[dict]) -> None:
    def cells(row: dict, keys: str, widths: list[int]) -> str:
        values = ["" if row.get(key) is None else str(row[key]) for key in keys.split()]
        return "".join(f"{value:>{width}}" for value, width in zip(values, widths))

    keys = "instructions must aim peer i_lines must_i_lines d_lines must_d_lines hot_set loads " \
           "stores pages"
    heads = "instr must aim peer i-lines must d-lines must set loads stores pages".split()
    widths = [7, 6, 6, 6, 9, 6, 9, 6, 5, 7, 8, 7]
    board = None
    for row in rows:
        if row["board"] != board:
            board = row["board"]
            say(f"\n{board:24}" + "".join(f"{head:>{width}}" for head, width in zip(heads, widths)))
        say(f"{row['operation']:24}{cells(row, keys, widths)}  {verdict(row)}".rstrip())


def compare(rows: list[dict], file: str) -> None:
    """Prints what is different from an earlier run's --json."""
    try:
        before = {(row["board"], row["operation"]): row
                  for row in json.loads(pathlib.Path(file).read_text())["rows"]}
    except (OSError, ValueError, KeyError) as error:
        raise Problem(f"--compare {file}: {error}", WRONG_USE) from error
    say(f"\nagainst {file}")
    same = 0
    for row in rows:
        old = before.get((row["board"], row["operation"]))
        changes = [f"{what} {old[what]} -> {row[what]} ({row[what] - old[what]:+g})"
                   for what in ("instructions", "i_lines", "d_lines")
                   if old and what in row and old.get(what) not in (None, row[what])]
        if old is None:
            changes = ["new"]
        if changes:
            say(f"{row['board']:20}{row['operation']:24}{', '.join(changes)}")
        same += not changes
    say(f"{same} rows are the same")


def bench(options: argparse.Namespace) -> int:
    """Prints instructions and cache lines of system calls."""
    chosen = [boards.load(options.board)] if options.board else \
        [board for board in boards.all_boards() if "machine" in board.qemu]
    wanted = [builds.Build(board, options.variant, options.toolchain, extra=options.extra)
              for board in builds.with_extra(chosen, options.extra)]
    setup.ensure(wanted)
    plugin()
    rows: list[dict] = []
    sections: list[str] = []
    all_points: list[dict] = []
    failures = 0
    for build in wanted:
        builds.compile_build(build, ["bench"])
        try:
            with Stage(f"measuring {build.name}"):
                measured = measure(build)
        except Problem as problem:
            say(f"cobnut: {problem}")
            failures += 1
            continue
        chosen_rows = [row for row in measured.rows
                       if fnmatch.fnmatchcase(row["operation"], options.only or "*")]
        rows += chosen_rows
        if options.update_baselines:
            say(f"wrote {short_path(baselines.update(build, chosen_rows))}")
        points: list[curves.Point] = []
        if options.html or options.curves:
            with Stage(f"curves of {build.name}"):
                points = measure_curves(build)
            all_points += [curves.as_json(build.board.name, point) for point in points]
        if options.curves:
            curves.print_table(build.name, points)
            for line in curves.not_flat(points):
                say(f"NOT FLAT: {line}")
        if options.html:
            sections.append(page_of(build, measured, chosen_rows, points))
    print_table(rows)
    over = sum(verdict(row).startswith("OVER") for row in rows)
    say(f"\n{len(rows)} rows, {over} over their budget; peer: seL4; "
        f"set: data lines in the fullest of {CACHE_SETS} sets")
    if options.compare:
        compare(rows, options.compare)
    if options.html:
        bench_page.write(options.html, f"Cobnut {version()}: cost of operations", sections)
    write_json(options.json, {"rows": rows, "curves": all_points})
    return FAILED if failures else 0
