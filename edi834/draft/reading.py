"""A sample as people and statements: who is reported, what is done to them, and what the sample says of each.

People are read by what the guide's places usually hold, or taken from a snapshot where it knows them; what is done
(add, change, end) is the sample's own in either case, so a mapping can be tried on the very people of the sample.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from edi834.book.events import Event, EventKind
from edi834.book.statement import Action, CoverageStatement, FamilyStatement, MemberStatement
from edi834.draft.observed import REPEATED, Observed, observe, observe_header
from edi834.draft.usual import ACTIONS, COVERAGE_FIELDS, MEMBER_FIELDS, PHONES, SPAN_ACTIONS, inverse
from edi834.grants import ReleasedCoverage, ReleasedFamily, ReleasedMember, redact
from edi834.mapping.document import FileScope
from edi834.model import (
    COVERAGE_COLUMNS,
    MEMBER_COLUMNS,
    VOCABULARIES,
    CarrierId,
    Coverage,
    CoveredMember,
    Family,
    FamilyRef,
    FieldKind,
    FieldPath,
    GroupId,
    Member,
    MemberId,
    OtherInsurance,
)
from edi834.x12 import Interchange
from edi834.x12.formats import read_d8

__all__ = ["GROUP", "Person", "ReadSample", "read_sample"]

GROUP = GroupId("sample")
_CARRIER = CarrierId("sample")
_NEVER = date(1900, 1, 1)
_SCOPES = {"2": FileScope.CHANGES, "4": FileScope.FULL_AUDIT, "RX": FileScope.FULL_REPLACE}
_MOST = 2_000

Tables = Mapping[str, Mapping[str, str]]
"""The base mapping's code tables, by name: our words and the guide's codes."""
Known = Callable[[Observed], ReleasedMember | None]
"""Gives the person of a snapshot who is reported, if the snapshot knows them."""


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One person of the sample.

    Attributes:
      observed: What stands in the person's loop.
      statement: What it says, as a statement.
      family: The statement on the family that this one is part of.
      is_known: Whether the values are a snapshot's.
    """

    observed: Observed = field(repr=False)
    statement: MemberStatement = field(repr=False)
    family: FamilyStatement = field(repr=False)
    is_known: bool


@dataclass(frozen=True, slots=True, eq=False)
class ReadSample:
    """A sample, read.

    Attributes:
      interchange: As it stands.
      header: What stands in the header of its first transaction set.
      people: Whom it tells of, in order.
      scope: What it states (BGN08).
      sets: How many people each transaction set tells of.
      is_cut: Whether it has more people than are looked at.
    """

    interchange: Interchange = field(repr=False)
    header: Observed = field(repr=False)
    people: tuple[Person, ...] = field(repr=False)
    scope: FileScope
    sets: tuple[int, ...]
    is_cut: bool

    @property
    def families(self) -> tuple[FamilyStatement, ...]:
        """The statements, one a family and transaction set."""
        return tuple({id(person.family): person.family for person in self.people}.values())

    @property
    def addresses(self) -> frozenset[str]:
        """Where anything stands in it."""
        things = [self.header, *(person.observed for person in self.people)]
        parts = [part for thing in things for part in thing.parts]
        every = (*things, *parts, *(inner for part in parts for inner in part.parts))
        contacts = (f"{loop}/PER" for thing in things for loop in thing.contacts)
        return frozenset(address for thing in every for address in thing.texts) | frozenset(contacts)


def read_sample(interchange: Interchange, tables: Tables, known: Known | None = None) -> ReadSample:
    """Read a sample.

    Args:
      interchange: The file's first interchange.
      tables: The base mapping's code tables.
      known: Finds a person in a snapshot.
    """
    people: list[Person] = []
    header: Observed | None = None
    sizes: list[int] = []
    for reported in interchange.transaction_sets():
        header = header or observe_header(reported.header)
        things = [observe(loop) for loop in reported.members()]
        sizes.append(len(things))
        if len(people) < _MOST:
            people.extend(_people(things, tables, known))
    header = header or Observed()
    scope = _SCOPES.get(header.text("HEADER/BGN08"), FileScope.CHANGES)
    return ReadSample(interchange, header, tuple(people), scope, tuple(sizes), sum(sizes) > len(people))


def _people(things: list[Observed], tables: Tables, known: Known | None) -> Iterator[Person]:
    """The people of one set: those of one subscriber's number that follow each other are a family."""
    family: list[tuple[Observed, MemberStatement, bool]] = []
    for number, thing in enumerate(things):
        made = _Reader(tables).statement(thing, number, known)
        if family and family[0][1].member.ref.family != made[0].member.ref.family:
            yield from _of_family(family)
            family = []
        family.append((thing, *made))
    if family:
        yield from _of_family(family)


