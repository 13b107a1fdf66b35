"""What a reader says of files that are not what their layout says."""

from __future__ import annotations

import pytest

from edi834.flat import FlatRecord, LineEnd, read_flat, write_flat
from tests.flat.layouts import delimited, fixed, number, text
from tests.flat.test_writing import LIFE, life

GOOD = write_flat(LIFE, life(("900000501", "25000"), ("900000502", "10000.50"))).content or b""


def test_a_good_file_is_sound() -> None:
    reading = read_flat(LIFE, GOOD)

    assert reading.is_sound
    assert reading.records[1] == FlatRecord("D", ("D", "900000501", "25000.00"))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (GOOD[:-2], "E834-1132"),
        (GOOD[:-22], "E834-1130"),
        (GOOD.replace(b"T002", b"T001"), "E834-1133"),
        (GOOD.replace(b"0002500000", b"0002500001"), "E834-1133"),
        (GOOD.replace(b"D900000501", b"X900000501"), "E834-1130"),
        (GOOD.replace(b"D900000501", b"D90000050"), "E834-1130"),
        (GOOD.replace(b"0002500000", b"00025OO000"), "E834-1131"),
        (GOOD.replace(b"D900000501", b"D90000\xff501"), "E834-1131"),
        (GOOD + GOOD, "E834-1130"),
        (b"", "E834-1134"),
    ],
    ids=[
        "no last line end",
        "cut short",
        "a wrong count",
        "a changed amount",
        "an unknown record",
        "a short record",
        "letters in a number",
        "a byte outside the encoding",
        "two files put together",
        "nothing at all",
    ],
)
def test_a_file_that_was_damaged_is_not_sound(content: bytes, code: str) -> None:
    reading = read_flat(LIFE, content)

    assert not reading.is_sound
    assert code in {p.code for p in reading.problems}


@pytest.mark.parametrize("line", [b'a,"b', b"a,b,c", b"a", b"a\x00,b", b"a,b\r", b'a,"b"c', b"a,\xc3\xb1"])
def test_a_delimited_line_that_is_none_is_left_out_and_the_rest_is_read(line: bytes) -> None:
    layout = delimited(text("a"), text("b"), line_end=LineEnd.LF)
    reading = read_flat(layout, line + b"\nx,y\n")

    assert [r.values for r in reading.records] == [("x", "y")]
    assert [(p.code, p.record) for p in reading.problems] == [("E834-1130", 1)]


def test_a_missing_row_of_names_and_end_of_file_are_noticed() -> None:
    named = delimited(text("a"), text("b"), header_row=True, line_end=LineEnd.LF)
    ended = fixed(text("a", 1), eof=26)

    assert [p.code for p in read_flat(named, b"x,y\n").problems] == ["E834-1132"]
    assert [p.code for p in read_flat(ended, b"x\r\n").problems] == ["E834-1132"]


def test_records_without_line_ends_are_cut_by_their_width() -> None:
    layout = fixed(text("a", 2), number("n", 2, pad="0"), line_end=LineEnd.NONE)
    reading = read_flat(layout, b"ab01cd02e")

    assert [r.values for r in reading.records] == [("ab", "1"), ("cd", "2")]
    assert [p.code for p in reading.problems] == ["E834-1130"]
