"""The employers of a snapshot: one group for every group_id that any row names.

An optional fact about a group that cannot be read is left out with a warning, since no person depends on it; two
different rows for one group refuse the snapshot, since nobody could say whose people these are.
What may be reported of a group's people is decided by its grant, elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from edi834.errors import Place, SnapshotRefusedError
from edi834.model import Group, GroupId, Severity
from edi834.sources.findings import Found, Rule
from edi834.sources.values import MENDED, TypedTable

__all__ = ["employers"]

_UNREADABLE = Rule("E834-0351", "cannot be read, and is left out", Severity.WARNING)
_NO_TAX_ID = Rule("E834-0351", "does not have nine digits, and is left out", Severity.WARNING)
_NAMELESS = Rule("E834-0343", "does not name the group, which is called by its group_id", Severity.WARNING)
_NO_ID = Rule("E834-0357", "is empty, so that the row is no group's", Severity.WARNING)
_TAX_ID = re.compile(r"\d{2}-?\d{7}", re.ASCII)


def employers(tables: Mapping[str, TypedTable], named: tuple[GroupId, ...], found: Found) -> Mapping[GroupId, Group]:
    """Give every employer by id.

    Args:
      tables: The snapshot's tables; ``groups`` need not be among them.
      named: Every group_id that a row of any table holds.
      found: Where to note what is doubtful.

    Raises:
      SnapshotRefusedError: two different rows stand for one group.
    """
    groups: dict[GroupId, Group] = {}
    table = tables.get("groups")
    if table is not None:
        _note_doubts(table, found)
        for row in range(table.rows):
            group = _group(table, row)
            if group is None:
                continue
            if groups.setdefault(group.group_id, group) != group:
                text = f"groups holds two different rows for {group.group_id}"
                raise SnapshotRefusedError(text, code="E834-0336", place=table.place(row))
    members = tables["members"]
    for group_id in named:
        if group_id and group_id not in groups:
            groups[group_id] = Group(group_id=group_id, name=group_id)
            found.note(_NAMELESS, f"groups ({group_id})", _nobody, partial(Place, members.shown))
    return MappingProxyType(dict(sorted(groups.items())))


def _group(table: TypedTable, row: int) -> Group | None:
    values: dict[str, Any] = {name: table.value(name, row) for name in table.columns}
    if values["group_id"] is None:
        return None
    if values["tax_id"] is not None:
        values["tax_id"] = values["tax_id"].replace("-", "") if _TAX_ID.fullmatch(values["tax_id"]) else None
    return Group(**values | {"name": values["name"] or values["group_id"]})


def _note_doubts(table: TypedTable, found: Found) -> None:
    for name, column in table.columns.items():
        doubts: dict[int, Rule] = dict.fromkeys(column.mended, MENDED) | dict.fromkeys(column.faults, _UNREADABLE)
        if name == "tax_id":
            doubts |= {i: _NO_TAX_ID for i, text in enumerate(column.texts) if text and not _TAX_ID.fullmatch(text)}
        if name in {"group_id", "name"}:
            empty = _NO_ID if name == "group_id" else _NAMELESS
            doubts |= {i: empty for i, text in enumerate(column.texts) if not text}
        for index, rule in doubts.items():
            for row in np.flatnonzero(column.codes == index).tolist():
                found.note(rule, f"groups.{name}", _nobody, partial(table.place, row, name), column.texts[index])


def _nobody() -> None:
    """A finding about an employer is about no person."""
