"""Bytes become interchanges, checked for structure: envelope, counts, control numbers, and the place of each segment.

It is lenient: it reports what is wrong as findings, keeps what it does not know where it stood, and never raises.
What the writer wrote comes back equal. Elements are divided into components and repetitions only where the guide says.
Whether codes, lengths, maximum uses and required things are right is checked in `edi834/check`, on the tree read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from itertools import islice
from typing import Literal

from edi834.x12 import formats
from edi834.x12.document import (
    GroupHeader,
    Interchange,
    InterchangeHeader,
    PositionIndex,
    SegmentPosition,
    TransactionSet,
)
from edi834.x12.guide import GUIDES, Guide
from edi834.x12.reading.placing import SetReader
from edi834.x12.reading.tokens import RawInterchange, RawSegment, ReadFinding, split
from edi834.x12.segment import Segment

UNREADABLE_DATE = date(1, 1, 1)
"""What stands for an envelope date that cannot be read; finding E834-0516 says so."""

_Guides = Mapping[tuple[str, str, str], Guide]


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What was read. Without findings the structure is sound, and writing it again gives the same tree."""

    interchanges: tuple[Interchange, ...]
    findings: tuple[ReadFinding, ...]
    positions: tuple[tuple[SegmentPosition, ...], ...]  # one tuple an interchange

    def index(self, interchange: int = 0) -> PositionIndex:
        """The positions of one interchange, ready to be asked."""
        return PositionIndex(self.positions[interchange] if interchange < len(self.positions) else ())


def read(content: bytes, guides: _Guides = GUIDES) -> ReadResult:
    """Read every interchange of a file. Never raises, whatever the bytes are."""
    raw, findings = split(content)
    readers = [InterchangeReader(one, guides, findings) for one in raw]
    interchanges = tuple(reader.read() for reader in readers)
    seen: set[tuple[str, str, int]] = set()
    for one, reader in zip(interchanges, readers, strict=True):
        key = (one.header.sender_id, one.header.receiver_id, one.header.control_number)
        if key in seen:
            reader.note("E834-0523", "the interchange control number is used twice in the file", reader.raw.isa)
        seen.add(key)
    return ReadResult(interchanges, tuple(findings), tuple(tuple(reader.positions) for reader in readers))


