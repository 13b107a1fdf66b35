"""A carrier's own report on people: its rows, by the operator's description, become rejections of members.

A report that is not understood whole changes nothing, because half of it would revert the wrong families; what is
said about a bad row is where it stands, never what is in it.
The description is read by ``edi834/workspace``; what a rejection does is the ledger's.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from edi834.errors import Place
from edi834.feed.ledger_port import MemberReport, MemberVerdict
from edi834.model import CarrierId, FeedId, Finding, GroupId, MemberId, Severity
from edi834.model.ids import shown

__all__ = ["MAX_BYTES", "ReportSpec", "read_report"]

MAX_BYTES = 5_000_000
"""A report larger than this is not one."""

_CODE = re.compile(r"[A-Za-z0-9_.-]{1,16}")
Row = tuple[int, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class ReportSpec:
    """How one carrier's report is laid out.

    Attributes:
      carrier_id, name: Whose report, and what the operator calls it.
      feed_id, groups: The feed it speaks of, and whose people that tells.
      files: Which names are such reports, as a shell would match them.
      delimiter: What divides the columns; None for fixed ones.
      header: Whether the first row names the columns.
      encoding: The characters: ``utf-8``, ``ascii``, ``latin-1``.
      ignore: What a line begins with that tells of nobody: headers and trailers.
      columns: Where ``member``, ``verdict``, and perhaps ``code`` and ``file`` stand: a header's name, a number from 1,
        or the first and last character of a fixed column, ``11-20``.
      accepted, rejected: The words of the verdict.
    """

    carrier_id: CarrierId
    name: str
    feed_id: FeedId
    groups: tuple[GroupId, ...]
    files: str
    delimiter: str | None
    header: bool
    encoding: str
    ignore: tuple[str, ...]
    columns: Mapping[str, str]
    accepted: frozenset[str]
    rejected: frozenset[str]
    place: Place | None = None

    def matches(self, name: str) -> bool:
        """Whether a file of that name is such a report."""
        return fnmatchcase(name, self.files)


class _UnreadableError(Exception):
    """The report is not understood: raised and caught in this file."""

    def __init__(self, message: str, code: str = "E834-0950") -> None:
        super().__init__(message)
        self.message, self.code = message, code


def read_report(content: bytes, spec: ReportSpec) -> tuple[MemberReport | None, list[Finding]]:
    """Read a report.

    Returns:
      What it says, None where it is not understood whole, and what is wrong with it. Never raises.
    """
    try:
        if len(content) > MAX_BYTES:
            raise _UnreadableError(f"the report is larger than {MAX_BYTES:,} bytes")
        verdicts = list(_verdicts(_rows(_lines(content, spec), spec), spec))
    except _UnreadableError as error:
        message = f"{spec.carrier_id}/{spec.name}: {error.message}; nothing of it is taken in"
        return None, [Finding(error.code, Severity.ERROR, message, place=spec.place)]
    rejected = tuple(verdict for verdict in verdicts if verdict is not None)
    digest = hashlib.sha256(content).hexdigest()
    return MemberReport(spec.feed_id, digest, rejected, len(verdicts) - len(rejected)), []


def _lines(content: bytes, spec: ReportSpec) -> list[tuple[int, str]]:
    try:
        text = content.decode("utf-8-sig" if spec.encoding == "utf-8" else spec.encoding)
    except UnicodeDecodeError:
        raise _UnreadableError(f"the report is not written in {spec.encoding}") from None
    if "\0" in text:
        raise _UnreadableError("the report holds characters that no text holds")
    numbered = enumerate(text.splitlines(), start=1)
    return [(at, line) for at, line in numbered if line.strip() and not line.startswith(spec.ignore or ("\0",))]


def _rows(lines: list[tuple[int, str]], spec: ReportSpec) -> Iterator[Row]:
    if spec.delimiter is None:
        yield from ((at, _cut(at, line, spec)) for at, line in lines)
        return
    width, places = None, {name: int(where) - 1 for name, where in spec.columns.items() if where.isdigit()}
    for at, line in lines:
        try:
            (cells,) = csv.reader([line], delimiter=spec.delimiter, strict=True)
        except (csv.Error, ValueError):
            raise _UnreadableError(f"row {at} cannot be divided into columns") from None
        if width is None:
            width = len(cells)
            if spec.header:
                places = _named(cells, spec)
                continue
        if len(cells) != width or max(places.values()) >= width:
            raise _UnreadableError(f"row {at} has {len(cells)} columns, and not those that are described")
        yield at, {name: cells[place].strip() for name, place in places.items()}


def _named(cells: list[str], spec: ReportSpec) -> dict[str, int]:
    names = [cell.strip() for cell in cells]
    for wanted in spec.columns.values():
        if names.count(wanted) != 1:
            raise _UnreadableError(f"the header does not name a column {wanted!r} once")
    return {name: names.index(wanted) for name, wanted in spec.columns.items()}


def _cut(at: int, line: str, spec: ReportSpec) -> Mapping[str, str]:
    cells = {}
    for name, where in spec.columns.items():
        first, _, last = where.partition("-")
        if len(line) < int(first):
            raise _UnreadableError(f"row {at} ends before the column {name}")
        cells[name] = line[int(first) - 1 : int(last or first)].strip()
    return cells


def _verdicts(rows: Iterator[Row], spec: ReportSpec) -> Iterator[MemberVerdict | None]:
    """One for each row: the rejection, or None for an acceptance."""
    for at, cells in rows:
        if cells["verdict"] in spec.accepted:
            yield None
        elif cells["verdict"] not in spec.rejected:
            raise _UnreadableError(f"row {at} has a verdict that is not described", "E834-0951")
        elif not cells["member"]:
            raise _UnreadableError(f"row {at} rejects nobody")
        else:
            member, file = MemberId(cells["member"]), cells.get("file") or None
            yield MemberVerdict(at, member, spec.groups, file, _code(cells.get("code", "")))


def _code(text: str) -> str:
    """The carrier's code; nothing where it is words, which may be about people, or has the shape of an SSN."""
    return text if _CODE.fullmatch(text) and shown(text) == text else ""
