"""A full file leaves nobody out: who may not, or cannot, be reported today is stated as last reported (law 5).

A carrier ends whoever is missing from a full replacement, so a family that is held for a person, quarantined, or cannot
be written must stand in it as the carrier knows it, and must be looked at again on the next night.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from edi834.feed.prepare import Prepared, prepare
from edi834.mapping import Built
from edi834.mapping.document import FileScope
from edi834.model import FamilyRef, Finding, MemberId, Severity
from tests.laws.kits import FEED
from tests.laws.nightly import Feed
from tests.laws.world import Happening, World

DAY = timedelta(days=1)
FULL = ("full_audit", "full_replace")


def two_families() -> World:
    world = World()
    world.happen(Happening("hire", 0, 1, 16))
    world.happen(Happening("hire", 1, 1, 16))
    return world


def becomes_somebody_else(world: World) -> None:
    """Number, birth date and name of a subscriber change together: is it the same person?"""
    head = world.kin[0].head
    assert head.ssn is not None
    head.ssn, head.birth, head.last_name = head.ssn[:-1] + "7", head.birth + DAY, "Other"


@pytest.mark.parametrize("mode", FULL)
def test_a_family_that_waits_for_a_person_is_stated_as_last_reported(mode: str) -> None:
    world, feed = two_families(), Feed(mode=mode)
    feed.run(world.snapshot())
    world.next_night(1)
    becomes_somebody_else(world)
    night = feed.run(world.snapshot())

    assert night.counts["waiting"] == 1
    feed.agrees(world.night)
    assert all(member.is_covered_from(world.night) for member in feed.carrier.book.members)


@pytest.mark.parametrize("mode", FULL)
def test_what_was_stated_as_last_reported_is_looked_at_again_although_nothing_moved_since(mode: str) -> None:
    world, feed = two_families(), Feed(mode=mode)
    feed.run(world.snapshot())
    world.next_night(1)
    becomes_somebody_else(world)
    feed.run(world.snapshot())
    world.next_night(1)

    assert feed.plan(world.snapshot(), mode="changes").counts["waiting"] == 1


def test_a_change_file_says_nothing_of_a_family_that_waits() -> None:
    world, feed = two_families(), Feed()
    feed.run(world.snapshot())
    world.next_night(1)
    becomes_somebody_else(world)

    assert feed.run(world.snapshot()).content is None


@dataclass(frozen=True, slots=True)
class Unwritable:
    """A form that cannot write one family as it is; and, if ``ever`` so, not as it was reported either."""

    form: object
    ref: FamilyRef
    ever: bool = False

    def __getattr__(self, name: str) -> object:
        return getattr(self.form, name)

    def build(self, facts, groups, statements) -> Built:
        hit = [s for s in statements if s.target.ref == self.ref and (self.ever or s.target != s.reported)]
        built = self.form.build(facts, groups, [s for s in statements if s not in hit])
        finding = Finding("E834-0412", Severity.ERROR, "the plan code is in no table", about=self.ref)
        return replace(built, quarantined=frozenset({self.ref}), findings=(finding,)) if hit else built


def tonight(world: World, feed: Feed, mode: str, *, ever: bool) -> Prepared:
    """The second night's plan, when the first family changed and cannot be written."""
    feed.run(world.snapshot())
    world.next_night(1)
    world.kin[0].head.street = "9 Canyon Lane"
    ref = FamilyRef(world.snapshot().people[0].ref.group_id, world.snapshot().people[0].ref.subscriber_id)
    kit = feed.kit(world.night, mode=mode)
    return prepare(replace(kit, form=Unwritable(kit.form, ref, ever)), world.snapshot(), full=False)


@pytest.mark.parametrize("mode", FULL)
def test_a_family_that_cannot_be_written_is_stated_as_last_reported(mode: str) -> None:
    world, feed = two_families(), Feed(mode=mode)
    prepared = tonight(world, feed, mode, ever=False)

    assert prepared.refused == ()
    assert [s.target.ref.subscriber_id for s in prepared.plan.statements] == ["E1001", "E1002"]
    assert prepared.plan.statements[0].target == prepared.plan.statements[0].reported
    assert prepared.plan.counts["quarantined"] == 2
    assert prepared.draft is not None
    assert prepared.draft.document is not None


def test_a_full_replacement_that_could_state_a_family_in_no_way_is_held() -> None:
    world, feed = two_families(), Feed(mode="full_replace")
    prepared = tonight(world, feed, "full_replace", ever=True)

    assert prepared.plan.scope is FileScope.FULL_REPLACE
    assert prepared.refused[0].code == "E834-0929"
    assert "E834-0412" in prepared.refused[0].message


def test_an_audit_ends_nobody_and_goes_without_a_family_that_it_cannot_state() -> None:
    world, feed = two_families(), Feed(mode="full_audit")
    prepared = tonight(world, feed, "full_audit", ever=True)

    assert prepared.refused == ()
    assert [s.target.ref.subscriber_id for s in prepared.plan.statements] == ["E1002"]


def dependent_moves(mode: str) -> tuple[World, Feed]:
    """A subscriber dies on the second day, and the spouse, whose name comes first, goes on as a subscriber."""
    world, feed = World(), Feed(mode=mode, rules={"sort": "name"})
    world.happen(Happening("hire", 0, 2, 16))
    world.kin[0].head.last_name, world.kin[0].people[1].last_name = "Young", "Adams"
    feed.run(world.snapshot())
    world.next_night(20)
    world.happen(Happening("survivor", 0, 0, 8))
    assert len(world.kin) == 2
    return world, feed


@pytest.mark.parametrize("mode", FULL)
def test_the_family_that_somebody_left_is_stated_before_the_one_they_joined(mode: str) -> None:
    world, feed = dependent_moves(mode)
    prepared = prepare(feed.kit(world.night, mode=mode), world.snapshot(), full=False)

    assert [s.target.ref.subscriber_id for s in prepared.plan.statements] == [k.subscriber_id for k in world.kin]
    feed.run(world.snapshot())
    feed.agrees(world.night)


@pytest.mark.parametrize("mode", FULL)
@pytest.mark.parametrize("unwritable", [0, 1], ids=["left", "joined"])
def test_of_a_move_that_cannot_be_written_both_halves_are_stated_as_last_reported(mode: str, unwritable: int) -> None:
    world, feed = dependent_moves(mode)
    kit = feed.kit(world.night, mode=mode)
    people = world.snapshot().people
    ref = FamilyRef(people[0].ref.group_id, MemberId(world.kin[unwritable].subscriber_id))
    prepared = prepare(replace(kit, form=Unwritable(kit.form, ref)), world.snapshot(), full=False)

    assert [(s.target.ref.subscriber_id, s.target == s.reported) for s in prepared.plan.statements] == [("E1001", True)]


@pytest.mark.parametrize("mode", FULL)
def test_endings_in_a_full_file_are_counted_for_the_guards(mode: str) -> None:
    world, feed = two_families(), Feed(mode=mode)
    feed.run(world.snapshot())
    world.next_night(1)
    world.happen(Happening("termination", 0, 0, 10))
    counts = feed.plan(world.snapshot()).counts

    assert (counts["ended"], counts["restated"]) == (2, 2)
    assert feed.ledger.held_members(FEED) == 4
