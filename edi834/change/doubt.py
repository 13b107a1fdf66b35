"""Doubt: what a carrier may hold of a family otherwise than it was last reported.

It took a file that rests on one that it rejected, so it holds what it was reported before, or what the newer file says, or
something of both. Whatever the states disagree on is reported again: here is found what that is, and in ``whole.py`` reported.
Which families are in doubt is ``edi834/feed/standing.py``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from edi834.change.compare import IDENTITY, NAME, member_in
from edi834.change.timeline import is_cancelled, share_a_day
from edi834.grants import ReleasedCoverage, ReleasedFamily, ReleasedMember
from edi834.model import MemberRef, Value, canonical

__all__ = ["MayHold", "all_held", "doubted_spans", "known_as", "never_effective", "stray_spans"]

MayHold = Sequence[ReleasedFamily | None]
"""What a carrier may hold of a family beside what it was last reported; None where it may hold nothing."""


def doubted_spans(target: ReleasedMember, may_hold: MayHold) -> frozenset[int]:
    """The effective spans (by identity) that a carrier may hold otherwise: with other days, plan or tier, or not."""
    held = [{_shown(c) for c in _spans(family, target.ref)} for family in may_hold]
    effective = [c for c in target.coverages if not is_cancelled(c)]
    return frozenset(id(c) for c in effective if any(_shown(c) not in spans for spans in held))


def never_effective(target: ReleasedMember, may_hold: MayHold) -> Mapping[int, ReleasedCoverage]:
    """The spans taken back (by identity) that a carrier may hold all the same, and how it then knows them."""
    held = {(c.benefit, c.begin): c for c in _effective(may_hold, target.ref)}
    taken_back = ((c, held.get((c.benefit, c.begin))) for c in target.coverages if is_cancelled(c))
    return {id(c): known for c, known in taken_back if known is not None}


def stray_spans(target: ReleasedMember, may_hold: MayHold) -> list[ReleasedCoverage]:
    """Spans that a carrier may hold and that the person does not have: corrected away, by a file it may have rejected.

    Not one that shares a day with a span that the person has: that takes its place where it is stated.
    """
    own = {(c.benefit, c.begin) for c in target.coverages}
    effective = [c for c in target.coverages if not is_cancelled(c)]
    found = {
        (c.benefit, c.begin): c
        for c in _effective(may_hold, target.ref)
        if (c.benefit, c.begin) not in own
        and not any(c.benefit == other.benefit and share_a_day(c, other) for other in effective)
    }
    return list(found.values())


def all_held(ref: MemberRef, reported: ReleasedMember | None, may_hold: MayHold) -> list[ReleasedCoverage]:
    """Every effective span that a carrier was reported, or may hold beside; one of each first day and plan."""
    spans = [c for c in (reported.coverages if reported is not None else ()) if not is_cancelled(c)]
    spans += _effective(may_hold, ref)
    found: dict[tuple[object, ...], ReleasedCoverage] = {}
    for span in spans:
        found.setdefault((span.benefit, span.begin, span.plan_code), span)
    return sorted(found.values(), key=lambda c: (c.benefit, c.begin))


def known_as(
    member: ReleasedMember, reported: ReleasedMember | None, may_hold: MayHold
) -> Iterator[Mapping[str, Value]]:
    """Each other way in which a carrier may know somebody, first the one that was reported last.

    Yields:
      The values by which it knows them, where any is another than theirs.
    """
    seen = [_name_of(member)]
    for held in (person for person in (reported, *(member_in(f, member.ref) for f in may_hold)) if person is not None):
        fields = IDENTITY if held.values.get("ssn") else IDENTITY | NAME
        known = {n: v for n, v in held.values.items() if n in fields and n in member.values}
        name = _name_of(member.with_values(**known))
        if name not in seen:
            seen.append(name)
            yield known


def _name_of(member: ReleasedMember) -> tuple[tuple[str, str], ...]:
    return tuple((n, canonical(member.values[n])) for n in sorted(IDENTITY | NAME) if n in member.values)


def _effective(may_hold: MayHold, ref: MemberRef) -> Iterable[ReleasedCoverage]:
    return (c for family in may_hold for c in _spans(family, ref) if not is_cancelled(c))


def _spans(family: ReleasedFamily | None, ref: MemberRef) -> tuple[ReleasedCoverage, ...]:
    member = member_in(family, ref)
    return member.coverages if member is not None else ()


def _shown(span: ReleasedCoverage) -> tuple[object, ...]:
    return span.benefit, span.begin, span.end, span.plan_code, span.values.get("tier")
