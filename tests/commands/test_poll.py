"""Answers fetched from carriers' outboxes: each is taken in once, and stays where it is until it was."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli import Wired
from delivery.demo_carrier import DemoCarrier
from edi834.errors import HeldError
from edi834.feed.finish import require_allowed
from edi834.workspace import open_workspace
from tests.commands.snapshots import members_of, write_snapshot
from tests.commands.test_answers import SETS, a_999, a_ta1
from tests.commands.workspace import CarrierKey, Sample, StandingClock, make_sftp_sample
from tests.scenarios.arrived import people

FEED = "northstar-medical"


def with_outbox(sample: Sample, folder: Path | str, more: str = "") -> Path | str:
    """Northstar's file, with an outbox."""
    file = sample.home / "carriers/northstar/carrier.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(f'{text}\n[outbox]\nfolder = "{folder}"\n{more}\n', encoding="utf-8")
    return folder


@pytest.fixture
def reported(sample: Sample, tmp_path: Path) -> Sample:
    """Northstar was reported three families, in three sets."""
    sample.only("northstar")
    sample.rewrite(
        "carriers/northstar/feeds/medical.toml", "members_per_transaction = 10000", "members_per_transaction = 4"
    )
    assert sample.nightly(write_snapshot(tmp_path / "snapshot")).status == 0
    return sample


@pytest.fixture
def outbox(reported: Sample, tmp_path: Path) -> Path:
    folder = tmp_path / "outbox"
    folder.mkdir()
    with_outbox(reported, folder, 'after = "remove"\npattern = "*.edi"')
    return folder


def test_answers_are_fetched_by_sftp_taken_in_and_moved_away(
    tmp_path: Path, carrier_key: CarrierKey, empty_state: Path, sftp_server: DemoCarrier
) -> None:
    sample = make_sftp_sample(tmp_path / "fetching", carrier_key, sftp_server, state=empty_state).only("northstar")
    folder = sample.inboxes["northstar"].parent / "outbox"
    (folder / "done").mkdir()
    with_outbox(sample, "outbox", 'after = "move"\nmove_to = "done"')
    assert sample.nightly(write_snapshot(tmp_path / "snapshot")).status == 0
    (folder / "999.edi").write_bytes(a_999({"0001": "A"}, on=1))

    ran = sample.json("poll")

    assert ran.status == 0, ran.said
    assert ran.event("answer")["state"] == "acknowledged"
    assert [p.name for p in folder.iterdir()] == ["done"]
    assert [p.name for p in (folder / "done").iterdir()] == ["999.edi"]
    again = sample.json("poll", FEED)
    assert (again.status, again.event("summary")["files"]) == (0, 0)


def test_a_rejection_that_was_fetched_is_reported_again(reported: Sample, outbox: Path, tmp_path: Path) -> None:
    (outbox / "999.edi").write_bytes(a_999({"0001": "A", "0002": "R", "0003": "A"}, on=1))

    ran = reported.json("poll", FEED)

    assert ran.status == 11
    assert list(outbox.iterdir()) == []
    assert reported.nightly(tmp_path / "snapshot").status == 0
    assert [p.member for p in people(reported.opened("northstar")[1])] == [
        r["member_id"] for r in members_of(1, ("J1009",))
    ]


