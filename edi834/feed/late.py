"""Late ends: coverage that a carrier's book still shows although, by the snapshot, it was over before the last look.

An end may have been outside the feed's window, may wait for manual review, may have been in a file that the carrier
rejected, or the source may have shown it late. Each night they are what a possible book shows and the truth does not.
People who are missing without an end are listed as missing, and have no last day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from edi834.book import Books, Desired, Family, Interval, Pending, Person, Waiting, effective, person_in
from edi834.book.book import covers
from edi834.model import FamilyRef, MemberRef

__all__ = ["LateEnd", "WhyLate", "late_ends", "left_out"]


class WhyLate(StrEnum):
    """Why an end was not reported in time, or is not reported tonight."""

    WINDOW = "window"  # the feed's window, or its blackout, keeps it back
    WAITS = "waits"  # the family waits for manual review
    UNWRITABLE = "unwritable"  # the family cannot be written tonight
    REJECTED = "rejected"  # the carrier rejected the file that reported it
    LEARNT_LATE = "learnt late"  # no snapshot showed it before


@dataclass(frozen=True, slots=True)
class LateEnd:
    """One coverage that is over and that the carrier's book still shows.

    Attributes:
      member, benefit: Whose, and in which benefit.
      last_day: Its last covered day, by the snapshot.
      days: For how many days it has been over.
      why: Why it is late.
      is_reported: Whether tonight's file reports it.
    """

    member: MemberRef
    benefit: str
    last_day: date
    days: int
    why: WhyLate
    is_reported: bool


def late_ends(
    books: Books,
    wanted: Desired,
    *,
    as_of: date,
    last_looked: date | None,
    waits: bool,
    rejected: bool,
    pending: Iterable[Pending],
) -> Iterator[LateEnd]:
    """Find what a carrier's book shows of one family's coverage that is over.

    Args:
      books: What the carrier may have.
      wanted: What it should have.
      as_of: The snapshot's date.
      last_looked: The date of the last snapshot reported from: an end after it could not have been reported before.
      waits: Whether the family waits for manual review.
      rejected: Whether the carrier rejected what was last reported of it.
      pending: What the feed's window keeps back.
    """
    if last_looked is None:
        return
    hidden = {(p.member, p.benefit) for p in pending if p.why in {Waiting.MASKED_END, Waiting.BLACKOUT}}
    found = {key for book in books for key in _over(book, wanted.truth, as_of=as_of, before=last_looked)}
    for member, benefit, last in sorted(found):
        stays = _covering(person_in(wanted.family, member), benefit, as_of) is not None
        why = WhyLate.REJECTED if rejected else WhyLate.LEARNT_LATE
        if waits:
            why = WhyLate.WAITS
        elif stays and {(member, benefit), (member, None)} & hidden:
            why = WhyLate.WINDOW
        yield LateEnd(member, benefit, last, (as_of - last).days, why, not waits and not stays)


def left_out(late: Iterable[LateEnd], families: Collection[FamilyRef]) -> tuple[LateEnd, ...]:
    """The same, where some families cannot be written after all."""
    return tuple(
        replace(one, why=WhyLate.UNWRITABLE, is_reported=False)
        if one.is_reported and one.member.family in families
        else one
        for one in late
    )


def _over(
    book: Family | None, truth: Family | None, *, as_of: date, before: date
) -> Iterator[tuple[MemberRef, str, date]]:
    """What a book shows as covered today or later, and what was over before that day, by the truth."""
    for person in book.members if book is not None else ():
        now = person_in(truth, person.ref)
        for one in effective(person.coverages) if now is not None else ():
            if one.end is not None and one.end < as_of:
                continue
            if one.begin > as_of or _covering(now, one.benefit, as_of) is not None:
                continue
            last = _last_day(now, one)
            if last < before:
                yield person.ref, one.benefit, last


def _covering(person: Person | None, benefit: str, day: date) -> Interval | None:
    intervals: Sequence[Interval] = person.coverages if person is not None else ()
    return next((c for c in intervals if c.benefit == benefit and covers(c, day)), None)


def _last_day(person: Person | None, known: Interval) -> date:
    """The last day that the truth gives to a coverage; the first, where it never took effect."""
    intervals = effective(person.coverages) if person is not None else ()
    ends = [c.end for c in intervals if c.benefit == known.benefit and c.end is not None and c.end >= known.begin]
    return max(ends, default=known.begin)
