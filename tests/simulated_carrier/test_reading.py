"""How the simulated carrier reads what is said of coverages under each declared dialect, on members written by hand."""

from __future__ import annotations

import pytest

from tests.simulated_carrier.files import deliver, hd, ins
from tests.simulated_carrier.held import asked, carrier, enrolled, shown

TWO_YEARS = (hd("021", "PPO500", "2025-01-01", "2025-12-31"), hd("021", "PPO500", "2026-02-01"))


# --- which coverage is meant --------------------------------------------------------------------------------------


def test_by_line_and_plan_the_only_coverage_of_a_plan_is_meant_whatever_its_first_day() -> None:
    one = enrolled()
    deliver(one, ins("001", hd("024", "PPO500", "2026-01-15", "2026-03-31")))

    assert shown(one) == ["PPO500 EMP 2026-01-01..2026-03-31"]
    assert asked(one) == []


def test_by_line_and_plan_several_coverages_of_a_plan_are_told_apart_by_their_first_day() -> None:
    one = enrolled(*TWO_YEARS)
    deliver(one, ins("001", hd("024", "PPO500", "2026-02-01", "2026-03-31")))

    assert shown(one) == ["PPO500 2025-01-01..2025-12-31", "PPO500 2026-02-01..2026-03-31"]


def test_by_line_and_plan_a_first_day_of_none_of_several_coverages_is_asked_about() -> None:
    one = enrolled(*TWO_YEARS)
    deliver(one, ins("001", hd("024", "PPO500", "2026-02-15", "2026-03-31")))

    assert asked(one) == ["024 of a coverage that is not held"]


def test_by_line_and_plan_another_plan_is_another_coverage() -> None:
    one = enrolled()
    deliver(one, ins("001", hd("001", "HDHP1", "2026-01-01")))

    assert asked(one) == ["001 of a coverage that is not held"]


def test_by_the_line_another_plan_is_the_same_coverage() -> None:
    one = enrolled(coverage_identity="line")
    deliver(one, ins("001", hd("001", "HDHP1", "2026-01-01")))

    assert (shown(one), asked(one)) == (["HDHP1 2026-01-01.."], [])


def test_by_the_line_the_coverage_that_covers_the_day_is_meant_among_several() -> None:
    one = enrolled(*TWO_YEARS, coverage_identity="line")
    deliver(one, ins("001", hd("024", "PPO500", "2026-02-15", "2026-03-31")))

    assert shown(one) == ["PPO500 2025-01-01..2025-12-31", "PPO500 2026-02-01..2026-03-31"]


def test_by_the_line_the_only_open_coverage_is_meant_where_none_covers_the_day() -> None:
    one = enrolled(*TWO_YEARS, coverage_identity="line")
    deliver(one, ins("001", hd("024", "PPO500", "2026-01-15", "2026-03-31")))

    assert shown(one) == ["PPO500 2025-01-01..2025-12-31", "PPO500 2026-02-01..2026-03-31"]


def test_by_line_plan_and_first_day_another_first_day_is_another_coverage() -> None:
    one = enrolled(coverage_identity="line_plan_and_begin", begin_date="end_and_add", begin_correction="delete_and_add")
    deliver(one, ins("001", hd("001", "PPO500", "2026-01-15")))

    assert asked(one) == ["001 of a coverage that is not held"]


# --- what becomes of it -------------------------------------------------------------------------------------------


def test_a_change_without_a_day_says_how_the_whole_coverage_is() -> None:
    one = enrolled()
    deliver(one, ins("001", hd("001", "PPO500", "2026-01-01", tier="FAM")))

    assert shown(one) == ["PPO500 FAM 2026-01-01.."]


def test_a_change_since_a_day_leaves_the_days_before_as_they_were() -> None:
    one = enrolled()
    deliver(one, ins("001", hd("001", "PPO500", "2026-01-01", tier="FAM", since="2026-03-01")))

    assert shown(one) == ["PPO500 EMP 2026-01-01..2026-02-28", "PPO500 FAM 2026-03-01.."]


def test_a_coverage_that_changed_is_still_found_by_its_first_day() -> None:
    one = enrolled()
    deliver(one, ins("001", hd("001", "PPO500", "2026-01-01", tier="FAM", since="2026-03-01")))
    deliver(one, ins("001", hd("024", "PPO500", "2026-01-01", "2026-04-30")))

    assert shown(one) == ["PPO500 EMP 2026-01-01..2026-02-28", "PPO500 FAM 2026-03-01..2026-04-30"]
    assert asked(one) == []


def test_by_the_line_the_plan_too_may_change_since_a_day() -> None:
    one = enrolled(coverage_identity="line")
    deliver(one, ins("001", hd("001", "HDHP1", "2026-01-01", since="2026-03-01")))

    assert shown(one) == ["PPO500 EMP 2026-01-01..2026-02-28", "HDHP1 2026-03-01.."]


