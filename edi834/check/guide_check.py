"""Is it as the guide has it: every segment, element and code of a read file against the implementation guide.

It walks the tree once and reports everything: what the guide does not have there, order, what is missing, too many,
too long, no code, no date, and X12's conditions between elements; it never shows a value.
What the guide cannot say in data (situations, totals, plausibility) is in `situational.py` and `balance.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from edi834.check.fault import Fault
from edi834.model import Severity
from edi834.x12 import GUIDE_005010X220A1, ElementDef, Guide, Interchange, Loop, LoopDef, Repeated, Segment, SegmentDef
from edi834.x12.formats import read_d6, read_d8, read_rd8, read_tm
from edi834.x12.guide import CODE_SETS, SyntaxNote
from edi834.x12.guide.placement import first_text, places

__all__ = ["check_guide"]

_WHOLE = re.compile(r"-?[0-9]+")
_DECIMAL = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)")
_DATE_OR_PERIOD = "1251"
_WRITTEN_BY_WRITER = ("ST", "SE")
_PAIRED = {"LS_LOOP": "LE"}
"""Loops with a last segment that the guide calls situational though it ends what the first begins."""


def check_guide(interchange: Interchange, guide: Guide = GUIDE_005010X220A1) -> Iterator[Fault]:
    """Give every fault of an interchange against a guide, in the order of the file.

    Args:
      interchange: As the reader gave it: children in the order of the file.
      guide: The guide it should follow.
    """
    number = 1
    yield from _envelope(interchange, guide)
    if not interchange.groups:
        yield Fault("E834-1005", "the interchange holds no group", number, "GS_LOOP")
    for _, sets in interchange.groups:
        number += 1
        if not sets:
            yield Fault("E834-1005", "the group holds no transaction set", number, "ST_LOOP")
        for one in sets:
            number += 1
            walk = _Walk(number)
            if one.body.id == guide.body.id:
                walk.loop(one.body, guide.body)
            else:
                walk.note("E834-1001", f"the guide does not have loop {one.body.id} here", one.body.id)
            yield from walk.faults
            number = walk.number + 1
        number += 1


class _Walk:
    """The state of walking one transaction set: the number of the last segment, and what was found."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.faults: list[Fault] = []

    def note(self, code: str, message: str, path: str, severity: Severity = Severity.ERROR) -> None:
        self.faults.append(Fault(code, message, self.number, path, severity))

    def loop(self, loop: Loop, definition: LoopDef) -> None:
        index = places(definition)
        first, last = self.number + 1, 0
        uses: dict[int, int] = {}
        for child in loop.children:
            found: tuple[int, SegmentDef] | tuple[int, LoopDef] | None
            if isinstance(child, Loop):
                found = index.by_loop.get(child.id)
                path, at = child.id, self.number + 1
            else:
                self.number = at = self.number + 1
                found = index.segment(child.id, first_text(child)) or index.segment_alike(child.id)
                path = f"{definition.id}/{child.id}"
            if found is None:
                self._unknown(child, path, definition)
                continue
            order, place = found
            uses[order] = uses.get(order, 0) + 1
            self._place(place, uses[order], last, at, path)
            last = max(last, place.position)
            if isinstance(child, Loop) and isinstance(place, LoopDef):
                self.loop(child, place)
            elif isinstance(child, Segment) and isinstance(place, SegmentDef):
                self.segment(child, place, definition.id)
        self._missing(definition, uses, first)

    def _unknown(self, child: Segment | Loop, path: str, definition: LoopDef) -> None:
        if isinstance(child, Loop):
            self.faults.append(
                Fault("E834-1001", f"loop {definition.id} has no loop {child.id}", self.number + 1, path)
            )
            self.number += sum(1 for _ in child.walk())
        else:
            self.note("E834-1001", f"loop {definition.id} has no segment {child.id} with this qualifier", path)

    def _place(self, place: SegmentDef | LoopDef, used: int, last: int, at: int, path: str) -> None:
        """Order, and how often."""
        is_loop = isinstance(place, LoopDef)
        what = f"loop {place.id}" if is_loop else f"segment {place.id}"
        if place.position < last:
            self.faults.append(Fault("E834-1003", f"{what} stands after what the guide has behind it", at, path))
        most = place.repeat if isinstance(place, LoopDef) else place.max_use
        if most is not None and used == most + 1:
            code = "E834-1007" if is_loop else "E834-1006"
            self.faults.append(Fault(code, f"{what} may be sent {most} times here", at, path))

    def _missing(self, definition: LoopDef, uses: dict[int, int], first: int) -> None:
        for order, child in _required(definition):
            if order in uses:
                continue
            is_loop = isinstance(child, LoopDef)
            path = child.id if is_loop else f"{definition.id}/{child.id}"
            code = "E834-1005" if is_loop else "E834-1004"
            what = "loop" if is_loop else "segment"
            message = f"{what} {child.id} ({child.name}) is required in loop {definition.id} and missing"
            self.faults.append(Fault(code, message, first, path))

    def segment(self, segment: Segment, definition: SegmentDef, loop: str) -> None:
        values, defined = segment.elements, definition.elements
        if len(values) > len(defined):
            message = f"{segment.id} has more elements than the guide's {len(defined)}"
            self.note("E834-1001", message, f"{loop}/{segment.id}")
        for at, place in enumerate(defined):
            value = values[at] if at < len(values) else ""
            if not value:
                if place.usage == "R":
                    self._element("E834-1008", f"{place.name} is required and missing", segment, loop, place)
            elif place.usage == "N":
                self._element("E834-1009", f"the guide does not use {place.ref} here", segment, loop, place)
            elif isinstance(value, str) and not place.components:
                self._text(value, place, segment, loop)
            else:
                self._structured(value, place, segment, loop)
        for note in definition.syntax:
            if not _holds(note, segment):
                self.note("E834-1015", f"{segment.id} breaks the condition {note}", f"{loop}/{segment.id}")

    def _structured(
        self, value: str | tuple[str, ...] | Repeated, place: ElementDef, segment: Segment, loop: str
    ) -> None:
        """A repetition, a composite, or a repetition of composites."""
        parts = value.values if isinstance(value, Repeated) else (value,)
        if len(parts) > place.max_repeat:
            self._element("E834-1016", f"{place.name} may be sent {place.max_repeat} times", segment, loop, place)
        for part in parts:
            if not place.components:
                if isinstance(part, tuple):
                    self._element("E834-1016", f"{place.name} has no components", segment, loop, place)
                else:
                    self._text(part, place, segment, loop)
                continue
            components = part if isinstance(part, tuple) else (part,)
            if len(components) > len(place.components):
                self._element("E834-1016", f"{place.name} has too many components", segment, loop, place)
            self._components(components, place, segment, loop)

    def _components(self, components: tuple[str, ...], place: ElementDef, segment: Segment, loop: str) -> None:
        for at, component in enumerate(place.components):
            text = components[at] if at < len(components) else ""
            if text and component.usage == "N":
                self._element("E834-1009", f"the guide does not use {component.ref} here", segment, loop, component)
            elif text:
                self._text(text, component, segment, loop)
            elif component.usage == "R":
                self._element("E834-1008", f"{component.name} is required and missing", segment, loop, component)

    def _text(self, text: str, place: ElementDef, segment: Segment, loop: str) -> None:
        code, wrong = _wrong(text, place, segment)
        if code:
            severity = Severity.WARNING if code == "E834-1018" else Severity.ERROR
            self._element(code, f"{place.name} {wrong}", segment, loop, place, severity)

    def _element(
        self, code: str, message: str, segment: Segment, loop: str, place: ElementDef,
        severity: Severity = Severity.ERROR,
    ) -> None:  # fmt: skip
        qualifier = first_text(segment) if segment.id in ("AMT", "DTP", "QTY", "REF") and place.position > 1 else ""
        tail = place.ref.removeprefix(segment.id)
        self.note(code, message, f"{loop}/{segment.id}{f'[{qualifier}]' if qualifier else ''}{tail}", severity)


