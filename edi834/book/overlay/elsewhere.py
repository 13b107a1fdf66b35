"""Elsewhere: coverage whose row gave way to a row of another carrier, which ends what this carrier was reported.

Many sources do not end the old carrier's row when a person goes to another carrier: they write the new one in its
place, and the old carrier's feed sees an absence. An absence alone never ends anything (law 5); a row of the same
person and benefit at another carrier, that is there today and began when ours went, is the evidence that it ended.
Reading such rows is ``edi834/sources``'; stating the end is ``saying/``'s, like any other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from edi834.book.book import ONE_DAY
from edi834.grants import ReleasedCoverage, ReleasedFamily, ReleasedMember
from edi834.model import MemberRef

__all__ = ["CARRIER_CHANGE", "Elsewhere", "gave_way"]

CARRIER_CHANGE = "carrier_change"
"""The reason that such an ending is reported with, in the snapshot's words."""

Elsewhere = Mapping[MemberRef, Mapping[str, Sequence[tuple[date, date | None]]]]
"""By person and benefit, the first and last days of the spans that stand today with other carriers."""

_LEARNT_LATE = timedelta(days=31)
"""How long before the last night's look the other carrier's coverage may have begun and still explain today's absence.

A row that began earlier stood beside ours for as long, and says nothing about why ours is gone.
"""


def gave_way(
    now: ReleasedFamily | None,
    reported: ReleasedFamily | None,
    elsewhere: Elsewhere,
    *,
    as_of: date,
    last_looked: date | None = None,
    left: Collection[MemberRef] = (),
) -> ReleasedFamily | None:
    """Give a family with an ending for each reported span whose row gave way to another carrier's.

    Args:
      now: The family as released today; None where it is gone from what the feed sees.
      reported: The family as last reported.
      elsewhere: What stands today with other carriers.
      as_of: The snapshot's date.
      last_looked: The date of the snapshot that the feed looked at last, None before the first.
      left: Who moved away from the family: what ends with that may give way before.

    Returns:
      The family; each such span ends the day before the other carrier's begins, with the reason ``carrier_change``.
    """
    if reported is None:
        return now
    since = min(as_of, last_looked or as_of) - _LEARNT_LATE
    members = {m.ref: m for m in (now.members if now is not None else ())}
    before = dict(members)
    for member in reported.members:
        there = elsewhere.get(member.ref, {})
        standing = members.get(member.ref)
        gone = standing if member.ref in left else None
        ours = {c.benefit for c in standing.coverages} if standing is not None and gone is None else set()
        cut = [
            _ended(span, first)
            for span in (gone or member).coverages
            if span.benefit not in ours and (first := _taken_over(span, there, since, as_of)) is not None
        ]
        if cut:
            members[member.ref] = _with(standing, member, cut)
    return reported.with_members(members.values()) if members != before else now


def _with(standing: ReleasedMember | None, reported: ReleasedMember, cut: Sequence[ReleasedCoverage]) -> ReleasedMember:
    instead = {(c.benefit, c.begin) for c in cut}
    others = [c for c in standing.coverages if (c.benefit, c.begin) not in instead] if standing is not None else []
    return (standing or reported).with_coverages([*others, *cut])


def _taken_over(
    span: ReleasedCoverage, there: Mapping[str, Sequence[tuple[date, date | None]]], since: date, as_of: date
) -> date | None:
    """The first day of the other carrier's coverage that took this span's place; None where there is none."""
    firsts = [
        begin
        for begin, end in there.get(span.benefit, ())
        if begin > span.begin
        and begin >= since
        and (end is None or (end > begin and end >= as_of))  # one that is over, or never was, covers nobody
        and (span.end is None or span.end >= begin)
    ]
    return min(firsts, default=None)


def _ended(span: ReleasedCoverage, first: date) -> ReleasedCoverage:
    return span.with_values(end_date=max(first - ONE_DAY, span.begin), end_reason=CARRIER_CHANGE)
