"""Settling: a record as it will be read back, with everything that stands against writing it.

Nothing is altered in silence: padding that a reader cannot tell from the value goes, a declared truncation is a
warning, and whatever the field or the encoding cannot hold is an error, never a question mark.
Spelling letters that an encoding lacks in other letters is the mapping's.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from edi834.flat.field import WIDEST, FlatField
from edi834.flat.layout import Layout, RecordType
from edi834.flat.numbers import SignStyle, exact_number, plain_number, spelled_number
from edi834.flat.packed import packed_number
from edi834.flat.record import FlatProblem, FlatRecord
from edi834.flat.vocabulary import Absent, Align, FlatKind, LayoutKind, Overflow, Quoting
from edi834.model import Severity

__all__ = ["settle", "settle_value", "spelled_value", "unpadded"]

_FORMULA = "=+-@"
_NOT_IN_XML = ("\ufffe", "\uffff")  # XML 1.0, production 2: control characters are refused everywhere


def settle(layout: Layout, record: FlatRecord) -> tuple[FlatRecord, tuple[FlatProblem, ...]]:
    """Settle one record.

    Args:
      layout: The layout.
      record: The record; values of constant fields may be "", those of computed fields are left as they are.

    Returns:
      The record as a reader will give it back, and its problems. Settling twice changes nothing more. A value with an
      error is "" in the result.
    """
    known = layout.record_type(record.type)
    fields = known.fields
    if len(fields) != len(record.values):
        message = f"a record {record.type!r} has {len(fields)} fields, not {len(record.values)}"
        blank = FlatRecord(record.type, ("",) * len(fields))
        return blank, (FlatProblem("E834-1127", Severity.ERROR, message),)
    values: list[str] = []
    problems: list[FlatProblem] = []
    for f, value in zip(fields, record.values, strict=True):
        text, found = settle_value(layout, f, value)
        values.append(text)
        problems += found
    if layout.block_size is not None and _is_blank(known, values):
        message = "the record is nothing but blanks, and would be taken for what fills its block"
        problems.append(FlatProblem("E834-1135", Severity.ERROR, message))
    return FlatRecord(record.type, tuple(values)), tuple(problems)


def settle_value(layout: Layout, f: FlatField, value: str) -> tuple[str, tuple[FlatProblem, ...]]:
    """Settle the value of one field, as :func:`settle` does."""
    if f.constant is not None:
        fixed = unpadded(layout, f, f.constant)
        if value not in ("", f.constant, fixed):
            return fixed, (_wrong(f, "E834-1127", "always holds the same text, and was given another"),)
        return fixed, ()
    if not value or f.is_computed:
        return value, ()
    problems = list(_unwritable(layout, f, value))
    if problems:
        return "", tuple(problems)
    if f.is_number:
        return _settled_number(layout, f, value)
    text = unpadded(layout, f, value)
    if _loses_its_edge(layout, f, value, text):
        return "", (_wrong(f, "E834-1129", "has a value that begins or ends with what the field is padded with"),)
    text, problems = _fitted(layout, f, text)
    if text and layout.kind is LayoutKind.DELIMITED and text[0] in _FORMULA and exact_number(text) is None:
        problems.append(_wrong(f, "E834-1125", "looks like a formula to a spreadsheet", Severity.WARNING))
    return text, tuple(problems)


def unpadded(layout: Layout, f: FlatField, text: str) -> str:
    """Give the value without the padding that a fixed field adds to it: the inverse of padding."""
    if layout.kind is not LayoutKind.FIXED:
        return text
    if not text.strip(" "):
        return ""
    if f.pad == "0":
        value = text.strip(" ").lstrip("0") or "0"
    else:
        value = text.rstrip(f.pad) if f.align is Align.LEFT else text.lstrip(f.pad)
    return "" if f.absent is Absent.ZEROS and not value.strip("0") else value


def spelled_value(f: FlatField, value: str, *, digits: int = 1) -> str | None:
    """Give the text that stands in the file for a settled value, before padding; None where it has no spelling.

    A packed number has none: it is bytes.
    """
    if f.kind is FlatKind.TEXT or not value:
        return value
    number = exact_number(value)
    return None if number is None else spelled_number(number, f.decimals, f.sign, digits)


def _unwritable(layout: Layout, f: FlatField, value: str) -> Iterator[FlatProblem]:
    # Line and paragraph separators (Zl, Zp) are line ends to some readers, though not control characters.
    # What is printable holds none of these; asking that first spares most values the walk.
    if not value.isprintable() and any(unicodedata.category(letter) in ("Cc", "Zl", "Zp") for letter in value):
        yield _wrong(f, "E834-1122", "has a value with a control character, a tab or a line end")
        return
    try:
        size = len(value.encode(layout.encoding.value))
    except UnicodeEncodeError:
        yield _wrong(f, "E834-1123", f"has a value with a letter that {layout.encoding.value} does not have")
        return
    if size > WIDEST:
        yield _wrong(f, "E834-1120", f"has a value of more than {WIDEST} bytes")
    if layout.kind is LayoutKind.XLSX and any(letter in _NOT_IN_XML for letter in value):
        yield _wrong(f, "E834-1122", "has a value with a character that no workbook may hold")
    if layout.kind is LayoutKind.DELIMITED and layout.quoting is Quoting.NONE and layout.delimiter in value:
        yield _wrong(f, "E834-1124", "has a value with the delimiter in it, and the layout has no quotation marks")


def _settled_number(layout: Layout, f: FlatField, value: str) -> tuple[str, tuple[FlatProblem, ...]]:
    number = exact_number(value.strip(" "))
    if number is None:
        return "", (_wrong(f, "E834-1126", "has a value that is not a number"),)
    plain = plain_number(number, f.decimals)
    if plain is None:
        return "", (_wrong(f, "E834-1126", f"has a number with more than {f.decimals} decimals"),)
    if number < 0 and f.sign is SignStyle.NONE:
        return "", (_wrong(f, "E834-1126", "has a negative number, and no place for a sign"),)
    if f.kind is FlatKind.PACKED:
        if packed_number(number, f.decimals, f.sign, f.width or 0) is None:
            return "", (_wrong(f, "E834-1120", f"has a number of more than {2 * (f.width or 0) - 1} digits"),)
    elif f.width is not None and len(spelled_value(f, plain) or "") > f.width:
        return "", (_wrong(f, "E834-1120", f"has a number of more than {f.width} digits, sign included"),)
    if layout.kind is LayoutKind.FIXED and f.absent is Absent.ZEROS and number == 0:
        return "", ()
    return plain, ()


def _loses_its_edge(layout: Layout, f: FlatField, value: str, text: str) -> bool:
    """Whether a value would come back as another one.

    Blanks and leading zeros at the padded side are no part of a value; any other sign there would be lost, and so
    would blanks and signs that zeros are written before. A signed number is of kind number.
    """
    if layout.kind is not LayoutKind.FIXED or f.pad == " ":
        return False
    if f.pad == "0":
        return text.startswith((" ", "-", "+"))
    return value.endswith(f.pad) if f.align is Align.LEFT else value.startswith(f.pad)


def _is_blank(known: RecordType, values: list[str]) -> bool:
    """Whether a record would be written as blanks alone."""
    return not any(
        value.strip(" ") or f.is_computed or f.absent is Absent.ZEROS
        for f, value in zip(known.fields, values, strict=True)
    )


def _fitted(layout: Layout, f: FlatField, text: str) -> tuple[str, list[FlatProblem]]:
    codec = layout.encoding.value
    if f.width is None or len(text.encode(codec)) <= f.width:
        return text, []
    if f.overflow is Overflow.REFUSE:
        return "", [_wrong(f, "E834-1120", f"has a value of more than {f.width} bytes")]
    # Cut in bytes, and drop the half of a letter that a cut may leave.
    cut = text.encode(codec)[: f.width].decode(codec, errors="ignore")
    message = f"has a value that was cut to {f.width} bytes, as the layout says"
    return unpadded(layout, f, cut), [_wrong(f, "E834-1121", message, Severity.WARNING)]


def _wrong(f: FlatField, code: str, what: str, severity: Severity = Severity.ERROR) -> FlatProblem:
    return FlatProblem(code, severity, f"the field {f.name!r} {what}", f.name)
