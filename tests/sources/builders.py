"""A small invented household as rows, the files and databases it can lie in, and a clock that stands still."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from edi834.feed.ports import SnapshotTable
from edi834.grants import Selection
from edi834.model import CarrierId, FamilyRef, FieldPath, Finding, GroupId, MemberId, MemberRef, Severity
from edi834.model.fields import FieldKind
from edi834.sources import SourceSettings, open_snapshot
from edi834.sources.settings import TABLES

DAY = date(2026, 11, 22)
KEY = b"k" * 32
AT_ONCE = SourceSettings(settle_seconds=0)
Row = dict[str, str]
Tables = dict[str, list[Row]]


class StoppedClock:
    """A clock that says what it was told to say."""

    def __init__(self, now: datetime = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now


def member(member_id: str = "E1", subscriber_id: str | None = None, **changed: str) -> Row:
    """A person; an employee, unless another is named as the subscriber."""
    subscriber_id = subscriber_id or member_id
    number = sum(ord(letter) * 7**place for place, letter in enumerate(reversed(member_id)))
    row = {
        "group_id": "juniper",
        "member_id": member_id,
        "subscriber_id": subscriber_id,
        "relationship": "self" if member_id == subscriber_id else "child",
        "last_name": "Aldergrove",
        "first_name": "Wren",
        "birth_date": "1980-05-17" if member_id == subscriber_id else "2012-02-29",
        "gender": "F",
        "ssn": f"9{number % 100:02d}-71-{number % 10_000:04d}",
    }
    return row | changed


def coverage(member_id: str = "E1", **changed: str) -> Row:
    """An open medical coverage."""
    row = {
        "group_id": "juniper",
        "member_id": member_id,
        "benefit": "medical",
        "plan_code": "PPO1",
        "carrier_id": "acme",
        "effective_date": "2026-01-01",
    }
    return row | changed


def household() -> Tables:
    """An employee with a child, and another alone; medical and dental with one carrier, vision with another."""
    return {
        "members": [member("E1"), member("D1", "E1"), member("E2", first_name="Rowan", last_name="Birchwater")],
        "coverages": [
            coverage("E1"),
            coverage("D1"),
            coverage("E2"),
            coverage("E1", benefit="vision", carrier_id="see"),
            coverage("E2", benefit="dental", plan_code="DHMO"),
        ],
    }


def csv_text(rows: Sequence[Mapping[str, str]], columns: Sequence[str] | None = None) -> str:
    """The rows as CSV."""
    if columns is None:
        columns = list(dict.fromkeys(name for row in rows for name in row))
    target = io.StringIO()
    writer = csv.DictWriter(target, columns, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()


def as_csv(folder: Path, tables: Mapping[str, Sequence[Row]], *, gzipped: bool = False) -> Path:
    """A folder of CSV files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        content = csv_text(rows).encode()
        if gzipped:
            (folder / f"{name}.csv.gz").write_bytes(gzip.compress(content, mtime=0))
        else:
            (folder / f"{name}.csv").write_bytes(content)
    return folder


def as_parquet(folder: Path, tables: Mapping[str, Sequence[Row]]) -> Path:
    """A folder of Parquet files, with days, decimals, whole numbers and truth values as such."""
    folder.mkdir(parents=True, exist_ok=True)
    types = {FieldKind.DATE: pa.date32(), FieldKind.MONEY: pa.decimal128(14, 4), FieldKind.FLAG: pa.bool_()}
    types[FieldKind.INTEGER] = pa.int16()
    for name, rows in tables.items():
        columns = {}
        for column in dict.fromkeys(column for row in rows for column in row):
            kind = TABLES[name][column].kind
            values = [native(kind, row.get(column, "")) for row in rows]
            columns[column] = pa.array(values, types.get(kind, pa.string()))
        pq.write_table(pa.table(columns), folder / f"{name}.parquet")
    return folder


def as_database(address: str, tables: Mapping[str, Sequence[Row]], *, typed: bool = False) -> str:
    """A database with these tables; of text throughout, unless its types are asked for."""
    types: dict[FieldKind, Any] = {FieldKind.DATE: sa.Date(), FieldKind.MONEY: sa.Numeric(14, 4)}
    types |= {FieldKind.FLAG: sa.Boolean(), FieldKind.INTEGER: sa.Integer()}
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        for name in TABLES:
            sa.Table(name, sa.MetaData()).drop(connection, checkfirst=True)
        for name, rows in tables.items():
            columns = list(dict.fromkeys(column for row in rows for column in row))
            kinds = {
                column: TABLES[name][column].kind if column in TABLES[name] else FieldKind.TEXT for column in columns
            }
            stored = {column: types.get(kind, sa.Text()) if typed else sa.Text() for column, kind in kinds.items()}
            table = sa.Table(name, sa.MetaData(), *(sa.Column(column, stored[column]) for column in columns))
            table.create(connection)
            values = [
                {c: native(kinds[c], row.get(c, "")) if typed else row.get(c) or None for c in columns} for row in rows
            ]
            if values:
                connection.execute(sa.insert(table), values)
    engine.dispose()
    return address


def native(kind: FieldKind, text: str) -> object:
    """A value as a typed store holds it."""
    if not text:
        return None
    if kind is FieldKind.DATE:
        return date.fromisoformat(text)
    if kind is FieldKind.MONEY:
        return Decimal(text)
    if kind is FieldKind.INTEGER:
        return int(text)
    return text == "yes" if kind is FieldKind.FLAG else text


def with_manifest(folder: Path, **reported: object) -> Path:
    """The folder with a manifest that is right, except for what is reported otherwise."""
    files = [path for path in folder.iterdir() if path.name != "manifest.json"]
    digests = {path.name.partition(".")[0]: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    manifest = {"as_of": DAY.isoformat(), "source": "test", "sha256": digests} | reported
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def opened(location: str | Path, settings: SourceSettings = AT_ONCE, *, as_of: date | None = DAY) -> SnapshotTable:
    """The snapshot there."""
    return open_snapshot(location, settings, as_of=as_of, clock=StoppedClock())


def selecting(
    *fields: str, benefits: Iterable[str] = ("medical", "dental"), groups: Iterable[str] = ("juniper",)
) -> Selection:
    """What acme may see."""
    structural = (
        "member.relationship",
        "coverage.benefit",
        "coverage.plan_code",
        "coverage.effective_date",
        "coverage.end_date",
    )
    released = tuple(sorted(FieldPath(path) for path in {*structural, *fields}))
    return Selection(CarrierId("acme"), frozenset(benefits), {GroupId(group): released for group in groups})


def family(subscriber_id: str, group_id: str = "juniper") -> FamilyRef:
    return FamilyRef(GroupId(group_id), MemberId(subscriber_id))


def person(member_id: str, subscriber_id: str, group_id: str = "juniper") -> MemberRef:
    return MemberRef(GroupId(group_id), MemberId(subscriber_id), MemberId(member_id))


def errors(snapshot: SnapshotTable) -> list[Finding]:
    return [finding for finding in snapshot.findings if finding.severity is Severity.ERROR]


def codes(snapshot: SnapshotTable) -> set[str]:
    return {finding.code for finding in snapshot.findings}


def shuffled(tables: Mapping[str, Sequence[Row]], seed: int) -> Tables:
    """The same rows and columns in another order."""
    chance = random.Random(seed)
    mixed: Tables = {}
    for name, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        chance.shuffle(columns)
        mixed[name] = [{column: row.get(column, "") for column in columns} for row in rows]
        chance.shuffle(mixed[name])
    return mixed
