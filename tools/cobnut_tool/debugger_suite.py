# SPDX-License-Identifier: BSD-2-Clause
"""Types into the kernel debugger while the tour runs, which must go on behind it."""
import time

from . import builds, qemu
from .results import Result
from .suites import SHOWN_LINES, Case

TIMEOUT = 60.0

KEY = "\x1b"
ADDRESS = "0x[0-9a-f]+"
# What is typed, and what must come before the next prompt; \\1 is what the last answer caught.
QUESTIONS = [
    ("help", "threads .*capabilities .*derivation .*address_spaces .*queues .*go: leaves"),
    ("queues", f"runs: {ADDRESS}"),
    ("objects", "untyped: [1-9].*thread: [1-9].*frame: [1-9]"),
    ("threads", f"thread ({ADDRESS}) priority [0-9]+ at {ADDRESS}: runs"),
    ("threads \\1", f"stack pointer .*capability space: cnode ({ADDRESS}).*fault handler: "),
    ("capabilities \\1", f"0x[0-9a-f]+ in ({ADDRESS}): [a-z_]+ {ADDRESS}"),
    ("derivation \\1", f"from {ADDRESS}: [a-z_]+ {ADDRESS}"),
    ("address_spaces", f"space [0-9]+ ({ADDRESS})[^\\n]* root table {ADDRESS}"),
    ("address_spaces \\1", f"{ADDRESS} to {ADDRESS} is ({ADDRESS}) rw- normal"),
    ("memory \\1 4", f"{ADDRESS}: {ADDRESS} {ADDRESS} {ADDRESS} {ADDRESS}"),
    ("trace", "no trace runs"),
    # Wrong ones change nothing and end nothing.
    ("threads 10", "no thread is at 0x10"),
    ("capabilities ffffffff", "nothing is at 0xffffffff"),
    ("derivation 123", "nothing is at 0x123"),
    ("address_spaces 1 2 3", "one too many: 3"),
    ("memory fffffff0", "not in one Untyped of RAM"),
    ("memory", "not in one Untyped of RAM"),
    ("threads x", "no hexadecimal number.*: x"),
    ("nonsense", "no such command: nonsense"),
    ("hx\x7felp", "threads .*go: leaves"),
]
PROMPT = "debug> $"


def steps() -> list[tuple[str, str]]:
    """The key, the questions, and `go` behind the last answer."""
    typed = [KEY, *(question + "\r" for question, _ in QUESTIONS), "go\r"]
    heard = [r"1\. What init", rf"Cobnut debugger; .*\n{PROMPT}",
             *(rf"(?s){answer}.*\n{PROMPT}" for _, answer in QUESTIONS)]
    return list(zip(heard, typed, strict=True))


def cases(build: builds.Build) -> list[Case]:
    return [lambda: debugger(build)]


def debugger(build: builds.Build) -> list[Result]:
    start = time.monotonic()
    machine = qemu.Machine(icount=True, archive=build.archive("tour"))
    dialogue = qemu.Dialogue(steps())
    outcome = qemu.boot(qemu.command_line(build, machine), TIMEOUT, dialogue=dialogue)
    reason = outcome.problem() or ""
    if dialogue.steps:
        reason = f"never heard {dialogue.steps[0][0].pattern!r}"
    return [Result(f"debugger {build.name}", not reason, time.monotonic() - start, reason,
                   outcome.lines[-SHOWN_LINES:] if reason else [])]
