"""A reconciliation as lines for a person and facts for a script; values are masked unless they may be revealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from edi834.feed.known_differences import KnownDifference
from edi834.model import masked
from edi834.reconcile.row import Kind, Owner, Row

__all__ = ["row_event", "row_line"]

_OPEN = frozenset({"person", "coverage.benefit", "member.relationship"})
_DO = {
    Owner.US: "we must act: the next run reports what is true",
    Owner.CARRIER: "the carrier must act: what was reported is right",
    Owner.DATA_OWNER: "the Data Owner must say what is true",
}


def row_line(row: Row, known: KnownDifference, today: date, *, reveal: bool) -> str:
    """One row as a line."""
    who = str(row.member) if row.member is not None else f"person {row.at} of the roster"
    what = f"{row.name} ({row.benefit})" if row.benefit else row.name
    values = "" if row.name == "person" else f": {_value(row, row.ours, reveal)} → {_value(row, row.theirs, reveal)}"
    accepted = f", lived with until {known.accepted_until}" if known.is_accepted(today) else ""
    words = {Kind.MISSING: "missing", Kind.EXTRA: "extra", Kind.DIFFERENT: "different"}[row.kind]
    since = f"since {known.first_seen:%Y-%m-%d}"
    return f"{known.row}  {row.severity.value:<7} {who}  {words} {what}{values}  [{_DO[row.owner]}; {since}{accepted}]"


def row_event(row: Row, known: KnownDifference, today: date, *, reveal: bool) -> Mapping[str, Any]:
    """One row as the facts of a JSON line."""
    return {
        "row": known.row,
        "kind": row.kind.value,
        "member": str(row.member) if row.member is not None else None,
        "at": row.at or None,
        "field": row.name,
        "benefit": row.benefit or None,
        "ours": _value(row, row.ours, reveal) if row.ours else None,
        "theirs": _value(row, row.theirs, reveal) if row.theirs else None,
        "severity": row.severity.value,
        "owner": row.owner.value,
        "first_seen": known.first_seen.date().isoformat(),
        "accepted_until": known.accepted_until.isoformat()
        if known.is_accepted(today) and known.accepted_until
        else None,
    }


def _value(row: Row, text: str, reveal: bool) -> str:
    return (text if reveal or row.name in _OPEN else masked(text)) or "—"
