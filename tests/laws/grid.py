"""The expected book as a grid of days: what a carrier should hold, computed from snapshots alone.

For each person, benefit and day it says whether and as what the person is covered (``days.py``), with the person's
facts beside it. One person's rows are laid over the days in ``rows.py``; here is what takes more than one person's
rows: moves between families, rows of other carriers, people who are missing, and a tier that is counted.
What counts as reported is what a delivered file said that was not rejected: :meth:`Grid.deliver` takes it in.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from edi834.book.dialect import Dialect
from edi834.model import Coverage, CoveredMember, Family, FamilyRef, MemberRef
from tests.laws.days import AFTER, NOT_COVERED, Days, at, cut, pairs, runs, spans_of
from tests.laws.people import BENEFITS, CARRIER
from tests.laws.rows import is_masked, overlay, row_of

__all__ = ["FACTS", "Grid", "Person"]

_LEARNT_LATE = 31
FACTS = (
    "relationship", "last_name", "first_name", "ssn", "birth_date", "gender", "address1", "home_phone",
    "mailing_address1", "employment_status", "medicare_parts", "student_status", "disabled", "department",
)  # fmt: skip
"""What of a person is compared, by the snapshot's names."""

People = dict[MemberRef, "Person"]


@dataclass(frozen=True)
class Person:
    """One person as they should be held: facts by name, days by benefit, policy numbers of other insurance."""

    facts: Mapping[str, object] = field(default_factory=dict)
    days: Mapping[str, Days] = field(default_factory=dict)
    others: tuple[str, ...] = ()

    def in_benefit(self, benefit: str) -> Days:
        return self.days.get(benefit, NOT_COVERED)

    @property
    def is_covered(self) -> bool:
        """Whether any day is covered at all."""
        return any(any(days) for days in self.days.values())

    @property
    def is_open(self) -> bool:
        """Whether something has no last day."""
        return any(days[AFTER] is not None for days in self.days.values())

    def is_over(self, as_of: date) -> bool:
        """Whether nothing is covered on that day or later."""
        return not any(any(days[at(as_of) :]) for days in self.days.values())


@dataclass
class Grid:
    """The expected book of one feed, under the rules that say what is reported."""

    dialect: Dialect = field(default_factory=Dialect)
    people: People = field(default_factory=dict)

    def deliver(
        self,
        desired: People,
        *,
        but: Collection[FamilyRef | MemberRef] = (),
        said: Collection[FamilyRef] | None = None,
    ) -> None:
        """What a night's file says counts as reported, but of those families and people.

        Of a family that it says nothing of (``said`` names the others), rows that are cut otherwise on days that are
        covered alike were not reported: the spans stay those that were.
        """
        for ref, person in desired.items():
            if ref.family not in but and ref not in but:
                is_silent = said is not None and ref.family not in said and ref in self.people
                self.people[ref] = self._with_reported_spans(ref, person) if is_silent else person

    def _with_reported_spans(self, ref: MemberRef, person: Person) -> Person:
        before = self.people[ref].days
        alike = {b: before[b] for b, days in person.days.items() if b in before and self._alike(ref, days, before[b])}
        return replace(person, days={**person.days, **alike})

    def _alike(self, ref: MemberRef, one: Days, other: Days) -> bool:
        names = {"since": 0} if self.dialect.reports_tier_of(ref) else {"since": 0, "tier": None}
        return all(
            a is b or (a is not None and b is not None and replace(a, **names) == replace(b, **names))
            for a, b in pairs(one, other)
        )

    def desired(
        self,
        families: Collection[Family],
        as_of: date,
        last_looked: date | None = None,
        *,
        unreadable: Collection[FamilyRef] = (),
    ) -> People:
        """Everybody as the carrier should hold them after this night's file.

        Args:
          families: The snapshot's.
          as_of: Its date.
          last_looked: The date of the snapshot before it.
          unreadable: Families of the snapshot that could not be read tonight.
        """
        if _is_between(self.dialect.blackout_begin, as_of, self.dialect.blackout_end):
            return dict(self.people)
        night = _Night(
            self.dialect,
            [family for family in families if family.ref not in unreadable],
            as_of,
            min(as_of, last_looked or as_of),
            frozenset(unreadable),
            dict(self.people),
        )
        night.begin()
        return night.people


