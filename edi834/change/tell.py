"""Telling: from what happened in a family to what its carrier is reported, under the feed's rules.

It decides the action on each membership and span, which spans are named, in which order, and why; all in business
words. Codes, segments and fields are the mapping's; a family to which nothing happened is not reported at all (law 2).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from edi834.change.compare import OTHER_INSURANCE, FamilyDifference, MemberDifference, SpanDifference
from edi834.change.days import last_day_reported
from edi834.change.events import EventKind
from edi834.change.forms import shaped, shaped_span, term_and_add
from edi834.change.policy import begins_under_another_policy
from edi834.change.reasons import (
    LIFE_EVENTS,
    default_reason,
    elected_cobra,
    family_reason,
    stated_reason,
    subscribers_ending,
)
from edi834.change.rules import Rules
from edi834.change.statement import Action, CoverageStatement, FamilyStatement, MemberStatement
from edi834.grants import ReleasedCoverage

__all__ = ["LISTED_ONLY", "tell_changes", "without_tier"]

_K = EventKind

LISTED_ONLY = frozenset({_K.MEMBER_MISSING, _K.COVERAGE_MISSING})
"""Events that a person is reported, and the carrier is not."""

_BEGINS = frozenset({_K.COVERAGE_ADDED, _K.REENROLLED, _K.RENEWED})
_GOES_WITH_TIER = frozenset({_K.TIER_CHANGE, _K.DEMOGRAPHIC_CHANGE, _K.COVERAGE_CHANGED, _K.PLAN_CHANGE})
"""What may happen to a subscriber merely because somebody came or went: reported with that person's reason."""

ADDRESS = frozenset(
    {
        *(f"{kind}{part}" for kind in ("", "mailing_") for part in
          ("address1", "address2", "city", "state", "postal_code", "country")),
        "county", "home_phone", "work_phone", "mobile_phone", "email",
    }
)  # fmt: skip
"""The fields of a move: a carrier may want them reported for the subscriber alone."""


def tell_changes(
    difference: FamilyDifference, rules: Rules, *, shared: frozenset[str] = frozenset()
) -> FamilyStatement | None:
    """State what changed in a family; None where there is nothing to tell.

    Args:
      difference: What happened.
      rules: The feed's rules.
      shared: The subscriber's fields that the mapping tells with each dependent (a subscriber id made of the SSN, for
        one): when one of them changes, the dependents are reported along.
    """
    reasons = (family_reason(difference), subscribers_ending(difference), elected_cobra(difference))
    plain = [(m, _tell_member(m, rules, *reasons)) for m in difference.members]
    if not any(statement is not None for _, statement in plain):
        return None
    renumbered = _shared_changed(difference, shared)
    along = rules.dependents == "whole_family" or renumbered
    anew = renumbered and rules.ssn_correction == "term_and_add"
    cascades = rules.cascade == "subscriber_only" and _ends_alike(plain)
    # A subscriber's INS 024 that ends the family would end those, too, who stay or end on another day.
    ends_too_much = rules.cascade == "subscriber_only" and not cascades
    of_subscriber = replace(rules, termination="hd_only") if ends_too_much else rules
    members = [
        without_tier(s, rules)
        for m, statement in plain
        for s in _in_forms(m, statement, of_subscriber if m.ref.is_subscriber else rules, along=along, anew=anew)
    ]
    reported = _closed_alike(members)
    ended = [s for s in reported if cascades and s.ends_member and not s.member.ref.is_subscriber]
    members = [*_for_the_dependents(difference, members), *(s for s in reported if s not in ended)]
    along_ended = tuple(s.member.ref for s in ended)
    return FamilyStatement(tuple(members), difference.target, difference.reported, along_ended) if members else None


