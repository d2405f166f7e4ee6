# SPDX-License-Identifier: BSD-2-Clause
"""The ways into each board besides the plain one, as command lines of QEMU."""
import dataclasses
import os
import pathlib
from collections.abc import Callable

from . import boards, builds, foreign, media, qemu
from .common import WRONG_USE, Problem

OVMF = "/usr/share/ovmf/OVMF.fd"
U_BOOT_SMODE = "/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin"
PACKAGES = {"iso": ["grub-pc-bin", "grub-efi-amd64-bin", "grub-common", "xorriso", "mtools"],
            "uefi": ["ovmf", "grub-pc-bin", "grub-efi-amd64-bin", "grub-common", "xorriso", "mtools"],
            "sd": ["u-boot-tools", "mtools"],
            "fit": ["u-boot-tools", "device-tree-compiler", "u-boot-qemu"]}
VENDOR_KERNELS = {"aarch64": ("linux-image-arm64", "arm64"), "armv7": ("linux-image-armmp", "armhf")}
VENDOR_TREES = {"rpi2": "bcm2836-rpi-2-b.dtb", "rpi3": "bcm2837-rpi-3-b.dtb",
                "rpi4": "bcm2711-rpi-4-b.dtb"}
Way = Callable[[builds.Build, qemu.Machine], list[str]]


def without(command: list[str], *options: str) -> list[str]:
    """The command line without these options and their values."""
    rest = []
    words = iter(command)
    for word in words:
        if word in options:
            next(words)
        else:
            rest.append(word)
    return rest


def there(path: str) -> str:
    if not os.path.exists(path):
        raise Problem(f"{path} is missing: run ./cobnut test --boards", WRONG_USE)
    return path


def direct(build: builds.Build, machine: qemu.Machine) -> list[str]:
    return qemu.command_line(build, machine)


def changed(**fields: object) -> Way:
    return lambda build, machine: qemu.command_line(build, dataclasses.replace(machine, **fields))


def controller(version: int, el2: bool) -> Way:
    """QEMU's virt machine with the other version of the GIC."""
    def way(build: builds.Build, machine: qemu.Machine) -> list[str]:
        command = qemu.command_line(build, machine)
        at = command.index("-M") + 1
        command[at] = f"virt,gic-version={version}" + (",virtualization=on" if el2 else "")
        return command
    return way


def from_fit(build: builds.Build, machine: qemu.Machine, tree: pathlib.Path) -> list[str]:
    """U-Boot runs the boot.scr of a disk with these files, and that starts a FIT image."""
    is_riscv = build.board.isa == "riscv64"
    machine = dataclasses.replace(machine, memory="256M", u_boot=not is_riscv)
    command = without(qemu.command_line(build, machine), "-kernel", "-initrd")
    if is_riscv:
        command += ["-kernel", there(U_BOOT_SMODE)]
    return command + ["-drive", f"file=fat:{tree},format=raw,if=none,id=disk,readonly=on",
                      "-device", "virtio-blk-device,drive=disk"]


def from_disc(build: builds.Build, machine: qemu.Machine, image: pathlib.Path) -> list[str]:
    command = without(qemu.command_line(build, machine), "-kernel", "-initrd")
    return [*command, "-cdrom", str(image)]


def from_card(build: builds.Build, machine: qemu.Machine, image: pathlib.Path) -> list[str]:
    """Debian's U-Boot runs the boot.scr of an SD card: booti. By the clock: it waits for USB, which
    takes minutes where time follows the instructions."""
    machine = dataclasses.replace(machine, icount=False)
    command = without(qemu.command_line(build, machine), "-kernel", "-initrd")
    firmware = foreign.unpacked("u-boot-rpi", "arm64") / "usr/lib/u-boot" \
        / build.board.qemu["u_boot_rpi"] / "u-boot.bin"
    return [*command, "-kernel", str(firmware), "-drive", f"if=sd,format=raw,file={image}"]


def fit(el2: bool) -> Way:
    def way(build: builds.Build, machine: qemu.Machine) -> list[str]:
        assert machine.archive
        return from_fit(build, dataclasses.replace(machine, el2=el2), media.fit(build, machine.archive))
    return way


def disc(uefi: bool) -> Way:
    """GRUB from an ISO, started by BIOS or by UEFI."""
    def way(build: builds.Build, machine: qemu.Machine) -> list[str]:
        assert machine.archive
        machine = dataclasses.replace(machine, memory="256M" if uefi else machine.memory)
        command = from_disc(build, machine, media.iso(build, machine.archive))
        return [*command, "-bios", there(OVMF)] if uefi else command
    return way


def pi_u_boot(build: builds.Build, machine: qemu.Machine) -> list[str]:
    assert machine.archive
    return from_card(build, machine, media.pi_card(build, machine.archive))


def vendor_tree(board: boards.Board) -> pathlib.Path:
    """Linux's device tree of a Pi, as Debian's kernel packages have it; its licence is not ours."""
    package, architecture = VENDOR_KERNELS[board.isa]
    root = foreign.unpacked(package, architecture)
    return next(root.glob(f"usr/lib/linux-image-*/**/{VENDOR_TREES[board.name]}"))


def with_vendor_tree(build: builds.Build, machine: qemu.Machine) -> list[str]:
    command = without(qemu.command_line(build, machine), "-dtb")
    return [*command, "-dtb", str(vendor_tree(build.board))]


def ways(board: boards.Board) -> dict[str, Way]:
    """The plain way first."""
    found: dict[str, Way] = {"direct": direct}
    machine = board.qemu.get("machine", "")
    if "gic-version=" in machine:
        # Each of these boards has el2 and u_boot.
        other = 2 if "gic-version=3" in machine else 3
        found[f"gic-v{other}"] = controller(other, el2=False)
        found["el2"] = changed(el2=True)
        found[f"gic-v{other} el2"] = controller(other, el2=True)
        found["u-boot"] = changed(u_boot=True)
        found["u-boot fit"] = fit(el2=False)
        found["u-boot fit el2"] = fit(el2=True)
    if board.name == "qemu-virt-riscv64":
        found["u-boot fit"] = fit(el2=False)
    if "u_boot_rpi" in board.qemu:
        found["sd u-boot"] = pi_u_boot
    if board.name in VENDOR_TREES:
        found["vendor tree"] = with_vendor_tree
    if board.isa == "x86_64":
        found["pvh"] = changed(pvh=True)
        found["iso"] = disc(uefi=False)
        found["uefi iso"] = disc(uefi=True)
    return found


def packages(board: boards.Board) -> list[str]:
    """What these ways want beyond what every build does."""
    words = {word for name in ways(board) for word in name.split()}
    return sorted({package for word in words for package in PACKAGES.get(word, [])})
