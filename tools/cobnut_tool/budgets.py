# SPDX-License-Identifier: BSD-2-Clause
"""What the operations of the bench may cost: test/bench/budgets.toml."""
import dataclasses
import functools
import tomllib

from .common import ROOT

FILE = ROOT / "test/bench/budgets.toml"
REFERENCE = "aarch64"


@dataclasses.dataclass(frozen=True)
class Budget:
    """None: there is no such figure."""
    must: float | None = None
    aim: float | None = None
    peer: float | None = None
    i_lines: int | None = None
    d_lines: int | None = None
    pages: int | None = None


@functools.cache
def content() -> dict:
    return tomllib.loads(FILE.read_text())


def in_proportion(value: float, scale: float) -> float:
    return round(value * scale) if value >= 10 else round(value * scale, 2)


def of(isa: str, operation: str) -> Budget:
    data = content()
    leg = data["legs"][isa].get(data["same"].get(operation, operation))
    if leg:
        return Budget(leg["must"], leg["aim"], leg["peer"], leg["i"]["must"], leg["d"]["must"],
                      data["pages"]["must"])
    row = data["operations"].get(operation)
    if not row:
        return Budget()
    calls = {name: legs["call"] for name, legs in data["legs"].items()}
    must, aim = (in_proportion(row[kind], calls[isa][kind] / calls[REFERENCE][kind])
                 for kind in ("must", "aim"))
    return Budget(must, aim, row.get("peer") if isa == REFERENCE else None)
