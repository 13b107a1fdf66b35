"""Killed at any point of the ledger, the next run finishes what was begun, and sends nothing twice.

Each point is named, so that a new one is not forgotten: a run that records its points must record these.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

import edi834.faults
from edi834.errors import Edi834Error
from edi834.feed.ledger_port import State
from edi834.ledger import SqlLedger
from tests.house.tree import ROOT
from tests.ledger import builders
from tests.ledger.builders import CANARY, CANARY_SSN, FEED, Hands, family, names, reported
from tests.ledger.carrier import Inbox, reject, run

MOVES = ("planned", "rendered", "validated", "sealed", "uploading", "connecting", "writing", "rename_sent", "delivered")
DATABASE_MOVES = ("planned", "sealed", "uploading", "rename_sent", "delivered")  # one of each kind of statement
POINTS = (
    *(f"{move}-{moment}" for move in MOVES for moment in ("before-commit", "committed")),
    "blob-half",
    "blob-fsync",
    "blob-synced",
    "blob-renamed",
)
ANSWER_POINTS = ("answered-before-commit", "answered-committed")
FAMILIES = (reported(family("e1", people=2)), reported(family("e2")))


def test_these_are_all_the_points_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDI834_FAULTS", f"record:{tmp_path / 'points'}")
    book = builders.ledger(tmp_path)
    run(book, Inbox(tmp_path / "inbox"), *FAMILIES)
    reject(book)

    recorded = {line.partition("#")[0] for line in (tmp_path / "points").read_text().splitlines()}
    assert recorded == {*POINTS, *ANSWER_POINTS}


@pytest.mark.parametrize("point", POINTS)
def test_after_a_kill_the_next_run_finishes_what_was_begun(tmp_path: Path, point: str) -> None:
    _assert_recovers(tmp_path, point, None)


@pytest.mark.needs("postgres")
@pytest.mark.parametrize("point", [point for point in POINTS if point.partition("-")[0] in DATABASE_MOVES])
def test_after_a_kill_the_next_run_finishes_what_was_begun_in_postgres(
    tmp_path: Path, point: str, postgres_url: str
) -> None:
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    _assert_recovers(tmp_path, point, postgres_url)


@pytest.mark.parametrize("point", ANSWER_POINTS)
def test_after_a_kill_an_answer_is_taken_whole(tmp_path: Path, point: str) -> None:
    book = builders.ledger(tmp_path)
    run(book, Inbox(tmp_path / "inbox"), *FAMILIES)
    _in_child(f"{point}=kill", lambda: reject(builders.ledger(tmp_path)))

    (sent,) = book.transmissions(FEED)
    assert (sent.state is State.REJECTED) == (point == "answered-committed")
    assert names(book, [each.target for each in FAMILIES]) == ([] if sent.state is State.REJECTED else ["e1", "e2"])

    reject(book)

    assert book.transmissions(FEED)[0].state is State.REJECTED
    assert names(book, [each.target for each in FAMILIES]) == []
    assert book.verify_trail() is None


@pytest.mark.parametrize("point", POINTS)
def test_after_a_failing_disk_the_next_run_finishes_what_was_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    fault = "EIO" if point.startswith("blob") else "ENOSPC"
    monkeypatch.setattr(edi834.faults, "_hits", Counter())
    monkeypatch.setenv("EDI834_FAULTS", f"{point}#1=raise:{fault};{point}#2=raise:{fault}")
    book = builders.ledger(tmp_path)
    with pytest.raises(Edi834Error):
        run(book, Inbox(tmp_path / "inbox"), *FAMILIES)
    monkeypatch.delenv("EDI834_FAULTS")

    _assert_consistent(book, tmp_path)
    run(book, Inbox(tmp_path / "inbox"), *FAMILIES)
    _assert_reported_once(book, tmp_path)


def test_a_process_that_was_killed_outright_is_followed_by_another(tmp_path: Path) -> None:
    """The same with processes of their own, as cron starts them."""
    program = (
        "import sys; from pathlib import Path; from tests.ledger import builders, carrier, test_kills as t\n"
        "folder = Path(sys.argv[1])\n"
        "carrier.run(builders.ledger(folder), carrier.Inbox(folder / 'inbox'), *t.FAMILIES)\n"
    )
    ends = [
        subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)],
            cwd=ROOT,
            env={**os.environ, "EDI834_FAULTS": fault},
            check=False,
            capture_output=True,
            encoding="utf-8",
        )
        for fault in ("sealed-committed=kill", "rename_sent-committed=kill", "")
    ]

    assert [end.returncode for end in ends] == [-signal.SIGKILL, -signal.SIGKILL, 0], [end.stderr for end in ends]
    _assert_reported_once(builders.ledger(tmp_path), tmp_path)


def test_a_stopped_run_keeps_its_feed_on_its_machine_and_loses_it_to_another(tmp_path: Path) -> None:
    clock = Hands()
    inbox = Inbox(tmp_path / "inbox")
    child = multiprocessing.get_context("fork").Process(
        target=_faulty,
        args=("uploading-committed=stop", lambda: run(builders.ledger(tmp_path, host="one"), inbox, *FAMILIES)),
    )
    child.start()
    assert child.pid is not None
    os.waitpid(child.pid, os.WUNTRACED)
    try:
        here = builders.ledger(tmp_path, host="one", clock=clock)
        with pytest.raises(Edi834Error), here.lease(FEED):
            pass

        clock.pass_by(hours=3)
        elsewhere = builders.ledger(tmp_path, host="two", clock=clock, spool=_copied_spool(tmp_path))
        run(elsewhere, inbox, *FAMILIES)
    finally:
        os.kill(child.pid, signal.SIGCONT)
    # It goes on where it stood: its next write is refused, so it never gets as far as sending.
    child.join(30)

    assert child.exitcode == 8
    _assert_reported_once(elsewhere, tmp_path)


def _assert_recovers(tmp_path: Path, point: str, url: str | None) -> None:
    inbox = Inbox(tmp_path / "inbox")
    builders.ledger(tmp_path, url=url).close()
    _in_child(f"{point}=kill", lambda: run(builders.ledger(tmp_path, url=url), inbox, *FAMILIES))

    book = builders.ledger(tmp_path, url=url, random_ids=builders.Ids(prefix="second run "))
    _assert_consistent(book, tmp_path)
    run(book, inbox, *FAMILIES)
    _assert_reported_once(book, tmp_path)
    run(book, inbox, *FAMILIES)
    _assert_reported_once(book, tmp_path)


def _assert_consistent(book: SqlLedger, tmp_path: Path) -> None:
    """What holds at any moment: I2, I3, I5, I6, I7 and I10."""
    sent = book.transmissions(FEED)
    assert sorted(each.sequence for each in sent) == list(range(1, len(sent) + 1))
    assert len([each for each in sent if each.state.is_open]) <= 1
    assert bool(book.baseline_digests(FEED)) == any(each.state.counts for each in sent)
    for name in Inbox(tmp_path / "inbox").names():
        assert name in {each.remote_name for each in sent}
    assert book.verify_trail() is None
    _assert_nothing_readable(tmp_path)


def _assert_reported_once(book: SqlLedger, tmp_path: Path) -> None:
    """What holds after the next run: I1, I4 and I11."""
    _assert_consistent(book, tmp_path)
    inbox = Inbox(tmp_path / "inbox")
    (sent,) = [each for each in book.transmissions(FEED) if each.state is not State.VOIDED]
    assert (sent.state, sent.control_number) == (State.DELIVERED, 1)
    assert inbox.names() == [sent.remote_name]
    assert hashlib.sha256(inbox.holds(sent.remote_name) or b"").hexdigest() == sent.sealed_sha256
    assert names(book, [each.target for each in FAMILIES]) == ["e1", "e2"]
    stored = [path for path in (tmp_path / "spool" / "files" / FEED).iterdir() if book.open_transmission(FEED) is None]
    assert f"{sent.sealed_sha256}.sealed" in {path.name for path in stored}
    assert not [path for path in stored if path.name.endswith(".unfinished")]


def _assert_nothing_readable(tmp_path: Path) -> None:
    """No byte about a person rests anywhere in the folder: database, journal, spool, lock files."""
    for path in tmp_path.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for canary in (CANARY, CANARY_SSN, "acme", '"e1"', "e1-1"):
                assert canary.encode() not in content, f"{canary} stands in {path.name}"


def _in_child(faults: str, work: Callable[[], None]) -> None:
    child = multiprocessing.get_context("fork").Process(target=_faulty, args=(faults, work))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL


def _faulty(faults: str, work: Callable[[], None]) -> None:
    edi834.faults._hits.clear()
    os.environ["EDI834_FAULTS"] = faults
    try:
        work()
    except Edi834Error as error:
        os._exit(error.exit_status)


def _copied_spool(tmp_path: Path) -> Path:
    """The same spool under another name, as another machine mounts it: its own lock files, the same sealed files."""
    mounted = tmp_path / "mounted"
    mounted.mkdir(mode=0o700)
    for part in ("files", "manifests"):
        (mounted / part).symlink_to(tmp_path / "spool" / part)
    return mounted
