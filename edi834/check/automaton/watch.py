"""What reading a stream shares, and whom it tells what it reads: the rules about people ask the same bytes on the way.

A watcher is told interchanges, sets, and members, whether the automaton accepted them or not, in the order of
the file, and holds of them what it needs; one who watches nothing costs nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from edi834.check.automaton.tally import Tally
from edi834.check.automaton.window import Window
from edi834.check.fault import Fault
from edi834.x12 import Delimiters, Guide, Loop, Segment
from edi834.x12.reader import InterchangeReader
from edi834.x12.reading.tokens import RawSegment

__all__ = ["GuideOptions", "Reading", "Unwatched", "Watcher", "in_one_line", "loops_in"]

_BLANKS = (b" ", b"\t", b"\r", b"\n")


class Watcher(Protocol):
    """Reported of what is read; what it finds is found in the file."""

    def begins_interchange(self, reader: InterchangeReader) -> None:
        """An interchange begins."""

    def envelope(self, segment: RawSegment) -> None:
        """A segment of the envelope comes next, which the reader has not read yet."""

    def after(self, segment: RawSegment, reader: InterchangeReader) -> None:
        """The reader has read that segment of the envelope."""

    def misplaced(self, segment: RawSegment) -> None:
        """A segment stands outside of every set."""

    def begins_set(self, reader: InterchangeReader, guide: Guide) -> None:
        """A set begins that a guide is known for."""

    def accepted_header(self, content: bytes, number: int, /) -> Iterable[Fault]:
        """The automaton accepted a header, whose first segment has this number in the file."""

    def accepted_members(self, content: bytes, number: int, /) -> Iterable[Fault]:
        """The automaton accepted members, whole ones, one behind the other."""

    def placed(self, child: Segment | Loop, number: int, /) -> Iterable[Fault]:
        """The reader placed something directly in the set, whose first segment has this number."""

    def ends_set(self) -> Iterable[Fault]:
        """The set ends that begun last."""

    def ends_interchange(self, reader: InterchangeReader, last: int) -> None:
        """The interchange ends with the segment of this number."""


@dataclass(frozen=True, slots=True)
class GuideOptions:
    """How a file is checked against the guide.

    Attributes:
      without: The lists kept by others that are not asked: ``states``, ``countries``, ``languages``.
      most_of_one_code: How many findings of one code and severity are kept; all of them are counted.
    """

    without: frozenset[str] = frozenset()
    most_of_one_code: int = 1000


@dataclass(slots=True)
class Reading:
    """A file being read.

    Attributes:
      window: The bytes at hand.
      options: How it is checked.
      watcher: Who is told of it, if anybody.
      tally: What was found so far.
      counts: Sets, members, and members that the automaton accepted.
      number: The number of the segment read last.
    """

    window: Window
    options: GuideOptions
    watcher: Watcher | None
    tally: Tally
    counts: Counter[str] = field(default_factory=Counter)
    number: int = 0


class Unwatched:
    """Watches nothing; whoever watches a little says only what."""

    def begins_interchange(self, reader: InterchangeReader) -> None: ...

    def envelope(self, segment: RawSegment) -> None: ...

    def after(self, segment: RawSegment, reader: InterchangeReader) -> None: ...

    def misplaced(self, segment: RawSegment) -> None: ...

    def begins_set(self, reader: InterchangeReader, guide: Guide) -> None: ...

    def accepted_header(self, _content: bytes, _number: int, /) -> Iterable[Fault]:
        return ()

    def accepted_members(self, _content: bytes, _number: int, /) -> Iterable[Fault]:
        return ()

    def placed(self, _child: Segment | Loop, _number: int, /) -> Iterable[Fault]:
        return ()

    def ends_set(self) -> Iterable[Fault]:
        return ()

    def ends_interchange(self, reader: InterchangeReader, last: int) -> None: ...


def in_one_line(content: bytes, delimiters: Delimiters) -> bytes:
    """A piece of a file without the blanks behind its terminators, beginning with its first segment."""
    end = delimiters.segment.encode("latin-1")
    if content[:1] in _BLANKS:
        content = content.lstrip(b" \t\r\n")
    if re.search(re.escape(end) + rb"[ \t\r\n]", content):
        content = re.sub(re.escape(end) + rb"[ \t\r\n]+", end.replace(b"\\", rb"\\"), content)
    return content


def loops_in(content: bytes, delimiters: Delimiters, id: bytes = b"INS") -> Iterator[list[bytes]]:
    """The segments of each loop in a piece of a file that was accepted, without their terminators.

    Args:
      content: Whole loops, one behind the other, in one line.
      delimiters: Of the file.
      id: The segment with which each begins: INS of a person, BGN of a header.
    """
    end, begins = delimiters.segment.encode("latin-1"), id + delimiters.element.encode("latin-1")
    first, *others = content.rstrip(end).split(end + begins)
    for piece in (first.removeprefix(begins), *others):
        segments = piece.split(end)
        segments[0] = begins + segments[0]
        yield segments
