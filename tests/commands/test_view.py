"""``view``: an 834 is shown masked, and revealed only with a reason that a workspace's trail remembers."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi834.x12 import write
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
