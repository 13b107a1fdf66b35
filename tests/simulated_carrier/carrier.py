"""The carrier: it applies files to its book, set by set, and says what it could not make sense of.

How it reads the verbs of a person (INS03) follows the guide and X12's published examples; those of a coverage (HD01)
are in ``coverages.py``; where carriers differ, its :class:`~tests.simulated_carrier.reading.Reading` says how it reads.

- A correction (2100B) to a number under which another of the family is held says that the two are one person.
- A person who does not end is stated whole: what is no longer sent of the addresses is no longer held.
- An INS 025 without loops 2300 takes back the ends on the day before DTP 303.
- Where the family ends with the subscriber, it also ends on another day with them, and is resumed with them.

And of files:

- The same interchange again (ISA13) is the same file, and is read once.
- A copy (BGN01 22) is for a carrier that lost the original (BGN06); one that read it sets the copy aside.
- A corrected file (BGN01 15) takes the original's place (BGN06) for the people it names: what the original did to them
  is taken back first.
- Where omission ends people, those left out of a full file end the day before it was written (BGN03). A file of
  which a set was rejected was not read whole, and ends nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

from edi834.book.dialect import Dialect
from tests.simulated_carrier.book import Book, HeldCoverage, HeldMember
from tests.simulated_carrier.coverages import Coverages
from tests.simulated_carrier.message import SaidFile, SaidMember, SaidSet, file_of
from tests.simulated_carrier.reading import Reading

__all__ = ["Carrier", "Complaint"]

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Complaint:
    """What the carrier would ask about: what is wrong, of which person, in which line, in which file (ISA13)."""

    what: str
    subscriber_id: str
    first_name: str
    line: str = ""
    file: int = 0


@dataclass
class Carrier:
    """A book, and everything that was odd about the files it was kept from."""

    book: Book = field(default_factory=Book)
    complaints: list[Complaint] = field(default_factory=list)
    reading: Reading = field(default_factory=lambda: Reading.of(Dialect()))
    _numbers: set[int] = field(default_factory=set)
    _read: set[str] = field(default_factory=set)
    _newest: tuple[str, Book] = field(default_factory=lambda: ("", Book()))
    _file: int = 0

    @property
    def files_read(self) -> frozenset[int]:
        """The numbers (ISA13) of the files that came."""
        return frozenset(self._numbers)

    def apply(self, content: bytes, *, rejecting: Collection[str] = ()) -> None:
        """Take a file in, all but the transaction sets that are rejected (by ST02), as with a 999."""
        said = file_of(content)
        if said.number in self._numbers:
            return
        self._numbers.add(said.number)
        self._file = said.number
        if said.purpose == "22" and said.original in self._read:
            return
        taken = [one for one in said.sets if one.number not in rejecting]
        if said.purpose == "15":
            self._take_back(said, taken)
        # Only what the newest file did can be taken back: nothing rests on it yet.
        self._newest = (said.reference, self.book.copied())
        self._read.add(said.reference)
        named: set[int] = set()
        for one in taken:
            named |= self._apply_set(one)
        if len(taken) == len(said.sets) and any(one.scope in self.reading.left_out_end_in for one in taken):
            self._end_the_left_out(said, named)

    def _take_back(self, said: SaidFile, taken: Collection[SaidSet]) -> None:
        """What the original did to the people of a corrected file is undone."""
        newest, before = self._newest
        if newest != said.original:
            self.complaints.append(
                Complaint(f"15 of {said.original}, which is not the newest file", "", "", "", self._file)
            )
            return
        people = {
            place: before.members[place].copied() if place < len(before.members) else None
            for one in taken
            for member in one.members
            if (place := _place(before, self.book, member)) is not None
        }
        for place, held in people.items():
            if held is not None:
                self.book.members[place] = held
            else:
                self.book.members[place].coverages.clear()

    def _end_the_left_out(self, said: SaidFile, named: Collection[int]) -> None:
        for member in self.book.members:
            if id(member) not in named and member.is_covered_from(said.day):
                member.ends_by(said.day - _ONE_DAY)

    def _apply_set(self, said: SaidSet) -> set[int]:
        named = Counter[int]()
        for member in said.members:
            held = _Visit(self, member).apply()
            if held is None:
                continue
            if id(held) in named and not self.reading.may_repeat_a_person:
                self.complain("two INS of one person in one set", member)
            named[id(held)] += 1
        for member in said.members:
            if member.verb in {"021", "025", "030"} and self.book.subscriber(member.subscriber_id) is None:
                self.complain("a dependent without a subscriber", member)
        return set(named)

    def complain(self, what: str, said: SaidMember, line: str = "") -> None:
        """Ask about a person, and a line."""
        self.complaints.append(Complaint(what, said.subscriber_id, said.person.first_name, line, self._file))


@dataclass
class _Visit:
    """One loop 2000 being applied."""

    carrier: Carrier
    said: SaidMember

    def apply(self) -> HeldMember | None:
        held = self.carrier.book.find(self.said)
        if held is None:
            if self.said.verb not in {"021", "030"}:
                self._complain(f"{self.said.verb} of somebody who is not held")
                return None
            held = HeldMember(
                self.said.subscriber_id, self.said.is_subscriber, self.said.relationship, self.said.person
            )
            self.carrier.book.members.append(held)
        self._take_identity(held)
        if self.said.verb != "024" or self._says_where():
            self._take_person(held)
        self._look_for_another_spouse(held)
        self._look_for_needless_loops()
        before = held.copied()
        Coverages(held, self.said, self.carrier.reading, self._complain).apply()
        if self.said.verb == "025" and not self.said.coverages:
            self._take_back_ends(held)
        if self.said.is_subscriber and self.carrier.reading.family_ends_with_subscriber:
            self._end_the_family(held, before)
            self._resume_the_family(held, before)
        self._look_for_overlaps(held)
        return held

    def _complain(self, what: str, line: str = "") -> None:
        self.carrier.complain(what, self.said, line)

    # --- the person ---------------------------------------------------------------------------------------------

    def _take_identity(self, held: HeldMember) -> None:
        """What is sent of name, number, birth and gender holds; what is not, stays."""
        said = self.said.person
        if self.said.prior is not None and said.ssn:
            self._make_one(held, said.ssn)
        held.person = replace(
            said,
            ssn=said.ssn or held.person.ssn,
            birth=said.birth or held.person.birth,
            gender=said.gender or held.person.gender,
        )

    def _make_one(self, held: HeldMember, ssn: str) -> None:
        """Somebody held beside this person under the number that is now right is the same person."""
        twice = [m for m in self.carrier.book.family(held.subscriber_id) if m is not held and m.person.ssn == ssn]
        for member in twice:
            self.carrier.book.members.remove(member)

    def _says_where(self) -> bool:
        """An ending usually says who, and no more; one that gives an address or a telephone says that it changed."""
        return any((self.said.address, self.said.mailing, self.said.contacts))

    def _take_person(self, held: HeldMember) -> None:
        said = self.said
        held.relationship, held.status = said.relationship, said.status
        held.medicare, held.student, held.handicap = said.medicare, said.student, said.handicap
        held.department = said.department
        held.policy = said.policy or held.policy
        held.address, held.mailing, held.contacts = said.address, said.mailing, dict(said.contacts)

    # --- the membership -----------------------------------------------------------------------------------------

    def _end_the_family(self, held: HeldMember, before: HeldMember) -> None:
        """The subscriber's end is the family's; an end that moves moves that of all who ended with the subscriber."""
        last = self.said.last_day
        if self.said.verb != "024" or last is None:
            return
        for member in self._family_of(held):
            if member.last_day == before.last_day:
                member.moves_its_end(last, before.last_day)
            member.ends_by(last)

    def _resume_the_family(self, held: HeldMember, before: HeldMember) -> None:
        """An end or a cancellation that a reinstatement takes back is taken back of the family, line by line."""
        if self.said.verb != "025":
            return
        changes = {_ended_how(was): now for was, now in zip(before.coverages, held.coverages, strict=False)}
        for member in self._family_of(held):
            for coverage in member.coverages:
                now = changes.get(_ended_how(coverage))
                if now is not None:
                    coverage.is_cancelled, coverage.end = now.is_cancelled, now.end

    def _family_of(self, held: HeldMember) -> list[HeldMember]:
        return [member for member in self.carrier.book.family(held.subscriber_id) if member is not held]

    def _take_back_ends(self, held: HeldMember) -> None:
        """INS 025 by itself: the person goes on."""
        resumed = self._resumed(held)
        if not resumed:
            self._complain("025 of somebody who did not end")
        for coverage in resumed:
            coverage.is_cancelled, coverage.end = False, None

    def _resumed(self, held: HeldMember) -> list[HeldCoverage]:
        """What ended the day before DTP 303, or would have begun on it; else what ended last, or was cancelled."""
        ended = [c for c in held.effective if c.end is not None]
        cancelled = [c for c in held.coverages if c.is_cancelled]
        day = self.said.effective
        by_day = [c for c in ended if day is not None and c.end == day - _ONE_DAY]
        by_day = by_day or [c for c in cancelled if c.begin == day]
        latest = max((c.end for c in ended if c.end is not None), default=None)
        return by_day or [c for c in ended if c.end == latest] or cancelled

    # --- what the carrier would ask about -----------------------------------------------------------------------

    def _look_for_another_spouse(self, held: HeldMember) -> None:
        """A new spouse is refused while the old one is enrolled."""
        firsts = [c.begin for c in self.said.coverages if c.verb == "021" and c.begin is not None]
        if self.said.verb != "021" or self.said.relationship != "01" or not firsts:
            return
        if any(m.relationship == "01" and m.covers(min(firsts)) for m in self._family_of(held)):
            self._complain("021 of a spouse while another is enrolled")

    def _look_for_needless_loops(self) -> None:
        """Where only members end, an INS 024 states coverages for their own last days, and not for its DTP 357."""
        if self.said.verb != "024" or not self.carrier.reading.ends_without_coverages:
            return
        ends = [(c.verb, c.end) for c in self.said.coverages]
        if ends and all(end == ("024", self.said.last_day) for end in ends):
            self._complain("024 with coverages that end with the membership")

    def _look_for_overlaps(self, held: HeldMember) -> None:
        ordered = sorted(held.effective, key=lambda coverage: (coverage.line, coverage.begin))
        for one, next_one in pairwise(ordered):
            if one.line == next_one.line and one.shares_a_day_with(next_one):
                self._complain("two coverages of one line on the same day", one.line)


def _ended_how(coverage: HeldCoverage) -> tuple[str, bool, date | None]:
    """In which line, and on which day, a coverage ended or was cancelled: what a family has in common."""
    return coverage.line, coverage.is_cancelled, coverage.begin if coverage.is_cancelled else coverage.end


def _place(before: Book, now: Book, said: SaidMember) -> int | None:
    """Where in the book a person of a corrected file is: as held before the original, or since."""
    held = before.find(said)
    if held is not None:
        return next(place for place, one in enumerate(before.members) if one is held)
    held = now.find(said)
    return next((place for place, one in enumerate(now.members) if one is held), None)
