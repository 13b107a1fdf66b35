"""What flat files look like, what is refused, and what trailers say."""

from __future__ import annotations

import pytest

from edi834.flat import (
    Absent,
    Align,
    CountOf,
    Encoding,
    FlatField,
    FlatRecord,
    Layout,
    LayoutKind,
    Level,
    LineEnd,
    Overflow,
    Quoting,
    RecordType,
    SignStyle,
    read_flat,
    write_flat,
)
from tests.flat.layouts import delimited, fixed, number, tag, text

LIFE = Layout(
    kind=LayoutKind.FIXED,
    records=(
        RecordType("H", Level.FILE_HEADER, (tag("H"), number("records", 9, pad="0", count=CountOf.ALL), text("x", 10))),
        RecordType("D", Level.MEMBER, (tag("D"), text("ssn", 9), number("volume", 10, pad="0", decimals=2))),
        RecordType(
            "T",
            Level.FILE_TRAILER,
            (
                tag("T"),
                number("details", 3, pad="0", count=CountOf.DETAIL),
                number("others", 3, pad="0", count=CountOf.OTHERS),
                number("hash", 3, pad="0", hash_total="ssn"),
                number("volume", 10, pad="0", decimals=2, total="volume"),
            ),
        ),
    ),
    line_end=LineEnd.CRLF,
    record_length=20,
)


def written(layout: Layout, *rows: tuple[str, ...]) -> bytes | None:
    return write_flat(layout, [FlatRecord("D", row) for row in rows]).content


def codes(layout: Layout, *rows: tuple[str, ...]) -> list[str]:
    outcome = write_flat(layout, [FlatRecord("D", row) for row in rows])
    assert outcome.content is None
    return [p.code for p in outcome.problems]


def life(*rows: tuple[str, str]) -> list[FlatRecord]:
    details = [FlatRecord("D", ("", *row)) for row in rows]
    return [FlatRecord("H", ("", "", "")), *details, FlatRecord("T", ("", "", "", "", ""))]


def test_a_life_file_counts_and_adds_up() -> None:
    outcome = write_flat(LIFE, life(("900000501", "25000"), ("900000502", "10000.50")))

    assert outcome.content is not None
    assert outcome.content.decode().split("\r\n") == [
        "H000000004          ",
        "D9000005010002500000",
        "D9000005020001000050",
        "T0020030030003500050",
        "",
    ]


def test_a_total_that_does_not_fit_stops_the_file() -> None:
    outcome = write_flat(LIFE, life(("900000501", "60000000"), ("900000502", "60000000")))

    assert outcome.content is None
    assert [(p.code, p.field, p.record) for p in outcome.problems] == [("E834-1128", "volume", 4)]


def test_a_file_without_its_trailer_is_not_written() -> None:
    outcome = write_flat(LIFE, life()[:1])

    assert outcome.content is None
    assert {p.code for p in outcome.problems} == {"E834-1134"}


def test_each_group_has_its_own_trailer() -> None:
    layout = Layout(
        kind=LayoutKind.DELIMITED,
        records=(
            RecordType("G", Level.GROUP_HEADER, (tag("G"), text("group"), FlatField(name="n", count=CountOf.DETAIL))),
            RecordType("D", Level.MEMBER, (tag("D"), text("amount"))),
            RecordType("S", Level.GROUP_TRAILER, (tag("S"), FlatField(name="sum", total="amount"))),
            RecordType("T", Level.FILE_TRAILER, (tag("T"), FlatField(name="all", count=CountOf.ALL))),
        ),
        line_end=LineEnd.LF,
    )
    one, other = FlatRecord("G", ("", "one", "")), FlatRecord("G", ("", "other", ""))
    end, last = FlatRecord("S", ("", "")), FlatRecord("T", ("", ""))
    rows = [FlatRecord("D", ("", amount)) for amount in ("1.10", "2", "3")]

    outcome = write_flat(layout, [one, *rows[:2], end, other, rows[2], end, last])

    assert outcome.content == b"G,one,2\nD,1.10\nD,2\nS,3.10\nG,other,1\nD,3\nS,3\nT,8\n"
    assert read_flat(layout, outcome.content).is_sound


def test_widths_are_counted_in_bytes_of_the_encoding() -> None:
    layout = fixed(text("name", 5), text("x", 1), encoding=Encoding.UTF_8, line_end=LineEnd.NONE)

    assert written(layout, ("Zoë", "1")) == "Zoë 1".encode()
    assert written(layout, ("Muñoz", "1")) is None


def test_ebcdic_is_written_in_its_own_bytes() -> None:
    layout = fixed(text("a", 3), number("n", 3, pad="0", sign=SignStyle.OVERPUNCH), encoding=Encoding.CP037)
    content = written(layout, ("AB", "-12"))

    assert content == bytes([0xC1, 0xC2, 0x40, 0xF0, 0xF1, 0xD2, 0x0D, 0x25])


