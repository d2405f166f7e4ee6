# SPDX-License-Identifier: BSD-2-Clause
"""Boots a board in QEMU with the tour or with somebody else's archive, and judges the boot."""
import argparse
import pathlib
import sys

from . import builds, qemu, setup
from .common import FAILED, WRONG_USE, Problem, say

TIMEOUT = 120.0


def run(options: argparse.Namespace) -> int:
    """Builds and boots a board in QEMU."""
    build = builds.of(options)
    setup.ensure([build])
    machine = qemu.machine_of(options)
    machine.el2 = options.el2
    machine.u_boot = options.via == "u-boot"
    machine.pvh = options.via == "pvh"
    # The tour measures CPU shares: by counted time it is right on a busy machine too.
    machine.icount = options.icount or not options.archive
    if options.archive:
        machine.archive = pathlib.Path(options.archive)
        if not machine.archive.is_file():
            raise Problem(f"--archive {options.archive}: there is no such file", WRONG_USE)
    command = qemu.command_line(build, machine)  # wrong options are told before a long build
    builds.compile_build(build, [] if options.archive else ["tour"])
    if not options.archive:
        machine.archive = build.archive("tour")
        command = qemu.command_line(build, machine)

    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    timeout = options.timeout or (None if interactive and options.archive else TIMEOUT)
    outcome = qemu.boot_board(build, command, timeout, show=qemu.to_terminal,
                              interactive=interactive)
    if options.archive and outcome.end == "power-off" and outcome.closing() is None:
        return 0  # a foreign root task owes us no closing line
    problem = outcome.problem()
    if problem:
        say(f"cobnut: {build.board.name}: {problem}")
        return FAILED
    return 0
