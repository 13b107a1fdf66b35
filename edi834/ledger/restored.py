"""Going on with a ledger that was restored from an older copy, when no newer one is left.

What only the spool knows is written down again: numbers and sequences are burned, and a file that had gone further than
the database knows waits for a person to settle it. What such files reported is lost, so their feeds are stopped.
Noticing that a ledger is an older copy is ``books.py``'s.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from edi834.feed.ledger_port import EnvelopeKey, State
from edi834.ledger import tables
from edi834.ledger.books import KEPT, Books, after_commit, ahead_of_ledger
from edi834.ledger.leases import ensure_feed
from edi834.ledger.plans import envelope_number
from edi834.ledger.spool import Manifest
from edi834.ledger.trail import without_ssns
from edi834.ledger.transitions import read_transmission

__all__ = ["accept_older_copy"]

_STOPPED = "the ledger was restored from an older copy; settle the files it holds, then send everyone"


def accept_older_copy(books: Books, reason: str) -> int:
    """Write down what only the spool knows, and stop the feeds concerned.

    Args:
      books: What to write with.
      reason: Why no newer copy is restored, for the trail.

    Returns:
      How many transmissions the database did not know, or knew in an earlier state.
    """
    found = [
        (manifest, books.spool.facts(envelope, manifest))
        for envelope in books.spool.envelopes()
        for manifest in ahead_of_ledger(books, envelope)
    ]
    found.sort(key=lambda each: (each[1]["feed_id"], each[1]["sequence"]))

    def work(connection: Connection) -> None:
        for manifest, facts in found:
            _write_again(books, connection, manifest, facts, without_ssns(reason))

    books.database.write(work)
    for manifest, _ in found:
        with books.database.reading() as connection:
            transmission = read_transmission(connection, manifest.transmission_id)
        after_commit(books, "restored", transmission, manifest.version + 1)
    return len(found)


def _write_again(books: Books, connection: Connection, manifest: Manifest, facts: dict[str, Any], reason: str) -> None:
    feeds, files, envelopes = tables.feeds, tables.transmissions, tables.envelopes
    ensure_feed(connection, facts["feed_id"])
    envelope_no = envelope_number(connection, EnvelopeKey(**facts["envelope"]))
    number = manifest.control_number
    lower = update(envelopes).where(envelopes.c.envelope_no == envelope_no, envelopes.c.last_number < number)
    connection.execute(lower.values(last_number=number))
    earlier = update(feeds).where(feeds.c.feed_id == facts["feed_id"], feeds.c.sequence < facts["sequence"])
    connection.execute(earlier.values(sequence=facts["sequence"]))
    connection.execute(update(feeds).where(feeds.c.feed_id == facts["feed_id"]).values(held_reason=_STOPPED))
    state = connection.execute(
        select(files.c.state).where(files.c.transmission_id == manifest.transmission_id)
    ).scalar_one_or_none()
    if state is None:
        connection.execute(insert(files).values(_burned(manifest, facts, envelope_no)))
    else:
        values = _unsettled(facts) if State(state).is_open else {}
        known = update(files).where(files.c.transmission_id == manifest.transmission_id)
        connection.execute(known.values(**values, version=manifest.version + 1))
    detail = {"feed": facts["feed_id"], "control_number": number, "was": facts["state"], "reason": reason}
    books.trail.add(connection, "restored", manifest.transmission_id, detail)


def _burned(manifest: Manifest, facts: dict[str, Any], envelope_no: int) -> dict[str, object]:
    """The row of a file that only the spool knows: voided, because what it reported is lost."""
    return {
        **{name: facts[name] for name in KEPT},
        "as_of": date.fromisoformat(facts["as_of"]),
        "created": datetime.fromisoformat(facts["created"]),
        "transmission_id": manifest.transmission_id,
        "version": manifest.version + 1,
        "envelope_no": envelope_no,
        "control_number": manifest.control_number,
        "state": State.VOIDED,
        "idempotency_key": manifest.transmission_id,
        "counts": "{}",
        "may_have_arrived": False,
    }


def _unsettled(facts: dict[str, Any]) -> dict[str, object]:
    """What changes of a file that the database knows as open and that went further: a person must settle it."""
    sealed = ("plain_sha256", "sealed_sha256", "sealed_size", "recipient_key", "unsealed_reason", "attempts")
    return {
        **{name: facts[name] for name in sealed},
        "state": State.HELD,
        "held_from": State.SEALED,
        "held_reason": _STOPPED,
        "may_have_arrived": bool(facts["attempts"]),
    }
