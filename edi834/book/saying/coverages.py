"""Statements of coverages: each edit of a coverage, said in the dialect's form.

One segment has one meaning: a change from a date keeps the coverage's first day and names the date, and a first day
moves only where it is corrected. Ends come before what begins, and what makes room comes first.
What is said of the person around them is ``members.py``'s.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from edi834.book.book import (
    ONE_DAY,
    Interval,
    KnownCoverage,
    benefits_of,
    changed_facts,
    joined_parts,
    known_coverages,
    other_policy,
)
from edi834.book.dialect import Dialect
from edi834.book.edits import OTHER_INSURANCE, CoverageEdit, MemberEdit, changed_parts
from edi834.book.events import EventKind
from edi834.book.statement import Action, CoverageStatement
from edi834.model import MemberRef

__all__ = [
    "ENDS",
    "added",
    "as_it_is",
    "begins_under_another_policy",
    "cancelled",
    "ended_by_its_word",
    "open_end",
    "said_end",
    "stated_coverages",
]

_K = EventKind
_FAR_FUTURE = date(9999, 12, 31)
ENDS = frozenset({Action.END, Action.DELETE})
_FIRST, _ENDS, _CORRECTED, _REST = range(4)
_MAKING_ROOM = 4
"""Where an end is moved earlier, another coverage may begin on its days: that is said before all else."""

_Placed = tuple[int, CoverageStatement]


def stated_coverages(edit: MemberEdit, dialect: Dialect) -> tuple[CoverageStatement, ...]:
    """Say what is to be said of a person's coverages, ends first."""
    placed: list[_Placed] = []
    for one in edit.coverages:
        room = _MAKING_ROOM if _makes_room(one) else 0
        placed += ((order - room, said) for order, said in _stated(one, edit, dialect))
    if edit.reported is not None and any(OTHER_INSURANCE in e.fields for e in edit.events):
        placed += _beside_other_insurance(edit, [said for _, said in placed], dialect)
    return tuple(s for _, s in sorted(placed, key=lambda p: (p[0], p[1].coverage.benefit, p[1].begin)))


def _makes_room(edit: CoverageEdit) -> bool:
    old, new = edit.old, edit.new
    if old is None or new is None or old.end is None or new.end is None:
        return False
    return new.end < old.end


def _beside_other_insurance(edit: MemberEdit, said: Iterable[CoverageStatement], dialect: Dialect) -> Iterator[_Placed]:
    """Other insurance is stated under each coverage that it is beside (loop 2320)."""
    known = {(s.coverage.benefit, s.begin) for s in said}
    for benefit in benefits_of(edit.target):
        for one in known_coverages(edit.target, benefit):
            if one.end is None and (benefit, one.begin) not in known:
                yield _REST, as_it_is(joined_parts(one, edit.ref, dialect), dialect)


def as_it_is(known: KnownCoverage, dialect: Dialect) -> CoverageStatement:
    """HD 001 for a coverage to which nothing happened; of one that was changed from a date, with that date."""
    dated = known.parts[-1].begin if len(known.parts) > 1 else None
    return CoverageStatement(Action.CHANGE, known.last, known.last, known.begin, said_end(known.last, dialect), dated)


def _stated(edit: CoverageEdit, member: MemberEdit, dialect: Dialect) -> Iterator[_Placed]:
    old, new = (known and joined_parts(known, member.ref, dialect) for known in (edit.old, edit.new))
    if new is None:
        assert old is not None, "an edit of nothing"
        yield _ENDS, cancelled(old.last, dialect)
    elif old is None:
        yield from _begun(edit, new, member, dialect)
    elif old.begin != new.begin and dialect.begin_correction == "delete_and_add":
        yield _FIRST, CoverageStatement(Action.DELETE, old.last, old.last, old.begin, None)
        yield from ((_REST, said) for said in added(new, dialect))
    elif old.begin != new.begin and (
        _is_found_by_its_day(old, member, dialect) or _reads_as_a_later_change(old, new, dialect)
    ):
        yield _ENDS, cancelled(old.last, dialect)
        yield from ((_REST, said) for said in added(new, dialect))
    elif _is_rewritten(old, new, dialect):
        # policy.py says it as two: what ends under the old number, and what begins under the new.
        yield _REST, CoverageStatement(Action.CHANGE, new.last, old.last, new.begin, said_end(new.last, dialect))
    else:
        yield from _changed(edit, old, new, member, dialect)


