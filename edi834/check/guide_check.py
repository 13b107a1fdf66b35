"""Is it as the guide has it: every segment, element and code of a read file against the implementation guide.

It walks the tree once and reports everything: what the guide does not have there, order, what is missing, too many,
too long, no code, no date, and X12's conditions between elements; it never shows a value.
What the guide cannot say in data (situations, totals, plausibility) is in `situational.py` and `balance.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from edi834.check.fault import Fault
from edi834.model import Severity
from edi834.x12 import GUIDE_005010X220A1, ElementDef, Guide, Interchange, Loop, LoopDef, Repeated, Segment, SegmentDef
from edi834.x12.document import GroupHeader, InterchangeHeader
from edi834.x12.formats import read_d6, read_d8, read_rd8, read_tm
from edi834.x12.guide import CODE_SETS, is_language
from edi834.x12.guide.placement import first_text, places

__all__ = [
    "LANGUAGES",
    "WRITTEN_BY_WRITER",
    "OpenLoop",
    "Walk",
    "check_guide",
    "codes_of",
    "group_faults",
    "holds",
    "interchange_faults",
    "is_required",
    "set_faults",
]

_WHOLE = re.compile(r"-?[0-9]+")
_DECIMAL = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)")
_DATE_OR_PERIOD = "1251"
LANGUAGES = "languages"
"""The list whose codes are asked one by one: it has thousands, and which of them may stand depends on LUI01."""

WRITTEN_BY_WRITER = ("ST", "SE")
"""Segments of a set that the tree of it does not hold."""

_PAIRED = {"LS_LOOP": "LE"}
"""Loops with a last segment that the guide calls situational though it ends what the first begins."""


def check_guide(
    interchange: Interchange, guide: Guide = GUIDE_005010X220A1, *, passed: Passed | None = None,
    without: frozenset[str] = frozenset(),
) -> Iterator[Fault]:  # fmt: skip
    """Give every fault of an interchange against a guide, in the order of the file.

    Args:
      interchange: As the reader gave it: children in the order of the file.
      guide: The guide it should follow.
      passed: Asked of each loop under ST_LOOP by the number of its first segment in this interchange, ISA being 1: how
        many segments it has if it is known to keep the guide, or 0. Such a loop is counted, and not looked into.
      without: The lists kept by others (``states``, ``countries``, ``languages``) that are not asked.
    """
    number = 1
    yield from _envelope_faults(interchange, guide)
    if not interchange.groups:
        yield Fault("E834-1005", "the interchange holds no group", number, "GS_LOOP")
    for _, sets in interchange.groups:
        number += 1
        if not sets:
            yield Fault("E834-1005", "the group holds no transaction set", number, "ST_LOOP")
        for one in sets:
            number += 1
            walk = Walk(number, without)
            if one.body.id == guide.body.id:
                body = walk.open(guide.body)
                for child in one.body.children:
                    held = passed(walk.number + 1) if passed else 0
                    if held and isinstance(child, Loop):
                        walk.passed(child.id, held, body)
                    else:
                        walk.child(child, body)
                walk.close(body)
            else:
                walk.note("E834-1001", f"the guide does not have loop {one.body.id} here", one.body.id)
            yield from walk.faults
            number = walk.number + 1
        number += 1


Passed = Callable[[int], int]


@dataclass(slots=True)
class OpenLoop:
    """A loop being looked at.

    Attributes:
      definition: What the guide has it hold.
      first: The number of its first segment.
      last: The position in the guide of what stood last in it, as far as the order is kept.
      uses: How often each of its children was there, by their order in the guide.
    """

    definition: LoopDef
    first: int
    last: int = 0
    uses: dict[int, int] = field(default_factory=dict)


class Walk:
    """The state of walking one transaction set: the number of the last segment, and what was found."""

    def __init__(self, number: int, without: frozenset[str] = frozenset()) -> None:
        self.number = number
        self.faults: list[Fault] = []
        self._without = without

    def note(self, code: str, message: str, path: str, severity: Severity = Severity.ERROR) -> None:
        """Remember a fault of the segment at hand."""
        self.faults.append(Fault(code, message, self.number, path, severity))

    def open(self, definition: LoopDef) -> OpenLoop:
        """Begin with a loop, whose first segment comes next."""
        return OpenLoop(definition, self.number + 1)

    def child(self, child: Segment | Loop, into: OpenLoop) -> None:
        """Look at the next child of a loop."""
        definition = into.definition
        index = places(definition)
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
            return
        order, place = found
        self._count(order, place, into, at, path)
        if isinstance(child, Loop) and isinstance(place, LoopDef):
            inner = self.open(place)
            for each in child.children:
                self.child(each, inner)
            self.close(inner)
        elif isinstance(child, Segment) and isinstance(place, SegmentDef):
            self.segment(child, place, definition.id)

    def passed(self, id: str, segments: int, into: OpenLoop) -> None:
        """Count a loop that is known to keep the guide."""
        order, place = places(into.definition).by_loop[id]
        self._count(order, place, into, self.number + 1, id)
        self.number += segments

    def close(self, loop: OpenLoop) -> None:
        """Say what a loop lacks that has ended."""
        self._missing(loop.definition, loop.uses, loop.first)

    def _count(self, order: int, place: SegmentDef | LoopDef, into: OpenLoop, at: int, path: str) -> None:
        used = into.uses[order] = into.uses.get(order, 0) + 1
        self._place(place, used, into.last, at, path)
        into.last = max(into.last, place.position)

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
            if not holds(note.kind, [bool(segment.element(position)) for position in note.positions]):
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
        code, wrong = _wrong(text, place, segment, self._without)
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
    return tuple((order, child) for order, child in enumerate(definition.children) if is_required(child, definition))


def is_required(child: SegmentDef | LoopDef, parent: LoopDef) -> bool:
    """Whether a loop lacks something without this child of it."""
    return (child.usage == "R" and child.id not in WRITTEN_BY_WRITER) or _PAIRED.get(parent.id) == child.id


@cache
def codes_of(place: ElementDef, without: frozenset[str] = frozenset()) -> frozenset[str]:
    """The codes that an element may have; none where the guide lists none, or its list is one of those left out."""
    if place.codes:
        return frozenset(place.codes)
    return frozenset() if place.code_set in without else CODE_SETS.get(place.code_set, frozenset())


def _wrong(text: str, place: ElementDef, segment: Segment, without: frozenset[str] = frozenset()) -> tuple[str, str]:
    """The code and words of what is wrong with one text; empty where nothing is."""
    kind = place.type
    codes = codes_of(place, without)
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
        return ("", "") if _is_code(text, codes, place, segment) else ("E834-1012", "is none of the codes of the guide")
    if length > place.max_length:
        return "E834-1011", f"is longer than {place.max_length}"
    if length < place.min_length:
        return "E834-1010", f"is shorter than {place.min_length}"
    if place.number == _DATE_OR_PERIOD and not _is_date_or_period(text, segment.text(place.position - 1)):
        return "E834-1013", "is not the date or period that its format says"
    if text.endswith(" "):
        return "E834-1017", "ends with a space"
    return ("E834-1018", "begins with a space") if text.startswith(" ") else ("", "")


def _is_code(text: str, codes: frozenset[str], place: ElementDef, segment: Segment) -> bool:
    if place.code_set == LANGUAGES:
        return is_language(text, segment.text(place.position - 1))
    return text in codes


def _is_time(text: str) -> bool:
    return read_tm(text) is not None and (len(text) < 6 or text[4:6] < "60")


def _is_date_or_period(text: str, format_: str) -> bool:
    if format_ == "RD8":
        period = read_rd8(text)
        return period is not None and period[0] <= period[1]
    return format_ != "D8" or read_d8(text) is not None


def holds(kind: str, present: Sequence[bool]) -> bool:
    """Whether a condition of this kind is kept, where of its positions, in its order, these are there."""
    if kind == "P":
        return all(present) or not any(present)
    if kind == "R":
        return any(present)
    if kind == "E":
        return sum(present) <= 1
    if kind == "C":
        return not present[0] or all(present)
    return not present[0] or any(present[1:])


def _envelope_faults(interchange: Interchange, guide: Guide) -> Iterator[Fault]:
    """The codes and lengths of what the headers hold as text."""
    yield from interchange_faults(interchange.header, guide, 1)
    number = 1
    for group, sets in interchange.groups:
        number += 1
        yield from group_faults(group, guide, number)
        for one in sets:
            yield from set_faults(one.control_number, guide, number + 1)
            number += 2 + sum(1 for _ in one.body.walk())
        number += 1


def interchange_faults(header: InterchangeHeader, guide: Guide, number: int) -> Iterator[Fault]:
    """What is wrong with the texts of the ISA of this number."""
    isa = {
        1: header.authorization_qualifier, 3: header.security_qualifier, 5: header.sender_qualifier,
        7: header.receiver_qualifier,
    }  # fmt: skip
    yield from _header_texts("ISA", isa, guide.loop("ISA_LOOP"), number)
    if not header.sender_id or not header.receiver_id:
        yield Fault("E834-1008", "sender and receiver are required", number, "ISA_LOOP/ISA")


def group_faults(group: GroupHeader, guide: Guide, number: int) -> Iterator[Fault]:
    """What is wrong with the texts of the GS of this number."""
    gs = {1: group.functional_id, 2: group.application_sender, 3: group.application_receiver, 8: group.version}
    yield from _header_texts("GS", gs, guide.loop("GS_LOOP"), number)


def set_faults(control_number: str, guide: Guide, number: int) -> Iterator[Fault]:
    """What is wrong with the texts of the ST of this number."""
    yield from _header_texts("ST", {2: control_number}, guide.loop("ST_LOOP"), number)


def _header_texts(id: str, texts: dict[int, str], loop: LoopDef, number: int) -> Iterator[Fault]:
    definition = next(segment for segment in loop.segments() if segment.id == id)
    segment = Segment(id, ())
    for position, text in texts.items():
        place = definition.elements[position - 1]
        code, wrong = _wrong(text, place, segment) if text else ("E834-1008", "is required and missing")
        if code:
            yield Fault(code, f"{place.name} {wrong}", number, f"{loop.id}/{place.ref}")