@dataclass
class _Night:
    """One night: the readable families, and everybody as reported, who become as desired."""

    dialect: Dialect
    families: list[Family]
    as_of: date
    last_looked: date
    unreadable: frozenset[FamilyRef]
    people: People
    here: set[MemberRef] = field(default_factory=set)  # with a row of ours
    seen: set[FamilyRef] = field(default_factory=set)  # with somebody who is here

    def begin(self) -> None:
        for family in self.families:
            covered = {m.member.ref for m in family.members if any(map(_is_ours, m.coverages))}
            self.here |= covered
            self.seen |= {family.ref} if covered else set()
        reported = dict(self.people)
        self._end_people_who_moved()
        for family in self.families:
            for member in family.members:
                self._lay(member)
        if self.dialect.missing in {"terminate", "omission"}:
            self._end_people_who_are_missing(reported)
        if self.dialect.tier == "recount":
            self._count_tiers()

    def _is_gone(self, ref: MemberRef) -> bool:
        """Whether the snapshot shows nothing of somebody, though it could be read."""
        is_seen = ref in self.here or (ref.is_subscriber and ref.family in self.seen)
        return not is_seen and ref.family not in self.unreadable

    # --- one person's rows --------------------------------------------------------------------------------------

    def _lay(self, member: CoveredMember) -> None:
        """A person's rows over what was reported of them, and the facts of today."""
        ref = member.member.ref
        before = self.people.get(ref, Person())
        after = replace(before, days={b: self._days(member, before, b) for b in BENEFITS})
        if not after.is_covered and ref not in self.people:
            return
        is_shown = ref.family in self.seen and (ref in self.here or ref.is_subscriber)
        # Without a row of ours, the feed sees of them only what another carrier's row says.
        if is_shown and not (before.facts and after.is_over(self.as_of)):
            after = replace(after, facts=_facts(member))
        if is_shown:
            after = replace(after, others=_others(member), facts=_kept(before, after, member))
        self.people[ref] = after

    def _days(self, member: CoveredMember, before: Person, benefit: str) -> Days:
        reported = before.in_benefit(benefit)
        ours = [row_of(c) for c in member.coverages if c.benefit == benefit and _is_ours(c)]
        theirs = [c for c in member.coverages if c.benefit == benefit and not _is_ours(c)]
        if ours or not theirs:
            return overlay(reported, ours, self.as_of, self.dialect)
        return reported if self.dialect.gave_way == "carry" else self._given_way(reported, theirs)

    def _given_way(self, reported: Days, theirs: list[Coverage]) -> Days:
        """Another carrier's row that came when ours went ends ours the day before."""
        came = [
            row.first
            for row in map(row_of, theirs)
            if row.is_effective and row.last >= at(self.as_of) and row.first >= at(self.last_looked) - _LEARNT_LATE
        ]
        days = reported
        for since, last in spans_of(reported).items():
            firsts = [first for first in came if since < first <= last]
            if firsts and not (last == AFTER and self._is_masked(min(firsts) - 1)):
                days = cut(days, since, min(firsts) - 1)
        return tuple(days)

    def _is_masked(self, last: int) -> bool:
        return is_masked(last, at(self.as_of), self.dialect)

    # --- people who are no longer where they were reported --------------------------------------------------------

    def _end_people_who_moved(self) -> None:
        """Somebody gone from their family, who begins anew in another, ends in the first the day before."""
        begun = dict(self._begun_anew())
        for ref, person in list(self.people.items()):
            there = [new for new in begun if new.member_id == ref.member_id and new != ref]
            if self._is_gone(ref) and person.is_covered and there:
                self.people[ref] = replace(
                    person,
                    days={b: self._moved(b, days, [begun[new] for new in there]) for b, days in person.days.items()},
                )

    def _begun_anew(self) -> Iterator[tuple[MemberRef, Person]]:
        """People who begin anew: their family of today was reported nothing of them yet, and will be."""
        for family in self.families:
            for member in family.members:
                known = self.people.get(member.member.ref)
                if member.member.ref in self.here and (known is None or not known.is_covered):
                    days = {b: self._days(member, Person(), b) for b in BENEFITS}
                    if (new := Person(days=days)).is_covered:
                        yield member.member.ref, new

    def _moved(self, benefit: str, days: Days, there: Iterable[Person]) -> Days:
        """Open days end the day before the same benefit, or else any, begins there after they did."""
        begun = [
            (b, since, last)
            for person in there
            for b, new in person.days.items()
            for since, last in spans_of(new).items()
        ]
        begun = [one for one in begun if one[2] == AFTER] or begun
        for since in [since for since, last in spans_of(days).items() if last == AFTER]:
            later = [(b, first) for b, first, _ in begun if first > since]
            firsts = [first for b, first in later if b == benefit] or [first for _, first in later]
            end = min(firsts, default=since) - 1
            days = days if self._is_masked(end) else cut(days, since, end)
        return tuple(days)

    def _end_people_who_are_missing(self, reported: People) -> None:
        """Somebody reported once, who is gone from the snapshot, ends on the day that the rules say."""
        last = self.as_of - timedelta(days=1)
        if self.dialect.missing == "terminate" and self.dialect.missing_end == "end_of_month":
            last = self.as_of.replace(day=calendar.monthrange(self.as_of.year, self.as_of.month)[1])
        for ref in filter(self._is_gone, () if self._is_masked(at(last)) else reported):
            person = self.people[ref]
            self.people[ref] = replace(person, days={b: _ended(days, at(last)) for b, days in person.days.items()})

    # --- the tier, counted --------------------------------------------------------------------------------------

    def _count_tiers(self) -> None:
        """A subscriber's tier by who is covered beside them: on the first of a row's days left, or on its last."""
        for ref, person in self.people.items():
            if ref.is_subscriber and ref.family in self.seen:
                counted = {b: self._counted(ref.family, b, days) for b, days in person.days.items()}
                self.people[ref] = replace(person, days=counted)

    def _counted(self, family: FamilyRef, benefit: str, days: Days) -> Days:
        counted: list[object] = [*days]
        for first, last, cell in runs(days):
            day = max(first, min(at(self.as_of), last))
            tier = self._tier(family, benefit, day)
            counted[first : last + 1] = [replace(cell, counted=tier)] * (last + 1 - first)
        return tuple(counted)  # type: ignore[arg-type]

    def _tier(self, family: FamilyRef, benefit: str, day: int) -> str:
        beside = [
            person.facts["relationship"]
            for ref, person in self.people.items()
            if ref.family == family and not ref.is_subscriber and person.in_benefit(benefit)[day] is not None
        ]
        spouses = [one for one in beside if one in {"spouse", "domestic_partner", "ex_spouse"}]
        children = len(beside) - len(spouses)
        if spouses:
            return "family" if children else "employee_spouse"
        return ("employee", "employee_child", "employee_children")[min(children, 2)]


