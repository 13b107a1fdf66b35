"""The vocabulary in which an implementation guide is written down: loops of segments of elements.

A guide is one nested value; the indent of the files beside this one is the nesting of its loops, so that somebody who
owns a companion guide can proof-read them. Each maker below checks that what it is given is well formed.
Type and length of an element come from the dictionary in `elements.py`, code meanings from `code_names.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from edi834.x12.guide.elements import COMPOSITES, DATA_ELEMENTS

Usage = Literal["R", "S", "N"]
"""R required; S situational: sent when the guide's or the carrier's condition holds; N not used: never sent."""

REQUIRED: Usage = "R"
SITUATIONAL: Usage = "S"
NOT_USED: Usage = "N"

UNBOUNDED: None = None
"""As a repeat or maximum use: as often as there is something to tell."""

ElementType = Literal["AN", "ID", "N0", "R", "DT", "TM", "composite"]
"""AN text, ID code, N0 whole number, R decimal number, DT date, TM time."""


@dataclass(frozen=True, slots=True, eq=False)
class ElementDef:
    """One position of a segment, or one component of a composite."""

    ref: str  # INS03; a component is INS06-1
    name: str  # what it says, in business words
    usage: Usage
    number: str  # of the data element in X12's dictionary: 875; a composite's is C052
    type: ElementType
    min_length: int  # 0 for a composite
    max_length: int  # 0 for a composite
    codes: tuple[str, ...] = ()  # what the guide allows here; empty when it does not list them
    code_set: str = ""  # a list kept by somebody else: "states", "countries", "languages"
    components: tuple[ElementDef, ...] = ()  # of a composite, in order
    max_repeat: int = 1  # how many values may be sent at this position, divided by the repetition separator

    @property
    def position(self) -> int:
        """The number of the element in its segment, or of the component in its composite; the first is 1."""
        return int(self.ref.rpartition("-")[2]) if "-" in self.ref else int(self.ref[-2:])

    @property
    def constant(self) -> str:
        """The one code the guide allows at a required position, which need not be asked of anybody; else ''."""
        return self.codes[0] if self.usage == REQUIRED and len(self.codes) == 1 else ""


@dataclass(frozen=True, slots=True)
class SyntaxNote:
    """A condition between elements of one segment, X12's own five kinds.

    P all or none; R at least one; E at most one; C the first needs all the others; L the first needs one of the others.
    """

    kind: Literal["P", "R", "E", "C", "L"]
    positions: tuple[int, ...]

    def __str__(self) -> str:
        return self.kind + "".join(f"{position:02}" for position in self.positions)


@dataclass(frozen=True, slots=True, eq=False)
class SegmentDef:
    """One use of a segment in a loop. A loop may use a segment identifier several times, told apart by qualifier."""

    id: str
    name: str
    usage: Usage
    max_use: int | None  # None: unbounded
    position: int  # ordinal in the guide; equal positions may be sent in any order
    elements: tuple[ElementDef, ...]
    syntax: tuple[SyntaxNote, ...] = ()

    @property
    def qualifiers(self) -> tuple[str, ...]:
        """The codes of the first element where it says which use this is (REF01, DTP01, NM101); else empty."""
        return self.elements[0].codes if self.elements and self.elements[0].usage == REQUIRED else ()

    def element(self, position: int) -> ElementDef | None:
        """The definition of the element at a position (the first is 1), or None beyond the last."""
        return self.elements[position - 1] if 0 < position <= len(self.elements) else None


@dataclass(frozen=True, slots=True, eq=False)
class LoopDef:
    """One loop: its own segments and the loops in it, in the order of sending. The first segment begins it."""

    id: str
    name: str
    usage: Usage
    repeat: int | None  # None: unbounded
    position: int
    children: tuple[SegmentDef | LoopDef, ...]

    def segments(self) -> Iterator[SegmentDef]:
        """The segments directly in this loop."""
        return (child for child in self.children if isinstance(child, SegmentDef))

    def loops(self) -> Iterator[LoopDef]:
        """The loops directly in this loop."""
        return (child for child in self.children if isinstance(child, LoopDef))

    def walk(self) -> Iterator[LoopDef]:
        """This loop and every loop in it, outermost first, in the order of sending."""
        yield self
        for child in self.loops():
            yield from child.walk()

    @property
    def trigger(self) -> SegmentDef | None:
        """The segment that begins the loop; None for a loop that only gathers (HEADER begins with its BGN)."""
        first = self.children[0]
        return first if isinstance(first, SegmentDef) else None


def element(
    ref: str, name: str, usage: Usage, number: str, codes: str = "", code_set: str = "", repeat: int = 1
) -> ElementDef:
    """A simple element; `codes` are written with spaces between them, as a companion guide lists them."""
    kind = DATA_ELEMENTS[number]
    return ElementDef(
        ref,
        name,
        usage,
        number,
        kind.type,
        kind.min_length,
        kind.max_length,
        tuple(codes.split()),
        code_set,
        (),
        repeat,
    )


def unused(ref: str, number: str) -> ElementDef:
    """A position the guide never fills; it is named only so that the ones after it keep their place."""
    if number in COMPOSITES:
        return ElementDef(ref, COMPOSITES[number], NOT_USED, number, "composite", 0, 0)
    return element(ref, DATA_ELEMENTS[number].name, NOT_USED, number)


def composite(ref: str, name: str, usage: Usage, number: str, *components: ElementDef, repeat: int = 1) -> ElementDef:
    """An element of several components."""
    return ElementDef(ref, name, usage, number, "composite", 0, 0, (), "", components, repeat)


def segment(
    id: str, name: str, usage: Usage, max_use: int | None, *elements: ElementDef, at: int, syntax: str = ""
) -> SegmentDef:
    """One use of a segment `at` its position in the guide; `syntax` notes are written as X12 does, `P0304 C0605`."""
    for number, found in enumerate(elements, start=1):
        if found.ref != f"{id}{number:02}":
            raise ValueError(f"{name}: {found.ref} stands where {id}{number:02} should")
        for part, component in enumerate(found.components, start=1):
            if component.ref != f"{found.ref}-{part}":
                raise ValueError(f"{name}: {component.ref} stands where {found.ref}-{part} should")
    return SegmentDef(id, name, usage, max_use, at, elements, tuple(map(_note, syntax.split())))


def loop(id: str, name: str, usage: Usage, repeat: int | None, *children: SegmentDef | LoopDef, at: int) -> LoopDef:
    """A loop `at` its position in the guide."""
    if not children:
        raise ValueError(f"loop {id} holds nothing")
    return LoopDef(id, name, usage, repeat, at, children)


def _note(text: str) -> SyntaxNote:
    kind, digits = text[0], text[1:]
    if kind not in "PRECL" or len(digits) < 4 or len(digits) % 2:
        raise ValueError(f"not a syntax note: {text}")
    return SyntaxNote(kind, tuple(int(digits[at : at + 2]) for at in range(0, len(digits), 2)))  # type: ignore[arg-type]
