"""The carrier's book: who is enrolled under whom, in which plan, on which days; and how two books are compared.

An interval is one span of one benefit, as the source states it. A known coverage is what the carrier holds as one:
intervals that follow each other without a gap and differ only in what a change from a date may alter, such as the tier.
Two books are the same if every day of every person is, so equal neighbours are merged before they are compared.
How the desired book comes about is ``desired.py``'s; what separates two books is ``edits.py``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from edi834.book.dialect import Dialect
from edi834.grants import Record, ReleasedCoverage, ReleasedFamily, ReleasedMember
from edi834.model import FamilyRef, MemberRef, canonical

__all__ = [
    "EXPLANATIONS",
    "ONE_DAY",
    "Book",
    "Family",
    "Interval",
    "KnownCoverage",
    "Person",
    "benefits_of",
    "changed_facts",
    "changed_fields",
    "covered_days",
    "covers",
    "effective",
    "first_changed_day",
    "first_difference",
    "follows",
    "insurance_of",
    "is_covered_alike",
    "is_never_effective",
    "joined_parts",
    "known_by",
    "known_coverages",
    "may_be_one",
    "may_continue",
    "of_benefit",
    "other_policy",
    "person_in",
    "same_family",
    "same_person",
    "share_a_day",
]

Interval = ReleasedCoverage
"""One span of one benefit: what was released of it, with its first and last day."""

Person = ReleasedMember
"""One person: released facts, intervals, other insurance. An interval that never took effect may be here as the memory
of one that was cancelled; it covers no day, and no comparison asks about it."""

Family = ReleasedFamily
"""A subscriber with the dependents."""

Book = Mapping[FamilyRef, Family]
"""One carrier's membership records, by family."""

ONE_DAY = timedelta(days=1)

EXPLANATIONS = frozenset({"event", "event_date", "end_reason"})
"""Fields that explain a change and are none themselves."""

_NOT_FACTS = frozenset({"benefit", "plan_code", "effective_date", "end_date", "carrier_id", "subscriber_id"})
"""What identifies an interval, or says when it holds; everything else that was released of it is a fact."""


@dataclass(frozen=True, slots=True)
class KnownCoverage:
    """What the carrier knows as one coverage.

    Attributes:
      parts: The intervals it consists of, each beginning the day after the one before; every one but the first begins
        with a change from that date.
    """

    parts: tuple[Interval, ...]

    @property
    def benefit(self) -> str:
        """The kind of benefit."""
        return self.parts[0].benefit

    @property
    def plan(self) -> str:
        """The plan on its last days."""
        return self.parts[-1].plan_code

    @property
    def begin(self) -> date:
        """First covered day."""
        return self.parts[0].begin

    @property
    def end(self) -> date | None:
        """Last covered day, None while open."""
        return self.parts[-1].end

    @property
    def last(self) -> Interval:
        """What holds on its last days, with the first and last day of the whole."""
        last = self.parts[-1]
        return last if len(self.parts) == 1 else last.with_values(effective_date=self.begin)


def is_never_effective(interval: Interval) -> bool:
    """Whether the interval never took effect: its last day is its first, or the day before (SNAPSHOT, coverages)."""
    return interval.end is not None and interval.end <= interval.begin


def effective(intervals: Iterable[Interval]) -> list[Interval]:
    """The intervals that cover a day."""
    return [one for one in intervals if not is_never_effective(one)]


def share_a_day(one: Interval, other: Interval) -> bool:
    """Whether there is a day that both cover."""
    return (other.end is None or one.begin <= other.end) and (one.end is None or other.begin <= one.end)


def covers(one: Interval, day: date) -> bool:
    """Whether the interval covers the day."""
    return not is_never_effective(one) and one.begin <= day and (one.end is None or day <= one.end)


def person_in(family: Family | None, ref: MemberRef) -> Person | None:
    """The person of that reference, where there is a family and the person is in it."""
    return family.member(ref) if family is not None else None


def of_benefit(person: Person | None, benefit: str) -> list[Interval]:
    """A person's intervals of one benefit, in order."""
    return [one for one in person.coverages if one.benefit == benefit] if person is not None else []


