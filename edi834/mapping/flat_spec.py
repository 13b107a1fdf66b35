"""Compiling a flat layout: from ``[layout]`` as it is written to records whose fields have a value, a count or a total.

Every mistake is found here and told with its line, before the first family is read; ``[set]`` replaces single fields
of a layout that a mapping extends (``"D/volume"``), and ``false`` leaves one blank.
Writing families is ``flat_build.py``'s; what a layout may be is ``edi834/flat``'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from edi834 import flat
from edi834.errors import ConfigurationError, Place
from edi834.mapping.guided.compile import mapping_digest
from edi834.mapping.language import CodeTable, Expression, Kind, Setting, compile_expression
from edi834.mapping.language import Level as Standing
from edi834.mapping.spec import Assignment, MappingSpec, code_tables
from edi834.model import FieldPath, Finding, Severity

__all__ = ["CASES", "FIELD_KEYS", "LAYOUT_KEYS", "RECORD_KEYS", "CompiledFlat", "CompiledRecord", "compile_flat"]

_E = TypeVar("_E", bound=StrEnum)

FIELD_KEYS = (
    "name", "width", "align", "pad", "overflow", "kind", "null", "decimals", "sign",
    "value", "count", "total", "hash_total", "filler",
)  # fmt: skip
RECORD_KEYS = ("name", "level", "fields")
LAYOUT_KEYS = (
    "encoding", "line_end", "final_line_end", "eof", "record_length", "delimiter", "quoting", "header_row",
    "transliterate", "case", "record",
)  # fmt: skip
CASES = ("upper", "as_is")
_HINTS = {
    Kind.DATE: "write it as text: | date('CCYYMMDD')",
    Kind.TIME: "write it as text: | time('HHMMSS')",
    Kind.NUMBER: "write it as text: | money(2), or make the field of kind number",
    Kind.FLAG: "write it as text: | yes_no('Y', 'N')",
}


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRecord:
    """One record type with what gives its values.

    Attributes:
      type: The record type.
      expressions: One a field, in order; None for a constant, filler, count or total.
    """

    type: flat.RecordType
    expressions: tuple[Expression | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CompiledFlat:
    """A flat mapping that can be used.

    Attributes:
      spec: The mapping as it is written.
      layout: Its layout.
      records: Its record types, in the layout's order.
      tables: Its code tables by name.
      uses: Every field it reads: what the feed compares, and asks the grant about.
      digest: SHA-256, hexadecimal, of everything in it that can change a byte, code tables included.
      transliterates: Whether letters that the encoding lacks become others; else a family that has them is quarantined.
      is_upper: Whether text is written in capitals.
    """

    spec: MappingSpec
    layout: flat.Layout
    records: tuple[CompiledRecord, ...]
    tables: Mapping[str, CodeTable]
    uses: frozenset[FieldPath]
    digest: str
    transliterates: bool = True
    is_upper: bool = False

    def at(self, *levels: flat.Level) -> tuple[CompiledRecord, ...]:
        """The record types of these levels, in order."""
        return tuple(r for r in self.records if r.type.level in levels)


def compile_flat(
    spec: MappingSpec, files: Mapping[str, str] | None = None
) -> tuple[CompiledFlat | None, tuple[Finding, ...]]:
    """Compile a flat mapping.

    Args:
      spec: The mapping, merged; its format is ``fixed`` or ``delimited``.
      files: The text of each of ``spec.code_files``, by the table's name.

    Returns:
      The compiled mapping, or None with every reason; each finding names the line of the mapping.
    """
    tables, findings = code_tables(spec, files or {})
    compiler = _Compiler(spec, tables, list(findings))
    records = compiler.records()
    layout = compiler.layout(records)
    if layout is None or compiler.findings:
        return None, tuple(compiler.findings)
    used = [e.uses for r in records for e in r.expressions if e]
    return CompiledFlat(
        spec=spec,
        layout=layout,
        records=tuple(records),
        tables=tables,
        uses=frozenset[FieldPath]().union(*used),
        digest=mapping_digest(spec, tables),
        transliterates=spec.layout.get("transliterate", True),
        is_upper=spec.layout.get("case") == "upper",
    ), ()


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a field stands: in which record, what it may name, and its key in the layout."""

    record: str
    setting: Setting
    at: tuple[str | int, ...]


