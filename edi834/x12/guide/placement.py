"""Where a segment or a loop belongs among the children of one loop, found by identifier and qualifier.

The writer asks it for the order, the reader for the place of what it meets; both ask about one loop at a time.
An exact answer needs the qualifier; `alike` answers by identifier alone where only one use has it.
It is computed once a loop definition and kept, because a file asks millions of times.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from edi834.x12.guide.definition import LoopDef, SegmentDef
from edi834.x12.segment import Segment


@dataclass(slots=True)
class Places:
    """The children of one loop, indexed. Orders count from 0 in the guide's order."""

    trigger: SegmentDef | None
    by_qualifier: dict[tuple[str, str], tuple[int, SegmentDef]] = field(default_factory=dict)
    by_id: dict[str, list[tuple[int, SegmentDef]]] = field(default_factory=dict)
    by_loop: dict[str, tuple[int, LoopDef]] = field(default_factory=dict)
    begun_by_qualifier: dict[tuple[str, str], tuple[int, LoopDef]] = field(default_factory=dict)
    begun_by_id: dict[str, list[tuple[int, LoopDef]]] = field(default_factory=dict)

    def segment(self, id: str, first: str) -> tuple[int, SegmentDef] | None:
        """The use of a segment with this first element, or the only use where the guide tells none apart."""
        return self.by_qualifier.get((id, first)) or self.by_qualifier.get((id, ""))

    def segment_alike(self, id: str) -> tuple[int, SegmentDef] | None:
        """The use of a segment by identifier alone, where there is exactly one."""
        found = self.by_id.get(id, ())
        return found[0] if len(found) == 1 else None

    def loop_begun(self, id: str, first: str) -> tuple[int, LoopDef] | None:
        """The inner loop that a segment with this first element begins."""
        return self.begun_by_qualifier.get((id, first)) or self.begun_by_qualifier.get((id, ""))

    def loop_begun_alike(self, id: str) -> tuple[int, LoopDef] | None:
        """The inner loop that a segment begins, by identifier alone, where there is exactly one."""
        found = self.begun_by_id.get(id, ())
        return found[0] if len(found) == 1 else None


@cache
def places(loop: LoopDef) -> Places:
    """The index of a loop definition."""
    found = Places(loop.trigger)
    for order, child in enumerate(loop.children):
        if isinstance(child, LoopDef):
            found.by_loop[child.id] = (order, child)
            if child.trigger is not None:
                found.begun_by_id.setdefault(child.trigger.id, []).append((order, child))
                for qualifier in child.trigger.qualifiers or ("",):
                    found.begun_by_qualifier[child.trigger.id, qualifier] = (order, child)
        else:
            found.by_id.setdefault(child.id, []).append((order, child))
            for qualifier in child.qualifiers or ("",):
                found.by_qualifier[child.id, qualifier] = (order, child)
    return found


def first_text(segment: Segment) -> str:
    """The first element as the qualifier it may be: its text, or '' where it is not a simple one."""
    first = segment.elements[0] if segment.elements else ""
    return first if isinstance(first, str) else ""


def definition_of(segment: Segment, loop: LoopDef) -> SegmentDef | None:
    """The use of a segment in a loop: by its qualifier, else the only one of its identifier, else None."""
    index = places(loop)
    found = index.segment(segment.id, first_text(segment)) or index.segment_alike(segment.id)
    return found[1] if found else None
