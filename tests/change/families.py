"""Families in a few words, as last reported and as released today, and what a feed tells of the difference.

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

from edi834.change import (
    Action,
    FamilyDifference,
    FamilyStatement,
    MemberStatement,
    compare_family,
    read_rules,
    tell_changes,
    tell_everything,
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

__all__ = ["Story", "covered", "day", "family", "jane", "pat", "sam", "story", "unreadable"]

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


@dataclass(frozen=True)
class Story:
    """What happened, and what is reported it."""

    difference: FamilyDifference
    statement: FamilyStatement | None

    def of(self, member_id: str) -> MemberStatement:
        """What is reported one person."""
        assert self.statement is not None, "nobody is reported"
        return next(m for m in self.statement.members if m.member.ref.member_id == member_id)

    @property
    def reported_of(self) -> list[str]:
        """Of whom something is reported."""
        return [m.member.ref.member_id for m in self.statement.members] if self.statement else []

    def said(self, member_id: str) -> tuple[Action, str | None, list[tuple[Action, str, str | None]]]:
        """Action and reason, and for each span its action, first day and last day."""
        one = self.of(member_id)
        spans = [(c.action, c.begin.isoformat(), c.end.isoformat() if c.end else None) for c in one.coverages]
        return one.action, one.reason, spans

    @property
    def kinds(self) -> set[str]:
        """The kinds of everything that happened."""
        return {str(event.kind) for event in self.difference.events}


def story(
    reported: ReleasedFamily | None, now: ReleasedFamily | None, *, on: date = TODAY, full: bool = False, **rules: Any
) -> Story:
    """Compare, and tell under these rules (the base rules, if none are given)."""
    chosen, problems = read_rules(rules)
    assert problems == (), problems
    difference = compare_family(reported, now, as_of=on, tier_of_each=chosen.tier_of_each)
    reported_of = tell_everything(difference, chosen, as_of=on) if full else tell_changes(difference, chosen)
    return Story(difference, reported_of)
