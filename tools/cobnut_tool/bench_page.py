# SPDX-License-Identifier: BSD-2-Clause
"""The bench as one self-contained HTML page."""
import functools
import html
import pathlib
import re

from . import call_tree
from .common import ROOT, Problem

STYLE = """
body { font: 14px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 64em; padding: 0 1em;
       color: #222; background: #fff; }
h1 { font-size: 1.6em; } h2 { margin-top: 2em; border-bottom: 1px solid #ccc; }
svg text { font: 12px system-ui, sans-serif; fill: #222; }
details { margin: .2em 0; } summary { cursor: pointer; }
.frame { position: relative; white-space: pre; font: 12px/1.5 ui-monospace, monospace;
         overflow: hidden; text-overflow: ellipsis; isolation: isolate; }
.frame i { position: absolute; left: 0; top: 1px; bottom: 1px; background: #f4d9b0; z-index: -1; }
.line i { background: #dbe7f3; } .line { color: #456; }
.key span { display: inline-block; width: 1em; height: .8em; margin: 0 .3em 0 1em; }
"""
OURS, OVER, PEER, MUST, AIM = "#4a7fb5", "#c0504d", "#cccccc", "#222222", "#2e8b57"
COLOURS = ("#4a7fb5", "#c0504d", "#2e8b57", "#8064a2", "#d08a2e", "#3f9fa8", "#8c6d5a", "#666666")


def is_over(row: dict) -> bool:
    return row["must"] is not None and row["instructions"] > row["must"]


def bars(rows: list[dict]) -> str:
    """A bar an operation; behind it the peer's, ticks for must and aim."""
    left, width, height = 190, 620, 22
    most = max(max(row["instructions"], row["peer"] or 0) for row in rows)

    def x(value: float) -> float:
        return round(left + value / most * width, 1)

    parts = []
    for index, row in enumerate(rows):
        y = index * height
        middle = y + 15
        parts.append(f'<text x="{left - 6}" y="{middle}" text-anchor="end">'
                     f'{html.escape(row["operation"])}</text>')
        if row["peer"]:
            parts.append(f'<rect x="{left}" y="{y + 3}" width="{x(row["peer"]) - left:.1f}" '
                         f'height="16" fill="{PEER}"><title>seL4 {row["peer"]}</title></rect>')
        parts.append(f'<rect x="{left}" y="{y + 6}" width="{x(row["instructions"]) - left:.1f}" '
                     f'height="10" fill="{OVER if is_over(row) else OURS}"/>')
        for kind, colour in (("must", MUST), ("aim", AIM)):
            if row[kind] is not None:
                parts.append(f'<rect x="{x(row[kind]) - 1}" y="{y + 2}" width="2" height="18" '
                             f'fill="{colour}"><title>{kind} {row[kind]}</title></rect>')
        end = max(x(row["instructions"]), x(row["peer"] or 0), x(row["must"] or 0))
        parts.append(f'<text x="{end + 6}" y="{middle}">{row["instructions"]}</text>')
    return (f'<svg viewBox="0 0 {left + width + 60} {len(rows) * height}" role="img">'
            + "".join(parts) + "</svg>")


