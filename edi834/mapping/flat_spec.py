"""Compiling a flat layout: from ``[layout]`` as it is written to records whose fields have a value, a count or a total.

Every mistake is found here and said with its line, before the first family is read; ``[set]`` replaces single fields
of a layout that a mapping extends (``"D/volume"``), and ``false`` leaves one blank.
Reading fields is ``flat_layout``'s, writing families ``flat_build.py``'s; what a layout may be is ``edi834/flat``'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from edi834 import flat
from edi834.errors import ConfigurationError
from edi834.mapping.flat_layout.fields import FieldReader
from edi834.mapping.flat_layout.places import OWN, Slot
from edi834.mapping.guided.compile import mapping_digest
from edi834.mapping.language import CodeTable, Expression
from edi834.mapping.spec import MappingSpec, code_tables
from edi834.model import FieldPath, Finding, Severity

__all__ = ["CASES", "LAYOUT_KEYS", "RECORD_KEYS", "CompiledFlat", "CompiledRecord", "compile_flat"]

RECORD_KEYS = ("name", "level", "fields")
LAYOUT_KEYS = (
    "encoding", "line_end", "final_line_end", "eof", "record_length", "block_size", "delimiter", "quoting",
    "header_row", "sheet", "transliterate", "case", "record",
)  # fmt: skip
CASES = ("upper", "as_is")
_FORMATS = tuple(flat.LayoutKind)
_NOT_READ = {
    "fixed": ("delimiter", "quoting", "sheet"),
    "delimited": ("record_length", "block_size", "sheet"),
    "xlsx": ("line_end", "final_line_end", "eof", "record_length", "block_size", "delimiter", "quoting"),
}
"""Keys of a layout that say nothing in a file of that format."""


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRecord:
    """One record type with what gives its values.

    Attributes:
      type: The record type.
      expressions: One a field, in order; None for a constant, filler, count or total.
      slots: For whom each field stands: the record's own person, or in a wide record a dependent or a span.
    """

    type: flat.RecordType
    expressions: tuple[Expression | None, ...]
    slots: tuple[Slot, ...]

    @property
    def is_wide(self) -> bool:
        """Whether it has fields of dependents or spans beside those of its own person."""
        return any(slot != OWN for slot in self.slots)

    @property
    def tells_spans(self) -> bool:
        """Whether it tells of spans."""
        own = self.type.level in (flat.Level.COVERAGE, flat.Level.PERSON_COVERAGE)
        return own or any(slot.is_of_span for slot in self.slots)

    @property
    def holds_family(self) -> bool:
        """Whether it tells of dependents with their subscriber."""
        return any(slot.dependent for slot in self.slots)


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
      spec: The mapping, merged; its format is ``fixed``, ``delimited`` or ``xlsx``.
      files: The text of each of ``spec.code_files``, by the table's name.

    Returns:
      The compiled mapping, or None with every reason; each finding names the line of the mapping.
    """
    tables, findings = code_tables(spec, files or {})
    compiler = _Compiler(spec, list(findings))
    compiler.prepare(tables)
    records = compiler.records()
    layout = compiler.layout(records)
    if layout is None or compiler.findings:
        return None, tuple(dict.fromkeys(compiler.findings))
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


class _Compiler(FieldReader):
    """The compilation of one layout, and the findings so far."""

    def records(self) -> list[CompiledRecord]:
        """Compile every record type; a wrong one is left out, with its findings."""
        self.require_known((), self.spec.layout, LAYOUT_KEYS, "layout")
        listed = self.spec.layout.get("record", [])
        if not isinstance(listed, list) or not listed or not all(isinstance(r, dict) for r in listed):
            self.find("E834-1140", "a flat mapping needs its records: [[layout.record]]", "record")
            return []
        records = [self._record(i, table) for i, table in enumerate(listed)]
        for assignment in self.spec.assignments:
            if assignment.key not in self.addresses:
                near = get_close_matches(assignment.key, list(self.addresses), n=1)
                remedy = f"did you mean {near[0]}?" if near else "an address is RECORD/field name"
                message = f"the layout has no field {assignment.key}"
                place = assignment.place
                self.findings.append(Finding("E834-1144", Severity.ERROR, message, place=place, remedy=remedy))
        return [r for r in records if r is not None]

    def layout(self, records: list[CompiledRecord]) -> flat.Layout | None:
        """Make the layout of these records; None with a finding where it contradicts itself."""
        written = self.spec.layout
        if self.spec.format not in _FORMATS:
            self.find("E834-1140", f"a flat mapping's format is {' or '.join(_FORMATS)}")
            return None
        for key in _NOT_READ[self.spec.format]:
            if key in written:
                remedy = "remove it; a key of a layout that is extended cannot be taken away, so write the records anew"
                self.find("E834-1140", f"{key} says nothing in a file of format {self.spec.format}", key, remedy=remedy)
        given = {
            "encoding": self.choice(flat.Encoding, written, "encoding"),
            "line_end": self.choice(flat.LineEnd, written, "line_end"),
            "quoting": self.choice(flat.Quoting, written, "quoting"),
            **{k: self.typed(bool, written, k) for k in ("final_line_end", "header_row")},
            **{k: self.typed(int, written, k) for k in ("eof", "record_length", "block_size")},
            **{k: self.typed(str, written, k) for k in ("delimiter", "sheet")},
        }
        if self.spec.format == flat.LayoutKind.XLSX:
            given["encoding"] = given["encoding"] or flat.Encoding.UTF_8
        self.typed(bool, written, "transliterate")
        if written.get("case", "as_is") not in CASES:
            self.find("E834-1140", f"case must be one of {', '.join(CASES)}", "case")
        if self.findings:
            return None
        try:
            return flat.Layout(
                kind=flat.LayoutKind(self.spec.format),
                records=tuple(r.type for r in records),
                **{k: v for k, v in given.items() if v is not None},
            )
        except ConfigurationError as error:
            self.find(error.code, error.message, next(k for k in (*_blamed(error), "record") if k in written))
            return None

    def _record(self, i: int, table: Mapping[str, Any]) -> CompiledRecord | None:
        at = ("record", i)
        self.require_known(at, table, RECORD_KEYS)
        name, listed = self.typed(str, table, "name", *at), table.get("fields")
        level = self.choice(flat.Level, table, "level", *at)
        if not name or level is None or not isinstance(listed, list) or not all(isinstance(f, dict) for f in listed):
            self.find("E834-1140", "a record needs a name, a level and a list of fields", *at)
            return None
        before = len(self.findings)
        made = self.fields(name, level, listed, at)
        if len(self.findings) > before:
            return None
        try:
            record = flat.RecordType(name, level, tuple(one.field for one in made))
        except ConfigurationError as error:
            self.find(error.code, error.message, *at)
            return None
        return CompiledRecord(record, tuple(one.expression for one in made), tuple(one.slot for one in made))


def _blamed(error: ConfigurationError) -> tuple[str, ...]:
    """The keys whose value a contradiction may come from: the first that is written is shown."""
    named = [key for key in LAYOUT_KEYS if key in error.message or key.replace("_", " ") in error.message]
    return (*named, "block_size", "record_length") if error.code == "E834-1102" else tuple(named)
