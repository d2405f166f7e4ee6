# SPDX-License-Identifier: BSD-2-Clause
"""What all subcommands share: places, errors that end in one line, progress."""
import json
import os
import pathlib
import re
import sys
import threading
import time
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
CPUS = os.cpu_count() or 1

FAILED = 1
WRONG_USE = 2


class Problem(Exception):
    """Ends the command with one line on stderr and this exit status."""

    def __init__(self, text: str, status: int = FAILED):
        super().__init__(text)
        self.status = status


def version() -> str:
    return (ROOT / "VERSION").read_text().strip()


def abi_version() -> str:
    text = (ROOT / "include/cobnut/abi/types.hpp").read_text()
    numbers = dict(re.findall(r"abi_(major|minor)\s*=\s*(\d+)", text))
    return f"{numbers['major']}.{numbers['minor']}"


def say(text: str) -> None:
    print(text, flush=True)


def short_path(path: pathlib.Path) -> str:
    return os.path.relpath(path)


def write_json(path: str | None, content: Any) -> None:
    if path is None:
        return
    try:
        pathlib.Path(path).write_text(json.dumps(content, indent=2) + "\n")
    except OSError as error:
        raise Problem(f"cannot write {path}: {error.strerror}") from error


class Stage:
    """Says what is being done and, as long as it lasts, that it goes on."""

    def __init__(self, text: str):
        self.text = text
        self.done = threading.Event()
        self.start = time.monotonic()
        self.terminal = sys.stdout.isatty()

    def seconds(self) -> float:
        return time.monotonic() - self.start

    def tick(self) -> None:
        interval = 1.0 if self.terminal else 15.0
        while not self.done.wait(interval):
            text = f"{self.text} … {self.seconds():.0f} s"
            print(f"\r{text}" if self.terminal else text, end="" if self.terminal else "\n",
                  flush=True)

    def __enter__(self) -> "Stage":
        print(f"{self.text} …", end="" if self.terminal else "\n", flush=True)
        self.thread = threading.Thread(target=self.tick, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, kind: object, value: object, trace: object) -> None:
        self.done.set()
        self.thread.join()
        if self.terminal:
            result = "failed after" if kind else "done in"
            print(f"\r\033[K{self.text}: {result} {self.seconds():.1f} s", flush=True)
