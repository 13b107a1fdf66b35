"""The same rows are the same snapshot, whatever they lie in; and a database is read at one moment."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from edi834.errors import ConfigurationError, SnapshotRefusedError, UsageError
from edi834.model import FIELDS
from edi834.sources import SourceSettings
from tests.sources.builders import (
    AT_ONCE,
    DAY,
    KEY,
    Tables,
    as_csv,
    as_database,
    as_parquet,
    codes,
    coverage,
    family,
    household,
    member,
    opened,
    selecting,
    shuffled,
)
from tests.sources.test_rows import STORIES, insured

CANARY = "Zzyzxqueue"
EVERYTHING = selecting(*FIELDS)


def rich() -> Tables:
    """The household with a value of every kind."""
    tables = household()
    tables["groups"] = [
        {"group_id": "juniper", "name": "Juniper Ridge Timber Company", "reenrollment_date": "2027-01-01"}
    ]
    tables["members"][0] |= {"salary": "61234.5", "tobacco_use": "no", "hire_date": "2019-02-03", "last_name": "Müller"}
    tables["members"][0] |= {"postal_code": "02116", "state": "MA", "ssn": "012345678"}
    tables["coverages"][0] |= {"premium": "120.00", "prior_coverage_months": "12", "late_enrollee": "yes"}
    tables["other_insurance"] = [insured("D1", begin_date="2025-01-01"), insured("D1", order="T", carrier_name="Alder")]
    return tables


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'snapshot.db'}"


def test_format_and_order_change_nothing(tmp_path: Path, sqlite_url: str) -> None:
    expected = opened(as_csv(tmp_path / "csv", rich()))
    others = [
        opened(as_csv(tmp_path / "gz", rich(), gzipped=True)),
        opened(as_parquet(tmp_path / "parquet", rich())),
        opened(as_database(sqlite_url, rich())),
        opened(as_csv(tmp_path / "shuffled", shuffled(rich(), 4))),
    ]

    refs = list(expected.digests(EVERYTHING, KEY))
    assert refs == [family("E1"), family("E2")]
    for other in others:
        assert other.identity == expected.identity
        assert other.digests(EVERYTHING, KEY) == expected.digests(EVERYTHING, KEY)
        assert list(other.families(EVERYTHING, refs)) == list(expected.families(EVERYTHING, refs))
        assert other.groups == expected.groups
        assert codes(other) == codes(expected)


@pytest.mark.needs("postgres")
@pytest.mark.parametrize("typed", [False, True])
def test_postgresql_gives_what_csv_gives(typed: bool, tmp_path: Path, postgres_url: str) -> None:
    expected = opened(as_csv(tmp_path / "csv", rich()))

    read = opened(as_database(postgres_url, rich(), typed=typed))

    assert read.identity == expected.identity
    assert read.digests(EVERYTHING, KEY) == expected.digests(EVERYTHING, KEY)
    refs = [family("E1"), family("E2")]
    assert list(read.families(EVERYTHING, refs)) == list(expected.families(EVERYTHING, refs))


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t["members"][0].update(first_name="Wrenna"),
        lambda t: t["coverages"].pop(),
        lambda t: t["other_insurance"].pop(),
        lambda t: t["members"][0].update(salary="61234.51"),
        lambda t: t["groups"][0].update(name="Juniper"),
        lambda t: t["members"].append(member("E3")),
    ],
)
def test_another_content_is_another_identity(change: Callable[[Tables], Any], tmp_path: Path) -> None:
    tables = rich()
    change(tables)

    assert opened(as_csv(tmp_path / "a", tables)).identity != opened(as_csv(tmp_path / "b", rich())).identity


def test_views_are_read_like_tables_and_renamed_like_them(sqlite_url: str) -> None:
    as_database(sqlite_url, household())
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE members RENAME TO people")
        connection.exec_driver_sql("CREATE VIEW members AS SELECT *, ssn AS \"Soc Sec\", 'x' AS password FROM people")
    engine.dispose()

    snapshot = opened(sqlite_url, SourceSettings(renames={"members": {"ssn": "Soc Sec"}}))
    (reported,) = snapshot.families(selecting(), [family("E2")])

    assert reported.members[0].member.ssn is not None
    assert "E834-0341" in codes(snapshot)


@pytest.mark.parametrize(
    ("column", "stored", "value"),
    [
        ("ssn", "INTEGER", 12345678),
        ("premium", "REAL", 12.5),
        ("last_name", "BLOB", b"x"),
        ("effective_date", "INTEGER", 20260101),
    ],
)
def test_b25_a_database_value_of_the_wrong_type_is_refused(
    column: str, stored: str, value: object, sqlite_url: str
) -> None:
    as_database(sqlite_url, household())
    table = "members" if column in {"ssn", "last_name"} else "coverages"
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        if column != "premium":
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN {column}")
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column} {stored}")
        connection.exec_driver_sql(f"UPDATE {table} SET {column} = ?", (value,))
    engine.dispose()

    with pytest.raises(SnapshotRefusedError) as refusal:
        opened(sqlite_url)

    assert refusal.value.code == "E834-0328"
    assert refusal.value.place is not None
    assert refusal.value.place.name == column


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path, sqlite_url: str) -> None:
    with pytest.raises(SnapshotRefusedError) as refusal:
        opened(sqlite_url)

    assert refusal.value.code == "E834-0304"
    assert list(tmp_path.iterdir()) == []


def test_a_database_behind_a_link_is_refused(tmp_path: Path, sqlite_url: str) -> None:
    as_database(sqlite_url, household())
    (tmp_path / "link.db").symlink_to(tmp_path / "snapshot.db")

    with pytest.raises(SnapshotRefusedError) as refusal:
        opened(f"sqlite:///{tmp_path / 'link.db'}")

    assert refusal.value.code == "E834-0303"


def test_a_database_file_is_never_written(tmp_path: Path, sqlite_url: str) -> None:
    as_database(sqlite_url, household())
    before = (tmp_path / "snapshot.db").read_bytes()
    opened(sqlite_url)

    assert (tmp_path / "snapshot.db").read_bytes() == before


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text(CANARY * 100)

    with pytest.raises(SnapshotRefusedError) as refusal:
        opened(f"sqlite:///{tmp_path / 'x.db'}")

    assert refusal.value.code == "E834-0330"
    assert CANARY not in "".join(traceback.format_exception(refusal.value))


def test_addresses_that_cannot_be_read_are_refused_without_their_password(sqlite_url: str) -> None:
    as_database(sqlite_url, {"members": household()["members"]})
    cases = [
        (f"postgresql+psycopg://u:{CANARY}@127.0.0.1:1/x", SnapshotRefusedError, "E834-0330"),
        (f"mysql://u:{CANARY}@127.0.0.1:1/x", ConfigurationError, "E834-0332"),
        (f"postgresql+nothing://u:{CANARY}@127.0.0.1:1/x", ConfigurationError, "E834-0332"),
        (f"://{CANARY}", UsageError, "E834-0304"),
        (sqlite_url, SnapshotRefusedError, "E834-0301"),
    ]

    for address, error, code in cases:
        with pytest.raises(error) as refusal:
            opened(address)
        assert refusal.value.code == code
        assert CANARY not in "".join(traceback.format_exception(refusal.value))


def test_a_database_has_no_manifest_so_the_caller_says_the_day(sqlite_url: str) -> None:
    as_database(sqlite_url, household())

    with pytest.raises(UsageError):
        opened(sqlite_url, as_of=None)
    assert opened(sqlite_url).as_of == DAY


def test_f04_sqlite_is_read_at_one_moment(tmp_path: Path, sqlite_url: str) -> None:
    as_database(sqlite_url, household())
    engine = sa.create_engine(sqlite_url)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")

    _see_one_moment(engine, sqlite_url, tmp_path)


@pytest.mark.needs("postgres")
def test_f04_postgresql_is_read_at_one_moment(tmp_path: Path, postgres_url: str) -> None:
    as_database(postgres_url, household())

    _see_one_moment(sa.create_engine(postgres_url), postgres_url, tmp_path)


def _see_one_moment(writer: Engine, address: str, tmp_path: Path) -> None:
    """Whoever writes after the first table was counted is not seen in it, nor in the tables after it."""
    added = {"members": [member("E9")], "coverages": [coverage("E9")]}

    def write() -> None:
        with writer.begin() as connection:
            for name, rows in added.items():
                table = sa.Table(name, sa.MetaData(), autoload_with=connection)
                connection.execute(sa.insert(table), rows)

    with _after_the_first_count(write):
        during = opened(address)
    after = opened(address)
    writer.dispose()

    assert during.identity == opened(as_csv(tmp_path / "before", household())).identity
    tables = household()
    assert after.identity == opened(as_csv(tmp_path / "after", {n: [*tables[n], *added[n]] for n in tables})).identity


@pytest.mark.needs("postgres")
def test_f03_a_connection_cut_while_it_is_read_refuses_the_snapshot(postgres_url: str) -> None:
    as_database(postgres_url, household())
    administrator = sa.create_engine(postgres_url)

    def cut() -> None:
        others = """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
        """
        with administrator.connect() as connection:
            connection.exec_driver_sql(others)

    with _after_the_first_count(cut), pytest.raises(SnapshotRefusedError) as refusal:
        opened(postgres_url)
    administrator.dispose()

    assert refusal.value.code == "E834-0330"
    assert STORIES["E834-0330"]["remedy"]


@pytest.mark.needs("postgres")
def test_a_view_that_fails_on_a_value_does_not_print_it(postgres_url: str) -> None:
    as_database(postgres_url, household())
    engine = sa.create_engine(postgres_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE coverages RENAME TO spans")
        casting = f"(plan_code || '{CANARY}')::int"
        connection.exec_driver_sql(f"CREATE VIEW coverages AS SELECT *, {casting} AS prior_coverage_months FROM spans")

    try:
        with pytest.raises(SnapshotRefusedError) as refusal:
            opened(postgres_url)
        assert CANARY not in "".join(traceback.format_exception(refusal.value))
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP VIEW coverages")
            connection.exec_driver_sql("DROP TABLE spans")
        engine.dispose()


def test_f03_rows_that_do_not_arrive_refuse_the_snapshot(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    as_database(sqlite_url, household())
    monkeypatch.setattr("sqlalchemy.engine.CursorResult.partitions", lambda *_: iter([]))

    with pytest.raises(SnapshotRefusedError) as refusal:
        opened(sqlite_url, AT_ONCE)

    assert refusal.value.code == "E834-0331"


@contextmanager
def _after_the_first_count(act: Callable[[], None]) -> Iterator[None]:
    """Let something happen right after the rows of the first table were counted."""
    pending = [act]

    def watch(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "count(" in statement.lower() and pending:
            pending.pop()()

    sa.event.listen(Engine, "after_cursor_execute", watch)
    try:
        yield
    finally:
        sa.event.remove(Engine, "after_cursor_execute", watch)
    assert not pending
