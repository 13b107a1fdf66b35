"""A quick look at people that the automaton accepted: most are plain, and no rule about one person can find anything.

Plain is told from the bytes, segment by segment, and only ever in favour of the rules: whoever is not plain is looked
at closely, by the rules themselves. What the rules about families ask of a plain person is taken on the way.
Each look below names the rules that it stands for; a test compares what is found with and without it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from edi834.check.rules.coverage import CONTRADICTIONS, DOUBTS
from edi834.check.rules.dates import BACKWARDS, OLDEST
from edi834.check.rules.people import PROVINCES
from edi834.check.streamed.families import Person
from edi834.x12 import Delimiters

__all__ = ["Day", "PlainLook"]

_SSN = re.compile(rb"[0-9]{9}")
_ISSUED = re.compile(rb"(?!000|666|9)[0-9]{3}(?!00)[0-9]{2}(?!0000)[0-9]{4}")
_ZIP = re.compile(rb"[0-9]{5}(?:[0-9]{4})?")
_MONEY = re.compile(rb"-?(?!0[0-9])[0-9]*(?:\.[0-9]{1,2})?")
_ABROAD = frozenset(one.encode() for one in PROVINCES)
_BEGINS = {end.encode(): begin.encode() for begin, end in BACKWARDS}
_ENDS = {begin: end for end, begin in _BEGINS.items()}
_AT_ODDS = frozenset(
    (action.encode(), heading.encode())
    for against in (CONTRADICTIONS, DOUBTS)
    for action, headings in against.items()
    for heading in headings
)
_NAMES = (3, 4, 5, 7, 9)


@dataclass(frozen=True, slots=True)
class Day:
    """The day by which people are judged, as their birthdays are written.

    Attributes:
      newest: Nobody is born later.
      oldest: Nobody is older.
    """

    newest: bytes = b"99999999"
    oldest: bytes = b""

    @classmethod
    def of(cls, day: date) -> Day:
        """Of the day of a file."""
        oldest = day - OLDEST if day - date.min >= OLDEST else date.min
        return cls(_d8(day), _d8(oldest))


class PlainLook:
    """Looks at one person after the other."""

    def __init__(self, delimiters: Delimiters, day: Day, *, invented_people: bool) -> None:
        self._day = day
        self._ssn = _SSN if invented_people else _ISSUED
        mark = self._mark = delimiters.element.encode("latin-1")
        looks: dict[bytes, Callable[[list[bytes]], bool]] = {
            b"REF": self._reference, b"DTP": self._date, b"NM1": self._name, b"N4" + mark: self._place,
            b"DMG": self._birth, b"HD" + mark: self._heading, b"AMT": self._money, b"ICM": self._money,
            b"N1" + mark: self._loop, b"DSB": self._loop, b"COB": self._loop,
        }  # fmt: skip
        self._looks = looks

    def person(self, segments: list[bytes], number: int) -> Person | None:
        """What the rules about families ask of a plain person; None of one who must be looked at closely."""
        mark, look_for = self._mark, self._looks.get
        if not self._begin(segments[0].split(mark)):
            return None
        for segment in segments:
            look = look_for(segment[:3])
            if look is not None and not look(segment.split(mark)):
                return None
        return self._end(number)

    def _begin(self, ins: list[bytes]) -> bool:
        """Relationship, COBRA, no Medicare, and a death without its day: E834-1030, -1039, -1068, -1069."""
        self._is_subscriber, relationship, self._action = ins[1] == b"Y", ins[2], ins[3]
        self._relationship = relationship
        self._birth_number = ins[17] if len(ins) > 17 else b""
        self._subscriber_id = self._policy = b""
        self._in_2000, self._dated, self._has_end, self._covered = True, False, False, False
        self._names: list[bytes] | None = None
        self._corrects = False
        self._born: list[bytes] = []
        self._references: set[bytes] = set()
        self._days: dict[bytes, bytes] = {}
        self._head: list[bytes] | None = None
        self._heads: set[tuple[bytes, ...]] = set()
        if self._is_subscriber != (relationship == b"18"):
            return False
        self._died = ins[12] if len(ins) > 12 else b""
        if self._action == b"024" and ins[4:5] == [b"03"] and self._is_subscriber and not self._died:
            return False
        self._has_part = any(ins[6:7])
        if self._has_part and ins[6][:1] == b"E":
            return False
        return len(ins) < 6 or ins[5] != b"C" or (len(ins) > 7 and ins[7] != b"")

    def _end(self, number: int) -> Person | None:
        """An end has its day, an addition a date, and a death comes after birth: E834-1045, -1049 to -1052, -1058."""
        if self._head is not None and not self._coverage_ends():
            return None
        if (self._action == b"024" and not self._has_end) or (self._action == b"021" and not self._dated):
            return None
        if self._died and not (self._born[0] if self._born else b"") <= self._died <= self._day.newest:
            return None
        who: tuple[bytes, ...] = ()
        if not self._is_subscriber and self._names is not None:
            names = self._names
            who = (
                self._relationship, self._birth_number,
                *(names[n] if n < len(names) else b"" for n in _NAMES), *(self._born or ()),
            )  # fmt: skip
        return Person(
            number, self._is_subscriber, self._action, self._subscriber_id, self._policy, self._covered, who
        )  # fmt: skip

    def _loop(self, _: list[bytes]) -> bool:
        """Another loop: its references and dates are its own."""
        self._in_2000 = False
        self._references, self._days = set(), {}
        return True

    def _reference(self, ref: list[bytes]) -> bool:
        """No kind twice, and Medicare with its part: E834-1042, -1067."""
        kind = ref[1]
        if kind in self._references:
            return False
        self._references.add(kind)
        if self._in_2000:
            if kind == b"0F":
                self._subscriber_id = ref[2]
            elif kind == b"1L":
                self._policy = ref[2]
            elif kind == b"F6":
                return self._has_part
        return True

    def _date(self, dtp: list[bytes]) -> bool:
        """No kind twice, nothing backwards, Medicare with its part: E834-1046 to -1048, -1067. No period is plain."""
        kind, days = dtp[1], self._days
        if kind in days or dtp[2] != b"D8":
            return False
        day = days[kind] = dtp[3]
        if self._in_2000:
            self._dated = True
            if kind in (b"338", b"339") and not self._has_part:
                return False
        if kind in _BEGINS:
            if kind == b"357" or kind == b"349":
                self._has_end = True
            return days.get(_BEGINS[kind], b"") <= day
        return kind not in _ENDS or days.get(_ENDS[kind], b"9") >= day

    def _name(self, nm1: list[bytes]) -> bool:
        """A number that may be one: E834-1035, -1036; but what was told wrongly (2100B) differs: -1041."""
        self._loop(nm1)
        self._corrects = nm1[1] == b"70"
        if self._corrects:
            now = self._names or []
            return any(text and [text] != now[n : n + 1] for n, text in enumerate(nm1[3:10], start=3))
        if self._names is None and nm1[1] in (b"IL", b"74"):
            self._names = nm1
        return len(nm1) < 10 or nm1[8] != b"34" or not nm1[9] or self._ssn.fullmatch(nm1[9]) is not None

    def _birth(self, dmg: list[bytes]) -> bool:
        """Born neither after the file nor too long ago, and no citizenship of a dependent: E834-1040, -1043, -1044."""
        if self._corrects:
            return True
        self._born = [*dmg, b"", b""][2:4]
        if self._born[0] and not self._day.oldest <= self._born[0] <= self._day.newest:
            return False
        return self._is_subscriber or not any(dmg[6:7])

    def _place(self, n4: list[bytes]) -> bool:
        """An address in the United States has a state and a ZIP code: E834-1037, -1038, -1063."""
        city = n4 + [b""] * (8 - len(n4))
        if city[4] not in (b"", b"US") or city[7] or city[2] in _ABROAD:
            return True
        return city[2] != b"" and _ZIP.fullmatch(city[3]) is not None

    def _money(self, amount: list[bytes]) -> bool:
        """Money as X12 writes it: E834-1056, -1057."""
        return len(amount) < 3 or _MONEY.fullmatch(amount[2]) is not None

    def _heading(self, hd: list[bytes]) -> bool:
        """Coverage: HD01 goes with INS03, E834-1054, -1055."""
        if self._head is not None and not self._coverage_ends():
            return False
        self._loop(hd)
        self._covered, self._head = True, hd
        # The days of this coverage stay with it, though others begin within it.
        self._of_head = self._days
        return (self._action, hd[1]) not in _AT_ODDS

    def _coverage_ends(self) -> bool:
        """An end has its day, and no coverage is told twice: E834-1051, -1052, -1058."""
        hd, days = self._head or [], self._of_head
        if hd[1] == b"024" and b"349" not in days:
            return False
        if b"348" in days:
            key = (hd[1], *(hd[n] if n < len(hd) else b"" for n in (3, 4)), days[b"348"])
            if key in self._heads:
                return False
            self._heads.add(key)
        return True


def _d8(day: date) -> bytes:
    return f"{day.year:04}{day.month:02}{day.day:02}".encode()
