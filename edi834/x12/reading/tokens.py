"""Bytes become interchanges of raw segments: the delimiters are learned from ISA, and nothing is understood yet.

It accepts any four delimiters, any line ends after a segment or none, text before the first ISA, several interchanges
in one file; it reports what is wrong and never raises, whatever the bytes are.
Envelope and loops are read in `reader.py`, acknowledgments in `acknowledgement.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from edi834.errors import ConfigurationError
from edi834.x12.document import Delimiters

_ISA_ENDS = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
"""Where the element separator stands in an ISA of its fixed 106 characters."""

_BLANK = " \t\r\n"


@dataclass(frozen=True, slots=True)
class ReadFinding:
    """Something wrong with what was read, and where; never with a value.

    Codes: E834-0511 no interchange, or it ends too early; -0512 delimiters; -0513 envelope segment missing or
    misplaced; -0514 count differs; -0515 control number differs; -0516 header value unreadable; -0517 segment the
    guide does not have there; -0518 out of order; -0519 no guide for the version; -0520 delimiter inside an element
    that has no parts; -0521 text outside of an interchange; -0522 not ASCII; -0523 control number used twice;
    -0524 empty element at the end of a segment, or a last segment without terminator.
    """

    code: str
    message: str
    segment_number: int = 0  # in the file, ISA of the first interchange being 1; 0 where it is the file as a whole
    segment_id: str = ""
    loop: str = ""  # the loop being read
    element: int = 0  # position in the segment, from 1; 0 where it is the segment as a whole
    set_control_number: str = ""


@dataclass(frozen=True, slots=True)
class RawSegment:
    """One segment as it stands in the file: elements are not divided further."""

    number: int  # in the file, from 1
    id: str
    elements: tuple[str, ...]

    def text(self, n: int) -> str:
        """The element at position n (the first is 1); '' when the segment is shorter."""
        return self.elements[n - 1] if 0 < n <= len(self.elements) else ""


@dataclass(slots=True)
class RawInterchange:
    """One interchange: its delimiters, its ISA, and the segments up to and with IEA."""

    delimiters: Delimiters
    isa: RawSegment
    segments: list[RawSegment] = field(default_factory=list)


def split(content: bytes) -> tuple[list[RawInterchange], list[ReadFinding]]:
    """Divide bytes into interchanges of raw segments."""
    findings: list[ReadFinding] = []
    text = _decoded(content, findings)
    found: list[RawInterchange] = []
    at, number = _skip(text, 0), 0
    if not text.startswith("ISA", at):
        start = text.find("ISA", at)
        message = "text stands before the interchange" if start >= 0 else "there is no interchange: no ISA segment"
        findings.append(ReadFinding("E834-0521" if start >= 0 else "E834-0511", message))
        at = start
    while 0 <= at < len(text):
        begun = opened(text, at, number + 1, findings)
        if begun is None:
            break
        interchange, at = begun
        number = interchange.isa.number
        for segment, start, end in _segments(text, at, interchange.delimiters, number):
            if segment.id == "ISA":  # the next interchange, though this one has not ended
                at = start
                break
            at, number = end, segment.number
            interchange.segments.append(segment)
            if segment.id == "IEA":
                break
        found.append(interchange)
        at = _next_interchange(text, at, interchange, findings)
    return found, findings


def _decoded(content: bytes, findings: list[ReadFinding]) -> str:
    content = content.removeprefix(b"\xef\xbb\xbf")
    if content.isascii():
        return content.decode("ascii")
    findings.append(ReadFinding("E834-0522", "the file holds bytes outside ASCII; they are read as Latin-1"))
    return content.decode("latin-1")


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at


def opened(text: str, at: int, number: int, findings: list[ReadFinding]) -> tuple[RawInterchange, int] | None:
    """The interchange whose ISA begins here, and where its next segment begins; None where ISA cannot be read."""
    separator = text[at + 3 : at + 4]
    parts = text[at : at + 400].split(separator, 16) if separator else []
    if len(parts) < 17 or len(parts[16]) < 2:
        findings.append(ReadFinding("E834-0511", "the ISA segment ends too early", number, "ISA"))
        return None
    if any(text[at + end : at + end + 1] != separator for end in _ISA_ENDS):
        findings.append(ReadFinding("E834-0516", "the ISA segment has not its fixed widths", number, "ISA"))
    component, terminator = parts[16][0], parts[16][1]
    end = at + len(separator.join(parts[:16])) + 3
    newline: Literal["", "\n", "\r\n"] = ""
    if terminator not in "\r\n":
        newline = "\r\n" if text.startswith("\r\n", end) else "\n" if text.startswith("\n", end) else ""
    delimiters = _delimiters(separator, component, parts[11], terminator, newline, number, findings)
    if delimiters is None:
        return None
    isa = RawSegment(number, "ISA", (*parts[1:16], component))
    return RawInterchange(delimiters, isa), end


def _delimiters(
    element: str, component: str, repetition: str, terminator: str, newline: Literal["", "\n", "\r\n"],
    number: int, findings: list[ReadFinding],
) -> Delimiters | None:  # fmt: skip
    spare = next(mark for mark in "^!|%" if mark not in (element, component, terminator))
    try:
        delimiters = Delimiters(element, component, spare, terminator, newline)
    except ConfigurationError as error:
        findings.append(ReadFinding("E834-0512", error.message, number, "ISA"))
        return None
    try:
        return replace(delimiters, repetition=repetition)
    except ConfigurationError:
        # The habit of 4010, where ISA11 was the letter U: such a file repeats nothing.
        findings.append(ReadFinding("E834-0512", "ISA11 is no repetition separator", number, "ISA", element=11))
        return delimiters


def _segments(text: str, at: int, delimiters: Delimiters, number: int) -> Iterator[tuple[RawSegment, int, int]]:
    terminator, separator = delimiters.segment, delimiters.element
    while at < len(text):
        end = text.find(terminator, at)
        if end < 0:
            end = len(text)
        start, at = at, end + 1
        piece = text[start:end].lstrip(_BLANK)
        if piece:
            number += 1
            id, *elements = piece.split(separator)
            yield RawSegment(number, id.rstrip(_BLANK), tuple(elements)), start, at


def _next_interchange(text: str, at: int, interchange: RawInterchange, findings: list[ReadFinding]) -> int:
    """Where the next interchange begins, or -1; text that is none is reported."""
    segments = interchange.segments
    last = segments[-1] if segments else interchange.isa
    if at > len(text):
        findings.append(ReadFinding("E834-0524", "the last segment has no terminator", last.number, last.id))
        return -1
    at = _skip(text, at)
    if at >= len(text) or text.startswith("ISA", at):
        return at
    findings.append(ReadFinding("E834-0521", "text stands after the interchange", last.number, last.id))
    return text.find("ISA" + interchange.delimiters.element, at)
