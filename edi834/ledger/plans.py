"""Planning: the intent is written down whole, with its number, before anything is done.

The control number is taken by one atomic statement in the same transaction as everything else, so a number is either
with its transmission or not taken; the feed's sequence has no gaps; and a repeated intent is planned once.
What to plan is ``edi834/feed``'s to decide.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, case, insert, select, update

from edi834.errors import ConfigurationError, HeldError
from edi834.faults import point
from edi834.feed.ledger_port import EnvelopeKey, Intent, Lease, State, Transmission
from edi834.ledger import tables
from edi834.ledger.books import Books, after_commit, require_current
from edi834.ledger.database import insert_or
from edi834.ledger.leases import guard
from edi834.ledger.reported import SealedReported, add_reported, seal_reported
from edi834.ledger.trail import without_ssns
from edi834.ledger.transitions import Move, read_transmission
from edi834.model import FeedId, Finding, Severity

__all__ = ["LAST_NUMBER", "envelope_number", "number_findings", "plan", "release", "start_numbers", "write_accepted"]

LAST_NUMBER = 999_999_999  # ISA13 has nine digits
_NEARLY = LAST_NUMBER * 9 // 10
_REFERENCE_LENGTH = 50  # BGN02
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_DONE_WITH = (State.VOIDED, State.REJECTED, State.PARTLY_REJECTED)  # after these the same intent is a new one


def plan(books: Books, lease: Lease, intent: Intent, new_id: Callable[[], str]) -> Transmission:
    """Write the intent down: ``Ledger.plan``.

    Raises:
      HeldError: another transmission of the feed is open, the spool knows more than the database, or no number is free.
    """
    if intent.feed_id != lease.feed_id:
        raise ConfigurationError(f"the lease of {lease.feed_id} is none of {intent.feed_id}", code="E834-0717")
    require_current(books, intent.envelope)
    families = seal_reported(books.keyring, intent.feed_id, intent.reported)

    def work(connection: Connection) -> tuple[Transmission, bool]:
        guard(connection, lease, books.terms)
        same = _same_or_none(connection, intent)
        if same is not None:
            return read_transmission(connection, same), False
        transmission = _write(books, connection, intent, families, new_id())
        point("planned-before-commit")
        return transmission, True

    transmission, is_new = books.database.write(work)
    if is_new:
        after_commit(books, "planned", transmission, version=1)
    return transmission


def release(books: Books, reason: str) -> Callable[[Connection, Row[Any]], Move]:
    """Decide on releasing what is held: back to where it was held from, with a number where it had none."""

    def decide(connection: Connection, row: Row[Any]) -> Move:
        values: dict[str, object] = {"held_reason": None, "held_from": None}
        if row.state == State.HELD and row.control_number is None:
            number = _take_number(books, connection, row.envelope_no)
            values["control_number"] = number
            values["remote_name"] = _filled(row.remote_name, {"control_number": f"{number:09d}"})
        target = State(row.held_from) if row.held_from else None
        return Move("released", {State.HELD}, target, values, {"reason": without_ssns(reason)})

    return decide


def start_numbers(books: Books, envelope: EnvelopeKey, after: int, reason: str) -> None:
    """Let the next number between this sender and receiver be the one after ``after``: taking over from elsewhere.

    Raises:
      ConfigurationError: numbers as high as that were taken already.
    """

    def work(connection: Connection) -> None:
        number = envelope_number(connection, envelope)
        envelopes = tables.envelopes
        changed = connection.execute(
            update(envelopes)
            .where(envelopes.c.envelope_no == number, envelopes.c.last_number < after)
            .values(last_number=after)
        )
        if changed.rowcount != 1 or not 0 < after <= LAST_NUMBER:
            text = f"control numbers to {envelope.receiver_id} cannot be started after {after}: they may have been used"
            raise ConfigurationError(text, code="E834-0721")
        books.trail.add(
            connection, "numbers_started", envelope.receiver_id, {"after": after, "reason": without_ssns(reason)}
        )

    books.database.write(work)


def number_findings(connection: Connection, feed_id: FeedId) -> tuple[Finding, ...]:
    """What a person should know of the feed's control numbers: that nine tenths are used."""
    files, envelopes = tables.transmissions, tables.envelopes
    query = (
        select(envelopes.c.receiver_id, envelopes.c.last_number)
        .distinct()
        .join(files)
        .where(files.c.feed_id == feed_id, envelopes.c.last_number >= _NEARLY)
    )
    return tuple(
        Finding(
            "E834-0711", Severity.WARNING, f"control numbers to {row.receiver_id} are nearly used up: {row.last_number}"
        )
        for row in connection.execute(query)
    )


