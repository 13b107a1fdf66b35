"""What a stream of findings leaves behind: some of each code, the number of all, and no value.

A file of millions of segments may have millions of faults; memory is for a bounded number of each kind.
An identifier that the guide does not know may be anybody's name, so it is never repeated.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from edi834.check.fault import Fault
from edi834.model import Severity
from edi834.x12 import GUIDE_005010X220A1, ReadFinding
from edi834.x12.reading.tokens import RawSegment

__all__ = ["Tally", "is_familiar", "of_reader"]

_ENVELOPE = ("ISA", "GS", "ST", "SE", "GE", "IEA", "TA1")
_KNOWN = frozenset({*_ENVELOPE, *(one.id for loop in GUIDE_005010X220A1.loops.values() for one in loop.segments())})
_QUALIFIERS = frozenset(
    (one.id, code)
    for loop in GUIDE_005010X220A1.loops.values()
    for one in loop.segments()
    if one.elements
    for code in one.elements[0].codes
)
_REPORTED = re.compile(r"([A-Z][A-Z0-9]{1,2}?)(?:\[([^\]]*)\])?(?:\d\d(?:-\d+)?)?")
"""A segment and its element in an address: identifier, qualifier, element."""
_PLACED_BY_READER = ("E834-0517", "E834-0518")
_PLACED_BY_GUIDE = ("E834-1001", "E834-1003")


def of_reader(found: ReadFinding) -> Fault:
    """A finding of the reader as a fault: with its address, and how bad it is."""
    # A letter as ISA11 is the habit of 4010: such a file repeats nothing, and is understood.
    habit = found.code == "E834-0512" and found.element == 11
    path = f"{found.loop}/{found.segment_id}" + (f"{found.element:02}" if found.element else "")
    return Fault(found.code, found.message, found.segment_number, path, Severity.WARNING if habit else Severity.ERROR)


def is_familiar(segment: RawSegment) -> bool:
    """Whether the guide has a segment of this identifier anywhere."""
    return segment.id in _KNOWN


class Tally:
    """What was found so far.

    Attributes:
      kept: The first faults of each code and severity.
      seen: How many there were of each.
    """

    def __init__(self, most: int, found: Callable[[Fault, Fault | None], None] | None = None) -> None:
        """Begin with nothing.

        Args:
          most: How many faults of each code and severity are kept.
          found: Reported of each fault, and of what is kept of it, if it is; then nothing is kept here.
        """
        self._most, self._found = most, found
        self.kept: list[Fault] = []
        self.seen: Counter[tuple[str, Severity]] = Counter()

    def add(self, faults: Iterable[Fault], strangers: dict[int, str] | None = None) -> None:
        """Take faults; `strangers` are the identifiers that the guide does not know, by the segment's number."""
        for fault in faults:
            kind = fault.code, fault.severity
            self.seen[kind] += 1
            kept = self._shown(fault, strangers) if self.seen[kind] <= self._most else None
            if self._found is not None:
                self._found(fault, kept)
            elif kept is not None:
                self.kept.append(kept)

    def _shown(self, fault: Fault, strangers: dict[int, str] | None) -> Fault:
        stranger = strangers.get(fault.number) if strangers else None
        return _masked(fault) if stranger is None else _without(stranger, fault)

    def of_region(self, faults: list[Fault], notes: list[ReadFinding], strangers: dict[int, str]) -> None:
        """Take what the guide and the reader say of the same segments: a misplaced one is reported once."""
        placed = {fault.number for fault in faults if fault.code in _PLACED_BY_GUIDE}
        rest = (one for one in notes if one.code not in _PLACED_BY_READER or one.segment_number not in placed)
        self.add((*faults, *map(of_reader, rest)), strangers)

    def number(self, severity: Severity) -> int:
        """How many of this severity there were."""
        return sum(number for (_, of), number in self.seen.items() if of is severity)


def _without(stranger: str, fault: Fault) -> Fault:
    message = fault.message
    if stranger:
        message = message.replace(f"segment {stranger} ", "such segment ").replace(f"{stranger} has", "the segment has")
    loop = fault.path.partition("/")[0] if "/" in fault.path else ""
    known = loop if loop in GUIDE_005010X220A1.loops else ""
    return replace(fault, message=message, path=known)


def _masked(fault: Fault) -> Fault:
    """The fault, with an identifier and a qualifier in its address only where the guide has them."""
    loop, slash, reported = fault.path.rpartition("/")
    if not reported or reported in GUIDE_005010X220A1.loops:
        return fault
    found = _REPORTED.fullmatch(reported)
    if found is None or found[1] not in _KNOWN:
        return replace(fault, path=loop if loop in GUIDE_005010X220A1.loops else "")
    if found[2] is None or (found[1], found[2]) in _QUALIFIERS:
        return fault
    at = len(loop) + len(slash)
    return replace(fault, path=f"{fault.path[: at + found.start(2)]}?{reported[found.end(2) :]}")
