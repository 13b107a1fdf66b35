"""Making traces: families written as an 834, a flat file or a worklist, with somebody looking on.

Each tracer writes with the form's own writer and pairs what was written with the compiled assignment that gave it.
What was written and could not be is told with the writer's own findings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from edi834.change.statement import FamilyStatement
from edi834.flat import FlatRecord
from edi834.mapping.flat_build import build_flat, flat_read_back, flat_records
from edi834.mapping.flat_spec import CompiledFlat, CompiledRecord
from edi834.mapping.guided.compiled import CompiledField, CompiledMapping, CompiledSegment
from edi834.mapping.guided.emission import Emission, Values
from edi834.mapping.guided.envelope import EnvelopeSettings
from edi834.mapping.language import CodeTable
from edi834.mapping.scopes import Counts, Surroundings
from edi834.mapping.tracing.traced import (
    Origin,
    TracedElement,
    TracedFamily,
    TracedMember,
    TracedSegment,
    origin_of,
    rows_giving,
)
from edi834.mapping.worklist import CompiledWorklist, worklist_rows
from edi834.model import Finding, MemberRef
from edi834.x12 import Repeated, Segment, code_meaning

__all__ = ["FlatTracer", "Tracer", "WorklistTracer", "X12Tracer", "field_origin", "record_origin"]

_CONTACT_PAIRS = ((3, 4), (5, 6), (7, 8))


class Tracer(Protocol):
    """Writes families and says of each value where it came from."""

    def header(self, families: Sequence[FamilyStatement]) -> tuple[TracedSegment, ...]:
        """What stands before and after the people of a file that tells of these families."""

    def family(self, family: FamilyStatement) -> TracedFamily:
        """What is written of one family."""


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """One segment that was written, the assignment it was written by, and about whom."""

    compiled: CompiledSegment
    texts: Values
    segment: Segment
    about: MemberRef | None


class _Watched(Emission):
    """An emission that remembers which assignment gave which segment."""

    def __init__(self, mapping: CompiledMapping, envelope: EnvelopeSettings, around: Surroundings) -> None:
        super().__init__(mapping, envelope, around)
        self.made: list[_Made] = []

    def _segment(self, segment: CompiledSegment, texts: Values, number: int) -> Segment | None:
        made = super()._segment(segment, texts, number)
        if made is not None:
            self.made.append(_Made(segment, texts, made, self._about))
        return made


class X12Tracer:
    """Traces an 834."""

    def __init__(self, mapping: CompiledMapping, envelope: EnvelopeSettings, around: Surroundings) -> None:
        self._mapping = mapping
        self._around = replace(around, constants=mapping.spec.constants)
        self._emission = _Watched(mapping, envelope, self._around)

    def header(self, families: Sequence[FamilyStatement]) -> tuple[TracedSegment, ...]:
        """As in :class:`Tracer`: the HEADER of the first group's set."""
        if not families:
            return ()
        group_id = families[0].target.ref.group_id
        members = [m for f in families if f.target.ref.group_id == group_id for m in f.members]
        counts = Counts(len(members), sum(m.member.ref.is_subscriber for m in members))
        self._emission.made.clear()
        self._emission.header(self._around.file_scope(group_id, counts))
        return tuple(self._traced(made) for made in self._emission.made)

    def family(self, family: FamilyStatement) -> TracedFamily:
        """As in :class:`Tracer`."""
        self._emission.made.clear()
        scope = self._around.file_scope(family.target.ref.group_id, Counts())
        _, findings = self._emission.family(scope, family)
        by_member: dict[MemberRef, list[TracedSegment]] = {m.member.ref: [] for m in family.members}
        for made in self._emission.made:
            if made.about is not None:
                by_member[made.about].append(self._traced(made))
        members = tuple(TracedMember(ref, tuple(segments)) for ref, segments in by_member.items())
        return TracedFamily(family.target.ref, members, findings)

    def _traced(self, made: _Made) -> TracedSegment:
        loop = made.compiled.path.partition("/")[0]
        elements = [
            self._element(field, value)
            for (position, _), field in _standing(made).items()
            for value in _values(made.segment, position, field.component or 1)
        ]
        kept = tuple(element for element in elements if element.value)
        name = self._mapping.guide.loops[loop].name
        return TracedSegment(made.segment.id, made.compiled.definition.name, f"{loop} {name}", kept)

    def _element(self, field: CompiledField, value: str) -> TracedElement:
        meaning = code_meaning(field.definition, value)
        origin = field_origin(field, self._mapping.tables)
        rows = rows_giving(value, field.expression, self._mapping.tables)
        return TracedElement(field.path, field.definition.name, value, meaning, origin, rows)


def _values(segment: Segment, position: int, component: int) -> tuple[str, ...]:
    """What stands at a place: one text, or of a repetition each."""
    element = segment.element(position)
    if not isinstance(element, Repeated):
        return (segment.text(position, component),)
    return tuple(Segment(segment.id, (one,)).text(1, component) for one in element.values)


