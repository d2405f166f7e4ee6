# SPDX-License-Identifier: BSD-2-Clause
"""The subcommand that reads a device tree and writes a board's config."""
import argparse
import dataclasses
import pathlib
import re

import device_tree
import kernel_drivers
from device_tree import Node

from .common import FAILED, ROOT, WRONG_USE, Problem, say

HELP = """
Reads a board's device tree, names the kernel's driver for its console, interrupt controller, timer
and power, and writes configs/NAME.toml. Where a driver is missing it says what is to be written,
and writes no config. docs/porting.md goes on from there.
"""
CONTROLLER_MEMBERS = {"riscv64": "start, count, claim, mask, unmask and configure",
                      "default": "start, count, mask, unmask, configure, acknowledge and end"}


@dataclasses.dataclass
class Port:
    """What was found: the config's lists, and what is said about them."""
    root: Node
    isa: str = ""
    cpu: str = ""
    boot: list[str] = dataclasses.field(default_factory=list)
    drivers: list[str] = dataclasses.field(default_factory=list)
    lines: list[str] = dataclasses.field(default_factory=list)
    missing: list[str] = dataclasses.field(default_factory=list)
    needs: list[str] = dataclasses.field(default_factory=list)

    def say(self, what: str, text: str) -> None:
        self.lines.append(f"{what:12} {text}")

    def use(self, what: str, node: Node, driver: kernel_drivers.Driver) -> None:
        name = next(name for name in node.compatible if name in driver.compatible)
        self.say(what, f"{node.path} ({name}): {driver.full}")
        if driver.full not in self.drivers:
            self.drivers.append(driver.full)

    def no_driver(self, what: str, node: Node, kind: str) -> None:
        nearest = kernel_drivers.nearest_driver(node, kind, self.isa)
        near = f"; the nearest driver is {nearest.full}" if nearest else ""
        self.say(what, f"{node.path} ({', '.join(node.compatible) or 'no compatible'}): "
                       f"no driver{near}")


def described(node: Node) -> str:
    return f"{node.path} ({', '.join(node.compatible)})"


def stdout_node(root: Node) -> Node | None:
    chosen = root.child("chosen")
    name = chosen.string("stdout-path") or chosen.string("linux,stdout-path") if chosen else ""
    return root.find(name.split(":")[0]) if name else root.find("serial0")


def find_console(port: Port) -> None:
    """What firmware names, else the first enabled UART that a driver takes, as the kernel does."""
    node = stdout_node(port.root)
    driver = kernel_drivers.taker(node, "uart") if node else None
    if node and driver:
        port.use("console", node, driver)
        return
    if node:
        port.no_driver("console", node, "uart")
    else:
        port.say("console", "neither /chosen/stdout-path nor the alias serial0 names one")
    for other in port.root.nodes():
        if other.enabled and (driver := kernel_drivers.taker(other, "uart")):
            port.use("console", other, driver)
            if node:
                port.needs.append(f"a wire to {other.path}: the console of the tree is another one")
            return
    if port.isa == "riscv64":
        port.say("", "the kernel prints by SBI")
        port.needs.append("a driver for the console in user/lib/uart.cpp: programs cannot print yet")
    elif node:
        names = '", "'.join(node.compatible)
        port.missing.append(
            f"a console driver for {described(node)}: platforms/drivers/uart/NAME.hpp with "
            f'compatible[] = {{"{names}"}}, from(), put() and get(); its registers are in the manual of '
            "the UART (docs/porting.md, \"A driver for a new SoC\")")
    else:
        port.missing.append("a console: no enabled node of the tree is a UART that Cobnut knows. "
                            "Name the UART's node in /chosen/stdout-path; if it has no driver, "
                            "this command then says what to write")


def find_controller(port: Port) -> None:
    """The first enabled node that a driver takes, as the kernel does; else the one that the root's
    devices are wired to."""
    for node in port.root.nodes():
        if node.enabled and "interrupt-controller" in node.properties \
                and (driver := kernel_drivers.taker(node, "irqchip")):
            port.use("interrupts", node, driver)
            return
    unknown = [node for node in port.root.nodes()
               if node.enabled and "interrupt-controller" in node.properties
               and "riscv,cpu-intc" not in node.compatible
               and "gpio-controller" not in node.properties]
    handles = port.root.cells("interrupt-parent")
    named = port.root.by_phandle(handles[0]) if handles else None
    if named in unknown or (named and not unknown):
        unknown = [named]
    if not unknown:
        port.missing.append("an interrupt controller: the tree has no node with the property "
                            "interrupt-controller. The tree must describe it")
        return
    port.no_driver("interrupts", unknown[0], "irqchip")
    names = '", "'.join(unknown[0].compatible)
    port.missing.append(
        f"an interrupt controller's driver for {described(unknown[0])}: "
        f'platforms/drivers/irqchip/NAME.hpp and .cpp with compatible[] = {{"{names}"}}, '
        f"{CONTROLLER_MEMBERS.get(port.isa, CONTROLLER_MEMBERS['default'])} "
        "(docs/porting.md, \"A driver for a new SoC\")")


def find_timer(port: Port) -> None:
    if port.isa == "riscv64":
        port.drivers += kernel_drivers.RISCV_TIMERS
        port.say("timer", f"the hart's own, by Sstc or SBI: {', '.join(kernel_drivers.RISCV_TIMERS)}")
        cpus = port.root.child("cpus")
        if not cpus or not (cpus.cells("timebase-frequency") or any(
                node.cells("timebase-frequency") for node in kernel_drivers.cpu_nodes(port.root))):
            port.missing.append("the clock's frequency: /cpus lacks timebase-frequency")
        return
    names = kernel_drivers.BUILT_IN_TIMERS[port.isa]
    for node in port.root.nodes():
        if node.enabled and any(name in names for name in node.compatible):
            port.say("timer", f"{node.path} ({node.compatible[0]}): the ISA's own, no driver needed")
            return
    port.missing.append(f"a timer: the tree has no node {' or '.join(names)}. The Arm generic timer "
                        "is the only one that is supported; if the core has it, add the node")


