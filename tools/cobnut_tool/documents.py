# SPDX-License-Identifier: BSD-2-Clause
"""Follows a document literally: writes the files that it says to write, runs its commands, and
compares what they print."""
import contextlib
import dataclasses
import os
import pathlib
import re
import signal
import subprocess

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
FILE = re.compile(r"`([^`\s]+)`:\s*\Z")
TIMEOUT = 3600


@dataclasses.dataclass
class Step:
    kind: str  # "file", "run" or "expect"
    text: str
    name: str = ""


def steps(document: str) -> list[Step]:
    """A block behind the words `NAME`: is a file, one in sh is run, one in text is expected."""
    found = []
    for block in FENCE.finditer(document):
        language, text = block.groups()
        file = FILE.search(document[:block.start()])
        if file:
            found.append(Step("file", text, file.group(1)))
        elif language in ("sh", "text"):
            found.append(Step({"sh": "run", "text": "expect"}[language], text))
    return found


def script_of(wanted: list[Step]) -> str:
    lines = ["set -e"]
    for number, step in enumerate(wanted):
        lines.append(f"echo '@@{number}'")
        if step.kind == "file":
            lines += [f"cat > {step.name} <<'@@END'", step.text.rstrip("\n"), "@@END"]
        elif step.kind == "run":
            lines.append(step.text)
    return "\n".join(lines) + "\necho '@@done'\n"


def missing(expected: str, printed: str) -> str:
    """The first line that is expected and does not come, in this order."""
    at = 0
    for line in filter(None, (line.strip() for line in expected.splitlines())):
        found = printed.find(line, at)
        if found < 0:
            return line
        at = found + len(line)
    return ""


def follow(document: pathlib.Path, home: pathlib.Path) -> tuple[str, str]:
    """In a home of its own, beside the tree as `cobnut`. What is wrong, and all that was printed."""
    wanted = steps(document.read_text())
    if not any(step.kind == "run" for step in wanted):
        return "the document has no commands", ""
    process = subprocess.Popen(["bash", "-c", script_of(wanted)], cwd=home.parent,
                               env={**os.environ, "HOME": str(home)}, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               errors="replace", start_new_session=True)
    try:
        printed = process.communicate(timeout=TIMEOUT)[0].replace("\r", "")
    except subprocess.TimeoutExpired:
        return f"it takes longer than {TIMEOUT} s", ""
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)  # what the commands have left
        process.wait()
    parts = re.split(r"^@@(\w+)$", printed, flags=re.M)
    outputs = dict(zip(parts[1::2], parts[2::2]))
    if "done" not in outputs:
        return f"a command failed ({process.returncode})", printed
    last = ""
    for number, step in enumerate(wanted):
        if step.kind == "run":
            last = outputs[str(number)]
        elif step.kind == "expect" and (line := missing(step.text, last)):
            return f"not printed: {line!r}", printed
    return "", printed
