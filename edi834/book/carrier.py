"""The carrier: how one that reads by a declared dialect understands statements. It infers nothing that is not declared.

A coverage is found by what identifies it; a statement about one that is not in the book changes nothing, and is a
complaint. A change from a date continues the coverage; a new plan stands beside the old one unless the dialect declares
that it replaces it; omission and a subscriber's end concern others only where it is declared.
Choosing statements by this reading is ``possible.py``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from edi834.book.book import ONE_DAY, Family, Interval, Person, effective, is_never_effective, share_a_day
from edi834.book.dialect import Dialect
from edi834.book.saying.coverages import open_end
from edi834.book.statement import Action, CoverageStatement, FamilyStatement, MemberStatement
from edi834.model import MemberRef

__all__ = ["Reading", "read"]

_CHANGING = frozenset({Action.CHANGE, Action.CORRECT})
_STATING = _CHANGING | {Action.AUDIT}


class Reading:
    """One family's book, while a carrier reads statements about it.

    Attributes:
      complaints: What the carrier could make nothing of: the action, and the benefit.
    """

    def __init__(self, family: Family | None, dialect: Dialect) -> None:
        self.complaints: list[tuple[Action, str]] = []
        self._people = {m.ref: m for m in family.members} if family is not None else {}
        self._dialect = dialect

    def read(self, statement: FamilyStatement) -> Family | None:
        """Give the family as the carrier's book shows it once it has read the statement."""
        for member in statement.members:
            self._member(member)
        for ref in statement.left_out:
            self._people.pop(ref, None)
        kept = [p for p in self._people.values() if p.coverages or p.ref.is_subscriber]
        return statement.target.with_members(kept) if kept else None

    def _member(self, said: MemberStatement) -> None:
        ref = said.member.ref
        known = self._people.get(ref)
        if known is None and said.action not in {Action.ADD, Action.AUDIT}:
            self.complaints.append((said.action, ""))
            return
        intervals = list(known.coverages) if known is not None else []
        for coverage in said.coverages:
            intervals = self._coverage(intervals, coverage)
        if said.action is Action.AUDIT and self._dialect.full_statement == "removes":
            intervals = _only_stated(intervals, said.coverages)
        self._people[ref] = replace(said.member, coverages=()).with_coverages(intervals)
        if said.action is Action.END:
            self._membership_ends(said)
        elif said.action is Action.REINSTATE:
            self._membership_returns(said)

    def _membership_ends(self, said: MemberStatement) -> None:
        """What the statement gives no day of its own ends with the membership (DTP 357)."""
        last, ref = said.last_day, said.member.ref
        if last is None:
            self.complaints.append((said.action, ""))
            return
        named = {(c.coverage.benefit, c.begin) for c in said.coverages}
        self._ends(ref, last, named)
        if ref.is_subscriber and self._dialect.cascade == "subscriber_only":
            for other in [r for r in self._people if r != ref]:
                self._ends(other, last, frozenset())

    def _ends(self, ref: MemberRef, last: date, named: Iterable[tuple[str, date]]) -> None:
        """End a person's coverages; what ended on the membership's last day ends on its new one."""
        person, known = self._people[ref], frozenset(named)
        ends = {one.end for one in effective(person.coverages)}
        before = max((end for end in ends if end is not None), default=None) if None not in ends else None
        self._people[ref] = person.with_coverages(
            one if is_never_effective(one) or _named(one, person, known) else _ended(one, last, before)
            for one in person.coverages
        )

    def _membership_returns(self, said: MemberStatement) -> None:
        """What the statement does not name comes back: all that one has, or those who ended with a subscriber."""
        own = said.member.ref
        for ref in list(self._people) if self._cascades(own) else [own]:
            if ref != own or not said.coverages:
                person = self._people[ref]
                self._people[ref] = person.with_coverages(_returned(person.coverages, said))

    def _cascades(self, ref: MemberRef) -> bool:
        return ref.is_subscriber and self._dialect.cascade == "subscriber_only"

    # --- one coverage -------------------------------------------------------------------------------------------

    def _coverage(self, intervals: Sequence[Interval], said: CoverageStatement) -> list[Interval]:
        end = said.end
        if said.action is not Action.END and end is not None and end == open_end(said.begin, self._dialect):
            end = None
        if said.action is Action.ADD:
            return self._added(intervals, said, end)
        if said.action is Action.END and (end is None or end <= said.begin) and self._never_was(intervals, said):
            return list(intervals)
        found = self._found(intervals, said)
        if not found:
            if said.action is Action.AUDIT and said.changed_on is None:
                is_never = end is not None and end <= said.begin
                return list(intervals) if is_never else [*intervals, _interval(said, end)]
            self.complaints.append((said.action, said.coverage.benefit))
            return list(intervals)
        kept = found[-1].end if said.action in _CHANGING and said.changed_on is None and said.end is None else None
        if kept is not None and kept < said.begin:
            self.complaints.append((said.action, said.coverage.benefit))  # a first day after the last one
            return list(intervals)
        if said.action in _STATING and end is None and found[-1].end == said.end:
            end = said.end  # an end that is said by its own word stays where it was said before
        others = [one for one in intervals if all(one is not part for part in found)]
        return [*others, *self._altered(found, said, end)]

    def _altered(self, found: Sequence[Interval], said: CoverageStatement, end: date | None) -> Sequence[Interval]:
        if said.action is Action.DELETE:
            return ()
        if said.action is Action.END:
            return [_void(found[0])] if end is None or end <= said.begin else _until(found, end)
        if said.action is Action.REINSTATE:
            return [found[0].with_values(end_date=end)] if is_never_effective(found[0]) else _until(found, end)
        if said.action is Action.AUDIT and end is not None and end <= said.begin:
            return [_void(found[0])]
        if said.changed_on is None and self._dialect.begin_date == "change" and self._is_from_a_date(found, said):
            return [*_until(found, said.begin - ONE_DAY), _interval(said, found[-1].end if said.end is None else end)]
        last = end if said.action is Action.AUDIT or said.end is not None else found[-1].end
        if said.changed_on is None or said.changed_on <= said.begin:
            return [_interval(said, last)]
        before = [one for one in _until(found, said.changed_on - ONE_DAY) if one.begin < said.changed_on]
        after = _interval(said, last).with_values(effective_date=said.changed_on)
        return [*before, replace(after, continues=True)]

    def _is_from_a_date(self, found: Sequence[Interval], said: CoverageStatement) -> bool:
        """Whether HD 001 with another first day says since when the coverage is otherwise; else the day was wrong."""
        if said.begin <= found[0].begin or said.action not in _CHANGING:
            return False
        return said.coverage.differs_from(found[-1], "plan_code", "tier", "policy_number")

    def _added(self, intervals: Sequence[Interval], said: CoverageStatement, end: date | None) -> list[Interval]:
        new = _interval(said, end)
        same = [c for c in intervals if (c.benefit, c.begin, c.plan_code) == (new.benefit, new.begin, new.plan_code)]
        if any(not is_never_effective(one) and one.end is None for one in same) or (
            effective(same) and self._dialect.reinstatement != "add"
        ):
            self.complaints.append((said.action, new.benefit))
            return list(intervals)
        others = [one for one in intervals if all(one is not known for known in same)]
        if self._dialect.new_plan == "replaces":
            others = [c for one in others for c in _given_way(one, new)]
        return [*others, new]

    def _found(self, intervals: Sequence[Interval], said: CoverageStatement) -> list[Interval]:
        """The parts of the coverage that the statement is about, by what identifies one; none where it is not held."""
        coverages: list[list[Interval]] = []
        for one in sorted(intervals, key=lambda c: (c.begin, c.continues)):
            if one.benefit != said.coverage.benefit or (
                is_never_effective(one) and said.action is not Action.REINSTATE
            ):
                continue
            if one.continues and coverages:
                coverages[-1].append(one)
            else:
                coverages.append([one])
        plan, by = said.coverage.plan_code, self._dialect.coverage_identity
        if by != "line":
            coverages = [c for c in coverages if c[-1].plan_code == plan or c[0].plan_code == plan]
        exact = next((c for c in coverages if c[0].begin == said.begin), None)
        if exact is not None or by == "line_plan_and_begin":
            return exact or []
        held = [c for c in coverages if not is_never_effective(c[0])]
        if len(held) == 1:
            return self._unless_audit(held[0], said)
        from_a_date = self._dialect.begin_date == "change" and said.action is Action.CHANGE
        covering = [c for c in held if (by == "line" or from_a_date) and _covers(c, said.begin)]
        return covering[0] if len(covering) == 1 else []

    def _never_was(self, intervals: Sequence[Interval], said: CoverageStatement) -> bool:
        """Whether the coverage of that first day was cancelled already, and no other is meant."""
        by_plan = self._dialect.coverage_identity != "line"
        own = [
            one
            for one in intervals
            if one.benefit == said.coverage.benefit
            and one.begin == said.begin
            and not (by_plan and one.plan_code != said.coverage.plan_code)
        ]
        return bool(own) and all(is_never_effective(one) for one in own)

    def _unless_audit(self, found: list[Interval], said: CoverageStatement) -> list[Interval]:
        """030 of another first day states another coverage, unless the line identifies it and they share a day."""
        if said.action is not Action.AUDIT:
            return found
        is_the_lines = self._dialect.coverage_identity == "line"
        return found if is_the_lines and share_a_day(found[0], _interval(said, said.end)) else []


