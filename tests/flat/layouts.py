"""Layouts that read like sentences, and Hypothesis strategies for layouts and the records they hold.

The layouts' widths are drawn, so the laws are about any layout and not about one.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from hypothesis import strategies as st

from edi834.flat import (
    Absent,
    Align,
    CountOf,
    Encoding,
    FlatField,
    FlatKind,
    FlatRecord,
    Layout,
    LayoutKind,
    Level,
    LineEnd,
    Overflow,
    Quoting,
    RecordType,
    SignStyle,
)

__all__ = ["delimited", "every_text", "files", "fixed", "number", "packed", "tag", "text", "texts", "worksheet"]


def tag(letter: str) -> FlatField:
    return FlatField(name="record type", width=1, constant=letter)


def text(name: str, width: int | None = None, **more: Any) -> FlatField:
    return FlatField(name=name, width=width, **more)


def number(name: str, width: int | None = None, **more: Any) -> FlatField:
    return FlatField(name=name, width=width, kind=FlatKind.NUMBER, align=Align.RIGHT, **more)


def packed(name: str, width: int, **more: Any) -> FlatField:
    return FlatField(name=name, width=width, kind=FlatKind.PACKED, **more)


def fixed(*fields: FlatField, **more: Any) -> Layout:
    detail = RecordType("D", Level.PERSON_COVERAGE, fields)
    return Layout(kind=LayoutKind.FIXED, records=(detail,), **more)


def delimited(*fields: FlatField, **more: Any) -> Layout:
    detail = RecordType("D", Level.PERSON_COVERAGE, fields)
    return Layout(kind=LayoutKind.DELIMITED, records=(detail,), **more)


def worksheet(*fields: FlatField, **more: Any) -> Layout:
    detail = RecordType("D", Level.PERSON_COVERAGE, fields)
    return Layout(kind=LayoutKind.XLSX, records=(detail,), encoding=Encoding.UTF_8, **more)


def every_text() -> st.SearchStrategy[str]:
    """Text of all of Unicode: control characters, surrogates and noncharacters are in it."""
    return st.text(
        st.characters() | st.sampled_from("\x00\t\r\n\x85\u2028\ud800\ufffe\uffff,|\"'=_x0041 "), max_size=12
    )


def texts(encoding: Encoding) -> st.SearchStrategy[str]:
    """Text of everything the codec holds, control characters and line separators aside."""
    letters = st.characters(codec="utf-8" if encoding is Encoding.UTF_8 else encoding.value)
    kept = letters.filter(lambda c: unicodedata.category(c) not in ("Cc", "Zl", "Zp"))
    printable = kept.filter(lambda c: c not in "\ufffe\uffff")  # noncharacters, which a workbook cannot hold
    return st.text(printable | st.sampled_from(" ,|\"'0*=-"), max_size=12)


@st.composite
def _text_field(draw: st.DrawFn, name: str, *, is_fixed: bool) -> FlatField:
    if not is_fixed:
        return FlatField(name=name)
    align = draw(st.sampled_from(Align))
    pad = draw(st.sampled_from(" *" if align is Align.LEFT else " *0"))
    absent = draw(st.sampled_from(Absent))
    overflow = draw(st.sampled_from(Overflow))
    width = draw(st.integers(1, 60))
    return FlatField(name=name, width=width, align=align, pad=pad, absent=absent, overflow=overflow)


@st.composite
def _number_field(draw: st.DrawFn, name: str, *, is_fixed: bool, may_pack: bool) -> FlatField:
    if may_pack and draw(st.booleans()):
        absent, decimals = draw(st.sampled_from(Absent)), draw(st.integers(0, 3))
        return packed(name, 16, absent=absent, decimals=decimals, sign=SignStyle.NIBBLE)
    return FlatField(
        name=name,
        width=16 if is_fixed else None,
        kind=FlatKind.NUMBER,
        align=Align.RIGHT,
        pad=draw(st.sampled_from(" 0")) if is_fixed else " ",
        absent=draw(st.sampled_from(Absent)) if is_fixed else Absent.BLANK,
        decimals=draw(st.integers(0, 3)),
        sign=draw(st.sampled_from([SignStyle.LEADING, SignStyle.TRAILING, SignStyle.OVERPUNCH])),
    )


@st.composite
def _layouts(draw: st.DrawFn) -> Layout:
    kind = draw(st.sampled_from(LayoutKind))
    is_fixed = kind is LayoutKind.FIXED
    ends = list(LineEnd) if is_fixed else [LineEnd.LF, LineEnd.CRLF]
    line_end = draw(st.sampled_from(ends))
    texts_ = [draw(_text_field(f"text {i}", is_fixed=is_fixed)) for i in range(draw(st.integers(1, 3)))]
    amount = draw(_number_field("amount", is_fixed=is_fixed, may_pack=is_fixed and line_end is LineEnd.NONE))
    width = 1 + sum(f.width or 0 for f in texts_) + 16
    rest = width - 1 if is_fixed else None
    sign = SignStyle.LEADING if amount.sign is SignStyle.NIBBLE else amount.sign
    header = RecordType("H", Level.FILE_HEADER, (tag("H"), number("records", rest, count=CountOf.ALL)))
    total = number("total", rest, decimals=amount.decimals, sign=sign, total="amount")
    nobody = RecordType("N", Level.NULL_RECORD, (tag("N"), text("why", rest)))
    detail = RecordType("D", Level.MEMBER, (tag("D"), *texts_, amount))
    trailer = RecordType("T", Level.FILE_TRAILER, (tag("T"), total))
    is_blocked = is_fixed and line_end is LineEnd.NONE and draw(st.booleans())
    return Layout(
        kind=kind,
        records=(header, nobody, detail, trailer),
        encoding=Encoding.UTF_8 if kind is LayoutKind.XLSX else draw(st.sampled_from(Encoding)),
        line_end=line_end,
        final_line_end=draw(st.booleans()),
        eof=None if is_blocked or kind is LayoutKind.XLSX else draw(st.none() | st.just(26)),
        record_length=width if is_fixed else None,
        block_size=width * draw(st.integers(1, 4)) if is_blocked else None,
        delimiter=draw(st.sampled_from(",|;\t*")),
        quoting=draw(st.sampled_from(Quoting)),
        header_row=not is_fixed and draw(st.booleans()),
    )


@st.composite
def files(draw: st.DrawFn, values: st.SearchStrategy[str] | None = None) -> tuple[Layout, tuple[FlatRecord, ...]]:
    """A layout, and the records of a file in it; some of the values may not be writable."""
    layout = draw(_layouts())
    detail = layout.record_type("D")
    named = texts(layout.encoding) if values is None else values
    amounts = st.decimals(-(10**9), 10**9, places=detail.fields[-1].decimals).map(lambda d: format(d, "f"))
    row = st.tuples(
        *(st.just("") if f.constant else amounts | st.just("") if f.name == "amount" else named for f in detail.fields)
    )
    details = [FlatRecord("D", values) for values in draw(st.lists(row, max_size=5))]
    inner = details or [FlatRecord("N", ("", draw(named)))]
    return layout, (FlatRecord("H", ("", "")), *inner, FlatRecord("T", ("", "")))
