"""Whole files in text: those that pass, and those that fail for exactly the reason their name begins with.

The people are invented, and their numbers were never issued. A new file in `fixtures/` is found by itself.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from edi834.check import RULES, check_x12
from edi834.model import Severity
from tests.check.documents import document_of

FIXTURES = Path(__file__).parent / "fixtures"
PASS = sorted(FIXTURES.glob("pass/*.edi"))
FAIL = sorted(FIXTURES.glob("fail/*.edi"))
CODES = Path(__file__).parents[2] / "edi834" / "codes"


def _name(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", PASS, ids=_name)
def test_it_passes_without_a_word(path: Path) -> None:
    outcome = check_x12(document_of(path.read_bytes()))

    assert [(f.code, str(f.place)) for f in outcome.findings] == []
    assert outcome.checked is not None
    assert outcome.checked.second_opinion.startswith("whole")


@pytest.mark.parametrize("path", FAIL, ids=_name)
def test_it_fails_for_the_reason_in_its_name(path: Path) -> None:
    code = path.name[:9]

    outcome = check_x12(document_of(path.read_bytes()))

    assert {f.code for f in outcome.findings} - _follow(code) == {code}
    assert (outcome.checked is None) == any(f.severity is Severity.ERROR for f in outcome.findings)
    assert all(f.place is not None and f.place.path for f in outcome.findings)


def _follow(code: str) -> set[str]:
    """What follows from some faults: the writer would never have written such a file, so it spells other bytes."""
    if code in ("E834-0514", "E834-0515", "E834-0520", "E834-0523", "E834-1001", "E834-1003"):
        return {"E834-1071", "E834-1023"} - {code}
    return set()


def test_there_are_more_ways_to_fail_than_to_pass() -> None:
    assert len(FAIL) > len(PASS) > 10


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_has_a_file_that_breaks_it(rule: object) -> None:
    assert any(path.name.startswith(rule.code) for path in FAIL)  # type: ignore[attr-defined]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_weighs_what_its_story_says_and_has_a_source(rule: object) -> None:
    stories = tomllib.loads((CODES / "check.toml").read_text(encoding="utf-8"))

    assert stories[rule.code]["severity"] == rule.severity  # type: ignore[attr-defined]
    assert rule.source  # type: ignore[attr-defined]


def test_no_two_rules_share_a_code() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)


def test_no_finding_shows_a_value() -> None:
    """Whatever is wrong with somebody, their names and numbers stay in the file."""
    values = (
        "DOE",
        "JANE",
        "SAM",
        "ROE",
        "ALEX",
        "90045",
        "90065",
        "19800101",
        "20150304",
        "BOISE",
        "MAIN ST",
        "83702",
    )
    for path in FAIL:
        for finding in check_x12(document_of(path.read_bytes())).findings:
            reported = f"{finding.message} {finding.place} {finding.remedy}"
            assert not [value for value in values if value in reported], (path.name, finding.code)
