"""How a file is spelled, where the tree that the reader makes of it no longer shows it: its raw segments.

Control characters are no characters of any text; and the segments of the envelope, which the reader turns into
numbers and dates, may not be longer than the standard has them. Everything inside of a set is otherwise the guide's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from edi834.check.fault import Fault
from edi834.x12 import GUIDE_005010X220A1
from edi834.x12.reading.tokens import RawInterchange, RawSegment

__all__ = ["check_spelling", "may_hold_control"]

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NO_LINE_END = re.compile(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]")
_LOOPS = {"GS": "GS_LOOP", "GE": "GS_LOOP", "ST": "ST_LOOP", "SE": "ST_LOOP", "IEA": "ISA_LOOP"}
_LENGTHS = {
    one.id: len(one.elements)
    for loop in ("ISA_LOOP", "GS_LOOP", "ST_LOOP")
    for one in GUIDE_005010X220A1.loops[loop].segments()
}
_ENVELOPE = frozenset(_LOOPS)


def may_hold_control(content: bytes, raw: RawInterchange) -> bool:
    """Whether an element may hold a control character: a cheap question, so that most files are not asked twice.

    Args:
      content: The file.
      raw: An interchange in it, by whose terminator line ends are told from others.
    """
    end = raw.delimiters.segment.encode("latin-1")
    after_segments = content.count(end + b"\n") + content.count(end + b"\r\n")
    return (
        end in b"\r\n"
        or content.count(b"\n") != after_segments
        or content.count(b"\r") != content.count(end + b"\r\n")
        or _NO_LINE_END.search(content) is not None
    )


def check_spelling(raw: RawInterchange, *, has_control: bool) -> Iterator[Fault]:
    """Give what is wrong with the spelling of an interchange.

    Args:
      raw: Its segments as they stand.
      has_control: Whether an element may hold a control character; where none may, none is looked for.
    """
    marks = str.maketrans("", "", raw.delimiters.component + raw.delimiters.repetition)
    for segment in (raw.isa, *raw.segments) if has_control else ():
        yield from _control_characters(segment, marks)
    for segment in raw.segments:
        if segment.id in _ENVELOPE:
            yield from _too_long(segment)
        if segment.id == "GS" and segment.text(7) != "X":
            yield Fault("E834-1012", "GS07 is not X, the standard of X12", segment.number, "GS_LOOP/GS07")


def _control_characters(segment: RawSegment, marks: dict[int, int | None]) -> Iterator[Fault]:
    """Look for them apart from the separators, which in many files are control characters themselves."""
    for n, text in enumerate(segment.elements, start=1):
        if _CONTROL.search(text.translate(marks)):
            yield Fault("E834-1019", "an element holds a control character", segment.number, f"{segment.id}{n:02}")


def _too_long(segment: RawSegment) -> Iterator[Fault]:
    loop, most = _LOOPS[segment.id], _LENGTHS[segment.id]
    surplus = [n for n in range(most + 1, len(segment.elements) + 1) if segment.elements[n - 1]]
    if segment.elements and not segment.elements[-1]:
        message = "the segment ends with an empty element"
        yield Fault("E834-0524", message, segment.number, f"{loop}/{segment.id}")
    for n in surplus:
        message = f"{segment.id} has no such element"
        yield Fault("E834-1001", message, segment.number, f"{loop}/{segment.id}{n:02}")
