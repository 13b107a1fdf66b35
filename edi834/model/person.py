"""A member: one person as the benefits system believes on one day, and the group that employs the subscriber.

Every field is a column of ``docs/snapshot.md`` of the same name; absent is ``None``, never zero or an empty text.
Nothing here is released: only ``edi834/grants`` turns a :class:`Member` into something that may be reported.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from edi834.model.fields import FieldKind, column
from edi834.model.ids import GroupId, MemberId, MemberRef

__all__ = ["Group", "Member"]

_T, _C, _D, _M, _I, _F = (
    FieldKind.TEXT,
    FieldKind.CODE,
    FieldKind.DATE,
    FieldKind.MONEY,
    FieldKind.INTEGER,
    FieldKind.FLAG,
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """An employer: the Data Owner, to whom all its people's data belongs."""

    group_id: GroupId = column(_T, "the employer, as the benefits system names it", required=True)
    name: str = column(_T, "legal name", required=True)
    tax_id: str | None = column(_T, "FEIN, nine digits")
    address1: str | None = column(_T, "first address line")
    address2: str | None = column(_T, "second address line")
    city: str | None = column(_T, "city")
    state: str | None = column(_T, "state or province code")
    postal_code: str | None = column(_T, "postal code")
    country: str | None = column(_T, "country code, ISO 3166")
    contact_name: str | None = column(_T, "whom a carrier may ask")
    contact_email: str | None = column(_T, "the contact's e-mail address")
    contact_phone: str | None = column(_T, "the contact's telephone number")
    reenrollment_date: date | None = column(_D, "the next re-enrollment (open enrollment) date")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person in one family: the employee, or someone covered through the employee.

    (group_id, subscriber_id, member_id) is unique; a dependent of two subscribers is two members of one member_id.
    """

    group_id: GroupId = column(_T, "the employer", required=True)
    member_id: MemberId = column(_T, "the person; never reused", required=True)
    subscriber_id: MemberId = column(_T, "the employee's member_id", required=True)
    relationship: str = column(_C, "relationship to the subscriber", vocabulary="relationship", required=True)
    last_name: str = column(_T, "family name", required=True, sensitive=True)
    first_name: str = column(_T, "given name", required=True)
    birth_date: date = column(_D, "date of birth", required=True, sensitive=True)
    gender: str = column(_C, "gender", vocabulary="gender", required=True)
    birth_sequence: int | None = column(_I, "order of birth among twins and other multiples, from 1")
    middle_name: str | None = column(_T, "middle name or initial")
    name_prefix: str | None = column(_T, "name prefix")
    name_suffix: str | None = column(_T, "name suffix")
    ssn: str | None = column(_T, "Social Security number, nine digits", sensitive=True)
    alternate_id: str | None = column(_T, "another identifier of the person", sensitive=True)
    medicare_id: str | None = column(_T, "Medicare beneficiary identifier", sensitive=True)
    marital_status: str | None = column(_C, "marital status", vocabulary="marital_status")
    race_ethnicity: str | None = column(_T, "race or ethnicity code", sensitive=True)
    language: str | None = column(_T, "language code, ISO 639")
    citizenship: str | None = column(_T, "citizenship status code")
    tobacco_use: bool | None = column(_F, "whether the person uses tobacco", sensitive=True)
    height: Decimal | None = column(_M, "height in inches", sensitive=True)
    weight: Decimal | None = column(_M, "weight in pounds", sensitive=True)
    student_status: str | None = column(_C, "student status", vocabulary="student_status")
    disabled: bool | None = column(_F, "whether the person is disabled", sensitive=True)
    disability_begin: date | None = column(_D, "first day of the disability", sensitive=True)
    disability_end: date | None = column(_D, "last day of the disability", sensitive=True)
    school_name: str | None = column(_T, "the student's school")
    education_begin: date | None = column(_D, "first day of the education")
    education_end: date | None = column(_D, "last day of the education")
    death_date: date | None = column(_D, "date of death", sensitive=True)
    email: str | None = column(_T, "e-mail address")
    home_phone: str | None = column(_T, "home telephone")
    work_phone: str | None = column(_T, "work telephone")
    mobile_phone: str | None = column(_T, "mobile telephone")
    address1: str | None = column(_T, "residence, first line")
    address2: str | None = column(_T, "residence, second line")
    city: str | None = column(_T, "residence, city")
    state: str | None = column(_T, "residence, state or province code")
    postal_code: str | None = column(_T, "residence, postal code")
    county: str | None = column(_T, "residence, county")
    country: str | None = column(_T, "residence, country code")
    mailing_address1: str | None = column(_T, "mailing address, first line, only where it differs")
    mailing_address2: str | None = column(_T, "mailing address, second line")
    mailing_city: str | None = column(_T, "mailing address, city")
    mailing_state: str | None = column(_T, "mailing address, state or province code")
    mailing_postal_code: str | None = column(_T, "mailing address, postal code")
    mailing_country: str | None = column(_T, "mailing address, country code")
    employment_status: str | None = column(_C, "the subscriber's employment status", vocabulary="employment_status")
    hire_date: date | None = column(_D, "date of hire")
    rehire_date: date | None = column(_D, "date of rehire")
    last_worked_date: date | None = column(_D, "last day actually worked, where a leave or disability follows it")
    termination_date: date | None = column(_D, "last day of employment")
    retirement_date: date | None = column(_D, "date of retirement")
    salary: Decimal | None = column(_M, "salary or wage", sensitive=True)
    salary_basis: str | None = column(_C, "the period the salary is for", vocabulary="salary_basis")
    hours_per_week: Decimal | None = column(_M, "hours worked a week")
    class_code: str | None = column(_T, "employee classification")
    division: str | None = column(_T, "division")
    department: str | None = column(_T, "department")
    location_code: str | None = column(_T, "work location")
    job_title: str | None = column(_T, "job title")
    union_code: str | None = column(_T, "union code")
    medicare_parts: str | None = column(_T, "Medicare parts held: A, B, AB, D or a combination", sensitive=True)
    medicare_begin: date | None = column(_D, "first day of Medicare", sensitive=True)
    medicare_end: date | None = column(_D, "last day of Medicare", sensitive=True)
    medicare_reason: str | None = column(_C, "why Medicare began", vocabulary="medicare_reason", sensitive=True)
    cobra_event: str | None = column(_C, "COBRA qualifying event", vocabulary="cobra_event")
    cobra_begin: date | None = column(_D, "first day of COBRA")
    cobra_end: date | None = column(_D, "last day of COBRA")
    custodial_parent_last_name: str | None = column(_T, "custodial parent, family name", sensitive=True)
    custodial_parent_first_name: str | None = column(_T, "custodial parent, given name")
    custodial_parent_phone: str | None = column(_T, "custodial parent, telephone")
    custodial_parent_address1: str | None = column(_T, "custodial parent, first address line")
    custodial_parent_address2: str | None = column(_T, "custodial parent, second address line")
    custodial_parent_city: str | None = column(_T, "custodial parent, city")
    custodial_parent_state: str | None = column(_T, "custodial parent, state or province code")
    custodial_parent_postal_code: str | None = column(_T, "custodial parent, postal code")
    responsible_person_type: str | None = column(_T, "in what role a responsible person acts (court order, guardian)")
    responsible_person_last_name: str | None = column(_T, "responsible person, family name", sensitive=True)
    responsible_person_first_name: str | None = column(_T, "responsible person, given name")
    responsible_person_phone: str | None = column(_T, "responsible person, telephone")
    responsible_person_address1: str | None = column(_T, "responsible person, first address line")
    responsible_person_address2: str | None = column(_T, "responsible person, second address line")
    responsible_person_city: str | None = column(_T, "responsible person, city")
    responsible_person_state: str | None = column(_T, "responsible person, state or province code")
    responsible_person_postal_code: str | None = column(_T, "responsible person, postal code")
    event: str | None = column(_C, "why the row last changed, where the source knows", vocabulary="event")
    event_date: date | None = column(_D, "when that event happened")
    extra: Mapping[str, str] = dataclasses.field(default_factory=lambda: MappingProxyType({}))

    @property
    def ref(self) -> MemberRef:
        """How the member may be named in print."""
        return MemberRef(self.group_id, self.subscriber_id, self.member_id)
