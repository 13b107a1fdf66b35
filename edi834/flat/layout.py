"""A layout: which records a flat file has, and which fields each record has, in order.

Positions are computed from widths and never typed; a layout that contradicts itself cannot be made.
What a field is filled with is the mapping's; how a record becomes bytes is ``line.py``'s and ``workbook.py``'s.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate, combinations

from edi834.errors import ConfigurationError
from edi834.flat.field import FlatField
from edi834.flat.vocabulary import Absent, Align, Encoding, FlatKind, LayoutKind, Level, LineEnd, Quoting

__all__ = ["Layout", "RecordType"]

_SHEET = re.compile(r"[^\[\]:*?/\\\x00-\x1f']{1,31}")
_MOST_COLUMNS = 16_384  # of a worksheet


@dataclass(frozen=True, slots=True)
class RecordType:
    """One kind of record.

    Attributes:
      name: What the carrier calls it.
      level: For what one such record stands.
      fields: Its fields, in order.
    """

    name: str
    level: Level
    fields: tuple[FlatField, ...]

    def __post_init__(self) -> None:
        names = [f.name for f in self.fields if not f.is_filler]
        if not names:
            raise _wrong(f"the record {self.name!r} has no field")
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise _wrong(f"the record {self.name!r} has two fields of one name: {', '.join(twice)}")
        computed = [f.name for f in self.fields if f.is_computed]
        if computed and self.level.is_detail:
            raise _wrong(f"only a header or trailer counts and adds up, not {self.name!r}: {', '.join(computed)}")

    @property
    def width(self) -> int:
        """The width of a fixed record in bytes, without its line end."""
        return sum(f.width or 0 for f in self.fields)

    @property
    def offsets(self) -> tuple[int, ...]:
        """Where each field of a fixed record begins, counted from 0."""
        return tuple(accumulate((f.width or 0 for f in self.fields), initial=0))[:-1]

    def indexes(self, name: str) -> tuple[int, ...]:
        """Which fields, counted from 0, have that name: one, several of a series, or none."""
        named = ((i, f) for i, f in enumerate(self.fields) if not f.is_filler)
        return tuple(i for i, f in named if name in (f.name, f.series))


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How one flat file is written.

    Attributes:
      kind: Fixed, delimited, or a worksheet.
      records: Its record types: headers in the order in which they stand, then the records of people, then trailers.
      encoding: The codec.
      line_end: What stands after each record.
      final_line_end: Whether it stands after the last record too.
      eof: A byte that stands after everything (26 for the CP/M end of file), None for none.
      record_length: The width that every fixed record must have, None where they may differ.
      block_size: The bytes of a block that fixed records without line ends are written in, the last one filled with
        blanks; None where there are no blocks.
      delimiter: The character between the values of a delimited record.
      quoting: Which values stand in quotation marks.
      header_row: Whether a delimited file or worksheet begins with a row of its fields' names.
      sheet: The worksheet's name.
    """

    kind: LayoutKind
    records: tuple[RecordType, ...]
    encoding: Encoding = Encoding.ASCII
    line_end: LineEnd = LineEnd.CRLF
    final_line_end: bool = True
    eof: int | None = None
    record_length: int | None = None
    block_size: int | None = None
    delimiter: str = ","
    quoting: Quoting = Quoting.MINIMAL
    header_row: bool = False
    sheet: str = "Sheet1"

    def __post_init__(self) -> None:
        names = [r.name for r in self.records]
        if len(set(names)) != len(names):
            raise _wrong("two record types have one name")
        if not self.details:
            raise _wrong("a layout needs a record that tells of people")
        if len(self.at(Level.NULL_RECORD)) > 1:
            raise _wrong("a file that tells of nobody has one null record")
        if self.eof is not None and not 0 <= self.eof <= 255:
            raise _wrong("the end-of-file byte must be 0 to 255")
        if self.kind is LayoutKind.FIXED:
            self._check_widths()
            self._check_blocks()
        else:
            self._check_columns()
            self._check_delimiter() if self.kind is LayoutKind.DELIMITED else self._check_sheet()
        self._check_texts()
        self._check_totals()
        self._check_distinct()

    def record_type(self, name: str) -> RecordType:
        """Give the record type of that name.

        Raises:
          KeyError: There is none.
        """
        for record in self.records:
            if record.name == name:
                return record
        raise KeyError(name)

    def at(self, *levels: Level) -> tuple[RecordType, ...]:
        """The record types of these levels, in order."""
        return tuple(r for r in self.records if r.level in levels)

    @property
    def details(self) -> tuple[RecordType, ...]:
        """The record types that tell of people."""
        return tuple(r for r in self.records if r.level.is_detail)

    def _check_widths(self) -> None:
        for record in self.records:
            unknown = [f.name for f in record.fields if f.width is None]
            if unknown:
                raise _wrong(f"the fixed record {record.name!r} has fields without a width: {', '.join(unknown)}")
            if self.record_length is not None and record.width != self.record_length:
                message = f"the fields of {record.name!r} are {record.width} wide together, not {self.record_length}"
                raise _wrong(message, "E834-1102")
        if self.line_end is LineEnd.NONE and len({r.width for r in self.records}) > 1:
            raise _wrong("records without line ends must all be of one width", "E834-1102")
        if self.header_row:
            raise _wrong("only a delimited file or worksheet has a header row")
        packed = [f.name for r in self.records for f in r.fields if f.kind is FlatKind.PACKED]
        if packed and self.line_end is not LineEnd.NONE:
            raise _wrong(f'packed numbers may hold the bytes of a line end: line_end = "none" for {", ".join(packed)}')

    def _check_blocks(self) -> None:
        if self.block_size is None:
            return
        if self.line_end is not LineEnd.NONE or self.eof is not None:
            raise _wrong("blocks are of records without line ends and end-of-file byte")
        width = self.records[0].width
        if not width <= self.block_size <= 1_000_000 or self.block_size % width:
            raise _wrong(f"a block holds whole records: block_size must be a multiple of {width}", "E834-1102")

    def _check_delimiter(self) -> None:
        plain = self.delimiter == "\t" or self.delimiter.isprintable()
        if len(self.delimiter) != 1 or not self.delimiter.isascii() or not plain:
            raise _wrong("the delimiter must be one ASCII character")
        if self.delimiter.isalnum() or self.delimiter in ' "-.':
            raise _wrong("the delimiter must not be a letter, digit, blank, quotation mark, hyphen or point")
        if self.line_end is LineEnd.NONE:
            raise _wrong("a delimited file needs line ends")
        if self.quoting is Quoting.NONE and any(len(r.fields) < 2 for r in self.records):
            raise _wrong("a record of one field needs quotation marks: without, an empty one is an empty line")

    def _check_sheet(self) -> None:
        if self.encoding is not Encoding.UTF_8:
            raise _wrong("a worksheet's encoding is utf-8")
        if self.eof is not None:
            raise _wrong("a worksheet has no end-of-file byte")
        if not _SHEET.fullmatch(self.sheet) or not self.sheet.isprintable():
            raise _wrong("a worksheet's name has 1 to 31 characters, and none of [ ] : * ? / \\ '")
        if any(len(r.fields) > _MOST_COLUMNS for r in self.records):
            raise _wrong(f"a worksheet has at most {_MOST_COLUMNS} columns")

    def _check_columns(self) -> None:
        """What holds wherever fields are told apart otherwise than by their widths."""
        if self.record_length is not None or self.block_size is not None:
            raise _wrong("only a fixed layout has a record length and blocks")
        if self.header_row and len(self.details) != 1:
            raise _wrong("a file with a header row has one record that tells of people")
        if self.header_row and not all(f.name.isprintable() for f in self.details[0].fields):
            raise _wrong("the names in a header row must be printable")
        filled = [f.name for r in self.records for f in r.fields if f.absent is Absent.ZEROS or f.pad != " "]
        if filled:
            raise _wrong(f"only a fixed layout pads; let expressions fill: {', '.join(filled)}")
        packed = [f.name for r in self.records for f in r.fields if f.kind is FlatKind.PACKED]
        if packed:
            raise _wrong(f"only a fixed layout packs numbers: {', '.join(packed)}")

    def _check_texts(self) -> None:
        """What the layout itself writes must be writable: constants, and names that stand in a header row."""
        for f in (f for r in self.records for f in r.fields):
            for text in (f.constant or "", f.name if self.header_row else ""):
                try:
                    size = len(text.encode(self.encoding.value))
                except UnicodeEncodeError:
                    raise _wrong(f"{self.encoding.value} cannot write a text of the field {f.name!r}") from None
                if text == f.constant and f.width is not None and size > f.width:
                    raise _wrong(f"the constant of {f.name!r} is {size} wide, and the field {f.width}")
                unquoted = self.kind is LayoutKind.DELIMITED and self.quoting is Quoting.NONE
                if unquoted and self.delimiter in text:
                    raise _wrong(f"a text of the field {f.name!r} has the delimiter in it, and nothing is quoted")

    def _check_totals(self) -> None:
        for record in self.records:
            for f in record.fields:
                added = f.total or f.hash_total
                found = [d.fields[i] for d in self.details for i in (d.indexes(added) if added else ())]
                if added and not found:
                    raise _wrong(f"{record.name!r} adds up a field that no record of people has: {added!r}")
                if f.total and any((a.is_number, a.decimals) != (f.is_number, f.decimals) for a in found):
                    raise _wrong(f"the total {f.name!r} must be of the kind and decimals of what it adds up")

    def _check_distinct(self) -> None:
        """A reader must know each record by its constants; file headers and trailers are known by their place."""
        inner = [r for r in self.records if r.level not in (Level.FILE_HEADER, Level.FILE_TRAILER)]
        for one, other in combinations(inner, 2):
            if not self._differ(one, other):
                message = f"the records {one.name!r} and {other.name!r} have no constant by which to tell them apart"
                raise _wrong(message, "E834-1103")

    def _differ(self, one: RecordType, other: RecordType) -> bool:
        if self.kind is LayoutKind.FIXED:
            return any(a != b for at, a in _constants(one).items() if (b := _constants(other).get(at)) is not None)
        pairs = zip(one.fields, other.fields, strict=False)
        return any(a.constant and b.constant and a.constant != b.constant for a, b in pairs)


def _constants(record: RecordType) -> dict[int, str]:
    """The characters of a fixed record that never change, by offset."""
    known: dict[int, str] = {}
    for offset, f in zip(record.offsets, record.fields, strict=True):
        if f.constant and f.width and f.constant.isascii():
            spelled = f.constant.ljust(f.width, f.pad) if f.align is Align.LEFT else f.constant.rjust(f.width, f.pad)
            known.update({offset + i: letter for i, letter in enumerate(spelled[: f.width])})
    return known


def _wrong(message: str, code: str = "E834-1101") -> ConfigurationError:
    return ConfigurationError(message, code=code)
