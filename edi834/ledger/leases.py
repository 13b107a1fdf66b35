"""The right to work on a feed: a lock file on this machine, and a leased row with a fence in the database.

The lock file keeps two runs of one machine apart and dies with its process; the row keeps machines apart, lapses, and
gives every write a fence, so that a run that lost its lease can write nothing more.
What is written under a lease is ``transitions.py``'s and ``plans.py``'s.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select, update

from edi834.errors import LockedError, UnexpectedError
from edi834.feed.ledger_port import Lease
from edi834.feed.ports import Clock
from edi834.ledger.database import insert_or
from edi834.ledger.tables import feeds
from edi834.model import FeedId

__all__ = ["Terms", "ensure_feed", "file_lock", "give_back", "guard", "take"]


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms feeds are leased.

    Attributes:
      clock: The time.
      user: Who works.
      host: On which machine.
      duration: How long a lease stands after its last write.
      longest_upload: How long a run that lost its lease may still be uploading.
    """

    clock: Clock
    user: str
    host: str = ""
    duration: timedelta = timedelta(minutes=30)
    longest_upload: timedelta = timedelta(hours=2)

    @property
    def machine(self) -> str:
        """The machine's name."""
        return self.host or socket.gethostname()


@contextmanager
def file_lock(path: Path, feed_id: FeedId, terms: Terms) -> Iterator[str]:
    """Hold the feed's lock file; gives the owner to write beside the lease.

    The owner is the lock file itself on this machine: whoever holds it knows that an earlier lease of the same owner
    belongs to a process that is gone, and need not wait for it to lapse.

    Raises:
      LockedError: another process of this machine holds it.
    """
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise UnexpectedError(
            f"the lock file of {feed_id} cannot be opened: {error.strerror}", code="E834-0719"
        ) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _locked_here(descriptor, feed_id) from None
        holder = {"host": terms.machine, "user": terms.user, "pid": os.getpid(), "since": terms.clock.now().isoformat()}
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder).encode(), 0)
        place = os.fstat(descriptor)
        yield f"{terms.machine}:{place.st_dev}:{place.st_ino}"
    finally:
        os.close(descriptor)


def ensure_feed(connection: Connection, feed_id: FeedId) -> None:
    """Give the feed its row of memory, if it has none."""
    row = {"feed_id": feed_id, "sequence": 0, "fence": 0, "refused_logins": 0}
    connection.execute(insert_or(connection, feeds).values(row).on_conflict_do_nothing())


def take(connection: Connection, feed_id: FeedId, owner: str, terms: Terms) -> Lease:
    """Take the lease, with a fence higher than any before.

    Raises:
      LockedError: another run has it, and it has not lapsed.
    """
    ensure_feed(connection, feed_id)
    now = terms.clock.now()
    row = connection.execute(select(feeds).where(feeds.c.feed_id == feed_id).with_for_update()).one()
    if row.lease_until is not None and row.lease_owner != owner and row.lease_until >= now:
        raise _locked(feed_id, row)
    lapsed = row.lease_until is not None and row.lease_owner != owner
    lease = Lease(feed_id, row.fence + 1, now + terms.duration)
    connection.execute(
        update(feeds)
        .where(feeds.c.feed_id == feed_id)
        .values(
            fence=lease.fence,
            lease_owner=owner,
            lease_host=terms.machine,
            lease_user=terms.user,
            lease_pid=os.getpid(),
            lease_since=now,
            lease_until=lease.until,
            void_after=row.lease_until + terms.longest_upload if lapsed else row.void_after,
        )
    )
    return lease


def guard(connection: Connection, lease: Lease, terms: Terms) -> Row[Any]:
    """Make sure that the lease still stands, and renew it: the first statement of everything written under it.

    The row stays locked until the transaction ends, so nobody takes the feed over in between.

    Raises:
      LockedError: another run took the feed over, or the lease was given back.
    """
    feed = connection.execute(
        update(feeds)
        .where(feeds.c.feed_id == lease.feed_id, feeds.c.fence == lease.fence, feeds.c.lease_until.is_not(None))
        .values(lease_until=terms.clock.now() + terms.duration)
        .returning(feeds)
    ).one_or_none()
    if feed is None:
        text = f"{lease.feed_id} was taken over by another run while this one stood still; nothing was written"
        raise LockedError(text, code="E834-0703")
    return feed


def give_back(connection: Connection, lease: Lease) -> None:
    """Let the feed go; a lease that is no longer ours is left alone."""
    connection.execute(
        update(feeds).where(feeds.c.feed_id == lease.feed_id, feeds.c.fence == lease.fence).values(lease_until=None)
    )


def _locked(feed_id: FeedId, row: Row[Any]) -> LockedError:
    since = _seconds(row.lease_since)
    text = f"{feed_id} is being worked on by {row.lease_user} on {row.lease_host}, pid {row.lease_pid}, since {since}"
    return LockedError(text, code="E834-0701", remedy=f"wait for it to end; it lapses at {_seconds(row.lease_until)}")


def _locked_here(descriptor: int, feed_id: FeedId) -> LockedError:
    try:
        holder = json.loads(os.pread(descriptor, 4096, 0))
        who = f"{holder['user']} on {holder['host']}, pid {holder['pid']}, since {_seconds(holder['since'])}"
    except (ValueError, KeyError):
        who = "a process that has only just begun"
    return LockedError(f"{feed_id} is being worked on by {who}", code="E834-0701")


def _seconds(moment: datetime | str) -> str:
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return at.isoformat(timespec="seconds")
