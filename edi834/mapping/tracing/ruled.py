"""Which of the feed's rules had a say in what is reported: by what a name gives, and by what happened to the person.

A rule decides what a statement says (``edi834/book``); here is only which rules such a statement rests on.
"""

from __future__ import annotations

from collections.abc import Iterator

from edi834.book.events import EventKind
from edi834.book.statement import Action, CoverageStatement, MemberStatement

__all__ = ["rules_of"]

_ALWAYS = {
    "span.begin": ("begin_date",),
    "span.end": ("end_date", "open_end"),
    "coverage.tier": ("tier",),
    "change.first_day": ("begin_date",),
    "change.last_day": ("end_date",),
}
"""The rules that have a say in what a name gives, whatever happened."""
_DOES = frozenset({"change.action", "change.ends_member", "change.reason", "span.action"})
_BY_EVENT = {
    EventKind.PLAN_CHANGE: "plan_change",
    EventKind.COVERAGE_CANCELLED: "cancellation",
    EventKind.REINSTATED: "reinstatement",
    EventKind.MEMBER_ENDED: "termination",
    EventKind.COVERAGE_CORRECTED: "end_correction",
    EventKind.TIER_CHANGE: "tier",
}
_OF_A_SPAN = frozenset(
    {EventKind.PLAN_CHANGE, EventKind.COVERAGE_CANCELLED, EventKind.COVERAGE_CORRECTED, EventKind.TIER_CHANGE}
)
"""Happenings in one benefit: they say nothing of a span of another."""
_ADDRESS = ("address1", "address2", "city", "state", "postal_code", "country", "county")
_ADDRESS_NAMES = frozenset(f"member.{name}" for name in _ADDRESS)


def rules_of(
    names: frozenset[str], statement: MemberStatement | None, span: CoverageStatement | None
) -> tuple[str, ...]:
    """Give the names of the rules, each once."""
    found = [rule for name in sorted(names) for rule in _ALWAYS.get(name, ())]
    if statement is not None and names & _DOES:
        found.extend(_by_event(statement, span))
    if statement is not None and names & _ADDRESS_NAMES:
        found.extend("address" for event in statement.events if set(event.fields) & set(_ADDRESS))
    return tuple(dict.fromkeys(found))


def _by_event(statement: MemberStatement, span: CoverageStatement | None) -> Iterator[str]:
    for event in statement.events:
        is_elsewhere = span is not None and event.benefit not in (None, span.coverage.benefit)
        if event.kind is EventKind.COVERAGE_CORRECTED and "effective_date" in event.fields and not is_elsewhere:
            yield "begin_correction"
        elif event.kind in _BY_EVENT and not (event.kind in _OF_A_SPAN and is_elsewhere):
            yield _BY_EVENT[event.kind]
        if event.kind is EventKind.COVERAGE_CHANGED and "policy_number" in event.fields:
            yield "policy_change"
        if event.kind is EventKind.IDENTITY_CORRECTION:
            yield "ssn_correction" if "ssn" in event.fields else "identity_change"
    if statement.ends_member and not statement.member.ref.is_subscriber:
        yield "cascade"
    if statement.action is Action.AUDIT:
        yield "full_file"