@cache
def _required(definition: LoopDef) -> tuple[tuple[int, SegmentDef | LoopDef], ...]:
    return tuple(
        (order, child)
        for order, child in enumerate(definition.children)
        if (child.usage == "R" and child.id not in _WRITTEN_BY_WRITER) or _PAIRED.get(definition.id) == child.id
    )


@cache
def _codes(place: ElementDef) -> frozenset[str]:
    return frozenset(place.codes) if place.codes else CODE_SETS.get(place.code_set, frozenset())


def _wrong(text: str, place: ElementDef, segment: Segment) -> tuple[str, str]:
    """The code and words of what is wrong with one text; empty where nothing is."""
    kind = place.type
    codes = _codes(place)
    length = len(text)
    if kind in ("N0", "R"):
        if not (_WHOLE if kind == "N0" else _DECIMAL).fullmatch(text):
            return "E834-1014", "is no number as X12 writes it"
        length = sum(character.isdigit() for character in text)
    elif kind == "DT" and (read_d6(text) if place.max_length == 6 else read_d8(text)) is None:
        return "E834-1013", "is no date"
    elif kind == "TM" and not _is_time(text):
        return "E834-1013", "is no time of day"
    if codes:
        return ("", "") if text in codes else ("E834-1012", "is none of the codes of the guide")
    if length > place.max_length:
        return "E834-1011", f"is longer than {place.max_length}"
    if length < place.min_length:
        return "E834-1010", f"is shorter than {place.min_length}"
    if place.number == _DATE_OR_PERIOD and not _is_date_or_period(text, segment.text(place.position - 1)):
        return "E834-1013", "is not the date or period that its format says"
    if text.endswith(" "):
        return "E834-1017", "ends with a space"
    return ("E834-1018", "begins with a space") if text.startswith(" ") else ("", "")


