"""The guards of a whole file: a share and a count must both be passed, and a feed that holds nobody has no guard."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.book import Dialect
from edi834.feed.guards import guard_hits
from edi834.feed.profile import Guards

NONE = {"added": 0, "changed": 0, "ended": 0, "missing": 0}
COUNTS = st.integers(0, 2000)


def hits(held: int, guards: Guards | None = None, **counts: int) -> list[str]:
    found = guard_hits({**NONE, **counts}, guards or Guards(), Dialect(), held_members=held)
    return [hit.guard for hit in found]


@pytest.mark.parametrize(
    ("held", "ended", "is_held"),
    [
        (100, 10, False),  # exactly the limit
        (100, 11, True),
        (20, 5, False),  # a quarter, but no more than five people
        (20, 6, True),
        (1, 1, False),
        (0, 50, False),  # nobody is held, so nothing can shrink
    ],
)
def test_terminations_are_held_past_both_limits(held: int, ended: int, is_held: bool) -> None:
    assert hits(held, ended=ended) == (["terminations"] if is_held else [])


def test_the_reason_says_how_many_of_how_many() -> None:
    (hit,) = guard_hits({**NONE, "ended": 30}, Guards(), Dialect(), held_members=212)

    assert hit.reason == "terminations 14.2% > 10% (30 of 212)"


def test_ten_times_as_many_people_are_held() -> None:
    """B35."""
    assert hits(10, added=100) == []
    assert hits(10, added=101) == ["growth"]


def test_a_change_of_a_quarter_of_everybody_is_held() -> None:
    """B34: that many changes at once are a mistake in an export more often than in the world."""
    assert hits(1000, changed=250) == []
    assert hits(1000, changed=251) == ["changes"]


@given(held=COUNTS, ended=COUNTS, absent=COUNTS, changed=COUNTS)
def test_more_never_passes_where_less_is_held(held: int, ended: int, absent: int, changed: int) -> None:
    less = set(hits(held, ended=ended, absent=absent, changed=changed))
    more = set(hits(held, ended=ended + 1, absent=absent + 1, changed=changed + 1))

    assert less <= more


@given(held=COUNTS, ended=COUNTS)
def test_looser_limits_hold_no_more(held: int, ended: int) -> None:
    strict = set(hits(held, Guards(max_terminations_percent=5), ended=ended))
    loose = set(hits(held, Guards(max_terminations_percent=50), ended=ended))

    assert loose <= strict
