"""Making traces: families written as a flat file or a worklist, with somebody looking on.

Each tracer writes with the form's own writer and pairs what was written with the compiled assignment that gave it.
What was written and could not be is reported with the writer's own findings. 834s are ``written_x12.py``'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from edi834.book.statement import CoverageStatement, FamilyStatement, MemberStatement
from edi834.errors import Place
from edi834.flat import FlatRecord
from edi834.mapping.flat_build import Recorder, build_flat, flat_read_back
from edi834.mapping.flat_layout.places import OWN, Places
from edi834.mapping.flat_spec import CompiledFlat, CompiledRecord
from edi834.mapping.language import CodeTable, Scope
from edi834.mapping.scopes import Counts, Surroundings
from edi834.mapping.tracing.earlier import Earlier
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
from edi834.mapping.worklist import CompiledWorklist, WorklistRow, as_read, worklist_rows
from edi834.model import Finding, GroupId, MemberRef

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
        group = families[0].target.ref.group_id if families else next(iter(self._around.groups), GroupId(""))
        looked = _Looked(Places({OWN: self._around.file_scope(group, Counts())}, frozenset(), ()))
        read = flat_read_back(self._compiled, document.content).records
        return tuple(self._traced(one, looked) for one in read if not self._records[one.type].type.level.is_detail)

    def family(self, family: FamilyStatement) -> TracedFamily:
        """As in :class:`Tracer`."""
        recorder = Recorder(self._compiled, self._around)
        earlier = Earlier(self._around, family)
        reported = {member.member.ref: member for member in family.members}
        by_member: dict[MemberRef, list[TracedSegment]] = {}
        for ref, record in recorder.family(family) or ():
            looked = _Looked(recorder.places_of(record), ref, reported.get(ref), earlier, recorder)
            by_member.setdefault(ref, []).append(self._traced(record, looked))
        members = tuple(TracedMember(ref, tuple(made)) for ref, made in by_member.items())
        return TracedFamily(family.target.ref, members, recorder.findings())

    def _traced(self, record: FlatRecord, looked: _Looked) -> TracedSegment:
        known = self._records[record.type]
        made = (
            self._element(known, record, at, looked)
            for at, field in enumerate(known.type.fields)
            if not field.is_filler
        )
        elements = tuple(element for element in made if element.value or element.before)
        return TracedSegment(record.type, known.type.level.replace("_", " "), "", elements)

    def _element(self, known: CompiledRecord, record: FlatRecord, at: int, looked: _Looked) -> TracedElement:
        field, expression, value = known.type.fields[at], known.expressions[at], record.values[at]
        scope = looked.places.scopes[known.slots[at]]
        rows: tuple[Place, ...] = ()
        rules: tuple[str, ...] = ()
        if expression is not None and scope is not None:
            rows = self._tables.rows(expression, scope, value)
            rules = rules_of(expression.names, looked.statement, _span(looked, scope))
        origin, before = record_origin(known, at, self._compiled.tables), looked.before(known, record, at)
        return TracedElement(f"{known.type.name}/{field.name}", field.name, value, "", origin, rows, rules, before)


@dataclass(frozen=True, slots=True, eq=False)
class _Looked:
    """What was seen when a record was written, about whom, and how the family was reported before."""

    places: Places
    about: MemberRef | None = None
    statement: MemberStatement | None = None
    earlier: Earlier | None = None
    recorder: Recorder | None = None

    def before(self, known: CompiledRecord, record: FlatRecord, at: int) -> str | None:
        """What the field held when the person it stands for was last reported; None where nobody was."""
        expression, scope = known.expressions[at], self.places.scopes[known.slots[at]]
        if self.earlier is None or self.recorder is None or self.about is None or expression is None or scope is None:
            return None
        earlier = self.earlier.scope(scope, self.about, expression.names)
        return None if earlier is None else self.recorder.read_with(known, record, at, earlier)


def _span(looked: _Looked, scope: Scope) -> CoverageStatement | None:
    return looked.earlier.span_of(scope) if looked.earlier is not None else None


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
        earlier = Earlier(self._around, family)
        for statement in family.members:
            rows = worklist_rows(self._compiled, self._around, family, statement)
            findings.extend(row.finding for row in rows if row.finding is not None)
            segments = []
            for benefit in dict.fromkeys(row.benefit for row in rows):
                reported = [row for row in rows if (row.new or row.old) and row.benefit == benefit]
                elements = tuple(self._element(row, statement, earlier) for row in reported)
                words = benefit.replace("_", " ") if benefit else "the person"
                segments.append(TracedSegment(words, "", "", elements))
            members.append(TracedMember(statement.member.ref, tuple(segments)))
        return TracedFamily(family.target.ref, tuple(members), tuple(findings))

    def _element(self, row: WorklistRow, statement: MemberStatement, earlier: Earlier) -> TracedElement:
        shown, seen = self._shown[row.label], row.seen or Scope()
        scope = earlier.scope(seen, statement.member.ref, shown.names)
        return TracedElement(
            address=row.label,
            name=row.label,
            value=row.new or "",
            meaning="",
            origin=origin_of(shown, self._compiled.tables),
            table_rows=self._tables.rows(shown, seen, row.new or ""),
            rules=rules_of(shown.names, statement, earlier.span_of(seen)),
            before=None if scope is None else as_read(shown, scope) or "",
        )
