# SPDX-License-Identifier: BSD-2-Clause
"""A test's result, and how results are written down."""
import dataclasses
import pathlib
import re
import xml.etree.ElementTree as tree

from .common import Problem

# What XML 1.0 cannot hold: a machine that fails may print anything.
NOT_XML = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


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

    def as_junit(self) -> tree.Element:
        suite, _, name = self.name.partition(": ")
        case = tree.Element("testcase", classname=NOT_XML.sub("?", suite),
                            name=NOT_XML.sub("?", name or suite), time=f"{self.seconds:.2f}")
        if not self.passed:
            failure = tree.SubElement(case, "failure",
                                      message=NOT_XML.sub("?", self.reason or "failed"))
            failure.text = NOT_XML.sub("?", "\n".join(self.console))
        return case


def write_junit(path: str | None, results: list[Result], seconds: float) -> None:
    if path is None:
        return
    suite = tree.Element("testsuite", name="cobnut", tests=str(len(results)),
                         failures=str(sum(not result.passed for result in results)),
                         time=f"{seconds:.2f}")
    suite.extend(result.as_junit() for result in results)
    document = tree.Element("testsuites")
    document.append(suite)
    try:
        pathlib.Path(path).write_bytes(tree.tostring(document, "utf-8", xml_declaration=True))
    except OSError as error:
        raise Problem(f"cannot write {path}: {error.strerror}") from error
