"""A family: a subscriber with the dependents, their coverages and other insurance, as one unit.

The family is the unit of reading, of comparison, of quarantine and of what is reported; it is never split.
It is unreleased: it holds whatever the snapshot holds, for one feed's coverages.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType

from edi834.model.coverage import Coverage, OtherInsurance
from edi834.model.fields import FieldKind, FieldPath, ModelField, columns_of
from edi834.model.ids import FamilyRef
from edi834.model.person import Group, Member

__all__ = [
    "COVERAGE_COLUMNS",
    "FIELDS",
    "GROUP_COLUMNS",
    "MEMBER_COLUMNS",
    "OTHER_INSURANCE_COLUMNS",
    "CoveredMember",
    "Family",
    "field_at",
]

GROUP_COLUMNS = columns_of(Group, "group")
MEMBER_COLUMNS = columns_of(Member, "member")
COVERAGE_COLUMNS = columns_of(Coverage, "coverage")
OTHER_INSURANCE_COLUMNS = columns_of(OtherInsurance, "other_insurance")

FIELDS: Mapping[FieldPath, ModelField] = MappingProxyType(
    {
        field.path: field
        for columns in (GROUP_COLUMNS, MEMBER_COLUMNS, COVERAGE_COLUMNS, OTHER_INSURANCE_COLUMNS)
        for field in columns.values()
    }
)
"""Every field by its path, extras excepted."""


def field_at(path: FieldPath) -> ModelField | None:
    """Give the field of that path, or None; ``member.extra.NAME`` and ``coverage.extra.NAME`` are text fields."""
    known = FIELDS.get(path)
    if known is not None:
        return known
    table, _, name = path.partition(".extra.")
    if name and table in {"member", "coverage"}:
        return ModelField(path=path, name=f"extra.{name}", table=table, kind=FieldKind.TEXT, meaning="an extra column")
    return None


@dataclasses.dataclass(frozen=True, slots=True)
class CoveredMember:
    """A member with everything that one feed may choose from.

    Attributes:
      member: The person.
      coverages: The spans of the feed's carrier and benefits, by benefit, first day and plan.
      other_insurance: Other insurance the person has, by order.
      unreadable: Names of optional member fields whose value could not be read; the value here is None, and whoever
        compares keeps what was last reported of them.
    """

    member: Member
    coverages: tuple[Coverage, ...]
    other_insurance: tuple[OtherInsurance, ...] = ()
    unreadable: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True, slots=True)
class Family:
    """A subscriber and the dependents, the subscriber first, then by member_id.

    Attributes:
      ref: Which family.
      members: Everyone with a chosen coverage; the subscriber stands here even without one, as the dependents'
        context, and is then not reported on its own.
    """

    ref: FamilyRef
    members: tuple[CoveredMember, ...]
