"""Workbooks: rows of texts as an XLSX file with one worksheet, and back (ECMA-376, part 1).

Every cell is text, so that no spreadsheet turns 007 into seven, 1E5 into a number or =1+1 into two; the same rows
always give the same bytes, and everything happens in memory. What others saved is read where its cells are text still.
Which rows there are is ``writer.py``'s.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

__all__ = ["MOST_ROWS", "read_rows", "workbook_of"]

MOST_ROWS = 1_048_576
"""The rows of a worksheet."""

_MOST_UNPACKED = 1 << 30
_MOST_GROWTH = 200
_SHEET = "xl/worksheets/sheet1.xml"
_STRINGS = "xl/sharedStrings.xml"
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NO_WORKBOOK = (
    zipfile.BadZipFile, zlib.error, struct.error, expat.ExpatError,
    KeyError, ValueError, OSError, EOFError, RuntimeError,
)  # fmt: skip
"""What reading an archive that is none, or a damaged one, may raise."""
_DAY = (1980, 1, 1, 0, 0, 0)  # the first that a ZIP archive can name: nothing of the clock stands in the file
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    f'<Override PartName="/{_SHEET}" ContentType="{_KIND}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    # The second style is the format "text", 49: what a person types over a cell stays text, too.
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf xfId="0"/><xf numFmtId="49" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}


def workbook_of(sheet: str, rows: Sequence[Sequence[str]]) -> bytes:
    """Give the bytes of a workbook with these rows on one worksheet of that name."""
    book = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name={quoteattr(sheet)} sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    table = "".join(_row(number, row) for number, row in enumerate(rows, start=1))
    parts = {
        **_PARTS,
        "xl/workbook.xml": book,
        _SHEET: f'<worksheet xmlns="{_MAIN}"><sheetData>{table}</sheetData></worksheet>',
    }
    buffer = io.BytesIO()
    # Stored and not deflated: the same rows are the same bytes under any version of zlib, and sealing packs them.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _DAY), _HEAD + text)
    return buffer.getvalue()


def read_rows(content: bytes) -> tuple[list[list[str]] | None, str]:
    """Read the rows of a workbook's worksheet; None with the reason where it is none, or holds cells that are no text.

    A row is as long as its last cell that is written.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            most = min(_MOST_UNPACKED, _MOST_GROWTH * len(content))
            parts = {info.filename: info for info in archive.infolist()}
            wanted = [parts[name] for name in (_STRINGS, _SHEET) if name in parts]
            if sum(info.file_size for info in wanted) > most:
                return None, "the workbook unpacks to more than a file of its size can hold"
            strings = _Strings()
            if _STRINGS in parts:
                strings.read(archive.read(_STRINGS))
            sheet = _Sheet(strings.texts)
            sheet.read(archive.read(_SHEET))
    except _Unreadable as reason:
        return None, str(reason)
    except _NO_WORKBOOK:
        return None, "the file is no workbook with a first worksheet"
    return sheet.rows, ""


def _row(number: int, row: Sequence[str]) -> str:
    return f'<row r="{number}">{"".join(_cells(number, row))}</row>'


def _cells(number: int, row: Sequence[str]) -> Iterator[str]:
    for at, text in enumerate(row):
        cell = f'<c r="{_column(at)}{number}" s="1"'
        if not text:
            yield f"{cell}/>"
            continue
        # A text that looks like an escape of the format's own is escaped itself, or it would be read as one.
        plain = escape(_LOOKS_ESCAPED.sub("_x005F_", text))
        yield f'{cell} t="inlineStr"><is><t xml:space="preserve">{plain}</t></is></c>'


def _column(at: int) -> str:
    letters = ""
    at += 1
    while at:
        at, digit = divmod(at - 1, 26)
        letters = chr(65 + digit) + letters
    return letters


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


class _Unreadable(Exception):  # noqa: N818 - carries a reason to the edge of this module, and is never seen outside
    """The workbook holds what this reader does not take."""


class _Part:
    """One XML part, read with expat and without any document type: entities cannot grow."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = lambda name, attributes: self.begin(name.rpartition(" ")[2], attributes)
        self._parser.EndElementHandler = lambda name: self.end(name.rpartition(" ")[2])
        self._parser.CharacterDataHandler = self.text
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._is_text = False
        self._pieces: list[str] = []

    def read(self, content: bytes) -> None:
        """Read the part."""
        self._parser.Parse(content, True)  # noqa: FBT003 - expat's own

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        del attributes
        self._is_text = name == "t"

    def end(self, name: str) -> None:
        """An element ends."""
        del name
        self._is_text = False

    def text(self, text: str) -> None:
        """Text between elements."""
        if self._is_text:
            self._pieces.append(text)

    def taken(self) -> str:
        """The text so far, which is then forgotten."""
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), "".join(self._pieces))
        self._pieces.clear()
        return text


class _Strings(_Part):
    """Texts that several cells share: what spreadsheet programs write."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def end(self, name: str) -> None:
        """As in :class:`_Part`."""
        super().end(name)
        if name == "si":
            self.texts.append(self.taken())


class _Sheet(_Part):
    """The rows of a worksheet."""

    def __init__(self, strings: Sequence[str]) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._strings = strings
        self._kind = ""
        self._at = 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """As in :class:`_Part`."""
        super().begin(name, attributes)
        if name == "row":
            if attributes.get("r", str(len(self.rows) + 1)) != str(len(self.rows) + 1):
                raise _Unreadable("the worksheet has rows missing, or out of order")
            self.rows.append([])
        elif name == "c" and self.rows:
            self._kind = attributes.get("t", "n")
            reference = _REFERENCE.fullmatch(attributes.get("r", ""))
            self._at = _number(reference[1]) if reference else len(self.rows[-1])
            if not len(self.rows[-1]) <= self._at < 16_384:
                raise _Unreadable("the worksheet has cells out of order")
        elif name == "f":
            raise _Unreadable(f"row {len(self.rows)} of the worksheet has a formula")
        elif name == "v":
            if self._kind not in ("s", "str"):
                raise _Unreadable(f"row {len(self.rows)} of the worksheet has a cell that is no text")
            self._is_text = True

    def end(self, name: str) -> None:
        """As in :class:`_Part`."""
        super().end(name)
        if name == "c" and self.rows:
            text = self.taken()
            if self._kind == "s" and text:
                text = self._strings[int(text)] if int(text) < len(self._strings) else ""
            self.rows[-1] += [""] * (self._at - len(self.rows[-1])) + [text]


def _refuse_doctype(*_: object) -> None:
    raise _Unreadable("the worksheet names a document type")
