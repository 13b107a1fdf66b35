"""Full files: everybody who is covered is stated, and what has ended for as long as the rule says."""

from __future__ import annotations

from typing import Any

import pytest

from edi834.book import Action
from edi834.grants import ReleasedFamily
from tests.book.families import Story, covered, day, family, jane, sam, story

END, AUDIT, ADD, CHANGE = Action.END, Action.AUDIT, Action.ADD, Action.CHANGE


def full(now: ReleasedFamily, reported: ReleasedFamily | None = None, on: str = "2026-11-10", **rules: Any) -> Story:
    return story(reported or now, now, on=day(on), **{"mode": "full_audit", **rules})


def test_a_full_file_states_everyone_covered_as_they_are() -> None:
    reported = full(family(jane(covered(), covered(benefit="dental")), sam(covered())))

    assert reported.said("E1") == (AUDIT, None, [(AUDIT, "2026-01-01", None)] * 2)
    assert reported.reported_of == ["E1", "E1-2"]


@pytest.mark.parametrize(
    ("rules", "on", "stated"),
    [
        ({"ended_coverage": "once"}, "2026-11-10", False),
        ({"ended_coverage": "days", "ended_coverage_days": 31}, "2026-11-10", True),
        ({"ended_coverage": "days", "ended_coverage_days": 5}, "2026-11-10", False),
        ({"ended_coverage": "plan_year"}, "2026-12-31", True),
        ({"ended_coverage": "plan_year"}, "2027-01-01", False),
    ],
)
def test_an_ending_reported_before_is_stated_for_as_long_as_the_rule_says(
    rules: dict[str, Any], on: str, stated: bool
) -> None:
    ended = family(jane(covered()), sam(covered(end="2026-10-31")))

    assert ("E1-2" in full(ended, on=on, **rules).reported_of) is stated


@pytest.mark.parametrize("row_stays", [True, False])
def test_a_plan_that_another_took_the_place_of_is_stated_once(row_stays: bool) -> None:
    old, new = covered(end="2026-10-31"), covered("2026-11-01", plan_code="HDHP")
    now = family(jane(*[old] * row_stays, new))

    assert full(now, family(jane(covered()))).said("E1")[2] == [
        (AUDIT, "2026-01-01", "2026-10-31"),
        (AUDIT, "2026-11-01", None),
    ]
    assert full(now, family(jane(old, new))).said("E1")[2] == [(AUDIT, "2026-11-01", None)]


def test_an_ending_is_stated_in_the_full_file_that_tells_it() -> None:
    reported = full(family(jane(covered(end="2026-10-31"))), family(jane(covered())))

    assert reported.said("E1")[2] == [(AUDIT, "2026-01-01", "2026-10-31")]


@pytest.mark.parametrize(("full_file", "action"), [("covered", AUDIT), ("covered_and_changes", END)])
def test_a_full_file_states_changes_as_audits_or_as_changes(full_file: str, action: Action) -> None:
    before = family(jane(covered()), sam(covered()))
    reported = full(family(jane(covered()), sam(covered(end="2026-11-30"))), before, full_file=full_file)

    assert reported.of("E1-2").action is action
    assert reported.of("E1").action is AUDIT


@pytest.mark.parametrize(
    ("rules", "who"),
    [
        ({"missing": "carry"}, ["E1", "E1-2"]),
        ({"missing": "omission", "omission": "full_replace", "mode": "full_replace"}, ["E1"]),
        ({"missing": "omission", "omission": "full"}, ["E1"]),
    ],
)
def test_somebody_missing_is_carried_in_a_full_file_or_left_out(rules: dict[str, Any], who: list[str]) -> None:
    before = family(jane(covered()), sam(covered()))
    reported = full(family(jane(covered())), before, **rules)
    assert reported.statement is not None

    assert reported.reported_of == who
    assert [m.ref.member_id for m in reported.statement.target.members] == who
    assert [ref.member_id for ref in reported.statement.left_out] == [one for one in ("E1", "E1-2") if one not in who]
