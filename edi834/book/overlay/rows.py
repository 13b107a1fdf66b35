"""Rows over days: one person's rows of one benefit laid over the intervals last reported.

Days that a row covers are the row's. Days that were reported and that no row speaks of remain (law 5). Which row
corrects which reported interval is the one heuristic of the core, and it is here: :func:`corrections`.
Whole families, and what is evidence besides a row, are ``desired.py``'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from edi834.book.book import ONE_DAY, Interval, covers, follows, is_never_effective, share_a_day

__all__ = ["Overlaid", "corrections", "overlaid"]

_LATEST_CORRECTION = timedelta(days=31)
"""How far a reported first day may move later and still be a correction of it: a later row is the next interval."""


@dataclass(frozen=True, slots=True)
class Overlaid:
    """One person's intervals of one benefit as they should be.

    Attributes:
      intervals: In order. One that never took effect is there where it was reported before: its cancellation.
      missing: Reported intervals without an end of which no row speaks: carried as they were.
    """

    intervals: tuple[Interval, ...]
    missing: tuple[Interval, ...] = ()


def corrections(reported: Sequence[Interval], rows: Sequence[Interval]) -> Mapping[int, Interval]:
    """Say which row corrects which reported interval, by the interval's position; a row corrects at most one.

    In this order: a row of the same first day and plan; of the same first day, unless the row never took effect; of the
    same plan and tier, if the two share a day, the row begins at most 31 days later, and neither another row between
    them nor a reported interval of its own first day says that it is another. A cancelled interval is taken up only by
    a row of its first day.
    """
    found: dict[int, Interval] = {}
    held = [(at, one) for at, one in enumerate(reported) if not is_never_effective(one)]
    void = [(at, one) for at, one in enumerate(reported) if is_never_effective(one)]
    own = {one.begin for _, one in held}
    for which, candidates in (
        (_same_plan, held),
        (_same_day, held),
        (_near, held),
        (_same_plan, void),
        (_same_day, void),
    ):
        for at, old in candidates:
            free = [row for row in rows if all(row is not taken for taken in found.values()) and which(old, row)]
            if which is _near:
                free = [row for row in free if row.begin not in own and not _is_between(old, row, rows)]
            if at not in found and free:
                found[at] = min(free, key=is_never_effective)  # a row written anew stands beside the voided one
    return found


def _same_plan(old: Interval, row: Interval) -> bool:
    return old.begin == row.begin and old.plan_code == row.plan_code


def _same_day(old: Interval, row: Interval) -> bool:
    # That another plan never took effect says nothing of this one.
    return old.begin == row.begin and not is_never_effective(row)


def _near(old: Interval, row: Interval) -> bool:
    if is_never_effective(row) or old.plan_code != row.plan_code or old.values.get("tier") != row.values.get("tier"):
        return False
    return share_a_day(old, row) and row.begin - old.begin <= _LATEST_CORRECTION


def _is_between(old: Interval, row: Interval, rows: Sequence[Interval]) -> bool:
    first, last = sorted((old.begin, row.begin))
    return any(first < one.begin < last and not is_never_effective(one) for one in rows)


def overlaid(reported: Sequence[Interval], rows: Sequence[Interval], *, as_of: date) -> Overlaid:
    """Lay the rows of one benefit over what was reported.

    Args:
      reported: The intervals last reported, in order.
      rows: Today's rows, in order.
      as_of: The snapshot's date: a row that was over by then, on days that nobody was reported as covered, is history
        and is left out (X12 RFI 1775).
    """
    taken = corrections(reported, rows)
    speaking = [row for row in rows if not is_never_effective(row) and _speaks(row, reported, taken, as_of)]
    result = list(speaking)
    missing: list[Interval] = []
    cancelled = _fallen(reported, taken, speaking)
    for at, old in enumerate(reported):
        row = taken.get(at)
        if row is not None:
            if is_never_effective(row) or (is_never_effective(old) and row not in speaking):
                result.append(_void(old, row))
        elif is_never_effective(old):
            result.append(old)
        elif at in cancelled or any(covers(one, old.begin) for one in speaking):
            result.append(_void(old))
        else:
            later = [one.begin for one in speaking if one.begin > old.begin and covers(old, one.begin)]
            stays = old.with_values(end_date=min(later) - ONE_DAY) if later else old
            result.append(stays)
            if stays.end is None:
                missing.append(stays)
    return Overlaid(tuple(sorted(result, key=_order)), tuple(missing))


def _speaks(row: Interval, reported: Sequence[Interval], taken: Mapping[int, Interval], as_of: date) -> bool:
    """Whether a row says anything: it covers today or a later day, or days of which something was reported."""
    if row.end is None or row.end >= as_of:
        return True
    if any(row is one for one in taken.values()):
        return True
    return any(_takes_days(row, old, taken.get(at)) for at, old in enumerate(reported) if not is_never_effective(old))


def _takes_days(row: Interval, old: Interval, its_row: Interval | None) -> bool:
    """Whether the row is on days of a reported interval that the interval's own row gives up."""
    if (its_row is None or is_never_effective(its_row) or its_row.begin > old.begin) and covers(row, old.begin):
        return True
    gives_up = its_row is not None and its_row.end is not None and its_row.end < row.begin
    return gives_up and covers(old, row.begin)


def _fallen(reported: Sequence[Interval], taken: Mapping[int, Interval], speaking: Sequence[Interval]) -> set[int]:
    """Reported intervals that fall with the one before them, and of which no row speaks.

    A row that ends earlier than reported says that the coverage ended; what was reported to follow it without a gap,
    the renewal of it, then never begins (dchbx/enroll_old PR 1955).
    """
    fallen: set[int] = set()
    for at, old in enumerate(reported):
        row = taken.get(at)
        shortened = row is not None and row.end is not None and old.end is not None and row.end < old.end
        if not (shortened or at in fallen):
            continue
        for other, one in enumerate(reported):
            unspoken = other not in taken and not any(share_a_day(one, row) for row in speaking)
            if unspoken and follows(one, old) and not is_never_effective(one):
                fallen.add(other)
    return fallen


def _void(old: Interval, row: Interval | None = None) -> Interval:
    """A reported interval that never took effect, for the row's reason."""
    return old.with_values(end_date=old.begin, end_reason=(row or old).values.get("end_reason"))


def _order(one: Interval) -> tuple[date, bool, str]:
    return one.begin, not is_never_effective(one), one.plan_code
