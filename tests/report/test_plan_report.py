"""The plan as a person reads it: old → new of whatever is told, in total, and what is withheld and why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from edi834.feed.prepare import Prepared, prepare
from edi834.report.plan_report import plan_events, plan_lines
from tests.laws.nightly import Feed
from tests.laws.world import Happening, World


def the_night_after(
    *happenings: Happening, mode: str = "changes", rules: dict[str, Any] | None = None, absent: bool = False
) -> tuple[list[str], Prepared]:
    """The lines of the plan for an employee and their spouse, told the night before."""
    world, feed = World(), Feed(mode=mode, rules=rules)
    world.happen(Happening("hire", 0, 1, 0))
    feed.run(world.snapshot())
    world.next_night(1)
    for happening in happenings:
        world.happen(happening)
    world.kin[0].people[1].hidden = absent
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


def test_whoever_is_left_out_is_not_said_to_stand() -> None:
    lines, prepared = the_night_after(mode="full_replace", rules={"absent": "omission"}, absent=True)
    assert "withheld: GRP100/E1001-1 is absent; the file leaves them out" in lines
    (finding,) = [f.message for f in prepared.plan.findings if f.code == "E834-0901"]
    assert finding.endswith("is gone from the snapshot without an ending; the file leaves them out, and so ends them")

    carried, _ = the_night_after(mode="full_replace", absent=True)
    assert "withheld: GRP100/E1001-1 is absent; what was last told stands" in carried
