"""The ledger's port: the memory of what was sent, and of nothing else.

The baseline of a family is its newest reported row whose transmission is delivered, whose set is not rejected, and
which no rejection has reverted; there is no head pointer to get ahead of the truth. Every change of state is one
database transaction that carries the lease's fence.
The tables, keys and sealed payloads behind it are ``edi834/ledger``'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from edi834.feed.answer_values import Fault, MemberReport, MemberVerdict, ReportTaken, Verdict
from edi834.feed.known_differences import DifferenceMemory
from edi834.feed.ledger_values import (
    TAKEN,
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
    TransmissionSet,
)
from edi834.feed.ports import Phase
from edi834.feed.stages import Receipt, SealedContent
from edi834.feed.whereabouts import NOWHERE, Whereabouts
from edi834.model import FamilyRef, FeedId, TransmissionId

__all__ = [
    "TAKEN",
    "Actor",
    "AuditEntry",
    "EnvelopeKey",
    "FamilySending",
    "Fault",
    "FeedMemory",
    "Intent",
    "Lease",
    "Ledger",
    "MemberReport",
    "MemberVerdict",
    "ReportTaken",
    "Reported",
    "ReportedFamily",
    "State",
    "Transmission",
    "TransmissionSet",
    "Verdict",
]


class Ledger(DifferenceMemory, Protocol):
    """What the rooms above ask of the ledger. All methods raise Edi834Error only."""

    @property
    def digest_key(self) -> bytes:
        """The key of family digests."""

    def lease(self, feed_id: FeedId) -> AbstractContextManager[Lease]:
        """Take the feed for this run.

        Raises:
          LockedError: another run has it; the message names host, user, pid and since when.
        """

    def memory(self, feed_id: FeedId) -> FeedMemory:
        """What is remembered of the feed."""

    def looked(self, lease: Lease, *, as_of: date, snapshot: str, mapping_digest: str, release_digest: str) -> None:
        """Remember that a run looked at this snapshot and finished, with or without something to send."""

    def login_refused(self, lease: Lease, *, refused: bool) -> int:
        """Count a refused login, or forget them all after a good one; gives the count."""

    def hold_feed(self, feed_id: FeedId, *, reason: str) -> None:
        """Stop a feed until :meth:`release_feed`."""

    def release_feed(self, feed_id: FeedId, *, reason: str) -> None:
        """Let a stopped feed run again."""

    # --- the baseline -------------------------------------------------------------------------------------------

    def token(self, ref: FamilyRef) -> str:
        """The keyed token that stands for a family in the ledger."""

    def baseline_digests(self, feed_id: FeedId) -> Mapping[str, bytes]:
        """Token → digest of every family in the feed's baseline."""

    def baseline(self, feed_id: FeedId, tokens: Collection[str]) -> Mapping[str, ReportedFamily]:
        """What was last reported those families; a token that is not in the baseline is not in the answer."""

    def rejected_families(self, feed_id: FeedId) -> frozenset[str]:
        """Tokens of families of whom the carrier rejected something, and nothing was reported since that counts."""

    def sendings(self, feed_id: FeedId, tokens: Collection[str] | None = None) -> Mapping[str, Sequence[FamilySending]]:
        """By token, what each delivered file said of a family, in the order of sending; of all families without tokens.

        Copies for looking at are not among them; what a person took as reported is.
        """

    def held_members(self, feed_id: FeedId) -> int:
        """How many people the feed's baseline holds: what a guard's percentage is of."""

    def accept(self, lease: Lease, intent: Intent, *, reason: str) -> Transmission:
        """Take families as reported without a file, because a person says so: it counts at once, and has no number."""

    def exported(self, feed_id: FeedId) -> bytes:
        """What counts as reported in a feed, sealed with the workspace's key."""

    def rolled_back(self, lease: Lease, transmission_id: TransmissionId, *, reason: str) -> int:
        """Let what a transmission reported stop counting, because a person says so; gives how many families.

        Of a file that was sent, its families with whatever was reported them later, as after a rejection; what was only
        accepted is voided, and what counted before it counts again.

        Raises:
          UsageError: it never counted, or something reported later rests on what was accepted.
        """

    # --- one transmission ---------------------------------------------------------------------------------------

    def open_transmission(self, feed_id: FeedId) -> Transmission | None:
        """The feed's open transmission; there is at most one."""

    def plan(self, lease: Lease, intent: Intent) -> Transmission:
        """Write the intent down at once: the next control number, the transmission, its sets and reported rows.

        A held intent takes no number yet. The same idempotency key again gives the same transmission.
        """

    def families_of(self, transmission_id: TransmissionId) -> Sequence[Reported]:
        """The families a transmission tells, in set order: what a finished intent is rendered from."""

    def rendered(self, lease: Lease, transmission_id: TransmissionId, *, plain_sha256: str) -> Transmission:
        """planned → rendered."""

    def validated(self, lease: Lease, transmission_id: TransmissionId) -> Transmission:
        """rendered → validated."""

    def sealed(
        self,
        lease: Lease,
        transmission_id: TransmissionId,
        *,
        content: bytes | SealedContent,
        sha256: str,
        recipient_key: str | None,
        unsealed_reason: str | None,
        whereabouts: Whereabouts = NOWHERE,
    ) -> Transmission:
        """validated → sealed: the bytes are stored, synced and named before the state says so.

        Bytes that :meth:`keep` took stand there already. With them is kept, sealed, whom each of their segments is
        about.
        """

    def whereabouts(self, transmission_id: TransmissionId) -> Whereabouts:
        """Whom each segment of a transmission is about; empty where nothing was kept."""

    def keep(self, feed_id: FeedId, blocks: Iterable[bytes]) -> tuple[SealedContent, str]:
        """Store sealed bytes as they come, with their digest; they are a transmission's once it is :meth:`sealed`.

        Raises:
          UnexpectedError: the disk does not take them.
        """

    def sealed_file(self, transmission_id: TransmissionId) -> SealedContent:
        """The sealed bytes where they rest, to be read block by block; whether they are whole is proven by reading.

        Raises:
          UsageError: it was never sealed.
        """

    def sealed_content(self, transmission_id: TransmissionId) -> bytes:
        """The sealed bytes, their digest checked.

        Raises:
          HeldError: they are missing or changed.
        """

    def uploading(self, lease: Lease, transmission_id: TransmissionId) -> Transmission:
        """sealed → uploading: one more attempt begins."""

    def phase(self, lease: Lease, transmission_id: TransmissionId, phase: Phase) -> None:
        """Record how far the attempt has come."""

    def upload_failed(self, lease: Lease, transmission_id: TransmissionId, *, error: str) -> Transmission:
        """uploading → sealed, to be tried again."""

    def in_doubt(self, lease: Lease, transmission_id: TransmissionId) -> Transmission:
        """uploading → in_doubt."""

    def delivered(self, lease: Lease, transmission_id: TransmissionId, receipt: Receipt) -> Transmission:
        """uploading or in_doubt → delivered: its reported rows begin to count, in the same transaction."""

    def resending(self, lease: Lease, transmission_id: TransmissionId, *, reason: str) -> Transmission:
        """Count one more attempt of a file already sent: the same bytes again; its state stays as it is."""

    def held(self, lease: Lease, transmission_id: TransmissionId, *, reason: str) -> Transmission:
        """Any open state before delivery → held."""

    def approve(self, transmission_id: TransmissionId, *, reason: str) -> None:
        """A person accepts what a held transmission's guards said: its plan's digest may pass them."""

    def approved_plans(self, feed_id: FeedId) -> frozenset[str]:
        """The plan digests that a person has accepted for this feed."""

    def approve_family(self, feed_id: FeedId, ref: FamilyRef, *, target: str, reason: str) -> None:
        """A person accepts what waits of one family; ``target`` is the hexadecimal digest of what would be reported."""

    def approved_families(self, feed_id: FeedId) -> frozenset[str]:
        """The digests of targets that a person has accepted for this feed."""

    def released(self, lease: Lease, transmission_id: TransmissionId, *, reason: str) -> Transmission:
        """held → the state it was held from; takes a number where it had none."""

    def voided(self, lease: Lease, transmission_id: TransmissionId, *, reason: str) -> Transmission:
        """planned … sealed, held → voided: its number is burned."""

    def settled(self, lease: Lease, transmission_id: TransmissionId, *, arrived: bool, reason: str) -> Transmission:
        """in_doubt → delivered (a person says so) or sealed."""

    # --- answers ------------------------------------------------------------------------------------------------

    def answered(self, verdict: Verdict) -> Transmission | None:
        """Take a carrier's answer in; None where it matches no delivered transmission (it is kept as unmatched).

        A rejected set reverts its families: their row of this transmission and all later rows stop counting.
        """

    def answers_to(self, transmission_id: TransmissionId) -> Sequence[Verdict]:
        """Every answer that was taken in for a transmission, in the order of taking."""

    def member_report(self, report: MemberReport) -> ReportTaken:
        """Take a carrier's report on people in: the families it rejects are reverted, all of them or, on error, none.

        A row that names no file speaks of the file by which the member's family was last reported. A report that was
        taken in before does nothing.
        """

    def item_done(self, transmission_id: TransmissionId, set_number: str, *, confirmation: str | None) -> Transmission:
        """Confirm one item of a worklist: it begins to count."""

    # --- looking ------------------------------------------------------------------------------------------------

    def feeds(self) -> Sequence[FeedId]:
        """Every feed with a memory."""

    def transmissions(self, feed_id: FeedId) -> Sequence[Transmission]:
        """A feed's transmissions, newest first."""

    def find(self, prefix: str) -> Transmission:
        """One transmission by its id or the beginning of it.

        Raises:
          NothingMatchesError: none, or more than one.
        """

    def rotate_sealing_key(self, keyring: Path, *, reason: str) -> Mapping[str, int]:
        """Seal everything anew under a new key, which the keyring's file is given; gives how much, by kind."""

    def record(self, action: str, subject: str, **detail: str) -> None:
        """Write a line into the audit trail."""

    def trail(self, subject: str | None = None) -> Sequence[AuditEntry]:
        """The audit trail, oldest first."""

    def last_written(self) -> datetime | None:
        """When the newest line of the trail was written, by the clock of its day; None where there is none."""

    def verify_trail(self) -> int | None:
        """The number of the first line whose chain does not hold; None where all hold."""
