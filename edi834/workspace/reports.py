"""Descriptions of carriers' reports on people: ``carriers/<id>/reports/*.toml``.

Every mistake is collected with its place, like any other of the operator's files.
Reading a report by its description is ``edi834/feed``'s.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from edi834.errors import ConfigurationError
from edi834.feed.member_report import ReportSpec
from edi834.feed.profile import FeedProfile
from edi834.model import CarrierId, FeedId, Finding, Severity
from edi834.workspace.toml_file import TomlTable, read_toml

__all__ = ["read_reports", "report_of"]

_NUMBER = re.compile(r"[1-9]\d{0,3}")
_SPAN = re.compile(r"[1-9]\d{0,3}(-[1-9]\d{0,3})?")


def read_reports(home: Path, feeds: Sequence[FeedProfile]) -> tuple[list[ReportSpec], list[Finding]]:
    """Read every description of a workspace.

    Returns:
      The descriptions that can be read, and everything wrong with any file.
    """
    found: list[ReportSpec] = []
    findings: list[Finding] = []
    for file in sorted((home / "carriers").glob("*/reports/*.toml")):
        try:
            table = read_toml(file, shown=file.relative_to(home).as_posix())
        except ConfigurationError as error:
            findings.append(Finding(error.code, Severity.ERROR, error.message, place=error.place, remedy=error.remedy))
            continue
        spec = report_of(table, file, feeds)
        wrong = table.findings()
        findings.extend(wrong)
        if not wrong:
            found.append(spec)
    return found, findings


def report_of(table: TomlTable, file: Path, feeds: Sequence[FeedProfile]) -> ReportSpec:
    """Read one description; what is wrong with it is the table's to tell."""
    carrier_id = CarrierId(file.parent.parent.name)
    feed_id = FeedId(table.required_text("feed"))
    feed = next((f for f in feeds if f.feed_id == feed_id and f.carrier.carrier_id == carrier_id), None)
    if feed is None and feed_id:
        table.complain("E834-0126", f"{carrier_id} has no feed {feed_id!r} that can be read", "feed")
    layout = table.choice("layout", ("delimited", "fixed"), default="delimited")
    delimiter = table.text("delimiter", default=",") or ","
    if len(delimiter) != 1:
        table.complain("E834-0126", "delimiter is one character", "delimiter")
    header = table.flag("header", default=True)
    verdicts = table.table("verdicts")
    accepted, rejected = verdicts.texts("accepted"), verdicts.texts("rejected", required=True)
    if set(accepted) & set(rejected):
        verdicts.complain("E834-0126", "a word cannot both accept and reject", "rejected")
    return ReportSpec(
        carrier_id=carrier_id,
        name=file.stem,
        feed_id=feed_id,
        groups=feed.groups if feed is not None else (),
        files=table.required_text("files"),
        delimiter=delimiter if layout == "delimited" else None,
        header=header,
        encoding=table.choice("encoding", ("utf-8", "ascii", "latin-1"), default="utf-8"),
        ignore=table.texts("ignore"),
        columns=_columns(table.table("columns"), named=layout == "delimited" and header, fixed=layout == "fixed"),
        accepted=frozenset(accepted),
        rejected=frozenset(rejected),
        place=table.place(),
    )


def _columns(table: TomlTable, *, named: bool, fixed: bool) -> dict[str, str]:
    given = {name: table.text(name, required=name in {"member", "verdict"}) for name in _COLUMNS}
    columns = {name: where for name, where in given.items() if where is not None}
    shape, words = (_SPAN, 'its first and last character, "11-20"') if fixed else (_NUMBER, 'its number, "3"')
    for name, where in columns.items():
        if not named and not shape.fullmatch(where):
            table.complain("E834-0126", f"a column without a header is given by {words}", name)
    return columns


_COLUMNS = ("member", "verdict", "code", "file")