def _standing(made: _Made) -> dict[tuple[int, int], CompiledField]:
    """The fields of a segment by where their values stand: ways to reach somebody close up, and so move."""
    placed = {(field.position, field.component): field for field in made.compiled.fields}
    if made.segment.id != "PER":
        return placed
    there = {f.position for f, text in zip(made.compiled.fields, made.texts, strict=True) if text}
    kept = [pair for pair in _CONTACT_PAIRS if there.issuperset(pair)]
    moved = {key: field for key, field in placed.items() if not any(key[0] in pair for pair in _CONTACT_PAIRS)}
    for now, before in zip(_CONTACT_PAIRS, kept, strict=False):
        moved |= {(to, 0): placed[of, 0] for to, of in zip(now, before, strict=True)}
    return moved


def field_origin(field: CompiledField, tables: Mapping[str, CodeTable]) -> Origin:
    """Where the value of an element comes from: its expression, or the guide."""
    if field.expression is not None:
        return origin_of(field.expression, tables)
    if field.text:
        return Origin(f"'{field.text}'", None, literals=frozenset({field.text}))
    return Origin(f"the guide's {field.implied}", None)


class FlatTracer:
    """Traces a flat file."""

    def __init__(self, compiled: CompiledFlat, around: Surroundings) -> None:
        self._compiled = compiled
        self._around = around
        self._records = {record.type.name: record for record in compiled.records}

    def header(self, families: Sequence[FamilyStatement]) -> tuple[TracedSegment, ...]:
        """As in :class:`Tracer`: headers and trailers."""
        document = build_flat(self._compiled, self._around, families).document
        if document is None:
            return ()
        read = flat_read_back(self._compiled, document.content).records
        return tuple(self._traced(one) for one in read if not self._records[one.type].type.level.is_detail)

    def family(self, family: FamilyStatement) -> TracedFamily:
        """As in :class:`Tracer`."""
        records, findings = flat_records(self._compiled, self._around, family)
        by_member: dict[MemberRef, list[TracedSegment]] = {}
        for ref, record in records:
            by_member.setdefault(ref, []).append(self._traced(record))
        members = tuple(TracedMember(ref, tuple(made)) for ref, made in by_member.items())
        return TracedFamily(family.target.ref, members, findings)

    def _traced(self, record: FlatRecord) -> TracedSegment:
        known, tables = self._records[record.type], self._compiled.tables
        elements = tuple(
            TracedElement(
                f"{record.type}/{field.name}",
                field.name,
                value,
                "",
                record_origin(known, at, tables),
                rows_giving(value, known.expressions[at], tables),
            )
            for at, (field, value) in enumerate(zip(known.type.fields, record.values, strict=True))
            if value and not field.is_filler
        )
        return TracedSegment(record.type, known.type.level.replace("_", " "), "", elements)


def record_origin(record: CompiledRecord, at: int, tables: Mapping[str, CodeTable]) -> Origin:
    """Where the value of a record's field comes from: its expression, a count or total, or a constant."""
    expression, field = record.expressions[at], record.type.fields[at]
    if expression is not None:
        return origin_of(expression, tables)
    if field.is_computed:
        what = f"count of {field.count} records" if field.count else f"total of {field.total or field.hash_total}"
        return Origin(what, None, is_open=field.count is not None, is_constant=False)
    return Origin(f"'{field.constant or ''}'", None, literals=frozenset({field.constant or ""}))


class WorklistTracer:
    """Traces a worklist."""

    def __init__(self, compiled: CompiledWorklist, around: Surroundings) -> None:
        self._compiled = compiled
        self._around = around
        self._shown = dict(compiled.shown)

    def header(self, families: Sequence[FamilyStatement]) -> tuple[TracedSegment, ...]:
        """As in :class:`Tracer`: a worklist's cover says nothing that a mapping decides."""
        del families
        return ()

    def family(self, family: FamilyStatement) -> TracedFamily:
        """As in :class:`Tracer`."""
        members: list[TracedMember] = []
        findings: list[Finding] = []
        for statement in family.members:
            rows = worklist_rows(self._compiled, self._around, family, statement)
            findings.extend(row.finding for row in rows if row.finding is not None)
            segments = []
            for benefit in dict.fromkeys(row.benefit for row in rows):
                elements = tuple(
                    TracedElement(row.label, row.label, row.new, "", origin_of(self._shown[row.label], {}))
                    for row in rows
                    if row.new and row.benefit == benefit
                )
                words = benefit.replace("_", " ") if benefit else "the person"
                segments.append(TracedSegment(words, "", "", elements))
            members.append(TracedMember(statement.member.ref, tuple(segments)))
        return TracedFamily(family.target.ref, tuple(members), tuple(findings))
