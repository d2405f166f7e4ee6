# SPDX-License-Identifier: BSD-2-Clause
"""Reads device trees: blobs (Devicetree Specification 0.4, chapter 5), and sources by dtc."""
import pathlib
import struct
import subprocess
from collections.abc import Iterator

MAGIC = 0xd00dfeed
BEGIN, END, PROPERTY, NOP, FINISH = 1, 2, 3, 4, 9


class TreeError(Exception):
    pass


class Node:
    def __init__(self, name: str, parent: "Node | None"):
        self.name = name
        self.parent = parent
        self.properties: dict[str, bytes] = {}
        self.children: list[Node] = []

    @property
    def path(self) -> str:
        if self.parent is None:
            return "/"
        return self.parent.path.rstrip("/") + "/" + self.name

    def strings(self, name: str) -> list[str]:
        data = self.properties.get(name, b"")
        return [part.decode("utf-8", "replace") for part in data.rstrip(b"\0").split(b"\0") if part]

    def string(self, name: str) -> str:
        return (self.strings(name) or [""])[0]

    def cells(self, name: str) -> list[int]:
        data = self.properties.get(name, b"")
        return [int.from_bytes(data[at:at + 4], "big") for at in range(0, len(data) - 3, 4)]

    @property
    def compatible(self) -> list[str]:
        return self.strings("compatible")

    @property
    def enabled(self) -> bool:
        return self.string("status") in ("", "ok", "okay") \
            and (self.parent is None or self.parent.enabled)

    def nodes(self) -> Iterator["Node"]:
        yield self
        for child in self.children:
            yield from child.nodes()

    def child(self, name: str) -> "Node | None":
        """By name; the unit address may be left out."""
        for child in self.children:
            if child.name == name or ("@" not in name and child.name.split("@")[0] == name):
                return child
        return None

    def find(self, path: str) -> "Node | None":
        """A path, or an alias; only of the root."""
        if not path.startswith("/"):
            aliases = self.child("aliases")
            path = aliases.string(path) if aliases else ""
            if not path:
                return None
        node: Node | None = self
        for part in path.split("/"):
            if part and node:
                node = node.child(part)
        return node

    def by_phandle(self, handle: int) -> "Node | None":
        for node in self.nodes():
            if handle in (*node.cells("phandle"), *node.cells("linux,phandle")):
                return node
        return None


def parse(blob: bytes) -> Node:
    """The root of a blob."""
    if len(blob) < 40 or struct.unpack(">I", blob[:4])[0] != MAGIC:
        raise TreeError("no device tree blob: the magic number d00dfeed is missing")
    _, total, structure, strings = struct.unpack(">4I", blob[:16])
    if total > len(blob):
        raise TreeError(f"the blob is cut off: {len(blob)} of {total} bytes")

    def text(at: int) -> str:
        return blob[at:blob.index(b"\0", at)].decode("utf-8", "replace")

    at, node, root = structure, None, None
    try:
        while True:
            token = struct.unpack(">I", blob[at:at + 4])[0]
            at += 4
            if token == BEGIN:
                name = text(at)
                at += (len(name.encode()) + 4) & ~3
                made = Node(name, node)
                if node:
                    node.children.append(made)
                root, node = root or made, made
            elif token == END:
                assert node
                node = node.parent
            elif token == PROPERTY:
                size, name_at = struct.unpack(">2I", blob[at:at + 8])
                assert node
                node.properties[text(strings + name_at)] = blob[at + 8:at + 8 + size]
                at += 8 + ((size + 3) & ~3)
            elif token == FINISH:
                break
            elif token != NOP:
                raise TreeError(f"the blob has an unknown token {token:#x} at {at - 4:#x}")
    except (struct.error, ValueError, AssertionError, UnicodeDecodeError):
        raise TreeError(f"the blob ends or is broken at {at:#x}") from None
    if root is None:
        raise TreeError("the blob has no root node")
    return root


def compiled(path: pathlib.Path) -> bytes:
    """A source as a blob. The C preprocessor is run first where the source includes headers."""
    text = path.read_bytes()
    if b"#include" in text:
        folders = [path.parent, path.parent / "include", *path.resolve().parents[:4]]
        done = subprocess.run(["cpp", "-nostdinc", "-undef", "-D__DTS__", "-x",
                               "assembler-with-cpp", "-P",
                               *[f"-I{folder}" for folder in folders], str(path)],
                              capture_output=True)
        if done.returncode:
            raise TreeError(done.stderr.decode().strip().splitlines()[0])
        text = done.stdout
    try:
        done = subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-i", str(path.parent), "-"],
                              input=text, capture_output=True)
    except FileNotFoundError:
        raise TreeError("dtc is missing: run ./cobnut setup") from None
    if done.returncode:
        raise TreeError((done.stderr.decode().strip().splitlines() or ["dtc failed"])[0])
    return done.stdout


def read(path: pathlib.Path) -> Node:
    """A blob (.dtb) or a source (.dts)."""
    if path.suffix == ".dts":
        return parse(compiled(path))
    return parse(path.read_bytes())
