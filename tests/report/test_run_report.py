"""The run report: a block a feed, a line of totals, and what to type next where a person must act."""

from __future__ import annotations

import json

import pytest

from edi834.errors import Place
from edi834.feed.outcome import FeedOutcome, Word
from edi834.model import Finding, Severity
from edi834.report.run_report import outcome_event, outcome_lines, totals_line
from tests.feed.builders import an_outcome

COUNTS = {"added": 18, "changed": 22, "ended": 3, "reinstated": 1, "restated": 0, "missing": 2, "quarantined": 4}


@pytest.mark.parametrize("word", list(Word))
def test_every_ending_has_a_mark_and_words(word: Word) -> None:
    (headline,) = outcome_lines(an_outcome(0, word))

    assert headline[0] in "✓!✗-"
    assert headline[1] == " "


def test_a_delivery_is_reported_in_numbers() -> None:
    (line,) = outcome_lines(an_outcome(3, counts=COUNTS, held_members=1204, control_number=418, answer_due_hours=48))

    for words in ("1,204 members", "18 +", "22 ~", "3 -", "file 000000418", "delivered", "answer due in 48 h",
                  "1 reinstated", "2 missing", "4 quarantined"):  # fmt: skip
        assert words in line
    assert "restated" not in line


def test_a_held_feed_says_why_where_and_what_to_type() -> None:
    outcome = an_outcome(6, Word.HELD, code="E834-0912", message="terminations 14.2% > 10% (30 of 212)",
                         place=Place("carriers/bluff/feeds/dental.toml", 3, 1), remedy="edi834 approve 7f3c",
                         recovered=("voided 11aa of 2026-11-01: it was held and is planned anew",))  # fmt: skip

    first, *rest = outcome_lines(outcome)

    assert first.startswith("! feed-6")
    assert [line.strip() for line in rest] == [
        "voided 11aa of 2026-11-01: it was held and is planned anew",
        "E834-0912 terminations 14.2% > 10% (30 of 212)",
        "--> carriers/bluff/feeds/dental.toml:3:1",
        "|  help: edi834 approve 7f3c",
    ]


def findings(severity: Severity, many: int) -> tuple[Finding, ...]:
    return tuple(Finding("E834-0363", severity, f"row {n}", remedy="mend it") for n in range(many))


def test_only_the_first_findings_are_shown_and_the_rest_are_counted() -> None:
    lines = outcome_lines(an_outcome(3, findings=findings(Severity.WARNING, 7)))

    assert [line.strip() for line in lines[1:]] == [
        *(f"E834-0363 row {n}" for n in range(5)), "… and 2 more:  edi834 plan feed-3",
    ]  # fmt: skip
    assert outcome_lines(an_outcome(0, findings=findings(Severity.NOTE, 7)))[1:] == []


def test_what_quarantines_somebody_is_shown_with_its_remedy() -> None:
    assert outcome_lines(an_outcome(3, findings=findings(Severity.ERROR, 1)))[-1].strip() == "|  help: mend it"


def test_totals_count_the_endings() -> None:
    outcomes: list[FeedOutcome] = [an_outcome(0), an_outcome(0), an_outcome(6, Word.HELD), an_outcome(4, Word.FAILED)]

    assert totals_line(outcomes, 3) == "2 delivered · 1 held · 1 nothing sent   exit 3"
    assert totals_line([], 0) == "no feed was due   exit 0"


def test_an_outcome_can_be_written_as_json() -> None:
    outcome = an_outcome(3, counts=COUNTS, findings=findings(Severity.ERROR, 1), place=Place("a.toml", 2, 4))

    facts = json.loads(json.dumps(outcome_event(outcome)))

    assert facts["outcome"] == "delivered"
    assert facts["where"] == "a.toml:2:4"
    (finding,) = facts["findings"]
    assert finding == {"code": "E834-0363", "severity": "error", "message": "row 0", "about": None, "where": None,
                       "remedy": "mend it"}  # fmt: skip
