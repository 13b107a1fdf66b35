"""Both books in one form, day by day: what the grid expects, and what the carrier holds, as an 834 spells it.

A person is shown by the days they are covered, those in a row that are alike as one, and by their facts. Of somebody no
longer covered only the days count, and of somebody who ends only who they are, as an ending says no more.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby

from edi834.book.dialect import Dialect
from edi834.model import MemberRef
from tests.laws.days import AFTER, Days, at, day_of, runs
from tests.laws.grid import FACTS, Grid, Person
from tests.simulated_carrier import Book, HeldMember, HeldSpan, Reading

__all__ = ["Shown", "as_expected", "as_held", "differences"]

_LINES = {"medical": "HLT", "dental": "DEN", "vision": "VIS"}
_TIERS = {
    "employee": "EMP", "employee_and_one": "E1D", "family": "FAM", "employee_spouse": "ESP", "employee_child": "ECH",
    "employee_children": "ECH", None: "",
}  # fmt: skip
_RELATIONSHIPS = {"self": "18", "spouse": "01", "ex_spouse": "25", "child": "19", "adopted_child": "09"}
_STATUSES = {"active": "AC", "leave": "L1", "cobra": "TE", "surviving": "", "terminated": "TE", None: ""}
_MEDICARE = {"A": "A", "B": "B", "AB": "C", None: ""}
_STUDENT = {"full_time": "F", "part_time": "P", "none": "", None: ""}
_WHERE = ("address1", "home_phone", "mailing_address1")

_AsWhat = tuple[str, ...]  # plan, tier, premium, physician, policy
_Stretch = tuple[str, date | None, date | None, _AsWhat]
Shown = tuple[str, bool, tuple[_Stretch, ...], tuple[str, ...]]
"""Subscriber, whether it is they, the stretches of days that are alike, and the person."""


def differences(grid: Grid, book: Book, as_of: date) -> tuple[list[Shown], list[Shown]]:
    """What the carrier holds and should not, and what it should hold and does not."""
    held = Counter(as_held(book, as_of, grid.dialect))
    wanted = Counter(as_expected(grid, as_of))
    return sorted((held - wanted).elements(), key=repr), sorted((wanted - held).elements(), key=repr)


def as_expected(grid: Grid, as_of: date) -> list[Shown]:
    """The expected book, person by person."""
    shown = (_expected(ref, person, as_of, grid.dialect) for ref, person in grid.people.items())
    return sorted((one for one in shown if one[2]), key=repr)


def as_held(book: Book, as_of: date, dialect: Dialect | None = None) -> list[Shown]:
    """The carrier's book, person by person."""
    shown = (_held(member, as_of, dialect or Dialect()) for member in book.members)
    return sorted((one for one in shown if one[2]), key=repr)


# --- expected -------------------------------------------------------------------------------------------------------


def _expected(ref: MemberRef, person: Person, as_of: date, dialect: Dialect) -> Shown:
    grid = {_LINES[b]: _as_reported(days, ref, dialect) for b, days in person.days.items()}
    stretches = _stretches(grid, Reading.of(dialect))
    facts: tuple[str, ...] = ()
    if _is_covered(stretches, as_of):
        facts = _who(person.facts, _where_is_compared(ref.is_subscriber, dialect))
    if _is_open(stretches):
        facts += (*_further(person.facts, ref), ",".join(person.others))
    return ref.subscriber_id, ref.is_subscriber, stretches, facts


def _as_reported(days: Days, ref: MemberRef, dialect: Dialect) -> list[_AsWhat | None]:
    reported: list[_AsWhat | None] = [None] * len(days)
    for first, last, cell in runs(days):
        tier = (cell.counted or cell.tier) if dialect.reports_tier_of(ref) else None
        policy = cell.policy if dialect.selects_policy else None
        premium = "" if cell.premium is None else str(cell.premium)
        what = cell.plan, _TIERS[tier], premium, cell.physician or "", policy or ""
        reported[first : last + 1] = [what] * (last + 1 - first)
    return reported


def _where_is_compared(is_subscriber: bool, dialect: Dialect) -> bool:
    return is_subscriber or dialect.address == "each"