def test_a_change_since_a_day_that_is_not_covered_is_asked_about() -> None:
    one = enrolled()
    deliver(one, ins("001", hd("001", "PPO500", "2026-01-01", tier="FAM", since="2025-12-01")))

    assert asked(one) == ["a change since a day that is not covered"]


@pytest.mark.parametrize("begin_date", ["change", "end_and_add"])
def test_a_change_since_a_day_says_nothing_to_other_carriers(begin_date: str) -> None:
    one = enrolled(begin_date=begin_date)
    deliver(one, ins("001", hd("001", "PPO500", "2026-01-01", tier="FAM", since="2026-03-01")))

    assert asked(one) == ["001 with DTP 303, which says nothing here"]


@pytest.mark.parametrize("verb", ["001", "026"])
def test_another_first_day_by_itself_says_that_the_first_day_was_wrong(verb: str) -> None:
    for begin_date in ("span", "change", "end_and_add"):
        one = enrolled(begin_date=begin_date)
        deliver(one, ins("001", hd(verb, "PPO500", "2026-01-15", tier="EMP")))

        assert (shown(one), asked(one)) == (["PPO500 EMP 2026-01-15.."], [])


@pytest.mark.parametrize("begin_date", ["span", "end_and_add"])
def test_another_first_day_with_another_tier_corrects_both_where_changes_are_said_otherwise(begin_date: str) -> None:
    one = enrolled(begin_date=begin_date)
    deliver(one, ins("001", hd("001", "PPO500", "2026-01-15", tier="FAM")))

    assert shown(one) == ["PPO500 FAM 2026-01-15.."]


def test_another_first_day_with_another_tier_is_the_day_of_a_change_where_that_is_declared() -> None:
    one = enrolled(begin_date="change")
    deliver(one, ins("001", hd("001", "PPO500", "2026-03-01", tier="FAM")))

    assert shown(one) == ["PPO500 EMP 2026-01-01..2026-02-28", "PPO500 FAM 2026-03-01.."]


def test_what_changed_is_known_by_the_day_of_its_change_from_then_on() -> None:
    one = enrolled(begin_date="change")
    deliver(one, ins("001", hd("001", "PPO500", "2026-03-01", tier="FAM")))
    deliver(one, ins("001", hd("001", "PPO500", "2026-05-01", tier="EMP")))
    deliver(one, ins("001", hd("024", "PPO500", "2026-05-01", "2026-06-30")))

    assert shown(one)[1:] == ["PPO500 FAM 2026-03-01..2026-04-30", "PPO500 EMP 2026-05-01..2026-06-30"]
    assert asked(one) == []


def test_another_policy_number_from_a_day_is_a_change_too_where_that_is_declared() -> None:
    one = enrolled(begin_date="change")
    deliver(one, ins("001", hd("001", "PPO500", "2026-03-01", tier="EMP"), policy="GRP200"))

    assert shown(one) == ["PPO500 EMP 2026-01-01..2026-02-28", "PPO500 EMP 2026-03-01.."]


def test_an_addition_of_what_is_held_is_asked_about() -> None:
    one = enrolled()
    deliver(one, ins("021", hd("021", "PPO500", "2026-01-01")))

    assert asked(one) == ["021 of a coverage that is held already"]


def test_an_addition_resumes_what_ended_only_where_adding_reinstates() -> None:
    again = ins("021", hd("021", "PPO500", "2026-01-01", tier="EMP"))
    for how, open_days in (
        ("add", ["PPO500 EMP 2026-01-01.."]),
        ("hd_and_member", ["PPO500 EMP 2026-01-01..2026-03-31"]),
    ):
        one = enrolled(reinstatement=how)
        deliver(one, ins("001", hd("024", "PPO500", "2026-01-01", "2026-03-31")))
        deliver(one, again)

        assert shown(one) == open_days
        assert bool(asked(one)) == (how != "add")


def test_an_added_plan_is_beside_the_other_until_that_ends() -> None:
    one = enrolled()
    deliver(one, ins("001", hd("021", "HDHP1", "2026-03-01")))

    assert asked(one) == ["two coverages of one line on the same day"]


def test_an_added_plan_ends_the_other_the_day_before_where_a_new_plan_replaces() -> None:
    one = enrolled(new_plan="replaces")
    deliver(one, ins("001", hd("021", "HDHP1", "2026-03-01")))

    assert (shown(one), asked(one)) == (["PPO500 EMP 2026-01-01..2026-02-28", "HDHP1 2026-03-01.."], [])


def test_a_plan_that_begins_later_goes_where_a_new_plan_replaces() -> None:
    one = enrolled(new_plan="replaces")
    deliver(one, ins("001", hd("021", "HDHP1", "2025-12-01")))

    assert shown(one) == ["HDHP1 2025-12-01.."]


def test_the_first_day_as_last_day_cancels() -> None:
    one = enrolled()
    deliver(one, ins("024", hd("024", "PPO500", "2026-01-01", "2026-01-01")))

    assert (shown(one), asked(one)) == ([], [])


