"""Histories found by reading the code, which random ones had missed: moves, cascades, rejections and policies.

Each once ended somebody wrongly, left coverage open, or reported a carrier less than was remembered.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.laws.kits import FEED
from tests.laws.nightly import Feed
from tests.laws.people import Kin, Person, Row
from tests.laws.world import Happening, World

DAY = timedelta(days=1)


def employer(*sizes: int) -> World:
    """Families of those sizes, covered from the second day of November in three benefits."""
    world = World()
    for size in sizes:
        world.happen(Happening("hire", 0, size - 1, 16))
    return world


def reported(world: World, rules: Mapping[str, str] | None = None, *, days: int = 20, mode: str = "changes") -> Feed:
    """A feed that has reported the first night; the next snapshot comes days later."""
    feed = Feed(rules=rules or {}, mode=mode)
    feed.run(world.snapshot())
    world.next_night(days)
    return feed


def end(person: Person, day: date, benefit: str | None = None) -> None:
    for row in person.open_rows():
        if benefit in {None, row.benefit}:
            row.end = day


def rejected_late(world: World, feed: Feed) -> None:
    """An address is reported, and rejected only after the next night's file."""
    world.kin[0].head.street = "1 Depot Avenue"
    feed.run(world.snapshot(), rejecting=frozenset({0}), answered=False)
    world.next_night(1)


def held(feed: Feed) -> dict[tuple[str, str], list[tuple[str, str, str]]]:
    return {
        (m.subscriber_id, m.person.first_name): [(s.line, str(s.begin), str(s.end)) for s in m.spans]
        for m in feed.carrier.book.members
    }


def test_another_policy_of_one_benefit_leaves_the_others_alone() -> None:
    world = employer(1)
    feed = reported(world, {"policy_change": "close_and_open"})
    head = world.kin[0].head
    medical = next(row for row in head.rows if row.benefit == "medical")
    medical.end = world.night
    head.rows.append(replace(medical, begin=world.night + DAY, end=None, policy="GRP101"))
    feed.run(world.snapshot())

    feed.agrees(world.night)
    feed.agrees(world.night + 5 * DAY)


@pytest.mark.parametrize("last_of_dependent", [-10, 30, None])
def test_a_cascade_ends_nobody_on_another_day_than_their_own(last_of_dependent: int | None) -> None:
    world = employer(2)
    feed = reported(world, {"cascade": "subscriber_only"})
    end(world.kin[0].head, world.night + 9 * DAY)
    if last_of_dependent is not None:
        end(world.kin[0].people[1], world.night + last_of_dependent * DAY)
    feed.run(world.snapshot())

    feed.agrees(world.night)
    feed.agrees(world.night + 20 * DAY)


def test_a_cascade_is_counted_for_the_guards_by_everybody_whom_it_ends() -> None:
    world = employer(4, 4)
    feed = reported(world, {"cascade": "subscriber_only"})
    for person in world.kin[0].people:
        end(person, world.night)
    night = feed.plan(world.snapshot())

    assert [len(s.members) for s in night.prepared.plan.statements] == [1]
    assert night.counts["ended"] == 4


@pytest.mark.parametrize("rule", [{"ssn_correction": "term_and_add"}, {"policy_change": "close_and_open"}])
def test_a_file_for_verification_ends_nobody_to_begin_them_anew(rule: dict[str, str]) -> None:
    world = employer(2)
    feed = reported(world, {"full_file": "covered_and_changes", **rule}, mode="full_audit")
    head = world.kin[0].head
    assert head.ssn is not None
    head.ssn = head.ssn[:-1] + "7"
    feed.run(world.snapshot())

    feed.agrees(world.night)


