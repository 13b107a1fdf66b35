"""Sending the same bytes again, and settling what nobody knows: delivery is retried, and nothing new is reported."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from delivery.demo_carrier import Behaviour, DemoCarrier
from tests.commands.snapshots import write_snapshot
from tests.commands.workspace import CarrierKey, Sample, make_sftp_sample


@pytest.fixture
def reported(sample: Sample, tmp_path: Path) -> Sample:
    """Northstar was reported day 1 and of day 3."""
    sample.only("northstar")
    for number in (1, 3):
        assert sample.nightly(write_snapshot(tmp_path / f"day-{number}", number)).status == 0
    return sample


def test_the_same_bytes_go_under_the_same_name_and_number(reported: Sample) -> None:
    newest, (_, name) = reported.newest("northstar"), reported.arrived("northstar")
    before = (reported.inboxes["northstar"] / name).read_bytes()
    (reported.inboxes["northstar"] / name).unlink()  # the carrier swept its inbox, and lost it

    ran = reported.json("resend", newest["transmission"], "--same-bytes")

    assert ran.status == 0, ran.said
    assert (reported.inboxes["northstar"] / name).read_bytes() == before
    assert ran.event("summary")["sha256"] == hashlib.sha256(before).hexdigest() == newest["sealed_sha256"]
    after = reported.newest("northstar")
    assert {k: after[k] for k in ("state", "control_number", "counts", "sets")} == {
        k: newest[k] for k in ("state", "control_number", "counts", "sets")
    }
    assert after["attempts"] == newest["attempts"] + 1


def test_what_stands_there_already_is_left_as_it_is(reported: Sample) -> None:
    name = reported.arrived("northstar")[1]
    stood = (reported.inboxes["northstar"] / name).stat().st_mtime_ns

    ran = reported.run("resend", reported.newest("northstar")["transmission"][:6], "--same-bytes")

    assert ran.status == 0
    assert "stood there already, whole" in ran.out
    assert (reported.inboxes["northstar"] / name).stat().st_mtime_ns == stood


def test_other_bytes_under_the_name_are_never_written_over(reported: Sample) -> None:
    name = reported.arrived("northstar")[1]
    (reported.inboxes["northstar"] / name).write_bytes(b"the carrier's own")

    ran = reported.json("resend", reported.newest("northstar")["transmission"], "--same-bytes")

    assert (ran.status, "E834-0855" in ran.err) == (6, True)
    assert (reported.inboxes["northstar"] / name).read_bytes() == b"the carrier's own"


def test_an_older_file_does_not_go_over_a_newer_one_by_mistake(reported: Sample) -> None:
    first, _ = reported.transmissions("northstar")
    refused = reported.json("resend", first["transmission"], "--same-bytes")
    without_reason = reported.json("resend", first["transmission"], "--same-bytes", "--out-of-order")
    allowed = reported.json(
        "resend", first["transmission"], "--same-bytes", "--out-of-order", "--reason", "they ask for it"
    )

    assert (refused.status, without_reason.status, allowed.status) == (6, 2, 0)
    assert "E834-0931" in refused.err
    assert "--out-of-order" in refused.err
    assert "E834-0004" in without_reason.err
    assert "they ask" in reported.run("show", first["transmission"]).out


def test_how_to_send_again_must_be_said(reported: Sample) -> None:
    ran = reported.json("resend", reported.newest("northstar")["transmission"])

    assert (ran.status, "E834-0006" in ran.err) == (2, True)


def test_what_was_never_sealed_cannot_be_sent_again(sample: Sample, tmp_path: Path) -> None:
    sample.only("northstar")
    sample.rewrite("carriers/northstar/carrier.toml", sample.key.fingerprints[1], "AB" * 20)
    assert sample.nightly(write_snapshot(tmp_path / "snapshot")).status == 6
    identity = sample.newest("northstar")["transmission"]

    ran = sample.json("resend", identity, "--same-bytes")

    assert (ran.status, "E834-0930" in ran.err) == (6, True), ran.said


def test_stored_bytes_that_were_changed_are_not_sent(reported: Sample) -> None:
    """F44: no other bytes under a number that was used."""
    blobs = [p for p in (reported.home / "state" / "spool").rglob("*") if p.is_file() and p.stat().st_size > 500]
    for blob in blobs:
        content = bytearray(blob.read_bytes())
        content[len(content) // 2] ^= 1
        blob.write_bytes(content)
    name = reported.arrived("northstar")[1]
    (reported.inboxes["northstar"] / name).unlink()

    ran = reported.json("resend", reported.newest("northstar")["transmission"], "--same-bytes")

    assert ran.status == 6, ran.said
    assert reported.arrived("northstar") == [reported.arrived("northstar")[0]]


# --- delivery that fails --------------------------------------------------------------------------------------------


def test_a_carrier_that_is_away_is_no_harm_and_the_next_run_delivers(
    tmp_path: Path, carrier_key: CarrierKey, empty_state: Path
) -> None:
    snapshot = write_snapshot(tmp_path / "snapshot")
    with DemoCarrier(tmp_path / "side") as server:
        sample = make_sftp_sample(tmp_path / "away", carrier_key, server, state=empty_state).only("harbor")
        account = server._accounts["harbor-away"]
        account.behaviour = Behaviour(disk_bytes=10)
        full = sample.nightly(snapshot)
        account.behaviour = Behaviour()
        sent = sample.nightly(snapshot)
        newer = write_snapshot(tmp_path / "newer", 1, dated=2, edit=lambda t: t["members"][0].update(city="Nampa"))
    gone = sample.nightly(newer)

    assert full.status == 7, full.said
    assert full.event("feed")["outcome"] == "failed"
    assert sent.status == 0, sent.said
    assert sent.event("feed")["recovered"] != []
    assert len(sample.arrived("harbor")) == 1
    assert gone.status == 7, gone.said
    assert sample.newest("harbor")["state"] == "sealed"


def test_a_login_that_is_refused_three_times_needs_a_person(
    tmp_path: Path, carrier_key: CarrierKey, empty_state: Path, sftp_server: DemoCarrier
) -> None:
    """F22: one attempt a run, so that the carrier does not lock us out."""
    sample = make_sftp_sample(tmp_path / "shut", carrier_key, sftp_server, state=empty_state).only("harbor")
    sftp_server._accounts["harbor-shut"].public_key = None
    snapshot = write_snapshot(tmp_path / "snapshot")

    statuses = [sample.nightly(snapshot).status for _ in range(4)]

    assert statuses == [7, 7, 7, 6]
    assert sample.json("doctor", "harbor-fsa", "--online").status == 7


def test_a_login_that_is_refused_after_half_a_file_was_written_is_counted_too(
    tmp_path: Path, carrier_key: CarrierKey, empty_state: Path, sftp_server: DemoCarrier
) -> None:
    """The next run first takes the half file away, and is not let in to do so."""
    sample = make_sftp_sample(tmp_path / "half", carrier_key, sftp_server, state=empty_state).only("harbor")
    account = sftp_server._accounts["harbor-half"]
    account.behaviour = Behaviour(disk_bytes=10)
    snapshot = write_snapshot(tmp_path / "snapshot")
    assert sample.nightly(snapshot).status == 7
    account.public_key = None

    statuses = [sample.nightly(snapshot).status for _ in range(4)]

    assert statuses == [7, 7, 7, 6]


def test_a_host_key_that_is_not_pinned_holds_the_feed(
    tmp_path: Path, carrier_key: CarrierKey, empty_state: Path, sftp_server: DemoCarrier
) -> None:
    """K13: the server may be somebody else's."""
    sample = make_sftp_sample(tmp_path / "other", carrier_key, sftp_server, state=empty_state).only("harbor")
    with DemoCarrier(tmp_path / "elsewhere") as other:
        pinned = other.known_hosts.replace(f":{other.port}", f":{sftp_server.port}")
    (sample.home / "carriers/harbor/known_hosts").write_text(pinned, encoding="utf-8")

    ran = sample.nightly(write_snapshot(tmp_path / "snapshot"))

    assert ran.status == 6, ran.said
    assert ran.event("feed")["code"].startswith("E834-08")
    assert sample.arrived("harbor") == []
    assert sample.json("doctor", "--online").status == 6
