# SPDX-License-Identifier: BSD-2-Clause
"""Makes what boards boot from: an ISO of GRUB, a FIT image for U-Boot, an SD card for a Pi."""
import pathlib
import shutil
import struct
import subprocess

from . import builds
from .common import Problem

FIT_ARCH = {"aarch64": "arm64", "armv7": "arm", "riscv64": "riscv"}
# Where U-Boot puts the kernel on QEMU's machines, where it loads the FIT image, and its tree.
FIT_KERNEL = {"aarch64": 0x40400000, "armv7": 0x40410000, "riscv64": 0x80400000}
FIT_LOAD = {"aarch64": 0x46000000, "armv7": 0x46000000, "riscv64": 0x86000000}
FIT_TREE = {"aarch64": "fdt_addr", "armv7": "fdt_addr", "riscv64": "fdtcontroladdr"}
GRUB_CONFIG = """set timeout=0
serial --unit=0
terminal_output serial
menuentry "Cobnut" {
  multiboot2 /boot/kernel.elf
  module2 /boot/archive.cpio
}
"""
FIT_SOURCE = """/dts-v1/;
/ {{
    description = "Cobnut";
    #address-cells = <1>;
    images {{
        kernel {{
            description = "kernel";
            data = /incbin/("{kernel}");
            type = "kernel"; arch = "{arch}"; os = "linux"; compression = "none";
            load = <{load:#x}>; entry = <{load:#x}>;
            hash {{ algo = "sha256"; }};
        }};
        ramdisk {{
            description = "boot archive";
            data = /incbin/("{archive}");
            type = "ramdisk"; arch = "{arch}"; os = "linux"; compression = "none";
            hash {{ algo = "sha256"; }};
        }};
    }};
    configurations {{
        default = "cobnut";
        cobnut {{ kernel = "kernel"; ramdisk = "ramdisk"; }};
    }};
}};
"""


def tool(arguments: list[str], what: str) -> None:
    try:
        done = subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except OSError as error:
        raise Problem(f"{arguments[0]}: {error.strerror}: run ./cobnut test --boards") from error
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()
        raise Problem(f"{what}: {last[-1] if last else arguments[0] + ' failed'}")


def folder(build: builds.Build, name: str) -> pathlib.Path:
    made = build.folder / name
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    return made


def iso(build: builds.Build, archive: pathlib.Path) -> pathlib.Path:
    """GRUB for BIOS and UEFI on one ISO, which starts kernel and archive by multiboot2."""
    tree, target = folder(build, f"iso-{archive.stem}"), build.folder / f"{archive.stem}.iso"
    (tree / "boot/grub").mkdir(parents=True)
    (tree / "boot/grub/grub.cfg").write_text(GRUB_CONFIG)
    shutil.copy(build.elf, tree / "boot/kernel.elf")
    shutil.copy(archive, tree / "boot/archive.cpio")
    tool(["grub-mkrescue", "-o", str(target), str(tree)], "making the ISO")
    return target


def script(source: str, target: pathlib.Path, arch: str) -> None:
    """A boot.scr that U-Boot finds by itself."""
    text = target.with_suffix(".cmd")
    text.write_text(source)
    tool(["mkimage", "-A", arch, "-T", "script", "-C", "none", "-d", str(text), str(target)],
         "making boot.scr")


def fit(build: builds.Build, archive: pathlib.Path) -> pathlib.Path:
    """A folder with a FIT image and the boot.scr that starts it on QEMU's machine."""
    isa, tree = build.board.isa, folder(build, f"fit-{archive.stem}")
    source = build.folder / f"{archive.stem}.its"
    source.write_text(FIT_SOURCE.format(kernel=build.image, archive=archive, arch=FIT_ARCH[isa],
                                        load=FIT_KERNEL[isa]))
    tool(["mkimage", "-f", str(source), str(tree / "cobnut.itb")], "making the FIT image")
    at = f"{FIT_LOAD[isa]:#x}"
    script(f"load virtio 0:1 {at} cobnut.itb\n"
           f"bootm {at}#cobnut {at}:ramdisk ${{{FIT_TREE[isa]}}}\n", tree / "boot.scr",
           FIT_ARCH[isa])
    return tree


SECTOR, CARD_SECTORS, CARD_START = 512, 131072, 2048  # 64 MiB, of which the first is before the FAT


def card(target: pathlib.Path, files: dict[str, pathlib.Path]) -> pathlib.Path:
    """An SD card's image: an MBR with one FAT32 partition. Without root, by mtools."""
    size = CARD_SECTORS - CARD_START
    entry = struct.pack("<B3sB3sII", 0x80, b"\xfe\xff\xff", 0x0c, b"\xfe\xff\xff", CARD_START, size)
    with open(target, "wb") as file:
        file.write(bytes(446) + entry + bytes(48) + b"\x55\xaa")
        file.truncate(CARD_SECTORS * SECTOR)
    place = f"{target}@@{CARD_START * SECTOR}"
    # Serial number and times are fixed: the same files give the same card.
    tool(["mformat", "-i", place, "-F", "-T", str(size), "-h", "255", "-s", "63", "-c", "1",
          "-H", str(CARD_START), "-N", "c0b40000", "::"], "making the card's file system")
    for name, path in files.items():
        tool(["mcopy", "-i", place, "-o", str(path), f"::{name}"], f"copying {name}")
    return target


PI_SCRIPT = """load ${devtype} ${devnum}:1 0x200000 kernel8.img
load ${devtype} ${devnum}:1 0x4000000 archive.cpio
booti 0x200000 0x4000000:${filesize} ${fdt_addr}
"""
# The firmware's file (its documentation: config.txt), for a kernel at its place in memory.
PI_CONFIG = """kernel={kernel}
kernel_address={address:#x}
arm_64bit={wide}
enable_uart=1
initramfs archive.cpio followkernel
"""


def pi_card(build: builds.Build, archive: pathlib.Path) -> pathlib.Path:
    """A Raspberry Pi's card, but for its firmware: for that, and for U-Boot with booti."""
    is_wide = build.board.isa == "aarch64"
    kernel = "kernel8.img" if is_wide else "kernel7.img"
    tree = folder(build, f"card-{archive.stem}")
    files = {kernel: build.image, "archive.cpio": archive, "config.txt": tree / "config.txt"}
    files["config.txt"].write_text(PI_CONFIG.format(
        kernel=kernel, wide=int(is_wide), address=build.board.qemu["entry"]))
    if is_wide:
        files["boot.scr"] = tree / "boot.scr"
        script(PI_SCRIPT, files["boot.scr"], "arm64")
    return card(build.folder / f"{archive.stem}-card.img", files)
