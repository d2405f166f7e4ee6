# SPDX-License-Identifier: BSD-2-Clause
"""How much of the generic core the host tests run through, by gcovr."""
import re
import shutil
import subprocess

from . import builds, setup
from .common import BUILD, CPUS, ROOT, Problem, Stage, say, short_path

FOLDER = BUILD / "coverage"
REPORT = FOLDER / "report"
CORE = "kernel/generic/"


def coverage() -> int:
    """Builds the host tests with counters, runs them, writes a page for each file."""
    setup.ensure_packages(["gcovr"])
    builds.compile_folder(FOLDER, ["-Db_coverage=true", "-Doptimization=0"], "the host tests with counters",
                          ["test/unit/unit"])
    for counters in FOLDER.rglob("*.gcda"):
        counters.unlink()
    with Stage("running the host tests"):
        builds.logged([str(FOLDER / "test/unit/unit")], FOLDER / "unit.log", "the host tests")
    shutil.rmtree(REPORT, ignore_errors=True)
    REPORT.mkdir()
    with Stage("counting"):
        done = subprocess.run(
            ["gcovr", f"-j{CPUS}", "--root", str(ROOT), "--filter", CORE,
             "--exclude-throw-branches", "--exclude-unreachable-branches", "--print-summary",
             "--txt", "--html-details", str(REPORT / "index.html"), str(FOLDER)],
            cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise Problem(f"gcovr failed: {done.stderr.strip().splitlines()[-1]}")
    say(done.stdout.rstrip())
    figures = re.findall(r"^(lines|branches): ([\d.]+)%", done.stdout, re.MULTILINE)
    say(f"report    {short_path(REPORT / 'index.html')}")
    say(f"{CORE}: " + ", ".join(f"{share} % of the {what}" for what, share in figures))
    return 0
