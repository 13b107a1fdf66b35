"""What is installed is what was locked, and what is shipped is what is here.

The locks name each file by its digest and no place to fetch it from; the wheel carries the mappings and samples,
which are found in a checkout and in an installation by the same name.
Whether the locks install is seen by `make`, which installs from nothing else.
"""

from __future__ import annotations

import importlib.resources
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.tree import ROOT, SHIPPED, files

LOCKS = ("build", "runtime", "dev")
PIN = re.compile(r"^(?P<name>[a-z0-9.-]+)==(?P<version>\S+)(?P<rest>(?:.*\\\n)*.*)", re.MULTILINE)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_pins_with_digests_and_nothing_else(name: str) -> None:
    statements = [
        line
        for line in _lock(name).splitlines()
        if not re.match(r"\s*#|[a-z0-9.-]+==[\w.+!-]+( ; .*)? \\$|    --hash=sha256:[0-9a-f]{64}( \\)?$", line)
    ]
    pins = list(PIN.finditer(_lock(name)))

    assert statements == []
    assert pins
    assert [pin["name"] for pin in pins if "--hash=sha256:" not in pin["rest"]] == []


@pytest.mark.parametrize(("smaller", "larger"), [("build", "runtime"), ("runtime", "dev")])
def test_each_lock_agrees_with_the_next_larger_one(smaller: str, larger: str) -> None:
    assert _pins(smaller) <= _pins(larger)


def test_everything_the_project_asks_for_is_locked() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [
        *settings["build-system"]["requires"],
        *settings["project"]["dependencies"],
    ]
    locked = dict(_pins("runtime"))

    for requirement in map(Requirement, asked):
        version = locked.get(canonicalize_name(requirement.name))

        assert version is not None, requirement
        assert requirement.specifier.contains(version, prereleases=True), requirement


@pytest.mark.parametrize("package", ["carriers", "mappings", "samples"])
def test_shipped_files_are_found_by_the_name_of_their_package(package: str) -> None:
    assert importlib.resources.files(package).joinpath("__init__.py").is_file()


def test_the_wheel_carries_every_shipped_file_and_nothing_else(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if ".dist-info/" not in name}
        (entry_points,) = (archive.read(name) for name in archive.namelist() if name.endswith("entry_points.txt"))

    assert carried == {path.as_posix() for path in files() if path.parts[0] in SHIPPED}
    assert b"edi834 = cli:main" in entry_points


def _lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")


def _pins(name: str) -> set[tuple[str, str]]:
    return {(pin["name"], pin["version"]) for pin in PIN.finditer(_lock(name))}
