"""Code tables: how a carrier spells our words, from a CSV file or written in the mapping itself.

A table has a key column and one or more others; an empty cell means that nothing is sent for that key, and the key
``*`` stands for every key that is not listed. A key that is missing is never guessed and never blank: it is a finding.
Reading the file is the workspace's; here is only its text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

from edi834.errors import Place
from edi834.model import Finding, Severity

__all__ = ["ANY_KEY", "CodeTable", "inline_table", "table_from_csv"]

ANY_KEY = "*"
_MOST_CHARACTERS = 5_000_000
_MOST_SHOWN = 120
_MOST_REPORTED = 20
_NOT_CSV = "is not CSV: a quote is not closed or stands inside a cell"
_NO_HEADER = "needs a header row of a key column and at least one other, each named once"


@dataclass(frozen=True, slots=True)
class CodeTable:
    """One table.

    Attributes:
      name: As ``lookup`` names it.
      columns: The columns after the key; ``lookup`` takes the first where it names none.
      rows: By key, the cells by column.
      place: The file, or the table in the mapping.
      entries: By key, where it stands, as far as that is known.
    """

    name: str
    columns: tuple[str, ...]
    rows: Mapping[str, Mapping[str, str]]
    place: Place
    entries: Mapping[str, Place]

    def find(self, key: str, column: str) -> str | None:
        """Give the cell, '' where the table says to send nothing, None where it does not know the key."""
        row = self.rows.get(key) or self.rows.get(ANY_KEY)
        return None if row is None else row[column]

    def texts(self, column: str) -> frozenset[str]:
        """Everything that the column may give, '' excepted."""
        return frozenset(row[column] for row in self.rows.values()) - {""}

    def near(self, key: str) -> tuple[str, ...]:
        """The keys that were probably meant."""
        return tuple(get_close_matches(key, [known for known in self.rows if known != ANY_KEY], n=2, cutoff=0.6))


def inline_table(
    name: str, entries: Mapping[str, str], place: Place, places: Mapping[str, Place] | None = None
) -> CodeTable:
    """Make the table of ``[tables.NAME]``: keys and what they become, each where it stands, where that is known."""
    rows = {key: MappingProxyType({"code": text}) for key, text in entries.items()}
    return CodeTable(name, ("code",), MappingProxyType(rows), place, MappingProxyType(dict(places or {})))


def table_from_csv(name: str, path: str, text: str) -> tuple[CodeTable | None, tuple[Finding, ...]]:
    """Read a table from the text of a CSV file: a header row, the key in the first column.

    Returns:
      The table, or None with the reasons: no key column, a row of another width, a key that stands twice.
    """
    if len(text) > _MOST_CHARACTERS:
        return None, (_refused(path, None, "is too large to be a code table"),)
    text = text.removeprefix("\ufeff")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")  # as the reader counts them
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error:
        return None, (_refused(path, reader.line_num, _NOT_CSV, lines),)
    rows = [(line, row) for line, row in rows if any(row)]
    if not rows or len(rows[0][1]) < 2 or len(set(rows[0][1])) < len(rows[0][1]) or not all(rows[0][1]):
        return None, (_refused(path, 1, _NO_HEADER, lines),)
    header = rows[0][1]
    findings = tuple(_wrong_rows(path, header, rows[1:], lines))
    if findings:
        return None, findings
    cells = {row[0]: MappingProxyType(dict(zip(header[1:], row[1:], strict=True))) for _, row in rows[1:]}
    places = {row[0]: Place(path, line) for line, row in rows[1:]}
    table = CodeTable(name, tuple(header[1:]), MappingProxyType(cells), Place(path), MappingProxyType(places))
    return table, ()


def _wrong_rows(path: str, header: list[str], rows: list[tuple[int, list[str]]], lines: Sequence[str]) -> list[Finding]:
    findings = []
    seen: dict[str, int] = {}
    for line, row in rows:
        if len(row) != len(header):
            findings.append(_refused(path, line, f"has {len(row)} cells where the header has {len(header)}", lines))
        elif not row[0]:
            findings.append(_refused(path, line, "has no key", lines))
        elif row[0] in seen:
            findings.append(_refused(path, line, f"repeats the key of line {seen[row[0]]}", lines, row[0]))
        else:
            seen[row[0]] = line
        if len(findings) == _MOST_REPORTED:
            findings.append(_refused(path, None, "has more such lines: correct these first"))
            break
    return findings


def _refused(path: str, line: int | None, what: str, lines: Sequence[str] = (), key: str | None = None) -> Finding:
    where = "the code table" if line is None else f"line {line} of the code table"
    if line is None or not 1 <= line <= len(lines):
        place = Place(path, line)
    else:
        shown = lines[line - 1][:_MOST_SHOWN]
        place = Place(path, line, shown.find(key) + 1 if key and key in shown else 1, key, shown)
    return Finding("E834-0106", Severity.ERROR, f"{where} {what}", place=place)
