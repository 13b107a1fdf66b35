"""A layout is made of widths, and one that contradicts itself cannot be made."""

from __future__ import annotations

from typing import Any

import pytest

from edi834.errors import ConfigurationError
from edi834.flat import (
    Absent,
    Align,
    CountOf,
    Encoding,
    FlatField,
    FlatKind,
    Layout,
    LayoutKind,
    Level,
    LineEnd,
    Overflow,
    Quoting,
    RecordType,
    SignStyle,
)
from tests.flat.layouts import delimited, fixed, number, tag, text


def test_positions_follow_from_widths() -> None:
    record = RecordType("D", Level.MEMBER, (tag("D"), text("ssn", 9), text("name", 35)))

    assert record.offsets == (0, 1, 10)
    assert record.width == 45


def test_the_asserted_record_length_is_held_against_the_widths() -> None:
    with pytest.raises(ConfigurationError, match="10 wide together, not 12") as refused:
        fixed(tag("D"), text("ssn", 9), record_length=12)

    assert refused.value.code == "E834-1102"
    assert refused.value.exit_status == 4


def test_records_without_line_ends_are_of_one_width() -> None:
    records = (
        RecordType("A", Level.SUBSCRIBER, (tag("A"), text("x", 4))),
        RecordType("B", Level.DEPENDENT, (tag("B"), text("x", 5))),
    )

    with pytest.raises(ConfigurationError, match="one width"):
        Layout(kind=LayoutKind.FIXED, records=records, line_end=LineEnd.NONE)


def test_records_that_a_reader_could_not_tell_apart_are_refused() -> None:
    records = (
        RecordType("A", Level.SUBSCRIBER, (tag("A"), text("x", 4))),
        RecordType("B", Level.DEPENDENT, (text("x", 5),)),
    )

    for kind in LayoutKind:
        with pytest.raises(ConfigurationError, match="tell them apart") as refused:
            Layout(kind=kind, records=records, encoding=Encoding.UTF_8)

        assert refused.value.code == "E834-1103"


def test_constants_of_other_lengths_at_one_place_tell_records_apart() -> None:
    header = RecordType("g", Level.GROUP_HEADER, (FlatField(name="tag", width=3, constant="GRP"), text("x", 2)))
    detail = RecordType("d", Level.MEMBER, (FlatField(name="tag", width=1, constant="D"), text("x", 4)))

    assert Layout(kind=LayoutKind.FIXED, records=(header, detail)).at(Level.MEMBER) == (detail,)


@pytest.mark.parametrize(
    "wrong",
    [
        {"width": 0},
        {"pad": ""},
        {"pad": "é"},
        {"pad": "\t"},
        {"pad": "0", "align": Align.LEFT},
        {"decimals": 2},
        {"sign": SignStyle.LEADING},
        {"kind": FlatKind.NUMBER, "decimals": 13},
        {"kind": FlatKind.NUMBER, "overflow": Overflow.TRUNCATE},
        {"kind": FlatKind.NUMBER, "pad": "*"},
        {"kind": FlatKind.NUMBER, "constant": "1"},
        {"constant": "a\tb"},
        {"constant": "a*", "pad": "*"},
        {"constant": "a", "total": "b"},
        {"count": CountOf.ALL, "hash_total": "b"},
    ],
    ids=str,
)
def test_a_field_that_contradicts_itself_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        FlatField(**{"name": "x", "width": 5, **wrong})


@pytest.mark.parametrize(
    "wrong",
    [
        {"delimiter": ""},
        {"delimiter": "||"},
        {"delimiter": "a"},
        {"delimiter": '"'},
        {"delimiter": "\n"},
        {"delimiter": "¦"},
        {"delimiter": " "},
        {"line_end": LineEnd.NONE},
        {"record_length": 10},
        {"eof": 256},
    ],
    ids=str,
)
def test_a_delimited_layout_that_contradicts_itself_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        delimited(text("a"), text("b"), **wrong)


def test_only_fixed_layouts_pad() -> None:
    for filled in (FlatField(name="a", align=Align.RIGHT, pad="0"), FlatField(name="a", absent=Absent.ZEROS)):
        with pytest.raises(ConfigurationError, match="only a fixed layout pads"):
            delimited(filled, text("b"))


def test_an_unquoted_record_of_one_field_is_refused_because_an_empty_one_would_vanish() -> None:
    with pytest.raises(ConfigurationError, match="one field"):
        delimited(text("a"), quoting=Quoting.NONE)


def test_a_constant_must_fit_its_field_and_its_encoding() -> None:
    with pytest.raises(ConfigurationError, match="is 2 wide, and the field 1"):
        fixed(FlatField(name="x", width=1, constant="é"), text("a", 2), encoding=Encoding.UTF_8)
    with pytest.raises(ConfigurationError, match="ascii cannot write"):
        fixed(FlatField(name="x", width=1, constant="é"), text("a", 2))
    with pytest.raises(ConfigurationError, match="delimiter in it"):
        delimited(FlatField(name="x", constant="a,b"), text("a"), quoting=Quoting.NONE)


def test_totals_add_up_a_field_that_exists_and_is_spelled_alike() -> None:
    detail = RecordType("D", Level.MEMBER, (tag("D"), number("amount", 9, decimals=2)))
    absent = RecordType("T", Level.FILE_TRAILER, (tag("T"), number("total", 9, decimals=2, total="amuont")))
    unlike = RecordType("T", Level.FILE_TRAILER, (tag("T"), number("total", 9, total="amount")))

    with pytest.raises(ConfigurationError, match="'amuont'"):
        Layout(kind=LayoutKind.FIXED, records=(detail, absent))
    with pytest.raises(ConfigurationError, match="kind and decimals"):
        Layout(kind=LayoutKind.FIXED, records=(detail, unlike))


def test_records_of_people_do_not_count() -> None:
    with pytest.raises(ConfigurationError, match="only a header or trailer"):
        RecordType("D", Level.MEMBER, (number("n", 3, count=CountOf.ALL),))


def test_two_fields_of_one_name_are_refused_but_filler_may_repeat() -> None:
    filler = FlatField(name="filler", width=2, constant="")
    RecordType("D", Level.MEMBER, (text("a", 1), filler, filler))

    with pytest.raises(ConfigurationError, match="two fields of one name: a"):
        RecordType("D", Level.MEMBER, (text("a", 1), text("a", 2)))


def test_a_file_with_a_row_of_names_has_one_kind_of_record_of_people() -> None:
    records = (
        RecordType("A", Level.SUBSCRIBER, (FlatField(name="t", constant="A"), text("x"))),
        RecordType("B", Level.DEPENDENT, (FlatField(name="t", constant="B"), text("x"))),
    )

    with pytest.raises(ConfigurationError, match="header row"):
        Layout(kind=LayoutKind.DELIMITED, records=records, header_row=True)
