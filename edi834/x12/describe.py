"""An 834 in business words, for people: what a segment is, what each element says, what its code means.

It gives values as they stand in the file; whoever shows them to a person decides what to mask.
The words come from the guide and its code names; how they are laid out is `edi834/report`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from edi834.x12 import formats
from edi834.x12.guide import CODE_NAMES, GUIDE_005010X220A1, Guide
from edi834.x12.guide.definition import ElementDef
from edi834.x12.guide.placement import definition_of
from edi834.x12.segment import Repeated, Segment


@dataclass(frozen=True, slots=True)
class ElementWords:
    """One element or component that was sent, in words."""

    ref: str  # INS03, INS06-1
    name: str  # Maintenance type
    value: str  # 021, as it stands in the file
    meaning: str  # addition; of a date its ISO form; '' where the value speaks for itself


@dataclass(frozen=True, slots=True)
class SegmentWords:
    """One segment in words; `name` is '' where the guide does not have it."""

    id: str
    name: str
    elements: tuple[ElementWords, ...]


def code_meaning(definition: ElementDef, value: str) -> str:
    """What a code means at a position; '' where the position has no codes or not this one."""
    return CODE_NAMES.get(definition.number, {}).get(value, "")


def describe_loop(loop: str, guide: Guide = GUIDE_005010X220A1) -> str:
    """The business name of a loop identifier; the identifier itself where the guide does not have it."""
    found = guide.loops.get(loop)
    return found.name if found else loop


def describe_segment(segment: Segment, loop: str, guide: Guide = GUIDE_005010X220A1) -> SegmentWords:
    """A segment as it stands in a loop, in words."""
    place = guide.loops.get(loop)
    definition = definition_of(segment, place) if place else None
    if definition is None:
        plain = (ElementWords(f"{segment.id}{n:02}", "", segment.text(n), "") for n in _sent(segment))
        return SegmentWords(segment.id, "", tuple(plain))
    words = [
        one
        for n in _sent(segment)
        if (element := definition.element(n)) is not None
        for one in _element(segment, n, element)
    ]
    return SegmentWords(segment.id, definition.name, tuple(words))


def _sent(segment: Segment) -> Iterator[int]:
    return (n for n in range(1, len(segment.elements) + 1) if segment.element(n))


def _element(segment: Segment, n: int, definition: ElementDef) -> Iterator[ElementWords]:
    value = segment.element(n)
    for one in value.values if isinstance(value, Repeated) else (value,):
        if isinstance(one, str):
            yield _words(definition, one, segment, n)
            continue
        for part, component in zip(definition.components, one, strict=False):
            if component:
                yield _words(part, component, segment, n)


def _words(definition: ElementDef, value: str, segment: Segment, n: int) -> ElementWords:
    meaning = code_meaning(definition, value)
    if definition.type == "DT" or (definition.number == "1251" and segment.text(n - 1) in ("D8", "RD8")):
        period = formats.read_rd8(value)
        day = formats.read_d8(value)
        meaning = day.isoformat() if day else " to ".join(each.isoformat() for each in period) if period else ""
    return ElementWords(definition.ref, definition.name, value, meaning)
