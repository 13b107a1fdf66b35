"""Making traces of an 834: families written with somebody looking on, each element with its assignment.

The writer is the file's own; this one remembers what was seen when each segment was written, so that the rows of code
tables, the rules and the value reported before can be named. A file that nobody asks about pays nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from edi834.book.statement import FamilyStatement, MemberStatement
from edi834.mapping.guided.compiled import CompiledField, CompiledMapping, CompiledSegment
from edi834.mapping.guided.emission import Drawn, Emission, Values
from edi834.mapping.guided.envelope import EnvelopeSettings
from edi834.mapping.guided.spelling import Speller
from edi834.mapping.language import CodeTable, Expression, Scope, Several, Unanswered
from edi834.mapping.scopes import Counts, Surroundings
from edi834.mapping.tracing.earlier import Earlier
from edi834.mapping.tracing.looked_up import Remembering
from edi834.mapping.tracing.ruled import rules_of
from edi834.mapping.tracing.traced import Origin, TracedElement, TracedFamily, TracedMember, TracedSegment, origin_of
from edi834.model import MemberRef
from edi834.x12 import Loop, Repeated, Segment, code_meaning

__all__ = ["X12Tracer", "field_origin"]

_CONTACT_PAIRS = ((3, 4), (5, 6), (7, 8))


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """One segment that was written, the assignment it was written by, about whom, and what was seen."""

    compiled: CompiledSegment
    texts: Values
    segment: Segment
    about: MemberStatement | None
    scope: Scope


class _Watched(Emission):
    """An emission that remembers which assignment gave which segment, and what it saw."""

    def __init__(self, mapping: CompiledMapping, envelope: EnvelopeSettings, around: Surroundings) -> None:
        super().__init__(mapping, envelope, around)
        self.made: list[_Made] = []
        self._seen = Scope()

    def _assemble(self, drawn: Drawn, number: int) -> Loop:
        self._seen = drawn.scope  # a loop's own segments are made before those of the loops in it
        return super()._assemble(drawn, number)

    def _segment(self, segment: CompiledSegment, texts: Values, number: int) -> Segment | None:
        made = super()._segment(segment, texts, number)
        if made is not None:
            self.made.append(_Made(segment, texts, made, self._statement, self._seen))
        return made


class X12Tracer:
    """Traces an 834."""

    def __init__(self, mapping: CompiledMapping, envelope: EnvelopeSettings, around: Surroundings) -> None:
        self._mapping = mapping
        self._around = replace(around, constants=mapping.spec.constants)
        self._emission = _Watched(mapping, envelope, self._around)
        self._speller = Speller(envelope, lambda *_: None)
        self._tables = Remembering(mapping.tables, mapping.spec.constants)

    def header(self, families: Sequence[FamilyStatement]) -> tuple[TracedSegment, ...]:
        """As in :class:`Tracer`: the HEADER of the first group's set."""
        if not families:
            return ()
        group_id = families[0].target.ref.group_id
        members = [m for f in families if f.target.ref.group_id == group_id for m in f.members]
        counts = Counts(len(members), sum(m.member.ref.is_subscriber for m in members))
        self._emission.made.clear()
        self._emission.header(self._around.file_scope(group_id, counts))
        return tuple(self._traced(made, None) for made in self._emission.made)

    def family(self, family: FamilyStatement) -> TracedFamily:
        """As in :class:`Tracer`."""
        self._emission.made.clear()
        scope = self._around.file_scope(family.target.ref.group_id, Counts())
        _, findings = self._emission.family(scope, family)
        earlier = Earlier(self._around, family)
        by_member: dict[MemberRef, list[TracedSegment]] = {m.member.ref: [] for m in family.members}
        for made in self._emission.made:
            if made.about is not None:
                by_member[made.about.member.ref].append(self._traced(made, earlier))
        members = tuple(TracedMember(ref, tuple(segments)) for ref, segments in by_member.items())
        return TracedFamily(family.target.ref, members, findings)

    def _traced(self, made: _Made, earlier: Earlier | None) -> TracedSegment:
        loop = made.compiled.path.partition("/")[0]
        elements = [
            self._element(made, earlier, field, value)
            for (position, _), field in _standing(made).items()
            for value in _values(made.segment, position, field.component or 1)
            if value
        ]
        name = self._mapping.guide.loops[loop].name
        return TracedSegment(made.segment.id, made.compiled.definition.name, f"{loop} {name}", tuple(elements))

    def _element(self, made: _Made, earlier: Earlier | None, field: CompiledField, value: str) -> TracedElement:
        expression = self._part(field, made.scope, value)
        names = expression.names if expression is not None else frozenset[str]()
        before = None
        if earlier is not None and made.about is not None and expression is not None:
            scope = earlier.scope(made.scope, made.about.member.ref, names)
            before = self._text(field, expression, scope) if scope is not None else None
        return TracedElement(
            address=field.path,
            name=field.definition.name,
            value=value,
            meaning=code_meaning(field.definition, value),
            origin=field_origin(field, self._mapping.tables, expression),
            table_rows=self._tables.rows(expression, made.scope, value),
            rules=rules_of(names, made.about, earlier.span_of(made.scope) if earlier is not None else None),
            before=before,
        )

    def _part(self, field: CompiledField, scope: Scope, value: str) -> Expression | None:
        """The expression that gave the value: of a list the one of its expressions that did."""
        parts = field.expression.parts if field.expression is not None else ()
        return next((part for part in parts if self._text(field, part, scope) == value), field.expression)

    def _text(self, field: CompiledField, expression: Expression, scope: Scope) -> str | None:
        """What the expression gives there, as it is written; several side by side."""
        try:
            answer = expression.evaluate(scope)
            values = answer.values if isinstance(answer, Several) else (answer,)
            return " ".join(filter(None, (self._speller.spell(field, value) for value in values)))
        except Unanswered:
            return None


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


def field_origin(field: CompiledField, tables: Mapping[str, CodeTable], expression: Expression | None = None) -> Origin:
    """Where the value of an element comes from: its expression (of a list the one given), or the guide."""
    if field.expression is not None:
        return origin_of(expression or field.expression, tables)
    if field.text:
        return Origin(f"'{field.text}'", None, literals=frozenset({field.text}))
    return Origin(f"the guide's {field.implied}", None)
