"""Late ends: coverage that is over, and that a carrier's book still shows, is found again every night."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from edi834.feed.late import LateEnd, WhyLate, left_out
from edi834.feed.prepare import prepare
from tests.laws.nightly import Feed
from tests.laws.world import Happening, World

DAY = timedelta(days=1)


def reported_once(rules: Mapping[str, object] | None = None) -> tuple[World, Feed]:
    """One employee alone, reported on the first night; twenty days later the next snapshot comes."""
    world, feed = World(), Feed(rules=rules or {})
    world.happen(Happening("hire", 0, 0, 0))
    feed.run(world.snapshot())
    world.next_night(20)
    feed.run(world.snapshot())
    world.next_night(1)
    return world, feed


def ends(world: World, days_ago: int) -> None:
    for row in world.kin[0].head.rows:
        row.end = world.night - days_ago * DAY


def late(world: World, feed: Feed) -> list[tuple[str, str, int, bool]]:
    plan = prepare(feed.kit(world.night), world.snapshot(), full=False).plan
    return [(str(one.member), one.why.value, one.days, one.is_reported) for one in plan.late]


def test_an_ending_that_the_source_reported_late_is_reported_and_listed() -> None:
    world, feed = reported_once()
    ends(world, 9)

    assert late(world, feed) == [("GRP100/E1001", "learnt late", 9, True)]
    feed.run(world.snapshot())
    world.next_night(1)
    assert late(world, feed) == []


def test_an_ending_of_yesterday_is_no_news_of_that_kind() -> None:
    world, feed = reported_once()
    ends(world, 1)

    assert late(world, feed) == []
    assert feed.run(world.snapshot()).counts["ended"] == 1


def test_an_ending_beyond_the_carriers_limit_is_listed_every_night_until_a_person_lets_it_go() -> None:
    world, feed = reported_once({"retro_limit_days": 5})
    ends(world, 9)
    for night in range(3):
        assert late(world, feed) == [("GRP100/E1001", "waits", 9 + night, False)]
        assert feed.run(world.snapshot()).content is None
        world.next_night(1)


def test_an_ending_that_the_blackout_keeps_back_is_listed_and_reported_after_it() -> None:
    world, feed = reported_once({"blackout_begin": "11-20", "blackout_end": "11-30"})
    ends(world, 2)

    assert late(world, feed) == [("GRP100/E1001", "window", 2, False)]
    assert feed.run(world.snapshot()).content is None
    world.next_night(20)
    assert late(world, feed) == [("GRP100/E1001", "learnt late", 22, True)]
    feed.run(world.snapshot())
    feed.agrees(world.night)


def test_an_ending_in_a_rejected_file_is_found_and_reported_again() -> None:
    world, feed = reported_once()
    ends(world, 0)
    feed.run(world.snapshot(), rejecting=frozenset({0}))
    world.next_night(1)
    assert feed.run(world.snapshot(), rejecting=frozenset({0})).counts["ended"] == 1
    world.next_night(1)

    assert late(world, feed) == [("GRP100/E1001", "rejected", 2, True)]
    feed.run(world.snapshot())
    feed.agrees(world.night)
    world.next_night(1)
    assert late(world, feed) == []


def test_somebody_gone_without_an_end_has_no_last_day_and_is_listed_as_missing() -> None:
    world, feed = reported_once()
    world.kin[0].hidden = True

    assert late(world, feed) == []
    assert feed.plan(world.snapshot()).prepared.plan.missing


def test_of_a_family_that_cannot_be_written_it_stays_late() -> None:
    world, feed = reported_once()
    ends(world, 9)
    plan = prepare(feed.kit(world.night), world.snapshot(), full=False).plan
    (one,) = left_out(plan.late, [plan.statements[0].target.ref])

    assert isinstance(one, LateEnd)
    assert (one.why, one.is_reported) == (WhyLate.UNWRITABLE, False)


def test_an_ending_that_was_rejected_after_another_file_was_taken_is_found_and_reported_again() -> None:
    world, feed = World(), Feed()
    world.happen(Happening("hire", 0, 1, 0))
    feed.run(world.snapshot())
    world.next_night(3)
    world.happen(Happening("dependent_dies", 0, 0, 0))
    feed.run(world.snapshot(), rejecting=frozenset({0}), answered=False)
    world.next_night(20)
    feed.run(world.snapshot(), mode="full_audit", answered=False)  # which states no ending that was reported
    assert late(world, feed) == []
    feed.answer()
    world.next_night(1)

    ((member, why, _, is_reported),) = late(world, feed)
    assert (member, why, is_reported) == ("GRP100/E1001-1", "rejected", True)
    feed.run(world.snapshot())
    feed.agrees(world.night)
    world.next_night(1)
    assert late(world, feed) == []


def test_a_dependent_whose_first_day_is_corrected_with_their_tier_is_not_late() -> None:
    world, feed = World(tiers_on_dependents=True), Feed()
    world.happen(Happening("hire", 0, 1, 15))
    feed.run(world.snapshot())
    world.next_night(20)
    for person in world.kin[0].people:
        for row in person.rows:
            row.begin -= 10 * DAY
            row.tier = "family"

    assert [who for who, *_ in late(world, feed) if who.endswith("-1")] == []
