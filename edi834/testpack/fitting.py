"""Fitting a scenario to a feed: its benefits, its groups, and codes that its code tables know.

Scenarios speak of two benefits, two or three plans and two employers, which stand for the feed's own in order; a
scenario that needs more than the feed has does not fit, and says why. Each scenario gets people of its own, with
numbers that are never issued, so that a whole pack can be loaded at once, and days as late as they can be, because a
carrier takes nothing that is years old.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from edi834.feed.forms import FlatForm, Form, WorklistForm, X12Form
from edi834.mapping import Expression
from edi834.model import GroupId, Value
from edi834.testpack.scenario import PersonRows, Row, Scenario, ScenarioDay

__all__ = ["Fit", "codes_of", "fit_scenario", "misfit"]

_BENEFITS = ("medical", "dental")
_CODED = {
    "member": frozenset({"class_code", "division", "department", "location_code", "union_code"}),
    "coverage": frozenset({"plan_code"}),
}
_ANY = "*"
_STORY_BEGINS = date(2024, 1, 1)
"""Days of the story move with it; what lies before (a birth, a hire long ago) stays."""
_SSN = re.compile(r"9\d{8}")


@dataclass(frozen=True, slots=True)
class Fit:
    """What a feed has to offer a scenario.

    Attributes:
      groups: Whose people it tells of.
      benefits: Which benefits it tells, in the order in which they are to be used.
      codes: The codes that its tables know, by field (``coverage.plan_code``); a field that is not here takes any.
    """

    groups: Sequence[GroupId]
    benefits: Sequence[str]
    codes: Mapping[str, Sequence[str]]


def codes_of(form: Form) -> Mapping[str, Sequence[str]]:
    """Give the codes that a form's tables know, by the field that is looked up in them."""
    known: dict[str, Sequence[str]] = {}
    tables = form.mapping.tables if isinstance(form, X12Form | FlatForm) else {}
    for expression in _expressions(form):
        names = [name for name in expression.names if _coded(name)]
        for table, _ in expression.tables:
            if len(names) == 1 and table in tables:
                root, _, field = names[0].partition(".")
                path = f"{'coverage' if root == 'coverage' else 'member'}.{field}"
                rows = tables[table].rows
                if _ANY not in rows:
                    known[path] = [code for code in known.get(path, rows) if code in rows]
    return known


def _coded(name: str) -> bool:
    root, _, field = name.partition(".")
    return field in _CODED["coverage" if root == "coverage" else "member"]


def _expressions(form: Form) -> Iterator[Expression]:
    if isinstance(form, X12Form):
        fields = (f for segment in form.mapping.member.walk() for f in segment.fields)
        yield from (f.expression for f in fields if f.expression is not None)
    elif isinstance(form, FlatForm):
        yield from (e for record in form.mapping.records for e in record.expressions if e is not None)
    elif isinstance(form, WorklistForm):
        yield from (shown for _, shown in form.mapping.shown)


def misfit(scenario: Scenario, fit: Fit) -> str | None:
    """Say why a scenario cannot happen to the feed's people: it needs more than the feed has; None where it can."""
    rows = list(_rows(scenario.days))
    needs = [
        ("benefits", scenario.benefits, len(fit.benefits)),
        ("groups", len(_groups(rows)), len(fit.groups)),
        *((f"codes for {path}", len(_values(rows, path)), len(codes)) for path, codes in fit.codes.items()),
    ]
    return next((f"it needs {n} {what}, and the feed has {there}" for what, n, there in needs if n > there), None)


def fit_scenario(scenario: Scenario, fit: Fit, *, number: int, today: date) -> Scenario:
    """Give the scenario as it happens to people of the feed's groups, in the feed's benefits and codes.

    Args:
      scenario: One that fits: :func:`misfit` has nothing to say.
      fit: What the feed has.
      number: The scenario's number in the pack; its people are told apart by it.
      today: The day of the pack: the scenario is moved by whole years to end as late as it can, but not later.
    """
    last = scenario.days[-1].as_of
    years = today.year - last.year - (0 if last.replace(year=today.year) <= today else 1)
    substitutes = _Substitutes(scenario, fit, number, years)
    days = tuple(
        replace(day, as_of=_moved(day.as_of, years), people=tuple(map(substitutes.person, day.people)))
        for day in scenario.days
    )
    groups = {}
    for name, group in scenario.groups.items():
        own = substitutes.group(name)
        if own is not None:
            groups[own] = replace(group, group_id=GroupId(own))
    return replace(scenario, days=days, groups=groups)


