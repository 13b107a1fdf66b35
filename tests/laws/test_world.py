"""The invented employer keeps its books as a benefits system does, whatever happens."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.book.refused_pairs import contradictions
from tests.laws.histories import NightOf, histories
from tests.laws.people import Person
from tests.laws.policies import VALUES, dialect, policies
from tests.laws.world import World

pytestmark = pytest.mark.laws


def overlapping(person: Person) -> list[str]:
    """Rows that took effect, of one benefit, on the same days."""
    effective = [row for row in person.rows if row.end is None or row.end > row.begin]
    pairs = combinations(sorted(effective, key=lambda row: row.begin), 2)
    return [f"{a} {b}" for a, b in pairs if a.benefit == b.benefit and (a.end is None or b.begin <= a.end)]


@given(histories(most=20), st.booleans())
def test_spans_of_a_person_and_benefit_never_overlap_and_end_no_earlier_than_the_day_before(
    history: list[NightOf], tiers_on_dependents: bool
) -> None:
    world = World(tiers_on_dependents=tiers_on_dependents)
    for night in history:
        world.next_night(night.days)
        for what in night.happenings:
            world.happen(what)
            people = [person for kin in world.kin for person in kin.people]
            assert [trouble for person in people for trouble in overlapping(person)] == [], what
            assert all(r.end is None or (r.begin - r.end).days <= 1 for p in people for r in p.rows), what


@given(histories(most=20))
def test_dependents_have_the_facts_of_dependents_and_one_spouse_at_a_time(history: list[NightOf]) -> None:
    world = World()
    for night in history:
        world.next_night(night.days)
        for what in night.happenings:
            world.happen(what)
    for family in world.snapshot().people:
        subscribers = [m for m in family.members if m.member.ref.is_subscriber]
        assert all(m.member.employment_status is None for m in family.members if m not in subscribers)
        assert [m.member.relationship for m in family.members].count("spouse") <= 1
        numbers = [m.member.ssn for m in family.members if m.member.ssn]
        assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("mode", ["changes", "full_audit", "full_replace"])
def test_policies_are_such_as_a_feed_may_have(mode: str) -> None:
    @given(policies(mode))
    def drawn(rules: dict[str, object]) -> None:
        assert contradictions(dialect(rules), mode) == ()
        assert all(value in VALUES[name] for name, value in rules.items())

    drawn()
