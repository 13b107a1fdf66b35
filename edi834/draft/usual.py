"""What the guide's places usually hold: the field of the model that is reported there, and our words for its codes.

It is the inverse of the base mapping's own assignments, with some that only some carriers ask for; a sample is read by
it where no snapshot says better.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["ACTIONS", "COVERAGE_FIELDS", "MEMBER_FIELDS", "PHONES", "SPAN_ACTIONS", "inverse"]

MEMBER_FIELDS: Mapping[str, str] = {
    "2000/INS12": "death_date",
    "2000/INS17": "birth_sequence",
    "2000/REF[17]02": "class_code",
    "2000/REF[DX]02": "department",
    "2000/REF[23]02": "division",
    "2000/REF[3H]02": "location_code",
    "2000/REF[F6]02": "medicare_id",
    "2000/REF[ZZ]02": "alternate_id",
    "2000/DTP[336]03": "hire_date",
    "2000/DTP[337]03": "termination_date",
    "2000/DTP[394]03": "rehire_date",
    "2000/DTP[286]03": "retirement_date",
    "2000/DTP[297]03": "last_worked_date",
    "2000/DTP[301]03": "event_date",
    "2000/DTP[338]03": "medicare_begin",
    "2000/DTP[339]03": "medicare_end",
    "2000/DTP[340]03": "cobra_begin",
    "2000/DTP[341]03": "cobra_end",
    "2000/DTP[350]03": "education_begin",
    "2000/DTP[351]03": "education_end",
    "2100A/NM103": "last_name",
    "2100A/NM104": "first_name",
    "2100A/NM105": "middle_name",
    "2100A/NM106": "name_prefix",
    "2100A/NM107": "name_suffix",
    "2100A/N301": "address1",
    "2100A/N302": "address2",
    "2100A/N401": "city",
    "2100A/N402": "state",
    "2100A/N403": "postal_code",
    "2100A/N404": "country",
    "2100A/N406": "county",
    "2100A/DMG02": "birth_date",
    "2100A/DMG03": "gender",
    "2100A/DMG05-1": "race_ethnicity",
    "2100A/DMG05-3": "race_ethnicity",
    "2100A/DMG06": "citizenship",
    "2100A/LUI02": "language",
    "2100A/ICM02": "salary",
    "2100A/ICM03": "hours_per_week",
    "2100A/HLH02": "height",
    "2100A/HLH03": "weight",
    "2100C/N301": "mailing_address1",
    "2100C/N302": "mailing_address2",
    "2100C/N401": "mailing_city",
    "2100C/N402": "mailing_state",
    "2100C/N403": "mailing_postal_code",
    "2100C/N404": "mailing_country",
    "2100E/NM103": "school_name",
    "2100F/NM103": "custodial_parent_last_name",
    "2100F/NM104": "custodial_parent_first_name",
    "2100F/N301": "custodial_parent_address1",
    "2100F/N302": "custodial_parent_address2",
    "2100F/N401": "custodial_parent_city",
    "2100F/N402": "custodial_parent_state",
    "2100F/N403": "custodial_parent_postal_code",
    "2100G/NM103": "responsible_person_last_name",
    "2100G/NM104": "responsible_person_first_name",
    "2200/DTP[360]03": "disability_begin",
    "2200/DTP[361]03": "disability_end",
}
"""Where a field of the person is usually reported."""

COVERAGE_FIELDS: Mapping[str, str] = {
    "2300/REF[1L]02": "policy_number",
    "2300/AMT[P3]02": "premium",
    "2300/AMT[FK]02": "employee_contribution",
    "2300/REF[QQ]02": "prior_coverage_months",
    "2310/NM109": "provider_code",
}
"""Where a field of a coverage is usually reported."""

PHONES: Mapping[str, str] = {
    "HP": "home_phone",
    "TE": "home_phone",
    "WP": "work_phone",
    "CP": "mobile_phone",
    "EM": "email",
}
"""What each kind of way to reach somebody (PER) is."""

ACTIONS: Mapping[str, str] = {"001": "change", "021": "add", "024": "end", "025": "reinstate", "030": "audit"}
"""What INS03 does to a membership."""

SPAN_ACTIONS: Mapping[str, str] = {
    "001": "change", "002": "delete", "021": "add", "024": "end", "025": "reinstate", "026": "correct", "030": "audit",
}  # fmt: skip
"""What HD01 does to a coverage."""


def inverse(table: Mapping[str, str]) -> Mapping[str, str]:
    """Our first word for each code of a table."""
    found: dict[str, str] = {}
    for word, code in table.items():
        if word != "*" and code:
            found.setdefault(code, word)
    return found
