"""What is remembered of a feed besides its transmissions, and what a run clears away before it begins.

Whatever a run remembers is written under its lease; an operator's stop needs none, so that a feed can be stopped while
a run is at work.
What was reported is ``reported.py``'s, and who may work on a feed ``leases.py``'s.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select, update

from edi834.errors import KeyRefusedError
from edi834.feed.ledger_port import EnvelopeKey, FeedMemory, Lease
from edi834.ledger import tables
from edi834.ledger.answers import take_waiting
from edi834.ledger.books import Books, require_current
from edi834.ledger.database import insert_or
from edi834.ledger.leases import ensure_feed, guard
from edi834.ledger.rotation import require_own_sealing_key
from edi834.ledger.trail import without_ssns
from edi834.model import FeedId

__all__ = ["count_login", "known_feeds", "recall", "recover", "remember", "require_own_keyring", "stop_or_start"]


def recall(books: Books, feed_id: FeedId) -> FeedMemory:
    """What is remembered of the feed; of an unknown one, nothing."""
    with books.database.reading() as connection:
        row = connection.execute(select(tables.feeds).where(tables.feeds.c.feed_id == feed_id)).one_or_none()
    if row is None:
        return FeedMemory(None, None, None, None, None, 0)
    return FeedMemory(
        row.last_as_of, row.last_snapshot, row.mapping_digest, row.release_digest, row.held_reason, row.refused_logins
    )


def known_feeds(books: Books) -> list[FeedId]:
    """Every feed with a memory, in alphabetical order."""
    with books.database.reading() as connection:
        found = connection.execute(select(tables.feeds.c.feed_id).order_by(tables.feeds.c.feed_id)).scalars()
        return [FeedId(feed_id) for feed_id in found]


def remember(
    books: Books, lease: Lease, values: Mapping[str, object], action: str, detail: Mapping[str, object]
) -> None:
    """Change what is remembered, under the lease."""

    def work(connection: Connection) -> None:
        guard(connection, lease, books.terms)
        _change(connection, lease.feed_id, values)
        books.trail.add(connection, action, lease.feed_id, detail)

    books.database.write(work)


def count_login(books: Books, lease: Lease, *, refused: bool) -> int:
    """Count a refused login, or forget them all after a good one."""

    def work(connection: Connection) -> int:
        count = int(guard(connection, lease, books.terms).refused_logins) + 1 if refused else 0
        _change(connection, lease.feed_id, {"refused_logins": count})
        if refused:
            books.trail.add(connection, "login_refused", lease.feed_id, {"count": count})
        return count

    return books.database.write(work)


def stop_or_start(books: Books, feed_id: FeedId, action: str, *, reason: str, held: bool) -> None:
    """Stop a feed for a reason, or let it run again for one."""
    why = without_ssns(reason)

    def work(connection: Connection) -> None:
        ensure_feed(connection, feed_id)
        _change(connection, feed_id, {"held_reason": why if held else None})
        books.trail.add(connection, action, feed_id, {"reason": why})

    books.database.write(work)


def recover(books: Books, feed_id: FeedId) -> None:
    """Clear away what an earlier run left half done in the spool, and take in answers that came too early.

    Raises:
      HeldError: the spool knows more than the database, which was restored from an older copy.
    """
    files, envelopes = tables.transmissions, tables.envelopes
    with books.database.reading() as connection:
        used = select(envelopes).distinct().join(files).where(files.c.feed_id == feed_id)
        keys = [
            EnvelopeKey(row.sender_qualifier, row.sender_id, row.receiver_qualifier, row.receiver_id)
            for row in connection.execute(used)
        ]
        stored = select(files.c.sealed_sha256).where(files.c.feed_id == feed_id, files.c.sealed_sha256.is_not(None))
        keep = set(connection.execute(stored).scalars())
    for key in keys:
        require_current(books, key)
    books.spool.sweep(feed_id, keep)
    take_waiting(books, feed_id)


def require_own_keyring(books: Books) -> None:
    """Make sure that the keyring is this ledger's: with another, every token would be new and everyone reported again.

    Raises:
      KeyRefusedError: it is another's, or this ledger's before its sealing key was rotated.
    """
    seals = tables.seals
    ours = select(seals.c.proof).where(seals.c.purpose == "keyring")
    proof = books.keyring.token("this keyring")

    def work(connection: Connection) -> str:
        row = {"purpose": "keyring", "proof": proof}
        connection.execute(insert_or(connection, seals).values(row).on_conflict_do_nothing())
        return str(connection.execute(ours).scalar_one())

    with books.database.reading() as connection:
        known = connection.execute(ours).scalar_one_or_none()
        require_own_sealing_key(connection, books.keyring)
    if (known or books.database.write(work)) != proof:
        raise KeyRefusedError("this keyring is not the one that the ledger is sealed with", code="E834-0707")


def _change(connection: Connection, feed_id: FeedId, values: Mapping[str, object]) -> None:
    connection.execute(update(tables.feeds).where(tables.feeds.c.feed_id == feed_id).values(values))
