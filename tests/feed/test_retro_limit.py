"""The retroactive limit: what reaches further back than a carrier takes waits for a person, and is never clamped."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edi834.book import Dialect
from edi834.feed.guards import family_holds
from edi834.grants import ReleasedFamily
from edi834.model import FamilyRef, MemberId
from tests.book.families import TODAY, covered, family, jane, sam, story
from tests.laws.nightly import Feed
from tests.laws.world import GROUP, Happening, World

LONG_AGO, LATELY = "2026-06-01", "2026-11-01"
HELD = family(jane(covered()))


def is_held(
    reported: ReleasedFamily | None, now: ReleasedFamily, *, is_first: bool = False, policy_change: str = "change"
) -> bool:
    """Whether the family waits, where a carrier takes what reaches back sixty days."""
    edit = story(reported, now, policy_change=policy_change).edit
    rules = Dialect(retro_limit_days=60, policy_change=policy_change)
    held = family_holds(edit, rules, as_of=TODAY, is_first=is_first)
    return [finding.code for finding in held] == ["E834-0918"]


@pytest.mark.parametrize(("begin", "waits"), [(LONG_AGO, True), (LATELY, False)])
def test_whoever_is_enrolled_or_added(begin: str, *, waits: bool) -> None:
    assert is_held(None, family(jane(covered(begin)))) is waits
    assert is_held(HELD, family(jane(covered()), sam(covered(begin)))) is waits


def test_a_feed_that_has_reported_nobody_tells_everybody_however_long_they_are_covered() -> None:
    assert not is_held(None, family(jane(covered(LONG_AGO))), is_first=True)


@pytest.mark.parametrize(("end", "waits"), [("2026-05-31", True), ("2026-10-31", False)])
def test_whoever_ends(end: str, *, waits: bool) -> None:
    assert is_held(HELD, family(jane(covered(end=end)))) is waits


def test_coverage_that_is_taken_back_reaches_back_to_its_first_day() -> None:
    assert is_held(HELD, family(jane(covered(end="2026-01-01"))))


@pytest.mark.parametrize(("end", "waits"), [("2026-05-31", True), ("2026-10-31", False)])
def test_an_ending_taken_back_reaches_back_to_the_day_after_it(end: str, *, waits: bool) -> None:
    assert is_held(family(jane(covered(end=end))), HELD) is waits


@pytest.mark.parametrize(
    ("old", "new", "waits"), [("2026-10-31", "2026-11-05", False), ("2026-11-05", "2026-06-30", True)]
)
def test_a_corrected_last_day_reaches_back_to_the_earlier_of_the_two(old: str, new: str, *, waits: bool) -> None:
    """Not to the first day of the span, however long ago that was."""
    assert is_held(family(jane(covered(end=old))), family(jane(covered(end=new)))) is waits


@pytest.mark.parametrize("day", ["2025-12-25", "2026-01-20"])
def test_a_corrected_first_day(day: str) -> None:
    assert is_held(HELD, family(jane(covered(day))))


@pytest.mark.parametrize(("day", "waits"), [(LONG_AGO, True), (LATELY, False)])
@pytest.mark.parametrize("changed", [{"plan_code": "HDHP1"}, {"tier": "family"}], ids=["plan", "tier"])
def test_another_plan_or_tier_from_a_day_on(changed: dict[str, str], day: str, *, waits: bool) -> None:
    before = family(jane(covered(tier="employee")))

    assert is_held(before, family(jane(covered(day, **{"tier": "employee", **changed})))) is waits


def test_what_was_another_plan_all_along_reaches_back_to_the_first_day() -> None:
    assert is_held(HELD, family(jane(covered(plan_code="HDHP1"))))


def test_what_changes_no_day_reaches_nowhere() -> None:
    assert not is_held(HELD, family(jane(covered(provider_code="1234567893"), last_name="Roe", event="marriage")))


@pytest.mark.parametrize(("policy_change", "waits"), [("change", False), ("close_and_open", True)])
def test_another_policy_reaches_back_where_the_old_one_is_closed_for_it(policy_change: str, *, waits: bool) -> None:
    before, now = (family(jane(covered(policy_number=number))) for number in ("P1", "P2"))

    assert is_held(before, now, policy_change=policy_change) is waits


def test_people_whom_a_rejection_reverted_and_a_new_employers_people_are_reported_however_far_it_reaches() -> None:
    world, feed = World(), Feed(members_per_transaction=1, rules={"retro_limit_days": 10, "transaction_sets": "family"})
    world.happen(Happening("hire", 0, 0, 0))
    world.happen(Happening("hire", 1, 0, 0))
    feed.run(world.snapshot(), rejecting=frozenset({0}))
    world.next_night(1)

    again = feed.run(world.snapshot())
    assert (again.counts["added"], again.counts["waiting"]) == (1, 0)
    feed.agrees(world.night)

    world.happen(Happening("hire", 0, 0, 0))
    world.next_night(1)
    assert feed.plan(world.snapshot()).counts["waiting"] == 1  # somebody else, of whom nobody was reported in time
    gathered = feed.plan(world.snapshot()).prepared
    assert gathered is not None
    assert gathered.gathered.new_groups == frozenset()
    newcomer = FamilyRef(GROUP, MemberId("E9999"))
    assert replace(gathered.gathered, new_groups=frozenset({GROUP})).is_first_of(newcomer)
    assert not gathered.gathered.is_first_of(newcomer)
