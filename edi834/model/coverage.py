"""Coverage: one member, one benefit, one plan, one span of dates; and the other insurance a person has.

Every field is a column of ``docs/snapshot.md`` of the same name; a span runs from its first to its last covered day.
How spans of one benefit follow each other is ``edi834/book``'s.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from edi834.model.fields import FieldKind, column
from edi834.model.ids import CarrierId, GroupId, MemberId

__all__ = ["Coverage", "OtherInsurance"]

_T, _C, _D, _M, _I, _F = (
    FieldKind.TEXT,
    FieldKind.CODE,
    FieldKind.DATE,
    FieldKind.MONEY,
    FieldKind.INTEGER,
    FieldKind.FLAG,
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One span of one benefit. ``subscriber_id`` is needed only where a dependent has two subscribers."""

    group_id: GroupId = column(_T, "the employer", required=True)
    member_id: MemberId = column(_T, "the person covered", required=True)
    benefit: str = column(_C, "the kind of benefit", vocabulary="benefit", required=True)
    plan_code: str = column(_T, "the plan chosen", required=True)
    carrier_id: CarrierId = column(_T, "who insures or administers it", required=True)
    effective_date: date = column(_D, "first covered day", required=True)
    subscriber_id: MemberId | None = column(_T, "through whom, where a dependent has two subscribers")
    end_date: date | None = column(_D, "last covered day; absent while open")
    policy_number: str | None = column(_T, "group or policy number at the carrier")
    tier: str | None = column(_C, "coverage tier", vocabulary="tier")
    volume: Decimal | None = column(_M, "face amount or election amount")
    premium: Decimal | None = column(_M, "premium for one period")
    employee_contribution: Decimal | None = column(_M, "the employee's share for one period")
    employer_contribution: Decimal | None = column(_M, "the employer's share for one period")
    premium_frequency: str | None = column(_C, "the period", vocabulary="premium_frequency")
    provider_code: str | None = column(_T, "the chosen primary-care physician or dentist, by identifier")
    provider_name: str | None = column(_T, "the chosen provider's name")
    provider_existing_patient: bool | None = column(_F, "whether the person is already that provider's patient")
    late_enrollee: bool | None = column(_F, "whether the person enrolled late")
    prior_coverage_months: int | None = column(_I, "months of prior creditable coverage")
    end_reason: str | None = column(_C, "why the coverage ended", vocabulary="event")
    extra: Mapping[str, str] = dataclasses.field(default_factory=lambda: MappingProxyType({}))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class OtherInsurance:
    """Coordination of benefits: other insurance that a person has."""

    group_id: GroupId = column(_T, "the employer", required=True)
    member_id: MemberId = column(_T, "the person", required=True)
    order: str = column(
        _C,
        "payer responsibility: primary, secondary, tertiary, unknown",
        vocabulary="coordination_order",
        required=True,
    )
    carrier_name: str = column(_T, "the other insurer", required=True)
    policy_number: str | None = column(_T, "the other policy's number", sensitive=True)
    begin_date: date | None = column(_D, "first day")
    end_date: date | None = column(_D, "last day")
    benefit: str | None = column(_C, "the benefit concerned, where only one is", vocabulary="benefit")
