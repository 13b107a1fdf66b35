"""A snapshot in a database: the tables or views of the contract's names, read in one transaction.

The transaction is one that sees one committed state throughout (read only and repeatable on PostgreSQL), the rows of a
table are counted in it before they are read, and only columns that are kept are asked for.
The database's own messages can hold values, so none is passed on.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NoReturn

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from edi834.errors import ConfigurationError, Place, SnapshotRefusedError, UsageError
from edi834.model import FieldKind, Finding
from edi834.sources.read.columns import ColumnBuilder, RawSnapshot, RawTable, checked_table, choose_columns
from edi834.sources.read.parquet import kind_of, text_of_number
from edi834.sources.settings import NEEDED_TABLES, TABLES, SourceSettings

__all__ = ["read_database"]

_BATCH = 20_000


def read_database(address: str, settings: SourceSettings, as_of: date | None) -> RawSnapshot:
    """Read the tables of a database.

    Raises:
      SnapshotRefusedError: the database does not answer, or what it holds cannot be trusted as a whole.
      UsageError: the address is none, or nothing says of which day the snapshot is.
      ConfigurationError: the database's driver is not installed, or it is not known to give a consistent read.
    """
    url = _url(address)
    shown = url.set(username=None, password=None, query={}).render_as_string(hide_password=True)
    if as_of is None:
        raise UsageError("nothing says of which day the snapshot is", code="E834-0311", place=Place(shown))
    engine = _engine(url, shown)
    tables: dict[str, RawTable] = {}
    findings: list[Finding] = []
    try:
        with engine.connect() as connection, connection.begin():
            for table in _present(connection, shown):
                tables[table], noticed = _table(connection, table, settings, f"{shown}#{table}")
                findings += noticed
    except (SQLAlchemyError, UnicodeError):
        raise SnapshotRefusedError("the database could not be read", code="E834-0330", place=Place(shown)) from None
    finally:
        engine.dispose()
    return RawSnapshot(as_of, {name: checked_table(table, settings) for name, table in tables.items()}, tuple(findings))


def _url(address: str) -> URL:
    try:
        return sa.make_url(address)
    except ArgumentError:
        raise UsageError("the address of the snapshot's database is not a URL", code="E834-0304") from None


def _engine(url: URL, shown: str) -> Engine:
    """An engine whose every transaction is one consistent read."""
    kind = url.get_backend_name()
    options: dict[str, Any] = {"hide_parameters": True, "poolclass": NullPool}
    if kind == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
        options["execution_options"] = {"postgresql_readonly": True}
    elif kind == "sqlite":
        url = _existing(url, shown)
    else:
        text = f"a snapshot is read from PostgreSQL or SQLite; a consistent read of {kind} is not known"
        raise ConfigurationError(text, code="E834-0332", place=Place(shown))
    try:
        engine = sa.create_engine(url, **options)
    except (NoSuchModuleError, ImportError):
        text = "the driver that the database's address names is not installed"
        raise ConfigurationError(text, code="E834-0332", place=Place(shown)) from None
    if kind == "sqlite":
        # The driver by itself opens no transaction to read, and would see a table change between two statements.
        sa.event.listen(engine, "connect", _leave_transactions_to_us)
        sa.event.listen(engine, "begin", _begin)
    return engine


def _existing(url: URL, shown: str) -> URL:
    """SQLite makes the file that is not there; a snapshot is opened to be read only."""
    path = url.database or ""
    if path.startswith("file:") or not os.path.lexists(path):
        text = "there is no snapshot here: no database file of that name"
        raise SnapshotRefusedError(text, code="E834-0304", place=Place(shown))
    if os.path.islink(path) or not os.path.isfile(path):  # noqa: PTH114, PTH113
        raise SnapshotRefusedError("this is a link, a pipe or a device", code="E834-0303", place=Place(shown))
    quoted = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return url.set(database=f"file:{quoted}", query={"mode": "ro", "uri": "true"})


def _leave_transactions_to_us(connection: Any, record: object) -> None:  # noqa: ARG001 - an event's own shape
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _present(connection: Connection, shown: str) -> list[str]:
    inspector = sa.inspect(connection)
    here = [table for table in TABLES if inspector.has_table(table)]
    for table in NEEDED_TABLES:
        if table not in here:
            raise SnapshotRefusedError(f"the snapshot has no {table}", code="E834-0301", place=Place(shown))
    return here


def _table(
    connection: Connection, table: str, settings: SourceSettings, shown: str
) -> tuple[RawTable, Sequence[Finding]]:
    header = [column["name"] for column in sa.inspect(connection).get_columns(table)]
    chosen = choose_columns(table, header, settings, shown)
    source = sa.table(table, *(sa.column(name) for name in header))
    count = connection.execute(sa.select(sa.func.count()).select_from(source)).scalar_one()
    if count > settings.caps.rows:
        text = f"the table has more than {settings.caps.rows} rows"
        raise SnapshotRefusedError(text, code="E834-0329", place=Place(shown))
    wanted = sa.select(*(source.c[header[position]] for position in chosen.positions.values()))
    builders = [(name, _converter(table, name, shown), ColumnBuilder()) for name in chosen.positions]
    rows = 0
    with connection.execution_options(stream_results=True).execute(wanted) as result:
        for batch in result.partitions(_BATCH):
            rows += len(batch)
            for (_, convert, builder), values in zip(builders, zip(*batch, strict=True), strict=True):
                builder.add([convert(value) for value in values])
    if rows != count:
        text = f"{table} has {count} rows, and {rows} were read"
        raise SnapshotRefusedError(text, code="E834-0331", place=Place(shown))
    columns = {name: builder.finished() for name, _, builder in builders}
    return RawTable(table, shown, columns, rows, None), chosen.findings


def _converter(table: str, name: str, shown: str) -> Callable[[object], str]:
    """How a column's values become the texts that a CSV of the same rows holds."""
    kind = kind_of(table, name)

    def text(value: object) -> str:
        if isinstance(value, str):
            return value
        if value is None:
            return ""
        if isinstance(value, bool):
            return ("yes" if value else "no") if kind is FieldKind.FLAG else refuse(value)
        if isinstance(value, int):
            return _whole(value, kind) or refuse(value)
        if isinstance(value, Decimal) and kind in {FieldKind.MONEY, FieldKind.INTEGER} and value.is_finite():
            return text_of_number(value)
        if isinstance(value, date) and not isinstance(value, datetime) and kind is FieldKind.DATE:
            return value.isoformat()
        return refuse(value)

    def refuse(value: object) -> NoReturn:
        held = type(value).__name__
        message = f"{table}.{name} holds a value of type {held}, which cannot be a {kind.value} column's exactly"
        raise SnapshotRefusedError(message, code="E834-0328", place=Place(shown, name=name))

    return text


def _whole(value: int, kind: FieldKind) -> str | None:
    """A whole number, where one belongs; SQLite keeps truth values as 0 and 1."""
    if kind in {FieldKind.INTEGER, FieldKind.MONEY}:
        return str(value)
    if kind is FieldKind.FLAG and value in {0, 1}:
        return "yes" if value else "no"
    return None
