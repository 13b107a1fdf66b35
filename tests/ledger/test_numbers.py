"""A control number is used once, however many processes take one at the same moment."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection

from edi834.ledger import SqlLedger, plans
from edi834.model import FeedId
from tests.ledger import builders
from tests.ledger.builders import ENVELOPE, family, intent, reported

PROCESSES = 8
ALLOCATIONS = 100
ALLOCATIONS_BY_NETWORK = 50
PLANS = 5


def test_numbers_taken_by_many_processes_are_all_different(tmp_path: Path) -> None:
    _assert_no_number_twice(tmp_path, None, ALLOCATIONS)


@pytest.mark.needs("postgres")
def test_numbers_taken_by_many_processes_are_all_different_in_postgres(tmp_path: Path, postgres_url: str) -> None:
    _assert_no_number_twice(tmp_path, _emptied(postgres_url), ALLOCATIONS_BY_NETWORK)


def test_feeds_that_plan_at_once_share_the_numbers_without_a_gap(tmp_path: Path) -> None:
    _assert_plans_share_numbers(tmp_path, None)


@pytest.mark.needs("postgres")
def test_feeds_that_plan_at_once_share_the_numbers_without_a_gap_in_postgres(tmp_path: Path, postgres_url: str) -> None:
    _assert_plans_share_numbers(tmp_path, _emptied(postgres_url))


def _assert_no_number_twice(tmp_path: Path, url: str | None, allocations: int) -> None:
    builders.ledger(tmp_path, url=url).close()

    def take(worker: int) -> list[int]:
        book = builders.ledger(tmp_path, url=url, patience=120.0)

        def once(connection: Connection) -> int:
            return plans._take_number(book._books, connection, plans.envelope_number(connection, ENVELOPE))

        return [book._books.database.write(once) for _ in range(allocations)]

    taken = _by_many(tmp_path, take)

    assert sorted(taken) == list(range(1, PROCESSES * allocations + 1))


def _assert_plans_share_numbers(tmp_path: Path, url: str | None) -> None:
    builders.ledger(tmp_path, url=url).close()

    def plan(worker: int) -> list[int]:
        feed = FeedId(f"feed-{worker}")
        book = builders.ledger(tmp_path, url=url, patience=120.0, random_ids=builders.Ids(prefix=feed))
        return [_planned_and_voided(book, feed, str(number)) for number in range(PLANS)]

    taken = _by_many(tmp_path, plan)
    book = builders.ledger(tmp_path, url=url)

    assert sorted(taken) == list(range(1, PROCESSES * PLANS + 1))
    for worker in range(PROCESSES):
        numbered = [each.sequence for each in book.transmissions(FeedId(f"feed-{worker}"))]
        assert numbered == list(range(PLANS, 0, -1))
    assert book.verify_trail() is None


def _planned_and_voided(book: SqlLedger, feed: FeedId, key: str) -> int:
    with book.lease(feed) as lease:
        planned = book.plan(lease, intent(reported(family()), key=key, feed_id=feed))
        book.voided(lease, planned.transmission_id, reason="test")
    assert planned.control_number is not None
    return planned.control_number


def _by_many(tmp_path: Path, work: Callable[[int], list[int]]) -> list[int]:
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    workers = [context.Process(target=lambda n=n: results.put(work(n))) for n in range(PROCESSES)]
    for worker in workers:
        worker.start()
    taken = [number for _ in workers for number in results.get(timeout=200)]
    for worker in workers:
        worker.join(30)
    assert [worker.exitcode for worker in workers] == [0] * PROCESSES
    return taken


def _emptied(url: str) -> str:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return url
