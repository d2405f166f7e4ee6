# SPDX-License-Identifier: BSD-2-Clause
"""Tests of the port command and of the check of configs."""
import pathlib
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable

import board_check
import device_tree
import kernel_drivers

from . import boards
from .common import ROOT, Problem
from .results import Result
from .suites import Case

MOST_LINES = 20

# A made-up board: what is needed, and devices that are left to programs.
MADE_UP = """/dts-v1/;
/ {
    #address-cells = <1>; #size-cells = <1>;
    model = "Made-up Board";
    compatible = "example,board";
    chosen { stdout-path = "serial0:115200n8"; };
    aliases { serial0 = "/serial@9000000"; };
    cpus {
        #address-cells = <1>; #size-cells = <0>;
        cpu@0 { device_type = "cpu"; compatible = "arm,cortex-a53"; reg = <0>; };
    };
    memory@40000000 { device_type = "memory"; reg = <0x40000000 0x8000000>; };
    psci { compatible = "arm,psci-1.0"; method = "smc"; };
    timer { compatible = "arm,armv8-timer";
            interrupts = <1 13 0xf08 1 14 0xf08 1 11 0xf08 1 10 0xf08>; };
    serial@9000000 { compatible = "arm,pl011", "arm,primecell"; reg = <0x9000000 0x1000>;
                           interrupts = <0 1 4>; };
    interrupt-controller@8000000 { compatible = "arm,gic-400"; #interrupt-cells = <3>;
        interrupt-controller; reg = <0x8000000 0x1000 0x8010000 0x2000>; };
    rtc@9010000 { compatible = "example,rtc"; reg = <0x9010000 0x1000>; };
};
"""
GOOD = """# SPDX-License-Identifier: BSD-2-Clause
isa = "aarch64"
cpu = "cortex-a53"
image = "img"
boot = ["fdt", "psci"]
drivers = ["uart/pl011", "irqchip/gic_v2", "power/psci"]
dts = "dts/board.dts"

[qemu]
binary = "qemu-system-aarch64"
machine = "virt"
"""
# Changes of GOOD: what is replaced, by what, the line, and what must be said.
BAD_CONFIGS = [
    ("a missing driver", "uart/pl011", "uart/pl012", 6,
     "driver uart/pl012 is missing: there is no platforms/drivers/uart/pl012.hpp; the nearest is "
     "uart/pl011"),
    ("an unknown kind of driver", "power/psci", "sound/beep", 6, "driver sound/beep is missing"),
    ("a driver named twice", '"power/psci"', '"power/psci", "uart/pl011"', 6, "is named twice"),
    ("an address", 'image = "img"', 'image = "img"\nuart_base = 0x9000000', 5,
     "uart_base repeats a fact of the device tree (reg and ranges)"),
    ("the memory", 'image = "img"', 'image = "img"\nmemory = [0x40000000, 0x8000000]', 5,
     "memory repeats a fact of the device tree (reg of the memory nodes)"),
    ("the cores", 'image = "img"', 'image = "img"\ncores = 4', 5, "cores repeats a fact"),
    ("an interrupt", 'image = "img"', 'image = "img"\ntimer_irq = 27', 5, "timer_irq repeats a fact"),
    ("a frequency", 'image = "img"', 'image = "img"\ntimebase = 10000000', 5,
     "timebase repeats a fact"),
    ("an unknown key", 'image = "img"', 'image = "img"\ncolour = "red"', 5, "unknown key colour"),
    ("an unknown key of QEMU", 'machine = "virt"', 'machine = "virt"\nspeed = 3', 12,
     "unknown key speed in [qemu]"),
    ("a missing key", 'cpu = "cortex-a53"\n', "", 1, "cpu is missing"),
    ("a wrong syntax", 'image = "img"', 'image = "img', 4, ""),
    ("another ISA than the tree", '"aarch64"', '"armv7"', 2,
     "isa armv7 contradicts dts/board.dts: its cores are aarch64"),
    ("another core than the tree", "cortex-a53", "cortex-a72", 3, "its cores are cortex-a53"),
    ("another controller than the tree", "irqchip/gic_v2", "irqchip/gic_v3", 6,
     "driver irqchip/gic_v3 contradicts dts/board.dts"),
    ("no driver for the tree's console", '"uart/pl011", ', "", 6, "the console wants uart/pl011"),
    ("a way of boot that is not there", '"psci"]', '"magic"]', 5, "way of boot magic is not there"),
]
# Changes of MADE_UP that the port command must refuse, and what it must say.
BAD_TREES = [
    ("an unknown console", '"arm,pl011", "arm,primecell"', '"example,uart"',
     ["nearest driver is uart/", "must be written: a console driver for /serial@9000000 "
      '(example,uart): platforms/drivers/uart/NAME.hpp with compatible[] = {"example,uart"}']),
    ("no console", '"arm,pl011", "arm,primecell"; reg', '"example,uart"; status = "disabled"; reg',
     ["must be written: a console"]),
    ("an unknown interrupt controller", '"arm,gic-400"', '"example,gic-500"',
     ["/interrupt-controller@8000000 (example,gic-500): no driver; the nearest driver is irqchip/gic_v2",
      "must be written: an interrupt controller's driver for /interrupt-controller@8000000"]),
    ("no interrupt controller", 'compatible = "arm,gic-400"; #interrupt-cells = <3>;\n'
     "        interrupt-controller;", 'compatible = "example,x";', ["the property interrupt-controller"]),
    ("no timer", '"arm,armv8-timer"', '"example,timer"', ["must be written: a timer"]),
    ("old cores", "arm,cortex-a53", "arm,cortex-a9", ["they have no LPAE page tables"]),
    ("unknown cores", "arm,cortex-a53", "example,core", ["unknown cores example,core"]),
    ("broken source", "/dts-v1/;", "/dts-v1/", ["syntax error"]),
]


