"""The snapshot as a feed asks for it: digests over columns, and families as objects only where they are wanted.

A family's digest is taken over the same lines that :func:`edi834.grants.family_digest` takes it over, joined from
columns whose distinct values are put in canonical form once; a law test proves that the two agree.
What is held against a family was decided while the snapshot was opened.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edi834.book import Elsewhere
from edi834.errors import Place
from edi834.grants import Selection, digest_of_lines
from edi834.grants.selection import VALUE_SEPARATOR
from edi834.model import (
    Coverage,
    CoveredMember,
    Family,
    FamilyRef,
    Finding,
    Group,
    GroupId,
    Member,
    MemberRef,
    OtherInsurance,
    canonical,
)
from edi834.sources.judge import Judgement, People, Rows
from edi834.sources.values import TypedColumn, TypedTable

__all__ = ["ColumnarSnapshot", "content_digest"]

_LETTERS = {"members": "M", "coverages": "C", "other_insurance": "O"}
_FIELD_TABLES = {"members": "member", "coverages": "coverage", "other_insurance": "other_insurance"}
_EXTRA = "extra."
_KEYS = {"group_id", "subscriber_id", "member_id", "carrier_id"}


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one selection sees: families, and the rows of each table, quarantined families included."""

    families: Rows
    members: Rows
    coverages: Rows


