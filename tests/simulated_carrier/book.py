"""The carrier's book: who is held under which subscriber identifier, and every coverage of every insurance line.

A person is known as carriers know one: by Social Security number, else by name and day of birth, under the subscriber's
identifier. A correction (loop 2100B) names the person as held before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import zip_longest

from tests.simulated_carrier.message import SaidMember, SaidPerson

__all__ = ["Book", "Facts", "HeldCoverage", "HeldMember", "HeldSpan"]


@dataclass(frozen=True)
class Facts:
    """What is paid, to which physician, in which plan, tier and policy."""

    plan: str
    tier: str = ""
    premium: str = ""
    provider: str = ""
    others: tuple[str, ...] = ()
    policy: str = ""


@dataclass(frozen=True)
class HeldSpan:
    """Days of one coverage that are alike: first and last covered day, as the carrier would pay by them."""

    line: str
    begin: date
    end: date | None
    facts: Facts

    @property
    def plan(self) -> str:
        return self.facts.plan

    @property
    def tier(self) -> str:
        return self.facts.tier

    def covers(self, day: date) -> bool:
        return self.begin <= day and (self.end is None or day <= self.end)


@dataclass
class HeldCoverage:
    """One coverage as the carrier knows it: its first day, its last, and since when it is as it is.

    One that was cancelled is remembered, as it may be reinstated, but covers no day.
    """

    line: str
    begin: date
    end: date | None
    parts: dict[date, Facts]
    is_cancelled: bool = False

    @property
    def facts(self) -> Facts:
        """How it is in the end."""
        return self.parts[max(self.parts)]

    @property
    def plan(self) -> str:
        return self.facts.plan

    def covers(self, day: date) -> bool:
        return not self.is_cancelled and self.begin <= day and (self.end is None or day <= self.end)

    def shares_a_day_with(self, other: HeldCoverage) -> bool:
        return self.covers(other.begin) or other.covers(self.begin)

    def facts_on(self, day: date) -> Facts:
        """How it is on a day; before its first day, as it begins."""
        return self.parts[max((d for d in self.parts if d <= day), default=min(self.parts))]

    def is_throughout(self, begin: date, facts: Facts) -> None:
        """It began on that day, and was so all the time."""
        self.begin, self.parts, self.is_cancelled = begin, {begin: facts}, False

    def is_from(self, day: date, facts: Facts) -> None:
        """From that day on it is so; the days before are as they were."""
        self.parts = {**{d: f for d, f in self.parts.items() if d < day}, day: facts}

    def ends_by(self, last: date) -> None:
        """No day after that one is covered; what would have begun on it or later never does."""
        if self.is_cancelled or (self.end is not None and self.end <= last):
            return
        if last <= self.begin:
            self.is_cancelled = True
        else:
            self.end = last

    def spans(self) -> Iterator[HeldSpan]:
        """Its days, a span for all that are alike."""
        firsts = [] if self.is_cancelled else sorted(d for d in self.parts if self.covers(d))
        for first, following in zip_longest(firsts, firsts[1:]):
            last = following - timedelta(days=1) if following is not None else self.end
            yield HeldSpan(self.line, first, last, self.parts[first])


@dataclass
class HeldMember:
    """One person as held."""

    subscriber_id: str
    is_subscriber: bool
    relationship: str
    person: SaidPerson
    policy: str = ""
    status: str = ""
    medicare: str = ""
    student: str = ""
    handicap: str = ""
    department: str = ""
    address: tuple[str, ...] = ()
    mailing: tuple[str, ...] = ()
    contacts: dict[str, str] = field(default_factory=dict)
    coverages: list[HeldCoverage] = field(default_factory=list)

    @property
    def spans(self) -> list[HeldSpan]:
        """Every day that is covered, a span for all that are alike."""
        return [span for coverage in self.coverages for span in coverage.spans()]

    @property
    def effective(self) -> list[HeldCoverage]:
        """What was not cancelled."""
        return [coverage for coverage in self.coverages if not coverage.is_cancelled]

    def copied(self) -> HeldMember:
        """The same, to be kept as it is now."""
        return replace(
            self, contacts=dict(self.contacts), coverages=[replace(c, parts=dict(c.parts)) for c in self.coverages]
        )

    def ends_by(self, last: date) -> None:
        """Nothing is covered after that day."""
        for coverage in self.coverages:
            coverage.ends_by(last)

    @property
    def last_day(self) -> date | None:
        """The last covered day of a membership that has ended; None of one that goes on, or never was."""
        ends = [coverage.end for coverage in self.effective]
        return max((end for end in ends if end is not None), default=None) if all(ends) else None

    def moves_its_end(self, last: date, was: date | None) -> None:
        """What ended with the membership on the day that it was ends on another."""
        for coverage in self.effective:
            if was is not None and coverage.end == was:
                coverage.end = None
                coverage.ends_by(last)

    def covers(self, day: date) -> bool:
        """Whether anything is covered on that day."""
        return any(coverage.covers(day) for coverage in self.coverages)

    def is_covered_from(self, day: date) -> bool:
        """Whether anything is covered on that day or after it."""
        return any(coverage.end is None or coverage.end >= day for coverage in self.effective)


@dataclass
class Book:
    """Everyone held, in the order in which they came."""

    members: list[HeldMember] = field(default_factory=list)

    def copied(self) -> Book:
        """The same, to be kept as it is now."""
        return Book([member.copied() for member in self.members])

    def family(self, subscriber_id: str) -> Iterator[HeldMember]:
        return (member for member in self.members if member.subscriber_id == subscriber_id)

    def subscriber(self, subscriber_id: str) -> HeldMember | None:
        return next((member for member in self.family(subscriber_id) if member.is_subscriber), None)

    def find(self, said: SaidMember) -> HeldMember | None:
        """The person that a loop 2000 speaks of, if held."""
        if said.is_subscriber:
            return self.subscriber(said.subscriber_id)
        candidates = [member for member in self.family(said.subscriber_id) if not member.is_subscriber]
        found = _look_up(candidates, _known_as(said))
        # A correction that was made already finds the person by what is right.
        return found if found is not None or said.prior is None else _look_up(candidates, said.person)


def _look_up(candidates: list[HeldMember], known_as: SaidPerson) -> HeldMember | None:
    by_number = [m for m in candidates if known_as.ssn and m.person.ssn == known_as.ssn]
    if by_number:
        return by_number[0]
    by_name = [m for m in candidates if _same_name(m.person, known_as)]
    if known_as.birth is not None:
        by_name = [m for m in by_name if m.person.birth == known_as.birth]
    return by_name[0] if len(by_name) == 1 else None


def _known_as(said: SaidMember) -> SaidPerson:
    """The person as the carrier should know them: by what was reported before, where the file repeats it."""
    now, prior = said.person, said.prior
    if prior is None:
        return now
    return SaidPerson(
        prior.last_name or now.last_name, prior.first_name or now.first_name, prior.ssn or now.ssn,
        prior.birth or now.birth, prior.gender or now.gender,
    )  # fmt: skip


def _same_name(held: SaidPerson, said: SaidPerson) -> bool:
    other_number = held.ssn and said.ssn and held.ssn != said.ssn
    return not other_number and (held.last_name, held.first_name) == (said.last_name, said.first_name)
