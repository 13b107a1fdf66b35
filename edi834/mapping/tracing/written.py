"""Making traces: families written as a flat file or a worklist, with somebody looking on.

Each tracer writes with the form's own writer and pairs what was written with the compiled assignment that gave it.
What was written and could not be is told with the writer's own findings. 834s are ``written_x12.py``'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from edi834.change.statement import FamilyStatement, MemberStatement
from edi834.errors import Place
from edi834.flat import FlatRecord
from edi834.mapping.flat_build import Recorder, build_flat, flat_read_back
from edi834.mapping.flat_layout.places import OWN, Places
from edi834.mapping.flat_spec import CompiledFlat, CompiledRecord
from edi834.mapping.language import CodeTable
from edi834.mapping.scopes import Surroundings
from edi834.mapping.tracing.earlier import earlier_scope, is_told
from edi834.mapping.tracing.looked_up import Remembering
from edi834.mapping.tracing.ruled import rules_of
from edi834.mapping.tracing.traced import (
    Origin,
    TracedElement,
    TracedFamily,
    TracedMember,
    TracedSegment,
    origin_of,
)
from edi834.mapping.worklist import CompiledWorklist, WorklistRow, worklist_rows
from edi834.model import Finding, MemberRef

__all__ = ["FlatTracer", "Tracer", "WorklistTracer", "record_origin"]


class Tracer(Protocol):
    """Writes families and says of each value where it came from."""

    def header(self, families: Sequence[FamilyStatement]) -> tuple[TracedSegment, ...]:
        """What stands before and after the people of a file that tells of these families."""

    def family(self, family: FamilyStatement) -> TracedFamily:
        """What is written of one family."""


class FlatTracer:
    """Traces a flat file."""

    def __init__(self, compiled: CompiledFlat, around: Surroundings) -> None:
        self._compiled = compiled
        self._around = around
        self._records = {record.type.name: record for record in compiled.records}
        self._tables = Remembering(compiled.tables, compiled.spec.constants)

    def header(self, families: Sequence[FamilyStatement]) -> tuple[TracedSegment, ...]:
        """As in :class:`Tracer`: headers and trailers."""
        document = build_flat(self._compiled, self._around, families).document
        if document is None:
            return ()
        read = flat_read_back(self._compiled, document.content).records
        return tuple(self._traced(one) for one in read if not self._records[one.type].type.level.is_detail)

    def family(self, family: FamilyStatement) -> TracedFamily:
        """As in :class:`Tracer`."""
        recorder = Recorder(self._compiled, self._around)
        told = {member.member.ref: member for member in family.members}
        by_member: dict[MemberRef, list[TracedSegment]] = {}
        for ref, record in recorder.family(family) or ():
            looked = _Looked(family, told.get(ref), recorder.places_of(record))
            by_member.setdefault(ref, []).append(self._traced(record, looked))
        members = tuple(TracedMember(ref, tuple(made)) for ref, made in by_member.items())
        return TracedFamily(family.target.ref, members, recorder.findings())

    def _traced(self, record: FlatRecord, looked: _Looked | None = None) -> TracedSegment:
        known = self._records[record.type]
        before = self._before(known, looked) if looked is not None else None
        elements = tuple(
            self._element(known, at, value, looked, before)
            for at, (field, value) in enumerate(zip(known.type.fields, record.values, strict=True))
            if (value or (before is not None and before.values[at])) and not field.is_filler
        )
        return TracedSegment(record.type, known.type.level.replace("_", " "), "", elements)

    def _element(
        self, known: CompiledRecord, at: int, value: str, looked: _Looked | None, before: FlatRecord | None
    ) -> TracedElement:
        field, expression = known.type.fields[at], known.expressions[at]
        scope = looked.places.scopes[known.slots[at]] if looked is not None else None
        rows: tuple[Place, ...] = ()
        rules: tuple[str, ...] = ()
        earlier = None
        if expression is not None and scope is not None and looked is not None:
            rows = self._tables.rows(expression, scope, value)
            rules = rules_of(expression.names, looked.statement, None)
            if before is not None and is_told(expression.names):
                earlier = before.values[at]
        origin = record_origin(known, at, self._compiled.tables)
        return TracedElement(f"{known.type.name}/{field.name}", field.name, value, "", origin, rows, rules, earlier)

    def _before(self, known: CompiledRecord, looked: _Looked) -> FlatRecord | None:
        """The record as it would have stood when the person was last told; None for a wide one, or who is new."""
        if known.is_wide or looked.statement is None:
            return None
        scope = looked.places.scopes[OWN]
        names = frozenset[str]().union(*(one.names for one in known.expressions if one))
        spans = looked.statement.coverages if scope is not None and known.tells_spans else ()
        span = next((one for one in spans if scope and one.coverage.values is scope.coverage), None)
        earlier = earlier_scope(self._around, looked.family, looked.statement, span, names)
        if earlier is None:
            return None
        return Recorder(self._compiled, self._around).standing(known, earlier)


class _Looked:
    """What was seen when a record was written."""

    def __init__(self, family: FamilyStatement, statement: MemberStatement | None, places: Places) -> None:
        self.family, self.statement, self.places = family, statement, places


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
        self._tables = Remembering(compiled.tables, compiled.spec.constants)

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
                    self._element(row, statement) for row in rows if (row.new or row.old) and row.benefit == benefit
                )
                words = benefit.replace("_", " ") if benefit else "the person"
                segments.append(TracedSegment(words, "", "", elements))
            members.append(TracedMember(statement.member.ref, tuple(segments)))
        return TracedFamily(family.target.ref, tuple(members), tuple(findings))

    def _element(self, row: WorklistRow, statement: MemberStatement) -> TracedElement:
        shown = self._shown[row.label]
        earlier = (row.old or "") if statement.told is not None else None
        rules = rules_of(shown.names, statement, None)
        tables = self._tables.rows(shown, row.seen, row.new or "") if row.seen is not None else ()
        origin = origin_of(shown, self._compiled.tables)
        return TracedElement(row.label, row.label, row.new or "", "", origin, tables, rules, earlier)