class _Substitutes:
    """What of the feed stands for what of the scenario."""

    def __init__(self, scenario: Scenario, fit: Fit, number: int, years: int) -> None:
        self._number = number
        self._years = years
        rows = list(_rows(scenario.days))
        used = [b for b in _BENEFITS if _uses(rows, b)]
        # A benefit beyond the feed's own is another feed's: this one does not see it.
        self._benefits = _in_order(used[: len(fit.benefits)], fit.benefits)
        self._groups = _in_order(_groups(rows), fit.groups)
        self._codes = {path: _in_order(_values(rows, path), codes) for path, codes in fit.codes.items()}

    def group(self, group_id: str) -> str | None:
        """The feed's group that stands for a scenario's; None for one that the scenario does without."""
        return self._groups.get(group_id)

    def person(self, person: PersonRows) -> PersonRows:
        """The same person, as one of the feed's."""
        return PersonRows(
            self._keyed(self._coded("member", person.member)),
            tuple(self._coverage(row) for row in person.coverages if row["benefit"] in self._benefits),
            tuple(self._of_benefit(self._keyed(row)) for row in person.other_insurance),
        )

    def _coverage(self, row: Row) -> Row:
        return self._of_benefit(self._keyed(self._coded("coverage", row)))

    def _of_benefit(self, row: Row) -> Row:
        benefit = row.get("benefit")
        return row if benefit is None else {**row, "benefit": self._benefits.get(str(benefit), benefit)}

    def _coded(self, table: str, row: Row) -> Row:
        codes = {n: self._codes.get(f"{table}.{n}", {}) for n in _CODED[table] if row.get(n) is not None}
        return {**row, **{name: known[str(row[name])] for name, known in codes.items() if str(row[name]) in known}}

    def _keyed(self, row: Row) -> Row:
        changed: dict[str, Callable[[str], Value]] = {
            "group_id": lambda group: self._groups[group],
            "member_id": self._own_id,
            "subscriber_id": self._own_id,
            "ssn": self._own_ssn,
        }
        keyed = {name: changed[name](str(v)) if name in changed and v is not None else v for name, v in row.items()}
        return {name: _moved(v, self._years) if isinstance(v, date) else v for name, v in keyed.items()}

    def _own_id(self, member_id: str) -> str:
        return f"T{self._number:02}{member_id}"

    def _own_ssn(self, ssn: str) -> str:
        """A number of its own, never issued; its last three digits, the cast's, tell the people of a scenario apart."""
        assert _SSN.fullmatch(ssn), "a number of the cast is from the 900 range"
        return f"900{self._number:03}{ssn[-3:]}"


def _moved(day: date, years: int) -> date:
    if day < _STORY_BEGINS:
        return day
    year = day.year + years
    # The last of a leap year's February is the last of any other's, so that what follows still follows.
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))


def _rows(days: Iterable[ScenarioDay]) -> Iterator[tuple[Row, Sequence[Row]]]:
    return ((person.member, person.coverages) for day in days for person in day.people)


def _uses(rows: Iterable[tuple[Row, Sequence[Row]]], benefit: str) -> bool:
    return any(row["benefit"] == benefit for _, coverages in rows for row in coverages)


def _values(rows: Iterable[tuple[Row, Sequence[Row]]], path: str) -> list[str]:
    """The values that a scenario has in a field, in the order of their first use."""
    table, _, name = path.partition(".")
    found: dict[str, None] = {}
    for member, coverages in rows:
        for row in (member,) if table == "member" else coverages:
            if row.get(name) is not None:
                found[str(row[name])] = None
    return list(found)


def _groups(rows: Iterable[tuple[Row, Sequence[Row]]]) -> list[str]:
    return sorted({str(member["group_id"]) for member, _ in rows})


def _in_order(wanted: Sequence[str], there: Sequence[str]) -> dict[str, str]:
    """What stands for each: itself where the feed has them all, else the feed's own in order."""
    if set(wanted) <= set(there):
        return {one: one for one in wanted}
    return dict(zip(wanted, there, strict=False))
