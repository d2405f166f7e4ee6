# SPDX-License-Identifier: BSD-2-Clause
"""Attacks on the parsers by libFuzzer: test/fuzz has a target for each, seeds.py what it begins with."""
import functools
import re
import subprocess
import sys
import time
from collections.abc import Callable

from .builds import logged
from .common import BUILD, ROOT, Problem, short_path
from .results import Result

Case = Callable[[], list[Result]]
COMPILER = "clang++-19"
PACKAGES = ["libclang-rt-19-dev", "libfdt-dev"]
FOLDER = BUILD / "fuzz"
# What a target links besides its own file.
TARGETS = {
    "acpi": ["platforms/boot/acpi/acpi.cpp"],
    "cpio": [],
    "discover": ["-Itest/host", "platforms/boot/fdt/discover.cpp",
                 "kernel/generic/boot/memory_plan.cpp"],
    "elf": [],
    "fdt": ["-lfdt"],
    "multiboot": ["platforms/boot/multiboot/handover.cpp"],
}
FLAGS = ["-std=c++20", "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-fno-sanitize-recover=all",
         "-fsanitize=fuzzer,address,undefined", "-Iinclude", "-Ikernel", "-I."]
MOST_BYTES = 4096
QUICK_RUNS, QUICK_SECONDS = 100_000, 10
LONG_RUNS, LONG_SECONDS = 100_000_000, 8 * 3600
SHOWN_LINES = 40


@functools.cache
def make_seeds() -> None:
    subprocess.run([sys.executable, str(ROOT / "test/fuzz/seeds.py"), str(FOLDER / "seeds")],
                   check=True)


def fuzz(target: str, long: bool, seed: int) -> list[Result]:
    start = time.monotonic()
    program, corpus = FOLDER / target, FOLDER / "corpus" / target
    corpus.mkdir(parents=True, exist_ok=True)
    make_seeds()
    logged([COMPILER, *FLAGS, f"test/fuzz/{target}.cpp", *TARGETS[target], "-o", str(program)],
           FOLDER / f"{target}.log", f"building the fuzz target {target}")
    # The quick run begins with the seeds alone, so that it is the same everywhere.
    folders = [str(corpus)] if long else []
    runs, seconds = (LONG_RUNS, LONG_SECONDS) if long else (QUICK_RUNS, QUICK_SECONDS)
    done = subprocess.run(
        [str(program), f"-runs={runs}", f"-max_total_time={seconds}", f"-seed={seed}",
         f"-max_len={MOST_BYTES}", "-timeout=10", "-rss_limit_mb=2048", "-reduce_inputs=0",
         f"-artifact_prefix={FOLDER}/{target}-", *folders, str(FOLDER / "seeds" / target)],
        cwd=FOLDER, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    executed = re.search(r"^Done (\d+) runs", done.stderr, re.MULTILINE)
    kept = re.search(r"written to (\S+)", done.stderr)
    if done.returncode or not executed:
        reason = f"a finding: {short_path(kept.group(1))}" if kept else \
            f"ended with status {done.returncode}"
        return [Result(f"fuzz {target}", False, time.monotonic() - start, reason,
                       done.stderr.splitlines()[-SHOWN_LINES:])]
    return [Result(f"fuzz {target}", True, time.monotonic() - start,
                   f"{executed.group(1)} executions, seed {seed}")]


def cases(long: bool, seed: int | None, only: str | None) -> list[Case]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    chosen = [target for target in TARGETS if only is None or only.strip("*") in target]
    if not chosen:
        raise Problem(f"no fuzz target {only}; there are {', '.join(TARGETS)}")
    return [lambda target=target: fuzz(target, long, seed or 1) for target in chosen]
