"""What stands at a carrier although it counts no more: families that a rejection reverted while a later file was taken.

Changes cannot be reported them, because what the carrier holds rests on a file that it rejected; they are compared with
what it took, and reported whole, with whatever it may hold otherwise. Which those are, is the ledger's; how they are reported,
is ``edi834/change/whole.py``'s.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial

from edi834.change import MayHold
from edi834.feed.ledger_port import Ledger, ReportedFamily
from edi834.grants import Release, ReleasedFamily, ReleasedMember, narrowed
from edi834.model import FamilyRef, FeedId, MemberRef, TransmissionId

__all__ = ["Held", "held_at_carrier", "standing_families"]

Tellings = Mapping[FamilyRef, Sequence[ReportedFamily]]
"""By family, what each file reported that the carrier took at least in part, since what counts; in the order of telling."""

People = Collection[MemberRef]


@dataclass(frozen=True, slots=True)
class Held:
    """One such family.

    Attributes:
      family: As the newest file reported it that the carrier took.
      otherwise: What else it may hold, because that file rests on one that it rejected, None for nothing; empty where
        it rests on none, and only a part of it was rejected.
    """

    family: ReleasedFamily = field(repr=False)
    otherwise: MayHold = field(repr=False)

    def narrowed(self, release: Release) -> Held:
        """The same, with nothing but what may be reported today."""
        fields = release.fields[self.family.ref.group_id]
        return Held(narrowed(self.family, fields), tuple(one and narrowed(one, fields) for one in self.otherwise))


def standing_families(ledger: Ledger, feed_id: FeedId, *, before: TransmissionId | None = None) -> Tellings:
    """The families that a rejection reverted while a later file of them stands at the carrier.

    With ``before``, those of whom that was so when that transmission reported them.
    """
    found = ledger.standing_families(feed_id, before=before).values()
    return {tellings[-1].family.ref: tellings for tellings in found}


def held_at_carrier(
    ledger: Ledger, standing: Tellings, counting: Mapping[FamilyRef, ReleasedFamily]
) -> Mapping[FamilyRef, Held]:
    """Give such families as the carrier holds them: from what counts, each file's telling laid over the one before.

    Of a file of which it took one set and rejected another, whoever stood in a set that it took is held as reported, and
    whoever stood in one that it rejected is held as before. Of somebody who stood in both, or where the file keeps no
    word of who stood where, it may hold either: as reported, and otherwise as before, so that what ended is reported again.

    A file taken after a rejected one tells what changed since that one, so whatever stood before it may stand still.
    """
    answered = cache(partial(_answered, ledger))
    found = {}
    for ref, tellings in standing.items():
        held = [counting.get(ref)]
        for reported in tellings:
            is_part = reported.is_torn
            held.append(
                _torn(reported.family, held[-1], *answered(reported.transmission_id)) if is_part else reported.family
            )
        newest = held.pop()
        assert newest is not None, "a family that no file reported"
        first = tellings[0]
        is_sure = len(tellings) == 1 and first.is_torn and not first.rests_on_rejected
        torn = (reported for reported in tellings if reported.is_torn)
        if any(_is_anybody_in_both(reported.family, *answered(reported.transmission_id)) for reported in torn):
            # Of what is reported as an ending and a beginning, the ending alone may have been taken.
            is_sure, held = False, [None, *held]
        found[ref] = Held(_with_whoever_was_left_out(newest, held), () if is_sure else tuple(held))
    return found


def _with_whoever_was_left_out(family: ReleasedFamily, before: MayHold) -> ReleasedFamily:
    """The family with people whom only an earlier state has: a rejected file left them out, and they may be held."""
    people = {m.ref: m for state in (*before, family) if state is not None for m in state.members}
    return family.with_members(people.values())


def _answered(ledger: Ledger, transmission_id: TransmissionId) -> tuple[People, People]:
    """Of a partly rejected file, who stood in a set that the carrier rejected, and who in one that it took."""
    rejected = {one.number for one in ledger.find(transmission_id).sets if one.is_rejected}
    refused: set[MemberRef] = set()
    taken: set[MemberRef] = set()
    for number, places in ledger.whereabouts(transmission_id).items():
        (refused if number in rejected else taken).update(ref for _, ref in places if ref is not None)
    return refused, taken


def _is_anybody_in_both(reported: ReleasedFamily, refused: People, taken: People) -> bool:
    """Whether somebody stood in a set that was taken and in one that was rejected, or nobody knows in which."""
    return any((m.ref in refused) == (m.ref in taken) for m in reported.members if m.coverages)


def _torn(reported: ReleasedFamily, before: ReleasedFamily | None, refused: People, taken: People) -> ReleasedFamily:
    """A family as held once some of its sets are taken and others rejected."""
    older = {member.ref: member for member in before.members} if before is not None else {}
    people: dict[MemberRef, ReleasedMember] = {}
    for now in reported.members:
        known = older.pop(now.ref, None)
        if now.ref in refused and now.ref not in taken:
            # A family has its subscriber, also where nothing of theirs is held.
            never = now.with_coverages(()) if now.ref.is_subscriber else None
            if (stands := known or never) is not None:
                people[now.ref] = stands
        else:
            # Of somebody in both, what was before is held otherwise.
            people[now.ref] = now
    return reported.with_members([*people.values(), *older.values()])
