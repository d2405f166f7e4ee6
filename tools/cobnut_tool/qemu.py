# SPDX-License-Identifier: BSD-2-Clause
"""Starts QEMU for a build, keeps its console, and says how the machine ended."""
import argparse
import contextlib
import dataclasses
import json
import math
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import typing
from collections.abc import Callable, Iterator

from . import boards, builds
from .common import WRONG_USE, Problem

DEFAULT_MEMORY = "128M"
QUIT_TIMEOUT = 10.0
SLACK = 5.0
IDLE = 30.0
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[78]|[\x00-\x08\x0b-\x1f]")
CLOSING = re.compile(r"^(?:([\w-]+): )?(\d+) passed, (\d+) failed$")


ENDS = ("power-off", "closed")  # of a boot that is well


@dataclasses.dataclass
class Machine:
    """How one boot differs from the board's plain one."""
    memory: str = DEFAULT_MEMORY
    smp: int = 1
    archive: pathlib.Path | None = None
    image: pathlib.Path | None = None
    icount: bool = False
    el2: bool = False
    u_boot: bool = False
    pvh: bool = False
    extra: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Outcome:
    """What a boot left: its console, and why it ended."""
    lines: list[str]
    end: str  # "power-off", "closed", "reset", "time-out", "found", or what QEMU said
    seconds: float

    def closing(self) -> tuple[int, int] | None:
        for line in reversed(self.lines):
            found = CLOSING.match(line)
            if found:
                return int(found.group(2)), int(found.group(3))
        return None

    def problem(self) -> str | None:
        """Why this boot is a failure; None: it closed with nothing failed and powered off."""
        if self.end not in ENDS:
            return f"the machine did not power off ({self.end})"
        closing = self.closing()
        if closing is None:
            return "no closing line"
        return f"{closing[1]} failed" if closing[1] else None


def bytes_of(size: str) -> int:
    found = re.fullmatch(r"(\d+)([KMG]?)", size.upper())
    if not found:
        raise Problem(f"--memory {size}: a number with M or G is wanted, as in 128M", WRONG_USE)
    return int(found.group(1)) << {"": 20, "K": 10, "M": 20, "G": 30}[found.group(2)]


def pvh_image(build: builds.Build, image: pathlib.Path) -> pathlib.Path:
    """A copy without multiboot's magic number: QEMU prefers multiboot where a kernel has both."""
    copy = build.folder / "kernel-pvh.elf"
    copy.write_bytes(image.read_bytes().replace(b"\x02\xb0\xad\x1b", bytes(4), 1))
    return copy


# Two instructions: an endless loop around "wait for interrupt".
PARKING = {"aarch64": 0x17ffffff_d503207f, "armv7": 0xeafffffd_e320f003}


def parked(board: boards.Board) -> list[str]:
    """Where all of a machine's cores run from the start, the others begin in a loop that sleeps:
    QEMU's own waits awake, which under -icount takes the time of the core that works."""
    address = board.qemu.get("park")
    if address is None:
        return []
    place = f"loader,addr={address:#x}"
    loads = ["-device", f"{place},data={PARKING[board.isa]:#x},data-len=8"]
    for core in range(1, board.qemu["cores"]):
        loads += ["-device", f"{place},cpu-num={core}"]
    return loads


def size_of(build: builds.Build, machine: Machine) -> tuple[int, int]:
    """Bytes of memory and cores that the machine gets."""
    qemu, name = build.board.qemu, build.board.name
    fixed, limit = qemu.get("memory"), qemu.get("max_memory")
    if fixed and machine.memory not in (DEFAULT_MEMORY, fixed):
        raise Problem(f"{name} has {fixed} of memory", WRONG_USE)
    if limit and bytes_of(machine.memory) > bytes_of(limit):
        raise Problem(f"{name} has at most {limit} of memory", WRONG_USE)
    cores = qemu.get("cores", machine.smp)
    if machine.smp not in (1, cores):
        raise Problem(f"{name} has {cores} cores", WRONG_USE)
    return bytes_of(fixed or machine.memory), cores


