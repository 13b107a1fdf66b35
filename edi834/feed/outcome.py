"""The outcome of one feed's run, as a value that a report shows and an exit status is made of.

It holds references, counts and codes only, so it may be logged and crosses process borders.
How it is drawn is ``edi834/report``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from edi834.errors import Edi834Error, Place
from edi834.model import FeedId, Finding

__all__ = ["FeedOutcome", "Word", "exit_status_of", "outcome_of_error"]


class Word(StrEnum):
    """How a feed's run ended, in one word."""

    DELIVERED = "delivered"
    NOTHING = "nothing"  # nobody changed
    PLANNED = "planned"  # a dry run
    HELD = "held"
    FAILED = "failed"
    LOCKED = "locked"
    IN_DOUBT = "in_doubt"
    SKIPPED = "skipped"  # its stage or an operator's hold says so


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOutcome:
    """How one feed's run ended.

    Attributes:
      feed_id: Which feed.
      word: How it ended.
      exit_status: As ``docs/scripting.md`` numbers it.
      counts: People by word, as in the plan.
      held_members: How many people the carrier held before.
      transmission_id, control_number, remote_name: The file, where there is one.
      plan_digest: The plan, where there is one.
      recovered: What was left from an earlier run and finished or voided first, in a few words each.
      answer_due_hours: Within how many hours the carrier answers, None where it does not.
      code, message, place, remedy: Why, where it did not end well.
      findings: What a person should look at.
    """

    feed_id: FeedId
    word: Word
    exit_status: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    held_members: int = 0
    transmission_id: str | None = None
    control_number: int | None = None
    remote_name: str | None = None
    plan_digest: str | None = None
    recovered: tuple[str, ...] = ()
    answer_due_hours: int | None = None
    code: str | None = None
    message: str | None = None
    place: Place | None = None
    remedy: str | None = None
    findings: tuple[Finding, ...] = ()


_WORD_OF_STATUS = {6: Word.HELD, 8: Word.LOCKED, 12: Word.IN_DOUBT}


def outcome_of_error(feed_id: FeedId, error: Edi834Error, *, recovered: tuple[str, ...] = ()) -> FeedOutcome:
    """Give the outcome of a feed that an error stopped."""
    return FeedOutcome(
        feed_id=feed_id,
        word=_WORD_OF_STATUS.get(error.exit_status, Word.FAILED),
        exit_status=error.exit_status,
        code=error.code,
        message=error.message,
        place=error.place,
        remedy=error.remedy,
        recovered=recovered,
    )


def exit_status_of(outcomes: Iterable[FeedOutcome]) -> int:
    """Give the exit status of a whole run: the same for all → that; mixed → 3; no feed at all → 0."""
    statuses = {o.exit_status for o in outcomes}
    if len(statuses) == 1:
        return statuses.pop()
    return 3 if statuses else 0
