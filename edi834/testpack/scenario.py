"""A scenario: one thing that can happen to a member, as a few invented people on two or three days.

It is written in TOML: each day states what differs from the day before, each person begins with the facts of the cast,
and every value is typed by the model's catalogue, so a mistake is an error with its file and key.
Which feed a scenario fits is ``fitting.py``'s, rehearsing it ``rehearsal.py``'s.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from edi834.errors import ConfigurationError, Place
from edi834.model import (
    COVERAGE_COLUMNS,
    GROUP_COLUMNS,
    MEMBER_COLUMNS,
    OTHER_INSURANCE_COLUMNS,
    VOCABULARIES,
    CarrierId,
    Coverage,
    CoveredMember,
    Family,
    FamilyRef,
    FieldKind,
    Group,
    Member,
    MemberRef,
    ModelField,
    OtherInsurance,
    Value,
)

__all__ = ["DAY_KEYS", "KEYS", "OURS", "Cast", "Row", "Scenario", "ScenarioDay", "read_cast", "read_scenario"]

OURS = CarrierId("carrier")
"""The carrier that is reported to; coverage of any other is not the feed's."""

Row = dict[str, Value]
"""Values by field name; what is absent is None or not there."""

KEYS = frozenset(
    {
        "title",
        "row",
        "exercises",
        "story",
        "differs",
        "mode",
        "rules",
        "set",
        "categories",
        "days",
        "complains",
        "benefits",
    }
)
DAY_KEYS = frozenset({"as_of", "gone", "full"})
_R = TypeVar("_R", Group, Member, Coverage, OtherInsurance)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who a scenario may call on.

    Attributes:
      groups: The invented employers, by id.
      people: The facts of each person, by the name that scenarios call them.
      coverages: What a coverage is, by the name that scenarios call it, where they say nothing else.
    """

    groups: Mapping[str, Row]
    people: Mapping[str, Row]
    coverages: Mapping[str, Row]


@dataclass(frozen=True, slots=True)
class PersonRows:
    """One person on one day, as rows of the snapshot."""

    member: Row
    coverages: tuple[Row, ...]
    other_insurance: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class ScenarioDay:
    """One day.

    Attributes:
      as_of: The snapshot's date.
      people: Everybody in the snapshot.
      is_full: Whether everyone is reported on this day, as in a full file.
    """

    as_of: date
    people: tuple[PersonRows, ...]
    is_full: bool = False

    def families(self) -> Iterator[Family]:
        """The families that have coverage of the carrier, as a feed's snapshot gives them."""
        families: dict[FamilyRef, list[CoveredMember]] = {}
        for person in self.people:
            covered = _covered(person)
            if covered.coverages or covered.member.ref.is_subscriber:
                families.setdefault(covered.member.ref.family, []).append(covered)
        for ref in sorted(families):
            members = sorted(families[ref], key=lambda m: (not m.member.ref.is_subscriber, m.member.member_id))
            if any(m.coverages for m in members):
                yield Family(ref, tuple(members))

    def elsewhere(self) -> Mapping[MemberRef, Mapping[str, Sequence[tuple[date, date | None]]]]:
        """What people have with other carriers, by benefit: first and last days."""
        spans: dict[MemberRef, dict[str, list[tuple[date, date | None]]]] = {}
        for person in self.people:
            for row in person.coverages:
                if row["carrier_id"] != OURS:
                    span = _record(Coverage, row)
                    by_benefit = spans.setdefault(_record(Member, person.member).ref, {})
                    by_benefit.setdefault(span.benefit, []).append((span.effective_date, span.end_date))
        return spans


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One scenario.

    Attributes:
      name: Its file's: the row's number, the event, and the rule where it shows another form.
      title: What happens, in a phrase.
      row: The row of the change semantics that it shows (``docs/concepts/changes.md``).
      exercises: What a carrier's system is to make of it.
      story: The published shape it is held against, where there is one (``docs/concepts/changes.md``).
      differs: Why segments differ from that shape, by the segment's beginning.
      complains: What a carrier that reads only the plain forms asks about, where the form is another one.
      mode: How the feed tells: ``changes``, ``full_audit`` or ``full_replace``.
      rules: How the carrier wants it reported, where that is not the default.
      assignments: What its mapping says besides the base, by address.
      categories: Its mapping's reporting categories, by name.
      benefits: How many benefits a feed must have, where one is not enough to show it.
      groups: The employers, by id.
      days: The days: the first is what was reported before.
    """

    name: str
    title: str
    row: int
    exercises: str
    story: str | None = None
    differs: Mapping[str, str] = field(default_factory=dict)
    complains: tuple[str, ...] = ()
    mode: str = "changes"
    rules: Mapping[str, object] = field(default_factory=dict)
    assignments: Mapping[str, str | bool] = field(default_factory=dict)
    categories: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    benefits: int = 1
    groups: Mapping[str, Group] = field(default_factory=dict)
    days: tuple[ScenarioDay, ...]

    @property
    def is_plain(self) -> bool:
        """Whether it is reported by the feed's own rules and mapping: an alternative form brings its own."""
        return self.mode == "changes" and not (self.rules or self.assignments or self.categories)


