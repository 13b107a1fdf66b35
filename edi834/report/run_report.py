"""The run report: one block of lines for each feed's outcome, and a line of totals.

A block begins with the outcome's mark (✓ done, ! a person must decide, ✗ failed); what to type next stands with it.
It shows counts and references only, so it may be mailed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from edi834.feed.outcome import FeedOutcome, Word
from edi834.model import Severity

__all__ = ["MARKS", "WORDS", "outcome_event", "outcome_lines", "totals_line"]

MARKS = {
    Word.DELIVERED: "✓",
    Word.NOTHING: "✓",
    Word.PLANNED: "✓",
    Word.SKIPPED: "-",
    Word.HELD: "!",
    Word.IN_DOUBT: "!",
    Word.LOCKED: "!",
    Word.FAILED: "✗",
}
WORDS = {
    Word.DELIVERED: "delivered",
    Word.NOTHING: "nothing to say",
    Word.PLANNED: "planned",
    Word.SKIPPED: "skipped",
    Word.HELD: "HELD",
    Word.IN_DOUBT: "IN DOUBT",
    Word.LOCKED: "LOCKED",
    Word.FAILED: "nothing sent",
}
_SHOWN_FINDINGS = 5


def outcome_lines(outcome: FeedOutcome) -> list[str]:
    """Give a feed's block."""
    lines = [_headline(outcome)]
    lines.extend(f"     {what}" for what in outcome.recovered)
    if outcome.code is not None:
        lines.append(f"     {outcome.code} {outcome.message}")
        if outcome.place is not None:
            lines.append(f"      --> {outcome.place}")
        if outcome.remedy:
            lines.append(f"       |  help: {outcome.remedy}")
    notable = [f for f in outcome.findings if f.severity is not Severity.NOTE]
    for finding in notable[:_SHOWN_FINDINGS]:
        lines.append(f"     {finding.code} {finding.message}" + (f"  [{finding.place}]" if finding.place else ""))
        if finding.severity is Severity.ERROR and finding.remedy:
            lines.append(f"       |  help: {finding.remedy}")
    if len(notable) > _SHOWN_FINDINGS:
        lines.append(f"     … and {len(notable) - _SHOWN_FINDINGS} more:  edi834 plan {outcome.feed_id}")
    return lines


def _headline(outcome: FeedOutcome) -> str:
    counts = outcome.counts
    parts = [f"{MARKS[outcome.word]} {outcome.feed_id:<22}"]
    if counts:
        reported = f"{counts.get('added', 0):>5} + {counts.get('changed', 0):>5} ~ {counts.get('ended', 0):>4} -"
        parts.append(f"{outcome.held_members:>7,} members {reported}")
    if counts.get("reinstated"):
        parts.append(f"{counts['reinstated']} reinstated")
    if counts.get("restated"):
        parts.append(f"{counts['restated']} restated")
    if outcome.control_number is not None:
        parts.append(f"file {outcome.control_number:09d}")
    parts.append(WORDS[outcome.word])
    if outcome.answer_due_hours is not None:
        parts.append(f"answer due in {outcome.answer_due_hours} h")
    if counts.get("quarantined"):
        parts.append(f"{counts['quarantined']} quarantined")
    if counts.get("waiting"):
        parts.append(f"{counts['waiting']} families wait")
    if counts.get("pending"):
        parts.append(f"{counts['pending']} pending")
    if counts.get("missing"):
        parts.append(f"{counts['missing']} missing")
    return "   ".join(parts)


def totals_line(outcomes: Iterable[FeedOutcome], exit_status: int) -> str:
    """Give the last line: how many feeds ended how, and the exit status."""
    words = Counter(o.word for o in outcomes)
    reported = " · ".join(f"{n} {WORDS[w].lower()}" for w, n in words.items()) or "no feed was due"
    return f"{reported}   exit {exit_status}"


def outcome_event(outcome: FeedOutcome) -> dict[str, Any]:
    """Give a feed's outcome as the facts of one JSON line."""
    return {
        "feed": outcome.feed_id,
        "outcome": outcome.word.value,
        "exit_status": outcome.exit_status,
        "counts": dict(outcome.counts),
        "held_members": outcome.held_members,
        "transmission": outcome.transmission_id,
        "control_number": outcome.control_number,
        "remote_name": outcome.remote_name,
        "plan": outcome.plan_digest,
        "recovered": list(outcome.recovered),
        "code": outcome.code,
        "message": outcome.message,
        "where": str(outcome.place) if outcome.place else None,
        "remedy": outcome.remedy,
        "findings": [
            {"code": f.code, "severity": f.severity.value, "message": f.message,
             "about": str(f.about) if f.about else None, "where": str(f.place) if f.place else None,
             "remedy": f.remedy}
            for f in outcome.findings
        ],
    }  # fmt: skip
