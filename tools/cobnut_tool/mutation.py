# SPDX-License-Identifier: BSD-2-Clause
"""Tries the host tests on mutants of the generic core (tools/mutate.py makes them): a test suite is as
good as the faults that it notices."""
import concurrent.futures
import dataclasses
import json
import math
import os
import pathlib
import re
import resource
import shutil
import subprocess

from . import builds, setup
from .common import BUILD, CPUS, FAILED, ROOT, Problem, Stage, say, short_path, write_json

FOLDER = BUILD / "mutants"
TREE = FOLDER / "tree"
PACKAGES = ["python3-clang-19", "libclang-19-dev"]
SYSTEM_PYTHON = "/usr/bin/python3"  # the one that Debian's packages extend
PATIENCE = 5  # times the processor time that the tests take without a mutant
FIRST_SECONDS = 0.5  # so much of the tests is tried before the slow ones
WANTED_SHARE = 85
# Tells with COBNUT_REACHED for each test its time and the places that it reaches.
CHOOSER = """
#include <catch2/catch_test_case_info.hpp>
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
int active_mutant = std::getenv("COBNUT_MUTANT") ? std::atoi(std::getenv("COBNUT_MUTANT")) : 0;
unsigned char reached_mutants[65536];
namespace {
struct Reached : Catch::EventListenerBase {
    using EventListenerBase::EventListenerBase;
    void testCaseStarting(const Catch::TestCaseInfo&) override {
        std::memset(reached_mutants, 0, sizeof reached_mutants);
        begin = std::clock();
    }
    void testCaseEnded(const Catch::TestCaseStats& stats) override {
        const char* path = std::getenv("COBNUT_REACHED");
        if (path == nullptr)
            return;
        std::ofstream file(path, std::ios::app);
        file << double(std::clock() - begin) / CLOCKS_PER_SEC << '\\t' << stats.testInfo->name << '\\t';
        for (unsigned number = 1; number < sizeof reached_mutants; ++number)
            if (reached_mutants[number] != 0)
                file << number << ' ';
        file << '\\n';
    }
    std::clock_t begin = 0;
};
CATCH_REGISTER_LISTENER(Reached)
} // namespace
"""


@dataclasses.dataclass(frozen=True)
class Test:
    name: str
    seconds: float
    reached: frozenset[int]


def same(source: pathlib.Path, target: pathlib.Path) -> bool:
    return target.is_file() and source.read_bytes() == target.read_bytes()


