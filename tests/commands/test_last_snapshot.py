"""Commands that name no snapshot look at the one last run, of the day that it was run for."""

from __future__ import annotations

import os
from pathlib import Path

from tests.commands.snapshots import write_snapshot
from tests.commands.workspace import Sample

FEED = "northstar-medical"
LONG_AGO = 1_700_000_000


def without_manifest(folder: Path, number: int) -> Path:
    """An export that does not say of which day it is, written long ago."""
    snapshot = write_snapshot(folder, number)
    (snapshot / "manifest.json").unlink()
    for file in snapshot.iterdir():
        os.utime(file, (LONG_AGO, LONG_AGO))
    return snapshot


def test_the_day_that_a_run_was_given_is_remembered_with_its_snapshot(sample: Sample, tmp_path: Path) -> None:
    sample.only("northstar").nightly(without_manifest(tmp_path / "first", 1), "--as-of", "2026-11-01")

    planned = sample.json("plan", FEED)
    assert planned.status == 0, planned.err
    assert sample.json("preview", FEED).status == 0
    assert sample.json("plan", FEED, "--as-of", "2026-10-31").status == 6, "an older day is another day"


def test_a_family_is_approved_without_naming_the_snapshot_again(sample: Sample, tmp_path: Path) -> None:
    sample.only("northstar")
    sample.rewrite("carriers/northstar/mappings/medical.toml", "[rules]\n", '[rules]\nidentity_change = "hold"\n')
    sample.nightly(write_snapshot(tmp_path / "first", 1))
    second = write_snapshot(tmp_path / "second", 1, dated=2, edit=lambda t: t["members"][0].update(gender="U"))
    (second / "manifest.json").unlink()
    for file in second.iterdir():
        os.utime(file, (LONG_AGO, LONG_AGO))
    ran = sample.nightly(second, "--as-of", "2026-11-02")
    member = next(e["about"] for e in sample.json("plan", FEED).events if e.get("code") == "E834-0917")

    assert ran.event("feed")["counts"]["waiting"] == 1
    approved = sample.json("approve", f"{FEED}/{member.split('/')[1]}", "--reason", "the benefits office says so")
    assert approved.status == 0, approved.err
    assert sample.json("plan", FEED).event("summary")["counts"]["waiting"] == 0
