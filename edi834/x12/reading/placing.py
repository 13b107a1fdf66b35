"""The segments of one transaction set become a tree of loops, by the guide.

A segment goes to the nearest open loop that has it at or after the last one placed; failing that to the nearest that
has it at all (out of order, a finding) or has its identifier; failing that it stays where it stands, undivided
(unknown, a finding). The first segment of a loop always begins a new occurrence.
Envelope and counts are read in `reader.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache

from edi834.x12.document import TRACKED, Delimiters, SegmentPosition
from edi834.x12.guide import Guide
from edi834.x12.guide.definition import ElementDef, LoopDef, SegmentDef
from edi834.x12.guide.placement import Places, places
from edi834.x12.reading.tokens import RawSegment, ReadFinding
from edi834.x12.segment import Element, Loop, Segment, composite, repeated


@dataclass(slots=True)
class _Open:
    """A loop being read: what it holds so far, and the position in the guide of what was placed last."""

    definition: LoopDef
    index: Places
    first: int = 2  # number of its first segment in the set
    position: int = 0
    children: list[Segment | Loop] = field(default_factory=list)
    place: int = 0  # index of its own entry among the positions


class SetReader:
    """Reads one transaction set, segment by segment, between ST and SE."""

    def __init__(
        self, control_number: str, group_control_number: int, guide: Guide | None, delimiters: Delimiters,
        findings: list[ReadFinding], positions: list[SegmentPosition],
    ) -> None:  # fmt: skip
        self.control_number = control_number
        self.count = 1  # segments so far, ST being the first
        self._group = group_control_number
        self._delimiters = delimiters
        self._findings = findings
        self._positions = positions
        self._member = self._coverage = 0
        self._flat: list[Segment] | None = [] if guide is None else None
        self._stack = [] if guide is None else [_Open(guide.body, places(guide.body))]

    def add(self, raw: RawSegment) -> None:
        """Put the next segment where the guide has it."""
        self.count += 1
        if self._flat is not None:
            self._flat.append(Segment.of(raw.id, *raw.elements))
            return
        depth, target = self._target(raw)
        while target is not None and len(self._stack) > depth + 1:
            self._pop(self.count - 1)
        top = self._stack[-1]
        if isinstance(target, LoopDef):
            top.position = target.position
            top = self._push(target)
            target = target.trigger
        if target is None:
            self._note("E834-0517", "the guide does not have this segment here", raw)
            top.children.append(Segment.of(raw.id, *raw.elements))
            return
        top.position = target.position
        top.children.append(self._segment(raw, target))

    def body(self) -> Loop:
        """End the set: everything read, as a tree."""
        if self._flat is not None:
            return Loop("ST_LOOP", tuple(self._flat))
        while len(self._stack) > 1:
            self._pop(self.count)
        return Loop(self._stack[0].definition.id, tuple(self._stack[0].children))

    def drain(self) -> tuple[Segment | Loop, ...]:
        """Give what was placed directly in the set since the last time, every loop in it ended, and forget it."""
        if self._flat is not None:
            children: list[Segment | Loop] = list(self._flat)
            self._flat.clear()
            return tuple(children)
        while len(self._stack) > 1:
            self._pop(self.count)
        children = list(self._stack[0].children)
        self._stack[0].children.clear()
        self._positions.clear()
        return tuple(children)

    def pass_over(self, segments: int, loop: LoopDef | None = None) -> None:
        """Count segments that are not read; of a loop of the set, all others being drained, its place too."""
        self.count += segments
        if loop is not None:
            self._stack[0].position = loop.position

    def _target(self, raw: RawSegment) -> tuple[int, SegmentDef | LoopDef | None]:
        """How deep in the open loops the segment belongs, and as what: a use of a segment, or a loop it begins."""
        id, first = raw.id, raw.text(1)
        misplaced: tuple[int, SegmentDef | LoopDef] | None = None
        for depth in range(len(self._stack) - 1, -1, -1):
            open_ = self._stack[depth]
            index = open_.index
            found = _child(index.segment(id, first), index.loop_begun(id, first), index.trigger)
            if found is not None:
                if found.position >= open_.position:
                    return depth, found
                misplaced = misplaced or (depth, found)
        alike = self._alike(id, misplaced[0] if misplaced else -1)
        if misplaced is not None and alike is None:
            self._note("E834-0518", "the segment is out of order", raw)
        return alike or misplaced or (len(self._stack) - 1, None)

    def _alike(self, id: str, outside: int) -> tuple[int, SegmentDef | LoopDef] | None:
        """The place by identifier alone, in the loops that are open inside of a depth."""
        for depth in range(len(self._stack) - 1, outside, -1):
            open_ = self._stack[depth]
            index = open_.index
            found = _child(index.segment_alike(id), index.loop_begun_alike(id), index.trigger)
            if found is not None and found.position >= open_.position:
                return depth, found
        return None

    def _push(self, definition: LoopDef) -> _Open:
        if definition.id == "2000":
            self._member, self._coverage = self._member + 1, 0
        self._coverage += definition.id == "2300"
        opened = _Open(definition, places(definition), self.count, place=len(self._positions))
        if definition.id in TRACKED:
            coverage = self._coverage if definition.id == "2300" else 0
            self._positions.append(
                SegmentPosition(self._group, self.control_number, definition.id, self.count, 0, self._member, coverage)
            )
        self._stack.append(opened)
        return opened

    def _pop(self, last: int) -> None:
        closed = self._stack.pop()
        self._stack[-1].children.append(Loop(closed.definition.id, tuple(closed.children)))
        if closed.definition.id in TRACKED:
            self._positions[closed.place] = replace(self._positions[closed.place], last=last)

    def _segment(self, raw: RawSegment, definition: SegmentDef) -> Segment:
        elements: list[Element] = list(raw.elements)
        if elements and not elements[-1]:
            self._note("E834-0524", "the segment ends with an empty element", raw)
        divided = _divided(definition)
        for at in divided:
            if at < len(elements):
                elements[at] = self._parts(raw.elements[at], definition.elements[at])
        whole = "".join(raw.elements)
        if self._delimiters.component in whole or self._delimiters.repetition in whole:
            self._find_delimiters(raw, divided)
        return Segment.of(raw.id, *elements)

    def _find_delimiters(self, raw: RawSegment, divided: tuple[int, ...]) -> None:
        for at, text in enumerate(raw.elements):
            holds = self._delimiters.component in text or self._delimiters.repetition in text
            if holds and at not in divided:
                self._note("E834-0520", "a delimiter stands inside an element that has no parts", raw, at + 1)

    def _parts(self, text: str, place: ElementDef) -> Element:
        if place.max_repeat > 1:
            return repeated(self._part(part, place) for part in text.split(self._delimiters.repetition))
        return self._part(text, place)

    def _part(self, text: str, place: ElementDef) -> str | tuple[str, ...]:
        return composite(*text.split(self._delimiters.component)) if place.components else text

    def _note(self, code: str, message: str, raw: RawSegment, element: int = 0) -> None:
        loop = self._stack[-1].definition.id
        self._findings.append(ReadFinding(code, message, raw.number, raw.id, loop, element, self.control_number))


@cache
def _divided(definition: SegmentDef) -> tuple[int, ...]:
    """The indices of the elements that have components or may repeat; most segments have none."""
    return tuple(at for at, place in enumerate(definition.elements) if place.max_repeat > 1 or place.components)


def _child(
    segment: tuple[int, SegmentDef] | None, loop: tuple[int, LoopDef] | None, trigger: SegmentDef | None
) -> SegmentDef | LoopDef | None:
    """What a loop has for a segment; its own first segment is none, for that begins the loop anew."""
    if segment is not None and segment[1] is not trigger:
        return segment[1]
    return loop[1] if loop is not None else None