def read_cast(path: str, text: str) -> Cast:
    """Read the cast.

    Raises:
      ConfigurationError: E834-0140, what is written is no cast.
    """
    source = _Source(path, _toml(path, text))
    people = {name: source.row(MEMBER_COLUMNS, facts, name) for name, facts in source.table("people").items()}
    coverages = {name: source.row(COVERAGE_COLUMNS, facts, name) for name, facts in source.table("coverages").items()}
    groups = {name: source.row(GROUP_COLUMNS, {"group_id": name, **facts}, name)
              for name, facts in source.table("groups").items()}  # fmt: skip
    return Cast(groups, people, coverages)


def read_scenario(path: str, text: str, cast: Cast) -> Scenario:
    """Read one scenario.

    Args:
      path: Its file, as messages name it.
      text: What is written there.
      cast: Whom it may call on.

    Raises:
      ConfigurationError: E834-0140, what is written is no scenario.
    """
    source = _Source(path, _toml(path, text))
    for key in source.content:
        if key not in KEYS:
            raise source.wrong(key, f"a scenario has no {key!r}")
    return Scenario(
        name=path.replace("\\", "/").rpartition("/")[2].removesuffix(".toml"),
        title=source.text("title"),
        row=source.number("row"),
        exercises=source.text("exercises"),
        story=source.content.get("story"),
        differs=source.table("differs"),
        complains=tuple(source.content.get("complains", ())),
        mode=source.content.get("mode", "changes"),
        rules=source.table("rules"),
        assignments=source.table("set"),
        categories=source.table("categories"),
        benefits=source.content.get("benefits", 1),
        groups={name: _record(Group, row) for name, row in cast.groups.items()},
        days=tuple(_Days(source, cast).days()),
    )


@dataclass
class _Source:
    """One file, as TOML has it."""

    path: str
    content: dict[str, Any]

    def wrong(self, key: str, message: str) -> ConfigurationError:
        return ConfigurationError(message, code="E834-0140", place=Place(self.path, name=key))

    def text(self, key: str) -> str:
        value = self.content.get(key)
        if not isinstance(value, str) or not value:
            raise self.wrong(key, f"{key} is missing")
        return value

    def number(self, key: str) -> int:
        value = self.content.get(key)
        if not isinstance(value, int):
            raise self.wrong(key, f"{key} must be a whole number")
        return value

    def table(self, key: str) -> dict[str, Any]:
        value = self.content.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, f"{key} must be a table")
        return value

    def row(self, columns: Mapping[str, ModelField], facts: Mapping[str, Any], where: str) -> Row:
        """Type every fact by its column."""
        row: Row = {}
        for name, value in facts.items():
            column = columns.get(name)
            if column is None:
                raise self.wrong(f"{where}.{name}", f"there is no field {name!r}")
            row[name] = self._typed(column, value, f"{where}.{name}")
        return row

    def _typed(self, column: ModelField, value: object, where: str) -> Value:
        """A value in its column's type; an empty text takes away what was there."""
        if value == "":
            return None
        if column.kind is FieldKind.MONEY and isinstance(value, int | Decimal) and not isinstance(value, bool):
            return Decimal(value)
        wanted: dict[FieldKind, type] = {FieldKind.DATE: date, FieldKind.FLAG: bool, FieldKind.INTEGER: int}
        if not isinstance(value, wanted.get(column.kind, str)):
            raise self.wrong(where, f"{column.name} must be of kind {column.kind}")
        if column.vocabulary is not None and value not in VOCABULARIES[column.vocabulary]:
            raise self.wrong(where, f"{column.name} cannot be {value!r}")
        assert isinstance(value, str | date | bool | int)
        return value


