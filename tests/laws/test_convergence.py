"""Law 1, convergence, and law 3: a carrier that applies what we deliver holds what the snapshots say.

Histories are random; the book that the carrier should hold is computed from snapshots alone (``grid.py``), the one it
does hold by a carrier that reads nothing but our files, as its dialect declares (``tests/simulated_carrier``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from tests.laws.comparing import as_held
from tests.laws.histories import NightOf, histories
from tests.laws.nightly import Feed
from tests.laws.policies import DRAWN, policies, values_of
from tests.laws.world import World

pytestmark = pytest.mark.laws


def live(history: list[NightOf], feed: Feed, world: World | None = None) -> World:
    """Let a history happen, night after night, and ask the carrier after each."""
    world = world or World()
    for night in history:
        world.next_night(night.days)
        for what in night.happenings:
            world.happen(what)
        if night.missed:
            continue
        snapshot = world.snapshot()
        mode = feed.mode if feed.mode != "changes" else night.mode
        _, lost, how = night.again.rpartition("lost ")
        reported = feed.run(snapshot, rejecting=frozenset() if lost else night.rejecting, mode=mode, lost=bool(lost))
        if how and reported.content is not None and (how != "members" or mode == "changes"):
            feed.resend(reported, snapshot, how, member=night.member)
        feed.agrees(world.night)
        if night.twice:
            again = feed.run(snapshot)
            assert feed.mode != "changes" or night.rejecting or again.content is None
            feed.agrees(world.night)
    feed.audit()
    return world


def answered_late(history: list[NightOf], rules: dict[str, str], mode: str = "changes") -> None:
    """Let a history happen whose files are answered two at a time, each time before one more file of that mode."""
    world, feed = World(), Feed(members_per_transaction=4, rules=rules, answers_late=True)
    for at, night in enumerate(history, start=1):
        world.next_night(night.days)
        for what in night.happenings:
            world.happen(what)
        feed.run(world.snapshot(), rejecting=night.rejecting, answered=False, mode=night.mode)
        if at % 2 and at < len(history):
            continue
        feed.answer()
        world.next_night(1)
        feed.run(world.snapshot(), mode=mode)
        feed.agrees(world.night)
    feed.audit()


def answered_in_any_order(history: list[NightOf], rules: dict[str, str], mode: str = "changes") -> None:
    """Let a history happen whose sets are answered in any order, some after several more files were sent."""
    world, feed = World(), Feed(members_per_transaction=4, rules=rules, answers_late=True)
    for night in history:
        world.next_night(night.days)
        for what in night.happenings:
            world.happen(what)
        feed.run(world.snapshot(), rejecting=night.rejecting, answered=False, mode=night.mode)
        feed.answer_one(night.member)
    feed.answer()
    world.next_night(1)
    feed.run(world.snapshot(), mode=mode)
    feed.agrees_from(world.night)
    feed.audit()


# Months: twenty in every run of the suite; twenty thousand, in portions that can run side by side, on request.
ON_REQUEST = settings.default is not None and settings.default.max_examples >= 1000
PORTIONS = range(100 if ON_REQUEST else 2)
OF_A_PORTION = 200 if ON_REQUEST else 10
ANY_MODE = st.sampled_from(["changes", "changes", "full_audit", "full_replace"])


@pytest.mark.parametrize("portion", PORTIONS)
@pytest.mark.timeout(3600)
def test_the_carrier_holds_what_the_snapshots_say_after_every_file_of_a_month(
    portion: int, record_property: Callable[[str, object], None]
) -> None:
    drawn: Counter[str] = Counter()

    @seed(portion)
    # A month takes minutes to shrink: the seed and the failing history are reported as they are.
    @settings(max_examples=OF_A_PORTION, derandomize=False, database=None, phases=[Phase.generate])
    @given(histories(least=29, most=29), ANY_MODE.flatmap(lambda mode: st.tuples(st.just(mode), policies(mode))))
    def convergence(history: list[NightOf], policy: tuple[str, dict[str, Any]]) -> None:
        mode, rules = policy
        live(history, Feed(members_per_transaction=4, mode=mode, rules=rules))
        drawn.update(values_of(mode, rules))

    convergence()
    if ON_REQUEST:
        record_property(DRAWN, dict(drawn))


@given(histories())
def test_a_carrier_of_full_files_holds_what_the_snapshots_say_after_every_file(history: list[NightOf]) -> None:
    live(history, Feed(mode="full_replace", members_per_transaction=4))


@given(histories(most=4), histories(most=3))
def test_a_full_file_on_the_way_changes_nothing_that_is_held(before: list[NightOf], after: list[NightOf]) -> None:
    feed = Feed()
    world = live(before, feed)
    feed.run(world.snapshot())
    held = as_held(feed.carrier.book, world.night)
    feed.run(world.snapshot(), full=True)

    assert as_held(feed.carrier.book, world.night) == held
    live(after, feed, world)


@given(histories(most=5), policies())
def test_with_tiers_on_every_row_the_carrier_holds_the_same(history: list[NightOf], rules: dict[str, str]) -> None:
    live(history, Feed(members_per_transaction=4, rules=rules), World(tiers_on_dependents=True))


@given(histories(most=8), policies(), ANY_MODE)
def test_answers_that_come_late_are_made_good_on_the_next_night(
    history: list[NightOf], rules: dict[str, str], mode: str
) -> None:
    """A file is rejected after another was reported on top of it: what either reported is reported again, whole."""
    answered_late(history, rules, mode)


# Rules by which a family waits for manual review, which nobody gives here; its book is then that of an earlier night.
WAITING = ("identity_change", "retro_limit_days")


# Of somebody who is missing before the answers came, the snapshots alone cannot say what the carrier has.
# Nothing is made good in a blackout.
@given(
    histories({"vanishing", "forgotten_history"}, most=8),
    policies(without=(*WAITING, "blackout_begin", "blackout_end")).filter(
        lambda rules: rules.get("after_rejection") != "hold"
    ),
    ANY_MODE,
)
def test_answers_that_come_in_any_order_are_made_good_on_the_next_night(
    history: list[NightOf], rules: dict[str, str], mode: str
) -> None:
    answered_in_any_order(history, rules, mode)


@given(histories(most=4))
@settings(max_examples=10)
def test_pyx12_agrees_with_every_file_of_a_history(history: list[NightOf]) -> None:
    live(history, Feed(members_per_transaction=4, second_opinion=True))
