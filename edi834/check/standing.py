"""Where each segment of a file stands: the numbers of the segments of each group and transaction set.

The tree that the reader gives holds no envelope and no numbers, and a broken file has segments outside of every set;
here both are counted as they stand in the file, ISA of the first interchange being 1, by the reader's own steps.
What is wrong with the envelope is the reader's to say.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from edi834.x12 import Interchange, TransactionSet
from edi834.x12.document import GroupHeader
from edi834.x12.reading.tokens import RawInterchange

__all__ = ["JudgedInterchange", "Spot", "Spots", "StandingGroup", "StandingSet"]


@dataclass(slots=True)
class StandingSet:
    """One transaction set.

    Attributes:
      kind: ST01, 834.
      numbers: Of ST, of every segment in it, and of SE; the last one twice where SE is missing.
      ended: Whether SE ends it.
    """

    kind: str
    numbers: list[int]
    ended: bool = False


@dataclass(slots=True)
class StandingGroup:
    """One group: the number of its GS (of its first ST where there is none), and its sets."""

    number: int
    sets: list[StandingSet] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class JudgedInterchange:
    """One interchange as it stands and as it was understood; it holds values about people, and is never printed.

    Attributes:
      raw: Every segment of it as it stands.
      reported: The tree that the reader made.
      standing: The numbers, one entry for each group of the tree.
    """

    raw: RawInterchange = field(repr=False)
    reported: Interchange = field(repr=False)
    standing: tuple[StandingGroup, ...] = field(repr=False)

    @classmethod
    def of(cls, raw: RawInterchange, reported: Interchange) -> JudgedInterchange:
        """Count the segments of an interchange."""
        return cls(raw, reported, tuple(_standing(raw)))

    def groups(self) -> Iterator[tuple[GroupHeader, StandingGroup, tuple[TransactionSet, ...]]]:
        """Each group with its numbers and its sets."""
        for (header, sets), standing in zip(self.reported.groups, self.standing, strict=True):
            yield header, standing, sets


def _standing(raw: RawInterchange) -> list[StandingGroup]:
    groups: list[StandingGroup] = []
    group: StandingGroup | None = None
    one: StandingSet | None = None
    before = raw.isa.number
    for segment in raw.segments:
        if segment.id in ("GS", "ST", "GE", "IEA") and one is not None:
            one.numbers.append(before)
            one = None
        if segment.id == "GS":
            group = StandingGroup(segment.number)
            groups.append(group)
        elif segment.id == "ST":
            if group is None:
                group = StandingGroup(segment.number)
                groups.append(group)
            one = StandingSet(segment.text(1), [segment.number])
            group.sets.append(one)
        elif segment.id in ("GE", "IEA"):
            group = None
        elif one is not None:
            one.numbers.append(segment.number)
            if segment.id == "SE":
                one.ended, one = True, None
        before = segment.number
    if one is not None:
        one.numbers.append(before)
    return groups


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a segment is: the interchange and group, counted from 1, the set's number, and its place, ST being 1."""

    interchange: int = 0
    group: int = 0
    set_number: str = ""
    position: int = 0


class Spots:
    """Tells of a segment's number where it is; made once for a file."""

    def __init__(self, interchanges: Iterable[JudgedInterchange]) -> None:
        self._firsts: list[int] = []
        self._spots: list[Spot] = []
        for n, one in enumerate(interchanges, start=1):
            self._add(one.raw.isa.number, Spot(n))
            for m, (_, standing, sets) in enumerate(one.groups(), start=1):
                self._add(standing.number, Spot(n, m))
                for reported, at in zip(sets, standing.sets, strict=True):
                    self._add(at.numbers[0], Spot(n, m, reported.control_number, 1))
                    self._add(at.numbers[-1] + 1, Spot(n, m))
            if one.raw.segments and one.raw.segments[-1].id == "IEA":
                self._add(one.raw.segments[-1].number, Spot(n))

    def _add(self, first: int, spot: Spot) -> None:
        self._firsts.append(first)
        self._spots.append(spot)

    def at(self, number: int) -> Spot:
        """The spot of the segment of this number; an empty one where the file as a whole is meant."""
        at = bisect_right(self._firsts, number) - 1
        if number < 1 or at < 0:
            return Spot()
        spot = self._spots[at]
        if not spot.position:
            return spot
        return Spot(spot.interchange, spot.group, spot.set_number, number - self._firsts[at] + 1)
