"""Looking without changing anything: plan, status, show, doctor, check, explain; and making a workspace."""

from __future__ import annotations

import json
import re
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edi834.commands.stories import all_stories
from tests.commands.snapshots import PEOPLE, Tables, write_snapshot
from tests.commands.workspace import FEEDS, Sample, StandingClock, in_process


@pytest.fixture
def reported(sample: Sample, tmp_path: Path) -> Sample:
    """Everybody was reported day 1."""
    assert sample.nightly(write_snapshot(tmp_path / "day-1")).status == 0
    return sample


# --- plan -----------------------------------------------------------------------------------------------------------


def test_a_plan_shows_every_member_masked(reported: Sample, tmp_path: Path) -> None:
    ran = reported.json("plan", "northstar-medical", "--snapshot", write_snapshot(tmp_path / "day-3", 3))

    assert ran.status == 0
    members = {e["member"]: e for e in ran.events if e["event"] == "member"}
    assert set(members) == {"juniper/J1009", "juniper/J1009-2"}
    assert members["juniper/J1009-2"]["action"] == "add"
    assert ran.event("summary")["counts"]["added"] == 1
    assert "PPO500" not in ran.out
    for row in PEOPLE.values():
        assert row.get("ssn", "none") not in ran.said
        assert row["birth_date"] not in ran.said


def test_revealing_needs_a_reason_and_goes_into_the_trail(reported: Sample, tmp_path: Path) -> None:
    snapshot = write_snapshot(tmp_path / "day-3", 3)
    refused = reported.json("plan", "northstar-medical", "--snapshot", snapshot, "--reveal")
    revealed = reported.json("plan", "northstar-medical", "--snapshot", snapshot, "--reveal", "--reason", "ticket 17")

    assert (refused.status, revealed.status) == (2, 0)
    assert "E834-0004" in refused.err
    assert "PPO500" in revealed.out
    with reported.ledger() as ledger:
        (entry,) = [e for e in ledger.trail("northstar-medical") if e.action == "revealed"]
    assert entry.detail["reason"] == "ticket 17"


def test_a_plan_changes_nothing_and_a_run_sends_exactly_it(reported: Sample, tmp_path: Path) -> None:
    snapshot = write_snapshot(tmp_path / "day-3", 3)
    planned = reported.json("plan", "northstar-medical", "--snapshot", snapshot).event("summary")
    assert reported.newest("northstar")["sequence"] == 1
    moved = write_snapshot(tmp_path / "moved", 3, edit=lambda t: t["members"][0].update(city="Nampa"))

    refused = reported.json("run", "northstar-medical", "--snapshot", moved, "--plan", planned["plan"])
    sent = reported.json("run", "northstar-medical", "--snapshot", snapshot, "--plan", planned["plan"][:12])

    assert (refused.status, refused.event("feed")["code"]) == (6, "E834-0909")
    assert (sent.status, sent.event("feed")["counts"]) == (0, planned["counts"])


def test_without_a_snapshot_the_last_one_is_planned_from(reported: Sample, sample: Sample) -> None:
    ran = reported.run("plan", "northstar-medical")

    assert ran.status == 0
    assert "nobody changed" in ran.out


def test_without_any_run_there_is_no_snapshot_to_plan_from(sample: Sample) -> None:
    ran = sample.json("plan", "northstar-medical")

    assert (ran.status, "E834-0002" in ran.err) == (10, True)


def test_a_dry_run_writes_nothing(sample: Sample, tmp_path: Path) -> None:
    sample.run("status")  # the first look binds the key
    before = remembered(sample)

    ran = sample.nightly(write_snapshot(tmp_path / "snapshot"), "--dry-run")

    assert ran.status == 0
    assert {e["outcome"] for e in ran.events if e["event"] == "feed"} == {"planned"}
    assert remembered(sample) == before
    assert [sample.arrived(carrier) for carrier in sample.inboxes] == [[], [], [], []]


def remembered(sample: Sample) -> list[str]:
    """Everything in the ledger."""
    with sqlite3.connect(sample.home / "state" / "ledger.db") as ledger:
        return list(ledger.iterdump())


# --- status, transmissions, show ------------------------------------------------------------------------------------


def test_status_has_a_line_a_feed(reported: Sample) -> None:
    ran, script = reported.run("status"), reported.json("status")

    assert ran.status == 0
    assert len(ran.out.splitlines()) == len(FEEDS)
    assert {e["feed"]: e["members"] for e in script.events if e["event"] == "feed"}["northstar-medical"] == 9
    assert "answer due" in ran.out


