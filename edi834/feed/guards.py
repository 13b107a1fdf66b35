"""Guards: limits beyond which a file, or one family of it, waits for a person before a byte leaves.

A half-written export looks like a mass termination, and a typing error like another person; the guards count and
compare, and decide nothing else. Their limits are the feed's (``profile.py``), an approval is bound to the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from edi834.change import EventKind, FamilyDifference, MemberDifference, Rules, SpanPair, is_cancelled
from edi834.feed.profile import Guards
from edi834.model import Finding, Severity

__all__ = ["GuardHit", "family_holds", "guard_hits"]

_NAME = frozenset({"first_name", "last_name"})


@dataclass(frozen=True, slots=True)
class GuardHit:
    """A guard that says hold: its name, and why, in numbers."""

    guard: str
    reason: str


def guard_hits(counts: Mapping[str, int], guards: Guards, rules: Rules, *, held_members: int) -> Iterator[GuardHit]:
    """Ask the guards of a whole file.

    Args:
      counts: People by word, as in a plan.
      guards: The feed's limits.
      rules: The feed's rules: one of them holds the feed for anybody missing.
      held_members: How many people the carrier holds; a feed that holds nobody has nothing to compare with.
    """
    if rules.missing == "hold" and counts["missing"]:
        yield GuardHit("missing", f"{counts['missing']} people are missing, and the feed's rule holds it for anybody")
    if not held_members:
        return
    limits = (
        ("terminations", counts["ended"], guards.max_terminations_percent, guards.min_terminations),
        ("missing", counts["missing"], guards.max_missing_percent, guards.min_missing),
        ("changes", counts["changed"], guards.max_changes_percent, guards.min_changes),
        ("growth", counts["added"], guards.max_growth_percent, 0),
    )
    for guard, count, percent, least in limits:
        if count > least and count * 100 > held_members * percent:
            share = count * 100 / held_members
            yield GuardHit(guard, f"{guard} {share:.1f}% > {percent}% ({count} of {held_members})")


def family_holds(
    difference: FamilyDifference, rules: Rules, *, as_of: date, is_reverted: bool = False, is_first: bool = False
) -> Iterable[Finding]:
    """Say why one family must wait for a person, if it must.

    Args:
      difference: The family, compared.
      rules: The feed's rules.
      as_of: The snapshot's date.
      is_reverted: Whether a rejection reverted it while a later file of it stands at the carrier.
      is_first: Whether it is among the first reported: their coverage reaches as far back as it reaches.
    """
    if is_reverted and rules.after_rejection == "hold" and difference.members:
        first = difference.members[0]
        yield _hold("E834-0919", f"{first.ref}: rejected, with a later file standing at the carrier", first)
    for member in difference.members:
        changed = {field for e in member.events for field in e.fields}
        identity = {e.kind for e in member.events} & {EventKind.IDENTITY_CORRECTION}
        who = str(member.ref)
        if identity and {"ssn", "birth_date"} <= changed and changed & _NAME:
            yield _hold(
                "E834-0916", f"{who}: number, birth date and name changed together: is it the same person?", member
            )
        elif identity and rules.identity_change == "hold":
            yield _hold("E834-0917", f"{who}: a reported number, birth date or gender changed", member)
        limit = rules.retro_limit_days
        since = None if is_first else _reaches_back_to(member, rules)
        if limit >= 0 and since is not None and since < as_of - timedelta(days=limit):
            yield _hold("E834-0918", f"{who}: the change took effect more than {limit} days ago", member)


def _reaches_back_to(member: MemberDifference, rules: Rules) -> date | None:
    """The first day whose coverage is another than was reported: begun, ended or in another plan; None where none is."""
    names = ("plan_code", "policy_number") if rules.policy_change == "close_and_open" else ("plan_code",)
    days = [day for span in member.spans if span.kinds and (day := _first_day_changed(span.pair, names)) is not None]
    return min(days, default=None)


def _first_day_changed(pair: SpanPair, names: Iterable[str]) -> date | None:
    reported, now = pair.reported, pair.now
    if now is None:
        return None
    if reported is None:
        return now.begin
    if reported.begin != now.begin or now.differs_from(reported, *names):
        return min(reported.begin, now.begin)
    if reported.end == now.end:
        return None
    if is_cancelled(reported) or is_cancelled(now):
        return now.begin
    return min(end for end in (reported.end, now.end) if end is not None) + timedelta(days=1)


def _hold(code: str, message: str, member: MemberDifference) -> Finding:
    ref = member.ref
    remedy = f'edi834 plan shows it; edi834 approve FEED/{ref.member_id} --reason "…" lets it go'
    return Finding(code, Severity.WARNING, message, about=ref, remedy=remedy)
