# SPDX-License-Identifier: BSD-2-Clause
"""Tests of the command itself: ended from outside, it leaves no QEMU behind; Ctrl-C in its debugger stops
the machine."""
import os
import pathlib
import pty
import select
import signal
import subprocess
import sys
import time

from . import builds, debug
from .common import ROOT
from .results import Result
from .suites import Case

START_TIMEOUT, END_TIMEOUT = 120.0, 30.0


def children(pid: int) -> list[int]:
    """Of a process, with theirs; those of a process that is gone are none."""
    found = []
    for thread in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(word) for word in thread.read_text().split()]
        except OSError:
            continue
    return found + [grandchild for child in found for grandchild in children(child)]


def is_qemu(pid: int) -> bool:
    try:
        name = os.path.basename(os.readlink(f"/proc/{pid}/exe"))
    except OSError:
        return False
    return name.startswith("qemu-system-")


def first_qemu(process: subprocess.Popen) -> int | None:
    deadline = time.monotonic() + START_TIMEOUT
    while process.poll() is None and time.monotonic() < deadline:
        if found := [pid for pid in children(process.pid) if is_qemu(pid)]:
            return found[0]
        time.sleep(0.02)
    return None


def signalled(arguments: list[str], number: signal.Signals) -> str:
    """Runs the command, sends it the signal once QEMU runs, and says what is wrong."""
    # Whoever runs the tests in the background may ignore SIGINT, and children inherit that.
    process = subprocess.Popen(["env", "--default-signal=INT", sys.executable,
                                str(ROOT / "cobnut"), *arguments], cwd=ROOT,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        qemu = first_qemu(process)
        if qemu is None:
            return "no QEMU was started"
        process.send_signal(number)
        status = process.wait(END_TIMEOUT)
        if is_qemu(qemu):
            os.kill(qemu, signal.SIGKILL)
            return "QEMU runs on"
        return "" if status == 128 + number else f"ended with status {status}"
    except subprocess.TimeoutExpired:
        return "the command goes on"
    finally:
        process.kill()
        process.wait()


def answers(terminal: int, until: str) -> str:
    """What comes from the terminal, up to and with the text."""
    text, deadline = "", time.monotonic() + START_TIMEOUT
    while until not in text and time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            text += os.read(terminal, 4096).decode(errors="replace")
        except OSError:  # the other end is closed
            break
    return text


def wait_for_console() -> None:
    """Until the machine has printed something: QEMU loses an interrupt that comes while it starts."""
    deadline = time.monotonic() + END_TIMEOUT
    while not debug.CONSOLE.stat().st_size and time.monotonic() < deadline:
        time.sleep(0.02)


def debug_session(place: list[str]) -> str:
    """Types into gdb as a person would, and says what is wrong."""
    terminal, inner = pty.openpty()
    process = subprocess.Popen(["setsid", "--ctty", "env", "--default-signal=INT", "TERM=dumb",
                                sys.executable, str(ROOT / "cobnut"), "debug", *place],
                               cwd=ROOT, stdin=inner, stdout=inner, stderr=inner)
    os.close(inner)
    try:
        for typed, answer in (("", "(gdb)"), ("set confirm off\n", "(gdb)"),
                              ("continue\n", "Continuing."), ("\3", "SIGINT"),
                              ("stepi\n", "(gdb)"), ("quit\n", "")):
            if typed == "\3":
                wait_for_console()
            os.write(terminal, typed.encode())
            text = answers(terminal, answer) if answer else ""
            if answer not in text:
                return f"no answer to {typed!r}: {text[-200:]!r}"
        answers(terminal, "\0")  # to its end
        status = process.wait(END_TIMEOUT)
        return "" if status == 0 else f"ended with status {status}"
    except subprocess.TimeoutExpired:
        return "the command goes on"
    finally:
        os.close(terminal)
        process.kill()
        process.wait()


def debug_case(build: builds.Build) -> list[Result]:
    start = time.monotonic()
    problem = debug_session(place_of(build))
    return [Result(f"tool: Ctrl-C in debug stops the machine, {build.name}", not problem,
                   time.monotonic() - start, problem)]


def place_of(build: builds.Build) -> list[str]:
    return ["--board", build.board.name, "--variant", build.variant, "--toolchain", build.toolchain]


def cases(build: builds.Build) -> list[Case]:
    place = place_of(build)

    def case(arguments: list[str], number: signal.Signals) -> list[Result]:
        start = time.monotonic()
        problem = signalled([*arguments, *place], number)
        return [Result(f"tool: {number.name} to {' '.join(arguments)} ends its QEMU, {build.name}",
                       not problem, time.monotonic() - start, problem)]

    signals = [lambda a=arguments, n=number: case(a, n)
               for arguments in (["run"], ["test", "tour"])
               for number in (signal.SIGTERM, signal.SIGINT)]
    return [*signals, lambda: debug_case(build)]
