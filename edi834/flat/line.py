"""Lines: one settled record as bytes (in a worksheet: as a row of cells), and back.

Fixed records are counted in bytes of the file's encoding, never in letters; delimited records are written and read by
the csv module and by nothing else.
Line ends, counts and the order of records are ``writer.py``'s and ``reader.py``'s.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from edi834.flat.field import FlatField
from edi834.flat.layout import Layout, RecordType
from edi834.flat.numbers import exact_number, plain_number, read_number
from edi834.flat.packed import packed_number, unpacked_number
from edi834.flat.record import FlatProblem, FlatRecord
from edi834.flat.settle import spelled_value, unpadded
from edi834.flat.vocabulary import Absent, Align, FlatKind, LayoutKind, Quoting
from edi834.model import Severity

__all__ = [
    "Constants",
    "cells_of",
    "constants_of",
    "header_row_line",
    "line_of",
    "matches",
    "record_of",
    "split_line",
]

Constants = tuple[tuple[int, int, str | bytes], ...]
"""Where a record's constants stand, and what stands there."""

_CSV_QUOTING = {Quoting.NONE: csv.QUOTE_NONE, Quoting.MINIMAL: csv.QUOTE_MINIMAL, Quoting.ALL: csv.QUOTE_ALL}


def line_of(layout: Layout, record: FlatRecord) -> bytes:
    """Give the bytes of one settled record, without its line end.

    Raises:
      ValueError: The record is not settled.
    """
    if layout.kind is LayoutKind.FIXED:
        fields = layout.record_type(record.type).fields
        return b"".join(_fixed(layout, f, value) for f, value in zip(fields, record.values, strict=True))
    return _delimited(layout, cells_of(layout, record))


def cells_of(layout: Layout, record: FlatRecord) -> list[str]:
    """Give the texts of one settled record, where fields are not told apart by widths.

    Raises:
      ValueError: The record is not settled.
    """
    fields = layout.record_type(record.type).fields
    return [_spelled(f, value) for f, value in zip(fields, record.values, strict=True)]


def header_row_line(layout: Layout) -> bytes:
    """Give the row of names that a delimited file with a header row begins with."""
    return _delimited(layout, [f.name for f in layout.details[0].fields])


def split_line(layout: Layout, line: bytes) -> tuple[list[str] | None, tuple[FlatProblem, ...]]:
    """Give the texts of a delimited line; None with the reason where it is none."""
    try:
        text = line.decode(layout.encoding.value)
    except UnicodeDecodeError:
        return None, (_unreadable("E834-1130", f"is not {layout.encoding.value}"),)
    if _has_control(text, layout.delimiter):
        return None, (_unreadable("E834-1130", "has a control character"),)
    try:
        row = next(csv.reader([text], strict=True, **_dialect(layout)), [])
    except csv.Error:
        return None, (_unreadable("E834-1130", "has a quotation mark where none may stand, or a value too long"),)
    return row or [""], ()


def constants_of(layout: Layout, record: RecordType) -> Constants:
    """Give what never changes in a record: in a fixed one by the bytes where it stands, else by the value's index."""
    if layout.kind is not LayoutKind.FIXED:
        return tuple((i, i + 1, f.constant) for i, f in enumerate(record.fields) if f.constant is not None)
    return tuple(
        (at, at + (f.width or 0), _fixed(layout, f, unpadded(layout, f, f.constant)))
        for f, at in zip(record.fields, record.offsets, strict=True)
        if f.constant
    )


def matches(record: RecordType, constants: Constants, line: bytes, row: Sequence[str] | None) -> bool:
    """Whether a line (of a file without widths: its texts) has the form and the constants of a record type."""
    if row is not None:
        return len(row) == len(record.fields) and all(row[i] == text for i, _, text in constants)
    return len(line) == record.width and all(line[begin:end] == spelled for begin, end, spelled in constants)


