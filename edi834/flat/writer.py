"""The writer: the records of one file, in order, as its bytes.

It settles every record, fills counts and totals, and writes all or nothing; the same records always give the same
bytes.
Which records a file has, and in which order, is decided by the mapping.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from edi834.flat.layout import Layout
from edi834.flat.line import cells_of, header_row_line, line_of
from edi834.flat.record import FlatProblem, FlatRecord
from edi834.flat.settle import settle
from edi834.flat.totals import misplaced, with_totals
from edi834.flat.vocabulary import LayoutKind
from edi834.flat.workbook import MOST_ROWS, workbook_of
from edi834.model import Severity

__all__ = ["WrittenFlat", "write_flat"]


@dataclass(frozen=True, slots=True)
class WrittenFlat:
    """A file as it was written.

    Attributes:
      content: The bytes; None where a problem is an error.
      records: What the reader must give back.
      problems: Errors and warnings, by record.
    """

    content: bytes | None = field(repr=False)
    records: tuple[FlatRecord, ...] = field(repr=False)
    problems: tuple[FlatProblem, ...]


def write_flat(layout: Layout, records: Sequence[FlatRecord]) -> WrittenFlat:
    """Write one file.

    Args:
      layout: The layout.
      records: Its records in order, file headers and trailers included; computed fields are filled here.

    Returns:
      The file, or no content and the reasons.
    """
    settled: list[FlatRecord] = []
    problems: list[FlatProblem] = list(misplaced(layout, records))
    for at, record in enumerate(records, start=1):
        kept, found = settle(layout, record)
        settled.append(kept)
        problems += (p.at(at) for p in found)
    filled, found = with_totals(layout, settled)
    problems += found
    if layout.kind is LayoutKind.XLSX and len(records) + layout.header_row > MOST_ROWS:
        message = f"a worksheet has {MOST_ROWS:,} rows, and the file would have more"
        problems.append(FlatProblem("E834-1136", Severity.ERROR, message))
    content = None if any(p.is_error for p in problems) else _content(layout, filled)
    return WrittenFlat(content, filled, tuple(problems))


def _content(layout: Layout, records: Sequence[FlatRecord]) -> bytes:
    if layout.kind is LayoutKind.XLSX:
        names = [[f.name for f in layout.details[0].fields]] if layout.header_row else []
        return workbook_of(layout.sheet, [*names, *(cells_of(layout, record) for record in records)])
    lines = [header_row_line(layout)] if layout.header_row else []
    lines += (line_of(layout, record) for record in records)
    end = layout.line_end.text.encode(layout.encoding.value)
    last = end if layout.final_line_end and lines else b""
    eof = b"" if layout.eof is None else bytes([layout.eof])
    content = end.join(lines) + last + eof
    # The last block is filled, so that the file is a whole number of them.
    fill = -len(content) % layout.block_size if layout.block_size else 0
    return content + " ".encode(layout.encoding.value) * fill
