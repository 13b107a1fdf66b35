"""Reasons: why something is reported, in the snapshot's own word where the source gives one.

Where it gives none, the reason is read off what changed (an employment status that became a leave), taken from the
family's event, or named after what happened; one person's reason is reported another only where it is theirs, too.
Which code a carrier reads for a word is the mapping's table.
"""

from __future__ import annotations

from edi834.book.book import effective
from edi834.book.edits import FamilyEdit, MemberEdit
from edi834.book.events import EventKind

__all__ = ["LIFE_EVENTS", "default_reason", "elected_cobra", "family_reason", "stated_reason", "subscribers_ending"]

_K = EventKind

_REASON_ORDER = (
    _K.NEW_ENROLLMENT,
    _K.DEPENDENT_ADDED,
    _K.MEMBER_ENDED, _K.REINSTATED, _K.REENROLLED, _K.PLAN_CHANGE, _K.TIER_CHANGE, _K.COVERAGE_ADDED, _K.RENEWED,
    _K.COVERAGE_CANCELLED, _K.COVERAGE_ENDED, _K.IDENTITY_CORRECTION, _K.COVERAGE_CORRECTED, _K.COVERAGE_CHANGED,
    _K.DEMOGRAPHIC_CHANGE,
)  # fmt: skip
"""Which event names the reason when the source gives none: the weightiest first."""

LIFE_EVENTS = frozenset({"birth", "adoption", "marriage", "court_order"})
"""Reasons whose day an enrollment is reported with (DTP 303), because it differs from the hire or eligibility day."""

_FAMILY_EVENTS = LIFE_EVENTS | {"divorce", "separation"}
"""Reasons that are the family's, and so the subscriber's too, whose tier changes with them."""

_AWAY = {"leave": "leave", "laid_off": "layoff"}
_AT_WORK = frozenset({"active", "full_time", "part_time"})
_PROVIDER = frozenset({"provider_code", "provider_name", "provider_existing_patient"})
"""What another physician or dentist changes about a span, and about nothing else."""


def stated_reason(edit: MemberEdit) -> str | None:
    """Why, as the source says, on the person's row or the span's; or as what it shows leaves no doubt of."""
    return edit.reason or _span_reason(edit) or _status_reason(edit) or _provider_reason(edit)


def _status_reason(edit: MemberEdit) -> str | None:
    """A leave, a layoff, or the return from one, by the subscriber's employment status."""
    if not edit.ref.is_subscriber or edit.reported is None:
        return None
    before, now = (m.values.get("employment_status") for m in (edit.reported, edit.target))
    if before == now or not isinstance(before, str) or not isinstance(now, str):
        return None
    if before in _AWAY and now in _AT_WORK:
        return "return_from_leave"
    return _AWAY.get(now)


def _provider_reason(edit: MemberEdit) -> str | None:
    """Another physician or dentist, where nothing else of the coverage changed."""
    fields = {name for e in edit.events if e.kind is _K.COVERAGE_CHANGED for name in e.fields}
    coverage = edit.kinds - {_K.DEMOGRAPHIC_CHANGE}
    chosen = any(c.values.get("provider_code") for c in edit.target.coverages)
    return "provider_change" if coverage == {_K.COVERAGE_CHANGED} and fields <= _PROVIDER and chosen else None


def family_reason(edit: FamilyEdit) -> str | None:
    """Why the family changed, from whoever was added or ended: a birth changes the subscriber's tier, too."""
    came_or_went = {_K.DEPENDENT_ADDED, _K.MEMBER_ENDED}
    reasons = (m.reason for m in edit.members if m.kinds & came_or_went)
    # Any other reason is that person's alone: a death, reported a survivor, would read as the survivor's.
    return next((r for r in reasons if r in _FAMILY_EVENTS), None)


def elected_cobra(edit: FamilyEdit) -> str | None:
    """The election, where the subscriber's row tells of one: dependents' coverage that begins then is by it, too."""
    reasons = (m.reason for m in edit.members if m.ref.is_subscriber)
    return next((r for r in reasons if r == "cobra_election"), None)


def subscribers_ending(edit: FamilyEdit) -> str | None:
    """Why the dependents' coverage ends when it ends with the subscriber's: for the same reason, a death excepted."""
    ended = (m for m in edit.members if m.ref.is_subscriber and _K.MEMBER_ENDED in m.kinds)
    reasons = (stated_reason(m) for m in ended)
    return next((r for r in reasons if r is not None and r != "death"), None)


def _span_reason(edit: MemberEdit) -> str | None:
    return next((e.reason for e in edit.events if e.reason), None)


def default_reason(edit: MemberEdit) -> str | None:
    """What names the reason where nobody gives one: the end of what lasted longest, or the weightiest event."""
    if _K.MEMBER_ENDED in edit.kinds:
        lasted = effective(edit.target.coverages)
        if not lasted:
            return _K.COVERAGE_CANCELLED.value  # nothing ended: none of it was ever effective
        ending = max(lasted, key=lambda c: c.end or c.begin).values.get("end_reason")
        if isinstance(ending, str):
            return ending
    return next((k.value for k in _REASON_ORDER if k in edit.kinds), None)
