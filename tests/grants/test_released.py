"""Released people: what was not released is not there, and cannot be put back."""

from __future__ import annotations

import dataclasses
from datetime import date
from types import MappingProxyType

import pytest

from edi834.grants import STRUCTURAL_FIELDS, ReleasedFamily, redact, redact_group
from edi834.model import (
    CarrierId,
    Coverage,
    CoveredMember,
    Family,
    FamilyRef,
    FieldPath,
    Group,
    GroupId,
    Member,
    MemberId,
    OtherInsurance,
)

ACME = GroupId("acme")


def family() -> Family:
    person = Member(
        group_id=ACME,
        member_id=MemberId("E1"),
        subscriber_id=MemberId("E1"),
        relationship="self",
        last_name="Doe",
        first_name="Jane",
        birth_date=date(1980, 1, 1),
        gender="F",
        ssn="900456789",
        extra=MappingProxyType({"badge": "B7", "locker": "L3"}),
    )
    rows = [
        Coverage(
            group_id=ACME,
            member_id=MemberId("E1"),
            benefit=benefit,
            plan_code=plan,
            carrier_id=CarrierId("northstar"),
            effective_date=begin,
            tier="employee",
        )
        for benefit, plan, begin in [
            ("medical", "PPO", date(2026, 6, 1)),
            ("medical", "HMO", date(2026, 1, 1)),
            ("dental", "D", date(2026, 7, 1)),
        ]
    ]  # fmt: skip
    other = [
        OtherInsurance(group_id=ACME, member_id=MemberId("E1"), order=order, carrier_name="Elsewhere")
        for order in ("S", "P")
    ]
    covered = CoveredMember(person, tuple(rows), tuple(other), frozenset({"ssn", "email"}))
    return Family(FamilyRef(ACME, MemberId("E1")), (covered,))


def shown(*fields: str) -> ReleasedFamily:
    return redact(family(), STRUCTURAL_FIELDS | frozenset(map(FieldPath, fields)))


def test_only_released_fields_are_there() -> None:
    person = shown("member.last_name").members[0]

    assert dict(person.values) == {"last_name": "Doe", "relationship": "self"}
    assert "900456789" not in repr(person)


def test_extras_are_released_one_by_one() -> None:
    person = shown("member.extra.badge", "member.extra.nothing").members[0]

    assert person.values["extra.badge"] == "B7"
    assert person.values["extra.nothing"] is None
    assert "L3" not in repr(person)


def test_coverage_stands_in_order_of_benefit_first_day_and_plan() -> None:
    spans = shown().members[0].coverages

    assert [(c.benefit, c.begin.month) for c in spans] == [("dental", 7), ("medical", 1), ("medical", 6)]


def test_other_insurance_is_there_only_where_something_of_it_is_released() -> None:
    assert shown().members[0].other_insurance == ()
    assert [dict(o) for o in shown("other_insurance.order").members[0].other_insurance] == [
        {"order": "P"},
        {"order": "S"},
    ]


def test_that_a_field_cannot_be_read_is_known_of_released_fields_alone() -> None:
    assert shown("member.ssn").members[0].unreadable == {"ssn"}
    assert shown().members[0].unreadable == frozenset()


def test_a_field_that_was_not_released_cannot_be_added() -> None:
    person = shown("member.last_name").members[0]

    assert person.with_values(last_name="Roe", ssn="900000001").values == {"last_name": "Roe", "relationship": "self"}
    assert "tier" not in person.coverages[0].with_values(tier="family").values


def test_released_values_cannot_be_changed_in_place() -> None:
    person = shown("member.last_name").members[0]

    with pytest.raises(TypeError):
        person.values["last_name"] = "Roe"  # type: ignore[index]
    with pytest.raises(dataclasses.FrozenInstanceError):
        person.values = {}  # type: ignore[misc]


def test_an_employers_fields_are_released_like_any_other() -> None:
    group = Group(group_id=ACME, name="Acme", tax_id="900000001")

    assert redact_group(group, [FieldPath("group.name"), FieldPath("member.ssn")]) == {"name": "Acme"}
