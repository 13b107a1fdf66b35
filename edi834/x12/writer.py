"""An interchange becomes bytes: the guide gives the order, this file gives the spelling and the counts.

It sorts each loop's children into the guide's order (stably), leaves out empty ends, fills ISA to its 106 bytes and
counts segments, sets and groups. It refuses, naming the place and never the value, what the guide has no place for
and any character a file may not contain; all refusals of an interchange are reported at once.
Whether required things are present and codes are right is checked in `edi834/check`; cleaning text is `charset.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from edi834.errors import UnexpectedError
from edi834.x12 import formats
from edi834.x12.charset import Charset, forbidden
from edi834.x12.document import (
    TRACKED,
    Delimiters,
    GroupHeader,
    Interchange,
    InterchangeHeader,
    PositionIndex,
    SegmentPosition,
    TransactionSet,
)
from edi834.x12.guide import GUIDE_005010X220A1, Guide
from edi834.x12.guide.definition import LoopDef, SegmentDef
from edi834.x12.guide.placement import first_text, places
from edi834.x12.segment import Element, Loop, Repeated, Segment


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that cannot be written, and where."""

    code: str  # E834-0503 no place in the guide, -0504 forbidden character, -0505 envelope value
    message: str
    path: str  # address in the guide: 2100A/NM103; of the envelope ISA06, GS02, ST02
    set_control_number: str = ""
    member: int = 0  # n-th 2000 loop of the set, from 1; 0 outside


@dataclass(frozen=True, slots=True)
class Written:
    """The bytes of one interchange, and which segment belongs to whom."""

    text: bytes
    positions: tuple[SegmentPosition, ...]

    def index(self) -> PositionIndex:
        """The positions, ready to be asked."""
        return PositionIndex(self.positions)


@dataclass(frozen=True, slots=True)
class Unwritable:
    """An interchange that cannot be written, with everything that is wrong with it."""

    refusals: tuple[Refusal, ...]  # at least one


def spell(
    interchange: Interchange, guide: Guide = GUIDE_005010X220A1, charset: Charset = "extended"
) -> Written | Unwritable:
    """Spell an interchange; the same interchange gives the same bytes."""
    scribe = _Scribe(guide, interchange.delimiters, forbidden(charset, interchange.delimiters))
    scribe.interchange(interchange)
    if scribe.refusals:
        return Unwritable(tuple(scribe.refusals))
    ending = interchange.delimiters.segment + interchange.delimiters.newline
    return Written((ending.join(scribe.lines) + ending).encode("ascii"), tuple(scribe.positions))


def write(interchange: Interchange, guide: Guide = GUIDE_005010X220A1, charset: Charset = "extended") -> Written:
    """Spell an interchange that is known to be writable; a refusal is a defect and stops with its code."""
    written = spell(interchange, guide, charset)
    if isinstance(written, Written):
        return written
    first, more = written.refusals[0], len(written.refusals) - 1
    where = f" in set {first.set_control_number}" if first.set_control_number else ""
    where += f", member {first.member}" if first.member else ""
    others = f" (and {more} more)" if more else ""
    raise UnexpectedError(f"{first.path}{where}: {first.message}{others}", code=first.code)


def isa_text(header: InterchangeHeader, marks: Delimiters) -> str:
    """The ISA segment in its fixed widths, 105 characters before the terminator."""
    widths = (
        (header.authorization_qualifier, 2), (header.authorization, 10), (header.security_qualifier, 2),
        (header.security, 10), (header.sender_qualifier, 2), (header.sender_id, 15),
        (header.receiver_qualifier, 2), (header.receiver_id, 15),
    )  # fmt: skip
    tail = (
        formats.d6(header.date), formats.hhmm(header.time), marks.repetition, "00501", f"{header.control_number:09}",
        "1" if header.acknowledgment_requested else "0", header.usage, marks.component,
    )  # fmt: skip
    return marks.element.join(["ISA", *(value.ljust(width) for value, width in widths), *tail])


