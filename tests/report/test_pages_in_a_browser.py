"""The pages that `run`, `preview`, `coverage` and `plan` write: whole by themselves, quiet, and fit for paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.snapshots import PEOPLE, write_snapshot
from tests.commands.workspace import Sample
from tests.report.browser import chromium

PAGES = {
    "run.html": ("run", "northstar-medical", "--dry-run"),
    "preview.html": ("preview", "northstar-medical"),
    "coverage.html": ("coverage", "northstar-medical"),
    "plan.html": ("plan", "northstar-medical"),
}


@pytest.mark.needs("chromium")
def test_every_page_opens_from_disk_asks_nothing_fits_its_window_and_shows_no_value(
    sample: Sample, tmp_path: Path
) -> None:
    snapshot = write_snapshot(tmp_path / "day-1")
    for name, (verb, *arguments) in PAGES.items():
        ran = sample.run(verb, *arguments, "--snapshot", snapshot, "--html", tmp_path / name)
        assert ran.status == 0, (name, ran.err)

    with chromium(tmp_path / "home") as browser:
        browser.size(1280, 900)
        for name in PAGES:
            browser.said.clear()
            browser.asked.clear()
            browser.open(tmp_path / name)
            assert "northstar-medical" in browser.value("document.body.innerText"), name
            assert browser.value("document.documentElement.scrollWidth <= window.innerWidth"), name
            assert browser.paper().startswith(b"%PDF")
            assert browser.said == [], name
            assert [address for address in browser.asked if not address.startswith(("file:", "data:"))] == [], name

    shown = "".join((tmp_path / name).read_text(encoding="utf-8") for name in PAGES)
    for row in PEOPLE.values():
        assert row.get("ssn", "none") not in shown
        assert row["birth_date"] not in shown
