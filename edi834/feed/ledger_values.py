"""What passes between a feed and its ledger: transmissions, verdicts, reported families and who did it, as values.

They hold references, numbers, digests and times; what is about people is kept out of their ``repr``.
What the ledger does with them is ``ledger_port.py``'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from edi834.book import Family, Sending
from edi834.book.payload import Part
from edi834.feed.ports import Phase
from edi834.feed.stages import Receipt
from edi834.model import CarrierId, FeedId, TransmissionId

__all__ = [
    "TAKEN",
    "Actor",
    "AuditEntry",
    "EnvelopeKey",
    "FamilySending",
    "FeedMemory",
    "Intent",
    "Lease",
    "Reported",
    "ReportedFamily",
    "State",
    "Transmission",
    "TransmissionSet",
]


class State(StrEnum):
    """The states of a transmission (``docs/concepts/transmission.md``)."""

    PLANNED = "planned"
    RENDERED = "rendered"
    VALIDATED = "validated"
    SEALED = "sealed"
    UPLOADING = "uploading"
    DELIVERED = "delivered"
    IN_DOUBT = "in_doubt"
    HELD = "held"
    ACKNOWLEDGED = "acknowledged"
    PARTLY_REJECTED = "partly_rejected"
    REJECTED = "rejected"
    VOIDED = "voided"
    ACCEPTED = "accepted"  # no file: a person says that this is what the carrier was reported

    @property
    def is_open(self) -> bool:
        """Whether it must be finished or voided before its feed plans anything newer."""
        return self in _OPEN

    @property
    def counts(self) -> bool:
        """Whether its reported rows count, set by set."""
        return self in _COUNTS


_OPEN = frozenset(
    {State.PLANNED, State.RENDERED, State.VALIDATED, State.SEALED, State.UPLOADING, State.IN_DOUBT, State.HELD}
)
_COUNTS = frozenset({State.DELIVERED, State.ACKNOWLEDGED, State.PARTLY_REJECTED, State.ACCEPTED})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something: the operating system's user, and the name given with ``--actor`` (a note, never a right)."""

    os_user: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class EnvelopeKey:
    """Whose control numbers: ISA05, ISA06, ISA07, ISA08. Two feeds with the same four share one counter."""

    sender_qualifier: str
    sender_id: str
    receiver_qualifier: str
    receiver_id: str


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one feed, until it lapses or another run takes over with a higher fence."""

    feed_id: FeedId
    fence: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Reported:
    """A family as a planned file would report it.

    Attributes:
      target: The family as the carrier's book shows it once it has read the file.
      digest: Its keyed digest.
      set_number: The transaction set that states it, ``0001`` and so on; the first, where a rule splits families.
      parts: Each statement of it, with the number of its set; none where nothing was sent.
      settles: Whether it states what is true, so that an earlier rejection of the family is dealt with; a full file
        states a family that is on hold as it was, and the family stays rejected.
    """

    target: Family = field(repr=False)
    digest: bytes
    set_number: str
    parts: tuple[Part, ...] = field(default=(), repr=False)
    settles: bool = True

    @property
    def set_numbers(self) -> tuple[str, ...]:
        """Every set that states the family: a verdict on any is a verdict on it."""
        return tuple(dict.fromkeys((self.set_number, *(number for number, _ in self.parts))))


@dataclass(frozen=True, slots=True)
class ReportedFamily:
    """A family as it counts in the baseline.

    Attributes:
      family: What was last reported.
      digest: Its keyed digest.
      transmission_id: By which transmission.
      reported_on: The ``as_of`` of that transmission.
    """

    family: Family = field(repr=False)
    digest: bytes
    transmission_id: TransmissionId
    reported_on: date


@dataclass(frozen=True, slots=True)
class FamilySending:
    """What one file said of a family, and what the carrier rejected of it.

    Attributes:
      transmission_id: The file.
      sequence: Its number within the feed.
      target: The family as the file was to leave it.
      parts: Each statement, with the number of its transaction set.
      rejected: The sets that the carrier rejected, or, of a worklist, that nobody has entered.
      corrects: The file that this one corrects (BGN01 15).
      is_accepted: Whether nothing was sent, because a person took the family as reported.
      mapping_digest: Of the mapping that wrote it, with its dialect.
      is_doubtful: Whether the carrier rejected some of the family's members by a report of its own, and no set.
    """

    transmission_id: TransmissionId
    sequence: int
    target: Family = field(repr=False)
    parts: tuple[Part, ...] = field(repr=False)
    rejected: frozenset[str]
    corrects: TransmissionId | None = None
    is_accepted: bool = False
    mapping_digest: str = ""
    is_doubtful: bool = False

    def as_taken(self) -> Sending:
        """The same as the carrier took it."""
        taken = tuple(said for number, said in self.parts if number not in self.rejected)
        return Sending(self.transmission_id, taken, self.corrects, self.is_doubtful)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What is written down before anything is done.

    Attributes:
      feed_id, carrier_id: Which feed, to whom.
      idempotency_key: The same intent has the same key: a repeated commit plans once.
      envelope: Whose control number to take.
      scope, purpose: As in ``FileFacts``.
      as_of: The snapshot's date.
      snapshot_identity: The snapshot's digest, hexadecimal.
      mapping_digest, release_digest: Of the compiled mapping and of the released fields.
      plan_digest: What an approval is bound to.
      created: The frozen moment, UTC.
      remote_name_template: The remote name; ``{control_number}`` and ``{reference}`` are filled
        in the same transaction that takes the number.
      reported: The families it tells.
      counts: Whatever the run report shows: added, changed, ended … by word.
      is_test: Whether the file is marked as test.
      per_item: Whether each set is confirmed by a person before it counts (worklists).
      set_members: How many people each set tells of, by its number.
      held: Why it is held from the start, if a guard says so.
      original: The transmission that this one corrects or copies.
    """

    feed_id: FeedId
    carrier_id: CarrierId
    idempotency_key: str
    envelope: EnvelopeKey
    scope: str
    purpose: str
    as_of: date
    snapshot_identity: str
    mapping_digest: str
    release_digest: str
    plan_digest: str
    created: datetime
    remote_name_template: str
    reported: tuple[Reported, ...] = field(repr=False)
    counts: Mapping[str, int]
    is_test: bool
    per_item: bool = False
    set_members: Mapping[str, int] = field(default_factory=dict)
    held: str | None = None
    original: TransmissionId | None = None


