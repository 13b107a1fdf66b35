"""Rows over days: a row's days are the row's, and what was reported of days that no row speaks of remains."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.book import Interval, effective, is_never_effective
from edi834.book.overlay.rows import corrections, overlaid
from tests.book.families import TODAY, covered, family, jane

Days = tuple[str, str, str | None]


def rows_of(*rows: dict[str, Any]) -> list[Interval]:
    return list(family(jane(*rows)).members[0].coverages)


def days(intervals: Any) -> list[Days]:
    return [(c.plan_code, c.begin.isoformat(), c.end.isoformat() if c.end else None) for c in intervals]


def over(reported: list[dict[str, Any]], rows: list[dict[str, Any]], on: date = TODAY) -> list[Days]:
    return days(overlaid(rows_of(*reported), rows_of(*rows), as_of=on).intervals)


def corrected(reported: list[dict[str, Any]], rows: list[dict[str, Any]]) -> dict[int, Days]:
    return {at: days([row])[0] for at, row in corrections(rows_of(*reported), rows_of(*rows)).items()}


# --- which row corrects which reported interval -------------------------------------------------------------------


def test_a_row_of_the_same_first_day_is_the_reported_coverage_whatever_its_plan() -> None:
    assert corrected([covered()], [covered(plan_code="HMO1")]) == {0: ("HMO1", "2026-01-01", None)}


def test_a_row_of_the_same_plan_and_tier_corrects_the_first_day_of_what_it_shares_a_day_with() -> None:
    assert corrected([covered("2026-10-05")], [covered("2026-10-01")]) == {0: ("PPO500", "2026-10-01", None)}
    assert over([covered("2026-10-05")], [covered("2026-10-01")]) == [("PPO500", "2026-10-01", None)]


@pytest.mark.parametrize(("begin", "is_correction"), [("2026-02-01", True), ("2026-02-02", False)])
def test_a_first_day_moves_later_by_a_month_at_most_and_then_the_row_is_the_next_coverage(
    begin: str, *, is_correction: bool
) -> None:
    assert over([covered()], [covered(begin)]) == (
        [("PPO500", begin, None)]
        if is_correction
        else [("PPO500", "2026-01-01", "2026-02-01"), ("PPO500", begin, None)]
    )


def test_a_row_that_has_its_own_reported_coverage_corrects_no_other() -> None:
    reported = [covered("2025-01-01", "2025-12-31"), covered("2026-01-01")]

    assert corrected(reported, [covered("2026-01-01")]) == {1: ("PPO500", "2026-01-01", None)}
    assert over(reported, [covered("2026-01-01")]) == [
        ("PPO500", "2025-01-01", "2025-12-31"), ("PPO500", "2026-01-01", None)
    ]  # fmt: skip


@pytest.mark.parametrize("other", [{"plan_code": "HMO1"}, {"tier": "family"}], ids=["plan", "tier"])
def test_another_plan_or_tier_from_another_day_corrects_nothing(other: dict[str, str]) -> None:
    assert corrected([covered()], [covered("2026-01-15", **other)]) == {}


def test_a_row_of_another_plan_that_never_took_effect_cancels_nothing() -> None:
    """The plan was corrected, and a night later the row of the right one is missing: nobody ended."""
    wrong = covered(end="2025-12-31", plan_code="HMO1")

    assert corrected([covered()], [wrong]) == {}
    assert over([covered()], [wrong]) == [("PPO500", "2026-01-01", None)]


def test_a_cancelled_coverage_is_taken_up_by_a_row_of_its_first_day_alone() -> None:
    void = [covered("2026-12-01", "2026-12-01")]

    assert over(void, [covered("2026-12-01")]) == [("PPO500", "2026-12-01", None)]
    assert over(void, [covered("2026-12-05")])[-1] == ("PPO500", "2026-12-05", None)
    assert corrected(void, [covered("2026-12-05")]) == {}


# --- days ---------------------------------------------------------------------------------------------------------


def test_another_plan_from_a_later_day_ends_the_reported_one_the_day_before() -> None:
    assert over([covered()], [covered("2026-12-01", plan_code="HMO1")]) == [
        ("PPO500", "2026-01-01", "2026-11-30"), ("HMO1", "2026-12-01", None)
    ]  # fmt: skip


def test_reported_coverage_without_a_row_goes_on_and_is_listed() -> None:
    result = overlaid(rows_of(covered()), [], as_of=TODAY)

    assert days(result.intervals) == days(result.missing) == [("PPO500", "2026-01-01", None)]


def test_reported_coverage_that_has_an_end_is_history_and_is_not_listed() -> None:
    result = overlaid(rows_of(covered(end="2026-06-30")), [], as_of=TODAY)

    assert days(result.intervals) == [("PPO500", "2026-01-01", "2026-06-30")]
    assert result.missing == ()


def test_what_begins_on_a_day_that_a_row_of_another_plan_covers_never_took_effect() -> None:
    result = over([covered("2027-01-01")], [covered("2026-11-01", plan_code="HMO1")])

    assert result == [("HMO1", "2026-11-01", None), ("PPO500", "2027-01-01", "2027-01-01")]


@pytest.mark.parametrize(("end", "is_news"), [("2026-11-09", False), ("2026-11-10", True), (None, True)])
def test_coverage_that_was_never_reported_is_news_while_it_lasts(end: str | None, is_news: bool) -> None:
    assert bool(over([], [covered("2026-10-01", end)])) is is_news


def test_coverage_that_came_and_went_on_days_that_were_reported_otherwise_is_news() -> None:
    """The row that was reported ends before it: its days were reported as covered by another plan."""
    rows = [covered(end="2026-08-31"), covered("2026-09-01", "2026-10-31", plan_code="HMO1")]

    assert over([covered()], rows) == [("PPO500", "2026-01-01", "2026-08-31"), ("HMO1", "2026-09-01", "2026-10-31")]


def test_coverage_that_ends_on_its_first_day_or_before_never_took_effect() -> None:
    cancelled, before, lasting = rows_of(
        covered("2026-01-01", "2026-01-01"), covered("2026-02-01", "2026-01-31"), covered("2026-03-01", "2026-03-02")
    )

    assert is_never_effective(cancelled)
    assert is_never_effective(before)
    assert not is_never_effective(lasting)


# --- a renewal that was reported and has no row -------------------------------------------------------------------

REPORTED = [covered(end="2026-12-31"), covered("2027-01-01")]


def test_a_reported_renewal_falls_with_the_coverage_before_it_that_ends_earlier() -> None:
    """Dismissed in November, the employee is not renewed in January (dchbx/enroll_old PR 1955)."""
    assert over(REPORTED, [covered(end="2026-11-30")]) == [
        ("PPO500", "2026-01-01", "2026-11-30"), ("PPO500", "2027-01-01", "2027-01-01")
    ]  # fmt: skip


@pytest.mark.parametrize("end", ["2026-12-31", None])
def test_a_reported_renewal_stays_where_the_coverage_before_it_ends_as_reported_or_later(end: str | None) -> None:
    begins = [begin for _, begin, last in over(REPORTED, [covered(end=end)]) if last is None]

    assert begins == (["2027-01-01"] if end else ["2026-01-01"])


def test_a_reported_renewal_that_has_its_own_row_stays() -> None:
    assert over(REPORTED, [covered(end="2026-11-30"), covered("2027-01-01")])[-1] == ("PPO500", "2027-01-01", None)


# --- whatever the rows --------------------------------------------------------------------------------------------

BEGINS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
ROWS = st.lists(
    st.builds(
        lambda begin, length, plan: covered(
            begin.isoformat(), (begin.fromordinal(begin.toordinal() + length)).isoformat(), plan_code=plan
        ),
        BEGINS,
        st.integers(0, 200),
        st.sampled_from(["PPO500", "HMO1"]),
    ),
    max_size=4,
)


def disjoint(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    for row in sorted(rows, key=lambda r: r["effective_date"]):
        if not kept or row["effective_date"] > kept[-1]["end_date"]:
            kept.append(row)
    return kept


@given(ROWS, ROWS)
def test_every_day_that_a_row_covers_is_the_rows_and_no_day_is_covered_twice(
    drawn: list[dict[str, Any]], today: list[dict[str, Any]]
) -> None:
    reported, rows = rows_of(*disjoint(drawn)), rows_of(*disjoint(today))
    result = effective(overlaid(reported, rows, as_of=date(2026, 1, 1)).intervals)

    for row in effective(rows):
        assert any(c.plan_code == row.plan_code and c.begin <= row.begin and c.end == row.end for c in result)
    for one, following in pairwise(result):
        assert one.end is not None
        assert one.end < following.begin
