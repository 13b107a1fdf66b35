"""Loop 2000: one member, from the INS that says who and why, to the reporting categories at the end.

One loop is one person: the subscriber first, then each dependent, all with the subscriber's identifier in REF 0F.
Names and addresses (2100A-H) are in `member_names.py`, disability and coverage (2200, 2300) in `coverage.py`.
"""

from __future__ import annotations

from edi834.x12.guide.coverage import COVERAGE, DISABILITY
from edi834.x12.guide.definition import UNBOUNDED, LoopDef, SegmentDef, composite, element, loop, segment, unused
from edi834.x12.guide.member_names import MEMBER_NAMES
from edi834.x12.guide.parties import dates, reference

RELATIONSHIPS = "01 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 23 24 25 26 31 38 53 60 D2 G8 G9"

MAINTENANCE_REASONS = (
    "01 02 03 04 05 06 07 08 09 10 11 14 15 16 17 18 20 21 22 25 26 27 28 29 31 32 33 37 38 39 40 41 43 59 "
    "AA AB AC AD AE AF AG AH AI AJ AL EC XN XT"
)

MEMBER_DATES = "050 286 296 297 300 301 303 336 337 338 339 340 341 350 351 356 357 383 385 386 393 394 473 474"

CATEGORY_REFERENCES = "00 17 18 19 26 3L 6M 9V 9X GE LU PID XX1 XX2 YY ZZ"

MEMBER_DETAIL: SegmentDef = segment(
    "INS", "Who the member is, and why it is reported", "R", 1,
    element("INS01", "Subscriber (Y) or dependent (N)", "R", "1073", "N Y"),
    element("INS02", "Relationship to the subscriber", "R", "1069", RELATIONSHIPS),
    element("INS03", "Maintenance type", "R", "875", "001 021 024 025 030"),
    element("INS04", "Maintenance reason", "S", "1203", MAINTENANCE_REASONS),
    element("INS05", "Benefit status", "R", "1216", "A C S T"),
    composite(
        "INS06", "Medicare", "S", "C052",
        element("INS06-1", "Medicare parts", "R", "1218", "A B C D E"),
        element("INS06-2", "Reason of Medicare eligibility", "S", "1701", "0 1 2"),
        unused("INS06-3", "1701"),
        unused("INS06-4", "1701"),
    ),
    element("INS07", "COBRA qualifying event", "S", "1219", "1 2 3 4 5 6 7 8 9 10 ZZ"),
    element("INS08", "Employment status", "S", "584", "AC AO AU FT L1 PT RT TE"),
    element("INS09", "Student status", "S", "1220", "F N P"),
    element("INS10", "Disabled", "S", "1073", "N Y"),
    element("INS11", "Format of the day of death", "S", "1250", "D8"),
    element("INS12", "Day of death", "S", "1251"),
    element("INS13", "Confidentiality", "S", "1165", "R U"),
    unused("INS14", "19"),
    unused("INS15", "156"),
    unused("INS16", "26"),
    element("INS17", "Birth order of twins and more", "S", "1470"),
    at=100, syntax="P1112",
)  # fmt: skip

REPORTING: LoopDef = loop(
    "LS_LOOP", "Reporting categories", "S", 1,
    segment("LS", "Reporting categories begin", "S", 1, element("LS01", "Loop", "R", "447", "2700"), at=6880),
    loop(
        "2700", "Reporting category", "S", UNBOUNDED,
        segment("LX", "Number of the category", "R", 1, element("LX01", "Sequence number", "R", "554"), at=6881),
        loop(
            "2750", "What is reported", "S", 1,
            segment(
                "N1", "Name of the category", "R", 1,
                element("N101", "Role", "R", "98", "75"),
                element("N102", "Category", "R", "93"),
                unused("N103", "66"),
                unused("N104", "67"),
                unused("N105", "706"),
                unused("N106", "98"),
                at=6882, syntax="R0203 P0304",
            ),
            reference("Value of the category", "S", 1, CATEGORY_REFERENCES, "Value reported", at=6883),
            dates("Date of the category", "S", 1, "007", "Effective date or period", at=6884, formats="D8 RD8"),
            at=6882,
        ),
        at=6881,
    ),
    segment("LE", "Reporting categories end", "S", 1, element("LE01", "Loop", "R", "447", "2700"), at=6885),
    at=6880,
)  # fmt: skip

MEMBER: LoopDef = loop(
    "2000", "Member", "R", UNBOUNDED,
    MEMBER_DETAIL,
    reference("Subscriber identifier", "R", 1, "0F", "Subscriber identifier", at=200),
    reference("Group or policy", "S", 1, "1L", "Group or policy number", at=200),
    reference(
        "Further identifiers", "S", 13, "17 23 3H 4A 6O ABB D3 DX F6 P5 Q4 QQ ZZ", "Further identifier", at=200
    ),
    dates("Dates of the member", "S", 24, MEMBER_DATES, "Date of the member", at=250),
    *MEMBER_NAMES,
    DISABILITY,
    COVERAGE,
    REPORTING,
    at=120,
)  # fmt: skip
