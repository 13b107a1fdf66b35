"""Loops 2200 to 2330: disability, coverage, its providers, and other insurance.

One 2300 is one benefit of one member in one plan; its dates say from when to when, and HD01 what changed.
The dates are those of the coverage; the member's own (employment, eligibility) are in loop 2000.
"""

from __future__ import annotations

from edi834.x12.guide.definition import UNBOUNDED, LoopDef, SegmentDef, element, loop, segment, unused
from edi834.x12.guide.parties import (
    NM1_SYNTAX,
    NO_MORE,
    REST_OF_NAME,
    amounts,
    city,
    contact,
    dates,
    identifier,
    organization,
    reference,
    street,
)

INSURANCE_LINES = "AG AH AJ AK DCP DEN EPO FAC HE HLT HMO LTC LTD MM MOD PDG POS PPO PRA STD UR VIS"
COVERAGE_LEVELS = "CHD DEP E1D E2D E3D E5D E6D E7D E8D E9D ECH EMP ESP FAM IND SPC SPO TWO"
COVERAGE_REFERENCES = "17 1L 9V CE E8 M7 PID RB X9 XM XX1 XX2 ZX ZZ"
PROVIDER_CHANGE_REASONS = "14 22 46 AA AB AC AD AE AF AG AH AI AJ"

DISABILITY: LoopDef = loop(
    "2200", "Disability", "S", UNBOUNDED,
    segment(
        "DSB", "Disability", "R", 1,
        element("DSB01", "Kind of disability", "R", "1146", "1 2 3 4"),
        unused("DSB02", "380"),
        unused("DSB03", "1149"),
        unused("DSB04", "1154"),
        unused("DSB05", "1161"),
        unused("DSB06", "782"),
        element("DSB07", "Kind of diagnosis code", "S", "235", "DX ZZ"),
        element("DSB08", "Diagnosis", "S", "1137"),
        at=2000, syntax="P0708",
    ),
    dates("Dates of the disability", "S", 2, "360 361", "Date of the disability", at=2100),
    at=2000,
)  # fmt: skip

PROVIDER_NAME: SegmentDef = segment(
    "NM1", "Provider", "R", 1,
    element("NM101", "Role", "R", "98", "1X 3D 80 FA OD P3 QA QN Y2"),
    element("NM102", "Person or organization", "R", "1065", "1 2"),
    element("NM103", "Last name or organization", "S", "1035"),
    element("NM104", "First name", "S", "1036"),
    *REST_OF_NAME,
    *identifier("34 FI SV XX"),
    element("NM110", "Patient known to the provider", "R", "706", "25 26 72"),
    unused("NM111", "98"),
    unused("NM112", "1035"),
    at=3200, syntax=NM1_SYNTAX,
)  # fmt: skip

PROVIDER: LoopDef = loop(
    "2310", "Provider", "S", 30,
    segment("LX", "Number of the provider", "R", 1, element("LX01", "Sequence number", "R", "554"), at=3100),
    PROVIDER_NAME,
    street("Provider's street", max_use=2, at=3500),
    city("Provider's city", at=3600),
    contact("How to reach the provider", "IC", max_use=2, at=3700),
    segment(
        "PLA", "Change of provider", "S", 1,
        element("PLA01", "Action", "R", "306", "2"),
        element("PLA02", "Role", "R", "98", "1P"),
        element("PLA03", "Day the change takes effect", "R", "373"),
        unused("PLA04", "337"),
        element("PLA05", "Reason of the change", "R", "1203", PROVIDER_CHANGE_REASONS),
        at=3950,
    ),
    at=3100,
)  # fmt: skip

OTHER_INSURER: LoopDef = loop(
    "2330", "Other insurer or employer", "S", 3,
    organization(
        "Other insurer or employer", "36 GW IN", *identifier("FI NI XV"), *NO_MORE,
        usage="S", at=4100,
    ),
    street("Other insurer's street", at=4300),
    city("Other insurer's city", at=4400),
    segment(
        "PER", "How to reach the other insurer", "S", 1,
        element("PER01", "Kind of contact", "R", "366", "CN"),
        unused("PER02", "93"),
        element("PER03", "Kind of the number", "R", "365", "TE"),
        element("PER04", "Telephone", "R", "364"),
        unused("PER05", "365"),
        unused("PER06", "364"),
        unused("PER07", "365"),
        unused("PER08", "364"),
        unused("PER09", "443"),
        at=4500, syntax="P0304 P0506 P0708",
    ),
    at=4510,
)  # fmt: skip

OTHER_INSURANCE: LoopDef = loop(
    "2320", "Other insurance", "S", 5,
    segment(
        "COB", "Other insurance", "R", 1,
        element("COB01", "Rank of the other payer", "R", "1138", "P S T U"),
        element("COB02", "Policy number at the other payer", "S", "127"),
        element("COB03", "Coordination of benefits", "R", "1143", "1 5 6"),
        element("COB04", "Services covered", "S", "1365", "1 35 48 50 54 89 90 A4 AG AL BB", repeat=9),
        at=4000,
    ),
    reference("Identifiers at the other payer", "S", 4, "60 6P SY ZZ", "Identifier at the other payer", at=4050),
    dates("Dates of the other insurance", "S", 2, "344 345", "Date of the other insurance", at=4070),
    OTHER_INSURER,
    at=4000,
)  # fmt: skip

COVERAGE: LoopDef = loop(
    "2300", "Coverage", "S", 99,
    segment(
        "HD", "Coverage", "R", 1,
        element("HD01", "Maintenance type of the coverage", "R", "875", "001 002 021 024 025 026 030 032"),
        unused("HD02", "1203"),
        element("HD03", "Insurance line", "R", "1205", INSURANCE_LINES),
        element("HD04", "Plan", "S", "1204"),
        element("HD05", "Coverage level", "S", "1207", COVERAGE_LEVELS),
        unused("HD06", "609"),
        unused("HD07", "609"),
        unused("HD08", "1209"),
        element("HD09", "Late enrollment", "S", "1073", "N Y"),
        unused("HD10", "1211"),
        unused("HD11", "1073"),
        at=2600,
    ),
    dates(
        "Dates of the coverage", "R", 6, "300 303 343 348 349 543 695", "Date of the coverage", at=2700,
        formats="D8 RD8",
    ),
    amounts("Amounts of the coverage", 9, at=2800),
    reference("Policy identifiers", "S", 14, COVERAGE_REFERENCES, "Policy identifier", at=2900),
    reference("Months of coverage before", "S", 1, "QQ", "Months of coverage before", at=2900),
    segment(
        "IDC", "Identification cards", "S", 3,
        element("IDC01", "Plan on the card", "R", "1204"),
        element("IDC02", "Kind of card", "R", "1215", "D H P"),
        element("IDC03", "Number of cards", "S", "380"),
        element("IDC04", "Why the card is sent", "S", "306", "1 2 RX"),
        at=3000,
    ),
    PROVIDER,
    OTHER_INSURANCE,
    at=2600,
)  # fmt: skip