class InterchangeReader:
    """The state of reading one interchange: the open group and transaction set, and what was found.

    Whoever reads a file piece by piece calls `step` for each segment and `finish` after the last, with `keep` False so
    that only the numbers of sets and groups are remembered; `read` does both for an interchange that is in memory.
    """

    def __init__(self, raw: RawInterchange, guides: _Guides, findings: list[ReadFinding], *, keep: bool = True) -> None:
        self.raw, self._guides, self._findings, self._keep = raw, guides, findings, keep
        self.positions: list[SegmentPosition] = []
        self._groups: list[tuple[GroupHeader, tuple[TransactionSet, ...]]] = []
        self._group: GroupHeader | None = None
        self._gs = raw.isa
        self._sets: list[TransactionSet] = []
        self._group_count = self._set_count = 0
        self._group_numbers: set[int] = set()  # asked of each new group and set: a file may have many thousands
        self._set_numbers: set[str] = set()
        self._set: SetReader | None = None
        self._ended = False
        self.header = self._header()

    @property
    def group(self) -> GroupHeader | None:
        """The group being read."""
        return self._group

    @property
    def open_set(self) -> SetReader | None:
        """The transaction set being read."""
        return self._set

    def read(self) -> Interchange:
        """Read the interchange that is in memory."""
        for segment in self.raw.segments:
            self.step(segment)
        self.finish(self.raw.segments[-1] if self.raw.segments else self.raw.isa)
        return Interchange(self.header, tuple(self._groups), self.raw.delimiters)

    def step(self, segment: RawSegment) -> None:
        """Read the next segment."""
        match segment.id:
            case "GS":
                self._open_group(segment)
            case "ST":
                self._open_set(segment)
            case "SE":
                self._close_set(segment)
            case "GE":
                self._close_group(segment)
            case "IEA":
                self._close(segment)
            case id:
                if self._set is not None:
                    self._set.add(segment)
                elif id != "TA1" or self._group is not None:
                    self.note("E834-0513", "the segment stands outside of a transaction set", segment)

    def finish(self, last: RawSegment) -> None:
        """End the interchange after its last segment."""
        self._end_set(last, missing=True)
        self._end_group(last, missing=True)
        if not self._ended:
            self.note("E834-0511", "the interchange ends without IEA", last)

    def note(self, code: str, message: str, segment: RawSegment, element: int = 0) -> None:
        number = self._set.control_number if self._set else ""
        self._findings.append(ReadFinding(code, message, segment.number, segment.id, "", element, number))

    def _header(self) -> InterchangeHeader:
        isa = self.raw.isa
        text = [isa.text(n).rstrip(" ") for n in range(17)]
        usage: Literal["T", "P"] = "T" if text[15] == "T" else "P"
        for at, known in ((12, ("00501",)), (14, ("0", "1")), (15, ("T", "P"))):
            if text[at] not in known:
                self.note("E834-0516", "the header value is none the standard has", isa, at)
        return InterchangeHeader(
            text[5], text[6], text[7], text[8], self._date(isa, 9), self._time(isa, 10), self._number(isa, 13),
            text[14] == "1", usage, text[1], text[2], text[3], text[4],
        )  # fmt: skip

    def _date(self, segment: RawSegment, at: int) -> date:
        text = segment.text(at)
        found = formats.read_d6(text) if segment.id == "ISA" else formats.read_d8(text)
        if found is None:
            self.note("E834-0516", "the date cannot be read", segment, at)
        return found or UNREADABLE_DATE

    def _time(self, segment: RawSegment, at: int) -> time:
        found = formats.read_tm(segment.text(at))
        if found is None:
            self.note("E834-0516", "the time cannot be read", segment, at)
        return found or time(0)

    def _number(self, segment: RawSegment, at: int) -> int:
        text = segment.text(at)
        if text.isascii() and text.isdigit() and len(text) <= 10:
            return int(text)
        self.note("E834-0516", "the number cannot be read", segment, at)
        return 0

    def _open_group(self, segment: RawSegment) -> None:
        self._end_set(segment, missing=True)
        self._end_group(segment, missing=True)
        self._gs = segment
        self._group = GroupHeader(
            segment.text(2), segment.text(3), self._date(segment, 4), self._time(segment, 5),
            self._number(segment, 6), segment.text(1), segment.text(8),
        )  # fmt: skip
        if self._group.control_number in self._group_numbers:
            self.note("E834-0523", "the group control number is used twice in the interchange", segment, 6)

    def _open_set(self, segment: RawSegment) -> None:
        self._end_set(segment, missing=True)
        if self._group is None:
            self.note("E834-0513", "a transaction set begins outside of a group", segment)
            self._group = GroupHeader("", "", UNREADABLE_DATE, time(0), 0, "", "")
        number = segment.text(2)
        guide = self._guides.get((self._group.version, self._group.functional_id, segment.text(1)))
        if guide is None:
            self.note("E834-0519", "no guide is known for this version, group and transaction set", segment)
        elif segment.text(3) not in ("", guide.version):
            self.note("E834-0519", "ST03 names another version than GS08", segment, 3)
        if number in self._set_numbers:
            self.note("E834-0523", "the transaction set control number is used twice in the group", segment, 2)
        self._set = SetReader(
            number, self._group.control_number, guide, self.raw.delimiters, self._findings, self.positions
        )

    def _close_set(self, segment: RawSegment) -> None:
        if self._set is None:
            self.note("E834-0513", "SE ends no transaction set", segment)
            return
        if self._number(segment, 1) != self._set.count + 1:
            self.note("E834-0514", "SE01 is not the number of segments", segment, 1)
        if segment.text(2) != self._set.control_number:
            self.note("E834-0515", "SE02 is not the number of the transaction set", segment, 2)
        self._end_set(segment, missing=False)

    def _close_group(self, segment: RawSegment) -> None:
        self._end_set(segment, missing=True)
        if self._group is None:
            self.note("E834-0513", "GE ends no group", segment)
            return
        if self._number(segment, 1) != self._set_count:
            self.note("E834-0514", "GE01 is not the number of transaction sets", segment, 1)
        if segment.text(2) != self._gs.text(6):
            self.note("E834-0515", "GE02 is not the number of the group", segment, 2)
        self._end_group(segment, missing=False)

    def _close(self, segment: RawSegment) -> None:
        self._end_set(segment, missing=True)
        self._end_group(segment, missing=True)
        self._ended = True
        if self._number(segment, 1) != self._group_count:
            self.note("E834-0514", "IEA01 is not the number of groups", segment, 1)
        if segment.text(2) != self.raw.isa.text(13):
            self.note("E834-0515", "IEA02 is not the number of the interchange", segment, 2)

    def _end_set(self, at: RawSegment, *, missing: bool) -> None:
        if self._set is None:
            return
        if missing:
            self.note("E834-0513", "the transaction set ends without SE", at)
        body = self._set.body()
        self._set_count += 1
        if self._keep:
            self._sets.append(TransactionSet(self._set.control_number, body))
        self._set_numbers.add(self._set.control_number)
        self._set = None

    def _end_group(self, at: RawSegment, *, missing: bool) -> None:
        if self._group is None:
            return
        if missing:
            self.note("E834-0513", "the group ends without GE", at)
        self._group_count += 1
        if self._keep:
            self._groups.append((self._group, tuple(self._sets)))
        self._group_numbers.add(self._group.control_number)
        self._group, self._sets, self._set_count, self._set_numbers = None, [], 0, set()


def segment_at(interchange: Interchange, set_control_number: str, number: int) -> Segment | None:
    """The segment of a number in a set (ST is 1), for showing what a 999 speaks of; None for ST, SE and beyond."""
    for one in interchange.transaction_sets():
        if one.control_number == set_control_number:
            return next(islice(one.body.walk(), number - 2, None), None) if number >= 2 else None
    return None
