# SPDX-License-Identifier: BSD-2-Clause
"""How deep the kernel's stacks can get, from what GCC says of each function's frame and calls.

The call graph is walked from every entry to its deepest path. Recursion, a frame without a bound, a
function that nobody knows, and an indirect call whose targets are not listed here are refused."""
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import shlex
import subprocess
import time

from . import builds
from .common import CPUS, ROOT, Problem
from .results import Result

SPARE = 8  # of each stack an eighth stays free
NODE = re.compile(r'^node: \{ title: "(.*?)" label: "(.*?)"')
EDGE = re.compile(r'^edge: \{ sourcename: "(.*?)" targetname: "(.*?)"')
FRAME = re.compile(r"\\n(\d+) bytes \((.*?)\)")
INDIRECT = "__indirect_call"
# Callers that call through a pointer, and whom.
TARGETS = {"for_each_page": [r"arch::(clear_memory|clean_to_coherency|clean|make_executable)\(void\*"],
           "kernel::debug::": [r"kernel::debug::.*run\(const .*Arguments&\)"]}
# Assembler that C++ calls, with what it pushes.
ASSEMBLER = {"leave_full": 0, "x86_leave_full": 48, "leave_voluntary": 0, "restore_registers": 0, "boot_restart": 0}


@dataclasses.dataclass(frozen=True)
class Stack:
    name: str
    place: str  # the file that says how large it is
    size: str   # a regular expression of the number there
    entries: tuple[str, ...] = ()  # none: all that no other stack names
    unit: int = 1
    on_top: str = ""  # an entry that may come at any depth
    pushed: int = 0   # by the processor and assembler


STACKS = {
    "aarch64": [
        Stack("kernel", "arch/aarch64/boot.cpp", r"stack_size = (\d+)"),
        Stack("boot", "arch/aarch64/start.S", r"\.space +(\d+)\nboot_stack_top",
              ("boot_leave_el2", "boot_enable_mmu", "boot_high")),
        Stack("fatal", "arch/aarch64/vectors.S", r"\.space +(\d+)\nfatal_stack_top",
              ("aarch64_kernel_exception",))],
    "armv7": [
        Stack("kernel", "arch/armv7/arch/layout.hpp", r"stack_pages = (\d+)", unit=4096),
        Stack("boot", "arch/armv7/start.S", r"\.space +(\d+)\n.*\nboot_stack_top",
              ("boot_open_svc", "boot_enable_mmu", "boot_entry"))],
    "riscv64": [
        Stack("kernel", "arch/riscv64/arch/layout.hpp", r"stack_pages = (\d+)", unit=4096,
              on_top="trap_from_kernel"),
        Stack("boot", "arch/riscv64/start.S", r"\.space +(\d+)\n.*\nboot_stack_top",
              ("boot_tables", "boot_high"), on_top="trap_from_kernel")],
    # The processor pushes 5 words, trap.S two, `call` one, and up to 8 bytes align.
    "x86_64": [
        Stack("kernel", "arch/x86_64/arch/layout.hpp", r"stack_size = (\d+)", pushed=72),
        Stack("boot", "arch/x86_64/start.S", r"\.space (\d+)\nboot_stack_top", ("boot_main",)),
        Stack("exception", "arch/x86_64/boot_core.cpp", r"interrupt_stack_size = (\d+)",
              ("trap_from_kernel",), pushed=88)],
}


@dataclasses.dataclass
class Graph:
    frames: dict[str, int]
    labels: dict[str, str]
    calls: dict[str, set[str]]
    unbounded: list[str]

    def named(self, name: str) -> str:
        """The node of a function with C linkage."""
        if name not in self.frames:
            raise Problem(f"no function {name}: tools/cobnut_tool/stack_bound.py names it")
        return name


def short(title: str, graph: Graph) -> str:
    """`kernel::ipc::transfer` of a whole declaration."""
    head = graph.labels.get(title, title).replace("{anonymous}::", "").replace("operator()", "")
    head = head.split("(", 1)[0]
    while (without := re.sub(r"<[^<>]*>", "", head)) != head:
        head = without
    name = head.rsplit(" ", 1)[-1]
    return name if re.match(r"[A-Za-z_]", name) else title.rsplit(":", 1)[-1]


