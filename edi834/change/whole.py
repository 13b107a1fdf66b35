"""Telling whole: a family as it stands, in a full file, or once more after a rejection.

A full file states everybody who is covered, and coverage that has ended for as long as the feed's rule says. A family
is reported again where a rejection has reverted it while a later file of it stands at the carrier: what the carrier holds
rests on a file that it rejected, so changes cannot be reported, and what ended in that file is reported with what stands.
Changes are ``tell.py``'s; holding such a family for a person is ``edi834/feed/guards.py``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from edi834.change.compare import FamilyDifference, MemberDifference, member_in
from edi834.change.days import last_day_reported
from edi834.change.doubt import MayHold, all_held, doubted_spans, known_as, never_effective, stray_spans
from edi834.change.events import Event, EventKind
from edi834.change.rules import Rules
from edi834.change.statement import Action, CoverageStatement, FamilyStatement, MemberStatement
from edi834.change.tell import LISTED_ONLY, tell_changes, without_tier
from edi834.change.timeline import SpanPair, is_cancelled
from edi834.grants import ReleasedCoverage, ReleasedFamily, ReleasedMember
from edi834.model import FamilyRef, MemberRef

__all__ = ["LastFull", "tell_again", "tell_everything"]

_K = EventKind


@dataclass(frozen=True, slots=True)
class LastFull:
    """The feed's last full file that stands.

    Attributes:
      day: The date of its snapshot.
      families: What it reported each family.
    """

    day: date
    families: Mapping[FamilyRef, ReleasedFamily] = field(repr=False)

    def covered(self, member: MemberRef, span: ReleasedCoverage) -> bool:
        """Whether the span was covered when that file was written, or has begun since: it had not ended then."""
        family = self.families.get(member.family)
        held = member_in(family, member)
        spans = held.coverages if held is not None else ()
        stood = next((c for c in spans if (c.benefit, c.begin) == (span.benefit, span.begin)), None)
        return stood is None or stood.end is None or stood.end >= self.day


def tell_everything(
    difference: FamilyDifference,
    rules: Rules,
    *,
    as_of: date,
    last_full: LastFull | None = None,
    verifies: bool = False,
    may_hold: MayHold | None = None,
) -> FamilyStatement | None:
    """State a family as it stands, every covered person and span (a full file's 030); None where nobody is covered.

    Coverage that has ended is stated for as long as the feed's rule says; somebody missing is left out where the
    carrier is to read that as an ending: of a family that is absent whole, nobody is reported, and nobody is left.

    Args:
      difference: The family, compared with what was last reported.
      rules: The feed's rules.
      as_of: The snapshot's date.
      last_full: The feed's last full file, where a rule goes by it.
      verifies: Whether the file is for verification (BGN08 4), which adds nobody: who is new is stated as they stand
        (X12 RFI 1775), also where changes are reported with the codes of a change file.
      may_hold: Of a family that a rejection reverted, which is never reported by changes: what else the carrier may hold of
        it. Whatever one of these has otherwise is stated too; of somebody whom it may know by another number, that is
        said, and whoever ended is ended under each. None of any other family.
    """
    whole = _everything(difference, rules, as_of, last_full, may_hold, verifies=verifies)
    if whole is None or not may_hold:
        return whole
    return replace(whole, members=tuple(s for m in whole.members for s in _as_known(m, may_hold, as_of)))


def _everything(
    difference: FamilyDifference,
    rules: Rules,
    as_of: date,
    last_full: LastFull | None,
    may_hold: MayHold | None,
    *,
    verifies: bool,
) -> FamilyStatement | None:
    left_out = (
        {e.member for e in difference.events if e.kind is _K.MEMBER_MISSING} if rules.missing == "omission" else set()
    )
    by_changes = rules.full_file == "covered_and_changes" and may_hold is None
    changes = tell_changes(difference, rules) if by_changes else None
    reported_as_changes = _without_beginnings(changes.members) if changes is not None and verifies else []
    if changes is not None and not verifies:
        reported_as_changes = list(changes.members)
    changed = {s.member.ref for s in reported_as_changes}
    stated = [m for m in difference.members if m.ref not in left_out | changed]
    restated = tuple(
        without_tier(s, rules)
        for m in stated
        if (s := _restate(m, rules, as_of, last_full, may_hold or ())) is not None
    )
    everybody = (*reported_as_changes, *restated)
    members = tuple(sorted((*everybody, *_for_the_dependents(difference, everybody)), key=_subscriber_first))
    target = difference.target
    if left_out:
        target = target.with_members(m for m in target.members if m.ref not in left_out)
    return FamilyStatement(members, target, difference.reported) if members or left_out else None


def _without_beginnings(members: Iterable[MemberStatement]) -> list[MemberStatement]:
    """What may stand in a file for verification: of whoever begins, or ends only to begin anew, nothing."""
    statements = list(members)
    begins = {s.member.ref for s in statements if s.action is Action.ADD}
    return [s for s in statements if s.member.ref not in begins]


def _for_the_dependents(difference: FamilyDifference, stated: Iterable[MemberStatement]) -> Iterable[MemberStatement]:
    """The subscriber who has no coverage of the feed's, stated because dependents are, under them."""
    refs = {s.member.ref for s in stated}
    subscriber = next((m for m in difference.members if m.ref.is_subscriber), None)
    if refs and subscriber is not None and subscriber.ref not in refs and not subscriber.target.coverages:
        yield MemberStatement(Action.AUDIT, None, subscriber.target, subscriber.reported, None, (), ())


def _subscriber_first(statement: MemberStatement) -> tuple[bool, str]:
    return not statement.member.ref.is_subscriber, statement.member.ref.member_id


def _restate(
    difference: MemberDifference, rules: Rules, as_of: date, last_full: LastFull | None, may_hold: MayHold
) -> MemberStatement | None:
    target = difference.target
    reported_now = {id(s.pair.now or s.pair.reported) for s in difference.spans if s.kinds or _ends_with_this(s.pair)}
    reported_now |= doubted_spans(target, may_hold)
    # Of coverage that never took effect, the carrier is reported by what it knows of it.
    never = {id(s.pair.now): s.pair.reported for s in difference.spans if _K.COVERAGE_CANCELLED in s.kinds}
    never = {**never_effective(target, may_hold), **never}
    coverages = [_taken_back(c, Action.AUDIT) for c in stray_spans(target, may_hold)]
    for span in target.coverages:
        if (known := never.get(id(span))) is not None:
            coverages.append(_taken_back(known, Action.AUDIT))
        elif id(span) in reported_now or _is_stated(difference.ref, span, rules, as_of, last_full):
            coverages.append(CoverageStatement(Action.AUDIT, span, None, span.begin, _last_day(span, target, rules)))
    if not coverages:
        return None
    return MemberStatement(
        action=Action.AUDIT,
        reason=None,
        member=target,
        reported=difference.reported,
        effective=None,
        coverages=tuple(coverages),
        events=tuple(e for e in difference.events if e.kind not in LISTED_ONLY),
        moved_from=difference.moved_from,
    )


def _ends_with_this(pair: SpanPair) -> bool:
    """Whether another span takes this one's place, and its last day was not reported before."""
    if not pair.succeeded or pair.reported is None or pair.now is None:
        return False
    return pair.reported.end != pair.now.end


def _taken_back(known: ReleasedCoverage, action: Action) -> CoverageStatement:
    """A span as the carrier knows it, never effective: it finds it by the first day it was reported."""
    never = known.with_values(end_date=known.begin)
    return CoverageStatement(action, never, known, known.begin, known.begin)


def _last_day(span: ReleasedCoverage, member: ReleasedMember, rules: Rules) -> date | None:
    """The last day to tell; as it is where other coverage begins the day after, which a rounded one would overlap."""
    gives_way = span.end is not None and any(
        c.benefit == span.benefit and span.begin < c.begin <= span.end + timedelta(days=1) and not is_cancelled(c)
        for c in member.coverages
    )
    return span.end if gives_way else last_day_reported(span, rules)


def _as_known(statement: MemberStatement, may_hold: MayHold, as_of: date) -> Iterator[MemberStatement]:
    """What is reported somebody whom the carrier may know by other numbers, too: that each was wrong (2100B).

    Whoever has ended, is ended under each: a wrong one, held beside the right one, would stay.
    """
    others = list(known_as(statement.member, statement.reported, may_hold))
    has_ended = all(c.coverage.end is not None and c.coverage.end < as_of for c in statement.coverages)
    if has_ended and not statement.member.ref.is_subscriber:
        for other in others:
            wrong = statement.member.with_values(**other)
            yield replace(statement, member=wrong, reported=wrong)
        yield statement
        return
    if not others:
        yield statement
    # The number that was reported last comes first: it is the likeliest to be held. A subscriber has an identifier besides.
    for other in others[:1] if statement.member.ref.is_subscriber else others:
        ref, before = statement.member.ref, (statement.reported or statement.member).with_values(**other)
        corrected = Event(_K.IDENTITY_CORRECTION, ref, fields=tuple(sorted(other)))
        events = tuple(e for e in statement.events if e.kind is not _K.IDENTITY_CORRECTION)
        yield replace(statement, reported=before, events=(*events, corrected))


def _is_stated(
    member: MemberRef, coverage: ReleasedCoverage, rules: Rules, as_of: date, last_full: LastFull | None
) -> bool:
    """Whether a full file still states a span: while it is covered, and after its end as the rule says."""
    end = coverage.end
    if end is None or end >= as_of:
        return True
    if rules.ended_coverage == "days":
        return rules.ended_coverage_days < 0 or end >= as_of - timedelta(days=rules.ended_coverage_days)
    if rules.ended_coverage == "plan_year" and rules.plan_year_end:
        return _plan_year(end, rules) == _plan_year(as_of, rules)
    if rules.ended_coverage == "since_last_full" and last_full is not None:
        return end > coverage.begin and last_full.covered(member, coverage)
    return False


def _plan_year(day: date, rules: Rules) -> int:
    """The calendar year in which the plan year of a day ends."""
    return day.year if day.strftime("%m-%d") <= rules.plan_year_end else day.year + 1


def tell_again(
    difference: FamilyDifference, rules: Rules, *, as_of: date, may_hold: MayHold = ()
) -> FamilyStatement | None:
    """State a family whole; None where nobody is covered.

    By ``upsert`` every member and span is stated as it stands (030); by ``term_and_add`` each person is taken out, as
    never effective, and added as they stand. For ``may_hold`` see :func:`tell_everything`.
    """
    if rules.after_rejection != "term_and_add":
        return tell_everything(difference, rules, as_of=as_of, may_hold=may_hold)
    whole = _everything(difference, rules, as_of, None, may_hold, verifies=False)
    if whole is None:
        return None
    return replace(whole, members=tuple(s for m in whole.members for s in _out_and_in(m, rules, may_hold)))


def _out_and_in(statement: MemberStatement, rules: Rules, may_hold: MayHold) -> Iterator[MemberStatement]:
    ref, reported = statement.member.ref, statement.reported or statement.member
    out = tuple(_taken_back(c, Action.END) for c in all_held(ref, statement.reported, may_hold))
    # A dependent is taken out under each number by which the carrier may know them; a subscriber has an identifier.
    names = [{}, *known_as(reported, None, may_hold)] if out else []
    for name in names[:1] if ref.is_subscriber else names:
        held = reported.with_values(**name)
        yield replace(
            statement, action=Action.END, member=held, reported=held, coverages=out, as_reported=True, moved_from=None
        )  # fmt: skip
    # An ending of the membership takes what was over with it, so that is put back too.
    spans = [c for c in statement.member.coverages if not is_cancelled(c)]
    if spans or not statement.coverages:  # a subscriber without coverage is added too, for those under them
        back = (CoverageStatement(Action.ADD, c, None, c.begin, _last_day(c, statement.member, rules)) for c in spans)
        yield without_tier(replace(statement, action=Action.ADD, reported=None, coverages=tuple(back)), rules)