def command(*arguments: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, str(ROOT / "cobnut"), *arguments], capture_output=True,
                          text=True, cwd=ROOT)
    return done.returncode, done.stdout + done.stderr


def ported(tree: pathlib.Path, folder: pathlib.Path, name: str) -> tuple[int, str]:
    return command("port", str(tree), "--name", name, "--output", str(folder))


def checked(name: str, test: Callable[[pathlib.Path], str]) -> list[Result]:
    """A test gets a folder and returns what is wrong; nothing: it has passed."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try:
            problem = test(pathlib.Path(folder))
        except Problem as error:
            problem = str(error)
    return [Result(f"porting: {name}", not problem, time.monotonic() - start, problem)]


def tree_of(board: boards.Board, folder: pathlib.Path) -> pathlib.Path | None:
    """The board's own source, or what its machine in QEMU hands over; None: it has none."""
    if board.dts:
        return ROOT / "configs" / board.dts
    if board.isa == "x86_64" or "machine" not in board.qemu:
        return None
    blob = folder / "dumped.dtb"
    done = subprocess.run([board.qemu["binary"], "-M", f"{board.qemu['machine']},dumpdtb={blob}",
                           "-cpu", board.cpu, "-display", "none", "-nic", "none"],
                          capture_output=True, text=True)
    if done.returncode or not blob.exists():
        raise Problem(f"QEMU dumped no tree: {done.stderr.strip()}")
    return blob


def differences(board: boards.Board, text: str, root: device_tree.Node) -> str:
    """What the config says otherwise than the board's own. That may have drivers besides: of further
    consoles, and of another form of the machine, which take no node of this tree."""
    made, own = tomllib.loads(text), tomllib.loads((ROOT / f"configs/{board.name}.toml").read_text())
    wrong = [key for key in ("isa", "image") if made[key] != own[key]]
    if made["cpu"] not in ("max", "rv64", own["cpu"]): # these two: the tree names no core
        wrong.append("cpu")
    if set(made["boot"]) != set(own["boot"]):
        wrong.append("boot")
    besides = {driver.full for driver in kernel_drivers.all_drivers()
               if driver.full not in made["drivers"] and (driver.kind == "uart" or (
                   driver.compatible and not any(driver.takes(node) for node in root.nodes())))}
    if set(made["drivers"]) != set(own["drivers"]) - besides:
        wrong.append(f"drivers {made['drivers']}")
    if text.count("\n") > MOST_LINES:
        wrong.append("its length")
    return ", ".join(wrong)


