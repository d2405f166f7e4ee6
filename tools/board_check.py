# SPDX-License-Identifier: BSD-2-Clause
"""Says what is wrong with a board's config, by line: missing drivers, and facts that the device tree
knows."""
import pathlib
import re
import tomllib

import device_tree
import kernel_drivers

ISAS = ["aarch64", "armv7", "riscv64", "x86_64"]
WANTED = {"isa": str, "cpu": str, "image": str, "boot": list, "drivers": list}
OPTIONAL = {"dts": str, "qemu": dict}
QEMU_KEYS = {"binary", "machine", "arguments", "entry", "el2", "u_boot", "pvh", "memory", "max_memory",
             "cores", "park", "boards", "stays_on",
             "u_boot_rpi"}
# What people write down although firmware's tree says it at boot: pattern of the key, property.
FACTS = [
    (r"(ram|memory|dram)", "reg of the memory nodes"),
    (r"(reserve|reserved|carveout)", "/reserved-memory and /memreserve/"),
    (r"(cores?|harts?|smp|cpus)(_.*)?", "the nodes below /cpus"),
    (r"(.*_)?(irqs?|interrupts?|ppi|spi)", "interrupts"),
    (r"(.*_)?(base|addr|address|reg|regs|mmio|paddr)", "reg and ranges"),
    (r"(.*_)?(shift|width|stride)", "reg-shift and reg-io-width"),
    (r"(timebase|timer|clock|clk|freq)(_.*)?|.*_(hz|freq|frequency|clock)", "timebase-frequency and clocks"),
    (r"(uart|serial|console|stdout|gicd?|gicr|plic|clint|psci|conduit)(_.*)?",
     "stdout-path and compatible"),
    (r"compatible|model", "compatible and model"),
]


def line_of(text: str, key: str, value: str | None = None, table: str | None = None) -> int:
    """The line that sets the key in the table; or, from there on, the first with the value."""
    here, found = None, 1
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if match := re.match(r"\s*\[+\s*([\w.-]+)", line):
            here = match.group(1)
            if table is None and here == key:
                found = number
                break
        elif here == table and re.match(rf"\s*\"?{re.escape(key)}\"?\s*=", line):
            found = number
            break
    if value is not None:
        for number in range(found, len(lines) + 1):
            if f'"{value}"' in lines[number - 1]:
                return number
    return found


class Check:
    def __init__(self, path: pathlib.Path):
        self.path, self.text = path, path.read_text()
        self.problems: list[str] = []

    def refuse(self, why: str, key: str, value: str | None = None, table: str | None = None) -> None:
        where = f"{self.path.parent.name}/{self.path.name}"
        self.problems.append(f"{where}:{line_of(self.text, key, value, table)}: {why}")

    def run(self) -> list[str]:
        try:
            self.board = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"line (\d+)", str(error))
            return [f"{self.path.parent.name}/{self.path.name}:{line.group(1) if line else 1}: {error}"]
        self.check_keys()
        if not self.problems:
            self.check_values()
        if not self.problems and "dts" in self.board:
            self.check_tree()
        return self.problems

    def check_keys(self) -> None:
        for key, kind in WANTED.items():
            if key not in self.board:
                self.refuse(f"{key} is missing", key)
            elif not isinstance(self.board[key], kind):
                self.refuse(f"{key} is not a {kind.__name__}", key)
        known = {**WANTED, **OPTIONAL}
        for key in self.board:
            if key in known:
                continue
            fact = next((name for pattern, name in FACTS if re.fullmatch(pattern, key.lower())), None)
            if fact:
                self.refuse(f"{key} repeats a fact of the device tree ({fact}): leave it out", key)
            else:
                self.refuse(f"unknown key {key}; there are {', '.join(known)}", key)
        for key in self.board.get("qemu", {}) if isinstance(self.board.get("qemu"), dict) else []:
            if key not in QEMU_KEYS:
                self.refuse(f"unknown key {key} in [qemu]; there are {', '.join(sorted(QEMU_KEYS))}",
                            key, table="qemu")

    def check_values(self) -> None:
        if self.board["isa"] not in ISAS:
            self.refuse(f"isa {self.board['isa']} is not there: {', '.join(ISAS)}", "isa")
        protocols = kernel_drivers.boot_protocols()
        for protocol in self.board["boot"]:
            if protocol not in protocols:
                self.refuse(f"way of boot {protocol} is not there: {', '.join(protocols)}", "boot",
                            protocol)
        known = [driver.full for driver in kernel_drivers.all_drivers()]
        seen = set()
        for driver in self.board["drivers"]:
            if driver not in known:
                self.refuse(f"driver {driver} is missing: there is no platforms/drivers/{driver}.hpp; "
                            f"the nearest is {kernel_drivers.nearest_name(driver)}", "drivers", driver)
            elif driver in seen:
                self.refuse(f"driver {driver} is named twice", "drivers", driver)
            seen.add(driver)

    def check_tree(self) -> None:
        """Does the config agree with the tree that it brings along?"""
        source = self.path.parent / self.board["dts"]
        if not source.exists():
            return self.refuse(f"{self.board['dts']} is not there", "dts")
        try:
            root = device_tree.read(source)
        except device_tree.TreeError as error:
            return self.refuse(f"{self.board['dts']}: {error}", "dts")
        self.check_cores(root)
        enabled = [node for node in root.nodes() if node.enabled]
        taken = {driver.full for driver in kernel_drivers.all_drivers() if driver.compatible
                 and any(driver.takes(node) for node in enabled)}
        for driver in kernel_drivers.all_drivers():
            if driver.full in self.board["drivers"] and driver.compatible \
                    and driver.full not in taken:
                self.refuse(f"driver {driver.full} contradicts {self.board['dts']}: no enabled node "
                            f"has {' or '.join(driver.compatible)}", "drivers", driver.full)
        for kind in ("uart", "irqchip"):
            usable = [name for name in sorted(taken) if name.startswith(kind + "/")]
            if usable and not set(usable) & set(self.board["drivers"]):
                self.refuse(f"drivers contradict {self.board['dts']}: the {kernel_drivers.WHAT[kind]} "
                            f"wants {' or '.join(usable)}", "drivers")
        if "psci" in self.board["boot"] and not any(
                name.startswith("arm,psci") for node in enabled for name in node.compatible):
            self.refuse(f"boot contradicts {self.board['dts']}: it has no PSCI node", "boot", "psci")

    def check_cores(self, root: device_tree.Node) -> None:
        try:
            isa = kernel_drivers.isa_of(root)
        except device_tree.TreeError as error:
            return self.refuse(f"{self.board['dts']}: {error}", "dts")
        if isa != self.board["isa"]:
            return self.refuse(f"isa {self.board['isa']} contradicts {self.board['dts']}: its cores "
                               f"are {isa}", "isa")
        name = kernel_drivers.cpu_name(root, isa)
        if name.startswith(("cortex", "neoverse")) and self.board["cpu"] != name:
            self.refuse(f"cpu {self.board['cpu']} contradicts {self.board['dts']}: its cores are "
                        f"{name}", "cpu")


def problems(path: pathlib.Path) -> list[str]:
    """One line for each, empty when well."""
    return Check(path).run()