def read(
    statements: Iterable[FamilyStatement], family: Family | None, dialect: Dialect
) -> tuple[Family | None, tuple[tuple[Action, str], ...]]:
    """Read statements about one family in order.

    Returns:
      The family as the carrier's book then shows it, and what the carrier could make nothing of.
    """
    complaints: list[tuple[Action, str]] = []
    for statement in statements:
        reading = Reading(family, dialect)
        family = reading.read(statement)
        complaints += reading.complaints
    return family, tuple(complaints)


def _interval(said: CoverageStatement, end: date | None) -> Interval:
    return replace(said.coverage.with_values(effective_date=said.begin, end_date=end), continues=False)


def _void(known: Interval) -> Interval:
    return replace(known.with_values(end_date=known.begin), continues=False)


def _until(parts: Sequence[Interval], end: date | None) -> list[Interval]:
    """The same coverage with another last day; parts that begin after it are gone."""
    kept = [one for one in parts if end is None or one.begin <= end] or list(parts[:1])
    return [*kept[:-1], kept[-1].with_values(end_date=end)]


def _ended(one: Interval, last: date, before: date | None) -> Interval:
    if one.end is not None and one.end <= last and one.end != before:
        return one
    return _void(one) if last <= one.begin else one.with_values(end_date=last)


