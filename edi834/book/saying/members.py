"""Statements of one person: the action on the membership, why and since when, around what is said of the coverages.

First the plain form, from what happened; then the dialect's: how an end, a reinstatement, another number or another
policy is said. A statement may become two where the dialect wants one thing said as two.
Families are ``families.py``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from edi834.book.book import (
    ONE_DAY,
    Interval,
    benefits_of,
    effective,
    is_never_effective,
    joined_parts,
    known_coverages,
)
from edi834.book.dialect import Dialect
from edi834.book.edits import OTHER_INSURANCE, MemberEdit
from edi834.book.events import EventKind
from edi834.book.saying.coverages import ENDS, added, cancelled, open_end, stated_coverages
from edi834.book.saying.policy import changes_policy, close_and_open
from edi834.book.saying.reasons import LIFE_EVENTS, default_reason, stated_reason
from edi834.book.statement import Action, CoverageStatement, MemberStatement

__all__ = ["Reasons", "ended_alone", "in_forms", "plain_statement", "term_and_add", "without_tier"]

_K = EventKind
_BEGINS = frozenset({_K.COVERAGE_ADDED, _K.REENROLLED, _K.RENEWED})
_GOES_WITH_TIER = frozenset({_K.TIER_CHANGE, _K.DEMOGRAPHIC_CHANGE, _K.COVERAGE_CHANGED, _K.PLAN_CHANGE})
"""What may happen to a subscriber merely because somebody came or went: said with that person's reason."""
_SAID_BY_A_REINSTATEMENT = frozenset({"end_date", "end_reason"})

Reasons = tuple[str | None, str | None, str | None]
"""The family's reason, the subscriber's end's, and the subscriber's election of COBRA (``reasons.py``)."""


def plain_statement(edit: MemberEdit, dialect: Dialect, reasons: Reasons) -> MemberStatement | None:
    """Say what happened to one person in its plain form; None where nothing did that is reported."""
    if not edit.kinds:
        return None
    family_reason, ending, elected = reasons
    coverages = stated_coverages(edit, dialect)
    action = _member_action(edit, coverages)
    reason = stated_reason(edit)
    if reason is None and _K.TIER_CHANGE in edit.kinds and edit.kinds <= _GOES_WITH_TIER:
        reason = family_reason
    if reason is None and not edit.ref.is_subscriber:
        reason = ending if action is Action.END else elected if edit.kinds & _BEGINS else None
    return MemberStatement(
        action=action,
        reason=reason or default_reason(edit),
        member=edit.target,
        reported=edit.reported,
        effective=_effective(edit, action, reason, coverages),
        coverages=coverages,
        events=edit.events,
        moved_from=edit.moved_from,
        covered_to=_covered_to(edit, coverages) if _has_a_last_day(edit, action) else None,
    )


def _member_action(edit: MemberEdit, coverages: Iterable[CoverageStatement]) -> Action:
    kinds, said = edit.kinds, [c.action for c in coverages]
    if edit.reported is None:
        return Action.ADD
    if _K.MEMBER_ENDED in kinds:
        # INS 024 with an HD 021 or 025 in one loop would contradict itself: then the coverages alone say what ends.
        return Action.CHANGE if {Action.ADD, Action.REINSTATE} & set(said) else Action.END
    was_ended = all(c.end is not None for c in edit.reported.coverages)
    stays_ended = all(c.end is not None for c in edit.target.coverages)
    if was_ended and stays_ended and said and all(action in ENDS for action in said):
        return Action.END  # another last day of a membership that has one
    if was_ended and _K.REINSTATED in kinds:
        return Action.REINSTATE
    if was_ended and kinds & _BEGINS and (edit.has_lapsed or edit.reason == "cobra_election" or not _goes_on(edit)):
        return Action.ADD
    return Action.CHANGE


def _goes_on(edit: MemberEdit) -> bool:
    """Whether a reported end leaves no gap before the next coverage: then the membership goes on."""
    begun = [(e.before, e.new) for e in edit.coverages if e.old is None and e.before is not None and e.new is not None]
    return any(before.end is not None and new.begin <= before.end + ONE_DAY for before, new in begun)


def _has_a_last_day(edit: MemberEdit, action: Action) -> bool:
    """Whether the membership has a last day: it ends, or had one and has another."""
    was_ended = edit.reported is not None and all(c.end is not None for c in edit.reported.coverages)
    return action is Action.END or (was_ended and all(c.end is not None for c in edit.target.coverages))


