# SPDX-License-Identifier: BSD-2-Clause
"""Whether the debug kernel told each refusal that the conformance tests saw, once, and no other."""
import re

from .results import Result

TOLD = re.compile(r"kernel: thread 0x[0-9a-f]+ .* refused: ")
MORE = re.compile(r"kernel: (\d+) more of the same$")
# The capability fault of who was refused reached nobody; a canceled one's handler, as a rule, has seen it.
STOPPED = re.compile(r"kernel: thread 0x[0-9a-f]+ stopped by fault capability .*(?<!: canceled)$")
SEEN = re.compile(r"^# refusals: (\d+)$")
SHOWN_LINES = 40
UNCOUNTED = "# refusals not counted: "


def told_by(lines: list[str]) -> int:
    """How many refusals the kernel's lines are, of which somebody was told in the program too."""
    more = sum(int(match.group(1)) for line in lines if (match := MORE.search(line)))
    return more + sum(bool(TOLD.search(line)) for line in lines) - \
        sum(bool(STOPPED.search(line)) for line in lines)


def judge(results: list[Result], parts: list[list[str]]) -> None:
    """Fails those tests whose part of the console tells of more or fewer refusals than they saw."""
    for result, lines in zip(results, parts):
        seen = [int(match.group(1)) for line in lines if (match := SEEN.match(line))]
        if not result.passed or any(line.startswith(UNCOUNTED) for line in lines):
            continue
        told = told_by(lines)
        if seen != [told]:
            result.passed = False
            result.reason = f"the console tells of {told} refusals, the test saw {seen}"
            result.console = lines[-SHOWN_LINES:]
