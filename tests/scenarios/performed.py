"""A scenario performed: reported with the base mapping and the scenario's own rules, as a file a day, and as a person
would see it who compares it with what was expected.

The feed is a feed like any other, read from files; every field that its mapping uses may be reported to its carrier.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path

from edi834.feed.profile import Carrier, ChannelProfile, FeedProfile, Stage
from edi834.grants import STRUCTURAL_FIELDS
from edi834.mapping.document import FileScope
from edi834.model import CarrierId, FeedId, GroupId, Severity
from edi834.testpack import Rehearsal, ReportedDay, Scenario, Written, read_cast, read_scenario
from edi834.workspace.mappings import read_form
from tests.simulated_carrier import Book, Reading
from tests.simulated_carrier import Carrier as SimulatedCarrier

EXPECTED = Path(__file__).parent / "expected"
STORIES = Path(__file__).parent / "stories"
FOLDER = resources.files("samples") / "scenarios"
GROUPS = (GroupId("GRP100"), GroupId("GRP200"))


@cache
def scenarios() -> dict[str, Scenario]:
    """Every scenario by name."""
    cast = read_cast("cast.toml", (FOLDER / "cast.toml").read_text(encoding="utf-8"))
    names = sorted(entry.name for entry in FOLDER.iterdir() if entry.name[0].isdigit())
    read = [read_scenario(name, (FOLDER / name).read_text(encoding="utf-8"), cast) for name in names]
    return {one.name: one for one in read}


_SCOPES = {
    "changes": FileScope.CHANGES, "full_audit": FileScope.FULL_AUDIT, "full_replace": FileScope.FULL_REPLACE,
}  # fmt: skip


@dataclass(frozen=True)
class Night:
    """One day as it was reported: the plan, and the file where there is one."""

    reported: ReportedDay
    written: Written | None

    @property
    def members(self) -> str:
        """The member loops, one segment a line; sets are kept apart by an empty line."""
        if self.written is None:
            return ""
        assert self.written.content is not None, self.written.findings
        shown: list[str] = []
        inside = False
        for segment in self.written.content.decode("ascii").split("~"):
            name = segment.partition("*")[0]
            if name == "INS":
                inside = True
            if name == "SE":
                inside = False
                shown.append("")
            if inside:
                shown.append(f"{segment}~")
        return "\n".join(shown).rstrip("\n") + "\n"


@dataclass(frozen=True)
class Performance:
    """A scenario from its first day to its last."""

    scenario: Scenario
    nights: tuple[Night, ...]
    carrier: SimulatedCarrier

    @property
    def shown(self) -> str:
        """What is reported after the first day, and what the carrier then holds."""
        return "".join([*self._nights(), "# then held\n", *held(self.carrier.book)])

    def _nights(self) -> Iterator[str]:
        for night in self.nights[1:]:
            scope = "" if night.reported.scope == "changes" else f", {night.reported.scope}"
            yield f"# {night.reported.as_of}{scope}\n"
            yield night.members
            for ref in night.reported.plan.missing:
                yield f"# missing: {ref}\n"
            for family in night.reported.plan.waiting:
                yield f"# waits for a person: {family.ref}\n"
            for kept in night.reported.plan.pending:
                yield f"# kept back: {kept.member} {kept.benefit or 'everything'}, {kept.why}\n"
            for guard in night.reported.plan.guards:
                yield f"# held: {guard.guard}\n"


def held(book: Book) -> Iterator[str]:
    """The carrier's book, a line a span."""
    for member in sorted(book.members, key=lambda m: (m.subscriber_id, not m.is_subscriber, m.person.first_name)):
        for span in sorted(member.spans, key=lambda s: (s.line, s.begin)):
            name = f"{member.person.first_name} {member.person.last_name}"
            until = span.end or "open"
            yield f"# {member.subscriber_id} {name}: {span.line} {span.plan} {span.tier or '-'} {span.begin} {until}\n"


@cache
def performed(name: str) -> Performance:
    """Report a scenario, file by file, to a carrier that begins with nothing and reads as its rules declare."""
    scenario = scenarios()[name]
    rehearsal = rehearsal_of(name)
    carrier = SimulatedCarrier(reading=Reading.of(rehearsal.rules))
    performance = Performance(scenario, tuple(_nights(scenario, rehearsal)), carrier)
    for night in performance.nights:
        if night.written is not None and night.written.content is not None and not night.reported.plan.guards:
            performance.carrier.apply(night.written.content)
    return performance


def _nights(scenario: Scenario, rehearsal: Rehearsal) -> Iterator[Night]:
    for number, reported in enumerate(rehearsal.days(scenario), start=1):
        written = None
        if reported.plan.statements:
            written = rehearsal.write(
                reported.plan.statements, scenario.groups,
                number=number, name=f"{scenario.name}.edi", as_of=reported.as_of, scope=reported.scope,
            )  # fmt: skip
        yield Night(reported, written)


@cache
def rehearsal_of(name: str) -> Rehearsal:
    """The base mapping with what a scenario's carrier wants otherwise."""
    scenario = scenarios()[name]
    with tempfile.TemporaryDirectory() as folder:
        mapping = Path(folder) / "mapping.toml"
        mapping.write_text(_mapping(scenario), encoding="utf-8")
        profile = FeedProfile(
            feed_id=FeedId("scenario-medical"),
            carrier=Carrier(CarrierId("carrier"), "Northstar Health Plan (invented)", Path(folder), "900000002", None,
                            "a scenario is nowhere sent", ChannelProfile("folder", {})),
            groups=GROUPS,
            benefits=frozenset({"medical", "dental"}),
            mapping=mapping,
            mode=scenario.mode,
            stage=Stage.TESTING,
            remote_name="{reference}",
            envelope={"sender_qualifier": "ZZ", "sender_id": "SENDER",
                      "receiver_qualifier": "ZZ", "receiver_id": "CARRIER"},
            rules=dict(scenario.rules),
        )  # fmt: skip
        form, rules, findings = read_form(profile, Path(folder), invented_people=True)
    assert form is not None, findings
    assert not [f for f in findings if f.severity is Severity.ERROR], findings
    fields = tuple(sorted(form.uses | STRUCTURAL_FIELDS))
    return Rehearsal(
        feed_id=profile.feed_id, form=form, rules=rules, fields=dict.fromkeys(GROUPS, fields),
        scope=_SCOPES[scenario.mode],
        created=datetime(2024, 12, 1, 2, 0, tzinfo=UTC),
    )  # fmt: skip


def _mapping(scenario: Scenario) -> str:
    """The scenario's [set] and [categories] as a carrier's mapping; a TOML text is a JSON text here."""
    lines = ['extends = "x12_834_5010"', "[set]"]
    lines += [f"{json.dumps(k)} = {json.dumps(v)}" for k, v in scenario.assignments.items()]
    for name, entries in scenario.categories.items():
        lines += [
            f"[categories.{json.dumps(name)}]",
            *(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in entries.items()),
        ]
    return "\n".join(lines) + "\n"


def story(name: str) -> list[str]:
    """The segments of a published shape."""
    return (STORIES / f"{name}.edi").read_text(encoding="ascii").splitlines()
