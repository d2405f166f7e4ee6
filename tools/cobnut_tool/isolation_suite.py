# SPDX-License-Identifier: BSD-2-Clause
"""What a user's root maps of a kernel built with page-table isolation, asked of QEMU while the tour runs."""
import contextlib
import dataclasses
import json
import pathlib
import re
import socket
import subprocess
import tempfile
import threading
import time
import typing
from collections.abc import Callable

from . import builds, injected_suite, qemu
from .common import Problem
from .results import Result
from .suites import BOOT_TIMEOUT, SHOWN_LINES, Case, tour

BEGUN = "1. What init"  # of the tour: the boot is over
WANTED = 8  # looks at user level, and of them
ROOTS = 3  # different roots
MOST = 300  # looks
PAUSE = 0.02  # seconds that the machine goes on between two looks
KERNEL_HALF = 1 << 63
ENTRY_PAGE = 0xffffffffffe05000  # layout::entry_page
RANGE = re.compile(r"^([0-9a-f]{16})-([0-9a-f]{16}) [0-9a-f]{16} (...)", re.MULTILINE)
GLOBAL = re.compile(r"^[0-9a-f]{16}: [0-9a-f]{16} .G.*$", re.MULTILINE)
REGISTERS = re.compile(r"CPL=(\d).*?CR3=([0-9a-f]+)", re.DOTALL)
ONE_BY_ONE = ["-accel", "tcg,one-insn-per-tb=on"]  # else QEMU stops only between blocks of instructions


@dataclasses.dataclass
class Look:
    """What QEMU tells of the machine at one moment."""
    user: bool
    root: int
    upper: list[tuple[int, int, str]]  # ranges of the kernel's half with their rights
    global_pages: list[str]


class Monitor:
    def __init__(self, connection: typing.TextIO):
        self.connection = connection
        self.ask("qmp_capabilities")

    def ask(self, command: str, **arguments: str) -> str:
        self.connection.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.connection.flush()
        for line in self.connection:
            answer = json.loads(line)
            if "return" in answer:
                return str(answer["return"])
        raise OSError("QEMU has ended")

    def human(self, line: str) -> str:
        return self.ask("human-monitor-command", **{"command-line": line}).replace("\r", "")

    def look(self) -> Look:
        self.ask("stop")
        level, root = REGISTERS.search(self.human("info registers")).groups()
        ranges = [(int(begin, 16), int(end, 16), rights)
                  for begin, end, rights in RANGE.findall(self.human("info mem"))]
        pages = GLOBAL.findall(self.human("info tlb"))
        return Look(level == "3", int(root, 16),
                    [entry for entry in ranges if entry[0] >= KERNEL_HALF], pages)


class Watcher(qemu.Dialogue):
    """Types nothing: begins to look when the tour has begun."""

    def __init__(self, path: str):
        super().__init__([])
        self.path = path
        self.looks: list[Look] = []
        self.thread: threading.Thread | None = None

    def hear(self, data: bytes, serial: typing.IO[bytes]) -> None:
        self.heard += data.decode("utf-8", "replace")
        if self.thread is None and BEGUN in self.heard:
            self.thread = threading.Thread(target=self.run, daemon=True)
            self.thread.start()

    def at_user_level(self) -> list[Look]:
        return [look for look in self.looks if look.user]

    def run(self) -> None:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.path)
            monitor = Monitor(connection.makefile("rw"))
            while not self.satisfied():
                self.looks.append(monitor.look())
                self.act(monitor)
                monitor.ask("cont")
                time.sleep(PAUSE)

    def act(self, monitor: Monitor) -> None:
        """On what the last look has seen, before the machine goes on."""

    def satisfied(self) -> bool:
        """The ordinary kernel has no root of its own to be seen."""
        users = self.at_user_level()
        if len(self.looks) >= MOST:
            return True
        return len(users) >= WANTED and len({look.root for look in users}) >= ROOTS and \
            (len(users) >= 2 * WANTED or any(look.upper != users[0].upper for look in self.looks))


