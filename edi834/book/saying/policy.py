"""Policies: a carrier whose group or policy number (REF 1L) selects the policy closes the old one and opens the new.

The number stands once for a member (loop 2000), so what ends under the old number and what begins under the new cannot
stand in one INS: each is reported in its own, the ending first, as the carrier knows the person.
Whether a carrier wants that is the rule ``policy_change``; whose number it is, is the mapping's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from edi834.book.book import Interval, Person, other_policy
from edi834.book.dialect import Dialect
from edi834.book.events import EventKind
from edi834.book.saying.coverages import ENDS, cancelled, said_end
from edi834.book.statement import Action, CoverageStatement, MemberStatement

__all__ = ["changes_policy", "close_and_open"]

_FACTS_OF_AN_ENDING = ("death_date", "termination_date", "retirement_date")

_UNEXPLAINED = frozenset(
    {
        EventKind.RENEWED, EventKind.COVERAGE_ADDED, EventKind.COVERAGE_CHANGED, EventKind.COVERAGE_CORRECTED,
        EventKind.COVERAGE_ENDED, EventKind.COVERAGE_CANCELLED, EventKind.DEMOGRAPHIC_CHANGE, EventKind.MEMBER_ENDED,
        EventKind.REENROLLED,
    }
)  # fmt: skip
"""Reasons that are no source's: then it is reported as a transfer."""

_COBRA_REASONS = {
    "termination": "termination",
    "reduction_of_hours": "eligibility_lost",
    "medicare": "medicare",
    "death": "death",
    "divorce": "divorce",
    "ineligible_child": "age_out",
    "bankruptcy": "eligibility_lost",
}
"""Why the coverage ended that COBRA follows, by the qualifying event."""


def changes_policy(statement: MemberStatement) -> bool:
    """Whether what is reported a known person closes one policy and opens another."""
    return statement.reported is not None and bool(_opened(statement))


def _divided(
    statement: MemberStatement, news: Collection[str | None], dialect: Dialect
) -> tuple[list[CoverageStatement], list[CoverageStatement]]:
    """What is said under the old number, and what under the new."""
    closed: list[CoverageStatement] = []
    opened: list[CoverageStatement] = []
    for span in statement.coverages:
        if span in _rewritten(statement):
            assert span.reported is not None
            closed.append(cancelled(span.reported, dialect))
            opened.append(_begun(span.coverage, dialect))
        elif span.action in ENDS or _policy(span.coverage) not in news:
            closed.append(span)
        else:
            opened.append(span)
    return closed, opened


def close_and_open(statement: MemberStatement, dialect: Dialect) -> Iterator[MemberStatement]:
    """Say it as two: what ends under the old number, as last reported, and what begins under the new.

    A source that writes the new number on the same row says that it held from the row's first day on: the span under
    the old number is then taken back as never effective.
    """
    reported = statement.reported
    assert reported is not None
    news = {_policy(c.coverage) for c in _opened(statement)}
    closed, opened = _divided(statement, news, dialect)
    ended = {(c.coverage.benefit, c.coverage.begin) for c in closed if c.action in ENDS}
    stays = [c for c in reported.coverages if c.end is None and (c.benefit, c.begin) not in ended]
    yield replace(
        statement,
        action=Action.CHANGE if stays else Action.END,
        reason=_why_closed(statement),
        member=_as_known(statement.member, reported),
        effective=None,
        coverages=tuple(sorted(closed, key=lambda c: c.action not in ENDS)),
        events=tuple(e for e in statement.events if e.kind is EventKind.COVERAGE_ENDED),
        covered_to=max((c.end or c.begin for c in closed if c.action in ENDS), default=None),
        as_reported=True,
    )
    held = {_policy(c) for c in reported.coverages if c.end is None}
    yield replace(
        statement,
        action=Action.CHANGE if news & held else Action.ADD,
        reason=_stated(statement),
        coverages=tuple(opened),
        events=tuple(e for e in statement.events if e.kind is not EventKind.MEMBER_ENDED),
        covered_to=None,
    )


def _opened(statement: MemberStatement) -> list[CoverageStatement]:
    """What is reported spans under a number other than the one that their benefit was reported with."""
    left = {c.coverage.benefit: c.coverage for c in statement.coverages if c.action in ENDS}
    begun = [
        c
        for c in statement.coverages
        if c.action is Action.ADD and c.coverage.benefit in left and other_policy(left[c.coverage.benefit], c.coverage)
    ]
    return [*begun, *_rewritten(statement)]


def _rewritten(statement: MemberStatement) -> list[CoverageStatement]:
    """Spans that go on, as the source has them, under another number than they were reported with."""
    return [
        c
        for c in statement.coverages
        if c.action in {Action.CHANGE, Action.CORRECT}
        and c.reported is not None
        and other_policy(c.reported, c.coverage)
    ]


def _begun(now: Interval, dialect: Dialect) -> CoverageStatement:
    return CoverageStatement(Action.ADD, now, None, now.begin, said_end(now, dialect))


def _as_known(member: Person, reported: Person) -> Person:
    """The person as last reported, with the facts that belong to the ending."""
    facts = {name: member.values.get(name) for name in _FACTS_OF_AN_ENDING if name in reported.values}
    return reported.with_values(**facts)


def _why_closed(statement: MemberStatement) -> str | None:
    event = statement.member.values.get("cobra_event")
    if statement.reason == "cobra_election" and isinstance(event, str):
        return _COBRA_REASONS.get(event, "eligibility_lost")
    return _stated(statement)


def _stated(statement: MemberStatement) -> str | None:
    return "transfer" if statement.reason in _UNEXPLAINED else statement.reason


def _policy(coverage: Interval) -> str | None:
    number = coverage.values.get("policy_number")
    return number if isinstance(number, str) else None
