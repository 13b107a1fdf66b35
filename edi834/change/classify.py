"""The decision table: from what differs in one span to what happened.

The table has two parts, and each is total and exclusive: every combination of facts meets exactly one row
(``tests/change`` enumerates them all). The first part says what became of the span, the second what changed inside a
span that stands. What the events then cause is ``tell.py``'s.
"""

# ruff: noqa: FBT003 - the rows of a decision table are read by column
from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from edi834.change.events import EventKind
from edi834.change.timeline import SpanPair, is_cancelled
from edi834.grants import ReleasedCoverage

__all__ = [
    "CONTENT_TABLE",
    "FATE_TABLE",
    "ContentFacts",
    "FateFacts",
    "Link",
    "Span",
    "UndecidedError",
    "classify_span",
    "content_facts",
    "fate_facts",
]


class UndecidedError(Exception):
    """A difference that meets no row of the table: a person looks at it, and nothing is reported on a guess."""


class Span(StrEnum):
    """How a span stands."""

    NONE = "none"
    OPEN = "open"
    ENDED = "ended"
    CANCELLED = "cancelled"  # never effective


class Link(StrEnum):
    """How a span that was never reported follows what was reported."""

    FIRST = "first"  # nothing of this benefit was reported before it
    FOLLOWS = "follows"  # without a gap
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class FateFacts:
    """What the first part of the table asks.

    Attributes:
      reported, now: How the span stood when last reported, and stands now.
      link: For a span never reported, how it follows; FIRST otherwise.
      succeeded: Whether another span, of which nobody was reported yet, takes its place without a gap.
      end_moved: Whether both have a last day, and not the same.
    """

    reported: Span
    now: Span
    link: Link
    succeeded: bool
    end_moved: bool


@dataclass(frozen=True, slots=True)
class ContentFacts:
    """What the second part asks, of a span compared with itself as reported, or with the span it follows.

    Attributes:
      compared: Whether there is anything to compare with.
      begun: Whether the span was never reported and follows another.
      plan, tier, begin, other: Whether these differ; ``other`` is any further released field.
    """

    compared: bool
    begun: bool
    plan: bool
    tier: bool
    begin: bool
    other: bool


_ANY = None
_K = EventKind


@dataclass(frozen=True, slots=True)
class FateRow:
    """One row of the first part: the facts it asks for, None where any will do, and the event."""

    reported: Collection[Span]
    now: Collection[Span]
    link: Link | None
    succeeded: bool | None
    end_moved: bool | None
    event: EventKind | None

    def meets(self, facts: FateFacts) -> bool:
        """Whether the facts meet this row."""
        return (
            facts.reported in self.reported
            and facts.now in self.now
            and self.link in {None, facts.link}
            and self.succeeded in {None, facts.succeeded}
            and self.end_moved in {None, facts.end_moved}
        )


FATE_TABLE: tuple[FateRow, ...] = (
    # reported                          now                       link          succeeded end_moved  what happened
    FateRow({Span.NONE}, {Span.OPEN, Span.ENDED}, Link.FIRST, _ANY, _ANY, _K.COVERAGE_ADDED),
    FateRow({Span.NONE}, {Span.OPEN, Span.ENDED}, Link.GAP, _ANY, _ANY, _K.REENROLLED),
    FateRow({Span.NONE}, {Span.OPEN, Span.ENDED}, Link.FOLLOWS, _ANY, _ANY, None),  # the second part says which change
    FateRow(
        {Span.NONE}, {Span.CANCELLED, Span.NONE}, _ANY, _ANY, _ANY, None
    ),  # never reported, never effective: nothing
    FateRow({Span.OPEN}, {Span.NONE}, _ANY, False, _ANY, _K.COVERAGE_MISSING),
    FateRow({Span.OPEN}, {Span.NONE}, _ANY, True, _ANY, None),  # its successor's event tells its ending
    FateRow({Span.OPEN}, {Span.OPEN}, _ANY, _ANY, _ANY, None),
    FateRow({Span.OPEN}, {Span.ENDED}, _ANY, False, _ANY, _K.COVERAGE_ENDED),
    FateRow({Span.OPEN}, {Span.ENDED}, _ANY, True, _ANY, None),
    FateRow({Span.OPEN, Span.ENDED}, {Span.CANCELLED}, _ANY, _ANY, _ANY, _K.COVERAGE_CANCELLED),
    FateRow({Span.ENDED}, {Span.NONE}, _ANY, _ANY, _ANY, None),  # history that the source no longer shows
    FateRow({Span.ENDED}, {Span.OPEN}, _ANY, _ANY, _ANY, _K.REINSTATED),
    FateRow({Span.ENDED}, {Span.ENDED}, _ANY, _ANY, False, None),
    FateRow({Span.ENDED}, {Span.ENDED}, _ANY, _ANY, True, _K.COVERAGE_CORRECTED),
    FateRow({Span.CANCELLED}, {Span.NONE, Span.CANCELLED}, _ANY, _ANY, _ANY, None),
    FateRow(
        {Span.CANCELLED}, {Span.OPEN, Span.ENDED}, _ANY, _ANY, _ANY, _K.COVERAGE_ADDED
    ),  # it is effective after all
)
"""What became of a span. None in a column is *any*."""

