"""A ledger in memory: a baseline that moves as the port says it moves, and nothing of states, numbers or locks.

A family's baseline is its newest reported row that counts; a rejection takes the row of that file, and every later row
of that family, out of the count. What each file said of a family is kept, whatever became of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from edi834.book.payload import Part, restored_parts, written
from edi834.feed.ledger_port import FamilySending, FeedMemory, Reported, ReportedFamily
from edi834.grants import ReleasedFamily
from edi834.mapping.document import FilePurpose
from edi834.model import FamilyRef, FeedId
from tests.laws.sendings import Sendings, Sent, transmission_id

__all__ = ["LedgerInMemory", "Row"]


@dataclass
class Row:
    """A family as one delivered file reported it; sealed here means written down, so that nothing but bytes is kept."""

    file: int
    set_numbers: frozenset[str]
    payload: bytes
    digest: bytes
    reported_on: date
    counts: bool = True


@dataclass
class LedgerInMemory(Sendings):
    """What a run asks of a ledger, over rows in memory."""

    digest_key: bytes = b"k" * 32
    sent: list[Sent] = field(default_factory=list)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    looked_at: FeedMemory = field(default_factory=lambda: FeedMemory(None, None, None, None, None, 0))

    def memory(self, feed_id: FeedId) -> FeedMemory:
        return self.looked_at

    def token(self, ref: FamilyRef) -> str:
        return f"{ref.group_id}\0{ref.subscriber_id}"

    def baseline_digests(self, feed_id: FeedId) -> Mapping[str, bytes]:
        return {token: row.digest for token in self.rows if (row := self._standing(token)) is not None}

    def baseline(self, feed_id: FeedId, tokens: Collection[str]) -> Mapping[str, ReportedFamily]:
        standing = {token: row for token in tokens if (row := self._standing(token)) is not None}
        return MappingProxyType({token: _reported_family(row) for token, row in standing.items()})

    def sendings(self, feed_id: FeedId, tokens: Collection[str] | None = None) -> Mapping[str, Sequence[FamilySending]]:
        """What each delivered file said of a family, in the order of sending, with what was rejected of it."""
        chosen = self.rows if tokens is None else {token: self.rows[token] for token in tokens if token in self.rows}
        return {token: [self._sending(row) for row in rows] for token, rows in chosen.items()}

    def _sending(self, row: Row) -> FamilySending:
        sent = self.sent[row.file - 1].transmission
        target, parts = _restored(row.payload)
        corrects = sent.original if sent.purpose == FilePurpose.RESUBMISSION else None
        refused = row.set_numbers & self._refused(row.file)
        return FamilySending(
            transmission_id(row.file), row.file, target, parts, refused, corrects, mapping_digest=sent.mapping_digest
        )

    def _refused(self, file: int) -> set[str]:
        return {s.number for s in self.sent[file - 1].transmission.sets if s.verdict == "R"}

    def rejected_families(self, feed_id: FeedId) -> frozenset[str]:
        """Families of which a rejection took a row away, and nothing was reported since that counts."""
        return frozenset(self.refused)

    def approved_families(self, feed_id: FeedId) -> frozenset[str]:
        """Nobody approves anything here."""
        return frozenset()

    def held_members(self, feed_id: FeedId) -> int:
        looked = self.looked_at.last_as_of or date.min
        families = [_restored(row.payload)[0] for t in self.rows if (row := self._standing(t)) is not None]
        return sum(
            any(c.end is None or c.end >= looked for c in m.coverages) for family in families for m in family.members
        )

    def approved_plans(self, feed_id: FeedId) -> frozenset[str]:
        return frozenset()

    # --- what a run and an answer do to it ----------------------------------------------------------------------

    def took_in(self, file: int, reported: Collection[Reported], reported_on: date) -> None:
        """A delivered file's families begin to count."""
        for one in reported:
            payload = written(one.target, one.parts)
            token = self.token(one.target.ref)
            counts = one.settles or token not in self.refused
            row = Row(file, frozenset(one.set_numbers), payload, one.digest, reported_on, counts)
            self.rows.setdefault(token, []).append(row)
            self.refused -= {token} if counts else set()

    def rejected(self, file: int, set_number: str) -> None:
        """Revert a set's families: its row, and whatever was reported of them later."""
        self.verdict(file, set_number, "R")
        for token, rows in self.rows.items():
            for at, row in enumerate(rows):
                if row.file == file and set_number in row.set_numbers:
                    for later in rows[at:]:
                        later.counts = False
                    self.refused.add(token)

    def looked(self, *, as_of: date, snapshot: str, mapping_digest: str, release_digest: str) -> None:
        self.looked_at = FeedMemory(as_of, snapshot, mapping_digest, release_digest, None, 0)

    def _standing(self, token: str) -> Row | None:
        return next((row for row in reversed(self.rows.get(token, ())) if row.counts), None)


def _reported_family(row: Row) -> ReportedFamily:
    return ReportedFamily(_restored(row.payload)[0], row.digest, transmission_id(row.file), row.reported_on)


@lru_cache(maxsize=4_096)
def _restored(payload: bytes) -> tuple[ReleasedFamily, tuple[Part, ...]]:
    """A row is read many times, night after night, and what is read of it cannot be changed."""
    return restored_parts(payload)