def compiler_words(entry: dict) -> list[str]:
    """The compiler and its flags, without what is compiled into what."""
    words, skip = [], False
    for word in shlex.split(entry["command"]):
        if skip or word in ("-c", "-MD", "-g", entry["file"]):
            skip = False
        elif word in ("-MQ", "-MF", "-o"):
            skip = True
        else:
            words.append(word)
    return words


def compile_unit(entry: dict, folder: pathlib.Path) -> pathlib.Path:
    """Compiles once more, for what GCC then writes beside the assembler: a graph of the unit."""
    assembler = folder / (pathlib.Path(entry["output"]).name + ".s")
    graph = assembler.with_suffix(".ci")
    made = pathlib.Path(entry["directory"]) / entry["output"]
    if graph.exists() and made.exists() and graph.stat().st_mtime > made.stat().st_mtime:
        return graph
    done = subprocess.run([*compiler_words(entry), "-S", "-fcallgraph-info=su", "-o",
                           str(assembler), entry["file"]],
                          cwd=entry["directory"], capture_output=True, text=True,
                          env={**os.environ, "CCACHE_DISABLE": "1"})  # it would lose the graph
    if done.returncode or not graph.exists():
        raise Problem(f"{entry['file']}: no call graph: {builds.first_error(done.stderr)}")
    return graph


def link_whole(build: builds.Build, folder: pathlib.Path) -> list[pathlib.Path]:
    """Links once more: units that are compiled as one program have their code, and its graph, from
    the link."""
    elf = "kernel/kernel.elf"
    graphs = list(folder.glob("*ltrans.ci"))
    made = (build.folder / elf).stat().st_mtime
    if graphs and all(graph.stat().st_mtime > made for graph in graphs):
        return graphs
    commands = subprocess.run(["ninja", "-C", str(build.folder), "-t", "commands", elf],
                              capture_output=True, text=True).stdout.splitlines()
    words = shlex.split(commands[-1]) if commands else []
    if elf not in words:
        raise Problem(f"{build.name}: ninja does not tell how the kernel is linked")
    words[words.index(elf)] = str(folder / "kernel.elf")
    done = subprocess.run([*words, "-fcallgraph-info=su", "-dumpdir", f"{folder}/"],
                          cwd=build.folder, capture_output=True, text=True,
                          env={**os.environ, "CCACHE_DISABLE": "1"})
    graphs = list(folder.glob("*ltrans.ci"))
    if done.returncode or not graphs:
        raise Problem(f"{elf}: no call graph: {builds.first_error(done.stderr)}")
    return graphs


def read(paths: list[pathlib.Path]) -> Graph:
    graph = Graph({}, {}, {}, [])
    for path in paths:
        for line in path.read_text().splitlines():
            if found := NODE.match(line):
                title, label = found.groups()
                if frame := FRAME.search(label):
                    graph.frames[title] = max(graph.frames.get(title, 0), int(frame.group(1)))
                    graph.labels[title] = label.split("\\n")[0]
                    if frame.group(2) not in ("static", "dynamic,bounded"):
                        graph.unbounded.append(title)
            elif found := EDGE.match(line):
                graph.calls.setdefault(found.group(1), set()).add(found.group(2))
    return graph


def known(title: str, graph: Graph) -> str | None:
    """The function by the name under which its frame is known: constructors have two."""
    for name in (title, re.sub(r"C1E", "C2E", title), re.sub(r"D1E", "D2E", title)):
        if name in graph.frames:
            return name
    return None


