"""Law 5: a snapshot from which rows are missing, whichever and however many, ends nobody."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.comparing import as_held
from tests.laws.histories import NightOf, histories
from tests.laws.nightly import Feed
from tests.laws.snapshots import SnapshotInMemory
from tests.laws.world import World

pytestmark = pytest.mark.laws


def truncated(snapshot: SnapshotInMemory, data: st.DataObject) -> SnapshotInMemory:
    """The snapshot without some families, people and coverage rows."""

    def stays() -> bool:
        return data.draw(st.sampled_from([True, True, False]))

    families = []
    for family in snapshot.people:
        if not stays():
            continue
        members = []
        for covered in family.members:
            if stays() or (covered.member.ref.is_subscriber and stays()):
                rows = tuple(row for row in covered.coverages if stays())
                if rows or covered.member.ref.is_subscriber:
                    members.append(dataclasses.replace(covered, coverages=rows))
        if members and members[0].member.ref.is_subscriber and any(m.coverages for m in members):
            families.append(dataclasses.replace(family, members=tuple(members)))
    return dataclasses.replace(snapshot, people=tuple(families))


# A family that could not be read on the first night is added on the second, and is no part of what was held before.
READABLE = histories({"quarantine", "unreadable_field"}, most=4)


TRUNCATIONS = 20  # of each snapshot: a thousand in every run of the suite, as the fewest examples are fifty


@given(READABLE, st.data())
def test_a_truncated_snapshot_ends_nobody(history: list[NightOf], data: st.DataObject) -> None:
    _truncations_end_nobody(history, data, "changes")


@given(READABLE, st.data())
def test_a_full_file_of_a_truncated_snapshot_ends_nobody(history: list[NightOf], data: st.DataObject) -> None:
    """A full replacement ends whoever is not in it: whoever is gone is stated as last reported."""
    _truncations_end_nobody(history, data, "full_replace")


def _truncations_end_nobody(history: list[NightOf], data: st.DataObject, mode: str) -> None:
    world, feed = World(), Feed(mode=mode)
    for night in history:
        world.next_night(night.days)
        for what in night.happenings:
            world.happen(what)
    feed.run(world.snapshot())
    before = as_held(feed.carrier.book, world.night)
    world.next_night(1)
    whole = world.snapshot()
    for number in range(TRUNCATIONS):
        snapshot = truncated(whole, data)
        night_after = feed.run(snapshot) if number == TRUNCATIONS - 1 else feed.plan(snapshot)

        assert night_after.counts["ended"] == 0
        assert night_after.content is None or b"HD*024" not in night_after.content
    assert [line[2] for line in as_held(feed.carrier.book, world.night)] == [line[2] for line in before]
