"""What stands in a sample, place by place: for each person, each coverage and each other insurance, address and text.

Addresses are those that a mapping assigns to; a reference, date or amount that stands several times at one place is
read each time, of other segments the first is read and the others are counted. Which kind of loop stands for a thing
of its own is the guide's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from edi834.x12 import GUIDE_005010X220A1 as GUIDE
from edi834.x12 import Loop, Segment, SegmentDef, definition_of
from edi834.x12.path import Path
from edi834.x12.segment import Element, Repeated

__all__ = ["QUALIFIED", "REPEATED", "Observed", "address_of", "observe", "observe_header"]

REPEATED = "\x1f"
"""Stands between the values of a repetition where they are looked at as one text; no file may hold it."""
_UNREPORTED = frozenset({"LX", "LS", "LE", "DTP02", "DMG01", "INS11"})
_FORMATS = frozenset({"1250"})
QUALIFIED = frozenset({"REF", "DTP", "AMT", "QTY"})
"""Segments of a qualifier and one text, whose uses are told apart by the qualifier."""


@dataclass(slots=True)
class Observed:
    """One thing: a header, a person, a coverage or another insurance, with what stands in it.

    Attributes:
      texts: By address, the text.
      contacts: By kind (HP, EM), the number or address of a PER, in the order of standing.
      also: By address, what stands there a second time and after.
      again: Addresses of segments that stand more often than is read.
      parts: The coverages of a person, the other insurances of a coverage.
      categories: Reporting categories by name, each with what stands in it.
    """

    texts: dict[str, str] = field(default_factory=dict, repr=False)
    contacts: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    also: dict[str, list[str]] = field(default_factory=dict, repr=False)
    again: Counter[str] = field(default_factory=Counter)
    parts: list[Observed] = field(default_factory=list)
    categories: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)

    def text(self, address: str) -> str:
        """The text at an address, '' where nothing stands."""
        return self.texts.get(address, "")

    def every_text(self, address: str) -> list[str]:
        """Everything that stands at an address, in order."""
        return [self.texts[address], *self.also.get(address, ())] if address in self.texts else []


def observe_header(loop: Loop) -> Observed:
    """What stands in a header."""
    found = Observed()
    _walk(loop, found)
    return found


def observe(loop: Loop) -> Observed:
    """What stands in a person's loop 2000."""
    found = Observed()
    _walk(loop, found)
    return found


def _walk(loop: Loop, found: Observed) -> None:
    definition = GUIDE.loops.get(loop.id)
    seen: Counter[str] = Counter()
    for segment in loop.segments():
        use = definition_of(segment, definition) if definition else None
        if use is not None and segment.id not in _UNREPORTED:
            base = address_of(loop.id, segment, use)
            seen[base] += 1
            _note(loop.id, segment, use, found, is_first=seen[base] == 1)
    met: Counter[str] = Counter()
    for child in loop.loops():
        met[child.id] += 1
        if child.id in ("2300", "2320"):
            part = Observed()
            _walk(child, part)
            found.parts.append(part)
        elif child.id == "2700":
            _category(child, found.categories)
        elif met[child.id] == 1:
            _walk(child, found)
        else:
            found.again[child.id] += 1


def _note(loop: str, segment: Segment, use: SegmentDef, found: Observed, *, is_first: bool) -> None:
    base = address_of(loop, segment, use)
    if is_first and segment.id == "PER":
        found.contacts[loop] = {segment.text(n): segment.text(n + 1) for n in (3, 5, 7) if segment.text(n)}
    elif is_first:
        found.texts.update(_texts(base, segment, use))
    elif segment.id in QUALIFIED and use.max_use != 1:
        for address, text in _texts(base, segment, use):
            found.also.setdefault(address, []).append(text)
    else:
        found.again[base] += 1


def address_of(loop: str, segment: Segment, use: SegmentDef) -> str:
    """The address of a segment: with its qualifier where the guide's uses of it are told apart by one."""
    reported_apart = segment.id in QUALIFIED or sum(
        1 for other in GUIDE.loops[loop].segments() if other.id == use.id
    ) > 1  # fmt: skip
    return str(Path(loop, segment.id, segment.text(1) if reported_apart else ""))


def _texts(base: str, segment: Segment, use: SegmentDef) -> Iterator[tuple[str, str]]:
    for n, value in enumerate(segment.elements, start=1):
        known = use.element(n)
        if known is None or known.number in _FORMATS or known.usage == "N" or (n == 1 and "[" in base):
            continue
        for part in range(1, len(known.components) + 1) if known.components else (0,):
            text = REPEATED.join(filter(None, _repetitions(value, part)))
            if text:
                yield f"{base}{n:02}" + (f"-{part}" if part else ""), text


def _repetitions(value: Element, part: int) -> Iterator[str]:
    """The text of one component, or of the whole where there are none, in each repetition."""
    for one in value.values if isinstance(value, Repeated) else (value,):
        parts = one if isinstance(one, tuple) else (one,)
        at = max(part, 1)
        yield parts[at - 1] if at <= len(parts) else ""


def _category(loop: Loop, into: dict[str, dict[str, str]]) -> None:
    for inner in loop.loops("2750"):
        texts: dict[str, str] = {}
        name = ""
        for segment in inner.segments():
            if segment.id == "N1":
                name = segment.text(2)
            elif segment.id in ("REF", "DTP"):
                element = 2 if segment.id == "REF" else 3
                texts[f"{segment.id}[{segment.text(1)}]{element:02}"] = segment.text(element)
        if name:
            into[_unused(name, into)] = texts


def _unused(name: str, into: Mapping[str, object]) -> str:
    """The name, or where a category of that name stands already, with which one it is."""
    number, key = 1, name
    while key in into:
        number += 1
        key = f"{name} ({number})"
    return key


def every_address(things: list[Observed]) -> Mapping[str, int]:
    """How many things have a text at each address, in the order of first meeting."""
    met: dict[str, int] = {}
    for thing in things:
        for address in thing.texts:
            met[address] = met.get(address, 0) + 1
    return met
