"""The written form of a released family: what the ledger seals and keeps as *reported*.

JSON with sorted keys, so the same family is always the same bytes; dates and decimals are written by the kind of
their field and come back as what they were.
Sealing and storing are ``edi834/ledger``'s.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from edi834.grants.released import Record, ReleasedCoverage, ReleasedFamily, ReleasedMember
from edi834.model import FamilyRef, GroupId, MemberId, MemberRef, Value, field_at
from edi834.model.fields import FieldKind, FieldPath

__all__ = ["restored", "written"]

_VERSION = 1
_SEAMS = "seams"  # no field of a coverage is called so


def written(family: ReleasedFamily) -> bytes:
    """Write a released family down, deterministically."""
    content = {
        "v": _VERSION,
        "group_id": family.ref.group_id,
        "subscriber_id": family.ref.subscriber_id,
        "members": [
            {
                "member_id": m.ref.member_id,
                "values": _plain(m.values),
                "coverages": [_span(c) for c in m.coverages],
                "other_insurance": [_plain(o) for o in m.other_insurance],
            }
            for m in family.members
        ],
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def restored(payload: bytes) -> ReleasedFamily:
    """Read back what :func:`written` wrote."""
    content = json.loads(payload)
    ref = FamilyRef(GroupId(content["group_id"]), MemberId(content["subscriber_id"]))
    return ReleasedFamily(ref, tuple(_member(ref, m) for m in content["members"]))


def _member(ref: FamilyRef, content: dict[str, Any]) -> ReleasedMember:
    return ReleasedMember(
        ref=MemberRef(ref.group_id, ref.subscriber_id, MemberId(content["member_id"])),
        values=_typed("member", content["values"]),
        coverages=tuple(_restored_span(c) for c in content["coverages"]),
        other_insurance=tuple(_typed("other_insurance", o) for o in content["other_insurance"]),
    )


def _span(span: ReleasedCoverage) -> dict[str, Any]:
    seams = [[day.isoformat(), tier] for day, tier in span.seams]
    return {**_plain(span.values), **({_SEAMS: seams} if seams else {})}


def _restored_span(content: dict[str, Any]) -> ReleasedCoverage:
    seams = tuple((date.fromisoformat(day), tier) for day, tier in content.pop(_SEAMS, ()))
    return ReleasedCoverage(_typed("coverage", content), seams)


def _plain(record: Record) -> dict[str, Any]:
    return {
        k: v.isoformat() if isinstance(v, date) else str(v) if isinstance(v, Decimal) else v for k, v in record.items()
    }


def _typed(table: str, content: dict[str, Any]) -> Record:
    return MappingProxyType({name: _value(table, name, value) for name, value in content.items()})


def _value(table: str, name: str, value: Any) -> Value:
    if value is None:
        return None
    field = field_at(FieldPath(f"{table}.{name}"))
    if field is not None and field.kind is FieldKind.DATE:
        return date.fromisoformat(value)
    if field is not None and field.kind is FieldKind.MONEY:
        return Decimal(value)
    return value  # type: ignore[no-any-return]