def _in_forms(
    difference: MemberDifference, statement: MemberStatement | None, rules: Rules, *, along: bool, anew: bool
) -> Iterable[MemberStatement]:
    """What is reported one person in the feed's forms.

    Args:
      difference: The person, compared.
      statement: What is reported them in its plain form, if anything is.
      rules: The rules that hold for them.
      along: Whether somebody to whom nothing happened is reported along.
      anew: Whether the subscriber's number, which is reported with them, ends and begins anew, and so they do.
    """
    renumbered = anew and not difference.ref.is_subscriber and difference.reported is not None
    if statement is not None and not renumbered:
        return shaped(statement, difference.kinds, rules)
    stands = [c for c in difference.target.coverages if c.end is None]
    if not along or difference.reported is None or not stands or difference.kinds & LISTED_ONLY:
        return shaped(statement, difference.kinds, rules) if statement is not None else ()
    if renumbered:
        plain = MemberStatement(Action.CHANGE, None, difference.target, difference.reported, None, (), ())
        return term_and_add(statement or plain, rules)
    coverages = tuple(CoverageStatement(Action.CHANGE, c, c, c.begin, last_day_reported(c, rules)) for c in stands)
    return (MemberStatement(Action.CHANGE, None, difference.target, difference.reported, None, coverages, ()),)


def _for_the_dependents(difference: FamilyDifference, members: Iterable[MemberStatement]) -> Iterable[MemberStatement]:
    """The subscriber who has no coverage of the feed's, reported once, because dependents are reported under them."""
    subscriber = next((m for m in difference.members if m.ref.is_subscriber), None)
    knows_family = difference.reported is not None and any(m.coverages for m in difference.reported.members)
    if subscriber is None or subscriber.target.coverages or subscriber.reported is not None or knows_family:
        return
    first = next((s for s in members if s.action is Action.ADD), None)
    if first is not None:
        yield MemberStatement(Action.ADD, first.reason, subscriber.target, None, None, (), ())


def _shared_changed(difference: FamilyDifference, shared: frozenset[str]) -> bool:
    changed = (e.fields for m in difference.members if m.ref.is_subscriber for e in m.events)
    return any(shared & set(fields) for fields in changed)


def _closed_alike(members: list[MemberStatement]) -> list[MemberStatement]:
    """Dependents whose policy is closed with the subscriber's: for the subscriber's reason."""
    closed = next((s for s in members if s.as_reported and s.member.ref.is_subscriber), None)
    if closed is None:
        return members
    return [replace(s, reason=closed.reason) if s.as_reported else s for s in members]


def _ends_alike(plain: Iterable[tuple[MemberDifference, MemberStatement | None]]) -> bool:
    """Whether the whole family ends with the subscriber, on one day, so that the subscriber's ending says it all."""
    reported = [(m, statement) for m, statement in plain if m.reported is not None or statement is not None]
    last = next((s.last_day for m, s in reported if s is not None and m.ref.is_subscriber and s.ends_member), None)
    return last is not None and all(
        all(c.end is not None and c.end <= last for c in m.target.coverages)
        and (statement is None or _says_no_more(statement, last))
        for m, statement in reported
    )


def _says_no_more(statement: MemberStatement, last: date) -> bool:
    """Whether of a person nothing is reported but an ending on that day."""
    plain = all(c.action is Action.END and c.end == last for c in statement.coverages)
    return plain and statement.ends_member and (statement.is_brief or statement.member.ref.is_subscriber)


def _tell_member(
    difference: MemberDifference, rules: Rules, family_reason: str | None, ending: str | None, elected: str | None
) -> MemberStatement | None:
    """What is reported one person, in its plain form."""
    kinds = difference.kinds - LISTED_ONLY
    if not kinds or _is_address_of_dependent(difference, kinds, rules):
        return None
    coverages = tuple(_tell_spans(difference, rules))
    action = _member_action(difference, coverages)
    reason = stated_reason(difference)
    if reason is None and _K.TIER_CHANGE in kinds and kinds <= _GOES_WITH_TIER:
        reason = family_reason
    if reason is None and not difference.ref.is_subscriber:
        reason = ending if action is Action.END else elected if kinds & _BEGINS else None
    return MemberStatement(
        action=action,
        reason=reason or default_reason(difference),
        member=difference.target,
        reported=difference.reported,
        effective=_effective(difference, action, reason),
        coverages=coverages,
        events=tuple(e for e in difference.events if e.kind not in LISTED_ONLY),
        moved_from=difference.moved_from,
        covered_to=_covered_to(difference, rules) if action is Action.END else None,
    )


def _is_address_of_dependent(difference: MemberDifference, kinds: frozenset[EventKind], rules: Rules) -> bool:
    if rules.address == "each" or difference.ref.is_subscriber or kinds != {_K.DEMOGRAPHIC_CHANGE}:
        return False
    return all(field in ADDRESS for e in difference.events for field in e.fields)


