"""The view: what a feed sees of a released family today, under its rules, and what waits.

Days ahead of the feed's window, far last days, blackouts and the policy about missing people are applied here, before
anything is compared; so what is reported and what is expected of the carrier rest on one and the same view. Whatever is
kept back is *pending*, with its reason, and is looked at again every night.
How what is seen is reported is ``tell.py``'s.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from edi834.change.compare import member_in
from edi834.change.rules import Rules
from edi834.change.seams import rows_joined
from edi834.change.timeline import is_cancelled
from edi834.grants import ReleasedCoverage, ReleasedFamily, ReleasedMember
from edi834.model import MemberRef

__all__ = ["Pending", "View", "Waiting", "feed_view", "is_blackout"]

_ONE_DAY = timedelta(days=1)


class Waiting(StrEnum):
    """Why something is not reported yet."""

    FUTURE = "future"  # its first day lies beyond the feed's look-forward
    MASKED_END = "masked_end"  # its last day lies too far ahead
    BLACKOUT = "blackout"  # the feed tells nothing new in these days
    TIER = "tier"  # who is covered beside the subscriber is another number from that day on


@dataclass(frozen=True, slots=True)
class Pending:
    """Something the snapshot says and the carrier is not reported yet.

    Attributes:
      member: Of whom.
      benefit: In which benefit, where it concerns one.
      why: What it waits for.
      day: The day it concerns, where it has one.
    """

    member: MemberRef
    benefit: str | None
    why: Waiting
    day: date | None


@dataclass(frozen=True, slots=True)
class View:
    """A family as the feed sees it: None where there is nothing to see; and what waits."""

    family: ReleasedFamily | None
    pending: tuple[Pending, ...] = ()


def feed_view(now: ReleasedFamily | None, reported: ReleasedFamily | None, rules: Rules, *, as_of: date) -> View:
    """Give what a feed sees of a family.

    Args:
      now: The family as released today; None where it is gone from the snapshot.
      reported: The family as last reported; what was reported already is never hidden again.
      rules: The feed's rules.
      as_of: The snapshot's date.
    """
    if is_blackout(rules, as_of):
        waits = () if now is None or now == reported else tuple(_blacked_out(now))
        return View(reported, waits)
    pending: list[Pending] = []
    members = [_seen(m, reported, rules, as_of, pending) for m in now.members] if now is not None else []
    if rules.missing == "terminate" and reported is not None:
        members.extend(_ended(m, rules, as_of) for m in reported.members if now is None or now.member(m.ref) is None)
    family = now or reported
    if family is None or not members:
        return View(None, tuple(pending))
    shown = {m.ref for m in now.members if m.coverages} if now is not None else set()
    seen = family.with_members(
        m
        for m in members
        if m.coverages or m.ref.is_subscriber or (m.ref in shown and member_in(reported, m.ref) is not None)
    )
    if rules.tier == "recount":
        pending.extend(_recounts(seen, as_of))
    beside = (
        [_carried(m, member_in(seen, m.ref)) for m in reported.members] if reported and rules.missing == "carry" else []
    )
    return View(_with_tiers(seen, beside, rules, as_of) if seen.members else None, tuple(pending))


def _carried(reported: ReleasedMember, seen: ReleasedMember | None) -> ReleasedMember:
    """What of somebody stands as last reported, because nothing of that benefit is seen today."""
    benefits = {c.benefit for c in seen.coverages} if seen is not None else set()
    return reported.with_coverages(c for c in reported.coverages if c.benefit not in benefits)


def _recounts(family: ReleasedFamily, as_of: date) -> Iterable[Pending]:
    """The days ahead on which the subscriber's tier is counted anew, because somebody begins or ends."""
    for member in family.members:
        for span in member.coverages if not member.ref.is_subscriber else ():
            if span.begin > as_of or (span.end is not None and span.end >= as_of):
                day = span.begin if span.begin > as_of else span.end
                yield Pending(MemberRef(family.ref.group_id, family.ref.subscriber_id, family.ref.subscriber_id),
                              span.benefit, Waiting.TIER, day)  # fmt: skip


def _seen(
    member: ReleasedMember, family: ReleasedFamily | None, rules: Rules, as_of: date, pending: list[Pending]
) -> ReleasedMember:
    reported = member_in(family, member.ref)
    kept: list[ReleasedCoverage] = []
    spans = rows_joined(member, reported, rules, as_of=as_of)
    # An ending that only follows from another row's beginning goes with that row.
    stated = {(row.benefit, row.end) for row in member.coverages}

    def is_masked(span: ReleasedCoverage) -> bool:
        return (span.benefit, span.end) in stated and _hides_end(span, _reported_span(reported, span), rules, as_of)

    def is_ahead(span: ReleasedCoverage) -> bool:
        return _is_new(span, reported) and _is_beyond(span.begin, rules.look_forward_days, as_of)

    masked = [span for span in spans if is_masked(span)]
    # Reported beside one whose ending is masked, what takes its place would stand side by side with it.
    waits = [s for s in spans if is_ahead(s) or (_is_new(s, reported) and any(_takes_place(s, m) for m in masked))]
    later = [s for s in waits if any(_is_within(row, s) for row in member.coverages)]
    if waits:
        # What waits does not speak yet: of what was reported, it ends nothing.
        near = [row for row in member.coverages if not any(_is_within(row, span) for span in later)]
        joined = rows_joined(member.with_coverages(near), reported, rules, as_of=as_of)
        spans = [*(s for s in joined if not is_ahead(s)), *later]
    for span in spans:
        if any(span is one for one in later):
            pending.append(Pending(member.ref, span.benefit, Waiting.FUTURE, span.begin))
        elif is_masked(span) or _gives_way_later(span, _reported_span(reported, span), later):
            pending.append(Pending(member.ref, span.benefit, Waiting.MASKED_END, span.end))
            kept.append(span.with_values(end_date=None, end_reason=None))
        else:
            kept.append(span)
    return member.with_coverages(kept)