def rebuilt(board: boards.Board) -> Case:
    def test(folder: pathlib.Path) -> str:
        tree = tree_of(board, folder)
        assert tree
        status, output = ported(tree, folder, "made")
        if status:
            return output.strip().splitlines()[-1]
        return differences(board, (folder / "made.toml").read_text(), device_tree.read(tree))
    return lambda: checked(f"the config of {board.name} is rebuilt from its device tree", test)


def short_configs(folder: pathlib.Path) -> str:
    return ", ".join(f"{board.name} has more than {MOST_LINES} lines"
                     for board in boards.all_boards()
                     if (ROOT / f"configs/{board.name}.toml").read_text().count("\n") > MOST_LINES)


def refused_config(name: str, old: str, new: str, line: int, said: str) -> Case:
    def test(folder: pathlib.Path) -> str:
        (folder / "configs/dts").mkdir(parents=True)
        (folder / "configs/dts/board.dts").write_text(MADE_UP)
        config = folder / "configs/board.toml"
        config.write_text(GOOD)
        if wrong := board_check.problems(config):
            return f"the good config is refused: {wrong}"
        assert GOOD.count(old) == 1
        config.write_text(GOOD.replace(old, new))
        done = subprocess.run([sys.executable, "-B", str(ROOT / "tools/board.py"), "keys",
                               str(config), str(folder / "out")], capture_output=True, text=True)
        wanted = f"configs/board.toml:{line}: "
        if done.returncode == 0:
            return "it is taken"
        if not any(text.startswith(wanted) and said in text for text in done.stderr.splitlines()):
            return f"it says {done.stderr.strip()!r}, not {wanted}{said}"
        return ""
    return lambda: checked(f"a config with {name} is refused with its line", test)


def refused_tree(name: str, old: str, new: str, said: list[str]) -> Case:
    def test(folder: pathlib.Path) -> str:
        assert MADE_UP.count(old) == 1
        (folder / "board.dts").write_text(MADE_UP.replace(old, new))
        status, output = ported(folder / "board.dts", folder, "made")
        missing = [text for text in said if text not in output]
        if status == 0 or (folder / "made.toml").exists():
            return "a config was written"
        return f"not said: {missing[0]}; but {output.strip()!r}" if missing else ""
    return lambda: checked(f"a tree with {name} is refused and says what is missing", test)


def damaged_blobs(folder: pathlib.Path) -> str:
    (folder / "board.dts").write_text(MADE_UP)
    blob = device_tree.compiled(folder / "board.dts")
    for size in (0, 3, 39, 60, len(blob) // 2, len(blob) - 1):
        (folder / "cut.dtb").write_bytes(blob[:size])
        status, output = ported(folder / "cut.dtb", folder, "made")
        if status == 0 or len(output.strip().splitlines()) != 1 or "cut.dtb: " not in output:
            return f"{size} bytes: {output.strip()}"
    return ""


def overwriting(folder: pathlib.Path) -> str:
    (folder / "board.dts").write_text(MADE_UP)
    (folder / "made.toml").write_text("mine\n")
    status, output = ported(folder / "board.dts", folder, "made")
    if status == 0 or (folder / "made.toml").read_text() != "mine\n":
        return "a config was overwritten"
    status, output = command("port", str(folder / "board.dts"), "--name", "made", "--output",
                             str(folder), "--force")
    return "" if status == 0 and "aarch64" in (folder / "made.toml").read_text() else output


def cases() -> list[Case]:
    with_tree = [board for board in boards.all_boards()
                 if board.isa != "x86_64" and ("machine" in board.qemu or board.dts)
                 and not board.is_generic] # that has no tree of its own
    return [*(rebuilt(board) for board in with_tree),
            *(refused_config(*row) for row in BAD_CONFIGS),
            *(refused_tree(*row) for row in BAD_TREES),
            lambda: checked("a damaged blob is refused in one line", damaged_blobs),
            lambda: checked("a config is never overwritten unasked", overwriting),
            lambda: checked(f"a config is at most {MOST_LINES} lines", short_configs)]