def targets(caller: str, graph: Graph) -> list[str]:
    """Whom it calls; of an indirect call those that are listed."""
    result = []
    for callee in graph.calls.get(caller, ()):
        if callee == INDIRECT:
            patterns = [pattern for name, some in TARGETS.items()
                        if name in graph.labels[caller] for pattern in some]
            matching = [title for title, label in graph.labels.items()
                        if any(re.search(pattern, label) for pattern in patterns)]
            if not matching:
                raise Problem(f"{short(caller, graph)}: an indirect call that is not listed")
            result += [title for title in matching if title != caller]
        elif (name := known(callee, graph)) is not None:
            result.append(name)
        elif callee not in ASSEMBLER:
            raise Problem(f"{short(caller, graph)} calls {callee}, of which nothing is known")
    return result


def deepest(entry: str, graph: Graph, found: dict[str, tuple[int, list[str]]]) -> None:
    """For everything that it reaches the deepest path, into `found`."""
    path, work = [], [(entry, iter(targets(entry, graph)))]
    on_path = {entry}
    while work:
        title, callees = work[-1]
        callee = next(callees, None)
        if callee is None:
            work.pop()
            on_path.discard(title)
            below = max(((found[name][0], found[name][1]) for name in targets(title, graph)),
                        default=(0, []))
            pushed = max((ASSEMBLER.get(name, 0) for name in graph.calls.get(title, ())), default=0)
            below = max(below, (pushed, []))
            found[title] = (graph.frames[title] + below[0], [title, *below[1]])
        elif callee in on_path:
            path = [name for name, _ in work] + [callee]
            raise Problem("recursion: " + " > ".join(short(name, graph) for name in
                                                     path[path.index(callee):]))
        elif callee not in found:
            on_path.add(callee)
            work.append((callee, iter(targets(callee, graph))))


def size_of(stack: Stack) -> int:
    found = re.search(stack.size, (ROOT / "kernel" / stack.place).read_text())
    if found is None:
        raise Problem(f"kernel/{stack.place} does not say how large the {stack.name} stack is")
    return int(found.group(1)) * stack.unit


def judged(stack: Stack, entries: list[str], graph: Graph,
           found: dict[str, tuple[int, list[str]]]) -> tuple[bool, str]:
    depth, path = max(found[entry] for entry in entries)
    depth += stack.pushed
    if stack.on_top:
        depth += found[graph.named(stack.on_top)][0]
    size = size_of(stack)
    limit = size - size // SPARE
    names = " > ".join(f"{short(title, graph)} {graph.frames[title]}" for title in path)
    return depth <= limit, f"{depth} bytes of {size}, at most {limit}: {names}"


def of_stacks(build: builds.Build) -> list[Result]:
    """A result for each stack of the kernel."""
    start = time.monotonic()
    name = f"stack {build.board.isa} {build.variant}"
    folder = build.folder / "stack"
    folder.mkdir(exist_ok=True)
    commands = [entry for entry in json.loads((build.folder / "compile_commands.json").read_text())
                if entry.get("output", "").startswith("kernel/") and entry["file"].endswith(".cpp")]
    apart = [entry for entry in commands if "-flto" not in shlex.split(entry["command"])]
    with concurrent.futures.ThreadPoolExecutor(CPUS) as pool:
        graphs = list(pool.map(lambda entry: compile_unit(entry, folder), apart))
    graph = read(graphs if len(apart) == len(commands) else graphs + link_whole(build, folder))
    if graph.unbounded:
        raise Problem(f"{short(graph.unbounded[0], graph)} has a frame without a bound")
    called = {known(callee, graph) or callee for some in graph.calls.values() for callee in some}
    stacks = STACKS[build.board.isa]
    elsewhere = [graph.named(entry) for stack in stacks for entry in stack.entries]
    roots = [title for title in graph.frames if title not in called and title not in elsewhere]
    found: dict[str, tuple[int, list[str]]] = {}
    for entry in [*elsewhere, *roots]:
        deepest(entry, graph, found)
    unreached = set(graph.frames) - set(found)
    if unreached:  # only a cycle that nobody enters can be left
        raise Problem(f"recursion around {short(unreached.pop(), graph)}")
    results = []
    for stack in stacks:
        passed, reason = judged(stack, list(stack.entries) or roots, graph, found)
        results.append(Result(f"{name} {stack.name}", passed, time.monotonic() - start, reason))
        start = time.monotonic()
    return results
