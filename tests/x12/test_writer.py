"""The writer puts things into the guide's order, spells and counts them, and refuses what has no place or spelling."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from edi834.errors import ConfigurationError, UnexpectedError
from edi834.x12 import (
    Delimiters,
    GroupHeader,
    Interchange,
    InterchangeHeader,
    Loop,
    Repeated,
    Segment,
    SegmentPosition,
    Unwritable,
    Written,
    spell,
    write,
)
from tests.x12.builders import GROUP, HEADER, coverage, interchange, loop, member, names, of_members, transaction_set

JANE = member("INS*Y*18*021*28*A", "REF*0F*E1", names("NM1*IL*1*DOE*JANE"))


def _lines(reported: Interchange) -> list[str]:
    return write(reported).text.decode().rstrip("~").split("~")


def _refused(reported: Interchange) -> list[tuple[str, str, int]]:
    written = spell(reported)
    assert isinstance(written, Unwritable)
    return [(refusal.code, refusal.path, refusal.member) for refusal in written.refusals]


def test_a_file_is_written_as_the_standard_has_it() -> None:
    assert _lines(of_members(JANE)) == [
        "ISA*00*          *00*          *30*900123456      *ZZ*EVERGREEN      *240301*2215*^*00501*000000042*1*T*:",
        "GS*BE*900123456*EVERGREEN*20240301*221530*42*X*005010X220A1",
        "ST*834*0001*005010X220A1",
        "BGN*00*R-1*20240301*2215****2",
        "N1*P5*ACME TOYS*FI*900123456",
        "N1*IN*EVERGREEN HEALTH*94*EVERGREEN",
        "INS*Y*18*021*28*A",
        "REF*0F*E1",
        "NM1*IL*1*DOE*JANE",
        "SE*8*0001",
        "GE*1*42",
        "IEA*1*000000042",
    ]


def test_the_interchange_header_has_106_bytes_with_its_terminator() -> None:
    assert write(of_members(JANE)).text.index(b"~") == 105


@pytest.mark.parametrize("newline", ["", "\n", "\r\n"])
def test_segments_end_as_the_carrier_wants(newline: str) -> None:
    marks = Delimiters("|", ">", "!", "\n" if newline == "" else "~", newline)  # type: ignore[arg-type]
    text = write(interchange(transaction_set(JANE), delimiters=marks)).text.decode()

    assert text.endswith("IEA|1|000000042" + marks.segment + newline)
    assert f"INS|Y|18|021|28|A{marks.segment}{newline}REF|0F|E1" in text


def test_everything_is_put_into_the_order_of_the_guide() -> None:
    reported = member(
        coverage("DTP*348*D8*20240201", "REF*1L*P1", "HD*021**HLT", "AMT*P3*1"),
        names("DMG*D8*19800101*F", "N4*BOISE*ID*83702", "N3*1 MAIN ST", "NM1*IL*1*DOE"),
        "DTP*356*D8*20240201",
        "REF*DX*D7",
        "REF*1L*G1",
        "REF*17*C1",
        "REF*0F*E1",
        "INS*Y*18*021",
    )

    assert [line.split("*")[0] for line in _lines(of_members(reported))[6:-3]] == [
        "INS", "REF", "REF", "REF", "REF", "DTP", "NM1", "N3", "N4", "DMG", "HD", "DTP", "AMT", "REF",
    ]  # fmt: skip
    assert _lines(of_members(reported))[7:11] == ["REF*0F*E1", "REF*1L*G1", "REF*DX*D7", "REF*17*C1"]


def test_empty_ends_of_segments_and_composites_are_left_out() -> None:
    reported = member(
        Segment("INS", ("Y", "18", "021", "", "A", ("C", ""), "", "")), "REF*0F*E1", names("NM1*IL*1*DOE")
    )

    assert "INS*Y*18*021**A*C" in _lines(of_members(reported))


def test_an_acknowledgment_is_traced_to_the_member_and_coverage() -> None:
    family = (
        member("INS*Y*18*021", "REF*0F*E1", names("NM1*IL*1*DOE"), coverage("HD*021**HLT", "DTP*348*D8*20240201")),
        member(
            "INS*N*19*021", "REF*0F*E1", names("NM1*IL*1*DOE"),
            coverage("HD*021**HLT", "DTP*348*D8*20240201"), coverage("HD*021**DEN", "DTP*348*D8*20240201"),
            loop("LS_LOOP", "LS*2700", loop("2700", "LX*1"), "LE*2700"),
        ),
    )  # fmt: skip
    index = write(interchange(transaction_set(*family), transaction_set(*family, number="0002"))).index()

    def place(segment: int, number: str = "0001") -> tuple[str, int, int]:
        found = index.locate(42, number, segment)
        assert found is not None
        return found.loop, found.member, found.coverage

    assert place(2) == ("HEADER", 0, 0)
    assert place(5) == ("2000", 1, 0)
    assert place(9) == ("2300", 1, 1)
    assert place(12) == ("2000", 2, 0)
    assert place(14) == ("2300", 2, 1)
    assert place(16, "0002") == ("2300", 2, 2)
    assert place(18) == ("2000", 2, 0), "after the coverages the member goes on"
    assert index.locate(42, "0001", 1) is None
    assert index.locate(42, "0001", 21) is None
    assert index.locate(42, "0009", 5) is None
    assert index.locate(41, "0001", 5) is None


def test_positions_count_from_the_transaction_set_header() -> None:
    assert write(of_members(JANE)).positions == (
        SegmentPosition(42, "0001", "HEADER", 2, 4),
        SegmentPosition(42, "0001", "2000", 5, 7, 1),
    )


@pytest.mark.parametrize(
    ("reported", "path"),
    [
        (member("INS*Y*18*021", "HD*021**HLT"), "2000/HD"),
        (member("INS*Y*18*021", "REF*XX*1"), "2000/REF"),
        (member("INS*Y*18*021", loop("2310", "LX*1")), "2000/2310"),
        (member("INS*Y*18*021", "REF*0F*1*A*B*C"), "2000/REF05"),
        (member("INS*Y*18*021", coverage("DTP*348*D8*20240201")), "2300/HD"),
        (member("INS*Y*18*021", Segment("REF", ("0F", Repeated(("1", "2"))))), "2000/REF02"),  # type: ignore[arg-type]
        (member("INS*Y*18*021", Segment("REF", ("0F", ("1", "2")))), "2000/REF02"),  # type: ignore[arg-type]
    ],
)
def test_what_the_guide_has_no_place_for_is_refused(reported: Loop, path: str) -> None:
    assert ("E834-0503", path, 1) in _refused(of_members(reported))


@pytest.mark.parametrize("text", ["A*B", "A~B", "A:B", "A^B", "A\nB", "A\tB", "A\x00B", "Muñoz", "李"])
def test_a_text_that_would_break_the_file_is_refused_and_never_shown(text: str) -> None:
    reported = of_members(
        JANE, member("INS*N*19*021", "REF*0F*E1", Loop("2100A", (Segment.of("NM1", "IL", "1", text),)))
    )

    assert _refused(reported) == [("E834-0504", "2100A/NM103", 2)]
    with pytest.raises(UnexpectedError) as stopped:
        write(reported)
    assert text not in str(stopped.value)
    assert "2100A/NM103 in set 0001, member 2" in str(stopped.value)


def test_the_basic_set_refuses_small_letters() -> None:
    reported = of_members(member("INS*Y*18*021", "REF*0F*e1", names("NM1*IL*1*DOE")))

    assert isinstance(spell(reported), Written)
    assert isinstance(spell(reported, charset="basic"), Unwritable)


def test_components_and_repetitions_are_judged_too() -> None:
    reported = member(Segment.of("INS", "Y", "18", "021", "", "A", ("C", "0:1")), "REF*0F*E1", names("NM1*IL*1*DOE"))

    assert _refused(of_members(reported)) == [("E834-0504", "2000/INS06", 1)]


def test_everything_that_is_wrong_is_reported_at_once() -> None:
    reported = of_members(
        member("INS*Y*18*021", "REF*0F*é"), member("INS*Y*18*021", "REF*XX*1"), member("INS*Y*18*021", "ZZZ*1")
    )

    assert [refusal[2] for refusal in _refused(reported)] == [1, 2, 3]
    with pytest.raises(UnexpectedError, match=r"\(and 2 more\)"):
        write(reported)


@pytest.mark.parametrize(
    ("header", "path"),
    [
        (replace(HEADER, sender_id="A" * 16), "ISA06"),
        (replace(HEADER, receiver_id=""), "ISA08"),
        (replace(HEADER, receiver_id="A*B"), "ISA08"),
        (replace(HEADER, sender_qualifier="Z"), "ISA05"),
        (replace(HEADER, control_number=0), "ISA13"),
        (replace(HEADER, control_number=1_000_000_000), "ISA13"),
        (replace(HEADER, date=date(1999, 12, 31)), "ISA09"),
    ],
)
def test_an_interchange_header_that_does_not_fit_is_refused(header: InterchangeHeader, path: str) -> None:
    reported = replace(of_members(JANE), header=header)

    assert path in [refusal[1] for refusal in _refused(reported)]


@pytest.mark.parametrize(
    ("group", "path"),
    [
        (replace(GROUP, application_sender="A"), "GS02"),
        (replace(GROUP, application_receiver=" AB"), "GS03"),
        (replace(GROUP, control_number=-1), "GS06"),
        (replace(GROUP, version="004010X095A1"), "GS08"),
    ],
)
def test_a_group_header_that_does_not_fit_is_refused(group: GroupHeader, path: str) -> None:
    reported = replace(of_members(JANE), groups=((group, (transaction_set(JANE),)),))

    assert path in [refusal[1] for refusal in _refused(reported)]


def test_control_numbers_are_used_once_in_a_file() -> None:
    twice = transaction_set(JANE)

    assert _refused(interchange(twice, twice)) == [("E834-0505", "ST02", 0)]
    assert ("E834-0505", "GS06", 0) in _refused(replace(of_members(), groups=((GROUP, (twice,)), (GROUP, (twice,)))))
    assert _refused(interchange(transaction_set(JANE, number="1"))) == [("E834-0505", "ST02", 0)]


@pytest.mark.parametrize(
    "marks", [{"element": "A"}, {"element": "1"}, {"segment": " "}, {"component": "*"}, {"element": ""},
              {"element": "**"}, {"element": "é"}, {"newline": "\r"}],
)  # fmt: skip
def test_delimiters_that_cannot_be_told_apart_are_refused(marks: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="E834-0501"):
        Delimiters(**marks)  # type: ignore[arg-type]
