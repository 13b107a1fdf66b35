"""Histories that the grid of days found wrong, each as short as it could be made, and named for what it teaches.

Most of them are about days that were reported already and that tonight's rows say something else of, or nothing.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.laws.histories import NightOf
from tests.laws.nightly import Feed
from tests.laws.test_convergence import live
from tests.laws.world import Happening

Happens = tuple[str, int, int]

HIRED = ("hire", 0, 15)
WITH_A_SPOUSE = ("hire", 1, 15)
WITH_A_CHILD = ("hire", 2, 15)


def night(*happenings: Happens, family: int = 0, **how: Any) -> NightOf:
    """What happens to that family, to which person or how, and by how much."""
    return NightOf(tuple(Happening(kind, family, which, much) for kind, which, much in happenings), **how)


def lives(*nights: NightOf, mode: str = "changes", **rules: Any) -> None:
    live(list(nights), Feed(members_per_transaction=4, mode=mode, rules=rules))


# --- rows that are alike are still rows of their own ----------------------------------------------------------------


def test_a_renewal_that_is_missing_ends_nobody_though_it_was_reported_in_the_same_plan() -> None:
    lives(night(("hire", 4, 15)), night(("renewal_written_ahead", 4, 15)), night(("vanishing", 5, 15)))


def test_days_of_a_row_that_was_replaced_stay_covered_between_two_rows_that_speak() -> None:
    lives(night(HIRED), night(("new_year", 0, 15), days=17), night(("remarriage", 2, 15), days=15))


# --- what changed of days that are over, or end ---------------------------------------------------------------------


def test_a_tier_and_a_premium_that_changed_are_reported_of_coverage_that_ends_on_the_same_night() -> None:
    lives(night(HIRED), night(("twins", 0, 15), ("termination", 0, 15)))


def test_a_tier_that_changed_is_reported_of_the_days_before_another_change() -> None:
    lives(night(WITH_A_SPOUSE), night(("divorce", 0, 15), missed=True), night(("twins", 1, 15), days=20))


def test_a_tier_that_changed_and_changed_back_is_reported_of_the_days_between() -> None:
    lives(night(WITH_A_SPOUSE), night(("divorce", 0, 15), ("namesake", 1, 15), days=19))


def test_a_physician_is_reported_of_coverage_that_ends_on_the_same_night() -> None:
    lives(night(HIRED), night(("physician", 0, 15), ("termination", 0, 15)))


def test_other_insurance_is_reported_with_a_coverage_that_changed_once() -> None:
    lives(night(WITH_A_CHILD), night(("divorce", 4, 15)), night(("other_insurance", 0, 15)))


def test_a_student_status_that_is_written_alike_keeps_no_family_on_hold() -> None:
    lives(night(HIRED), night(("birth", 0, 15)), night(("student", 0, 14)))


# --- what never took effect -----------------------------------------------------------------------------------------


def test_a_row_that_never_took_effect_cancels_no_span_of_another_first_day() -> None:
    lives(night(WITH_A_CHILD), night(("first_day_corrected", 5, 15), ("cancellation", 0, 15)))


def test_a_second_membership_that_never_took_effect_is_cancelled() -> None:
    lives(
        night(("hire", 3, 15)),
        night(("termination", 0, 15)),
        night(("rehire", 0, 15)),
        night(("dependent_ends", 0, 15)),
    )


def test_somebody_whose_coverage_never_took_effect_is_not_counted_for_the_tier() -> None:
    lives(night(("hire", 3, 16)), night(("remarriage", 0, 15)), tier="recount")


# --- how it is said under some rules ----------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["full_audit", "full_replace"])
def test_a_full_file_says_of_a_wrong_first_day_that_it_never_took_effect(mode: str) -> None:
    lives(night(HIRED), night(("first_day_corrected", 0, 15)), mode=mode)


@pytest.mark.parametrize("mode", ["full_audit", "full_replace"])
def test_a_full_file_corrects_a_first_day_for_a_carrier_that_goes_by_it(mode: str) -> None:
    lives(
        night(HIRED),
        night(("first_day_corrected", 0, 15)),
        mode=mode,
        coverage_identity="line_plan_and_begin",
        begin_correction="delete_and_add",
        begin_date="end_and_add",
    )


def test_a_change_of_plan_is_taken_back_before_the_plan_before_is_added_again() -> None:
    lives(
        night(HIRED),
        night(("plan_change", 0, 25)),
        night(("plan_change_rescinded", 0, 15)),
        new_plan="replaces",
        reinstatement="add",
    )


def test_a_missing_row_leaves_nobody_out_of_the_file_who_is_there() -> None:
    lives(
        night(("hire", 0, 16)),
        night(),
        night(("carrier_change", 1, 15)),
        night(("physician", 0, 15)),
        mode="full_audit",
        gave_way="carry",
        missing="omission",
        omission="full",
    )


def test_a_full_file_keeps_two_policies_of_one_person_apart() -> None:
    lives(
        night(HIRED),
        night(("plan_correction", 0, 15), rejecting=frozenset({0})),
        night(("other_policy", 0, 15)),
        mode="full_audit",
        policy_change="close_and_open",
    )


def test_a_policy_is_closed_by_deletion_where_a_carrier_deletes() -> None:
    lives(night(HIRED), night(("other_policy", 0, 15)), cancellation="delete", policy_change="close_and_open")


def test_a_full_file_states_no_dependents_without_the_subscriber_whose_set_was_rejected() -> None:
    lives(
        night(("hire", 3, 16)),
        night(rejecting=frozenset({0})),
        night(),
        mode="full_audit",
        after_rejection="hold",
        look_forward_days=0,
        transaction_sets="member",
    )


def test_a_retroactive_hire_waits_as_long_as_the_same_snapshot_is_shown() -> None:
    lives(
        night(HIRED),
        night(("termination", 0, 15)),
        night(HIRED, missed=True),
        night(days=13, twice=True),
        retro_limit_days=5,
    )


def test_a_spouse_who_is_not_reported_yet_is_not_counted_for_the_tier() -> None:
    lives(night(("hire", 2, 17)), night(("remarriage", 5, 18), days=12), look_forward_days=5, tier="recount")


def test_a_corrected_first_day_and_another_tier_are_no_change_from_a_day() -> None:
    rules = {"look_forward_days": 5, "tier": "recount", "begin_date": "change"}
    lives(night(("hire", 2, 17)), night(("remarriage", 2, 30), days=12), **rules)


def test_the_end_of_a_month_does_not_reach_into_reported_coverage_of_which_no_row_is_left() -> None:
    lives(
        night(("dependent_dies", 0, 2)),
        night(("birth", 4, 5), family=3),
        night(("plan_change", 5, 8), family=3, days=6),
        end_date="end_of_month",
    )


def test_somebody_who_is_left_out_of_a_full_file_is_not_ended_in_it_too() -> None:
    lives(
        night(("cobra_election", 3, 19)),
        night(("vanishing", 1, 26), days=17),
        mode="full_replace",
        missing="omission",
        omission="full_replace",
        full_file="covered_and_changes",
    )


def test_an_end_on_the_day_that_says_that_there_is_none_is_stated_in_a_full_file() -> None:
    lives(
        night(("birth", 0, 26), days=19),
        night(("carrier_change", 0, 16), days=14),
        night(mode="full_audit"),
        open_end="plan_year_end",
        end_date="end_of_month",
    )


def test_nothing_is_reported_beside_coverage_whose_end_is_not_said_yet() -> None:
    lives(
        night(("hire", 3, 12)),
        night(("termination", 0, 25), ("rehire", 5, 28)),
        mode="full_replace",
        mask_ends_after_days=0,
    )


@pytest.mark.parametrize("mode", ["changes", "full_replace"])
def test_a_member_known_by_another_number_ends_alone_where_members_end_alone(mode: str) -> None:
    rules = {"ssn_correction": "term_and_add", "termination": "member_only", "full_file": "covered_and_changes"}
    lives(night(("physician", 5, 18)), night(("number_corrected", 0, 23)), mode=mode, **rules)


# --- files that are cut into sets, and sent again -------------------------------------------------------------------


@pytest.mark.parametrize("full_statement", ["restates", "removes"])
def test_two_policies_of_a_person_are_taken_or_rejected_together(full_statement: str) -> None:
    lives(
        night(("hire", 2, 3)),
        night(("divorce", 2, 14), ("other_policy", 4, 19), rejecting=frozenset({0})),
        night(),
        mode="full_replace",
        policy_change="close_and_open",
        transaction_sets="member",
        full_statement=full_statement,
    )


def test_a_copy_of_a_plan_change_in_two_sets_is_in_two_sets() -> None:
    lives(
        night(("carrier_change", 0, 3)),
        night(("plan_correction", 5, 2), again="lost copy"),
        plan_change="two_transactions",
    )


def test_a_cancellation_that_is_sent_once_more_cancels_nothing_else() -> None:
    lives(
        night(("survivor", 5, 30), days=5),
        night(("marriage", 0, 17)),
        night(days=6),
        night(days=4),
        night(days=16),
        night(("remarriage", 1, 1), days=10),
        night(("cancellation", 5, 17), rejecting=frozenset({0})),
        night(again="corrected"),
    )


def test_a_hire_whose_coverage_ends_with_the_plan_year_is_added_and_ended() -> None:
    """HD 021 with the word for no end would leave it open: the last day needs a segment of its own."""
    lives(night(("plan_correction", 1, 1), ("termination", 1, 26), days=49), open_end="plan_year_end")


def test_dependents_are_not_ended_and_added_because_the_subscribers_status_changed() -> None:
    """Their file states the subscriber's number and status: only another number makes them begin anew."""
    lives(night(("hire", 4, 20)), night(("leave", 3, 2)), termination="member_only", ssn_correction="term_and_add")


def test_an_end_that_is_masked_stays_so_where_the_coverage_was_reported_in_two_parts() -> None:
    lives(
        night(("moved_ending", 2, 0), days=30),
        night(days=26),
        night(("first_day_corrected", 0, 11), ("new_year", 1, 22), days=7),
        night(("plan_change_rescinded", 4, 7), ("name_changed", 3, 7)),
        night(("termination", 5, 30)),
        mask_ends_after_days=0,
    )


@pytest.mark.parametrize("after_rejection", ["upsert", "term_and_add"])
def test_a_family_that_is_stated_whole_is_stated_under_each_policy_of_its_own(after_rejection: str) -> None:
    lives(
        night(("hire", 4, 19)),
        night(("new_year", 4, 13), days=18),
        night(("other_policy", 0, 15)),
        night(("benefit_dropped", 4, 27)),
        night(("cancellation", 3, 4)),
        policy_change="close_and_open",
        end_date="end_of_month",
        after_rejection=after_rejection,
    )
