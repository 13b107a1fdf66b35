"""The words of flat layouts: how records are told apart, spelled, padded, quoted, counted, and what each stands for.

Each is the word that a layout's TOML uses.
What a field or a record may combine of them is ``field.py``'s and ``layout.py``'s.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = [
    "Absent",
    "Align",
    "CountOf",
    "Encoding",
    "FlatKind",
    "LayoutKind",
    "Level",
    "LineEnd",
    "Overflow",
    "Quoting",
]


class LayoutKind(StrEnum):
    """How the fields of a record are told apart."""

    FIXED = "fixed"  # by their widths
    DELIMITED = "delimited"  # by a character between them
    XLSX = "xlsx"  # by the cells of a worksheet, all of them text


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

    REFUSE = "refuse"  # a finding, and the family is not reported
    TRUNCATE = "truncate"  # cut to the width, with a warning


class FlatKind(StrEnum):
    """How a value is spelled."""

    TEXT = "text"
    NUMBER = "number"  # without a decimal point; see ``decimals`` and ``sign``
    PACKED = "packed"  # two digits a byte and the sign in the last half byte: COBOL's COMP-3


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
    NULL_RECORD = "null_record"  # stands between the headers and trailers of a file that tells of nobody

    @property
    def is_detail(self) -> bool:
        """Whether the record tells of people, and is neither a header, a trailer nor a null record."""
        return not self.value.endswith(("_header", "_trailer", "_record"))

    @property
    def is_of_group(self) -> bool:
        """Whether the record is the header or trailer of one group."""
        return self in (Level.GROUP_HEADER, Level.GROUP_TRAILER)


class CountOf(StrEnum):
    """What a counting field of a header or trailer counts, within its file or group."""

    ALL = "all"  # every record, the counting one included
    OTHERS = "others"  # every record but the counting one
    DETAIL = "detail"  # records that tell of people
