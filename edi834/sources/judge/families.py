"""Who belongs to whom: every row of a snapshot put to its family, and what is held against which family.

A row whose own family cannot be reported is held against every family it may belong to, its whole group at the worst: a
row that is lost must never read as a termination. A coverage that is wrong keeps its family from those selections
only that would see it. Which rows are wrong is found in ``rows.py`` and ``spans.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edi834.model import FamilyRef, GroupId, MemberId, MemberRef, Severity
from edi834.sources.findings import Found, Rule
from edi834.sources.values import TypedColumn, TypedTable

__all__ = ["Judgement", "People", "Rows", "gathered"]

Rows = NDArray[np.int64]
_NOT_HERE = -1
_KEYS = ("group_id", "subscriber_id", "member_id")


@dataclass(frozen=True, slots=True, repr=False)
class People:
    """The rows of a snapshot by family.

    Attributes:
      tables: The tables, by name.
      group_ids: The groups, by group number.
      person_ids: Everyone's member_id, by person number.
      family_group: By family number, the group's number.
      family_subscriber: By family number, the subscriber's person number.
      member_person: By members row, the person's number; -1 where it cannot be reported.
      member_family: By members row, the family's number; -1 where it cannot be reported.
      member_kept: By members row, whether it stands: known to be somebody's, and the first of its person and family.
      member_leads: By members row, whether it stands and is its family's subscriber.
      coverage_member: By coverages row, the members row it belongs to; -1 where there is none, or more than one.
      other_members: Pairs of an other_insurance row and a members row, by the former.
      blamed: Table and row → the families it may belong to, for rows that have none for certain.
    """

    tables: Mapping[str, TypedTable]
    group_ids: tuple[GroupId, ...]
    person_ids: tuple[MemberId, ...]
    family_group: Rows
    family_subscriber: Rows
    member_person: Rows
    member_family: Rows
    member_kept: NDArray[np.bool_]
    member_leads: NDArray[np.bool_]
    coverage_member: Rows
    other_members: tuple[Rows, Rows]
    blamed: Mapping[tuple[str, int], Collection[int]]

    def ref(self, family: int) -> FamilyRef:
        """The reference of a family."""
        return FamilyRef(self.group_ids[self.family_group[family]], self.person_ids[self.family_subscriber[family]])

    def families_of(self, table: str, row: int) -> Collection[int]:
        """The families that a row belongs to, or may belong to."""
        blamed = self.blamed.get((table, row))
        if blamed is not None:
            return blamed
        if table == "members":
            return (int(self.member_family[row]),)
        if table == "coverages":
            return (int(self.member_family[self.coverage_member[row]]),)
        first, last = np.searchsorted(self.other_members[0], [row, row + 1])
        return {int(family) for family in self.member_family[self.other_members[1][first:last]]}

    def about(self, table: str, row: int) -> MemberRef | None:
        """The person a row is about, as far as the row says."""
        held = self.tables[table]
        group, member = held.text("group_id", row), held.text("member_id", row)
        subscriber = held.text("subscriber_id", row) if "subscriber_id" in held.columns else ""
        if not subscriber and len(families := self.families_of(table, row)) == 1:
            subscriber = self.person_ids[self.family_subscriber[next(iter(families))]]
        if not (group and member and (group + member).isprintable()):
            return None
        return MemberRef(GroupId(group), MemberId(subscriber or member), MemberId(member))


@dataclass(slots=True, repr=False)
class Judgement:
    """What is held against which family, gathered rule by rule.

    Attributes:
      people: Whose rows they are.
      found: The findings.
      everywhere: By family number, whether it may be reported to nobody.
      selected: (carrier, benefit) → families that a selection with them may not report; None is any.
      coordination: By family number, whether a selection that sees other insurance may not report it.
      unreadable: Column → members rows whose optional value could not be read.
    """

    people: People
    found: Found
    everywhere: NDArray[np.bool_] = field(init=False)
    coordination: NDArray[np.bool_] = field(init=False)
    selected: dict[tuple[str | None, str | None], set[int]] = field(default_factory=dict)
    unreadable: dict[str, set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.everywhere = np.zeros(len(self.people.family_group), np.bool_)
        self.coordination = np.zeros(len(self.people.family_group), np.bool_)

    def hold(self, rule: Rule, table: str, rows: Iterable[int], column: str | None = None) -> None:
        """Note a rule broken by these rows, and hold it against their families where it is an error."""
        held = self.people.tables[table]
        subject = f"{table}.{column}" if column else table
        for row in map(int, rows):
            value = held.text(column, row) if column else ""
            about, place = partial(self.people.about, table, row), partial(held.place, row, column)
            self.found.note(rule, subject, about, place, value)
            if rule.severity is Severity.ERROR:
                self._hold_against(list(self.people.families_of(table, row)), table, row)

    def pass_over(self, rule: Rule, rows: Iterable[int], column: str) -> None:
        """Note an optional field of a person as not readable today; the person is reported without it."""
        rows = list(rows)
        self.hold(replace(rule, severity=Severity.WARNING), "members", rows, column)
        self.unreadable.setdefault(column, set()).update(map(int, rows))

    def _hold_against(self, families: Sequence[int], table: str, row: int) -> None:
        if table == "members":
            self.everywhere[families] = True
        elif table == "other_insurance":
            self.coordination[families] = True
        else:
            coverages = self.people.tables[table]
            carrier, benefit = coverages.value("carrier_id", row), coverages.value("benefit", row)
            scope = (None if carrier is None else str(carrier), None if benefit is None else str(benefit))
            self.selected.setdefault(scope, set()).update(families)


@dataclass(frozen=True, slots=True)
class _Numbered:
    """The keys of one table as numbers; -1 where a key is absent or cannot be read."""

    group: Rows
    subscriber: Rows
    member: Rows


def gathered(tables: Mapping[str, TypedTable]) -> People:
    """Put every row of the tables to its family."""
    group_ids, groups = _pooled([table.columns["group_id"] for table in tables.values()])
    holders = [(name, key) for name, table in tables.items() for key in _KEYS[1:] if key in table.columns]
    person_ids, persons = _pooled([tables[name].columns[key] for name, key in holders])
    by_table = dict(zip(tables, groups, strict=True))
    by_holder = dict(zip(holders, persons, strict=True))
    numbered = {
        name: _Numbered(
            by_table[name],
            by_holder.get((name, "subscriber_id"), np.full(table.rows, _NOT_HERE, np.int64)),
            by_holder.get((name, "member_id"), np.full(table.rows, _NOT_HERE, np.int64)),
        )
        for name, table in tables.items()
    }
    return _Gathering(tables, numbered, max(len(person_ids), 1)).people(group_ids, person_ids)


class _Gathering:
    """The steps from numbered keys to families; a pair (group, person) is one number, ``group * base + person``."""

    def __init__(self, tables: Mapping[str, TypedTable], numbered: Mapping[str, _Numbered], base: int) -> None:
        self._tables = tables
        self._base = base
        self._members = numbered["members"]
        self._coverages = numbered["coverages"]
        self._others = numbered.get("other_insurance")
        m = self._members
        self._known = (m.group >= 0) & (m.subscriber >= 0) & (m.member >= 0)
        self._kept = self._first_of_each()
        self._blamed_pairs: dict[tuple[str, int], set[int]] = {}
        self._blamed_groups: dict[tuple[str, int], int] = {}

    def people(self, group_ids: Sequence[str], person_ids: Sequence[str]) -> People:
        m = self._members
        pairs = np.unique(self._pair(m.group, m.subscriber)[self._known])
        person_row = self._rows_by_person(pairs)
        coverage_member = self._coverages_to_members(pairs, person_row)
        self._blame_members()
        other_members = self._others_to_members(person_row)
        blamed_pairs = [pair for found in self._blamed_pairs.values() for pair in found]
        every = np.unique(np.concatenate([pairs, np.asarray(blamed_pairs, np.int64)]))
        family = np.where(self._known, np.searchsorted(every, self._pair(m.group, m.subscriber)), _NOT_HERE)
        return People(
            tables=self._tables,
            group_ids=tuple(map(GroupId, group_ids)),
            person_ids=tuple(map(MemberId, person_ids)),
            family_group=every // self._base,
            family_subscriber=every % self._base,
            member_person=m.member,
            member_family=family.astype(np.int64),
            member_kept=self._kept,
            member_leads=self._kept & (m.member == m.subscriber),
            coverage_member=coverage_member,
            other_members=other_members,
            blamed=self._blamed(every),
        )

    def _pair(self, group: Rows, person: Rows) -> Rows:
        return group * self._base + person

    def _first_of_each(self) -> NDArray[np.bool_]:
        """By members row, whether it has all its keys, and no row before it has the same."""
        m = self._members
        rows = np.flatnonzero(self._known)
        keys = pd.DataFrame({"pair": self._pair(m.group, m.subscriber)[rows], "member": m.member[rows]})
        kept = np.zeros(len(m.group), np.bool_)
        kept[rows[~keys.duplicated().to_numpy()]] = True
        return kept

    def _rows_by_person(self, pairs: Rows) -> pd.DataFrame:
        """The rows that stand, by their person as a pair with the group, and by family and person as ``key``."""
        rows = np.flatnonzero(self._kept)
        m = self._members
        person = self._pair(m.group, m.member)[rows]
        family = np.searchsorted(pairs, self._pair(m.group, m.subscriber)[rows])
        return pd.DataFrame({"row": rows, "person": person, "key": family * self._base + m.member[rows]})

    def _coverages_to_members(self, pairs: Rows, persons: pd.DataFrame) -> Rows:
        c = self._coverages
        unclear_subscriber = np.zeros(len(c.group), np.bool_)
        written = self._tables["coverages"].columns["subscriber_id"]
        unclear_subscriber[written.rows_of(written.faults)] = True
        known = (c.group >= 0) & (c.member >= 0) & ~unclear_subscriber
        only = persons.drop_duplicates("person", keep=False)
        alone = known & (c.subscriber < 0)
        found = np.full(len(c.group), _NOT_HERE, np.int64)
        found[alone] = _looked_up(only["person"], only["row"], self._pair(c.group, c.member)[alone])
        through = known & (c.subscriber >= 0)
        wanted = self._pair(c.group, c.subscriber)[through]
        family = np.searchsorted(pairs, wanted)
        here = np.append(pairs, _NOT_HERE)[family] == wanted
        key = np.where(here, family * self._base + c.member[through], _NOT_HERE)
        found[through] = _looked_up(persons["key"], persons["row"], key)
        self._blame_coverages(np.flatnonzero(found < 0), persons)
        return found

    def _blame_coverages(self, rows: Rows, persons: pd.DataFrame) -> None:
        c = self._coverages
        wanted = set(self._pair(c.group, c.member)[rows].tolist())
        families = self._families_by_person(persons, wanted)
        for row in rows.tolist():
            group, member, subscriber = int(c.group[row]), int(c.member[row]), int(c.subscriber[row])
            pairs = {group * self._base + subscriber} if group >= 0 and subscriber >= 0 else set()
            if group >= 0 and member >= 0:
                person = group * self._base + member
                pairs |= families.get(person, set() if pairs else {person})
            self._blame("coverages", row, pairs, group)

    def _blame_members(self) -> None:
        """Put a row without all its keys to the family it must belong to, or to all that it may belong to."""
        m, c = self._members, self._coverages
        reported = pd.DataFrame({"person": self._pair(c.group, c.member), "pair": self._pair(c.group, c.subscriber)})
        reported = reported[(c.group >= 0) & (c.member >= 0) & (c.subscriber >= 0)]
        is_self = self._tables["members"].columns["relationship"].where(lambda word: word == "self")
        lost = np.flatnonzero(~self._known)
        reported = reported[reported["person"].isin(self._pair(m.group, m.member)[lost])]
        through = reported.groupby("person")["pair"].agg(set).to_dict()
        for row in lost.tolist():
            group, member, subscriber = int(m.group[row]), int(m.member[row]), int(m.subscriber[row])
            pairs: set[int] = set()
            if group >= 0 and subscriber >= 0:
                pairs = {group * self._base + subscriber}
            elif group >= 0 and member >= 0:
                person = group * self._base + member
                pairs = {person} if is_self[row] else through.get(person, set())
            self._blame("members", row, pairs, group)

    def _others_to_members(self, persons: pd.DataFrame) -> tuple[Rows, Rows]:
        o = self._others
        if o is None:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        known = (o.group >= 0) & (o.member >= 0)
        mine = pd.DataFrame({"other": np.flatnonzero(known), "person": self._pair(o.group, o.member)[known]})
        joined = mine.merge(persons, on="person")
        for row in np.flatnonzero(~known).tolist():
            self._blame("other_insurance", row, set(), int(o.group[row]))
        return joined["other"].to_numpy(np.int64), joined["row"].to_numpy(np.int64)

    def _families_by_person(self, persons: pd.DataFrame, wanted: Collection[int]) -> dict[int, set[int]]:
        m = self._members
        rows = persons[persons["person"].isin(list(wanted))]
        pairs = self._pair(m.group, m.subscriber)[rows["row"].to_numpy(np.int64)]
        found: dict[int, set[int]] = {}
        for person, pair in zip(rows["person"].tolist(), pairs.tolist(), strict=True):
            found.setdefault(person, set()).add(pair)
        return found

    def _blame(self, table: str, row: int, pairs: set[int], group: int) -> None:
        if pairs:
            self._blamed_pairs[table, row] = pairs
        else:
            self._blamed_groups[table, row] = group

    def _blamed(self, every: Rows) -> dict[tuple[str, int], Collection[int]]:
        groups = every // self._base
        whole: dict[int, Collection[int]] = {
            group: np.flatnonzero((groups == group) | (group < 0)).tolist()
            for group in set(self._blamed_groups.values())
        }
        blamed: dict[tuple[str, int], Collection[int]] = {
            at: np.searchsorted(every, sorted(pairs)).tolist() for at, pairs in self._blamed_pairs.items()
        }
        return blamed | {at: whole[group] for at, group in self._blamed_groups.items()}


def _pooled(columns: Sequence[TypedColumn]) -> tuple[tuple[str, ...], list[Rows]]:
    """Number the texts of several columns alike; what is absent or cannot be read is -1."""
    texts = [np.array([value or "" for value in column.values], dtype=object) for column in columns]
    codes, pool = pd.factorize(np.concatenate(texts)) if texts else (np.zeros(0, np.int64), np.zeros(0, object))
    names = [str(name) for name in pool]
    if "" in names:
        codes = np.where(codes == names.index(""), _NOT_HERE, codes)
    numbered, start = [], 0
    for column in columns:
        own = codes[start : start + len(column.values)].astype(np.int64)
        numbered.append(own[column.codes])
        start += len(column.values)
    return tuple(names), numbered


def _looked_up(keys: pd.Series[int], rows: pd.Series[int], wanted: Rows) -> Rows:
    at = pd.Index(keys).get_indexer(pd.Index(wanted))
    found: Rows = np.append(rows.to_numpy(np.int64), _NOT_HERE)[at]
    return found
