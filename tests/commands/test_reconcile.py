"""A carrier's roster against what was reported and what is true: what differs, since when, whose turn it is, and what a
correction then tells.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.commands.snapshots import members_of, tables_of, write_snapshot
from tests.commands.workspace import Ran, Sample
from tests.scenarios.arrived import people

FEED = "northstar-medical"


@pytest.fixture
def reported(sample: Sample, tmp_path: Path) -> Sample:
    """Northstar was reported three families."""
    sample.only("northstar")
    assert sample.nightly(write_snapshot(tmp_path / "snapshot")).status == 0
    return sample


def held(reported: Sample) -> bytes:
    """What the carrier holds where it took in everything: our first file, coming back."""
    return reported.opened("northstar")[0]


def against(reported: Sample, tmp_path: Path, roster: bytes, *more: str | Path) -> Ran:
    (tmp_path / "roster").write_bytes(roster)
    return reported.json("reconcile", FEED, tmp_path / "roster", *more)


def rows(ran: Ran) -> list[tuple[str, str | None, str, str]]:
    return [(e["kind"], e["member"], e["field"], e["owner"]) for e in ran.events if e["event"] == "difference"]


def without(roster: bytes, ssn: str) -> bytes:
    """The roster without one person, its counts made right."""
    text = roster.decode()
    head, *loops = re.split(r"(?=INS\*)", text)
    loops[-1], tail = loops[-1].split("SE*", 1)
    kept = [loop for loop in loops if f"*{ssn}~" not in loop]
    assert len(kept) == len(loops) - 1
    head = re.sub(r"QTY\*\w\w\*\d+~\r?\n?", "", head)
    body = head[head.index("ST*") :] + "".join(kept)
    count = len([s for s in body.split("~") if s.strip()]) + 1
    return (head + "".join(kept) + f"SE*{count}*" + tail.split("*", 1)[1]).encode()


def member(subscriber: str, at: int = 0) -> dict[str, str]:
    row = members_of(1, (subscriber,))[at]
    return {key: str(value) for key, value in row.items()}


def test_a_roster_that_says_what_was_reported_has_nothing_to_show_whatever_its_delimiters(
    reported: Sample, tmp_path: Path
) -> None:
    ran = against(reported, tmp_path, held(reported))

    assert ran.status == 0, ran.said
    summary = ran.event("summary")
    assert summary["matched"] == summary["reported"] == summary["held"] == len(people(held(reported)))
    assert rows(ran) == []
    other_delimiters = held(reported).replace(b"*", b"|").replace(b"~", b"\n")
    assert against(reported, tmp_path, other_delimiters).status == 0


def test_who_is_missing_is_reported_again_by_a_planned_correction_and_nobody_else_is(
    reported: Sample, tmp_path: Path
) -> None:
    gone = member("J1009")
    roster = without(held(reported), gone["ssn"])

    planned = against(reported, tmp_path, roster, "--correct")

    assert planned.status == 1, planned.said
    assert rows(planned) == [("missing", "juniper/J1009", "person", "carrier")]
    plan = planned.event("summary")["plan"]
    assert reported.nightly(tmp_path / "snapshot").event("feed")["outcome"] == "nothing"  # a plan changes nothing

    assert against(reported, tmp_path, roster, "--correct", "--plan", "0123abcd").status == 6
    made = against(reported, tmp_path, roster, "--correct", "--plan", plan)
    assert (made.status, made.event("summary")["families"]) == (0, 1), made.said
    assert reported.nightly(tmp_path / "snapshot").status == 0
    again = {person.member for person in people(reported.opened("northstar")[1])}
    assert again == {row["member_id"] for row in members_of(1, ("J1009",))}
    assert against(reported, tmp_path, held(reported)).status == 0


def test_another_plan_code_is_different_masked_and_revealed_for_a_reason(reported: Sample, tmp_path: Path) -> None:
    roster = re.sub(rb"(HD\*021\*\*[A-Z]+\*)([A-Z0-9-]+)", rb"\1XX999", held(reported), count=1)
    assert roster != held(reported)

    ran = against(reported, tmp_path, roster)

    (row,) = [e for e in ran.events if e["event"] == "difference"]
    assert (ran.status, row["kind"], row["field"], row["owner"]) == (1, "different", "coverage.plan_code", "carrier")
    assert "XX999" not in ran.said
    assert against(reported, tmp_path, roster, "--reveal").status == 2
    assert "XX999" in against(reported, tmp_path, roster, "--reveal", "--reason", "the carrier called").out


def test_a_difference_is_lived_with_until_a_day_and_only_as_it_is(reported: Sample, tmp_path: Path) -> None:
    roster = without(held(reported), member("J1009")["ssn"])
    (row,) = [e for e in against(reported, tmp_path, roster).events if e["event"] == "difference"]

    no = reported.json("reconcile", FEED, "--accept", "ffff", "--until", "2099-01-01", "--reason", "no")
    assert no.status == 10
    yes = reported.json(
        "reconcile", FEED, "--accept", row["row"][:8], "--until", "2098-12-31", "--reason", "by telephone"
    )
    assert yes.status == 0, yes.said

    again = against(reported, tmp_path, roster)
    (known,) = [e for e in again.events if e["event"] == "difference"]
    assert (again.status, known["row"], known["accepted_until"]) == (0, row["row"], "2098-12-31")
    assert known["first_seen"] == row["first_seen"]
    past = reported.json("reconcile", FEED, "--accept", row["row"], "--until", "2001-01-01", "--reason", "until then")
    assert past.status == 0
    assert against(reported, tmp_path, roster).status == 1
    database = b"".join(file.read_bytes() for file in (reported.home / "state").rglob("ledger.db*"))
    assert member("J1009")["ssn"].encode() not in database  # what is remembered of it is about nobody
    assert member("J1009")["last_name"].encode() not in database


def test_whose_turn_it_is_follows_from_what_is_true(reported: Sample, tmp_path: Path) -> None:
    roster = without(held(reported), member("J1009")["ssn"])
    gone = write_snapshot(tmp_path / "other", families=["J1001", "J1020"])

    true = against(reported, tmp_path, roster, "--snapshot", tmp_path / "snapshot")
    vanished = against(reported, tmp_path, roster, "--snapshot", gone)

    assert rows(true) == [("missing", "juniper/J1009", "person", "carrier")]
    assert rows(vanished) == [("missing", "juniper/J1009", "person", "data_owner")]


def test_whom_nobody_reported_of_is_extra(reported: Sample, tmp_path: Path) -> None:
    one = member("J1009")
    roster = held(reported).replace(one["ssn"].encode(), b"999001234").replace(b"J1009", b"Z9999")
    roster = roster.replace(one["first_name"].upper().encode(), b"NOBODY")

    found = rows(against(reported, tmp_path, roster))

    assert ("extra", None, "person", "data_owner") in found
    assert ("missing", "juniper/J1009", "person", "carrier") in found


SPOILT = {
    "half of it": (lambda roster: roster[: len(roster) // 2], "E834-0971"),
    "its end is gone": (lambda roster: roster[: roster.rindex(b"IEA")], "E834-0971"),
    "segments": (lambda roster: roster.replace(b"~SE*", b"~SE*1", 1), "E834-0971"),
    "people": (lambda roster: re.sub(rb"QTY\*TO\*\d+", b"QTY*TO*77", roster), "E834-0971"),
    "other ids": (lambda roster: roster.replace(b"JUNIPER        ", b"SOMEBODY       "), "E834-0970"),
    "nobody of ours": (
        lambda roster: re.sub(rb"\*9\d{8}~", b"*999999999~", roster).replace(b"*J1", b"*Z7"),
        "E834-0970",
    ),
}


def test_a_roster_that_is_not_whole_or_not_ours_is_refused(reported: Sample, tmp_path: Path) -> None:
    roster = held(reported)
    for name, (spoil, code) in SPOILT.items():
        assert spoil(roster) != roster, name
        ran = against(reported, tmp_path, spoil(roster))
        assert ran.status == 6, (name, ran.said)
        assert code in ran.err, name


def test_a_flat_roster_is_read_by_the_layout_described_for_it(reported: Sample, tmp_path: Path) -> None:
    folder = reported.home / "carriers/northstar/rosters"
    folder.mkdir()
    (folder / f"{FEED}.toml").write_text(LAYOUT, encoding="utf-8")
    lines = ["Employee,Person,Last,First,Line,Plan,From"]
    tables = tables_of(1, ("J1001", "J1009", "J1020"))
    names = {row["member_id"]: row for row in tables["members"]}
    for span in tables["coverages"]:
        if span["carrier_id"] == "northstar" and not span.get("end_date"):
            who = names[span["member_id"]]
            plan = "OTHER" if span["member_id"] == "J1009" else span["plan_code"]
            lines.append(
                f"{who['subscriber_id']},{who['member_id']},{who['last_name']},{who['first_name']},"
                f"{'MED' if span['benefit'] == 'medical' else 'RX'},{plan},{span['effective_date']}"
            )
    ran = against(reported, tmp_path, ("\r\n".join(lines) + "\r\n").encode())

    assert ran.status == 1, ran.said
    assert {(kind, who, name) for kind, who, name, _ in rows(ran)} == {
        ("different", "juniper/J1009", "coverage.plan_code")
    }
    assert against(reported, tmp_path, b"no,roster\r\n").status == 6


LAYOUT = """format = "delimited"

