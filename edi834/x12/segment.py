"""Segments and loops: the two values an 834 is made of.

A segment is an identifier and its elements; a loop is an identifier and its children, so a document is a tree.
The makers here keep the canonical form: no empty element or component at the end, `Repeated` only for two or more.
What may stand where is the guide's (`x12.guide`), and how it is spelled in bytes is the writer's and the reader's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Repeated:
    """An element sent several times at the same position, as race (DMG05) and service type (COB04) may be.

    `values` keeps the order of sending; each is a simple text or the components of a composite.
    """

    values: tuple[str | tuple[str, ...], ...]


Element = str | tuple[str, ...] | Repeated
"""What stands at one position: a simple text, the components of a composite, or a repetition of either."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: `id` as the standard names it (INS, NM1), `elements` from position 1 on, '' where not sent."""

    id: str
    elements: tuple[Element, ...]

    @classmethod
    def of(cls, id: str, *elements: Element) -> Segment:
        """Make a segment in canonical form: empty values at the end are left out."""
        return cls(id, _trimmed(elements))

    def element(self, n: int) -> Element:
        """The element at position n (the first is 1); '' when the segment is shorter."""
        return self.elements[n - 1] if 0 < n <= len(self.elements) else ""

    def text(self, n: int, component: int = 1) -> str:
        """The text at position n, of a composite the given component, of a repetition the first value; else ''."""
        value = self.element(n)
        if isinstance(value, Repeated):
            value = value.values[0] if value.values else ""
        if isinstance(value, tuple):
            return value[component - 1] if 0 < component <= len(value) else ""
        return value if component == 1 else ""


@dataclass(frozen=True, slots=True)
class Loop:
    """One occurrence of a loop: `id` as the guide names it (2000, 2100A), `children` in the order of sending."""

    id: str
    children: tuple[Segment | Loop, ...]

    def segments(self, id: str | None = None) -> Iterator[Segment]:
        """The segments directly in this loop, all or those of one identifier."""
        for child in self.children:
            if isinstance(child, Segment) and id in (None, child.id):
                yield child

    def loops(self, id: str | None = None) -> Iterator[Loop]:
        """The loops directly in this loop, all or those of one identifier."""
        for child in self.children:
            if isinstance(child, Loop) and id in (None, child.id):
                yield child

    def walk(self) -> Iterator[Segment]:
        """Every segment of this loop and of the loops in it, in the order of sending."""
        for child in self.children:
            if isinstance(child, Loop):
                yield from child.walk()
            else:
                yield child


def composite(*components: str) -> str | tuple[str, ...]:
    """The canonical composite: empty components at the end are left out; '' when nothing is left."""
    kept = len(components)
    while kept and not components[kept - 1]:
        kept -= 1
    return tuple(components[:kept]) if kept else ""


def repeated(values: Iterable[str | tuple[str, ...]]) -> Element:
    """The canonical repetition: '' for no value, the value itself for one, `Repeated` for two or more.

    Empty values are left out: a repetition has no positions of its own.
    """
    kept = tuple(value for value in values if value)
    if len(kept) > 1:
        return Repeated(kept)
    return kept[0] if kept else ""


def _trimmed(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    kept = len(elements)
    while kept and not elements[kept - 1]:
        kept -= 1
    return elements[:kept]
