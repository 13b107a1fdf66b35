"""Coverage of a mapping: each element a guide or layout has, whether the mapping fills it, and what was seen there.

Lengths and codes are those of people as they would be reported for the first time; an element that speaks
of changes only is not filled by that, and is marked. Values are counted and not kept.
How it is shown is ``edi834/report/coverage_report.py``'s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from edi834.mapping.flat_spec import CompiledFlat
from edi834.mapping.guided.compiled import CompiledField, CompiledMapping
from edi834.mapping.tracing.traced import Origin, TracedSegment, origin_of
from edi834.mapping.tracing.written import record_origin
from edi834.mapping.tracing.written_x12 import field_origin
from edi834.mapping.worklist import CompiledWorklist
from edi834.model import FieldPath
from edi834.x12 import ElementDef, Path, Resolved, code_meaning, every_path

__all__ = ["CoveredElement", "Spot", "Standing", "covered", "spots_of"]

_MOST_KEPT = 1000
_OF_CHANGES = ("reported.", "change.")
_ENVELOPE = frozenset({"ISA_LOOP", "GS_LOOP", "ST_LOOP"})


class Standing(StrEnum):
    """How an element stands."""

    CONSTANT = "constant"  # written, and the same for everybody
    MAPPED = "mapped"  # filled for somebody
    NEVER_FILLED = "never filled"  # mapped, or a constant beside it, and nobody here has a value
    NOT_GRANTED = "not granted"  # mapped, and its fields are not released
    NOT_MAPPED = "not mapped"  # the guide has it, and the mapping does not


@dataclass(frozen=True, slots=True)
class Spot:
    """One element that a guide or layout has.

    Attributes:
      address, name: Where it stands, and what it is.
      part: The loop or record it stands in.
      usage: ``R`` required in its segment, ``S`` situational; '' in a flat file.
      shortest, longest: How few and how many characters it may have; None where there is no limit.
      codes: The codes the guide allows; empty where it does not list them.
      origin: Where the mapping takes its value from; None where it does not fill it.
    """

    address: str
    name: str
    part: str
    usage: str
    shortest: int | None
    longest: int | None
    codes: frozenset[str]
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class CoveredElement:
    """One element with how it stands.

    Attributes:
      spot: The element.
      standing: How it stands.
      filled: How often it was written.
      lengths: The shortest and longest value seen; None where there was none.
      codes: The codes seen, in order; empty where the element has no codes.
      distinct: How many different values were seen; None where there were too many to count.
      ungranted: The fields it uses that are not released.
      is_of_changes: Whether it depends on what was reported before, and so may be empty for new people.
    """

    spot: Spot
    standing: Standing
    filled: int = 0
    lengths: tuple[int, int] | None = None
    codes: tuple[str, ...] = ()
    distinct: int | None = 0
    ungranted: tuple[FieldPath, ...] = ()
    is_of_changes: bool = False


@dataclass(slots=True)
class _Seen:
    """What was seen at one address."""

    filled: int = 0
    shortest: int = 0
    longest: int = 0
    codes: set[str] = field(default_factory=set, repr=False)
    digests: set[int] = field(default_factory=set, repr=False)

    def add(self, value: str, codes: frozenset[str]) -> None:
        """Count one value."""
        self.shortest = min(self.shortest or len(value), len(value))
        self.longest = max(self.longest, len(value))
        self.filled += 1
        if value in codes:
            self.codes.add(value)
        if len(self.digests) <= _MOST_KEPT:
            self.digests.add(hash(value))


def spots_of(mapping: CompiledMapping | CompiledFlat | CompiledWorklist) -> tuple[Spot, ...]:
    """Every element there is: of the guide for an 834, of the layout for a flat file, every label of a worklist."""
    if isinstance(mapping, CompiledMapping):
        return tuple(_guide_spots(mapping))
    if isinstance(mapping, CompiledFlat):
        return tuple(_layout_spots(mapping))
    return tuple(
        Spot(label, label, "worklist", "", None, None, frozenset(), origin_of(shown, {}))
        for label, shown in mapping.shown
    )


def covered(
    spots: Iterable[Spot], segments: Iterable[TracedSegment], ungranted: Collection[FieldPath]
) -> tuple[CoveredElement, ...]:
    """Say of every element how it stands.

    Args:
      spots: The elements.
      segments: What was written, of everybody; gone through once.
      ungranted: The fields that are not released.
    """
    known = list(spots)
    codes = {spot.address: spot.codes | (spot.origin.literals if spot.origin else frozenset()) for spot in known}
    seen: dict[str, _Seen] = defaultdict(_Seen)
    for segment in segments:
        for one in segment.elements:
            seen[one.address].add(one.value, codes.get(one.address, frozenset()))
    return tuple(_standing_of(spot, seen.get(spot.address), ungranted) for spot in known)


def _standing_of(spot: Spot, seen: _Seen | None, ungranted: Collection[FieldPath]) -> CoveredElement:
    origin = spot.origin
    if origin is None:
        return CoveredElement(spot, Standing.NOT_MAPPED)
    missing = tuple(sorted(origin.uses.intersection(ungranted)))
    is_of_changes = any(name.startswith(_OF_CHANGES) for name in origin.names)
    if seen is None:
        standing = Standing.NOT_GRANTED if missing else Standing.NEVER_FILLED
        return CoveredElement(spot, standing, ungranted=missing, is_of_changes=is_of_changes)
    distinct = len(seen.digests) if len(seen.digests) <= _MOST_KEPT else None
    standing = Standing.CONSTANT if origin.is_constant else Standing.MAPPED
    lengths, codes = (seen.shortest, seen.longest), tuple(sorted(seen.codes))
    return CoveredElement(spot, standing, seen.filled, lengths, codes, distinct, missing, is_of_changes)


def _guide_spots(mapping: CompiledMapping) -> Iterator[Spot]:
    """The guide's elements in its order: of each segment, what the mapping fills in each use of it, then the rest."""
    uses: dict[int, dict[str, CompiledField]] = defaultdict(dict)
    for segment in (*mapping.header.walk(), *mapping.member.walk()):
        uses[id(segment.definition)] |= {one.path: one for one in segment.fields}
    reported = (found for found in every_path(mapping.guide) if found.loop.id not in _ENVELOPE)
    for _, group in groupby(reported, key=lambda found: id(found.segment)):
        elements = list(group)
        part = f"{elements[0].loop.id} {elements[0].loop.name}"
        filled = uses[id(elements[0].segment)].values()
        for one in filled:
            yield _spot(one.path, part, one.definition, field_origin(one, mapping.tables))
        yield from _unused_qualifiers(elements[0], part, filled)
        places = {(one.position, one.component) for one in filled}
        for found in elements:
            definition = found.component or found.element
            if definition is not None and (found.path.element, found.path.component) not in places:
                yield _spot(str(found.path), part, definition, None)


def _unused_qualifiers(of: Resolved, part: str, filled: Collection[CompiledField]) -> Iterator[Spot]:
    """The uses of a segment that the mapping leaves out, where it has others: a reference of another kind."""
    assert of.segment is not None
    used = {code for one in filled if one.position == 1 for code in field_origin(one, {}).literals}
    first = of.segment.elements[0]
    for code in of.segment.qualifiers if used else ():
        if code not in used:
            name = code_meaning(first, code) or of.segment.name
            yield Spot(str(Path(of.loop.id, of.segment.id, code)), name, part, "S", None, None, frozenset(), None)


def _spot(address: str, part: str, definition: ElementDef, origin: Origin | None) -> Spot:
    low, high = definition.min_length, definition.max_length
    return Spot(address, definition.name, part, definition.usage, low, high, frozenset(definition.codes), origin)


def _layout_spots(compiled: CompiledFlat) -> Iterator[Spot]:
    for record in compiled.records:
        part = f"{record.type.name} {record.type.level.replace('_', ' ')}"
        for at, one in enumerate(record.type.fields):
            if not one.is_filler:
                origin = record_origin(record, at, compiled.tables)
                yield Spot(f"{record.type.name}/{one.name}", one.name, part, "", None, one.width, frozenset(), origin)
