"""A grant: the Data Owner's permission to report certain fields about the group's people to a carrier.

A field is allowed, withheld on purpose, or not spoken of; only what is allowed leaves, a withheld field stays blank,
and a feed that needs a field nobody spoke of is held until the Data Owner does.
Reading grant files belongs to ``edi834/workspace``; levels and signatures are not part of a grant yet.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from edi834.errors import Place
from edi834.model import CarrierId, FieldPath, Finding, GroupId, Severity

__all__ = ["STRUCTURAL_FIELDS", "Grant", "Release", "decide_release"]

STRUCTURAL_FIELDS: frozenset[FieldPath] = frozenset(
    map(
        FieldPath,
        (
            "member.relationship",  # who is whose dependent
            "coverage.benefit",  # which feed a coverage belongs to
            "coverage.plan_code",  # what a plan change is seen by
            "coverage.effective_date",  # a span needs its first day
            "coverage.end_date",  # and its last
        ),
    )
)
"""Fields without which no change can be understood: every feed uses them, so every grant must allow them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One group's permission for one recipient.

    Attributes:
      group_id: The Data Owner.
      carrier_id: The recipient.
      allow: Fields that may be reported to the recipient.
      withhold: Fields that are left blank on purpose.
      valid_from: First day of the permission.
      valid_to: Last day; None while it stands until withdrawn.
      plaintext: Whether the recipient may be given files that are not sealed with a key (paper, for one).
      reference: The agreement it rests on (a business associate agreement's number, for one).
      place: The file it was read from.
    """

    group_id: GroupId
    carrier_id: CarrierId
    allow: frozenset[FieldPath]
    withhold: frozenset[FieldPath] = frozenset()
    valid_from: date
    valid_to: date | None = None
    plaintext: bool = False
    reference: str | None = None
    place: Place | None = None

    def is_valid_on(self, day: date) -> bool:
        """Whether the permission stands on that day, both ends included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Release:
    """What one feed may report.

    Attributes:
      fields: By group, the fields that are released, in sorted order. A group that is missing here is not released.
      findings: Why a group is not released, and which fields nobody spoke of.
      missing: By group, the fields that the feed uses and the grant neither allows nor withholds.
    """

    fields: Mapping[GroupId, tuple[FieldPath, ...]]
    findings: tuple[Finding, ...] = ()
    missing: Mapping[GroupId, frozenset[FieldPath]] = field(default_factory=dict)


def decide_release(
    grants: Sequence[Grant],
    *,
    groups: Collection[GroupId],
    carrier_id: CarrierId,
    used: Collection[FieldPath],
    day: date,
) -> Release:
    """Decide which fields of which groups one feed may report on that day.

    Args:
      grants: All grants known.
      groups: The groups that the feed serves.
      carrier_id: The feed's recipient.
      used: The fields that the feed's mapping uses; structural fields are added.
      day: The day of the run.

    Returns:
      The release. Fields of ``group`` tables are about the employer itself and are decided like any other.
    """
    wanted = frozenset(used) | STRUCTURAL_FIELDS
    released: dict[GroupId, tuple[FieldPath, ...]] = {}
    missing: dict[GroupId, frozenset[FieldPath]] = {}
    findings: list[Finding] = []
    for group_id in sorted(groups):
        standing = [g for g in grants if g.group_id == group_id and g.carrier_id == carrier_id and g.is_valid_on(day)]
        if not standing:
            findings.append(_no_grant(group_id, carrier_id, day, grants))
            continue
        allow = frozenset[FieldPath]().union(*(g.allow for g in standing))
        withhold = frozenset[FieldPath]().union(*(g.withhold for g in standing))
        unspoken = wanted - allow - withhold | (STRUCTURAL_FIELDS & withhold)
        if unspoken:
            missing[group_id] = unspoken
            findings.append(_unspoken(group_id, carrier_id, unspoken, standing[0]))
        released[group_id] = tuple(sorted((wanted & allow) - withhold))
    return Release(released, tuple(findings), missing)


def _no_grant(group_id: GroupId, carrier_id: CarrierId, day: date, grants: Sequence[Grant]) -> Finding:
    lapsed = [g for g in grants if g.group_id == group_id and g.carrier_id == carrier_id]
    if lapsed:
        text = f"the grant of {group_id} for {carrier_id} does not stand on {day.isoformat()}"
        return Finding("E834-0201", Severity.ERROR, text, place=lapsed[-1].place)
    return Finding("E834-0202", Severity.ERROR, f"{group_id} has given no grant for {carrier_id}")


def _unspoken(group_id: GroupId, carrier_id: CarrierId, fields: frozenset[FieldPath], grant: Grant) -> Finding:
    names = ", ".join(sorted(fields))
    text = f"the grant of {group_id} for {carrier_id} neither allows nor withholds: {names}"
    return Finding("E834-0203", Severity.ERROR, text, place=grant.place)