def benefits_of(*people: Person | None) -> list[str]:
    """The benefits that any of them has an interval of, sorted."""
    return sorted({one.benefit for person in people if person is not None for one in person.coverages})


def insurance_of(person: Person) -> list[tuple[tuple[str, str], ...]]:
    """The other insurance of a person in a form that can be compared."""
    return sorted(tuple((n, canonical(v)) for n, v in sorted(row.items())) for row in person.other_insurance)


def changed_fields(old: Person, new: Person, dialect: Dialect) -> tuple[str, ...]:
    """The reported fields of a person that differ. A field that was not released before is no change: law 4."""
    return tuple(
        name
        for name in new.values
        if name in old.values
        and name not in EXPLANATIONS
        and dialect.is_reported(new.ref, name)
        and _differs(old.values, new.values, name)
    )


def known_by(person: Person) -> tuple[object, ...]:
    """What a carrier knows somebody by: the Social Security number; without one, the name and the birth date."""
    number = person.values.get("ssn")
    names = ("ssn",) if number else ("first_name", "last_name", "birth_date")
    return tuple(canonical(person.values.get(name)) for name in names)


def changed_facts(old: Interval, new: Interval, ref: MemberRef, dialect: Dialect) -> tuple[str, ...]:
    """The facts of an interval that differ, as far as they are reported of that person; its plan and days are none."""
    names = (old.values.keys() & new.values.keys()) - _NOT_FACTS - EXPLANATIONS
    if not dialect.reports_tier_of(ref):
        names -= {"tier"}
    return tuple(sorted(name for name in names if _differs(old.values, new.values, name)))


def known_coverages(person: Person | None, benefit: str) -> list[KnownCoverage]:
    """A person's effective intervals of one benefit, as the carrier knows them."""
    found: list[list[Interval]] = []
    for one in effective(of_benefit(person, benefit)):
        if found and one.continues:
            found[-1].append(one)
        else:
            found.append([one])
    return [KnownCoverage(tuple(parts)) for parts in found]


def joined_parts(known: KnownCoverage, ref: MemberRef, dialect: Dialect) -> KnownCoverage:
    """The same coverage without cuts at which nothing that is reported of that person changes."""
    parts: list[Interval] = []
    for part in known.parts:
        if parts and _is_the_same(parts[-1], part, ref, dialect):
            parts[-1] = replace(part.with_values(effective_date=parts[-1].begin), continues=parts[-1].continues)
        else:
            parts.append(part)
    return KnownCoverage(tuple(parts))


def covered_days(person: Person | None, benefit: str, dialect: Dialect) -> list[Interval]:
    """A person's effective intervals of one benefit with equal neighbours merged: equal lists, equal days."""
    merged: list[Interval] = []
    for one in effective(of_benefit(person, benefit)):
        assert person is not None
        before = merged[-1] if merged else None
        if before is not None and follows(one, before) and _is_the_same(before, one, person.ref, dialect):
            merged[-1] = one.with_values(effective_date=before.begin)
        else:
            merged.append(one)
    return merged


def follows(later: Interval, earlier: Interval) -> bool:
    """Whether one interval begins the day after another ends."""
    return earlier.end is not None and later.begin == earlier.end + ONE_DAY


def first_changed_day(old: Person | None, new: Person | None, dialect: Dialect) -> date | None:
    """The first day on which somebody is covered otherwise: another plan or policy, or from that day on another tier.

    A tier that is written over in its row has no day of its own, and moves none. None where no day is otherwise.
    """
    changed: list[date] = []
    for benefit in benefits_of(old, new):
        intervals = [effective(of_benefit(person, benefit)) for person in (old, new)]
        days = {day for one in (*intervals[0], *intervals[1]) for day in _turns(one)}
        changed += (day for day in days if _is_otherwise(day, intervals[0], intervals[1], dialect))
    return min(changed, default=None)


def _is_otherwise(day: date, old: Iterable[Interval], new: Iterable[Interval], dialect: Dialect) -> bool:
    before, after = (next((c for c in intervals if covers(c, day)), None) for intervals in (old, new))
    if before is None or after is None:
        return before is not after
    if before.plan_code != after.plan_code or (dialect.selects_policy and after.differs_from(before, "policy_number")):
        return True
    return before.begin != after.begin and after.differs_from(before, "tier")


