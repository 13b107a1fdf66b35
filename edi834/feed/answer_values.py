"""A carrier's answers as values: verdicts on sets and on members, and the faults that they name.

They hold references, numbers and codes; what is about people is kept out of their ``repr``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from edi834.feed.ledger_values import EnvelopeKey
from edi834.model import FeedId, GroupId, MemberId, TransmissionId

__all__ = ["Fault", "MemberReport", "MemberVerdict", "ReportTaken", "Verdict"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What a carrier says is wrong with one segment of one set; the value itself is never kept.

    Attributes:
      set_number: The transaction set.
      position: The segment's number in the set, its first being 1.
      segment: Which segment, by its name, and ``loop`` where it stands, as the carrier names it.
      code: The carrier's code for what is wrong.
      elements: Which elements, each as ``position code``.
    """

    set_number: str
    position: int
    segment: str
    loop: str
    code: str
    elements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """A carrier's answer to one file.

    Attributes:
      envelope: The envelope of *our* file (an answer's own ids, reversed).
      control_number: The number of our file it answers (ISA13 by TA1, GS06 by 999).
      kind: ``999`` or ``TA1``.
      sets: By set number, the verdict's letter; empty for a TA1.
      overall: The group's (AK9) or interchange's (TA104) letter.
      note: TA105, for a TA1.
      sha256: Digest of the answer's bytes, so that the same answer twice is one answer.
      faults: What it complains of, segment by segment.
    """

    envelope: EnvelopeKey
    control_number: int
    kind: str
    sets: Mapping[str, str]
    overall: str
    note: str | None
    sha256: str
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberVerdict:
    """One person whom a carrier's own report rejects.

    Attributes:
      row: Where the report says so, counted from 1: what a person is shown where the member is not ours.
      member_id: Whom it names.
      group_ids: The groups that the member may be of.
      file: The file it speaks of, by our reference or control number; None where the report does not say.
      code: The carrier's code for why, empty where it gives none or free text.
    """

    row: int
    member_id: MemberId
    group_ids: tuple[GroupId, ...]
    file: str | None
    code: str


@dataclass(frozen=True, slots=True)
class MemberReport:
    """A carrier's report on people.

    Attributes:
      feed_id: The feed whose files it speaks of.
      sha256: Digest of its bytes, so that the same report twice is one report.
      rejected: Whom it rejects.
      accepted: How many people it accepts.
    """

    feed_id: FeedId
    sha256: str
    rejected: tuple[MemberVerdict, ...]
    accepted: int


@dataclass(frozen=True, slots=True)
class ReportTaken:
    """What a report did.

    Attributes:
      is_new: Whether it was taken in now, and not before.
      reverted: The families reverted, by the transmission from which on.
      unmatched: The rows that name nobody whom the feed's files reported.
    """

    is_new: bool
    reverted: Mapping[TransmissionId, int] = field(default_factory=dict)
    unmatched: tuple[MemberVerdict, ...] = ()