def find_power(port: Port) -> None:
    taken = []
    for driver in kernel_drivers.all_drivers():
        for node in port.root.nodes():
            if driver.kind == "power" and driver.takes(node) and node.enabled \
                    and driver not in taken:
                taken.append(driver)
                if driver.full == "power/sbi_reset": # every hart says that it is compatible
                    port.drivers.append(driver.full)
                    port.say("power", f"the firmware's, by SBI: {driver.full}")
                else:
                    port.use("power", node, driver)
    if port.isa == "riscv64":
        port.boot.append("sbi")
    if any(name.startswith("arm,psci") for node in port.root.nodes() for name in node.compatible):
        port.boot.append("psci")
    if not taken:
        port.say("power", "nothing that a driver takes: the board cannot be switched off or reset")


def find_rest(port: Port) -> None:
    memory = [node for node in port.root.children if node.string("device_type") == "memory"]
    if not any(any(node.cells("reg")) for node in memory):
        port.needs.append("memory: the tree names none, so firmware must fill it in")
    methods = {node.string("enable-method") for node in kernel_drivers.cpu_nodes(port.root)} - {""}
    if len(kernel_drivers.cpu_nodes(port.root)) > 1:
        port.say("cores", f"{len(kernel_drivers.cpu_nodes(port.root))}"
                          + (f", started by {', '.join(sorted(methods))}" if methods else ""))
    used = {"arm,psci-1.0", "arm,psci-0.2"}
    others = [node for node in port.root.nodes() if node.enabled and node.compatible
              and "reg" in node.properties and not used & set(node.compatible)
              and not any(driver.takes(node) for driver in kernel_drivers.all_drivers())
              and node.parent and node.parent.name != "cpus"]
    port.say("others", f"{len(others)} devices are the business of programs")


def study(root: Node) -> Port:
    port = Port(root)
    port.isa = kernel_drivers.isa_of(root)
    port.cpu = kernel_drivers.cpu_name(root, port.isa)
    name = root.string("model") or (root.compatible or ["(without a name)"])[0]
    port.say("machine", f"{name}: {port.isa}, {port.cpu}")
    port.boot.append("fdt")
    find_console(port)
    find_controller(port)
    find_timer(port)
    find_power(port)
    find_rest(port)
    return port


def quoted(words: list[str]) -> str:
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"


def config_text(port: Port, tree: pathlib.Path, machine: str | None, own: str | None) -> str:
    name = port.root.string("model") or (port.root.compatible or ["a board"])[0]
    lines = ["# SPDX-License-Identifier: BSD-2-Clause", f"# {name}, written from {tree.name}.",
             f'isa = "{port.isa}"', f'cpu = "{port.cpu}"', 'image = "img"',
             *([f'dts = "{own}"'] if own else []),
             f"boot = {quoted(port.boot)}", f"drivers = {quoted(port.drivers)}"]
    if machine:
        binary = {"aarch64": "aarch64", "armv7": "arm", "riscv64": "riscv64"}[port.isa]
        lines += ["", "[qemu]", f'binary = "qemu-system-{binary}"', f'machine = "{machine}"']
    return "\n".join(lines) + "\n"


def own_tree(tree: pathlib.Path) -> str:
    """The source as a config names it."""
    configs = (ROOT / "configs").resolve()
    if tree.suffix != ".dts" or not tree.resolve().is_relative_to(configs):
        raise Problem(f"--own-tree wants a .dts below {configs}", WRONG_USE)
    return str(tree.resolve().relative_to(configs))


def name_of(tree: pathlib.Path) -> str:
    return re.sub(r"[^a-z0-9_-]+", "-", tree.stem.lower()).strip("-")


def what_to_add(port: Port, name: str, machine: str | None) -> list[str]:
    lines = list(port.needs)
    if not machine:
        lines.append("[qemu] with binary and machine, if QEMU has the board (or --qemu MACHINE here)")
    way = {"riscv64": "a0 the hart and a1 the tree, in S-mode, with SBI",
           "armv7": "r2 the tree, MMU off", "aarch64": "x0 the tree, MMU off"}[port.isa]
    lines.append(f"firmware that loads kernel.img and enters it with {way}")
    lines.append(f"then: ./cobnut test conformance --board {name}")
    return lines


def port(options: argparse.Namespace) -> int:
    """Writes a board's config from its device tree."""
    tree = pathlib.Path(options.file)
    own = own_tree(tree) if options.own_tree else None
    try:
        root = device_tree.read(tree)
        found = study(root)
    except (OSError, device_tree.TreeError) as error:
        raise Problem(f"{tree}: {getattr(error, 'strerror', None) or error}", WRONG_USE) from error
    for line in found.lines:
        say(line)
    if found.missing:
        for line in found.missing:
            say(f"must be written: {line}")
        say("no config was written")
        return FAILED
    name = options.name or name_of(tree)
    target = pathlib.Path(options.output or ROOT / "configs") / f"{name}.toml"
    if target.exists() and not options.force:
        raise Problem(f"{target} is there: give another --name, or --force to replace it", WRONG_USE)
    target.write_text(config_text(found, tree, options.qemu, own))
    say(f"written      {target}")
    for line in what_to_add(found, name, options.qemu):
        say(f"it needs     {line}")
    return 0