def test_the_day_before_the_first_cancels_where_that_is_declared() -> None:
    for how, questions in (("end_day_before", []), ("end_on_begin", ["a last day before the first"])):
        one = enrolled(cancellation=how)
        deliver(one, ins("001", hd("024", "PPO500", "2026-01-01", "2025-12-31")))

        assert asked(one) == questions


def test_a_last_day_long_before_the_first_is_asked_about() -> None:
    one = enrolled(cancellation="end_day_before")
    deliver(one, ins("001", hd("024", "PPO500", "2026-01-01", "2025-12-01")))

    assert asked(one) == ["a last day before the first"]


def test_an_ending_needs_a_last_day() -> None:
    one = enrolled()
    deliver(one, ins("001", hd("024", "PPO500", "2026-01-01")))

    assert asked(one) == ["024 without a last day"]


def test_a_deleted_coverage_is_held_no_more() -> None:
    one = enrolled()
    deliver(one, ins("001", hd("002", "PPO500", "2026-01-01")))
    deliver(one, ins("001", hd("002", "PPO500", "2026-01-01")))

    assert (shown(one), asked(one)) == ([], ["002 of a coverage that is not held"])


@pytest.mark.parametrize("last", ["2026-03-31", "2026-01-01"])
def test_an_end_or_a_cancellation_is_taken_back(last: str) -> None:
    one = enrolled()
    deliver(one, ins("001", hd("024", "PPO500", "2026-01-01", last)))
    deliver(one, ins("025", hd("025", "PPO500", "2026-01-01", tier="EMP")))

    assert (shown(one), asked(one)) == (["PPO500 EMP 2026-01-01.."], [])


def test_a_reinstatement_may_state_another_last_day() -> None:
    one = enrolled()
    deliver(one, ins("001", hd("024", "PPO500", "2026-01-01", "2026-03-31")))
    deliver(one, ins("001", hd("025", "PPO500", "2026-01-01", "2026-05-31")))

    assert shown(one) == ["PPO500 EMP 2026-01-01..2026-05-31"]


def test_a_reinstatement_of_what_never_ended_is_asked_about() -> None:
    one = enrolled()
    deliver(one, ins("025", hd("025", "PPO500", "2026-01-01")))

    assert asked(one) == ["025 of a coverage that is not held, or never ended"]


# --- statements of how things are (030) ---------------------------------------------------------------------------


def test_a_statement_says_first_day_last_day_and_facts() -> None:
    one = enrolled()
    deliver(one, ins("030", hd("030", "PPO500", "2026-01-01", "2026-03-31", tier="FAM")))
    deliver(one, ins("030", hd("030", "PPO500", "2026-01-01", tier="FAM")))

    assert shown(one) == ["PPO500 FAM 2026-01-01.."]


def test_a_statement_of_what_is_not_held_adds_it() -> None:
    one = carrier()
    deliver(one, ins("030", *(hd("030", "PPO500", *days) for days in (("2025-01-01", "2025-12-31"), ("2026-01-01",)))))

    assert shown(one) == ["PPO500 2025-01-01..2025-12-31", "PPO500 2026-01-01.."]


def test_a_statement_of_the_line_says_that_the_first_day_was_another() -> None:
    one = enrolled(coverage_identity="line")
    deliver(one, ins("030", hd("030", "HDHP1", "2025-12-15", "2026-12-31"), hd("030", "HDHP1", "2027-01-01")))

    assert shown(one) == ["HDHP1 2025-12-15..2026-12-31", "HDHP1 2027-01-01.."]


def test_a_statement_of_a_coverage_that_never_was_removes_it_without_a_word() -> None:
    one = enrolled()
    never = ins("030", hd("030", "PPO500", "2026-01-01", "2026-01-01"))
    deliver(one, never)
    deliver(one, never)

    assert (shown(one), asked(one)) == ([], [])


@pytest.mark.parametrize(("how", "plans"), [("removes", ["HDHP1 2026-01-01.."]), ("restates", None)])
def test_what_is_not_stated_on_the_same_days_goes_where_statements_remove(how: str, plans: list[str] | None) -> None:
    one = enrolled(full_statement=how)
    deliver(one, ins("030", hd("030", "HDHP1", "2026-01-01")))

    assert plans is None or shown(one) == plans
    assert bool(asked(one)) == (plans is None)


def test_a_statement_since_a_day_leaves_the_days_before_as_stated() -> None:
    one = carrier()
    deliver(
        one,
        ins(
            "030",
            hd("030", "PPO500", "2026-01-01", tier="EMP"),
            hd("030", "PPO500", "2026-01-01", tier="FAM", since="2026-03-01"),
        ),
    )

    assert shown(one) == ["PPO500 EMP 2026-01-01..2026-02-28", "PPO500 FAM 2026-03-01.."]
