"""The ledger that the rooms above are handed: the port of ``edi834/feed/ledger_port.py`` over SQL.

Each method is one short transaction or one reading; what it does stands in the module it calls.
Beyond the port it gives what an operator asks of a ledger: stopping a feed, one person's history, numbers left.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select

from edi834.errors import ConfigurationError, Edi834Error
from edi834.feed.ledger_port import (
    Actor,
    AuditEntry,
    EnvelopeKey,
    FamilySending,
    FeedMemory,
    Intent,
    Lease,
    Reported,
    ReportedFamily,
    State,
    Transmission,
)
from edi834.feed.ports import Clock, Phase
from edi834.feed.stages import Receipt
from edi834.ledger import feed_memory, plans, reported, reverted, tables
from edi834.ledger.accepting import Accepting
from edi834.ledger.answering import Answering
from edi834.ledger.books import Books
from edi834.ledger.database import Database
from edi834.ledger.keeping import Keeping
from edi834.ledger.keys import Keyring
from edi834.ledger.leases import Terms, file_lock, give_back, take
from edi834.ledger.reconciling import Reconciling
from edi834.ledger.restored import accept_older_copy
from edi834.ledger.schema import require_newest
from edi834.ledger.spool import Spool
from edi834.ledger.trail import Trail, without_ssns
from edi834.ledger.transitions import (
    Move,
    deliver,
    find_row,
    hold,
    move,
    read_transmission,
    read_transmissions,
    resend,
    settle,
    transmission_row,
    upload,
    void,
)
from edi834.model import FamilyRef, FeedId, Finding, GroupId, MemberId, TransmissionId

__all__ = ["SqlLedger"]

_FEED_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,42}")  # it names files, and stands in a reference of 50 letters
_OPEN = frozenset(state for state in State if state.is_open)


def _random_id() -> str:
    return secrets.token_hex(6)


class SqlLedger(Answering, Accepting, Keeping, Reconciling):
    """The ledger over SQLite or PostgreSQL.

    Args:
      url: ``sqlite:///path`` or ``postgresql://...``; its tables exist (:func:`edi834.ledger.create_ledger`).
      keyring: The workspace's keys.
      spool: The folder of sealed files; one and the same for all machines that share the database.
      clock: The time.
      actor: Who stands in the trail.
      random_ids: Gives a short random hexadecimal text for each new transmission.
      host: The machine's name, as others will read it.
      patience: How many seconds a write waits for other writers.
      lease_duration: How long a lease stands after its last write; longer than any one step of a run.
      longest_upload: How long after losing its lease a run may still be uploading.

    Raises:
      ConfigurationError: there are no tables, or of another version; others may look into the spool.
      KeyRefusedError: the keyring is not the one this ledger is sealed with.
    """

    def __init__(
        self,
        url: str,
        *,
        keyring: Keyring,
        spool: Path,
        clock: Clock,
        actor: Actor,
        random_ids: Callable[[], str] = _random_id,
        host: str = "",
        patience: float = 30.0,
        lease_duration: timedelta = timedelta(minutes=30),
        longest_upload: timedelta = timedelta(hours=2),
    ) -> None:
        database = Database(url, patience=patience)
        require_newest(database)
        terms = Terms(clock, actor.os_user, host, lease_duration, longest_upload)
        self._books = Books(database, keyring, Spool(spool, keyring), Trail(keyring, clock, actor), terms)
        self._random_ids = random_ids
        feed_memory.require_own_keyring(self._books)

    @property
    def digest_key(self) -> bytes:
        """The key of family digests."""
        return self._books.keyring.digest_key

    def close(self) -> None:
        """Let go of every connection."""
        self._books.database.close()

    # --- feeds ------------------------------------------------------------------------------------------------------

    @contextmanager
    def lease(self, feed_id: FeedId) -> Iterator[Lease]:
        """Take the feed for this run; what an earlier run left half done in the spool is cleared away first.

        Raises:
          LockedError: another run has it; the message names host, user, pid and since when.
          HeldError: the spool knows more than the database, which was restored from an older copy.
        """
        if not _FEED_ID.fullmatch(feed_id):
            raise ConfigurationError("a feed's id is small letters, digits, - and _, at most 43", code="E834-0717")
        books = self._books
        with file_lock(books.spool.lock_file(feed_id), feed_id, books.terms) as owner:
            lease = books.database.write(lambda connection: take(connection, feed_id, owner, books.terms))
            try:
                feed_memory.recover(books, feed_id)
                yield lease
            except BaseException:
                # What went wrong first is what must be reported; a lease that is not given back lapses.
                with suppress(Edi834Error):
                    books.database.write(lambda connection: give_back(connection, lease))
                raise
            books.database.write(lambda connection: give_back(connection, lease))

    def memory(self, feed_id: FeedId) -> FeedMemory:
        """What is remembered of the feed."""
        return feed_memory.recall(self._books, feed_id)

    def looked(self, lease: Lease, *, as_of: date, snapshot: str, mapping_digest: str, release_digest: str) -> None:
        """Remember that a run looked at this snapshot and finished, with or without something to send."""
        digests = {"mapping_digest": mapping_digest, "release_digest": release_digest}
        values = {"last_as_of": as_of, "last_snapshot": snapshot, **digests}
        feed_memory.remember(self._books, lease, values, "looked", {"as_of": as_of.isoformat(), "snapshot": snapshot})

    def login_refused(self, lease: Lease, *, refused: bool) -> int:
        """Count a refused login, or forget them all after a good one; gives the count."""
        return feed_memory.count_login(self._books, lease, refused=refused)

    def hold_feed(self, feed_id: FeedId, *, reason: str) -> None:
        """Stop a feed until :meth:`release_feed`."""
        feed_memory.stop_or_start(self._books, feed_id, "feed_held", reason=reason, held=True)

    def release_feed(self, feed_id: FeedId, *, reason: str) -> None:
        """Let a stopped feed run again."""
        feed_memory.stop_or_start(self._books, feed_id, "feed_released", reason=reason, held=False)

    def feeds(self) -> Sequence[FeedId]:
        """Every feed with a memory."""
        return feed_memory.known_feeds(self._books)

    # --- the baseline -----------------------------------------------------------------------------------------------

    def token(self, ref: FamilyRef) -> str:
        """The keyed token that stands for a family in the ledger."""
        return reported.family_token(self._books.keyring, ref)

    def baseline_digests(self, feed_id: FeedId) -> Mapping[str, bytes]:
        """Token → digest of every family in the feed's baseline."""
        with self._books.database.reading() as connection:
            return reported.baseline_digests(connection, feed_id)

    def baseline(self, feed_id: FeedId, tokens: Collection[str]) -> Mapping[str, ReportedFamily]:
        """What was last reported those families; a token that is not in the baseline is not in the answer."""
        with self._books.database.reading() as connection:
            return reported.baseline(connection, self._books.keyring, feed_id, tokens)

    def held_members(self, feed_id: FeedId) -> int:
        """How many people the feed's baseline holds."""
        with self._books.database.reading() as connection:
            return reported.held_members(connection, feed_id)

    def sendings(self, feed_id: FeedId, tokens: Collection[str] | None = None) -> Mapping[str, Sequence[FamilySending]]:
        """By token, what each delivered file said of a family, in order; of all families without tokens."""
        with self._books.database.reading() as connection:
            return reverted.sendings(connection, self._books.keyring, feed_id, tokens)

    def rejected_families(self, feed_id: FeedId) -> frozenset[str]:
        """Tokens of families of whom the carrier rejected something, and nothing was reported since that counts."""
        with self._books.database.reading() as connection:
            return reverted.rejected_families(connection, feed_id)

    def history(self, group_id: GroupId, member_id: MemberId) -> Sequence[reported.Disclosure]:
        """Everything that any carrier was reported one person, in the order of reporting."""
        with self._books.database.reading() as connection:
            return reported.history(connection, self._books.keyring, group_id, member_id)

    # --- one transmission -------------------------------------------------------------------------------------------

    def open_transmission(self, feed_id: FeedId) -> Transmission | None:
        """The feed's open transmission; there is at most one."""
        files = tables.transmissions
        query = select(files.c.transmission_id).where(files.c.feed_id == feed_id, files.c.state.in_(sorted(_OPEN)))
        with self._books.database.reading() as connection:
            found = connection.execute(query).scalar_one_or_none()
            return None if found is None else read_transmission(connection, found)

    def plan(self, lease: Lease, intent: Intent) -> Transmission:
        """Write the intent down: take the next control number, insert transmission, sets and reported rows, at once."""
        return plans.plan(self._books, lease, intent, self._random_ids)

    def families_of(self, transmission_id: TransmissionId) -> Sequence[Reported]:
        """The families a transmission tells, in set order: what a finished intent is rendered from."""
        with self._books.database.reading() as connection:
            number = transmission_row(connection, transmission_id).transmission_no
            return reported.families_of(connection, self._books.keyring, number)

    def rendered(self, lease: Lease, transmission_id: TransmissionId, *, plain_sha256: str) -> Transmission:
        """planned → rendered."""
        values = {"plain_sha256": plain_sha256}
        return self._move(lease, transmission_id, Move("rendered", {State.PLANNED}, State.RENDERED, values, values))

    def validated(self, lease: Lease, transmission_id: TransmissionId) -> Transmission:
        """rendered → validated."""
        return self._move(lease, transmission_id, Move("validated", {State.RENDERED}, State.VALIDATED))

    def uploading(self, lease: Lease, transmission_id: TransmissionId) -> Transmission:
        """sealed → uploading: one more attempt begins."""
        return self._move(lease, transmission_id, upload)

    def resending(self, lease: Lease, transmission_id: TransmissionId, *, reason: str) -> Transmission:
        """Count one more attempt of a file already sent: the same bytes again; its state stays as it is."""
        return self._move(lease, transmission_id, resend(reason))

    def phase(self, lease: Lease, transmission_id: TransmissionId, phase: Phase) -> None:
        """Record how far the attempt has come."""
        values: dict[str, object] = {"phase": phase}
        if phase is Phase.RENAME_SENT:
            values["may_have_arrived"] = True
        self._move(lease, transmission_id, Move(phase.value, {State.UPLOADING}, None, values))

    def upload_failed(self, lease: Lease, transmission_id: TransmissionId, *, error: str) -> Transmission:
        """uploading → sealed, to be tried again: whoever says so knows that the file did not arrive."""
        values = {"last_error": error, "may_have_arrived": False}
        failed = Move("upload_failed", {State.UPLOADING}, State.SEALED, values, {"error": error})
        return self._move(lease, transmission_id, failed)

    def in_doubt(self, lease: Lease, transmission_id: TransmissionId) -> Transmission:
        """uploading → in_doubt."""
        return self._move(lease, transmission_id, Move("in_doubt", {State.UPLOADING}, State.IN_DOUBT))

    def delivered(self, lease: Lease, transmission_id: TransmissionId, receipt: Receipt) -> Transmission:
        """uploading or in_doubt → delivered: its reported rows begin to count, in the same transaction."""
        return self._move(lease, transmission_id, deliver(receipt))

    def held(self, lease: Lease, transmission_id: TransmissionId, *, reason: str) -> Transmission:
        """Any open state before delivery → held."""
        return self._move(lease, transmission_id, hold(reason))

    def approve(self, transmission_id: TransmissionId, *, reason: str) -> None:
        """A person accepts what a held transmission's guards said: its plan's digest may pass them."""
        held = self.find(transmission_id)
        self.record("approved", held.feed_id, plan=held.plan_digest, transmission=transmission_id, reason=reason)

    def approved_plans(self, feed_id: FeedId) -> frozenset[str]:
        """The plan digests that a person has accepted for this feed."""
        return frozenset(line.detail["plan"] for line in self.trail(feed_id) if line.action == "approved")

    def approve_family(self, feed_id: FeedId, ref: FamilyRef, *, target: str, reason: str) -> None:
        """A person accepts what waits of one family."""
        self.record("approved_family", feed_id, family=self.token(ref), target=target, reason=reason)

    def approved_families(self, feed_id: FeedId) -> frozenset[str]:
        """The digests of targets that a person has accepted for this feed."""
        return frozenset(line.detail["target"] for line in self.trail(feed_id) if line.action == "approved_family")

    def released(self, lease: Lease, transmission_id: TransmissionId, *, reason: str) -> Transmission:
        """held → the state it was held from; takes a number where it had none."""
        return self._move(lease, transmission_id, plans.release(self._books, reason))

    def voided(self, lease: Lease, transmission_id: TransmissionId, *, reason: str) -> Transmission:
        """planned … sealed, held → voided: its number is burned."""
        return self._move(lease, transmission_id, void(self._books, reason))

    def settled(self, lease: Lease, transmission_id: TransmissionId, *, arrived: bool, reason: str) -> Transmission:
        """in_doubt → delivered (a person says so) or sealed."""
        return self._move(lease, transmission_id, settle(arrived, reason))

    # --- looking ----------------------------------------------------------------------------------------------------

    def transmissions(self, feed_id: FeedId) -> Sequence[Transmission]:
        """A feed's transmissions, newest first."""
        with self._books.database.reading() as connection:
            return read_transmissions(connection, feed_id=feed_id)

    def find(self, prefix: str) -> Transmission:
        """One transmission by its id or the beginning of it.

        Raises:
          NothingMatchesError: none, or more than one.
        """
        with self._books.database.reading() as connection:
            return read_transmission(connection, find_row(connection, prefix).transmission_id)

    def number_findings(self, feed_id: FeedId) -> tuple[Finding, ...]:
        """A warning for each sender and receiver of the feed whose control numbers are nearly used up."""
        with self._books.database.reading() as connection:
            return plans.number_findings(connection, feed_id)

    def start_numbers(self, envelope: EnvelopeKey, *, after: int, reason: str) -> None:
        """Let the next control number be the one after ``after``, as when another system sent until now.

        Raises:
          ConfigurationError: numbers as high as that may have been used.
        """
        plans.start_numbers(self._books, envelope, after, reason)

    def accept_older_copy(self, *, reason: str) -> int:
        """Go on with a ledger restored from an older copy, no newer one being left; gives how many files it lacked."""
        return accept_older_copy(self._books, reason)

    def record(self, action: str, subject: str, **detail: str) -> None:
        """Write a line into the audit trail."""
        texts = {name: without_ssns(text) for name, text in detail.items()}
        self._books.database.write(lambda connection: self._books.trail.add(connection, action, subject, texts))

    def trail(self, subject: str | None = None) -> Sequence[AuditEntry]:
        """The audit trail, oldest first."""
        with self._books.database.reading() as connection:
            return self._books.trail.lines(connection, subject)

    def last_written(self) -> datetime | None:
        """When the newest line of the trail was written; None where there is none."""
        with self._books.database.reading() as connection:
            return self._books.trail.last_written(connection)

    def verify_trail(self) -> int | None:
        """The number of the first line whose chain does not hold, or that is missing; None where all hold."""
        anchors = list(self._books.spool.anchors())
        # As a write, so that no line is added between reading the lines and reading the newest one's number.
        return self._books.database.write(lambda connection: self._books.trail.first_broken(connection, anchors))

    def _move(
        self, lease: Lease, transmission_id: TransmissionId, decide: Move | Callable[[Connection, Row[Any]], Move]
    ) -> Transmission:
        return move(self._books, lease, transmission_id, decide)