TAKEN = frozenset({"A", "E"})
"""The verdicts by which a carrier takes a set in: accepted, and accepted with errors."""


@dataclass(frozen=True, slots=True)
class TransmissionSet:
    """One transaction set's fate: ``verdict`` is None until answered, then the 999's letter (A, E, R, M, W, X, P)."""

    number: str
    members: int
    families: int
    verdict: str | None
    done_by: str | None = None
    done_at: datetime | None = None
    confirmation: str | None = None
    again_in: str | None = None

    @property
    def is_rejected(self) -> bool:
        """Whether the carrier has answered, and did not take it in."""
        return self.verdict is not None and self.verdict not in TAKEN

    @property
    def waits(self) -> bool:
        """Whether a worklist's item is still to be done, and no later list (``again_in``) states it again."""
        return self.done_at is None and self.again_in is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transmission:
    """One file from its intent to its acknowledgement, as the ledger knows it.

    Attributes:
      sequence: Its number within the feed, from 1 without gaps.
      reference: Its own reference (BGN02), derived from feed and sequence.
      envelope: Whose control number it took.
      control_number: The number it took (ISA13 = GS06); None while held before a number was taken.
      plain_sha256, sealed_sha256, sealed_size: Digests of the content and of the sealed bytes, once known.
      recipient_key, unsealed_reason: As in ``SealedFile``.
      phase: How far the last attempt came.
      attempts: How many uploads were begun.
      held_reason, held_from: Why it waits for a person, and in which state it was.
      last_error: The code of the last delivery error.
    """

    transmission_id: TransmissionId
    feed_id: FeedId
    carrier_id: CarrierId
    sequence: int
    state: State
    reference: str
    remote_name: str
    envelope: EnvelopeKey
    control_number: int | None
    scope: str
    purpose: str
    as_of: date
    snapshot_identity: str
    mapping_digest: str
    release_digest: str
    plan_digest: str
    created: datetime
    is_test: bool
    per_item: bool
    counts: Mapping[str, int]
    sets: tuple[TransmissionSet, ...]
    original: TransmissionId | None = None
    plain_sha256: str | None = None
    sealed_sha256: str | None = None
    sealed_size: int | None = None
    recipient_key: str | None = None
    unsealed_reason: str | None = None
    phase: Phase | None = None
    attempts: int = 0
    held_reason: str | None = None
    held_from: State | None = None
    last_error: str | None = None
    receipt: Receipt | None = None
    acknowledged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FeedMemory:
    """What the ledger remembers of a feed besides its transmissions.

    Attributes:
      last_as_of, last_snapshot: Of the newest run that looked at a snapshot and finished, None before the first.
      mapping_digest, release_digest: Under which the baseline's digests were taken, None before the first.
      held_reason: Why an operator stopped the feed, None while it runs.
      refused_logins: How many runs in a row were refused at login.
    """

    last_as_of: date | None
    last_snapshot: str | None
    mapping_digest: str | None
    release_digest: str | None
    held_reason: str | None
    refused_logins: int


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the hash-chained trail: who did what to which reference, when. Never a value about a person."""

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, str]
    chain: str