@dataclass(slots=True, repr=False)
class ColumnarSnapshot:
    """A snapshot as columns; it is :class:`edi834.feed.ports.SnapshotTable`.

    Attributes:
      as_of: The day the snapshot speaks of.
      identity: The digest of its content, hexadecimal.
      groups: The employers.
      findings: Everything wrong or doubtful in it.
    """

    as_of: date
    identity: str
    groups: Mapping[GroupId, Group]
    findings: tuple[Finding, ...]
    _judgement: Judgement
    _stands: Mapping[str, NDArray[np.bool_]]
    _canonical: dict[tuple[str, str], NDArray[np.object_]] = field(default_factory=dict)

    @property
    def _people(self) -> People:
        return self._judgement.people

    def quarantined(self, selection: Selection) -> frozenset[FamilyRef]:
        """The families that this selection may not report today."""
        held = np.flatnonzero(self._held(selection))
        return frozenset(self._people.ref(family) for family in held.tolist())

    def digests(self, selection: Selection, key: bytes) -> Mapping[FamilyRef, bytes]:
        """The digest of each family with a selected coverage, quarantined ones excepted."""
        seen = self._seen(selection)
        lines: list[str] = []
        families: list[Rows] = []
        for table, rows, owners in self._row_sets(seen):
            family = self._people.member_family[owners]
            order, joined = self._lines(table, rows, family, owners, selection)
            lines += joined
            families.append(family[order])
        family = np.concatenate(families)
        order = np.argsort(family, kind="stable").tolist()
        bounds = np.searchsorted(np.sort(family), np.append(seen.families, np.iinfo(np.int64).max)).tolist()
        return {
            self._people.ref(number): digest_of_lines((lines[i] for i in order[first:last]), key)
            for number, first, last in zip(seen.families.tolist(), bounds, bounds[1:], strict=False)
        }

    def families(self, selection: Selection, refs: Collection[FamilyRef]) -> Iterator[Family]:
        """The families of those references, in sorted order, with their selected coverages only."""
        seen = self._seen(selection)
        people = self._people
        asked = frozenset(refs)
        wanted = {number for number in seen.families.tolist() if people.ref(number) in asked}
        members = _by(people.member_family[seen.members], seen.members, wanted)
        owners = {row for rows in members.values() for row in rows}
        coverages = _by(people.coverage_member[seen.coverages], seen.coverages, owners)
        other_rows, other_owners = self._others()
        others = _by(other_owners, other_rows, owners)
        for number in sorted(wanted, key=people.ref):
            covered = [self._covered(row, coverages.get(row, ()), others.get(row, ())) for row in members[number]]
            covered.sort(key=lambda c: (not c.member.ref.is_subscriber, c.member.member_id))
            yield Family(people.ref(number), tuple(covered))

    def elsewhere(self, selection: Selection, refs: Collection[FamilyRef]) -> Elsewhere:
        """The spans that people of those families have in the selected benefits with other carriers.

        Of a family with a wrong coverage row at another carrier nothing is given: it is evidence of nothing.
        """
        people, columns = self._people, self._people.tables["coverages"].columns
        chosen = self._stands["coverages"] & (people.coverage_member >= 0)
        chosen &= columns["carrier_id"].where(lambda carrier: carrier not in {None, selection.carrier_id})
        chosen &= columns["benefit"].where(lambda benefit: benefit in selection.benefits)
        rows = np.flatnonzero(chosen)
        asked = frozenset(refs)
        doubtful = frozenset[int]().union(
            *(held for (_, benefit), held in self._judgement.selected.items() if benefit in {None, *selection.benefits})
        )
        family = people.member_family[people.coverage_member[rows]]
        wanted = [
            number
            for number in np.unique(family[~self._judgement.everywhere[family]]).tolist()
            if number not in doubtful and people.ref(number) in asked
        ]
        spans: dict[MemberRef, dict[str, list[tuple[date, date | None]]]] = {}
        for row in rows[np.isin(family, wanted)].tolist():
            span = Coverage(**_fields(people.tables["coverages"], row))
            owner = people.coverage_member[row]
            ref = people.ref(int(people.member_family[owner]))
            member = MemberRef(ref.group_id, ref.subscriber_id, people.person_ids[people.member_person[owner]])
            spans.setdefault(member, {}).setdefault(span.benefit, []).append((span.effective_date, span.end_date))
        return spans

    def places(
        self, selection: Selection, refs: Collection[FamilyRef]
    ) -> Mapping[MemberRef, Mapping[str, tuple[Place, ...]]]:
        """In which rows of the source the people of those families stand, by table: only rows that the selection sees.

        Looked up when somebody asks; a run that nobody asks keeps nothing for it.
        """
        seen, people = self._seen(selection), self._people
        asked = frozenset(refs)
        wanted = {number for number in seen.families.tolist() if people.ref(number) in asked}
        found: dict[MemberRef, dict[str, tuple[Place, ...]]] = {}
        for table, rows, owners in self._row_sets(seen):
            mine = np.isin(people.member_family[owners], np.fromiter(wanted, np.int64, len(wanted)))
            for row, owner in zip(rows[mine].tolist(), owners[mine].tolist(), strict=True):
                family = people.ref(int(people.member_family[owner]))
                ref = MemberRef(family.group_id, family.subscriber_id, people.person_ids[people.member_person[owner]])
                there = found.setdefault(ref, {})
                there[table] = (*there.get(table, ()), people.tables[table].place(row))
        return found

    def _held(self, selection: Selection) -> NDArray[np.bool_]:
        """By family number, whether this selection may not report it."""
        held = self._judgement.everywhere.copy()
        for (carrier, benefit), families in self._judgement.selected.items():
            if carrier in {None, selection.carrier_id} and (benefit is None or benefit in selection.benefits):
                held[list(families)] = True
        coordinating = [bool(selection.names(group, "other_insurance")) for group in self._people.group_ids]
        held |= self._judgement.coordination & self._by_group(coordinating)
        return held & self._by_group([group in selection.fields for group in self._people.group_ids])

    def _by_group(self, claims: Sequence[bool]) -> NDArray[np.bool_]:
        return np.asarray([*claims, False], np.bool_)[self._people.family_group]

    def _seen(self, selection: Selection) -> _Seen:
        people = self._people
        columns = people.tables["coverages"].columns
        chosen = self._stands["coverages"] & (people.coverage_member >= 0)
        chosen &= columns["carrier_id"].where(lambda carrier: carrier == selection.carrier_id)
        chosen &= columns["benefit"].where(lambda benefit: benefit in selection.benefits)
        rows = np.flatnonzero(chosen)
        owners = people.coverage_member[rows]
        open_to = self._by_group([group in selection.fields for group in people.group_ids]) & ~self._held(selection)
        reported = open_to[people.member_family[owners]]
        rows, owners = rows[reported], owners[reported]
        families = np.unique(people.member_family[owners])
        leading = np.flatnonzero(people.member_leads)
        leaders = leading[np.isin(people.member_family[leading], families)]
        return _Seen(families, np.union1d(owners, leaders), rows)

    def _row_sets(self, seen: _Seen) -> Iterator[tuple[str, Rows, Rows]]:
        """Each table's rows that are seen, and whose members row each belongs to."""
        yield "members", seen.members, seen.members
        yield "coverages", seen.coverages, self._people.coverage_member[seen.coverages]
        rows, owners = self._others()
        visible = np.isin(owners, seen.members)
        yield "other_insurance", rows[visible], owners[visible]

    def _others(self) -> tuple[Rows, Rows]:
        rows, owners = self._people.other_members
        if not len(rows):
            return rows, owners
        standing = self._stands["other_insurance"][rows] & self._people.member_kept[owners]
        return rows[standing], owners[standing]

    def _lines(
        self, table: str, rows: Rows, family: Rows, owners: Rows, selection: Selection
    ) -> tuple[Rows, list[str]]:
        """The lines of these rows, and the order in which they are given; groups may release different fields."""
        people = self._people
        group = people.family_group[family]
        by_names: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for number in np.unique(group).tolist():
            names = selection.names(people.group_ids[number], _FIELD_TABLES[table])
            by_names[tuple(dict.fromkeys(names))].append(number)
        members = people.tables["members"]
        ids = np.asarray(members.columns["member_id"].texts, object)
        order: list[Rows] = []
        lines: list[str] = []
        for names, groups in by_names.items():
            if table == "other_insurance" and not names:
                continue
            at = np.flatnonzero(np.isin(group, groups))
            keys = ids[members.columns["member_id"].codes[owners[at]]].tolist()
            values = [self._canonical_of(table, name, rows[at]) for name in names]
            letters = [_LETTERS[table]] * len(at)
            lines += map(VALUE_SEPARATOR.join, zip(letters, keys, *values, strict=True))
            order.append(at)
        return np.concatenate([np.zeros(0, np.int64), *order]), lines

    def _canonical_of(self, table: str, name: str, rows: Rows) -> list[str]:
        """The canonical texts of one column's values, by row; each distinct value is made canonical once."""
        column = self._people.tables[table].columns.get(name)
        if column is None:
            return [""] * len(rows)
        texts = self._canonical.get((table, name))
        if texts is None:
            texts = np.asarray([*map(canonical, column.values), ""], object)
            self._canonical[table, name] = texts
        taken: list[str] = texts[column.codes[rows]].tolist()
        return taken

    def _covered(self, row: int, coverages: Iterable[int], others: Iterable[int]) -> CoveredMember:
        tables = self._people.tables
        spans = [Coverage(**_fields(tables["coverages"], c)) for c in coverages]
        spans.sort(key=lambda c: (c.benefit, c.effective_date, c.plan_code))
        insured = [OtherInsurance(**_fields(tables["other_insurance"], o)) for o in others]
        insured.sort(key=lambda o: (o.order, o.carrier_name, o.policy_number or ""))
        unreadable = frozenset(name for name, rows in self._judgement.unreadable.items() if row in rows)
        member = Member(**_fields(tables["members"], row))
        return CoveredMember(member, tuple(spans), tuple(insured), unreadable)


