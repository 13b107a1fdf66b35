"""Grants: what may be reported to whom, from when to when; and what becomes of a field that nobody spoke of."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from edi834.grants import STRUCTURAL_FIELDS, Grant, Release, decide_release
from edi834.model import CarrierId, FieldPath, GroupId, Severity

ACME, OTHER = GroupId("acme"), GroupId("other")
NORTHSTAR = CarrierId("northstar")
TODAY = date(2026, 11, 22)
NAME, SSN, EMAIL = map(FieldPath, ("member.last_name", "member.ssn", "member.email"))


def grant(*allow: FieldPath, **changes: Any) -> Grant:
    settings: dict[str, Any] = {
        "group_id": ACME,
        "carrier_id": NORTHSTAR,
        "allow": STRUCTURAL_FIELDS | frozenset(allow),
        "valid_from": date(2026, 1, 1),
        **changes,
    }
    return Grant(**settings)


def released(*grants: Grant, used: tuple[FieldPath, ...] = (NAME,), groups: tuple[GroupId, ...] = (ACME,)) -> Release:
    return decide_release(grants, groups=groups, carrier_id=NORTHSTAR, used=used, day=TODAY)


def codes(release: Release) -> list[str]:
    return [finding.code for finding in release.findings]


def test_what_is_used_and_allowed_is_released_and_nothing_else() -> None:
    release = released(grant(NAME, SSN))

    assert set(release.fields[ACME]) == STRUCTURAL_FIELDS | {NAME}
    assert release.findings == ()


def test_released_fields_are_in_sorted_order_whatever_the_order_of_the_question() -> None:
    one = released(grant(NAME, SSN, EMAIL), used=(SSN, NAME, EMAIL))
    other = released(grant(EMAIL, SSN, NAME), used=(EMAIL, NAME, SSN, NAME))

    assert one.fields == other.fields
    assert list(one.fields[ACME]) == sorted(one.fields[ACME])


def test_a_group_without_a_grant_is_not_released() -> None:
    release = released()

    assert ACME not in release.fields
    assert codes(release) == ["E834-0202"]
    assert release.findings[0].severity is Severity.ERROR


@pytest.mark.parametrize(
    "stranger", [{"carrier_id": CarrierId("cedar")}, {"group_id": OTHER}], ids=["another carrier", "another group"]
)
def test_a_grant_for_somebody_else_is_none(stranger: dict[str, Any]) -> None:
    assert codes(released(grant(NAME, **stranger))) == ["E834-0202"]


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "stands"),
    [
        (TODAY, None, True),
        (TODAY, TODAY, True),
        (date(2026, 1, 1), date(2026, 11, 21), False),
        (date(2026, 11, 23), None, False),
        (date(2026, 1, 1), date(2026, 12, 31), True),
    ],
)
def test_a_grant_stands_from_its_first_day_to_its_last(valid_from: date, valid_to: date | None, stands: bool) -> None:
    release = released(grant(NAME, valid_from=valid_from, valid_to=valid_to))

    assert (ACME in release.fields) is stands
    assert codes(release) == ([] if stands else ["E834-0201"])


def test_a_lapsed_grant_is_not_mistaken_for_a_missing_one_and_the_standing_one_counts() -> None:
    lapsed = grant(NAME, SSN, valid_to=date(2026, 6, 30))
    release = released(lapsed, grant(NAME), used=(NAME, SSN))

    assert SSN not in release.fields[ACME]
    assert codes(release) == ["E834-0203"]


def test_a_withheld_field_stays_blank_and_holds_nothing_up() -> None:
    release = released(grant(NAME, withhold=frozenset({SSN})), used=(NAME, SSN))

    assert SSN not in release.fields[ACME]
    assert release.findings == ()
    assert release.missing == {}


def test_a_field_nobody_spoke_of_is_missing_and_named() -> None:
    release = released(grant(NAME), used=(NAME, SSN, EMAIL))

    assert release.missing == {ACME: frozenset({SSN, EMAIL})}
    assert codes(release) == ["E834-0203"]
    assert "member.email, member.ssn" in release.findings[0].message


def test_what_one_grant_withholds_another_cannot_allow() -> None:
    release = released(grant(NAME, SSN), grant(NAME, withhold=frozenset({SSN})), used=(NAME, SSN))

    assert SSN not in release.fields[ACME]


def test_two_standing_grants_together_allow_what_each_allows() -> None:
    release = released(grant(NAME), grant(SSN), used=(NAME, SSN))

    assert {NAME, SSN} <= set(release.fields[ACME])
    assert release.findings == ()


@pytest.mark.parametrize("field", sorted(STRUCTURAL_FIELDS))
def test_a_structural_field_can_be_neither_withheld_nor_left_out(field: FieldPath) -> None:
    withheld = released(grant(NAME, withhold=frozenset({field})))
    unspoken = released(grant(NAME, allow=(STRUCTURAL_FIELDS | {NAME}) - {field}))

    for release in (withheld, unspoken):
        assert release.missing == {ACME: frozenset({field})}
        assert codes(release) == ["E834-0203"]


def test_structural_fields_are_used_by_every_feed() -> None:
    assert set(released(grant(NAME), used=()).fields[ACME]) == STRUCTURAL_FIELDS


def test_each_group_is_decided_by_itself() -> None:
    release = released(grant(NAME), groups=(OTHER, ACME))

    assert set(release.fields) == {ACME}
    assert codes(release) == ["E834-0202"]
    assert "other" in release.findings[0].message


def test_what_a_finding_says_holds_no_value_about_a_person() -> None:
    release = released(grant(NAME), used=(NAME, SSN))

    assert all(finding.about is None for finding in release.findings)