def record_of(
    layout: Layout, record: RecordType, line: bytes, row: Sequence[str] | None
) -> tuple[FlatRecord, tuple[FlatProblem, ...]]:
    """Read a line that :func:`matches` a record type; a value that cannot be read is ""."""
    values: list[str] = []
    problems: list[FlatProblem] = []
    for i, (f, at) in enumerate(zip(record.fields, record.offsets, strict=True)):
        if f.kind is FlatKind.PACKED:
            value = _unpacked(layout, f, line[at : at + (f.width or 0)])
        else:
            text = row[i] if row is not None else _text(layout, line[at : at + (f.width or 0)])
            value = None if text is None or _has_control(text) else _read(layout, f, text)
        if value is None:
            problems.append(_unreadable("E834-1131", f"has a field {f.name!r} that cannot be read", f.name))
        values.append(value or "")
    return FlatRecord(record.name, tuple(values)), tuple(problems)


def _fixed(layout: Layout, f: FlatField, value: str) -> bytes:
    width = f.width or 0
    codec = layout.encoding.value
    if f.kind is FlatKind.PACKED:
        return _packed(layout, f, value)
    if not value:
        return ("0" if f.absent is Absent.ZEROS else " ").encode(codec) * width
    # Zeros stand between a number's sign and its digits, so a number is filled while it is spelled.
    text = _spelled(f, value, digits=width if f.pad == "0" else 1)
    spelled = text.encode(codec)
    fill = f.pad.encode(codec) * (width - len(spelled))
    if len(spelled) > width:
        raise ValueError(f"the field {f.name!r} is not settled")
    return spelled + fill if f.align is Align.LEFT else fill + spelled


def _packed(layout: Layout, f: FlatField, value: str) -> bytes:
    width = f.width or 0
    if not value and f.absent is Absent.BLANK:
        return " ".encode(layout.encoding.value) * width  # no packed number: its last half byte is no sign
    number = exact_number(value) if value else Decimal(0)
    packed = None if number is None else packed_number(number, f.decimals, f.sign, width)
    if packed is None:
        raise ValueError(f"the field {f.name!r} is not settled")
    return packed


def _unpacked(layout: Layout, f: FlatField, raw: bytes) -> str | None:
    if raw == " ".encode(layout.encoding.value) * (f.width or 0):
        return ""
    number = unpacked_number(raw, f.decimals, f.sign)
    if number is None:
        return None
    return "" if number == 0 and f.absent is Absent.ZEROS else plain_number(number, f.decimals)


def _spelled(f: FlatField, value: str, digits: int = 1) -> str:
    spelled = spelled_value(f, value, digits=digits)
    if spelled is None:
        raise ValueError(f"the field {f.name!r} is not settled")
    return spelled


def _delimited(layout: Layout, row: Sequence[str]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="", **_dialect(layout)).writerow(row)
    return buffer.getvalue().encode(layout.encoding.value)


def _dialect(layout: Layout) -> dict[str, Any]:
    quotes = layout.quoting is not Quoting.NONE
    return {
        "delimiter": layout.delimiter,
        "quoting": _CSV_QUOTING[layout.quoting],
        "quotechar": '"' if quotes else None,
        "doublequote": True,
        "escapechar": None,
    }


def _text(layout: Layout, raw: bytes) -> str | None:
    try:
        text = raw.decode(layout.encoding.value)
    except UnicodeDecodeError:
        return None
    return None if _has_control(text) else text


def _read(layout: Layout, f: FlatField, text: str) -> str | None:
    if f.kind is FlatKind.TEXT:
        return unpadded(layout, f, text)
    bare = text.strip(" ")
    if not bare or (layout.kind is LayoutKind.FIXED and f.absent is Absent.ZEROS and not bare.strip("0")):
        return ""
    number = read_number(bare, f.decimals, f.sign)
    return None if number is None else plain_number(number, f.decimals)


def _has_control(text: str, allowed: str = "") -> bool:
    if text.isprintable():
        return False
    return any(letter != allowed and unicodedata.category(letter) == "Cc" for letter in text)


def _unreadable(code: str, what: str, name: str | None = None) -> FlatProblem:
    return FlatProblem(code, Severity.ERROR, f"the record {what}", name)