def _member_action(difference: MemberDifference, reported_of: Iterable[CoverageStatement]) -> Action:
    kinds = difference.kinds
    if difference.reported is None:
        return Action.ADD
    if _K.MEMBER_ENDED in kinds:
        # INS 024 with an HD 021 or 025 in one loop would contradict itself: then the spans alone say what ends.
        begins = any(s.pair.reported is None and s.pair.now is not None for s in difference.spans if s.kinds)
        comes_back = any(c.action in {Action.ADD, Action.REINSTATE} for c in reported_of)
        return Action.CHANGE if begins or comes_back else Action.END
    was_ended = all(c.end is not None for c in difference.reported.coverages)
    if was_ended and _K.REINSTATED in kinds:
        return Action.REINSTATE
    begins = was_ended and bool(kinds & _BEGINS)
    if begins and (difference.has_lapsed or difference.reason == "cobra_election" or not _still_covered(difference)):
        return Action.ADD
    return Action.CHANGE


def _still_covered(difference: MemberDifference) -> bool:
    """Whether a reported ending leaves no gap before the next span: then the membership goes on."""
    return any(s.pair.reported is None and s.pair.follows for s in difference.spans)


def _covered_to(difference: MemberDifference, rules: Rules) -> date | None:
    """The last day of the membership: of whichever span goes on longest, reported tonight or earlier."""
    return max((d for c in difference.target.coverages if (d := last_day_reported(c, rules)) is not None), default=None)


def _tell_spans(difference: MemberDifference, rules: Rules) -> Iterable[CoverageStatement]:
    """What is reported the spans: first what was wrong about one that ends, then endings, then all the rest."""
    reported: list[tuple[int, CoverageStatement]] = []
    for span in difference.spans:
        for order, plain in _plain_statements(difference, span, rules):
            place = order - _MAKING_ROOM if _makes_room(span) else order
            reported.extend((place, statement) for statement in shaped_span(plain, span.kinds, rules))
    if difference.reported is not None and any(OTHER_INSURANCE in e.fields for e in difference.events):
        # Other insurance is reported under each coverage that it stands beside.
        stated = {(s.coverage.benefit, s.coverage.begin) for _, s in reported}
        reported.extend(
            (_REST, CoverageStatement(Action.CHANGE, c, c, c.begin, last_day_reported(c, rules)))
            for c in difference.target.coverages
            if c.end is None and (c.benefit, c.begin) not in stated
        )
    return [s for _, s in sorted(reported, key=lambda entry: (entry[0], entry[1].coverage.benefit, entry[1].begin))]


_FIRST, _ENDINGS, _REST = range(3)
_MAKING_ROOM = 3
"""Where a span that was reported to end ends earlier, another may begin on its days: that is reported before all else."""
_CONTENT = frozenset({_K.PLAN_CHANGE, _K.TIER_CHANGE, _K.COVERAGE_CORRECTED})


def _makes_room(span: SpanDifference) -> bool:
    reported, now = span.pair.reported, span.pair.now
    if reported is None or reported.end is None or now is None:
        return False
    return now.end is not None and now.end < reported.end


def _plain_statements(
    difference: MemberDifference, span: SpanDifference, rules: Rules
) -> Iterable[tuple[int, CoverageStatement]]:
    reported, now = span.pair.reported, span.pair.now
    if now is None:
        return
    action = Action.ADD if difference.reported is None else _span_action(difference, span, rules)
    changes = action in {Action.CHANGE, Action.CORRECT}
    reported_end = reported.end if reported is not None else None
    at_once = changes and reported_end is not None and rules.end_correction == "correct"
    ends_anew = changes and reported_end is not None and now.end not in {None, reported_end}
    ends = span.pair.succeeded or action is Action.END or ends_anew
    apart = ends and not at_once and bool(set(span.kinds) & _CONTENT)
    if reported is not None and apart and _content_changed(reported, now):
        # A carrier finds the span that ends by what it holds: whatever of that was wrong is reported before.
        same_days = now.with_values(end_date=reported.end)
        first = Action.CORRECT if reported.begin != now.begin else Action.CHANGE
        yield _FIRST, CoverageStatement(first, same_days, reported, now.begin, last_day_reported(same_days, rules))
        # The successor of an open span ends it; one that was reported to end has its last day reported as any other.
        if changes and (reported.end is None or reported.end == now.end):
            return
        reported = same_days
    if reported is not None and action is Action.REINSTATE and _content_changed(reported, now):
        # It is reinstated as the carrier knows it, and then put right.
        known = reported.with_values(end_date=now.end)
        yield _ENDINGS, CoverageStatement(action, known, reported, known.begin, last_day_reported(known, rules))
        action = Action.CORRECT if reported.begin != now.begin else Action.CHANGE
    if action is None:
        return
    # Rounding up to the month would run into whatever follows without a gap.
    end = now.end if span.pair.succeeded else last_day_reported(now, rules)
    order = _ENDINGS if action in {Action.END, Action.DELETE} else _REST
    yield order, CoverageStatement(action, now, reported, now.begin, end)


