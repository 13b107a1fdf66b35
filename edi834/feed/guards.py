"""Guards: limits beyond which a file, or one family of it, waits for manual review before a byte leaves.

A half-written export looks like a mass termination, and a typing error like another person; the guards count edits and
decide nothing else. Their limits are the feed's (``profile.py``), an approval is bound to the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from edi834.book import Dialect, EventKind, FamilyEdit, MemberEdit
from edi834.book.book import first_changed_day
from edi834.feed.profile import Guards
from edi834.model import Finding, Severity

__all__ = ["GuardHit", "family_holds", "guard_hits"]

_NAME = frozenset({"first_name", "last_name"})


@dataclass(frozen=True, slots=True)
class GuardHit:
    """A guard that says hold: its name, and why, in numbers."""

    guard: str
    reason: str


def guard_hits(counts: Mapping[str, int], guards: Guards, dialect: Dialect, *, held_members: int) -> Iterator[GuardHit]:
    """Ask the guards of a whole file.

    Args:
      counts: People by word, as in a plan.
      guards: The feed's limits.
      dialect: The feed's: it may hold the feed for anybody missing.
      held_members: How many people are enrolled at the carrier; where nobody is, there is nothing to compare with.
    """
    if dialect.missing == "hold" and counts["missing"]:
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
    edit: FamilyEdit, dialect: Dialect, *, as_of: date, is_in_doubt: bool = False, is_first: bool = False
) -> Iterable[Finding]:
    """Say why one family must wait for manual review, if it must.

    Args:
      edit: What is to be reported of it.
      dialect: The feed's.
      as_of: The snapshot's date.
      is_in_doubt: Whether the carrier's book rests on a rejected file, and something is to be reported.
      is_first: Whether it is among the first reported: its coverage reaches back as far as it does.
    """
    if is_in_doubt and dialect.after_rejection == "hold" and edit.members:
        first = edit.members[0]
        yield _hold(
            "E834-0919",
            f"{first.ref}: the carrier rejected a part of what was reported of this family, and accepted another",
            first,
        )
    for member in edit.members:
        changed = {field for e in member.events for field in e.fields}
        identity = {e.kind for e in member.events} & {EventKind.IDENTITY_CORRECTION}
        who = str(member.ref)
        if identity and {"ssn", "birth_date"} <= changed and changed & _NAME:
            yield _hold(
                "E834-0916", f"{who}: number, birth date and name changed together: is it the same person?", member
            )
        elif identity and dialect.identity_change == "hold":
            yield _hold("E834-0917", f"{who}: a reported number, birth date or gender changed", member)
        limit = dialect.retro_limit_days
        if limit < 0 or is_first:
            continue
        since = first_changed_day(member.reported, member.target, dialect)
        if since is not None and since < as_of - timedelta(days=limit):
            yield _hold("E834-0918", f"{who}: the change took effect more than {limit} days ago", member)


def _hold(code: str, message: str, member: MemberEdit) -> Finding:
    ref = member.ref
    remedy = f'edi834 plan shows it; edi834 approve FEED/{ref.member_id} --reason "…" lets it go'
    return Finding(code, Severity.WARNING, message, about=ref, remedy=remedy)
