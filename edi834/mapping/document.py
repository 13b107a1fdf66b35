"""A document: one file's content before it has been checked; the first of the four stages of a file.

Its content is in memory only and is never printed (law 9); each family's place in it is known, so that a verdict on
one transaction set can be brought back to people.
Checking makes it a ``CheckedDocument`` (``edi834/check``), sealing a ``SealedFile`` (``edi834/feed``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from edi834.book import FamilyStatement
from edi834.model import FamilyRef, FeedId, MemberRef
from edi834.x12 import Interchange

__all__ = ["Document", "DocumentSet", "FileFacts", "FileFormat", "FilePurpose", "FileScope"]


class FileFormat(StrEnum):
    """How a document is written."""

    X12 = "x12"
    FLAT = "flat"
    WORKLIST = "worklist"


class FileScope(StrEnum):
    """What a file states (BGN08)."""

    CHANGES = "changes"  # 2: additions, changes and terminations
    FULL_AUDIT = "full_audit"  # 4: everyone, to be verified
    FULL_REPLACE = "full_replace"  # RX: everyone, replacing what is held


class FilePurpose(StrEnum):
    """Why a file is sent (BGN01)."""

    ORIGINAL = "original"  # 00
    RESUBMISSION = "resubmission"  # 15: a corrected file
    COPY = "copy"  # 22: an information copy


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What is fixed about a file before it is written: its arguments (law 10).

    Attributes:
      feed_id: Which feed.
      control_number: The number of this file between sender and receiver (ISA13 and GS06), never used twice.
      reference: The transmission's own reference (BGN02).
      original_reference: The reference of the file that this one corrects or copies (BGN06).
      purpose: Original, resubmission or copy.
      scope: Changes or full.
      created: The moment frozen in the plan, in the feed's time zone.
      as_of: The snapshot's date.
      is_test: Whether the file is marked as test (ISA15 T).
      remote_name: The file's name at the recipient.
      again: The families that an earlier worklist reported and that nobody has entered yet; none but for a worklist.
    """

    feed_id: FeedId
    control_number: int
    reference: str
    original_reference: str | None = None
    purpose: FilePurpose = FilePurpose.ORIGINAL
    scope: FileScope = FileScope.CHANGES
    created: datetime
    as_of: date
    is_test: bool
    remote_name: str
    again: frozenset[FamilyRef] = frozenset()


@dataclass(frozen=True, slots=True)
class DocumentSet:
    """One transaction set: the unit of a verdict.

    Attributes:
      number: Its control number (ST02), ``0001`` and so on; flat files and worklists number their units likewise.
      families: The families reported in it.
      members: How many people are reported in it.
      people: The person whom each of its parts is about, in the order of writing: a loop 2000, a record.
      statements: What it says of each family, or of a part of one.
    """

    number: str
    families: tuple[FamilyRef, ...]
    members: int
    people: tuple[MemberRef, ...] = ()
    statements: tuple[FamilyStatement, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """One file's content.

    Attributes:
      facts: What was fixed before it was written.
      format: How it is written.
      content: The bytes as the recipient will read them.
      sets: Its transaction sets, in order.
      interchange: The written tree, for an X12 file: what the reader must give back.
      records: How many segments or records the content has.
    """

    facts: FileFacts
    format: FileFormat
    content: bytes = field(repr=False)
    sets: tuple[DocumentSet, ...]
    interchange: Interchange | None = field(default=None, repr=False)
    records: int = 0
