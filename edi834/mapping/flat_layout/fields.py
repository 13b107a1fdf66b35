"""The fields of a record as a layout writes them: each with its shape and its value, those of wide records repeated.

``{ each = "dependent", times = 3, fields = [...] }`` stands for three dependents' fields in the subscriber's record,
``{ each = "coverage", benefits = [...], fields = [...] }`` for one span of each benefit; a name holds what tells its
places apart: ``"dependent {dependent} name"``.
Which person stands in which place is ``places.py``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from edi834 import flat
from edi834.errors import ConfigurationError
from edi834.mapping.flat_layout.places import OWN, Slot
from edi834.mapping.flat_layout.reading import At, LayoutReader
from edi834.mapping.language import CodeTable, Expression, Kind, Setting, compile_expression
from edi834.mapping.language import Level as Standing
from edi834.mapping.spec import Assignment
from edi834.model import VOCABULARIES, Finding, Severity

__all__ = ["EACH", "FIELD_KEYS", "GROUP_KEYS", "MOST_FIELDS", "MOST_TIMES", "FieldReader", "MadeField"]

FIELD_KEYS = (
    "name", "width", "align", "pad", "overflow", "kind", "null", "decimals", "sign",
    "value", "count", "total", "hash_total", "filler",
)  # fmt: skip
GROUP_KEYS = ("each", "times", "benefits", "fields")
EACH = ("dependent", "coverage")
MOST_TIMES = 100
MOST_FIELDS = 5_000
"""The fields of one record, every place counted; a worksheet or a mainframe's record has fewer."""

_LEVELS = {
    "dependent": (flat.Level.SUBSCRIBER,),
    "coverage": (flat.Level.SUBSCRIBER, flat.Level.DEPENDENT, flat.Level.MEMBER),
}
_HINTS = {
    Kind.DATE: "write it as text: | date('CCYYMMDD')",
    Kind.TIME: "write it as text: | time('HHMMSS')",
    Kind.NUMBER: "write it as text: | money(2), or make the field of kind number",
    Kind.FLAG: "write it as text: | yes_no('Y', 'N')",
}