class _Compiler:
    """The compilation of one layout, and the findings so far."""

    def __init__(self, spec: MappingSpec, tables: Mapping[str, CodeTable], findings: list[Finding]) -> None:
        self.findings = findings
        self._spec = spec
        self._tables = tables
        self._replaced: dict[str, Assignment] = {a.key: a for a in spec.assignments}
        self._known: list[str] = []

    def records(self) -> list[CompiledRecord]:
        """Compile every record type; a wrong one is left out, with its findings."""
        self._require_known((), self._spec.layout, LAYOUT_KEYS, ("layout",))
        listed = self._spec.layout.get("record", [])
        if not isinstance(listed, list) or not listed or not all(isinstance(r, dict) for r in listed):
            self._find("E834-1140", "a flat mapping needs its records: [[layout.record]]", "record")
            return []
        records = [self._record(i, table) for i, table in enumerate(listed)]
        for address, assignment in self._replaced.items():
            if address not in self._known:
                near = get_close_matches(address, self._known, n=1)
                remedy = f"did you mean {near[0]}?" if near else "an address is RECORD/field name"
                message = f"the layout has no field {address}"
                self.findings.append(
                    Finding("E834-1144", Severity.ERROR, message, place=assignment.place, remedy=remedy)
                )
        return [r for r in records if r is not None]

    def layout(self, records: list[CompiledRecord]) -> flat.Layout | None:
        """Make the layout of these records; None with a finding where it contradicts itself."""
        written = self._spec.layout
        if self._spec.format not in ("fixed", "delimited"):
            self._find("E834-1140", "a flat mapping's format is fixed or delimited")
            return None
        given = {
            "encoding": self._choice(flat.Encoding, written, "encoding"),
            "line_end": self._choice(flat.LineEnd, written, "line_end"),
            "quoting": self._choice(flat.Quoting, written, "quoting"),
            **{k: self._typed(bool, written, k) for k in ("final_line_end", "header_row")},
            **{k: self._typed(int, written, k) for k in ("eof", "record_length")},
            "delimiter": self._typed(str, written, "delimiter"),
        }
        self._typed(bool, written, "transliterate")
        if written.get("case", "as_is") not in CASES:
            self._find("E834-1140", f"case must be one of {', '.join(CASES)}", "case")
        if self.findings:
            return None
        try:
            return flat.Layout(
                kind=flat.LayoutKind(self._spec.format),
                records=tuple(r.type for r in records),
                **{k: v for k, v in given.items() if v is not None},
            )
        except ConfigurationError as error:
            self._find(error.code, error.message, "record_length" if "record_length" in written else "record")
            return None

    def _record(self, i: int, table: Mapping[str, Any]) -> CompiledRecord | None:
        at = ("record", i)
        self._require_known(at, table, RECORD_KEYS)
        name, listed = self._typed(str, table, "name", *at), table.get("fields")
        level = self._choice(flat.Level, table, "level", *at)
        if not name or level is None or not isinstance(listed, list) or not all(isinstance(f, dict) for f in listed):
            self._find("E834-1140", "a record needs a name, a level and a list of fields", *at)
            return None
        before = len(self.findings)
        setting = Setting(_standing(level), frozenset(self._spec.constants))
        rest = self._rest(listed)
        pairs = [self._field(f, _Spot(name, setting, (*at, "fields", j)), rest) for j, f in enumerate(listed)]
        if len(self.findings) > before:
            return None
        try:
            record = flat.RecordType(name, level, tuple(f for f, _ in pairs if f is not None))
        except ConfigurationError as error:
            self._find(error.code, error.message, *at)
            return None
        return CompiledRecord(record, tuple(e for _, e in pairs))

    def _rest(self, listed: list[Mapping[str, Any]]) -> int | None:
        """How wide a filler of the width ``rest`` is, where the layout says how long a record is."""
        length = self._spec.layout.get("record_length")
        if not isinstance(length, int):
            return None
        widths = [f.get("width", f.get("filler")) for f in listed]
        return length - sum(w for w in widths if isinstance(w, int))

    def _field(
        self, table: Mapping[str, Any], spot: _Spot, rest: int | None
    ) -> tuple[flat.FlatField | None, Expression | None]:
        self._require_known(spot.at, table, FIELD_KEYS)
        try:
            if "filler" in table:
                width = rest if table["filler"] == "rest" else self._typed(int, table, "filler", *spot.at)
                return flat.FlatField(name="filler", width=width, constant=""), None
            name = self._typed(str, table, "name", *spot.at)
            if not name:
                self._find("E834-1140", "a field needs a name", *spot.at)
                return None, None
            address = f"{spot.record}/{name}"
            self._known.append(address)
            replaced = self._replaced.get(address)
            if replaced is not None and replaced.source is None:
                return flat.FlatField(name=name, width=table.get("width"), constant=""), None
            field = self._shape(name, table, spot.at)
            expression = self._source(address, table, field, spot)
            if expression is not None and expression.is_constant and expression.kind is Kind.TEXT:
                return replace(field, constant=next(iter(expression.literals), "")), None
            return field, expression
        except ConfigurationError as error:
            self._find(error.code, error.message, *spot.at)
            return None, None

    def _shape(self, name: str, table: Mapping[str, Any], at: tuple[str | int, ...]) -> flat.FlatField:
        given = {
            "width": self._typed(int, table, "width", *at),
            "align": self._choice(flat.Align, table, "align", *at),
            "pad": self._typed(str, table, "pad", *at),
            "overflow": self._choice(flat.Overflow, table, "overflow", *at),
            "kind": self._choice(flat.FlatKind, table, "kind", *at),
            "absent": self._choice(flat.Absent, table, "null", *at),
            "decimals": self._typed(int, table, "decimals", *at),
            "sign": self._choice(flat.SignStyle, table, "sign", *at),
            "count": self._choice(flat.CountOf, table, "count", *at),
            "total": self._typed(str, table, "total", *at),
            "hash_total": self._typed(str, table, "hash_total", *at),
        }
        return flat.FlatField(name=name, **{k: v for k, v in given.items() if v is not None})

    def _source(self, address: str, table: Mapping[str, Any], field: flat.FlatField, spot: _Spot) -> Expression | None:
        """The compiled value of a field; None where it is computed or wrong."""
        source, place = self._typed(str, table, "value", *spot.at), self._place(*spot.at, "value")
        replaced = self._replaced.get(address)
        if replaced is not None:
            source, place = replaced.source, replaced.place
        elif (source is None) is (not field.is_computed):
            self._find("E834-1141", f"the field {address} needs one of value, count, total and hash_total", *spot.at)
        if source is None:
            return None
        compiled = compile_expression(source, spot.setting, self._tables, place)
        if isinstance(compiled, Finding):
            self.findings.append(replace(compiled, message=f"{address}: {compiled.message}"))
            return None
        for message, remedy in _misfits(field, compiled):
            found = Finding("E834-1141", Severity.ERROR, f"{address}: {message}", place=place, remedy=remedy)
            self.findings.append(found)
        return compiled

    def _choice(self, choices: type[_E], table: Mapping[str, Any], key: str, *at: str | int) -> _E | None:
        value = table.get(key)
        if value is None:
            return None
        try:
            return choices(value)
        except ValueError:
            self._find("E834-1140", f"{key} must be one of {', '.join(choices)}", *at, key)
            return None

    def _typed(self, kind: type, table: Mapping[str, Any], key: str, *at: str | int) -> Any:
        value = table.get(key)
        if value is None or type(value) is kind:
            return value
        what = {str: "a text in quotes", int: "a whole number", bool: "true or false"}[kind]
        self._find("E834-1140", f"{key} must be {what}", *at, key)
        return None

    def _require_known(
        self, at: tuple[str | int, ...], table: Mapping[str, Any], known: tuple[str, ...], where: tuple[str, ...] = ()
    ) -> None:
        for key in table:
            if key not in known:
                near = get_close_matches(key, known, n=1)
                remedy = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
                named = ".".join(where) or "this table"
                found = Finding(
                    "E834-1140",
                    Severity.ERROR,
                    f"nothing reads the key {key} of {named}",
                    place=self._place(*at, key),
                    remedy=remedy,
                )
                self.findings.append(found)

    def _find(self, code: str, message: str, *at: str | int) -> None:
        self.findings.append(Finding(code, Severity.ERROR, message, place=self._place(*at)))

    def _place(self, *at: str | int) -> Place:
        source = self._spec.layout_sources.get(str(at[0])) if at else None
        return source.place("layout", *at) if source else Place(self._spec.path)


def _standing(level: flat.Level) -> Standing:
    if level in (flat.Level.COVERAGE, flat.Level.PERSON_COVERAGE):
        return Standing.COVERAGE
    return Standing.MEMBER if level.is_detail else Standing.FILE


def _misfits(field: flat.FlatField, expression: Expression) -> Iterator[tuple[str, str | None]]:
    """Why an expression cannot stand in a field, and what to write instead."""
    is_number = field.kind is flat.FlatKind.NUMBER
    if expression.kind in _HINTS and not (is_number and expression.kind is Kind.NUMBER):
        yield f"a field takes text, and the expression gives {expression.kind}", _HINTS[expression.kind]
    if field.is_computed:
        yield "the field is computed, so it takes no expression", None
    for text in sorted(expression.literals):
        if field.width is not None and field.overflow is flat.Overflow.REFUSE and len(text) > field.width:
            yield f"{text!r} is wider than {field.width}", None
