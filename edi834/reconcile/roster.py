"""A carrier's roster: everybody it holds through one feed, read in portions, and refused unless it is whole and ours.

An 834 is cut into small files of some members each, so that a hundred thousand people need no tree of them all; its
counts and control numbers are checked on the way. A flat file is read by its layout, which checks its counts.
What is held against it is ``comparing.py``'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from edi834.check.facts import PersonFacts, flat_wording, x12_wording
from edi834.errors import HeldError
from edi834.flat import read_flat
from edi834.mapping import CompiledMapping
from edi834.mapping.flat_spec import CompiledFlat
from edi834.x12 import read

__all__ = ["Roster", "read_flat_roster", "read_x12_roster"]

_PORTION = 500  # members in one piece of an 834
_ISA = 106
_BORNE = frozenset({"E834-0517", "E834-0518", "E834-0520", "E834-0522", "E834-0524"})
"""What is wrong with single segments: their neighbours are whole, and a carrier's file is not ours to correct."""


@dataclass(frozen=True, slots=True)
class Roster:
    """What the carrier holds.

    Attributes:
      people: Everybody in it, numbered from 1.
      names: The facts that it tells.
    """

    people: tuple[PersonFacts, ...] = field(repr=False)
    names: frozenset[str]


def read_x12_roster(content: bytes, mapping: CompiledMapping, ids: Collection[str]) -> Roster:
    """Read an 834 as a roster.

    Args:
      content: The file, with any delimiters.
      mapping: How its codes are read.
      ids: The sender's and receiver's ids that it must stand between, in either direction; none: not asked.

    Raises:
      HeldError: it is cut off, its counts do not fit (E834-0971), or it is between others (E834-0970).
    """
    wording = x12_wording(mapping)
    people: list[PersonFacts] = []
    for piece in _Pieces(content, frozenset(ids)).pieces():
        reading = read(piece)
        wrong = next((f for f in reading.findings if f.code not in _BORNE), None)
        if wrong is not None:
            raise _broken(f"{wrong.message} ({wrong.code})")
        account = wording.read_x12(reading.interchanges)
        before = len(people)
        people += [replace(person, number=before + n) for n, person in enumerate(account.people, start=1)]
    if not people:
        raise _broken("it lists nobody")
    return Roster(tuple(people), frozenset(wording.carries))


def read_flat_roster(content: bytes, compiled: CompiledFlat) -> Roster:
    """Read a flat file as a roster, by its layout.

    Raises:
      HeldError: it is not what the layout says: cut off, or its counts do not fit (E834-0971).
    """
    reading = read_flat(compiled.layout, content)
    wrong = next((problem for problem in reading.problems if problem.is_error), None)
    if wrong is not None:
        raise _broken(f"{wrong.message} ({wrong.code}{f', record {wrong.record}' if wrong.record else ''})")
    account = flat_wording(compiled).read_flat(reading, compiled)
    if not account.people:
        raise _broken("it lists nobody")
    return Roster(account.people, frozenset(account.carries))


