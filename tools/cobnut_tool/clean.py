# SPDX-License-Identifier: BSD-2-Clause
"""Removes what the builds made."""
import argparse
import shutil

from .common import BUILD, say


def clean(options: argparse.Namespace) -> int:
    """Removes build/."""
    if BUILD.exists():
        shutil.rmtree(BUILD)
        say("build/ is removed")
    else:
        say("nothing to remove")
    return 0
