# SPDX-License-Identifier: BSD-2-Clause
"""Debian's packages of other architectures: fetched by apt into build/foreign, with lists and status
of their own, so that the system's are left alone."""
import os
import pathlib
import re
import subprocess

from . import setup
from .common import BUILD, Problem, Stage, short_path

KEY = "/usr/share/keyrings/debian-archive-keyring.gpg"
LOG = BUILD / "setup.log"


def environment_of(architecture: str) -> dict[str, str]:
    """An apt of the architecture, over the mirror that the system's uses."""
    place = BUILD / "foreign" / architecture
    codename = setup.release().get("VERSION_CODENAME", "")
    mirror = setup.mirror_of(codename) if setup.is_debian() else None
    if mirror is None:
        raise Problem(f"packages of Debian's {architecture} are wanted: no mirror is known here")
    for name in ("lists/partial", "cache/archives/partial", "state"):
        (place / name).mkdir(parents=True, exist_ok=True)
    (place / "status").touch()
    (place / "list").write_text(f"deb [arch={architecture} signed-by={KEY}] {mirror} {codename} main\n")
    (place / "apt.conf").write_text(
        f'Dir::Etc::sourcelist "{place}/list"; Dir::Etc::sourceparts "-";\n'
        f'Dir::State "{place}/state"; Dir::State::Lists "{place}/lists";\n'
        f'Dir::State::status "{place}/status"; Dir::Cache "{place}/cache";\n'
        f'APT::Architecture "{architecture}"; APT::Architectures {{ "{architecture}"; }};\n')
    return {**os.environ, "APT_CONFIG": str(place / "apt.conf")}


def newest_dependency(package: str, environment: dict[str, str]) -> str:
    """What a package that is only a name of the newest depends on."""
    listed = subprocess.run(["apt-cache", "depends", package], env=environment,
                            capture_output=True, text=True)
    name, _, form = package.rpartition("-")
    found = re.search(rf"^ +Depends: ({name}-\d\S*-{form})$", listed.stdout, re.MULTILINE)
    return found.group(1) if found else package


def unpacked(package: str, architecture: str) -> pathlib.Path:
    """The package's files, in a folder that stands for the root."""
    place = BUILD / "foreign" / architecture
    root = place / package
    if root.exists():
        return root
    environment = environment_of(architecture)

    def apt_get(*arguments: str) -> None:
        if subprocess.run(["apt-get", "-q", *arguments], cwd=place, env=environment, stdout=log,
                          stderr=subprocess.STDOUT).returncode:
            raise Problem(f"apt-get failed, see {short_path(LOG)}")

    with Stage(f"fetching {package}"), LOG.open("a") as log:
        apt_get("update")
        name = newest_dependency(package, environment)
        apt_get("download", name)
        archive = next(place.glob(f"{name}_*.deb"))
        subprocess.run(["dpkg-deb", "-x", str(archive), f"{root}.part"], check=True)
        archive.unlink()
        os.rename(f"{root}.part", root)
    return root
