"""Laws of covered days: which end of a span is wrong, which spans overlap, and when two spouses are one too many."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.feed.ports import SnapshotTable
from tests.sources.builders import (
    KEY,
    Row,
    as_csv,
    codes,
    coverage,
    errors,
    family,
    household,
    member,
    opened,
    person,
    selecting,
)

pytestmark = pytest.mark.laws

FIRST = date(2026, 1, 1)
spans = st.tuples(st.integers(0, 40), st.one_of(st.none(), st.integers(-1, 40)))
"""A first day, and how many days later the last one is; None is open."""


def read(*rows: Row, members: tuple[Row, ...] = ()) -> SnapshotTable:
    """The household with more people and coverages."""
    tables = household()
    tables["members"] += members
    tables["coverages"] += rows
    with tempfile.TemporaryDirectory() as folder:
        return opened(as_csv(Path(folder) / "s", tables))


def spanning(member_id: str, begin: int, length: int | None, **changed: str) -> Row:
    first = FIRST + timedelta(begin)
    end = "" if length is None else (first + timedelta(length)).isoformat()
    return coverage(member_id, effective_date=first.isoformat(), end_date=end, **changed)


def days(begin: int, length: int | None) -> set[int]:
    """The days that it covers, of the first hundred: none where it never took effect."""
    if length is None:
        return set(range(begin, 100))
    return set(range(begin, begin + length + 1)) if length > 0 else set()


@given(begin=st.integers(0, 400), length=st.one_of(st.integers(-4, 4), st.integers(-400, 400)))
def test_only_an_end_more_than_a_day_before_the_first_is_wrong(begin: int, length: int) -> None:
    snapshot = read(spanning("D1", begin, length, benefit="dental"))

    assert {finding.code for finding in errors(snapshot)} == ({"E834-0383"} if length < -1 else set())
    assert ("E834-0349" in codes(snapshot)) == (length in (-1, 0))
    assert (family("E1") in snapshot.quarantined(selecting())) == (length < -1)
    assert (family("E1") in snapshot.digests(selecting(), KEY)) == (length >= -1)


@given(first=spans, second=spans)
def test_spans_overlap_where_both_cover_more_than_the_day_they_meet_on(
    first: tuple[int, int | None], second: tuple[int, int | None]
) -> None:
    snapshot = read(
        *(spanning("D1", *span, benefit="dental", plan_code=f"P{n}") for n, span in enumerate((first, second)))
    )
    shared = len(days(*first) & days(*second))

    assert ("E834-0382" in codes(snapshot)) == (shared > 1)
    assert ("E834-0348" in codes(snapshot)) == (shared == 1)


@given(
    one=st.lists(spans, max_size=2),
    other=st.lists(spans, max_size=2),
    died=st.booleans(),
    carriers=st.tuples(*[st.sampled_from(["acme", "see"])] * 2),
)
def test_two_spouses_are_wrong_where_both_live_and_are_enrolled_on_one_day(
    one: list[tuple[int, int | None]], other: list[tuple[int, int | None]], died: bool, carriers: tuple[str, str]
) -> None:
    """Whichever benefit and carrier each has."""
    benefits = ("medical", "dental", "vision", "life")
    rows = [
        spanning(who, *span, benefit=benefits[2 * at + n], carrier_id=carriers[at])
        for at, (who, of) in enumerate((("S1", one), ("S2", other)))
        for n, span in enumerate(of)
    ]
    death = "2026-02-01" if died else ""
    wed = (member("S1", "E1", relationship="spouse", death_date=death), member("S2", "E1", relationship="spouse"))
    enrolled = [set().union(*(days(*span) for span in of)) for of in (one, other)]
    wrong = bool(enrolled[0] & enrolled[1]) and not died

    snapshot = read(*rows, members=wed)

    assert {finding.code for finding in errors(snapshot)} == ({"E834-0379"} if wrong else set())
    assert len(errors(snapshot)) == (2 if wrong else 0)
    assert (family("E1") in snapshot.quarantined(selecting())) == wrong


def test_of_three_spouses_only_the_two_who_are_enrolled_at_once_are_named() -> None:
    wed = tuple(member(who, "E1", relationship="spouse") for who in ("S1", "S2", "S3"))
    rows = spanning("S1", 0, 9), spanning("S2", 10, None), spanning("S3", 10, 5)

    found = errors(read(*rows, members=wed))

    assert {finding.about for finding in found} == {person("S2", "E1"), person("S3", "E1")}
