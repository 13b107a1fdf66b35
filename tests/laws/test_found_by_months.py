"""Histories that random months found wrong, each as short as it could be made.

They are reported in nights, as ``histories.py`` draws them: the first family is hired on the first night by itself.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.laws.histories import NightOf
from tests.laws.nightly import Feed
from tests.laws.test_convergence import live
from tests.laws.world import Happening, World

REJECTED = frozenset({0})
A_SET_A_MEMBER = {"transaction_sets": "member"}


def lives(*nights: NightOf, rules: dict[str, Any] | None = None) -> None:
    live(list(nights), Feed(members_per_transaction=4, rules=rules or {}))


def night(*happenings: Happening, **how: Any) -> NightOf:
    return NightOf(happenings, **how)


def test_a_first_day_is_corrected_once_more_across_coverage_taken_back() -> None:
    lives(
        night(Happening("hire", 0, 0, 0)),
        night(Happening("plan_correction", 0, 0, 0), rejecting=REJECTED),
        night(Happening("first_day_corrected", 0, 2, 0)),
        night(Happening("first_day_corrected", 0, 5, 0), again="lost copy"),
    )


@pytest.mark.parametrize("again", ["lost copy", "corrected", "members"])
def test_a_row_that_never_took_effect_takes_no_place_when_its_file_is_reported_once_more(again: str) -> None:
    lives(
        night(Happening("hire", 0, 2, 0)),
        night(Happening("dependent_dies", 1, 0, 0)),
        night(Happening("plan_change_rescinded", 0, 0, 0)),
        night(Happening("termination", 0, 0, 0), missed=True),
        night(again=again),
    )


def test_what_stands_in_the_place_of_coverage_taken_back_is_reported_once_more_too() -> None:
    lives(
        night(Happening("dependent_dies", 0, 1, 0), missed=True),
        night(Happening("plan_change", 0, 0, 0)),
        night(Happening("plan_change_rescinded", 0, 0, 0), missed=True),
        night(Happening("survivor", 0, 0, 0), again="corrected"),
    )


@pytest.mark.parametrize("again", ["lost copy", "members", "corrected"])
def test_a_family_reported_whole_is_reported_whole_once_more(again: str) -> None:
    lives(night(Happening("hire", 0, 1, 0), rejecting=REJECTED), night(again=again), rules=A_SET_A_MEMBER)


def test_whose_set_was_taken_is_held_as_reported_and_whose_was_rejected_as_before() -> None:
    lives(
        night(Happening("hire", 0, 1, 0)),
        night(Happening("adoption", 0, 0, 0), Happening("number_corrected", 0, 1, 0), rejecting=frozenset({1})),
        night(),
        rules=A_SET_A_MEMBER,
    )


@pytest.mark.parametrize("which", [0, 2])
def test_whoever_was_taken_and_has_left_is_ended_though_the_subscribers_set_was_rejected(which: int) -> None:
    lives(
        night(Happening("hire", 0, 0, 0)),
        night(Happening("adoption", 0, which, 0), rejecting=REJECTED),
        night(Happening("dependent_dies", which, 0, 0)),
        rules=A_SET_A_MEMBER,
    )


def test_of_a_family_that_cannot_be_read_nothing_is_reported_whole() -> None:
    lives(
        night(Happening("hire", 0, 0, 0)),
        night(Happening("adoption", 0, 0, 0)),
        night(Happening("plan_change", 0, 0, 0), Happening("quarantine", 0, 0, 0)),
        night(rejecting=REJECTED),
        night(Happening("quarantine", 0, 0, 0)),
        rules=A_SET_A_MEMBER,
    )


def test_whoever_ends_on_cobra_ends_with_what_brought_them_there() -> None:
    lives(
        night(Happening("hire", 0, 0, 0)),
        night(Happening("name_changed", 0, 0, 0), missed=True),
        night(Happening("number_corrected", 0, 0, 1)),
        night(Happening("termination", 0, 0, 22)),
        night(Happening("cobra_election", 0, 0, 0)),
        night(Happening("cancellation", 0, 1, 0), days=15),
    )


def test_whoever_goes_to_two_families_ends_where_the_first_of_them_takes_the_place() -> None:
    lives(
        night(Happening("hire", 0, 2, 0)),
        night(Happening("survivor", 0, 0, 0), missed=True),
        night(Happening("rehire", 0, 0, 0), rejecting=frozenset({1})),
        night(Happening("aged_out", 0, 0, 21), rejecting=frozenset({0, 1, 2})),
        night(Happening("forgotten_history", 0, 0, 0), days=19),
    )


def test_nobody_begins_anew_under_another_number_who_was_never_covered() -> None:
    lives(
        night(Happening("hire", 0, 0, 24)),
        night(Happening("number_corrected", 0, 0, 0), Happening("cancellation", 0, 1, 0)),
        rules={"ssn_correction": "term_and_add"},
    )


def test_what_puts_a_plan_right_goes_with_its_ending_into_the_first_of_two_sets() -> None:
    lives(
        night(Happening("cobra_election", 0, 0, 0)),
        night(Happening("plan_correction", 0, 0, 0), Happening("plan_change", 0, 0, 1)),
        rules={"plan_change": "two_transactions"},
    )


def test_nothing_is_reinstated_within_an_ending_of_the_membership() -> None:
    lives(
        night(Happening("hire", 0, 0, 0), Happening("hire", 0, 1, 1)),
        night(),
        night(Happening("benefit_dropped", 1, 0, 0)),
        night(Happening("survivor", 1, 0, 0), rejecting=frozenset({0, 1, 2})),
        night(Happening("moved_ending", 1, 0, 19)),
        rules={"end_correction": "reinstate_then_end"},
    )


@pytest.mark.parametrize("again", ["copy", "lost copy", "corrected", "same_bytes"])
@pytest.mark.parametrize("mode", ["full_audit", "full_replace"])
def test_a_full_file_after_everybody_ended_is_as_silent_as_its_copy(mode: str, again: str) -> None:
    lives(
        night(Happening("hire", 0, 0, 0)),
        night(Happening("marriage", 0, 2, 0)),
        night(Happening("termination", 0, 0, 0)),
        night(mode=mode, again=again),
    )


@pytest.mark.parametrize("mode", ["full_audit", "full_replace"])
def test_a_full_file_that_tells_the_last_endings_can_be_reported_once_more(mode: str) -> None:
    lives(
        night(Happening("hire", 0, 0, 0)),
        night(Happening("marriage", 0, 2, 0)),
        night(Happening("termination", 0, 0, 15), mode=mode, again="corrected"),
        night(mode=mode, again="lost copy"),
    )


def lives_with_tiers(*nights: NightOf, rules: dict[str, Any] | None = None) -> None:
    """A source that repeats the subscriber's tier on every row, and begins each of them anew with it."""
    live(list(nights), Feed(members_per_transaction=4, rules=rules or {}), World(tiers_on_dependents=True))


