# SPDX-License-Identifier: BSD-2-Clause
"""Tests of what a user of the SDK does, and that images are reproducible."""
import filecmp
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

from . import builds, documents, qemu, sdk
from .common import BUILD, ROOT, Problem
from .results import Result
from .suites import BOOT_TIMEOUT, SHOWN_LINES, Case


def made(build: builds.Build) -> pathlib.Path:
    """An SDK of this board alone, written anew."""
    folder = BUILD / "sdk-test" / build.board.name
    shutil.rmtree(folder, ignore_errors=True)
    sdk.install(build, folder)
    return folder


def judged(name: str, outcome: qemu.Outcome) -> Result:
    problem = outcome.problem()
    return Result(name, problem is None, outcome.seconds, problem or "",
                  outcome.lines[-SHOWN_LINES:] if problem else [])


def example_cases(build: builds.Build) -> list[Case]:
    return [lambda: examples(build)]


def broken_links(folder: pathlib.Path) -> list[str]:
    """Of the SDK's documents, to other files of it."""
    found = []
    for page in folder.rglob("*.md"):
        for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text()):
            target = (page.parent / link).resolve()
            if not target.exists() or not target.is_relative_to(folder.resolve()):
                found.append(f"{page.relative_to(folder)}: {link}")
    return found


def examples(build: builds.Build) -> list[Result]:
    """Builds the examples with the SDK alone, outside of the tree, and boots each of them."""
    folder = made(build)
    broken = broken_links(folder)
    links = Result(f"sdk documents {build.name}", not broken, 0.0, ", ".join(broken[:SHOWN_LINES]))
    kernel = folder / "boards" / build.board.name / build.image.name
    results = [links]
    with tempfile.TemporaryDirectory() as work:
        copy = pathlib.Path(work) / "examples"
        shutil.copytree(folder / "examples", copy)
        log = folder / "examples.log"
        cross = folder / "meson" / f"cobnut-{build.board.isa}.ini"
        builds.logged(["meson", "setup", work + "/build", str(copy), "--cross-file", str(cross)],
                      log, "configuring the examples")
        builds.logged(["ninja", "-C", work + "/build"], log, "building the examples")
        systems = sorted(pathlib.Path(work, "build").glob("*.cpio"))
        if not systems:
            raise Problem("the examples made no archive")
        for archive in systems:
            machine = qemu.Machine(icount=True, archive=archive, image=kernel)
            outcome = qemu.boot(qemu.command_line(build, machine), BOOT_TIMEOUT)
            results.append(judged(f"sdk {archive.stem} {build.name}", outcome))
    return results


def tracked_copy(target: pathlib.Path) -> None:
    """The files that version control knows or would take."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:
        names = [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    else:  # an unpacked archive of the tree
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*")
                 if path.is_file() and not path.is_relative_to(BUILD)]
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)


def installed_from_copy(build: builds.Build, source: pathlib.Path, folder: pathlib.Path) \
        -> pathlib.Path:
    """Copies the tree, builds the board from the copy, and installs it."""
    tracked_copy(source)
    log = folder.with_suffix(".log")
    crosses = [word.replace("configs/", f"{source}/configs/", 1)
               for word in build.setup_arguments()]
    builds.logged(["meson", "setup", str(folder), str(source), *crosses], log,
                  "configuring a copy")
    # A compiler cache may hand out what was compiled elsewhere.
    builds.logged(["env", "CCACHE_DISABLE=1", "ninja", "-C", str(folder), "bootable", "tour.cpio"], log, "building a copy")
    stage = folder.with_suffix(".stage")
    builds.logged(["meson", "install", "-C", str(folder), "--no-rebuild", "--destdir", str(stage)],
                  log, "installing a copy")
    return pathlib.Path(str(stage) + sdk.prefix_of(folder))


def reproducible(build: builds.Build) -> list[Result]:
    """Builds two copies of the tree in folders of other names and depths, and compares what is
    installed."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cobnut-") as work:
        place = pathlib.Path(work)
        first = installed_from_copy(build, place / "tree", place / "tree/build")
        second = installed_from_copy(build, place / "a/deeper/folder", place / "out")
        names = sorted({str(path.relative_to(root)) for root in (first, second)
                        for path in root.rglob("*") if path.is_file()})
        differing = [name for name in names
                     if not (first / name).is_file() or not (second / name).is_file()
                     or not filecmp.cmp(first / name, second / name, shallow=False)]
    return [Result(f"reproducible {build.name}", bool(names) and not differing,
                   time.monotonic() - start,
                   "differing: " + ", ".join(differing) if differing
                   else f"{len(names)} files are the same")]


def tutorial() -> list[Result]:
    """Follows docs/tutorial.md in an empty home."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cobnut-") as work:
        place = pathlib.Path(work)
        (place / "home").mkdir()
        (place / "cobnut").symlink_to(ROOT)
        problem, printed = documents.follow(ROOT / "docs/tutorial.md", place / "home")
    return [Result("docs/tutorial.md, followed literally", not problem, time.monotonic() - start,
                   problem, printed.splitlines()[-SHOWN_LINES:] if problem else [])]


def porting_guide() -> list[Result]:
    """Follows docs/porting.md in a copy of the tree: a board that is not in it, and a made-up one."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cobnut-") as work:
        place = pathlib.Path(work)
        (place / "home").mkdir()
        tracked_copy(place / "cobnut")
        problem, printed = documents.follow(ROOT / "docs/porting.md", place / "home")
    return [Result("docs/porting.md, followed literally", not problem, time.monotonic() - start,
                   problem, printed.splitlines()[-SHOWN_LINES:] if problem else [])]
