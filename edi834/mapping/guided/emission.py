"""Writing one family, or one header, as loops of the guide.

A loop is first drawn (its values are evaluated, and so whether it is sent is known) and then assembled (its segments
are put together and what the guide requires is asked for), so nothing is asked of a loop that is not sent.
Problems are collected and belong to the family; which families go together in a transaction set is ``build.py``'s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import time

from edi834.book.statement import FamilyStatement, MemberStatement
from edi834.mapping.guided.compiled import CompiledField, CompiledLoop, CompiledMapping, CompiledSegment, Each, Implied
from edi834.mapping.guided.envelope import EnvelopeSettings
from edi834.mapping.guided.spelling import Speller
from edi834.mapping.language import Answer, Scope, Several, Unanswered
from edi834.mapping.scopes import Surroundings, coverage_scopes, other_insurance_scopes
from edi834.model import FamilyRef, Finding, MemberRef, Severity, Value
from edi834.x12 import ElementDef, Loop, Segment
from edi834.x12.segment import Element, composite, repeated

__all__ = ["Drawn", "Emission", "Missed", "Values", "quarantined"]

_PERIOD_LENGTH = len("CCYYMMDD-CCYYMMDD")
_CONTACT_PAIRS = ((3, 4), (5, 6), (7, 8))
Text = str | tuple[str, ...]
"""What stands at one place: a text, or those of a repetition in their order."""
Values = tuple[Text | None, ...]
"""The texts of a segment's fields: '' where there is nothing to tell, None where a finding says why it cannot be."""
_Placed = dict[tuple[int, int], Text]


@dataclass(frozen=True, slots=True)
class Missed:
    """A key that a code table does not know.

    Attributes:
      table: The table's name.
      key: The key, where it may be shown.
      path: The address it was looked up for.
    """

    table: str
    key: str | None
    path: str


_Row = tuple[CompiledSegment, Values, bool]
"""One segment with its values, and whether one of them fires it; bare, because one is made for each that may go out."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A loop whose values are known."""

    compiled: CompiledLoop
    rows: tuple[_Row, ...]
    children: tuple[Drawn, ...]
    about: MemberRef | None
    scope: Scope

    @property
    def is_fired(self) -> bool:
        return any(fired for _, _, fired in self.rows) or any(child.is_fired for child in self.children)


