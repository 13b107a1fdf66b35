"""What must not stand in any file of the project.

A file names no machine it was written on and no package index; nothing is left undone by its own words, and no test
is switched off.
The words looked for are spelled here in pieces, so that this file keeps its own rule.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.tree import files, text

MACHINE_PATH = re.compile(r"(?<![\w.:/])/(?:(?:root|work|farm)/|(?:home|Users)/\w|tmp/[a-z])")
INDEX = re.compile(
    r"-{2}(?:(?:extra-|default-)?index(?:-url)?|find-links|trusted-host)\b|(?:pypi\.org|pythonhosted\.org)/"
)
UNDONE = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX", "NotImplemented" + "Error", "pass  # " + "stub"]))
SWITCHED_OFF = re.compile(r"pytest\.mark\.(?:skip|skipif|xfail)\b")


@pytest.mark.parametrize(
    ("rule", "suffixes"),
    [(MACHINE_PATH, None), (INDEX, None), (UNDONE, {".py"})],
    ids=["a path of one machine", "a package index", "something left undone"],
)
def test_no_file_of_the_project_holds(rule: re.Pattern[str], suffixes: set[str] | None) -> None:
    assert _found(rule, [path for path in files() if suffixes is None or path.suffix in suffixes]) == []


def test_no_test_is_switched_off() -> None:
    assert _found(SWITCHED_OFF, [path for path in files() if path.parts[0] == "tests" and path.suffix == ".py"]) == []


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        (MACHINE_PATH, "key = '/ro" + "ot/.ssh/id'"),
        (MACHINE_PATH, "cd /ho" + "me/ann/edi834"),
        (INDEX, "-" + "-index-url https://example.org/simple"),
        (INDEX, "-" + "-find-links wheels"),
        (UNDONE, "# TO" + "DO: the other half"),
        (SWITCHED_OFF, "@pytest.mark." + "xfail"),
    ],
)
def test_each_rule_finds_what_it_forbids(rule: re.Pattern[str], line: str) -> None:
    assert rule.search(line)


def _found(rule: re.Pattern[str], paths: list[Path]) -> list[str]:
    return [
        f"{path}:{number} {line.strip()[:80]}"
        for path in paths
        for number, line in enumerate(text(path).splitlines(), start=1)
        if rule.search(line)
    ]
