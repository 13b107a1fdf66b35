"""The retroactive limit: what reaches further back than a carrier takes waits for a person, and is never clamped."""

from __future__ import annotations

import pytest

from edi834.change import Rules
from edi834.feed.guards import family_holds
from edi834.release import ReleasedFamily
from tests.change.families import TODAY, covered, family, jane, sam, story

LONG_AGO, LATELY = "2026-06-01", "2026-11-01"
HELD = family(jane(covered()))
ENDED = family(jane(covered(end="2026-05-31")))


def is_held(told: ReleasedFamily | None, now: ReleasedFamily, *, is_first: bool = False) -> bool:
    """Whether the family waits, where a carrier takes what reaches back sixty days."""
    difference = story(told, now).difference
    held = family_holds(difference, Rules(retro_limit_days=60), as_of=TODAY, is_first=is_first)
    return [finding.code for finding in held] == ["E834-0918"]


@pytest.mark.parametrize(("begin", "waits"), [(LONG_AGO, True), (LATELY, False)])
def test_whoever_is_enrolled_or_added(begin: str, *, waits: bool) -> None:
    assert is_held(None, family(jane(covered(begin)))) is waits
    assert is_held(HELD, family(jane(covered()), sam(covered(begin)))) is waits


def test_a_feed_that_has_told_nobody_tells_everybody_however_long_they_are_covered() -> None:
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
