"""Reading a written file back, form by form: whose part says what, for ``predicted.py``.

An 834 has a loop for each person and coverage, in the order of the statements; a flat file has records that were noted
by whose they are; a worklist has a line a person. Which name each place tells of follows from the mapping.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from edi834.check.facts import Wording, flat_wording, worklist_wording, x12_wording
from edi834.check.meaning import Part, meaning_of
from edi834.check.predicted import ReadBack, Said
from edi834.errors import Place, UnexpectedError
from edi834.flat import read_flat
from edi834.mapping import CompiledMapping, CompiledWorklist, Expression
from edi834.mapping.document import Document
from edi834.mapping.flat_spec import CompiledFlat
from edi834.mapping.language.inverse import names_written
from edi834.mapping.paper import from_json
from edi834.model import MemberRef
from edi834.x12 import read

__all__ = [
    "places_of_flat",
    "places_of_worklist",
    "places_of_x12",
    "read_back_flat",
    "read_back_worklist",
    "read_back_x12",
]


class _Backwards:
    """What each place of a form tells, the names of the expression that writes it, and what it says while empty."""

    def __init__(self, wording: Wording, names: Mapping[str, frozenset[str]]) -> None:
        self._wording, self._names = wording, names
        empty = ((place, one.name, one.read("")) for place, one in wording.places.items())
        self._empty = [(place, name, meant) for place, name, meant in empty if meant is not None]

    def said(self, texts: Iterable[tuple[str, str]]) -> Said:
        """What the texts say, each by its place."""
        written = [(place, text) for place, text in texts if text]
        places = {place for place, _ in written}
        used = frozenset[str]().union(*(self._names.get(place, frozenset()) for place in places))
        empty = {name: meant for place, name, meant in self._empty if place not in places}
        return Said(self._wording.facts(written), used, empty)


def read_back_x12(document: Document, mapping: CompiledMapping) -> Iterator[ReadBack]:
    """Read an 834 back."""
    wording = _Backwards(x12_wording(mapping), _names_of_x12(mapping))
    statements = [(family, m) for one in document.sets for family in one.statements for m in family.members]
    people = meaning_of(read(document.content).interchanges).people
    if len(people) != len(statements):
        raise UnexpectedError("the file, read back, is about another number of people", code="E834-1147")
    for (family, said), person in zip(statements, people, strict=True):
        spans = tuple(wording.said(_texts(part)) for part in person.parts if part.kind == "2300")
        yield ReadBack(family, said, wording.said(_texts(person)), spans)


def _texts(part: Part) -> list[tuple[str, str]]:
    inner = (one for one in part.parts if one.kind != "2300")
    return [(fact.path, fact.text) for one in (part, *inner) for fact in one.every_fact() if fact.text]


def _names_of_x12(mapping: CompiledMapping) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for segment in mapping.member.walk():
        literals = {
            f.position: f.expression.literals for f in segment.fields if f.expression and f.expression.is_constant
        }
        for one in segment.fields:
            if one.expression is None:
                continue
            path = one.path
            if segment.definition.id == "PER":  # which of its three places a telephone has means nothing
                kind = next(iter(literals.get(one.position - 1, ())), "")
                path = f"{path.partition('/')[0]}/PER[{kind}]"
            found[path] = found.get(path, frozenset()) | names_written(one.expression.source)
    return found


def read_back_flat(document: Document, compiled: CompiledFlat) -> Iterator[ReadBack]:
    """Read a flat file back; a wide record speaks of several people, and is read by its names alone."""
    names = {
        f"{record.type.name}/{f.name}": names_written(e.source)
        for record in compiled.records
        for f, e in zip(record.type.fields, record.expressions, strict=True)
        if e is not None
    }
    wording = _Backwards(flat_wording(compiled), names)
    wide = {record.type.name for record in compiled.records if record.is_wide}
    details = [r for r in read_flat(compiled.layout, document.content).records if _is_detail(compiled, r.type)]
    owners = [ref for one in document.sets for ref in one.people]
    if len(details) != len(owners):
        raise UnexpectedError("the file, read back, has another number of records", code="E834-1147")
    own: dict[MemberRef, list[tuple[str, Said]]] = {}
    families: dict[object, list[Said]] = {}
    for ref, record in zip(owners, details, strict=True):
        kind = compiled.layout.record_type(record.type)
        texts = [(f"{kind.name}/{f.name}", text) for f, text in zip(kind.fields, record.values, strict=True) if text]
        said = wording.said(texts)
        said = Said({}, said.names) if kind.name in wide else said
        own.setdefault(ref, []).append((kind.level, said))
        families.setdefault(ref.family, []).append(said)
    for family in (f for one in document.sets for f in one.statements):
        told_by_family = frozenset[str]().union(*(s.names for s in families.get(family.target.ref, ()) if not s.facts))
        again = [m.member.ref for m in family.members]
        for member in family.members:
            parts = own.get(member.member.ref, [])
            facts: dict[str, object] = {}
            used = told_by_family.union(*(said.names for _, said in parts))
            if again.count(member.member.ref) == 1:
                for _, said in parts:
                    facts.update({n: m for n, m in said.facts.items() if n.startswith("member.")})
            spans = tuple(said for _, said in parts if any(n.startswith(("span.", "coverage.")) for n in said.facts))
            person = Said(facts, used)  # type: ignore[arg-type]
            yield ReadBack(family, member, person, spans, in_order=False)


def _is_detail(compiled: CompiledFlat, name: str) -> bool:
    return compiled.layout.record_type(name).level.is_detail


def read_back_worklist(document: Document, compiled: CompiledWorklist) -> Iterator[ReadBack]:
    """Read a worklist back: a line a person, in the order of the statements."""
    wording = worklist_wording(compiled)
    names = {label: names_written(expression.source) for label, expression in compiled.shown}
    worklist = from_json(document.content)
    lines = [line for item in worklist.items for line in item.lines]
    statements = [(family, m) for one in document.sets for family in one.statements for m in family.members]
    if len(lines) != len(statements):
        raise UnexpectedError("the list, read back, is about another number of people", code="E834-1147")
    people = wording.read_worklist(worklist).people
    for (family, said), line, person in zip(statements, lines, people, strict=True):
        used = frozenset[str]().union(*(names.get(label.partition(" (")[0], frozenset()) for label, _, _ in line.rows))
        facts = {n: m for n, m in person.facts.items() if n.startswith("member.")}
        spans = tuple(Said(span, used) for span in person.spans)
        yield ReadBack(family, said, Said(facts, used | {"change.last_day"}), spans, in_order=False)


def places_of_x12(mapping: CompiledMapping) -> Mapping[str, Place]:
    """By name, the line of the mapping that writes it."""
    fields = (f for segment in mapping.member.walk() for f in segment.fields)
    return _places(f.expression for f in fields)


def places_of_flat(compiled: CompiledFlat) -> Mapping[str, Place]:
    """By name, the line of the layout that writes it."""
    return _places(e for record in compiled.records for e in record.expressions)


def places_of_worklist(compiled: CompiledWorklist) -> Mapping[str, Place]:
    """By name, the line of the list's mapping that shows it."""
    return _places(expression for _, expression in compiled.shown)


def _places(expressions: Iterable[Expression | None]) -> Mapping[str, Place]:
    found: dict[str, Place] = {}
    for expression in expressions:
        if expression is not None and expression.place is not None:
            found |= {name: expression.place for name in names_written(expression.source) if name not in found}
    return found
