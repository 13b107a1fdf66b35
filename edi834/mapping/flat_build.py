"""Building a flat file: each family's records from its statement, then headers, trailers, and the bytes.

A family of whom anything cannot be written is quarantined, with every reason, and the rest goes on; a file whose
totals cannot be written is not written at all.
Which families are reported, and what of them, was decided before; what a record looks like, in ``flat_spec.py``.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby

from edi834 import flat
from edi834.book.statement import FamilyStatement, MemberStatement
from edi834.errors import Place
from edi834.mapping.document import Document, DocumentSet, FileFormat
from edi834.mapping.flat_layout.places import OWN, Places, places_of, standing_statement, with_standing_spans
from edi834.mapping.flat_spec import CompiledFlat, CompiledRecord
from edi834.mapping.grouped import groups_together
from edi834.mapping.guided.build import Built
from edi834.mapping.language import Answer, Expression, Scope, Unanswered
from edi834.mapping.scopes import Counts, Surroundings, coverage_scopes
from edi834.model import FamilyRef, Finding, GroupId, MemberRef, Severity
from edi834.x12.charset import TRANSLITERATION, transliterate

__all__ = ["Recorder", "build_flat", "flat_read_back", "flat_records", "flat_round_trip"]

_SET = "0001"
_ALWAYS_CLEANED = ("invisible", "space")
_Reported = Sequence[tuple[FamilyStatement, list[flat.FlatRecord]]]
_Made = tuple[MemberRef, flat.FlatRecord]
"""A record, and whose it is."""


def build_flat(compiled: CompiledFlat, around: Surroundings, families: Sequence[FamilyStatement]) -> Built:
    """Write families as one flat file.

    Args:
      compiled: The mapping.
      around: The file's facts, the carrier, the released values of the groups and the mapping's constants.
      families: The families to report, in order; groups are kept together. Nobody at all gives headers and trailers.

    Returns:
      The file with one set that holds every family reported. No file, and the reasons, where a header, trailer or total
      cannot be written, or where every family is quarantined.
    """
    builder = _Builder(compiled, around)
    made = [(family, builder.family(family)) for family in groups_together(families)]
    reported = [(family, [record for _, record in records]) for family, records in made if records is not None]
    people = tuple(ref for _, records in made for ref, _ in records or ())
    refs = tuple(family.target.ref for family, _ in reported)
    document = None
    if reported or not families:
        document = builder.document(reported, refs, people)
    sent = frozenset(refs) if document else frozenset[FamilyRef]()
    return Built(document, frozenset(family.target.ref for family in families) - sent, builder.findings())


def flat_records(
    compiled: CompiledFlat, around: Surroundings, family: FamilyStatement
) -> tuple[tuple[_Made, ...], tuple[Finding, ...]]:
    """Give the records of one family alone, each with whose it is; none, with findings, where one cannot be."""
    builder = _Builder(compiled, around)
    records = builder.family(family)
    return tuple(records or ()), builder.findings()


def flat_read_back(compiled: CompiledFlat, content: bytes) -> flat.FlatReading:
    """Read a file of this mapping: what a recipient who knows the layout reads."""
    return flat.read_flat(compiled.layout, content)


def flat_round_trip(compiled: CompiledFlat, content: bytes) -> tuple[Finding, ...]:
    """Read a file, write it again, and say in what the two differ: nothing, for a file of :func:`build_flat`."""
    reading = flat_read_back(compiled, content)
    findings = [_finding(compiled, problem, None) for problem in reading.problems]
    if not findings and flat.write_flat(compiled.layout, reading.records).content != content:
        message = "written again from what was read, the file has other bytes"
        findings.append(Finding("E834-1148", Severity.ERROR, message, place=Place(compiled.spec.path)))
    return tuple(findings)


class _Builder:
    """The building of one file, and the findings so far."""

    def __init__(self, compiled: CompiledFlat, around: Surroundings) -> None:
        self._compiled = compiled
        self._around = around
        self._errors: list[Finding] = []
        self._warnings: Counter[Finding] = Counter()

    def findings(self) -> tuple[Finding, ...]:
        """Every error, and each kind of warning once, with how often."""
        counted = [replace(w, message=f"{w.message}, {times} times") for w, times in self._warnings.items()]
        return (*self._errors, *counted)

    def family(self, family: FamilyStatement) -> list[_Made] | None:
        """The records of one family; None, with findings, where anything of it cannot be written."""
        scope = self._around.file_scope(family.target.ref.group_id, Counts())
        records: list[_Made] = []
        findings: list[Finding] = []
        reported: set[MemberRef] = set()
        for statement, kinds in self._statements(family):
            made, found, also = self._member(scope, family, statement, kinds)
            records += ((statement.member.ref, record) for record in made)
            findings += found
            reported |= also
        for ref in (m.member.ref for m in family.members if m.member.ref not in reported):
            message = "the layout has no record in which this person, or what changed of them, can be reported"
            findings.append(Finding("E834-1145", Severity.ERROR, message, about=ref))
        return None if self._noted(findings) else records

    def _statements(self, family: FamilyStatement) -> Iterator[tuple[MemberStatement, tuple[CompiledRecord, ...]]]:
        """Who is reported, each with the records there are; a subscriber without changes has the family's alone."""
        details = tuple(record for record in self._compiled.records if record.type.level.is_detail)
        subscriber = family.target.subscriber
        if family.members and subscriber and all(m.member.ref != subscriber.ref for m in family.members):
            whole = tuple(record for record in details if record.holds_family)
            if whole:
                yield standing_statement(subscriber), whole
        for statement in family.members:
            yield statement, details

    def document(
        self, reported: _Reported, refs: tuple[FamilyRef, ...], people: tuple[MemberRef, ...]
    ) -> Document | None:
        """The file; None, with findings, where a header, trailer or total cannot be written."""
        groups = {g: list(families) for g, families in groupby(reported, key=lambda t: t[0].target.ref.group_id)}
        records = self._of_file(flat.Level.FILE_HEADER, tuple(groups), reported)
        if not reported:
            records += self._of_file(flat.Level.NULL_RECORD, (), reported)
        for group_id, families in groups.items():
            records += self._of_file(flat.Level.GROUP_HEADER, (group_id,), families)
            records += (record for _, made in families for record in made)
            records += self._of_file(flat.Level.GROUP_TRAILER, (group_id,), families)
        records += self._of_file(flat.Level.FILE_TRAILER, tuple(groups), reported)
        if self._errors_of_file():
            return None
        written = flat.write_flat(self._compiled.layout, records)
        if written.content is None:
            self._noted([_finding(self._compiled, p, None) for p in written.problems if p.is_error])
            return None
        if flat.read_flat(self._compiled.layout, written.content).records != written.records:
            message = "the file, read back, says something else than what was written"
            self._noted([Finding("E834-1147", Severity.ERROR, message, place=Place(self._compiled.spec.path))])
            return None
        members = sum(len(family.members) for family, _ in reported)
        said = tuple(family for family, _ in reported)
        sets = (DocumentSet(_SET, refs, members, people, said),) if reported else ()
        return Document(
            facts=self._around.facts,
            format=FileFormat.FLAT,
            content=written.content,
            sets=sets,
            records=len(written.records),
        )

    def _noted(self, findings: Iterable[Finding]) -> bool:
        """Keep the findings; whether one of them is an error. A warning is counted, whoever it is about."""
        errors = [f for f in findings if f.severity is Severity.ERROR]
        self._errors += errors
        self._warnings.update(replace(f, about=None) for f in findings if f.severity is not Severity.ERROR)
        return bool(errors)

    def _errors_of_file(self) -> bool:
        return any(error.about is None for error in self._errors)

    def _of_file(self, level: flat.Level, groups: tuple[GroupId, ...], reported: _Reported) -> list[flat.FlatRecord]:
        members = [member for family, _ in reported for member in family.members]
        counts = Counts(len(members), sum(member.member.ref.is_subscriber for member in members))
        known = groups or tuple(self._around.groups)
        scope = self._around.file_scope(known[0] if len(known) == 1 else GroupId(""), counts)
        records: list[flat.FlatRecord] = []
        for record in self._compiled.at(level):
            names = frozenset[str]().union(*(e.names for e in record.expressions if e))
            if len(known) != 1 and any(name.startswith("group.") for name in names):
                message = f"the record {record.type.name!r} names the group, and the file tells of {len(known)}"
                place = Place(self._compiled.spec.path)
                self._noted([Finding("E834-1146", Severity.ERROR, message, place=place)])
            made, found = self._record(record, Places({OWN: scope}, frozenset(), ()), None)
            records.append(made)
            self._noted(found)
        return records

    def _member(
        self, scope: Scope, family: FamilyStatement, statement: MemberStatement, kinds: tuple[CompiledRecord, ...]
    ) -> tuple[list[flat.FlatRecord], list[Finding], set[MemberRef]]:
        """The records of one person, what is wrong with them, and who is reported in them."""
        ref = statement.member.ref
        role = flat.Level.SUBSCRIBER if ref.is_subscriber else flat.Level.DEPENDENT
        seen = self._around.member_scope(scope, family, statement)
        records: list[flat.FlatRecord] = []
        findings: list[Finding] = []
        reported: set[MemberRef] = set()
        own = [record for record in kinds if record.type.level in (role, flat.Level.MEMBER)]
        elsewhere = any(r.tells_spans and not r.is_wide for r in self._compiled.records)
        for record in own:
            places = Places({OWN: seen}, frozenset({ref}), ())
            if record.is_wide:
                places = places_of(record.slots, self._around, scope, family, statement, spans_elsewhere=elsewhere)
            made, found = self._record(record, places, ref)
            records.append(made)
            findings += (f for f in (*places.findings, *found) if f not in findings)
            reported |= places.reported
        spans = statement if own else with_standing_spans(statement, self._around)
        for _, span in coverage_scopes(seen, spans):
            for record in (r for r in kinds if r.type.level in (flat.Level.COVERAGE, flat.Level.PERSON_COVERAGE)):
                made, found = self._record(record, Places({OWN: span}, frozenset(), ()), ref)
                records.append(made)
                findings += (f for f in found if f not in findings)
                reported.add(ref)
        return records, findings, reported

    def _record(
        self, record: CompiledRecord, places: Places, about: MemberRef | None
    ) -> tuple[flat.FlatRecord, list[Finding]]:
        values: list[str] = []
        findings: list[Finding] = []
        for f, expression, slot in zip(record.type.fields, record.expressions, record.slots, strict=True):
            text, scope = "", places.scopes[slot]
            if expression is not None and scope is not None:
                text, found = self._value(f"{record.type.name}/{f.name}", expression, scope, about)
                findings += found
            values.append(text)
        settled, problems = flat.settle(self._compiled.layout, flat.FlatRecord(record.type.name, tuple(values)))
        written = {f.name: e.place for f, e in zip(record.type.fields, record.expressions, strict=True) if e}
        findings += (_finding(self._compiled, p, about, written.get(p.field or "")) for p in problems)
        return settled, findings

    def _value(
        self, address: str, expression: Expression, scope: Scope, about: MemberRef | None
    ) -> tuple[str, list[Finding]]:
        try:
            answer = expression.evaluate(scope)
        except Unanswered as unanswered:
            message = f"{address}: {unanswered.message}"
            return "", [Finding(unanswered.code, Severity.ERROR, message, about=about, place=expression.place)]
        text = _plain(answer)
        cleaned = self._cleaned(text)
        if cleaned == unicodedata.normalize("NFC", text):
            return self._cased(cleaned), []
        message = f"{address}: letters that {self._compiled.layout.encoding.value} does not have were spelled in others"
        return self._cased(cleaned), [
            Finding("E834-1142", Severity.WARNING, message, about=about, place=expression.place)
        ]

    def _cased(self, text: str) -> str:
        return text.upper() if self._compiled.is_upper else text

    def _cleaned(self, text: str) -> str:
        """The text in letters that the encoding has, by the one table; what has no spelling stays, to be refused."""
        if text.isascii():
            return text
        return "".join(map(self._spelled, unicodedata.normalize("NFC", text)))

    def _spelled(self, letter: str) -> str:
        if letter.isascii():
            return letter
        spelled, reason = TRANSLITERATION.get(letter, (letter, None))
        if reason in _ALWAYS_CLEANED:
            return spelled
        try:
            letter.encode(self._compiled.layout.encoding.value)
        except UnicodeEncodeError:
            other = transliterate(letter) if self._compiled.transliterates else None
            return letter if other is None else other
        return letter


