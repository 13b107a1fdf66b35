"""A ledger in memory: a baseline that moves as the port says it moves, and nothing of states, numbers or locks.

A family's baseline is its newest told row that counts; a rejection takes the row of that file, and every later row of
that family, out of the count.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from edi834.feed.ledger_port import FeedMemory, ToldFamily
from edi834.model import FamilyRef, FeedId, TransmissionId
from edi834.release import ReleasedFamily, restored, written

__all__ = ["LedgerInMemory", "Row"]


@dataclass
class Row:
    """A family as one delivered file told it; sealed here means written down, so that nothing but bytes is kept."""

    file: int
    set_numbers: frozenset[str]
    payload: bytes
    digest: bytes
    told_on: date
    counts: bool = True


@dataclass
class LedgerInMemory:
    """What ``prepare`` asks of a ledger, over rows in memory."""

    digest_key: bytes = b"k" * 32
    rows: dict[str, list[Row]] = field(default_factory=dict)
    looked_at: FeedMemory = field(default_factory=lambda: FeedMemory(None, None, None, None, None, 0))
    files: int = 0

    def memory(self, feed_id: FeedId) -> FeedMemory:
        return self.looked_at

    def token(self, ref: FamilyRef) -> str:
        return f"{ref.group_id}\0{ref.subscriber_id}"

    def baseline_digests(self, feed_id: FeedId) -> Mapping[str, bytes]:
        return {token: row.digest for token in self.rows if (row := self._standing(token)) is not None}

    def baseline(self, feed_id: FeedId, tokens: Collection[str]) -> Mapping[str, ToldFamily]:
        standing = {token: row for token in tokens if (row := self._standing(token)) is not None}
        return MappingProxyType(
            {
                token: ToldFamily(restored(row.payload), row.digest, TransmissionId(f"{row.file:012x}"), row.told_on)
                for token, row in standing.items()
            }
        )

    def standing_untold(self, feed_id: FeedId) -> frozenset[str]:
        """Families whose newest row that stands at the carrier no longer counts, because an older file was rejected."""
        return frozenset(token for token, rows in self.rows.items() if rows and not rows[-1].counts)

    def approved_families(self, feed_id: FeedId) -> frozenset[str]:
        """Nobody approves anything here."""
        return frozenset()

    def held_members(self, feed_id: FeedId) -> int:
        return sum(len(restored(row.payload).members) for t in self.rows if (row := self._standing(t)) is not None)

    def transmissions(self, feed_id: FeedId) -> Sequence[object]:
        return ()

    def approved_plans(self, feed_id: FeedId) -> frozenset[str]:
        return frozenset()

    # --- what a run and an answer do to it ----------------------------------------------------------------------

    def delivered(self, told: Collection[tuple[ReleasedFamily, bytes, Collection[str]]], told_on: date) -> int:
        """Take a delivered file's families in: target, digest, set numbers. Gives the file's number."""
        self.files += 1
        for target, digest, numbers in told:
            row = Row(self.files, frozenset(numbers), written(target), digest, told_on)
            self.rows.setdefault(self.token(target.ref), []).append(row)
        return self.files

    def rejected(self, file: int, set_number: str) -> None:
        """Un-tell a set's families: its row, and whatever was told of them later. What never arrived is forgotten."""
        for rows in self.rows.values():
            for at, row in enumerate(rows):
                if row.file == file and set_number in row.set_numbers:
                    for later in rows[at + 1 :]:
                        later.counts = False
                    del rows[at]
                    break

    def looked(self, *, as_of: date, snapshot: str, mapping_digest: str, release_digest: str) -> None:
        self.looked_at = FeedMemory(as_of, snapshot, mapping_digest, release_digest, None, 0)

    def _standing(self, token: str) -> Row | None:
        return next((row for row in reversed(self.rows[token]) if row.counts), None)
