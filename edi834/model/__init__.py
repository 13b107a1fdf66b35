"""Who is covered: people, coverages and families as immutable values, and the words they are described in.

Everything is a frozen dataclass; absent is None; money is Decimal and days are dates.
Nothing here reads, compares, releases or writes: those are the rooms around it.
"""

from edi834.model.canonical import Value, canonical
from edi834.model.coverage import Coverage, OtherInsurance
from edi834.model.family import (
    COVERAGE_COLUMNS,
    FIELDS,
    GROUP_COLUMNS,
    MEMBER_COLUMNS,
    OTHER_INSURANCE_COLUMNS,
    CoveredMember,
    Family,
    field_at,
)
from edi834.model.fields import FieldKind, FieldPath, ModelField
from edi834.model.finding import Finding, Severity, masked
from edi834.model.ids import CarrierId, FamilyRef, FeedId, GroupId, MemberId, MemberRef, TransmissionId, shown
from edi834.model.person import Group, Member
from edi834.model.vocabulary import VOCABULARIES

__all__ = [
    "COVERAGE_COLUMNS",
    "FIELDS",
    "GROUP_COLUMNS",
    "MEMBER_COLUMNS",
    "OTHER_INSURANCE_COLUMNS",
    "VOCABULARIES",
    "CarrierId",
    "Coverage",
    "CoveredMember",
    "Family",
    "FamilyRef",
    "FeedId",
    "FieldKind",
    "FieldPath",
    "Finding",
    "Group",
    "GroupId",
    "Member",
    "MemberId",
    "MemberRef",
    "ModelField",
    "OtherInsurance",
    "Severity",
    "TransmissionId",
    "Value",
    "canonical",
    "field_at",
    "masked",
    "shown",
]
