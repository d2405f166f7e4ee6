# SPDX-License-Identifier: BSD-2-Clause
"""Boots with bad input: the kernel must say one clear line that names the thing, and stop."""
from collections.abc import Callable

from . import builds
from .results import Result


def bad_input_cases(build: builds.Build) -> list[Callable[[], list[Result]]]:
    return []
