"""Timelines: which span of today is which span that was reported, and what takes the place of what is gone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from edi834.change.timeline import SpanPair, is_cancelled, match_timeline
from edi834.grants import ReleasedCoverage
from tests.change.families import TODAY, covered, family, jane


def spans(*rows: dict[str, Any]) -> list[ReleasedCoverage]:
    return list(family(jane(*rows)).members[0].coverages)


def matched(reported: list[ReleasedCoverage], now: list[ReleasedCoverage], on: date = TODAY) -> list[tuple[Any, ...]]:
    """Each pair as (reported, now) first days, with the last day that now has."""
    return [
        (
            pair.reported.begin.isoformat() if pair.reported else None,
            pair.now.begin.isoformat() if pair.now else None,
            pair.now.end.isoformat() if pair.now and pair.now.end else None,
        )
        for pair in match_timeline(reported, now, as_of=on)
    ]


def only(pairs: list[SpanPair]) -> SpanPair:
    (pair,) = pairs
    return pair


def test_spans_of_one_first_day_are_one_span_whatever_the_plan() -> None:
    pairs = match_timeline(spans(covered()), spans(covered(plan_code="HMO1")), as_of=TODAY)

    assert only(pairs).reported is not None
    assert only(pairs).now is not None


def test_spans_of_one_plan_and_tier_that_share_days_are_one_span() -> None:
    assert matched(spans(covered("2026-10-05")), spans(covered("2026-10-01"))) == [("2026-10-05", "2026-10-01", None)]


def test_a_span_that_has_its_own_reported_span_is_not_taken_for_another() -> None:
    reported = spans(covered("2025-01-01", "2025-12-31"), covered("2026-01-01"))

    assert matched(reported, spans(covered("2026-01-01"))) == [
        ("2025-01-01", None, None),
        ("2026-01-01", "2026-01-01", None),
    ]


def test_another_plan_from_a_later_day_ends_the_reported_span_the_day_before() -> None:
    pairs = matched(spans(covered()), spans(covered("2026-12-01", plan_code="HMO1")))

    assert pairs == [("2026-01-01", "2026-01-01", "2026-11-30"), (None, "2026-12-01", None)]


def test_an_ended_row_and_the_next_without_a_gap_follow_each_other() -> None:
    rows = spans(covered(end="2026-11-30"), covered("2026-12-01"))
    ended, begun = match_timeline(spans(covered()), rows, as_of=TODAY)

    assert ended.succeeded
    assert begun.follows
    assert begun.predecessor is not None


def test_a_span_after_a_gap_follows_nothing() -> None:
    rows = spans(covered(end="2026-11-30"), covered("2026-12-02"))
    ended, begun = match_timeline(spans(covered()), rows, as_of=TODAY)

    assert not ended.succeeded
    assert not begun.follows


@pytest.mark.parametrize(("end", "is_news"), [("2026-11-09", False), ("2026-11-10", True), (None, True)])
def test_a_span_never_reported_is_news_while_it_lasts(end: str | None, is_news: bool) -> None:
    pairs = match_timeline([], spans(covered("2026-10-01", end)), as_of=TODAY)

    assert bool(pairs) is is_news


def test_a_span_that_ends_on_its_first_day_or_before_never_took_effect() -> None:
    cancelled, lasting = spans(covered("2026-01-01", "2026-01-01"), covered("2026-02-01", "2026-02-02"))

    assert is_cancelled(cancelled)
    assert not is_cancelled(lasting)


def test_every_reported_span_is_there_once_and_every_span_of_today_at_most_once() -> None:
    reported = spans(covered("2025-01-01", "2025-12-31"), covered("2026-01-01", "2026-06-30"), covered("2026-07-01"))
    now = spans(covered("2026-01-01"), covered("2026-09-01", plan_code="HMO1"))
    pairs = match_timeline(reported, now, as_of=TODAY)

    assert [p.reported for p in pairs if p.reported is not None] == reported
    assert len([p.now for p in pairs if p.now is not None]) == len({id(p.now) for p in pairs if p.now is not None})
