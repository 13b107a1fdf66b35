"""Edits: what separates two books takes the one to the other; and what it means that two books are the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.book import Dialect, apply, diff, same_family
from edi834.grants import ReleasedFamily, narrowed
from edi834.model import FIELDS
from tests.book.drawn import AS_OF, DIALECTS, FAMILIES
from tests.book.families import covered, days_of, family, jane, kinds_of, pat, rules_of, sam

BASE = Dialect()

# --- edits --------------------------------------------------------------------------------------------------------


@given(reported=st.one_of(st.none(), FAMILIES), wanted=FAMILIES, dialect=DIALECTS)
def test_the_edits_between_two_books_take_the_one_to_the_other(
    reported: ReleasedFamily | None, wanted: ReleasedFamily, dialect: Dialect
) -> None:
    edit = diff(reported, wanted, dialect, as_of=AS_OF)

    assert same_family(apply(edit, reported), wanted, dialect)
    assert same_family(edit.target, wanted, dialect)


@given(nights=st.lists(FAMILIES, min_size=2, max_size=4), dialect=DIALECTS)
def test_night_after_night_the_book_is_what_was_wanted_that_night(
    nights: Sequence[ReleasedFamily], dialect: Dialect
) -> None:
    held: ReleasedFamily | None = None
    for wanted in nights:
        edit = diff(held, wanted, dialect, as_of=AS_OF)
        assert same_family(apply(edit, held), wanted, dialect)
        held = edit.target


@given(held=FAMILIES, dialect=DIALECTS)
def test_between_a_book_and_itself_there_is_nothing(held: ReleasedFamily, dialect: Dialect) -> None:
    edit = diff(held, held, dialect, as_of=AS_OF)

    assert edit.is_empty
    assert all(not m.coverages for m in edit.members)


@given(reported=FAMILIES, wanted=FAMILIES, dialect=DIALECTS)
def test_once_a_book_is_as_wanted_nothing_is_left_to_report(
    reported: ReleasedFamily, wanted: ReleasedFamily, dialect: Dialect
) -> None:
    target = diff(reported, wanted, dialect, as_of=AS_OF).target

    assert diff(target, wanted, dialect, as_of=AS_OF).is_empty


def test_everybody_is_in_the_edit_the_subscriber_first_also_those_to_whom_nothing_happened() -> None:
    before = family(jane(covered()), pat(covered()))
    edit = diff(before, family(jane(covered()), pat(covered()), sam(covered())), BASE, as_of=AS_OF)

    assert [m.ref.member_id for m in edit.members] == ["E1", "E1-1", "E1-2"]
    assert [bool(m.events) for m in edit.members] == [False, False, True]


def test_a_change_from_a_date_continues_the_coverage_and_a_renewal_reported_apart_stays_apart() -> None:
    rows = [covered(end="2026-06-30", tier="employee"), covered("2026-07-01", tier="family")]
    changed = diff(family(jane(covered(tier="employee"))), family(jane(*rows)), BASE, as_of=AS_OF)
    assert [c.continues for c in changed.target.members[0].coverages] == [False, True]

    apart = [covered(end="2026-06-30"), covered("2026-07-01")]
    renewed = diff(family(jane(covered(end="2026-06-30"))), family(jane(*apart)), BASE, as_of=AS_OF)
    assert [c.continues for c in renewed.target.members[0].coverages] == [False, False]
    assert kinds_of(renewed) == {"renewed"}


def test_what_was_reported_as_two_coverages_is_not_joined_by_one_row_of_all_their_days() -> None:
    held = family(jane(covered(end="2026-06-30"), covered("2026-07-01")))
    edit = diff(held, family(jane(covered(end="2026-09-30"))), BASE, as_of=AS_OF)

    assert days_of(edit.target) == [("PPO500", "2026-01-01", "2026-06-30"), ("PPO500", "2026-07-01", "2026-09-30")]


# --- what it means that two books are the same --------------------------------------------------------------------


@given(one=FAMILIES, other=FAMILIES, dialect=DIALECTS)
def test_sameness_is_mutual(one: ReleasedFamily, other: ReleasedFamily, dialect: Dialect) -> None:
    assert same_family(one, one, dialect)
    assert same_family(one, other, dialect) is same_family(other, one, dialect)


@given(one=FAMILIES, at=st.integers(1, 8), dialect=DIALECTS)
def test_where_rows_are_cut_makes_no_difference(one: ReleasedFamily, at: int, dialect: Dialect) -> None:
    cut = one.with_members(m.with_coverages(part for c in m.coverages for part in _halves(c, at)) for m in one.members)

    assert same_family(one, cut, dialect)
    assert diff(one, cut, dialect, as_of=AS_OF).is_empty


def _halves(one: Any, after: int) -> list[Any]:
    day = one.begin.fromordinal(one.begin.toordinal() + after)
    first = one.with_values(end_date=day.fromordinal(day.toordinal() - 1))
    return [first, one.with_values(effective_date=day)] if after > 1 and (one.end is None or day < one.end) else [one]


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (jane(covered(end="2026-11-30")), "a last day"),
        (jane(covered("2026-02-01")), "a first day"),
        (jane(covered(plan_code="HMO1")), "a plan"),
        (jane(covered(premium="190.00")), "a fact of the coverage"),
        (jane(covered(), covered(benefit="dental")), "a benefit"),
        (jane(covered(), last_name="Roe"), "a name"),
        (jane(), "all coverage"),
    ],
)
def test_books_differ_in_any_day_and_any_reported_fact(other: Any, why: str) -> None:
    assert not same_family(family(jane(covered())), family(other), BASE), why


def test_a_person_more_or_less_is_a_difference_only_if_they_are_enrolled() -> None:
    alone = family(jane(covered()))

    assert not same_family(alone, family(jane(covered()), sam(covered())), BASE)
    assert same_family(alone, family(jane(covered()), sam(covered("2026-12-01", "2026-12-01"))), BASE)
    assert same_family(None, family(jane(covered("2026-12-01", "2026-12-01"), last_name="Roe")), BASE)


def test_of_somebody_who_is_not_enrolled_nothing_is_compared() -> None:
    assert same_family(family(jane(), sam(covered())), family(jane(last_name="Roe"), sam(covered())), BASE)


def test_reasons_are_no_facts() -> None:
    why = {"event": "marriage", "event_date": "2026-11-07"}

    assert same_family(family(jane(covered())), family(jane(covered(), **why)), BASE)
    ended = [family(jane(covered(end="2026-11-30", end_reason=reason))) for reason in ("termination", None)]
    assert same_family(ended[0], ended[1], BASE)


@pytest.mark.parametrize(("tier", "is_same"), [("subscriber_only", True), ("recount", True), ("as_is", False)])
def test_a_dependents_tier_is_a_fact_only_where_it_is_reported(tier: str, *, is_same: bool) -> None:
    one, other = (family(jane(covered()), sam(covered(tier=tier))) for tier in ("family", "employee_child"))

    assert same_family(one, other, rules_of(tier=tier)) is is_same


def test_a_dependents_address_is_a_fact_only_where_it_is_reported() -> None:
    one, other = (family(jane(covered()), sam(covered(), address1=street)) for street in ("1 Main St", "2 Pine St"))

    assert not same_family(one, other, BASE)
    assert same_family(one, other, rules_of(address="subscriber_only"))


def test_a_field_that_was_not_released_before_is_no_difference() -> None:
    whole = family(jane(covered(premium="190.00"), email="jane@example.com"))
    without = narrowed(whole, sorted(set(FIELDS) - {"member.email", "coverage.premium"}))

    assert same_family(without, whole, BASE)
    assert diff(without, whole, BASE, as_of=AS_OF).is_empty


def test_other_insurance_is_compared() -> None:
    held = family(jane(covered()))
    beside = held.with_members(
        dataclasses.replace(m, other_insurance=({"payer_name": "Southwind"},)) for m in held.members
    )

    assert not same_family(held, beside, BASE)
    assert kinds_of(diff(held, beside, BASE, as_of=AS_OF)) == {"demographic_change"}
