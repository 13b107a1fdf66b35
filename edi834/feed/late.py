"""Late endings: coverage that a carrier still holds although, by the snapshot, it was over before the last look.

An ending may have fallen outside the feed's window, may wait for a person, may have stood in a file that the carrier
rejected, or the source may have reported it late. Every night each is found again, from what the carrier holds and what is
true, and listed until it is reported; what is done about it is the rules' (``mask_ends_after_days``, ``retro_limit_days``,
``missing``, ``after_rejection``) and not decided here. Somebody gone without an ending is listed as missing, and has no last day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import partial

from edi834.change import FamilyDifference, MayHold, Pending, Rules, Waiting, match_timeline
from edi834.grants import ReleasedCoverage, ReleasedFamily
from edi834.model import FamilyRef, MemberRef

__all__ = ["LateEnding", "WhyLate", "late_endings", "left_reverted"]


class WhyLate(StrEnum):
    """Why an ending was not reported in time, or is not reported tonight."""

    WINDOW = "window"  # the feed's window, or its blackout, keeps it back
    WAITS = "waits"  # the family is held for a person
    UNWRITABLE = "unwritable"  # the family cannot be written tonight
    REJECTED = "rejected"  # the carrier rejected the file that reported it
    LEARNT_LATE = "learnt late"  # no snapshot showed it before


@dataclass(frozen=True, slots=True)
class LateEnding:
    """One span that is over, and that the carrier still holds.

    Attributes:
      member, benefit: Whose, and in which benefit.
      last_day: Its last covered day, by the snapshot.
      days: For how many days it has been over.
      why: Why it is late.
      is_reported: Whether tonight's file tells it.
    """

    member: MemberRef
    benefit: str
    last_day: date
    days: int
    why: WhyLate
    is_reported: bool


def late_endings(
    differences: Iterable[FamilyDifference],
    truth: Mapping[FamilyRef, ReleasedFamily],
    *,
    as_of: date,
    last_looked: date | None,
    held_back: Collection[FamilyRef],
    rejected: Collection[FamilyRef],
    pending: Iterable[Pending],
    rules: Rules,
    may_hold: Mapping[FamilyRef, MayHold] | None = None,
    reported_over: Collection[tuple[MemberRef, str]] = (),
) -> tuple[LateEnding, ...]:
    """Find what the carrier holds of coverage that is over.

    Args:
      differences: The families that may have changed, as the feed sees them, against what was reported.
      truth: The same families as released today, whatever the feed's window hides of them.
      as_of: The snapshot's date.
      last_looked: The date of the last snapshot reported from: an ending after it could not have been reported before.
      held_back: The families that wait for a person.
      rejected: The families of which the carrier rejected what was reported since the baseline.
      pending: What the feed's window keeps back.
      rules: The feed's rules.
      may_hold: What else the carrier may hold of families that a rejection reverted.
      reported_over: Whose coverage in which benefit is reported tonight as over.
    """
    if last_looked is None:
        return ()
    hidden = {(p.member, p.benefit) for p in pending if p.why in {Waiting.MASKED_END, Waiting.BLACKOUT}}
    over = partial(_over, rules, as_of=as_of, before=last_looked)
    found = []
    for difference in differences:
        ref = difference.target.ref
        held = {
            (member, span.benefit, last): _ends_tonight(difference, member, span, as_of)
            for member, span, last in over(difference.reported, truth.get(ref))
        }
        for otherwise in (may_hold or {}).get(ref, ()):
            for member, span, last in over(otherwise, truth.get(ref)):
                held.setdefault((member, span.benefit, last), (member, span.benefit) in reported_over)
        for (member, benefit, last), ends_tonight in sorted(held.items()):
            is_reported = ref not in held_back and ends_tonight
            if is_reported:
                why = WhyLate.REJECTED if ref in rejected else WhyLate.LEARNT_LATE
            elif ref in held_back:
                why = WhyLate.WAITS
            elif {(member, benefit), (member, None)} & hidden:
                why = WhyLate.WINDOW
            else:
                why = WhyLate.REJECTED if ref in rejected else WhyLate.LEARNT_LATE
            found.append(LateEnding(member, benefit, last, (as_of - last).days, why, is_reported))
    return tuple(found)


def left_reverted(late: Iterable[LateEnding], families: Collection[FamilyRef]) -> tuple[LateEnding, ...]:
    """The same, where some families cannot be written after all."""
    return tuple(
        replace(one, why=WhyLate.UNWRITABLE, is_reported=False)
        if one.is_reported and one.member.family in families
        else one
        for one in late
    )


def _over(
    rules: Rules, held_family: ReleasedFamily | None, truth: ReleasedFamily | None, *, as_of: date, before: date
) -> Iterator[tuple[MemberRef, ReleasedCoverage, date]]:
    """The spans that the carrier holds as covered today or later, and that were over before that day, by the truth."""
    if held_family is None or truth is None:
        return
    for reported in held_family.members:
        now = truth.member(reported.ref)
        if now is None:
            continue
        for benefit in sorted({c.benefit for c in reported.coverages}):
            held = [c for c in reported.coverages if c.benefit == benefit]
            true = [c for c in now.coverages if c.benefit == benefit]
            for pair in match_timeline(held, true, as_of=as_of, by_tier=rules.tells_tier_of(reported.ref)):
                last = pair.now.end if pair.now is not None else None
                stands = pair.reported is not None and (pair.reported.end is None or pair.reported.end >= as_of)
                if pair.reported is not None and stands and last is not None and last < before:
                    yield reported.ref, pair.reported, last


def _ends_tonight(difference: FamilyDifference, member: MemberRef, span: ReleasedCoverage, as_of: date) -> bool:
    """Whether the family, once reported tonight, holds the span as over."""
    of = next(m for m in difference.members if m.ref == member)
    pair = next((s.pair for s in of.spans if s.pair.reported is span), None)
    return pair is not None and pair.now is not None and pair.now.end is not None and pair.now.end < as_of