def test_a_dependents_ending_that_was_rejected_in_a_set_of_its_own_is_reported_again() -> None:
    lives_with_tiers(
        night(Happening("hire", 0, 1, 0)),
        night(Happening("adoption", 0, 1, 14)),
        night(Happening("divorce", 0, 1, 20), rejecting=frozenset({1})),
        night(),
        rules=A_SET_A_MEMBER,
    )


def test_a_dependents_last_row_alone_stays_what_it_was_though_the_subscribers_change_is_taken_back() -> None:
    lives_with_tiers(
        night(Happening("hire", 0, 2, 3), days=20),
        night(Happening("vanishing", 0, 2, 13), days=3),
        night(Happening("divorce", 0, 1, 7), days=20),
        night(Happening("plan_change_rescinded", 0, 0, 11)),
        night(Happening("phone", 0, 0, 5)),
    )


def test_of_a_dependent_whose_last_row_is_gone_the_first_row_ends_nothing() -> None:
    lives_with_tiers(
        night(Happening("hire", 0, 1, 0)),
        night(Happening("adoption", 0, 1, 14)),
        night(Happening("vanishing", 0, 2, 0)),
        night(Happening("moved_ending", 0, 2, 10)),
    )


def test_a_row_of_a_dependents_that_went_before_its_seam_and_a_first_day_moved_twice() -> None:
    lives_with_tiers(
        night(Happening("hire", 0, 1, 0)),
        night(Happening("birth", 0, 2, 4)),
        night(Happening("divorce", 0, 0, 3), days=9),
        night(Happening("first_day_corrected", 0, 0, 0)),
        night(Happening("plan_correction", 0, 0, 0)),
    )


@pytest.mark.parametrize("much", [0, 16])
@pytest.mark.parametrize("which", [1, 2])
def test_a_dependents_first_day_is_corrected_on_the_night_of_a_tier_change(which: int, much: int) -> None:
    lives_with_tiers(
        night(Happening("hire", 0, 1, 0)),
        night(Happening("first_day_corrected", 0, 0, 0), Happening("adoption", 0, which, much)),
        night(Happening("termination", 0, 0, 20)),
    )


def test_a_tier_that_changes_within_the_row_of_a_dependent_who_began_on_a_day_never_effective_moves_nothing() -> None:
    lives_with_tiers(
        night(Happening("hire", 0, 2, 30)),
        night(Happening("divorce", 0, 1, 23), days=7),
        night(Happening("marriage", 0, 0, 0)),
    )


