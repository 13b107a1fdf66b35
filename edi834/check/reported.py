"""What a file tells, as the rules look at it: the tree of a transaction set with every segment numbered.

Segments are numbered as they stand in the file, ISA being 1, so that a person can find them; a member knows its family
where the document says which families the set holds.
It is made for one transaction set at a time, because a file may hold a million people; judging is the rules'.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from edi834.mapping.document import DocumentSet
from edi834.model import FamilyRef
from edi834.x12 import Interchange, Loop, Segment, TransactionSet
from edi834.x12.formats import read_d8, read_rd8

__all__ = [
    "ReportedLoop",
    "ReportedMember",
    "ReportedSegment",
    "ReportedSet",
    "Whose",
    "reported_loop",
    "reported_member",
    "reported_sets",
]


@dataclass(frozen=True, slots=True)
class ReportedSegment:
    """One segment, where it stands.

    Attributes:
      segment: What it says.
      number: Its number in the file.
      loop: The loop it stands in: 2300.
    """

    segment: Segment
    number: int
    loop: str

    @property
    def id(self) -> str:
        """Its identifier: DTP."""
        return self.segment.id

    def text(self, n: int, component: int = 1) -> str:
        """The text at position n, from 1; "" where there is none."""
        return self.segment.text(n, component)

    def path(self, element: int = 0) -> str:
        """Its address in the guide, or that of one of its elements."""
        qualified = f"[{self.text(1)}]" if self.id in ("AMT", "DTP", "QTY", "REF") and self.text(1) else ""
        return f"{self.loop}/{self.id}{qualified}" + (f"{element:02}" if element else "")

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and last day that a DTP tells, the same day twice for a single date; None where it tells none."""
        if self.text(2) == "RD8":
            return read_rd8(self.text(3))
        day = read_d8(self.text(3))
        return None if day is None else (day, day)


@dataclass(frozen=True, slots=True)
class ReportedLoop:
    """One occurrence of a loop.

    Attributes:
      id: As the guide names it.
      segments: The segments directly in it.
      loops: The loops directly in it.
    """

    id: str
    segments: tuple[ReportedSegment, ...]
    loops: tuple[ReportedLoop, ...]

    def all(self, id: str, *firsts: str) -> Iterator[ReportedSegment]:
        """The segments of an identifier directly in it, all or those whose first element is one of these."""
        for one in self.segments:
            if one.segment.id == id and (not firsts or one.segment.text(1) in firsts):
                yield one

    def first(self, id: str, *firsts: str) -> ReportedSegment | None:
        """The first of :meth:`all`, or None."""
        return next(self.all(id, *firsts), None)

    def inner(self, id: str) -> Iterator[ReportedLoop]:
        """The loops of an identifier directly in it."""
        return (one for one in self.loops if one.id == id)

    def walk(self) -> Iterator[ReportedLoop]:
        """This loop and all in it."""
        yield self
        for one in self.loops:
            yield from one.walk()

    def every(self, *ids: str) -> Iterator[ReportedSegment]:
        """The segments of these identifiers, of this loop and all in it."""
        return (one for loop in self.walk() for one in loop.segments if one.segment.id in ids)


@dataclass(frozen=True, slots=True)
class ReportedMember:
    """One person as reported: a 2000 loop.

    Attributes:
      loop: The loop.
      ins: Its INS.
      subscriber_id: REF 0F, "" where there is none.
      policy: REF 1L, "" where it is not reported with the person.
      is_subscriber: INS01.
      action: INS03.
      person: Loop 2100A, where there is one.
      coverages: The 2300 loops.
      family: The family, where the document says which.
    """

    loop: ReportedLoop
    ins: ReportedSegment
    subscriber_id: str
    policy: str
    is_subscriber: bool
    action: str
    person: ReportedLoop | None
    coverages: tuple[ReportedLoop, ...]
    family: FamilyRef | None


@dataclass(frozen=True, slots=True)
class ReportedSet:
    """One transaction set as reported.

    Attributes:
      number: ST02.
      first: The number of its ST in the file.
      last: The number of the segment before its SE.
      header: Loop HEADER; empty where none stands before the people.
      members: Its people, in order.
    """

    number: str
    first: int
    last: int
    header: ReportedLoop
    members: tuple[ReportedMember, ...]

    @property
    def beginning(self) -> ReportedSegment:
        """BGN; an empty one where there is none."""
        return self.header.first("BGN") or ReportedSegment(Segment("BGN", ()), self.first, "HEADER")