def _covered_to(edit: MemberEdit, coverages: Iterable[CoverageStatement]) -> date | None:
    """The membership's last day: of the coverage that goes on longest; of one that never was, as its own end says."""
    lasting = [c.end for c in effective(edit.target.coverages) if c.end is not None]
    return max(lasting or [c.end or c.begin for c in coverages], default=None)


def _effective(
    edit: MemberEdit, action: Action, reason: str | None, coverages: Iterable[CoverageStatement]
) -> date | None:
    """Since when the change holds: the source's own day, or the first day of what changed."""
    if action is Action.ADD:
        return edit.reason_date if reason in LIFE_EVENTS else None
    if action is Action.END:
        return None
    if edit.reason_date is not None:
        return edit.reason_date
    kinds = {*_BEGINS, _K.PLAN_CHANGE, _K.TIER_CHANGE}
    begun = [e.new.begin for e in edit.coverages if e.old is None and e.new is not None and kinds & set(e.kinds)]
    dated = [c.changed_on for c in coverages if c.changed_on is not None]
    return max([*begun, *dated], default=None)


def in_forms(statement: MemberStatement, kinds: frozenset[EventKind], dialect: Dialect) -> Iterator[MemberStatement]:
    """Say one person's statement in the dialect's forms."""
    if _K.IDENTITY_CORRECTION in kinds and dialect.ssn_correction == "term_and_add" and _ssn_changed(statement):
        yield from (ended_alone(half, dialect) for half in term_and_add(statement, dialect))
    elif dialect.selects_policy and changes_policy(statement):
        for half in close_and_open(statement, dialect):
            yield _termination(half, dialect) if half.ends_member else half
    elif statement.action is Action.REINSTATE:
        yield _reinstatement(statement, dialect)
    elif statement.action is Action.END:
        yield _termination(statement, dialect)
    elif dialect.termination == "member_only" and _only_moves_the_end(statement):
        yield from _corrected_end(statement, dialect)
    else:
        yield statement


def ended_alone(statement: MemberStatement, dialect: Dialect) -> MemberStatement:
    """The same without its coverages, where the membership's end says all and the dialect wants no more."""
    is_end = statement.action is Action.END and dialect.termination == "member_only"
    return _membership_alone(statement) if is_end and _ends_on_one_day(statement) else statement


def _termination(statement: MemberStatement, dialect: Dialect) -> MemberStatement:
    if dialect.termination == "hd_only":
        return replace(statement, action=Action.CHANGE)
    if dialect.termination == "member_only":
        if _ends_on_one_day(statement):
            return ended_alone(statement, dialect)
        if any(c.action not in ENDS for c in statement.coverages):
            return replace(statement, action=Action.CHANGE)
    return statement


def _membership_alone(statement: MemberStatement) -> MemberStatement:
    return replace(statement, coverages=(), covered_from=statement.first_day, covered_to=statement.last_day)


def _ends_on_one_day(statement: MemberStatement) -> bool:
    """Whether the membership's last day says all there is to say: then no coverage need be named.

    What has another last day, or never took effect beside others that did, must be named: a carrier ends whatever is
    not named on the membership's last day. What would begin after that day never does, and need not be named either.
    """
    last, said = statement.last_day, statement.coverages
    if last is None or any(c.action not in ENDS for c in said):
        return False
    never = [c for c in said if c.end is None or c.end <= c.begin]
    if len(never) == len(said):
        return len({c.begin for c in said}) == 1
    return all(c.end == last for c in said if c not in never) and all(c.begin > last for c in never)


def _only_moves_the_end(statement: MemberStatement) -> bool:
    """Whether nothing is said but another last day of a membership that has ended."""
    reported = statement.reported
    if reported is None or not statement.coverages or any(c.end is None for c in reported.coverages):
        return False
    return all(
        c.coverage.end is not None and c.reported is not None and _is_as_reported(c.coverage, c.reported)
        for c in statement.coverages
    )