def _ended(days: Days, last: int) -> Days:
    """The days with what has no last day ended on that one; of what began on it or later, none."""
    for since in [since for since, end in spans_of(days).items() if end == AFTER]:
        days = cut(days, since, last)
    return tuple(days)


def _facts(member: CoveredMember) -> dict[str, object]:
    return {name: getattr(member.member, name) for name in FACTS}


def _kept(before: Person, after: Person, member: CoveredMember) -> Mapping[str, object]:
    """The facts with what stays as reported: what could not be read, and the relationship of somebody who ends."""
    kept = {name: before.facts[name] for name in member.unreadable if name in before.facts}
    if not after.is_open and before.facts:
        kept["relationship"] = before.facts["relationship"]
    return {**after.facts, **kept}


def _others(member: CoveredMember) -> tuple[str, ...]:
    return tuple(sorted(other.policy_number or "" for other in member.other_insurance))


def _is_ours(coverage: Coverage) -> bool:
    return coverage.carrier_id == CARRIER


def _is_between(begin: str, day: date, end: str) -> bool:
    """Whether a day of the year lies between two, MM-DD, both included; a period may reach over the new year."""
    today = day.strftime("%m-%d")
    if not (begin and end):
        return False
    return begin <= today <= end if begin <= end else today >= begin or today <= end
