"""Restating, polling and reports, killed and run again: nothing is lost, and nothing happens twice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.commands.snapshots import members_of, write_snapshot
from tests.commands.test_answers import SETS, a_999
from tests.commands.test_reports import CSV, rows
from tests.commands.workspace import Sample
from tests.faults.killing import Died, run_failing
from tests.scenarios.arrived import people

# Every other point of a run that a restatement passes too, and those around what cannot be taken back.
RESTATING = (
    "planned-before-commit", "planned-committed", "rendered-committed", "validated-committed", "blob-renamed",
    "sealed-before-commit", "sealed-committed", "uploading-committed", "phase-writing", "sent",
    "delivered-before-commit", "delivered-committed",
)  # fmt: skip
SEALED = RESTATING.index("sealed-committed")


@pytest.fixture
def reported(sample: Sample, tmp_path: Path) -> Sample:
    """Northstar was reported three families, in three sets, and answers into an outbox."""
    sample.only("northstar")
    sample.rewrite(
        "carriers/northstar/feeds/medical.toml", "members_per_transaction = 10000", "members_per_transaction = 4"
    )
    reports, outbox = sample.home / "carriers/northstar/reports", tmp_path / "outbox"
    reports.mkdir()
    outbox.mkdir()
    (reports / "outcome.toml").write_text(CSV, encoding="utf-8")
    with (sample.home / "carriers/northstar/carrier.toml").open("a", encoding="utf-8") as carrier:
        carrier.write(f'\n[outbox]\nfolder = "{outbox}"\nafter = "remove"\n')
    assert sample.nightly(write_snapshot(tmp_path / "snapshot")).status == 0
    return sample


@pytest.mark.parametrize("point", RESTATING)
def test_a_correction_that_was_killed_is_sent_whole_or_never_was(point: str, reported: Sample, tmp_path: Path) -> None:
    original = reported.newest("northstar")["transmission"]
    assert run_failing(reported, f"{point}=kill", "resend", original, "--corrected").status == Died

    again = reported.nightly(tmp_path / "snapshot")

    assert again.status == 0, again.said
    purposes = [re.findall(rb"BGN\*(\d\d)", content)[0] for content in reported.opened("northstar")]
    assert purposes == ([b"00", b"15"] if RESTATING.index(point) >= SEALED else [b"00"])
    assert reported.nightly(tmp_path / "snapshot").event("feed")["outcome"] == "nothing"
    numbers = [t["control_number"] for t in reported.transmissions("northstar")]
    assert len(numbers) == len(set(numbers))
    if RESTATING.index(point) < SEALED:
        assert reported.json("resend", original, "--corrected").status == 0


@pytest.mark.parametrize("point", ["answered-before-commit", "answered-committed", "answer-taken"])
def test_a_poll_that_was_killed_takes_each_answer_once(point: str, reported: Sample, tmp_path: Path) -> None:
    (tmp_path / "outbox" / "999.edi").write_bytes(a_999({"0001": "A", "0002": "R", "0003": "A"}, on=1))
    assert run_failing(reported, f"{point}=kill", "poll").status == Died
    assert [p.name for p in (tmp_path / "outbox").iterdir()] == ["999.edi"]

    assert reported.json("poll").status == 11
    assert reported.nightly(tmp_path / "snapshot").status == 0

    assert list((tmp_path / "outbox").iterdir()) == []
    assert [p.member for p in people(reported.opened("northstar")[1])] == _family(SETS["0002"])


@pytest.mark.parametrize("point", ["member_report-before-commit", "member_report-committed"])
def test_a_report_that_was_killed_reverts_once(point: str, reported: Sample, tmp_path: Path) -> None:
    (tmp_path / "outbox" / "RPT_1.csv").write_text(rows("J1009,,R,E1"), encoding="utf-8")
    assert run_failing(reported, f"{point}=kill", "poll").status == Died

    ran = reported.json("poll")
    assert (ran.status, ran.event("report")["new"]) == (11, point == "member_report-before-commit")
    assert reported.nightly(tmp_path / "snapshot").status == 0

    assert [p.member for p in people(reported.opened("northstar")[1])] == _family("J1009")
    assert reported.nightly(tmp_path / "snapshot").event("feed")["outcome"] == "nothing"
    with reported.ledger() as ledger:
        assert ledger.verify_trail() is None


def _family(subscriber: str) -> list[str]:
    return [row["member_id"] for row in members_of(1, (subscriber,))]
