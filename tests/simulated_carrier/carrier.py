"""The carrier: it applies files to its book, set by set, and says what it could not make sense of.

How it reads the verbs (INS03, HD01) follows the guide and X12's published examples, as ``DOMAIN.md`` sections 1 and 3
gather them; where practice varies it takes the base reading:

- 024 on INS ends everything of the person that the file gives no later day of its own; 349 on or before 348 cancels.
- 001 on HD with the day of a span held changes that span in place. With another day and another plan or tier, the span
  goes on so from that day, and what was before ends the day before; with another day and the same plan and tier, the
  first day was wrong.
- 030 states how somebody's coverage stands: what is held on the same days of that line and is not stated, goes.
- A correction (2100B) to a number under which another of the family is held says that the two are one person.
- A person who does not end is stated whole: what is no longer sent of the addresses is no longer held.

And of files:

- The same interchange again (ISA13) is the same file, and is read once.
- A copy (BGN01 22) is for a carrier that lost the original (BGN06); whoever read that sets the copy aside.
- A corrected file (BGN01 15) takes the original's place (BGN06) for the people whom it names: what the original did to
  them is taken back first.
- A file that replaces (BGN08 RX) holds everyone: whom it leaves out ends the day before it was written (BGN03). One of
  which a set was rejected was not read whole, and ends nobody.
- Whatever carriers read differently is agreed on beforehand (``agreement.py``).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

from tests.simulated_carrier.agreement import Agreement
from tests.simulated_carrier.book import Book, HeldMember, HeldSpan
from tests.simulated_carrier.message import SaidCoverage, SaidFile, SaidMember, SaidSet, file_of

__all__ = ["Carrier", "Complaint"]

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Complaint:
    """What the carrier would ask about: what is wrong, of whom, in which line."""

    what: str
    subscriber_id: str
    first_name: str
    line: str = ""


@dataclass
class Carrier:
    """A book, and everything that was odd about the files it was kept from."""

    book: Book = field(default_factory=Book)
    complaints: list[Complaint] = field(default_factory=list)
    agreement: Agreement = field(default_factory=Agreement)
    _numbers: set[int] = field(default_factory=set)
    _read: set[str] = field(default_factory=set)
    _newest: tuple[str, Book] = field(default_factory=lambda: ("", Book()))

    def apply(self, content: bytes, *, rejecting: Collection[str] = ()) -> None:
        """Take a file in, all but the transaction sets that are rejected (by ST02), as with a 999."""
        said = file_of(content)
        if said.number in self._numbers:
            return
        self._numbers.add(said.number)
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
        if len(taken) == len(said.sets) and any(one.scope == "RX" for one in taken):
            self._end_the_left_out(said, named)

    def _take_back(self, said: SaidFile, taken: Collection[SaidSet]) -> None:
        """What the original did to the people of a corrected file is undone."""
        newest, before = self._newest
        if newest != said.original:
            self.complaints.append(Complaint(f"15 of {said.original}, which is not the newest file", "", ""))
            return
        people = {
            place: before.members[place].copied() if place < len(before.members) else None
            for one in taken
            for member in one.members
            if (place := _place(before, self.book, member)) is not None
        }
        for place, stood in people.items():
            if stood is not None:
                self.book.members[place] = stood
            else:
                self.book.members[place].spans.clear()

    def _end_the_left_out(self, said: SaidFile, named: Collection[int]) -> None:
        for member in self.book.members:
            if id(member) not in named and member.is_covered_from(said.day):
                member.end_by(said.day - _ONE_DAY)

    def _apply_set(self, said: SaidSet) -> set[int]:
        named = {id(held) for member in said.members if (held := _Visit(self, member).apply()) is not None}
        for member in said.members:
            if member.verb in {"021", "025", "030"} and self.book.subscriber(member.subscriber_id) is None:
                self._complain("a dependent without a subscriber", member)
        return named

    def _complain(self, what: str, said: SaidMember, line: str = "") -> None:
        self.complaints.append(Complaint(what, said.subscriber_id, said.person.first_name, line))


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
        for coverage in self.said.coverages:
            self._coverage(held, coverage)
        if self.said.verb == "030":
            self._replace_by_what_is_stated(held)
        if self.said.verb == "024":
            self._end_everything(held)
        if self.said.verb == "025" and not self.said.coverages:
            for span in held.spans:
                span.end = None
        self._look_for_overlaps(held)
        return held

    def _complain(self, what: str, line: str = "") -> None:
        self.carrier._complain(what, self.said, line)

    def _take_identity(self, held: HeldMember) -> None:
        """What is sent of name, number, birth and gender holds; what is not, stands."""
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
        """Whoever is held beside somebody under the number that they are corrected to is the same person."""
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

    def _coverage(self, held: HeldMember, said: SaidCoverage) -> None:
        if said.begin is None:
            self._complain("coverage without a first day", said.line)
            return
        agreed = self.carrier.agreement
        end = said.end or (self.said.last_day if said.verb == "024" else None)
        if agreed.far_day_is_open and end == date(9999, 12, 31):
            end = None
        if agreed.day_before_cancels and end == said.begin - _ONE_DAY:
            end = said.begin
        if end is not None and end < said.begin:
            self._complain("termination before the first day", said.line)
            return
        verbs = {
            "021": self._add, "024": self._end, "025": self._reinstate, "002": self._delete,
            "001": self._change, "026": self._change, "030": self._audit,
        }  # fmt: skip
        verbs[said.verb](held, said, said.begin, end)

    def _add(self, held: HeldMember, said: SaidCoverage, begin: date, end: date | None) -> None:
        known = _beginning(held, said.line, begin)
        if known is not None and self.carrier.agreement.adding_reinstates and known.end is not None:
            self._reinstate(held, said, begin, end)
            return
        if known is not None:
            self._complain("021 of a span that is held already", said.line)
            return
        held.spans.append(_span(said, begin, end))

    def _end(self, held: HeldMember, said: SaidCoverage, begin: date, end: date | None) -> None:
        span = _beginning(held, said.line, begin)
        if span is None:
            self._complain("024 of a span that is not held", said.line)
        elif span.plan != said.plan:
            self._complain("024 of a span that is held in another plan", said.line)
        elif end is None:
            self._complain("024 without a last day", said.line)
        elif end <= begin:
            held.spans.remove(span)
        else:
            span.tier, span.end = said.tier or span.tier, end

    def _reinstate(self, held: HeldMember, said: SaidCoverage, begin: date, end: date | None) -> None:
        span = _beginning(held, said.line, begin)
        if span is None:
            self._complain("025 of a span that is not held", said.line)
        elif span.end is None:
            self._complain("025 of a span that never ended", said.line)
        elif span.plan != said.plan:
            self._complain("025 of a span that is held in another plan", said.line)
        else:
            _restate(span, said, end)
            span.end = end

    def _delete(self, held: HeldMember, said: SaidCoverage, begin: date, _end: date | None) -> None:
        span = _beginning(held, said.line, begin)
        if span is None:
            self._complain("002 of a span that is not held", said.line)
        else:
            held.spans.remove(span)

    def _change(self, held: HeldMember, said: SaidCoverage, begin: date, end: date | None) -> None:
        span = _beginning(held, said.line, begin)
        if span is not None:
            if end is not None and end <= begin:
                held.spans.remove(span)
            else:
                _restate(span, said, end)
            return
        span = _meant(held, said.line, begin)
        if span is None:
            self._complain(f"{said.verb} of a span that is not held", said.line)
        elif span.plan == said.plan and said.tier in {"", span.tier}:
            span.begin = begin
            _restate(span, said, end)
        else:
            tier = said.tier or span.tier
            held.spans.append(replace(_span(said, begin, end), tier=tier))
            span.end = begin - _ONE_DAY

    def _audit(self, held: HeldMember, said: SaidCoverage, begin: date, end: date | None) -> None:
        span = _beginning(held, said.line, begin)
        if span is not None and end is not None and end <= begin:
            held.spans.remove(span)
        elif span is not None:
            _restate(span, said, end)
            span.end = end
        elif end is None or end > begin:
            held.spans.append(_span(said, begin, end))

    def _replace_by_what_is_stated(self, held: HeldMember) -> None:
        """030 states how coverage stands: what is held on the same days and is not stated, is not so."""
        stated = {(c.line, c.begin) for c in self.said.coverages}
        standing = [span for span in held.spans if (span.line, span.begin) in stated]
        for span in list(held.spans):
            other_days = all(not _share_a_day(span, one) for one in standing if one.line == span.line)
            if (span.line, span.begin) not in stated and not other_days:
                held.spans.remove(span)

    def _end_everything(self, held: HeldMember) -> None:
        """024 on INS: what the file gives no day of its own ends with the membership (DTP 357)."""
        last = self.said.last_day
        if last is None:
            if not self.said.coverages:
                self._complain("024 without a last day")
            return
        named = {(c.line, c.begin) for c in self.said.coverages}
        for span in list(held.spans):
            if (span.line, span.begin) in named or (span.end is not None and span.end <= last):
                continue
            if last <= span.begin:
                held.spans.remove(span)
            else:
                span.end = last
        if self.said.is_subscriber and self.carrier.agreement.family_ends_with_subscriber:
            for member in self.carrier.book.family(held.subscriber_id):
                if member is not held:
                    member.end_by(last)

    def _look_for_overlaps(self, held: HeldMember) -> None:
        ordered = sorted(held.spans, key=lambda span: (span.line, span.begin))
        for one, next_one in pairwise(ordered):
            if one.line == next_one.line and one.covers(next_one.begin):
                self._complain("two spans of one line on the same day", one.line)


def _place(before: Book, now: Book, said: SaidMember) -> int | None:
    """Where in the book somebody stands whom a corrected file names: as held before the original, or since."""
    held = before.find(said)
    if held is not None:
        return next(place for place, one in enumerate(before.members) if one is held)
    held = now.find(said)
    return next((place for place, one in enumerate(now.members) if one is held), None)


def _span(said: SaidCoverage, begin: date, end: date | None) -> HeldSpan:
    return HeldSpan(said.line, said.plan, said.tier, begin, end, said.premium, said.provider, said.others)


def _restate(span: HeldSpan, said: SaidCoverage, end: date | None) -> None:
    """Take over what is said of a span in place; what is not said stands, but a day that is said."""
    span.plan, span.tier, span.premium, span.provider = said.plan, said.tier or span.tier, said.premium, said.provider
    span.others = said.others
    span.end = end if end is not None else span.end


def _share_a_day(one: HeldSpan, other: HeldSpan) -> bool:
    return one.covers(other.begin) or other.covers(one.begin)


def _beginning(held: HeldMember, line: str, begin: date) -> HeldSpan | None:
    return next((span for span in held.of_line(line) if span.begin == begin), None)


def _meant(held: HeldMember, line: str, begin: date) -> HeldSpan | None:
    """The span that a change with a first day of its own speaks of: what covers that day, or the next to begin."""
    spans = sorted(held.of_line(line), key=lambda span: span.begin)
    return next((s for s in spans if s.covers(begin)), next((s for s in spans if s.begin > begin), None))