[layout]
encoding = "utf-8"
line_end = "CRLF"
delimiter = ","
quoting = "minimal"
header_row = true

[[layout.record]]
name = "P"
level = "person_coverage"
fields = [
    { name = "Employee", value = "subscriber.member_id" },
    { name = "Person", value = "member.member_id" },
    { name = "Last", value = "member.last_name" },
    { name = "First", value = "member.first_name" },
    { name = "Line", value = "coverage.benefit | lookup('lines')" },
    { name = "Plan", value = "coverage.plan_code" },
    { name = "From", value = "span.begin | date('YYYY-MM-DD')" },
]

[tables.lines]
medical = "MED"
pharmacy = "RX"
"""


def test_files_of_two_forms_are_compared_as_facts(reported: Sample, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "a.834", tmp_path / "b.834"
    ours.write_bytes(held(reported))
    theirs.write_bytes(re.sub(rb"(DTP\*348\*D8\*)(\d{8})", rb"\g<1>20200101", held(reported), count=1))

    assert reported.json("compare", ours, ours, "--facts").status == 0
    ran = reported.json("compare", ours, theirs, "--facts", "--feed", FEED)
    assert ran.status == 1
    assert ran.event("difference")["fact"] == "span.begin"
    flat = tmp_path / "flat.txt"
    flat.write_text("D,1\r\n", encoding="ascii")
    assert "E834-0974" in reported.json("compare", ours, flat, "--facts").err
