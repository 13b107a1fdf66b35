"""A ledger in memory: a baseline that moves as the port says it moves, and nothing of states, numbers or locks.

A family's baseline is its newest reported row that counts; a rejection takes the row of that file, and every later row of
that family, out of the count.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from edi834.feed.ledger_port import FeedMemory, Reported, ReportedFamily
from edi834.grants import ReleasedFamily, restored, written
from edi834.model import FamilyRef, FeedId, TransmissionId
from tests.laws.sendings import Sendings, Sent, file_number, transmission_id

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
    reverted_by: int = 0  # the file whose rejection reverted it


@dataclass
class LedgerInMemory(Sendings):
    """What a run asks of a ledger, over rows in memory."""

    digest_key: bytes = b"k" * 32
    sent: list[Sent] = field(default_factory=list)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    forgotten: dict[str, set[int]] = field(default_factory=dict)  # files of a family that never arrived
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

    def standing_reverted(self, feed_id: FeedId) -> frozenset[str]:
        """Families whose newest row that stands at the carrier no longer counts, because an older file was rejected."""
        return frozenset(self.standing_families(feed_id))

    def standing_families(
        self, feed_id: FeedId, *, before: TransmissionId | None = None
    ) -> Mapping[str, Sequence[ReportedFamily]]:
        """What each file reported them that the carrier took since what counts; or had, when that file reported them."""
        number = len(self.sent) + 1 if before is None else file_number(before)
        found = {}
        for token, rows in self.rows.items():
            earlier = [row for row in rows if row.file < number]
            # A rejection that came after that file reverted its own row with the rejected one.
            if (
                earlier
                and not earlier[-1].counts
                and not any(r.file == number and 0 < r.reverted_by < number for r in rows)
            ):
                last = max((at for at, row in enumerate(earlier) if row.counts), default=-1)
                found[token] = tuple(
                    replace(
                        _reported_family(row),
                        is_torn=bool(row.set_numbers & self._refused(row.file)),
                        rests_on_rejected=self._rejected_between(
                            token, earlier[last].file if last >= 0 else 0, row.file
                        ),
                    )
                    for row in earlier[last + 1 :]
                )
        return found

    def _rejected_between(self, token: str, since: int, file: int) -> bool:
        """Whether a file after one and before another reported the family, and was rejected, whole or in part."""
        reported = {row.file for row in self.rows[token] if self._refused(row.file) & row.set_numbers}
        return any(since < one < file for one in reported | self.forgotten.get(token, set()))

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
        families = [_restored(row.payload) for t in self.rows if (row := self._standing(t)) is not None]
        return sum(
            any(c.end is None or c.end >= looked for c in m.coverages) for family in families for m in family.members
        )

    def approved_plans(self, feed_id: FeedId) -> frozenset[str]:
        return frozenset()

    # --- what a run and an answer do to it ----------------------------------------------------------------------

    def took_in(self, file: int, reported: Collection[Reported], reported_on: date) -> None:
        """A delivered file's families begin to count."""
        for one in reported:
            row = Row(file, frozenset({one.set_number, *one.also_in}), written(one.target), one.digest, reported_on)
            self.rows.setdefault(self.token(one.target.ref), []).append(row)
            self.refused.discard(self.token(one.target.ref))

    def families_before(self, transmission_id: TransmissionId) -> Mapping[FamilyRef, ReportedFamily]:
        """What counted of a file's families before it."""
        number = file_number(transmission_id)
        stood = {}
        for reported in self.families_of(transmission_id):
            rows = self.rows.get(self.token(reported.target.ref), ())
            row = next((one for one in reversed(rows) if one.counts and one.file < number), None)
            if row is not None:
                stood[reported.target.ref] = _reported_family(row)
        return stood

    def rejected(self, file: int, set_number: str) -> None:
        """Revert a set's families: its row, and whatever was reported them later.

        A row of which every set was rejected never arrived, and is forgotten; of another, the carrier holds a part.
        """
        self.verdict(file, set_number, "R")
        refused = self._refused(file)
        for token, rows in self.rows.items():
            for at, row in enumerate(rows):
                if row.file == file and set_number in row.set_numbers:
                    for later in rows[at:]:
                        if later.counts:
                            later.counts, later.reverted_by = False, file
                    if row.set_numbers <= refused:
                        del rows[at]
                        self.forgotten.setdefault(token, set()).add(file)
                    self.refused.add(token)
                    break

    def looked(self, *, as_of: date, snapshot: str, mapping_digest: str, release_digest: str) -> None:
        self.looked_at = FeedMemory(as_of, snapshot, mapping_digest, release_digest, None, 0)

    def _standing(self, token: str) -> Row | None:
        return next((row for row in reversed(self.rows.get(token, ())) if row.counts), None)


def _reported_family(row: Row) -> ReportedFamily:
    return ReportedFamily(_restored(row.payload), row.digest, transmission_id(row.file), row.reported_on)


@lru_cache(maxsize=4_096)
def _restored(payload: bytes) -> ReleasedFamily:
    """A row is read many times, night after night, and what is read of it cannot be changed."""
    return restored(payload)
