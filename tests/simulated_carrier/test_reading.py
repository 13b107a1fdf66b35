"""How the simulated carrier reads under each declared dialect, shown on members written by hand."""

from __future__ import annotations

from typing import Any

import pytest

from edi834.book.dialect import Dialect
from tests.simulated_carrier import Carrier, Reading
from tests.simulated_carrier.files import deliver, hd, ins


def carrier(**rules: Any) -> Carrier:
    return Carrier(reading=Reading.of(Dialect(**rules)))


def shown(of: Carrier, who: str = "Jane") -> list[str]:
    """What is covered of somebody: plan, tier, first and last day."""
    (member,) = [m for m in of.book.members if m.person.first_name == who.upper()]
    spans = sorted(member.spans, key=lambda span: (span.begin, span.plan))
    return [" ".join(filter(None, (s.plan, s.tier, f"{s.begin}..{s.end or ''}"))) for s in spans]


def asked(of: Carrier) -> list[str]:
    return [complaint.what for complaint in of.complaints]


def enrolled(*coverages: str, **rules: Any) -> Carrier:
    """A carrier that holds Jane in PPO500, tier EMP, since January 1st, or in other coverages."""
    one = carrier(**rules)
    deliver(one, ins("021", *(coverages or (hd("021", "PPO500", "2026-01-01", tier="EMP"),))))
    return one


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


# --- the membership -----------------------------------------------------------------------------------------------

FAMILY = (
    ins("021", hd("021", "PPO500", "2026-01-01"), hd("021", "DPPO", "2026-01-01", line="DEN")),
    ins("021", hd("021", "PPO500", "2026-01-01"), who="Sam"),
)


def test_the_end_of_a_membership_ends_what_the_loop_gives_no_day_of_its_own() -> None:
    one = carrier()
    deliver(one, *FAMILY)
    deliver(one, ins("024", hd("024", "PPO500", "2026-01-01", "2026-03-31"), last="2026-04-30"))

    assert shown(one) == ["DPPO 2026-01-01..2026-04-30", "PPO500 2026-01-01..2026-03-31"]
    assert shown(one, "Sam") == ["PPO500 2026-01-01.."]


def test_the_end_of_a_membership_does_not_make_an_earlier_end_later() -> None:
    one = enrolled(hd("021", "PPO500", "2026-01-01", "2026-02-28"), hd("021", "DPPO", "2026-01-01", line="DEN"))
    deliver(one, ins("024", last="2026-04-30"))

    assert shown(one) == ["DPPO 2026-01-01..2026-04-30", "PPO500 2026-01-01..2026-02-28"]


def test_the_subscribers_end_and_resumption_are_the_familys_where_they_cascade() -> None:
    one = carrier(cascade="subscriber_only", termination="member_only")
    deliver(one, *FAMILY)
    deliver(one, ins("024", last="2026-04-30"))
    assert shown(one, "Sam") == ["PPO500 2026-01-01..2026-04-30"]

    deliver(one, ins("025", since="2026-05-01"))
    assert shown(one, "Sam") == ["PPO500 2026-01-01.."]
    assert shown(one) == ["DPPO 2026-01-01..", "PPO500 2026-01-01.."]


@pytest.mark.parametrize("last", ["2026-03-31", "2026-05-31"])
def test_the_end_of_a_membership_that_has_ended_moves_by_itself_with_the_family(last: str) -> None:
    one = carrier(cascade="subscriber_only", termination="member_only")
    deliver(one, *FAMILY)
    deliver(one, ins("024", last="2026-04-30"))
    deliver(one, ins("024", last=last))

    assert shown(one) == [f"DPPO 2026-01-01..{last}", f"PPO500 2026-01-01..{last}"]
    assert shown(one, "Sam") == [f"PPO500 2026-01-01..{last}"]


def test_a_resumption_takes_back_the_ends_on_the_day_before() -> None:
    one = enrolled(hd("021", "PPO500", "2026-01-01", "2026-02-28"), hd("021", "DPPO", "2026-01-01", line="DEN"))
    deliver(one, ins("024", last="2026-04-30"))
    deliver(one, ins("025", since="2026-05-01"))

    assert shown(one) == ["DPPO 2026-01-01..", "PPO500 2026-01-01..2026-02-28"]


def test_a_resumption_of_what_was_cancelled_takes_the_cancellation_back() -> None:
    one = enrolled(cancellation="end_day_before", termination="member_only")
    deliver(one, ins("024", first="2026-01-01", last="2025-12-31"))
    assert shown(one) == []

    deliver(one, ins("025"))
    assert shown(one) == ["PPO500 EMP 2026-01-01.."]


