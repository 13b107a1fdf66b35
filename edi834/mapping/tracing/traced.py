"""The values of a trace: elements in segments or records, of people in families, each with its origin.

An element is open where its value says what is done, who sends to whom, or a constant; all else is about somebody.
Making traces is ``written.py``'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from edi834.errors import Place
from edi834.mapping.language import CodeTable, Expression
from edi834.model import FamilyRef, FieldPath, Finding, MemberRef

__all__ = [
    "Origin",
    "TracedElement",
    "TracedFamily",
    "TracedMember",
    "TracedSegment",
    "origin_of",
]

_OPEN_ROOTS = ("file.", "feed.", "carrier.", "group.")
_OPEN_NAMES = frozenset(
    {"change.action", "change.ends_member", "change.is_new", "span.action", "coverage.benefit", "member.is_subscriber"}
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from.

    Attributes:
      source: The expression as it is written, or how the value is implied.
      place: Where that is written; None for what the guide or the layout itself says.
      names: The names it reads: ``member.last_name``, ``subscriber.ssn``.
      uses: The fields it reads, as grants name them.
      tables: The code tables it looks things up in: name, and where the table is written.
      is_open: Whether the value may be shown to anybody.
      is_constant: Whether the value is the same for everybody.
      literals: The texts it may give that are known from the mapping.
    """

    source: str
    place: Place | None
    names: frozenset[str] = frozenset()
    uses: frozenset[FieldPath] = frozenset()
    tables: tuple[tuple[str, Place | None], ...] = ()
    is_open: bool = True
    is_constant: bool = True
    literals: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TracedElement:
    """One element, field or line that was written.

    Attributes:
      address: ``2100A/NM103``, ``D/last name``, or a worklist's label.
      name: What it is, in business words.
      value: As it stands in the file.
      meaning: What a code means; '' where the value speaks for itself.
      origin: Where it comes from.
      table_rows: The rows of code tables in which it was looked up and found.
      rules: The feed's rules that had a say in it.
      before: What was reported there before, as it would be written; '' where nothing was, None where the person was
        not reported.
    """

    address: str
    name: str
    value: str = field(repr=False)
    meaning: str = field(repr=False)
    origin: Origin
    table_rows: tuple[Place, ...] = ()
    rules: tuple[str, ...] = ()
    before: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class TracedSegment:
    """One segment or record.

    Attributes:
      id: ``NM1``, or the record's name.
      name: What it is, in business words.
      loop: The loop it stands in, in business words; '' in a flat file.
      elements: What is in it.
    """

    id: str
    name: str
    loop: str
    elements: tuple[TracedElement, ...]


@dataclass(frozen=True, slots=True)
class TracedMember:
    """What is written of one person."""

    ref: MemberRef
    segments: tuple[TracedSegment, ...]


@dataclass(frozen=True, slots=True)
class TracedFamily:
    """What is written of one family; findings say why a part of it could not be."""

    ref: FamilyRef
    members: tuple[TracedMember, ...]
    findings: tuple[Finding, ...] = ()


def origin_of(expression: Expression, tables: Mapping[str, CodeTable]) -> Origin:
    """Where the value of an expression comes from."""
    looked_up = sorted({name for name, _ in expression.tables})
    return Origin(
        source=expression.source,
        place=expression.place,
        names=expression.names,
        uses=expression.uses,
        tables=tuple((name, tables[name].place if name in tables else None) for name in looked_up),
        is_open=all(name.startswith(_OPEN_ROOTS) or name in _OPEN_NAMES for name in expression.names),
        is_constant=expression.is_constant,
        literals=expression.literals,
    )
