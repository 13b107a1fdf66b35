"""Snapshot folders for tests: a few families of the samples, as they are, or spoiled in one way.

A snapshot is written from the committed sample rows, with a manifest that agrees with it unless a test spoils it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Collection
from pathlib import Path

from samples.generate import COLUMNS
from tests.samples.reading import Row, as_of, folder, rows

__all__ = ["FEW", "PEOPLE", "Tables", "day", "members_of", "write_csv", "write_snapshot"]

FEW = ("J1001", "J1009", "J1020")
"""Three families: four people, a couple whose child is born on day 3, and a couple with a child that divorces."""

Tables = dict[str, list[Row]]


def day(number: int) -> Path:
    """The sample snapshot of that day."""
    return folder(number)


def members_of(number: int, families: Collection[str] | None = None) -> list[Row]:
    """The members' rows of a day, of those families."""
    return [r for r in rows(number, "members") if families is None or r["subscriber_id"] in families]


def tables_of(number: int, families: Collection[str] | None = None) -> Tables:
    people = {r["member_id"] for r in members_of(number, families)}
    return {
        table: [r for r in rows(number, table) if table == "groups" or r["member_id"] in people]
        for table in ("groups", "members", "coverages", "other_insurance")
    }


def write_snapshot(
    target: Path,
    number: int = 1,
    families: Collection[str] | None = FEW,
    *,
    edit: Callable[[Tables], object] | None = None,
    dated: int | None = None,
) -> Path:
    """Write a day's families into a folder.

    Args:
      target: The folder; made.
      number: Whose day's rows.
      families: Which families; None for all.
      edit: Changes the rows.
      dated: The day it says it is, where that is another.
    """
    tables = tables_of(number, families)
    if edit is not None:
        edit(tables)
    target.mkdir(parents=True)
    digests = {}
    for table, content in tables.items():
        written = write_csv(table, content)
        (target / f"{table}.csv").write_bytes(written)
        digests[table] = hashlib.sha256(written).hexdigest()
    manifest = {
        "as_of": as_of(dated or number).isoformat(),
        "source": "a test (invented)",
        "row_counts": {table: len(content) for table, content in tables.items()},
        "sha256": digests,
    }
    (target / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return target


def write_csv(table: str, content: list[Row]) -> bytes:
    lines = io.StringIO(newline="")
    writer = csv.DictWriter(lines, COLUMNS[table], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(content)
    return lines.getvalue().encode()


PEOPLE = {row["member_id"]: row for number in range(1, 11) for row in rows(number, "members")}
"""Everybody of the story, as last seen."""
