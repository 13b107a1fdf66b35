"""Telling whole: a family as it stands, in a full file, or once more after a rejection.

A full file states everybody who is covered, and coverage that has ended for as long as the feed's rule says. A family
is told again where a rejection has un-told it while a later file of it stands at the carrier: what the carrier holds
rests on a file that it rejected, so changes cannot be told. Changes are ``tell.py``'s; holding such a family for a
person is ``edi834/feed/guards.py``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from edi834.change.compare import FamilyDifference, MemberDifference
from edi834.change.days import last_day_told
from edi834.change.events import EventKind
from edi834.change.rules import Rules
from edi834.change.statement import Action, CoverageStatement, FamilyStatement, MemberStatement
from edi834.change.tell import LISTED_ONLY, tell_changes, without_tier
from edi834.change.timeline import is_cancelled
from edi834.model import FamilyRef, MemberRef
from edi834.release import ReleasedCoverage, ReleasedFamily

__all__ = ["LastFull", "tell_again", "tell_everything"]

_K = EventKind


@dataclass(frozen=True, slots=True)
class LastFull:
    """The feed's last full file that stands.

    Attributes:
      day: The date of its snapshot.
      families: What it told of each family.
    """

    day: date
    families: Mapping[FamilyRef, ReleasedFamily] = field(repr=False)

    def covered(self, member: MemberRef, span: ReleasedCoverage) -> bool:
        """Whether the span was covered when that file was written, or has begun since: it had not ended then."""
        family = self.families.get(member.family)
        held = family.member(member) if family is not None else None
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
) -> FamilyStatement | None:
    """State a family as it stands, every covered person and span (a full file's 030); None where nobody is covered.

    Coverage that has ended is stated for as long as the feed's rule says; somebody absent is left out where the
    carrier is to read that as an ending: of a family that is absent whole, nobody is told, and nobody is left.

    Args:
      difference: The family, compared with what was last told.
      rules: The feed's rules.
      as_of: The snapshot's date.
      last_full: The feed's last full file, where a rule goes by it.
      verifies: Whether the file is for verification (BGN08 4), which adds nobody: who is new is stated as they stand
        (X12 RFI 1775), also where changes are told with the codes of a change file.
    """
    left_out = (
        {e.member for e in difference.events if e.kind is _K.MEMBER_ABSENT} if rules.absent == "omission" else set()
    )
    changes = tell_changes(difference, rules) if rules.full_file == "covered_and_changes" else None
    told_as_changes = _without_beginnings(changes.members) if changes is not None and verifies else []
    if changes is not None and not verifies:
        told_as_changes = list(changes.members)
    changed = {s.member.ref for s in told_as_changes}
    stated = [m for m in difference.members if m.ref not in left_out | changed]
    restated = tuple(without_tier(s, rules) for m in stated if (s := _restate(m, rules, as_of, last_full)) is not None)
    everybody = (*told_as_changes, *restated)
    members = tuple(sorted((*everybody, *_for_the_dependents(difference, everybody)), key=_subscriber_first))
    target = difference.target
    if left_out:
        target = target.with_members(m for m in target.members if m.ref not in left_out)
    return FamilyStatement(members, target, difference.told) if members or left_out else None


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
        yield MemberStatement(Action.AUDIT, None, subscriber.target, subscriber.told, None, (), ())


def _subscriber_first(statement: MemberStatement) -> tuple[bool, str]:
    return not statement.member.ref.is_subscriber, statement.member.ref.member_id


def _restate(
    difference: MemberDifference, rules: Rules, as_of: date, last_full: LastFull | None
) -> MemberStatement | None:
    told_now = {id(s.pair.now or s.pair.told) for s in difference.spans if s.kinds or s.pair.succeeded}
    # Of coverage that never took effect, the carrier is told by what it knows of it.
    known = {id(s.pair.now): s.pair.told for s in difference.spans if _K.COVERAGE_CANCELLED in s.kinds}
    spans = [
        _never_was(told) if (told := known.get(id(c))) is not None else c
        for c in difference.target.coverages
        if id(c) in told_now or _is_stated(difference.ref, c, rules, as_of, last_full)
    ]
    if not spans:
        return None
    return MemberStatement(
        action=Action.AUDIT,
        reason=None,
        member=difference.target,
        told=difference.told,
        effective=None,
        coverages=tuple(CoverageStatement(Action.AUDIT, c, None, c.begin, last_day_told(c, rules)) for c in spans),
        events=tuple(e for e in difference.events if e.kind not in LISTED_ONLY),
        moved_from=difference.moved_from,
    )


def _never_was(span: ReleasedCoverage) -> ReleasedCoverage:
    """A span as the carrier knows it, never effective: it finds it by the first day it was told."""
    return span.with_values(end_date=span.begin)


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


def tell_again(difference: FamilyDifference, rules: Rules, *, as_of: date) -> FamilyStatement | None:
    """State a family whole; None where nobody is covered.

    By ``upsert`` every member and span is stated as it stands (030); by ``term_and_add`` each person is taken out, as
    never effective, and added as they stand.
    """
    whole = tell_everything(difference, rules, as_of=as_of)
    if whole is None or rules.retell != "term_and_add":
        return whole
    return replace(whole, members=tuple(s for m in whole.members for s in _out_and_in(m)))


def _out_and_in(statement: MemberStatement) -> Iterator[MemberStatement]:
    held = statement.told
    if held is not None:
        # It is taken out as the carrier knows it.
        spans = [c for c in held.coverages if not is_cancelled(c)]
        out = tuple(CoverageStatement(Action.END, c, c, c.begin, c.begin) for c in spans)
        yield replace(statement, action=Action.END, member=held, coverages=out, as_told=True, moved_from=None)
    back = tuple(replace(c, action=Action.ADD) for c in statement.coverages if not is_cancelled(c.coverage))
    if back:
        yield replace(statement, action=Action.ADD, told=None, coverages=back)
