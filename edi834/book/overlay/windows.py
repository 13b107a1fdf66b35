"""Windows: what the feed keeps back of one benefit's rows until its day, and the last days it rounds.

Coverage that begins beyond the look-forward waits, with the end it brings about; an end beyond the mask is not said,
nor is what follows it. What was reported already is never hidden again. Whatever waits is listed every night.
Blackouts and missing people concern families, and are ``desired.py``'s.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from edi834.book.book import ONE_DAY, Interval, effective, follows, is_never_effective
from edi834.book.dialect import Dialect
from edi834.book.overlay.rows import Overlaid, corrections, overlaid
from edi834.model import MemberRef

__all__ = ["Pending", "Waiting", "is_blackout", "month_end", "rounded", "within_windows"]

_GIVES_WAY = frozenset({"transfer", "carrier_change"})
"""Reasons for which other coverage begins the day after: rounded up to the month, the two would overlap."""


class Waiting(StrEnum):
    """Why something is not reported yet."""

    FUTURE = "future"  # its first day lies beyond the feed's look-forward
    MASKED_END = "masked_end"  # its last day lies too far ahead
    BLACKOUT = "blackout"  # the feed reports nothing new in these days
    TIER = "tier"  # who is covered beside the subscriber is another number from that day on


@dataclass(frozen=True, slots=True)
class Pending:
    """Something that the snapshot says and the carrier is not sent yet.

    Attributes:
      member: The person concerned.
      benefit: In which benefit, where it concerns one.
      why: What it waits for.
      day: The day it concerns, where it has one.
    """

    member: MemberRef
    benefit: str | None
    why: Waiting
    day: date | None


def within_windows(
    ref: MemberRef, reported: Sequence[Interval], rows: Sequence[Interval], dialect: Dialect, *, as_of: date
) -> tuple[Overlaid, list[Pending]]:
    """Lay one benefit's rows over what was reported, without what must wait.

    Args:
      ref: The person.
      reported: The intervals last reported.
      rows: Today's rows, their last days rounded as the feed wants it.
      dialect: The feed's.
      as_of: The snapshot's date.
    """
    counterparts = {id(row): reported[at] for at, row in corrections(reported, rows).items()}
    covering = effective(rows)

    def hides(row: Interval) -> bool:
        known = counterparts.get(id(row))
        return row.end is not None and (known is None or _last_day(known, row.end, reported) is None)

    masked = [row for row in covering if hides(row) and _is_beyond(row.end, dialect.mask_ends_after_days, as_of)]
    later = [
        row
        for row in covering
        if id(row) not in counterparts
        # Beside coverage whose end is not said yet, whatever follows it would be a second one on the same days.
        and (_is_beyond(row.begin, dialect.look_forward_days, as_of) or any(row.begin > one.begin for one in masked))
    ]
    # An end by itself would read as the end of the benefit.
    open_ended = [
        row
        for row in covering
        if hides(row)
        and not _is_among(row, later)
        and (_is_among(row, masked) or any(_takes_place(x, row) for x in later))
    ]
    kept = [_opened(row) if _is_among(row, open_ended) else row for row in rows if not _is_among(row, later)]
    pending = [Pending(ref, row.benefit, Waiting.MASKED_END, row.end) for row in open_ended]
    pending += [Pending(ref, row.benefit, Waiting.FUTURE, row.begin) for row in later]
    return overlaid(reported, kept, as_of=as_of), pending


def _last_day(known: Interval, day: date, reported: Sequence[Interval]) -> date | None:
    """The last day reported of a coverage that a row ends on a day: of one reported in parts, the last part's."""
    for after in effective(reported):
        if follows(after, known) and after.plan_code == known.plan_code and after.begin <= day:
            return _last_day(after, day, reported)
    return known.end


def _opened(row: Interval) -> Interval:
    return row.with_values(end_date=None, end_reason=None)


def _is_among(row: Interval, rows: Sequence[Interval]) -> bool:
    return any(row is one for one in rows)


def _takes_place(one: Interval, of: Interval) -> bool:
    """Whether it begins where the other ends, without a gap."""
    return of.end is not None and of.begin < one.begin <= of.end + ONE_DAY


def _is_beyond(day: date | None, window: int, as_of: date) -> bool:
    return day is not None and window >= 0 and day > as_of + timedelta(days=window)


def is_blackout(dialect: Dialect, as_of: date) -> bool:
    """Whether the feed reports nothing new on that day."""
    begin, end, today = dialect.blackout_begin, dialect.blackout_end, as_of.strftime("%m-%d")
    if not begin or not end:
        return False
    return begin <= today <= end if begin <= end else today >= begin or today <= end


def rounded(reported: Sequence[Interval], rows: Sequence[Interval], dialect: Dialect) -> list[Interval]:
    """One benefit's rows with their last days as the carrier wants them said, never into the interval that follows."""
    return list(_rounded(reported, rows)) if dialect.end_date == "end_of_month" else list(rows)


def _rounded(reported: Sequence[Interval], rows: Sequence[Interval]) -> Iterator[Interval]:
    taken = corrections(reported, rows)
    stay = effective(one for at, one in enumerate(reported) if at not in taken)
    for row in rows:
        if row.end is None or is_never_effective(row) or row.values.get("end_reason") in _GIVES_WAY:
            yield row
            continue
        following = [one.begin - ONE_DAY for one in (*effective(rows), *stay) if one.begin > row.end]
        yield row.with_values(end_date=min([month_end(row.end), *following]))


def month_end(day: date) -> date:
    """The last day of that day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
