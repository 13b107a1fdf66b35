"""The run report as a page: each feed with its counts, what is held and why, what is quarantined, what is late.

It shows counts and references only, like the run report in the terminal, so it may be mailed or kept; it runs no
script. What to type next stands with each feed for which a person must act.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from edi834.feed.outcome import FeedOutcome, Word
from edi834.model import FeedId, Finding, Severity
from edi834.report.page import page
from edi834.report.run_report import MARKS, WORDS

__all__ = ["run_page"]

_COLUMNS = (
    ("held", "held before"), ("added", "added"), ("changed", "changed"), ("ended", "ended"),
    ("reinstated", "reinstated"), ("restated", "restated"), ("missing", "missing"), ("quarantined", "quarantined"),
    ("waiting", "families wait"), ("pending", "pending"),
)  # fmt: skip
_KINDS = {"✓": "done", "-": "skipped", "!": "person", "✗": "failed"}
_MOST_FINDINGS = 25


def run_page(
    outcomes: Sequence[FeedOutcome],
    exit_status: int,
    *,
    day: date,
    overdue: Mapping[FeedId, datetime],
    configuration: Sequence[Finding] = (),
) -> str:
    """Draw the page.

    Args:
      outcomes: How each feed's run ended.
      exit_status: The run's.
      day: When it ran.
      overdue: The feeds whose carrier owes an answer, with when it was due.
      configuration: What is wrong with the workspace's files.
    """
    words = Counter(one.word for one in outcomes)
    return page(
        "run.html", day=day.isoformat(), exit_status=exit_status, columns=_COLUMNS,
        totals=f"{len(outcomes)} {'feed' if len(outcomes) == 1 else 'feeds'}, exit {exit_status}",
        words=[(WORDS[word].lower(), n) for word, n in words.items()], late=sorted(overdue),
        feeds=[_feed(one, overdue.get(one.feed_id)) for one in outcomes],
        notes=[note for one in outcomes if (note := _note(one))],
        configuration=[_finding(finding) for finding in configuration if finding.severity is Severity.ERROR],
    )  # fmt: skip


def _feed(one: FeedOutcome, overdue: datetime | None) -> dict[str, Any]:
    counts = {**one.counts, "held": one.held_members}
    return {
        "feed": one.feed_id, "mark": MARKS[one.word], "word": WORDS[one.word].lower(), "kind": _KINDS[MARKS[one.word]],
        "counts": {key: counts.get(key, 0) for key, _ in _COLUMNS},
        "number": f"{one.control_number:09d}" if one.control_number is not None else "", "file": one.remote_name or "",
        "due": one.answer_due_hours, "late": overdue.strftime("%Y-%m-%d %H:%M") if overdue else "",
    }  # fmt: skip


def _note(one: FeedOutcome) -> dict[str, Any]:
    """What a person should look at; empty where there is nothing."""
    notable = [finding for finding in one.findings if finding.severity is not Severity.NOTE]
    if one.code is None and not notable and not one.recovered:
        return {}
    kind = "done" if one.word in (Word.DELIVERED, Word.NOTHING, Word.PLANNED) else _KINDS[MARKS[one.word]]
    return {
        "feed": one.feed_id, "word": WORDS[one.word].lower(), "kind": kind, "code": one.code, "message": one.message,
        "where": str(one.place) if one.place else "", "remedy": one.remedy or "", "recovered": one.recovered,
        "findings": [_finding(finding) for finding in notable[:_MOST_FINDINGS]],
        "more": max(0, len(notable) - _MOST_FINDINGS),
    }  # fmt: skip


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code, "message": finding.message, "remedy": finding.remedy or "",
        "where": ", ".join(str(one) for one in (finding.about, finding.place) if one),
    }  # fmt: skip