def _named(one: Interval, person: Person, named: frozenset[tuple[str, date]]) -> bool:
    """Whether the statement gives a day of its own to the coverage that the interval is a part of."""
    begins = [
        c.begin for c in person.coverages if c.benefit == one.benefit and c.begin <= one.begin and not c.continues
    ]
    return (one.benefit, max(begins, default=one.begin)) in named


def _returned(intervals: Sequence[Interval], said: MemberStatement) -> list[Interval]:
    """What comes back with the membership: what ended the day before (DTP 303), else what never took effect."""
    ended = [one for one in effective(intervals) if one.end is not None]
    if not ended:
        return [one.with_values(end_date=None) if one.begin == said.effective else one for one in intervals]
    return [
        one.with_values(end_date=None)
        if one.end is not None and not is_never_effective(one) and one.end + ONE_DAY == said.effective
        else one
        for one in intervals
    ]


def _given_way(one: Interval, new: Interval) -> list[Interval]:
    if one.benefit != new.benefit or is_never_effective(one) or one.plan_code == new.plan_code:
        return [one]
    if one.end is not None and one.end < new.begin:
        return [one]
    return [] if one.begin >= new.begin else [one.with_values(end_date=new.begin - ONE_DAY)]


def _covers(parts: Sequence[Interval], day: date) -> bool:
    end = parts[-1].end
    return parts[0].begin <= day and (end is None or day <= end)


def _only_stated(intervals: Sequence[Interval], said: Sequence[CoverageStatement]) -> list[Interval]:
    stated = [_interval(c, c.end) for c in said]
    keys = {(c.benefit, c.begin) for c in stated}

    def goes(one: Interval) -> bool:
        same_days = any(c.benefit == one.benefit and share_a_day(c, one) for c in stated)
        return (one.benefit, one.begin) not in keys and not one.continues and same_days

    return [one for one in intervals if not goes(one)]