def copy_tree(target_folder: pathlib.Path) -> None:
    """The sources as they are; what was built there before stays."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        source, target = ROOT / name, target_folder / name
        if source.is_file() and not same(source, target):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def make_mutants(seed: int, count: int) -> list[dict]:
    """Rewrites the copy; the mutants by number from 1."""
    includes = [f"-I{TREE / folder}" for folder in ("include", "kernel", "test/host", ".")]
    done = subprocess.run(
        [SYSTEM_PYTHON, str(TREE / "tools/mutate.py"), str(TREE), str(seed), str(count),
         "-std=c++20", "-DCOBNUT_DEBUG=1", "-DCOBNUT_TRACE=1", '-DCOBNUT_VERSION=""',
         "-DCOBNUT_FASTPATH=::arch::host::fastpaths", *includes],
        capture_output=True, text=True)
    if done.returncode:
        raise Problem(f"the mutants could not be made: {done.stderr.strip().splitlines()[-1]}")
    chooser = TREE / "test/host/host.cpp"
    chooser.write_text(chooser.read_text() + CHOOSER)
    return json.loads(done.stdout)


def compile_tree() -> pathlib.Path:
    """Without sanitizers: three times as fast, and the kernel's own checks stay."""
    build = TREE / "build"
    recipe = TREE / "test/unit/meson.build"
    recipe.write_text(re.sub(r"^sanitizers = .*$", "sanitizers = []", recipe.read_text(),
                             flags=re.MULTILINE))
    environment = {**os.environ, "CXXFLAGS": "-w"}
    for command in (["meson", "setup", str(build), "-Dwerror=false", "-Doptimization=1",
                     "-Ddebug=false"],
                    ["ninja", f"-j{CPUS}", "-C", str(build), "test/unit/unit"]):
        done = subprocess.run(command, cwd=TREE, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise Problem(f"the mutants do not compile: {builds.first_error(done.stdout)}")
    return build / "test/unit/unit"


def tests_without_mutant(program: pathlib.Path) -> list[Test]:
    """All tests, the quickest first."""
    told = FOLDER / "reached.txt"
    told.unlink(missing_ok=True)
    done = subprocess.run([str(program)], cwd=TREE, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          env={**os.environ, "COBNUT_REACHED": str(told)})
    if done.returncode:
        raise Problem("the host tests fail without any mutant")
    tests = []
    for line in told.read_text().splitlines():
        seconds, name, numbers = line.split("\t")
        tests.append(Test(name, float(seconds), frozenset(map(int, numbers.split()))))
    return sorted(tests, key=lambda test: test.seconds)


def fail(program: pathlib.Path, number: int, tests: list[Test]) -> bool:
    """Whether one of the tests fails, crashes or does not end with the mutant."""
    if not tests:
        return False
    names = FOLDER / f"tests-{number}.txt"
    names.write_text("".join(f"{test.name}\n" for test in tests))
    limit = math.ceil(2 + PATIENCE * sum(test.seconds for test in tests))

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        done = subprocess.run([str(program), "--abort", "-f", str(names)], cwd=TREE,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, preexec_fn=bound, timeout=60 * limit,
                              env={**os.environ, "COBNUT_MUTANT": str(number)})
        return done.returncode != 0
    except subprocess.TimeoutExpired:
        return True
    finally:
        names.unlink()


def killed(program: pathlib.Path, mutant: dict, tests: list[Test]) -> bool:
    """Tries the tests that reach the place: the quick ones, then the rest."""
    number = mutant["number"]
    reaching = [test for test in tests if number in test.reached]
    mutant["reached"] = bool(reaching)
    quick, seconds = 0, 0.0
    while quick < len(reaching) and seconds + reaching[quick].seconds <= FIRST_SECONDS:
        seconds += reaching[quick].seconds
        quick += 1
    if fail(program, number, reaching[:quick]):
        return True
    return any(fail(program, number, [test]) for test in reaching[quick:])


def mutate(count: int, seed: int, json_path: str | None) -> int:
    """Makes the mutants, tries each, lists those that no test noticed."""
    setup.ensure_packages(PACKAGES)
    with Stage("making mutants"):
        shutil.rmtree(TREE, ignore_errors=True)
        copy_tree(TREE)
        mutants = make_mutants(seed, count)
    with Stage(f"building the host tests with {len(mutants)} mutants"):
        program = compile_tree()
    with Stage("running the host tests without a mutant"):
        tests = tests_without_mutant(program)
    survivors = []
    with concurrent.futures.ThreadPoolExecutor(CPUS) as pool:
        results = pool.map(lambda entry: killed(program, entry, tests), mutants)
        for done, (mutant, dead) in enumerate(zip(mutants, results), 1):
            if not dead:
                survivors.append(mutant)
                say(f"survived {mutant['file']}:{mutant['line']}: {mutant['kind']}: "
                    f"{mutant['text']}{'' if mutant['reached'] else ' (no test comes here)'}")
            if done % 50 == 0:
                say(f"{done} of {len(mutants)} tried, {len(survivors)} survived")
    write_json(json_path, {"seed": seed, "mutants": len(mutants), "survivors": survivors})
    share = 100 * (len(mutants) - len(survivors)) / len(mutants)
    say(f"the mutants lie in {short_path(TREE)}")
    say(f"{len(mutants)} mutants of seed {seed}, {len(survivors)} survived: {share:.1f} % killed, "
        f"at least {WANTED_SHARE} % are wanted")
    return FAILED if share < WANTED_SHARE else 0
