# SPDX-License-Identifier: BSD-2-Clause
"""Where the instructions of a path go: by function, inlined functions within it, and line."""
import dataclasses
import pathlib
import re
import shutil
import subprocess

TRIPLES = {"aarch64": "aarch64-linux-gnu", "armv7": "arm-linux-gnueabihf",
           "riscv64": "riscv64-linux-gnu", "x86_64": "x86_64-linux-gnu"}
# What is left of a C++ name: no return type, template arguments or parameters.
SHORT = re.compile(r"\((?!anonymous).*$")


@dataclasses.dataclass
class Node:
    """A function (or a line of it, then without children) and its share of the path."""
    name: str
    count: int = 0
    children: dict[str, "Node"] = dataclasses.field(default_factory=dict)

    def child(self, name: str) -> "Node":
        return self.children.setdefault(name, Node(name))

    def sorted(self) -> list["Node"]:
        return sorted(self.children.values(), key=lambda node: -node.count)


def short_function(name: str) -> str:
    name = name.replace("(anonymous namespace)::", "")
    depth, kept = 0, ""
    for character in SHORT.sub("", name):
        depth -= character == ">"
        kept += character if depth == 0 and character != ">" else ""
        depth += character == "<"
    kept = kept.replace("<", "")
    return kept.rsplit(" ", 1)[-1] or name


def short_place(place: str) -> str:
    path, _, line = place.partition(" ")[0].rpartition(":")
    while path.startswith("./"):
        path = path[2:]
    if path.startswith("build/"):
        path = path.partition("/./")[2] or path
    return f"{path}:{line}"


def addr2line(isa: str) -> str | None:
    for name in (f"{TRIPLES[isa]}-addr2line", "llvm-addr2line", "addr2line"):
        if shutil.which(name):
            return name
    return None


def frames(isa: str, elf: pathlib.Path, addresses: set[int]) -> dict[int, list[tuple[str, str]]]:
    """For each address its functions with places, from the outermost to the inlined one."""
    tool = addr2line(isa)
    if tool is None or not addresses:
        return {}
    output = subprocess.run(
        [tool, "-a", "-f", "-i", "-C", "-e", str(elf)], text=True, capture_output=True,
        input="".join(f"{address:#x}\n" for address in sorted(addresses))).stdout.splitlines()
    found: dict[int, list[tuple[str, str]]] = {}
    stack: list[tuple[str, str]] = []
    at = 0
    while at < len(output):
        if output[at].startswith("0x"):
            stack = found.setdefault(int(output[at], 16), [])
            at += 1
        else:
            stack.insert(0, (short_function(output[at]), short_place(output[at + 1])))
            at += 2
    return found


def tree(path: list[int], known: dict[int, list[tuple[str, str]]]) -> Node:
    root = Node("", len(path))
    for address in path:
        node = root
        stack = known.get(address, [])
        for function, _ in stack:
            node = node.child(function)
            node.count += 1
        leaf = node.child(stack[-1][1] if stack else f"{address:#x}")
        leaf.count += 1
    return root
