"""Ways to spoil a snapshot: its bytes, its rows, its form.

What changes bytes takes the manifest away, so that the fault itself is met and not the manifest's word about it.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.commands.snapshots import Tables

Edit = Callable[[Tables], object]
Spoil = Callable[[Path], object]

AS_OF = ("--as-of", "2026-11-02")


def without_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink(missing_ok=True)


def written(change: Callable[[bytes], bytes], table: str = "members") -> Spoil:
    """Change a table's bytes."""

    def spoil(folder: Path) -> None:
        without_manifest(folder)
        file = folder / f"{table}.csv"
        file.write_bytes(change(file.read_bytes()))

    return spoil


def each_row(change: Callable[[bytes], bytes], *, header: bool = False) -> Callable[[bytes], bytes]:
    """Change every line, with or without the header."""

    def changed(content: bytes) -> bytes:
        first, *rest = content.rstrip(b"\n").split(b"\n")
        return b"\n".join([change(first) if header else first, *(change(r) for r in rest)]) + b"\n"

    return changed


def last_row(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def changed(content: bytes) -> bytes:
        *others, last = content.rstrip(b"\n").split(b"\n")
        return b"\n".join([*others, change(last)]) + b"\n"

    return changed


def swapped(old: bytes, new: bytes, count: int = -1) -> Callable[[bytes], bytes]:
    def changed(content: bytes) -> bytes:
        assert old in content
        return content.replace(old, new, count)

    return changed


def person(member_id: str, **values: str) -> Edit:
    """Change a person's row."""

    def edit(tables: Tables) -> None:
        (row,) = (r for r in tables["members"] if r["member_id"] == member_id)
        row.update(values)

    return edit


def medical(member_id: str, **values: str) -> Edit:
    """Change a person's medical coverage."""

    def edit(tables: Tables) -> None:
        (row,) = (r for r in tables["coverages"] if r["member_id"] == member_id and r["benefit"] == "medical")
        row.update(values)

    return edit


def another(table: str, like: str, **values: str) -> Edit:
    """Add a row like somebody's (of coverages, like the medical one)."""

    def edit(tables: Tables) -> None:
        rows = [r for r in tables[table] if r["member_id"] == like and r.get("benefit", "medical") == "medical"]
        tables[table].append({**rows[0], **values})

    return edit


def without(member_id: str, table: str = "members") -> Edit:
    def edit(tables: Tables) -> None:
        tables[table] = [r for r in tables[table] if r["member_id"] != member_id]

    return edit


def everyone(**values: str) -> Edit:
    def edit(tables: Tables) -> None:
        for row in tables["members"]:
            row.update(values)

    return edit


def manifest(**changes: Any) -> Spoil:
    """Change what the manifest says."""

    def spoil(folder: Path) -> None:
        file = folder / "manifest.json"
        file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), **changes}), encoding="utf-8")

    return spoil


def compressed(change: Callable[[bytes], bytes]) -> Spoil:
    """A gzip file, changed once it was compressed."""

    def spoil(folder: Path) -> None:
        without_manifest(folder)
        plain = folder / "members.csv"
        (folder / "members.csv.gz").write_bytes(change(gzip.compress(plain.read_bytes(), mtime=0)))
        plain.unlink()

    return spoil


def as_parquet(
    change: Callable[[pa.Table], pa.Table], after: Callable[[bytes], bytes] = lambda content: content
) -> Spoil:
    """A Parquet file of the members, changed as a table, and then as bytes."""

    def spoil(folder: Path) -> None:
        without_manifest(folder)
        plain = folder / "members.csv"
        header, *lines = plain.read_text(encoding="utf-8").splitlines()
        names = header.split(",")
        rows = [line.split(",") for line in lines]
        assert all(len(row) == len(names) for row in rows)
        table = pa.table({n: pa.array([r[i] or None for r in rows], pa.string()) for i, n in enumerate(names)})
        file = folder / "members.parquet"
        pq.write_table(change(table), file)
        file.write_bytes(after(file.read_bytes()))
        plain.unlink()

    return spoil


def column(name: str, values: Callable[[list[str | None]], pa.Array]) -> Callable[[pa.Table], pa.Table]:
    """Put other values, of another type, into a column."""

    def changed(table: pa.Table) -> pa.Table:
        place = table.column_names.index(name)
        return table.set_column(place, name, values(table.column(name).to_pylist()))

    return changed
