"""The run report as a page: feeds, counts, what is held, quarantined and late; and no value about anybody."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from edi834.errors import Place
from edi834.feed.outcome import FeedOutcome, Word
from edi834.model import FeedId, Finding, Severity
from edi834.report.run_page import run_page
from tests.feed.builders import an_outcome
from tests.report.browser import chromium

DUE = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
WRONG = Finding("E834-0102", Severity.ERROR, "unknown key 'stgae'", place=Place("carriers/cedar/feeds/dental.toml", 6))


def _night() -> list[FeedOutcome]:
    counts = {"added": 18, "changed": 22, "ended": 3, "quarantined": 4, "missing": 2}
    many = tuple(Finding("E834-0363", Severity.ERROR, f"row {n}", remedy="mend it") for n in range(30))
    return [
        an_outcome(0, counts=counts, held_members=1204, control_number=418, answer_due_hours=48),
        an_outcome(6, Word.HELD, code="E834-0912", message="terminations 14.2% > 10% (30 of 212)",
                   remedy="edi834 approve 7f3c"),
        an_outcome(3, findings=many),
        an_outcome(4, Word.FAILED, code="E834-0412", message="plan code <b> is not in the table"),
    ]  # fmt: skip


def _drawn() -> str:
    overdue = {FeedId("feed-3"): DUE}
    return run_page(_night(), 3, day=date(2026, 11, 22), overdue=overdue, configuration=[WRONG])


def test_every_feed_has_a_line_with_its_counts_and_its_ending() -> None:
    rows = re.findall(r"<tr>\s*<td class=\"feed\">(.*?)</tr>", _drawn(), re.DOTALL)

    assert len(rows) == 4
    assert all(words in rows[0] for words in ("✓ delivered", "1,204", "18", "22", "000000418", "due in 48 h"))
    assert "! held" in rows[1]
    assert "overdue since 2026-11-20 14:00" in rows[2]
    assert "✗ nothing sent" in rows[3]


def test_what_a_person_must_decide_stands_with_why_and_what_to_type() -> None:
    text = _drawn()

    assert "terminations 14.2% &gt; 10% (30 of 212)" in text
    assert "edi834 approve 7f3c" in text
    assert "and 5 more: <code>edi834 plan feed-3</code>" in text
    assert "carriers/cedar/feeds/dental.toml:6" in text


def test_nothing_in_it_is_markup_and_nothing_is_loaded() -> None:
    text = _drawn()

    assert "code <b> is" not in text
    assert "code &lt;b&gt; is" in text
    assert "default-src 'none'" in text
    assert not re.search(r"""<script|(?:src|href)\s*=\s*["'](?!data:)|@import|url\(|https?://""", text)


def test_a_night_on_which_no_feed_was_due_is_a_page_too() -> None:
    text = run_page([], 0, day=date(2026, 11, 22), overdue={})

    assert "0 feeds, exit 0" in text
    assert "What a person should look at" not in text


@pytest.mark.needs("chromium")
def test_opened_from_disk_it_says_and_asks_nothing_and_prints(tmp_path: Path) -> None:
    file = tmp_path / "run.html"
    file.write_text(_drawn(), encoding="utf-8")
    with chromium(tmp_path / "home") as browser:
        browser.size(1280, 900)
        browser.open(file)

        assert browser.value("document.querySelectorAll('tbody tr').length") == 4
        assert browser.value("document.documentElement.scrollWidth <= window.innerWidth")
        assert browser.paper().startswith(b"%PDF")
        assert browser.said == []
        assert [address for address in browser.asked if not address.startswith(("file:", "data:"))] == []
