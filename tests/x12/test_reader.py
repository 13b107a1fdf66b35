"""The reader understands what carriers and sponsors really send, and says what is wrong with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edi834.x12 import Delimiters, Loop, Segment, read, segment_at, write
from edi834.x12.reader import UNREADABLE_DATE
from tests.x12.builders import coverage, interchange, member, names, of_members, seg, transaction_set

JANE = member(
    "INS*Y*18*021*28*A", "REF*0F*E1", "REF*1L*G1", "DTP*356*D8*20240201", names("NM1*IL*1*DOE*JANE", "N3*1 MAIN ST"),
    coverage("HD*021**HLT*PPO", "DTP*348*D8*20240201", "REF*17*C1"),
)  # fmt: skip
REPORTED = of_members(JANE)
SOUND = write(REPORTED).text


def _findings(content: bytes) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.segment_id, finding.loop) for finding in read(content).findings]


def _only_member(content: bytes) -> Loop:
    (found,) = next(read(content).interchanges[0].transaction_sets()).members()
    return found


@pytest.mark.parametrize(
    "content",
    [
        SOUND.replace(b"~", b"~\n"),
        SOUND.replace(b"~", b"~\r\n"),
        SOUND.replace(b"~", b"\n"),
        SOUND.replace(b"~", b"\x1c"),
        SOUND.replace(b"*", b"|").replace(b":", b">").replace(b"^", b"!"),
        b"\xef\xbb\xbf" + SOUND,
        b"\r\n  " + SOUND + b"\r\n\r\n",
    ],
    ids=["LF", "CRLF", "LF as terminator", "FS as terminator", "other delimiters", "byte order mark", "blanks around"],
)
def test_any_delimiters_and_line_ends_are_read(content: bytes) -> None:
    result = read(content)

    assert result.findings == ()
    assert list(result.interchanges[0].transaction_sets()) == list(REPORTED.transaction_sets())


def test_a_letter_as_repetition_separator_repeats_nothing() -> None:
    result = read(SOUND.replace(b"*^*", b"*U*"))

    assert [(finding.code, finding.element) for finding in result.findings] == [("E834-0512", 11)]
    assert list(result.interchanges[0].transaction_sets()) == list(REPORTED.transaction_sets())


def test_several_interchanges_are_read_each_with_its_delimiters() -> None:
    other = replace(
        REPORTED, header=replace(REPORTED.header, control_number=43), delimiters=Delimiters("|", ">", "!", "?")
    )

    result = read(SOUND + b"\n" + write(other).text)

    assert result.findings == ()
    assert result.interchanges == (REPORTED, other)


def test_the_same_interchange_twice_in_a_file_is_reported() -> None:
    assert _findings(SOUND + SOUND) == [("E834-0523", "ISA", "")]


@pytest.mark.parametrize(
    ("sound", "broken", "code", "id"),
    [
        (b"SE*14*", b"SE*13*", "E834-0514", "SE"),
        (b"GE*1*", b"GE*2*", "E834-0514", "GE"),
        (b"IEA*1*", b"IEA*0*", "E834-0514", "IEA"),
        (b"SE*14*0001", b"SE*14*0002", "E834-0515", "SE"),
        (b"GE*1*42", b"GE*1*43", "E834-0515", "GE"),
        (b"IEA*1*000000042", b"IEA*1*000000043", "E834-0515", "IEA"),
        (b"SE*14*0001~", b"", "E834-0513", "GE"),
        (b"GE*1*42~", b"", "E834-0513", "IEA"),
        (b"IEA*1*000000042~", b"", "E834-0511", "GE"),
        (b"IEA*1*000000042~", b"IEA*1*000000042", "E834-0524", "IEA"),
        (b"ST*834*0001*005010X220A1~", b"", "E834-0513", "BGN"),
        (b"GS*BE*900123456*EVERGREEN*20240301*221530*42*X*005010X220A1~", b"", "E834-0513", "ST"),
        (b"*240301*", b"*249901*", "E834-0516", "ISA"),
        (b"*00501*", b"*00401*", "E834-0516", "ISA"),
        (b"*20240301*221530*", b"*2024031*221530*", "E834-0516", "GS"),
        (b"*221530*", b"*22:15*", "E834-0516", "GS"),
        (b"X*005010X220A1", b"X*004010X095A1", "E834-0519", "ST"),
        (b"ST*834*0001*005010X220A1", b"ST*834*0001*005010X220", "E834-0519", "ST"),
        (b"REF*0F*E1", b"REF*0F*E:1", "E834-0520", "REF"),
        (b"REF*0F*E1", b"REF*0F*E^1", "E834-0520", "REF"),
        (b"REF*0F*E1~", b"REF*0F*E1*~", "E834-0524", "REF"),
        (b"JANE", b"JAN\xc9", "E834-0522", ""),
        (b"ISA*00*  ", b"HELLO ISA*00*  ", "E834-0521", ""),
    ],
)
def test_what_is_wrong_is_reported_where_it_is(sound: bytes, broken: bytes, code: str, id: str) -> None:
    assert sound in SOUND
    found = _findings(SOUND.replace(sound, broken, 1))

    assert (code, id) in [(one, segment) for one, segment, _ in found]


@pytest.mark.parametrize("content", [b"", b"\n", b"hello", b"ISA", b"ISA*00*", b"\x00" * 300, b"ISA" * 100])
def test_what_is_no_interchange_is_reported(content: bytes) -> None:
    result = read(content)

    assert result.interchanges == ()
    assert result.findings


def test_an_isa_without_its_widths_is_read_all_the_same() -> None:
    result = read(SOUND.replace(b"          ", b""))

    assert [finding.code for finding in result.findings] == ["E834-0516"]
    assert result.interchanges == (REPORTED,)


def test_a_date_that_cannot_be_read_is_not_guessed() -> None:
    assert read(SOUND.replace(b"*240301*", b"*249901*")).interchanges[0].header.date == UNREADABLE_DATE


def test_a_segment_the_guide_does_not_have_stays_where_it_stood() -> None:
    content = SOUND.replace(b"HD*021", b"ZZZ*A:B~HD*021").replace(b"SE*14", b"SE*15")

    assert _findings(content) == [("E834-0517", "ZZZ", "2100A")]
    (name,) = _only_member(content).loops("2100A")
    assert list(name.segments())[-1] == Segment("ZZZ", ("A:B",))


def test_a_segment_out_of_order_is_reported_and_put_into_its_loop() -> None:
    content = SOUND.replace(b"REF*1L*G1~", b"").replace(b"DTP*356*D8*20240201~", b"DTP*356*D8*20240201~REF*1L*G1~")

    assert _findings(content) == [("E834-0518", "REF", "2000")]
    assert [segment.text(1) for segment in _only_member(content).segments("REF")] == ["0F", "1L"]


def test_a_wrong_qualifier_does_not_tear_a_coverage_apart() -> None:
    """The check of codes says what is wrong with it; here it must stay what it is: a date of the coverage."""
    content = SOUND.replace(b"DTP*348", b"DTP*356")
    (found,) = _only_member(content).loops("2300")

    assert _findings(content) == []
    assert [segment.id for segment in found.segments()] == ["HD", "DTP", "REF"]


def test_an_unknown_version_is_read_flat() -> None:
    (one,) = read(SOUND.replace(b"X*005010X220A1", b"X*004010X095A1")).interchanges[0].transaction_sets()

    assert next(one.body.segments()).id == "BGN"
    assert list(one.body.loops()) == []


def test_findings_hold_no_value() -> None:
    content = SOUND.replace(b"REF*0F*E1", b"REF*0F*900:456789").replace(b"HD*021", b"ZZZ*900456789~HD*021")

    assert "456789" not in repr(read(content).findings)


def test_the_segment_an_acknowledgment_speaks_of_is_found() -> None:
    (reported,) = read(SOUND).interchanges

    assert segment_at(reported, "0001", 5) == seg("INS*Y*18*021*28*A")
    assert segment_at(reported, "0001", 1) is None
    assert segment_at(reported, "0001", 99) is None
    assert segment_at(reported, "0002", 5) is None


def test_the_place_of_a_member_is_found_in_what_was_read() -> None:
    result = read(write(interchange(transaction_set(JANE, JANE))).text)
    found = result.index().locate(42, "0001", 14)

    assert found is not None
    assert (found.loop, found.member) == ("2000", 2)
    assert result.index(7).locate(42, "0001", 14) is None