def test_where_only_members_end_coverages_with_the_same_last_day_are_asked_about() -> None:
    one = enrolled(termination="member_only")
    deliver(one, ins("024", hd("024", "PPO500", "2026-01-01", "2026-03-31"), last="2026-03-31"))

    assert asked(one) == ["024 with coverages that end with the membership"]


def test_where_only_members_end_coverages_may_have_last_days_of_their_own() -> None:
    one = carrier(termination="member_only")
    deliver(one, *FAMILY)
    ends = hd("024", "PPO500", "2026-01-01", "2026-03-31"), hd("024", "DPPO", "2026-01-01", "2026-04-30", line="DEN")
    deliver(one, ins("024", *ends, last="2026-04-30"))

    assert asked(one) == []


def test_a_new_spouse_is_refused_while_the_old_one_is_enrolled() -> None:
    old, new = (
        ins("021", hd("021", "PPO500", day), who=who, relationship="01")
        for who, day in (("Sam", "2026-01-01"), ("Kim", "2026-05-01"))
    )
    end = ins("024", hd("024", "PPO500", "2026-01-01", "2026-04-30"), who="Sam", relationship="01")
    for order, questions in (((end, new), []), ((new, end), ["021 of a spouse while another is enrolled"])):
        one = carrier()
        deliver(one, FAMILY[0], old)
        deliver(one, *order)

        assert asked(one) == questions


def test_two_ins_of_one_person_in_a_set_are_asked_about_unless_a_rule_asks_for_them() -> None:
    ended_and_begun = (
        ins("024", hd("024", "PPO500", "2026-01-01", "2026-03-31")),
        ins("021", hd("021", "PPO500", "2026-04-01"), policy="GRP200"),
    )
    for how, questions in (("close_and_open", []), ("change", ["two INS of one person in one set"])):
        one = enrolled(policy_change=how)
        deliver(one, *ended_and_begun)

        assert asked(one) == questions


# --- files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("omission", "scope", "ends"),
    [
        ("never", "RX", False),
        ("never", "4", False),
        ("full_replace", "RX", True),
        ("full_replace", "4", False),
        ("full", "4", True),
        ("full", "RX", True),
        ("full", "2", False),
    ],
)
def test_people_left_out_end_only_in_the_files_of_which_that_is_declared(omission: str, scope: str, ends: bool) -> None:
    one = carrier(omission=omission)
    deliver(one, *FAMILY)
    stated = ins("030", hd("030", "PPO500", "2026-01-01"), hd("030", "DPPO", "2026-01-01", line="DEN"))
    deliver(one, stated, scope=scope, day="2026-06-01")

    assert shown(one, "Sam") == (["PPO500 2026-01-01..2026-05-31"] if ends else ["PPO500 2026-01-01.."])


def test_a_file_of_which_a_set_was_rejected_ends_nobody_it_leaves_out() -> None:
    one = carrier(omission="full")
    deliver(one, *FAMILY)
    deliver(one, [ins("030", hd("030", "PPO500", "2026-01-01"))], [FAMILY[1]], scope="RX", rejecting=["0002"])

    assert shown(one, "Sam") == ["PPO500 2026-01-01.."]


def test_the_same_file_again_is_read_once() -> None:
    one = carrier()
    deliver(one, *FAMILY, number=7)
    deliver(one, ins("024", last="2026-03-31"), number=7)

    assert shown(one) == ["DPPO 2026-01-01..", "PPO500 2026-01-01.."]


@pytest.mark.parametrize(
    ("open_end", "verb", "shows"),
    [
        ("omit", "021", "PPO500 2026-01-01..9999-12-31"),
        ("far_future", "021", "PPO500 2026-01-01.."),
    ],
)
def test_the_far_future_is_no_last_day_only_where_it_is_the_word_for_none(open_end: str, verb: str, shows: str) -> None:
    one = carrier(open_end=open_end)
    deliver(one, ins(verb, hd(verb, "PPO500", "2026-01-01", "9999-12-31")))

    assert shown(one) == [shows]


def test_the_end_of_the_plan_year_is_no_last_day_where_it_is_the_word_for_none_unless_it_ends_something() -> None:
    one = carrier(open_end="plan_year_end", plan_year_end="06-30")
    deliver(one, ins("021", hd("021", "PPO500", "2026-01-01", "2026-06-30")))
    assert shown(one) == ["PPO500 2026-01-01.."]

    deliver(one, ins("001", hd("024", "PPO500", "2026-01-01", "2026-06-30")))
    assert shown(one) == ["PPO500 2026-01-01..2026-06-30"]
