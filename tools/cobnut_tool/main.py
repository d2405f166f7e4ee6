# SPDX-License-Identifier: BSD-2-Clause
"""The command line: subcommands, their options, and the exit status."""
import argparse
import os
import signal
import sys
import textwrap
from collections.abc import Callable
from typing import NoReturn

from . import bench, boards, builds, clean, debug, image, port, qemu, run, sdk, setup, size, test
from .common import FAILED, Problem, abi_version, version

SIGNALLED = 128  # and the signal's number: a shell's exit status


class Signalled(BaseException):
    """Unwinds the command as Ctrl-C does."""


def raise_signalled(number: int, _frame: object) -> NoReturn:
    raise Signalled(number)


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1 is wanted")
    return value


def add_build_options(parser: argparse.ArgumentParser, one_board: bool) -> None:
    default = f"default {boards.DEFAULT}" if one_board else "default: all of them"
    parser.add_argument("--board", metavar="NAME", default=boards.DEFAULT if one_board else None,
                        help=f"a board of ./cobnut boards ({default})")
    parser.add_argument("--variant", choices=["release", "debug", "trace"], default="release",
                        help="release (default); debug: asserts and invariants; "
                             "trace: release and the event ring")
    parser.add_argument("--toolchain", choices=["gcc", "clang"], default="gcc",
                        help="gcc (default) or clang with lld")
    parser.add_argument("--without", choices=builds.WITHOUT, default="",
                        help="a kernel whose every entry takes the slow path, or that uses no "
                             "address-space identifiers (RISC-V)")
    parser.add_argument("--with", dest="extra", choices=list(builds.EXTRAS), default="",
                        help="a kernel that user address spaces do not map (x86-64)")


def add_machine_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--memory", metavar="SIZE", help="RAM, as in 64M or 3G (default 128M)")
    parser.add_argument("--smp", metavar="N", type=positive, default=1,
                        help="cores of the machine (default 1)")


def add_json_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", metavar="FILE", help="write the results there too")


def add_run_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--archive", metavar="FILE",
                        help="boot this cpio (newc) archive instead of the tour's")
    parser.add_argument("--via", choices=["direct", "u-boot", "pvh"], default="direct",
                        help="the way in; u-boot: through Debian's U-Boot (qemu-virt-aarch64); "
                             "pvh: not multiboot (qemu-pc-x86_64)")
    parser.add_argument("--el2", action="store_true", help="enter at EL2 (qemu-virt-aarch64)")
    parser.add_argument("--icount", action="store_true",
                        help="let time follow the instructions: repeatable, slower "
                             "(the tour always does)")
    parser.add_argument("--timeout", metavar="SECONDS", type=float,
                        help=f"give up after this time (default {run.TIMEOUT:.0f}; with --archive "
                             "at a terminal: never)")