def _is_time(text: str) -> bool:
    return read_tm(text) is not None and (len(text) < 6 or text[4:6] < "60")


def _is_date_or_period(text: str, format_: str) -> bool:
    if format_ == "RD8":
        period = read_rd8(text)
        return period is not None and period[0] <= period[1]
    return format_ != "D8" or read_d8(text) is not None


def _holds(note: SyntaxNote, segment: Segment) -> bool:
    present = [bool(segment.element(position)) for position in note.positions]
    if note.kind == "P":
        return all(present) or not any(present)
    if note.kind == "R":
        return any(present)
    if note.kind == "E":
        return sum(present) <= 1
    if note.kind == "C":
        return not present[0] or all(present)
    return not present[0] or any(present[1:])


def _envelope(interchange: Interchange, guide: Guide) -> Iterator[Fault]:
    """The codes and lengths of what the headers hold as text."""
    header = interchange.header
    isa = {
        1: header.authorization_qualifier, 3: header.security_qualifier, 5: header.sender_qualifier,
        7: header.receiver_qualifier,
    }  # fmt: skip
    yield from _header_texts("ISA", isa, guide.loop("ISA_LOOP"), 1)
    if not header.sender_id or not header.receiver_id:
        yield Fault("E834-1008", "sender and receiver are required", 1, "ISA_LOOP/ISA")
    number = 1
    for group, sets in interchange.groups:
        number += 1
        gs = {1: group.functional_id, 2: group.application_sender, 3: group.application_receiver, 8: group.version}
        yield from _header_texts("GS", gs, guide.loop("GS_LOOP"), number)
        for one in sets:
            yield from _header_texts("ST", {2: one.control_number}, guide.loop("ST_LOOP"), number + 1)
            number += 2 + sum(1 for _ in one.body.walk())
        number += 1


def _header_texts(id: str, texts: dict[int, str], loop: LoopDef, number: int) -> Iterator[Fault]:
    definition = next(segment for segment in loop.segments() if segment.id == id)
    segment = Segment(id, ())
    for position, text in texts.items():
        place = definition.elements[position - 1]
        code, wrong = _wrong(text, place, segment) if text else ("E834-1008", "is required and missing")
        if code:
            yield Fault(code, f"{place.name} {wrong}", number, f"{loop.id}/{place.ref}")
