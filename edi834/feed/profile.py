"""A feed's profile: everything an operator configures about one stream of files to one carrier, as typed values.

Configuration hangs on the feed, because one carrier may have many platforms; what all feeds of a carrier share
(identity, key, channel) is the carrier's. No secret stands here: only where one is to be found.
Reading TOML into profiles, with every mistake placed, is ``edi834/workspace``'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from edi834.errors import Place
from edi834.model import CarrierId, FeedId, GroupId

__all__ = [
    "Answer",
    "Carrier",
    "ChannelOption",
    "ChannelProfile",
    "FeedProfile",
    "Guards",
    "KeyPins",
    "OutboxProfile",
    "SigningProfile",
    "Stage",
]


class Stage(StrEnum):
    """How far a feed has come."""

    DRAFT = "draft"  # nothing is ever sent
    TESTING = "testing"  # files are marked as test (ISA15 T)
    LIVE = "live"  # files are marked as production (ISA15 P)
    PAUSED = "paused"
    RETIRED = "retired"

    @property
    def sends(self) -> bool:
        """Whether a run may send for the feed."""
        return self in {Stage.TESTING, Stage.LIVE}


@dataclass(frozen=True, slots=True)
class KeyPins:
    """Which OpenPGP key a carrier's files are sealed with.

    Attributes:
      file: The public key's file.
      primary: The pinned fingerprint of the primary key, hexadecimal.
      subkey: The pinned fingerprint of the encryption subkey.
      waivers: Rules of admission that this carrier's key may break, by name, agreed with the carrier.
      sealer: The program that seals, ``pgpy`` or ``sequoia``; None for the one that suits the key and the file.
    """

    file: Path
    primary: str
    subkey: str
    waivers: frozenset[str] = frozenset()
    place: Place | None = None
    sealer: str | None = None


@dataclass(frozen=True, slots=True)
class SigningProfile:
    """With which key of ours a carrier's files are signed before they are sealed.

    Attributes:
      key_file: Our private OpenPGP key; only its owner may read it.
      passphrase_env: The environment variable that opens it.
      passphrase_command: The command that prints what opens it, as words.
    """

    key_file: Path
    passphrase_env: str | None = None
    passphrase_command: tuple[str, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class ChannelProfile:
    """How files reach a carrier: the channel's kind, and its options as the carrier's file gives them."""

    kind: str
    options: Mapping[str, Any]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class ChannelOption:
    """An option that a kind of channel has.

    Attributes:
      kind: ``str``, ``int``, ``float``, or ``list`` for a list of texts.
      choices: The words it may be; empty where it may be any.
      required: Whether there is no channel without it.
    """

    kind: type = str
    choices: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class OutboxProfile:
    """Where a carrier leaves its answers for us, and what becomes of them once they are taken in.

    Attributes:
      folder: The outbox, at the channel's server; for a folder channel, beside the carrier's file.
      pattern: Which names are answers, as a shell would match them.
      after: ``leave``, ``remove`` or ``move``.
      move_to: Where a taken answer is moved, with ``move``; within the outbox, or from the root.
      key_file: Our private OpenPGP key, where the carrier seals its answers to us.
      passphrase_env: The environment variable that opens that key.
      passphrase_command: The command that prints what opens it, as words.
    """

    folder: str
    pattern: str = "*"
    after: str = "leave"
    move_to: str | None = None
    place: Place | None = None
    key_file: Path | None = None
    passphrase_env: str | None = None
    passphrase_command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Carrier:
    """Whoever receives.

    Attributes:
      carrier_id: Its name in this workspace.
      name: Its name in print.
      folder: Where its files lie.
      tax_id: Its FEIN, where it wants to be named by it.
      key: With what its files are sealed; None with ``seal_reason``.
      seal_reason: Why its files are not sealed with a key.
      channel: How files reach it.
      outbox: Where its answers are fetched, None where they come by hand.
      signing: Our key that signs its files; None where they are not signed.
    """

    carrier_id: CarrierId
    name: str
    folder: Path
    tax_id: str | None
    key: KeyPins | None
    seal_reason: str | None
    channel: ChannelProfile
    place: Place | None = None
    outbox: OutboxProfile | None = None
    signing: SigningProfile | None = None


@dataclass(frozen=True, slots=True)
class Guards:
    """Limits beyond which a file is held for a person, before a byte leaves.

    Attributes:
      max_terminations_percent, min_terminations: Held when more than both the percentage of the people the carrier
        holds and the count are ended.
      max_missing_percent, min_missing: The same for people gone from the snapshot without an ending (B32, B33).
      max_changes_percent, min_changes: The same for people changed (B34).
      max_growth_percent: Held when the people in the snapshot are more than this percentage of those held (B35).
    """

    max_terminations_percent: int = 10
    min_terminations: int = 5
    max_missing_percent: int = 5
    min_missing: int = 5
    max_changes_percent: int = 25
    min_changes: int = 25
    max_growth_percent: int = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """What answer a carrier gives, and how long it may take.

    Attributes:
      kind: ``999``, ``TA1`` or ``none``.
      due_hours: Within how many hours of delivery.
      overdue: What an overdue answer does: ``warn``, or ``hold`` for a feed that must not go on without it.
    """

    kind: str = "none"
    due_hours: int = 48
    overdue: str = "warn"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedProfile:
    """One feed.

    Attributes:
      feed_id: Its name, unique in the workspace.
      carrier: To whom.
      groups: Whose people.
      benefits: Which benefits.
      mapping: The mapping file.
      mode: ``changes``, ``full_audit`` or ``full_replace``.
      stage: How far it has come.
      remote_name: The file's name at the recipient, a template over frozen values: ``{feed}``, ``{date}``,
        ``{time}``, ``{control_number}``, ``{reference}``.
      members_per_transaction: How many people one transaction set tells at most.
      envelope: The feed's own ``[envelope]``, laid over its mapping's; empty for a recipient that takes no X12.
      envelope_full: What of it differs in full files (``[envelope_full]``).
      constants: Texts that the mapping may use as ``feed.NAME``.
      rules: The feed's own ``[rules]``, over the mapping's.
    """

    feed_id: FeedId
    carrier: Carrier
    groups: tuple[GroupId, ...]
    benefits: frozenset[str]
    mapping: Path
    mode: str
    stage: Stage
    remote_name: str
    members_per_transaction: int = 10_000
    envelope: Mapping[str, Any] = field(default_factory=dict)
    envelope_places: Mapping[str, Place] = field(default_factory=dict)
    envelope_full: Mapping[str, Any] = field(default_factory=dict)
    envelope_full_places: Mapping[str, Place] = field(default_factory=dict)
    guards: Guards = field(default_factory=Guards)
    answer: Answer = field(default_factory=Answer)
    constants: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, object] = field(default_factory=dict)
    schedule: str = "daily"
    place: Place | None = None
