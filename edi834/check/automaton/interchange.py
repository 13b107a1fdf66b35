"""One interchange of a stream: its envelope by the reader's own steps, its members by the automaton where that accepts.

What a member that is not accepted holds is placed, walked and forgotten before the next one comes.
Which interchange follows which is ``stream.py``'s; what the rules about people ask of a stream, ``watch.py``'s.
"""

from __future__ import annotations

import re

from edi834.check.automaton.loops import Automaton, automaton
from edi834.check.automaton.tally import is_familiar
from edi834.check.automaton.watch import Reading
from edi834.check.automaton.window import MOST_BYTES
from edi834.check.fault import Fault
from edi834.check.guide_check import OpenLoop, Walk, group_faults, interchange_faults, set_faults
from edi834.check.spelling import check_spelling
from edi834.x12 import GUIDES, Guide, Loop, ReadFinding
from edi834.x12.reader import InterchangeReader
from edi834.x12.reading.placing import SetReader
from edi834.x12.reading.tokens import RawInterchange, RawSegment

__all__ = ["MOST_SEGMENTS", "StreamedInterchange"]

MOST_SEGMENTS = 10_000
"""How many segments of one member, or of one header, are looked into."""

_ENVELOPE = ("ISA", "GS", "ST", "SE", "GE", "IEA")


