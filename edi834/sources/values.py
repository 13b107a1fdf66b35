"""What one value means: its text mended, then read by the kind of its column, or found to be unreadable.

Every distinct text is read once, however many rows hold it. Text is Unicode NFC without outer blanks; only ISO dates,
plain decimals, yes/no and the vocabularies' words are read, and nothing is guessed to be one.
Rules between two columns or two rows are ``rows.py``'s and ``families.py``'s.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edi834.errors import Place, SnapshotRefusedError
from edi834.model import VOCABULARIES, FieldKind, ModelField, Severity, Value
from edi834.sources.findings import Rule
from edi834.sources.read import RawTable, TextColumn
from edi834.sources.settings import TABLES, SourceSettings

__all__ = ["MENDED", "MISSING", "TypedColumn", "TypedTable", "typed"]

MISSING = Rule("E834-0360", "is empty, and is required")
MENDED = Rule(
    "E834-0345", "held invisible characters, unusual blanks or typographic quotes, which were mended", Severity.WARNING
)
_CONTROL = Rule("E834-0361", "holds a control character or a line break")
_DAMAGED = Rule("E834-0387", "holds a character that stands for one lost in an earlier conversion")
_NO_WORD = "is not a word of the vocabulary"
_NO_SUCH_DAY = Rule("E834-0363", "names a day that does not exist")
_NOT_ISO = Rule("E834-0364", "is not a date of the form YYYY-MM-DD")
_WITH_TIME = Rule("E834-0365", "is a date with a time")
_FAR_AWAY = Rule("E834-0366", "is a day so far away that it seems to mean 'no end', which is not declared")
_NO_AMOUNT = Rule("E834-0367", "is not an amount: digits, at most two decimals, no sign, no separators")
_NOT_WHOLE = Rule("E834-0368", "is not a whole number of at most four digits")
_NO_FLAG = Rule("E834-0369", "is neither yes nor no")
_NO_SSN = Rule("E834-0370", "is not a Social Security number that can have been issued")
_NO_PHONE = Rule("E834-0352", "is not a telephone number, and counts as not readable today", Severity.WARNING)
_NO_EMAIL = Rule("E834-0355", "is not an e-mail address, and counts as not readable today", Severity.WARNING)
_BORN_WHEN = Rule("E834-0372", "is a day of birth in the future or before 1900")

_WORD_RULES = {name: Rule("E834-0362", f"{_NO_WORD} {name}") for name in VOCABULARIES}
_WORDS = {name: {word.casefold(): word for word in words} for name, words in VOCABULARIES.items()}

_TYPOGRAPHIC = str.maketrans({"‘": "'", "’": "'", "‛": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"'})
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ISO_WITH_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ].+", re.ASCII)
_SLASHED = re.compile(r"\d{1,2}([/.-])\d{1,2}\1\d{4}", re.ASCII)
_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,2})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,4}", re.ASCII)
_SSN = re.compile(r"(\d{3})(-?)(\d{2})\2(\d{4})", re.ASCII)
_EMAIL = re.compile(r"[^@\s*~:^|<>()\[\],;\"\\]+@[^@\s*~:^|<>()\[\],;\"\\]+")
_PHONE_SIGNS = re.compile(r"[-+(). /]")
_FAR_YEARS = 60  # nobody's coverage, retirement or court order is dated further from the snapshot's day


@dataclass(frozen=True, slots=True, repr=False)
class TypedColumn:
    """One column, read.

    Attributes:
      codes: By row, the index of its value.
      texts: By index, the mended text.
      values: By index, the value; None where it is absent or unreadable.
      faults: Index → why it is unreadable.
      mended: Indexes whose text was mended in a way a person should know of.
    """

    codes: NDArray[np.int32]
    texts: tuple[str, ...]
    values: tuple[Value, ...]
    faults: Mapping[int, Rule]
    mended: frozenset[int]

    def where(self, holds: Callable[[Value], bool]) -> NDArray[np.bool_]:
        """By row, whether its value is such."""
        by_value = np.fromiter((holds(value) for value in self.values), np.bool_, len(self.values))
        return by_value[self.codes]

    def rows_of(self, indexes: object) -> NDArray[np.intp]:
        """The rows that hold a value of these indexes."""
        wanted = np.zeros(len(self.texts), np.bool_)
        wanted[list(indexes)] = True  # type: ignore[call-overload]
        return np.flatnonzero(wanted[self.codes])


@dataclass(frozen=True, slots=True, repr=False)
class TypedTable:
    """One table, read. Columns the source lacks are here too, absent in every row, extras excepted."""

    name: str
    shown: str
    columns: Mapping[str, TypedColumn]
    rows: int
    lines: NDArray[np.int32] | None

    def text(self, column: str, row: int) -> str:
        """The mended text of one value; empty where it is absent."""
        held = self.columns[column]
        return held.texts[int(held.codes[row])]

    def value(self, column: str, row: int) -> Value:
        """One value."""
        held = self.columns[column]
        return held.values[int(held.codes[row])]

    def place(self, row: int, column: str | None = None) -> Place:
        """Where one value, or one row, stands in the source."""
        return Place(self.shown, line=None if self.lines is None else int(self.lines[row]), name=column)


def typed(raw: RawTable, settings: SourceSettings, as_of: date) -> TypedTable:
    """Read every value of a table.

    Raises:
      SnapshotRefusedError: a column's dates are written in a form of their own.
    """
    fields = TABLES[raw.name]
    columns = {}
    for name in (*fields, *(name for name in raw.columns if name not in fields)):
        column = raw.columns.get(name) or TextColumn(np.zeros(raw.rows, np.int32), ("",))
        field = fields.get(name)
        columns[name] = _typed_column(column, _reader_of(field, settings, as_of))
        if field is not None and field.kind is FieldKind.DATE:
            _refuse_other_dates(columns[name], raw, name)
    return TypedTable(raw.name, raw.shown, columns, raw.rows, raw.lines)


_Read = Callable[[str], Value | Rule]


def _typed_column(column: TextColumn, read: _Read) -> TypedColumn:
    pairs = [_mended(text) for text in column.texts]
    distinct, texts = pd.factorize(np.array([text for text, _ in pairs], dtype=object))
    mended = frozenset(int(code) for code, (_, changed) in zip(distinct, pairs, strict=True) if changed)
    values: list[Value] = []
    faults: dict[int, Rule] = {}
    for index, text in enumerate(texts):
        result = _read_one(text, read)
        if isinstance(result, Rule):
            faults[index] = result
            result = None
        values.append(result)
    codes = distinct.astype(np.int32)[column.codes]
    return TypedColumn(codes, tuple(texts), tuple(values), faults, mended)


def _mended(text: str) -> tuple[str, bool]:
    """A text in NFC without outer blanks; and whether anything else had to be changed."""
    if text.isascii():
        return text.strip(" "), False
    composed = unicodedata.normalize("NFC", text)
    plain = composed.translate(_TYPOGRAPHIC)
    plain = "".join(
        " " if kind == "Zs" else letter for letter in plain if (kind := unicodedata.category(letter)) != "Cf"
    )
    return plain.strip(" "), plain != composed


def _read_one(text: str, read: _Read) -> Value | Rule:
    if not text:
        return None
    if not text.isprintable() or "\ufffd" in text:
        kinds = {unicodedata.category(letter) for letter in text}
        if kinds & {"Cc", "Zl", "Zp", "Cs"}:
            return _CONTROL
        if "\ufffd" in text:
            return _DAMAGED
    return read(text)


def _reader_of(field: ModelField | None, settings: SourceSettings, as_of: date) -> _Read:
    """How the texts of one column are read."""
    if field is None:
        return str
    if field.name == "ssn":
        return lambda text: _ssn(text, settings.invented_people)
    if field.name == "birth_date":
        return lambda text: _birth_date(text, as_of)
    if field.name.endswith("email"):
        return lambda text: text if _EMAIL.fullmatch(text) else _NO_EMAIL
    if field.name.endswith("phone"):
        return _phone
    return _reader_of_kind(field, settings, as_of)


def _reader_of_kind(field: ModelField, settings: SourceSettings, as_of: date) -> _Read:
    if field.kind is FieldKind.CODE:
        words, rule = _WORDS[field.vocabulary or ""], _WORD_RULES[field.vocabulary or ""]
        return lambda text: words.get(text.casefold(), rule)
    if field.kind is FieldKind.DATE:
        opens = frozenset(settings.open_end_dates) if field.name.endswith(("_end", "end_date")) else frozenset()
        return lambda text: None if text in opens else _date(text, as_of)
    readers: Mapping[FieldKind, _Read] = {FieldKind.MONEY: _amount, FieldKind.INTEGER: _whole, FieldKind.FLAG: _flag}
    return readers.get(field.kind, str)


def _date(text: str, as_of: date) -> date | Rule:
    if not _ISO.fullmatch(text):
        return _WITH_TIME if _ISO_WITH_TIME.fullmatch(text) else _NOT_ISO
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _NO_SUCH_DAY
    return day if day.year <= as_of.year + _FAR_YEARS else _FAR_AWAY


def _birth_date(text: str, as_of: date) -> date | Rule:
    day = _date(text, as_of)
    if isinstance(day, Rule):
        return _BORN_WHEN if day is _FAR_AWAY else day
    return day if day.year >= 1900 and day <= as_of else _BORN_WHEN


def _amount(text: str) -> Decimal | Rule:
    return Decimal(text) if _AMOUNT.fullmatch(text) else _NO_AMOUNT


def _whole(text: str) -> int | Rule:
    return int(text) if _WHOLE.fullmatch(text) else _NOT_WHOLE


def _flag(text: str) -> bool | Rule:
    return {"yes": True, "no": False}.get(text.casefold(), _NO_FLAG)


def _ssn(text: str, invented_people: bool) -> str | Rule:
    """Nine digits. An area of 9 is an individual taxpayer's number and is kept; 000 and 666 were never issued."""
    parts = _SSN.fullmatch(text)
    if not parts:
        return _NO_SSN
    digits = parts[1] + parts[3] + parts[4]
    if len(set(digits)) == 1 or digits == "123456789":
        return _NO_SSN
    return _NO_SSN if parts[1] in {"000", "666"} and not invented_people else digits


def _phone(text: str) -> str | Rule:
    digits = _PHONE_SIGNS.sub("", text)
    return text if digits.isascii() and digits.isdigit() and 10 <= len(digits) <= 15 else _NO_PHONE


def _refuse_other_dates(column: TypedColumn, raw: RawTable, name: str) -> None:
    """One date in another form may be one person's mistake; two are the form of the export, whose order is unknown."""
    slashed = [index for index in column.faults if _SLASHED.fullmatch(column.texts[index])]
    rows = column.rows_of(slashed)
    if len(rows) > 1:
        text = f"{raw.name}.{name} holds dates in another form than YYYY-MM-DD"
        line = None if raw.lines is None else int(raw.lines[rows[0]])
        raise SnapshotRefusedError(text, code="E834-0335", place=Place(raw.shown, line=line, name=name))
