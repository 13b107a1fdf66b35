"""The way to the database: two engines, short transactions, and every library error translated.

Reading takes no writer's slot; writing begins IMMEDIATE on SQLite and waits its turn with jitter, for so long and no
longer; on PostgreSQL rows are locked, and waiting for one has the same end. No bound value is ever printed.
What is written is the business of the modules around it; nothing here knows a table.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

from edi834.errors import ConfigurationError, Edi834Error, LockedError, UnexpectedError

__all__ = ["Database", "insert_or"]

T = TypeVar("T")

_DATABASES = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}
_SQLITE_PATIENCE_MS = 200  # within one try; the tries are spread by jitter, which SQLite's own waiting is not
_CONNECT_TIMEOUT_S = 10
_SQLITE_WAITS = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_POSTGRES_WAITS = {"55P03", "40P01", "40001"}  # lock not available, deadlock, serialization failure


class Database:
    """One ledger's database.

    Args:
      url: ``sqlite:///path`` or ``postgresql://...``.
      patience: How many seconds a write waits for its turn before it gives up.
    """

    def __init__(self, url: str, *, patience: float = 30.0) -> None:
        address = _address(url)
        self._patience = patience
        if address.get_backend_name() == "sqlite":
            _make_private(Path(address.database or ""))
            self._reader = _sqlite(address, begin=None)
            self._writer = _sqlite(address, begin="BEGIN IMMEDIATE")
        else:
            self._writer = _postgres(address, patience)
            self._reader = self._writer.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for statements that change nothing."""
        with _translated(), self._tries()(self._reader.connect) as connection:
            yield connection

    def write(self, work: Callable[[Connection], T]) -> T:
        """Do the work in one transaction, and again from its beginning if another writer was in the way.

        The work must leave nothing behind but what its transaction holds.

        Raises:
          LockedError: other writers were in the way for too long.
        """
        with _translated():
            result: T = self._tries()(self._write_once, work)
            return result

    def _write_once(self, work: Callable[[Connection], T]) -> T:
        with self._writer.begin() as connection:
            return work(connection)

    def _tries(self) -> Retrying:
        return Retrying(
            retry=retry_if_exception(_is_in_the_way),
            wait=wait_random_exponential(multiplier=0.02, max=1.0),
            stop=stop_after_delay(self._patience),
            reraise=True,
        )

    def close(self) -> None:
        """Let go of every connection."""
        self._reader.dispose()
        self._writer.dispose()


def insert_or(connection: Connection, table: Table) -> postgresql.Insert:
    """Give an insert that can say ``on_conflict_...``, which both databases spell alike and SQLAlchemy does not."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)  # type: ignore[return-value]
    return postgresql.insert(table)


def _address(url: str) -> URL:
    try:
        address = make_url(url)
        driver = _DATABASES[address.get_backend_name()]
    except (SQLAlchemyError, KeyError):
        raise ConfigurationError("the ledger's url is neither sqlite:/// nor postgresql://", code="E834-0723") from None
    if driver.startswith("sqlite") and address.database in (None, "", ":memory:"):
        raise ConfigurationError("a ledger in memory would forget what it reported", code="E834-0723")
    return address.set(drivername=driver)


def _make_private(path: Path) -> None:
    """The file is made here so that SQLite, whose journals copy its mode, never makes one that others can read."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        os.fchmod(descriptor, 0o600)
        os.close(descriptor)
    except OSError as error:
        raise _unexpected(f"the ledger's file cannot be opened: {error.strerror}") from None


def _sqlite(address: URL, *, begin: str | None) -> Engine:
    engine = create_engine(
        address,
        hide_parameters=True,
        poolclass=NullPool,  # a connection that crosses a fork would share its locks
        connect_args={"timeout": _SQLITE_PATIENCE_MS / 1000},
        **({"isolation_level": "AUTOCOMMIT"} if begin is None else {}),
    )

    @event.listens_for(engine, "connect")
    def _settle(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver's own BEGIN is deferred, and then fails instead of waiting
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}").close()

    if begin is not None:
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _postgres(address: URL, patience: float) -> Engine:
    own = f"-c lock_timeout={max(1, int(patience * 1000))} -c synchronous_commit=on -c timezone=UTC"
    options = f"{address.query.get('options', '')} {own}"
    return create_engine(
        address,
        hide_parameters=True,
        poolclass=NullPool,
        connect_args={"options": options, "connect_timeout": _CONNECT_TIMEOUT_S, "application_name": "edi834"},
    )


def _driver_code(error: BaseException) -> tuple[int | str | None, str]:
    """The driver's own code (a number from SQLite, five characters from PostgreSQL), and how to print it."""
    original: Any = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, sqlite3.Error):
        code = getattr(original, "sqlite_errorcode", None)
        return (None if code is None else code & 0xFF), getattr(original, "sqlite_errorname", type(original).__name__)
    state = getattr(original, "sqlstate", None)
    return state, state or type(original).__name__


def _is_in_the_way(error: BaseException) -> bool:
    code, _ = _driver_code(error)
    return code in _SQLITE_WAITS or code in _POSTGRES_WAITS


@contextmanager
def _translated() -> Iterator[None]:
    """Turn every library error into one of ours; its text may hold what was bound, so it goes no further."""
    try:
        yield
    except Edi834Error:
        raise
    except (SQLAlchemyError, sqlite3.Error) as error:
        _, name = _driver_code(error)
        if _is_in_the_way(error):
            raise LockedError(f"the ledger's database is busy with other writers ({name})", code="E834-0702") from None
        raise _unexpected(f"the ledger's database failed ({name})") from None
    except OSError as error:
        raise _unexpected(f"the machine failed while the ledger was written ({error.strerror})") from None


def _unexpected(message: str) -> UnexpectedError:
    return UnexpectedError(message, code="E834-0705")