def without_tier(statement: MemberStatement, rules: Rules) -> MemberStatement:
    """A dependent's spans, without the tier, which the carrier wants to read on the subscriber's alone."""
    if rules.tells_tier_of(statement.member.ref):
        return statement
    spans = (
        replace(
            c, coverage=c.coverage.with_values(tier=None), reported=c.reported and c.reported.with_values(tier=None)
        )
        for c in statement.coverages
    )
    return replace(statement, coverages=tuple(spans))


def _content_changed(reported: ReleasedCoverage, now: ReleasedCoverage) -> bool:
    if reported.begin != now.begin:
        return True
    return now.differs_from(reported, "plan_code", "tier")


def _span_action(difference: MemberDifference, span: SpanDifference, rules: Rules) -> Action | None:
    kinds = set(span.kinds)
    simple = rules.plan_change == "simple"
    if kinds & {_K.COVERAGE_ENDED, _K.COVERAGE_CANCELLED}:
        return Action.END
    if span.pair.succeeded and span.pair.reported is not None and span.pair.reported.end is None:
        return None if _continued(difference, span, simple, rules) else Action.END
    if _K.REINSTATED in kinds:
        return Action.REINSTATE
    if kinds & _BEGINS or begins_under_another_policy(span.pair, rules):
        return Action.ADD
    goes_on = span.pair.reported is not None or _follows_open(difference, span)
    if _K.PLAN_CHANGE in kinds:
        return Action.CHANGE if (simple and goes_on) or span.pair.reported is not None else Action.ADD
    if _K.TIER_CHANGE in kinds:
        return Action.CHANGE if goes_on else Action.ADD
    if _K.COVERAGE_CORRECTED in kinds:
        return Action.CORRECT
    return Action.CHANGE if _K.COVERAGE_CHANGED in kinds else None


def _continued(difference: MemberDifference, span: SpanDifference, simple: bool, rules: Rules) -> bool:
    """Whether the successor's statement is a change of this very span, so that no ending is reported it."""
    continuing = {_K.TIER_CHANGE, _K.PLAN_CHANGE} if simple else {_K.TIER_CHANGE}
    reported = span.pair.reported
    assert reported is not None
    return any(
        continuing & set(s.kinds)
        for s in difference.spans
        if s.pair.reported is None
        and s.pair.now is not None
        and s.pair.now.benefit == reported.benefit
        and not begins_under_another_policy(s.pair, rules)
    )


def _follows_open(difference: MemberDifference, span: SpanDifference) -> bool:
    """Whether a span never reported goes on from one that the carrier holds open, and so can be reported as its change.

    Of one that was reported to end, the carrier has nothing left to change from that day on.
    """
    before = span.pair.predecessor
    pairs = (s.pair for s in difference.spans if s.pair.reported is not None)
    return any(p.reported.end is None for p in pairs if p.reported is not None and (p.now or p.reported) is before)


def _effective(difference: MemberDifference, action: Action, reason: str | None) -> date | None:
    """Since when the change holds: the source's own day, or the first day of what changed."""
    if action is Action.ADD:
        return difference.reason_date if reason in LIFE_EVENTS else None
    if action is Action.END:
        return None
    if difference.reason_date is not None:
        return difference.reason_date
    changed = [
        s.pair.now.begin
        for s in difference.spans
        if s.pair.now is not None
        and s.pair.reported is None
        and set(s.kinds) & {*_BEGINS, _K.PLAN_CHANGE, _K.TIER_CHANGE}
    ]
    return max(changed, default=None)
