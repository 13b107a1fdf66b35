"""Tonight's rows of one person and one benefit, laid over the days that were reported.

Where a row speaks of a day, the row is right; reported days of which no row speaks stay. A row corrects the reported
span that it was, and a corrected span's days are exactly its row's. What a feed rounds, or does not report yet, is
rounded and left out before.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from edi834.book.dialect import Dialect
from edi834.model import Coverage
from tests.laws.days import AFTER, Cell, Days, Spans, at, cut, day_of, spans_of

__all__ = ["Row", "is_masked", "overlay", "row_of"]

_LATEST_CORRECTION = 31
_TO_THE_DAY = frozenset({"transfer", "carrier_change"})
"""Why a coverage ends to the day, at carriers of whole months too: the next one begins elsewhere."""


@dataclass(frozen=True)
class Row:
    """A row by its places; the last is ``AFTER`` while it is open, and not after the first where it never was."""

    first: int
    last: int
    cell: Cell
    reason: str | None = None

    @property
    def is_effective(self) -> bool:
        return self.last > self.first

    def covers(self, place: int) -> bool:
        return self.first <= place <= self.last


def row_of(coverage: Coverage) -> Row:
    """A row of the snapshot."""
    first = at(coverage.effective_date)
    cell = Cell(
        first, coverage.plan_code, coverage.tier, coverage.premium, coverage.provider_code, coverage.policy_number
    )
    return Row(first, at(coverage.end_date), cell, coverage.end_reason)


def overlay(reported: Days, rows: Sequence[Row], as_of: date, dialect: Dialect) -> Days:
    """The days as they should be: tonight's rows over what was reported."""
    spans = spans_of(reported)
    book = _Reported(reported, spans)
    if dialect.end_date == "end_of_month":
        rows = _rounded(rows, book)
    rows = _seen(rows, book, at(as_of), dialect)
    speaking = [row for row in rows if row.is_effective and (row.last >= at(as_of) or _is_known(row, rows, book))]
    days: Days = reported
    for since, last in spans.items():
        if book.own(since, rows) or any(row.first < since <= row.last for row in speaking):
            days = cut(days, since, since)
        elif begun := [row.first for row in speaking if since < row.first <= last]:
            days = cut(days, since, min(begun) - 1)
    for since in _taken_along(rows, speaking, book):
        days = cut(days, since, since)
    laid = list(days)
    for row in speaking:
        laid[row.first : row.last + 1] = [row.cell] * (row.last + 1 - row.first)
    return tuple(laid)


@dataclass(frozen=True)
class _Reported:
    """What was reported, and which rows of tonight are it."""

    days: Days
    spans: Spans

    def own(self, since: int, rows: Sequence[Row]) -> list[Row]:
        """The rows that correct a reported span: of its first day, else near it, else what voids its plan."""
        same = [row for row in rows if row.first == since]
        effective = [row for row in same if row.is_effective]
        near = effective or [row for row in rows if self._is_near(row, since, rows)]
        cell = self.days[since]
        return near or [row for row in same if cell is not None and row.cell.plan == cell.plan]

    def is_own(self, row: Row, rows: Sequence[Row]) -> bool:
        return any(one is row for since in self.spans for one in self.own(since, rows))

    def ends(self, row: Row, rows: Sequence[Row]) -> list[int]:
        """The last days that were reported of what a row corrects."""
        return [last for since, last in self.spans.items() if any(one is row for one in self.own(since, rows))]

    def _is_near(self, row: Row, since: int, rows: Sequence[Row]) -> bool:
        """Whether it is the same coverage with another first day: of the same plan and tier, and on the same days."""
        cell = self.days[since]
        if not row.is_effective or row.first in self.spans or cell is None:
            return False
        shares = row.first <= self.spans[since] and since <= row.last
        between = range(min(row.first, since) + 1, max(row.first, since))
        return (
            (row.cell.plan, row.cell.tier) == (cell.plan, cell.tier)
            and shares
            and row.first - since <= _LATEST_CORRECTION
            and not any(one.first in between and one.is_effective for one in rows)
        )


def _is_known(row: Row, rows: Sequence[Row], book: _Reported) -> bool:
    """Whether a row that is over is more than history: a reported span's own, or on days that such a one gives up."""
    for since, last in book.spans.items():
        own = book.own(since, rows)
        if any(one is row for one in own):
            return True
        if row.covers(since) and not any(one.is_effective and one.covers(since) for one in own):
            return True
        if since <= row.first <= last and any(one.last < row.first for one in own):
            return True
    return False


def _taken_along(rows: Sequence[Row], speaking: Sequence[Row], book: _Reported) -> list[int]:
    """Spans that follow, without a gap, one that now ends earlier, and of which no row speaks."""
    gone: list[int] = []
    for since, last in book.spans.items():
        following = last + 1
        if not any(row.last < last for row in book.own(since, rows)):
            continue
        while following in book.spans and not _is_spoken_of(following, rows, speaking, book):
            gone.append(following)
            following = book.spans[following] + 1
    return gone


def _is_spoken_of(since: int, rows: Sequence[Row], speaking: Sequence[Row], book: _Reported) -> bool:
    last = book.spans[since]
    return bool(book.own(since, rows)) or any(row.first <= last and since <= row.last for row in speaking)


# --- what a feed rounds, and what it does not report yet ------------------------------------------------------------


def _rounded(rows: Sequence[Row], book: _Reported) -> list[Row]:
    """Last days at the end of their month, short of the next row, and of a reported span of which no row is there."""
    return [_rounded_up(row, rows, book) for row in rows]


def _rounded_up(row: Row, rows: Sequence[Row], book: _Reported) -> Row:
    last = day_of(row.last)
    if last is None or not row.is_effective or row.reason in _TO_THE_DAY:
        return row
    missing = [since for since in book.spans if not book.own(since, rows)]
    firsts = [one.first for one in rows if one.is_effective and one.first > row.first]
    firsts += [since for since in missing if since > row.last]
    month_end = at(last.replace(day=calendar.monthrange(last.year, last.month)[1]))
    return replace(row, last=max(row.last, min([month_end, *(first - 1 for first in firsts)])))


def _seen(rows: Sequence[Row], book: _Reported, as_of: int, dialect: Dialect) -> list[Row]:
    """The rows without those that wait, and with ends open that are not reported yet."""
    look = dialect.look_forward_days
    waiting = [
        row
        for row in rows
        if look >= 0 and row.is_effective and row.first > as_of + look and not book.is_own(row, rows)
    ]
    masked = []
    for row in rows:
        later = [one for one in rows if one.first > row.first and one.is_effective]
        is_hidden = row.is_effective and is_masked(row.last, as_of, dialect) and row not in waiting
        if is_hidden and _is_reported_open(row, rows, book) and not any(book.is_own(one, rows) for one in later):
            masked.append(row)
            waiting += later
    gives_way = [
        row
        for row in rows
        if row.is_effective and any(row.last + 1 == one.first for one in waiting) and _is_reported_open(row, rows, book)
    ]
    opened = [*masked, *gives_way]
    return [replace(row, last=AFTER) if row in opened else row for row in rows if row not in waiting]


def is_masked(last: int, as_of: int, dialect: Dialect) -> bool:
    """Whether a last day is further ahead than the feed reports one."""
    return dialect.mask_ends_after_days >= 0 and as_of + dialect.mask_ends_after_days < last < AFTER


def _is_reported_open(row: Row, rows: Sequence[Row], book: _Reported) -> bool:
    """Whether no last day was reported of it yet."""
    return all(last == AFTER for last in book.ends(row, rows))
