"""The ten folders: that the generator still writes them, that they keep the snapshot's contract, and nobody is real.

What the people's story is stands in ``test_story.py``.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from edi834.model import MemberRef, canonical
from edi834.sources import SourceSettings, open_snapshot
from samples.generate import COMPRESSED_DAY, PARQUET_DAY, REWRITTEN_DAY, write
from tests.samples.reading import DAYS, JUNIPER, TABLES, Row, as_of, folder, rows, table_file, typed

MISTAKES = {(9, "members", "J1045-2", "birth_date"), (9, "coverages", "J1048", "tier")}
STATES = {"83": "ID", "97": "OR", "59": "MT", "99": "WA"}


class MidNovember:
    """A clock that stands still, after the story."""

    def now(self) -> datetime:
        return datetime(2026, 11, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the generator writes today."""
    target = tmp_path_factory.mktemp("juniper")
    write(target)
    return target


def relative(root: Path) -> list[Path]:
    return sorted(file.relative_to(root) for file in root.rglob("*") if file.is_file())


def test_the_generator_writes_the_committed_files_and_no_others(written: Path) -> None:
    assert relative(written) == relative(JUNIPER)


def test_the_generator_writes_every_plain_file_byte_for_byte(written: Path) -> None:
    plain = [file for file in relative(JUNIPER) if file.suffix == ".csv"]

    assert [file for file in plain if (written / file).read_bytes() != (JUNIPER / file).read_bytes()] == []
    assert len(plain) == 8 * len(TABLES)


def test_the_compressed_and_the_parquet_day_hold_what_the_generator_writes(written: Path) -> None:
    # How small a file becomes is the compressor's affair, and a new release of it may write other bytes.
    for file in relative(JUNIPER):
        if file.suffix == ".gz":
            assert gzip.decompress((written / file).read_bytes()) == gzip.decompress((JUNIPER / file).read_bytes())
        elif file.suffix == ".parquet":
            assert pq.read_table(written / file).equals(pq.read_table(JUNIPER / file))


def test_the_generator_writes_the_same_bytes_each_time(written: Path, tmp_path: Path) -> None:
    write(tmp_path)

    assert [f for f in relative(tmp_path) if (tmp_path / f).read_bytes() != (written / f).read_bytes()] == []


@pytest.mark.parametrize("day", DAYS)
def test_each_manifest_agrees_with_the_files_beside_it(day: int) -> None:
    manifest = json.loads((folder(day) / "manifest.json").read_text(encoding="utf-8"))

    assert manifest["as_of"] == as_of(day).isoformat()
    assert manifest["row_counts"] == {table: len(rows(day, table)) for table in TABLES}
    digests = {table: hashlib.sha256(table_file(day, table).read_bytes()).hexdigest() for table in TABLES}
    assert manifest["sha256"] == digests


def test_one_day_is_compressed_and_one_is_parquet_of_text_alone() -> None:
    forms = {day: {table_file(day, table).suffix for table in TABLES} for day in DAYS}
    types = {str(t) for table in TABLES for t in pq.read_schema(table_file(PARQUET_DAY, table)).types}

    assert forms == {day: {{COMPRESSED_DAY: ".gz", PARQUET_DAY: ".parquet"}.get(day, ".csv")} for day in DAYS}
    assert types == {"string"}


@pytest.mark.parametrize("day", DAYS)
def test_every_value_can_be_read_but_for_the_two_mistakes_of_day_9(day: int) -> None:
    unreadable = {
        (day, table, row["member_id"], column)
        for table in TABLES
        for row in rows(day, table)
        for column in typed(table, row)[1]
    }
    columns = {table: TABLES[table].keys() for table in TABLES}

    assert unreadable == {mistake for mistake in MISTAKES if mistake[0] == day}
    assert all(row.keys() <= columns[table] for table in TABLES for row in rows(day, table))


