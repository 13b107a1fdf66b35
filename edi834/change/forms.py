"""The forms of telling: one thing that happened, said the way each carrier wants it said.

Each form is a rule's value (``rules.py``) applied to a statement in its plain form; a statement may become two where a
carrier wants one thing reported as two. Nothing here asks what happened again; that is ``tell.py``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from edi834.change.compare import OTHER_INSURANCE
from edi834.change.days import last_day_reported, open_end
from edi834.change.events import EventKind
from edi834.change.policy import changes_policy, close_and_open
from edi834.change.rules import Rules
from edi834.change.statement import Action, CoverageStatement, MemberStatement
from edi834.change.timeline import is_cancelled
from edi834.grants import ReleasedCoverage

__all__ = ["shaped", "shaped_span", "term_and_add"]

_K = EventKind
_ONE_DAY = timedelta(days=1)
_OF_ANOTHER_DAY = frozenset({"plan_code", "tier", "policy_number"})
"""What of a span a carrier may want reported with the day since which it holds (Anthem Southeast)."""

_SAID_BY_A_REINSTATEMENT = frozenset({"end_date", "end_reason"})


def shaped_span(statement: CoverageStatement, kinds: Iterable[EventKind], rules: Rules) -> Iterator[CoverageStatement]:
    """Say what happened to one span in the feed's forms: cancellation and a corrected day have several."""
    happened = set(kinds)
    if _K.COVERAGE_CANCELLED in happened:
        yield _cancelled(statement, rules)
    elif _moves_end(statement, happened) and rules.end_correction == "end_again":
        yield replace(statement, action=Action.END)
    elif _moves_end(statement, happened) and rules.end_correction == "reinstate_then_end":
        yield replace(statement, action=Action.REINSTATE, end=open_end(statement.begin, rules))
        yield replace(statement, action=Action.END)
    elif statement.action is Action.REINSTATE and rules.reinstatement == "add":
        yield replace(statement, action=Action.ADD)
    elif (reported := _moved_from(statement)) is not None and rules.begin_correction == "delete_and_add":
        yield CoverageStatement(Action.DELETE, reported, reported, reported.begin, None)
        yield replace(statement, action=Action.ADD, reported=None)
    else:
        yield statement


def _moved_from(statement: CoverageStatement) -> ReleasedCoverage | None:
    """The span as reported, where its first day was wrong."""
    reported = statement.reported
    is_corrected = statement.action is Action.CORRECT and reported is not None and reported.begin != statement.begin
    return reported if is_corrected else None


def _moves_end(statement: CoverageStatement, kinds: set[EventKind]) -> bool:
    reported, now = statement.reported, statement.coverage
    return (
        _K.COVERAGE_CORRECTED in kinds
        and reported is not None
        and reported.begin == now.begin
        and reported.end is not None
        and now.end is not None
        and reported.end != now.end
    )


def _cancelled(statement: CoverageStatement, rules: Rules) -> CoverageStatement:
    """Coverage that was never effective: never reported as one covered day."""
    # A carrier finds the span by what it was reported it, whatever changed on the way.
    statement = replace(statement, coverage=statement.reported or statement.coverage)
    begin = statement.coverage.begin
    if rules.cancellation == "delete":
        return replace(statement, action=Action.DELETE, begin=begin, end=None)
    end = begin - _ONE_DAY if rules.cancellation == "end_day_before" else begin
    return replace(statement, action=Action.END, begin=begin, end=end)


def shaped(statement: MemberStatement, kinds: frozenset[EventKind], rules: Rules) -> Iterator[MemberStatement]:
    """Say what is reported one person in the feed's forms."""
    if _K.IDENTITY_CORRECTION in kinds and rules.ssn_correction == "term_and_add" and _ssn_changed(statement):
        yield from term_and_add(statement, rules)
    elif rules.policy_change == "close_and_open" and changes_policy(statement):
        for half in close_and_open(statement, rules):
            yield _termination(half, rules) if half.ends_member else half
    elif statement.action is Action.END:
        yield _termination(statement, rules)
    elif statement.action is Action.REINSTATE:
        yield _reinstatement(statement, rules)
    elif rules.begin_date == "change" and statement.effective is not None:
        names = _OF_ANOTHER_DAY if rules.tells_tier_of(statement.member.ref) else _OF_ANOTHER_DAY - {"tier"}
        since = statement.effective
        yield replace(statement, coverages=tuple(_since(c, since, names) for c in statement.coverages))
    else:
        yield statement