CONTENT_TABLE: tuple[tuple[tuple[bool | None, ...], EventKind | None], ...] = (
    # compared begun  plan   tier   begin  other
    ((False, _ANY, _ANY, _ANY, _ANY, _ANY), None),
    ((True, True, True, _ANY, _ANY, _ANY), _K.PLAN_CHANGE),
    ((True, True, False, True, _ANY, _ANY), _K.TIER_CHANGE),
    ((True, True, False, False, _ANY, _ANY), _K.RENEWED),
    ((True, False, True, _ANY, _ANY, _ANY), _K.PLAN_CHANGE),
    ((True, False, False, True, _ANY, _ANY), _K.TIER_CHANGE),
    ((True, False, False, False, True, _ANY), _K.COVERAGE_CORRECTED),
    ((True, False, False, False, False, True), _K.COVERAGE_CHANGED),
    ((True, False, False, False, False, False), None),
)
"""What changed inside a span. Columns: compared, begun, plan, tier, begin, other → event; None in a column is *any*."""

_NOT_CONTENT = frozenset({"benefit", "plan_code", "tier", "effective_date", "end_date", "end_reason", "carrier_id"})
"""Fields that other columns of the table ask about, or that only explain (``end_reason``)."""


def classify_span(pair: SpanPair, *, by_tier: bool = True) -> tuple[EventKind, ...]:
    """Give what happened to one span: at most one event from each part of the table.

    Args:
      pair: The span, matched.
      by_tier: Whether another tier is anything that happened; not so where the person's tier is not reported.
    """
    events = (_look_up_fate(fate_facts(pair)), _look_up_content(content_facts(pair, by_tier=by_tier)))
    return tuple(dict.fromkeys(e for e in events if e is not None))


def fate_facts(pair: SpanPair) -> FateFacts:
    """Read the first part's facts off a pair."""
    link = Link.FIRST if pair.predecessor is None else Link.FOLLOWS if pair.follows else Link.GAP
    moved = pair.reported is not None and pair.now is not None and pair.reported.end != pair.now.end
    return FateFacts(_state(pair.reported), _state(pair.now), link, pair.by_reverted, moved)


def content_facts(pair: SpanPair, *, by_tier: bool = True) -> ContentFacts:
    """Read the second part's facts off a pair, where asked without the tier's."""
    begun = pair.reported is None
    before = pair.reported or (pair.predecessor if pair.follows else None)
    now = pair.now
    if before is None or now is None or is_cancelled(now) or is_cancelled(before):
        return ContentFacts(False, begun, False, False, False, False)
    return ContentFacts(
        compared=True,
        begun=begun,
        plan=now.differs_from(before, "plan_code"),
        tier=by_tier and now.differs_from(before, "tier"),
        begin=before.begin != now.begin,
        other=now.differs_from(before, *(name for name in now.values if name not in _NOT_CONTENT)),
    )


def _state(span: ReleasedCoverage | None) -> Span:
    if span is None:
        return Span.NONE
    if is_cancelled(span):
        return Span.CANCELLED
    return Span.OPEN if span.end is None else Span.ENDED


def _look_up_fate(facts: FateFacts) -> EventKind | None:
    for row in FATE_TABLE:
        if row.meets(facts):
            return row.event
    raise UndecidedError(f"the decision table has no row for {facts}")


def _look_up_content(facts: ContentFacts) -> EventKind | None:
    asked = (facts.compared, facts.begun, facts.plan, facts.tier, facts.begin, facts.other)
    for pattern, event in CONTENT_TABLE:
        if all(wanted is None or wanted is fact for wanted, fact in zip(pattern, asked, strict=True)):
            return event
    raise UndecidedError(f"the decision table has no row for {facts}")