def _who(facts: Mapping[str, object], with_address: bool) -> tuple[str, ...]:
    names = [name for name in FACTS[1:9] if with_address or name not in _WHERE]
    return (_RELATIONSHIPS[str(facts["relationship"])], *(_spelled(facts[name]) for name in names))


def _further(facts: Mapping[str, object], ref: MemberRef) -> tuple[str, ...]:
    """What is reported of somebody who stays; of the work, and of school, as it concerns subscribers or dependents."""
    work = (_STATUSES[_text(facts["employment_status"])], _spelled(facts["department"])) if ref.is_subscriber else ()
    school = () if ref.is_subscriber else (_STUDENT[_text(facts["student_status"])],)
    return (*work, _MEDICARE[_text(facts["medicare_parts"])], *school, "Y" if facts["disabled"] else "")


def _text(value: object) -> str | None:
    return None if value is None else str(value)


# --- held -----------------------------------------------------------------------------------------------------------


def _held(member: HeldMember, as_of: date, dialect: Dialect) -> Shown:
    grid: dict[str, list[_AsWhat | None]] = {}
    for span in member.spans:
        days = grid.setdefault(span.line, [None] * (AFTER + 1))
        first, last = at(span.begin), at(span.end)
        days[first : last + 1] = [_as_what(span, member, dialect)] * (last + 1 - first)
    stretches = _stretches(grid, Reading.of(dialect))
    facts: tuple[str, ...] = ()
    if _is_covered(stretches, as_of):
        facts = _person(member, _where_is_compared(member.is_subscriber, dialect))
    if _is_open(stretches):
        open_spans = [s for s in member.spans if s.end is None] or member.spans
        facts += (*_circumstances(member), *sorted({",".join(s.facts.others) for s in open_spans}))
    return member.subscriber_id, member.is_subscriber, stretches, facts


def _as_what(span: HeldSpan, member: HeldMember, dialect: Dialect) -> _AsWhat:
    is_said = member.is_subscriber or dialect.tier == "as_is"
    facts = span.facts
    policy = facts.policy if dialect.selects_policy else ""
    return facts.plan, facts.tier if is_said else "", facts.premium, facts.provider, policy


def _person(member: HeldMember, with_address: bool) -> tuple[str, ...]:
    person = member.person
    where = (
        member.address[0] if member.address else "",
        member.contacts.get("HP", ""),
        member.mailing[0] if member.mailing else "",
    )
    who = (person.last_name, person.first_name, person.ssn, person.birth.isoformat() if person.birth else "")
    return (member.relationship, *who, person.gender, *(where if with_address else ()))


def _circumstances(member: HeldMember) -> tuple[str, ...]:
    work = (member.status, member.department) if member.is_subscriber else ()
    school = () if member.is_subscriber else (member.student,)
    return (*work, member.medicare.partition(":")[0], *school, member.handicap)


# --- days that are alike --------------------------------------------------------------------------------------------


def _stretches(grid: Mapping[str, Iterable[_AsWhat | None]], reading: Reading) -> tuple[_Stretch, ...]:
    """Days in a row that are alike, by line.

    Where the end of the plan year is the word for no end, a carrier cannot tell such an end from none.
    """
    found: list[_Stretch] = []
    for line, cells in sorted(grid.items()):
        for first, last, what in _alike(cells):
            end = day_of(last)
            is_word = reading.open_end == "plan_year_end" and end is not None and reading.ends_the_plan_year(end)
            found.append((line, day_of(first), None if is_word else end, what))
    return tuple(found)


def _alike(cells: Iterable[_AsWhat | None]) -> Iterable[tuple[int, int, _AsWhat]]:
    place = 0
    for what, alike in groupby(cells):
        length = len(list(alike))
        if what is not None:
            yield place, place + length - 1, what
        place += length


def _is_covered(stretches: tuple[_Stretch, ...], as_of: date) -> bool:
    return any(end is None or end >= as_of for _, _, end, _ in stretches)


def _is_open(stretches: tuple[_Stretch, ...]) -> bool:
    """Whether something goes on without a last day."""
    return any(end is None for end in {line: end for line, _, end, _ in stretches}.values())


def _spelled(value: object) -> str:
    """As an 834 spells it: capitals, without accents."""
    text = "" if value is None else str(value)
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).upper()
