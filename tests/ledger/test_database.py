"""The database under the ledger: its version, its patience, its silence about values, and the trail's chain."""

from __future__ import annotations

import sqlite3
import stat
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from operator import methodcaller
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, insert, select, text, update

from edi834.errors import ConfigurationError, HeldError, KeyRefusedError, LockedError, UnexpectedError
from edi834.feed.ledger_port import Actor, State
from edi834.ledger import Keyring, SqlLedger, check_schema, create_ledger, tables, upgrade
from edi834.ledger.database import Database
from edi834.model import FeedId
from tests.ledger import builders
from tests.ledger.builders import CANARY, FEED, answer, deliver, family, intent, lease_for, reported, sealed


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'state' / 'ledger.db'}"


@pytest.fixture
def book(tmp_path: Path) -> Iterator[SqlLedger]:
    opened = builders.ledger(tmp_path, patience=0.5)
    yield opened
    opened.close()


# --- versions -------------------------------------------------------------------------------------------------------


def test_a_ledger_is_made_before_it_is_opened(url: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        check_schema(url)
    assert refusal.value.remedy == "edi834 ledger init"

    create_ledger(url)
    create_ledger(url)
    upgrade(url)
    check_schema(url)


def test_a_ledger_of_a_newer_program_is_refused(url: str, tmp_path: Path) -> None:
    create_ledger(url)
    with sqlite3.connect(tmp_path / "state" / "ledger.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(ConfigurationError) as refusal:
        check_schema(url)
    assert "newer" in refusal.value.message
    with pytest.raises(ConfigurationError):
        upgrade(url)


def test_a_ledger_of_an_older_program_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    create_ledger(url)
    monkeypatch.setattr("alembic.script.ScriptDirectory.get_current_head", lambda self: "newer")

    with pytest.raises(ConfigurationError) as refusal:
        check_schema(url)
    assert refusal.value.remedy == "edi834 ledger upgrade"


def test_the_migrations_make_the_tables_as_they_are_described(url: str) -> None:
    create_ledger(url)
    _assert_as_described(url)


@pytest.mark.needs("postgres")
def test_the_migrations_make_the_tables_as_they_are_described_in_postgres(postgres_url: str) -> None:
    _empty(postgres_url)
    create_ledger(postgres_url)
    _assert_as_described(postgres_url)


@pytest.mark.parametrize("url", ["mysql://localhost/x", "sqlite://", "sqlite:///:memory:", "nonsense", "oracle://x"])
def test_only_a_sqlite_file_or_postgres_holds_a_ledger(url: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        create_ledger(url)
    assert refusal.value.code == "E834-0723"


def test_a_ledger_opens_with_its_own_keyring_only(tmp_path: Path, book: SqlLedger) -> None:
    with pytest.raises(KeyRefusedError):
        builders.ledger(tmp_path, keyring=Keyring(bytes(32)))


def test_the_files_of_the_database_are_its_owners_alone(tmp_path: Path, book: SqlLedger) -> None:
    with lease_for(book), sqlite3.connect(tmp_path / "state" / "ledger.db") as reader:
        reader.execute("SELECT * FROM feeds").fetchall()
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").iterdir()}

    assert {"ledger.db", "ledger.db-wal", "ledger.db-shm"} <= set(modes)
    assert set(modes.values()) == {0o600}


def test_a_commit_outlives_a_power_cut(book: SqlLedger) -> None:
    with book._books.database._writer.begin() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }

    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


# --- patience and failure -------------------------------------------------------------------------------------------


def test_a_write_waits_for_its_turn(tmp_path: Path) -> None:
    book = builders.ledger(tmp_path, patience=20.0)
    holder = _Holder(tmp_path / "state" / "ledger.db")
    threading.Timer(0.6, holder.let_go).start()

    begun = time.monotonic()
    book.record("waited", "nobody")

    assert time.monotonic() - begun > 0.4


def test_a_write_does_not_wait_for_ever(tmp_path: Path, book: SqlLedger) -> None:
    holder = _Holder(tmp_path / "state" / "ledger.db")
    try:
        with pytest.raises(LockedError) as busy:
            book.record("waited", "nobody")
        assert busy.value.code == "E834-0702"
        assert book.trail() == [], "reading needs no writer's turn"
    finally:
        holder.let_go()


@pytest.mark.needs("postgres")
def test_a_write_does_not_wait_for_ever_in_postgres(tmp_path: Path, postgres_url: str) -> None:
    _empty(postgres_url)
    book = builders.ledger(tmp_path, url=postgres_url, patience=0.3)
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as holder:
        holder.execute("SELECT * FROM trail_head FOR UPDATE")
        with pytest.raises(LockedError):
            book.record("waited", "nobody")


@pytest.mark.needs("postgres")
def test_a_connection_that_dies_in_a_transaction_leaves_nothing(tmp_path: Path, postgres_url: str) -> None:
    _empty(postgres_url)
    book = builders.ledger(tmp_path, url=postgres_url)
    with lease_for(book) as lease, book.lease(FeedId("other")):

        def die() -> str:
            with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'edi834'"
                )
            return "dead"

        book._random_ids = die
        with pytest.raises(UnexpectedError) as lost:
            book.plan(lease, intent(reported(family())))
        assert lost.value.code == "E834-0705"
        book._random_ids = builders.Ids()
        assert book.open_transmission(FEED) is None
        assert book.plan(lease, intent(reported(family()))).control_number == 1


def test_no_bound_value_is_ever_printed(book: SqlLedger) -> None:
    def write(connection: Connection) -> None:
        row = {"transmission_no": 1, "family_no": 1, "token": CANARY}
        connection.execute(insert(tables.reported_members).values(row))

    with pytest.raises(UnexpectedError) as failed:
        book._books.database.write(write)
    assert CANARY not in "".join(traceback.format_exception(failed.value))
    assert "SQLITE_CONSTRAINT" in failed.value.message


def test_a_library_defect_is_reported_without_its_text(book: SqlLedger) -> None:
    def write(connection: Connection) -> None:
        connection.execute(text("SELECT :" + CANARY), {})

    with pytest.raises(UnexpectedError) as failed:
        book._books.database.write(write)
    assert CANARY not in "".join(traceback.format_exception(failed.value))


def test_a_full_disk_stops_without_half_a_change(book: SqlLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    with lease_for(book) as lease:
        monkeypatch.setenv("EDI834_FAULTS", "planned-before-commit=raise:ENOSPC")
        monkeypatch.setattr("edi834.faults._hits", Counter())
        with pytest.raises(UnexpectedError):
            book.plan(lease, intent(reported(family())))
        monkeypatch.delenv("EDI834_FAULTS")

        assert book.transmissions(FEED) == []
        assert book.trail() == []
        assert book.plan(lease, intent(reported(family()))).control_number == 1


def test_a_database_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "ledger.db").mkdir()
    with pytest.raises(UnexpectedError):
        builders.ledger(tmp_path)

    (tmp_path / "broken.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(UnexpectedError):
        check_schema(f"sqlite:///{tmp_path / 'broken.db'}")


# --- one number, one file -------------------------------------------------------------------------------------------


def test_the_database_itself_refuses_what_must_not_be(book: SqlLedger) -> None:
    """Were a statement ever wrong, the indexes are the last guard."""
    first = deliver(book, reported(family("e1")), key="1")
    deliver(book, reported(family("e2")), key="2")
    files = tables.transmissions
    other = files.c.transmission_id != first.transmission_id
    for statement in (
        update(files).where(other).values(control_number=1),
        update(files).where(other).values(sequence=1),
        update(files).where(other).values(transmission_id=first.transmission_id),
        update(files).values(state="planned"),
    ):
        with pytest.raises(UnexpectedError):
            book._books.database.write(methodcaller("execute", statement))


# --- a restored backup ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["before it was planned", "before it was uploaded", "before it was answered"])
def test_a_ledger_restored_from_an_older_copy_is_held(tmp_path: Path, moment: str) -> None:
    clock = builders.Hands()
    book = builders.ledger(tmp_path, clock=clock)
    deliver(book, reported(family("e1")), key="1")
    file = tmp_path / "state" / "ledger.db"
    backup = _copy(file) if moment == "before it was planned" else b""
    with lease_for(book) as lease:
        ready = sealed(book, lease, book.plan(lease, intent(reported(family("e2")), key="2")))
        if moment == "before it was uploaded":
            backup = _copy(file)
        book.uploading(lease, ready.transmission_id)
        sent = book.delivered(lease, ready.transmission_id, builders.receipt(ready))
        if moment == "before it was answered":
            backup = _copy(file)
    book.answered(answer(sent, "R"))
    book.close()

    for journal in (file.with_name("ledger.db-wal"), file.with_name("ledger.db-shm")):
        journal.unlink(missing_ok=True)
    file.write_bytes(backup)
    clock.pass_by(days=1)
    restored = builders.ledger(tmp_path, clock=clock, random_ids=builders.Ids(prefix="restored "))

    with pytest.raises(HeldError) as refusal, lease_for(restored):
        pass
    assert refusal.value.code == "E834-0709"
    with restored.lease(FeedId("new-feed")) as lease, pytest.raises(HeldError):
        restored.plan(lease, intent(reported(family()), feed_id=FeedId("new-feed")))
    assert len(list((tmp_path / "spool" / "files" / FEED).iterdir())) == 2, "nothing is swept from what is not known"

    assert restored.accept_older_copy(reason="the newer copy is lost") == 1
    assert restored.accept_older_copy(reason="again") == 0
    assert restored.memory(FEED).held_reason is not None
    with lease_for(restored) as lease:
        waiting = restored.open_transmission(FEED)
        assert (waiting is not None) == (moment == "before it was uploaded")
        if waiting is not None:
            assert restored.sealed_content(waiting.transmission_id) == builders.sealed_bytes(waiting)
            settled = restored.settled(lease, waiting.transmission_id, arrived=True, reason="they have it")
            assert settled.state is State.DELIVERED
        newest = restored.plan(lease, intent(reported(family("e3")), key="3"))
    assert (newest.control_number, newest.sequence) == (3, 3), "a number the spool knows is never taken again"
    if moment != "before it was planned":
        answered = restored.answered(answer(sent, "R"))
        assert answered is not None
        assert answered.state is State.REJECTED
    assert restored.verify_trail() is None


# --- the trail ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tampering", "broken"),
    [
        ("UPDATE trail SET actor = 'somebody' WHERE number = 3", 3),
        ("UPDATE trail SET detail = '{}' WHERE number = 9", 9),
        ("UPDATE trail SET at = replace(at, '12:00', '13:00') WHERE number = 4", 4),
        ("DELETE FROM trail WHERE number = 5", 5),
        ("DELETE FROM trail WHERE number = 1", 1),
        ("DELETE FROM trail WHERE number > 6", 7),
        ("DELETE FROM trail", 1),
        ("UPDATE trail SET number = CASE number WHEN 2 THEN -3 WHEN 3 THEN -2 ELSE number END", 1),
        ("UPDATE trail_head SET number = 2", 3),
        ("UPDATE trail_head SET chain = ''", 10),
        ("INSERT INTO trail SELECT 11, at, actor, action, subject, detail, chain FROM trail WHERE number = 10", 11),
    ],
)
def test_a_changed_trail_is_found(tmp_path: Path, tampering: str, broken: int) -> None:
    book = builders.ledger(tmp_path)
    deliver(book, reported(family()))
    book.record("looked", "acme/e1")
    assert book.verify_trail() is None

    with sqlite3.connect(tmp_path / "state" / "ledger.db") as connection:
        connection.execute("PRAGMA ignore_check_constraints=ON")
        connection.execute(tampering)

    assert book.verify_trail() == broken


def test_a_trail_cut_short_with_its_head_is_found_by_the_spool(tmp_path: Path) -> None:
    book = builders.ledger(tmp_path)
    deliver(book, reported(family()))
    lines = book.trail()

    with sqlite3.connect(tmp_path / "state" / "ledger.db") as connection:
        connection.execute("DELETE FROM trail WHERE number > 4")
        connection.execute("UPDATE trail_head SET number = 4, chain = ?", (lines[3].chain,))

    assert book.verify_trail() == 5


def test_a_person_who_acts_stands_in_the_trail_beside_the_systems_user(tmp_path: Path) -> None:
    builders.ledger(tmp_path)
    named = SqlLedger(
        f"sqlite:///{tmp_path / 'state' / 'ledger.db'}",
        keyring=Keyring(builders.ROOT),
        spool=tmp_path / "spool",
        clock=builders.Hands(),
        actor=Actor("svc", "Ann"),
        lease_duration=timedelta(minutes=1),
    )
    first = deliver(named, reported(family()))

    assert {line.actor for line in named.trail()} == {"svc (Ann)"}
    assert len(first.transmission_id) == 12
    assert first.state is State.DELIVERED


class _Holder:
    """Another program that holds the database in a transaction."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("BEGIN IMMEDIATE")

    def let_go(self) -> None:
        self._connection.execute("ROLLBACK")
        self._connection.close()


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


def _assert_as_described(url: str) -> None:
    with _opened(url) as database, database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
        assert connection.execute(select(tables.trail_head)).one() == (1, 0, "")


def _empty(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


def _copy(file: Path) -> bytes:
    """A consistent copy, as a backup makes it."""
    target = file.with_name("copy.db")
    with sqlite3.connect(file) as source, sqlite3.connect(target) as copy:
        source.backup(copy)
    content = target.read_bytes()
    target.unlink()
    return content