def test_an_outbox_that_must_be_left_as_it_is_gives_each_answer_once(reported: Sample, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    with_outbox(reported, folder)
    (folder / "999.edi").write_bytes(a_999(dict.fromkeys(SETS, "A"), on=1))

    first, second = reported.json("poll"), reported.json("poll")

    assert (first.event("summary")["files"], second.event("summary")["files"]) == (1, 0)
    assert [p.name for p in folder.iterdir()] == ["999.edi"]
    (folder / "999.edi").write_bytes(a_999({**dict.fromkeys(SETS, "A")}, on=1, number=8))
    os.utime(folder / "999.edi", (1, 1))  # another file under the old name
    assert reported.json("poll").event("summary")["files"] == 1


def test_what_does_not_fit_the_pattern_is_nobodys(reported: Sample, outbox: Path) -> None:
    (outbox / "readme.txt").write_bytes(b"not for us")

    ran = reported.json("poll")

    assert (ran.status, ran.event("summary")["files"]) == (0, 0)
    assert (outbox / "readme.txt").exists()


def test_what_is_not_understood_or_not_ours_stays_until_somebody_looked(reported: Sample, outbox: Path) -> None:
    (outbox / "cut.edi").write_bytes(a_999(dict.fromkeys(SETS, "A"), on=1)[:-40])
    (outbox / "stranger.edi").write_bytes(a_999({"0001": "A"}, on=99))

    first, second = reported.json("poll"), reported.json("poll")

    assert (first.status, second.status) == (3, 3)
    assert sorted(p.name for p in outbox.iterdir()) == ["cut.edi", "stranger.edi"]
    assert reported.newest("northstar")["state"] == "delivered"
    (outbox / "cut.edi").write_bytes(a_999(dict.fromkeys(SETS, "A"), on=1))  # whole by now
    assert reported.json("poll").event("answer", control_number=1)["state"] == "acknowledged"
    assert [p.name for p in outbox.iterdir()] == ["stranger.edi"]


def test_an_answer_of_fifty_megabytes_is_not_taken_in(reported: Sample, outbox: Path) -> None:
    """A07: no more of it is fetched than shows that it is too large."""
    with (outbox / "large.edi").open("wb") as large:
        large.write(a_999(dict.fromkeys(SETS, "A"), on=1))
        large.truncate(50_000_000)

    ran = reported.json("poll")

    assert ran.status == 3
    assert ran.event("finding")["code"] == "E834-0531"
    assert reported.newest("northstar")["state"] == "delivered"
    assert (outbox / "large.edi").exists()


def test_a_poll_that_was_cut_short_loses_nothing_and_takes_nothing_twice(
    reported: Sample, outbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from edi834.feed import collect

    class CutShortError(Exception):
        pass

    def cut(name: str) -> None:
        raise CutShortError(name)

    (outbox / "999.edi").write_bytes(a_999({"0001": "A", "0002": "R", "0003": "A"}, on=1))
    monkeypatch.setattr(collect, "point", cut)
    assert reported.json("poll").status == 1
    monkeypatch.undo()
    before = reported.newest("northstar")["state"]

    ran = reported.json("poll")

    assert (before, reported.newest("northstar")["state"], ran.status) == ("partly_rejected", "partly_rejected", 11)
    assert list(outbox.iterdir()) == []


def test_a_contradicting_answer_stops_the_feed_once(reported: Sample, outbox: Path, tmp_path: Path) -> None:
    """A06: the first verdict on a set stands, and a person looks."""
    (outbox / "1.edi").write_bytes(a_999(dict.fromkeys(SETS, "A"), on=1))
    (outbox / "2.edi").write_bytes(a_999(dict.fromkeys(SETS, "R"), on=1, number=8))

    ran = reported.json("poll")

    assert (ran.status, "E834-0715" in ran.err) == (6, True)
    assert reported.newest("northstar")["state"] == "acknowledged"
    assert reported.nightly(tmp_path / "snapshot").status == 6
    assert reported.json("release", FEED, "--reason", "the carrier confirms the first").status == 0
    assert reported.nightly(tmp_path / "snapshot").status == 0
    assert reported.json("poll").status == 0


def test_a_duplicate_of_our_own_second_attempt_is_no_rejection(reported: Sample, outbox: Path) -> None:
    """A01."""
    assert reported.json("resend", reported.newest("northstar")["transmission"], "--same-bytes").status == 0
    (outbox / "ta1.edi").write_bytes(a_ta1("R", "025", on=1))

    ran = reported.json("poll")

    assert (ran.status, reported.newest("northstar")["state"]) == (0, "delivered")
    assert ran.event("finding")["code"] == "E834-0922"


def test_an_interchange_that_is_rejected_is_reported_again(reported: Sample, outbox: Path, tmp_path: Path) -> None:
    """A02."""
    (outbox / "ta1.edi").write_bytes(a_ta1("R", "006", on=1))

    assert reported.json("poll").status == 11
    assert reported.newest("northstar")["state"] == "rejected"
    assert reported.nightly(tmp_path / "snapshot").event("feed")["counts"]["added"] == len(members_of(1, SETS.values()))


@pytest.mark.parametrize("answer", [a_ta1("E", "024", on=1), a_999(dict.fromkeys(SETS, "E"), on=1)])
def test_accepted_with_errors_is_not_sent_again_and_is_said(
    answer: bytes, reported: Sample, outbox: Path, tmp_path: Path
) -> None:
    """A03."""
    (outbox / "answer.edi").write_bytes(answer)

    ran = reported.json("poll")

    assert ran.status == 0
    assert ran.event("finding")["code"] == "E834-0921"
    assert reported.nightly(tmp_path / "snapshot").event("feed")["outcome"] == "nothing"


def test_one_carriers_outbox_is_its_own(reported: Sample, outbox: Path) -> None:
    (outbox / "999.edi").write_bytes(a_999(dict.fromkeys(SETS, "A"), on=1))
    outbox.rename(outbox.with_name("unmounted"))

    ran = reported.json("poll")

    assert (ran.status, "E834-0892" in ran.err) == (6, True)
    assert reported.newest("northstar")["state"] == "delivered"


def test_a_carrier_without_an_outbox_says_so(reported: Sample) -> None:
    assert reported.json("poll").status == 0
    named = reported.json("poll", FEED)
    assert (named.status, "E834-0949" in named.err) == (10, True)


@pytest.mark.parametrize(
    "outbox", ['after = "move"', 'after = "leave"\nmove_to = "x"', 'after = "burn"', 'pattrn = "*.edi"']
)
def test_a_mistake_in_the_outbox_is_placed(outbox: str, sample: Sample) -> None:
    with_outbox(sample.only("northstar"), "outbox", outbox)

    ran = sample.json("check")

    assert ran.status == 4
    assert any("carrier.toml" in (e.get("where") or "") for e in ran.events if e["event"] == "finding")


def test_an_overdue_answer_holds_the_feed_where_its_rule_says_so(reported: Sample, tmp_path: Path) -> None:
    """A08."""
    reported.rewrite("carriers/northstar/feeds/medical.toml", "due_hours = 48", 'due_hours = 1\noverdue = "hold"')
    reported.clock = StandingClock(datetime.now(UTC) + timedelta(hours=2))
    workspace = open_workspace(reported.home)
    with reported.ledger() as ledger:
        kit = Wired(reported.clock).kit(workspace, workspace.feed(FEED), ledger)

        late = reported.json("status", "--late")
        with pytest.raises(HeldError) as held:
            require_allowed(kit)
        (tmp_path / "999.edi").write_bytes(a_999(dict.fromkeys(SETS, "A"), on=1))
        assert reported.json("ack", tmp_path / "999.edi").status == 0
        require_allowed(kit)

    assert (late.status, held.value.code) == (11, "E834-0948")


def test_an_overdue_answer_is_only_said_where_no_rule_holds_the_feed(reported: Sample) -> None:
    reported.clock = StandingClock(datetime.now(UTC) + timedelta(hours=50))
    workspace = open_workspace(reported.home)

    with reported.ledger() as ledger:
        require_allowed(Wired(reported.clock).kit(workspace, workspace.feed(FEED), ledger))

    assert reported.json("status", "--late").status == 11
