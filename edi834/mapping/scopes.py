"""The values that expressions see: a statement about a family, turned into names and values.

Every format of file is written from these scopes, so a name means the same in an 834, a flat file and a worklist.
Only released values are here; a field that was not released is absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from edi834.book import Interval, effective
from edi834.book.events import EventKind
from edi834.book.statement import Action, CoverageStatement, FamilyStatement, MemberStatement
from edi834.grants import Record, ReleasedFamily
from edi834.mapping.document import FileFacts
from edi834.mapping.language import Answer, CarrierIdentity, Scope
from edi834.model import GroupId, MemberRef

__all__ = ["Counts", "Surroundings", "coverage_scopes", "other_insurance_scopes"]

_ENDINGS = frozenset({Action.END, Action.DELETE})
_NO_RECORD: Record = {}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people a transaction set (of a flat file: the file) tells of."""

    members: int = 0
    subscribers: int = 0

    @property
    def dependents(self) -> int:
        """How many of them are dependents."""
        return self.members - self.subscribers


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is the same for everybody in a file.

    Attributes:
      facts: The file's facts.
      carrier: Who receives.
      groups: The released values of each employer, by id.
      constants: The mapping's constants; whoever writes a file with a mapping puts them here.
      invented_people: Whether the workspace holds invented people, whose numbers from 900 are SSNs and no ITINs.
    """

    facts: FileFacts
    carrier: CarrierIdentity
    groups: Mapping[GroupId, Record]
    constants: Mapping[str, str] = field(default_factory=dict)
    invented_people: bool = False

    def file_scope(self, group_id: GroupId, counts: Counts) -> Scope:
        """What headers and trailers see."""
        facts = self.facts
        record: dict[str, Answer] = {
            "feed_id": facts.feed_id,
            "control_number": facts.control_number,
            "reference": facts.reference,
            "original_reference": facts.original_reference,
            "purpose": str(facts.purpose),
            "scope": str(facts.scope),
            "created_date": facts.created.date(),
            "created_time": facts.created.time().replace(microsecond=0),
            "as_of": facts.as_of,
            "is_test": facts.is_test,
            "remote_name": facts.remote_name,
            "members": counts.members,
            "subscribers": counts.subscribers,
            "dependents": counts.dependents,
        }
        carrier = {"id": self.carrier.id, "name": self.carrier.name, "tax_id": self.carrier.tax_id}
        group = self.groups.get(group_id, _NO_RECORD)
        return Scope(group=group, file=record, feed=self.constants, carrier=carrier)

    def member_scope(self, around: Scope, family: FamilyStatement, statement: MemberStatement) -> Scope:
        """What is seen when a member is written; ``around`` is the scope of the file or set."""
        reported = statement.reported
        return replace(
            around,
            member=self._person(statement.member.ref, statement.member.values, family.target),
            subscriber=self._subscriber(family, statement),
            reported=self._person(reported.ref, reported.values, family.reported) if reported else _NO_RECORD,
            family=_people_covered(family.target, self.facts.as_of),
            change=_change(statement),
            coverage=_first_coverage(statement),
        )

    def _subscriber(self, family: FamilyStatement, statement: MemberStatement) -> Mapping[str, Answer]:
        """The subscriber; of one who is not here nothing is known but the identifier, which is the family's own."""
        known = family.reported if statement.as_reported and family.reported is not None else family.target
        subscriber, member = known.subscriber, statement.member
        if subscriber is not None:
            return self._person(subscriber.ref, subscriber.values, known)
        named = {"member_id": member.ref.subscriber_id} if "member_id" in member.values else {}
        code = known.person_codes.get(member.ref.subscriber_id)
        return {**named, "is_subscriber": True, "has_itin": False, "person_code": code}

    def _person(self, ref: MemberRef, values: Record, family: ReleasedFamily | None) -> Mapping[str, Answer]:
        code = family.person_code(ref) if family is not None else None
        ssn = values.get("ssn")
        has_itin = isinstance(ssn, str) and ssn.startswith("9") and not self.invented_people
        return {**values, "is_subscriber": ref.is_subscriber, "has_itin": has_itin, "person_code": code}