def test_whoever_moved_ends_by_what_they_have_now_and_not_by_what_they_once_had_there() -> None:
    world = employer(2)
    feed = reported(world)
    spouse = world.kin[0].people.pop()
    mover = copy.deepcopy(spouse)
    mover.relationship = "self"
    mover.rows = [Row("medical", "PPO500", date(2024, 1, 1), date(2024, 12, 31), tier="employee"),
                  Row("medical", "PPO500", world.night, tier="employee")]  # fmt: skip
    world.kin.append(Kin(spouse.member_id, [mover], 9))
    world._price(world.kin[0])
    feed.run(world.snapshot())

    assert held(feed)["E1001", spouse.first_name.upper()] == [
        (line, "2026-11-02", str(world.night - DAY)) for line in ("DEN", "HLT", "VIS")
    ]


def test_an_ending_that_gives_way_to_a_move_is_not_rounded_up_into_it() -> None:
    world = employer(2)
    feed = reported(world, {"end_date": "end_of_month"}, days=10)
    spouse = world.kin[0].people.pop()
    mover = copy.deepcopy(spouse)
    mover.relationship = "self"
    mover.rows = [Row(row.benefit, row.plan, world.night, tier="employee") for row in spouse.rows]
    world.kin.append(Kin(spouse.member_id, [mover], 9))
    feed.run(world.snapshot())

    assert {end for _, _, end in held(feed)["E1001", spouse.first_name.upper()]} == {str(world.night - DAY)}


def test_both_halves_of_a_move_wait_for_a_person_together() -> None:
    world = employer(3, 1)
    feed = reported(world)
    child = world.kin[0].people.pop()
    mover = copy.deepcopy(child)
    for row in mover.rows:
        row.begin = world.night
    world.kin[1].people.append(mover)
    head = world.kin[1].head
    assert head.ssn is not None
    head.ssn, head.birth, head.last_name = head.ssn[:-1] + "7", head.birth + DAY, "Other"
    night = feed.run(world.snapshot())

    assert night.content is None
    assert night.counts["waiting"] == 2
    assert "E834-0924" in {f.code for f in night.prepared.plan.findings}


def test_somebody_who_comes_from_cobra_is_ended_before_they_are_added() -> None:
    world = employer(1)
    kid = copy.deepcopy(world.kin[0].head)
    kid.member_id, kid.ssn, kid.first_name = "K1", "912345678", "Kid"
    kid.facts = {"cobra_event": "ineligible_child", "cobra_begin": world.night}
    world.kin.append(Kin("K1", [kid], 9, status="cobra"))
    feed = reported(world, {"split": "cobra"})
    back = copy.deepcopy(kid)
    back.relationship, back.facts, back.birth = "child", {}, date(2012, 1, 1)
    for row in back.rows:
        row.begin, row.tier, row.premium = world.night, None, None
    end(kid, world.night - DAY)
    world.kin[0].people.append(back)
    document = feed.run(world.snapshot()).prepared.draft
    assert document is not None
    assert document.document is not None

    assert [one.families[0].subscriber_id for one in document.document.sets] == ["K1", "E1001"]


@pytest.mark.parametrize("ends", [("medical",), ("medical", "dental")])
def test_a_reinstatement_of_some_coverage_is_not_one_of_all(ends: tuple[str, ...]) -> None:
    world = employer(1)
    feed = reported(world, {"reinstatement": "member_only"})
    end(world.kin[0].head, world.night - 5 * DAY)
    feed.run(world.snapshot())
    world.next_night(2)
    for row in world.kin[0].head.rows:
        row.end = None if row.benefit in ends else row.end
    feed.run(world.snapshot())

    feed.agrees(world.night)


def test_a_reinstatement_as_an_addition_is_one_addition_whatever_else_was_wrong() -> None:
    world = employer(1)
    feed = reported(world, {"reinstatement": "add"})
    end(world.kin[0].head, world.night - 5 * DAY)
    feed.run(world.snapshot())
    world.next_night(2)
    for row in world.kin[0].head.rows:
        row.end = None
        row.plan = "HMO1" if row.benefit == "medical" else row.plan
    feed.run(world.snapshot())

    feed.agrees(world.night)


