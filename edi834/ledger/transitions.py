"""The states of a transmission: how a row reads as one, and how it moves from one state to the next.

Every move is one transaction: the lease is checked and renewed, the row is changed where it still is what it was read
as, and the trail gets its line; afterwards, and before anything can leave, the spool's manifest is renewed.
Which moves there are is ``docs/concepts/transmission.md``; planning is ``plans.py``'s, answers are ``answers.py``'s.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, select, update

from edi834.errors import LockedError, NothingMatchesError, UnexpectedError, UsageError
from edi834.faults import point
from edi834.feed.ledger_port import EnvelopeKey, Lease, State, Transmission, TransmissionSet
from edi834.feed.ports import Phase
from edi834.feed.stages import Receipt
from edi834.ledger import tables
from edi834.ledger.books import Books, after_commit
from edi834.ledger.leases import guard
from edi834.ledger.trail import without_ssns
from edi834.model import CarrierId, FeedId, TransmissionId

__all__ = [
    "Move",
    "deliver",
    "find_row",
    "hold",
    "move",
    "read_transmission",
    "read_transmissions",
    "resend",
    "settle",
    "transmission_row",
    "upload",
    "void",
]


@dataclass(frozen=True, slots=True)
class Move:
    """One move of one transmission.

    Attributes:
      action: What the trail and the fault points call it.
      sources: The states it may start from.
      target: The state it leads to; None where the state stays.
      values: Columns that change with it.
      detail: What the trail says besides.
      also: What else changes in the same transaction.
    """

    action: str
    sources: Collection[State]
    target: State | None
    values: Mapping[str, object] = field(default_factory=dict)
    detail: Mapping[str, object] = field(default_factory=dict)
    also: Callable[[Connection, Row[Any]], None] | None = None


def move(
    books: Books, lease: Lease, transmission_id: TransmissionId, decide: Move | Callable[[Connection, Row[Any]], Move]
) -> Transmission:
    """Make one move under the lease.

    Args:
      books: What to write with.
      lease: The right to work on the transmission's feed.
      transmission_id: Which transmission.
      decide: The move, or what decides on it once the row is locked and read.

    Raises:
      LockedError: the lease is lost.
      NothingMatchesError: the feed has no such transmission.
      UsageError: the move does not start from the state it is in.
    """

    def work(connection: Connection) -> tuple[Transmission, Move, int]:
        guard(connection, lease, books.terms)
        row = transmission_row(connection, transmission_id)
        if row.feed_id != lease.feed_id:
            raise NothingMatchesError(f"{lease.feed_id} has no transmission {transmission_id}", code="E834-0713")
        chosen = decide if isinstance(decide, Move) else decide(connection, row)
        _apply(books, connection, row, chosen)
        point(f"{chosen.action}-before-commit")
        return read_transmission(connection, transmission_id), chosen, row.version + 1

    moved, chosen, version = books.database.write(work)
    after_commit(books, chosen.action, moved, version)
    return moved


def _apply(books: Books, connection: Connection, row: Row[Any], chosen: Move) -> None:
    if row.state not in chosen.sources:
        wanted = " or ".join(sorted(chosen.sources))
        text = (
            f"{row.transmission_id} is {row.state}; only what is {wanted} can become {chosen.target or chosen.action}"
        )
        raise UsageError(text, code="E834-0712", remedy=f"edi834 show {row.transmission_id}")
    files = tables.transmissions
    target = chosen.target or State(row.state)
    changed = connection.execute(
        update(files)
        .where(files.c.transmission_no == row.transmission_no)
        .where(files.c.state == row.state, files.c.version == row.version)
        .values(**chosen.values, state=target, version=row.version + 1)
    )
    if changed.rowcount != 1:
        raise LockedError(f"{row.transmission_id} was changed by another run; nothing was written", code="E834-0703")
    if chosen.also is not None:
        chosen.also(connection, row)
    number = chosen.values.get("control_number", row.control_number)
    steps = {"feed": row.feed_id, "from": row.state, "to": target, "control_number": number}
    books.trail.add(connection, chosen.action, row.transmission_id, {**steps, **chosen.detail})


# --- moves that ask more than the state -----------------------------------------------------------------------------


def upload(connection: Connection, row: Row[Any]) -> Move:
    """Decide on beginning an attempt: sealed bytes, and one more try, under a lease that the trail names."""
    fence = connection.execute(select(tables.feeds.c.fence).where(tables.feeds.c.feed_id == row.feed_id)).scalar_one()
    values = {"attempts": row.attempts + 1, "phase": None}
    detail = {"attempt": row.attempts + 1, "fence": fence, "sealed_sha256": row.sealed_sha256}
    return Move("uploading", {State.SEALED}, State.UPLOADING, values, detail)


def deliver(receipt: Receipt) -> Callable[[Connection, Row[Any]], Move]:
    """Decide on delivery: by a receipt for the very bytes that were sealed."""
    proof = {"proof": receipt.proof, "verified": receipt.verified, "peer": receipt.peer, "sha256": receipt.sha256}

    def decide(_: Connection, row: Row[Any]) -> Move:
        values = {"receipt": _receipt_text(receipt, row)}
        return Move("delivered", _UNDERWAY, State.DELIVERED, values, proof, supersede_items)

    return decide


_UNDERWAY = frozenset({State.UPLOADING, State.IN_DOUBT})


def resend(reason: str) -> Callable[[Connection, Row[Any]], Move]:
    """Decide on sending the same bytes again: whatever was delivered may be; its state stays."""
    sent = {State.DELIVERED, State.ACKNOWLEDGED, State.PARTLY_REJECTED, State.REJECTED}

    def decide(_: Connection, row: Row[Any]) -> Move:
        again = row.attempts + 1
        return Move("resending", sent, None, {"attempts": again}, {"attempt": again, "reason": without_ssns(reason)})

    return decide


def hold(reason: str) -> Callable[[Connection, Row[Any]], Move]:
    """Decide on holding for a person: from any open state, which is remembered."""
    why = without_ssns(reason)

    def decide(_: Connection, row: Row[Any]) -> Move:
        values = {"held_reason": why, "held_from": row.held_from or row.state}
        open_states = {state for state in State if state.is_open}
        return Move("held", open_states, State.HELD, values, {"reason": why})

    return decide


def void(books: Books, reason: str) -> Callable[[Connection, Row[Any]], Move]:
    """Decide on voiding: not while a rename may have been obeyed, nor while a lost run may still be uploading."""

    def decide(connection: Connection, row: Row[Any]) -> Move:
        if row.state == State.HELD and row.may_have_arrived:
            text = f"{row.transmission_id} may have arrived, so its number cannot be voided yet"
            remedy = f"edi834 resolve {row.transmission_id} --arrived, or --lost"
            raise UsageError(text, code="E834-0712", remedy=remedy)
        feeds = tables.feeds
        after: datetime | None = connection.execute(
            select(feeds.c.void_after).where(feeds.c.feed_id == row.feed_id)
        ).scalar_one()
        if row.attempts and after is not None and books.terms.clock.now() <= after:
            text = f"a run that lost its lease may still be uploading {row.transmission_id}"
            remedy = f"try again after {after.isoformat(timespec='seconds')}"
            raise LockedError(text, code="E834-0722", remedy=remedy)
        return Move("voided", _VOIDABLE, State.VOIDED, detail={"reason": without_ssns(reason)})

    return decide


_VOIDABLE = frozenset({State.PLANNED, State.RENDERED, State.VALIDATED, State.SEALED, State.HELD})


def settle(arrived: bool, reason: str) -> Callable[[Connection, Row[Any]], Move]:
    """Decide on a person's word about a file that may have arrived; one held for that reason can be settled too."""

    def decide(_connection: Connection, row: Row[Any]) -> Move:
        sources = {State.IN_DOUBT} | ({State.HELD} if row.may_have_arrived else set())
        evidence = {"arrived": "yes" if arrived else "no", "reason": without_ssns(reason)}
        values = {"held_reason": None, "held_from": None}
        if arrived:
            return Move("settled", sources, State.DELIVERED, values, evidence, supersede_items)
        lost = {**values, "may_have_arrived": False}
        return Move("settled", sources, State.SEALED, lost, evidence)

    return decide


