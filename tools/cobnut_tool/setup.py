# SPDX-License-Identifier: BSD-2-Clause
"""Finds out what is missing and installs it: Debian packages by apt."""
import argparse
import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys

from . import boards, builds
from .common import BUILD, WRONG_USE, Problem, Stage, say, short_path

TRIPLES = {
    "aarch64": "aarch64-linux-gnu",
    "armv7": "arm-linux-gnueabihf",
    "riscv64": "riscv64-linux-gnu",
    "x86_64": "x86_64-linux-gnu",
}
CROSS_COMPILERS = {"x86_64": "g++", **{isa: f"g++-{TRIPLES[isa]}"
                                       for isa in ("aarch64", "armv7", "riscv64")}}
PACKAGES = [*CROSS_COMPILERS.values(), "ninja-build", "pkgconf", "libfdt-dev",
            "device-tree-compiler", "seabios", "u-boot-qemu", "gdb-multiarch", "binutils",
            "clang-19", "lld-19", "llvm-19", "clang-tidy-19",
            "libclang-rt-19-dev"]
# On Debian 12 these are too old in the release itself and come from its backports.
YOUNG_PACKAGES = ["qemu-system-arm", "qemu-system-misc", "qemu-system-x86", "opensbi",
                  "libcatch2-dev", "meson"]
APT_FILE = pathlib.Path("/etc/apt/sources.list.d/cobnut-backports.list")
NO_BACKPORTS = BUILD / "no-backports"  # they were tried and cannot be had


def release() -> dict[str, str]:
    path = pathlib.Path("/etc/os-release")
    if not path.exists():
        return {}
    return dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', path.read_text(), re.MULTILINE))


def build_programs(build: builds.Build) -> list[str]:
    triple = TRIPLES[build.board.isa]
    if build.toolchain == "clang":
        compiler = ["clang++-19", "ld.lld-19", "llvm-ar-19", "llvm-objcopy-19"]
    else:
        compiler = [f"{triple}-g++", f"{triple}-objcopy"]
    emulator = [build.board.qemu["binary"]] if "binary" in build.board.qemu else []
    tree = ["dtc"] if build.board.dts else []
    return ["meson", "ninja", *compiler, *tree, *emulator]


def missing_programs(wanted: list[str]) -> list[str]:
    return [program for program in dict.fromkeys(wanted) if not shutil.which(program)]


@functools.cache
def has_catch2() -> bool:
    """Is there a Catch2 that the host tests can use?"""
    return subprocess.run(["pkg-config", "--atleast-version=3", "catch2-with-main"],
                          stderr=subprocess.DEVNULL).returncode == 0


def qemu_version() -> tuple[int, int]:
    """(0, 0) without QEMU."""
    try:
        text = subprocess.run(["qemu-system-aarch64", "--version"], capture_output=True,
                              text=True).stdout
    except OSError:
        return 0, 0
    found = re.search(r"version (\d+)\.(\d+)", text)
    return (int(found.group(1)), int(found.group(2))) if found else (0, 0)


def has_plugins() -> bool:
    """The cost meter wants plugin interface 4."""
    return qemu_version() >= (9, 2)


def installed(packages: list[str]) -> set[str]:
    form = "${db:Status-Status} ${Package}\n"
    result = subprocess.run(["dpkg-query", "-W", "-f", form, *packages], capture_output=True,
                            text=True)
    return set(re.findall(r"^installed (\S+)$", result.stdout, re.MULTILINE))


def root_prefix() -> list[str]:
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        raise Problem("installing packages needs root and there is no sudo: "
                      "run ./cobnut setup as root", WRONG_USE)
    return ["sudo"] if sys.stdin.isatty() else ["sudo", "-n"]


def apt(arguments: list[str], what: str) -> bool:
    BUILD.mkdir(exist_ok=True)
    log = BUILD / "setup.log"
    command = [*root_prefix(), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-y", "-q",
               *arguments]
    with Stage(what), log.open("a") as file:
        file.write(f"$ {' '.join(command)}\n")
        file.flush()
        return subprocess.run(command, stdin=None if sys.stdin.isatty() else subprocess.DEVNULL,
                              stdout=file, stderr=subprocess.STDOUT).returncode == 0


