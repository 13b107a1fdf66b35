"""Carriers' answers: matched by sender, receiver and control number, taken once, and their rejections reverted.

Only a delivered file can be answered; whatever matches none is kept, and looked at again by the feed's next run. The
first verdict on a set stands: one that contradicts it changes nothing, is recorded, and stops the feed for a person.
Reading TA1 and 999 is ``edi834/x12``'s; what is sent again, and how, is ``edi834/feed``'s.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from edi834.errors import HeldError, NothingMatchesError, UsageError
from edi834.faults import point
from edi834.feed.ledger_port import TAKEN, EnvelopeKey, Fault, State, Transmission, Verdict
from edi834.ledger import tables
from edi834.ledger.books import Books, after_commit
from edi834.ledger.reverted import revert
from edi834.ledger.transitions import read_transmission, transmission_row
from edi834.mapping.document import FilePurpose
from edi834.model import FeedId, TransmissionId

__all__ = ["answer", "answers_to", "confirm_item", "take_waiting"]


_REJECTED = frozenset("RMWX")  # rejected; M, W, X: by authentication or assurance
_ANSWERABLE = (State.DELIVERED, State.ACKNOWLEDGED, State.PARTLY_REJECTED, State.REJECTED)
_DUPLICATE = "025"  # TA105: the carrier has this control number already


@dataclass(slots=True)
class _Effect:
    """What an answer does to a transmission; filled in while it is weighed.

    Attributes:
      sets: New verdicts, by set number.
      rejected: Sets whose families are reverted.
      values: Columns of the transmission that change.
      conflict: What it contradicts, None where nothing.
    """

    sets: dict[str, str] = field(default_factory=dict)
    rejected: set[str] = field(default_factory=set)
    values: dict[str, object] = field(default_factory=dict)
    conflict: str | None = None


@dataclass(frozen=True, slots=True)
class _Taken:
    """An answer as it was taken: to which transmission, whether anything was written, whether it contradicts."""

    transmission: Transmission | None
    version: int = 0
    is_new: bool = False
    conflict: bool = False


def answer(books: Books, verdict: Verdict) -> Transmission | None:
    """Take an answer in: ``Ledger.answered``.

    Raises:
      HeldError: it contradicts an earlier answer; it is recorded, and the feed is stopped.
    """
    taken = books.database.write(partial(_take, books, verdict))
    if taken.transmission is not None and taken.is_new:
        after_commit(books, "answered", taken.transmission, taken.version)
    if taken.transmission is not None and taken.conflict:
        text = f"an answer to {taken.transmission.transmission_id} contradicts an earlier one; the first stands"
        raise HeldError(text, code="E834-0715", remedy=f"edi834 show {taken.transmission.transmission_id}")
    return taken.transmission


def take_waiting(books: Books, feed_id: FeedId) -> list[TransmissionId]:
    """Look again at answers that came before their file was known to be delivered.

    Returns:
      The transmissions that an answer was found for.
    """
    files, waiting = tables.transmissions, tables.answers
    query = (
        select(waiting.c.verdict)
        .join(files, (files.c.envelope_no == waiting.c.envelope_no))
        .where(files.c.control_number == waiting.c.control_number, waiting.c.transmission_no.is_(None))
        .where(files.c.feed_id == feed_id, files.c.state.in_(_ANSWERABLE))
        .order_by(waiting.c.answer_no)
    )
    with books.database.reading() as connection:
        verdicts = [_verdict(text) for text in connection.execute(query).scalars()]
    found: list[TransmissionId] = []
    for verdict in verdicts:
        taken = books.database.write(partial(_take, books, verdict))
        if taken.transmission is not None:
            after_commit(books, "answered", taken.transmission, taken.version)
            found.append(taken.transmission.transmission_id)
    return found


def answers_to(books: Books, transmission_id: TransmissionId) -> list[Verdict]:
    """Every answer that was taken in for a transmission, in the order of taking."""
    taken = tables.answers
    with books.database.reading() as connection:
        number = transmission_row(connection, transmission_id).transmission_no
        query = select(taken.c.verdict).where(taken.c.transmission_no == number, taken.c.kind != tables.REPORT)
        return [_verdict(text) for text in connection.execute(query.order_by(taken.c.answer_no)).scalars()]


def confirm_item(
    books: Books, transmission_id: TransmissionId, set_number: str, confirmation: str | None
) -> Transmission:
    """Take a person's word that one item of a worklist is done: ``Ledger.item_done``.

    Raises:
      NothingMatchesError: there is no such item.
      UsageError: it is no worklist, not handed over, or a later worklist states the item again.
    """

    def work(connection: Connection) -> tuple[Transmission, int]:
        row = _locked(connection, transmission_row(connection, transmission_id))
        item = _item(connection, row, set_number)
        if item.done_at is not None:
            return read_transmission(connection, transmission_id), row.version
        sets, files = tables.sets, tables.transmissions
        connection.execute(
            update(sets)
            .where(sets.c.transmission_no == row.transmission_no, sets.c.number == set_number)
            .values(done_by=books.trail.writer, done_at=books.trail.clock.now(), confirmation=confirmation)
        )
        changed = update(files).where(files.c.transmission_no == row.transmission_no)
        connection.execute(changed.values(version=row.version + 1))
        books.trail.add(connection, "item_done", transmission_id, {"feed": row.feed_id, "set": set_number})
        point("item_done-before-commit")
        return read_transmission(connection, transmission_id), row.version + 1

    confirmed, version = books.database.write(work)
    after_commit(books, "item_done", confirmed, version)
    return confirmed


def _item(connection: Connection, row: Row[Any], set_number: str) -> Row[Any]:
    sets = tables.sets
    query = select(sets).where(sets.c.transmission_no == row.transmission_no, sets.c.number == set_number)
    item = connection.execute(query).one_or_none()
    if item is None:
        raise NothingMatchesError(f"{row.transmission_id} has no item {set_number!r}", code="E834-0713")
    if not row.per_item or not State(row.state).counts:
        text = f"{row.transmission_id} is {row.state}, and its items cannot be done"
        raise UsageError(text, code="E834-0712", remedy=f"edi834 show {row.transmission_id}")
    if item.again_in is not None:
        text = f"item {set_number} of {row.transmission_id} is stated again in {item.again_in}"
        raise UsageError(text, code="E834-0712", remedy=f"edi834 worklist print {item.again_in}")
    return item


def _take(books: Books, verdict: Verdict, connection: Connection) -> _Taken:
    waiting = tables.answers
    same = (waiting.c.sha256 == verdict.sha256, waiting.c.kind == verdict.kind)
    before = connection.execute(
        select(waiting).where(*same, waiting.c.control_number == verdict.control_number)
    ).one_or_none()
    row = _answered_row(connection, verdict)
    if before is not None and before.transmission_no is not None and row is not None:
        return _Taken(read_transmission(connection, row.transmission_id), conflict=before.conflict)
    if row is None:
        return _Taken(None, is_new=before is None and _keep(books, connection, verdict))
    effect = _weigh(row, _sets_of(connection, row), verdict)
    _write_down(books, connection, verdict, row, effect)
    if before is None:
        values = _answer_columns(books, connection, verdict)
        connection.execute(
            insert(waiting).values(**values, transmission_no=row.transmission_no, conflict=effect.conflict is not None)
        )
    else:
        connection.execute(
            update(waiting)
            .where(waiting.c.answer_no == before.answer_no)
            .values(transmission_no=row.transmission_no, conflict=effect.conflict is not None)
        )
    point("answered-before-commit")
    transmission = read_transmission(connection, row.transmission_id)
    return _Taken(transmission, row.version + 1, is_new=True, conflict=effect.conflict is not None)


def _answered_row(connection: Connection, verdict: Verdict) -> Row[Any] | None:
    """The file that is answered, if it was delivered and the sets are its own; its feed stays locked."""
    files = tables.transmissions
    envelope_no = _known_envelope(connection, verdict.envelope)
    query = select(files).where(files.c.envelope_no == envelope_no, files.c.control_number == verdict.control_number)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    row = _locked(connection, row)
    own = _sets_of(connection, row)
    if row.state not in _ANSWERABLE or (own and not set(verdict.sets) <= set(own)):
        return None
    return row


def _locked(connection: Connection, row: Row[Any]) -> Row[Any]:
    """The row once its feed is locked: as it stays until the transaction ends."""
    feeds = tables.feeds
    connection.execute(select(feeds.c.feed_id).where(feeds.c.feed_id == row.feed_id).with_for_update())
    return transmission_row(connection, row.transmission_id)


def _weigh(row: Row[Any], own: Mapping[str, str | None], verdict: Verdict) -> _Effect:
    effect = _Effect()
    if verdict.kind == "TA1":
        _weigh_interchange(effect, row, own, verdict)
    elif own:
        for number, before in own.items():
            _weigh_set(effect, number, before, _letter(verdict.sets.get(number, verdict.overall)))
    else:
        _weigh_whole(effect, row.group_verdict, _letter(verdict.overall))
    return effect


def _weigh_interchange(effect: _Effect, row: Row[Any], own: Mapping[str, str | None], verdict: Verdict) -> None:
    """A TA1: R takes the whole file back, unless it only says that our own second attempt came twice."""
    if verdict.overall == "R" and verdict.note == _DUPLICATE and row.attempts >= 2:
        return
    before = row.interchange_verdict
    accepted = before in TAKEN or not TAKEN.isdisjoint({row.group_verdict, *own.values()})
    if verdict.overall in TAKEN:
        if before == "R":
            effect.conflict = "an interchange that was rejected is now accepted"
        elif before is None:
            effect.values["interchange_verdict"] = verdict.overall
    elif verdict.overall == "R" and accepted:
        effect.conflict = "what was accepted is now rejected with its whole interchange"
    elif verdict.overall == "R":
        # Its sets are rejected with it, so that a later word on one of them is weighed against that.
        effect.values |= {"interchange_verdict": "R", "group_verdict": "R", "state": State.REJECTED}
        effect.sets = {number: "R" for number, letter in own.items() if letter is None}
        effect.rejected = set(effect.sets)


def _weigh_set(effect: _Effect, number: str, before: str | None, letter: str | None) -> None:
    if letter is None:
        return
    if before is None:
        effect.sets[number] = letter
        if letter in _REJECTED:
            effect.rejected.add(number)
    elif (before in _REJECTED) != (letter in _REJECTED):
        effect.conflict = f"set {number} was answered {before} and is now answered {letter}"


def _weigh_whole(effect: _Effect, before: str | None, letter: str | None) -> None:
    """A 999 for a file without a set of its own: the group's letter speaks for the file."""
    if letter is None:
        return
    if before is None:
        effect.values["group_verdict"] = letter
        effect.values["state"] = State.REJECTED if letter in _REJECTED else State.ACKNOWLEDGED
    elif (before in _REJECTED) != (letter in _REJECTED):
        effect.conflict = f"the file was answered {before} and is now answered {letter}"