class Emission:
    """Writes the families and headers of one document, and keeps what is said about them.

    Attributes:
      warnings: How often each warning was given, by code, address and words.
      missed: The members whose code a table does not know, by what was missed.
    """

    def __init__(self, mapping: CompiledMapping, envelope: EnvelopeSettings, around: Surroundings) -> None:
        self.warnings: Counter[tuple[str, str, str]] = Counter()
        self.missed: dict[Missed, set[MemberRef]] = {}
        self._mapping = mapping
        self._around = around
        self._speller = Speller(envelope, self._warn)
        self._findings: list[Finding] = []
        self._about: MemberRef | None = None
        self._statement: MemberStatement | None = None
        # Codes are few, whoever has them: each is spelled once for a field.
        self._codes: dict[CompiledField, dict[Value | time, str]] = {
            field: {}
            for segment in (*mapping.header.walk(), *mapping.member.walk())
            for field in segment.fields
            if field.expression is None or not field.expression.has_data or field.expression.tables
        }

    def family(self, around: Scope, family: FamilyStatement) -> tuple[tuple[Loop, ...], tuple[Finding, ...]]:
        """Write one family as its 2000 loops; with an error finding, nothing of it may be sent."""
        return self._collected(lambda: [self._member(around, family, member) for member in family.members])

    def header(self, around: Scope) -> tuple[tuple[Loop, ...], tuple[Finding, ...]]:
        """Write the HEADER loop of one transaction set."""
        return self._collected(lambda: [self._assemble(self._draw(self._mapping.header, around), 1)])

    def _collected(self, write: Callable[[], list[Loop]]) -> tuple[tuple[Loop, ...], tuple[Finding, ...]]:
        self._findings = []
        loops = tuple(write())
        self._about = self._statement = None
        return loops, tuple(self._findings)

    def _member(self, around: Scope, family: FamilyStatement, statement: MemberStatement) -> Loop:
        self._about, self._statement = statement.member.ref, statement
        scope = self._around.member_scope(around, family, statement)
        return self._assemble(self._draw(self._mapping.member, scope), 1)

    def _draw(self, compiled: CompiledLoop, scope: Scope) -> Drawn:
        rows: list[_Row] = []
        for segment in compiled.segments:
            texts = tuple([self._value(field, scope) for field in segment.fields])
            if segment.is_listed:
                rows.extend(_one_each(segment, texts))
            else:
                fired = any([texts[index] for index in segment.fires])  # noqa: C419 - a list is quicker here
                rows.append((segment, texts, fired))
        children = [
            drawn
            for loop in compiled.loops
            for inner in self._scopes(loop, scope)
            if _is_sent(drawn := self._draw(loop, inner))
        ]
        return Drawn(compiled, tuple(rows), tuple(children), self._about, scope)

    def _scopes(self, loop: CompiledLoop, scope: Scope) -> Iterator[Scope]:
        if loop.each is Each.COVERAGE and self._statement is not None:
            yield from (inner for _, inner in coverage_scopes(scope, self._statement))
        elif loop.each is Each.OTHER_INSURANCE and self._statement is not None:
            yield from other_insurance_scopes(scope, self._statement)
        else:
            yield scope

    def _value(self, field: CompiledField, scope: Scope) -> Text | None:
        try:
            value: Answer = field.text if field.expression is None else field.expression.evaluate(scope)
            if value is None or value == "":
                return ""
            if isinstance(value, Several):
                several = tuple(self._text(field, one) for one in value.values)
                return several if any(several) else ""
            codes = self._codes.get(field)
            return self._speller.spell(field, value) if codes is None else self._coded(field, value, codes)
        except Unanswered as problem:
            self._find(problem.code, field, problem.message)
            if problem.table is not None and self._about is not None:
                missed = Missed(problem.table, problem.missed, field.path)
                self.missed.setdefault(missed, set()).add(self._about)
            return None

    def _text(self, field: CompiledField, value: Value | time) -> str:
        if value is None or value == "":
            return ""
        codes = self._codes.get(field)
        return self._speller.spell(field, value) if codes is None else self._coded(field, value, codes)

    def _coded(self, field: CompiledField, value: Value | time, codes: dict[Value | time, str]) -> str:
        text = codes.get(value)
        if text is None:
            text = self._speller.spell(field, value)
            if field.expression is None or value in field.expression.literals:
                codes[value] = text
        return text

    def _assemble(self, drawn: Drawn, number: int) -> Loop:
        children: list[Segment | Loop] = []
        sent: Counter[int] = Counter()
        for segment, texts, fired in drawn.rows:
            if None in texts:
                sent[id(segment.definition)] += 1  # what is wrong with it has been found; nothing more is said
            elif fired or segment.is_required or not segment.fires:
                made = self._segment(segment, texts, number)
                if made is not None:
                    children.append(made)
                    sent[id(segment.definition)] += 1
        self._require_segments(drawn.compiled, sent)
        numbers: Counter[str] = Counter()
        for child in drawn.children:
            definition = child.compiled.definition
            numbers[definition.id] += 1
            if definition.repeat is not None and numbers[definition.id] == definition.repeat + 1:
                first = next(child.compiled.walk()).fields[0]
                self._find("E834-0648", first, f"the guide allows {definition.repeat} loops {definition.id} here")
            children.append(self._assemble(child, numbers[definition.id]))
        return Loop(drawn.compiled.definition.id, tuple(children))

    def _require_segments(self, compiled: CompiledLoop, sent: Counter[int]) -> None:
        for segment in compiled.segments:
            definition = segment.definition
            if segment.is_listed and definition.max_use is not None and sent[id(definition)] > definition.max_use:
                self._find("E834-0648", segment.fields[0], f"the guide sends at most {definition.max_use} of it here")
                return
            if definition.usage == "R" and not segment.is_required and id(definition) not in sent:
                self._find("E834-0633", segment.fields[0], f"the loop needs a {definition.id}, and none has a value")
                return

    def _segment(self, segment: CompiledSegment, texts: Values, number: int) -> Segment | None:
        placed = self._placed(segment, texts, number)
        if segment.definition.id == "PER":
            placed = _closed_up(placed)
        self._pair(segment, placed)
        missing = _missing(segment, placed)
        if missing is None:
            return Segment.of(segment.definition.id, *_elements(segment, placed))
        message = f"required, and has no value ({missing.name})"
        if segment.is_required or segment.definition.usage == "R":
            self._find("E834-0633", _field_of(segment, missing.position), message)
            return None
        self._warn("E834-0647", _field_of(segment, missing.position), f"the segment is left out without {missing.name}")
        return None

    def _placed(self, segment: CompiledSegment, texts: Values, number: int) -> _Placed:
        """The texts by where they stand, with what the segment implies."""
        placed: _Placed = {}
        for field, text in zip(segment.fields, texts, strict=True):
            if text:
                placed[field.position, field.component] = text
                if field.repeats > 1 and isinstance(text, tuple) and sum(map(bool, text)) > field.repeats:
                    self._find("E834-0648", field, f"the guide sends at most {field.repeats} values here")
        for field in segment.fields:
            if field.implied is Implied.SEQUENCE:
                placed[field.position, 0] = str(number)
            elif field.implied is Implied.DATE_FORMAT:
                day = placed.get((field.position + 1, 0))
                if isinstance(day, str) and day:
                    placed[field.position, 0] = "RD8" if len(day) == _PERIOD_LENGTH else "D8"
        return placed

    def _pair(self, segment: CompiledSegment, placed: _Placed) -> None:
        """Elements that stand together or not at all: a kind without its value is dropped, a value without is wrong."""
        for note in segment.definition.syntax:
            there = [position for position in note.positions if (position, 0) in placed]
            if note.kind != "P" or len(there) in (0, len(note.positions)):
                continue
            for position in there:
                if segment.definition.elements[position - 1].type == "ID":
                    del placed[position, 0]
                else:
                    field = _field_of(segment, position)
                    self._find("E834-0633", field, "has a value, and what says its kind has none")

    def _warn(self, code: str, field: CompiledField, words: str) -> None:
        self.warnings[code, field.path, words] += 1

    def _find(self, code: str, field: CompiledField, message: str) -> None:
        text = f"{field.path} ({field.definition.name}): {message}"
        self._findings.append(Finding(code, Severity.ERROR, text, about=self._about, place=field.place))


