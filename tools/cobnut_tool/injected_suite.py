# SPDX-License-Identifier: BSD-2-Clause
"""NMIs, machine checks and asynchronous errors that QEMU injects while programs make system calls."""
import contextlib
import functools
import json
import pathlib
import re
import socket
import tempfile
import threading
import time
import typing
from collections.abc import Callable

from . import archives, builds, late_errors, preemption, qemu
from .results import Result
from .suites import BOOT_TIMEOUT, SHOWN_LINES, Case

BEGUN = "1.."  # of the conformance suite's plan: SeaBIOS takes no NMIs
TEST = "user memory: a system call is made with any stack pointer*"
LATE_TEST = "fault: an error that the hardware confines*"
ROUNDS = 40
PAUSE = 0.0005
# An MSI as a device sends it: delivery mode NMI (SDM volume 3, 11.11.2). QMP's inject-nmi goes by LINT1,
# which is masked.
NMI = "writel 0xfee00000 0x400\n"
# Bank 1: valid, uncorrected, enabled, address valid; MCG_STATUS: in progress, instruction pointer valid.
MACHINE_CHECK = "mce 0 1 0xbe00000000000134 0x5 0x1000 0"
REPORT = "fatal: uncontained hardware error: machine check"
KERNEL_NMI = re.compile(r"v=02 .* cpl=0 .* SP=[0-9a-f]{4}:([0-9a-f]{16})")
KERNEL_STACKS = range(0xffffffff80000000, 1 << 64)


class Injector(qemu.Dialogue):
    """Types nothing: begins to inject when the suite has begun."""

    def __init__(self, path: str, inject: Callable[[socket.socket], None]):
        super().__init__([])
        self.path, self.inject = path, inject
        self.thread: threading.Thread | None = None

    def hear(self, data: bytes, serial: typing.IO[bytes]) -> None:
        self.heard += data.decode("utf-8", "replace")
        if self.thread is None and BEGUN in self.heard:
            self.thread = threading.Thread(target=self.run, daemon=True)
            self.thread.start()

    def run(self) -> None:
        with contextlib.suppress(OSError, EOFError), socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.path)
            self.inject(connection)


def storm(connection: socket.socket) -> None:
    """NMIs until QEMU is gone."""
    with connection.makefile("rw") as control:  # closing it fails too when QEMU is gone: here, not at some later time
        while True:
            control.write(NMI)
            control.flush()
            if not control.readline():
                return
            time.sleep(PAUSE)


def machine_check(connection: socket.socket, level: int) -> None:
    """While the processor is at this privilege level: the machine is stopped until it is."""
    control = connection.makefile("rw")

    def ask(command: str, **arguments: str) -> str:
        control.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        control.flush()
        for line in control:
            if "return" in (answer := json.loads(line)):
                return str(answer["return"])
        raise EOFError

    def monitor(command: str) -> str:
        return ask("human-monitor-command", **{"command-line": command})

    with contextlib.suppress(EOFError, ValueError):
        ask("qmp_capabilities")
        while True:
            ask("stop")
            if f"CPL={level} " in monitor("info registers"):
                monitor(MACHINE_CHECK)
                ask("cont")
                return
            ask("cont")
            time.sleep(PAUSE)


def boot(build: builds.Build, folder: str, extra: list[str],
         inject: Callable[[socket.socket], None], *, test: str = TEST, el2: bool = False) -> qemu.Outcome:
    """One instruction at a time: else QEMU looks for what is injected only between blocks of them."""
    wishes = f"filter {test}\neffort {ROUNDS}\n".encode()
    archive = archives.with_file(build.archive("conformance"), pathlib.Path(folder, "options.cpio"),
                                 "options.txt", wishes)
    machine = qemu.Machine(archive=archive, el2=el2,
                           extra=["-accel", "tcg,one-insn-per-tb=on", *extra])
    return qemu.boot(qemu.command_line(build, machine), BOOT_TIMEOUT,
                     dialogue=Injector(f"{folder}/control", inject))


def interrupted(build: builds.Build) -> list[Result]:
    """NMIs harm nobody; that some came on a user's stack pointer or the fastpath's is checked."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder, "log")
        outcome = boot(build, folder, ["-qtest", f"unix:{folder}/control,server=on,wait=off",
                                       "-qtest-log", "none", "-d", "int", "-D", str(log)], storm)
        places = [int(sp, 16) for sp in KERNEL_NMI.findall(log.read_text())]
    window = sum(sp not in KERNEL_STACKS for sp in places)
    problem = outcome.problem() or ("" if window else "no NMI came while there was no kernel stack")
    return [Result(f"NMI {build.name}", not problem, time.monotonic() - start,
                   problem or f"{len(places)} in the kernel, {window} of them without its stack",
                   outcome.lines[-SHOWN_LINES:] if problem else [])]


def checked(build: builds.Build, level: int) -> list[Result]:
    """A machine check, which nothing confines to a thread, stops the machine with a report."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        outcome = boot(build, folder, ["-qmp", f"unix:{folder}/control,server=on,wait=off"],
                       functools.partial(machine_check, level=level))
    told = any(REPORT in line for line in outcome.lines)
    problem = "" if told else f"no report of it ({outcome.end})"
    place = "at user level" if level else "in the kernel"
    return [Result(f"machine check {place} {build.name}", told, time.monotonic() - start, problem,
                   outcome.lines[-SHOWN_LINES:] if problem else [])]


def late(build: builds.Build) -> list[Result]:
    """Each asynchronous error is a fault of the thread that it came by, at whatever point of an entry."""
    start = time.monotonic()
    count = len(late_errors.entries(build.board.isa))
    vectors = preemption.symbols(build)[1]["vectors"]
    with tempfile.TemporaryDirectory() as folder:
        outcome = boot(build, folder, ["-gdb", f"unix:{folder}/control,server=on,wait=off"],
                       lambda connection: late_errors.run(connection, build.board.isa, vectors),
                       test=LATE_TEST, el2=True)
    told = any(re.search(rf"# errors: {count}\b", line) for line in outcome.lines)
    # How QEMU ended may be lost behind its events of all the stops.
    problem = "" if told and outcome.closing() == (1, 0) else f"not {count} faults ({outcome.end})"
    return [Result(f"asynchronous errors {build.name}", not problem, time.monotonic() - start, problem,
                   outcome.lines[-SHOWN_LINES:] if problem else [])]


def cases(build: builds.Build) -> list[Case]:
    if "el2" in build.board.qemu:
        return [lambda: late(build)]
    if build.board.isa != "x86_64":
        return []
    return [lambda: interrupted(build), lambda: checked(build, 0), lambda: checked(build, 3)]