def _letter(letter: str) -> str | None:
    """The letter, if it decides anything: of a set in a partly accepted group (P) it says nothing."""
    return letter if letter in TAKEN | _REJECTED else None


def _write_down(books: Books, connection: Connection, verdict: Verdict, row: Row[Any], effect: _Effect) -> None:
    files, sets = tables.transmissions, tables.sets
    for number, letter in effect.sets.items():
        connection.execute(
            update(sets)
            .where(sets.c.transmission_no == row.transmission_no, sets.c.number == number)
            .values(verdict=letter)
        )
    # A copy was never applied: nothing that was reported later rests on it.
    takes_back = effect.rejected and row.purpose != FilePurpose.COPY
    reverted = revert(connection, row.transmission_no, effect.rejected) if takes_back else 0
    if effect.sets:
        effect.values["state"] = _state_by_sets(_sets_of(connection, row))
    state = effect.values.get("state", row.state)
    if state != State.DELIVERED and row.acknowledged_at is None:
        effect.values["acknowledged_at"] = books.trail.clock.now()
    connection.execute(
        update(files)
        .where(files.c.transmission_no == row.transmission_no)
        .values(**effect.values, version=row.version + 1)
    )
    if effect.conflict is not None:
        feeds = tables.feeds
        reason = f"{row.transmission_id}: {effect.conflict}"
        held = update(feeds).where(feeds.c.feed_id == row.feed_id, feeds.c.held_reason.is_(None))
        connection.execute(held.values(held_reason=reason))
    note = {"kind": verdict.kind, "overall": verdict.overall, "note": verdict.note, "answer": verdict.sha256[:16]}
    change = {"feed": row.feed_id, "from": row.state, "to": state, "reverted": reverted, "conflict": effect.conflict}
    books.trail.add(connection, "answered", row.transmission_id, {**note, **change})


