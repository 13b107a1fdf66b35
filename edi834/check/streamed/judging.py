"""Any 834 of anyone's, judged as a stream: what ``judge.py`` finds, in memory that does not grow with the file.

What does grow, with how many transaction sets the file has: their control numbers, and whatever an answer needs of
them where one will be written. pyx12 is not asked here, because it is asked about a file that is in memory.
"""

from __future__ import annotations

from collections.abc import Iterable

from edi834.check.automaton import GuideOptions, Source, Unwatched, read_stream
from edi834.check.automaton.tally import Tally
from edi834.check.fault import Fault
from edi834.check.judgement import Counts, Found, Judgement, JudgeOptions
from edi834.check.standing import JudgedInterchange
from edi834.check.streamed.families import Families
from edi834.check.streamed.people import StreamedPeople
from edi834.check.streamed.remembered import MOST
from edi834.check.streamed.spots import RecentSpots
from edi834.model import Severity
from edi834.x12 import Guide, Interchange, Loop, Segment, TransactionSet
from edi834.x12.document import GroupHeader
from edi834.x12.reader import InterchangeReader
from edi834.x12.reading.tokens import RawInterchange, RawSegment

__all__ = ["judge_stream"]

_EMPTY = Loop("ST_LOOP", ())


def judge_stream(
    source: Source, options: JudgeOptions | None = None, *, for_answer: bool = False, most_people: int = MOST
) -> Judgement:
    """Judge a file of any size, whatever its bytes are. Never raises, but for what reading it raises.

    Args:
      source: The file.
      options: How; a second opinion is not asked for.
      for_answer: Keep what `answer` needs: every transaction set's number. The judgement holds nothing else of them.
      most_people: How many people are compared with each other at most.
    """
    options = options or JudgeOptions()
    judging = _Judging(options, Families(most_people), for_answer=for_answer)
    tally = Tally(options.most_of_one_code, judging.found)
    reading = read_stream(source, GuideOptions(options.without, options.most_of_one_code), tally, judging)
    counts = Counts(
        reading.number, judging.spots.interchange, judging.spots.groups, reading.counts["sets"],
        judging.families.members, judging.families.subscribers,
    )  # fmt: skip
    return Judgement.of(
        judging.kept, tuple(judging.interchanges), counts, tally.seen, judging.refused, "not asked"
    )  # fmt: skip


class _Judging(Unwatched):
    """Watches a file being read.

    Attributes:
      families: The people of the file.
      spots: Where what was read lately stands.
      kept: The findings that are kept.
      refused: Where there is an error: interchange, group, ST02.
      interchanges: What an answer needs of each, where one is written.
    """

    def __init__(self, options: JudgeOptions, families: Families, *, for_answer: bool) -> None:
        self._options, self.families, self._for_answer = options, families, for_answer
        self.spots = RecentSpots()
        self.kept: list[Found] = []
        self.refused: set[tuple[int, int, str]] = set()
        self.interchanges: list[JudgedInterchange] = []
        self._people: StreamedPeople | None = None
        self._kept_segments: list[RawSegment] = []
        self._groups: list[tuple[GroupHeader, list[TransactionSet]]] = []

    def found(self, fault: Fault, kept: Fault | None) -> None:
        """Something was found; `kept` is what may be shown of it, where it is kept."""
        spot = self.spots.at(fault.number)
        if fault.severity is Severity.ERROR and spot.interchange:
            self.refused.add((spot.interchange, spot.group, spot.set_number))
        if kept is not None:
            self.kept.append(Found.at(kept, spot, kept.message))

    def begins_interchange(self, reader: InterchangeReader) -> None:
        self.spots.begin_interchange(reader.raw.isa.number)
        self.families.begin_file()
        self._kept_segments, self._groups = [], []
        self._people = StreamedPeople(
            reader.header, reader.raw.delimiters, self.families, invented_people=self._options.invented_people,
            carrier=self._options.carrier,
        )  # fmt: skip

    def envelope(self, segment: RawSegment) -> None:
        self.spots.envelope(segment)
        if self._for_answer and segment.id == "GE":
            self._kept_segments.append(segment)

    def misplaced(self, segment: RawSegment) -> None:
        if segment.id == "TA1" and not self._kept_segments:
            self._kept_segments.append(segment)

    def after(self, segment: RawSegment, reader: InterchangeReader) -> None:
        if not self._for_answer:
            return
        group = reader.group
        begun = bool(self._groups) and self._groups[-1][0] is group
        if segment.id in ("GS", "ST") and group is not None and not begun:
            self._groups.append((group, []))
        if segment.id == "ST":
            self._groups[-1][1].append(TransactionSet(segment.text(2), _EMPTY))

    def begins_set(self, reader: InterchangeReader, guide: Guide) -> None:
        open_set, group = reader.open_set, reader.group
        if self._people is not None and open_set is not None and group is not None:
            self._people.begin_set(open_set.control_number, group, guide)

    def accepted_header(self, content: bytes, number: int) -> Iterable[Fault]:
        return self._people.accepted_header(content, number) if self._people is not None else ()

    def accepted_members(self, content: bytes, number: int) -> Iterable[Fault]:
        return self._people.accepted(content, number) if self._people is not None else ()

    def placed(self, child: Segment | Loop, number: int) -> Iterable[Fault]:
        if isinstance(child, Loop) and self._people is not None:
            if child.id == "2000":
                return self._people.member(child, number)
            if child.id == "HEADER":
                return self._people.header(child, number)
        return ()

    def ends_set(self) -> Iterable[Fault]:
        return self._people.end_set() if self._people is not None else ()

    def ends_interchange(self, reader: InterchangeReader, last: int) -> None:
        self.spots.end_interchange(last)
        if self._for_answer:
            raw = RawInterchange(reader.raw.delimiters, reader.raw.isa, self._kept_segments)
            groups = tuple((header, tuple(sets)) for header, sets in self._groups)
            self.interchanges.append(
                JudgedInterchange(raw, Interchange(reader.header, groups, reader.raw.delimiters), ())
            )
