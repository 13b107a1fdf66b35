"""Accepting: what a person says about the baseline, without a file being sent.

Somebody takes families as reported (after a changed mapping or grant), or says that what a transmission reported does
not count.
Both are rows like any other, append-only, each with an actor and a reason in the trail.
What is taken as reported, and whether it may be, is decided in ``edi834/feed/baseline.py``.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, select, update

from edi834.errors import ConfigurationError, HeldError, UsageError
from edi834.faults import point
from edi834.feed.ledger_port import Intent, Lease, State, Transmission
from edi834.grants import written
from edi834.ledger import tables
from edi834.ledger.books import Books
from edi834.ledger.leases import guard
from edi834.ledger.plans import write_accepted
from edi834.ledger.reported import baseline, baseline_digests, seal_reported
from edi834.ledger.reverted import revert
from edi834.ledger.trail import without_ssns
from edi834.ledger.transitions import read_transmission, transmission_row
from edi834.model import FeedId, TransmissionId

__all__ = ["Accepting"]


class Accepting:
    """What a ledger takes on a person's word; :class:`SqlLedger` gives the books."""

    _books: Books
    _random_ids: Callable[[], str]

    def accept(self, lease: Lease, intent: Intent, *, reason: str) -> Transmission:
        """Take families as reported without a file: it counts at once, and has no number.

        Raises:
          HeldError: a transmission of the feed is open: it is finished or voided first.
        """
        books = self._books
        if intent.feed_id != lease.feed_id:
            raise ConfigurationError(f"the lease of {lease.feed_id} is none of {intent.feed_id}", code="E834-0717")
        families = seal_reported(books.keyring, intent.feed_id, intent.reported)
        why = without_ssns(reason)

        def work(connection: Connection) -> Transmission:
            guard(connection, lease, books.terms)
            _require_nothing_open(connection, lease)
            tid = self._random_ids()
            write_accepted(connection, intent, families, tid)
            said = {"feed": intent.feed_id, "families": len(families), "purpose": intent.purpose, "reason": why}
            books.trail.add(connection, "accepted", tid, said)
            _remember(connection, lease, intent.mapping_digest, intent.release_digest)
            point("accepted-before-commit")
            return read_transmission(connection, tid)

        return books.database.write(work)

    def exported(self, feed_id: FeedId) -> bytes:
        """What counts as reported in a feed, family by family as lines of JSON, sealed with the workspace's key."""
        keyring = self._books.keyring
        with self._books.database.reading() as connection:
            tokens = sorted(baseline_digests(connection, feed_id))
            counting = baseline(connection, keyring, feed_id, tokens)
        lines = b"".join(written(counting[token].family) + b"\n" for token in tokens)
        return keyring.seal(lines, feed_id, "export")

    def rolled_back(self, lease: Lease, transmission_id: TransmissionId, *, reason: str) -> int:
        """Let what a transmission reported stop counting; gives how many families.

        Raises:
          UsageError: it never counted, or something reported later rests on what was accepted.
        """
        books, why = self._books, without_ssns(reason)

        def work(connection: Connection) -> int:
            guard(connection, lease, books.terms)
            _require_nothing_open(connection, lease)
            row = transmission_row(connection, transmission_id)
            if not State(row.state).counts or row.feed_id != lease.feed_id:
                raise UsageError(
                    f"{transmission_id} is {row.state}, and nothing that it reported of {lease.feed_id} counts",
                    code="E834-0712",
                    remedy=f"edi834 transmissions {lease.feed_id}",
                )
            reported = tables.reported_sets
            numbers = select(reported.c.set_number).distinct().where(reported.c.transmission_no == row.transmission_no)
            if row.state == State.ACCEPTED:
                families = _void(connection, lease, row.transmission_no, transmission_id)
            else:
                families = revert(connection, row.transmission_no, list(connection.execute(numbers).scalars()))
            said = {"feed": lease.feed_id, "families": families, "from": row.state, "reason": why}
            books.trail.add(connection, "rolled_back", transmission_id, said)
            return families

        return books.database.write(work)


def _require_nothing_open(connection: Connection, lease: Lease) -> None:
    files = tables.transmissions
    states = [state for state in State if state.is_open]
    query = select(files.c.transmission_id).where(files.c.feed_id == lease.feed_id, files.c.state.in_(states))
    waiting = connection.execute(query).scalar_one_or_none()
    if waiting is not None:
        text = f"{waiting} of {lease.feed_id} is open, and is finished or voided first"
        raise HeldError(text, code="E834-0714", remedy=f"edi834 show {waiting}")


def _void(connection: Connection, lease: Lease, transmission_no: int, transmission_id: str) -> int:
    """Void what was accepted, where nothing was reported since; the digests before it stand again."""
    files, reported = tables.transmissions, tables.reported
    counting = [state for state in State if state.counts]
    mine = (files.c.feed_id == lease.feed_id) & files.c.state.in_(counting)
    later = select(files.c.transmission_id).where(mine, files.c.transmission_no > transmission_no).limit(1)
    rests = connection.execute(later).scalar_one_or_none()
    if rests is not None:
        text = f"{rests} was reported after {transmission_id} was accepted, and rests on it"
        raise UsageError(
            text, code="E834-0731", remedy=f"roll back {rests} first, or report everyone again with --full"
        )
    connection.execute(
        update(files)
        .where(files.c.transmission_no == transmission_no)
        .values(state=State.VOIDED, version=files.c.version + 1)
    )
    before = select(files.c.mapping_digest, files.c.release_digest).where(mine).order_by(files.c.sequence.desc())
    found = connection.execute(before.limit(1)).one_or_none()
    _remember(connection, lease, *(found or (None, None)))
    rows = select(reported.c.family_no).where(reported.c.transmission_no == transmission_no)
    return len(connection.execute(rows).all())


def _remember(connection: Connection, lease: Lease, mapping_digest: str | None, release_digest: str | None) -> None:
    feeds = tables.feeds
    connection.execute(
        update(feeds)
        .where(feeds.c.feed_id == lease.feed_id)
        .values(mapping_digest=mapping_digest, release_digest=release_digest)
    )
