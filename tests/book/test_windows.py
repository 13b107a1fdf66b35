"""Windows: what the feed keeps back until its day, what it never hides again, and what it lists meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from edi834.book import Action, Desired, Waiting, desired, same_family
from edi834.grants import ReleasedFamily
from tests.book.families import covered, day, days_of, family, jane, pat, rules_of, sam, story

ADD, END = Action.ADD, Action.END


def wanted(
    now: ReleasedFamily | None, reported: ReleasedFamily | None = None, on: str = "2026-11-10", **rules: Any
) -> Desired:
    return desired(reported, now, rules_of(**rules), as_of=day(on))


@pytest.mark.parametrize(("days", "is_seen"), [(-1, True), (30, False), (60, True)])
def test_what_begins_beyond_the_window_waits(days: int, is_seen: bool) -> None:
    view = wanted(family(jane(covered(), covered("2026-12-20", benefit="dental"))), look_forward_days=days)
    assert view.family is not None

    assert ("dental" in {c.benefit for c in view.family.members[0].coverages}) is is_seen
    assert [p.why for p in view.pending] == ([] if is_seen else [Waiting.FUTURE])


def test_what_was_reported_is_never_hidden_again() -> None:
    reported = family(jane(covered("2026-12-20")))
    view = wanted(reported, reported, look_forward_days=5)

    assert view.family == reported
    assert view.pending == ()


NEXT_YEAR = [covered(end="2026-12-31"), covered("2027-01-01", plan_code="HDHP1")]


@pytest.mark.parametrize(("days", "is_seen"), [(5, False), (52, True), (-1, True)])
def test_an_ending_waits_with_the_plan_that_follows_it(days: int, *, is_seen: bool) -> None:
    tonight = story(family(jane(covered())), family(jane(*NEXT_YEAR)), look_forward_days=days)

    assert tonight.reported_of == (["E1"] if is_seen else [])
    assert {p.why for p in tonight.wanted.pending} == (set() if is_seen else {Waiting.FUTURE, Waiting.MASKED_END})


def test_an_ending_that_leaves_a_gap_or_was_reported_does_not_wait_for_what_follows() -> None:
    gap = [covered(end="2026-11-30"), covered("2027-01-01", plan_code="HDHP1")]
    reported = story(family(jane(covered())), family(jane(*gap)), look_forward_days=5)
    assert reported.said("E1")[2] == [(END, "2026-01-01", "2026-11-30")]

    ended = family(jane(NEXT_YEAR[0]))
    assert story(ended, family(jane(*NEXT_YEAR)), look_forward_days=5).statement is None


def test_a_plan_waits_with_the_masked_ending_that_it_follows() -> None:
    reported, now = family(jane(covered())), family(jane(*NEXT_YEAR))
    tonight = story(reported, now, mask_ends_after_days=31)
    assert tonight.statement is None
    assert {p.why for p in tonight.wanted.pending} == {Waiting.FUTURE, Waiting.MASKED_END}

    in_december = story(reported, now, on=day("2026-12-02"), mask_ends_after_days=31)
    assert [s[0] for s in in_december.said("E1")[2]] == [END, ADD]


def test_coverage_ahead_that_was_voided_keeps_no_ending_back() -> None:
    rows = [covered(end="2026-12-31"), covered("2027-01-01", "2027-01-01", plan_code="HDHP1")]
    reported = story(family(jane(covered())), family(jane(*rows)), look_forward_days=5)

    assert reported.said("E1")[2] == [(END, "2026-01-01", "2026-12-31")]


def test_an_ending_is_reported_though_the_plan_that_follows_was_reported_before() -> None:
    reported = family(jane(covered(), covered("2027-01-01", plan_code="HDHP1")))

    assert story(reported, family(jane(*NEXT_YEAR))).said("E1")[2] == [(END, "2026-01-01", "2026-12-31")]
    assert story(family(jane(*NEXT_YEAR)), family(jane(*NEXT_YEAR))).statement is None


@pytest.mark.parametrize(("days", "last"), [(-1, "2026-12-31"), (31, None), (60, "2026-12-31")])
def test_a_last_day_beyond_the_window_is_masked(days: int, last: str | None) -> None:
    reported = family(jane(covered()))
    view = wanted(family(jane(covered(end="2026-12-31"))), reported, mask_ends_after_days=days)
    assert view.family is not None

    assert view.family.members[0].coverages[0].end == (day(last) if last else None)
    assert [p.why for p in view.pending] == ([] if last else [Waiting.MASKED_END])


def test_a_masked_ending_that_was_reported_before_stays_reported() -> None:
    reported = family(jane(covered(end="2026-12-31")))

    assert wanted(reported, reported, mask_ends_after_days=5).family == reported


@pytest.mark.parametrize(
    ("on", "begin", "end", "is_blackout"),
    [
        ("2026-11-10", "11-01", "11-30", True),
        ("2026-11-10", "11-10", "11-10", True),
        ("2026-12-01", "11-01", "11-30", False),
        ("2026-12-20", "12-15", "01-05", True),
        ("2027-01-05", "12-15", "01-05", True),
        ("2027-01-06", "12-15", "01-05", False),
        ("2026-11-10", "", "", False),
    ],
)
def test_in_a_blackout_nothing_new_is_seen(on: str, begin: str, end: str, is_blackout: bool) -> None:
    reported, now = family(jane(covered())), family(jane(covered(), email="jane@example.com"))
    view = wanted(now, reported, on, blackout_begin=begin, blackout_end=end)

    assert view.family == (reported if is_blackout else now)
    assert view.truth == now
    assert bool(view.pending) is is_blackout


@pytest.mark.parametrize(("missing_end", "last"), [("day_before", "2026-11-09"), ("end_of_month", "2026-11-30")])
def test_somebody_missing_ends_on_the_rules_day_where_absence_means_the_end(missing_end: str, last: str) -> None:
    reported = family(jane(covered()), sam(covered()))
    tonight = story(reported, family(jane(covered())), missing="terminate", missing_end=missing_end)

    assert days_of(tonight.target, "E1") == [("PPO500", "2026-01-01", None)]
    assert tonight.said("E1-2")[2] == [(END, "2026-01-01", last)]
    assert tonight.missing == []


@pytest.mark.parametrize("missing", ["carry", "hold"])
def test_absence_is_no_ending_under_any_other_rule(missing: str) -> None:
    reported, now = family(jane(covered()), sam(covered())), family(jane(covered()))
    tonight = story(reported, now, missing=missing)

    assert (tonight.target, tonight.missing, tonight.statement) == (reported, ["E1-2"], None)


def test_a_tier_is_recounted_from_who_is_covered() -> None:
    view = wanted(family(jane(covered(tier="family")), pat(covered())), tier="recount")
    assert view.family is not None

    assert view.family.members[0].coverages[0].values["tier"] == "employee_spouse"


def test_without_a_window_the_desired_book_is_the_snapshot() -> None:
    now = family(jane(covered(), covered("2027-06-01", "2027-12-31", benefit="dental")), pat(covered()))

    assert wanted(now) == Desired(now, now)


def test_nothing_kept_back_is_forgotten() -> None:
    """What is true of the family is known beside what the feed may say of it tonight."""
    now = family(jane(*NEXT_YEAR))
    view = wanted(now, family(jane(covered())), look_forward_days=5)

    assert days_of(view.family) == [("PPO500", "2026-01-01", None)]
    assert same_family(view.truth, now, rules_of())
