"""The part of the ledger's port that is about sealed bytes: keeping them, giving them back, and sealing them anew.

What a recipient's key has sealed is stored before any state says so, whole or block by block, under the workspace's own
key; rotating that key changes how everything rests and nothing of what it is.
Where and how it rests is ``spool.py``'s and ``blocks.py``'s; the rest of the port is ``sql_ledger.py``'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from edi834.errors import UnexpectedError, UsageError
from edi834.faults import point
from edi834.feed.ledger_port import Lease, State, Transmission
from edi834.feed.stages import SealedContent
from edi834.feed.whereabouts import NOWHERE, Whereabouts
from edi834.ledger import feed_memory
from edi834.ledger.blocks import StoredContent
from edi834.ledger.books import Books
from edi834.ledger.keys import finish_rotation, start_rotation
from edi834.ledger.rotation import reseal
from edi834.ledger.spool import Spool
from edi834.ledger.transitions import Move, move, transmission_row
from edi834.model import FeedId, TransmissionId

__all__ = ["Keeping"]


class Keeping:
    """What a ledger does with sealed bytes; :class:`SqlLedger` gives the books, and the right to work on a feed."""

    _books: Books

    if TYPE_CHECKING:  # SqlLedger's

        def lease(self, feed_id: FeedId) -> AbstractContextManager[Lease]:
            """Take a feed for a while."""

        def record(self, action: str, subject: str, **detail: str) -> None:
            """Write a line into the trail."""

    def sealed(
        self,
        lease: Lease,
        transmission_id: TransmissionId,
        *,
        content: bytes | SealedContent,
        sha256: str,
        recipient_key: str | None,
        unsealed_reason: str | None,
        whereabouts: Whereabouts = NOWHERE,
    ) -> Transmission:
        """validated → sealed: the bytes are stored, synced and named before the state says so."""
        digest = content.sha256 if isinstance(content, StoredContent) else hashlib.sha256(_whole(content)).hexdigest()
        if digest != sha256:
            text = f"the sealed bytes of {transmission_id} do not have the digest they came with"
            raise UnexpectedError(text, code="E834-0718")
        if whereabouts:
            self._books.spool.store_whereabouts(lease.feed_id, whereabouts, sha256)
        if not isinstance(content, StoredContent):
            self._books.spool.store(lease.feed_id, _whole(content), sha256)
        values = {
            "sealed_sha256": sha256,
            "sealed_size": len(content),
            "recipient_key": recipient_key,
            "unsealed_reason": unsealed_reason,
        }
        return move(
            self._books, lease, transmission_id, Move("sealed", {State.VALIDATED}, State.SEALED, values, values)
        )

    def sealed_content(self, transmission_id: TransmissionId) -> bytes:
        """The sealed bytes, their digest checked.

        Raises:
          HeldError: they are missing or changed.
        """
        return _whole(self.sealed_file(transmission_id))

    def sealed_file(self, transmission_id: TransmissionId) -> StoredContent:
        """The sealed bytes where they rest, to be read block by block; whether they are whole is proven by reading."""
        with self._books.database.reading() as connection:
            row = transmission_row(connection, transmission_id)
        if row.sealed_sha256 is None:
            raise UsageError(f"{transmission_id} is {row.state} and was never sealed", code="E834-0712")
        return self._books.spool.stored(row.feed_id, row.sealed_sha256, row.sealed_size)

    def keep(self, feed_id: FeedId, blocks: Iterable[bytes]) -> tuple[StoredContent, str]:
        """Store sealed bytes as they come, with their digest."""
        kept = self._books.spool.keep(feed_id, blocks)
        return kept, kept.sha256

    def rotate_sealing_key(self, keyring: Path, *, reason: str) -> Mapping[str, int]:
        """Give the workspace a new sealing key, and seal everything anew with it; one that was begun is finished.

        Args:
          keyring: The keyring's file, which is written anew.
          reason: Why, for the trail.

        Returns:
          How many ``records`` and ``files`` were sealed anew.

        Raises:
          LockedError: a feed is at work.
          HeldError: something that is stored opens with no key that is known.
          KeyRefusedError: the keyring's file cannot be read or written.
        """
        with ExitStack() as leases:
            for feed_id in feed_memory.known_feeds(self._books):
                leases.enter_context(self.lease(feed_id))
            both = start_rotation(keyring)
            point("rotation-started")
            self._books = replace(self._books, keyring=both, spool=Spool(self._books.spool.folder, both))
            counts = reseal(self._books)
            reported = {name: str(count) for name, count in counts.items()}
            self.record("sealing_key_rotated", "workspace", now=both.sealing_name, **reported, reason=reason)
            point("rotation-resealed")
            finish_rotation(keyring)
        return counts


def _whole(content: bytes | SealedContent) -> bytes:
    return content if isinstance(content, bytes) else b"".join(content.blocks())