@pytest.mark.parametrize("how", ["cancelled", "gone"])
def test_what_a_later_file_reported_ends_although_an_older_one_was_rejected(how: str) -> None:
    world = employer(1)
    feed = reported(world, days=1)
    rejected_late(world, feed)
    world._add_dependent(world.kin[0], "spouse", world.night, ssn=True, how=0)
    feed.run(world.snapshot())
    feed.answer()
    world.next_night(1)
    spouse = world.kin[0].people[1]
    if how == "gone":
        spouse.hidden = True
    else:
        end(spouse, spouse.rows[0].begin)
    world._price(world.kin[0])
    night = feed.run(world.snapshot())

    feed.agrees(world.night)
    assert bool(night.prepared.plan.missing) == (how == "gone"), "somebody who is gone is listed, and carried"


def test_a_family_that_an_audit_alone_reported_ends_when_it_ends() -> None:
    world = employer(1, 1)
    feed = Feed()
    feed.run(world.snapshot(), rejecting=frozenset({0}), answered=False)
    world.next_night(5)
    feed.run(world.snapshot(), full=True)
    feed.answer()
    world.next_night(10)
    end(world.kin[0].head, world.night - 3 * DAY)
    feed.run(world.snapshot())

    feed.agrees(world.night)


@pytest.mark.parametrize("why", ["waits", "quarantined"])
def test_a_full_replacement_states_whom_it_reported_although_an_older_file_was_rejected(why: str) -> None:
    world = employer(1, 1)
    feed = Feed(mode="full_replace")
    feed.run(world.snapshot(), rejecting=frozenset({0}), answered=False)
    world.next_night(1)
    feed.run(world.snapshot())
    feed.answer()
    world.next_night(1)
    if why == "quarantined":
        world.kin[0].held = True
    else:
        head = world.kin[0].head
        assert head.ssn is not None
        head.ssn, head.birth, head.last_name = head.ssn[:-1] + "7", head.birth + DAY, "Other"
    night = feed.run(world.snapshot())

    assert len(night.prepared.plan.statements) == 2
    assert all(span[2] == "None" for spans in held(feed).values() for span in spans)


def test_a_blackout_tells_nobody_whole_by_what_it_does_not_know() -> None:
    world = employer(2)
    feed = reported(world, {"blackout_begin": "11-24", "blackout_end": "11-30"})
    rejected_late(world, feed)
    end(world.kin[0].people[1], world.night)
    feed.run(world.snapshot())
    feed.answer()
    world.next_night(2)

    assert feed.run(world.snapshot()).content is None
    world.next_night(10)
    feed.run(world.snapshot())
    feed.agrees(world.night)


def test_a_tier_that_is_counted_is_counted_anew_when_somebody_begins_or_ends() -> None:
    world = employer(2)
    feed = reported(world, {"tier": "recount"}, days=5)
    end(world.kin[0].people[1], world.night + 10 * DAY)
    feed.run(world.snapshot())
    head = feed.carrier.book.members[0]
    assert {span.tier for span in head.spans} == {"ESP"}
    world.next_night(20)
    feed.run(world.snapshot())

    assert {span.tier for span in head.spans} == {"EMP"}


def test_a_tier_that_is_counted_counts_whoever_is_carried() -> None:
    world = employer(2)
    feed = reported(world, {"tier": "recount"}, days=5)
    world.kin[0].people[1].hidden = True
    world.kin[0].head.street = "9 Canyon Lane"
    feed.run(world.snapshot())

    assert {span.tier for span in feed.carrier.book.members[0].spans} == {"ESP"}


def test_a_subscriber_without_coverage_stands_in_a_full_file_before_the_dependents() -> None:
    world = employer(2)
    world.kin[0].head.rows = []
    feed = Feed(mode="full_audit")
    night = feed.run(world.snapshot())

    assert feed.carrier.complaints == []
    assert [m.member.ref.is_subscriber for m in night.prepared.plan.statements[0].members] == [True, False]


def test_guards_count_against_those_who_are_still_covered() -> None:
    world = employer(*[1] * 10)
    feed = reported(world)
    for kin in world.kin[:8]:
        end(kin.head, world.night - DAY)
    feed.run(world.snapshot())
    world.next_night(30)
    feed.run(world.snapshot())

    assert feed.ledger.held_members(FEED) == 2
