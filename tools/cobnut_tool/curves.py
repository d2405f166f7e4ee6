# SPDX-License-Identifier: BSD-2-Clause
"""Cost against scale: points that the bench measures, as tables and charts."""
import dataclasses
import itertools
import re

from .common import Problem, say

NAME = re.compile(r"^([a-z]+)_(\d+)_(\w+)$")
TITLES = {
    "threads": ("Ready threads of a lower priority", "threads"),
    "priorities": ("Lower priorities with a ready thread", "priorities"),
    "slots": ("Size of the client's capability space", "slots"),
    "levels": ("Depth of the client's capability space", "levels"),
    "words": ("Length of the message", "words"),
    "queue": ("Senders that wait when somebody receives", "senders"),
    "revoked": ("Derived capabilities that a revoke deletes", "capabilities"),
}
# Where cost must not depend on scale: at most so many instructions between any two points. The last
# of a queue leaves it with some stores less.
FLAT = {"threads": 0, "priorities": 0, "slots": 0, "queue": 20}
# What a revoke costs for each capability may grow by so much from one point to the next.
LINEAR = 1.05


@dataclasses.dataclass(frozen=True)
class Point:
    curve: str
    scale: int
    operation: str
    instructions: int


def point(name: str, instructions: int) -> Point:
    found = NAME.match(name)
    if not found or found.group(1) not in TITLES:
        raise Problem(f"the bench measured {name}, which is no point of a curve")
    return Point(found.group(1), int(found.group(2)), found.group(3), instructions)


def as_json(board: str, one: Point) -> dict:
    return {"board": board, **dataclasses.asdict(one)}


def series(points: list[Point], curve: str) -> dict[str, list[tuple[float, float]]]:
    lines: dict[str, list[tuple[float, float]]] = {}
    for one in points:
        if one.curve == curve:
            lines.setdefault(one.operation, []).append((one.scale, one.instructions))
    return {name: sorted(line) for name, line in lines.items()}


def charts(points: list[Point]) -> list[tuple[str, str, dict]]:
    return [(title, axis, lines) for curve, (title, axis) in TITLES.items()
            if (lines := series(points, curve))]


def not_flat(points: list[Point]) -> list[str]:
    """What should not depend on scale, and does."""
    found = []
    for curve, slack in FLAT.items():
        for name, line in series(points, curve).items():
            costs = [cost for _, cost in line]
            if max(costs) - min(costs) > slack:
                found.append(described(curve, name, line))
    for name, line in series(points, "revoked").items():
        each = [cost / scale for scale, cost in line]
        if any(later > earlier * LINEAR for earlier, later in itertools.pairwise(each)):
            found.append(described("revoked", name, line))
    return found


def described(curve: str, operation: str, line: list[tuple[float, float]]) -> str:
    return f"{operation} against {TITLES[curve][1]}: " + ", ".join(
        f"{scale:.0f}: {cost:g}" for scale, cost in line)


def print_table(name: str, points: list[Point]) -> None:
    for curve, (title, _) in TITLES.items():
        lines = series(points, curve)
        if not lines:
            continue
        scales = [scale for scale, _ in next(iter(lines.values()))]
        say(f"\n{name}: {title}\n{'':24}" + "".join(f"{scale:>10.0f}" for scale in scales))
        for operation, line in lines.items():
            say(f"{operation:24}" + "".join(f"{cost:>10g}" for _, cost in line))
