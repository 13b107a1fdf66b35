"""Released people: what is left of a family once everything that its grant does not allow has been removed.

Only :func:`redact` and :func:`restored` make these values, so whatever takes a :class:`ReleasedFamily` cannot be
handed an unreleased one; a field that was not released is not blank here, it is not there.
Deciding what is released is ``grant.py``'s, writing it down for the ledger ``payload.py``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from types import MappingProxyType

from edi834.model import CoveredMember, Family, FamilyRef, FieldPath, Group, MemberId, MemberRef, Value, canonical

__all__ = ["Record", "ReleasedCoverage", "ReleasedFamily", "ReleasedMember", "narrowed", "redact", "redact_group"]

Record = Mapping[str, Value]
"""Released values by field name (``last_name``, ``extra.badge``); what was not released is not a key."""

_NO_CODES: Mapping[MemberId, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ReleasedCoverage:
    """One span of one benefit, as far as it may be reported.

    Attributes:
      values: Its released fields.
      continues: Whether the recipient knows it as the coverage before it, changed from its first day on.
    """

    values: Record
    continues: bool = False

    @property
    def benefit(self) -> str:
        """The kind of benefit."""
        return str(self.values["benefit"])

    @property
    def plan_code(self) -> str:
        """The plan chosen."""
        return str(self.values["plan_code"])

    @property
    def begin(self) -> date:
        """First covered day."""
        day = self.values["effective_date"]
        assert isinstance(day, date)
        return day

    @property
    def end(self) -> date | None:
        """Last covered day, None while open."""
        day = self.values.get("end_date")
        assert day is None or isinstance(day, date)
        return day

    def differs_from(self, other: ReleasedCoverage, *names: str) -> bool:
        """Whether the other span has any of these fields otherwise."""
        return any(canonical(self.values.get(n)) != canonical(other.values.get(n)) for n in names)

    def with_values(self, **changed: Value) -> ReleasedCoverage:
        """Give the same span with some values replaced; a field that was not released cannot be added."""
        return replace(self, values=_frozen({k: changed.get(k, v) for k, v in self.values.items()}))


@dataclass(frozen=True, slots=True)
class ReleasedMember:
    """One person, as far as they may be reported.

    Attributes:
      ref: Which person, in which family.
      values: The person's released fields.
      coverages: The spans of the feed's benefits, by benefit, first day and plan.
      other_insurance: The released fields of each other insurance, by order.
      unreadable: Names of fields that could not be read today; what was last reported of them stands.
    """

    ref: MemberRef
    values: Record
    coverages: tuple[ReleasedCoverage, ...]
    other_insurance: tuple[Record, ...] = ()
    unreadable: frozenset[str] = frozenset()

    def with_coverages(self, coverages: Iterable[ReleasedCoverage]) -> ReleasedMember:
        """Give the same person with these spans, put in order."""
        ordered = sorted(coverages, key=lambda c: (c.benefit, c.begin, c.plan_code))
        return replace(self, coverages=tuple(ordered))

    def with_values(self, **changed: Value) -> ReleasedMember:
        """Give the same person with some values replaced; a field that was not released cannot be added."""
        return replace(self, values=_frozen({k: changed.get(k, v) for k, v in self.values.items()}))

    def keeping(self, reported: ReleasedMember) -> ReleasedMember:
        """Give the same person with the fields that could not be read taken from what was last reported."""
        if not self.unreadable:
            return self
        kept = {
            name: reported.values.get(name) if name in self.unreadable else value for name, value in self.values.items()
        }
        return replace(self, values=_frozen(kept), unreadable=frozenset())


@dataclass(frozen=True, slots=True)
class ReleasedFamily:
    """A family, as far as it may be reported: the subscriber first, then by member_id.

    The subscriber stands here even without a coverage of the feed's, because dependents are reported under that person.

    Attributes:
      person_codes: The person codes assigned in the family so far, by member, also of people who left. They are ours
        and no released value, so two families with the same people are equal whatever their codes.
    """

    ref: FamilyRef
    members: tuple[ReleasedMember, ...]
    person_codes: Mapping[MemberId, str] = field(default_factory=lambda: _NO_CODES, compare=False, repr=False)

    @property
    def subscriber(self) -> ReleasedMember | None:
        """The subscriber, if the family has one here."""
        return next((m for m in self.members if m.ref.is_subscriber), None)

    def member(self, ref: MemberRef) -> ReleasedMember | None:
        """The person of that reference, if here."""
        return next((m for m in self.members if m.ref == ref), None)

    def person_code(self, ref: MemberRef) -> str | None:
        """The person code of a member of this family, if one was assigned."""
        return self.person_codes.get(ref.member_id) if ref.family == self.ref else None

    def with_members(self, members: Iterable[ReleasedMember]) -> ReleasedFamily:
        """Give the same family with these people, put in order."""
        ordered = sorted(members, key=lambda m: (not m.ref.is_subscriber, m.ref.member_id))
        return replace(self, members=tuple(ordered))


def redact(family: Family, fields: Iterable[FieldPath]) -> ReleasedFamily:
    """Remove everything that is not among the released fields.

    Args:
      family: The family as the snapshot holds it.
      fields: The group's released fields (:class:`edi834.grants.Release`).

    Returns:
      The released family. Redacting twice with the same fields changes nothing, and fewer fields never show more.
    """
    names: dict[str, list[str]] = {"member": [], "coverage": [], "other_insurance": [], "group": []}
    for path in fields:
        table, _, name = path.partition(".")
        names[table].append(name)
    return ReleasedFamily(family.ref, tuple(_redact_member(m, names) for m in family.members))


def narrowed(family: ReleasedFamily, fields: Iterable[FieldPath]) -> ReleasedFamily:
    """Remove from a released family what is no longer released; what was not released then is not added."""
    names = _by_table(frozenset(fields))
    if _is_within(family, names):
        return family

    def kept(table: str, values: Record) -> Record:
        return _frozen({name: value for name, value in values.items() if name in names[table]})

    return replace(
        family,
        members=tuple(
            replace(
                m,
                values=kept("member", m.values),
                coverages=tuple(ReleasedCoverage(kept("coverage", c.values), c.continues) for c in m.coverages),
                other_insurance=tuple(kept("other_insurance", o) for o in m.other_insurance)
                if names["other_insurance"]
                else (),
            )
            for m in family.members
        ),
    )


@cache
def _by_table(fields: frozenset[FieldPath]) -> Mapping[str, frozenset[str]]:
    """The names of fields by the table in which they stand."""
    parted = [path.partition(".") for path in fields]
    tables = {"member", "coverage", "other_insurance", *(table for table, _, _ in parted)}
    return {table: frozenset(name for of, _, name in parted if of == table) for table in tables}


def _is_within(family: ReleasedFamily, names: Mapping[str, frozenset[str]]) -> bool:
    return all(
        m.values.keys() <= names["member"]
        and all(c.values.keys() <= names["coverage"] for c in m.coverages)
        and all(o.keys() <= names["other_insurance"] for o in m.other_insurance)
        for m in family.members
    )


def redact_group(group: Group, fields: Iterable[FieldPath]) -> Record:
    """Remove everything about an employer that is not among the released fields."""
    return _project(group, [path.removeprefix("group.") for path in fields if path.startswith("group.")])


def _redact_member(covered: CoveredMember, names: Mapping[str, list[str]]) -> ReleasedMember:
    released = ReleasedMember(
        ref=covered.member.ref,
        values=_project(covered.member, names["member"]),
        coverages=tuple(ReleasedCoverage(_project(c, names["coverage"])) for c in covered.coverages),
        other_insurance=tuple(
            _project(o, names["other_insurance"]) for o in sorted(covered.other_insurance, key=lambda o: o.order)
        )
        if names["other_insurance"]
        else (),
        unreadable=covered.unreadable & frozenset(names["member"]),
    )
    return released.with_coverages(released.coverages)


def _project(record: object, names: Iterable[str]) -> Record:
    return _frozen(dict(_values(record, names)))


def _values(record: object, names: Iterable[str]) -> Iterator[tuple[str, Value]]:
    for name in names:
        if name.startswith("extra."):
            extra: Mapping[str, str] = getattr(record, "extra")  # noqa: B009 - only members and coverages have extras
            yield name, extra.get(name.removeprefix("extra."))
        else:
            yield name, getattr(record, name)


def _frozen(values: dict[str, Value]) -> Record:
    return MappingProxyType(dict(sorted(values.items())))
