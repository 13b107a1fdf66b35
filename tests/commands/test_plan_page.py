"""The plan as a page, and the snapshot that a plan takes where none is named."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import pytest

from tests.commands.snapshots import write_snapshot
from tests.commands.workspace import Sample

FEED = "northstar-medical"


@pytest.fixture
def reported(sample: Sample, tmp_path: Path) -> Sample:
    """Northstar was reported day 1."""
    sample.only("northstar")
    assert sample.nightly(write_snapshot(tmp_path / "day-1", 1)).status == 0
    return sample


def test_the_plan_is_a_page_that_needs_nothing_and_shows_no_value(reported: Sample, tmp_path: Path) -> None:
    page = tmp_path / "plan.html"
    snapshot = write_snapshot(tmp_path / "day-3", 3)

    masked = reported.run("plan", FEED, "--snapshot", snapshot, "--html", page)

    assert (masked.status, f"wrote {page}" in masked.out) == (0, True), masked.said
    text = page.read_text(encoding="utf-8")
    members = [line.split()[1] for line in masked.out.splitlines() if line[:2] in {"+ ", "~ ", "- "}]
    assert members
    assert all(f"</span>{ref} <span" in text for ref in members)
    assert "src=" not in text
    assert "http://" not in text
    assert "https://" not in text
    assert "Values about people are masked" in text
    with reported.ledger() as ledger:
        families = ledger.baseline(FEED, list(ledger.baseline_digests(FEED))).values()  # type: ignore[arg-type]
        names = {str(m.values["last_name"]) for f in families for m in f.family.members}
    assert not any(f">{name}<" in text or f" {name} " in text for name in names)


def test_a_page_with_values_needs_a_reason_and_is_in_the_trail(reported: Sample, tmp_path: Path) -> None:
    page = tmp_path / "plan.html"
    snapshot = write_snapshot(tmp_path / "day-3", 3)
    assert reported.run("plan", FEED, "--snapshot", snapshot, "--html", page, "--reveal").status == 2
    assert not page.exists()

    ran = reported.typed(
        "plan", FEED, "--snapshot", snapshot, "--html", page, "--reveal", "--reason", "the carrier asks"
    )

    assert ran.status == 0, ran.said
    assert "Values are revealed" in page.read_text(encoding="utf-8")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    with reported.ledger() as ledger:
        (line,) = [e for e in ledger.trail(FEED) if e.action == "revealed"]
    assert line.detail["sha256"] == hashlib.sha256(page.read_bytes()).hexdigest()


def test_what_a_guard_holds_stands_on_the_page(reported: Sample, tmp_path: Path) -> None:
    page = tmp_path / "plan.html"
    reported.rewrite("carriers/northstar/feeds/medical.toml", "min_terminations = 5",
                 "min_terminations = 5\nmax_changes_percent = 0\nmin_changes = 0\nmax_growth_percent = 0")  # fmt: skip

    ran = reported.run("plan", FEED, "--snapshot", write_snapshot(tmp_path / "day-3", 3), "--html", page)

    assert ran.status == 6, ran.said
    assert "Would be held" in page.read_text(encoding="utf-8")


def test_the_snapshot_last_run_is_found_though_its_path_looks_like_a_number(sample: Sample, tmp_path: Path) -> None:
    """The trail masks nine digits in a row, whoever wrote them; a path is no datum about a person."""
    sample.only("northstar")
    snapshot = write_snapshot(tmp_path / "export-900456789", 1)
    assert sample.nightly(snapshot).status == 0

    ran = sample.run("plan", FEED)

    assert (ran.status, "nobody changed" in ran.out) == (0, True), ran.said
    with sample.ledger() as ledger:
        assert "900456789" not in str([e.detail for e in ledger.trail("snapshot")])