class StreamedInterchange:
    """One interchange being checked."""

    def __init__(self, stream: Reading, reader: InterchangeReader, notes: list[ReadFinding]) -> None:
        self._stream, self._reader, self._notes = stream, reader, notes
        self._delimiters = reader.raw.delimiters
        mark = re.escape(self._delimiters.element)
        end = re.escape(self._delimiters.segment)
        self._boundary = re.compile(f"{end}[ \\t\\r\\n]*(?:INS|{'|'.join(_ENVELOPE)})[{mark}{end} \\t\\r\\n]".encode())
        self._ins = f"INS{self._delimiters.element}".encode()
        self._end = self._delimiters.segment.encode()
        self._groups = self._sets = 0  # of the interchange, of the group
        self._gs = reader.raw.isa.number
        self._guide: Guide | None = None  # of the open set, where it is judged
        self._machines: dict[Guide, Automaton] = {}
        self._walk = Walk(0)
        self._body: OpenLoop | None = None
        self._held = 0  # segments that were read since the last drain
        self._given_up = False
        self._strangers: dict[int, str] = {}

    def run(self) -> RawSegment:
        """Check it, and give its last segment."""
        stream, raw = self._stream, self._reader.raw
        last = raw.isa
        if stream.watcher is not None:
            stream.watcher.begins_interchange(self._reader)
        stream.tally.add(check_spelling(RawInterchange(raw.delimiters, raw.isa), has_control=True))
        while True:
            if self._body is not None and self._begins_member():
                self._drain()
                self._pass_members()
            segment = stream.window.segment(raw.delimiters, stream.number + 1)
            if segment is None:
                break
            if segment.id == "ISA":  # the next interchange, though this one has not ended
                stream.window.give_back()
                break
            stream.number += 1
            self._look(segment)
            last = segment
            if segment.id == "IEA":
                break
        self._close_set(stream.number)
        self._close_group()
        self._reader.finish(last)
        if not self._groups:
            guide = next(iter(GUIDES.values()))
            stream.tally.add(interchange_faults(self._reader.header, guide, raw.isa.number))
            stream.tally.add([Fault("E834-1005", "the interchange holds no group", raw.isa.number, "GS_LOOP")])
        self._tell_notes()
        if stream.watcher is not None:
            stream.watcher.ends_interchange(self._reader, stream.number)
        return last

    def _begins_member(self) -> bool:
        window = self._stream.window
        if window.held < len(self._ins) or window.bytes[window.at] in b" \t\r\n":
            window.skip_blanks()
            window.ensure(len(self._ins))
        return window.bytes.startswith(self._ins, window.at)

    # ---- what the automaton accepts ----

    def _pass_members(self) -> None:
        """Go over the members that the automaton accepts, up to one that it does not."""
        if self._guide is None or self._body is None:
            return
        stream, window = self._stream, self._stream.window
        match = self._machine(self._guide).member.match
        while True:
            content, begin, members = window.bytes, window.at, 0
            at = begin
            while (found := match(content, at)) is not None:
                members += 1
                at = found.end()
            window.at = at
            if members:
                if stream.watcher is not None:
                    stream.tally.add(stream.watcher.accepted_members(content[begin:at], stream.number + 1))
                self._passed("2000", content.count(self._end, begin, at))
                stream.counts["members"] += members
                stream.counts["passed"] += members
            if not self._may_be_cut():
                break

    def _machine(self, guide: Guide) -> Automaton:
        if guide not in self._machines:
            self._machines[guide] = automaton(self._delimiters, guide, self._stream.options.without)
        return self._machines[guide]

    def _may_be_cut(self) -> bool:
        """Whether the automaton may only have seen the beginning of something; then there is more of it now."""
        window = self._stream.window
        if window.ended or window.held > MOST_BYTES or self._boundary.search(window.bytes, window.at) is not None:
            return False
        return window.more()

    def _pass_header(self) -> None:
        """Go over the header, where the automaton accepts it."""
        if self._guide is None:
            return
        stream, window = self._stream, self._stream.window
        match = self._machine(self._guide).header.match
        window.skip_blanks()
        while (found := match(window.bytes, window.at)) is None:
            if not self._may_be_cut():
                return
        segments = window.bytes.count(self._end, window.at, found.end())
        if stream.watcher is not None:
            header = window.bytes[window.at : found.end()]
            stream.tally.add(stream.watcher.accepted_header(header, stream.number + 1))
        window.at = found.end()
        self._passed("HEADER", segments)

    def _passed(self, id: str, segments: int) -> None:
        """Count loops that the automaton accepted; a set may have any number of members, so that one counts for all."""
        open_set = self._reader.open_set
        if open_set is None or self._guide is None or self._body is None:
            return
        open_set.pass_over(segments, self._guide.loop(id))
        self._walk.passed(id, segments, self._body)
        self._stream.number += segments

    # ---- what is looked into ----

    def _look(self, segment: RawSegment) -> None:
        """Take one segment as the reader would."""
        stream = self._stream
        if not is_familiar(segment):
            self._strangers[segment.number] = segment.id
        if segment.id in _ENVELOPE and stream.watcher is not None:
            stream.watcher.envelope(segment)
        has_control = not "".join(segment.elements).isprintable()
        if has_control or segment.id in _ENVELOPE:
            one = RawInterchange(self._delimiters, self._reader.raw.isa, [segment])
            faults = check_spelling(one, has_control=has_control)
            stream.tally.add(fault for fault in faults if fault.number == segment.number)
        if stream.window.overlong:
            message = f"the segment is longer than {MOST_BYTES:,} bytes, and was not read to its end"
            stream.tally.add([Fault("E834-1065", message, segment.number)])
        if segment.id in _ENVELOPE:
            self._look_at_envelope(segment)
            return
        open_set = self._reader.open_set
        if open_set is None:
            if stream.watcher is not None:
                stream.watcher.misplaced(segment)
            self._reader.step(segment)
            self._tell_notes()
        elif self._body is None or self._given_up:
            open_set.pass_over(1)
            self._walk.number += 1
        elif self._held == MOST_SEGMENTS:
            self._give_up(segment, open_set)
        else:
            self._held += 1
            self._reader.step(segment)

    def _give_up(self, segment: RawSegment, open_set: SetReader) -> None:
        self._drain()
        message = f"more than {MOST_SEGMENTS:,} segments stand before the next member; the rest was not checked"
        self._stream.tally.add([Fault("E834-1064", message, segment.number)])
        self._given_up = True
        open_set.pass_over(1)
        self._walk.number += 1

    def _look_at_envelope(self, segment: RawSegment) -> None:
        self._close_set(segment.number - (segment.id != "SE"))
        if segment.id in ("GS", "GE", "IEA"):
            self._close_group()
        had_group = self._reader.group is not None
        self._reader.step(segment)
        if self._stream.watcher is not None:
            self._stream.watcher.after(segment, self._reader)
        if segment.id == "GS" or (segment.id == "ST" and not had_group):
            self._groups, self._sets, self._gs = self._groups + 1, 0, segment.number
        self._tell_notes()
        if segment.id == "ST":
            self._open_set(segment)

    def _open_set(self, segment: RawSegment) -> None:
        self._sets += 1
        self._stream.counts["sets"] += 1
        guide = self._guide_of_group()
        if guide is None or segment.text(1) != guide.transaction_set:
            return
        if self._sets == 1:
            self._tell_group(guide)
        self._stream.tally.add(set_faults(segment.text(2), guide, segment.number))
        self._walk = Walk(segment.number, self._stream.options.without)
        self._guide, self._body = guide, self._walk.open(guide.body)
        if self._stream.watcher is not None:
            self._stream.watcher.begins_set(self._reader, guide)
        self._pass_header()

    def _guide_of_group(self) -> Guide | None:
        group = self._reader.group
        return None if group is None else GUIDES.get((group.version, group.functional_id, "834"))

    def _tell_group(self, guide: Guide) -> None:
        """What is wrong with the texts of GS, and before the first one of ISA: once."""
        group, tally = self._reader.group, self._stream.tally
        if self._groups == 1:
            tally.add(interchange_faults(self._reader.header, guide, self._reader.raw.isa.number))
        if group is not None:
            tally.add(group_faults(group, guide, self._gs))

    def _close_group(self) -> None:
        guide = self._guide_of_group()
        if guide is not None and not self._sets:
            self._tell_group(guide)
            self._stream.tally.add([Fault("E834-1005", "the group holds no transaction set", self._gs, "ST_LOOP")])

    def _drain(self) -> None:
        """Walk what the reader has placed since the last member, and forget it."""
        open_set, watcher = self._reader.open_set, self._stream.watcher
        if open_set is not None and self._body is not None and self._held:
            for child in open_set.drain():
                self._stream.counts["members"] += isinstance(child, Loop) and child.id == "2000"
                if watcher is not None:
                    self._stream.tally.add(watcher.placed(child, self._walk.number + 1), self._strangers)
                self._walk.child(child, self._body)
        self._held, self._given_up = 0, False
        self._tell_notes()

    def _close_set(self, last: int) -> None:
        if self._body is None:
            return
        self._drain()
        self._walk.close(self._body)
        if self._stream.watcher is not None:
            self._stream.tally.add(self._stream.watcher.ends_set())
        late = [fault for fault in self._walk.faults if fault.number > last]
        self._walk.faults = [fault for fault in self._walk.faults if fault.number <= last]
        self._walk.faults += [Fault(one.code, one.message, last, one.path, one.severity) for one in late]
        self._tell_notes()
        self._guide = self._body = None

    def _tell_notes(self) -> None:
        if not self._walk.faults and not self._notes:
            self._strangers.clear()
            return
        self._stream.tally.of_region(self._walk.faults, self._notes, self._strangers)
        self._walk.faults = []
        self._notes.clear()
        self._strangers.clear()
