"""The header of a transaction set: what the file is, and who sends it to whom for whom.

Loops HEADER, 1000A sponsor, 1000B insurer, 1000C and 1100C third-party administrators and brokers.
Totals (QTY) speak of this transaction set alone, not of the file.
Members begin with loop 2000, in `member.py`.
"""

from __future__ import annotations

from edi834.x12.guide.definition import UNBOUNDED, LoopDef, SegmentDef, element, loop, segment, unused
from edi834.x12.guide.parties import dates, entity, reference

TIME_ZONES = (
    "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 "
    "AD AS AT CD CS CT ED ES ET GM HD HS HT LT MD MS MT ND NS NT PD PS PT TD TS TT UT"
)

BEGINNING: SegmentDef = segment(
    "BGN", "What the file is", "R", 1,
    element("BGN01", "Purpose of the file", "R", "353", "00 15 22"),
    element("BGN02", "Reference of the file", "R", "127"),
    element("BGN03", "Day the file was made", "R", "373"),
    element("BGN04", "Time the file was made", "R", "337"),
    element("BGN05", "Time zone of that time", "S", "623", TIME_ZONES),
    element("BGN06", "Reference of the file sent before", "S", "127"),
    unused("BGN07", "640"),
    element("BGN08", "Changes, audit or replacement", "R", "306", "2 4 RX"),
    unused("BGN09", "786"),
    at=200, syntax="C0504",
)  # fmt: skip

TOTALS: SegmentDef = segment(
    "QTY", "Totals of the transaction set", "S", 3,
    element("QTY01", "Who is counted", "R", "673", "DT ET TO"),
    element("QTY02", "How many", "R", "380"),
    unused("QTY03", "C001"),
    unused("QTY04", "61"),
    at=600, syntax="E0204 R0204",
)  # fmt: skip

BROKER_ACCOUNT: LoopDef = loop(
    "1100C", "Broker's account", "S", 1,
    segment(
        "ACT", "Broker's account", "R", 1,
        element("ACT01", "Account number", "R", "508"),
        unused("ACT02", "93"),
        unused("ACT03", "66"),
        unused("ACT04", "67"),
        unused("ACT05", "569"),
        element("ACT06", "Second account number", "S", "508"),
        unused("ACT07", "352"),
        unused("ACT08", "107"),
        unused("ACT09", "1216"),
        at=1200, syntax="P0304 C0506 C0705",
    ),
    at=3600,
)  # fmt: skip

HEADER: LoopDef = loop(
    "HEADER", "Header of the transaction set", "R", 1,
    BEGINNING,
    reference("Master policy", "S", 1, "38", "Master policy number", at=300),
    dates("Dates of the file", "S", UNBOUNDED, "007 090 091 303 382 388", "Date of the file", at=400),
    TOTALS,
    loop(
        "1000A", "Sponsor", "R", 1,
        entity("Sponsor", "P5", "24 94 FI", named="S"),
        at=700,
    ),
    loop(
        "1000B", "Insurer", "R", 1,
        entity("Insurer", "IN", "94 FI XV", named="S"),
        at=1900,
    ),
    loop(
        "1000C", "Administrator or broker", "S", 2,
        entity("Administrator or broker", "BO TV", "94 FI XV", named="R"),
        BROKER_ACCOUNT,
        at=3100,
    ),
    at=110,
)  # fmt: skip