@dataclass
class _Stated:
    """A person as stated so far."""

    member: Row
    coverages: dict[str, Row] = field(default_factory=dict)
    other_insurance: dict[str, Row] = field(default_factory=dict)


class _Days:
    """The days of one scenario: each is the day before with what it states laid over it."""

    def __init__(self, source: _Source, cast: Cast) -> None:
        self._source = source
        self._cast = cast
        self._people: dict[str, _Stated] = {}

    def days(self) -> Iterator[ScenarioDay]:
        for number, stated in enumerate(self._source.content.get("days", ())):
            where = f"days[{number}]"
            as_of = stated.get("as_of")
            if not isinstance(as_of, date):
                raise self._source.wrong(where, "a day needs its as_of, a date")
            for name in stated.get("gone", ()):
                if self._people.pop(name, None) is None:
                    raise self._source.wrong(where, f"{name!r} was not there before")
            for name, facts in stated.items():
                if name not in DAY_KEYS:
                    self._state(name, dict(facts), f"{where}.{name}")
            yield ScenarioDay(as_of, tuple(self._rows()), is_full=bool(stated.get("full", False)))

    def _state(self, name: str, facts: dict[str, Any], where: str) -> None:
        person = self._people.get(name)
        if person is None:
            called = facts.pop("cast", name)
            if called not in self._cast.people:
                raise self._source.wrong(where, f"the cast has no {called!r}")
            person = self._people[name] = _Stated(dict(self._cast.people[called]))
        for label, coverage in facts.pop("coverages", {}).items():
            plain = self._cast.coverages.get(label.partition("-")[0], {})
            self._lay_over(person.coverages, COVERAGE_COLUMNS, label, coverage, plain, where)
        for label, other in facts.pop("other_insurance", {}).items():
            self._lay_over(person.other_insurance, OTHER_INSURANCE_COLUMNS, label, other, {}, where)
        person.member.update(self._source.row(MEMBER_COLUMNS, facts, where))

    def _lay_over(
        self, rows: dict[str, Row], columns: Mapping[str, ModelField], label: str, facts: Any, plain: Row, where: str
    ) -> None:
        if facts is False:
            rows.pop(label, None)
        else:
            rows[label] = {**rows.get(label, plain), **self._source.row(columns, facts, f"{where}.{label}")}

    def _rows(self) -> Iterator[PersonRows]:
        for person in self._people.values():
            keys: Row = {name: person.member[name] for name in ("group_id", "member_id", "subscriber_id")}
            coverages = tuple({"carrier_id": OURS, **keys, **row} for row in person.coverages.values())
            other = tuple(
                {"group_id": keys["group_id"], "member_id": keys["member_id"], **row}
                for row in person.other_insurance.values()
            )
            yield PersonRows(dict(person.member), coverages, other)


def _toml(path: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"not TOML: {error}", code="E834-0140", place=Place(path)) from None


def _covered(person: PersonRows) -> CoveredMember:
    ours = [row for row in person.coverages if row["carrier_id"] == OURS]
    return CoveredMember(
        member=_record(Member, person.member),
        coverages=tuple(_record(Coverage, row) for row in ours),
        other_insurance=tuple(_record(OtherInsurance, row) for row in person.other_insurance),
    )


def _record(kind: type[_R], row: Row) -> _R:
    try:
        return kind(**row)  # type: ignore[arg-type]
    except TypeError as error:
        raise ConfigurationError(f"a row of {kind.__name__} is not whole: {error}", code="E834-0140") from None