def add_test_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="*", metavar="WHAT",
                        help=f"any of {', '.join(test.SUITES)}; nothing: the quick whole")
    parser.add_argument("--all", action="store_true",
                        help="every combination of board, variant and toolchain")
    parser.add_argument("--boards", action="store_true",
                        help="the suite boards: every board by every way into it")
    parser.add_argument("--via", metavar="WAY",
                        help="boards: only the tour by the ways of this name (a glob), no conformance")
    parser.add_argument("--filter", metavar="TEXT",
                        help="only the unit and conformance tests whose name has TEXT in it; the fuzz "
                             "target of that name")
    parser.add_argument("--list", action="store_true",
                        help="print the rules that the conformance suite would check, run nothing")
    parser.add_argument("--long", action="store_true",
                        help="conformance: 100 times the rounds of random and hostile tests; "
                             "fuzz: 10^8 inputs")
    parser.add_argument("--repeat", metavar="N", type=positive, default=1,
                        help="conformance: each test N times")
    parser.add_argument("--twice", action="store_true",
                        help="conformance: boot each board again and compare the lines, as --all does")
    parser.add_argument("--first-failure", action="store_true",
                        help="conformance: end a board's run at its first failed test")
    parser.add_argument("--seed", metavar="N", type=positive,
                        help="conformance, fuzz: the random tests begin with this seed")
    parser.add_argument("--coverage", action="store_true",
                        help="instead: which lines and branches of the generic core the host tests "
                             "run through, as HTML")
    parser.add_argument("--mutate", metavar="COUNT", type=int, nargs="?", const=300,
                        help="instead: try the host tests on so many mutants of the generic core "
                             "(300; 0: all of them); --seed chooses others")
    parser.add_argument("--sabotage", action="store_true",
                        help="instead: do the tests notice the faults of test/sabotage? --filter "
                             "chooses some")
    parser.add_argument("--junit", metavar="FILE",
                        help="write the results there as JUnit XML for a CI server")


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cobnut", description="Builds, runs and tests the Cobnut microkernel.",
        epilog="Exit status: 0 all well, 1 something failed, 2 wrong use or a missing program.")
    parser.add_argument("--version", action="version",
                        version=f"cobnut {version()} (ABI {abi_version()})")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(function: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        child = commands.add_parser(
            function.__name__, help=function.__doc__, description=textwrap.dedent(text).strip(),
            formatter_class=argparse.RawDescriptionHelpFormatter)
        child.set_defaults(function=function)
        return child

    add(setup.setup, """
        Installs the compilers, QEMU and the rest by apt; does nothing when all is there. On
        Debian 12 it adds the release's backports, of the mirror that apt uses already, as
        /etc/apt/sources.list.d/cobnut-backports.list. Elsewhere it says what it wants.""")
    add_json_option(add(boards.boards, "Lists the boards, one file each in configs/."))
    add_build_options(add(builds.build, """
        Builds kernel, programs and boot archives into build/BOARD-VARIANT-TOOLCHAIN/. The usual
        Meson commands work there too."""), True)
    child = add(run.run, """
        Builds and boots a board in QEMU; installs what is missing first. The boot is well when
        it prints its closing line with nothing failed and powers off.""")
    add_build_options(child, True)
    add_machine_options(child)
    add_run_options(child)
    child = add(test.test, test.HELP)
    add_build_options(child, False)
    child.set_defaults(variant=None, toolchain=None)
    add_machine_options(child)
    add_test_options(child)
    add_json_option(child)
    child = add(image.image, image.HELP)
    add_build_options(child, True)
    child.add_argument("--archive", metavar="FILE", help="a cpio archive instead of the tour's")
    child = add(bench.bench, bench.HELP)
    add_build_options(child, False)
    child.add_argument("--only", metavar="GLOB", help="only the operations whose name matches")
    child.add_argument("--compare", metavar="FILE",
                       help="print what is different from an earlier run's --json")
    child.add_argument("--update-baselines", action="store_true",
                       help="make the measured costs the ones that later ones are compared with")
    child.add_argument("--curves", action="store_true",
                       help="cost against numbers of threads, priorities, slots, words and more")
    child.add_argument("--html", metavar="FILE",
                       help="write a page with charts, curves and where the instructions go")
    add_json_option(child)
    child = add(debug.debug, """
        Starts QEMU stopped at its first instruction and attaches gdb-multiarch with the kernel's
        symbols. The machine's console goes to a file whose name it prints.""")
    add_build_options(child, True)
    add_machine_options(child)
    child.add_argument("--execute", metavar="COMMAND", action="append",
                       help="a gdb command to execute instead of asking for them (repeatable)")
    child = add(size.size, size.HELP)
    add_build_options(child, False)
    add_json_option(child)
    child = add(port.port, port.HELP)
    child.add_argument("file", metavar="FILE", help="a device tree: .dtb, or .dts")
    child.add_argument("--name", metavar="N", help="the board's name (default: the file's)")
    child.add_argument("--qemu", metavar="MACHINE", help="QEMU's machine for it, as in -M")
    child.add_argument("--own-tree", action="store_true",
                       help="firmware hands over no tree: the board brings this .dts of configs/")
    child.add_argument("--output", metavar="DIR", help="write there, not into configs/")
    child.add_argument("--force", action="store_true", help="replace a config of that name")
    child = add(sdk.sdk, """
        Writes an SDK into a folder: kernels of all boards (release and debug), headers, library,
        pkg-config and Meson machine files of each ISA, the archive tool, examples. Programs are
        built with it without this tree; docs/tutorial.md shows how.""")
    add_build_options(child, False)
    child.set_defaults(variant=None)
    child.add_argument("folder", metavar="DIR", help="a new folder, or an SDK to write anew")
    add(builds.abi, """
        Prints docs/abi.md, the C header and the golden file anew from the tables in
        include/cobnut/abi.""")
    add(clean.clean, "Removes build/ with all that was built.")
    return parser


def main(arguments: list[str]) -> int:
    options = make_parser().parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, raise_signalled)
    try:
        return options.function(options)
    except Problem as problem:
        sys.stdout.flush()
        print(f"cobnut: {problem}", file=sys.stderr)
        return problem.status
    except Signalled as signalled:
        print("cobnut: interrupted", file=sys.stderr)
        return SIGNALLED + signalled.args[0]
    except BrokenPipeError:
        return FAILED
    except Exception as error:
        if os.environ.get("COBNUT_TRACEBACK"):
            raise
        print(f"cobnut: {type(error).__name__}: {error} (COBNUT_TRACEBACK=1 shows where)",
              file=sys.stderr)
        return FAILED
    finally:
        qemu.RUNNING.end()
