"""Loops 2100A to 2100H: the member, and the people and places around the member.

2100A is the member itself with address, birth, work and health; 2100B holds what was reported wrongly before, never the
present value. The others are sent where there is such a person or place.
The segments they share are in `parties.py`.
"""

from __future__ import annotations

from edi834.x12.guide.definition import UNBOUNDED, LoopDef, SegmentDef, Usage, composite, element, loop, segment, unused
from edi834.x12.guide.parties import (
    NO_IDENTIFIER,
    NO_MORE,
    amounts,
    city,
    contact,
    identifier,
    organization,
    person,
    street,
    unnamed,
)

EMPLOYMENT_CLASSES = "01 02 03 04 05 06 07 08 09 10 11 12 17 18 19 20 21 22 23"
RESPONSIBLE_ROLES = "6Y 9K E1 EI EXS GB GD J6 LR QD S1 TZ X4"


def demographics(name: str, reported: Usage) -> SegmentDef:
    """DMG: birth, sex, marriage, race and citizenship; the first three `reported` always, or where they were wrong."""
    return segment(
        "DMG", name, "S", 1,
        element("DMG01", "Format of the birth date", reported, "1250", "D8"),
        element("DMG02", "Birth date", reported, "1251"),
        element("DMG03", "Sex", reported, "1068", "F M U"),
        element("DMG04", "Marital status", "S", "1067", "B D I M R S U W X"),
        composite(
            "DMG05", "Race or ethnicity", "S", "C056",
            element("DMG05-1", "Race or ethnicity", "S", "1109", "7 8 A B C D E F G H I J N O P Z"),
            element("DMG05-2", "Code list", "S", "1270", "RET"),
            element("DMG05-3", "Code in that list", "S", "1271"),
            repeat=10,
        ),
        element("DMG06", "Citizenship", "S", "1066", "1 2 3 4 5 6 7"),
        unused("DMG07", "26"),
        unused("DMG08", "659"),
        unused("DMG09", "380"),
        element("DMG10", "List of how it was collected", "S", "1270", "REC"),
        element("DMG11", "How race or ethnicity was collected", "S", "1271"),
        at=800, syntax="P0102 P1011 C1105",
    )  # fmt: skip


MEMBER_NAME: LoopDef = loop(
    "2100A", "Member's name and person", "R", 1,
    person("Member's name", "74 IL", *identifier("34 ZZ"), *NO_MORE),
    contact("How to reach the member", "IP"),
    street("Member's street"),
    city("Member's city", located=True),
    demographics("Member's birth, sex and origin", reported="R"),
    segment(
        "EC", "Employment class", "S", UNBOUNDED,
        element("EC01", "Employment class", "R", "1176", EMPLOYMENT_CLASSES),
        element("EC02", "Second employment class", "S", "1176", EMPLOYMENT_CLASSES),
        element("EC03", "Third employment class", "S", "1176", EMPLOYMENT_CLASSES),
        unused("EC04", "954"),
        unused("EC05", "1201"),
        unused("EC06", "1149"),
        at=1000,
    ),
    segment(
        "ICM", "Income", "S", 1,
        element("ICM01", "How often it is paid", "R", "594", "1 2 3 4 6 7 8 9 B C H Q S U"),
        element("ICM02", "Wage", "R", "782"),
        element("ICM03", "Hours of work", "S", "380"),
        element("ICM04", "Place of work", "S", "310"),
        element("ICM05", "Salary grade", "S", "1214"),
        unused("ICM06", "100"),
        at=1100,
    ),
    amounts("Amounts of the member", 7, at=1200),
    segment(
        "HLH", "Health", "S", 1,
        element("HLH01", "Health condition", "R", "1212", "N S T U X"),
        element("HLH02", "Height", "S", "65"),
        element("HLH03", "Weight", "S", "81"),
        unused("HLH04", "81"),
        unused("HLH05", "352"),
        unused("HLH06", "1213"),
        unused("HLH07", "352"),
        at=1300,
    ),
    segment(
        "LUI", "Languages", "S", UNBOUNDED,
        element("LUI01", "List of language codes", "S", "66", "LD LE"),
        element("LUI02", "Language", "S", "67", code_set="languages"),
        element("LUI03", "Language in words", "S", "352"),
        element("LUI04", "Use of the language", "S", "1303", "5 6 7 8"),
        unused("LUI05", "1476"),
        at=1500, syntax="P0102 L040203",
    ),
    at=300,
)  # fmt: skip

MEMBER_NAMES: tuple[LoopDef, ...] = (
    MEMBER_NAME,
    loop(
        "2100B", "What was reported wrongly before", "S", 1,
        person("Name reported before", "70", *identifier("34 ZZ"), *NO_MORE),
        demographics("Birth, sex and origin reported before", reported="S"),
        at=300,
    ),
    loop(
        "2100C", "Mailing address", "S", 1,
        unnamed("Mailing address", "31"),
        street("Street for mail", "R"),
        city("City for mail", "R"),
        at=300,
    ),
    loop(
        "2100D", "Employer", "S", 3,
        person("Employer's name", "36", *identifier("24 34"), *NO_MORE, last="S", types="1 2"),
        contact("How to reach the employer", "EP", "AP BN CP EM EX FX TE", named=True),
        street("Employer's street"),
        city("Employer's city"),
        at=300,
    ),
    loop(
        "2100E", "School", "S", 3,
        organization("School's name", "M8", *NO_IDENTIFIER, *NO_MORE),
        contact("How to reach the school", "SK", "EM EX FX TE", named=True),
        street("School's street"),
        city("School's city"),
        at=300,
    ),
    loop(
        "2100F", "Custodial parent", "S", 1,
        person("Custodial parent's name", "S3", *identifier("34 ZZ"), *NO_MORE, first="R"),
        contact("How to reach the custodial parent", "PQ"),
        street("Custodial parent's street"),
        city("Custodial parent's city"),
        at=300,
    ),
    loop(
        "2100G", "Responsible person", "S", 13,
        person("Responsible person's name", RESPONSIBLE_ROLES, *identifier("34 ZZ"), *NO_MORE),
        contact("How to reach the responsible person", "RP"),
        street("Responsible person's street"),
        city("Responsible person's city"),
        at=300,
    ),
    loop(
        "2100H", "Drop-off location", "S", 1,
        person("Name at the drop-off location", "45", *NO_IDENTIFIER, *NO_MORE, last="S"),
        street("Drop-off street"),
        city("Drop-off city"),
        at=700,
    ),
)  # fmt: skip