def test_the_end_of_file_byte_stands_after_everything() -> None:
    assert written(fixed(text("a", 1), line_end=LineEnd.CRLF, eof=0x1A), ("x",)) == b"x\r\n\x1a"
    assert written(fixed(text("a", 1), line_end=LineEnd.LF, final_line_end=False), ("x",), ("y",)) == b"x\ny"


def test_absent_is_blank_or_zeros_as_the_field_says() -> None:
    layout = fixed(text("a", 2), text("b", 2, absent=Absent.ZEROS), number("c", 2, pad="0"), line_end=LineEnd.NONE)

    assert written(layout, ("", "", "")) == b"  00  "


@pytest.mark.parametrize(
    ("quoting", "content"),
    [
        (Quoting.MINIMAL, b'"a|b"|"say ""hi"""|007\n'),
        (Quoting.ALL, b'"a|b"|"say ""hi"""|"007"\n'),
    ],
)
def test_quotation_marks_stand_where_the_layout_wants_them(quoting: Quoting, content: bytes) -> None:
    layout = delimited(text("a"), text("b"), text("c"), delimiter="|", quoting=quoting, line_end=LineEnd.LF)

    assert written(layout, ("a|b", 'say "hi"', "007")) == content


def test_without_quotation_marks_the_delimiter_in_a_value_is_refused() -> None:
    layout = delimited(text("a"), text("b"), delimiter="|", quoting=Quoting.NONE, line_end=LineEnd.LF)

    assert written(layout, ('say "hi"', "b")) == b'say "hi"|b\n'
    assert codes(layout, ("a|b", "c")) == ["E834-1124"]


def test_a_row_of_names_stands_first() -> None:
    layout = delimited(text("Member ID"), text("Last, First"), header_row=True, line_end=LineEnd.LF)

    assert written(layout, ("1", "x")) == b'Member ID,"Last, First"\n1,x\n'


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("a\nb", "E834-1122"),
        ("a\rb", "E834-1122"),
        ("a\tb", "E834-1122"),
        ("a\x00b", "E834-1122"),
        ("a\x85b", "E834-1122"),
        ("a\u2028b", "E834-1122"),
        ("Muñoz", "E834-1123"),
        ("李明", "E834-1123"),
        ("\ud800", "E834-1123"),
        ("abcdefghi", "E834-1120"),
    ],
    ids=ascii,
)
def test_what_a_field_cannot_hold_is_refused_without_telling_it(value: str, code: str) -> None:
    outcome = write_flat(fixed(text("name", 8)), [FlatRecord("D", (value,))])

    assert outcome.content is None
    assert [(p.code, p.field, p.record) for p in outcome.problems] == [(code, "name", 1)]
    assert value not in outcome.problems[0].message
    assert value not in repr(outcome)


@pytest.mark.parametrize("value", ["=HYPERLINK(1)", "@SUM(A1)", "+1 208 555 0100", "-1+2"])
def test_a_formula_is_sent_as_it_is_with_a_warning(value: str) -> None:
    outcome = write_flat(delimited(text("a"), text("b"), line_end=LineEnd.LF), [FlatRecord("D", (value, "x"))])

    assert outcome.content == f"{value},x\n".encode()
    assert [p.code for p in outcome.problems] == ["E834-1125"]


def test_a_plain_negative_number_is_no_formula() -> None:
    assert write_flat(delimited(text("a"), text("b")), [FlatRecord("D", ("-12.50", "x"))]).problems == ()


def test_a_declared_truncation_warns() -> None:
    layout = fixed(text("name", 4, overflow=Overflow.TRUNCATE), line_end=LineEnd.NONE)
    outcome = write_flat(layout, [FlatRecord("D", ("Doe-Smith",))])

    assert outcome.content == b"Doe-"
    assert [p.code for p in outcome.problems] == ["E834-1121"]


def test_padding_never_changes_a_value() -> None:
    stars = fixed(text("a", 5, pad="*"))
    zeros = fixed(text("a", 5, pad="0", align=Align.RIGHT))

    assert codes(stars, ("ab*",)) == ["E834-1129"]
    assert codes(zeros, ("-12",)) == ["E834-1129"]
    assert written(zeros, ("12",)) == b"00012\r\n"


@pytest.mark.parametrize("value", ["12.345", "-1", "1,000", "abc", "99999999999"])
def test_a_number_that_its_field_cannot_tell_is_refused(value: str) -> None:
    assert codes(fixed(number("n", 9, decimals=2)), (value,))[0] in ("E834-1126", "E834-1120")


def test_a_record_of_another_shape_is_refused() -> None:
    assert codes(fixed(text("a", 1)), ("a", "b")) == ["E834-1127"]
    assert codes(fixed(tag("D"), text("a", 1)), ("X", "b")) == ["E834-1127"]