def curve(title: str, axis: str, series: dict[str, list[tuple[float, float]]]) -> str:
    """Lines of cost against a number, on a logarithmic axis where the number grows so."""
    import math
    left, top, width, height = 56, 24, 520, 200
    points = [point for line in series.values() for point in line]
    xs = sorted({x for x, _ in points})
    log = len(xs) > 2 and xs[0] > 0 and xs[-1] / xs[0] > 40
    scale = (lambda v: math.log(v)) if log else (lambda v: v)
    low, high = scale(xs[0]), scale(xs[-1])
    most = max(y for _, y in points) * 1.1 or 1

    def place(x: float, y: float) -> tuple[float, float]:
        share = (scale(x) - low) / (high - low) if high > low else 0.5
        return round(left + share * width, 1), round(top + height - y / most * height, 1)

    parts = [f'<text x="{left}" y="14">{html.escape(title)}</text>',
             f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="none" '
             'stroke="#bbb"/>']
    for share in (0.0, 0.5, 1.0):
        value = most / 1.1 * share
        parts.append(f'<text x="{left - 5}" y="{place(xs[0], value)[1] + 4}" text-anchor="end">'
                     f'{value:.0f}</text>')
    shown = [xs[0], xs[len(xs) // 2], xs[-1]]
    for x in shown:
        parts.append(f'<text x="{place(x, 0)[0]}" y="{top + height + 16}" '
                     f'text-anchor="middle">{x:g}</text>')
    parts.append(f'<text x="{left + width / 2}" y="{top + height + 32}" text-anchor="middle">'
                 f'{html.escape(axis)}</text>')
    for index, (name, line) in enumerate(series.items()):
        colour = COLOURS[index % len(COLOURS)]
        path = " ".join(f"{x},{y}" for x, y in (place(*point) for point in line))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for point in line:
            x, y = place(*point)
            parts.append(f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"><title>'
                         f'{html.escape(name)} {point[0]:g}: {point[1]:g}</title></circle>')
        parts.append(f'<text x="{left + width + 10}" y="{top + 14 + 18 * index}" '
                     f'style="fill:{colour}">{html.escape(name)}</text>')
    return f'<svg viewBox="0 0 {left + width + 220} {top + height + 40}">{"".join(parts)}</svg>'


@functools.cache
def source(path: str) -> list[str]:
    try:
        return (ROOT / path).read_text().splitlines()
    except OSError:
        return []


def source_line(place: str) -> str:
    found = re.fullmatch(r"(.+):(\d+)", place)
    lines = source(found.group(1)) if found else []
    number = int(found.group(2)) if found else 0
    return lines[number - 1].strip() if 0 < number <= len(lines) else ""


def listing(node: call_tree.Node, total: int, depth: int) -> list[str]:
    parts = []
    for child in node.sorted():
        leaf = not child.children
        text = f'{child.count:5}  {"  " * depth}{child.name}'
        if leaf:
            text += f"   {source_line(child.name)}"
        parts.append(f'<div class="frame{" line" if leaf else ""}">'
                     f'<i style="width:{child.count / total * 100:.1f}%"></i>'
                     f"{html.escape(text)}</div>")
        parts += listing(child, total, depth + 1)
    return parts


def board(name: str, rows: list[dict], trees: dict[str, call_tree.Node], curves: list) -> str:
    parts = [f"<h2>{html.escape(name)}</h2>", bars(rows), "<h3>Where the instructions go</h3>"]
    for row in rows:
        tree = trees.get(row["operation"])
        if tree and tree.count:
            parts.append(f'<details><summary>{html.escape(row["operation"])}: {tree.count} '
                         f'instructions, {row["i_lines"]} and {row["d_lines"]} lines</summary>'
                         + "".join(listing(tree, tree.count, 0)) + "</details>")
    if curves:
        parts.append("<h3>Cost against scale</h3>")
        parts += [curve(*one) for one in curves]
    return "".join(parts)


def write(file: str, title: str, sections: list[str]) -> None:
    key = "".join(f'<span style="background:{colour}"></span>{text}' for colour, text in
                  ((OURS, "Cobnut"), (OVER, "over its budget"), (PEER, "seL4"), (MUST, "must"),
                   (AIM, "aim")))
    page = (f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
            f"<style>{STYLE}</style></head><body><h1>{title}</h1><p>Instructions executed in the "
            "kernel, counted under QEMU, from the user's trap instruction to the first user "
            f'instruction after it.</p><p class="key">{key}</p>{"".join(sections)}</body></html>\n')
    try:
        pathlib.Path(file).write_text(page)
    except OSError as error:
        raise Problem(f"cannot write {file}: {error.strerror}") from error
