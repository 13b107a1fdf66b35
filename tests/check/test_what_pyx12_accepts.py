"""Plausible mistakes that pyx12 accepts, one edit of a right file each: we find every one, and it still accepts them.

Where a new pyx12 begins to find one, this says so: what we say of it stays, and what it was accused of does not.
"""

from __future__ import annotations

import re

import pytest

from edi834.check.judge import JudgeOptions, judge
from tests.differential.comparing import compare
from tests.differential.corpus import shape_file

HIRED = shape_file("a new hire with medical and dental and a child").replace(b"BGN*00*R-1", b"BGN*00*R-1")
ENDED = shape_file("the end of employment")
COBRA = shape_file("a COBRA election")
CORRECTED = shape_file("a corrected social security number")


def edited(content: bytes, *edits: tuple[bytes, bytes]) -> bytes:
    """A file with edits, each made once, and its segments counted anew."""
    for old, new in edits:
        assert old in content, old
        content = content.replace(old, new, 1)
    lines = content.split(b"~")
    first = next(n for n, line in enumerate(lines) if line.startswith(b"ST*"))
    last = next(n for n, line in enumerate(lines) if line.startswith(b"SE*"))
    lines[last] = re.sub(rb"SE\*\d+", b"SE*%d" % (last - first + 1), lines[last])
    return b"~".join(lines)


ADDRESS, NUMBER = b"N4*BOISE*ID*83702", b"34*900456789"
MISTAKES: dict[str, tuple[str, bytes]] = {
    "somebody else than the subscriber who is self": ("E834-1030", edited(HIRED, (b"INS*N*19", b"INS*N*18"))),
    "a subscriber who is a child": ("E834-1030", edited(HIRED, (b"INS*Y*18", b"INS*Y*19"))),
    "a dependent without a subscriber in a full file": (
        "E834-1034", edited(HIRED, (b"****2~", b"****4~"), (b"INS*Y*18", b"INS*N*01"))),
    "the same subscriber twice": ("E834-1031", edited(HIRED, (b"INS*N*19", b"INS*Y*18"))),
    "an end without a last day": (
        "E834-1050", edited(ENDED, (b"DTP*357*D8*20240531~", b""), (b"~DTP*349*D8*20240531", b""))),
    "coverage that ends without a last day": (
        "E834-1051", edited(HIRED, (b"INS*Y*18*021", b"INS*Y*18*001"), (b"HD*021**DEN", b"HD*024**DEN"))),
    "coverage that ends before it begins": ("E834-1046", edited(ENDED, (b"349*D8*20240531", b"349*D8*20230531"))),
    "the same kind of date twice": (
        "E834-1048", edited(HIRED, (b"DTP*348*D8*20240201", b"DTP*348*D8*20240201~DTP*348*D8*20240301"))),
    "COBRA without its event": ("E834-1039", edited(COBRA, (b"*C**1*", b"*C***"))),
    "somebody added without coverage": (
        "E834-1053", edited(HIRED, (b"HD*021**HLT*PPO500~DTP*348*D8*20240201~HD*021**DEN*DENHIGH~DTP*348*D8*20240201~",
                                    b""))),
    "a membership that ends while coverage begins": ("E834-1054", edited(ENDED, (b"HD*024", b"HD*021"))),
    "a file for verification that adds": ("E834-1059", edited(HIRED, (b"****2~", b"****4~"))),
    "totals that are not the people": (
        "E834-1021", edited(HIRED, (b"~N1*P5", b"~QTY*TO*7~N1*P5"))),
    "a correction that does not say of what": ("E834-1061", edited(HIRED, (b"BGN*00*", b"BGN*15*"))),
    "somebody born in the future": ("E834-1043", edited(HIRED, (b"D8*20150304", b"D8*20450304"))),
    "a Social Security number of eight digits": ("E834-1035", edited(HIRED, (NUMBER, b"34*90045678"))),
    "a ZIP code of four digits": ("E834-1037", edited(HIRED, (ADDRESS, b"N4*BOISE*ID*8370"))),
    "an address of a city alone": ("E834-1038", edited(HIRED, (ADDRESS, b"N4*BOISE"))),
    "an amount with three decimals": ("E834-1056", edited(HIRED, (b"P3*512.25", b"P3*512.255"))),
    "a negative amount with a leading zero": ("E834-1057", edited(HIRED, (b"P3*512.25", b"P3*-0512.25"))),
    "a correction of nothing": ("E834-1041", edited(CORRECTED, (b"34*900456780", b"34*900456789"))),
    "two references of one kind": ("E834-1042", edited(HIRED, (b"REF*DX*", b"REF*17*A~REF*17*B~REF*DX*"))),
    "two policy numbers of one coverage": (
        "E834-1042", edited(HIRED, (b"AMT*P3*512.25", b"AMT*P3*512.25~REF*1L*A~REF*1L*B"))),
    "the repetition separator inside a name": ("E834-0520", edited(HIRED, (b"DOE*JANE*Q", b"DOE*JA^NE*Q"))),
    "a reference that begins with a space": ("E834-1018", edited(HIRED, (b"REF*DX*DEPT7", b"REF*DX* DEPT7"))),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_that_pyx12_accepts_is_found(mistake: str) -> None:
    code, content = MISTAKES[mistake]
    both = compare(content)

    assert code in {found.code for found in judge(content, JudgeOptions(invented_people=True)).findings}
    assert (both.accepted, both.stumbled) == (True, "")


def test_the_files_they_were_made_of_are_right() -> None:
    for content in (HIRED, ENDED, COBRA, CORRECTED):
        assert judge(content, JudgeOptions(invented_people=True)).findings == ()


def test_all_of_them_are_there() -> None:
    assert len(MISTAKES) >= 19
