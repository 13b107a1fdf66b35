"""People of a stream, one after the other: a quick look, a close one where that is wanted, and their families.

Whoever the automaton accepted and is plain is not made an object of. All others are read into the tree that the rules
look at, one person at a time; so is everybody where a carrier has rules of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from edi834.check.automaton import in_one_line, loops_in
from edi834.check.carrier import CarrierRules
from edi834.check.carrier.in_turn import AskedInTurn
from edi834.check.fault import Fault
from edi834.check.judgement import day_of, facts_of
from edi834.check.reported import ReportedMember, reported_loop, reported_member
from edi834.check.rules.rule import InHand
from edi834.check.situational import OF_THE_DAY, RULES, check_person
from edi834.check.streamed.doubts import doubts
from edi834.check.streamed.families import Families, Person
from edi834.check.streamed.plain import PlainLook
from edi834.x12 import Delimiters, Guide, Loop
from edi834.x12.document import GroupHeader, InterchangeHeader
from edi834.x12.reader import UNREADABLE_DATE
from edi834.x12.reading.placing import SetReader
from edi834.x12.reading.tokens import RawSegment

__all__ = ["StreamedPeople"]

_NO_DOUBT = re.compile(rb"(?!)")


class StreamedPeople:
    """The people of one interchange, set by set.

    Args:
      header: Of the interchange.
      delimiters: Of it.
      families: Of the file.
      invented_people: Whether the people are invented.
      carrier: What the carrier wants besides the guide, if it is asked.
    """

    def __init__(
        self, header: InterchangeHeader, delimiters: Delimiters, families: Families, *, invented_people: bool,
        carrier: CarrierRules | None,
    ) -> None:  # fmt: skip
        self._header, self._delimiters, self._families = header, delimiters, families
        self._end = delimiters.segment.encode("latin-1")
        self._invented = invented_people or header.usage == "T"
        self._asked = AskedInTurn(carrier) if carrier else None
        self._guide: Guide | None = None
        self._has_begun = False
        self._look: PlainLook | None = None
        self._judged_by: date | None = None
        self._doubts = _NO_DOUBT

    def begin_set(self, number: str, group: GroupHeader, guide: Guide) -> None:
        """Begin with a set of a group."""
        self._guide, self._has_begun = guide, False
        day = day_of(self._header, group)
        is_dated = day != UNREADABLE_DATE
        facts = facts_of(self._header, day)
        self._file = InHand(facts, self._invented)
        self._rules = RULES if is_dated else tuple(rule for rule in RULES if rule.code not in OF_THE_DAY)
        if self._judged_by != day:
            self._judged_by = day
            asked = day if is_dated else None
            self._doubts = doubts(self._delimiters, asked, invented_people=self._invented)
            newest = f"{day.year:04}{day.month:02}{day.day:02}" if is_dated else "99999999"
            self._look = PlainLook(self._delimiters, newest.encode())
        self._families.begin_set(number, day.isoformat().encode())
        if self._asked is not None:
            self._asked.begin_set()

    def header(self, loop: Loop, number: int) -> Iterator[Fault]:
        """The header of the set."""
        if self._has_begun:
            return  # one behind people, or a second one, is the guide check's to find, and says nothing of the set
        self._has_begun = True
        reported = reported_loop(loop, number)
        yield from self._families.header(reported)
        if self._asked is not None:
            yield from self._asked.header(reported)

    def accepted_header(self, content: bytes, number: int) -> Iterator[Fault]:
        """The header, which the automaton accepted."""
        for segments in loops_in(in_one_line(content, self._delimiters), self._delimiters, b"BGN"):
            yield from self.header(self._tree(segments, number), number)

    def accepted(self, content: bytes, number: int) -> Iterator[Fault]:
        """People whom the automaton accepted."""
        self._has_begun = True
        look = None if self._asked is not None else self._look
        take = self._families.take
        content = in_one_line(content, self._delimiters)
        is_doubted = self._doubts.search(content) is not None
        for segments in loops_in(content, self._delimiters, b"INS"):
            person = None
            if look is not None and not (is_doubted and self._raises_doubts(segments)):
                person = look.person(segments, number)
            if person is None:
                yield from self.member(self._tree(segments, number), number)
            elif found := take(person):
                yield from found
            number += len(segments)

    def _raises_doubts(self, segments: list[bytes]) -> bool:
        return self._doubts.search(self._end.join((*segments, b""))) is not None

    def member(self, loop: Loop, number: int) -> Iterator[Fault]:
        """A person who is looked at closely."""
        self._has_begun = True
        member = reported_member(reported_loop(loop, number))
        yield from check_person(member, self._file, self._rules)
        if self._asked is not None:
            yield from self._asked.member(member)
        yield from self._families.take(_person(member))

    def end_set(self) -> Iterable[Fault]:
        """The set ends."""
        return self._families.end_set()

    def _tree(self, segments: list[bytes], number: int) -> Loop:
        """Segments that keep the guide, as the reader places them."""
        reader = SetReader("", 0, self._guide, self._delimiters, [], [])
        for at, segment in enumerate(segments, start=number):
            id, *elements = segment.decode("latin-1").split(self._delimiters.element)
            reader.add(RawSegment(at, id, tuple(elements)))
        loops = [child for child in reader.body().children if isinstance(child, Loop)]
        return loops[0]


def _person(member: ReportedMember) -> Person:
    ins, name = member.ins, member.person.first("NM1") if member.person else None
    who: list[str] = []
    if member.person is not None and name is not None and not member.is_subscriber:
        born = member.person.first("DMG")
        who = [ins.text(2), ins.text(17), *(name.text(n) for n in (3, 4, 5, 7, 9))]
        who += [born.text(n) for n in (2, 3)] if born else []
    return Person(
        ins.number, member.is_subscriber, member.action.encode(), member.subscriber_id.encode(), member.policy.encode(),
        bool(member.coverages), tuple(text.encode() for text in who),
    )  # fmt: skip