def coverage_scopes(around: Scope, statement: MemberStatement) -> Iterator[tuple[CoverageStatement, Scope]]:
    """What is seen when each span of a member is written."""
    for span in statement.coverages:
        record: dict[str, Answer] = {
            "action": str(span.action),
            "begin": span.begin,
            "end": span.end,
            "changed_on": span.changed_on,
        }
        yield span, replace(around, coverage=span.coverage.values, span=record)


def other_insurance_scopes(around: Scope, statement: MemberStatement) -> Iterator[Scope]:
    """What is seen when each other insurance is written under a span: none under one that ends."""
    if around.span.get("action") in _ENDINGS:
        return
    benefit = around.coverage.get("benefit")
    for record in statement.member.other_insurance:
        if record.get("benefit") in (None, benefit):
            yield replace(around, other_insurance=record)


def _people_covered(family: ReleasedFamily, as_of: date) -> Mapping[str, Answer]:
    """How many people of a family are covered on that day or from a later one."""
    covered = [m for m in family.members if any(c.end is None or c.end >= as_of for c in effective(m.coverages))]
    return {"members": len(covered), "dependents": sum(not m.ref.is_subscriber for m in covered)}


def _change(statement: MemberStatement) -> Mapping[str, Answer]:
    return {
        "action": str(statement.action),
        "reason": None if statement.reason is None else str(statement.reason),
        "effective_date": statement.effective,
        "first_day": statement.first_day,
        "last_day": statement.last_day,
        "ends_member": statement.ends_member,
        "is_brief": statement.is_brief,
        "is_new": statement.reported is None,
        "moves_first_day": _moves(statement, first=True),
        "moves_last_day": _moves(statement, first=False),
        "corrects_identity": _corrects_identity(statement),
        "previous_subscriber_id": _previous_subscriber(statement),
    }


def _moves(statement: MemberStatement, *, first: bool) -> bool:
    """Whether a reported first or last covered day was another, of somebody whose membership goes on or stays ended."""
    reported = statement.reported
    if reported is None or statement.action is Action.ADD or not statement.coverages:
        return False
    days = [_span_of(person.coverages) for person in (reported, statement.member)]
    if None in days:
        return False
    before, now = days
    assert before is not None
    assert now is not None
    if first:
        return before[0] != now[0]
    return before[1] is not None and now[1] is not None and before[1] != now[1]


def _span_of(coverages: Iterable[Interval]) -> tuple[date, date | None] | None:
    """The first and last day of effective coverages; None where there is none."""
    known = effective(coverages)
    if not known:
        return None
    ends = [one.end for one in known if one.end is not None]
    return min(one.begin for one in known), max(ends) if len(ends) == len(known) else None


def _corrects_identity(statement: MemberStatement) -> bool:
    """Whether the person is reported otherwise than before; not where one is ended as reported, and added anew."""
    reported = statement.reported
    differs = reported is not None and reported.values != statement.member.values
    return differs and any(event.kind is EventKind.IDENTITY_CORRECTION for event in statement.events)


def _previous_subscriber(statement: MemberStatement) -> str | None:
    """The subscriber under whom somebody was reported before they moved, where that is another than now."""
    before = statement.moved_from
    if before is None or "member_id" not in statement.member.values:
        return None
    return before.subscriber_id if before.subscriber_id != statement.member.ref.subscriber_id else None


def _first_coverage(statement: MemberStatement) -> Record:
    """The span a member-level name like ``coverage.policy_number`` speaks of: the first that goes on."""
    going_on = [span for span in statement.coverages if span.action not in _ENDINGS]
    reported = going_on or list(statement.coverages)
    if reported:
        return reported[0].coverage.values
    held = [coverage for coverage in statement.member.coverages if coverage.end is None] or statement.member.coverages
    return held[0].values if held else _NO_RECORD