@pytest.mark.parametrize("day", DAYS)
def test_no_required_value_is_missing_and_every_row_has_its_person(day: int) -> None:
    missing = [
        (table, row.get("member_id"), name)
        for table, columns in TABLES.items()
        for row in rows(day, table)
        for name, column in columns.items()
        if column.required and name not in row
    ]
    people = {row["member_id"]: row["subscriber_id"] for row in rows(day, "members")}
    known = {row["member_id"] for table in ("coverages", "other_insurance") for row in rows(day, table)}

    assert missing == []
    assert len(people) == len(rows(day, "members"))
    assert known <= people.keys()
    assert all(people[subscriber] == subscriber for subscriber in people.values())


@pytest.mark.parametrize("day", DAYS)
def test_everybody_is_invented(day: int) -> None:
    members = rows(day, "members")
    numbers = [row["ssn"] for row in members if "ssn" in row]
    telephones = [text for row in [*members, *rows(day, "groups")] for name, text in row.items() if "phone" in name]
    mails = [text for row in [*members, *rows(day, "groups")] for name, text in row.items() if name.endswith("email")]

    assert all(re.fullmatch(r"9\d{8}", number) for number in numbers)
    assert len(set(numbers)) == len(numbers)
    assert all(re.fullmatch(r"\d{3}55501\d\d", telephone) for telephone in telephones)
    assert all(mail.endswith("@example.com") for mail in mails)


@pytest.mark.parametrize("day", DAYS)
def test_no_value_holds_a_character_that_an_834_gives_another_meaning(day: int) -> None:
    values = [text for table in TABLES for row in rows(day, table) for text in row.values()]

    assert [text for text in values if re.search(r"[*~:^|\x00-\x1f]", text)] == []


@pytest.mark.parametrize("day", DAYS)
def test_zip_codes_lie_in_their_states(day: int) -> None:
    places = {(row["postal_code"], row["state"]) for row in rows(day, "members")}

    assert all(len(postal_code) == 5 and STATES[postal_code[:2]] == state for postal_code, state in places)


@pytest.mark.parametrize("day", [day for day in DAYS if day != 9])
def test_dates_follow_each_other(day: int) -> None:
    members = {row["member_id"]: row for row in rows(day, "members")}

    for row in members.values():
        assert date(1900, 1, 1) < date.fromisoformat(row["birth_date"]) <= as_of(day)
        assert row.get("hire_date", "9999") > row["birth_date"]
        assert row.get("termination_date", "9999") >= row.get("hire_date", "")
    for span in rows(day, "coverages"):
        assert members[span["member_id"]]["birth_date"] <= span["effective_date"] <= span.get("end_date", "9999")


def test_the_engine_takes_every_day_and_finds_the_two_mistakes_of_day_9() -> None:
    settings = SourceSettings(invented_people=True, settle_seconds=0)
    opened = {day: open_snapshot(folder(day), settings, as_of=None, clock=MidNovember()) for day in DAYS}
    found = {
        (day, f.about.member_id) for day, s in opened.items() for f in s.findings if isinstance(f.about, MemberRef)
    }

    assert {day: snapshot.as_of for day, snapshot in opened.items()} == {day: as_of(day) for day in DAYS}
    assert found == {(9, "J1045-2"), (9, "J1048")}
    assert sum(len(snapshot.findings) for snapshot in opened.values()) == len(found)
    assert opened[8].identity == opened[7].identity
    assert len({snapshot.identity for snapshot in opened.values()}) == len(DAYS) - 1


def test_day_8_is_day_7_in_other_words() -> None:
    assert REWRITTEN_DAY == 8
    for table in TABLES:
        assert _meaning(rows(8, table)) == _meaning(rows(7, table))
        assert table_file(8, table).read_bytes() != table_file(7, table).read_bytes()
    assert [row["member_id"] for row in rows(8, "members")] != [row["member_id"] for row in rows(7, "members")]
    assert "n\u0303" in table_file(8, "members").read_text(encoding="utf-8")


@pytest.mark.parametrize("day", [day for day in DAYS if day not in (1, 8)])
def test_something_happens_on_every_other_day(day: int) -> None:
    assert any(_meaning(rows(day, table)) != _meaning(rows(day - 1, table)) for table in TABLES)


def _meaning(table: list[Row]) -> list[list[tuple[str, str]]]:
    """The rows by what they mean, whatever their order and spelling."""
    return sorted(sorted((name, canonical(text)) for name, text in row.items()) for row in table)
