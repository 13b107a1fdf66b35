"""Families in a few words, as last reported and as released today, and what a feed says of the difference.

``jane(covered("2026-01-01"))`` is a subscriber with medical coverage; ``family(jane(...), sam(...))`` a family.
Everything is released; what a grant withholds is tested in ``tests/grants``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from edi834.book import (
    Action,
    Desired,
    Dialect,
    FamilyEdit,
    FamilyStatement,
    LastFull,
    MemberStatement,
    contradictions,
    desired,
    diff,
    read,
    read_dialect,
    same_family,
    say_changes,
    say_everything,
)
from edi834.grants import ReleasedFamily, redact
from edi834.model import (
    FIELDS,
    CarrierId,
    Coverage,
    CoveredMember,
    Family,
    FamilyRef,
    GroupId,
    Member,
    MemberId,
)

__all__ = [
    "TODAY", "Story", "as_read", "covered", "day", "days_of", "family", "jane", "kinds_of", "pat", "rules_of", "sam",
    "story", "unreadable",
]  # fmt: skip

GROUP, CARRIER = GroupId("GRP100"), CarrierId("northstar")
TODAY = date(2026, 11, 10)


def day(text: str) -> date:
    return date.fromisoformat(text)


def covered(begin: str = "2026-01-01", end: str | None = None, **values: Any) -> dict[str, Any]:
    """A coverage row: medical PPO500 unless something else is said."""
    if "premium" in values:
        values["premium"] = Decimal(values["premium"])
    return {
        "benefit": "medical",
        "plan_code": "PPO500",
        "effective_date": day(begin),
        "end_date": day(end) if end else None,
        **values,
    }


def _person(member_id: str, relationship: str, first_name: str, rows: tuple[dict[str, Any], ...], **values: Any) -> Any:
    own: dict[str, Any] = {
        "last_name": "Doe",
        "first_name": first_name,
        "birth_date": day("1980-01-01") if relationship in {"self", "spouse"} else day("2015-03-04"),
        "gender": "F",
        "relationship": relationship,
        **{name: day(v) if name.endswith("_date") and isinstance(v, str) else v for name, v in values.items()},
    }
    member = Member(
        group_id=GROUP, member_id=MemberId(member_id), subscriber_id=MemberId(own.pop("subscriber", "E1")), **own
    )
    coverages = [Coverage(group_id=GROUP, member_id=member.member_id, carrier_id=CARRIER, **row) for row in rows]
    return CoveredMember(member, tuple(sorted(coverages, key=lambda c: (c.benefit, c.effective_date, c.plan_code))))


def jane(*rows: dict[str, Any], **values: Any) -> CoveredMember:
    """The subscriber, E1."""
    person: CoveredMember = _person("E1", "self", "Jane", rows, **{"ssn": "900456789", **values})
    return person


def pat(*rows: dict[str, Any], **values: Any) -> CoveredMember:
    """The spouse, E1-1."""
    person: CoveredMember = _person(
        "E1-1", values.pop("relationship", "spouse"), "Pat", rows, **{"ssn": "900456780", **values}
    )
    return person


def sam(*rows: dict[str, Any], **values: Any) -> CoveredMember:
    """A child, E1-2."""
    person: CoveredMember = _person("E1-2", values.pop("relationship", "child"), "Sam", rows, **values)
    return person


def unreadable(person: CoveredMember, *names: str) -> CoveredMember:
    """The same person on a day when these fields cannot be read."""
    blank: Mapping[str, Any] = dict.fromkeys(names)
    return dataclasses.replace(person, member=dataclasses.replace(person.member, **blank), unreadable=frozenset(names))


def family(*people: CoveredMember) -> ReleasedFamily:
    """The released family: as last reported, or as seen today."""
    return redact(Family(FamilyRef(GROUP, MemberId("E1")), people), sorted(FIELDS))


def days_of(people: ReleasedFamily | None, member_id: str = "E1") -> list[tuple[str, str, str | None]]:
    """Plan, first and last day of each of a person's intervals."""
    members = people.members if people is not None else ()
    return [
        (c.plan_code, c.begin.isoformat(), c.end.isoformat() if c.end else None)
        for m in members
        if m.ref.member_id == member_id
        for c in m.coverages
    ]


