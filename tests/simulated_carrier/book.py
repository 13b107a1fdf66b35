"""The carrier's book: who is held under which subscriber identifier, and every span of every insurance line.

A person is known as carriers know one: by Social Security number, else by name and day of birth, under the subscriber's
identifier. A correction (loop 2100B) names the person as held before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from tests.simulated_carrier.message import SaidMember, SaidPerson

__all__ = ["Book", "HeldMember", "HeldSpan"]


@dataclass
class HeldSpan:
    """One span of one insurance line: first and last covered day, as the carrier would pay by them."""

    line: str
    plan: str
    tier: str
    begin: date
    end: date | None
    premium: str = ""
    provider: str = ""
    others: tuple[str, ...] = ()

    def covers(self, day: date) -> bool:
        return self.begin <= day and (self.end is None or day <= self.end)


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
    spans: list[HeldSpan] = field(default_factory=list)

    def copied(self) -> HeldMember:
        """The same, to be kept as it is now."""
        return replace(self, contacts=dict(self.contacts), spans=[replace(span) for span in self.spans])

    def end_by(self, last: date) -> None:
        """Nothing is covered after that day; what would have begun after it never does."""
        for span in list(self.spans):
            if span.end is not None and span.end <= last:
                continue
            if last <= span.begin:
                self.spans.remove(span)
            else:
                span.end = last

    def of_line(self, line: str) -> list[HeldSpan]:
        return [span for span in self.spans if span.line == line]

    def is_covered_from(self, day: date) -> bool:
        """Whether anything is covered on that day or after it."""
        return any(span.end is None or span.end >= day for span in self.spans)


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
        """Whoever a loop 2000 speaks of, if held."""
        if said.is_subscriber:
            return self.subscriber(said.subscriber_id)
        candidates = [member for member in self.family(said.subscriber_id) if not member.is_subscriber]
        found = _look_up(candidates, _known_as(said))
        # A correction that was made already finds whom it is about by what is right.
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