def quarantined(ref: FamilyRef, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings of a family that is not sent, each about somebody."""
    return tuple(finding if finding.about else replace(finding, about=ref) for finding in findings)


def _is_sent(drawn: Drawn) -> bool:
    compiled = drawn.compiled
    return compiled.each is not Each.ONCE or compiled.definition.usage == "R" or not compiled.fires or drawn.is_fired


def _one_each(segment: CompiledSegment, texts: Values) -> Iterator[_Row]:
    """A row for each of several values; what is one value stands in every row, and lists say whether it is sent."""
    listed = frozenset(n for n, field in enumerate(segment.fields) if field.is_listed)
    count = max(len(text) if isinstance(text, tuple) else 1 for n, text in enumerate(texts) if n in listed)
    for at in range(count):
        row = tuple(_nth(text, at) if n in listed else text for n, text in enumerate(texts))
        yield segment, row, any(row[n] for n in listed)


def _nth(text: Text | None, at: int) -> str | None:
    if isinstance(text, tuple):
        return text[at] if at < len(text) else ""
    return text if at == 0 else ""


def _closed_up(placed: _Placed) -> _Placed:
    """Ways to reach somebody stand without gaps: the first of three cannot be left out."""
    kept = [(placed[kind, 0], placed[number, 0]) for kind, number in _CONTACT_PAIRS
            if (kind, 0) in placed and (number, 0) in placed]  # fmt: skip
    rest = {key: text for key, text in placed.items() if not any(key[0] in pair for pair in _CONTACT_PAIRS)}
    for (kind, number), (word, value) in zip(_CONTACT_PAIRS, kept, strict=False):
        rest[kind, 0], rest[number, 0] = word, value
    return rest


def _missing(segment: CompiledSegment, placed: _Placed) -> _Element | None:
    positions = {position for position, _ in placed}
    for position, element in enumerate(segment.definition.elements, start=1):
        if element.usage == "R" and position not in positions:
            return _Element(element.name, position)
    return None


@dataclass(frozen=True, slots=True)
class _Element:
    name: str
    position: int


def _field_of(segment: CompiledSegment, position: int) -> CompiledField:
    return next((field for field in segment.fields if field.position == position), segment.fields[0])


def _elements(segment: CompiledSegment, placed: _Placed) -> Iterator[Element]:
    last = max(position for position, _ in placed)
    for position, element in enumerate(segment.definition.elements[:last], start=1):
        if not element.components and element.max_repeat == 1:
            text = placed.get((position, 0), "")
            assert isinstance(text, str)
            yield text
            continue
        keys = range(1, len(element.components) + 1) if element.components else (0,)
        parts = [placed.get((position, key), "") for key in keys]
        count = max((len(part) for part in parts if isinstance(part, tuple)), default=0)
        if count:
            reported = [n for n in range(count) if any(isinstance(part, tuple) and _in_turn(part, n) for part in parts)]
            yield repeated(_one(element, tuple(_in_turn(part, n) for part in parts)) for n in reported)
        else:
            yield _one(element, tuple(str(part) for part in parts))


def _in_turn(part: Text, n: int) -> str:
    """What stands in one of several repetitions: a value that is not repeated stands in each."""
    return part if isinstance(part, str) else (part[n] if n < len(part) else "")


def _one(element: ElementDef, parts: tuple[str, ...]) -> str | tuple[str, ...]:
    if not element.components:
        return parts[0]
    required = [n for n, part in enumerate(element.components) if part.usage == "R"]
    return composite(*parts) if all(parts[n] for n in required) else ""
