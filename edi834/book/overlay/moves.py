"""Moves: one person who leaves a family and begins in another.

A dependent becomes a subscriber (a death, a divorce, an age, COBRA), or an employee changes groups: the two halves are
linked by the person's stable member_id, never by SSN, so that the carrier is reported one person and not of a loss and
a stranger. Somebody who is merely gone is not moved, and somebody who stands in both families is in both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from edi834.book.book import ONE_DAY, is_never_effective, person_in
from edi834.grants import ReleasedCoverage, ReleasedFamily, ReleasedMember
from edi834.model import FamilyRef, MemberRef

__all__ = ["departed", "find_moves"]

Families = Mapping[FamilyRef, ReleasedFamily]


def find_moves(reported: Families, seen: Families, *, as_of: date) -> Mapping[MemberRef, MemberRef]:
    """Find who moved, among families that may have changed.

    Args:
      reported: Families as last reported.
      seen: Families as released today.
      as_of: The snapshot's date: coverage that was over by then is nowhere that anybody has moved to.

    Returns:
      Where each mover now stands → where they stood.
    """
    stood: dict[str, list[MemberRef]] = {}
    for family in reported.values():
        for member in family.members:
            if member.coverages and _has_left(member, seen.get(family.ref)):
                stood.setdefault(member.ref.member_id, []).append(member.ref)
    moves: dict[MemberRef, MemberRef] = {}
    for family in seen.values():
        known = reported.get(family.ref)
        for member in family.members:
            is_new = known is None or (before := known.member(member.ref)) is None or not before.coverages
            old = stood.get(member.ref.member_id, [])
            if is_new and _is_covered(member, as_of) and old and old[0].family != family.ref:
                moves[member.ref] = old[0]
    return moves


def _is_covered(member: ReleasedMember, as_of: date) -> bool:
    return any(not is_never_effective(c) and (c.end is None or c.end >= as_of) for c in member.coverages)


def _has_left(member: ReleasedMember, now: ReleasedFamily | None) -> bool:
    """Whether somebody is gone from a family, or all their coverage in it has an end."""
    standing = person_in(now, member.ref)
    return standing is None or all(c.end is not None for c in standing.coverages)


def departed(
    family: ReleasedFamily | None, reported: ReleasedFamily | None, seen: Families, moves: Mapping[MemberRef, MemberRef]
) -> ReleasedFamily | None:
    """Give a family with an ending for each member who moved away and is gone from it.

    The last day is the day before the person begins elsewhere, wherever that is first; where the snapshot still shows
    them with an end, that end stands.
    """
    if reported is None:
        return family
    gone: dict[MemberRef, list[MemberRef]] = {}
    for new, old in moves.items():
        if old.family == reported.ref and (family is None or family.member(old) is None):
            gone.setdefault(old, []).append(new)
    if not gone:
        return family
    ended = [_ended(member, seen, gone[member.ref]) for member in reported.members if member.ref in gone]
    return reported.with_members([*(family.members if family is not None else ()), *ended])


def _ended(member: ReleasedMember, seen: Families, now: Sequence[MemberRef]) -> ReleasedMember:
    elsewhere = [c for ref in now for c in _standing(seen, ref).coverages]
    return member.with_coverages(
        c if c.end is not None else c.with_values(end_date=_last_before(c, elsewhere), end_reason="transfer")
        for c in member.coverages
    )


def _standing(seen: Families, ref: MemberRef) -> ReleasedMember:
    standing = seen[ref.family].member(ref)
    assert standing is not None, "somebody moved to where nobody is"
    return standing


def _last_before(span: ReleasedCoverage, elsewhere: Sequence[ReleasedCoverage]) -> date:
    """The day before the person's coverage elsewhere takes this span's place: of the same benefit, if there is such.

    What they had there before this span began, or had and lost, took nothing's place.
    """
    there = [c for c in elsewhere if c.end is None] or [c for c in elsewhere if not is_never_effective(c)]
    later = [c for c in there if c.begin > span.begin]
    firsts = [c.begin for c in later if c.benefit == span.benefit] or [c.begin for c in later]
    return max(min(firsts) - ONE_DAY, span.begin) if firsts else span.begin
