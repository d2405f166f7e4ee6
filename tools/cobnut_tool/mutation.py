# SPDX-License-Identifier: BSD-2-Clause
"""Tries the host tests on mutants of the generic core (tools/mutate.py makes them): a test suite is as
good as the faults that it notices."""
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import time

from . import builds, setup
from .common import BUILD, CPUS, FAILED, ROOT, Problem, Stage, say, short_path, write_json

FOLDER = BUILD / "mutants"
TREE = FOLDER / "tree"
PACKAGES = ["python3-clang-19", "libclang-19-dev"]
SYSTEM_PYTHON = "/usr/bin/python3"  # the one that Debian's packages extend
PATIENCE = 4  # times what the tests take without a mutant
WANTED_SHARE = 85
CHOOSER = """
#include <cstdlib>
int active_mutant = std::getenv("COBNUT_MUTANT") ? std::atoi(std::getenv("COBNUT_MUTANT")) : 0;
"""


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
         "-std=c++20", "-DCOBNUT_DEBUG=1", "-DCOBNUT_TRACE=1", '-DCOBNUT_VERSION=""', *includes],
        capture_output=True, text=True)
    if done.returncode:
        raise Problem(f"the mutants could not be made: {done.stderr.strip().splitlines()[-1]}")
    chooser = TREE / "test/host/host.cpp"
    chooser.write_text(chooser.read_text() + CHOOSER)
    return json.loads(done.stdout)


def compile_tree() -> pathlib.Path:
    build = TREE / "build"
    environment = {**os.environ, "CXXFLAGS": "-w"}
    for command in (["meson", "setup", str(build), "-Dwerror=false"],
                    ["ninja", f"-j{CPUS}", "-C", str(build), "test/unit/unit"]):
        done = subprocess.run(command, cwd=TREE, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise Problem(f"the mutants do not compile: {builds.first_error(done.stdout)}")
    return build / "test/unit/unit"


def killed(program: pathlib.Path, number: int, limit: float | None) -> bool:
    """Whether some test failed, crashed or did not end."""
    try:
        return subprocess.run([str(program), "--abort"], cwd=TREE, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=limit,
                              env={**os.environ, "COBNUT_MUTANT": str(number)}).returncode != 0
    except subprocess.TimeoutExpired:
        return True


def mutate(count: int, seed: int, json_path: str | None) -> int:
    """Makes the mutants, tries each, lists those that no test noticed."""
    setup.ensure_packages(PACKAGES)
    with Stage("making mutants"):
        shutil.rmtree(TREE, ignore_errors=True)
        copy_tree(TREE)
        mutants = make_mutants(seed, count)
    with Stage(f"building the host tests with {len(mutants)} mutants"):
        program = compile_tree()
    start = time.monotonic()
    if killed(program, 0, None):
        raise Problem("the host tests fail without any mutant")
    limit = PATIENCE * (time.monotonic() - start)
    survivors = []
    with concurrent.futures.ThreadPoolExecutor(CPUS) as pool:
        results = pool.map(lambda entry: killed(program, entry["number"], limit), mutants)
        for done, (mutant, dead) in enumerate(zip(mutants, results), 1):
            if not dead:
                survivors.append(mutant)
                say(f"survived {mutant['file']}:{mutant['line']}: {mutant['kind']}: "
                    f"{mutant['text']}")
            if done % 50 == 0:
                say(f"{done} of {len(mutants)} tried, {len(survivors)} survived")
    write_json(json_path, {"seed": seed, "mutants": len(mutants), "survivors": survivors})
    share = 100 * (len(mutants) - len(survivors)) / len(mutants)
    say(f"the mutants lie in {short_path(TREE)}")
    say(f"{len(mutants)} mutants of seed {seed}, {len(survivors)} survived: {share:.1f} % killed, "
        f"at least {WANTED_SHARE} % are wanted")
    return FAILED if share < WANTED_SHARE else 0