class Whose:
    """Tells which family a segment belongs to; made of the sets of a file, in order."""

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._families: list[FamilyRef | None] = []

    def add(self, reported: ReportedSet) -> None:
        """Learn the people of the next set."""
        self._firsts += [member.ins.number for member in reported.members]
        self._families += [member.family for member in reported.members]
        self._firsts.append(reported.last + 1)
        self._families.append(None)

    def family(self, number: int) -> FamilyRef | None:
        """The family of the segment of this number; None outside of people, or where it is not known."""
        at = bisect_right(self._firsts, number)
        return self._families[at - 1] if at else None


def reported_sets(interchange: Interchange, sets: Iterable[DocumentSet] = ()) -> Iterator[ReportedSet]:
    """Give the transaction sets of an interchange one by one, people with their families where the sets name them."""
    families = {one.number: one.families for one in sets}
    number = 1
    for _, group in interchange.groups:
        number += 1
        for one in group:
            number += 1
            reported = _reported_set(one, number, families.get(one.control_number, ()))
            yield reported
            number = reported.last + 1
        number += 1


def reported_loop(loop: Loop, number: int) -> ReportedLoop:
    """One loop, whose first segment has this number in the file."""
    return _numbered(loop, number - 1)[0]


def reported_member(loop: ReportedLoop) -> ReportedMember:
    """One person, of a 2000 loop of a file that does not say whose families it holds."""
    return _member(loop, None)


def _reported_set(one: TransactionSet, first: int, families: tuple[FamilyRef, ...]) -> ReportedSet:
    body, last = _numbered(one.body, first)
    loops = [loop for loop in body.loops if loop.id == "2000"]
    whose = _families(loops, families)
    members = tuple(_member(loop, family) for loop, family in zip(loops, whose, strict=True))
    # A header behind people is the guide check's to find, and says nothing of the set.
    is_headed = bool(body.loops) and body.loops[0].id == "HEADER"
    header = body.loops[0] if is_headed else ReportedLoop("HEADER", (), ())
    return ReportedSet(one.control_number, first, last, header, members)


def _numbered(loop: Loop, number: int) -> tuple[ReportedLoop, int]:
    """The loop with its segments numbered on from the last number, and the last number then."""
    segments: list[ReportedSegment] = []
    loops: list[ReportedLoop] = []
    for child in loop.children:
        if isinstance(child, Loop):
            inner, number = _numbered(child, number)
            loops.append(inner)
        else:
            number += 1
            segments.append(ReportedSegment(child, number, loop.id))
    return ReportedLoop(loop.id, tuple(segments), tuple(loops)), number


def _member(loop: ReportedLoop, family: FamilyRef | None) -> ReportedMember:
    ins = loop.first("INS") or ReportedSegment(
        Segment("INS", ()), loop.segments[0].number if loop.segments else 0, "2000"
    )
    return ReportedMember(
        loop=loop,
        ins=ins,
        subscriber_id=_reference(loop, "0F"),
        policy=_reference(loop, "1L"),
        is_subscriber=ins.text(1) == "Y",
        action=ins.text(3),
        person=next(loop.inner("2100A"), None),
        coverages=tuple(loop.inner("2300")),
        family=family,
    )


def _reference(loop: ReportedLoop, kind: str) -> str:
    found = loop.first("REF", kind)
    return found.text(2) if found else ""


def _families(loops: list[ReportedLoop], families: tuple[FamilyRef, ...]) -> list[FamilyRef | None]:
    """Whose each loop is. A family begins with its subscriber, or with another subscriber identifier.

    Where that does not give as many families as the document has, nobody is named: a wrong name is worse than none.
    """
    for told_once in (True, False):  # a subscriber who ends and is added anew stands there twice
        run, runs = -1, []
        before: str | None = None
        for loop in loops:
            ins, identifier = loop.first("INS"), _reference(loop, "0F")
            if identifier != before or (told_once and ins is not None and ins.text(1) == "Y"):
                run += 1
            before = identifier
            runs.append(run)
        if run + 1 == len(families):
            return [families[at] for at in runs]
    return [None] * len(loops)