class _Scribe:
    """The state of writing one interchange: what is written so far, and what was refused."""

    def __init__(self, guide: Guide, marks: Delimiters, pattern: re.Pattern[str]) -> None:
        self.lines: list[str] = []
        self.positions: list[SegmentPosition] = []
        self.refusals: list[Refusal] = []
        self._guide, self._marks, self._forbidden = guide, marks, pattern
        self._group, self._set, self._member, self._start = 0, "", 0, 0

    def interchange(self, interchange: Interchange) -> None:
        header = interchange.header
        self._isa(header)
        numbers = [group.control_number for group, _ in interchange.groups]
        if len(set(numbers)) < len(numbers):
            self._refuse("E834-0505", "two groups have the same control number", "GS06")
        for group, sets in interchange.groups:
            self._write_group(group, sets)
        self._envelope("IEA", str(len(interchange.groups)), f"{header.control_number:09}")

    def _isa(self, header: InterchangeHeader) -> None:
        fields = (
            ("ISA01", header.authorization_qualifier, 2, 2), ("ISA02", header.authorization, 0, 10),
            ("ISA03", header.security_qualifier, 2, 2), ("ISA04", header.security, 0, 10),
            ("ISA05", header.sender_qualifier, 2, 2), ("ISA06", header.sender_id, 1, 15),
            ("ISA07", header.receiver_qualifier, 2, 2), ("ISA08", header.receiver_id, 1, 15),
        )  # fmt: skip
        for ref, value, low, high in fields:
            self._check_envelope(ref, value, low, high)
        self._check_number("ISA13", header.control_number)
        if not 2000 <= header.date.year <= 2099:
            self._refuse("E834-0505", "the interchange date must lie in 2000 to 2099", "ISA09")
            return
        self.lines.append(isa_text(header, self._marks))

    def _write_group(self, group: GroupHeader, sets: tuple[TransactionSet, ...]) -> None:
        self._group = group.control_number
        self._check_envelope("GS02", group.application_sender, 2, 15)
        self._check_envelope("GS03", group.application_receiver, 2, 15)
        self._check_envelope("GS01", group.functional_id, 2, 2)
        self._check_envelope("GS08", group.version, 1, 12)
        self._check_number("GS06", group.control_number)
        if (group.version, group.functional_id) != (self._guide.version, self._guide.functional_id):
            self._refuse("E834-0505", f"the group is not of guide {self._guide.version}", "GS08")
        numbers = [one.control_number for one in sets]
        if len(set(numbers)) < len(numbers):
            self._refuse("E834-0505", "two transaction sets of a group have the same control number", "ST02")
        day, clock = formats.d8(group.date), formats.tm(group.time)
        self._envelope("GS", group.functional_id, group.application_sender, group.application_receiver,
                       day, clock, str(group.control_number), "X", group.version)  # fmt: skip
        for one in sets:
            self._write_set(one)
        self._envelope("GE", str(len(sets)), str(group.control_number))

    def _write_set(self, one: TransactionSet) -> None:
        self._set, self._member, self._start = one.control_number, 0, len(self.lines)
        self._check_envelope("ST02", one.control_number, 4, 9)
        self._envelope("ST", self._guide.transaction_set, one.control_number, self._guide.version)
        if one.body.id != self._guide.body.id:
            self._refuse("E834-0503", f"the body of a transaction set is loop {self._guide.body.id}", one.body.id)
        self._children(one.body, self._guide.body)
        self._envelope("SE", str(len(self.lines) - self._start + 1), one.control_number)
        self._set, self._member = "", 0

    def _children(self, loop: Loop, definition: LoopDef) -> None:
        index, coverage = places(definition), 0
        ordered: list[tuple[int, Segment | Loop, SegmentDef | LoopDef]] = []
        for child in loop.children:
            found: tuple[int, SegmentDef] | tuple[int, LoopDef] | None
            if isinstance(child, Loop):
                found = index.by_loop.get(child.id)
            else:
                found = index.segment(child.id, first_text(child)) or index.segment_alike(child.id)
            if found is None:
                what = f"loop {child.id}" if isinstance(child, Loop) else f"segment {child.id} with this qualifier"
                self._refuse("E834-0503", f"the guide has no place for {what}", f"{definition.id}/{child.id}")
            else:
                ordered.append((found[0], child, found[1]))
        ordered.sort(key=lambda entry: entry[0])
        for _, child, place in ordered:
            if isinstance(child, Segment) and isinstance(place, SegmentDef):
                self.lines.append(self._spell(child, place, definition.id))
            elif isinstance(child, Loop) and isinstance(place, LoopDef):
                coverage += child.id == "2300"
                self._loop(child, place, coverage)

    def _loop(self, loop: Loop, definition: LoopDef, coverage: int) -> None:
        self._member += loop.id == "2000"
        inside = coverage if loop.id == "2300" else 0
        first = len(self.lines) - self._start + 1
        trigger = definition.trigger
        if trigger is not None and not any(segment.id == trigger.id for segment in loop.segments()):
            self._refuse("E834-0503", f"loop {loop.id} has no {trigger.id} to begin it", f"{loop.id}/{trigger.id}")
        at = len(self.positions)
        self._children(loop, definition)
        if loop.id in TRACKED:
            last = len(self.lines) - self._start
            place = SegmentPosition(self._group, self._set, loop.id, first, last, self._member, inside)
            self.positions.insert(at, place)

    def _spell(self, segment: Segment, definition: SegmentDef, loop: str) -> str:
        marks = self._marks
        if len(segment.elements) > len(definition.elements):
            message = f"{segment.id} ends with element {len(definition.elements):02}"
            self._refuse("E834-0503", message, f"{loop}/{segment.id}{len(segment.elements):02}")
            return segment.id
        texts: list[str] = []
        for value, place in zip(segment.elements, definition.elements, strict=False):
            if isinstance(value, str):
                if value and self._forbidden.search(value):
                    self._refuse_character(f"{loop}/{place.ref}")
                texts.append(value)
                continue
            repeats = isinstance(value, Repeated) and place.max_repeat == 1
            if repeats or (_is_composite(value) and not place.components):
                self._refuse("E834-0503", "the guide has one simple value here", f"{loop}/{place.ref}")
            texts.append(self._structured(value, f"{loop}/{place.ref}"))
        while texts and not texts[-1]:
            texts.pop()
        return marks.element.join([segment.id, *texts])

    def _structured(self, value: Element, path: str) -> str:
        if isinstance(value, Repeated):
            return self._marks.repetition.join(self._structured(one, path) for one in value.values)
        if isinstance(value, str):
            value = (value,)
        kept = len(value)
        while kept and not value[kept - 1]:
            kept -= 1
        for component in value:
            if self._forbidden.search(component):
                self._refuse_character(path)
        return self._marks.component.join(value[:kept])

    def _refuse_character(self, path: str) -> None:
        message = "the text holds a delimiter, a control character or one outside the character set"
        self._refuse("E834-0504", message, path)

    def _check_envelope(self, ref: str, value: str, low: int, high: int) -> None:
        if not low <= len(value) <= high or value != value.strip(" "):
            self._refuse("E834-0505", f"must have {low} to {high} characters, without spaces at the ends", ref)
        if self._forbidden.search(value):
            self._refuse_character(ref)

    def _check_number(self, ref: str, number: int) -> None:
        if not 1 <= number <= 999_999_999:
            self._refuse("E834-0505", "a control number is 1 to 999999999", ref)

    def _refuse(self, code: str, message: str, path: str) -> None:
        self.refusals.append(Refusal(code, message, path, self._set, self._member))

    def _envelope(self, *texts: str) -> None:
        self.lines.append(self._marks.element.join(texts))


def _is_composite(value: Element) -> bool:
    if isinstance(value, Repeated):
        return any(isinstance(one, tuple) for one in value.values)
    return isinstance(value, tuple)
