# SPDX-License-Identifier: BSD-2-Clause
"""One test's result."""
import dataclasses


@dataclasses.dataclass
class Result:
    name: str
    passed: bool
    seconds: float
    reason: str = ""
    console: list[str] = dataclasses.field(default_factory=list)

    def line(self) -> str:
        mark = "ok    " if self.passed else "FAILED"
        reason = f": {self.reason}" if self.reason else ""
        return f"{mark} {self.name} ({self.seconds:.1f} s){reason}"

    def as_json(self) -> dict:
        return {"name": self.name, "passed": self.passed, "seconds": round(self.seconds, 2),
                "reason": self.reason}
