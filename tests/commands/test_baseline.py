"""What counts as reported, by a person's word: a changed mapping or grant accepted, a telling taken back, an export."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.commands.snapshots import write_snapshot
from tests.commands.workspace import Sample

FEED = "northstar-medical"
MAPPING = "carriers/northstar/mappings/medical.toml"
GRANT = "grants/juniper/northstar.toml"


@pytest.fixture
def reported(sample: Sample, tmp_path: Path) -> Sample:
    """Northstar was reported day 1."""
    sample.only("northstar")
    assert sample.nightly(write_snapshot(tmp_path / "day-1", 1)).status == 0
    return sample


def change_mapping(sample: Sample) -> None:
    """Northstar asks for the date of hire under a reference of its own, which it has had under no other."""
    sample.rewrite(MAPPING, '"2000/REF[DX]" = false', '"2000/REF[DX]02" = "member.job_title if member.is_subscriber"')
    sample.rewrite(GRANT, "allow = [", 'allow = [\n    "member.job_title",')


def test_a_changed_mapping_is_accepted_without_telling_and_the_next_night_is_silent(
    reported: Sample, tmp_path: Path
) -> None:
    change_mapping(reported)
    held = reported.json("run", FEED, "--snapshot", tmp_path / "day-1")
    assert (held.status, held.event("feed")["code"]) == (6, "E834-0904")
    arrived = reported.arrived("northstar")

    ran = reported.json("baseline", FEED, "rebase", "--reason", "reported with the next change is soon enough")

    assert ran.status == 0, ran.said
    said = ran.event("summary")
    assert said["families"] > 0
    assert set(said["unreported"]) == {"member.job_title"}
    night = reported.json("run", FEED, "--snapshot", tmp_path / "day-1")
    assert (night.status, night.event("feed")["outcome"]) == (0, "nothing"), night.said
    assert reported.arrived("northstar") == arrived
    assert reported.newest("northstar")["state"] == "accepted"
    assert reported.newest("northstar")["control_number"] is None


def test_what_has_changed_otherwise_is_reported_and_what_was_never_reported_goes_along(
    reported: Sample, tmp_path: Path
) -> None:
    change_mapping(reported)
    day_3 = write_snapshot(tmp_path / "day-3", 3)

    ran = reported.json("baseline", FEED, "rebase", "--snapshot", day_3, "--reason", "soon enough")

    assert ran.event("summary")["to_report"] > 0
    night = reported.json("run", FEED, "--snapshot", day_3)
    assert night.status == 0, night.said
    counts = night.event("feed")["counts"]
    assert counts["added"] + counts["changed"] + counts["ended"] > 0
    assert "REF*DX*" in reported.opened("northstar")[-1].decode()


def test_a_narrowed_grant_is_accepted_and_the_field_is_forgotten(reported: Sample, tmp_path: Path) -> None:
    reported.rewrite(GRANT, '    "member.school_name",\n', "")
    reported.rewrite(GRANT, "withhold = [", 'withhold = [\n    "member.school_name",')
    held = reported.json("run", FEED, "--snapshot", tmp_path / "day-1")
    assert held.event("feed")["code"] == "E834-0905"

    ran = reported.json("baseline", FEED, "rebase", "--reason", "the Data Owner withholds it")

    assert ran.event("summary")["dropped"] == ["member.school_name"]
    with reported.ledger() as ledger:
        families = ledger.baseline(FEED, list(ledger.baseline_digests(FEED))).values()
        assert not any("school_name" in m.values for f in families for m in f.family.members)
    assert reported.json("run", FEED, "--snapshot", tmp_path / "day-1").event("feed")["outcome"] == "nothing"


def test_nothing_changed_and_there_is_nothing_to_accept(reported: Sample) -> None:
    ran = reported.run("baseline", FEED, "rebase", "--reason", "to be sure")

    assert (ran.status, "nothing to accept" in ran.out) == (0, True)
    assert reported.newest("northstar")["state"] == "delivered"


def test_what_was_accepted_can_be_taken_back_until_something_is_reported(reported: Sample, tmp_path: Path) -> None:
    change_mapping(reported)
    accepted = reported.json("baseline", FEED, "rebase", "--reason", "too hasty").event("summary")["transmission"]

    ran = reported.json("baseline", FEED, "rollback", accepted, "--reason", "it was")

    assert ran.status == 0, ran.said
    held = reported.json("run", FEED, "--snapshot", tmp_path / "day-1")
    assert held.event("feed")["code"] == "E834-0904"  # as before


def test_what_later_files_rest_on_is_not_taken_back(reported: Sample, tmp_path: Path) -> None:
    change_mapping(reported)
    accepted = reported.json("baseline", FEED, "rebase", "--reason", "soon enough").event("summary")["transmission"]
    assert reported.nightly(write_snapshot(tmp_path / "day-3", 3)).status == 0

    ran = reported.run("baseline", FEED, "rollback", accepted, "--reason", "too late")

    assert (ran.status, "E834-0731" in ran.err) == (2, True)


def test_a_file_rolled_back_is_reported_again_whole(reported: Sample, tmp_path: Path) -> None:
    """The carrier restored its books from before the file: what it reported does not count."""
    newest = reported.newest("northstar")

    ran = reported.json(
        "baseline", FEED, "rollback", newest["transmission"], "--reason", "restored from the day before"
    )

    assert ran.status == 0, ran.said
    assert ran.event("summary")["families"] == sum(s["families"] for s in newest["sets"])
    night = reported.json("run", FEED, "--snapshot", tmp_path / "day-1")
    assert night.event("feed")["outcome"] == "delivered"
    reported_then, reported_now = reported.opened("northstar")
    assert reported_now.count(b"INS*") == reported_then.count(b"INS*")
    (line,) = [e for e in _trail(reported) if e["action"] == "rolled_back"]
    assert line["reason"] == "restored from the day before"


def _trail(sample: Sample) -> list[dict[str, str]]:
    with sample.ledger() as ledger:
        return [{"action": e.action, **e.detail} for e in ledger.trail()]


def test_the_export_is_sealed_and_plain_only_for_a_reason(reported: Sample, tmp_path: Path) -> None:
    sealed, plain = tmp_path / "reported.sealed", tmp_path / "reported.jsonl"

    assert reported.run("baseline", FEED, "export", "--out", sealed).status == 0
    refused = reported.run("baseline", FEED, "export", "--out", plain, "--reveal")
    assert (refused.status, "E834-0004" in refused.err, plain.exists()) == (2, True, False)
    assert reported.run("baseline", FEED, "export", "--out", plain, "--reveal", "--reason", "an audit").status == 0

    families = [json.loads(line) for line in plain.read_text(encoding="utf-8").splitlines()]
    names = {m["values"]["last_name"] for f in families for m in f["members"]}
    assert names
    assert not any(name.encode() in sealed.read_bytes() for name in names)
    assert stat.S_IMODE(sealed.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode) == 0o600
    assert [e["action"] for e in _trail(reported) if e["action"] in {"exported", "revealed"}] == [
        "exported",
        "revealed",
    ]


def test_what_cannot_be_meant_is_refused(reported: Sample) -> None:
    for arguments, status, code in (
        (("rebase",), 2, "E834-0004"),
        (("rollback", "--reason", "x"), 2, "E834-0018"),
        (("rollback", "ffffff", "--reason", "x"), 10, "E834-0713"),
        (("rebase", "ffffff", "--reason", "x"), 2, "E834-0018"),
        (("export",), 2, "E834-0018"),
    ):
        ran = reported.run("baseline", FEED, *arguments)

        assert (ran.status, code in ran.err) == (status, True), ran.said


def test_the_export_is_never_written_over(reported: Sample, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("mine")

    ran = reported.run("baseline", FEED, "export", "--out", there)

    assert (ran.status, "E834-0961" in ran.err, there.read_text()) == (2, True, "mine")


def test_a_feed_that_reported_nobody_has_nothing_to_accept(sample: Sample, tmp_path: Path) -> None:
    sample.only("northstar")

    ran = sample.run("baseline", FEED, "rebase", "--snapshot", write_snapshot(tmp_path / "day-1", 1), "--reason", "x")

    assert (ran.status, "E834-0960" in ran.err) == (10, True)
