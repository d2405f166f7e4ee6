# SPDX-License-Identifier: BSD-2-Clause
"""Tests of ./cobnut image: the files that it writes boot, as far as QEMU has the firmware."""
import pathlib
import subprocess
import sys

from . import builds, image, qemu, ways
from .common import BUILD, ROOT, Problem
from .results import Result
from .suites import Case, boot_tour


def out_of(command: list[str], part: pathlib.Path) -> pathlib.Path:
    part.unlink(missing_ok=True)
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode or not part.exists():
        raise Problem(f"{command[0]}: {done.stderr.strip() or done.stdout.strip()}")
    return part


def of_fit(fit: pathlib.Path, index: int, part: pathlib.Path) -> pathlib.Path:
    return out_of(["dumpimage", "-T", "flat_dt", "-p", str(index), "-o", str(part), str(fit)], part)


def of_card(card: pathlib.Path, name: str, part: pathlib.Path) -> pathlib.Path:
    return out_of(["mcopy", "-n", "-i", f"{card}@@1M", f"::{name}", str(part)], part)


def from_files(target: pathlib.Path) -> ways.Way:
    """How QEMU boots the files. Where there is no firmware for the machine, it loads kernel and
    archive as they are in the image."""
    def way(build: builds.Build, machine: qemu.Machine) -> list[str]:
        kind, _ = image.maker(build.board)
        if kind == "iso":
            return ways.from_disc(build, machine, target / "cobnut.iso")
        if kind == "sd" and "u_boot_rpi" in build.board.qemu:
            return ways.from_card(build, machine, target / "card.img")
        if kind == "fit" and build.board.qemu["machine"].startswith("virt"):
            return ways.from_fit(build, machine, target)
        kernel, archive = build.folder / "image-kernel", build.folder / "image-archive"
        if kind == "sd":
            machine.image = of_card(target / "card.img", "kernel7.img", kernel)
            machine.archive = of_card(target / "card.img", "archive.cpio", archive)
        else:
            machine.image = of_fit(target / "cobnut.itb", 0, kernel)
            machine.archive = of_fit(target / "cobnut.itb", 1, archive)
        return qemu.command_line(build, machine)
    return way


def image_case(build: builds.Build) -> Case:
    def case() -> list[Result]:
        done = subprocess.run([sys.executable, str(ROOT / "cobnut"), "image", "--board",
                               build.board.name, "--variant", build.variant, "--toolchain",
                               build.toolchain], capture_output=True, text=True, cwd=ROOT)
        if done.returncode:
            raise Problem(f"./cobnut image: {done.stderr.strip()}")
        target = BUILD / "image" / build.board.name
        text = (target / "README.txt").read_text()
        if build.board.name not in text or image.NOT_TRIED not in text:
            raise Problem("README.txt does not say what this is")
        return boot_tour(build, "boards image", qemu.Machine(icount=True), from_files(target))
    return case
