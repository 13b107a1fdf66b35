"""The nightly run: many feeds, each on its own; one feed's failure is its own (law 11).

Which feeds are due is decided here; how they are spread over processes is the caller's executor.
A defect in one feed's run is an outcome like any other: it is named by where it happened, never by a value.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future, as_completed
from datetime import date

from edi834.errors import Edi834Error, UnexpectedError
from edi834.feed.ledger_port import Ledger
from edi834.feed.outcome import FeedOutcome, outcome_of_error
from edi834.feed.profile import FeedProfile
from edi834.model import FeedId

__all__ = ["defect", "due_feeds", "guarded", "run_feeds"]


def due_feeds(profiles: Iterable[FeedProfile], ledger: Ledger, *, as_of: date) -> list[FeedId]:
    """The feeds that send and have not yet reported this day, or have something unfinished."""
    due = []
    for profile in profiles:
        last = ledger.memory(profile.feed_id).last_as_of
        unfinished = ledger.open_transmission(profile.feed_id) is not None
        if profile.stage.sends and (last is None or last < as_of or unfinished):
            due.append(profile.feed_id)
    return due


def run_feeds(
    feed_ids: Sequence[FeedId],
    run_one: Callable[[FeedId], FeedOutcome],
    *,
    executor: Executor | None,
    on_outcome: Callable[[FeedOutcome], None],
) -> list[FeedOutcome]:
    """Run the feeds.

    Args:
      feed_ids: Which, in the order to report.
      run_one: Runs one; a picklable callable where an executor of processes is given.
      executor: Where to run; None for here, one after the other.
      on_outcome: Called for each as it ends.

    Returns:
      The outcomes, in the order asked for.
    """
    outcomes: dict[FeedId, FeedOutcome] = {}
    if executor is None:
        for feed_id in feed_ids:
            outcomes[feed_id] = guarded(feed_id, run_one)
            on_outcome(outcomes[feed_id])
    else:
        futures: dict[Future[FeedOutcome], FeedId] = {executor.submit(run_one, f): f for f in feed_ids}
        for future in as_completed(futures):
            feed_id = futures[future]
            outcomes[feed_id] = guarded(feed_id, lambda _, done=future: done.result())  # type: ignore[misc]
            on_outcome(outcomes[feed_id])
    return [outcomes[f] for f in feed_ids]


def guarded(feed_id: FeedId, run_one: Callable[[FeedId], FeedOutcome]) -> FeedOutcome:
    """Run one feed; whatever goes wrong in it is its outcome."""
    try:
        return run_one(feed_id)
    except Edi834Error as error:
        return outcome_of_error(feed_id, error)
    except Exception as error:  # noqa: BLE001 - one feed's defect must not stop the others
        return outcome_of_error(feed_id, defect(error))


def defect(error: Exception) -> UnexpectedError:
    """Name what the design says cannot happen by its type and place: a foreign message may quote a value."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = f"{last[0].filename.rsplit('/', 1)[-1]}:{last[0].lineno}" if last else "unknown"
    return UnexpectedError(
        f"a defect: {type(error).__name__} at {where}",
        code="E834-0000",
        remedy="please report it; nothing was recorded as reported",
    )