def content_digest(tables: Iterable[TypedTable]) -> str:
    """Give the digest of the tables' content: neither format nor order nor repeats of rows and columns change it."""
    whole = hashlib.sha256()
    for table in sorted(tables, key=lambda table: table.name):
        columns = [(name, column) for name, column in sorted(table.columns.items()) if any(column.texts)]
        texts = [_comparable(name, column)[column.codes].tolist() for name, column in columns]
        whole.update(VALUE_SEPARATOR.join((table.name, *(name for name, _ in columns))).encode() + b"\n")
        lines = map(VALUE_SEPARATOR.join, zip(*texts, strict=True))
        rows = {hashlib.blake2b(line.encode(), digest_size=16).digest() for line in lines}
        whole.update(b"".join(sorted(rows)) + b"\n")
    return whole.hexdigest()


def _comparable(name: str, column: TypedColumn) -> NDArray[np.object_]:
    """The column's texts for comparison: a key to the letter, a value that cannot be read by its text."""
    if name in _KEYS:
        return np.asarray([*column.texts, ""], object)
    pairs = zip(column.values, column.texts, strict=True)
    return np.asarray([*(canonical(text if value is None else value) for value, text in pairs), ""], object)


def _by(keys: Rows, rows: Rows, wanted: Collection[int]) -> dict[int, list[int]]:
    """Rows by key, for the wanted keys."""
    found: dict[int, list[int]] = defaultdict(list)
    mine = np.isin(keys, np.fromiter(wanted, np.int64, len(wanted)))
    for key, row in zip(keys[mine].tolist(), rows[mine].tolist(), strict=True):
        found[key].append(row)
    return found


def _fields(table: TypedTable, row: int) -> dict[str, Any]:
    """One row's values, by the names of the record's fields; extras that are absent are not there."""
    values: dict[str, Any] = {}
    extra: dict[str, str] = {}
    for name, column in table.columns.items():
        value = column.values[column.codes[row]]
        if not name.startswith(_EXTRA):
            values[name] = value
        elif value is not None:
            extra[name.removeprefix(_EXTRA)] = str(value)
    return values | {"extra": MappingProxyType(extra)} if extra else values
