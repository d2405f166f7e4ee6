#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes inputs from which the fuzz targets begin: `seeds.py FOLDER`, a folder for each target."""
import pathlib
import struct
import sys


def cpio_entry(name: bytes, data: bytes, mode: int = 0o100644) -> bytes:
    fields = [1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name + b"\0"
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)


def cpio() -> dict[str, bytes]:
    end = cpio_entry(b"TRAILER!!!", b"", 0)
    return {"empty": end, "one": cpio_entry(b"init", b"program") + end,
            "tree": cpio_entry(b".", b"", 0o40755) + cpio_entry(b"./init", b"x" * 9) +
            cpio_entry(b"/bin/sh", b"") + end + bytes(64)}


def elf_file(machine: int, wide: bool, segments: list[tuple[int, ...]]) -> bytes:
    """Segments: type, flags, offset, address, size in the file, size in memory, alignment."""
    ident = b"\x7fELF" + bytes([2 if wide else 1, 1, 1]) + bytes(9)
    header, program = (64, 56) if wide else (52, 32)
    form = "<HHIQQQIHHHHHH" if wide else "<HHIIIIIHHHHHH"
    file = ident + struct.pack(form, 2, machine, 1, 0x10000, header, 0, 0, header, program,
                               len(segments), 0, 0, 0)
    for kind, flags, offset, address, in_file, in_memory, align in segments:
        file += struct.pack("<IIQQQQQQ", kind, flags, offset, address, address, in_file,
                            in_memory, align) if wide else \
            struct.pack("<IIIIIIII", kind, offset, address, address, in_file, in_memory, flags,
                        align)
    return file.ljust(0x200, b"\x90")


def elf() -> dict[str, bytes]:
    result = {}
    for choice, (machine, wide) in enumerate([(62, True), (183, True), (243, True), (40, False)]):
        code = (1, 5, 0, 0x10000, 0x180, 0x180, 0x1000)
        data = (1, 6, 0x180, 0x12180, 0x40, 0x2000, 0x1000)
        read = (1, 4, 0, 0x20000, 0, 0x100, 0x1000)
        note = (4, 4, 0x100, 0x10100, 16, 16, 4)
        result[f"one-{machine}"] = bytes([choice]) + elf_file(machine, wide, [code])
        result[f"more-{machine}"] = bytes([choice | 12]) + \
            elf_file(machine, wide, [note, code, data, read])
    return result


class Tree:
    """A device tree blob, written token by token."""

    def __init__(self) -> None:
        self.structure, self.strings = b"", b""

    def begin(self, name: str) -> None:
        text = name.encode() + b"\0"
        self.structure += struct.pack(">I", 1) + text + bytes(-len(text) % 4)

    def end(self) -> None:
        self.structure += struct.pack(">I", 2)

    def put(self, name: str, value: bytes) -> None:
        self.structure += struct.pack(">III", 3, len(value), len(self.strings)) + value + \
            bytes(-len(value) % 4)
        self.strings += name.encode() + b"\0"

    def cells(self, name: str, *values: int) -> None:
        self.put(name, struct.pack(f">{len(values)}I", *values))

    def text(self, name: str, *values: str) -> None:
        self.put(name, b"".join(value.encode() + b"\0" for value in values))

    def blob(self) -> bytes:
        structure = self.structure + struct.pack(">I", 9)
        reserve = struct.pack(">QQQQ", 0x80000000, 0x1000, 0, 0)
        at = 40 + len(reserve)
        total = at + len(structure) + len(self.strings)
        return struct.pack(">10I", 0xd00dfeed, total, at, at + len(structure), 40, 17, 16, 0,
                           len(self.strings), len(structure)) + reserve + structure + self.strings


def reserve(tree: Tree, address: int) -> None:
    """A page of RAM that firmware keeps."""
    tree.begin("reserved-memory")
    tree.cells("#address-cells", 1)
    tree.cells("#size-cells", 1)
    tree.put("ranges", b"")
    tree.begin(f"firmware@{address:x}")
    tree.cells("reg", address, 0x1000)
    tree.put("no-map", b"")
    tree.end()
    tree.end()


