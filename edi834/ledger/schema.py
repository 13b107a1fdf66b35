"""How the ledger's tables come to be and change: Alembic's migrations, which travel inside the package.

A ledger is at the newest revision or it is not opened; going forward is one transaction, going back is restoring a
backup.
What the tables are is ``tables.py``'s.
"""

from __future__ import annotations

import io
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from edi834.errors import ConfigurationError
from edi834.ledger.database import Database

__all__ = ["check_schema", "create_ledger", "require_newest", "upgrade"]


def create_ledger(url: str) -> None:
    """Make the ledger's tables; where they are already at the newest revision, nothing changes.

    Raises:
      ConfigurationError: the url is not one of a ledger.
    """
    upgrade(url)


def upgrade(url: str) -> None:
    """Bring the ledger's tables to the newest revision, in one transaction."""
    database = Database(url)
    try:
        database.write(_upgrade)
    finally:
        database.close()


def check_schema(url: str) -> None:
    """Make sure that the ledger's tables are at the newest revision.

    Raises:
      ConfigurationError: there are none, or they are behind or ahead of this program.
    """
    database = Database(url)
    try:
        require_newest(database)
    finally:
        database.close()


def require_newest(database: Database) -> None:
    """As :func:`check_schema`, of a database that is open."""
    with database.reading() as connection:
        current = _known_revision(connection)
    if current is None:
        raise _refused("there is no ledger in this database yet", "edi834 ledger init")
    if current != ScriptDirectory.from_config(_configuration()).get_current_head():
        raise _refused(f"the ledger is behind this program, at {current}", "edi834 ledger upgrade")


def _known_revision(connection: Connection) -> str | None:
    current = MigrationContext.configure(connection).get_current_revision()
    script = ScriptDirectory.from_config(_configuration())
    if current is not None and current not in {revision.revision for revision in script.walk_revisions()}:
        raise _refused(f"the ledger was made by a newer program, at {current}", "install that program, or a newer one")
    return current


def _upgrade(connection: Connection) -> None:
    _known_revision(connection)
    configuration = _configuration()
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, "head")


def _configuration() -> Config:
    configuration = Config(stdout=io.StringIO())
    here = Path(__file__).parent / "migrations"
    configuration.set_main_option("script_location", str(here).replace("%", "%%"))
    return configuration


def _refused(message: str, remedy: str) -> ConfigurationError:
    return ConfigurationError(message, code="E834-0704", remedy=remedy)
