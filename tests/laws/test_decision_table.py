"""The decision table is total and exclusive: every combination of facts meets exactly one row of each part."""

from __future__ import annotations

from itertools import product

import pytest

from edi834.change.classify import CONTENT_TABLE, FATE_TABLE, ContentFacts, FateFacts, Link, Span
from edi834.change.events import EventKind

pytestmark = pytest.mark.laws

BOTH = (False, True)
FATES = [FateFacts(*facts) for facts in product(Span, Span, Link, BOTH, BOTH)]
CONTENTS = [ContentFacts(*facts) for facts in product(*[BOTH] * 6)]

# Reported of a person, not of a span.
OF_A_PERSON = {
    EventKind.NEW_ENROLLMENT, EventKind.DEPENDENT_ADDED, EventKind.DEMOGRAPHIC_CHANGE, EventKind.IDENTITY_CORRECTION,
    EventKind.MEMBER_ENDED, EventKind.MEMBER_MISSING,
}  # fmt: skip


def content_rows(facts: ContentFacts) -> list[int]:
    asked = (facts.compared, facts.begun, facts.plan, facts.tier, facts.begin, facts.other)
    return [
        at
        for at, (pattern, _) in enumerate(CONTENT_TABLE)
        if all(wanted is None or wanted is fact for wanted, fact in zip(pattern, asked, strict=True))
    ]


def test_every_fate_of_a_span_meets_exactly_one_row() -> None:
    meeting = {facts: [row for row in FATE_TABLE if row.meets(facts)] for facts in FATES}

    assert len(FATES) == 4 * 4 * 3 * 2 * 2
    assert {facts: rows for facts, rows in meeting.items() if len(rows) != 1} == {}


def test_every_change_inside_a_span_meets_exactly_one_row() -> None:
    assert len(CONTENTS) == 2**6
    assert {facts: rows for facts in CONTENTS if len(rows := content_rows(facts)) != 1} == {}


def test_no_row_of_the_table_is_idle() -> None:
    fates = {at for facts in FATES for at, row in enumerate(FATE_TABLE) if row.meets(facts)}
    contents = {at for facts in CONTENTS for at in content_rows(facts)}

    assert fates == set(range(len(FATE_TABLE)))
    assert contents == set(range(len(CONTENT_TABLE)))


def test_every_event_of_a_span_is_somewhere_in_the_table() -> None:
    found = {row.event for row in FATE_TABLE} | {event for _, event in CONTENT_TABLE}

    assert found - {None} == set(EventKind) - OF_A_PERSON


def test_nothing_that_is_merely_gone_ends() -> None:
    """Law 5: a reported span without a row of today is absent, succeeded or history; it never ends by itself."""
    ends = {EventKind.COVERAGE_ENDED, EventKind.COVERAGE_CANCELLED}
    gone = [row for facts in FATES if facts.now is Span.NONE for row in FATE_TABLE if row.meets(facts)]

    assert gone
    assert not {row.event for row in gone} & ends