def _of_family(family: list[tuple[Observed, MemberStatement, bool]]) -> Iterator[Person]:
    members = tuple(statement for _, statement, _ in family)
    target = ReleasedFamily(members[0].member.ref.family, tuple(one.member for one in members))
    whole = FamilyStatement(members, target, None)
    for thing, statement, is_known in family:
        yield Person(thing, statement, whole, is_known)


class _Reader:
    """Reads one person by what places usually hold."""

    def __init__(self, tables: Tables) -> None:
        self._words = {name: inverse(table) for name, table in tables.items()}

    def statement(self, thing: Observed, number: int, known: Known | None) -> tuple[MemberStatement, bool]:
        """What is said of the person, and whether the person is a snapshot's."""
        found = known(thing) if known else None
        member = found or self._member(thing, number)
        spans = tuple(self._spans(thing, member, is_known=found is not None))
        action = Action(ACTIONS.get(thing.text("2000/INS03"), "change"))
        corrected = any(address.startswith("2100B") for address in thing.texts)
        events = (Event(EventKind.IDENTITY_CORRECTION, member.ref),) if corrected else ()
        statement = MemberStatement(
            action=action,
            reason=self._word("reason", thing.text("2000/INS04")),
            member=member,
            reported=self._reported(thing, member) if corrected else None,
            effective=read_d8(thing.text("2000/DTP[303]03")),
            coverages=spans,
            events=events,
            covered_from=read_d8(thing.text("2000/DTP[356]03")),
            covered_to=read_d8(thing.text("2000/DTP[357]03")),
        )
        return statement, found is not None

    def _word(self, table: str, code: str) -> str | None:
        return self._words.get(table, {}).get(code) if code else None

    def _member(self, thing: Observed, number: int) -> ReleasedMember:
        values = {
            name: value
            for address, name in MEMBER_FIELDS.items()
            if name in MEMBER_COLUMNS
            and (value := _typed(MEMBER_COLUMNS[name].kind, _joined(thing, address))) is not None
        }
        subscriber = thing.text("2000/REF[0F]02") or f"{number}"
        own = subscriber if thing.text("2000/INS01") == "Y" else f"{subscriber}-{number}"
        for kind, text in thing.contacts.get("2100A", {}).items():
            if kind in PHONES:
                values.setdefault(PHONES[kind], text)
        values |= self._coded(thing)
        identifier = thing.text("2100A/NM109")
        if identifier:
            values["ssn" if thing.text("2100A/NM108") == "34" else "alternate_id"] = identifier
        values |= {"group_id": GROUP, "member_id": MemberId(own), "subscriber_id": MemberId(subscriber)}
        present = [FieldPath(f"member.{name}") for name in values]
        whole = {"relationship": "other", "last_name": "", "first_name": "", "birth_date": _NEVER, "gender": "U"}
        member = Member(**{**whole, **values})
        others = tuple(self._other_insurance(thing, member))
        coverages = tuple(coverage for coverage in self._coverages(thing, member))
        family = Family(FamilyRef(GROUP, MemberId(subscriber)), (CoveredMember(member, coverages, others),))
        fields = [*present, *_OF_COVERAGES, *(FieldPath(f"other_insurance.{n}") for n in _OF_OTHERS)]
        return redact(family, fields).members[0]

    def _coded(self, thing: Observed) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, table, address in _CODED:
            word = self._word(table, thing.text(address))
            if word is not None:
                found[name] = word
        for code, word in (("C", "cobra"), ("S", "surviving")):
            if thing.text("2000/INS05") == code:
                found["employment_status"] = word
        if thing.text("2000/INS10"):
            found["disabled"] = thing.text("2000/INS10") == "Y"
        return found

    def _coverages(self, thing: Observed, member: Member) -> Iterator[Coverage]:
        parts = thing.parts or [Observed()]
        for part in parts:
            values: dict[str, Any] = {
                name: value
                for address, name in COVERAGE_FIELDS.items()
                if (value := _typed(COVERAGE_COLUMNS[name].kind, part.text(address))) is not None
            }
            values.setdefault("policy_number", thing.text("2000/REF[1L]02") or None)
            if part.text("2310/NM103"):
                values["provider_name"] = ", ".join(filter(None, map(part.text, ("2310/NM103", "2310/NM104"))))
            if part.text("2310/NM110") in ("25", "26"):
                values["provider_existing_patient"] = part.text("2310/NM110") == "25"
            line = part.text("2300/HD03")
            yield Coverage(
                group_id=member.group_id,
                member_id=member.member_id,
                carrier_id=_CARRIER,
                benefit=self._word("insurance_line", line) or "medical",
                plan_code=part.text("2300/HD04") or line or "none",
                tier=self._word("tier", part.text("2300/HD05")),
                late_enrollee=part.text("2300/HD09") == "Y" or None,
                effective_date=read_d8(part.text("2300/DTP[348]03")) or _NEVER,
                end_date=read_d8(part.text("2300/DTP[349]03")),
                **values,
            )

    def _spans(self, thing: Observed, member: ReleasedMember, *, is_known: bool) -> Iterator[CoverageStatement]:
        left = list(member.coverages)
        for part in thing.parts:
            begin = read_d8(part.text("2300/DTP[348]03"))
            benefit = self._word("insurance_line", part.text("2300/HD03")) or "medical"
            coverage = _nearest(left, benefit, begin, None if is_known else part.text("2300/HD04"))
            if coverage is None:
                continue
            left = [one for one in left if one is not coverage] or left
            action = Action(SPAN_ACTIONS.get(part.text("2300/HD01"), "change"))
            end = read_d8(part.text("2300/DTP[349]03"))
            yield CoverageStatement(action, coverage, None, begin or coverage.begin, end)

    def _other_insurance(self, thing: Observed, member: Member) -> Iterator[OtherInsurance]:
        for other in thing.parts[0].parts if thing.parts else ():
            if other.text("2320/COB01") in VOCABULARIES["coordination_order"]:
                yield OtherInsurance(
                    group_id=member.group_id,
                    member_id=member.member_id,
                    order=other.text("2320/COB01"),
                    carrier_name=other.text("2330/NM103") or "unknown",
                    policy_number=other.text("2320/COB02") or None,
                    begin_date=read_d8(other.text("2320/DTP[344]03")),
                    end_date=read_d8(other.text("2320/DTP[345]03")),
                    benefit=self._word("insurance_line", thing.parts[0].text("2300/HD03")),
                )

    def _reported(self, thing: Observed, member: ReleasedMember) -> ReleasedMember:
        """The person as reported before: what 2100B says, and else nothing."""
        kinds = {"NM103": "last_name", "NM104": "first_name", "NM105": "middle_name", "NM109": "ssn", "DMG02": "birth_date", "DMG03": "gender"}  # fmt: skip  # noqa: E501
        said = {
            name: _typed(MEMBER_COLUMNS[name].kind, thing.text(f"2100B/{at}"))
            for at, name in kinds.items()
            if name in member.values
        }
        return member.with_values(**said)