def _corrected_end(statement: MemberStatement, dialect: Dialect) -> Iterator[MemberStatement]:
    """Another last day of a membership that is ended without its coverages: ended again, or first reinstated."""
    ends = tuple(
        replace(c, action=Action.END, end=c.coverage.end)
        for c in statement.coverages
        if c.action is not Action.REINSTATE
    )
    ended = replace(
        statement, action=Action.END, effective=None, coverages=ends, covered_to=max(c.end for c in ends if c.end)
    )
    if any(c.action is Action.REINSTATE for c in statement.coverages):
        back = tuple(replace(c, action=Action.REINSTATE, end=open_end(c.begin, dialect)) for c in ends)
        whole = replace(statement, action=Action.REINSTATE, coverages=back)
        yield replace(whole, coverages=(), covered_from=whole.first_day, effective=_reinstated_on(whole))
    yield _membership_alone(ended) if _ends_on_one_day(ended) else ended


def _reinstatement(statement: MemberStatement, dialect: Dialect) -> MemberStatement:
    if dialect.reinstatement == "member_only" and _comes_back_whole(statement):
        return replace(statement, coverages=(), covered_from=statement.first_day, effective=_reinstated_on(statement))
    if dialect.reinstatement in {"add_member", "add"}:
        return replace(statement, action=Action.ADD)
    return replace(statement, effective=_reinstated_on(statement))


def _comes_back_whole(statement: MemberStatement) -> bool:
    """Whether everything that had ended is open again as it was, so that no coverage need be named.

    Other insurance is said with a coverage (loop 2320), and needs one.
    """
    reported = statement.reported
    if reported is None or any(OTHER_INSURANCE in event.fields for event in statement.events):
        return False
    held = effective(reported.coverages) or reported.coverages
    ended = [c for c in held if c.end is not None and not c.continues]
    alike = all(
        c.action is Action.REINSTATE and c.coverage.end is None
        and c.reported is not None and _is_as_reported(c.coverage, c.reported)
        for c in statement.coverages
    )  # fmt: skip
    on_one_day = len({c.end for c in ended}) == 1
    return alike and on_one_day and len(ended) == len(statement.coverages)


def _is_as_reported(coverage: Interval, reported: Interval) -> bool:
    """Whether nothing of a coverage is otherwise but its end."""
    names = (coverage.values.keys() & reported.values.keys()) - _SAID_BY_A_REINSTATEMENT
    return not coverage.differs_from(reported, *names)


def _reinstated_on(statement: MemberStatement) -> date | None:
    """The day from which the membership goes on: the day after the reported last day."""
    known = [c.reported for c in statement.coverages if c.reported is not None]
    if statement.effective is None and known and all(map(is_never_effective, known)):
        return min(one.begin for one in known)
    ends = [one.end for one in known if one.end is not None]
    return statement.effective or (max(ends) + ONE_DAY if ends else None)


def _ssn_changed(statement: MemberStatement) -> bool:
    reported = statement.reported
    return reported is not None and reported.values.get("ssn") != statement.member.values.get("ssn")


def term_and_add(statement: MemberStatement, dialect: Dialect) -> Iterator[MemberStatement]:
    """End the person under the number that was reported, add them under the right one.

    Everything that was reported begins anew under the right number, what is over too: left under the old one, it would
    be another person's to the carrier, and no later statement would find it.
    """
    reported = statement.reported
    assert reported is not None
    known = [one for one in effective(reported.coverages) if not one.continues]
    ends = tuple(replace(cancelled(one, dialect), action=Action.END) for one in known)
    ends = tuple(c if c.end is not None else replace(c, end=c.begin) for c in ends)
    if known:
        last = max(one.begin for one in known)
        ended = replace(statement, action=Action.END, member=reported, coverages=ends, effective=None)
        yield replace(ended, as_reported=True, covered_to=last)
    additions = tuple(
        said
        for benefit in benefits_of(statement.member)
        for one in known_coverages(statement.member, benefit)
        for said in added(joined_parts(one, statement.member.ref, dialect), dialect)
    )
    if additions:
        yield replace(statement, action=Action.ADD, reported=None, coverages=additions, covered_to=None)
    elif not known:  # of somebody who was never enrolled, nothing ends or begins anew
        yield statement


def without_tier(statement: MemberStatement, dialect: Dialect) -> MemberStatement:
    """A dependent's coverages without the tier, which the carrier wants to read on the subscriber's alone."""
    if dialect.reports_tier_of(statement.member.ref):
        return statement
    said = (
        replace(
            c, coverage=c.coverage.with_values(tier=None), reported=c.reported and c.reported.with_values(tier=None)
        )
        for c in statement.coverages
    )
    return replace(statement, coverages=tuple(said))
