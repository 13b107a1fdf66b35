"""Histories found wrong of which a carrier took one set and rejected another, or that were reported once more.

Each is as short as it could be made; ``test_found_by_months.py`` has the others.
"""

from __future__ import annotations

import pytest

from tests.laws.test_found_by_months import A_SET_A_MEMBER, REJECTED, lives, night
from tests.laws.world import Happening

OUT_AND_IN = {"after_rejection": "term_and_add"}
TWO_SETS = {"plan_change": "two_transactions"}


def test_a_plan_change_held_in_halves_of_somebody_who_is_gone_stands_as_reported() -> None:
    lives(
        night(Happening("hire", 0, 0, 0)),
        night(Happening("plan_change", 0, 0, 0), days=12, rejecting=REJECTED),
        night(Happening("vanishing", 0, 0, 0)),
        night(),
        rules=TWO_SETS,
    )


def test_whoever_ends_is_reported_in_one_set_though_the_plan_changed_too() -> None:
    lives(
        night(Happening("hire", 0, 0, 26)),
        night(days=16),
        night(Happening("termination", 0, 0, 8), days=3),
        night(Happening("cobra_election", 0, 0, 0)),
        night(Happening("plan_change", 1, 0, 22)),
        night(
            Happening("plan_correction", 0, 0, 0),
            Happening("plan_change_rescinded", 0, 0, 0),
            Happening("termination", 0, 0, 20),
            days=5,
        ),
        rules=TWO_SETS,
    )


@pytest.mark.parametrize(("kind", "much", "days"), [("plan_change", 21, 1), ("plan_change", 0, 40)])
def test_what_ended_begins_anew_under_the_right_number_too(kind: str, much: int, days: int) -> None:
    lives(
        night(Happening("hire", 0, 3, 0)),
        night(Happening(kind, 0, 0, much), days=days),
        night(Happening("number_corrected", 0, 2, 0), days=days),
        rules={"ssn_correction": "term_and_add"},
    )


def test_somebody_whose_set_was_taken_may_be_asked_for_once_more() -> None:
    lives(
        night(Happening("hire", 0, 4, 0)),
        night(Happening("termination", 0, 0, 0), rejecting=frozenset({0, 1, 2}), again="members", member=3),
        rules=A_SET_A_MEMBER,
    )


@pytest.mark.parametrize("rules", [A_SET_A_MEMBER, A_SET_A_MEMBER | OUT_AND_IN], ids=["upsert", "out_and_in"])
@pytest.mark.parametrize("again", ["corrected", "members"])
@pytest.mark.parametrize("kind", ["number_corrected", "plan_correction"])
def test_a_corrected_file_says_what_a_carrier_lacks_that_took_the_original_back(
    kind: str, again: str, rules: dict[str, str]
) -> None:
    lives(
        night(Happening("hire", 0, 3, 0)),
        night(Happening(kind, 0, 1, 0), Happening("adoption", 0, 0, 0), rejecting=REJECTED, again=again),
        night(Happening("disability", 0, 0, 0)),
        night(mode="full_replace"),
        rules=rules,
    )


def test_a_benefit_that_went_to_another_carrier_ends_that_day_of_somebody_who_leaves_the_family_later() -> None:
    lives(
        night(Happening("hire", 0, 1, 2)),
        night(Happening("carrier_change", 0, 0, 5), missed=True),
        night(Happening("survivor", 0, 0, 11), Happening("forgotten_history", 0, 0, 0)),
    )


def test_an_ending_that_was_taken_without_its_addition_took_what_was_over_with_it() -> None:
    lives(
        night(Happening("hire", 0, 2, 0)),
        night(Happening("plan_change", 0, 0, 7)),
        night(Happening("aged_out", 0, 0, 11), rejecting=REJECTED),
        night(rejecting=frozenset({1})),
        night(mode="full_replace"),
        rules=A_SET_A_MEMBER | OUT_AND_IN,
    )


@pytest.mark.parametrize("kind", ["other_insurance", "physician"])
def test_whoever_comes_back_with_something_that_is_reported_with_a_span_is_reported_with_one(kind: str) -> None:
    lives(
        night(Happening("hire", 0, 0, 0)),
        night(Happening("termination", 0, 0, 0)),
        night(Happening("reinstatement", 0, 0, 0), Happening(kind, 0, 0, 18)),
        rules={"reinstatement": "member_only"},
    )


def test_a_subscriber_added_without_coverage_stands_with_a_dependent_who_has_some() -> None:
    lives(
        night(Happening("hire", 0, 3, 0)),
        night(Happening("vanishing", 0, 2, 0)),
        night(Happening("survivor", 0, 0, 0)),
        rules=A_SET_A_MEMBER,
    )


def test_a_subscriber_who_may_be_known_by_two_numbers_is_reported_once() -> None:
    lives(
        night(Happening("hire", 0, 0, 0)),
        night(Happening("number_corrected", 0, 0, 0), rejecting=frozenset({1})),
        night(Happening("number_corrected", 0, 0, 0)),
        rules=A_SET_A_MEMBER | {"ssn_correction": "term_and_add"},
    )


def test_of_a_family_held_for_a_person_a_full_file_reported_once_more_says_what_was_reported_last() -> None:
    lives(
        night(Happening("hire", 0, 0, 0)),
        night(Happening("number_corrected", 0, 0, 1), Happening("name_changed", 0, 0, 0)),
        night(mode="full_replace", again="corrected"),
    )


def test_what_a_corrected_file_says_of_whoever_left_holds_though_their_family_vanished() -> None:
    lives(
        night(Happening("hire", 0, 4, 0)),
        night(Happening("aged_out", 0, 0, 0), Happening("vanishing", 0, 0, 0), rejecting=REJECTED, again="corrected"),
        rules={"transaction_sets": "family"},
    )


def test_a_subscriber_without_coverage_is_added_for_a_dependent_who_is_taken_out_and_added() -> None:
    lives(
        night(Happening("hire", 0, 0, 0)),
        night(Happening("hire", 0, 2, 0), rejecting=frozenset({0, 1, 2}), mode="full_replace"),
        night(Happening("survivor", 1, 0, 0)),
        rules=A_SET_A_MEMBER | OUT_AND_IN,
    )