class Recorder(_Builder):
    """Builds the records of families, and remembers what was seen when each was written: for whoever asks."""

    def __init__(self, compiled: CompiledFlat, around: Surroundings) -> None:
        super().__init__(compiled, around)
        self._seen: dict[int, tuple[flat.FlatRecord, Places]] = {}

    def places_of(self, record: flat.FlatRecord) -> Places:
        """What was seen when this record of :meth:`family` was written."""
        return self._seen[id(record)][1]

    def read_with(self, known: CompiledRecord, record: flat.FlatRecord, at: int, scope: Scope) -> str:
        """What the field would hold where that is seen; '' where it cannot be written."""
        field, expression = known.type.fields[at], known.expressions[at]
        text = self._value(f"{known.type.name}/{field.name}", expression, scope, None)[0] if expression else ""
        values = (*record.values[:at], text, *record.values[at + 1 :])
        return flat.settle(self._compiled.layout, flat.FlatRecord(record.type, values))[0].values[at]

    def _record(
        self, record: CompiledRecord, places: Places, about: MemberRef | None
    ) -> tuple[flat.FlatRecord, list[Finding]]:
        made, findings = super()._record(record, places, about)
        self._seen[id(made)] = (made, places)
        return made, findings


def _plain(answer: Answer) -> str:
    """The text of an answer; kinds that need a format were refused when the mapping was compiled."""
    if answer is None:
        return ""
    return format(answer, "f") if isinstance(answer, Decimal) else str(answer)


def _finding(
    compiled: CompiledFlat, problem: flat.FlatProblem, about: MemberRef | None, place: Place | None = None
) -> Finding:
    where = f" (record {problem.record})" if problem.record else ""
    named = place or Place(compiled.spec.path, name=problem.field)
    return Finding(problem.code, problem.severity, problem.message + where, about=about, place=named)