def fdt() -> dict[str, bytes]:
    small, board = Tree(), Tree()
    small.begin("")
    small.end()
    board.begin("")
    for name, value in (("#address-cells", 2), ("#size-cells", 1), ("interrupt-parent", 1)):
        board.cells(name, value)
    board.begin("chosen")
    board.text("stdout-path", "serial0:115200")
    board.cells("linux,initrd-start", 0, 0x88000000)
    board.cells("linux,initrd-end", 0x88001000)
    board.end()
    board.begin("aliases")
    board.text("serial0", "/soc/uart@1000")
    board.end()
    board.begin("memory@80000000")
    board.text("device_type", "memory")
    board.cells("reg", 0, 0x80000000, 0x10000000)
    board.end()
    reserve(board, 0x80000000)
    board.begin("intc@c000000")
    board.cells("phandle", 1)
    board.cells("#interrupt-cells", 3)
    board.end()
    board.begin("soc")
    board.cells("#address-cells", 1)
    board.cells("#size-cells", 1)
    board.cells("ranges", 0, 0, 0x10000000, 0x100000)
    board.begin("uart@1000")
    board.text("compatible", "arm,pl011", "arm,primecell")
    board.text("status", "okay")
    board.cells("reg", 0x1000, 0x100, 0x2000, 0x100)
    board.cells("interrupts", 0, 33, 4, 1, 2, 8)
    board.end()
    board.begin("timer")
    board.cells("interrupts-extended", 1, 0, 7, 4, 1, 0, 9, 1)
    board.end()
    board.end()
    board.end()
    return {"small": small.blob(), "board": board.blob(), "arm": arm(), "pi": pi()}


def machine(stdout: str) -> Tree:
    """The beginning of a tree that the kernel could boot from; its root is still open."""
    tree = Tree()
    tree.begin("")
    for name, value in (("#address-cells", 1), ("#size-cells", 1), ("interrupt-parent", 1)):
        tree.cells(name, value)
    tree.begin("chosen")
    tree.text("stdout-path", stdout)
    tree.cells("linux,initrd-start", 0x88000000)
    tree.cells("linux,initrd-end", 0x88001000)
    tree.end()
    tree.begin("memory@80000000")
    tree.text("device_type", "memory")
    tree.cells("reg", 0x80000000, 0x10000000, 0xa0000000, 0x10000000)
    tree.end()
    tree.begin("cpus")
    tree.cells("#address-cells", 1)
    tree.cells("#size-cells", 0)
    tree.cells("timebase-frequency", 10000000)
    for number in range(2):
        tree.begin(f"cpu@{number}")
        tree.text("device_type", "cpu")
        tree.cells("reg", number)
        tree.end()
    tree.end()
    return tree


def arm() -> bytes:
    tree = machine("/uart@9000000")
    tree.begin("uart@9000000")
    tree.text("compatible", "arm,pl011")
    tree.cells("reg", 0x9000000, 0x1000)
    tree.cells("reg-shift", 2)
    tree.end()
    tree.begin("psci")
    tree.text("compatible", "arm,psci-1.0")
    tree.text("method", "hvc")
    tree.end()
    tree.begin("timer")
    tree.text("compatible", "arm,armv8-timer")
    tree.cells("interrupts", 1, 13, 4, 1, 14, 4, 1, 11, 4, 1, 10, 4)
    tree.end()
    tree.begin("intc@8000000")
    tree.text("compatible", "arm,gic-v3")
    tree.cells("phandle", 1)
    tree.cells("#interrupt-cells", 3)
    tree.put("interrupt-controller", b"")
    tree.cells("reg", 0x8000000, 0x10000, 0x80a0000, 0x20000)
    tree.cells("#address-cells", 1)
    tree.cells("#size-cells", 1)
    tree.put("ranges", b"")
    tree.begin("its@8080000")
    tree.cells("reg", 0x8080000, 0x20000)
    tree.end()
    tree.end()
    tree.end()
    return tree.blob()


def pi() -> bytes:
    tree = machine("")
    reserve(tree, 0x8f000000)
    tree.begin("soc")
    tree.cells("#address-cells", 1)
    tree.cells("#size-cells", 1)
    tree.cells("ranges", 0x7e000000, 0x3f000000, 0x1000000, 0x40000000, 0x40000000, 0x1000)
    for name, compatible, where in (("serial@7e201000", "arm,pl011", 0x7e201000),
                                    ("watchdog@7e100000", "brcm,bcm2835-pm-wdt", 0x7e100000),
                                    ("intc@40000000", "brcm,bcm2836-l1-intc", 0x40000000),
                                    ("intc@7e00b200", "brcm,bcm2836-armctrl-ic", 0x7e00b200)):
        tree.begin(name)
        tree.text("compatible", compatible)
        tree.cells("reg", where, 0x100)
        if name.startswith("intc"):
            tree.put("interrupt-controller", b"")
        tree.end()
    tree.end()
    tree.end()
    return tree.blob()


