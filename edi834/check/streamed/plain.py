"""A quick look at people that the automaton accepted: most are plain, and no rule about one person can find anything.

Who is plain is told from the bytes, segment by segment, and only ever in favour of the rules: the rules themselves look
closely at everybody else. What the rules about families ask of a plain person is taken on the way.
Each look below names the rules that it stands for; a test compares what is found with and without it. What one value
says by itself is ``doubts.py``'s.
"""

from __future__ import annotations

from collections.abc import Callable

from edi834.check.rules.coverage import CONTRADICTIONS, DOUBTS
from edi834.check.rules.dates import BACKWARDS
from edi834.check.streamed.families import Person
from edi834.x12 import Delimiters

__all__ = ["PlainLook"]

_BEGINS = {end.encode(): begin.encode() for begin, end in BACKWARDS}
_ENDS = {begin: end for end, begin in _BEGINS.items()}
_AT_ODDS = frozenset(
    (action.encode(), heading.encode())
    for against in (CONTRADICTIONS, DOUBTS)
    for action, headings in against.items()
    for heading in headings
)
_MEDICARE = (b"338", b"339")
_NAMES = (3, 4, 5, 7, 9)


class PlainLook:
    """Looks at one person after the other.

    Args:
      delimiters: Of the file.
      newest: The day by which people are judged, as a date is written: nobody has died later.
    """

    def __init__(self, delimiters: Delimiters, newest: bytes) -> None:
        self._newest = newest
        mark = self._mark = delimiters.element.encode("latin-1")
        self._single_day = mark + b"D8" + mark
        self._looks: dict[bytes, Callable[[bytes], bool]] = {
            b"REF": self._reference, b"DTP": self._date, b"NM1": self._name, b"DMG": self._birth,
            b"HD" + mark: self._heading, b"N1" + mark: self._loop, b"DSB": self._loop, b"COB": self._loop,
        }  # fmt: skip

    def person(self, segments: list[bytes], number: int) -> Person | None:
        """What the rules about families ask of a plain person; None of one who must be looked at closely."""
        if not self._begin(segments[0].split(self._mark)):
            return None
        look_for = self._looks.get
        for segment in segments:
            look = look_for(segment[:3])
            if look is not None and not look(segment):
                return None
        return self._end(number)

    def _begin(self, ins: list[bytes]) -> bool:
        """Relationship, COBRA, no Medicare, and a death without its day: E834-1030, -1039, -1068, -1069."""
        self._ins = ins
        self._is_subscriber = ins[1] == b"Y"
        self._action = ins[3]
        self._subscriber_id = self._policy = b""
        self._in_2000, self._dated, self._has_end, self._covered, self._corrects = True, False, False, False, False
        self._person = self._born = b""
        self._references: list[bytes] = []
        self._days: dict[bytes, bytes] = {}
        self._head: list[bytes] | None = None
        self._heads: list[tuple[bytes, ...]] = []
        if self._is_subscriber != (ins[2] == b"18"):
            return False
        self._has_part = False
        return len(ins) < 6 or self._status(ins)

    def _status(self, ins: list[bytes]) -> bool:
        rest = len(ins)
        if ins[5] == b"C" and (rest < 8 or not ins[7]):
            return False
        self._has_part = rest > 6 and ins[6] != b""
        if self._has_part and ins[6][:1] == b"E":
            return False
        has_died = rest > 12 and ins[12] != b""
        return has_died or self._action != b"024" or ins[4] != b"03" or not self._is_subscriber

    def _end(self, number: int) -> Person | None:
        """An end has its day, an addition a date, and a death comes after birth: E834-1045, -1049 to -1052, -1058."""
        if self._head is not None and not self._coverage_ends():
            return None
        action, ins = self._action, self._ins
        if (action == b"024" and not self._has_end) or (action == b"021" and not self._dated):
            return None
        if len(ins) > 12 and ins[12] and not self._may_have_died(ins[12]):
            return None
        who = () if self._is_subscriber or not self._person else self._who()
        return Person(number, self._is_subscriber, action, self._subscriber_id, self._policy, self._covered, who)

    def _may_have_died(self, day: bytes) -> bool:
        born = self._born.split(self._mark)[2:3]
        return (born[0] if born else b"") <= day <= self._newest

    def _who(self) -> tuple[bytes, ...]:
        ins, names = self._ins, self._person.split(self._mark)
        held = [names[n] if n < len(names) else b"" for n in _NAMES]
        born = [*self._born.split(self._mark), b"", b""][2:4] if self._born else ()
        return ins[2], ins[17] if len(ins) > 17 else b"", *held, *born

    def _loop(self, _: bytes) -> bool:
        """Another loop: its references and dates are its own."""
        self._in_2000 = False
        self._references, self._days = [], {}
        return True

    def _reference(self, segment: bytes) -> bool:
        """No kind twice, and Medicare with its part: E834-1042, -1067."""
        ref = segment.split(self._mark, 3)
        kind = ref[1]
        if kind in self._references:
            return False
        self._references.append(kind)
        if self._in_2000:
            if kind == b"0F":
                self._subscriber_id = ref[2]
            elif kind == b"1L":
                self._policy = ref[2]
            elif kind == b"F6":
                return self._has_part
        return True

    def _date(self, segment: bytes) -> bool:
        """No kind twice, nothing backwards, Medicare with its part: E834-1046 to -1048, -1067. No period is plain."""
        kind, days = segment[4:7], self._days
        if kind in days or segment[7:11] != self._single_day:
            return False
        day = days[kind] = segment[11:]
        if self._in_2000:
            self._dated = True
            if kind in _MEDICARE and not self._has_part:
                return False
        if kind in _BEGINS:
            if kind == b"357" or kind == b"349":
                self._has_end = True
            return days.get(_BEGINS[kind], b"") <= day
        return kind not in _ENDS or days.get(_ENDS[kind], b"9") >= day

    def _name(self, segment: bytes) -> bool:
        """What was reported wrongly (2100B) differs from what is reported now: E834-1041."""
        self._in_2000 = False
        self._references, self._days = [], {}
        self._corrects = segment[4:6] == b"70"
        if self._corrects:
            now, before = self._person.split(self._mark), segment.split(self._mark)
            return any(text and [text] != now[n : n + 1] for n, text in enumerate(before[3:10], start=3))
        if not self._person and segment[4:6] in (b"IL", b"74"):
            self._person = segment
        return True

    def _birth(self, segment: bytes) -> bool:
        """No citizenship of a dependent: E834-1040."""
        if self._corrects:
            return True
        self._born = segment
        return self._is_subscriber or not any(segment.split(self._mark)[6:7])

    def _heading(self, segment: bytes) -> bool:
        """Coverage: HD01 goes with INS03, E834-1054, -1055."""
        if self._head is not None and not self._coverage_ends():
            return False
        self._in_2000, self._covered = False, True
        self._references = []
        # The days of this coverage stay with it, though others begin within it.
        self._days = {}
        self._of_head = self._days
        hd = self._head = segment.split(self._mark)
        return (self._action, hd[1]) not in _AT_ODDS

    def _coverage_ends(self) -> bool:
        """An end has its day, and no coverage is reported twice: E834-1051, -1052, -1058."""
        hd, days = self._head or [], self._of_head
        if hd[1] == b"024" and b"349" not in days:
            return False
        if b"348" in days:
            key = (hd[1], *hd[3:5], days[b"348"])
            if key in self._heads:
                return False
            self._heads.append(key)
        return True