_CODED = (
    ("relationship", "relationship", "2000/INS02"),
    ("employment_status", "employment", "2000/INS08"),
    ("student_status", "student", "2000/INS09"),
    ("cobra_event", "cobra_event", "2000/INS07"),
    ("medicare_parts", "medicare_parts", "2000/INS06-1"),
    ("medicare_reason", "medicare_reason", "2000/INS06-2"),
    ("marital_status", "marital", "2100A/DMG04"),
    ("salary_basis", "income_period", "2100A/ICM01"),
)
_OF_COVERAGES = tuple(FieldPath(f"coverage.{name}") for name in COVERAGE_COLUMNS)
_OF_OTHERS = ("order", "carrier_name", "policy_number", "begin_date", "end_date", "benefit")


def _nearest(
    left: list[ReleasedCoverage], benefit: str, begin: date | None, plan: str | None
) -> ReleasedCoverage | None:
    """The coverage that a loop 2300 speaks of: of its benefit, first day and plan, as far as these are known."""

    def alike(coverage: ReleasedCoverage) -> tuple[bool, bool, bool]:
        return (coverage.benefit == benefit, coverage.begin == begin, bool(plan) and coverage.plan_code == plan)

    return max(left, key=alike, default=None)


def _joined(thing: Observed, address: str) -> str:
    """The text at an address; of a repetition the values side by side, as a snapshot has them."""
    return thing.text(address).replace(REPEATED, ";")


def _typed(kind: FieldKind, text: str) -> Any:
    """A text of the file in a field's kind; None where it is none of that kind."""
    if not text:
        return None
    if kind is FieldKind.DATE:
        return read_d8(text)
    if kind in (FieldKind.MONEY, FieldKind.INTEGER):
        try:
            return Decimal(text) if kind is FieldKind.MONEY else int(text)
        except (InvalidOperation, ValueError):
            return None
    return text


def made_at(interchange: Interchange) -> datetime:
    """The moment that stands on the sample."""
    return datetime.combine(interchange.header.date, interchange.header.time)
