# SPDX-License-Identifier: BSD-2-Clause
"""Configures and compiles with Meson; a folder of build/ for each board, variant and toolchain."""
import argparse
import dataclasses
import pathlib
import re
import shutil
import subprocess

from . import boards
from .common import BUILD, CPUS, ROOT, WRONG_USE, Problem, Stage, say, short_path


@dataclasses.dataclass(frozen=True)
class Build:
    board: boards.Board
    variant: str
    toolchain: str
    without: str = ""  # one of WITHOUT
    extra: str = ""  # one of EXTRAS

    @property
    def name(self) -> str:
        return f"{self.board.name} {self.variant} {self.toolchain}{self.difference}"

    @property
    def difference(self) -> str:
        """From the ordinary kernel."""
        return (f" without {self.without}" if self.without else "") + \
            (f" with {self.extra}" if self.extra else "")

    @property
    def folder(self) -> pathlib.Path:
        return BUILD / (f"{self.board.name}-{self.variant}-{self.toolchain}"
                        + (f"-no-{self.without}" if self.without else "")
                        + (f"-{self.extra}" if self.extra else ""))

    @property
    def elf(self) -> pathlib.Path:
        return self.folder / "kernel/kernel.elf"

    @property
    def image(self) -> pathlib.Path:
        return self.folder / f"kernel/kernel.{self.board.image}"

    @property
    def tree(self) -> pathlib.Path | None:
        """The device tree of the config, for machines that bring none."""
        return self.folder / "board.dtb" if self.board.dts else None

    def archive(self, name: str) -> pathlib.Path:
        return self.folder / f"{name}.cpio"

    def setup_arguments(self) -> list[str]:
        return ["--cross-file", f"configs/toolchains/{self.toolchain}.ini",
                "--cross-file", f"configs/isa/{self.board.isa}.ini",
                f"-Dboard={self.board.name}", f"-Dvariant={self.variant}",
                *([f"-D{self.without}=false"] if self.without else []),
                *([f"-D{self.extra}=true"] if self.extra else [])]


HOST_FOLDER = BUILD / "host"
WITHOUT = ("fastpath", "asids")  # Meson's options of what a kernel can be built without
EXTRAS = {"isolation": "x86_64"}  # and with, on which ISA


def can_have(board: boards.Board, extra: str) -> bool:
    return extra == "" or EXTRAS[extra] == board.isa


def with_extra(chosen: list[boards.Board], extra: str) -> list[boards.Board]:
    """Those of the boards whose kernel can have it."""
    able = [board for board in chosen if can_have(board, extra)]
    if chosen and not able:
        raise Problem(f"{extra} is for {EXTRAS[extra]}, not for {chosen[0].name}", WRONG_USE)
    return able


def of(options: argparse.Namespace) -> Build:
    (board,) = with_extra([boards.load(options.board)], options.extra)
    return Build(board, options.variant, options.toolchain, options.without, options.extra)


def first_error(output: str) -> str:
    for pattern in (r"^.*undefined (?:reference|symbol).*$",
                    r"^(?!collect2).*?(?:fatal error|error|ERROR): .*$", r"^FAILED: .*$"):
        found = re.search(pattern, output, re.MULTILINE)
        if found:
            return found.group(0).strip()
    return "see the log"


def logged(command: list[str], log: pathlib.Path, what: str) -> None:
    result = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, errors="replace")
    log.write_text(result.stdout)
    if result.returncode:
        raise Problem(f"{what} failed: {first_error(result.stdout)} (all of it: {short_path(log)})")


def configure(folder: pathlib.Path, arguments: list[str], what: str) -> None:
    if (folder / "build.ninja").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    logged(["meson", "setup", str(folder), *arguments], folder.with_suffix(".log"),
           f"configuring {what}")


def compile_folder(folder: pathlib.Path, arguments: list[str], what: str,
                   targets: list[str]) -> None:
    with Stage(f"building {what}"):
        configure(folder, arguments, what)
        logged(["ninja", f"-j{CPUS}", "-C", str(folder), *targets], folder.with_suffix(".log"),
               f"building {what}")


def compile_build(build: Build, archives: list[str] | None = None) -> Build:
    """Kernel and these archives; without a list, all that Meson knows."""
    targets = []
    if archives is not None:
        targets = ["bootable", *(f"{name}.cpio" for name in archives)]
        targets += ["board.dtb"] if build.tree else []
    compile_folder(build.folder, build.setup_arguments(), build.name, targets)
    return build


def compile_host() -> None:
    compile_folder(HOST_FOLDER, [], "the host unit tests", [])


def abi(_options: argparse.Namespace) -> int:
    """Prints what is written down of the ABI anew from its tables."""
    compile_folder(HOST_FOLDER, [], "the printer", ["tools/abi/abi_printer"])
    return subprocess.run([str(HOST_FOLDER / "tools/abi/abi_printer"), "write", str(ROOT)]).returncode


def build(options: argparse.Namespace) -> int:
    """Builds the kernel and the programs of a board."""
    made = compile_build(of(options))
    say(f"kernel    {short_path(made.image)}")
    for archive in sorted(made.folder.glob("*.cpio")):
        say(f"archive   {short_path(archive)}")
    return 0