def _turns(one: Interval) -> Iterable[date]:
    return (one.begin,) if one.end is None else (one.begin, one.end + ONE_DAY)


def same_family(one: Family | None, other: Family | None, dialect: Dialect) -> bool:
    """Whether two books say the same of a family: every day, and every reported fact of the people who are enrolled."""
    refs = {m.ref for f in (one, other) if f is not None for m in f.members}
    return all(same_person(person_in(one, ref), person_in(other, ref), dialect) for ref in refs)


def first_difference(one: Family | None, other: Family | None, dialect: Dialect) -> tuple[MemberRef, str]:
    """Name what two books that are not the same say otherwise first: whose field, by the path that mappings use."""
    refs = sorted({m.ref for f in (one, other) if f is not None for m in f.members}, key=str)
    return next((ref, n) for ref in refs for n in _otherwise(person_in(one, ref), person_in(other, ref), dialect))


def same_person(one: Person | None, other: Person | None, dialect: Dialect) -> bool:
    """Whether two books say the same of a person."""
    return next(_otherwise(one, other, dialect), None) is None


def _otherwise(one: Person | None, other: Person | None, dialect: Dialect) -> Iterator[str]:
    """The fields, by path, in which two books differ of one person."""
    for benefit in benefits_of(one, other):
        yield from (f"coverage.{name} of {benefit}" for name in _otherwise_in(benefit, one, other, dialect))
    if one is None or other is None or not effective(one.coverages):
        return  # of somebody who is not enrolled, nothing is held
    yield from (f"member.{name}" for name in changed_fields(one, other, dialect))
    if insurance_of(one) != insurance_of(other):
        yield "other_insurance"


def is_covered_alike(benefit: str, one: Person | None, other: Person | None, dialect: Dialect) -> bool:
    """Whether every day of a benefit is the same in two books, however the rows are cut."""
    return next(_otherwise_in(benefit, one, other, dialect), None) is None


def _otherwise_in(benefit: str, one: Person | None, other: Person | None, dialect: Dialect) -> Iterator[str]:
    days, theirs = (covered_days(person, benefit, dialect) for person in (one, other))
    if len(days) != len(theirs):
        yield "effective_date"
    for a, b in zip(days, theirs, strict=False):
        if (a.begin, a.end) != (b.begin, b.end):
            yield "effective_date" if a.begin != b.begin else "end_date"
        if a.plan_code != b.plan_code:
            yield "plan_code"
        ref = (one or other).ref  # type: ignore[union-attr]
        yield from changed_facts(a, b, ref, dialect)


def _is_the_same(one: Interval, other: Interval, ref: MemberRef, dialect: Dialect) -> bool:
    return one.plan_code == other.plan_code and not changed_facts(one, other, ref, dialect)


def may_continue(one: Interval, other: Interval, ref: MemberRef, dialect: Dialect) -> bool:
    """Whether the carrier may know the second interval as the first coverage, changed from that day on."""
    if not follows(other, one) or not may_be_one(one, other, dialect):
        return False
    is_dated = dialect.begin_date == "span"
    if one.plan_code != other.plan_code:
        return is_dated
    return other.differs_from(one, "tier") and (is_dated or not dialect.reports_tier_of(ref))


def may_be_one(one: Interval, other: Interval, dialect: Dialect) -> bool:
    """Whether two intervals can be parts of one coverage: of one plan, unless HD 001 changes it, and of one policy."""
    if dialect.selects_policy and other_policy(one, other):
        return False
    return one.plan_code == other.plan_code or dialect.plan_change == "simple"


def other_policy(one: Interval, other: Interval) -> bool:
    """Whether both have a policy number, and not the same: one that is not known selects no policy."""
    numbers = (one.values.get("policy_number"), other.values.get("policy_number"))
    return None not in numbers and other.differs_from(one, "policy_number")


def _differs(old: Record, new: Record, name: str) -> bool:
    one, other = old.get(name), new.get(name)
    return one != other and canonical(one) != canonical(other)
