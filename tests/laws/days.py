"""Days: one person's coverage in one benefit, a cell for every day of the horizon and one for ever after.

A cell says as what the person is covered on its day, and which row's days they are: ``since`` is that row's first day,
the one thing that days cannot say by themselves. A day that is not covered has no cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

__all__ = [
    "AFTER",
    "FIRST_DAY",
    "NOT_COVERED",
    "Cell",
    "Days",
    "Spans",
    "at",
    "cut",
    "day_of",
    "pairs",
    "runs",
    "spans_of",
]

FIRST_DAY = date(2024, 1, 1)
AFTER = (date(2029, 1, 1) - FIRST_DAY).days
"""The place of what is for ever after; the places before it are the days from the first on."""


@dataclass(frozen=True)
class Cell:
    """As what somebody is covered on a day; ``counted`` is the tier that is reported where the row's own is not."""

    since: int
    plan: str
    tier: str | None = None
    premium: Decimal | None = None
    physician: str | None = None
    policy: str | None = None
    counted: str | None = None


Days = Sequence[Cell | None]
Spans = Mapping[int, int]
"""Last day by first day, of every row whose days are reported."""

NOT_COVERED: Days = (None,) * (AFTER + 1)


def at(day: date | None) -> int:
    """The place of a day; no day at all is for ever after."""
    if day is None:
        return AFTER
    assert day >= FIRST_DAY, day
    return min((day - FIRST_DAY).days, AFTER - 1)


def day_of(place: int) -> date | None:
    """The day of a place; None for ever after."""
    return FIRST_DAY + timedelta(days=place) if place < AFTER else None


def runs(days: Days) -> Iterator[tuple[int, int, Cell]]:
    """First place, last place and cell of days in a row that are alike."""
    place = 0
    for cell, alike in groupby(days):
        length = len(list(alike))
        if cell is not None:
            yield place, place + length - 1, cell
        place += length


def spans_of(days: Days) -> dict[int, int]:
    """The reported spans: by the first day of the row whose days they are, the last day they cover."""
    spans: dict[int, int] = {}
    for _, last, cell in runs(days):
        spans[cell.since] = last
    return spans


def cut(days: Days, since: int, last: int) -> list[Cell | None]:
    """The days without those of one row after a last day; a row that is left with its first day alone never was."""
    left = list(days)
    stays = last + 1 if last > since else 0
    for first, until, cell in runs(days):
        if cell.since == since and until >= stays:
            first = max(first, stays)
            left[first : until + 1] = [None] * (until + 1 - first)
    return left


def pairs(one: Days, other: Days) -> list[tuple[Cell | None, Cell | None]]:
    """The cells that stand on the same days, for each stretch of days on which neither changes."""
    turns = {0, *(place for days in (one, other) for first, last, _ in runs(days) for place in (first, last + 1))}
    return [(one[place], other[place]) for place in turns if place <= AFTER]