class _Pieces:
    """One 834, cut before members; each piece is a small whole file with the envelope and header of the large one."""

    def __init__(self, content: bytes, ids: frozenset[str]) -> None:
        self._content = content.lstrip()
        if not self._content.startswith(b"ISA") or len(self._content) < _ISA:
            raise _broken("it does not begin with an envelope")
        self._element, self._end = self._content[3:4], self._content[105:106]
        self._ids = ids
        self._isa = self._gs = b""
        self._header: list[bytes] = []
        self._members: list[bytes] = []
        self._totals: dict[bytes, int] = {}
        self._segments_in = self._people = self._inside = self._sets = 0
        self._is_open = self._is_in_set = False

    def pieces(self) -> Iterator[bytes]:
        steps = {b"ISA": self._isa_begins, b"GS": self._group, b"ST": self._set, b"GE": self._group_ends,
                 b"IEA": self._isa_ends}  # fmt: skip
        for segment in self._segments():
            parts = segment.split(self._element)
            self._segments_in += 1
            if not self._is_open and parts[0] != b"ISA":
                raise _broken("something follows after its end")
            if parts[0] in steps:
                steps[parts[0]](segment, parts)
            elif parts[0] == b"SE":
                self._set_ends(parts)
                yield self._piece()
            elif self._is_in_set:
                if parts[0] == b"INS":
                    self._people += 1
                    if len(self._members) and self._inside == _PORTION:
                        yield self._piece()
                        self._members, self._inside = [], 0
                    self._inside += 1
                self._keep(segment, parts)
        if self._is_open:
            raise _broken("it is cut off: its envelope is not closed")

    def _isa_begins(self, segment: bytes, parts: list[bytes]) -> None:
        if self._is_open:
            raise _broken("an envelope begins within another")
        self._isa, self._is_open = segment, True
        self._require_ours(parts)

    def _isa_ends(self, _: bytes, parts: list[bytes]) -> None:
        if parts[2:3] != self._isa.split(self._element)[13:14]:
            raise _broken("its beginning and its end have different control numbers")
        self._is_open = False

    def _group(self, segment: bytes, _: list[bytes]) -> None:
        self._gs, self._sets = segment, 0

    def _group_ends(self, _: bytes, parts: list[bytes]) -> None:
        if self._number(parts, 1) != self._sets:
            raise _broken("it does not hold as many transaction sets as it says")

    def _set(self, segment: bytes, _: list[bytes]) -> None:
        self._header, self._members, self._totals, self._is_in_set = [segment], [], {}, True
        self._segments_in, self._people, self._inside = 1, 0, 0

    def _set_ends(self, parts: list[bytes]) -> None:
        if not self._is_in_set or self._number(parts, 1) != self._segments_in:
            raise _broken("a transaction set does not hold as many segments as it says")
        if self._totals.get(b"TO", self._people) != self._people:
            raise _broken("a transaction set does not hold as many people as it says")
        self._sets += 1
        self._is_in_set = False

    def _keep(self, segment: bytes, parts: list[bytes]) -> None:
        if self._people:
            self._members.append(segment)
        elif parts[0] == b"QTY" and len(parts) > 2:
            self._totals[parts[1]] = self._number(parts, 2)  # of the whole set: no piece repeats it
        else:
            self._header.append(segment)

    def _segments(self) -> Iterator[bytes]:
        at = 0
        while at < len(self._content):
            end = self._content.find(self._end, at)
            if end < 0:
                if self._content[at:].strip():
                    raise _broken("it is cut off within a segment")
                return
            segment = self._content[at:end].lstrip(b"\r\n") if at else self._content[:end]
            if segment:
                yield segment
            at = end + 1

    def _piece(self) -> bytes:
        isa, gs, st = (one.split(self._element) for one in (self._isa, self._gs, self._header[0]))
        inside = str(len(self._header) + len(self._members) + 1).encode()
        closing = ([b"SE", inside, *st[2:3]], [b"GE", b"1", *gs[6:7]], [b"IEA", b"1", *isa[13:14]])
        ends = [self._element.join(parts) for parts in closing]
        return self._end.join([self._isa, self._gs, *self._header, *self._members, *ends, b""])

    def _require_ours(self, parts: list[bytes]) -> None:
        if len(parts) < 17:
            raise _broken("its envelope is not whole")
        between = {parts[n].decode("ascii", "replace").strip() for n in (6, 8)}
        if self._ids and between != self._ids:
            raise HeldError(
                f"the roster stands between {' and '.join(sorted(between))}, "
                f"and the feed's files between {' and '.join(sorted(self._ids))}",
                code="E834-0970",
            )

    def _number(self, parts: list[bytes], at: int) -> int:
        text = parts[at] if len(parts) > at else b""
        return int(text) if text.isdigit() and len(text) <= 15 else -1


def _broken(why: str) -> HeldError:
    return HeldError(f"the roster is not whole: {why}; nothing of it is compared", code="E834-0971")
