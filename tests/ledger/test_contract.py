"""The ledger's contract, over SQLite and over PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from edi834.ledger import SqlLedger
from tests.contract.ledger_contract import LedgerContract
from tests.ledger import builders
from tests.ledger.builders import Hands


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def address(tmp_path: Path) -> str | None:
    """None: SQLite, in the test's own folder."""
    return None


@pytest.fixture
def reopened(tmp_path: Path, clock: Hands, address: str | None) -> Iterator[Callable[..., SqlLedger]]:
    opened: list[SqlLedger] = []

    def reopen(*, spool: str = "spool", host: str = "this-machine") -> SqlLedger:
        ids = builders.Ids(prefix=f"opening {len(opened)} ")
        opened.append(
            builders.ledger(tmp_path, url=address, clock=clock, spool=tmp_path / spool, host=host, random_ids=ids)
        )
        return opened[-1]

    yield reopen
    for ledger in opened:
        ledger.close()


@pytest.fixture
def book(reopened: Callable[..., SqlLedger]) -> SqlLedger:
    return reopened()


class TestOverSqlite(LedgerContract):
    """One machine, one file."""


@pytest.mark.needs("postgres")
class TestOverPostgres(LedgerContract):
    """Several machines, one server."""

    @pytest.fixture
    def address(self, postgres_url: str) -> str:
        with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return postgres_url
