"""A roster is read in portions, and nobody is lost or taken twice where one ends and the next begins."""

from __future__ import annotations

import pytest

from edi834.errors import HeldError
from edi834.reconcile import read_x12_roster
from tests.mapping.builders import compiled

ENVELOPE = (
    "ISA*00*          *00*          *ZZ*NORTHSTAR      *ZZ*JUNIPER        *240101*1200*^*00501*000000001*0*T*:~"
    "GS*BE*N*J*20240101*1200*1*X*005010X220A1~"
)


def roster(people: int, said: int | None = None) -> bytes:
    """An 834 of one set, with so many subscribers."""
    head = ["ST*834*0001*005010X220A1", "BGN*00*1*20240101*1200****4", f"QTY*TO*{said or people}"]
    head += ["N1*P5*GROUP*FI*900000001", "N1*IN*CARRIER*FI*900000002"]
    body = [
        f"INS*Y*18*030**A***FT~REF*0F*E{n:05}~NM1*IL*1*DOE*JANE****34*9{n:08}~HD*030**HLT*PPO500*EMP~DTP*348*D8*20240201"
        for n in range(people)
    ]
    segments = "~".join([*head, *body])
    tail = f"SE*{segments.count('~') + 2}*0001~GE*1*1~IEA*1*000000001~"
    return f"{ENVELOPE}{segments}~{tail}".encode()


def test_everybody_of_a_roster_of_several_portions_is_read_once() -> None:
    read = read_x12_roster(roster(501), compiled(), {"JUNIPER", "NORTHSTAR"})

    assert [person.number for person in read.people] == list(range(1, 502))
    assert len({person.facts["subscriber.member_id"] for person in read.people}) == 501
    assert all(len(person.spans) == 1 for person in read.people)


def test_a_total_of_people_that_does_not_fit_refuses_the_whole_of_it() -> None:
    with pytest.raises(HeldError) as refused:
        read_x12_roster(roster(3, said=4), compiled(), ())

    assert refused.value.code == "E834-0971"
