"""A carrier's answers taken in by hand: a rejected set is reported again, whole, by the next run, and nothing else is.

The answers are written here as a carrier's translator writes them. What a verdict does to the baseline, in every order
of answers, is tested in ``tests/ledger`` and ``tests/contract``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.commands.snapshots import members_of, write_snapshot
from tests.commands.workspace import Ran, Sample
from tests.scenarios.arrived import people

SETS = {"0001": "J1001", "0002": "J1009", "0003": "J1020"}
"""At most four people a set, and a family is never split."""


def envelope(inside: str, groups: int, number: int = 7, us: str = "JUNIPER") -> bytes:
    head = f"ISA*00*          *00*          *ZZ*NORTHSTAR      *ZZ*{us:<15}*261102*0900*^*00501*{number:09}*0*T*:~"
    return f"{head}\n{inside}IEA*{groups}*{number:09}~\n".encode()


def a_999(verdicts: Mapping[str, str], *, on: int, overall: str | None = None, number: int = 7) -> bytes:
    """A 999 on one of our groups: the verdict of each of its sets."""
    accepted = sum(letter in {"A", "E"} for letter in verdicts.values())
    letter = overall or ("A" if accepted == len(verdicts) else "P" if accepted else "R")
    lines = ["ST*999*0001*005010X231A1", f"AK1*BE*{on}*005010X220A1"]
    for one, verdict in verdicts.items():
        lines += [f"AK2*834*{one}*005010X220A1", f"IK5*{verdict}" + ("*5" if verdict == "R" else "")]
    lines.append(f"AK9*{letter}*{len(verdicts)}*{len(verdicts)}*{accepted}")
    lines.append(f"SE*{len(lines) + 1}*0001")
    group = f"GS*FA*NORTHSTAR*JUNIPER*20261102*0900*{number}*X*005010X231A1"
    inside = "".join(f"{line}~\n" for line in (group, *lines, f"GE*1*{number}"))
    return envelope(inside, 1, number)


def a_ta1(letter: str, note: str, *, on: int) -> bytes:
    return envelope(f"TA1*{on:09}*261101*1200*{letter}*{note}~\n", 0)


@pytest.fixture
def reported(sample: Sample, tmp_path: Path) -> Sample:
    """Northstar was reported three families, in three sets."""
    sample.only("northstar")
    sample.rewrite(
        "carriers/northstar/feeds/medical.toml", "members_per_transaction = 10000", "members_per_transaction = 4"
    )
    assert sample.nightly(write_snapshot(tmp_path / "snapshot")).status == 0
    assert [s["number"] for s in sample.newest("northstar")["sets"]] == list(SETS)
    return sample


def taken_in(sample: Sample, tmp_path: Path, content: bytes, name: str = "answer.edi") -> Ran:
    (tmp_path / name).write_bytes(content)
    return sample.json("ack", tmp_path / name)


def again(sample: Sample, tmp_path: Path) -> Ran:
    return sample.nightly(tmp_path / "snapshot")


def test_an_accepted_file_is_acknowledged_and_nobody_is_reported_again(reported: Sample, tmp_path: Path) -> None:
    ran = taken_in(reported, tmp_path, a_999(dict.fromkeys(SETS, "A"), on=1))

    assert ran.status == 0, ran.said
    answer = ran.event("answer")
    assert (answer["kind"], answer["control_number"], answer["state"]) == ("999", 1, "acknowledged")
    assert answer["accepted"] == list(SETS)
    assert again(reported, tmp_path).event("feed")["outcome"] == "nothing"
    assert {s["verdict"] for s in reported.newest("northstar")["sets"]} == {"A"}


@pytest.mark.parametrize("rejected", [("0002",), ("0001", "0003"), tuple(SETS)])
def test_the_next_run_tells_exactly_the_families_of_the_rejected_sets(
    rejected: tuple[str, ...], reported: Sample, tmp_path: Path
) -> None:
    ran = taken_in(reported, tmp_path, a_999({one: "R" if one in rejected else "A" for one in SETS}, on=1))
    assert ran.status == 11
    assert ran.event("answer")["rejected"] == list(rejected)
    assert reported.newest("northstar")["state"] == ("rejected" if len(rejected) == 3 else "partly_rejected")
    assert reported.json("status").status == 11

    second = again(reported, tmp_path)

    assert second.status == 0, second.said
    content = reported.opened("northstar")[1]
    wanted = [row["member_id"] for one in rejected for row in members_of(1, (SETS[one],))]
    assert [person.member for person in people(content)] == wanted
    assert {person.action for person in people(content)} == {"021"}
    assert reported.newest("northstar")["control_number"] == 2
    assert again(reported, tmp_path).event("feed")["outcome"] == "nothing"
    numbers = ("0001", "0002", "0003")[: len(rejected)]
    assert taken_in(reported, tmp_path, a_999(dict.fromkeys(numbers, "A"), on=2)).status == 0
    assert reported.json("status").status == 0


def test_the_same_answer_twice_is_one_answer(reported: Sample, tmp_path: Path) -> None:
    answer = a_999({"0001": "A", "0002": "R", "0003": "A"}, on=1)
    first = taken_in(reported, tmp_path, answer)
    again(reported, tmp_path)

    second = taken_in(reported, tmp_path, answer, "once-more.edi")

    assert (first.status, second.status) == (11, 11)
    assert second.event("answer")["state"] == "partly_rejected"
    assert again(reported, tmp_path).event("feed")["outcome"] == "nothing"


def test_an_answer_to_nothing_of_ours_changes_nothing(reported: Sample, tmp_path: Path) -> None:
    number = taken_in(reported, tmp_path, a_999({"0001": "R"}, on=99))
    stranger = taken_in(reported, tmp_path, a_999({"0001": "R"}, on=1).replace(b"JUNIPER ", b"SPRUCE  "))

    for ran in (number, stranger):
        assert ran.status == 10, ran.said
        assert ran.event("answer")["transmission"] is None
        assert "E834-0920" in ran.out
    assert reported.newest("northstar")["state"] == "delivered"
    assert again(reported, tmp_path).event("feed")["outcome"] == "nothing"


def test_an_answer_that_contradicts_an_earlier_one_stops_the_feed(reported: Sample, tmp_path: Path) -> None:
    """A06: the first stands, and a person asks the carrier which it is."""
    taken_in(reported, tmp_path, a_999(dict.fromkeys(SETS, "A"), on=1))

    ran = taken_in(reported, tmp_path, a_999({"0001": "A", "0002": "R", "0003": "A"}, on=1, number=8), "second.edi")

    assert ran.status == 6
    assert "E834-0715" in ran.err
    assert reported.newest("northstar")["state"] == "acknowledged"
    assert again(reported, tmp_path).status == 6


@pytest.mark.parametrize(
    ("letter", "note", "status", "state"),
    [("A", "000", 0, "delivered"), ("E", "022", 0, "delivered"), ("R", "022", 11, "rejected")],
)
def test_a_ta1_speaks_for_the_whole_file(
    letter: str, note: str, status: int, state: str, reported: Sample, tmp_path: Path
) -> None:
    """E means that it was taken with errors: sending it again would be the mistake (A03)."""
    ran = taken_in(reported, tmp_path, a_ta1(letter, note, on=1))

    assert ran.status == status, ran.said
    assert (ran.event("answer")["kind"], reported.newest("northstar")["state"]) == ("TA1", state)
    sent = again(reported, tmp_path).event("feed")
    assert sent["counts"]["added"] == (9 if state == "rejected" else 0)


def test_a_duplicate_that_we_made_ourselves_is_no_rejection(reported: Sample, tmp_path: Path) -> None:
    """A01: we sent the same bytes twice, and the carrier says so."""
    identity = reported.newest("northstar")["transmission"]
    (swept,) = reported.inboxes["northstar"].iterdir()
    swept.unlink()
    assert reported.json("resend", identity, "--same-bytes").status == 0

    ran = taken_in(reported, tmp_path, a_ta1("R", "025", on=1))

    assert ran.status == 0, ran.said
    assert reported.newest("northstar")["state"] == "delivered"
    assert again(reported, tmp_path).event("feed")["outcome"] == "nothing"


@pytest.mark.parametrize(
    "content",
    [b"", b"not an answer", b"ISA*00*", a_999({"0001": "R"}, on=1)[:150], b"\x00\xff" * 100, b"<html>Sorry</html>"],
)
def test_a_garbled_answer_changes_nothing_and_is_no_traceback(content: bytes, reported: Sample, tmp_path: Path) -> None:
    """A07."""
    ran = taken_in(reported, tmp_path, content)

    assert ran.status not in {0, 1}, ran.said
    assert "E834-" in ran.said
    assert "Traceback" not in ran.said
    assert reported.newest("northstar")["state"] == "delivered"


def test_an_answer_that_is_not_there_is_named(reported: Sample, tmp_path: Path) -> None:
    ran = reported.json("ack", tmp_path / "nowhere.edi")

    assert ran.status == 10
    assert "E834-0009" in ran.err


def test_several_answers_at_once_are_each_taken_in(reported: Sample, tmp_path: Path) -> None:
    (tmp_path / "one.edi").write_bytes(a_999(dict.fromkeys(SETS, "A"), on=1))
    (tmp_path / "two.edi").write_bytes(a_999({"0001": "A"}, on=44))

    ran = reported.json("ack", tmp_path / "one.edi", tmp_path / "two.edi")

    assert ran.status == 10
    assert [e["control_number"] for e in ran.events if e["event"] == "answer"] == [1, 44]
    assert reported.newest("northstar")["state"] == "acknowledged"