def _over_for_days(tables: Tables) -> None:
    """J1020's medical coverage ended, and nothing was reported in time."""
    for row in tables["coverages"]:
        if row["member_id"] == "J1020" and row["benefit"] == "medical":
            row["end_date"] = "2026-10-02"


def test_coverage_that_is_over_and_that_the_carrier_still_holds_is_listed_until_it_is_reported(
    sample: Sample, tmp_path: Path
) -> None:
    reported = sample
    reported.only("northstar")
    reported.rewrite("carriers/northstar/feeds/medical.toml", "[guards]", "[rules]\nretro_limit_days = 5\n\n[guards]")
    assert reported.nightly(write_snapshot(tmp_path / "day-1")).status == 0
    snapshot = write_snapshot(tmp_path / "late", dated=5, edit=_over_for_days)

    planned = reported.run("plan", "northstar-medical", "--snapshot", snapshot)
    listed = [line for line in planned.out.splitlines() if line.startswith("late: juniper/J1020 medical is over for")]
    assert len(listed) == 1, planned.said
    assert listed[0].endswith("the carrier still holds it (waits); not reported tonight")

    assert reported.nightly(snapshot).status == 3
    assert "1 STILL HELD after their last day" in reported.run("status", "northstar-medical").out
    (feed,) = [e for e in reported.json("status", "northstar-medical").events if e["event"] == "feed"]
    assert feed["late_endings"] == 1

    approved = reported.typed("approve", "northstar-medical/J1020", "--reason", "the employer confirms it")
    assert approved.status == 0, approved.said
    assert reported.nightly(snapshot).status == 0
    assert "STILL HELD" not in reported.run("status", "northstar-medical").out


def test_a_carrier_that_does_not_answer_in_time_is_late(reported: Sample) -> None:
    assert reported.run("status", "--late").out == ""
    reported.clock = StandingClock(datetime.now(UTC) + timedelta(hours=49))

    ran = reported.json("status", "--late")

    assert ran.status == 11
    assert {e["feed"] for e in ran.events if e["event"] == "feed"} == {"northstar-medical", "cedar-dental"}
    assert reported.json("status", "granite-life").status == 0


def test_the_history_is_newest_first_and_empty_before_the_first_file(reported: Sample, tmp_path: Path) -> None:
    reported.nightly(write_snapshot(tmp_path / "day-3", 3))

    ran = reported.json("transmissions", "northstar-medical")

    assert [e["sequence"] for e in ran.events if e["event"] == "transmission"] == [2, 1]
    assert len(reported.run("transmissions", "northstar-medical").out.splitlines()) == 2
    assert reported.json("transmissions", "no-such-feed").status == 10


def test_a_transmission_is_shown_whole(reported: Sample) -> None:
    newest = reported.newest("northstar")
    ran, script = reported.run("show", newest["transmission"][:5]), reported.json("show", newest["transmission"])

    assert ran.status == 0
    for words in (newest["sealed_sha256"], newest["remote_name"], "set 0001", "3 families, 9 people", "receipt"):
        assert words in ran.out
    actions = [e["action"] for e in script.events if e["event"] == "trail"]
    assert actions.index("planned") < actions.index("sealed") < actions.index("delivered")


def test_a_beginning_that_fits_nothing_or_several_is_named(reported: Sample) -> None:
    nothing, several = reported.json("show", "zzzz"), reported.json("show", "")

    assert (nothing.status, several.status) == (10, 10)
    assert json.loads(nothing.err)["remedy"]


# --- doctor, check, explain -----------------------------------------------------------------------------------------


def test_a_healthy_workspace_is_in_order(sample: Sample) -> None:
    doctor, check = sample.run("doctor"), sample.run("check")

    assert (doctor.status, check.status) == (0, 0), doctor.out + check.out
    assert "all is in order" in doctor.out
    assert "5 feeds checked: 0 errors" in check.out


def test_the_doctor_sees_open_doors_and_a_broken_clock(sample: Sample) -> None:
    (sample.home / "state" / "root.key").chmod(0o644)
    sample.clock = StandingClock(datetime(1999, 1, 1, tzinfo=UTC))

    ran = sample.json("doctor")

    assert ran.status == 4
    findings = {e["code"]: e for e in ran.events if e["event"] == "finding"}
    assert {"E834-0013", "E834-0014"} <= set(findings)
    assert "chmod" in findings["E834-0014"]["remedy"]


