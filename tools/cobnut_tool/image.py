# SPDX-License-Identifier: BSD-2-Clause
"""Writes what is copied to hardware: a card's image, a FIT image or an ISO, and how to use it."""
import argparse
import pathlib
import shutil

from . import boards, builds, media, setup, ways
from .common import BUILD, WRONG_USE, Problem, say, short_path

HELP = """
Builds a board and writes what one copies to hardware into build/image/NAME: the image of an SD card
for a Raspberry Pi, a FIT image and a script for U-Boot, an ISO for a PC; and a README.txt that says
how to use it. docs/boards.md says what was tried.
"""
PI_FIRMWARE = {"rpi2": "bootcode.bin start.elf fixup.dat bcm2709-rpi-2-b.dtb",
               "rpi3": "bootcode.bin start.elf fixup.dat bcm2710-rpi-3-b.dtb",
               "rpi4": "start4.elf fixup4.dat bcm2711-rpi-4-b.dtb"}
NOT_TRIED = "It was tried in QEMU only, never on real hardware.\n"
PI_TEXT = """Cobnut for {board}: card.img

1. Write it to an SD card (everything on the card is lost; find the card's name by lsblk):
     sudo dd if=card.img of=/dev/sdX bs=4M conv=fsync
2. Copy the Raspberry Pi's own firmware to the card's partition, from the folder boot of
   https://github.com/raspberrypi/firmware:
     {firmware}
3. Connect a serial adapter of 3.3 V to pins 6 (ground), 8 (TXD) and 10 (RXD): 115200 8N1.

config.txt on the card makes the firmware load kernel and archive. With U-Boot instead of the kernel
(kernel=u-boot.bin in config.txt; a 64-bit Pi), boot.scr starts Cobnut by booti.
"""
FIT_TEXT = """Cobnut for {board}: cobnut.itb

A FIT image with kernel and archive. At U-Boot's prompt, with the file at an address of memory that is
free (here {at}):
     load virtio 0:1 {at} cobnut.itb
     bootm {at}#cobnut {at}:ramdisk ${{{tree}}}
boot.scr does that by itself from the first partition of the first virtio disk of QEMU's machine; for
another disk change boot.cmd and make it anew:
     mkimage -A {arch} -T script -C none -d boot.cmd boot.scr
The kernel is loaded at {load}, which must be RAM that U-Boot does not use.
"""
ISO_TEXT = """Cobnut for {board}: cobnut.iso

A disc of GRUB, for BIOS and UEFI. Write it to a USB stick (everything on it is lost; find its name by
lsblk) or burn it:
     sudo dd if=cobnut.iso of=/dev/sdX bs=4M conv=fsync
The console is the first serial port (COM1), 115200 8N1. Secure Boot must be off.
"""


def pi(build: builds.Build, archive: pathlib.Path, target: pathlib.Path) -> str:
    shutil.copy(media.pi_card(build, archive), target / "card.img")
    return PI_TEXT.format(board=build.board.name, firmware=PI_FIRMWARE[build.board.name])


def fit(build: builds.Build, archive: pathlib.Path, target: pathlib.Path) -> str:
    shutil.copytree(media.fit(build, archive), target, dirs_exist_ok=True)
    isa = build.board.isa
    return FIT_TEXT.format(board=build.board.name, at=f"{media.FIT_LOAD[isa]:#x}",
                           tree=media.FIT_TREE[isa], arch=media.FIT_ARCH[isa],
                           load=f"{media.FIT_KERNEL[isa]:#x}")


def iso(build: builds.Build, archive: pathlib.Path, target: pathlib.Path) -> str:
    shutil.copy(media.iso(build, archive), target / "cobnut.iso")
    return ISO_TEXT.format(board=build.board.name)


def maker(board: boards.Board) -> tuple[str, object]:
    """The packages' key and the function for the board's kind of image."""
    if board.name in PI_FIRMWARE:
        return "sd", pi
    return ("iso", iso) if board.isa == "x86_64" else ("fit", fit)


def image(options: argparse.Namespace) -> int:
    """Writes what one copies to hardware."""
    build = builds.of(options)
    archive = pathlib.Path(options.archive) if options.archive else build.archive("tour")
    if options.archive and not archive.is_file():
        raise Problem(f"--archive {options.archive}: there is no such file", WRONG_USE)
    setup.ensure([build])
    kind, make = maker(build.board)
    setup.ensure_packages(ways.PACKAGES[kind])
    builds.compile_build(build, [] if options.archive else ["tour"])
    target = BUILD / "image" / build.board.name
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    text = make(build, archive.resolve(), target)
    (target / "README.txt").write_text(text + NOT_TRIED)
    for path in sorted(target.iterdir()):
        say(f"{path.stat().st_size:>10}  {short_path(path)}")
    return 0