class Breaker(Watcher):
    """A machine check on the first look at the kernel with a user's root."""

    def __init__(self, path: str, allowed: list[tuple[int, int, str]]):
        super().__init__(path)
        self.allowed = allowed
        self.done = False

    def act(self, monitor: Monitor) -> None:
        if not self.looks[-1].user and self.looks[-1].upper == self.allowed:
            monitor.human(injected_suite.MACHINE_CHECK)
            self.done = True

    def satisfied(self) -> bool:
        return self.done


def entry_area(build: builds.Build) -> list[tuple[int, int, str]]:
    """The ranges that a user's root may map of the kernel."""
    told = subprocess.run(["nm", str(build.elf)], stdout=subprocess.PIPE, text=True, check=True)
    place = {name: int(value, 16) for value, name in
             re.findall(r"^([0-9a-f]+) \w (entry_\w+)$", told.stdout, re.MULTILINE)}
    return [(place["entry_text_start"], place["entry_text_end"], "-r-"),
            (place["entry_data_start"], place["entry_data_end"], "-rw"),
            (ENTRY_PAGE, ENTRY_PAGE + 0x1000, "-rw")]


def problem_of(looks: list[Look], allowed: list[tuple[int, int, str]]) -> str:
    # On the way in and out the kernel too runs with a user's root.
    kernel_roots = {look.root for look in looks if not look.user and look.upper != allowed}
    for look in looks:
        if look.global_pages:
            return f"a global page: {look.global_pages[0]}"
        if look.user and look.upper != allowed:
            other = [f"{begin:#x}-{end:#x} {rights}" for begin, end, rights in look.upper]
            return f"a user's root maps of the kernel {', '.join(other[:4])}"
        if look.user and look.root in kernel_roots:
            return f"user level runs with the kernel's root {look.root:#x}"
    users = [look for look in looks if look.user]
    if len(users) < WANTED or len({look.root for look in users}) < ROOTS or not kernel_roots:
        return f"only {len(users)} of {len(looks)} looks were at user level, or too few of its roots"
    return ""


def boot(build: builds.Build, extra: list[str], make: Callable[[str], Watcher]) -> tuple[qemu.Outcome, Watcher]:
    with tempfile.TemporaryDirectory() as folder:
        watcher = make(str(pathlib.Path(folder, "control")))
        machine = qemu.Machine(archive=build.archive("tour"),
                               extra=[*extra, "-qmp", f"unix:{watcher.path},server=on,wait=off"])
        command = qemu.command_line(build, machine)
        return qemu.boot(command, BOOT_TIMEOUT, until=re.compile(injected_suite.REPORT), dialogue=watcher), watcher


def watched(build: builds.Build) -> list[Look]:
    outcome, watcher = boot(build, [], Watcher)
    if outcome.closing() is None:  # not how QEMU ended: its word of that may be lost behind as many stops
        raise Problem(f"the tour did not come to its end ({outcome.end})")
    return watcher.looks


def roots(build: builds.Build) -> list[Result]:
    """And that the ordinary kernel, which is mapped whole, would not pass."""
    start = time.monotonic()
    plain = builds.compile_build(builds.Build(build.board, build.variant, build.toolchain), ["tour"])
    allowed = entry_area(build)
    looks = watched(build)
    problem = problem_of(looks, allowed)
    if not problem and not problem_of(watched(plain), allowed):
        problem = "the ordinary kernel passes too"
    return [Result(f"user roots {build.name}", not problem, time.monotonic() - start,
                   problem or f"{len(looks)} looks")]


def machine_check(build: builds.Build) -> list[Result]:
    """On the way in or out, when the kernel's memory is not mapped: it is reported all the same."""
    start = time.monotonic()
    allowed = entry_area(build)
    outcome, _ = boot(build, ONE_BY_ONE, lambda path: Breaker(path, allowed))
    problem = "" if outcome.end == "found" else f"no report of it ({outcome.end})"
    return [Result(f"machine check with a user's root {build.name}", not problem, time.monotonic() - start,
                   problem, outcome.lines[-SHOWN_LINES:] if problem else [])]


def cases(build: builds.Build) -> list[Case]:
    return [lambda: tour(build, None, 1), lambda: roots(build),
            lambda: injected_suite.interrupted(build), lambda: machine_check(build)]
