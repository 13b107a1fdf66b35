"""Histories: lists of nights, each with what happens before it and what becomes of its file.

They are plain values, so a failing one is printed whole and can be pasted into a test as it is.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.laws.world import Happening, World

__all__ = ["NightOf", "happenings", "histories", "nights"]


MODES = ["changes", "full_audit", "full_replace"]
AGAIN = ["same_bytes", "lost same_bytes", "copy", "lost copy", "corrected", "members"]


@dataclass(frozen=True)
class NightOf:
    """One night: what happened since the last, how many days passed, and the delivery."""

    happenings: tuple[Happening, ...]
    days: int = 1
    rejecting: frozenset[int] = frozenset()
    missed: bool = False  # no run
    twice: bool = False  # the same snapshot is run again
    mode: str = "changes"  # what the operator has the feed send
    again: str = ""  # how the file is sent once more; after "lost", because the carrier lost it unread
    member: int = 0  # which of its people, where it is some of them


def happenings(without: Collection[str] = ()) -> st.SearchStrategy[Happening]:
    """One thing that happens, of any kind but those."""
    kinds = [kind for kind in World.kinds() if kind not in without]
    return st.builds(
        Happening,
        kind=st.sampled_from(kinds),
        family=st.integers(0, 3),
        which=st.integers(0, 5),
        much=st.integers(0, 30),
    )


def nights(without: Collection[str] = ()) -> st.SearchStrategy[NightOf]:
    """One night."""
    return st.builds(
        NightOf,
        happenings=st.lists(happenings(without), max_size=3).map(tuple),
        days=st.integers(1, 20),
        rejecting=st.sampled_from([frozenset[int]()] * 3 + [frozenset({0}), frozenset({1}), frozenset({0, 1, 2})]),
        missed=st.sampled_from([False] * 5 + [True]),
        twice=st.sampled_from([False] * 4 + [True]),
        mode=st.sampled_from(["changes"] * 6 + MODES),
        again=st.sampled_from([""] * len(AGAIN) + AGAIN),
        member=st.integers(0, 5),
    )


def histories(without: Collection[str] = (), *, least: int = 0, most: int = 8) -> st.SearchStrategy[list[NightOf]]:
    """A history that begins with a hire, so that things may happen to somebody."""
    first = st.builds(
        Happening, kind=st.just("hire"), family=st.integers(0, 3), which=st.integers(0, 5), much=st.integers(0, 30)
    )
    opening = st.lists(first, min_size=1, max_size=3).map(lambda hires: NightOf(tuple(hires)))
    rest = st.lists(nights(without), min_size=least, max_size=most)
    return st.tuples(opening, rest).map(lambda parts: [parts[0], *parts[1]])