def _is_within(row: ReleasedCoverage, span: ReleasedCoverage) -> bool:
    return row.benefit == span.benefit and span.begin <= row.begin and (span.end is None or row.begin <= span.end)


def _reported_span(reported: ReleasedMember | None, span: ReleasedCoverage) -> ReleasedCoverage | None:
    spans = reported.coverages if reported is not None else ()
    return next((t for t in spans if (t.benefit, t.begin) == (span.benefit, span.begin)), None)


def _hides_end(span: ReleasedCoverage, reported: ReleasedCoverage | None, rules: Rules, as_of: date) -> bool:
    return (
        span.end is not None
        and span.end > span.begin
        and (reported is None or reported.end is None)
        and _is_beyond(span.end, rules.mask_ends_after_days, as_of)
    )


def _is_new(span: ReleasedCoverage, reported: ReleasedMember | None) -> bool:
    """Whether nobody was reported it, and it took effect: nothing else waits."""
    return _reported_span(reported, span) is None and not is_cancelled(span)


def _gives_way_later(
    span: ReleasedCoverage, reported: ReleasedCoverage | None, later: Sequence[ReleasedCoverage]
) -> bool:
    """Whether it ends for what is not reported yet: an ending by itself would read as the end of the benefit."""
    return (reported is None or reported.end is None) and any(_takes_place(one, span) for one in later)


def _takes_place(one: ReleasedCoverage, of: ReleasedCoverage) -> bool:
    """Whether it begins where the other ends, without a gap."""
    return one.benefit == of.benefit and of.end is not None and of.begin < one.begin <= of.end + _ONE_DAY


def _is_beyond(day: date, window: int, as_of: date) -> bool:
    return window >= 0 and day > as_of + timedelta(days=window)


def is_blackout(rules: Rules, as_of: date) -> bool:
    """Whether the feed tells nothing new on that day."""
    begin, end, today = rules.blackout_begin, rules.blackout_end, as_of.strftime("%m-%d")
    if not begin or not end:
        return False
    return begin <= today <= end if begin <= end else today >= begin or today <= end


def _blacked_out(now: ReleasedFamily) -> Iterable[Pending]:
    return (Pending(m.ref, None, Waiting.BLACKOUT, None) for m in now.members)


def _ended(member: ReleasedMember, rules: Rules, as_of: date) -> ReleasedMember:
    """Somebody gone from the snapshot, ended on the day that the feed's rule says."""
    last = as_of - _ONE_DAY
    if rules.missing_end == "end_of_month":
        last = as_of.replace(day=calendar.monthrange(as_of.year, as_of.month)[1])
    return member.with_coverages(
        span
        if span.end is not None
        else span.with_values(end_date=max(last, span.begin), end_reason="eligibility_lost")
        for span in member.coverages
    )


def _with_tiers(family: ReleasedFamily, beside: Sequence[ReleasedMember], rules: Rules, as_of: date) -> ReleasedFamily:
    """Where the carrier wants it, the subscriber's tier counted from who is covered."""
    if rules.tier != "recount":
        return family
    return family.with_members(
        member.with_coverages(
            _retiered(span, _counted((*family.members, *beside), span, as_of)) for span in member.coverages
        )
        if member.ref.is_subscriber
        else member
        for member in family.members
    )


def _retiered(span: ReleasedCoverage, tier: object) -> ReleasedCoverage:
    return span.with_values(tier=str(tier) if tier is not None else None)


def _counted(members: Sequence[ReleasedMember], span: ReleasedCoverage, as_of: date) -> str | None:
    """The tier by who is covered beside the subscriber, in the same benefit, on the span's days that are left."""
    if "tier" not in span.values:
        return None
    day = max(span.begin, min(as_of, span.end or as_of))
    relationships = [
        m.values.get("relationship")
        for m in members
        if not m.ref.is_subscriber
        and any(c.benefit == span.benefit and c.begin <= day and (c.end is None or c.end >= day) for c in m.coverages)
    ]
    spouses = sum(r in {"spouse", "domestic_partner", "ex_spouse"} for r in relationships)
    others = len(relationships) - spouses
    if spouses and others:
        return "family"
    if spouses:
        return "employee_spouse"
    if others:
        return "employee_child" if others == 1 else "employee_children"
    return "employee"
