"""The sample days as values: their rows as text, and the families that are reported to a carrier, day after day.

It reads the committed files, never the generator's rows, and is deliberately simpler than ``edi834/sources``: what it
cannot read it lists, and a family with something unreadable keeps what was last reported it (law 5).
"""

from __future__ import annotations

import csv
import gzip
import io
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from edi834.book import Desired, Dialect, FamilyStatement, choose, desired
from edi834.grants import ReleasedFamily, redact
from edi834.model import (
    COVERAGE_COLUMNS,
    GROUP_COLUMNS,
    MEMBER_COLUMNS,
    OTHER_INSURANCE_COLUMNS,
    VOCABULARIES,
    Coverage,
    CoveredMember,
    Family,
    FamilyRef,
    FieldKind,
    FieldPath,
    GroupId,
    Member,
    MemberId,
    ModelField,
    OtherInsurance,
)

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
JUNIPER = SAMPLES / "juniper"
WORKSPACE = SAMPLES / "workspace"
CARRIERS = ("northstar", "cedar", "lantern", "granite", "harbor")
DAYS = range(1, 11)
TABLES: Mapping[str, Mapping[str, ModelField]] = {
    "groups": GROUP_COLUMNS,
    "members": MEMBER_COLUMNS,
    "coverages": COVERAGE_COLUMNS,
    "other_insurance": OTHER_INSURANCE_COLUMNS,
}
Row = dict[str, str]


def folder(day: int) -> Path:
    return JUNIPER / f"day-{day:02d}"


def as_of(day: int) -> date:
    return date(2026, 11, 1) + timedelta(days=day - 1)


def table_file(day: int, table: str) -> Path:
    """The one file of that table and day."""
    (file,) = (f for f in folder(day).iterdir() if f.name.split(".")[0] == table)
    return file


def rows(day: int, table: str) -> list[Row]:
    """The table's rows; blanks at the ends dropped, and what is empty left out, as the contract says."""
    file = table_file(day, table)
    if file.suffix == ".parquet":
        read: list[dict[str, Any]] = pq.read_table(file).to_pylist()
    else:
        content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        read = list(csv.DictReader(io.StringIO(content.decode(), newline=""), strict=True))
    return [{k: v.strip() for k, v in row.items() if v and v.strip()} for row in read]


def value(column: ModelField, text: str) -> object:
    """The typed value.

    Raises:
      ValueError: the text is none of the column's kind, or no word of its vocabulary.
    """
    if column.vocabulary is not None and text not in VOCABULARIES[column.vocabulary]:
        raise ValueError(f"no word of {column.vocabulary}")
    match column.kind:
        case FieldKind.DATE:
            return date.fromisoformat(text)
        case FieldKind.MONEY:
            try:
                return Decimal(text)
            except InvalidOperation:
                raise ValueError("no decimal") from None
        case FieldKind.INTEGER:
            return int(text)
        case FieldKind.FLAG:
            return {"yes": True, "no": False}[text]
        case _:
            return text


def typed(table: str, row: Row) -> tuple[dict[str, Any], list[str]]:
    """One row's typed values, and the columns that cannot be read."""
    values, unreadable = {}, []
    for name, text in row.items():
        try:
            values[name] = value(TABLES[table][name], text)
        except ValueError:
            unreadable.append(name)
    return values, unreadable


@dataclass(slots=True)
class Reported:
    """What is reported to one carrier on one day.

    Attributes:
      statements: What is reported, by family.
      desired: What each family should be.
      standing: The families that could not be read: what was reported of them stands.
      book: Every family as the carrier then holds it.
    """

    statements: list[FamilyStatement] = field(default_factory=list)
    desired: list[Desired] = field(default_factory=list)
    standing: set[str] = field(default_factory=set)
    book: dict[FamilyRef, ReleasedFamily] = field(default_factory=dict)


def granted(carrier: str) -> tuple[FieldPath, ...]:
    """The fields that the sample grant allows the carrier."""
    grant = tomllib.loads((WORKSPACE / "grants/juniper" / f"{carrier}.toml").read_text(encoding="utf-8"))
    return tuple(FieldPath(path) for path in grant["fields"]["allow"])


def telling(carrier: str) -> Iterator[tuple[int, Reported]]:
    """What is reported to the carrier, day by day, each day against what it then holds."""
    fields = granted(carrier)
    book: dict[FamilyRef, ReleasedFamily] = {}
    for day in DAYS:
        families, unreadable = _families(day, carrier)
        reported = Reported(standing=unreadable)
        released = {family.ref: redact(family, fields) for family in families}
        for ref in sorted({*released, *book}):
            if ref.subscriber_id in unreadable:
                continue
            wanted = desired(book.get(ref), released.get(ref), Dialect(), as_of=as_of(day))
            reported.desired.append(wanted)
            if wanted.family is None:
                continue
            edit, statement, is_understood = choose((book.get(ref),), wanted.family, Dialect(), as_of=as_of(day))
            assert is_understood, f"no statement brings {ref} of day {day} to its desired book"
            if statement is not None:
                reported.statements.append(statement)
            book[ref] = edit.target
        reported.book = dict(book)
        yield day, reported


def _families(day: int, carrier: str) -> tuple[list[Family], set[str]]:
    """The families with a coverage of that carrier, and the subscribers in whose family something is unreadable."""
    unreadable: set[str] = set()
    spans: dict[str, list[Coverage]] = {}
    others: dict[str, list[OtherInsurance]] = {}
    subscriber_of = {row["member_id"]: row["subscriber_id"] for row in rows(day, "members")}
    for row in rows(day, "coverages"):
        values, wrong = typed("coverages", row)
        if row["carrier_id"] == carrier and wrong:
            unreadable.add(subscriber_of[row["member_id"]])
        elif row["carrier_id"] == carrier:
            spans.setdefault(row["member_id"], []).append(Coverage(**values))
    for row in rows(day, "other_insurance"):
        others.setdefault(row["member_id"], []).append(OtherInsurance(**typed("other_insurance", row)[0]))
    people: dict[str, list[CoveredMember]] = {}
    for row in rows(day, "members"):
        values, wrong = typed("members", row)
        if wrong:
            unreadable.add(row["subscriber_id"])
            continue
        coverages = tuple(sorted(spans.get(row["member_id"], ()), key=lambda c: (c.benefit, c.effective_date)))
        if coverages or row["member_id"] == row["subscriber_id"]:
            covered = CoveredMember(Member(**values), coverages, tuple(others.get(row["member_id"], ())))
            people.setdefault(row["subscriber_id"], []).append(covered)
    return [
        Family(FamilyRef(GroupId("juniper"), MemberId(subscriber)), _in_order(members))
        for subscriber, members in people.items()
        if subscriber not in unreadable and any(m.coverages for m in members)
    ], unreadable


def _in_order(members: list[CoveredMember]) -> tuple[CoveredMember, ...]:
    return tuple(sorted(members, key=lambda m: (not m.member.ref.is_subscriber, m.member.member_id)))
