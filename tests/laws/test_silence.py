"""Law 2, silence: the same people again, in whatever order and spelling, are nobody's news."""

from __future__ import annotations

import dataclasses
import random
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.model import Family
from tests.laws.histories import NightOf, histories
from tests.laws.nightly import Feed
from tests.laws.snapshots import SnapshotInMemory
from tests.laws.world import Happening, World

pytestmark = pytest.mark.laws

SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it was": str,
    "capitals": str.upper,
    "small letters": str.lower,
    "blanks before and after": lambda text: f"  {text}\t",
    "doubled blanks": lambda text: text.replace(" ", "   "),
    "accents decomposed": lambda text: unicodedata.normalize("NFD", text),
    "invisible characters": lambda text: f"\u200b{text}\ufeff",
}
SPELLED = ("last_name", "first_name", "address1", "city", "mailing_address1")


# What cannot be read tonight is news when it can be read again.
READABLE = histories({"quarantine", "unreadable_field"}, most=3)


def reported(history: list[NightOf]) -> tuple[Feed, World]:
    """A feed whose carrier was reported everything of a history, and the world as it then is."""
    world, feed = World(), Feed()
    for night in history:
        world.next_night(night.days)
        for what in night.happenings:
            world.happen(what)
    feed.run(world.snapshot())
    return feed, world


def respelled(family: Family, spelling: Callable[[str], str], order: random.Random) -> Family:
    members = []
    for covered in family.members:
        values: dict[str, Any] = {
            name: spelling(value) for name in SPELLED if (value := getattr(covered.member, name)) is not None
        }
        rows = list(covered.coverages)
        order.shuffle(rows)
        members.append(
            dataclasses.replace(covered, member=dataclasses.replace(covered.member, **values), coverages=tuple(rows))
        )
    return dataclasses.replace(family, members=tuple(members))


@given(READABLE, st.sampled_from(sorted(SPELLINGS)), st.randoms(use_true_random=False))
def test_the_same_people_in_another_order_and_spelling_are_reported_to_nobody(
    history: list[NightOf], spelling: str, order: random.Random
) -> None:
    feed, world = reported(history)
    world.next_night(1)
    shown = world.snapshot()
    families = [respelled(family, SPELLINGS[spelling], order) for family in shown.people]
    order.shuffle(families)
    again = feed.plan(SnapshotInMemory(world.night, tuple(families), shown.groups))

    assert again.prepared.plan.is_empty
    assert again.content is None


@given(READABLE)
def test_the_day_after_nothing_changed_nobody_is_reported_of(history: list[NightOf]) -> None:
    feed, world = reported(history)
    for _ in range(3):
        world.next_night(1)
        night = feed.run(world.snapshot())

        assert night.content is None
        assert sum(night.counts[word] for word in ("added", "changed", "ended", "reinstated")) == 0


def test_another_premium_in_another_form_is_the_same_premium() -> None:
    world, feed = World(), Feed()
    world.happen(Happening("hire", 0, 2, 16))
    feed.run(world.snapshot())
    for person in world.kin[0].people:
        for row in person.rows:
            row.premium = row.premium and row.premium + 0 * row.premium.scaleb(-4)
    world.next_night(1)

    assert str(world.kin[0].head.rows[0].premium).endswith(".0000")
    assert feed.plan(world.snapshot()).content is None
