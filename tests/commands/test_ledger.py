"""``ledger``: an older ledger is brought up to date, and a trail that was touched is found."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.commands.snapshots import write_snapshot
from tests.commands.workspace import Sample


def database(sample: Sample) -> Path:
    return sample.home / "state" / "ledger.db"


def test_an_older_ledger_stops_the_night_and_is_upgraded_by_the_command_it_names(
    sample: Sample, tmp_path: Path
) -> None:
    sample.nightly(write_snapshot(tmp_path / "first"))
    older(sample)

    stopped = sample.run("status")
    upgraded = sample.run("ledger", "upgrade")
    again = sample.nightly(write_snapshot(tmp_path / "second", dated=2))

    assert (stopped.status, "edi834 ledger upgrade" in stopped.said) == (4, True), stopped.said
    assert (upgraded.status, upgraded.out) == (0, "the ledger is of this version\n")
    assert again.status == 0, again.said
    assert again.event("feed", feed="northstar-medical")["outcome"] == "nothing"


def older(sample: Sample) -> None:
    """Take the ledger back to its first revision, as a program before this one left it."""
    with sqlite3.connect(database(sample)) as connection:
        connection.execute("ALTER TABLE reported_members DROP COLUMN covered_to")
        connection.execute("DROP TABLE differences")
        connection.execute("UPDATE alembic_version SET version_num = '0001'")


def test_making_what_is_there_changes_nothing(sample: Sample) -> None:
    before = database(sample).read_bytes()

    ran = sample.run("ledger", "init")

    assert (ran.status, ran.out) == (0, "the ledger is there already, and is of this version\n")
    assert database(sample).read_bytes() == before


def test_a_trail_that_was_touched_does_not_verify(sample: Sample, tmp_path: Path) -> None:
    sample.nightly(write_snapshot(tmp_path / "first"))
    whole = sample.run("ledger", "verify")
    with sqlite3.connect(database(sample)) as connection:
        connection.execute("DELETE FROM trail WHERE number = 3")

    broken = sample.run("ledger", "verify")

    assert (whole.status, whole.out) == (0, "the audit trail holds\n")
    assert broken.status == 6
    assert "from line 3 on" in broken.said
    assert "restore the ledger" in broken.said
