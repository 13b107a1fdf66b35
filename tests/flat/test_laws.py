"""The law of flat files: what was written is read back, whatever the text, the layout and the encoding (T16).

What a file cannot hold is refused, and never replaced by something else.
"""

from __future__ import annotations

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from edi834.flat import (
    Align,
    Encoding,
    FlatKind,
    FlatRecord,
    Layout,
    LayoutKind,
    LineEnd,
    Overflow,
    Quoting,
    SignStyle,
    read_flat,
    read_number,
    settle,
    spelled_number,
    write_flat,
)
from tests.flat.layouts import delimited, every_text, files, fixed, text, texts, worksheet

pytestmark = pytest.mark.laws


@given(files())
def test_what_was_written_is_read_back(file: tuple[Layout, tuple[FlatRecord, ...]]) -> None:
    layout, records = file
    written = write_flat(layout, records)
    assume(written.content is not None)
    assert written.content is not None

    reading = read_flat(layout, written.content)

    assert reading.problems == ()
    assert reading.records == written.records


@given(files(every_text()))
def test_of_any_text_of_unicode_a_record_is_read_back_or_refused(file: tuple[Layout, tuple[FlatRecord, ...]]) -> None:
    """As a file is built: whoever cannot be written is left out with a reason, and the others are read back whole."""
    layout, records = file
    settled = [settle(layout, record) for record in records]
    kept = [record for record, problems in settled if not any(p.is_error for p in problems)]
    assume(any(r.type in ("D", "N") for r in kept))

    written = write_flat(layout, kept)

    assert written.content is not None, written.problems
    assert read_flat(layout, written.content).problems == ()
    assert read_flat(layout, written.content).records == written.records
    assert write_flat(layout, written.records).content == written.content


@given(files())
def test_settling_twice_changes_nothing_more(file: tuple[Layout, tuple[FlatRecord, ...]]) -> None:
    layout, records = file
    once = [settle(layout, r)[0] for r in records]

    assert [settle(layout, r)[0] for r in once] == once


@given(st.sampled_from(Encoding), st.sampled_from([Quoting.MINIMAL, Quoting.ALL]), st.data())
def test_a_quoted_file_holds_every_text_that_its_encoding_has(
    encoding: Encoding, quoting: Quoting, data: st.DataObject
) -> None:
    layout = delimited(text("a"), text("b"), encoding=encoding, quoting=quoting)
    records = tuple(FlatRecord("D", pair) for pair in data.draw(st.lists(st.tuples(texts(encoding), texts(encoding)))))

    written = write_flat(layout, records)

    assert written.content is not None
    assert read_flat(layout, written.content).records == records


@given(
    st.lists(st.tuples(texts(Encoding.UTF_8), texts(Encoding.UTF_8) | st.sampled_from(["_x0041_", "_x005F_", "1E5"])))
)
def test_a_worksheet_holds_every_text(rows: list[tuple[str, str]]) -> None:
    layout = worksheet(text("a"), text("b"))
    records = tuple(FlatRecord("D", row) for row in rows)

    written = write_flat(layout, records)

    assert written.content is not None
    assert read_flat(layout, written.content).records == records


@given(st.sampled_from(Encoding), st.sampled_from(Align), st.data())
def test_a_wide_enough_field_holds_every_text_but_the_blanks_it_is_padded_with(
    encoding: Encoding, align: Align, data: st.DataObject
) -> None:
    layout = fixed(text("a", 60, align=align), encoding=encoding, line_end=LineEnd.NONE)
    values = data.draw(st.lists(texts(encoding)))
    written = write_flat(layout, [FlatRecord("D", (v,)) for v in values])
    stripped = [v.rstrip(" ") if align is Align.LEFT else v.lstrip(" ") for v in values]

    assert written.content is not None
    assert len(written.content) == 60 * len(values)
    assert [r.values for r in read_flat(layout, written.content).records] == [(v,) for v in stripped]


@given(st.sampled_from(Encoding), every_text())
def test_a_text_is_written_as_it_is_or_not_at_all(encoding: Encoding, value: str) -> None:
    layout = delimited(text("a"), text("b"), encoding=encoding)
    written = write_flat(layout, [FlatRecord("D", (value, "x"))])
    is_plain = not any(unicodedata.category(letter) in ("Cc", "Zl", "Zp") for letter in value)

    assert (written.content is not None) == (is_plain and _holds(encoding, value))
    if written.content is None:
        assert all(value not in p.message for p in written.problems if len(value) > 3)
    else:
        assert written.content.count("?".encode(encoding.value)) == value.count("?")


@given(files(), st.binary(max_size=200), st.integers(0, 400))
def test_no_bytes_make_the_reader_fail(file: tuple[Layout, tuple[FlatRecord, ...]], noise: bytes, at: int) -> None:
    """Noise alone, and a good file with noise in it."""
    layout, records = file
    content = write_flat(layout, records).content or b""

    read_flat(layout, noise)
    read_flat(layout, content[:at] + noise + content[at:])


@given(st.integers(1, 8), st.sampled_from(Encoding), st.data())
def test_a_truncated_text_is_a_beginning_of_the_text_and_still_fits(
    width: int, encoding: Encoding, data: st.DataObject
) -> None:
    layout = fixed(text("a", width, overflow=Overflow.TRUNCATE), encoding=encoding)
    value = data.draw(texts(encoding))
    kept, problems = settle(layout, FlatRecord("D", (value,)))

    assert value.startswith(kept.values[0])
    assert len(kept.values[0].encode(encoding.value)) <= width
    assert [p.code for p in problems] == (["E834-1121"] if kept.values[0] != value.rstrip(" ") else [])


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12),
    st.sampled_from([SignStyle.LEADING, SignStyle.TRAILING, SignStyle.OVERPUNCH]),
    st.integers(1, 20),
)
def test_a_number_is_read_back_from_its_spelling(number: Decimal, style: SignStyle, digits: int) -> None:
    spelled = spelled_number(number, 2, style, digits)

    assert spelled is not None
    assert "." not in spelled
    assert len(spelled) >= digits
    assert read_number(spelled, 2, style) == number


@given(st.text("0123456789-{}AIJR", min_size=1, max_size=4), st.sampled_from(SignStyle), st.integers(0, 3))
def test_whatever_is_read_as_a_number_is_spelled_again_to_that_number(
    spelled: str, style: SignStyle, decimals: int
) -> None:
    number = read_number(spelled, decimals, style)
    assume(number is not None)
    assert number is not None
    again = spelled_number(number, decimals, style)

    assert again is not None
    assert read_number(again, decimals, style) == number


def _holds(encoding: Encoding, value: str) -> bool:
    try:
        return value.encode(encoding.value).decode(encoding.value) == value
    except UnicodeEncodeError:
        return False


def test_the_layouts_that_the_laws_draw_hold_both_kinds_of_field() -> None:
    assert {kind.value for kind in FlatKind} == {"text", "number", "packed"}
    assert {kind.value for kind in LayoutKind} == {"fixed", "delimited", "xlsx"}
