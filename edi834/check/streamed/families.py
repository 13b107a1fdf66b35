"""The rules that ask who stands beside whom, asked person by person: what a set holds is remembered, and not kept.

They are those of ``rules/whole_file.py`` that look at more than one person, the additions without coverage, and the
totals; of each person only a few words are asked. What they find late (a dependent whose subscriber comes after it) is
reported when the set ends, as far as the memory of ``remembered.py`` goes.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import NamedTuple

from edi834.check.balance import totals
from edi834.check.fault import Fault
from edi834.check.reported import ReportedLoop, ReportedSegment
from edi834.check.rules.whole_file import FOLLOWS
from edi834.check.situational import RULES
from edi834.check.streamed.remembered import MOST, Queues, Remembered, digest
from edi834.model import Severity
from edi834.x12 import Segment

__all__ = ["Families", "Person"]

_RULES = {rule.code: rule for rule in RULES}
_FULL = ("4", "RX")
_ACTIONS = {b"024": 1, b"021": 2, b"025": 3, b"001": 4}
_CHANGED = _ACTIONS[b"001"]
_FOLLOWS = frozenset((_ACTIONS[one.encode()], _ACTIONS[other.encode()]) for one, other in FOLLOWS)


class Person(NamedTuple):
    """What these rules ask of one person.

    Attributes:
      number: The number of INS in the file.
      is_subscriber: INS01.
      action: INS03.
      subscriber_id: REF 0F.
      policy: REF 1L in loop 2000.
      covered: Whether any coverage is reported.
      who: Of a dependent, relationship, INS17, names, number and birth; empty where nothing names it.
    """

    number: int
    is_subscriber: bool
    action: bytes
    subscriber_id: bytes
    policy: bytes
    covered: bool
    who: tuple[bytes, ...]


class Families:
    """The people of one set after the other, and of the file as far as a rule asks.

    Attributes:
      members: How many people were reported, in all sets.
      subscribers: How many of them are subscribers.
    """

    def __init__(self, most: int = MOST) -> None:
        self.members = self.subscribers = 0
        self._most = most
        self._of_file = Remembered(most)  # the set that reported a subscriber last, and how
        self._set = 0
        self.begin_set("", b"")

    def begin_file(self) -> None:
        """Another file begins, or another interchange, which is one for itself."""
        self._of_file = Remembered(self._most)

    def begin_set(self, number: str, day: bytes) -> None:
        """Begin with a set.

        Args:
          number: ST02.
          day: The day by which its people are judged: only sets of the same day are compared.
        """
        self._set = digest(number.encode()) & 0xFFFFFFFF
        self._day = day
        self._before = self.members, self.subscribers
        self._header = ReportedLoop("HEADER", (), ())
        self._mode, self._around = "", (day, b"", b"")
        self._dependents = Queues(self._most)  # by subscriber, marked where one of them has coverage
        self._named = Remembered(self._most)  # whom a dependent is by its names, and how it was reported last
        self._reported_here = Remembered(self._most)  # subscribers
        self._uncovered = array("Q"), array("Q")  # subscribers that are added without coverage: key and number
        self._late = array("Q")  # dependents whose subscriber came after them

    def header(self, header: ReportedLoop) -> Iterator[Fault]:
        """Learn what the set says of itself."""
        self._header = header
        beginning = header.first("BGN") or ReportedSegment(Segment("BGN", ()), 0, "HEADER")
        self._mode = beginning.text(8)
        sponsor = next((party.first("N1") for party in header.inner("1000A")), None)
        master = header.first("REF", "38")
        names = sponsor.text(4) if sponsor else "", master.text(2) if master else ""
        self._around = self._day, names[0].encode(), names[1].encode()
        if beginning.text(1) in ("15", "22") and not beginning.text(6):
            code = "E834-1061" if beginning.text(1) == "15" else "E834-1062"
            yield _fault(code, beginning.number, beginning.path(6))

    def take(self, person: Person) -> list[Fault]:
        """Look at the next person of the set."""
        self.members += 1
        found: list[Fault] = []
        if self._mode == "4" and person.action in _ACTIONS:
            code = "E834-1059" if person.action == b"021" else "E834-1060"
            found.append(_fault(code, person.number, "2000/INS03"))
        if person.is_subscriber:
            self._subscriber(person, found)
        else:
            self._dependent(person, found)
        return found

    def _subscriber(self, person: Person, found: list[Fault]) -> None:
        self.subscribers += 1
        family = digest(person.subscriber_id)
        if person.subscriber_id:
            key = digest(*self._around, person.subscriber_id, person.policy)
            action = _ACTIONS.get(person.action, 0)
            before = self._of_file.put(key, self._set << 3 | action)
            if before is not None and not self._follows(before, action):
                found.append(_fault("E834-1031", person.number, "2000/INS"))
        self._late.extend(number for number in self._dependents.take(family) if number)
        self._reported_here.put(family, 1)
        if person.action == b"021" and not person.covered:
            self._uncovered[0].append(family)
            self._uncovered[1].append(person.number)

    def _follows(self, before: int, action: int) -> bool:
        """Whether reporting somebody again is reporting one thing in two, as `whole_file.py` has it."""
        in_two_sets = before >> 3 != self._set and before & 7 == action == _CHANGED
        return (before & 7, action) in _FOLLOWS or in_two_sets

    def _dependent(self, person: Person, found: list[Fault]) -> None:
        family = digest(person.subscriber_id)
        may_be_late = person.action == b"021" or family not in self._reported_here
        self._dependents.add(family, person.number if may_be_late else 0, mark=person.covered)
        if person.action == b"021" and not person.covered:
            found.append(_fault("E834-1053", person.number, "2000/INS03"))
        if person.who:
            action = _ACTIONS.get(person.action, 0)
            before = self._named.put(digest(person.subscriber_id, person.policy, *person.who), action)
            if before is not None and (before, action) not in _FOLLOWS:
                found.append(_fault("E834-1032", person.number, "2000/INS"))

    def end_set(self) -> Iterator[Fault]:
        """End the set: what is only known now."""
        yield from (_fault("E834-1033", number, "2000/INS01") for number in sorted(self._late))
        keys, numbers = self._uncovered
        pairs = zip(keys, numbers, strict=True)
        yield from (
            _fault("E834-1053", number, "2000/INS03") for key, number in pairs if not self._dependents.is_marked(key)
        )
        if self._mode in _FULL:
            reported = self._dependents.items()
            yield from (
                _fault("E834-1034", number, "2000/INS01")
                for key, number in reported
                if number and key not in self._reported_here
            )
        yield from totals(self._header, self.members - self._before[0], self.subscribers - self._before[1])
        if self._of_file.forgot or self._dependents.forgot or self._named.forgot:
            message = f"of more than {self._most:,} people only the last are compared with each other"
            yield Fault("E834-1066", message, severity=Severity.WARNING)
            self._of_file.forgot = False


def _fault(code: str, number: int, path: str) -> Fault:
    rule = _RULES[code]
    return Fault(code, rule.says, number, path, rule.severity)
