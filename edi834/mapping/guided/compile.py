"""Compiling a mapping against the guide: every mistake it can hold is found here, before the first family is read.

Each assignment's expression is compiled for where it stands; its kind, its literals and their lengths are held against
the element; and what the guide requires is there, given or implied. All findings are reported at once.
Laying layers over each other is ``addresses.py``'s, writing families ``emission.py``'s.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

from edi834.errors import Place
from edi834.mapping.guided import fitting
from edi834.mapping.guided.addresses import Placed, Slot, slots_of
from edi834.mapping.guided.compiled import CompiledField, CompiledLoop, CompiledMapping, CompiledSegment, Each, Implied
from edi834.mapping.language import CodeTable, Expression, Level, Setting, compile_expression, compile_list
from edi834.mapping.spec import Assignment, MappingSpec, code_tables
from edi834.model import FieldPath, Finding, Severity
from edi834.x12.guide import GUIDE_005010X220A1, ElementDef, Guide, LoopDef, SegmentDef
from edi834.x12.path import Path

__all__ = ["compile_x12", "mapping_digest"]

_DATE_FORMAT = "1250"
_EACH = {"2000": Each.MEMBER, "2300": Each.COVERAGE, "2320": Each.OTHER_INSURANCE}
_CATEGORY = "2700"


def compile_x12(
    spec: MappingSpec, files: Mapping[str, str] | None = None, guide: Guide = GUIDE_005010X220A1
) -> tuple[CompiledMapping | None, tuple[Finding, ...]]:
    """Compile a mapping onto the guide.

    Args:
      spec: The mapping, merged.
      files: The text of each of ``spec.code_files``, by the table's name.
      guide: The implementation guide.

    Returns:
      The compiled mapping, or None with every reason; each finding names the line of the mapping.
    """
    tables, findings = code_tables(spec, files or {})
    if findings:
        return None, findings  # every expression that looks something up would only repeat them
    compiler = _Compiler(spec, tables, guide)
    header = compiler.loop(guide.loops["HEADER"])
    member = compiler.loop(guide.loops["2000"])
    if header is not None and member is not None:
        compiler.require_truncations((*header.walk(), *member.walk()))
    if header is None or member is None or compiler.findings:
        return None, tuple(compiler.findings)
    segments = (*header.walk(), *member.walk())
    uses = frozenset[FieldPath]().union(
        *(one.expression.uses for segment in segments for one in segment.fields if one.expression)
    )
    return CompiledMapping(spec, guide, header, member, tables, uses, mapping_digest(spec, tables)), ()


def mapping_digest(spec: MappingSpec, tables: Mapping[str, CodeTable]) -> str:
    """SHA-256, hexadecimal, of everything in a mapping that can change a byte; places and comments cannot."""
    content = {
        "format": spec.format,
        "set": [[a.layer, a.key, a.source] for a in spec.assignments],
        "categories": {name: [[a.key, a.source] for a in entries] for name, entries in spec.categories.items()},
        "show": [[a.key, a.source] for a in spec.show],
        "truncate": sorted({address for address, _ in spec.truncate}),
        "constants": dict(spec.constants),
        "envelope": dict(spec.envelope),
        "rules": dict(spec.rules),
        "layout": dict(spec.layout),
        "tables": {
            name: [list(table.columns), {key: dict(row) for key, row in table.rows.items()}]
            for name, table in tables.items()
        },
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


class _Compiler:
    """The compilation of one mapping: its slots, and the findings so far."""

    def __init__(self, spec: MappingSpec, tables: Mapping[str, CodeTable], guide: Guide) -> None:
        self.findings: list[Finding] = []
        self._spec = spec
        self._tables = tables
        self._guide = guide
        self._truncates = frozenset(address for address, _ in spec.truncate)
        slots, wrong = slots_of(spec, spec.assignments, guide)
        self.findings.extend(wrong)
        self._slots: dict[str, list[Slot]] = {}
        self._add(slots)

    def _add(self, slots: Iterable[Slot]) -> None:
        for slot in slots:
            self._slots.setdefault(slot.loop, []).append(slot)

    def loop(self, definition: LoopDef) -> CompiledLoop | None:
        """Compile a loop; None where nothing is assigned in it or below."""
        loops: list[CompiledLoop] = []
        for child in definition.loops():
            loops.extend(self._categories(child) if child.id == _CATEGORY else ())
            compiled = self.loop(child)
            if compiled is not None:
                loops.append(compiled)
        slots = sorted(self._slots.get(definition.id, ()), key=lambda slot: slot.order)
        if not slots and not loops and definition.id not in ("HEADER", "2000"):
            return None
        segments = [self._segment(slot, slots) for slot in slots]
        segments.extend(self._implied_segments(definition, slots))
        self._require_loops(definition, loops)
        segments.sort(key=lambda segment: segment.definition.position)
        each = _EACH.get(definition.id, Each.ONCE)
        return CompiledLoop(definition, each, tuple(segments), tuple(loops))

    def require_truncations(self, segments: Iterable[CompiledSegment]) -> None:
        """An address that may be cut is one that the mapping fills, written as the mapping writes it."""
        filled = {field.path for segment in segments for field in segment.fields}
        for address, place in self._spec.truncate:
            if address not in filled:
                self._find("E834-0620", f"nothing is assigned to {address}, so nothing can be cut there", place)

    def _categories(self, definition: LoopDef) -> Iterable[CompiledLoop]:
        """One 2700 loop for each of ``[categories]``, named by its key."""
        outer = self._slots
        for name, entries in self._spec.categories.items():
            if not any(entry.source is not None for entry in entries):
                continue
            named = [_naming(name, list(entries)), *entries]  # an entry of its own for N102 comes later, and wins
            slots, wrong = slots_of(self._spec, named, self._guide, prefix="2750/")
            self.findings.extend(wrong)
            self._slots = {}
            self._add(slots)
            compiled = None if wrong else self.loop(definition)
            if compiled is not None:
                yield compiled
        self._slots = outer

    def _require_loops(self, definition: LoopDef, loops: list[CompiledLoop]) -> None:
        present = {loop.definition.id for loop in loops}
        for child in definition.loops():
            if child.usage == "R" and child.id not in present:
                message = f"the guide requires loop {child.id} ({child.name}), and nothing is assigned in it"
                self._find("E834-0619", message, Place(self._spec.path))

    def _segment(self, slot: Slot, siblings: list[Slot]) -> CompiledSegment:
        alone = sum(1 for other in siblings if other.definition is slot.definition) == 1
        given: dict[tuple[int, int], CompiledField] = {}
        for placed in slot.placed:
            compiled = self._field(placed)
            if compiled is not None:
                given[compiled.position, compiled.component] = compiled
        for implied in self._implied_fields(slot, given):
            given.setdefault((implied.position, implied.component), implied)
        fields = tuple(given[key] for key in sorted(given))
        self._require_elements(slot, {key[0] for key in given} | {placed.path.element for placed in slot.placed})
        return CompiledSegment(
            slot.path, slot.definition, fields, _fires(fields), alone and slot.definition.usage == "R",
            any(field.is_listed for field in fields),
        )  # fmt: skip

    def _field(self, placed: Placed) -> CompiledField | None:
        path, resolved = placed.path, placed.resolved
        definition = resolved.component or resolved.element
        source = placed.assignment.source
        assert definition is not None
        assert source is not None
        setting = Setting(self._level(path.loop), frozenset(self._spec.constants))
        compiled = self._expression(placed, source, setting)
        if isinstance(compiled, Finding):
            self.findings.append(replace(compiled, message=f"{path}: {compiled.message}"))
            return None
        self.findings.extend(fitting.misfits(str(path), definition, compiled, self._tables))
        self.findings.extend(fitting.crowded(resolved, compiled))
        return CompiledField(
            str(path), definition, path.element, path.component, compiled, truncates=str(path) in self._truncates,
            repeats=resolved.element.max_repeat if resolved.element else 1,
        )  # fmt: skip

    def _expression(self, placed: Placed, source: str, setting: Setting) -> Expression | Finding:
        written = placed.assignment
        if written.items:
            return compile_list(written.items, setting, self._tables, written.place)
        return compile_expression(source, setting, self._tables, written.place)

    def _level(self, loop: str) -> Level:
        ancestry = self._guide.ancestry(loop)
        if "2320" in ancestry:
            return Level.OTHER_INSURANCE
        if "2300" in ancestry:
            return Level.COVERAGE
        return Level.MEMBER if "2000" in ancestry else Level.FILE

    def _implied_fields(self, slot: Slot, given: Mapping[tuple[int, int], CompiledField]) -> Iterable[CompiledField]:
        for element in slot.definition.elements:
            implied = _implied(slot.loop, slot.definition, element, slot.qualifier)
            if implied is None:
                continue
            if implied.implied is Implied.DATE_FORMAT and (element.position + 1, 0) not in given:
                continue
            yield implied

    def _require_elements(self, slot: Slot, filled: set[int]) -> None:
        for element in slot.definition.elements:
            if element.usage == "R" and element.position not in filled:
                path = f"{slot.path}{element.position:02}"
                message = f"the guide requires {path} ({element.name}) in this segment, and nothing is assigned to it"
                self._find("E834-0616", message, slot.placed[0].assignment.place)

    def _implied_segments(self, definition: LoopDef, slots: list[Slot]) -> Iterable[CompiledSegment]:
        """Required segments that say nothing of their own: LS, LX, LE, an NM1 that only names a role."""
        filled = {id(slot.definition) for slot in slots}
        for segment in definition.segments():
            if id(segment) in filled or (segment.usage != "R" and segment.id not in ("LS", "LE")):
                continue
            fields = [
                _implied(definition.id, segment, element, "") for element in segment.elements if element.usage == "R"
            ]
            path = str(Path(definition.id, segment.id))
            if all(fields):
                yield CompiledSegment(path, segment, tuple(one for one in fields if one), (), is_required=True)
            else:
                message = f"the guide requires {path} ({segment.name}) in this loop, and nothing is assigned in it"
                self._find("E834-0616", message, Place(self._spec.path))

    def _find(self, code: str, message: str, place: Place) -> None:
        self.findings.append(Finding(code, Severity.ERROR, message, place=place))


def _implied(loop: str, segment: SegmentDef, element: ElementDef, qualifier: str) -> CompiledField | None:
    path = f"{Path(loop, segment.id, qualifier)}{element.position:02}"
    at = (path, element, element.position, 0, None)
    if element.position == 1 and qualifier:
        return CompiledField(*at, Implied.CODE, qualifier)
    if element.number == _DATE_FORMAT and element.usage != "N":
        return CompiledField(*at, Implied.DATE_FORMAT)
    if element.constant:
        return CompiledField(*at, Implied.CODE, element.constant)
    if segment.id == "LX" and element.position == 1:
        return CompiledField(*at, Implied.SEQUENCE)
    return None


def _fires(fields: tuple[CompiledField, ...]) -> tuple[int, ...]:
    """The fields that decide whether the segment is sent: those with data, else those that may be absent."""
    given = [(index, one.expression) for index, one in enumerate(fields) if one.expression is not None]
    with_data = tuple(index for index, expression in given if expression.has_data)
    return with_data or tuple(index for index, expression in given if expression.nullable)


def _naming(name: str, entries: list[Assignment]) -> Assignment:
    """What gives a reporting category its name (N102): the key it is written under."""
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return Assignment("N1[75]02", f"'{escaped}'", entries[0].place, entries[0].layer)
