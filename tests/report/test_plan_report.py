"""The plan as a person reads it: old → new of whatever is reported, in total, and what is withheld and why."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

from edi834.feed.prepare import Prepared, prepare
from edi834.model import FieldPath
from edi834.report.plan_report import plan_events, plan_lines
from tests.laws.nightly import Feed
from tests.laws.world import Happening, World


def the_night_after(
    *happenings: Happening, mode: str = "changes", rules: dict[str, Any] | None = None, missing: bool = False
) -> tuple[list[str], Prepared]:
    """The lines of the plan for an employee and their spouse, reported the night before."""
    world, feed = World(), Feed(mode=mode, rules=rules or {})
    world.happen(Happening("hire", 0, 1, 0))
    feed.run(world.snapshot())
    world.next_night(1)
    for happening in happenings:
        world.happen(happening)
    world.kin[0].people[1].hidden = missing
    kit = feed.kit(world.night)
    prepared = prepare(kit, world.snapshot(), full=mode != "changes")
    return list(plan_lines(kit.profile, prepared, reveal=True)), prepared


def test_another_physician_is_shown_old_and_new() -> None:
    lines, prepared = the_night_after(Happening("physician", 0, 0, 1))

    (line,) = [one for one in lines if "provider_code" in one]
    assert line.endswith("provider_code: — → 1900000001")
    (event,) = [e for e in plan_events(prepared, reveal=True) if e["coverages"]]
    assert event["coverages"][0]["changes"] == [{"field": "provider_code", "old": "—", "new": "1900000001"}]


def test_a_corrected_first_day_and_a_moved_last_day_are_shown_old_and_new() -> None:
    lines, _ = the_night_after(Happening("first_day_corrected", 0, 5, 0))
    assert sum("from 2026-10-17 → 2026-10-19" in line for line in lines) == 2

    ended, _ = the_night_after(Happening("termination", 0, 0, 20))
    assert sum(line.endswith("to 2026-11-07") for line in ended) == 2


def test_values_stay_masked_unless_they_are_revealed() -> None:
    _, prepared = the_night_after(Happening("physician", 0, 0, 1), Happening("first_day_corrected", 0, 5, 0))
    kit = Feed().kit(prepared.plan.as_of + timedelta(days=1))

    text = "\n".join(plan_lines(kit.profile, prepared, reveal=False))
    assert "1900000001" not in text
    assert "2026-10" not in text
    assert "provider_code: — → " in text


def test_who_was_never_covered_is_counted_among_the_ended() -> None:
    lines, prepared = the_night_after(Happening("cancellation", 0, 1, 0))

    assert "2 ended, 2 of them never effective" in lines
    assert prepared.plan.counts["cancelled"] == 2


AGREED = {"missing": "omission", "omission": "full_replace"}
"""The carrier ends people whom a file that replaces leaves out."""


def test_whoever_is_left_out_is_not_said_to_stay() -> None:
    lines, prepared = the_night_after(mode="full_replace", rules=AGREED, missing=True)
    assert "withheld: GRP100/E1001-1 is missing; the file leaves them out" in lines
    (finding,) = [f.message for f in prepared.plan.findings if f.code == "E834-0901"]
    assert finding.endswith("is missing from the snapshot without an end; the file leaves them out, and so ends them")

    carried, _ = the_night_after(mode="full_replace", missing=True)
    assert "withheld: GRP100/E1001-1 is missing; what was last reported stands" in carried


def test_a_family_that_ends_with_its_subscriber_counts_whole_and_a_rounded_day_is_no_change() -> None:
    rules = {"cascade": "subscriber_only", "end_date": "end_of_month"}
    lines, _ = the_night_after(Happening("cancellation", 0, 1, 0), rules=rules)
    assert "2 ended, 2 of them never effective" in lines

    world, feed = World(), Feed(rules=rules)
    world.happen(Happening("hire", 0, 0, 0))
    world.kin[0].head.rows[0].end = world.night + timedelta(days=40)
    feed.run(world.snapshot())
    world.next_night(1)
    world.kin[0].head.rows[0].physician = "1900000001"
    kit = feed.kit(world.night)
    shown = list(plan_lines(kit.profile, prepare(kit, world.snapshot(), full=False), reveal=True))
    assert any(line.endswith("to 2026-12-31 provider_code: — → 1900000001") for line in shown), shown


def test_a_dependents_tier_that_is_reported_of_nobody_is_shown_of_nobody() -> None:
    world, feed = World(tiers_on_dependents=True), Feed()
    world.happen(Happening("hire", 0, 1, 0))
    feed.run(world.snapshot())
    world.next_night(1)
    world.happen(Happening("first_day_corrected", 0, 5, 0))
    kit = feed.kit(world.night)

    events = list(plan_events(prepare(kit, world.snapshot(), full=False), reveal=True))
    changes = [change["field"] for event in events for span in event["coverages"] for change in span["changes"]]
    assert changes == ["effective_date", "effective_date"]


def test_the_fields_that_the_owner_withholds_are_named() -> None:
    _, prepared = the_night_after(Happening("physician", 0, 0, 1))
    fields = {
        group: frozenset(paths) - {FieldPath("member.ssn"), FieldPath("coverage.premium")}
        for group, paths in prepared.release.fields.items()
    }
    kept = dataclasses.replace(prepared, release=dataclasses.replace(prepared.release, fields=fields))
    lines = list(plan_lines(Feed().kit(prepared.plan.as_of).profile, kept, reveal=False))

    (line,) = [one for one in lines if one.startswith("GRP100 allows")]
    assert line.endswith("; of those that the mapping uses it withholds coverage.premium, member.ssn")
