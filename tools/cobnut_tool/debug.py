# SPDX-License-Identifier: BSD-2-Clause
"""QEMU stopped at its first instruction and gdb attached, with the kernel's symbols."""
import argparse
import os
import signal
import subprocess
import tempfile
import time

from . import builds, qemu, setup
from .common import BUILD, ROOT, say, short_path

CONSOLE = BUILD / "debug-console.txt"


def run_gdb(command: list[str]) -> int:
    """Ctrl-C in the terminal is for gdb, which stops the machine by it."""
    handler = signal.getsignal(signal.SIGINT)
    if callable(handler):
        signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        return subprocess.run(command).returncode
    finally:
        signal.signal(signal.SIGINT, handler)


def debug(options: argparse.Namespace) -> int:
    """Starts QEMU stopped and attaches gdb-multiarch."""
    build = builds.of(options)
    setup.ensure([build], extra=["gdb-multiarch"])
    builds.compile_build(build, ["tour"])
    machine = qemu.machine_of(options)
    machine.archive = build.archive("tour")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "gdb")
        command = [*qemu.command_line(build, machine), "-S", "-serial", f"file:{CONSOLE}",
                   "-gdb", f"unix:{path},server=on,wait=off"]
        say(f"the machine's console goes to {short_path(CONSOLE)}")
        gdb = ["gdb-multiarch", "-q", "-d", str(ROOT), "-ex", f"target remote {path}"]
        for line in options.execute or []:
            gdb += ["-ex", line]
        if options.execute:
            gdb += ["-batch"]
        with qemu.started(command, interactive=False, apart=True) as process:
            while not os.path.exists(path) and process.poll() is None:
                time.sleep(0.01)
            return run_gdb([*gdb, str(build.elf)])
