"""The written form of what one file said of a family: what the ledger seals and keeps.

It holds the target and each statement with the transaction set that it stood in, so that a carrier's book can be found
again by reading, and a copy can repeat what was said. JSON with sorted keys, compressed; the same content, the same
bytes. Sealing and storing are ``edi834/ledger``'s.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from datetime import date
from typing import Any

from edi834.book.events import Event, EventKind
from edi834.book.statement import Action, CoverageStatement, FamilyStatement, MemberStatement
from edi834.grants import ReleasedFamily, ReleasedMember
from edi834.grants.payload import as_content, coverage_content, family_of, member_content, member_of, restored_coverage
from edi834.model import FamilyRef, MemberId, MemberRef

__all__ = ["Part", "restored_parts", "restored_target", "written"]

Part = tuple[str, FamilyStatement]
"""A statement, and the number of the transaction set that it stood in."""


def written(target: ReleasedFamily, parts: Sequence[Part]) -> bytes:
    """Write down what a file said of a family, deterministically."""
    content = {"target": as_content(target), "parts": [_part(number, one) for number, one in parts]}
    return zlib.compress(json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(), 6)


def restored_target(payload: bytes) -> ReleasedFamily:
    """Read back the family as the carrier's book showed it after the file."""
    return family_of(json.loads(zlib.decompress(payload))["target"])


def restored_parts(payload: bytes) -> tuple[ReleasedFamily, tuple[Part, ...]]:
    """Read back the target and the statements."""
    content = json.loads(zlib.decompress(payload))
    target = family_of(content["target"])
    return target, tuple((part["set"], _statement(part, target)) for part in content["parts"])


def _part(number: str, said: FamilyStatement) -> dict[str, Any]:
    return {
        "set": number,
        "reported": as_content(said.reported) if said.reported is not None else None,
        "members": [_member(m) for m in said.members],
        "along": [ref.member_id for ref in said.along],
        "left_out": [ref.member_id for ref in said.left_out],
    }


def _statement(part: dict[str, Any], target: ReleasedFamily) -> FamilyStatement:
    ref = target.ref
    return FamilyStatement(
        tuple(_restored_member(m, ref) for m in part["members"]),
        target,
        family_of(part["reported"]) if part["reported"] is not None else None,
        tuple(_ref(ref, one) for one in part["along"]),
        tuple(_ref(ref, one) for one in part["left_out"]),
    )


def _member(said: MemberStatement) -> dict[str, Any]:
    moved = said.moved_from
    return {
        "action": said.action.value,
        "reason": None if said.reason is None else str(said.reason),
        "member": member_content(said.member),
        "reported": member_content(said.reported) if said.reported is not None else None,
        "effective": _day(said.effective),
        "coverages": [_coverage(c) for c in said.coverages],
        "events": [_event(e) for e in said.events],
        "moved_from": [moved.group_id, moved.subscriber_id, moved.member_id] if moved is not None else None,
        "as_reported": said.as_reported,
        "covered_from": _day(said.covered_from),
        "covered_to": _day(said.covered_to),
    }


def _restored_member(content: dict[str, Any], ref: FamilyRef) -> MemberStatement:
    moved, reported = content["moved_from"], content["reported"]
    member = member_of(ref, content["member"])
    return MemberStatement(
        action=Action(content["action"]),
        reason=content["reason"],
        member=member,
        reported=member_of(ref, reported) if reported is not None else None,
        effective=_restored_day(content["effective"]),
        coverages=tuple(_restored_coverage(c) for c in content["coverages"]),
        events=tuple(_restored_event(e, member) for e in content["events"]),
        moved_from=MemberRef(*moved) if moved is not None else None,
        as_reported=content["as_reported"],
        covered_from=_restored_day(content["covered_from"]),
        covered_to=_restored_day(content["covered_to"]),
    )


def _coverage(said: CoverageStatement) -> dict[str, Any]:
    return {
        "action": said.action.value,
        "coverage": coverage_content(said.coverage),
        "reported": coverage_content(said.reported) if said.reported is not None else None,
        "days": [_day(said.begin), _day(said.end), _day(said.changed_on)],
    }


def _restored_coverage(content: dict[str, Any]) -> CoverageStatement:
    begin, end, changed_on = (_restored_day(day) for day in content["days"])
    assert begin is not None
    reported = content["reported"]
    return CoverageStatement(
        Action(content["action"]),
        restored_coverage(content["coverage"]),
        restored_coverage(reported) if reported is not None else None,
        begin,
        end,
        changed_on,
    )


def _event(event: Event) -> list[Any]:
    return [event.kind.value, event.benefit, _day(event.effective), event.reason, list(event.fields)]


def _restored_event(content: list[Any], member: ReleasedMember) -> Event:
    kind, benefit, effective, reason, fields = content
    return Event(EventKind(kind), member.ref, benefit, _restored_day(effective), reason, tuple(fields))


def _ref(family: FamilyRef, member_id: str) -> MemberRef:
    return MemberRef(family.group_id, family.subscriber_id, MemberId(member_id))


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _restored_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
