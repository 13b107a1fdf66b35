"""A layout: which records a flat file has, and which fields each record has, in order.

Positions are computed from widths and never typed; a layout that contradicts itself cannot be made.
What a field is filled with is the mapping's; how a record becomes bytes is ``line.py``'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, combinations

from edi834.errors import ConfigurationError
from edi834.flat.numbers import SignStyle

__all__ = [
    "Absent",
    "Align",
    "CountOf",
    "Encoding",
    "FlatField",
    "FlatKind",
    "Layout",
    "LayoutKind",
    "Level",
    "LineEnd",
    "Overflow",
    "Quoting",
    "RecordType",
]


class LayoutKind(StrEnum):
    """How the fields of a record are told apart."""

    FIXED = "fixed"  # by their widths
    DELIMITED = "delimited"  # by a character between them


class Encoding(StrEnum):
    """The codecs a file may be written in."""

    ASCII = "ascii"
    LATIN_1 = "latin-1"
    UTF_8 = "utf-8"
    CP037 = "cp037"  # EBCDIC, United States and Canada


class LineEnd(StrEnum):
    """What stands after each record."""

    NONE = "none"
    LF = "LF"
    CRLF = "CRLF"

    @property
    def text(self) -> str:
        """The characters themselves."""
        return {"none": "", "LF": "\n", "CRLF": "\r\n"}[self.value]


class Quoting(StrEnum):
    """Which values of a delimited file stand in quotation marks."""

    NONE = "none"  # none, and a value that would need them is refused
    MINIMAL = "minimal"  # those that need them
    ALL = "all"


class Align(StrEnum):
    """At which end of its field a value stands."""

    LEFT = "left"
    RIGHT = "right"


class Overflow(StrEnum):
    """What becomes of a value that is wider than its field."""

    REFUSE = "refuse"  # a finding, and the family is not told
    TRUNCATE = "truncate"  # cut to the width, with a warning


class FlatKind(StrEnum):
    """How a value is spelled."""

    TEXT = "text"
    NUMBER = "number"  # without a decimal point; see ``decimals`` and ``sign``


class Absent(StrEnum):
    """What a fixed field holds where there is no value."""

    BLANK = "blank"
    ZEROS = "zeros"  # a value of nothing but zeros is then the same as none


class Level(StrEnum):
    """For what one record stands."""

    FILE_HEADER = "file_header"
    GROUP_HEADER = "group_header"
    SUBSCRIBER = "subscriber"  # one a subscriber
    DEPENDENT = "dependent"  # one a dependent
    MEMBER = "member"  # one a person
    COVERAGE = "coverage"  # one a span, under its person's record
    PERSON_COVERAGE = "person_coverage"  # one a person and span, with the person's fields in it
    GROUP_TRAILER = "group_trailer"
    FILE_TRAILER = "file_trailer"

    @property
    def is_detail(self) -> bool:
        """Whether the record tells of people, and is neither a header nor a trailer."""
        return not self.value.endswith(("_header", "_trailer"))

    @property
    def is_of_group(self) -> bool:
        """Whether the record is the header or trailer of one group."""
        return self in (Level.GROUP_HEADER, Level.GROUP_TRAILER)


class CountOf(StrEnum):
    """What a counting field of a header or trailer counts, within its file or group."""

    ALL = "all"  # every record, the counting one included
    OTHERS = "others"  # every record but the counting one
    DETAIL = "detail"  # records that tell of people


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatField:
    """One field of a record.

    Attributes:
      name: What it is called; the column's name where the file has a header row.
      width: In a fixed layout its width, in a delimited one the most it takes: bytes in the file's encoding.
      align: At which end of the field the value stands.
      pad: One character that fills the rest.
      overflow: What becomes of a wider value.
      kind: How the value is spelled.
      absent: What stands in a fixed field without a value.
      decimals: How many implied decimals a number has.
      sign: Where a number's sign stands.
      constant: The text that it always holds; "" is filler, None is no constant.
      count: What it counts, in a header or trailer.
      total: The field whose numbers it adds up, in a header or trailer.
      hash_total: The field whose digits it adds up as whole numbers, keeping the last digits that fit.
    """

    name: str
    width: int | None = None
    align: Align = Align.LEFT
    pad: str = " "
    overflow: Overflow = Overflow.REFUSE
    kind: FlatKind = FlatKind.TEXT
    absent: Absent = Absent.BLANK
    decimals: int = 0
    sign: SignStyle = SignStyle.NONE
    constant: str | None = None
    count: CountOf | None = None
    total: str | None = None
    hash_total: str | None = None

    def __post_init__(self) -> None:
        if self.width is not None and not 1 <= self.width <= 32_767:
            raise _wrong(f"the field {self.name!r} must be 1 to 32767 wide")
        if len(self.pad) != 1 or not self.pad.isascii() or not self.pad.isprintable():
            raise _wrong(f"the field {self.name!r} must be padded with one printable ASCII character")
        if self.pad == "0" and self.align is Align.LEFT:
            raise _wrong(f"the field {self.name!r} is padded with zeros, so it must be right-aligned")
        if [self.constant, self.count, self.total, self.hash_total].count(None) < 3:
            raise _wrong(f"the field {self.name!r} may have one of a constant, a count, a total and a hash total")
        if self.constant is not None:
            self._check_constant(self.constant)
        self._check_number()

    def _check_constant(self, text: str) -> None:
        if not text.isprintable():
            raise _wrong(f"the constant of {self.name!r} has a character that is not printable")
        if self.kind is FlatKind.NUMBER:
            raise _wrong(f"the constant of {self.name!r} is written as it stands, so it is of kind text")
        if self.pad != " " and text and (text != text.strip(" ") or (self.pad != "0" and text != text.strip(self.pad))):
            raise _wrong(f"the constant of {self.name!r} begins or ends with padding")

    def _check_number(self) -> None:
        if self.kind is FlatKind.TEXT:
            if self.decimals or self.sign is not SignStyle.NONE:
                raise _wrong(f"the field {self.name!r} has decimals or a sign, so it must be of kind number")
            return
        if not 0 <= self.decimals <= 12:
            raise _wrong(f"the field {self.name!r} may have 0 to 12 implied decimals")
        if self.overflow is Overflow.TRUNCATE:
            raise _wrong(f"the field {self.name!r} is a number, and a number is never truncated")
        if self.pad not in " 0":
            raise _wrong(f"the field {self.name!r} is a number, and is padded with blanks or zeros only")

    @property
    def is_computed(self) -> bool:
        """Whether the writer fills it with a count or a total."""
        return not (self.count is None and self.total is None and self.hash_total is None)

    @property
    def is_filler(self) -> bool:
        """Whether it never holds anything."""
        return self.constant == ""


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

    def index(self, name: str) -> int | None:
        """Which field, counted from 0, has that name; None where none has."""
        return next((i for i, f in enumerate(self.fields) if f.name == name and not f.is_filler), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How one flat file is written.

    Attributes:
      kind: Fixed or delimited.
      records: Its record types: headers in the order in which they stand, then the records of people, then trailers.
      encoding: The codec.
      line_end: What stands after each record.
      final_line_end: Whether it stands after the last record too.
      eof: A byte that stands after everything (26 for the CP/M end of file), None for none.
      record_length: The width that every fixed record must have, None where they may differ.
      delimiter: The character between the values of a delimited record.
      quoting: Which values stand in quotation marks.
      header_row: Whether a delimited file begins with a row of its fields' names.
    """

    kind: LayoutKind
    records: tuple[RecordType, ...]
    encoding: Encoding = Encoding.ASCII
    line_end: LineEnd = LineEnd.CRLF
    final_line_end: bool = True
    eof: int | None = None
    record_length: int | None = None
    delimiter: str = ","
    quoting: Quoting = Quoting.MINIMAL
    header_row: bool = False

    def __post_init__(self) -> None:
        names = [r.name for r in self.records]
        if len(set(names)) != len(names):
            raise _wrong("two record types have one name")
        if not any(r.level.is_detail for r in self.records):
            raise _wrong("a layout needs a record that tells of people")
        if self.eof is not None and not 0 <= self.eof <= 255:
            raise _wrong("the end-of-file byte must be 0 to 255")
        if self.kind is LayoutKind.FIXED:
            self._check_widths()
        else:
            self._check_delimiter()
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
            raise _wrong("only a delimited file has a header row")

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
        if self.record_length is not None:
            raise _wrong("only a fixed layout has a record length")
        if self.header_row and len(self.details) != 1:
            raise _wrong("a file with a header row has one record that tells of people")
        if self.header_row and not all(f.name.isprintable() for f in self.details[0].fields):
            raise _wrong("the names in a header row must be printable")
        filled = [f.name for r in self.records for f in r.fields if f.absent is Absent.ZEROS or f.pad != " "]
        if filled:
            raise _wrong(f"only a fixed layout pads; let expressions fill: {', '.join(filled)}")

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
                found = [d.fields[i] for d in self.details if added and (i := d.index(added)) is not None]
                if added and not found:
                    raise _wrong(f"{record.name!r} adds up a field that no record of people has: {added!r}")
                if f.total and any((a.kind, a.decimals) != (f.kind, f.decimals) for a in found):
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
