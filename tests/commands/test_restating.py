"""Telling a file once more under new numbers: corrected, as a copy, or for some of its people; and stopping a feed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.commands.snapshots import members_of, write_snapshot
from tests.commands.test_answers import SETS, a_999, taken_in
from tests.commands.workspace import Sample
from tests.scenarios.arrived import people


@pytest.fixture
def reported(sample: Sample, tmp_path: Path) -> Sample:
    """Northstar was reported three families, in three sets."""
    sample.only("northstar")
    sample.rewrite(
        "carriers/northstar/feeds/medical.toml", "members_per_transaction = 10000", "members_per_transaction = 4"
    )
    assert sample.nightly(write_snapshot(tmp_path / "snapshot")).status == 0
    return sample


def bgn(content: bytes) -> list[str]:
    return re.findall(rb"BGN\*([^~]*)~", content)[0].decode().split("*")


def members(content: bytes) -> list[str]:
    return [person.member for person in people(content)]


def unnumbered(content: bytes) -> list[str]:
    """What a file says, without its envelope and numbers."""
    lines = content.decode().replace("\n", "").split("~")
    return [line for line in lines if not re.match(r"(ISA|GS|GE|IEA|ST|SE|BGN)\b", line)]


def test_a_correction_says_what_the_file_said_under_numbers_of_its_own(reported: Sample, tmp_path: Path) -> None:
    original = reported.newest("northstar")

    ran = reported.json("resend", original["transmission"], "--corrected", "--reason", "they could not read it")

    assert ran.status == 0, ran.said
    first, again = reported.opened("northstar")
    assert (bgn(again)[0], bgn(again)[5]) == ("15", original["reference"])
    assert bgn(first)[0] == "00"
    assert unnumbered(again) == unnumbered(first)
    newest = reported.newest("northstar")
    assert (newest["control_number"], newest["purpose"]) == (2, "resubmission")
    assert reported.nightly(tmp_path / "snapshot").event("feed")["outcome"] == "nothing"


def test_a_correction_of_a_rejected_file_is_reported_and_counts(reported: Sample, tmp_path: Path) -> None:
    assert taken_in(reported, tmp_path, a_999(dict.fromkeys(SETS, "R"), on=1)).status == 11

    ran = reported.json("resend", reported.newest("northstar")["transmission"], "--corrected")

    assert ran.status == 0, ran.said
    assert bgn(reported.opened("northstar")[1])[0] == "15"
    assert reported.nightly(tmp_path / "snapshot").event("feed")["outcome"] == "nothing"
    assert taken_in(reported, tmp_path, a_999(dict.fromkeys(SETS, "A"), on=2), "second.edi").status == 0
    assert reported.json("status").status == 0


def test_a_correction_of_a_partly_rejected_file_tells_what_was_rejected(reported: Sample, tmp_path: Path) -> None:
    assert taken_in(reported, tmp_path, a_999({"0001": "A", "0002": "R", "0003": "A"}, on=1)).status == 11

    ran = reported.json("resend", reported.newest("northstar")["transmission"], "--corrected")

    assert ran.status == 0, ran.said
    assert members(reported.opened("northstar")[1]) == [row["member_id"] for row in members_of(1, (SETS["0002"],))]
    assert reported.nightly(tmp_path / "snapshot").event("feed")["outcome"] == "nothing"


def test_a_rejected_correction_reverts_and_the_next_run_tells_again(reported: Sample, tmp_path: Path) -> None:
    assert taken_in(reported, tmp_path, a_999(dict.fromkeys(SETS, "R"), on=1)).status == 11
    assert reported.json("resend", reported.newest("northstar")["transmission"], "--corrected").status == 0

    assert taken_in(reported, tmp_path, a_999({"0001": "A", "0002": "R", "0003": "A"}, on=2), "2.edi").status == 11
    assert reported.nightly(tmp_path / "snapshot").status == 0

    assert members(reported.opened("northstar")[2]) == [row["member_id"] for row in members_of(1, (SETS["0002"],))]


def test_what_the_carrier_took_in_is_not_corrected(reported: Sample, tmp_path: Path) -> None:
    assert taken_in(reported, tmp_path, a_999(dict.fromkeys(SETS, "A"), on=1)).status == 0

    ran = reported.json("resend", reported.newest("northstar")["transmission"], "--corrected")

    assert (ran.status, "E834-0940" in ran.err) == (6, True)
    assert len(reported.arrived("northstar")) == 1


def test_an_older_file_is_not_corrected(reported: Sample, tmp_path: Path) -> None:
    first = reported.newest("northstar")["transmission"]
    assert reported.nightly(write_snapshot(tmp_path / "day-3", 3)).status == 0

    ran = reported.json("resend", first, "--corrected")

    assert (ran.status, "E834-0942" in ran.err) == (6, True), ran.said


def test_a_copy_says_the_same_and_tells_nothing(reported: Sample, tmp_path: Path) -> None:
    original = reported.newest("northstar")

    ran = reported.json("resend", original["transmission"], "--copy")

    assert ran.status == 0, ran.said
    first, copy = reported.opened("northstar")
    assert (bgn(copy)[0], bgn(copy)[5]) == ("22", original["reference"])
    assert unnumbered(copy) == unnumbered(first)
    assert reported.nightly(tmp_path / "snapshot").event("feed")["outcome"] == "nothing"
    # Whatever becomes of the copy, the carrier holds what the original reported.
    assert taken_in(reported, tmp_path, a_999(dict.fromkeys(SETS, "R"), on=2), "copy.edi").status == 11
    assert reported.nightly(tmp_path / "snapshot").event("feed")["outcome"] == "nothing"
    assert reported.json("resend", original["transmission"], "--same-bytes").status == 0


def test_a_copy_of_an_older_file_needs_a_reason_and_takes_nothing_back(reported: Sample, tmp_path: Path) -> None:
    first = reported.newest("northstar")["transmission"]
    newer = write_snapshot(tmp_path / "day-3", 3)
    assert reported.nightly(newer).status == 0
    refused = reported.json("resend", first, "--copy")

    allowed = reported.json("resend", first, "--copy", "--out-of-order", "--reason", "for their auditor")

    assert (refused.status, "E834-0931" in refused.err) == (6, True)
    assert allowed.status == 0, allowed.said
    assert reported.nightly(newer).event("feed")["outcome"] == "nothing"


def test_a_copy_of_a_rejected_file_does_not_count_as_reported(reported: Sample, tmp_path: Path) -> None:
    assert taken_in(reported, tmp_path, a_999(dict.fromkeys(SETS, "R"), on=1)).status == 11
    assert reported.json("resend", reported.newest("northstar")["transmission"], "--copy").status == 0

    ran = reported.nightly(tmp_path / "snapshot")

    assert ran.event("feed")["outcome"] == "delivered"
    assert sorted(members(reported.opened("northstar")[2])) == sorted(
        row["member_id"] for row in members_of(1, SETS.values())
    )


def test_a_copy_is_not_corrected_nor_copied(reported: Sample) -> None:
    assert reported.json("resend", reported.newest("northstar")["transmission"], "--copy").status == 0
    copy = reported.newest("northstar")["transmission"]

    for how in ("--copy", "--corrected"):
        ran = reported.json("resend", copy, how)
        assert (ran.status, "E834-0940" in ran.err) == (6, True), ran.said


def test_only_these_people_are_reported_again(reported: Sample, tmp_path: Path) -> None:
    subscriber, dependent = (row["member_id"] for row in members_of(1, (SETS["0002"],))[:2])
    newest = reported.newest("northstar")["transmission"]

    ran = reported.json("resend", newest, "--members", f"juniper/{subscriber}", "--members", dependent)

    assert ran.status == 0, ran.said
    assert members(reported.opened("northstar")[1]) == [subscriber, dependent]
    assert bgn(reported.opened("northstar")[1])[0] == "15"
    assert ran.event("summary")["people"] == 2
    assert reported.nightly(tmp_path / "snapshot").event("feed")["outcome"] == "nothing"


def test_of_a_rejected_family_everybody_is_reported_again(reported: Sample, tmp_path: Path) -> None:
    """What was reverted is reverted as a family: one of them alone would let the others count as reported."""
    assert taken_in(reported, tmp_path, a_999({"0001": "A", "0002": "R", "0003": "A"}, on=1)).status == 11
    family = [row["member_id"] for row in members_of(1, (SETS["0002"],))]

    assert reported.json("resend", reported.newest("northstar")["transmission"], "--members", family[0]).status == 0

    assert members(reported.opened("northstar")[1]) == family
    assert reported.nightly(tmp_path / "snapshot").event("feed")["outcome"] == "nothing"


def test_people_whom_the_file_does_not_tell_of_are_said_to_be_none_of_it(reported: Sample) -> None:
    ran = reported.json("resend", reported.newest("northstar")["transmission"], "--members", "J9999")

    assert (ran.status, "E834-0941" in ran.err) == (10, True), ran.said
    assert len(reported.arrived("northstar")) == 1


def test_a_family_that_was_reported_anew_is_not_taken_back(reported: Sample, tmp_path: Path) -> None:
    first = reported.newest("northstar")["transmission"]
    newer = write_snapshot(tmp_path / "newer", 1, dated=2, edit=lambda t: t["members"][0].update(city="Nampa"))
    assert reported.nightly(newer).status == 0
    changed = members(reported.opened("northstar")[1])[0]
    untouched = SETS["0003"]

    refused = reported.json("resend", first, "--members", changed)
    allowed = reported.json("resend", first, "--members", untouched)

    assert (refused.status, "E834-0942" in refused.err) == (6, True), refused.said
    assert allowed.status == 0, allowed.said
    assert reported.nightly(newer).event("feed")["outcome"] == "nothing"


def test_what_the_data_owner_no_longer_allows_is_not_reported_again(reported: Sample) -> None:
    newest = reported.newest("northstar")["transmission"]
    reported.rewrite("grants/juniper/northstar.toml", "to = 2027-12-31", "to = 2026-01-02")

    ran = reported.json("resend", newest, "--corrected")

    assert ran.status == 6, ran.said
    assert len(reported.arrived("northstar")) == 1


def test_a_mapping_that_needs_more_than_was_reported_corrects_nothing(reported: Sample) -> None:
    reported.rewrite(
        "carriers/northstar/mappings/medical.toml", "[set]\n", '[set]\n"2000/REF[ZZ]02" = "member.job_title"\n'
    )

    ran = reported.json("resend", reported.newest("northstar")["transmission"], "--corrected")

    assert ran.status in {4, 6}, ran.said
    assert len(reported.arrived("northstar")) == 1


def test_no_copy_is_made_with_another_mapping(reported: Sample) -> None:
    newest = reported.newest("northstar")["transmission"]
    mapping = reported.home / "carriers/northstar/mappings/medical.toml"
    mapping.write_text(
        mapping.read_text(encoding="utf-8").replace("[set]\n", '[set]\n"2100A/PER" = false\n'), encoding="utf-8"
    )

    ran = reported.json("resend", newest, "--copy")

    assert (ran.status, len(reported.arrived("northstar"))) == (6, 1), ran.said


def test_a_held_file_is_decided_on_before_another_is_sent_again(reported: Sample, tmp_path: Path) -> None:
    newest = reported.newest("northstar")["transmission"]
    reported.rewrite(
        "carriers/northstar/feeds/medical.toml",
        "max_terminations_percent = 10\nmin_terminations = 5",
        "max_missing_percent = 0\nmin_missing = 0",
    )
    assert reported.nightly(write_snapshot(tmp_path / "fewer", 1, ("J1001",), dated=2)).status == 6

    ran = reported.json("resend", newest, "--corrected")

    assert (ran.status, "E834-0945" in ran.err) == (6, True), ran.said
    assert reported.newest("northstar")["state"] == "held"


@pytest.mark.parametrize("modes", [(), ("--same-bytes", "--copy"), ("--corrected", "--members", "J1001")])
def test_one_way_of_sending_again_is_named(modes: tuple[str, ...], reported: Sample) -> None:
    ran = reported.json("resend", reported.newest("northstar")["transmission"], *modes)

    assert (ran.status, "E834-0006" in ran.err) == (2, True)


# --- stopping a feed ------------------------------------------------------------------------------------------------


def test_a_stopped_feed_sends_nothing_until_it_is_released(reported: Sample, tmp_path: Path) -> None:
    newer = write_snapshot(tmp_path / "day-3", 3)
    newest = reported.newest("northstar")["transmission"]

    stopped = reported.json("hold", "northstar-medical", "--reason", "they migrate")
    held = reported.nightly(newer)
    again = reported.json("resend", newest, "--corrected")
    status = reported.json("status")
    released = reported.json("release", "northstar-medical", "--reason", "migration done")
    sent = reported.nightly(newer)

    assert (stopped.status, held.status, again.status, released.status, sent.status) == (0, 6, 6, 0, 0)
    assert held.event("feed")["code"] == "E834-0907"
    assert "edi834 release" in held.event("feed")["remedy"]
    assert status.event("feed")["held"] == "they migrate"
    assert released.event("summary")["was_held"] == "they migrate"
    assert reported.json("release", "northstar-medical", "--reason", "again").status == 0
    assert reported.json("hold", "nobody", "--reason", "x").status == 10
    assert reported.json("hold", "northstar-medical").status == 2
