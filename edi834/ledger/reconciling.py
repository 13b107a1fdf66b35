"""What reconciliations found: since when a difference stands, and until when a person lives with it.

A row is a keyed token; who and what it is about cannot be read from it. A difference that is no longer found is closed,
and one that comes back begins anew, with nothing accepted.
Finding differences is ``edi834/reconcile``'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from itertools import islice

from sqlalchemy import Connection, insert, select, update

from edi834.errors import NothingMatchesError
from edi834.feed.known_differences import KnownDifference
from edi834.ledger import tables
from edi834.ledger.books import Books
from edi834.ledger.leases import ensure_feed
from edi834.ledger.trail import without_ssns
from edi834.model import FeedId

__all__ = ["Reconciling"]

_LENGTH = 12
_PORTION = 400


class Reconciling:
    """What a ledger remembers of differences; :class:`SqlLedger` gives the books."""

    _books: Books

    def difference_token(self, feed_id: FeedId, identity: str) -> str:
        """The token of a difference: 12 hexadecimal digits, the same for the same identity."""
        return self._books.keyring.token("difference", feed_id, identity)[:_LENGTH]

    def differences_seen(self, feed_id: FeedId, rows: Collection[str]) -> Mapping[str, KnownDifference]:
        """Remember what a whole reconciliation found: new ones begin now, those not found are gone."""
        books, found = self._books, sorted(set(rows))
        now = books.trail.clock.now()

        def work(connection: Connection) -> Mapping[str, KnownDifference]:
            table = tables.differences
            ensure_feed(connection, feed_id)
            standing = {k.row for k in _standing(connection, feed_id)}
            mine = table.c.feed_id == feed_id
            for portion in _portions(standing - set(found)):
                connection.execute(update(table).where(mine, table.c.row_token.in_(portion)).values(gone=now))
            new = [row for row in found if row not in standing]
            known: set[str] = set()
            for portion in _portions(new):
                query = select(table.c.row_token).where(mine, table.c.row_token.in_(portion))
                again = set(connection.execute(query).scalars())
                known |= again
                fresh = {"first_seen": now, "gone": None, "accepted_until": None, "accepted_because": None}
                if again:
                    connection.execute(update(table).where(mine, table.c.row_token.in_(again)).values(**fresh))
            inserted = [{"feed_id": feed_id, "row_token": row, "first_seen": now} for row in new if row not in known]
            if inserted:
                connection.execute(insert(table), inserted)
            return {k.row: k for k in _standing(connection, feed_id)}

        return books.database.write(work)

    def accept_difference(self, feed_id: FeedId, row: str, *, until: date, reason: str) -> KnownDifference:
        """Live with a difference until a day.

        Raises:
          NothingMatchesError: the feed's last reconciliation found no such row, or several begin so.
        """
        books, why = self._books, without_ssns(reason)

        def work(connection: Connection) -> KnownDifference:
            table = tables.differences
            found = [k for k in _standing(connection, feed_id) if k.row.startswith(row)]
            if len(found) != 1 or not row:
                raise NothingMatchesError(
                    f"{'no row' if not found else 'more than one row'} of {feed_id} begins with {row!r}",
                    code="E834-0972",
                )
            chosen = found[0].row
            values = {"accepted_until": until, "accepted_because": why}
            mine = (table.c.feed_id == feed_id) & (table.c.row_token == chosen)
            connection.execute(update(table).where(mine).values(**values))
            said = {"row": chosen, "until": until.isoformat(), "reason": why}
            books.trail.add(connection, "accepted_difference", feed_id, said)
            return KnownDifference(chosen, found[0].first_seen, until, why)

        return books.database.write(work)


def _standing(connection: Connection, feed_id: FeedId) -> Iterator[KnownDifference]:
    table = tables.differences
    query = select(table).where(table.c.feed_id == feed_id, table.c.gone.is_(None))
    for row in connection.execute(query).all():
        yield KnownDifference(row.row_token, row.first_seen, row.accepted_until, row.accepted_because)


def _portions(items: Collection[str]) -> Iterator[list[str]]:
    rest = iter(sorted(items))
    while portion := list(islice(rest, _PORTION)):
        yield portion
