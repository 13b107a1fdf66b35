"""What mainframes want: packed numbers, zoned ones, blocks, the end-of-file byte, and null records."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.errors import ConfigurationError
from edi834.flat import (
    Absent,
    CountOf,
    Encoding,
    FlatField,
    FlatKind,
    FlatRecord,
    Layout,
    LayoutKind,
    Level,
    LineEnd,
    RecordType,
    SignStyle,
    read_flat,
    write_flat,
)
from edi834.flat.packed import packed_number, unpacked_number
from tests.flat.layouts import delimited, fixed, number, packed, tag, text

NIBBLE, NONE = SignStyle.NIBBLE, SignStyle.NONE


@pytest.mark.parametrize(
    ("number_", "decimals", "sign", "width", "spelled"),
    [
        ("512.25", 2, NIBBLE, 4, "0051225C"),
        ("-512.25", 2, NIBBLE, 4, "0051225D"),
        ("512.25", 2, NONE, 4, "0051225F"),
        ("0", 0, NIBBLE, 1, "0C"),
        ("-0", 0, NIBBLE, 1, "0C"),
        ("9", 0, NIBBLE, 1, "9C"),
        ("-99999.99", 2, NIBBLE, 4, "9999999D"),
    ],
)
def test_a_packed_number_is_two_digits_a_byte_and_its_sign(
    number_: str, decimals: int, sign: SignStyle, width: int, spelled: str
) -> None:
    raw = packed_number(Decimal(number_), decimals, sign, width)

    assert raw is not None
    assert raw.hex().upper() == spelled
    assert unpacked_number(raw, decimals, sign) == Decimal(number_)


def test_a_packed_number_is_never_rounded_cut_or_without_its_sign() -> None:
    assert packed_number(Decimal("0.005"), 2, NIBBLE, 4) is None
    assert packed_number(Decimal("100000"), 2, NIBBLE, 4) is None
    assert packed_number(Decimal(-1), 0, NONE, 4) is None


@pytest.mark.parametrize("spelled", ["", "00", "2020", "4040", "1A2C", "12", "AC", "FF"])
def test_bytes_that_are_no_packed_number_are_not_read_as_one(spelled: str) -> None:
    assert unpacked_number(bytes.fromhex(spelled), 0, NIBBLE) is None


def test_other_machines_signs_are_read_and_a_negative_one_only_where_there_is_a_sign() -> None:
    assert [unpacked_number(bytes([0x10 | half]), 0, NIBBLE) for half in (0xA, 0xB, 0xE, 0xF)] == [1, -1, 1, 1]
    assert unpacked_number(b"\x1d", 0, NONE) is None


@pytest.mark.laws
@given(st.decimals(-(10**12), 10**12, places=2), st.integers(8, 32))
def test_a_number_is_read_back_from_its_packing(amount: Decimal, width: int) -> None:
    raw = packed_number(amount, 2, NIBBLE, width)

    assert raw is not None
    assert len(raw) == width
    assert unpacked_number(raw, 2, NIBBLE) == amount


VOLUMES = Layout(
    kind=LayoutKind.FIXED,
    records=(
        RecordType(
            "D",
            Level.MEMBER,
            (tag("D"), packed("volume", 5, decimals=2, sign=NIBBLE), packed("salary", 3, absent=Absent.ZEROS)),
        ),
        RecordType("T", Level.FILE_TRAILER, (tag("T"), number("total", 8, pad="0", decimals=2, total="volume"))),
    ),
    encoding=Encoding.CP037,
    line_end=LineEnd.NONE,
)


def test_a_packed_file_is_written_in_bytes_and_its_trailer_adds_it_up() -> None:
    rows = [("", "25000", "12"), ("", "-0.25", ""), ("", "", "")]
    outcome = write_flat(VOLUMES, [*(FlatRecord("D", row) for row in rows), FlatRecord("T", ("", ""))])

    assert outcome.content is not None
    assert outcome.content.hex().upper() == "".join(
        ("C4002500000C00012F", "C4000000025D00000F", "C4404040404000000F", "E3F0F2F4F9F9F9F7F5")
    )
    reading = read_flat(VOLUMES, outcome.content)
    assert reading.is_sound
    assert [r.values for r in reading.records[:3]] == [("D", "25000.00", "12"), ("D", "-0.25", ""), ("D", "", "")]


def test_a_damaged_packed_number_is_noticed() -> None:
    content = write_flat(VOLUMES, [FlatRecord("D", ("", "1", "")), FlatRecord("T", ("", ""))]).content or b""

    spoilt = content.replace(bytes.fromhex("000000100C"), bytes.fromhex("0000001A0C"))

    assert spoilt != content
    assert "E834-1131" in {p.code for p in read_flat(VOLUMES, spoilt).problems}


@pytest.mark.parametrize("value", ["0.005", "12345678.00", "-1e5", "abc"])
def test_a_number_that_packing_cannot_hold_is_refused(value: str) -> None:
    layout = fixed(tag("D"), packed("volume", 5, decimals=2, sign=NIBBLE), line_end=LineEnd.NONE)

    problems = write_flat(layout, [FlatRecord("D", ("", value))]).problems

    assert {p.code for p in problems} <= {"E834-1126", "E834-1120"}
    assert problems
    assert all(value not in p.message for p in problems)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"kind": FlatKind.PACKED, "sign": SignStyle.LEADING}, "none or nibble"),
        ({"kind": FlatKind.NUMBER, "sign": SignStyle.NIBBLE}, "none or nibble"),
        ({"kind": FlatKind.PACKED, "width": 33}, "at most 32 bytes"),
        ({"kind": FlatKind.PACKED, "constant": "1"}, "kind text"),
    ],
)
def test_a_packed_field_that_contradicts_itself_is_refused(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        FlatField(**{"name": "volume", "width": 5, **wrong})


def test_packed_numbers_stand_only_where_a_line_end_cannot_be_mistaken() -> None:
    """0x0D and 0x25 are digits of a packed number and the line end of EBCDIC."""
    with pytest.raises(ConfigurationError, match='line_end = "none" for volume'):
        fixed(tag("D"), packed("volume", 5))
    with pytest.raises(ConfigurationError, match="only a fixed layout packs numbers: volume"):
        delimited(text("a"), packed("volume", 5))


# --- blocks ---------------------------------------------------------------------------------------------------------


def blocks(size: int, **more: Any) -> Layout:
    return fixed(text("a", 3), text("b", 2), line_end=LineEnd.NONE, block_size=size, **more)


def rows(*values: tuple[str, str]) -> list[FlatRecord]:
    return [FlatRecord("D", value) for value in values]


@pytest.mark.parametrize(("count", "length"), [(0, 0), (1, 20), (4, 20), (5, 40)])
def test_a_file_in_blocks_is_a_whole_number_of_them(count: int, length: int) -> None:
    layout = blocks(20, encoding=Encoding.CP037)
    written = write_flat(layout, rows(*[("abc", "")] * count))

    assert written.content is not None
    assert len(written.content) == length
    assert written.content[5 * count :] == b"\x40" * (length - 5 * count)
    reading = read_flat(layout, written.content)
    assert (len(reading.records), reading.problems) == (count, ())


def test_a_record_that_is_blank_is_not_written_in_blocks_because_it_would_be_lost() -> None:
    assert [p.code for p in write_flat(blocks(20), rows(("a", ""), ("", " "))).problems] == ["E834-1135"]
    assert write_flat(fixed(text("a", 3), line_end=LineEnd.NONE), [FlatRecord("D", ("",))]).content == b"   "


def test_a_file_that_is_no_whole_number_of_blocks_was_cut() -> None:
    content = write_flat(blocks(20), rows(("abc", "de"))).content or b""

    assert [p.code for p in read_flat(blocks(20), content[:-5]).problems] == ["E834-1132"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"block_size": 12}, "multiple of 5"),
        ({"block_size": 0}, "multiple of 5"),
        ({"block_size": 20, "line_end": LineEnd.LF}, "without line ends"),
        ({"block_size": 20, "eof": 26}, "end-of-file byte"),
    ],
)
def test_blocks_that_hold_no_whole_records_are_refused(more: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        fixed(text("a", 3), text("b", 2), **{"line_end": LineEnd.NONE, **more})


# --- nobody to tell of ----------------------------------------------------------------------------------------------

CLEARING = Layout(
    kind=LayoutKind.FIXED,
    records=(
        RecordType("H", Level.FILE_HEADER, (tag("H"), number("records", 4, pad="0", count=CountOf.ALL))),
        RecordType("D", Level.MEMBER, (tag("D"), text("id", 4))),
        RecordType("N", Level.NULL_RECORD, (tag("N"), FlatField(name="why", width=4, constant="NONE"))),
        RecordType("F", Level.FILE_TRAILER, (tag("F"), number("people", 4, pad="0", count=CountOf.DETAIL))),
    ),
    line_end=LineEnd.LF,
)
HEADER, NOBODY, FOOTER = FlatRecord("H", ("", "")), FlatRecord("N", ("", "")), FlatRecord("F", ("", ""))
SOMEBODY = FlatRecord("D", ("", "E1"))


def test_a_null_record_is_a_record_and_tells_of_nobody() -> None:
    written = write_flat(CLEARING, [HEADER, NOBODY, FOOTER])

    assert written.content == b"H0003\nNNONE\nF0000\n"
    assert read_flat(CLEARING, written.content).is_sound


@pytest.mark.parametrize(
    "inner", [[], [NOBODY, NOBODY], [NOBODY, SOMEBODY], [SOMEBODY, NOBODY]], ids=["none", "two", "before", "after"]
)
def test_a_null_record_stands_alone_or_not_at_all(inner: list[FlatRecord]) -> None:
    problems = write_flat(CLEARING, [HEADER, *inner, FOOTER]).problems

    assert {p.code for p in problems} == {"E834-1134"}


def test_a_layout_has_one_null_record() -> None:
    again = RecordType("M", Level.NULL_RECORD, (tag("M"),))

    with pytest.raises(ConfigurationError, match="one null record"):
        Layout(kind=LayoutKind.FIXED, records=(*CLEARING.records, again))