def _termination(statement: MemberStatement, rules: Rules) -> MemberStatement:
    if rules.termination == "hd_only":
        return replace(statement, action=Action.CHANGE)
    if rules.termination == "member_only" and _ends_on_one_day(statement):
        return replace(statement, coverages=(), covered_from=statement.first_day, covered_to=statement.last_day)
    return statement


def _ends_on_one_day(statement: MemberStatement) -> bool:
    """Whether the membership's last day says all there is to say: then no span need be named.

    A span with another last day, one that was never effective beside others that were, or one of which something else
    is reported must be named: a carrier ends whatever is not named on the membership's last day.
    """
    last, spans = statement.last_day, statement.coverages
    alike = all(c.action is Action.END and c.end == last for c in spans)
    never_was = [c for c in spans if c.end is not None and c.end <= c.begin]
    return alike and (not never_was or (len(never_was) == len(spans) and len({c.begin for c in spans}) == 1))


def _reinstatement(statement: MemberStatement, rules: Rules) -> MemberStatement:
    if rules.reinstatement == "member_only" and _comes_back_whole(statement):
        return replace(statement, coverages=(), covered_from=statement.first_day, effective=_reinstated_on(statement))
    if rules.reinstatement in {"add_member", "add"}:
        return replace(statement, action=Action.ADD)
    return replace(statement, effective=_reinstated_on(statement))


def _comes_back_whole(statement: MemberStatement) -> bool:
    """Whether everything that had ended is open again as it was, so that no span need be named.

    Other insurance is reported with a span (loop 2320), and needs one.
    """
    reported = statement.reported
    if any(OTHER_INSURANCE in event.fields for event in statement.events):
        return False
    ended = [c for c in reported.coverages if c.end is not None and not is_cancelled(c)] if reported is not None else []
    alike = all(
        c.action is Action.REINSTATE and c.coverage.end is None
        and c.reported is not None and _is_as_reported(c.coverage, c.reported)
        for c in statement.coverages
    )  # fmt: skip
    return alike and len(ended) == len(statement.coverages)


def _is_as_reported(span: ReleasedCoverage, reported: ReleasedCoverage) -> bool:
    """Whether nothing of a span is otherwise but that its ending is taken back."""
    names = (span.values.keys() & reported.values.keys()) - _SAID_BY_A_REINSTATEMENT
    return not span.differs_from(reported, *names)


def _reinstated_on(statement: MemberStatement) -> date | None:
    """The day since which the membership stands again: the day after the reported last day."""
    ends = [c.reported.end for c in statement.coverages if c.reported is not None and c.reported.end is not None]
    return statement.effective or (max(ends) + _ONE_DAY if ends else None)


def _since(statement: CoverageStatement, day: date, names: Iterable[str]) -> CoverageStatement:
    """With the day of the change for its first, where a span is in another plan, tier or policy from that day on.

    Whatever else changes keeps the span's own first day, and so does a first day that was wrong: reported with the day of
    the change, the carrier would lose the days before it.
    """
    reported, now = statement.reported, statement.coverage
    if (
        statement.action is not Action.CHANGE
        or reported is None
        or reported.begin != now.begin
        or day <= statement.begin
    ):
        return statement
    return replace(statement, begin=day) if now.differs_from(reported, *names) else statement


def _ssn_changed(statement: MemberStatement) -> bool:
    reported = statement.reported
    return reported is not None and reported.values.get("ssn") != statement.member.values.get("ssn")


def term_and_add(statement: MemberStatement, rules: Rules) -> Iterator[MemberStatement]:
    """End the person under the number that was reported, add them under the right one.

    Everything that was reported begins anew under the right number, what is over too: left under the old one, it would be
    another person's to the carrier, and nothing reported it later would find it.
    """
    reported = statement.reported
    assert reported is not None
    anew = [c for c in reported.coverages if not is_cancelled(c)]
    endings = tuple(
        CoverageStatement(
            Action.END, c, c, c.begin, c.begin - _ONE_DAY if rules.cancellation == "end_day_before" else c.begin
        )
        for c in anew
    )
    last = max((c.begin for c in anew), default=None)
    yield replace(
        statement,
        action=Action.END,
        member=reported,
        coverages=endings,
        effective=None,
        as_reported=True,
        covered_to=last,
    )
    additions = tuple(
        CoverageStatement(Action.ADD, c, None, c.begin, last_day_reported(c, rules))
        for c in statement.member.coverages
        if not is_cancelled(c)
    )
    if additions:  # of somebody never effective, nothing begins anew
        yield replace(statement, action=Action.ADD, reported=None, coverages=additions, covered_to=None)
