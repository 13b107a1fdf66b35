"""Transaction sets: who stands together in one, as the feed's rules say.

A set is the unit of a 999's verdict, so a carrier that rejects whole sets is better served by small ones. A family is
never split unless a rule asks for it; where it is, every set that tells of it is known, and a verdict on any of them
is a verdict on the family.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from edi834.book.events import EventKind
from edi834.book.statement import Action, FamilyStatement, MemberStatement
from edi834.model import FamilyRef, MemberRef

__all__ = ["Portion", "SetPolicy", "cut_into_sets", "portions", "stream_of"]

_ENDINGS = frozenset({Action.END, Action.DELETE})
_JOININGS = frozenset({Action.ADD, Action.AUDIT})


@dataclass(frozen=True, slots=True)
class SetPolicy:
    """How a file is cut into transaction sets.

    Attributes:
      holds: ``members``, ``group``, ``family``, ``member`` or ``file``.
      most: How many people a set holds at most, where it holds ``members``.
      splits_cobra: Whether people on COBRA stand in sets of their own, after the others.
      splits_plan_changes: Whether the beginning of a changed plan stands in a later set than the ending of the old.
    """

    holds: str = "members"
    most: int = 10_000
    splits_cobra: bool = False
    splits_plan_changes: bool = False


_STREAMS_OF_A_FAMILY = 2  # what ends, and what begins


@dataclass(frozen=True, slots=True)
class Portion:
    """A family, or what of it stands together: ``stream`` orders portions that must follow each other."""

    stream: int
    statement: FamilyStatement


def stream_of(family: FamilyStatement, policy: SetPolicy, placed: Mapping[FamilyRef, int]) -> int:
    """The first stream of a family: people on COBRA come after the others, where the policy splits them off.

    But whoever was left comes before whoever was joined, so somebody who comes from COBRA is reported after those on
    it.

    Args:
      family: What is reported it.
      policy: The feed's.
      placed: The first streams of the families before it.
    """
    own = _STREAMS_OF_A_FAMILY if policy.splits_cobra and _is_on_cobra(family) else 0
    left = [m.moved_from.family for m in family.members if m.moved_from is not None]
    last = max((placed[ref] for ref in left if ref in placed), default=0)
    return own if last <= own else last + _STREAMS_OF_A_FAMILY


def portions(family: FamilyStatement, policy: SetPolicy, stream: int = 0) -> Iterator[Portion]:
    """Divide one family's statement as far as the policy asks for it, from that stream on."""
    for offset, members in enumerate(_halves(family.members, policy)):
        if members and policy.holds == "member":
            for alone in _one_by_one(members):
                yield Portion(stream + offset, replace(family, members=alone))
        elif members:
            yield Portion(stream + offset, replace(family, members=members))


def _one_by_one(members: Sequence[MemberStatement]) -> Iterator[tuple[MemberStatement, ...]]:
    """Each of them, with all that is stated of one person: a part that is rejected alone would tear the person apart.

    A subscriber who is added without coverage, because a dependent has some, goes with that dependent.
    """
    people: dict[MemberRef, list[MemberStatement]] = {}
    for member in members:
        people.setdefault(member.member.ref, []).append(member)
    first, *others = people.values()
    stands_for_others = first[0].member.ref.is_subscriber and all(
        m.action in _JOININGS and not m.coverages for m in first
    )
    covered = next((m for m in others if any(s.coverages for s in m)), None) if stands_for_others else None
    yield (*first, *(covered or ()))
    yield from (tuple(m) for m in others if m is not covered)


def _halves(members: Sequence[MemberStatement], policy: SetPolicy) -> tuple[tuple[MemberStatement, ...], ...]:
    if not policy.splits_plan_changes:
        return (tuple(members),)
    first: list[MemberStatement] = []
    then: list[MemberStatement] = []
    for member in members:
        # What is reported before an ending, because it puts right what ends, goes with it.
        last = max((at for at, c in enumerate(member.coverages, start=1) if c.action in _ENDINGS), default=0)
        endings, others = member.coverages[:last], member.coverages[last:]
        changes_plan = any(e.kind is EventKind.PLAN_CHANGE for e in member.events)
        begins = any(c.action is Action.ADD for c in others)
        # What a file divided already, and is said once more, comes divided: the ending, and then what begins.
        is_divided = not endings and any(m.member.ref == member.member.ref for m in first)
        # Whoever's membership ends, or stands again, is reported in one: twice of one person would be twice the same.
        if changes_plan and member.action is Action.CHANGE and begins and (endings or is_divided):
            first += [replace(member, coverages=endings)] if endings else []
            then.append(replace(member, coverages=others))
        else:
            first.append(member)
    return tuple(first), tuple(then)


def _is_on_cobra(family: FamilyStatement) -> bool:
    values = family.subscriber.values
    return values.get("employment_status") == "cobra" or values.get("cobra_begin") is not None


def cut_into_sets(ready: Sequence[tuple[Portion, int]], policy: SetPolicy) -> list[tuple[int, int]]:
    """Say where the sets begin and end.

    Args:
      ready: Portions in order of stream and group, each with how many people it tells of.
      policy: The feed's.

    Returns:
      First and last-but-one index of each set.
    """
    keys = [_key(policy)(portion) for portion, _ in ready]
    cuts: list[tuple[int, int]] = []
    begin = count = 0
    for index, (_, size) in enumerate(ready):
        is_full = policy.holds == "members" and count + size > policy.most
        if index > begin and (keys[index] != keys[begin] or is_full or policy.holds == "member"):
            cuts.append((begin, index))
            begin, count = index, 0
        count += size
    if ready:
        cuts.append((begin, len(ready)))
    return cuts


def _key(policy: SetPolicy) -> Callable[[Portion], tuple[object, ...]]:
    """What portions of one set have in common."""

    def key(portion: Portion) -> tuple[object, ...]:
        ref = portion.statement.target.ref
        if policy.holds == "file":
            return (portion.stream,)
        return (portion.stream, ref) if policy.holds == "family" else (portion.stream, ref.group_id)

    return key
