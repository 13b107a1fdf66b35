"""CSV, plain or gzipped, read strictly: UTF-8, one header row, RFC 4180, every row as long as the header.

Every value is text, to the letter; a row too long or too short, a stray quote, a NUL or a byte that is not UTF-8
refuses the file with its line or byte, because a tolerant reader shifts and pads silently.
Which columns are kept is ``columns.py``'s; what the texts mean is decided further in.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, NoReturn

import numpy as np

from edi834.errors import Place, SnapshotRefusedError
from edi834.model import Finding
from edi834.sources.read.columns import ColumnBuilder, RawTable, choose_columns
from edi834.sources.settings import SourceSettings

__all__ = ["Delivered", "read_tabular"]

_ROW_CHARACTERS = 131_072  # csv's own limit of one field: a longer row is refused before csv meets it
_BATCH = 20_000  # rows between two steps from rows to columns
_BLOCK = 1024 * 1024
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CTRL_Z = "\x1a"


@dataclass(frozen=True, slots=True)
class Delivered:
    """One table's file, open.

    Attributes:
      table: The table's name.
      shown: The file, as a person may be told.
      file: Its bytes; the reader need not stop at their end.
      gzipped: Whether they are compressed.
      vouched: Whether a manifest says how many rows or which bytes there must be.
    """

    table: str
    shown: str
    file: BinaryIO
    gzipped: bool
    vouched: bool


def read_tabular(delivered: Delivered, settings: SourceSettings) -> tuple[RawTable, Sequence[Finding]]:
    """Read one CSV file.

    Raises:
      SnapshotRefusedError: the file is not what the contract asks for, or is larger than it may be.
      OSError: the file could not be read.
    """
    content: BinaryIO = gzip.GzipFile(fileobj=delivered.file) if delivered.gzipped else delivered.file  # type: ignore[assignment]
    checked = io.BufferedReader(_CheckedBytes(content, delivered.shown, settings.caps.bytes), _BLOCK)
    with io.TextIOWrapper(checked, encoding="utf-8-sig", newline="") as text:
        return _Reading(delivered, settings, text).table()


class _Reading:
    """One pass over one file; it knows where in the file it stands."""

    def __init__(self, delivered: Delivered, settings: SourceSettings, text: io.TextIOWrapper) -> None:
        self._delivered = delivered
        self._settings = settings
        self._text = text
        self._row_size = 0
        self._ending: str | None = None
        self._at_end = False
        self._reader = csv.reader(self._physical_lines(), strict=True)
        self._line = 1

    def table(self) -> tuple[RawTable, Sequence[Finding]]:
        """Read the whole file."""
        header = next(self._rows(), None)
        if header is None:
            self._refuse("E834-0312", "the file is empty", line=None)
        terminator = self._ending
        chosen = choose_columns(self._delivered.table, header, self._settings, self._delivered.shown)
        builders = {name: ColumnBuilder() for name in chosen.positions}
        lines: list[int] = []
        batch: list[list[str]] = []
        for row in self._rows():
            if len(row) != len(header):
                self._refuse_width(row, len(header))
            if self._ending != terminator and self._ending:
                self._refuse("E834-0324", "the line ends otherwise than the lines before it")
            batch.append(row)
            lines.append(self._line)
            if len(batch) == _BATCH:
                _add(batch, builders, chosen.positions)
                self._refuse_too_many(len(lines))
        _add(batch, builders, chosen.positions)
        self._refuse_too_many(len(lines))
        if not self._ending and not self._delivered.vouched:
            self._refuse("E834-0325", "the last line has no end, and no manifest vouches that the file is whole")
        columns = {name: builder.finished() for name, builder in builders.items()}
        shown, numbers = self._delivered.shown, np.asarray(lines, np.int32)
        return RawTable(self._delivered.table, shown, columns, len(lines), numbers), chosen.findings

    def _rows(self) -> Iterator[list[str]]:
        """The rows that are not blank; a blank line is allowed at the end of the file only."""
        blank: int | None = None
        while True:
            self._line = self._reader.line_num + 1
            self._row_size = 0
            try:
                row = next(self._reader, None)
            except csv.Error:
                self._refuse_quotes()
            except (EOFError, zlib.error, gzip.BadGzipFile):
                self._refuse("E834-0326", "the compressed file is cut or damaged", line=None)
            if row is None:
                return
            if not row:
                blank = blank or self._line
                continue
            if blank is not None:
                self._line = blank
                self._refuse("E834-0319", "the line is blank")
            if self._ending == "\r":
                self._refuse("E834-0324", "the line ends with a carriage return alone")
            yield row

    def _physical_lines(self) -> Iterator[str]:
        for line in self._text:
            self._row_size += len(line)
            if self._row_size > _ROW_CHARACTERS:
                self._refuse("E834-0329", "the row is longer than any row may be")
            self._ending = "\r\n" if line.endswith("\r\n") else line[-1] if line[-1] in "\r\n" else ""
            yield line
        self._at_end = True

    def _refuse_quotes(self) -> NoReturn:
        if self._at_end:
            self._refuse("E834-0317", "a quoted value that begins here does not end")
        self._refuse("E834-0337", "something stands between a closing quote and the comma")

    def _refuse_width(self, row: Sequence[str], width: int) -> NoReturn:
        if row == [_CTRL_Z]:
            self._refuse("E834-0316", "the file ends with a Ctrl-Z")
        count = f"the row has {len(row)} fields and the header {width}"
        self._refuse("E834-0318" if len(row) > width else "E834-0319", count)

    def _refuse_too_many(self, rows: int) -> None:
        if rows > self._settings.caps.rows:
            self._refuse("E834-0329", f"the table has more than {self._settings.caps.rows} rows")

    def _refuse(self, code: str, message: str, line: int | None = 0) -> NoReturn:
        at = self._line if line == 0 else line
        raise SnapshotRefusedError(message, code=code, place=Place(self._delivered.shown, line=at)) from None


def _add(batch: list[list[str]], builders: dict[str, ColumnBuilder], positions: Mapping[str, int]) -> None:
    if batch:
        columns = list(zip(*batch, strict=True))
        for name, builder in builders.items():
            builder.add(columns[positions[name]])
        batch.clear()


class _CheckedBytes(io.RawIOBase):
    """Bytes on their way to the decoder, checked to be UTF-8 text of bounded size."""

    def __init__(self, source: BinaryIO, shown: str, most: int) -> None:
        self._source = source
        self._shown = shown
        self._most = most
        self._read = 0
        self._since_line_feed = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")

    def readable(self) -> bool:
        """It is read, and only read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer, if the bytes pass."""
        view = memoryview(buffer)
        block = self._source.read(len(view))
        self._check(block)
        view[: len(block)] = block
        self._read += len(block)
        return len(block)

    def _check(self, block: bytes) -> None:
        if self._read == 0 and block.startswith(_UTF_16):
            self._refuse("E834-0313", "the file is UTF-16 or UTF-32, and must be UTF-8")
        if self._read + len(block) > self._most:
            self._refuse("E834-0329", f"the table has more than {self._most} bytes")
        nul = block.find(b"\0")
        if nul >= 0:
            self._refuse("E834-0315", f"byte {self._read + nul + 1} of the file is a NUL")
        first, last = block.find(b"\n"), block.rfind(b"\n")
        if self._since_line_feed + (len(block) if first < 0 else first) > 4 * _ROW_CHARACTERS:
            self._refuse("E834-0329", "a line is longer than any row may be")
        self._since_line_feed = self._since_line_feed + len(block) if last < 0 else len(block) - last - 1
        self._check_decoding(block)

    def _check_decoding(self, block: bytes) -> None:
        begun = len(self._decoder.getstate()[0])
        try:
            self._decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            offset = self._read - begun + error.start + 1
            self._refuse("E834-0314", f"byte {offset} of the file is not UTF-8")

    def _refuse(self, code: str, message: str) -> NoReturn:
        raise SnapshotRefusedError(message, code=code, place=Place(self._shown)) from None
