"""The nightly run of many feeds: each on its own, and one exit status that says how the night was."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.errors import DeliveryError, Edi834Error, GrantError, InDoubtError, LockedError, Place
from edi834.feed.nightly import due_feeds, guarded, run_feeds
from edi834.feed.outcome import FeedOutcome, Word, exit_status_of, outcome_of_error
from edi834.feed.profile import Stage
from edi834.model import FeedId
from tests.feed.builders import a_feed, an_outcome

TODAY = date(2026, 11, 2)


@given(st.lists(st.sampled_from([0, 1, 3, 4, 5, 6, 7, 8, 12]), max_size=6))
def test_the_same_for_all_is_that_and_anything_mixed_is_3(statuses: list[int]) -> None:
    expected = 0 if not statuses else statuses[0] if len(set(statuses)) == 1 else 3

    assert exit_status_of(an_outcome(status) for status in statuses) == expected


@pytest.mark.parametrize(
    ("error", "word", "status"),
    [
        (GrantError("no grant", code="E834-0202"), Word.HELD, 6),
        (DeliveryError("away", code="E834-0862"), Word.FAILED, 7),
        (LockedError("locked", code="E834-0701"), Word.LOCKED, 8),
        (InDoubtError("in doubt", code="E834-0915"), Word.IN_DOUBT, 12),
    ],
)
def test_an_error_that_stops_a_feed_is_its_outcome(error: Edi834Error, word: Word, status: int) -> None:
    error.place, error.remedy = Place("carriers/x.toml", 3, 1), "do this"

    outcome = outcome_of_error(FeedId("acme"), error, recovered=("voided one",))

    assert (outcome.word, outcome.exit_status, outcome.code) == (word, status, error.code)
    assert (outcome.message, outcome.remedy, outcome.recovered) == (error.message, "do this", ("voided one",))


@pytest.mark.parametrize("threads", [None, 2])
def test_one_feeds_defect_is_its_own(threads: int | None) -> None:
    """Law 11; and what a foreign error says may be a value, so it is not repeated."""

    def one(feed_id: FeedId) -> FeedOutcome:
        if feed_id == "broken":
            raise KeyError("984-72-3652")
        return FeedOutcome(feed_id=feed_id, word=Word.DELIVERED)

    seen: list[FeedOutcome] = []
    names = [FeedId(name) for name in ("first", "broken", "last")]
    executor = ThreadPoolExecutor(threads) if threads else None

    outcomes = run_feeds(names, one, executor=executor, on_outcome=seen.append)

    assert [o.feed_id for o in outcomes] == names
    assert [o.exit_status for o in outcomes] == [0, 1, 0]
    assert sorted(o.feed_id for o in seen) == sorted(names)
    assert outcomes[1].code == "E834-0000"
    assert "KeyError at test_nightly.py:" in str(outcomes[1].message)
    assert "3652" not in repr(outcomes[1])


def test_being_interrupted_is_no_feeds_outcome() -> None:
    def interrupted(_: FeedId) -> FeedOutcome:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        guarded(FeedId("acme"), interrupted)


@dataclass
class Remembers:
    """As much of a ledger as asking what is due takes."""

    reported: dict[str, date] = field(default_factory=dict)
    unfinished: frozenset[str] = frozenset()

    def memory(self, feed_id: str) -> Any:
        return SimpleNamespace(last_as_of=self.reported.get(feed_id))

    def open_transmission(self, feed_id: str) -> object | None:
        return object() if feed_id in self.unfinished else None


def test_due_is_who_has_not_reported_of_the_day_or_has_something_unfinished() -> None:
    ledger = Remembers(
        {"reported": TODAY, "stuck": TODAY, "behind": date(2026, 11, 1)}, unfinished=frozenset({"stuck"})
    )
    feeds = [a_feed("reported"), a_feed("stuck"), a_feed("behind"), a_feed("new"),
             *(a_feed(stage.value, stage=stage) for stage in Stage)]  # fmt: skip

    assert due_feeds(feeds, ledger, as_of=TODAY) == ["stuck", "behind", "new", "testing", "live"]  # type: ignore[arg-type]
