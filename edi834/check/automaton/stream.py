"""A file of any size against the guide: members that the automaton passes are counted, all others are looked into.

What is found is what the reader and ``guide_check.py`` find of the same file, of which at most a window and one
member are held at a time: the automaton only accepts, and what it accepts has no fault. Envelopes, and the segments
of a member that it does not accept, go through the reader's own steps.
Totals, situations and anything that asks about more than one member are asked by whoever watches (``watch.py``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from edi834.check.automaton.interchange import MOST_SEGMENTS, StreamedInterchange
from edi834.check.automaton.tally import Tally
from edi834.check.automaton.watch import GuideOptions, Reading, Watcher
from edi834.check.automaton.window import Source, Window
from edi834.check.fault import Fault
from edi834.model import Severity
from edi834.x12 import GUIDES, Delimiters, ReadFinding
from edi834.x12.reader import InterchangeReader
from edi834.x12.reading.tokens import RawSegment, opened

__all__ = ["MOST_SEGMENTS", "GuideCheck", "GuideOptions", "Source", "check_stream", "read_stream"]

_ISA_WINDOW = 512


@dataclass(frozen=True, slots=True)
class GuideCheck:
    """What the guide check says of a file.

    Attributes:
      findings: What was found, in the order of the file; of each code and severity at most as many as asked for.
      by_code: How often each code was found, in all.
      errors: How many errors.
      warnings: How many warnings.
      segments: How many segments the file has.
      sets: How many transaction sets.
      members: How many members.
      passed: How many members the automaton accepted; the others were looked into segment by segment.
    """

    findings: tuple[Fault, ...]
    by_code: Mapping[str, int]
    errors: int
    warnings: int
    segments: int
    sets: int
    members: int
    passed: int


def check_stream(source: Source, options: GuideOptions | None = None, watcher: Watcher | None = None) -> GuideCheck:
    """Check a file against the guide, whatever its bytes are; memory does not grow with it.

    What does grow: the control numbers of the transaction sets of a group, which must differ.

    Args:
      source: The file.
      options: How.
      watcher: Who is told what is read.
    """
    options = options or GuideOptions()
    tally = Tally(options.most_of_one_code)
    reading = read_stream(source, options, tally, watcher)
    by_code: Counter[str] = Counter()
    for (code, _), number in tally.seen.items():
        by_code[code] += number
    return GuideCheck(
        tuple(sorted(tally.kept, key=lambda fault: (fault.number, fault.severity != Severity.ERROR, fault.code))),
        dict(sorted(by_code.items())), tally.number(Severity.ERROR), tally.number(Severity.WARNING), reading.number,
        reading.counts["sets"], reading.counts["members"], reading.counts["passed"],
    )  # fmt: skip


def read_stream(source: Source, options: GuideOptions, tally: Tally, watcher: Watcher | None = None) -> Reading:
    """Check a file as :func:`check_stream` does, into a tally; and give what was counted."""
    reading = Reading(Window(source), options, watcher, tally)
    _Stream(reading).run()
    return reading


class _Stream:
    """A file being checked: one interchange after the other."""

    def __init__(self, reading: Reading) -> None:
        self.reading, self.window = reading, reading.window
        self._seen: set[tuple[str, str, int]] = set()

    def run(self) -> None:
        notes: list[ReadFinding] = []
        begun = self._first_isa(notes)
        while begun and self.window.held:
            divided = opened(self.window.text(_ISA_WINDOW), 0, self.reading.number + 1, notes)
            if divided is None:
                break
            raw, length = divided
            self.window.at += length
            self.reading.number += 1
            reader = InterchangeReader(raw, GUIDES, notes, keep=False)
            header = reader.header
            key = (header.sender_id, header.receiver_id, header.control_number)
            if key in self._seen:
                reader.note("E834-0523", "the interchange control number is used twice in the file", raw.isa)
            self._seen.add(key)
            last = StreamedInterchange(self.reading, reader, notes).run()
            begun = self._next_isa(raw.delimiters, last, notes)
        self.window.skip_rest()
        if not self.window.is_ascii:
            message = "the file holds bytes outside ASCII; they are read as Latin-1"
            notes.append(ReadFinding("E834-0522", message))
        self.reading.tally.of_region([], notes, {})

    def _first_isa(self, notes: list[ReadFinding]) -> bool:
        if self.window.skip_blanks() and self.window.text(3) == "ISA":
            return True
        found = self.window.find(b"ISA")
        message = "text stands before the interchange" if found else "there is no interchange: no ISA segment"
        notes.append(ReadFinding("E834-0521" if found else "E834-0511", message))
        return found

    def _next_isa(self, delimiters: Delimiters, last: RawSegment, notes: list[ReadFinding]) -> bool:
        """Go to the next interchange; text that is none is reported."""
        window = self.window
        if window.unended:
            notes.append(ReadFinding("E834-0524", "the last segment has no terminator", last.number, last.id))
            return False
        if not window.skip_blanks() and not window.idle:
            return False
        if window.text(3) == "ISA":
            return True
        notes.append(ReadFinding("E834-0521", "text stands after the interchange", last.number, last.id))
        return window.find(b"ISA" + delimiters.element.encode("latin-1"))