def test_the_doctor_sees_a_trail_that_was_written_over(reported: Sample) -> None:
    with sqlite3.connect(reported.home / "state" / "ledger.db") as ledger:
        triggers = ledger.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (trigger,) in triggers:
            ledger.execute(f'DROP TRIGGER "{trigger}"')
        ledger.execute("UPDATE trail SET actor = 'nobody' WHERE number = 3")

    ran = reported.json("doctor")

    assert ran.status == 4
    assert "E834-0015" in ran.out


def test_check_names_file_line_and_column_and_what_was_meant(sample: Sample) -> None:
    sample.rewrite("carriers/cedar/mappings/dental.toml", "coverage.tier |", "coverage.teir |")
    sample.rewrite("carriers/granite/feeds/life.toml", "max_terminations_percent", "max_terminations_procent")

    full, concise, script = (sample.run("check"), sample.run("check", "--format", "concise"),
                             sample.run("check", "--format", "json"))  # fmt: skip

    assert (full.status, concise.status, script.status) == (4, 4, 4)
    assert re.search(r"--> carriers/cedar/mappings/dental\.toml:\d+:\d+", full.out)
    assert re.search(r"--> carriers/granite/feeds/life\.toml:\d+:\d+", full.out)
    assert "coverage.tier" in full.out
    assert "max_terminations_percent" in full.out
    assert re.search(r"^carriers/cedar/mappings/dental\.toml:\d+:\d+.*: E834-\d{4} error: ", concise.out, re.MULTILINE)
    findings = [e for e in map(json.loads, script.out.splitlines()) if e["event"] == "finding"]
    assert all(e["where"] and e["remedy"] for e in findings)


def test_one_feeds_mistake_stops_no_other_feed(sample: Sample, tmp_path: Path) -> None:
    sample.rewrite("carriers/cedar/mappings/dental.toml", "coverage.tier |", "coverage.teir |")

    ran = sample.nightly(write_snapshot(tmp_path / "snapshot"))

    assert ran.status == 3
    wrong = ran.event("feed", feed="cedar-dental")
    assert (wrong["outcome"], wrong["exit_status"]) == ("failed", 4)
    assert wrong["where"].startswith("carriers/cedar/mappings/dental.toml:")
    assert {len(sample.arrived(c)) for c in ("northstar", "granite", "harbor")} == {1}


@pytest.mark.parametrize("code", sorted(all_stories()))
def test_every_code_is_explained(code: str) -> None:
    ran = in_process("explain", code.removeprefix("E834-"))

    assert ran.status == 0
    title, story, remedy, *elsewhere = ran.out.splitlines()
    assert title.startswith(f"{code}  ")
    assert len(story) > 20
    assert remedy.startswith("What to do: ")
    assert all(line.startswith("In a file from elsewhere: ") for line in elsewhere)


def test_a_code_that_is_none_is_asked_back() -> None:
    ran = in_process("explain", "E834-090")

    assert ran.status == 10
    assert re.search(r"did you mean E834-\d{4}\?|codes look like E834-0203", ran.err)


# --- init -----------------------------------------------------------------------------------------------------------


def test_a_new_workspace_passes_its_own_check_and_its_doctor(tmp_path: Path) -> None:
    made = in_process("init", tmp_path / "benefits")

    assert made.status == 0, made.said
    for name in ("edi834.toml", ".gitignore", "carriers/example/carrier.toml", "state/root.key"):
        assert (tmp_path / "benefits" / name).exists()
    assert (tmp_path / "benefits/state/root.key").stat().st_mode & 0o077 == 0
    check = in_process("--home", tmp_path / "benefits", "--json", "check")
    assert check.status in {0, 4}
    assert "Traceback" not in check.said
    # The example is a draft without a grant and without keys: that, and nothing else, is left to do.
    errors = {e["code"] for e in check.events if e["event"] == "finding" and e["severity"] == "error"}
    assert errors <= {"E834-0201", "E834-0202", "E834-0203"}
    assert in_process("--home", tmp_path / "benefits", "status").status == 0


def test_init_never_overwrites(tmp_path: Path) -> None:
    home = tmp_path / "benefits"
    in_process("init", home)
    (home / "edi834.toml").write_text('[workspace]\nname = "mine"\n', encoding="utf-8")
    key = (home / "state" / "root.key").read_bytes()

    again = in_process("init", home)

    assert again.status == 0
    assert (home / "edi834.toml").read_text(encoding="utf-8") == '[workspace]\nname = "mine"\n'
    assert (home / "state" / "root.key").read_bytes() == key


def test_init_where_nothing_can_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    ran = in_process("init", tmp_path / "file" / "below")

    assert (ran.status, "E834-0012" in ran.err) == (2, True)
