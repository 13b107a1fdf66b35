"""The reader: a file's bytes as records again, with everything in which it is not what its layout says.

It never raises, whatever the bytes: what cannot be read is a problem, and the rest is read on.
Counts and totals are computed again from what was read, and compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from edi834.flat.layout import Layout, RecordType
from edi834.flat.line import Constants, constants_of, header_row_line, matches, record_of, split_line
from edi834.flat.record import FlatProblem, FlatRecord
from edi834.flat.totals import misplaced, with_totals
from edi834.flat.vocabulary import LayoutKind, Level, LineEnd
from edi834.flat.workbook import read_rows
from edi834.model import Severity

__all__ = ["FlatReading", "read_flat"]

_Known = tuple[tuple[RecordType, Constants], ...]
_Line = bytes | list[str]
"""A line of a file, or a row of a worksheet."""


@dataclass(frozen=True, slots=True)
class FlatReading:
    """What a file says.

    Attributes:
      records: Its records in order; a line that is none of them is left out, with a problem.
      problems: In what the file is not what its layout says; record numbers count lines of records from 1.
    """

    records: tuple[FlatRecord, ...] = field(repr=False)
    problems: tuple[FlatProblem, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong with the file."""
        return not any(p.is_error for p in self.problems)


def read_flat(layout: Layout, content: bytes) -> FlatReading:
    """Read one file.

    Args:
      layout: The layout it was written by, or should have been.
      content: The bytes.

    Returns:
      The records and problems: E834-1130 and E834-1131 for what cannot be read, E834-1132 for line ends, header row
      and end of file, E834-1133 for wrong counts and totals, E834-1134 for headers and trailers out of place.
    """
    lines, problems = _rows(layout, content) if layout.kind is LayoutKind.XLSX else _lines(layout, content)
    known = tuple((r, constants_of(layout, r)) for r in layout.records)
    records: list[FlatRecord] = []
    for at, line in enumerate(lines, start=1):
        record, found = _record(layout, _candidates(known, at, len(lines)), line)
        if record is not None:
            records.append(record)
        problems += (p.at(at) for p in found)
    problems += misplaced(layout, records)
    problems += _wrong_totals(layout, records)
    return FlatReading(tuple(records), tuple(problems))


def _rows(layout: Layout, content: bytes) -> tuple[Sequence[_Line], list[FlatProblem]]:
    """The rows of records of a worksheet."""
    rows, reason = read_rows(content)
    if rows is None:
        return [], [_wrong("E834-1130", reason)]
    if not layout.header_row:
        return rows, []
    names = [f.name for f in layout.details[0].fields]
    if rows[:1] == [names]:
        return rows[1:], []
    return rows, [_wrong("E834-1132", "the worksheet does not begin with its row of names")]


def _lines(layout: Layout, content: bytes) -> tuple[Sequence[_Line], list[FlatProblem]]:
    """The lines of records, and what is wrong around them."""
    problems: list[FlatProblem] = []
    if layout.eof is not None:
        if content[-1:] == bytes([layout.eof]):
            content = content[:-1]
        else:
            problems.append(_wrong("E834-1132", "the file does not end with its end-of-file byte"))
    if layout.line_end is LineEnd.NONE:
        width = layout.records[0].width
        if layout.block_size:
            content, unfilled = _unblocked(layout, content, width)
            problems += unfilled
        return [content[at : at + width] for at in range(0, len(content), width)], problems
    end = layout.line_end.text.encode(layout.encoding.value)
    lines = content.split(end) if content else []
    if lines and layout.final_line_end:
        if lines[-1]:
            problems.append(_wrong("E834-1132", "the last record has no line end"))
        else:
            lines.pop()
    if layout.header_row:
        if lines[:1] == [header_row_line(layout)]:
            lines = lines[1:]
        else:
            problems.append(_wrong("E834-1132", "the file does not begin with its row of names"))
    return lines, problems


def _unblocked(layout: Layout, content: bytes, width: int) -> tuple[bytes, list[FlatProblem]]:
    """The records of a file in blocks: without the blank ones that fill the last block."""
    blank = " ".encode(layout.encoding.value) * width
    if not layout.block_size or len(content) % layout.block_size:
        return content, [_wrong("E834-1132", f"the file is no whole number of blocks of {layout.block_size} bytes")]
    end, first = len(content), max(0, len(content) - layout.block_size + width)
    while end > first and content[end - width : end] == blank:
        end -= width
    return content[:end], []


def _candidates(known: _Known, at: int, lines: int) -> _Known:
    """The record types that may stand on a line: headers and trailers of the file are known by their place."""
    headers = tuple(k for k in known if k[0].level is Level.FILE_HEADER)
    trailers = tuple(k for k in known if k[0].level is Level.FILE_TRAILER)
    if at <= len(headers):
        return (headers[at - 1],)
    if at > lines - len(trailers):
        return (trailers[at - 1 - lines],)
    return tuple(k for k in known if k[0].level not in (Level.FILE_HEADER, Level.FILE_TRAILER))


def _record(layout: Layout, known: _Known, found: _Line) -> tuple[FlatRecord | None, tuple[FlatProblem, ...]]:
    row: list[str] | None = None
    line = found if isinstance(found, bytes) else b""
    if layout.kind is LayoutKind.DELIMITED:
        row, problems = split_line(layout, line)
        if row is None:
            return None, problems
    for record, constants in known:
        if not isinstance(found, bytes):
            row = found + [""] * (len(record.fields) - len(found))  # spreadsheets drop the empty cells of a row's end
        if matches(record, constants, line, row):
            return record_of(layout, record, line, row)
    names = ", ".join(r.name for r, _ in known) or "no record"
    return None, (_wrong("E834-1130", f"the line has neither the form nor the constants of: {names}"),)


def _wrong_totals(layout: Layout, records: Sequence[FlatRecord]) -> list[FlatProblem]:
    """Every count and total that does not agree with what was read."""
    computed, _ = with_totals(layout, records)
    problems = []
    for at, (reported, true) in enumerate(zip(records, computed, strict=True), start=1):
        fields = layout.record_type(reported.type).fields
        wrong = [f for f, a, b in zip(fields, reported.values, true.values, strict=True) if a != b]
        for f in wrong:
            message = f"the field {f.name!r} does not agree with what it counts or adds up"
            problems.append(replace(_wrong("E834-1133", message), field=f.name, record=at))
    return problems


def _wrong(code: str, message: str) -> FlatProblem:
    return FlatProblem(code, Severity.ERROR, message)