def command_line(build: builds.Build, machine: Machine) -> list[str]:
    qemu = build.board.qemu
    if "machine" not in qemu:
        raise Problem(f"configs/{build.board.name}.toml has no [qemu] machine: this board runs on "
                      "hardware only", WRONG_USE)
    memory, cores = size_of(build, machine)
    name = qemu["machine"]
    if machine.el2:
        if "el2" not in qemu:
            raise Problem(f"{build.board.name} has no EL2", WRONG_USE)
        name = qemu["el2"]
    command = [qemu["binary"], "-M", name, "-cpu", build.board.cpu,
               "-m", str(memory >> 20), "-smp", str(cores),
               "-no-reboot", "-display", "none", "-monitor", "none", *qemu.get("arguments", [])]
    if machine.u_boot:
        if "u_boot" not in qemu:
            raise Problem(f"{build.board.name} has no way in through U-Boot", WRONG_USE)
        if not os.path.exists(qemu["u_boot"]):
            raise Problem(f"{qemu['u_boot']} is missing: run ./cobnut setup", WRONG_USE)
        command += ["-nic", "none", "-bios", qemu["u_boot"]]
    elif "-nodefaults" not in command:
        command += ["-nic", "none"]
    if machine.icount:
        command += ["-icount", "shift=0,sleep=off"]
    image = machine.image or build.image
    if machine.pvh:
        if "pvh" not in qemu:
            raise Problem(f"{build.board.name} has no way in by PVH", WRONG_USE)
        if image.exists():  # else it is about to be built
            image = pvh_image(build, image)
    command += ["-kernel", str(image)]
    if build.tree:
        command += ["-dtb", str(build.tree)]
    command += parked(build.board)
    if machine.archive:
        command += ["-initrd", str(machine.archive)]
    return command + machine.extra


def boot_board(build: builds.Build, command: list[str], timeout: float | None, *,
               show: Callable[[str], None] | None = None, interactive: bool = False,
               until: re.Pattern[str] | None = None) -> Outcome:
    """A boot to its end, or to a line that matches; where nothing can switch the machine off, the
    end is the closing line."""
    stays_on = build.board.qemu.get("stays_on", False)
    outcome = boot(command, timeout, show=show, interactive=interactive,
                   until=until or (CLOSING if stays_on else None))
    if outcome.end == "found" and not until:
        outcome.end = "closed"
    return outcome


@dataclasses.dataclass(frozen=True)
class Limit:
    deadline: float  # on the monotonic clock
    processor: float  # seconds


class Monitor:
    """QEMU's control socket: starts the machine and hears how it ends."""

    def __init__(self, path: str, process: subprocess.Popen, deadline: float):
        self.socket = socket.socket(socket.AF_UNIX)
        while True:
            try:
                self.socket.connect(path)
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
        self.file = self.socket.makefile("rw")
        self.send("qmp_capabilities")
        self.send("cont")

    def send(self, command: str) -> None:
        self.file.write(json.dumps({"execute": command}) + "\n")
        self.file.flush()

    def quit(self, process: subprocess.Popen) -> None:
        """Ends QEMU in order, so that a plugin writes its report."""
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            self.send("quit")
            process.communicate(timeout=QUIT_TIMEOUT)

    def reason(self) -> str:
        """Called when QEMU is gone: what its last events say."""
        reason = "QEMU ended"
        with contextlib.suppress(OSError, ValueError):
            for line in self.file:
                event = json.loads(line)
                if event.get("event") == "SHUTDOWN":
                    reason = event["data"]["reason"]
        return {"guest-shutdown": "power-off", "guest-reset": "reset"}.get(reason, reason)


class Console:
    """Cuts what the serial line brings into clean lines."""

    def __init__(self, show: Callable[[str], None] | None):
        self.lines: list[str] = []
        self.rest = ""
        self.show = show

    def feed(self, data: bytes) -> None:
        if self.show:
            self.show(data.decode("utf-8", "replace"))
        self.rest += data.decode("utf-8", "replace").replace("\r", "")
        *whole, self.rest = self.rest.split("\n")
        self.lines += [CONTROL.sub("", line) for line in whole]

    def finish(self) -> list[str]:
        if self.rest:
            self.lines.append(CONTROL.sub("", self.rest))
            self.rest = ""
        return self.lines


class Dialogue:
    """Types on the serial line: each answer once its pattern has come behind the last one's, with
    what the pattern caught."""

    def __init__(self, steps: list[tuple[str, str]]):
        self.steps = [(re.compile(pattern), answer) for pattern, answer in steps]
        self.heard = ""

    def hear(self, data: bytes, serial: typing.IO[bytes]) -> None:
        self.heard += data.decode("utf-8", "replace").replace("\r", "")
        while self.steps and (found := self.steps[0][0].search(self.heard)):
            self.heard = self.heard[found.end():]
            with contextlib.suppress(OSError):
                serial.write(found.expand(self.steps[0][1]).encode())
            del self.steps[0]


