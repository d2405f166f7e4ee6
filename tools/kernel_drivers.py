# SPDX-License-Identifier: BSD-2-Clause
"""The kernel's drivers as platforms/drivers has them, and which of them takes a device-tree node."""
import dataclasses
import difflib
import functools
import pathlib
import re
import tomllib

import device_tree

PLATFORMS = pathlib.Path(__file__).resolve().parents[1] / "platforms"
KINDS = ("uart", "irqchip", "timer", "power")
WHAT = {"uart": "console", "irqchip": "interrupt controller", "timer": "timer", "power": "power"}
# What a tree calls the clock that the ISA's own code drives.
BUILT_IN_TIMERS = {"aarch64": ["arm,armv8-timer", "arm,armv7-timer"],
                   "armv7": ["arm,armv7-timer", "arm,armv8-timer"]}
# Drivers behind firmware that SBI promises: which of them serves is found at boot.
RISCV_TIMERS = ["timer/sstc", "timer/sbi_time"]
# CPU cores by what trees call them. The short page-table format of the last ones is not there.
CORES_64 = re.compile(r"arm,(armv8|cortex-a(3[45]|5[357]|65|7[2-9]|[5-7]10|[67]1\d|[67]2\d)|cortex-x\d"
                      r"|neoverse)|brcm,brahma-b53|apple,|nvidia,(tegra186-)?(denver|carmel)|qcom,kryo|arm,kryo")
CORES_32 = re.compile(r"arm,cortex-a(7|12|15|17)$|qcom,krait|brcm,brahma-b15")
CORES_SHORT = re.compile(r"arm,cortex-a[589]$|marvell,(pj4|sheeva)|arm,arm1176|arm,arm9")


@dataclasses.dataclass(frozen=True)
class Driver:
    kind: str
    name: str
    compatible: tuple[str, ...]

    @property
    def full(self) -> str:
        return f"{self.kind}/{self.name}"

    def takes(self, node: device_tree.Node) -> bool:
        return any(name in self.compatible for name in node.compatible)


@functools.cache
def all_drivers() -> list[Driver]:
    found = []
    for kind in KINDS:
        for path in sorted((PLATFORMS / "drivers" / kind).glob("*.hpp")):
            text = path.read_text()
            name = "".join(word.capitalize() for word in path.stem.split("_"))
            if not re.search(rf"\b(class|struct|using) {name}\b", text):
                continue  # a part of other drivers
            lists = re.search(r"compatible\[\]\s*=\s*\{(.*?)\}", text, re.S)
            strings = re.findall(r'"([^"]+)"', lists.group(1)) if lists else []
            found.append(Driver(kind, path.stem, tuple(strings)))
    return found


def boot_protocols() -> list[str]:
    """Folders of platforms/boot, and PSCI, which is a way to call firmware."""
    return sorted(["psci", *(path.name for path in (PLATFORMS / "boot").iterdir() if path.is_dir())])


def taker(node: device_tree.Node, kind: str) -> Driver | None:
    return next((driver for driver in all_drivers()
                 if driver.kind == kind and driver.takes(node)), None)


def used_with(isa: str) -> set[str]:
    """The drivers that boards of this ISA name."""
    configs = (tomllib.loads(path.read_text()) for path in (PLATFORMS.parent / "configs").glob("*.toml"))
    return {driver for board in configs if board.get("isa") == isa for driver in board["drivers"]}


def nearest_driver(node: device_tree.Node, kind: str, isa: str) -> Driver | None:
    """Of the drivers that the ISA's boards use, the one whose compatible strings look most like the
    node's."""
    def likeness(driver: Driver) -> float:
        return max((difflib.SequenceMatcher(None, mine, theirs).ratio()
                    for mine in driver.compatible for theirs in node.compatible), default=0.0)
    used = used_with(isa)
    candidates = [driver for driver in all_drivers()
                  if driver.kind == kind and driver.compatible and driver.full in used]
    return max(candidates, key=likeness, default=None)


def nearest_name(full: str) -> str | None:
    found = difflib.get_close_matches(full, [driver.full for driver in all_drivers()], 1, 0.0)
    return found[0] if found else None


def cpu_nodes(root: device_tree.Node) -> list[device_tree.Node]:
    cpus = root.child("cpus")
    return [node for node in (cpus.children if cpus else [])
            if node.string("device_type") == "cpu" or node.name.split("@")[0] == "cpu"]


def isa_of(root: device_tree.Node) -> str:
    """By the first core that fits; TreeError with the reason if none does."""
    nodes = cpu_nodes(root)
    if not nodes:
        raise device_tree.TreeError("the tree has no /cpus/cpu@... node")
    names = [name for node in nodes for name in node.compatible]
    if any(name == "riscv" for name in names):
        isas = [node.string("riscv,isa") or node.string("riscv,isa-base") for node in nodes]
        if not any(isa.startswith("rv64") for isa in isas):
            raise device_tree.TreeError(f"the cores are {isas[0]}: Cobnut is for RV64")
        return "riscv64"
    for pattern, isa in ((CORES_64, "aarch64"), (CORES_32, "armv7")):
        if any(pattern.match(name) for name in names):
            return isa
    if any(CORES_SHORT.match(name) for name in names):
        raise device_tree.TreeError(f"the cores are {names[0]}: they have no LPAE page tables, and "
                                    "the short descriptor format is not there")
    raise device_tree.TreeError(f"unknown cores {', '.join(dict.fromkeys(names)) or '(unnamed)'}: "
                                "add them to tools/kernel_drivers.py if they are Armv8-A, or Armv7-A with "
                                "LPAE")


def cpu_name(root: device_tree.Node, isa: str) -> str:
    """As QEMU calls it."""
    for node in cpu_nodes(root):
        name = node.compatible[0] if node.compatible else ""
        if isa == "riscv64":
            return "rv64" if name == "riscv" else name.replace(",", "-").removesuffix("-mc")
        if name.startswith("arm,cortex") or name.startswith("arm,neoverse"):
            return name.removeprefix("arm,")
    return "max"