def _state_by_sets(verdicts: Mapping[str, str | None]) -> State:
    letters = list(verdicts.values())
    rejected = [letter in _REJECTED for letter in letters]
    if all(rejected):
        return State.REJECTED
    if any(rejected):
        return State.PARTLY_REJECTED
    return State.DELIVERED if None in letters else State.ACKNOWLEDGED


def _sets_of(connection: Connection, row: Row[Any]) -> dict[str, str | None]:
    sets = tables.sets
    query = select(sets.c.number, sets.c.verdict).where(sets.c.transmission_no == row.transmission_no)
    return {found.number: found.verdict for found in connection.execute(query)}


def _keep(books: Books, connection: Connection, verdict: Verdict) -> bool:
    values = _answer_columns(books, connection, verdict)
    connection.execute(insert(tables.answers).values(**values, transmission_no=None, conflict=False))
    detail = {"kind": verdict.kind, "control_number": verdict.control_number, "answer": verdict.sha256[:16]}
    books.trail.add(connection, "unmatched", verdict.envelope.receiver_id, detail)
    return True


def _answer_columns(books: Books, connection: Connection, verdict: Verdict) -> dict[str, object]:
    return {
        "sha256": verdict.sha256,
        "kind": verdict.kind,
        "envelope_no": _known_envelope(connection, verdict.envelope),
        "control_number": verdict.control_number,
        "verdict": json.dumps({**asdict(verdict), "sets": dict(verdict.sets)}, sort_keys=True),
        "taken_at": books.trail.clock.now(),
    }


def _known_envelope(connection: Connection, envelope: EnvelopeKey) -> int | None:
    envelopes = tables.envelopes
    query = select(envelopes.c.envelope_no).filter_by(**asdict(envelope))
    return connection.execute(query).scalar_one_or_none()


def _verdict(text: str) -> Verdict:
    content = json.loads(text)
    faults = tuple(Fault(**{**one, "elements": tuple(one["elements"])}) for one in content.get("faults", ()))
    return Verdict(**{**content, "envelope": EnvelopeKey(**content["envelope"]), "faults": faults})
