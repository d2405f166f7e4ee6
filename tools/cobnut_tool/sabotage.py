# SPDX-License-Identifier: BSD-2-Clause
"""Do the tests notice a broken kernel? Puts listed one-line faults into a copy of the tree, one after
the other, and runs the conformance suite and the host tests there."""
import json
import pathlib
import subprocess
import tomllib

from . import mutation
from .common import BUILD, FAILED, ROOT, Problem, Stage, say

FAULTS = ROOT / "test/sabotage/faults.toml"
TREE = BUILD / "sabotage"
REPORT = "sabotage.json"
OWN_CHECK = "unit faults of sabotage"  # finds the fault in its place gone, of course
DEFAULT_BOARD = "qemu-virt-aarch64"


def faults(only: str | None) -> list[dict]:
    listed = tomllib.loads(FAULTS.read_text())["fault"]
    for fault in listed:
        if (ROOT / fault["file"]).read_text().count(fault["old"]) != 1:
            raise Problem(f"{fault['file']} does not have this once: {fault['old'].strip()}")
    return [fault for fault in listed if not only or only in fault["rule"]]


def run_tests(arguments: list[str]) -> dict | None:
    """The results as the copy's own command tells them; none if it could not even build."""
    (TREE / REPORT).unlink(missing_ok=True)
    subprocess.run(["./cobnut", "test", *arguments, "--json", REPORT], cwd=TREE,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return json.loads((TREE / REPORT).read_text())
    except (OSError, ValueError):
        return None


def first_failure(arguments: list[str]) -> str | None:
    """The test that noticed; none if all passed."""
    report = run_tests(arguments)
    if report is None:
        raise Problem(f"no results in {TREE}: run ./cobnut test {' '.join(arguments)} there")
    failed = [test for test in report["tests"]
              if not test["passed"] and test["name"] != OWN_CHECK]
    for test in failed:
        if test["name"].startswith("build "):
            if "static assertion failed" not in test["reason"]:
                raise Problem(f"the faulty kernel does not build: {test['reason']}")
            return "a static_assert"
    if not failed:
        return None
    return failed[0]["name"] + (f" ({failed[0]['reason']})" if failed[0]["reason"] else "")


def caught_by(fault: dict) -> str | None:
    board = fault.get("board", DEFAULT_BOARD)
    return first_failure(["conformance", "--first-failure", "--board", board]) \
        or first_failure(["unit"])


def sabotage(only: str | None) -> int:
    """Tries each fault; a table of what noticed it."""
    listed = faults(only)
    mutation.copy_tree(TREE)
    missed = 0
    for fault in listed:
        path: pathlib.Path = TREE / fault["file"]
        sound = path.read_text()
        path.write_text(sound.replace(fault["old"], fault["new"]))
        try:
            with Stage(f"without \"{fault['rule']}\""):
                test = caught_by(fault)
            how = f"caught  {fault['rule']} ({fault['file']})\n        by {test}"
            if test is None:
                how = f"missed  {fault['rule']} ({fault['file']})"
        except Problem as problem:
            test, how = None, f"no use  {fault['rule']} ({fault['file']})\n        {problem}"
        finally:
            path.write_text(sound)
        missed += test is None
        say(how)
    say(f"{len(listed) - missed} of {len(listed)} faults caught")
    return FAILED if missed else 0