def supersede_items(connection: Connection, row: Row[Any]) -> None:
    """Let a delivered worklist replace the undone items of older ones that state the same families."""
    if not row.per_item:
        return
    sets, reported, older = tables.sets, tables.reported.alias("older"), tables.transmissions.alias("older_file")
    again = tables.reported.alias("again")
    stated = exists().where(
        and_(older.c.transmission_no == sets.c.transmission_no, older.c.feed_id == row.feed_id),
        and_(reported.c.transmission_no == sets.c.transmission_no, reported.c.set_number == sets.c.number),
        and_(again.c.family_no == reported.c.family_no, again.c.transmission_no == row.transmission_no),
    )
    connection.execute(
        update(sets)
        .where(
            sets.c.transmission_no < row.transmission_no, sets.c.done_at.is_(None), sets.c.again_in.is_(None), stated
        )
        .values(again_in=row.transmission_id)
    )


# --- reading --------------------------------------------------------------------------------------------------------


def transmission_row(connection: Connection, transmission_id: str) -> Row[Any]:
    """One transmission's row.

    Raises:
      NothingMatchesError: there is none.
    """
    files = tables.transmissions
    row = connection.execute(select(files).where(files.c.transmission_id == transmission_id)).one_or_none()
    if row is None:
        raise NothingMatchesError(f"no transmission has the id {transmission_id}", code="E834-0713")
    return row


