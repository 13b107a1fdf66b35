"""What was written is what was meant, byte for byte, and the first difference is named without its value."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest
from hypothesis import HealthCheck, given, settings

from edi834.check.fault import Fault
from edi834.check.round_trip import check_round_trip
from edi834.x12 import Delimiters, Interchange, Loop, read, write
from tests.x12 import strategies
from tests.x12.builders import GROUP, HEADER, interchange, of_members, transaction_set
from tests.x12.shapes import SHAPES

HIRE = of_members(*SHAPES["a new hire with medical and dental and a child"])


def _faults(content: bytes, meant: Interchange) -> list[tuple[str, int, str]]:
    return [(f.code, f.number, f.path) for f in check_round_trip(content, read(content).interchanges, meant)]


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(strategies.interchanges())
def test_whatever_is_written_comes_back(reported: Interchange) -> None:
    assert _faults(write(reported).text, reported) == []


@pytest.mark.parametrize(
    ("sound", "wrong", "place"),
    [
        (b"*DOE*JANE*", b"*DOE*JANET*", (13, "2100A/NM104")),
        (b"DTP*348*D8*20240201", b"DTP*348*D8*20240202", (19, "2300/DTP03")),
        (b"HD*021**DEN*DENHIGH*ECH", b"HD*021**DEN*DENHIGH", (21, "2300/HD05")),
        (b"REF*DX*DEPT7~", b"", (10, "2000/DTP[336]")),
        (b"INS*N*19*021*28*A~", b"INS*N*19*021*28*A~", None),
        (b"BGN*00*R-1", b"BGN*00*R-2", (4, "HEADER/BGN02")),
        (b"*900123456      *", b"*900123457      *", (1, "ISA_LOOP/ISA")),
        (b"GS*BE*900123456*", b"GS*BE*900123457*", (2, "GS_LOOP/GS")),
        (b"N1*P5*ACME TOYS", b"N1*P5*ACME TOY", (5, "1000A/N102")),
        (b"AMT*P3*512.25~", b"AMT*P3*512.25~LX*1~NM1*P3*1*ROE******25~", (21, "2310")),
    ],
)
def test_the_first_difference_is_named_by_its_place(sound: bytes, wrong: bytes, place: tuple[int, str] | None) -> None:
    content = write(HIRE).text
    assert sound in content

    found = _faults(content.replace(sound, wrong, 1), HIRE)

    assert found == ([("E834-1070", *place)] if place else [])


def test_a_person_too_many_or_too_few_is_named() -> None:
    one = of_members(*SHAPES["a death"])
    two = of_members(*SHAPES["a death"], *SHAPES["a disability"])

    assert [path for _, _, path in _faults(write(one).text, two)] == ["2000"]
    assert [path for _, _, path in _faults(write(two).text, one)] == ["2000"]


def test_another_set_and_another_division_into_groups_are_differences() -> None:
    first, second = (transaction_set(*SHAPES["a death"], number=number) for number in ("0001", "0002"))
    joined = interchange(first, second)
    split = replace(joined, groups=((GROUP, (first,)), (replace(GROUP, control_number=43), (second,))))

    assert [path for _, _, path in _faults(write(interchange(first)).text, joined)] == ["ST_LOOP/ST"]
    assert [path for _, _, path in _faults(write(split).text, joined)] == ["GS_LOOP/GS"]


def test_a_difference_in_the_header_that_no_segment_shows_is_one() -> None:
    late = replace(HIRE, header=replace(HEADER, time=time(22, 16)))

    assert _faults(write(HIRE).text, late) == [("E834-1070", 1, "ISA_LOOP/ISA")]


@pytest.mark.parametrize(
    ("sound", "wrong"),
    [
        (b"ST*834*0001*005010X220A1~", b"ST*834*0001*005010X220A1*X~"),
        (b"*X*005010X220A1~ST", b"*T*005010X220A1~ST"),
        (b"DTP*348*D8*20240201~AMT", b"DTP*348*D8*20240201~\nAMT"),
        (b"IEA*1*", b"IEA*01*"),
    ],
)
def test_bytes_that_the_tree_does_not_hold_are_found(sound: bytes, wrong: bytes) -> None:
    content = write(HIRE).text
    assert sound in content

    assert [code for code, _, _ in _faults(content.replace(sound, wrong, 1), HIRE)][-1] == "E834-1071"


@pytest.mark.parametrize("character", [b"\t", b"\n", b"\x00", b"\x1a", b"\xe9", b"\x7f"])
def test_a_character_that_x12_does_not_have_is_found_where_it_stands(character: bytes) -> None:
    content = write(HIRE).text.replace(b"*DOE*JANE", b"*DO" + character + b"*JANE", 1)
    codes = [(code, number) for code, number, _ in _faults(content, HIRE)]

    assert ("E834-1072", 13) in codes


def test_line_ends_that_were_agreed_are_no_strangers() -> None:
    lines = replace(HIRE, delimiters=Delimiters(newline="\r\n"))

    assert _faults(write(lines).text, lines) == []
    assert _faults(write(lines).text.replace(b"~\r\nGS", b"~\nGS"), lines)


def test_no_difference_is_reported_by_its_value() -> None:
    content = write(HIRE).text.replace(b"*DOE*JANE*", b"*SECRET*JANE*")
    faults: list[Fault] = list(check_round_trip(content, read(content).interchanges, HIRE))

    assert faults
    assert not any("SECRET" in f.message or "DOE" in f.message for f in faults)


def test_a_tree_in_another_order_than_the_guide_is_the_same_tree() -> None:
    """The writer sorts the children of a loop, so whoever makes the tree need not."""
    member = SHAPES["another primary care provider, and a reporting category"][0]
    category = member.children[-1]
    assert isinstance(category, Loop)
    turned = Loop("LS_LOOP", (category.children[0], category.children[2], category.children[1]))
    meant = of_members(Loop("2000", (turned, *member.children[:-1])))

    assert _faults(write(meant).text, meant) == []
    assert [code for code, _, _ in _faults(write(meant).text.replace(b"LX*1~", b"LX*2~"), meant)] == ["E834-1070"]


def test_a_tree_that_cannot_be_written_is_refused() -> None:
    """What was meant is compared with itself, so that only its spelling can be wrong."""
    content = write(HIRE).text
    stray = Interchange(
        HIRE.header, ((GROUP, (transaction_set(Loop("2999", SHAPES["a death"][0].children)),)),), HIRE.delimiters
    )

    assert [f.code for f in check_round_trip(content, (stray,), stray)] == ["E834-1071"]
