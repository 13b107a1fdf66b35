"""What everything in this package writes with, and what the spool is told of it.

After each commit, and before anything can leave, the transmission's manifest in the spool is renewed; so the spool
never knows more than the database, unless the database was restored from an older copy: then nothing is planned.
The moves themselves are ``transitions.py``'s.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import select

from edi834.errors import HeldError, UnexpectedError
from edi834.faults import point
from edi834.feed.ledger_port import EnvelopeKey, Transmission
from edi834.ledger import tables
from edi834.ledger.database import Database
from edi834.ledger.keys import Keyring
from edi834.ledger.leases import Terms
from edi834.ledger.spool import Manifest, Spool
from edi834.ledger.trail import Trail

__all__ = ["KEPT", "Books", "after_commit", "ahead_of_ledger", "require_current"]

KEPT = (
    "feed_id",
    "carrier_id",
    "sequence",
    "state",
    "reference",
    "remote_name",
    "scope",
    "purpose",
    "snapshot_identity",
    "mapping_digest",
    "release_digest",
    "plan_digest",
    "is_test",
    "per_item",
    "plain_sha256",
    "sealed_sha256",
    "sealed_size",
    "recipient_key",
    "unsealed_reason",
    "attempts",
)
"""What a manifest keeps of a transmission, besides its dates and envelope: enough to write its row again."""


@dataclass(frozen=True, slots=True)
class Books:
    """What everything in this package writes with."""

    database: Database
    keyring: Keyring
    spool: Spool
    trail: Trail
    terms: Terms


def after_commit(books: Books, action: str, transmission: Transmission, version: int) -> None:
    """What follows every commit that changed a transmission."""
    try:
        point(f"{action}-committed")
    except OSError as error:
        raise UnexpectedError(f"the machine failed after a commit ({error.strerror})", code="E834-0705") from None
    _declare(books, transmission, version)


def _declare(books: Books, transmission: Transmission, version: int) -> None:
    """Tell the spool what the transmission has become: after the commit, and before anything leaves."""
    if transmission.control_number is None:
        return
    with books.database.reading() as connection:
        line, chain = books.trail.head(connection)
    envelope = transmission.envelope
    kept = {name: getattr(transmission, name) for name in KEPT}
    facts: dict[str, object] = {**kept, "envelope": asdict(envelope), "line": line, "chain": chain}
    facts["as_of"], facts["created"] = transmission.as_of.isoformat(), transmission.created.isoformat()
    manifest = Manifest(transmission.transmission_id, version, transmission.control_number)
    books.spool.declare(_envelope_token(books.keyring, envelope), manifest, facts)


def require_current(books: Books, envelope: EnvelopeKey) -> None:
    """Make sure that the database knows everything the spool's manifests know between this sender and receiver.

    Raises:
      HeldError: it does not: it was restored from an older copy, and its next numbers may have been used.
    """
    ahead = ahead_of_ledger(books, _envelope_token(books.keyring, envelope))
    if ahead:
        newest = max(m.control_number for m in ahead)
        text = (
            f"the ledger was restored from an older copy: the spool knows {len(ahead)} transmissions to "
            f"{envelope.receiver_id} that it does not know or knows in an earlier state, up to control number {newest}"
        )
        raise HeldError(text, code="E834-0709")


def _envelope_token(keyring: Keyring, envelope: EnvelopeKey) -> str:
    """The token under which the spool knows a sender and receiver."""
    parts = (envelope.sender_qualifier, envelope.sender_id, envelope.receiver_qualifier, envelope.receiver_id)
    return keyring.token("envelope", *parts)


def ahead_of_ledger(books: Books, envelope: str) -> list[Manifest]:
    """The manifests, under one envelope's token, that know more than the database."""
    # The spool first: what is committed between the two readings is known to the database at the second.
    known_to_spool = books.spool.manifests(envelope)
    if not known_to_spool:
        return []
    files = tables.transmissions
    numbers = sorted({manifest.control_number for manifest in known_to_spool})
    query = select(files.c.transmission_id, files.c.version)
    query = query.where(files.c.control_number.between(numbers[0], numbers[-1]))
    with books.database.reading() as connection:
        known = {row.transmission_id: row.version for row in connection.execute(query)}
    return [manifest for manifest in known_to_spool if known.get(manifest.transmission_id, -1) < manifest.version]
