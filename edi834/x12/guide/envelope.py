"""The envelope of 005010X220A1: interchange, group and transaction set, with their headers and trailers.

The interchange holds groups, a group holds transaction sets, and a set holds one header and its members.
An interchange may instead, or besides, hold a TA1: the receiver's verdict on an interchange it was sent.
What stands inside a transaction set is in `header.py`, `member.py` and the files those name.
"""

from __future__ import annotations

from edi834.x12.guide.definition import UNBOUNDED, LoopDef, SegmentDef, element, loop, segment
from edi834.x12.guide.header import HEADER
from edi834.x12.guide.member import MEMBER

MAILBOX_KINDS = "01 14 20 27 28 29 30 33 ZZ"
VERSION = "005010X220A1"

INTERCHANGE_HEADER: SegmentDef = segment(
    "ISA", "Interchange header", "R", 1,
    element("ISA01", "Kind of authorization", "R", "I01", "00 03"),
    element("ISA02", "Authorization", "R", "I02"),
    element("ISA03", "Kind of security", "R", "I03", "00 01"),
    element("ISA04", "Security", "R", "I04"),
    element("ISA05", "Kind of the sender's mailbox", "R", "I05", MAILBOX_KINDS),
    element("ISA06", "Sender's mailbox", "R", "I06"),
    element("ISA07", "Kind of the receiver's mailbox", "R", "I05", MAILBOX_KINDS),
    element("ISA08", "Receiver's mailbox", "R", "I07"),
    element("ISA09", "Interchange date", "R", "I08"),
    element("ISA10", "Interchange time", "R", "I09"),
    element("ISA11", "Repetition separator", "R", "I65"),
    element("ISA12", "Version of the envelope", "R", "I11", "00501"),
    element("ISA13", "Interchange control number", "R", "I12"),
    element("ISA14", "Acknowledgment wanted", "R", "I13", "0 1"),
    element("ISA15", "Test or production", "R", "I14", "P T"),
    element("ISA16", "Component separator", "R", "I15"),
    at=100,
)  # fmt: skip

INTERCHANGE_ACKNOWLEDGMENT: SegmentDef = segment(
    "TA1", "Interchange acknowledgment", "S", 1,
    element("TA101", "Control number of the interchange", "R", "I12"),
    element("TA102", "Date of the interchange", "R", "I08"),
    element("TA103", "Time of the interchange", "R", "I09"),
    element("TA104", "Verdict on the interchange", "R", "I17", "A E R"),
    element("TA105", "Reason of the verdict", "R", "I18", " ".join(f"{code:03}" for code in range(32))),
    at=200,
)  # fmt: skip

INTERCHANGE: LoopDef = loop(
    "ISA_LOOP", "Interchange", "R", UNBOUNDED,
    INTERCHANGE_HEADER,
    loop(
        "GS_LOOP", "Group", "R", UNBOUNDED,
        segment(
            "GS", "Group header", "R", 1,
            element("GS01", "Kind of group", "R", "479", "BE"),
            element("GS02", "Sending application", "R", "142"),
            element("GS03", "Receiving application", "R", "124"),
            element("GS04", "Group date", "R", "373"),
            element("GS05", "Group time", "R", "337"),
            element("GS06", "Group control number", "R", "28"),
            element("GS07", "Body responsible for the standard", "R", "455", "X"),
            element("GS08", "Version of the guide", "R", "480", VERSION),
            at=100,
        ),
        loop(
            "ST_LOOP", "Transaction set", "R", UNBOUNDED,
            segment(
                "ST", "Transaction set header", "R", 1,
                element("ST01", "Transaction set identifier", "R", "143", "834"),
                element("ST02", "Transaction set control number", "R", "329"),
                element("ST03", "Version of the guide", "R", "1705", VERSION),
                at=100,
            ),
            HEADER,
            MEMBER,
            segment(
                "SE", "Transaction set trailer", "R", 1,
                element("SE01", "Number of segments", "R", "96"),
                element("SE02", "Transaction set control number", "R", "329"),
                at=6900,
            ),
            at=200,
        ),
        segment(
            "GE", "Group trailer", "R", 1,
            element("GE01", "Number of transaction sets", "R", "97"),
            element("GE02", "Group control number", "R", "28"),
            at=300,
        ),
        at=200,
    ),
    INTERCHANGE_ACKNOWLEDGMENT,
    segment(
        "IEA", "Interchange trailer", "R", 1,
        element("IEA01", "Number of groups", "R", "I16"),
        element("IEA02", "Interchange control number", "R", "I12"),
        at=300,
    ),
    at=10,
)  # fmt: skip