def _same_or_none(connection: Connection, intent: Intent) -> str | None:
    """The id of the feed's newest transmission if it is of the same intent and not done with.

    An older one with the same key is another story: what it reported has been changed and changed back since.
    """
    files = tables.transmissions
    query = select(files.c.transmission_id, files.c.idempotency_key, files.c.state)
    query = query.where(files.c.feed_id == intent.feed_id).order_by(files.c.sequence.desc()).limit(1)
    newest = connection.execute(query).one_or_none()
    if newest is None or newest.state in _DONE_WITH:
        return None
    if newest.idempotency_key == intent.idempotency_key:
        return str(newest.transmission_id)
    if State(newest.state).is_open:
        text = f"{newest.transmission_id} of {intent.feed_id} is {newest.state}: it is finished or voided first"
        raise HeldError(text, code="E834-0714", remedy=f"edi834 show {newest.transmission_id}")
    return None


def write_accepted(connection: Connection, intent: Intent, families: list[SealedReported], transmission_id: str) -> int:
    """Write down what a person takes as reported: it counts at once, takes no number, and gives its row's."""
    sequence, envelope_no = _next_sequence(connection, intent.feed_id), envelope_number(connection, intent.envelope)
    values = {**_columns(intent, sequence, None), "state": State.ACCEPTED, "remote_name": ""}
    return _insert(
        connection, intent, families, {"transmission_id": transmission_id, "envelope_no": envelope_no, **values}
    )


def _write(
    books: Books, connection: Connection, intent: Intent, families: list[SealedReported], transmission_id: str
) -> Transmission:
    sequence, envelope_no = _next_sequence(connection, intent.feed_id), envelope_number(connection, intent.envelope)
    number = None if intent.held else _take_number(books, connection, envelope_no)
    values = {"transmission_id": transmission_id, "envelope_no": envelope_no, **_columns(intent, sequence, number)}
    _insert(connection, intent, families, values)
    books.trail.add(
        connection,
        "planned",
        transmission_id,
        {"feed": intent.feed_id, "to": values["state"], "control_number": number, "reason": values["held_reason"]},
    )
    return read_transmission(connection, transmission_id)


def _next_sequence(connection: Connection, feed_id: FeedId) -> int:
    feeds = tables.feeds
    taken = update(feeds).where(feeds.c.feed_id == feed_id).values(sequence=feeds.c.sequence + 1)
    return int(connection.execute(taken.returning(feeds.c.sequence)).scalar_one())


def _insert(
    connection: Connection, intent: Intent, families: list[SealedReported], values: Mapping[str, object]
) -> int:
    files = tables.transmissions
    row = insert(files).values(**values).returning(files.c.transmission_no)
    transmission_no = int(connection.execute(row).scalar_one())
    _write_sets(connection, intent, transmission_no)
    add_reported(connection, intent.feed_id, transmission_no, families)
    return transmission_no