def find_row(connection: Connection, prefix: str) -> Row[Any]:
    """The one transmission whose id begins so.

    Raises:
      NothingMatchesError: none does, or more than one.
    """
    files = tables.transmissions
    query = select(files).where(files.c.transmission_id.startswith(prefix, autoescape=True)).limit(2)
    found = connection.execute(query).all() if prefix else []
    if len(found) != 1:
        how_many = "more than one transmission has" if found else "no transmission has"
        raise NothingMatchesError(f"{how_many} an id that begins with {prefix!r}", code="E834-0713")
    return found[0]


def read_transmission(connection: Connection, transmission_id: str) -> Transmission:
    """One transmission, whole."""
    (transmission,) = read_transmissions(connection, transmission_id=transmission_id)
    return transmission


def read_transmissions(
    connection: Connection, *, transmission_id: str | None = None, feed_id: FeedId | None = None
) -> list[Transmission]:
    """A feed's transmissions, newest first, or the one of that id."""
    files, envelopes, sets = tables.transmissions, tables.envelopes, tables.sets
    chosen = files.c.feed_id == feed_id if transmission_id is None else files.c.transmission_id == transmission_id
    rows = connection.execute(
        select(files, *(column for column in envelopes.c if column.name not in ("envelope_no", "last_number")))
        .join(envelopes)
        .where(chosen)
        .order_by(files.c.sequence.desc())
    ).all()
    of_file: dict[int, list[TransmissionSet]] = {}
    query = select(sets).join(files).where(chosen).order_by(sets.c.transmission_no, sets.c.number)
    for row in connection.execute(query):
        of_file.setdefault(row.transmission_no, []).append(_set(row))
    return [_transmission(row, tuple(of_file.get(row.transmission_no, ()))) for row in rows]


def _set(row: Row[Any]) -> TransmissionSet:
    return TransmissionSet(
        row.number, row.members, row.families, row.verdict, row.done_by, row.done_at, row.confirmation, row.again_in
    )


def _transmission(row: Row[Any], sets: tuple[TransmissionSet, ...]) -> Transmission:
    return Transmission(
        transmission_id=TransmissionId(row.transmission_id),
        feed_id=FeedId(row.feed_id),
        carrier_id=CarrierId(row.carrier_id),
        sequence=row.sequence,
        state=State(row.state),
        reference=row.reference,
        remote_name=row.remote_name,
        envelope=EnvelopeKey(row.sender_qualifier, row.sender_id, row.receiver_qualifier, row.receiver_id),
        control_number=row.control_number,
        scope=row.scope,
        purpose=row.purpose,
        as_of=row.as_of,
        snapshot_identity=row.snapshot_identity,
        mapping_digest=row.mapping_digest,
        release_digest=row.release_digest,
        plan_digest=row.plan_digest,
        created=row.created,
        is_test=row.is_test,
        per_item=row.per_item,
        counts=json.loads(row.counts),
        sets=sets,
        original=TransmissionId(row.original) if row.original else None,
        plain_sha256=row.plain_sha256,
        sealed_sha256=row.sealed_sha256,
        sealed_size=row.sealed_size,
        recipient_key=row.recipient_key,
        unsealed_reason=row.unsealed_reason,
        phase=Phase(row.phase) if row.phase else None,
        attempts=row.attempts,
        held_reason=row.held_reason,
        held_from=State(row.held_from) if row.held_from else None,
        last_error=row.last_error,
        receipt=_receipt(row.receipt) if row.receipt else None,
        acknowledged_at=row.acknowledged_at,
    )


def _receipt(text: str) -> Receipt:
    receipt = Receipt(**json.loads(text))
    return replace(receipt, at=datetime.fromisoformat(str(receipt.at)))


def _receipt_text(receipt: Receipt, row: Row[Any]) -> str:
    """The receipt as it is stored.

    Raises:
      UnexpectedError: it is the receipt of other bytes.
    """
    if receipt.sha256 != row.sealed_sha256:
        text = f"the receipt of {row.transmission_id} is for other bytes than were sealed"
        raise UnexpectedError(text, code="E834-0718")
    return json.dumps({**asdict(receipt), "at": receipt.at.isoformat()}, sort_keys=True)
