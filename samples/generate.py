"""The generator of ``samples/juniper``: it writes each day of the story down as a snapshot folder.

The same program writes the same files everywhere; one day is compressed, one is Parquet, and one says nothing new in
other words, because a benefits system changes its export more often than its people.
What the rows say is ``cast.py``'s and ``story.py``'s. Run it as ``python -m samples.generate``.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import unicodedata
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from samples.cast import Company, Row
from samples.story import FIRST_DAY, days

__all__ = ["COLUMNS", "COMPRESSED_DAY", "PARQUET_DAY", "REWRITTEN_DAY", "write"]

COMPRESSED_DAY = 2
PARQUET_DAY = 5
REWRITTEN_DAY = 8

_COLUMNS = {
    "groups": (
        "group_id name tax_id address1 city state postal_code country contact_name contact_email contact_phone "
        "reenrollment_date"
    ),
    "members": (
        "group_id member_id subscriber_id relationship last_name first_name middle_name name_suffix ssn medicare_id "
        "birth_date gender marital_status student_status disabled disability_begin school_name death_date email "
        "home_phone work_phone address1 address2 city state postal_code county country mailing_address1 mailing_city "
        "mailing_state mailing_postal_code mailing_country employment_status hire_date rehire_date termination_date "
        "retirement_date salary salary_basis hours_per_week class_code division department location_code job_title "
        "union_code medicare_parts medicare_begin medicare_reason cobra_event cobra_begin cobra_end "
        "custodial_parent_last_name custodial_parent_first_name custodial_parent_phone custodial_parent_address1 "
        "custodial_parent_city custodial_parent_state custodial_parent_postal_code event event_date"
    ),
    "coverages": (
        "group_id member_id benefit plan_code carrier_id policy_number tier effective_date end_date volume premium "
        "employee_contribution employer_contribution premium_frequency provider_code provider_name "
        "provider_existing_patient end_reason"
    ),
    "other_insurance": "group_id member_id order carrier_name policy_number begin_date benefit",
}
COLUMNS = {table: names.split() for table, names in _COLUMNS.items()}
"""Table → its columns, in the order in which they are written."""

_NAMES = {"last_name", "first_name", "provider_name", "job_title", "address1", "city"}


def write(folder: Path) -> None:
    """Write every day into ``folder/day-01`` and so on."""
    for as_of, company in days():
        number = (as_of - FIRST_DAY).days + 1
        _write_day(folder / f"day-{number:02d}", number, as_of, company)


def _write_day(folder: Path, number: int, as_of: date, company: Company) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tables = _tables(company)
    digests = {}
    for name, rows in tables.items():
        file_name, content = _file(number, name, rows)
        (folder / file_name).write_bytes(content)
        digests[name] = hashlib.sha256(content).hexdigest()
    manifest = {
        "as_of": as_of.isoformat(),
        "source": "juniper-benefits (invented)",
        "row_counts": {name: len(rows) for name, rows in tables.items()},
        "sha256": digests,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8", newline="\n")


def _tables(company: Company) -> dict[str, list[Row]]:
    return {
        "groups": [company.group],
        "members": sorted(company.members.values(), key=lambda m: _place(m["member_id"])),
        "coverages": sorted(
            company.coverages, key=lambda c: (*_place(c["member_id"]), c["benefit"], c["effective_date"])
        ),
        "other_insurance": company.other_insurance,
    }


def _place(member_id: str) -> tuple[str, int]:
    family, _, number = member_id.partition("-")
    return family, int(number or 0)


def _file(number: int, table: str, rows: list[Row]) -> tuple[str, bytes]:
    """One table's file name and content, as that day writes it."""
    if number == PARQUET_DAY:
        return f"{table}.parquet", _parquet(COLUMNS[table], rows)
    if number == REWRITTEN_DAY:
        return f"{table}.csv", _csv(COLUMNS[table][::-1], [_other_words(r) for r in _shuffled(rows)])
    content = _csv(COLUMNS[table], rows)
    if number == COMPRESSED_DAY:
        return f"{table}.csv.gz", _compressed(content)
    return f"{table}.csv", content


def _csv(columns: list[str], rows: list[Row]) -> bytes:
    lines = io.StringIO(newline="")
    writer = csv.DictWriter(lines, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return lines.getvalue().encode()


def _compressed(content: bytes) -> bytes:
    """The bytes, compressed. Python's versions write another header with ``gzip.compress``, but not with a file."""
    sink = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=sink, mtime=0) as file:
        file.write(content)
    return sink.getvalue()


def _parquet(columns: list[str], rows: list[Row]) -> bytes:
    """Every column as text: a number that became a number has lost its leading zeros."""
    table = pa.table({c: pa.array([r.get(c) or None for r in rows], pa.string()) for c in columns})
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def _shuffled(rows: list[Row]) -> list[Row]:
    """The rows in an order that has nothing to do with theirs."""
    return sorted(rows, key=lambda r: hashlib.sha256(json.dumps(r, sort_keys=True).encode()).digest())


def _other_words(row: Row) -> Row:
    """The same row with decomposed accents and needless blanks."""
    written = {k: unicodedata.normalize("NFD", v) for k, v in row.items()}
    return {k: f" {v.replace(' ', '  ')} " if k in _NAMES and v else v for k, v in written.items()}


if __name__ == "__main__":
    write(Path(__file__).with_name("juniper"))
