# SPDX-License-Identifier: BSD-2-Clause
"""What can be judged without running anything: depth of the stacks, headers, includes, clang-tidy."""
import functools
import json
import pathlib
import re
import subprocess
import time
from collections.abc import Callable

from . import boards, builds, stack_bound
from .common import ROOT
from .results import Result
from .stack_bound import compiler_words

Case = Callable[[], list[Result]]
TIDY = "clang-tidy-19"
TIDY_PARTS = 4
# Takes most of the time: with --all only.
SLOW_CHECKS = "-clang-analyzer-*"
SHOWN_LINES = 30
INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]', re.MULTILINE)
ISAS = ("aarch64", "armv7", "riscv64", "x86_64")
HOST_ARCH = "test/host"


def result(name: str, start: float, problems: list[str], counted: str) -> Result:
    return Result(name, not problems, time.monotonic() - start,
                  problems[0] if problems else counted, problems[:SHOWN_LINES])


@functools.cache
def commands(folder: pathlib.Path) -> dict[str, dict]:
    """The compile command of each object file."""
    return {entry["output"]: entry for entry in
            json.loads((folder / "compile_commands.json").read_text())}


@functools.cache
def users_of_headers(folder: pathlib.Path) -> dict[str, str]:
    """For each header of the tree that is included in this build, an object that includes it."""
    listed = subprocess.run(["ninja", "-C", str(folder), "-t", "deps"], capture_output=True,
                            text=True).stdout
    users: dict[str, str] = {}
    made = ""
    for line in listed.splitlines():
        if line and not line.startswith(" "):
            made = line.split(":")[0]
        elif line.endswith(".hpp") and made in commands(folder):
            path = (folder / line.strip()).resolve()
            if path.is_relative_to(ROOT) and not path.is_relative_to(ROOT / "build"):
                users.setdefault(str(path.relative_to(ROOT)), made)
    return users


def headers(build: builds.Build, done_by: list[builds.Build]) -> list[Result]:
    """Each header compiles alone, as for a file of this board that includes it; those that the
    builds of `done_by` check are left out."""
    start = time.monotonic()
    users = users_of_headers(build.folder)
    others = {header for other in done_by for header in users_of_headers(other.folder)}
    mine = sorted(set(users) - others)
    problems = []
    for header in mine:
        entry = commands(build.folder)[users[header]]
        done = subprocess.run([*compiler_words(entry), "-fsyntax-only", "-x", "c++", "-"],
                              input=f'#include "{ROOT / header}"\n', cwd=entry["directory"],
                              capture_output=True, text=True)
        if done.returncode:
            problems.append(f"{header} does not compile alone: {builds.first_error(done.stderr)}")
    return [result(f"headers {build.board.isa}", start, problems, f"{len(mine)} compile alone")]


def include_graph(arch: str) -> dict[str, list[str]]:
    roots = [ROOT / name for name in ("include", "kernel", ".", "user", "user/lib", arch)]
    files = [path for folder in ("include", "kernel/generic", "platforms", "user", "test", arch)
             for path in sorted((ROOT / folder).rglob("*.hpp"))]
    graph = {}
    for path in dict.fromkeys(files):
        included = []
        for name in INCLUDE.findall(path.read_text()):
            for root in (path.parent, *roots):
                if (root / name).is_file():
                    included.append(str((root / name).resolve().relative_to(ROOT)))
                    break
        graph[str(path.relative_to(ROOT))] = included
    return graph


def cycle(graph: dict[str, list[str]]) -> list[str]:
    """The files of one cycle of includes; none: an empty list."""
    done: set[str] = set()
    for begin in graph:
        path, work = [begin], [iter(graph[begin])]
        while work and begin not in done:
            name = next(work[-1], None)
            if name is None:
                done.add(path.pop())
                work.pop()
            elif name in path:
                return [*path[path.index(name):], name]
            elif name in graph and name not in done:
                path.append(name)
                work.append(iter(graph[name]))
    return []


def include_cycles() -> list[Result]:
    start = time.monotonic()
    problems, count = [], 0
    for arch in (*(f"kernel/arch/{isa}" for isa in ISAS), HOST_ARCH):
        graph = include_graph(arch)
        count += len(graph)
        if found := cycle(graph):
            problems.append(" > ".join(found))
    return [result("include cycles", start, list(dict.fromkeys(problems)),
                   f"none among {count} headers of 4 ISAs and the host")]


def tidy(name: str, folder: pathlib.Path, files: list[str], arguments: list[str]) -> list[Result]:
    start = time.monotonic()
    done = subprocess.run([TIDY, "-p", str(folder), "--quiet", *arguments, *files], cwd=ROOT,
                          capture_output=True, text=True)
    problems = list(dict.fromkeys(line for line in done.stdout.splitlines()
                                  if re.search(r": (error|warning): ", line)))
    if done.returncode and not problems:
        problems = done.stderr.strip().splitlines()[-1:]
    return [result(f"clang-tidy {name}", start, problems, f"{len(files)} files")]


def tidy_cases(name: str, folder: pathlib.Path, pattern: str, arguments: list[str],
               parts: int) -> list[Case]:
    """The files of the build whose path matches, in so many parts."""

    def part(number: int) -> list[Result]:
        files = sorted({str((folder / entry["file"]).resolve().relative_to(ROOT))
                        for entry in commands(folder).values()})
        return tidy(f"{name} {number + 1}/{parts}", folder,
                    [file for file in files if re.match(pattern, file)][number::parts], arguments)
    return [lambda number=number: part(number) for number in range(parts)]


def host_cases(everything: bool) -> list[Case]:
    """What needs no board."""
    return [include_cycles,
            *tidy_cases("generic", builds.HOST_FOLDER, r"(kernel|platforms)/.*\.cpp",
                        [] if everything else [f"--checks={SLOW_CHECKS}"], TIDY_PARTS)]


def board_cases(build: builds.Build, everything: bool) -> list[Case]:
    if build.toolchain == "clang":
        # The database of a Clang build: its commands are Clang's own.
        return tidy_cases(build.board.isa, build.folder, r"(kernel|platforms)/.*\.cpp", [], 2) \
            if build.variant == "release" and everything else []
    cases: list[Case] = [lambda: stack_bound.of_stacks(build)]
    if build.variant == "release":
        before = [builds.Build(board, "release", "gcc") for board in boards.all_boards()
                  if board.is_reference and not board.is_generic and board.name < build.board.name]
        cases.append(lambda: headers(build, [] if everything else [
            other for other in before if (other.folder / "build.ninja").exists()]))
    return cases