def test_a_dependent_ends_by_the_first_day_that_was_reported_though_a_plan_taken_back_came_before_the_tier() -> None:
    lives_with_tiers(
        night(Happening("hire", 0, 1, 0)),
        night(Happening("plan_correction", 0, 0, 0), Happening("first_day_corrected", 0, 0, 0)),
        night(Happening("adoption", 0, 2, 0)),
        night(Happening("divorce", 0, 0, 0)),
    )


def test_a_tier_that_never_came_ends_a_dependent_where_it_would_have_begun() -> None:
    lives_with_tiers(
        night(Happening("hire", 0, 2, 0)),
        night(Happening("dependent_dies", 2, 0, 0)),
        night(Happening("termination", 0, 0, 0)),
    )


def test_a_dependents_last_row_alone_goes_on_though_the_subscribers_tier_is_again_what_it_was() -> None:
    lives_with_tiers(
        night(Happening("hire", 0, 2, 0)),
        night(Happening("dependent_dies", 2, 0, 0)),
        night(Happening("termination", 0, 0, 1)),
        night(Happening("reinstatement", 0, 0, 0)),
        night(Happening("birth", 0, 0, 0)),
    )


def test_a_dependent_who_ended_where_the_subscribers_tier_changed_is_ended_earlier_all_the_same() -> None:
    lives_with_tiers(
        night(Happening("hire", 0, 3, 0)),
        night(Happening("divorce", 0, 0, 2), Happening("dependent_dies", 1, 1, 0)),
        night(Happening("moved_ending", 0, 0, 0)),
    )


def test_a_first_day_that_moves_later_on_the_night_of_a_tier_change_moves_the_dependents_too() -> None:
    lives_with_tiers(
        night(Happening("hire", 0, 2, 0)),
        night(),
        night(Happening("first_day_corrected", 0, 5, 0), Happening("divorce", 0, 1, 1)),
    )


@pytest.mark.parametrize("tiers_on_dependents", [False, True])
def test_days_that_were_reported_are_not_lost_when_the_row_that_took_them_is_over_by_the_next_night(
    *, tiers_on_dependents: bool
) -> None:
    feed, world = Feed(), World(tiers_on_dependents=tiers_on_dependents)
    born_and_left = night(Happening("adoption", 0, 1, 8), Happening("termination", 0, 0, 12))
    live([night(Happening("hire", 0, 1, 0)), born_and_left], feed, world)

    last_days = {max(row.end for row in person.rows if row.end) for person in world.kin[0].people}
    assert {span.end for member in feed.carrier.book.members for span in member.spans[-1:]} == last_days


def test_a_membership_that_ends_with_a_plan_that_nobody_was_reported_of_is_counted_as_ended() -> None:
    feed, world = Feed(), World()
    live([night(Happening("hire", 0, 0, 15))], feed, world)
    world.next_night(5)
    world.happen(Happening("plan_change", 0, 0, 12))
    world.happen(Happening("termination", 0, 0, 14))

    counts = feed.run(world.snapshot()).counts
    assert (counts["ended"], counts["changed"]) == (1, 0)
    feed.agrees(world.night)


@pytest.mark.parametrize("mode", ["changes", "full_replace"])
def test_the_half_of_a_plan_change_that_was_rejected_is_reported_again_though_full_files_tell_changes(
    mode: str,
) -> None:
    lives(
        night(Happening("hire", 0, 0, 0)),
        night(Happening("plan_change", 0, 0, 24), rejecting=frozenset({1})),
        night(Happening("name_changed", 0, 0, 0), mode=mode),
        rules={"plan_change": "two_transactions", "full_file": "covered_and_changes"},
    )


def test_of_somebody_in_a_set_that_was_taken_and_in_one_that_was_rejected_either_is_taken_out() -> None:
    lives(
        night(Happening("hire", 0, 0, 1)),
        night(Happening("plan_change", 0, 0, 1), Happening("plan_correction", 0, 0, 0), rejecting=frozenset({1})),
        night(),
        rules={"after_rejection": "term_and_add", "plan_change": "two_transactions"},
    )


def test_days_before_a_first_day_that_moves_later_go_to_the_row_that_stands_there() -> None:
    lives(
        night(Happening("hire", 0, 0, 0)),
        night(Happening("adoption", 0, 0, 0)),
        night(
            Happening("first_day_corrected", 0, 0, 0),
            Happening("dependent_dies", 0, 0, 0),
            Happening("adoption", 0, 1, 0),
        ),
    )