def multiboot() -> dict[str, bytes]:
    """Information at 64, memory map behind it."""
    head = struct.pack("<BH", 0, 64)
    pvh = bytes(64) + struct.pack("<IIIIQQQQII", 0x336ec578, 1, 0, 1, 160, 0, 0xe0000, 192, 2, 0)
    pvh = pvh.ljust(160, b"\0") + struct.pack("<QQQQ", 0x300000, 0x1000, 0, 0)
    pvh = pvh.ljust(192, b"\0") + struct.pack("<QQIIQQII", 0x100000, 0x4000000, 1, 0,
                                              0x5000000, 0x1000, 4, 0)
    old = struct.pack("<I", 1 << 3 | 1 << 6).ljust(20, b"\0") + struct.pack("<II", 1, 128)
    old = bytes(64) + old.ljust(44, b"\0") + struct.pack("<II", 48, 160)
    old = old.ljust(128, b"\0") + struct.pack("<IIII", 0x300000, 0x301000, 0, 0)
    old = old.ljust(160, b"\0") + struct.pack("<IQQIIQQI", 20, 0x100000, 0x4000000, 1, 20,
                                              0x5000000, 0x1000, 4)
    tags = struct.pack("<IIIIxxxxxxxx", 3, 16, 0x300000, 0x301000)[:16]
    tags += struct.pack("<IIIIQQII", 6, 40, 24, 0, 0x100000, 0x4000000, 1, 0)
    tags += struct.pack("<II", 15, 44) + bytes(40) + struct.pack("<II", 0, 8)
    new = bytes(64) + struct.pack("<II", 8 + len(tags), 0) + tags
    return {"pvh": head + pvh, "multiboot": b"\1" + head[1:] + old,
            "multiboot2": b"\2" + head[1:] + new}


def acpi_table(signature: bytes, body: bytes) -> bytes:
    return (signature + struct.pack("<I", 36 + len(body))).ljust(36, b"\1") + body


def acpi() -> dict[str, bytes]:
    def memory(wide: bool) -> bytes:
        madt = acpi_table(b"APIC", struct.pack("<II", 0xfee00000, 1) +
                          bytes([0, 8, 0, 0, 1, 0, 0, 0, 0, 8, 1, 1, 1, 0, 0, 0,
                                 1, 12, 0, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0,
                                 2, 10, 0, 9, 9, 0, 0, 0, 0xf, 0, 9, 16]) + bytes(14))
        fadt = bytearray(acpi_table(b"FACP", bytes(96)))
        struct.pack_into("<I", fadt, 40, 0x300)
        struct.pack_into("<I", fadt, 48, 0xb2)
        fadt[8], fadt[52] = 3, 2
        struct.pack_into("<II", fadt, 64, 0x604, 0)
        struct.pack_into("<I", fadt, 76, 0x608)
        struct.pack_into("<IBBBBQB", fadt, 112, 1 << 10 | 1 << 8, 1, 8, 0, 0, 0xcf9, 15)
        dsdt = acpi_table(b"DSDT", bytes([0x10, 0x20, 0x08]) + b"_S5_" +
                          bytes([0x12, 7, 4, 0x0a, 5, 1, 0, 0]))
        hpet = acpi_table(b"HPET", struct.pack("<IIQ", 1, 0, 0xfed00000) + bytes(4))
        places = [0x100, 0x200, 0x2b0]
        entry = "<3Q" if wide else "<3I"
        rsdt = acpi_table(b"XSDT" if wide else b"RSDT", struct.pack(entry, *places))
        image = bytearray(0x400)
        rsdp = b"RSD PTR \0COBNUT" + bytes([2 if wide else 0]) + \
            struct.pack("<IIQI", 0x60, 36, 0x60, 0)
        for place, table in ((16, rsdp), (0x60, rsdt), (0x100, bytes(fadt)), (0x200, madt),
                             (0x2b0, hpet), (0x300, dsdt)):
            image[place:place + len(table)] = table
        return bytes(image)
    return {"rsdt": b"\0" + memory(False), "xsdt": b"\0" + memory(True),
            "unsealed": b"\1" + memory(False)}


TARGETS = {"acpi": acpi, "cpio": cpio, "discover": fdt, "elf": elf, "fdt": fdt,
           "multiboot": multiboot}


def main(folder: str) -> None:
    for target, make in TARGETS.items():
        place = pathlib.Path(folder) / target
        place.mkdir(parents=True, exist_ok=True)
        for name, data in make().items():
            (place / name).write_bytes(data)


if __name__ == "__main__":
    main(sys.argv[1])