def mirror_of(codename: str) -> str | None:
    """The address from which this machine takes its Debian."""
    etc = pathlib.Path("/etc/apt")
    for path in [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*.list"))]:
        if path.exists():
            found = re.search(rf"^deb\s+(?:\[.*?\]\s+)?(\S+)\s+{codename}\s", path.read_text(),
                              re.MULTILINE)
            if found:
                return found.group(1)
    for path in sorted((etc / "sources.list.d").glob("*.sources")):
        for stanza in re.split(r"\n\s*\n", path.read_text()):
            fields = dict(re.findall(r"^(\S+):\s*(.*)$", stanza, re.MULTILINE))
            if codename in fields.get("Suites", "").split():
                return fields["URIs"].split()[0]
    return None


def backports_known(suite: str) -> bool:
    result = subprocess.run(["apt-cache", "policy"], capture_output=True, text=True)
    return f"n={suite}," in result.stdout or f"a={suite}," in result.stdout


def remove_apt_file() -> None:
    subprocess.run([*root_prefix(), "rm", "-f", str(APT_FILE)], check=False)


def add_backports(codename: str) -> bool:
    """Makes the release's backports known to apt; False: they cannot be had."""
    suite = f"{codename}-backports"
    if backports_known(suite):
        return True
    mirror = mirror_of(codename)
    if mirror is None:
        return False
    say(f"adding {suite} of {mirror} to apt: {APT_FILE}")
    subprocess.run([*root_prefix(), "tee", str(APT_FILE)], input=f"deb {mirror} {suite} main\n",
                   text=True, stdout=subprocess.DEVNULL, check=True)
    if apt(["update"], "reading the package lists") and backports_known(suite):
        return True
    say(f"{suite} cannot be had: removing {APT_FILE}")
    remove_apt_file()
    return False


def everything_there() -> bool:
    wanted = [*PACKAGES, *YOUNG_PACKAGES]
    return not set(wanted) - installed(wanted) and has_plugins() and has_catch2()


def install() -> None:
    system = release()
    codename = system.get("VERSION_CODENAME", "")
    say(f"setting up on {system.get('PRETTY_NAME', 'Debian')}; "
        f"what apt says goes to {short_path(BUILD / 'setup.log')}")
    root_prefix()
    if not apt(["update"], "reading the package lists"):
        say("the package lists could not be read anew; going on with what apt knows")
    young, target = list(YOUNG_PACKAGES), []
    NO_BACKPORTS.unlink(missing_ok=True)
    if codename == "bookworm":
        if add_backports(codename):
            target = ["-t", "bookworm-backports"]
        else:
            young.remove("libcatch2-dev")
            NO_BACKPORTS.touch()
            say("going on with Debian 12's own QEMU 7.2")
            say_what_is_off()
    # The release's own first: a library that both want is then upgraded with all that hang on it.
    rest = PACKAGES if target else [*PACKAGES, *young]
    steps = [(rest, [], f"installing {len(rest)} packages")]
    if target:
        steps.append((young, target, f"installing {len(young)} packages from backports"))
    for packages, source, what in steps:
        if not apt(["install", "--no-install-recommends", *source, *packages], what):
            raise Problem(f"apt-get failed, see {short_path(BUILD / 'setup.log')}")


def is_debian() -> bool:
    system = release()
    return shutil.which("apt-get") is not None and (
        system.get("ID") == "debian" or "debian" in system.get("ID_LIKE", "").split())


def wanted_programs() -> list[str]:
    return [program for board in boards.all_boards() for toolchain in ("gcc", "clang")
            for program in build_programs(builds.Build(board, "release", toolchain))]


def say_what_is_off() -> None:
    if not has_plugins():
        say("off without QEMU 9.2: the measurements (bench, boot-cost)")
    if not has_catch2():
        say("off without Catch2 3: the host unit tests")


def ensure_test_libraries() -> None:
    """What the tests want besides programs; where it cannot be had, they go on without it."""
    if has_plugins() and has_catch2():
        return
    if is_debian() and not NO_BACKPORTS.exists():
        install()
        has_catch2.cache_clear()
    else:
        say_what_is_off()


def ensure_packages(packages: list[str]) -> None:
    """Installs what only one command wants."""
    missing = sorted(set(packages) - installed(packages)) if is_debian() else []
    if missing and not apt(["install", "--no-install-recommends", *missing],
                           f"installing {', '.join(missing)}"):
        raise Problem(f"apt-get failed, see {short_path(BUILD / 'setup.log')}")


def ensure(wanted: list[builds.Build], extra: list[str] | None = None) -> None:
    """Installs what these builds want, if it is not there."""
    programs = [program for build in wanted for program in build_programs(build)]
    missing = missing_programs([*programs, *(extra or [])])
    if not missing:
        return
    say(f"missing: {', '.join(missing)}")
    if not is_debian():
        raise Problem(f"please install {', '.join(missing)}", WRONG_USE)
    install()
    missing = missing_programs([*programs, *(extra or [])])
    if missing:
        raise Problem(f"still missing after setup: {', '.join(missing)}", WRONG_USE)


def setup(options: argparse.Namespace) -> int:
    """Installs what builds and tests need."""
    if not is_debian():
        raise Problem("setup installs Debian packages only; on this system please install "
                      + ", ".join(dict.fromkeys(wanted_programs()))
                      + ", Catch2 3 and libfdt", WRONG_USE)
    if everything_there():
        say("everything is there already")
        return 0
    install()
    missing = missing_programs(wanted_programs())
    if missing:
        raise Problem(f"still missing after setup: {', '.join(missing)}")
    say("ready")
    return 0
