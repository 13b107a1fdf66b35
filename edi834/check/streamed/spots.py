"""Where in a stream a segment is: interchange, group, set and place, of whatever was read lately.

Faults are reported soon after they are read, so that of envelopes only the last few are remembered.
What it gives is what ``standing.py`` gives of a file in memory.
"""

from __future__ import annotations

from bisect import bisect_right

from edi834.check.standing import Spot
from edi834.x12.reading.tokens import RawSegment

__all__ = ["RecentSpots"]

_REMEMBERED = 32


class RecentSpots:
    """Learns of each segment of the envelope, and tells where a segment of some number is.

    Attributes:
      interchange: How many interchanges there were.
      groups: How many groups, in all of them.
    """

    def __init__(self) -> None:
        self.interchange = self.groups = 0
        self._group = 0  # of the interchange
        self._in_group = self._in_set = False
        self._firsts: list[int] = []
        self._spots: list[Spot] = []

    def begin_interchange(self, number: int) -> None:
        """An ISA of this number."""
        self.interchange += 1
        self._group, self._in_group, self._in_set = 0, False, False
        self._add(number, Spot(self.interchange))

    def envelope(self, segment: RawSegment) -> None:
        """A segment of the envelope behind ISA."""
        id, number = segment.id, segment.number
        if self._in_set:
            self._in_set = False
            self._add(number + (id == "SE"), Spot(self.interchange, self._group))
        if id == "GS" or (id == "ST" and not self._in_group):
            self._group += 1
            self.groups += 1
            self._in_group = True
            self._add(number, Spot(self.interchange, self._group))
        if id == "ST":
            self._in_set = True
            self._add(number, Spot(self.interchange, self._group, segment.text(2), 1))
        elif id in ("GE", "IEA"):
            self._in_group = False
            if id == "IEA":
                self._add(number, Spot(self.interchange))

    def end_interchange(self, last: int) -> None:
        """The interchange ends behind a segment of this number; a set that is open is not open any more."""
        if self._in_set:
            self._in_set = False
            self._add(last + 1, Spot(self.interchange, self._group))

    def at(self, number: int) -> Spot:
        """The spot of the segment of this number; an empty one where the file as a whole is meant."""
        at = bisect_right(self._firsts, number) - 1
        if number < 1 or at < 0:
            return Spot()
        spot = self._spots[at]
        if not spot.position:
            return spot
        return Spot(spot.interchange, spot.group, spot.set_number, number - self._firsts[at] + 1)

    def _add(self, first: int, spot: Spot) -> None:
        if len(self._firsts) > 2 * _REMEMBERED:
            del self._firsts[:_REMEMBERED], self._spots[:_REMEMBERED]
        self._firsts.append(first)
        self._spots.append(spot)