def _is_found_by_its_day(known: KnownCoverage, member: MemberEdit, dialect: Dialect) -> bool:
    """Whether the carrier knows several coverages of the plan, by their first day, which then cannot be corrected."""
    plans = [c.plan for c in known_coverages(member.reported, known.benefit)]
    return dialect.coverage_identity == "line_and_plan" and plans.count(known.plan) > 1


def _reads_as_a_later_change(old: KnownCoverage, new: KnownCoverage, dialect: Dialect) -> bool:
    """Whether a corrected first day would read as the day from which on the coverage is otherwise."""
    was, now = old.last, new.parts[0]
    is_otherwise = now.differs_from(was, "plan_code", "tier", "policy_number")
    return dialect.begin_date == "change" and new.begin > old.begin and is_otherwise


def _begun(edit: CoverageEdit, new: KnownCoverage, member: MemberEdit, dialect: Dialect) -> Iterator[_Placed]:
    if edit.revives is not None and not _is_said_by_adding(dialect):
        # It is reinstated as the carrier knows it, and then put right.
        known = edit.revives.with_values(end_date=new.end, end_reason=None)
        end = said_end(known, dialect)
        yield _ENDS, CoverageStatement(Action.REINSTATE, known, edit.revives, new.begin, end)
        if changed_facts(known, new.parts[0], member.ref, dialect):
            yield _REST, CoverageStatement(Action.CHANGE, new.last, known, new.begin, end)
        return
    if _replaces(edit, member, dialect):
        before = edit.before.last if edit.before is not None else None
        yield _REST, CoverageStatement(Action.CHANGE, new.last, before, new.begin, said_end(new.last, dialect))
        return
    yield from ((_REST, said) for said in added(new, dialect))


def _is_said_by_adding(dialect: Dialect) -> bool:
    """Whether coverage that was cancelled is added again: what was deleted (HD 002) cannot be reinstated."""
    return dialect.reinstatement == "add" or dialect.cancellation == "delete"


def _replaces(edit: CoverageEdit, member: MemberEdit, dialect: Dialect) -> bool:
    """Whether a coverage that begins is said as a change of the one before: HD 001 with its own first day."""
    kinds = {_K.TIER_CHANGE, _K.PLAN_CHANGE} if dialect.plan_change == "simple" else {_K.TIER_CHANGE}
    if dialect.begin_date != "change" or not kinds & set(edit.kinds) or edit.before is None:
        return False
    if begins_under_another_policy(edit, dialect):
        return False
    # Of one that was reported to end, the carrier has nothing left to change from that day on.
    return any(e.new is edit.before and e.old is not None and e.old.end is None for e in member.coverages)


def begins_under_another_policy(edit: CoverageEdit, dialect: Dialect) -> bool:
    """Whether a coverage that follows another without a gap opens another policy, so that the old one is closed."""
    before = edit.before if edit.old is None else None
    if not dialect.selects_policy or before is None or edit.new is None:
        return False
    return (
        before.end is not None and edit.new.begin == before.end + ONE_DAY and other_policy(before.last, edit.new.last)
    )


def _is_rewritten(old: KnownCoverage, new: KnownCoverage, dialect: Dialect) -> bool:
    return dialect.selects_policy and other_policy(old.last, new.last)


def _changed(
    edit: CoverageEdit, old: KnownCoverage, new: KnownCoverage, member: MemberEdit, dialect: Dialect
) -> Iterator[_Placed]:
    """What is said of a coverage that is known: what it is, then its end."""
    moves_end = old.end != new.end
    reinstates = old.end is not None and new.end is None
    if reinstates:
        back = _reinstated(old, dialect)
        yield _ENDS if back.action is Action.REINSTATE else _CORRECTED, back
    end = new.end if reinstates else old.end
    changes = list(_contents(old, new, end, member.ref, dialect))
    only_days = len(changes) == 1 and moves_end and not reinstates and dialect.end_correction == "correct"
    if only_days and old.end is not None and changes[0].changed_on is None:
        # A wrong first or last day, and what else was wrong, are put right at once.
        yield _CORRECTED, replace(changes[0], end=new.end)
        return
    rank = _FIRST if moves_end and not reinstates else _REST
    yield from ((_CORRECTED if s.action is Action.CORRECT and rank == _REST else rank, s) for s in changes)
    if moves_end and not reinstates and not _ends_by_its_successor(edit, member, dialect):
        yield from _end_moved(old, new, member, dialect)


def _ends_by_its_successor(edit: CoverageEdit, member: MemberEdit, dialect: Dialect) -> bool:
    """Whether the coverage that follows is said as a change of this one, so that no end of it is said."""
    return any(e.old is None and e.before is edit.new and _replaces(e, member, dialect) for e in member.coverages)


