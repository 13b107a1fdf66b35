"""Is what was written what was meant: the bytes read back are the tree they were written from, and spell it exactly.

The first difference is named by its place, never by its value; no character stands in the file that X12 does not
have, or that divides where nothing is to be divided.
Whether what was meant is right is for the other checks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest

from edi834.check.fault import Fault
from edi834.check.reported import ReportedLoop, ReportedSegment, ReportedSet, reported_sets
from edi834.x12 import GUIDES, Delimiters, Interchange, Loop, LoopDef, Segment, TransactionSet, Written, spell
from edi834.x12.charset import CHARSETS
from edi834.x12.guide.placement import first_text, places

__all__ = ["check_characters", "check_round_trip"]


def check_round_trip(content: bytes, read_back: tuple[Interchange, ...], meant: Interchange) -> Iterator[Fault]:
    """Compare the bytes and what was read from them with the tree that they should say.

    Args:
      content: The file.
      read_back: What the reader gave.
      meant: What the writer was told.
    """
    if len(read_back) != 1:
        yield Fault("E834-1029", f"the file holds {len(read_back)} interchanges, and must hold one")
        return
    yield from check_characters(content, meant.delimiters)
    if read_back[0] != meant and read_back[0] != (meant := _in_order(meant)):
        yield _first_difference(read_back[0], meant)
        return
    spelled = spell(meant)
    if not isinstance(spelled, Written) or spelled.text != content:
        yield Fault("E834-1071", "the bytes are not those that the document spells")


def check_characters(content: bytes, marks: Delimiters) -> Iterator[Fault]:
    """Find the first character that no 834 may contain: control characters, stray line ends, and the like."""
    text = content.decode("latin-1")
    if marks.newline:
        text = text.replace(marks.segment + marks.newline, marks.segment)
    found = re.search(f"[^{re.escape(CHARSETS['extended'] + marks.characters)}]", text)
    if found is not None:
        number = text.count(marks.segment, 0, found.start()) + 1
        yield Fault("E834-1072", "the segment holds a character that X12 does not have", number)


def _in_order(meant: Interchange) -> Interchange:
    """The tree with the children of each loop in the order of the guide, in which the writer writes them."""
    groups = []
    for header, sets in meant.groups:
        guide = GUIDES.get((header.version, header.functional_id, "834"))
        if guide is None:
            return meant
        ordered = (TransactionSet(one.control_number, _sorted(one.body, guide.body)) for one in sets)
        groups.append((header, tuple(ordered)))
    return replace(meant, groups=tuple(groups))


def _sorted(loop: Loop, definition: LoopDef) -> Loop:
    index = places(definition)
    ordered: list[tuple[int, Segment | Loop]] = []
    for child in loop.children:
        if isinstance(child, Loop):
            order, inner = index.by_loop.get(child.id, (0, None))
            ordered.append((order, _sorted(child, inner) if inner else child))
        else:
            found = index.segment(child.id, first_text(child)) or index.segment_alike(child.id)
            ordered.append((found[0] if found else 0, child))
    return Loop(loop.id, tuple(child for _, child in sorted(ordered, key=lambda pair: pair[0])))


def _first_difference(read_back: Interchange, meant: Interchange) -> Fault:
    if read_back.header != meant.header or read_back.delimiters != meant.delimiters:
        return _differs(1, "ISA_LOOP/ISA")
    if [group for group, _ in read_back.groups] != [group for group, _ in meant.groups]:
        return _differs(2, "GS_LOOP/GS")
    for one, other in zip_longest(reported_sets(read_back), reported_sets(meant)):
        if one is None or other is None or one.number != other.number:
            return _differs((one or other).first, "ST_LOOP/ST")
        found = _in_set(one, other)
        if found is not None:
            return found
    return _differs(0, "")  # the same sets, divided among the groups otherwise, or loops that no rule looks at


def _in_set(one: ReportedSet, other: ReportedSet) -> Fault | None:
    pairs = [(one.header, other.header)]
    for a, b in zip_longest(one.members, other.members):
        if a is None or b is None:
            return _differs((a or b).ins.number, "2000")
        pairs.append((a.loop, b.loop))
    return next((found for a, b in pairs if (found := _in_loop(a, b)) is not None), None)


def _in_loop(one: ReportedLoop, other: ReportedLoop) -> Fault | None:
    for a, b in zip_longest(one.segments, other.segments):
        if a is None or b is None or a.id != b.id:
            return _differs((a or b).number, (a or b).path())
        if a.segment != b.segment:
            return _in_segment(a, b)
    for c, d in zip_longest(one.loops, other.loops):
        if c is None or d is None or c.id != d.id:
            return _differs(_number(c or d), (c or d).id)
        found = _in_loop(c, d)
        if found is not None:
            return found
    return None


def _in_segment(one: ReportedSegment, other: ReportedSegment) -> Fault:
    longest = max(len(one.segment.elements), len(other.segment.elements))
    at = next((n for n in range(1, longest + 1) if one.segment.element(n) != other.segment.element(n)), 0)
    return _differs(one.number, f"{one.loop}/{one.id}" + (f"{at:02}" if at else ""))


def _number(loop: ReportedLoop) -> int:
    return next((segment.number for inner in loop.walk() for segment in inner.segments), 0)


def _differs(number: int, path: str) -> Fault:
    return Fault("E834-1070", "what was read back is not what was written", number, path)