@dataclass(frozen=True)
class Story:
    """What happened, and what is reported of it."""

    wanted: Desired
    edit: FamilyEdit
    statement: FamilyStatement | None
    dialect: Dialect

    @property
    def target(self) -> ReleasedFamily:
        """The family as the carrier's book shows it afterwards."""
        return self.edit.target

    def of(self, member_id: str) -> MemberStatement:
        """What is reported of one person."""
        assert self.statement is not None, "nobody is reported"
        return next(m for m in self.statement.members if m.member.ref.member_id == member_id)

    @property
    def reported_of(self) -> list[str]:
        """Of whom something is reported."""
        return [m.member.ref.member_id for m in self.statement.members] if self.statement else []

    def said(self, member_id: str) -> tuple[Action, str | None, list[tuple[Action, str, str | None]]]:
        """Action and reason, and for each coverage its action, first day and last day."""
        one = self.of(member_id)
        spans = [(c.action, c.begin.isoformat(), c.end.isoformat() if c.end else None) for c in one.coverages]
        return one.action, one.reason, spans

    def changed_on(self, member_id: str) -> list[str | None]:
        """For each coverage stated, the day from which it is otherwise."""
        return [c.changed_on.isoformat() if c.changed_on else None for c in self.of(member_id).coverages]

    @property
    def kinds(self) -> set[str]:
        """The kinds of everything that happened."""
        return kinds_of(self.edit)

    @property
    def missing(self) -> list[str]:
        """Who is reported, goes on, and is in no row."""
        return [ref.member_id for ref in self.wanted.missing]


def kinds_of(edit: FamilyEdit) -> set[str]:
    """The kinds of everything that happened in a family."""
    return {str(event.kind) for m in edit.members for event in m.events}


def rules_of(mode: str = "changes", **rules: Any) -> Dialect:
    """The base rules with these; rules that contradict each other are refused, as in a feed's file."""
    chosen, problems = read_dialect(rules)
    assert problems == (), problems
    assert contradictions(chosen, mode) == (), contradictions(chosen, mode)
    return chosen


def as_read(story: Story, reported: ReleasedFamily | None) -> ReleasedFamily | None:
    """The family as the carrier's book shows it once it has read the statement; it must make something of each word."""
    if story.statement is None:
        return reported
    book, complaints = read([story.statement], reported, story.dialect)
    assert complaints == (), complaints
    return book


def story(
    reported: ReleasedFamily | None,
    now: ReleasedFamily | None,
    *,
    on: date = TODAY,
    mode: str = "changes",
    last_full: LastFull | None = None,
    **rules: Any,
) -> Story:
    """Say what a feed says one night under these rules (the base rules, if none are given).

    Whatever is said is read as the carrier reads it, and must give the desired book.
    """
    dialect = rules_of(mode, **rules)
    wanted = desired(reported, now, dialect, as_of=on)
    assert wanted.family is not None, "nothing is known of the family"
    people = wanted.family
    if mode != "changes" and dialect.missing == "omission":
        people = people.with_members(m for m in people.members if m.ref not in wanted.gone)
    edit = diff(reported, people, dialect, as_of=on)
    if mode == "changes":
        statement = say_changes(edit, dialect, missing=wanted.gone)
    else:
        statement = say_everything(
            edit, dialect, as_of=on, missing=wanted.gone, last_full=last_full, verifies=mode == "full_audit"
        )
    told = Story(wanted, edit, statement, dialect)
    held = as_read(told, reported)
    assert same_family(held, people, dialect), "the carrier does not understand what is said"
    return told
