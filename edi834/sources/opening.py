"""Opening: a location becomes tables, tables become judged rows, judged rows a snapshot.

It is the one place where the steps of reading stand in their order; each step is a room of its own beside it.
It is imported when a snapshot is opened, because pandas and Arrow are.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from edi834.errors import Place
from edi834.feed.ports import Clock, SnapshotTable
from edi834.model import Finding
from edi834.sources.findings import Found, Rule
from edi834.sources.judge import (
    Judgement,
    employers,
    gathered,
    judge_coverages,
    judge_members,
    judge_other_insurance,
    judge_values,
)
from edi834.sources.read import read_database, read_folder
from edi834.sources.settings import SourceSettings
from edi834.sources.table import ColumnarSnapshot, content_digest
from edi834.sources.values import typed

__all__ = ["opened"]

_EMPTY = Rule("E834-0342", "has no rows at all")


def opened(location: str | Path, settings: SourceSettings, *, as_of: date | None, clock: Clock) -> SnapshotTable:
    """Open a snapshot, as :func:`edi834.sources.open_snapshot` promises."""
    if isinstance(location, str) and "://" in location:
        raw = read_database(location, settings, as_of)
    else:
        raw = read_folder(Path(location), settings, as_of, clock)
    tables = {name: typed(table, settings, raw.as_of) for name, table in raw.tables.items()}
    found = Found(raw.findings)
    identity = content_digest(tables.values())
    for name in ("members", "coverages"):
        if not tables[name].rows:
            text = f"{name} {_EMPTY.says}"
            found.add(Finding(_EMPTY.code, _EMPTY.severity, text, place=Place(tables[name].shown)))
    people = gathered(tables)
    groups = employers(tables, people.group_ids, found)
    judgement = Judgement(people, found)
    for name in tables:
        if name != "groups":
            judge_values(judgement, name)
    judge_members(judgement, raw.as_of)
    stands = {"coverages": judge_coverages(judgement)}
    if "other_insurance" in tables:
        stands["other_insurance"] = judge_other_insurance(judgement)
    return ColumnarSnapshot(raw.as_of, identity, groups, found.reported(), judgement, stands)
