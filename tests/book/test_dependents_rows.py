"""A dependent's rows that the tier alone keeps apart are one coverage to a carrier that reads the tier elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from edi834.book import Action
from edi834.grants import ReleasedFamily
from tests.book.families import covered, days_of, family, jane, pat, story

TWO, FAMILY = {"tier": "employee_spouse"}, {"tier": "family"}
FROM = "2026-11-09"
BEFORE = covered(end="2026-11-08", **TWO)
AFTER = covered(FROM, **FAMILY)
OPEN = [("PPO500", "2026-01-01", None)]


def reported_of(reported: ReleasedFamily | None, now: ReleasedFamily, **rules: Any) -> ReleasedFamily:
    """What the carrier holds after that night."""
    return story(reported, now, **rules).target


REPORTED = reported_of(None, family(jane(covered(**TWO)), pat(covered(**TWO))))


@pytest.mark.parametrize("rows", [[BEFORE, AFTER], [AFTER]], ids=["both rows", "the last row alone"])
def test_of_a_dependent_whose_days_and_plan_do_not_change_nothing_is_reported(rows: list[dict[str, Any]]) -> None:
    reported = story(REPORTED, family(jane(BEFORE, AFTER), pat(*rows)))

    assert reported.reported_of == ["E1"]


@pytest.mark.parametrize("first", [[BEFORE, AFTER], [AFTER]], ids=["both rows", "the last row alone"])
@pytest.mark.parametrize("then", [[BEFORE, AFTER], [AFTER]], ids=["then both rows", "then the last row alone"])
def test_however_the_rows_are_cut_from_then_on_nothing_is_reported(
    first: list[dict[str, Any]], then: list[dict[str, Any]]
) -> None:
    held = reported_of(REPORTED, family(jane(BEFORE, AFTER), pat(*first)))

    assert story(held, family(jane(BEFORE, AFTER), pat(*then))).statement is None


def test_two_rows_of_one_tier_and_the_same_facts_are_no_news_either() -> None:
    rows = [covered(end="2026-11-08", **TWO), covered(FROM, **TWO)]

    assert story(REPORTED, family(jane(*rows), pat(*rows))).statement is None


def test_a_dependent_who_ends_with_the_last_of_the_rows_ends_by_the_first_day_that_was_reported() -> None:
    held = reported_of(REPORTED, family(jane(BEFORE, AFTER), pat(BEFORE, AFTER)))
    reported = story(held, family(jane(BEFORE, AFTER), pat(BEFORE, covered(FROM, "2026-11-30", **FAMILY))))

    assert reported.said("E1-1")[2] == [(Action.END, "2026-01-01", "2026-11-30")]


def test_a_dependent_who_ends_where_only_the_subscribers_tier_changed_is_ended() -> None:
    held = reported_of(REPORTED, family(jane(BEFORE, AFTER), pat(covered(**TWO))))
    reported = story(held, family(jane(BEFORE, AFTER), pat(BEFORE)))

    assert reported.said("E1-1")[2] == [(Action.END, "2026-01-01", "2026-11-08")]


def test_a_row_never_effective_in_another_tier_ends_nobody() -> None:
    never = covered(FROM, FROM, **FAMILY)
    reported = story(REPORTED, family(jane(covered(**TWO)), pat(never)))

    assert (reported.statement, reported.missing) == (None, ["E1-1"])


def test_a_carrier_that_reads_the_tier_on_each_coverage_is_reported_each_change_of_it() -> None:
    each = {"tier": "as_is"}
    held = reported_of(None, family(jane(covered(**TWO)), pat(covered(**TWO))), **each)
    reported = story(held, family(jane(BEFORE, AFTER), pat(BEFORE, AFTER)), **each)

    (said,) = reported.of("E1-1").coverages
    assert (said.coverage.values["tier"], reported.changed_on("E1-1")) == ("family", [FROM])


@pytest.mark.parametrize("window", [{"look_forward_days": 5}, {"mask_ends_after_days": 5}])
def test_a_change_of_tier_ahead_is_none_to_a_feed_that_looks_less_far_ahead(window: dict[str, int]) -> None:
    rows = [covered(end="2026-12-31", **TWO), covered("2027-01-01", **FAMILY)]

    assert story(REPORTED, family(jane(covered(**TWO)), pat(*rows)), **window).reported_of == []


@pytest.mark.parametrize("window", [{"look_forward_days": 14}, {"mask_ends_after_days": 14}])
def test_a_plan_that_waits_ends_no_dependent_and_one_that_does_not_ends_them_as_the_subscriber(
    window: dict[str, int],
) -> None:
    """The row of the plan that holds today is shown no more."""
    row = covered("2027-01-01", plan_code="HMO1", **TWO)
    reported = story(REPORTED, family(jane(row), pat(row)), **window)

    assert reported.reported_of == ([] if "look_forward_days" in window else ["E1", "E1-1"])
    if reported.reported_of:
        assert reported.said("E1-1")[2] == reported.said("E1")[2]


CUT = reported_of(REPORTED, family(jane(BEFORE, AFTER), pat(BEFORE, AFTER)))


def test_a_dependent_whose_last_row_is_missing_stays_as_the_subscriber_does() -> None:
    """Absence is no end, however the carrier knows the coverage that the rows make up."""
    reported = story(CUT, family(jane(BEFORE), pat(BEFORE)))

    assert (reported.reported_of, reported.missing) == ([], ["E1", "E1-1"])


def test_of_a_dependent_whose_first_row_is_gone_another_name_is_reported_all_the_same() -> None:
    reported = story(CUT, family(jane(BEFORE, AFTER), pat(AFTER, last_name="Roe", event="name_change")))

    assert reported.reported_of == ["E1-1"]
    assert reported.kinds == {"demographic_change"}


def test_another_plan_in_the_place_of_the_first_row_leaves_the_rest_to_begin_on_its_own_day() -> None:
    instead = covered("2025-12-01", "2026-11-08", plan_code="HMO1", **TWO)
    reported = story(CUT, family(jane(instead, AFTER), pat(instead, AFTER)))

    assert [days for days in days_of(reported.target, "E1-1") if days[1] != days[2]] == [
        ("HMO1", "2025-12-01", "2026-11-08"), ("PPO500", FROM, None)
    ]  # fmt: skip


def test_a_row_that_was_voided_and_written_anew_on_its_first_day_is_silent() -> None:
    voided = covered(end="2026-01-01", **TWO)

    assert story(REPORTED, family(jane(voided, covered(**TWO)), pat(voided, covered(**TWO)))).statement is None


def test_a_row_ahead_that_is_withdrawn_begins_nobody_anew() -> None:
    """The feed looks less far ahead than the row began; then the coverage ends before it would have."""
    window = {"look_forward_days": 30}
    ahead = [covered(end="2026-12-31", **FAMILY), covered("2027-01-01", **TWO)]
    held = reported_of(None, family(jane(*ahead), pat(*ahead)), **window)
    ended = [covered(end="2026-11-15", **FAMILY), covered("2026-11-16", "2026-12-31", plan_code="HMO1", **FAMILY)]
    reported = story(held, family(jane(*ended), pat(*ended)), **window)

    assert reported.said("E1-1")[2] == reported.said("E1")[2]
    assert story(reported.target, family(jane(*ended), pat(*ended)), **window).statement is None


@pytest.mark.parametrize("begin_date", ["span", "change", "end_and_add"])
def test_a_dependent_keeps_the_first_day_where_only_a_tier_that_is_not_reported_of_them_changes(
    begin_date: str,
) -> None:
    after = {**AFTER, "provider_code": "1234567893"}
    reported = story(REPORTED, family(jane(BEFORE, AFTER), pat(BEFORE, after)), begin_date=begin_date)

    assert reported.said("E1")[2][-1][1] == ("2026-01-01" if begin_date == "span" else FROM)
    assert all(c.coverage.values["tier"] is None for c in reported.of("E1-1").coverages)
    assert days_of(reported.target, "E1-1")[0][1] == "2026-01-01"
