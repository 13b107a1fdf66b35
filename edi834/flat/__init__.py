"""How custom files are written: fixed and delimited records, worksheets, headers and trailers, and read back.

A value that a field or an encoding cannot hold is a problem and never a question mark; what was written is read back
the same.
Which field holds what is ``edi834/mapping``'s; a worksheet is written as text cells and nothing else.
"""

from edi834.flat.field import FlatField
from edi834.flat.layout import Layout, RecordType
from edi834.flat.numbers import SignStyle, exact_number, plain_number, read_number, spelled_number
from edi834.flat.reader import FlatReading, read_flat
from edi834.flat.record import FlatProblem, FlatRecord
from edi834.flat.settle import settle
from edi834.flat.vocabulary import (
    Absent,
    Align,
    CountOf,
    Encoding,
    FlatKind,
    LayoutKind,
    Level,
    LineEnd,
    Overflow,
    Quoting,
)
from edi834.flat.writer import WrittenFlat, write_flat

__all__ = [
    "Absent",
    "Align",
    "CountOf",
    "Encoding",
    "FlatField",
    "FlatKind",
    "FlatProblem",
    "FlatReading",
    "FlatRecord",
    "Layout",
    "LayoutKind",
    "Level",
    "LineEnd",
    "Overflow",
    "Quoting",
    "RecordType",
    "SignStyle",
    "WrittenFlat",
    "exact_number",
    "plain_number",
    "read_flat",
    "read_number",
    "settle",
    "spelled_number",
    "write_flat",
]
