"""A segment is told in business words, with what its codes mean."""

from __future__ import annotations

from edi834.x12 import ElementWords, Segment, describe_loop, describe_segment
from tests.x12.builders import seg


def test_codes_are_reported_in_words() -> None:
    words = describe_segment(seg("INS*Y*18*021*28*A*C:0**FT"), "2000")

    assert words.name == "Who the member is, and why it is reported"
    assert [(word.ref, word.value, word.meaning) for word in words.elements] == [
        ("INS01", "Y", "yes"),
        ("INS02", "18", "self"),
        ("INS03", "021", "addition"),
        ("INS04", "28", "initial enrollment"),
        ("INS05", "A", "active"),
        ("INS06-1", "C", "parts A and B"),
        ("INS06-2", "0", "age"),
        ("INS08", "FT", "full-time"),
    ]


def test_dates_are_reported_as_people_write_them() -> None:
    day = describe_segment(seg("DTP*348*D8*20240201"), "2300").elements[2]
    period = describe_segment(seg("DTP*007*RD8*20240201-20240229"), "2750").elements[2]

    assert (day.name, day.meaning) == ("Date of the coverage", "2024-02-01")
    assert period.meaning == "2024-02-01 to 2024-02-29"


def test_a_use_of_a_segment_is_named_by_its_qualifier() -> None:
    assert describe_segment(seg("REF*0F*E1"), "2000").name == "Subscriber identifier"
    assert describe_segment(seg("REF*DX*E1"), "2000").name == "Further identifiers"


def test_each_repetition_is_reported() -> None:
    words = describe_segment(seg("COB*P**5*1^35"), "2320").elements

    assert [word.meaning for word in words if word.ref == "COB04"] == ["medical care", "dental care"]


def test_what_the_guide_does_not_have_is_reported_as_it_stands() -> None:
    words = describe_segment(Segment("ZZZ", ("A", "", "B")), "2000")

    assert words.name == ""
    assert words.elements == (ElementWords("ZZZ01", "", "A", ""), ElementWords("ZZZ03", "", "B", ""))


def test_loops_have_business_names() -> None:
    assert describe_loop("2310") == "Provider"
    assert describe_loop("9999") == "9999"
