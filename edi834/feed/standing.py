"""What stands at a carrier although it counts no more: families that a rejection un-told while a later file was taken.

Changes cannot be told of them, because what the carrier holds rests on a file that it rejected; they are compared with
what it holds, and told whole. Which those are, is the ledger's; how they are told, is ``edi834/change/whole.py``'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from edi834.feed.ledger_port import Ledger, ToldFamily
from edi834.model import FamilyRef, FeedId, TransmissionId
from edi834.release import ReleasedCoverage, ReleasedFamily, ReleasedMember

__all__ = ["held_at_carrier", "standing_families"]


def standing_families(
    ledger: Ledger, feed_id: FeedId, *, before: TransmissionId | None = None
) -> Mapping[FamilyRef, ToldFamily]:
    """The families that a rejection un-told while a later file of them stands at the carrier.

    With ``before``, those of whom that was so when that transmission told them.
    """
    return {one.family.ref: one for one in ledger.standing_families(feed_id, before=before).values()}


def held_at_carrier(
    standing: Mapping[FamilyRef, ToldFamily], counting: Mapping[FamilyRef, ReleasedFamily]
) -> Iterator[ReleasedFamily]:
    """Give such families as the carrier holds them: as the newest file that it took told them.

    Of a file of which it took one set and rejected another, it may hold either what that file told or what counted
    before it: then every span stands that either has, for as long as either has it, so that what ended is told again.
    """
    for ref, one in standing.items():
        before = counting.get(ref)
        yield _either(one.family, before) if one.is_torn and before is not None else one.family


def _either(newer: ReleasedFamily, older: ReleasedFamily) -> ReleasedFamily:
    known = {member.ref: member for member in newer.members}
    for member in older.members:
        now = known.get(member.ref)
        known[member.ref] = member if now is None else now.with_coverages(_spans_of_either(now, member))
    return newer.with_members(known.values())


def _spans_of_either(newer: ReleasedMember, older: ReleasedMember) -> Iterator[ReleasedCoverage]:
    begun = {(c.benefit, c.begin): c for c in older.coverages}
    for span in newer.coverages:
        before = begun.pop((span.benefit, span.begin), span)
        lasts_longer = span.end is not None and (before.end is None or before.end > span.end)
        yield span.with_values(end_date=before.end) if lasts_longer else span
    for span in begun.values():
        # One that the newer file had otherwise is not beside it; one that shares no day with any may still stand.
        if not any(c.benefit == span.benefit and _share_a_day(c, span) for c in newer.coverages):
            yield span


def _share_a_day(one: ReleasedCoverage, other: ReleasedCoverage) -> bool:
    return (other.end is None or one.begin <= other.end) and (one.end is None or other.begin <= one.end)
