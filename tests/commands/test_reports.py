"""A carrier's own report on people: those it rejects are reported again with the family; a report counts once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.snapshots import members_of, write_snapshot
from tests.commands.test_answers import SETS, a_999, taken_in
from tests.commands.workspace import Ran, Sample
from tests.scenarios.arrived import people

CSV = """feed = "northstar-medical"
files = "RPT_*.csv"
ignore = ["TOTAL"]

[columns]
member = "Member"
verdict = "Result"
code = "Error"
file = "File"

[verdicts]
accepted = ["A", "P"]
rejected = ["R"]
"""
FIXED = """feed = "northstar-medical"
files = "RPT_*.txt"
layout = "fixed"
encoding = "ascii"
ignore = ["H", "T"]

[columns]
member = "2-11"
verdict = "12"
code = "13-16"

[verdicts]
accepted = ["A"]
rejected = ["R"]
"""


@pytest.fixture
def reported(sample: Sample, tmp_path: Path) -> Sample:
    """Three families were reported to Northstar, in three sets, and accepted."""
    sample.only("northstar")
    sample.rewrite(
        "carriers/northstar/feeds/medical.toml", "members_per_transaction = 10000", "members_per_transaction = 4"
    )
    folder = sample.home / "carriers/northstar/reports"
    folder.mkdir()
    (folder / "outcome.toml").write_text(CSV, encoding="utf-8")
    (folder / "outcome-fixed.toml").write_text(FIXED, encoding="utf-8")
    assert sample.nightly(write_snapshot(tmp_path / "snapshot")).status == 0
    assert taken_in(sample, tmp_path, a_999(dict.fromkeys(SETS, "A"), on=1)).status == 0
    return sample


def report_in(sample: Sample, tmp_path: Path, text: str, name: str = "RPT_1.csv", *more: str) -> Ran:
    (tmp_path / name).write_bytes(text.encode())
    return sample.json("ack", *more, tmp_path / name)


def reported_in(sample: Sample, number: int) -> list[str]:
    return [person.member for person in people(sample.opened("northstar")[number])]


def family(subscriber: str) -> list[str]:
    return [row["member_id"] for row in members_of(1, (subscriber,))]


def rows(*lines: str) -> str:
    return "\r\n".join(("Member,File,Result,Error", *lines, "TOTAL,3")) + "\r\n"


def test_the_family_of_a_rejected_member_is_reported_again_and_no_other(reported: Sample, tmp_path: Path) -> None:
    dependent = family("J1009")[-1]

    ran = report_in(reported, tmp_path, rows(f'"{dependent}",,R,E104', "J1001,,A,", "J1020,,P,"))

    assert ran.status == 11, ran.said
    report = ran.event("report")
    assert (report["rejected"], report["accepted"], list(report["reverted"].values())) == (1, 2, [1])
    assert reported.newest("northstar")["state"] == "acknowledged"
    assert reported.nightly(tmp_path / "snapshot").status == 0
    assert reported_in(reported, 1) == family("J1009")
    assert reported.nightly(tmp_path / "snapshot").event("feed")["outcome"] == "nothing"
    assert "E104" in reported.run("show", reported.transmissions("northstar")[0]["transmission"]).out


def test_the_same_report_twice_is_one_report(reported: Sample, tmp_path: Path) -> None:
    text = rows("J1009,,R,E104")
    assert report_in(reported, tmp_path, text).status == 11
    assert reported.nightly(tmp_path / "snapshot").status == 0

    again = report_in(reported, tmp_path, text, "RPT_2.csv")

    assert (again.status, again.event("report")["new"]) == (11, False)
    assert reported.nightly(tmp_path / "snapshot").event("feed")["outcome"] == "nothing"


def test_a_report_without_a_rejection_moves_nothing(reported: Sample, tmp_path: Path) -> None:
    assert report_in(reported, tmp_path, rows("J1009,,A,", "J1001,,A,")).status == 0
    assert reported.nightly(tmp_path / "snapshot").event("feed")["outcome"] == "nothing"


@pytest.mark.parametrize("named", ["reference", "control_number"])
def test_a_report_on_an_older_file_reverts_from_that_file_on(named: str, reported: Sample, tmp_path: Path) -> None:
    first = reported.newest("northstar")
    newer = write_snapshot(tmp_path / "newer", 1, dated=2, edit=lambda t: t["members"][0].update(city="Nampa"))
    assert reported.nightly(newer).status == 0
    changed = reported_in(reported, 1)[0]

    assert report_in(reported, tmp_path, rows(f"{changed},{first[named]},R,E1")).status == 11

    # The carrier rejected one member, and may have taken the others: the family is stated whole.
    assert reported.nightly(newer).event("feed")["counts"]["restated"] == len(family(changed))


def test_rows_about_nobody_of_ours_are_named_by_number_and_change_nothing(reported: Sample, tmp_path: Path) -> None:
    ran = report_in(reported, tmp_path, rows("J1001,,A,", "900-12-3456,,R,E1", "J1009,NOT-OURS,R,E2"))

    assert ran.event("report")["unmatched"] == [3, 4]
    assert ran.event("finding")["code"] == "E834-0952"
    assert "3456" not in ran.said
    assert reported.nightly(tmp_path / "snapshot").event("feed")["outcome"] == "nothing"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (rows("J1009,,R,E104", "J1001,,A"), "E834-0950"),  # cut short
        (rows("J1009,,R,E104", "J1001,,A,,extra"), "E834-0950"),
        (rows("J1009,,R,E104", "J1001,,Rejected,"), "E834-0951"),
        (rows("J1009,,R,E104", ",,R,E1"), "E834-0950"),
        (rows("J1009,,R,E104", '"J1001,,A,'), "E834-0950"),
        (rows("J1009,,R,E104").replace("Member", "Mitglied"), "E834-0950"),
        (rows("J1009,,R,E104").replace("File", "Member"), "E834-0950"),
        (rows("J1009,,R,E1\0"), "E834-0950"),
        (rows("J1009,,R,E1" + "4" * 5_000_000), "E834-0950"),
    ],
)
def test_a_report_that_is_not_understood_whole_changes_nothing(
    text: str, code: str, reported: Sample, tmp_path: Path
) -> None:
    ran = report_in(reported, tmp_path, text)

    assert (ran.status, ran.event("finding")["code"]) == (3, code), ran.said
    assert "J1009" not in ran.said
    assert reported.nightly(tmp_path / "snapshot").event("feed")["outcome"] == "nothing"


def test_a_report_in_other_characters_changes_nothing(reported: Sample, tmp_path: Path) -> None:
    (tmp_path / "RPT_1.txt").write_bytes("DJ1009     RÄ104\n".encode())

    ran = reported.json("ack", tmp_path / "RPT_1.txt")

    assert (ran.status, ran.event("finding")["code"]) == (3, "E834-0950")


def test_a_fixed_report_is_read_by_its_columns(reported: Sample, tmp_path: Path) -> None:
    text = "HDR20261101\nDJ1009     RE104\nDJ1001     A    \nT0002\n"

    ran = report_in(reported, tmp_path, text, "RPT_1.txt")

    assert ran.status == 11, ran.said
    assert reported.nightly(tmp_path / "snapshot").status == 0
    assert reported_in(reported, 1) == family("J1009")
    assert report_in(reported, tmp_path, "DJ1\n", "RPT_2.txt").status == 3


def test_words_where_a_code_should_be_are_not_kept(reported: Sample, tmp_path: Path) -> None:
    assert report_in(reported, tmp_path, rows("J1009,,R,Marmaduke Mortimer is not eligible")).status == 11
    assert "Marmaduke" not in reported.run("show", reported.newest("northstar")["transmission"]).out


def test_a_report_is_chosen_by_name_where_its_file_is_not_named_so(reported: Sample, tmp_path: Path) -> None:
    chosen = report_in(reported, tmp_path, rows("J1009,,R,E1"), "other.csv", "--report", "northstar/outcome")
    unknown = reported.json("ack", "--report", "northstar/outcom", tmp_path / "other.csv")

    assert chosen.status == 11
    assert (unknown.status, "E834-0953" in unknown.err) == (10, True)


def test_a_report_in_the_outbox_is_known_by_its_name(reported: Sample, tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    folder.mkdir()
    (folder / "RPT_7.csv").write_text(rows("J1009,,R,E1"), encoding="utf-8")
    file = reported.home / "carriers/northstar/carrier.toml"
    with file.open("a", encoding="utf-8") as carrier:
        carrier.write(f'\n[outbox]\nfolder = "{folder}"\nafter = "remove"\n')

    ran = reported.json("poll")

    assert (ran.status, list(folder.iterdir())) == (11, [])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("northstar-medical", "northstar-dental"),
        ('rejected = ["R"]', 'rejected = ["A"]'),
        ('member = "Member"\n', ""),
        ('files = "RPT_*.csv"\n', ""),
        ("ignore", "ignroe"),
        ('files = "RPT_*.csv"\n', 'files = "RPT_*.csv"\nheader = false\n'),
        ('files = "RPT_*.csv"\n', 'files = "RPT_*.csv"\ndelimiter = "||"\n'),
        ("[columns]", "[columns"),
    ],
)
def test_a_mistake_in_a_description_is_placed(old: str, new: str, reported: Sample) -> None:
    reported.rewrite("carriers/northstar/reports/outcome.toml", old, new)

    ran = reported.json("check")

    assert ran.status == 4
    assert any("reports/outcome.toml" in (e.get("where") or "") for e in ran.events if e["event"] == "finding")


def test_what_a_999_complains_of_is_shown_with_the_member_it_is_about(reported: Sample, tmp_path: Path) -> None:
    """Segment position → member: the positions are those of the file that was sent, whatever became of the mapping."""
    assert report_in(reported, tmp_path, rows("J1009,,R,E1")).status == 11
    assert reported.nightly(tmp_path / "snapshot").status == 0
    wanted = family("J1009")
    lines = reported.opened("northstar")[1].decode().replace("\n", "").split("~")
    lines = lines[next(at for at, line in enumerate(lines) if line.startswith("ST*")) :]
    begins = [at + 1 for at, line in enumerate(lines) if line.startswith("INS*")]
    assert len(begins) == len(wanted)
    last = next(at for at, line in enumerate(lines) if line.startswith("SE*"))
    asked = {
        2: None,
        begins[0] - 1: None,
        begins[0]: wanted[0],
        begins[1] - 1: wanted[0],
        begins[1]: wanted[1],
        last: wanted[-1],
        last + 1: None,
    }
    ik3 = "".join(f"IK3*NM1*{position}*2100*8~\nIK4*3*1035*1~\n" for position in asked)
    answer = a_999({"0001": "R"}, on=2).replace(b"IK5*R", ik3.encode() + b"IK5*R")
    answer = answer.replace(b"SE*6*", f"SE*{6 + 2 * len(asked)}*".encode())

    ran = taken_in(reported, tmp_path, answer, "complaints.edi")

    found = {c["position"]: c["member"] for c in ran.event("answer")["complaints"]}
    assert found == {at: f"juniper/{member}" if member else None for at, member in asked.items()}
    assert ran.event("answer")["complaints"][0]["elements"] == ["03 1"]
    identity = reported.newest("northstar")["transmission"]
    shown = [e for e in reported.json("show", identity).events if e["event"] == "complaint"]
    assert {c["position"]: c["member"] for c in shown} == found
    assert f"about juniper/{wanted[1]}" in reported.run("show", identity).out