def _contents(
    old: KnownCoverage, new: KnownCoverage, end: date | None, ref: MemberRef, dialect: Dialect
) -> Iterator[CoverageStatement]:
    """HD 001 for each part from which on the coverage is otherwise; a first day that was wrong is put right."""
    said_to = open_end(new.begin, dialect) if end is None else end
    parts = list(changed_parts(old, new, ref, dialect))
    if old.begin != new.begin and (not parts or parts[0][1].begin != new.begin):
        first = new.parts[0].with_values(effective_date=new.begin, end_date=end)
        yield CoverageStatement(Action.CORRECT, first, old.last, new.begin, said_to)
    for held, part in parts:
        dated = part.begin if part.begin != new.begin else None
        action = Action.CORRECT if old.begin != new.begin and dated is None else Action.CHANGE
        now = part.with_values(effective_date=new.begin, end_date=end)
        reported = held.with_values(effective_date=old.begin, end_date=old.end)
        yield CoverageStatement(action, now, reported, new.begin, said_to, dated)


def _reinstated(old: KnownCoverage, dialect: Dialect) -> CoverageStatement:
    action = Action.ADD if dialect.reinstatement == "add" else Action.REINSTATE
    now = old.last.with_values(end_date=None, end_reason=None)
    return CoverageStatement(action, now, old.last, old.begin, open_end(old.begin, dialect))


def _end_moved(old: KnownCoverage, new: KnownCoverage, member: MemberEdit, dialect: Dialect) -> Iterator[_Placed]:
    """The right last day, in the dialect's form of a corrected end; under INS 024, as an end."""
    said = CoverageStatement(Action.END, new.last, old.last, new.begin, new.end)
    form = dialect.end_correction
    if old.end is not None and form == "correct" and _K.MEMBER_ENDED not in member.kinds:
        dated = new.parts[-1].begin if len(new.parts) > 1 else None
        yield _REST, replace(said, action=Action.CORRECT, changed_on=dated)
        return
    later = old.end is not None and new.end is not None and new.end > old.end
    if old.end is not None and (form == "reinstate_then_end" or (form == "by_direction" and later)):
        yield _ENDS, replace(said, action=Action.REINSTATE, end=open_end(new.begin, dialect))
    yield _ENDS, said


def added(
    new: KnownCoverage, dialect: Dialect, action: Action = Action.ADD, changed: Action = Action.CHANGE
) -> Iterator[CoverageStatement]:
    """HD 021 for a coverage, and HD 001 for each change from a date in it; or what else says so, as 030 does."""
    for at, part in enumerate(new.parts):
        now = part.with_values(effective_date=new.begin, end_date=new.end)
        end = said_end(now, dialect)
        yield CoverageStatement(changed if at else action, now, None, new.begin, end, part.begin if at else None)
    yield from ended_by_its_word(new, dialect)


def ended_by_its_word(known: KnownCoverage, dialect: Dialect) -> Iterator[CoverageStatement]:
    """HD 024 where the last day is also the dialect's word for none: 021 and 030 with it would leave it open."""
    if known.end is not None and known.end == open_end(known.begin, dialect):
        yield CoverageStatement(Action.END, known.last, known.last, known.begin, known.end)


def cancelled(known: Interval, dialect: Dialect) -> CoverageStatement:
    """Coverage that never took effect: found by what the carrier knows of it, and never said as one covered day."""
    if dialect.cancellation == "delete":
        return CoverageStatement(Action.DELETE, known, known, known.begin, None)
    end = known.begin - ONE_DAY if dialect.cancellation == "end_day_before" else known.begin
    return CoverageStatement(Action.END, known, known, known.begin, end)


def said_end(interval: Interval, dialect: Dialect) -> date | None:
    """The last day to say of an interval, in the feed's word for one that has none."""
    return interval.end if interval.end is not None else open_end(interval.begin, dialect)


def open_end(begin: date, dialect: Dialect) -> date | None:
    """The last day to say of an interval that has none; None where none is said."""
    if dialect.open_end == "far_future":
        return _FAR_FUTURE
    if dialect.open_end != "plan_year_end" or not dialect.plan_year_end:
        return None
    month, day = (int(part) for part in dialect.plan_year_end.split("-"))
    ends = (date(y, month, min(day, calendar.monthrange(y, month)[1])) for y in (begin.year, begin.year + 1))
    return next(end for end in ends if end >= begin)
