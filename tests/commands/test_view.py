"""``view``: an 834 is shown masked, and revealed only with a reason that a workspace's trail remembers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from edi834.x12 import write
from tests.commands.snapshots import PEOPLE, write_snapshot
from tests.commands.workspace import Sample, in_process
from tests.x12.builders import of_members
from tests.x12.shapes import SHAPES

GOOD = write(of_members(*SHAPES["a new hire with medical and dental and a child"])).text
BAD = GOOD.replace(b"HD*021**HLT", b"HD*021**LIF", 1)


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file outside of every workspace."""
    (tmp_path / "night.834").write_bytes(BAD)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EDI834_HOME", raising=False)
    return tmp_path / "night.834"


def test_in_the_terminal_elements_are_named_and_values_masked(file: Path) -> None:
    ran = in_process("view", file)

    assert ran.status == 0
    assert "INS03    Maintenance type" in ran.out
    assert "021  addition" in ran.out
    assert "E834-1012" in ran.out
    assert "JANE" not in ran.said
    assert "900456789" not in ran.said


def test_a_page_is_written_for_its_owner_and_masked(file: Path, tmp_path: Path) -> None:
    ran = in_process("--json", "view", file, "--html", tmp_path / "night.html")
    page = tmp_path / "night.html"

    assert ran.status == 0
    assert ran.event("summary")["html"] == str(page)
    assert page.stat().st_mode & 0o777 == 0o600
    assert b"JANE" not in page.read_bytes()
    assert b"E834-1012" in page.read_bytes()


def test_without_a_reason_nothing_is_revealed(file: Path, tmp_path: Path) -> None:
    ran = in_process("--json", "view", file, "--html", tmp_path / "night.html", "--reveal")

    assert (ran.status, "E834-0004" in ran.err) == (2, True)
    assert not (tmp_path / "night.html").exists()


def test_outside_of_a_workspace_revealing_says_that_it_is_not_recorded(file: Path, tmp_path: Path) -> None:
    ran = in_process("--json", "view", file, "--html", tmp_path / "night.html", "--reveal", "--reason", "ticket 17")

    assert ran.status == 0
    assert "cannot be recorded" in ran.err
    assert ran.event("summary")["recorded"] is False
    page = (tmp_path / "night.html").read_bytes()
    assert b"JANE" in page
    assert b"ticket 17" in page


def test_in_a_workspace_revealing_goes_into_the_trail(sample: Sample, file: Path) -> None:
    ran = sample.json("view", file, "--reveal", "--reason", "ticket 17")

    assert (ran.status, ran.event("summary")["recorded"]) == (0, True)
    with sample.ledger() as ledger:
        (entry,) = [e for e in ledger.trail("night.834") if e.action == "revealed"]
    assert (entry.detail["reason"], entry.detail["command"]) == ("ticket 17", "view")
    assert entry.detail["digest"] == ran.event("summary")["digest"]


def test_looking_without_revealing_leaves_no_line_in_the_trail(sample: Sample, file: Path) -> None:
    assert sample.run("view", file).status == 0

    with sample.ledger() as ledger:
        assert [e for e in ledger.trail("night.834") if e.action == "revealed"] == []


def test_only_what_has_findings_is_shown_on_request(file: Path) -> None:
    everything, found = in_process("view", file), in_process("view", file, "--findings")

    assert "Envelope" in everything.out
    assert "Envelope" not in found.out
    assert "E834-1012" in found.out


def test_a_page_never_replaces_the_file_it_shows(file: Path) -> None:
    ran = in_process("--json", "view", file, "--html", file)

    assert (ran.status, "E834-0031" in ran.err) == (2, True)
    assert file.read_bytes() == BAD


def test_what_is_not_there_is_said_by_its_name(file: Path) -> None:
    ran = in_process("--json", "view", file.with_name("none.834"))

    assert (ran.status, "E834-0030" in ran.err) == (10, True)


def test_any_bytes_are_shown(file: Path) -> None:
    file.write_bytes(bytes(range(256)) * 40)

    assert in_process("view", file, "--html", file.with_suffix(".html")).status == 0