def _columns(intent: Intent, sequence: int, number: int | None) -> dict[str, object]:
    reference = _reference(intent.feed_id, sequence)
    named = {"reference": reference, "sequence": f"{sequence:06d}"}
    if number is not None:
        named["control_number"] = f"{number:09d}"
    return {
        "feed_id": intent.feed_id,
        "carrier_id": intent.carrier_id,
        "sequence": sequence,
        "state": State.HELD if intent.held else State.PLANNED,
        "version": 1,
        "idempotency_key": intent.idempotency_key,
        "control_number": number,
        "reference": reference,
        "remote_name": _filled(intent.remote_name_template, named),
        "scope": str(intent.scope),
        "purpose": str(intent.purpose),
        "as_of": intent.as_of,
        "snapshot_identity": intent.snapshot_identity,
        "mapping_digest": intent.mapping_digest,
        "release_digest": intent.release_digest,
        "plan_digest": intent.plan_digest,
        "created": intent.created,
        "is_test": intent.is_test,
        "per_item": intent.per_item,
        "counts": json.dumps(dict(intent.counts), sort_keys=True),
        "original": intent.original,
        "attempts": 0,
        "may_have_arrived": False,
        "held_reason": without_ssns(intent.held) if intent.held else None,
        "held_from": State.PLANNED if intent.held else None,
    }


def _write_sets(connection: Connection, intent: Intent, transmission_no: int) -> None:
    families = Counter(number for reported in intent.reported for number in reported.set_numbers)
    members: Counter[str] = Counter()
    for reported in intent.reported:
        members[reported.set_number] += len(reported.target.members)
    members.update({number: count - members[number] for number, count in intent.set_members.items()})
    rows = [
        {"transmission_no": transmission_no, "number": number, "members": members[number], "families": families[number]}
        for number in sorted(families)
    ]
    if rows:
        connection.execute(insert(tables.sets), rows)


def envelope_number(connection: Connection, envelope: EnvelopeKey) -> int:
    """The row of the counter of one sender and receiver, made if there is none."""
    columns = {
        "sender_qualifier": envelope.sender_qualifier,
        "sender_id": envelope.sender_id,
        "receiver_qualifier": envelope.receiver_qualifier,
        "receiver_id": envelope.receiver_id,
    }
    envelopes = tables.envelopes
    connection.execute(insert_or(connection, envelopes).values(**columns, last_number=0).on_conflict_do_nothing())
    query = select(envelopes.c.envelope_no).filter_by(**columns)
    return int(connection.execute(query).scalar_one())


def _take_number(books: Books, connection: Connection, envelope_no: int) -> int:
    """Take the next number, in one statement; after the last one the first is next, if it is free.

    Raises:
      HeldError: every number has been used.
    """
    envelopes, files = tables.envelopes, tables.transmissions
    row = connection.execute(
        update(envelopes)
        .where(envelopes.c.envelope_no == envelope_no)
        .values(last_number=case((envelopes.c.last_number >= LAST_NUMBER, 1), else_=envelopes.c.last_number + 1))
        .returning(envelopes.c.last_number, envelopes.c.receiver_id)
    ).one()
    number = int(row.last_number)
    used = select(files.c.transmission_id).where(files.c.envelope_no == envelope_no, files.c.control_number == number)
    if connection.execute(used).one_or_none() is not None:
        raise HeldError(f"control number {number} to {row.receiver_id} was used before", code="E834-0710")
    if number == _NEARLY:
        books.trail.add(connection, "numbers_nearly_used", row.receiver_id, {"control_number": number})
    return number


def _reference(feed_id: FeedId, sequence: int) -> str:
    reference = f"{feed_id.upper()}-{sequence:06d}"
    if len(reference) > _REFERENCE_LENGTH:
        raise ConfigurationError(f"{feed_id} is too long a name: {reference} has over 50 letters", code="E834-0717")
    return reference


def _filled(template: str, named: dict[str, str]) -> str:
    """The template with what is known filled in; a control number that is not known yet is left to be filled in."""

    def fill(match: re.Match[str]) -> str:
        if match[1] in named:
            return named[match[1]]
        if match[1] == "control_number":
            return match[0]
        raise ConfigurationError(f"a remote name cannot be made with {match[0]}", code="E834-0717")

    return _PLACEHOLDER.sub(fill, template)
