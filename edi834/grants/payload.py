"""Released families as plain content: what is written down of them, and read back as what it was.

Dates and decimals are written by the kind of their field. What a file said of a family, and its bytes, are
``edi834/book/payload.py``'s.
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

__all__ = ["as_content", "coverage_content", "family_of", "member_content", "member_of", "restored_coverage", "written"]

_CONTINUES = "continues"  # no field of a coverage is called so
_CODES = "person_codes"


def as_content(family: ReleasedFamily) -> dict[str, Any]:
    """Give a released family as plain content."""
    return {
        "group_id": family.ref.group_id,
        "subscriber_id": family.ref.subscriber_id,
        "members": [member_content(m) for m in family.members],
        **({_CODES: dict(family.person_codes)} if family.person_codes else {}),
    }


def written(family: ReleasedFamily) -> bytes:
    """Write a released family down as a line of JSON, deterministically."""
    return json.dumps(as_content(family), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def family_of(content: dict[str, Any]) -> ReleasedFamily:
    """Give back what :func:`as_content` was given."""
    ref = FamilyRef(GroupId(content["group_id"]), MemberId(content["subscriber_id"]))
    codes = {MemberId(member_id): code for member_id, code in content.get(_CODES, {}).items()}
    return ReleasedFamily(ref, tuple(member_of(ref, m) for m in content["members"]), MappingProxyType(codes))


def member_content(member: ReleasedMember) -> dict[str, Any]:
    """Give a released person as plain content."""
    return {
        "member_id": member.ref.member_id,
        "values": _plain(member.values),
        "coverages": [coverage_content(c) for c in member.coverages],
        "other_insurance": [_plain(o) for o in member.other_insurance],
    }


def member_of(ref: FamilyRef, content: dict[str, Any]) -> ReleasedMember:
    """Give back what :func:`member_content` was given, in that family."""
    return ReleasedMember(
        ref=MemberRef(ref.group_id, ref.subscriber_id, MemberId(content["member_id"])),
        values=_typed("member", content["values"]),
        coverages=tuple(restored_coverage(c) for c in content["coverages"]),
        other_insurance=tuple(_typed("other_insurance", o) for o in content["other_insurance"]),
    )


def coverage_content(span: ReleasedCoverage) -> dict[str, Any]:
    """Give a released coverage as plain content."""
    return {**_plain(span.values), **({_CONTINUES: True} if span.continues else {})}


def restored_coverage(content: dict[str, Any]) -> ReleasedCoverage:
    """Give back what :func:`coverage_content` was given."""
    values = {name: value for name, value in content.items() if name != _CONTINUES}
    return ReleasedCoverage(_typed("coverage", values), bool(content.get(_CONTINUES, False)))


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