def test_two_files_are_put_side_by_side_in_the_terminal_and_on_a_page(file: Path, tmp_path: Path) -> None:
    other, page = tmp_path / "other.834", tmp_path / "both.html"
    other.write_bytes(file.read_bytes().replace(b"*ECH~", b"*FAM~", 1))
    shown = in_process("view", file, "--beside", other)
    drawn = in_process("view", file, "--beside", other, "--html", page)

    assert (shown.status, drawn.status) == (0, 0)
    assert "HD05 Coverage level: ECH → FAM" in shown.out
    assert "1 different" in shown.out
    assert b"Side by side" in page.read_bytes()
    assert "JANE" not in shown.out + page.read_text(encoding="utf-8")


def test_a_page_replaces_neither_of_the_two_files(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.834"
    other.write_bytes(file.read_bytes())
    ran = in_process("view", file, "--beside", other, "--html", other)

    assert ran.status == 2
    assert other.read_bytes() == file.read_bytes()


# --- a file of ours ---------------------------------------------------------------------------------------------------


@pytest.fixture
def arrived(sample: Sample) -> Path:
    """What a carrier got from the sample's workspace."""
    assert sample.only("northstar").nightly(write_snapshot(sample.home / "day-1")).status == 0
    (content,) = sample.opened("northstar")
    file = sample.home / "arrived.834"
    file.write_bytes(content)
    return file


def test_a_file_that_was_sent_from_here_is_known_again_and_says_where_its_elements_come_from(
    sample: Sample, arrived: Path
) -> None:
    ran, reported = sample.run("view", arrived), sample.json("view", arrived).event("summary")

    assert ran.status == 0
    assert reported["feed"] == "northstar-medical"
    assert f"feed northstar-medical to Northstar Health Plan, transmission {reported['transmission']}" in ran.out
    lines = ran.out.splitlines()
    at = next(n for n, line in enumerate(lines) if "NM103    Last name" in line)
    assert re.search(r"← member\.last_name +.*\.toml:\d+", lines[at + 1])
    assert not [row["ssn"] for row in PEOPLE.values() if row.get("ssn", "none") in ran.out]


def test_its_page_names_the_feed_and_where_each_element_comes_from(sample: Sample, arrived: Path) -> None:
    page = sample.home / "arrived.html"

    assert sample.run("view", arrived, "--html", page).status == 0
    text = page.read_text(encoding="utf-8")
    assert "feed <b>northstar-medical</b>" in text
    facts = json.loads(text.partition('id="facts">')[2].partition("</script>")[0])
    assert facts["from"]["2100A/NM1"]["03"].startswith("member.last_name")
    assert facts["from"]["2000/REF[0F]"]["02"]


def test_that_the_mapping_has_changed_since_is_said(sample: Sample, arrived: Path) -> None:
    mapping = next((sample.home / "carriers" / "northstar").rglob("mappings/*.toml"))
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(text.replace("[set]", '[set]\n"2100A/PER" = false', 1), encoding="utf-8")

    assert "the mapping has changed since" in sample.run("view", arrived).out


def test_a_file_from_elsewhere_is_no_file_of_ours_unless_somebody_says_so(sample: Sample, file: Path) -> None:
    of_nobody, said = sample.json("view", file), sample.json("view", file, "--feed", "northstar-medical")

    assert (of_nobody.event("summary")["feed"], of_nobody.event("summary")["transmission"]) == (None, None)
    assert (said.event("summary")["feed"], said.event("summary")["transmission"]) == ("northstar-medical", None)
    assert sample.json("view", file, "--feed", "nobody").status == 10
    assert "E834-0033" in sample.json("view", file, "--feed", "harbor-fsa").err


def test_a_workspace_that_cannot_be_asked_keeps_nobody_from_looking(sample: Sample, file: Path) -> None:
    (sample.home / "edi834.toml").write_text("nonsense", encoding="utf-8")

    assert sample.run("view", file).status == 0