class Running:
    """The QEMUs that run now, in whatever thread: none outlives the command."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.processes: set[subprocess.Popen] = set()
        self.ending = False

    def add(self, process: subprocess.Popen) -> None:
        with self.lock:
            self.processes.add(process)
            if self.ending:
                process.kill()

    def remove(self, process: subprocess.Popen) -> None:
        with self.lock:
            self.processes.discard(process)

    def end(self) -> None:
        with self.lock:
            self.ending = True
            for process in self.processes:
                process.kill()


RUNNING = Running()


@contextlib.contextmanager
def held_signals() -> Iterator[None]:
    """No handler that raises runs between QEMU's start and the note that it runs. Not by a mask: QEMU
    would inherit it. Python's handlers run in the main thread alone."""
    handlers = {number: signal.getsignal(number)
                for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)}
    if threading.current_thread() is not threading.main_thread():
        handlers = {}
    came: list[int] = []
    held = {number: handler for number, handler in handlers.items() if callable(handler)}
    for number in held:
        signal.signal(number, lambda which, _frame: came.append(which))
    try:
        yield
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)
    for number in came:
        held[number](number, None)


@contextlib.contextmanager
def started(command: list[str], interactive: bool, talks: bool = False,
            apart: bool = False) -> Iterator[subprocess.Popen]:
    """`apart`: the terminal's signals do not reach QEMU."""
    stdin = subprocess.PIPE if talks else None if interactive else subprocess.DEVNULL
    try:
        with held_signals():
            process = subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT, bufsize=0,
                                       process_group=0 if apart else None)
            RUNNING.add(process)
    except OSError as error:
        raise Problem(f"{command[0]}: {error.strerror}", WRONG_USE) from error
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        RUNNING.remove(process)


def boot(command: list[str], timeout: float | None, *, show: Callable[[str], None] | None = None,
         until: re.Pattern[str] | None = None, linger: float = 0.0,
         interactive: bool = False, dialogue: Dialogue | None = None) -> Outcome:
    """Runs the machine to its end, to the time-out, or until a line of the console matches; then
    for some seconds more, which it may use to power off. The time-out is of processor time, so
    that a busy host fails no test; by the clock it is SLACK times as much, or IDLE of idleness."""
    start = time.monotonic()
    limit = Limit(start + timeout * SLACK, timeout) if timeout else Limit(math.inf, math.inf)
    console = Console(show)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "qmp")
        command = [*command, "-S", "-serial", "stdio", "-qmp", f"unix:{path},server=on,wait=off"]
        with started(command, interactive, dialogue is not None) as process:
            monitor = None
            with contextlib.suppress(OSError):
                monitor = Monitor(path, process, limit.deadline)
            end = follow(process, console, limit, until, dialogue)
            if end == "found" and linger:
                end = follow(process, console, Limit(time.monotonic() + linger, math.inf),
                             None) and "found"
            if not end:
                process.wait()
                end = monitor.reason() if monitor else "QEMU did not start"
            elif end == "found" and monitor:
                monitor.quit(process)
    return Outcome(console.finish(), end, time.monotonic() - start)


def processor_seconds(process: subprocess.Popen) -> float:
    try:
        fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError):
        return 0.0


def wants_to_run(process: subprocess.Popen) -> bool:
    """Whether a thread of QEMU would run if a busy host let it: then it does not idle."""
    for stat in pathlib.Path(f"/proc/{process.pid}/task").glob("*/stat"):
        with contextlib.suppress(OSError, IndexError):
            if stat.read_text().rpartition(")")[2].split()[0] == "R":
                return True
    return False


def follow(process: subprocess.Popen, console: Console, limit: Limit,
           until: re.Pattern[str] | None, dialogue: Dialogue | None = None) -> str:
    """Reads the console until QEMU closes it (""), time is up, or the line has come."""
    assert process.stdout
    busy_at, busy = time.monotonic(), 0.0  # when it was last seen at work
    while True:
        left = limit.deadline - time.monotonic()
        used = processor_seconds(process)
        if left <= 0 or used > limit.processor:
            return "time-out"
        if used > busy + 0.5 or wants_to_run(process):
            busy_at, busy = time.monotonic(), used
        if limit.processor < math.inf and time.monotonic() > busy_at + IDLE:
            return "time-out, idle"
        ready, _, _ = select.select([process.stdout], [], [], min(left, 1.0))
        if not ready:
            continue
        data = os.read(process.stdout.fileno(), 65536)
        if not data:
            return ""
        console.feed(data)
        if dialogue:
            dialogue.hear(data, process.stdin)
        if until and any(until.search(line) for line in console.lines):
            return "found"


def machine_of(options: argparse.Namespace) -> Machine:
    return Machine(memory=options.memory or DEFAULT_MEMORY, smp=options.smp)


def to_terminal(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