@dataclass(frozen=True, slots=True)
class MadeField:
    """A field, for whom it stands, and what gives its value: None for a constant, filler, count or total."""

    field: flat.FlatField
    slot: Slot
    expression: Expression | None


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a field stands: in which record, for whom, at which keys of the layout."""

    record: str
    level: flat.Level
    at: At
    slot: Slot = OWN

    def named(self, name: str) -> str:
        """The name of the field in this place."""
        marks = {"dependent": self.slot.dependent, "coverage": self.slot.coverage, "benefit": self.slot.benefit}
        for mark, value in marks.items():
            name = name.replace(f"{{{mark}}}", str(value or ""))
        return name

    @property
    def standing(self) -> Standing:
        """What its expressions may name."""
        if self.slot.is_of_span or self.level in (flat.Level.COVERAGE, flat.Level.PERSON_COVERAGE):
            return Standing.COVERAGE
        return Standing.MEMBER if self.level.is_detail else Standing.FILE


class FieldReader(LayoutReader):
    """Reads the fields of one mapping's records.

    Attributes:
      addresses: Every address of a field, as ``[set]`` may name it.
    """

    def prepare(self, tables: Mapping[str, CodeTable]) -> None:
        """Take the mapping's code tables and single replaced fields."""
        self.addresses: dict[str, None] = {}
        self._tables = tables
        self._replaced: dict[str, Assignment] = {a.key: a for a in self.spec.assignments}
        self._constants = frozenset(self.spec.constants)

    def fields(self, record: str, level: flat.Level, listed: list[Mapping[str, Any]], at: At) -> list[MadeField]:
        """Make the fields of a record; a wrong one is left out, with its findings."""
        written: list[tuple[Mapping[str, Any], _Spot]] = []
        for one in self._laid_out(listed, _Spot(record, level, at)):
            written.append(one)
            if len(written) > MOST_FIELDS:
                self.find("E834-1140", f"a record has at most {MOST_FIELDS:,} fields, every place counted", *at)
                return []
        rest = self._rest(table for table, _ in written)
        made = [self._field(table, spot, rest) for table, spot in written]
        return [one for one in made if one is not None]

    def _laid_out(self, listed: list[Mapping[str, Any]], spot: _Spot) -> Iterator[tuple[Mapping[str, Any], _Spot]]:
        """Every field, those of a repeated group once for each place."""
        for j, table in enumerate(listed):
            here = replace(spot, at=(*spot.at, "fields", j))
            if "each" not in table:
                yield table, here
                continue
            inner = table.get("fields")
            slots = self._slots(table, here)
            if not slots:
                continue
            if not isinstance(inner, list) or not inner or not all(isinstance(f, dict) for f in inner):
                self.find("E834-1140", "a repeated group needs its fields: fields = [ { … }, … ]", *here.at)
                continue
            for slot in slots:
                yield from self._laid_out(inner, replace(here, slot=slot))

    def _slots(self, table: Mapping[str, Any], spot: _Spot) -> list[Slot]:
        """The places of a repeated group; none with a finding where it is written wrongly."""
        self.require_known(spot.at, table, GROUP_KEYS, "a repeated group")
        each, times, benefits = table["each"], table.get("times"), table.get("benefits")
        if each not in EACH:
            self.find("E834-1140", f"each must be one of {', '.join(EACH)}", *spot.at, "each")
            return []
        inside = spot.slot.is_of_span or (each == "dependent" and spot.slot != OWN)
        if inside or spot.level not in _LEVELS[each]:
            where = " or ".join(_LEVELS[each])
            message = f"each = {each!r} stands in a record of the level {where}, and not in another of its kind"
            self.find("E834-1140", message, *spot.at, "each")
            return []
        if (times is None) is (benefits is None) or (benefits is not None and each != "coverage"):
            self.find("E834-1140", "a repeated group needs times = N, or for coverages benefits = [ … ]", *spot.at)
            return []
        if benefits is not None:
            return self._of_benefits(benefits, spot)
        if type(times) is not int or not 1 <= times <= MOST_TIMES:
            self.find("E834-1140", f"times must be a whole number from 1 to {MOST_TIMES}", *spot.at, "times")
            return []
        numbers = range(1, times + 1)
        if each == "dependent":
            return [replace(spot.slot, dependent=number) for number in numbers]
        return [replace(spot.slot, coverage=number) for number in numbers]

    def _of_benefits(self, benefits: object, spot: _Spot) -> list[Slot]:
        known = VOCABULARIES["benefit"]
        if not isinstance(benefits, list) or not benefits or not all(isinstance(b, str) for b in benefits):
            self.find("E834-1140", "benefits must be a list of texts in quotes", *spot.at, "benefits")
            return []
        wrong = [b for b in benefits if b not in known]
        if wrong or len(set(benefits)) < len(benefits):
            what = f"there is no benefit {wrong[0]!r}" if wrong else "a benefit stands twice"
            self.find("E834-1140", what, *spot.at, "benefits", remedy=f"there are {', '.join(sorted(known))}")
            return []
        return [replace(spot.slot, benefit=benefit) for benefit in benefits]

    def _rest(self, tables: Iterable[Mapping[str, Any]]) -> int | None:
        """How wide a filler of the width ``rest`` is, where the layout says how long a record is."""
        length = self.spec.layout.get("record_length")
        if not isinstance(length, int):
            return None
        return length - sum(w for t in tables if isinstance(w := t.get("width", t.get("filler")), int))

    def _field(self, table: Mapping[str, Any], spot: _Spot, rest: int | None) -> MadeField | None:
        self.require_known(spot.at, table, FIELD_KEYS)
        try:
            if "filler" in table:
                is_rest = table["filler"] == "rest" and spot.slot == OWN
                width = rest if is_rest else self.typed(int, table, "filler", *spot.at)
                return MadeField(flat.FlatField(name="filler", width=width, constant=""), spot.slot, None)
            series = self.typed(str, table, "name", *spot.at)
            if not series:
                self.find("E834-1140", "a field needs a name", *spot.at)
                return None
            self._require_marks(series, spot)
            name = spot.named(series)
            addresses = (f"{spot.record}/{name}", f"{spot.record}/{series}")
            self.addresses |= dict.fromkeys(addresses)
            replaced = next((self._replaced[a] for a in addresses if a in self._replaced), None)
            if replaced is not None and replaced.source is None:
                return MadeField(flat.FlatField(name=name, width=table.get("width"), constant=""), spot.slot, None)
            field = self._shape(name, "" if spot.slot == OWN else series, table, spot.at)
            expression = self._source(addresses[0], table, field, spot, replaced)
            constant = expression is not None and expression.is_constant and expression.kind is Kind.TEXT
            if expression is not None and constant and spot.slot == OWN:
                field, expression = replace(field, constant=next(iter(expression.literals), "")), None
            return MadeField(field, spot.slot, expression)
        except ConfigurationError as error:
            self.find(error.code, error.message, *spot.at, remedy=error.remedy)
            return None

    def _require_marks(self, name: str, spot: _Spot) -> None:
        slot = spot.slot
        marks = {"dependent": slot.dependent, "coverage": slot.coverage, "benefit": slot.benefit}
        for mark in (mark for mark, value in marks.items() if value):
            if f"{{{mark}}}" not in name:
                message = f"the name {name!r} is the same in every place: it must hold {{{mark}}}"
                self.find("E834-1140", message, *spot.at, "name", remedy=f'such as name = "{name} {{{mark}}}"')

    def _shape(self, name: str, series: str, table: Mapping[str, Any], at: At) -> flat.FlatField:
        given = {
            "width": self.typed(int, table, "width", *at),
            "align": self.choice(flat.Align, table, "align", *at),
            "pad": self.typed(str, table, "pad", *at),
            "overflow": self.choice(flat.Overflow, table, "overflow", *at),
            "kind": self.choice(flat.FlatKind, table, "kind", *at),
            "absent": self.choice(flat.Absent, table, "null", *at),
            "decimals": self.typed(int, table, "decimals", *at),
            "sign": self.choice(flat.SignStyle, table, "sign", *at),
            "count": self.choice(flat.CountOf, table, "count", *at),
            "total": self.typed(str, table, "total", *at),
            "hash_total": self.typed(str, table, "hash_total", *at),
        }
        return flat.FlatField(name=name, series=series, **{k: v for k, v in given.items() if v is not None})

    def _source(
        self,
        address: str,
        table: Mapping[str, Any],
        field: flat.FlatField,
        spot: _Spot,
        replaced: Assignment | None,
    ) -> Expression | None:
        """The compiled value of a field; None where it is computed or wrong."""
        source, place = self.typed(str, table, "value", *spot.at), self.place(*spot.at, "value")
        if replaced is not None:
            source, place = replaced.source, replaced.place
        elif (source is None) is (not field.is_computed):
            self.find("E834-1141", f"the field {address} needs one of value, count, total and hash_total", *spot.at)
        if source is None:
            return None
        if replaced is not None and replaced.items:
            message, mend = f"{address}: a field holds one text", "make one of them: [ … ] | join(' ')"
            self.findings.append(Finding("E834-0624", Severity.ERROR, message, place=replaced.place, remedy=mend))
            return None
        setting = Setting(spot.standing, self._constants)
        compiled = compile_expression(source, setting, self._tables, place)
        if isinstance(compiled, Finding):
            self.findings.append(replace(compiled, message=f"{address}: {compiled.message}"))
            return None
        for message, remedy in _misfits(field, compiled):
            found = Finding("E834-1141", Severity.ERROR, f"{address}: {message}", place=place, remedy=remedy)
            self.findings.append(found)
        return compiled


def _misfits(field: flat.FlatField, expression: Expression) -> Iterator[tuple[str, str | None]]:
    """Why an expression cannot stand in a field, and what to write instead."""
    if expression.many:
        yield "a field holds one text, and the expression gives several", "make one of them: | join(' ')"
    if expression.kind in _HINTS and not (field.is_number and expression.kind is Kind.NUMBER):
        yield f"a field takes text, and the expression gives {expression.kind}", _HINTS[expression.kind]
    if field.is_computed:
        yield "the field is computed, so it takes no expression", None
    for text in sorted(expression.literals):
        if field.width is not None and field.overflow is flat.Overflow.REFUSE and len(text) > field.width:
            yield f"{text!r} is wider than {field.width}", None
