"""Snapshots in: a folder or a database, read to one table that feeds ask for digests and families.

Reading is strict and guesses nothing: what cannot be trusted as a whole is refused, what is wrong with one row is held
against its family, and frames and columns stop at this door.
What a feed may see of it is decided by ``edi834/grants``; what changed, by ``edi834/book``.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from edi834.feed.ports import Clock, SnapshotTable
from edi834.sources.settings import Caps, SourceSettings

__all__ = ["Caps", "SourceSettings", "open_snapshot"]


def open_snapshot(location: str | Path, settings: SourceSettings, *, as_of: date | None, clock: Clock) -> SnapshotTable:
    """Open a snapshot: read all of it, once, and judge every row.

    Args:
      location: A folder of CSV or Parquet tables, or the URL of a PostgreSQL or SQLite database.
      settings: How this house's snapshots differ from the contract.
      as_of: The day the snapshot speaks of, where the caller says so; else a folder's manifest does.
      clock: Tells how long a file has stood still.

    Returns:
      The snapshot as columns. It holds no file and no connection open.

    Raises:
      SnapshotRefusedError: it cannot be trusted as a whole, so nothing may be planned from it.
      UsageError: nothing says of which day it is, or the location is none.
      ConfigurationError: the database cannot be read from here.
    """
    from edi834.sources.opening import opened  # frames take a second to import, and most commands read no snapshot

    return opened(location, settings, as_of=as_of, clock=clock)
