"""A mapping compiled against the guide: the same tree of loops and segments, with an expression at each element.

A value of these types can only be made of a mapping without mistakes, so writing a family asks nothing about the
mapping any more; whatever goes wrong then is about the family.
When a segment or loop is sent is decided here once: by the fields in it, and always where there are none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from edi834.errors import Place
from edi834.mapping.language import CodeTable, Expression
from edi834.mapping.spec import MappingSpec
from edi834.model import FieldPath
from edi834.x12.guide import ElementDef, Guide, LoopDef, SegmentDef

__all__ = ["CompiledField", "CompiledLoop", "CompiledMapping", "CompiledSegment", "Each", "Explanation", "Implied"]


class Each(StrEnum):
    """How often a loop is written."""

    ONCE = "once"
    MEMBER = "member"  # 2000
    COVERAGE = "coverage"  # 2300
    OTHER_INSURANCE = "other insurance"  # 2320


class Implied(StrEnum):
    """A value that no mapping needs to give."""

    CODE = "code"  # the only code the guide allows, or the address's qualifier
    DATE_FORMAT = "date format"  # D8 or RD8, as the date beside it is
    SEQUENCE = "sequence"  # LX01: the number of the loop among its siblings


@dataclass(frozen=True, slots=True, eq=False)
class CompiledField:
    """One element or component with what gives its value.

    Attributes:
      path: Its address: ``2100A/NM103``.
      definition: What the guide says of it.
      position: Its place in the segment, from 1.
      component: Its place in the composite, from 1; 0 for a simple element.
      expression: What gives its value; None where it is implied.
      implied: How it is implied, where it is.
      text: The implied code.
      truncates: Whether a text that is too long is cut.
      repeats: How many values the guide sends at its place, divided by the repetition separator.
    """

    path: str
    definition: ElementDef
    position: int
    component: int
    expression: Expression | None
    implied: Implied | None = None
    text: str = ""
    truncates: bool = False
    repeats: int = 1

    @property
    def is_listed(self) -> bool:
        """Whether its values stand in a segment each."""
        return self.expression is not None and self.expression.many and self.repeats == 1

    @property
    def place(self) -> Place | None:
        """Where its expression is written."""
        return self.expression.place if self.expression else None


@dataclass(frozen=True, slots=True, eq=False)
class CompiledSegment:
    """One segment with its fields.

    Attributes:
      path: Its address: ``2000/REF[1L]``.
      definition: What the guide says of it.
      fields: Its fields in order.
      fires: The indexes of the fields whose values decide whether it is sent; empty: it is sent with its loop.
      is_required: Whether the loop cannot be sent without it.
      is_listed: Whether it is sent for each of several values.
    """

    path: str
    definition: SegmentDef
    fields: tuple[CompiledField, ...]
    fires: tuple[int, ...]
    is_required: bool
    is_listed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class CompiledLoop:
    """One loop with its segments and loops.

    Attributes:
      definition: What the guide says of it.
      each: How often it is written.
      segments: Its segments, in the guide's order.
      loops: Its loops, in the guide's order.
    """

    definition: LoopDef
    each: Each
    segments: tuple[CompiledSegment, ...]
    loops: tuple[CompiledLoop, ...]

    @property
    def fires(self) -> bool:
        """Whether fields decide if it is sent; else it is sent with the loop it stands in."""
        return any(segment.fires for segment in self.segments) or any(loop.fires for loop in self.loops)

    def walk(self) -> Iterator[CompiledSegment]:
        """Every segment of this loop and of the loops in it."""
        yield from self.segments
        for loop in self.loops:
            yield from loop.walk()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where an element comes from.

    Attributes:
      path: Its address.
      name: What it is, in business words.
      source: The expression, or how it is implied.
      place: Where that is written; None for what the guide implies.
      uses: The fields it reads.
    """

    path: str
    name: str
    source: str
    place: Place | None
    uses: frozenset[FieldPath]


@dataclass(frozen=True, slots=True, eq=False)
class CompiledMapping:
    """A mapping that can be used.

    Attributes:
      spec: The mapping as it is written.
      guide: The guide it is compiled against.
      header: The HEADER loop.
      member: The 2000 loop.
      tables: Its code tables by name.
      uses: Every field it reads: what the feed compares, and asks the grant about.
      digest: SHA-256, hexadecimal, of everything in it that can change a byte, code tables included.
    """

    spec: MappingSpec
    guide: Guide
    header: CompiledLoop
    member: CompiledLoop
    tables: Mapping[str, CodeTable]
    uses: frozenset[FieldPath]
    digest: str

    def explain_element(self, path: str) -> tuple[Explanation, ...]:
        """Say where the element of an address comes from: one answer for each use of it in the mapping, or none."""
        found = []
        for segment in (*self.header.walk(), *self.member.walk()):
            for one in segment.fields:
                if path in (one.path, one.path.replace(segment.path, _unqualified(segment.path))):
                    found.append(_explanation(one))
        return tuple(found)


def _unqualified(path: str) -> str:
    return path.partition("[")[0]


def _explanation(one: CompiledField) -> Explanation:
    if one.expression is None:
        source = f"'{one.text}'" if one.text else f"the guide's {one.implied}"
        return Explanation(one.path, one.definition.name, source, None, frozenset())
    return Explanation(one.path, one.definition.name, one.expression.source, one.place, one.expression.uses)
