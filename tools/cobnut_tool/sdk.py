# SPDX-License-Identifier: BSD-2-Clause
"""The subcommand that writes an SDK: what `meson install` of each board puts into one folder, and a
script for each board that boots an archive in QEMU."""
import argparse
import json
import pathlib
import shlex
import shutil
import subprocess
import tempfile

from . import boards, builds, qemu, setup
from .common import ROOT, WRONG_USE, Problem, say

MARK = "doc/VERSION"
RUN = """#!/bin/sh
# Boots {board} in QEMU. VARIANT=debug takes the kernel with asserts.
if [ $# -lt 1 ]; then echo "usage: $0 ARCHIVE [QEMU ARGUMENT...]" >&2; exit 2; fi
here=$(cd "$(dirname "$0")" && pwd)
archive=$1
shift
exec {command} "$@"
"""


def prefix_of(folder: pathlib.Path) -> str:
    options = json.loads((folder / "meson-info/intro-buildoptions.json").read_text())
    return next(option["value"] for option in options if option["name"] == "prefix")


def install(build: builds.Build, target: pathlib.Path) -> None:
    """Installs a board that is built into the folder."""
    with tempfile.TemporaryDirectory() as stage:
        builds.logged(["meson", "install", "-C", str(build.folder), "--no-rebuild", "--quiet",
                       "--destdir", stage], build.folder.with_suffix(".install.log"),
                      f"installing {build.name}")
        shutil.copytree(pathlib.Path(stage + prefix_of(build.folder)), target, dirs_exist_ok=True)
    if build.variant == "release" and "machine" in build.board.qemu:
        write_run(build, target / "boards" / build.board.name)


def write_run(build: builds.Build, folder: pathlib.Path) -> None:
    """The command line that boots this board, with the files that it wants beside it."""
    machine = qemu.Machine(archive=pathlib.Path("$archive"))
    words = []
    for word in qemu.command_line(build, machine):
        path = pathlib.Path(word)
        if word == str(build.image):
            word = f'"$here/${{VARIANT:-.}}/{path.name}"'
        elif word == "$archive":
            word = '"$archive"'
        elif path.is_file() and path.is_relative_to(ROOT):
            shutil.copy(path, folder)
            word = f'"$here/{path.name}"'
        else:
            word = shlex.quote(word)
        words.append(word)
    script = folder / "run"
    script.write_text(RUN.format(board=build.board.name,
                                 command=" ".join([*words, "-serial", "stdio"])))
    script.chmod(0o755)


def write(target: pathlib.Path, wanted: list[builds.Build]) -> None:
    for build in wanted:
        builds.compile_build(build, ["tour"])
        install(build, target)


def sdk(options: argparse.Namespace) -> int:
    """Writes an SDK: kernels, library, headers, examples."""
    target = pathlib.Path(options.folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())) \
            and not (target / MARK).exists():
        raise Problem(f"{target} is there and is no SDK: name another folder", WRONG_USE)
    chosen = [boards.load(options.board)] if options.board else boards.all_boards()
    wanted = [builds.Build(board, variant, options.toolchain) for board in chosen
              for variant in (["release", "debug"] if not options.variant else [options.variant])]
    setup.ensure(wanted)
    write(target, wanted)
    say(f"the SDK is in {target}; {target / 'README.md'} says what is where")
    return 0
