"""Reasons, fields that cannot be read, and the order in which a family is reported."""

from __future__ import annotations

import dataclasses

import pytest

from edi834.book import Action
from tests.book.families import covered, family, jane, pat, sam, story, unreadable

ADD, CHANGE, END = Action.ADD, Action.CHANGE, Action.END


def test_a_reason_that_was_there_when_last_reported_is_no_reason_again() -> None:
    wed = {"event": "marriage", "event_date": "2026-05-01"}
    reported = story(family(jane(covered(), **wed)), family(jane(covered(), email="jane@example.com", **wed)))

    assert reported.said("E1") == (CHANGE, "demographic_change", [])


def test_a_reason_alone_changes_nothing() -> None:
    now = family(jane(covered(), event="address_change", event_date="2026-11-09"))

    assert story(family(jane(covered())), now).statement is None


def test_a_field_that_cannot_be_read_keeps_what_was_reported() -> None:
    before = family(jane(covered(), address1="1 Main St"))
    now = family(unreadable(jane(covered(), address1="1 Main St"), "ssn", "address1"))
    reported = story(before, now)

    assert reported.statement is None
    assert reported.target.members[0].values == before.members[0].values


def test_what_can_be_read_is_reported_beside_what_cannot() -> None:
    now = family(unreadable(jane(covered(), email="jane@example.com"), "ssn"))
    reported = story(family(jane(covered())), now)

    assert reported.of("E1").member.values["ssn"] == "900456789"
    assert reported.of("E1").member.values["email"] == "jane@example.com"


def test_of_one_person_endings_are_reported_before_beginnings() -> None:
    rows = [covered(end="2026-11-30"), covered("2026-12-01", plan_code="HDHP1")]
    dental = {**covered("2026-12-01"), "benefit": "dental"}
    reported = story(family(jane(covered()), sam(covered())), family(jane(*rows, dental), sam(*rows, dental)))

    assert reported.reported_of == ["E1", "E1-2"]
    assert [c.action for c in reported.of("E1").coverages] == [END, ADD, ADD]


@pytest.mark.parametrize("changed", [{"plan_code": "HDHP1"}, {"tier": "family"}], ids=["plan", "tier"])
def test_a_membership_that_ends_with_a_row_nobody_was_reported_of_has_the_reason_of_that_row(
    changed: dict[str, str],
) -> None:
    rows = [covered(end="2026-10-26", tier="employee")]
    rows.append(covered("2026-10-27", "2026-10-31", end_reason="termination", **{"tier": "employee", **changed}))

    assert story(family(jane(covered(tier="employee"))), family(jane(*rows))).said("E1")[1] == "termination"


def test_the_subscriber_comes_first_then_who_ends_then_who_changes_then_who_is_added() -> None:
    """A new spouse's addition is refused while the old one is enrolled (Delta Dental of Virginia, error 12)."""
    before = family(jane(covered()), pat(covered()), sam(covered()))
    parted = pat(covered(end="2026-11-30"), event="divorce", event_date="2026-11-30")
    second = dataclasses.replace(pat(covered("2026-12-01")), member=dataclasses.replace(pat().member, member_id="E1-0"))
    now = family(jane(covered(), email="j@example.com"), second, parted, sam(covered(), email="s@example.com"))

    assert story(before, now).reported_of == ["E1", "E1-1", "E1-2", "E1-0"]


def test_a_first_day_is_corrected_before_another_coverage_of_the_plan_is_added() -> None:
    """Once two coverages of the plan are held, none is found by a day that is not its first."""
    rows = [covered("2026-11-01", "2026-11-20"), covered("2026-12-05")]
    reported = story(family(jane(covered("2026-12-01"))), family(jane(*rows)))

    assert [c.begin.isoformat() for c in reported.of("E1").coverages] == ["2026-12-05", "2026-11-01"]
