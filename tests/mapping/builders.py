"""Statements about invented people, as short as the stories they tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from edi834.book.events import Event, EventKind
from edi834.book.statement import Action, CoverageStatement, FamilyStatement, MemberStatement
from edi834.grants import ReleasedCoverage, ReleasedFamily, ReleasedMember
from edi834.mapping import (
    Built,
    CarrierIdentity,
    CompiledMapping,
    EnvelopeSettings,
    FileFacts,
    Layer,
    SetPolicy,
    Surroundings,
    build_x12,
    compile_x12,
    envelope_settings,
    read_spec,
)
from edi834.model import FamilyRef, FeedId, GroupId, MemberId, MemberRef

BASE = Layer(
    "mappings/x12_834_5010.toml",
    (Path(__file__).parents[2] / "mappings" / "x12_834_5010.toml").read_text(encoding="utf-8"),
)
FACTS = FileFacts(
    feed_id=FeedId("northstar-medical"),
    control_number=42,
    reference="NS-42",
    created=datetime(2024, 7, 1, 22, 15, tzinfo=UTC),
    as_of=date(2024, 7, 1),
    is_test=True,
    remote_name="NS834_42.x12.pgp",
)
GROUP = {"group_id": "GRP100", "name": "Juniper Ridge Timber Company", "tax_id": "900000001"}
AROUND = Surroundings(
    facts=FACTS,
    carrier=CarrierIdentity("northstar", "Northstar Health Plan", "900000002"),
    groups={GroupId("GRP100"): GROUP, GroupId("GRP200"): {**GROUP, "group_id": "GRP200"}},
    invented_people=True,
)
IDENTIFIERS = {
    "sender_qualifier": "ZZ",
    "sender_id": "JUNIPER",
    "receiver_qualifier": "ZZ",
    "receiver_id": "NORTHSTAR",
}

JANE = {
    "member_id": "E1001", "relationship": "self", "last_name": "Doe", "first_name": "Jane", "middle_name": "Q",
    "ssn": "900456789", "employment_status": "full_time",
}  # fmt: skip
SAM = {"member_id": "E1001-2", "relationship": "child", "last_name": "Doe", "first_name": "Sam", "ssn": "987654321"}


def day(text: str) -> date:
    return date.fromisoformat(text)


def compiled(carrier: str = "", **files: str) -> CompiledMapping:
    """The base mapping, with a carrier's own laid over it."""
    layers = [BASE] if not carrier else [BASE, Layer("carrier.toml", f'extends = "x12_834_5010"\n{carrier}')]
    spec, findings = read_spec(layers)
    assert spec is not None, findings
    mapping, findings = compile_x12(spec, files)
    assert mapping is not None, findings
    return mapping


def envelope(mapping: CompiledMapping, **changed: Any) -> EnvelopeSettings:
    settings, findings = envelope_settings({**mapping.spec.envelope, **IDENTIFIERS, **changed})
    assert settings is not None, findings
    return settings


def covered(
    benefit: str = "medical", plan: str = "PPO500", begin: str = "2024-02-01", **values: Any
) -> ReleasedCoverage:
    record = {"benefit": benefit, "plan_code": plan, "effective_date": day(begin), "policy_number": "GRP100", **values}
    return ReleasedCoverage(MappingProxyType(record))


def span(action: Action, coverage: ReleasedCoverage, reported: ReleasedCoverage | None = None) -> CoverageStatement:
    return CoverageStatement(action, coverage, reported, coverage.begin, coverage.end)


def person(
    values: dict[str, Any], *spans: CoverageStatement, subscriber: str = "E1001", group: str = "GRP100", **more: Any
) -> ReleasedMember:
    other = more.pop("other_insurance", ())
    ref = MemberRef(GroupId(group), MemberId(subscriber), MemberId(values["member_id"]))
    coverages = tuple(one.coverage for one in spans) or (covered(),)
    return ReleasedMember(ref, MappingProxyType({**values, **more}), coverages, tuple(other))


def reported(
    action: Action,
    reason: str | None,
    values: dict[str, Any],
    *spans: CoverageStatement,
    effective: str | None = None,
    before: dict[str, Any] | None = None,
    events: tuple[EventKind, ...] = (),
    **more: Any,
) -> MemberStatement:
    """What is reported of one person."""
    member = person(values, *spans, **more)
    earlier = replace(member, values=MappingProxyType({**member.values, **before})) if before else None
    happened = tuple(Event(kind, member.ref) for kind in events)
    since = day(effective) if effective else None
    return MemberStatement(action, reason, member, earlier, since, spans, happened)


def family(*members: MemberStatement, subscriber: ReleasedMember | None = None) -> FamilyStatement:
    first = members[0].member.ref
    ref = FamilyRef(first.group_id, first.subscriber_id)
    everybody = tuple(member.member for member in members)
    if subscriber is not None:
        everybody = (subscriber, *everybody)
    return FamilyStatement(members, ReleasedFamily(ref, everybody), None)


def built(*families: FamilyStatement, mapping: CompiledMapping | None = None, **changed: Any) -> Built:
    mapping = mapping or compiled()
    most = changed.pop("members_per_transaction", 10_000)
    around = changed.pop("around", AROUND)
    return build_x12(mapping, envelope(mapping, **changed), around, families, SetPolicy(most=most))


def members_of(outcome: Built) -> str:
    """What stands between the header and the trailer, one segment a line."""
    assert outcome.document is not None, outcome.findings
    segments = outcome.document.content.decode("ascii").split("~")
    first = next(number for number, segment in enumerate(segments) if segment.startswith("INS*"))
    last = next(number for number, segment in enumerate(segments) if segment.startswith("SE*"))
    return "".join(f"{segment}~\n" for segment in segments[first:last])
