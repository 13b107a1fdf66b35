"""How the simulated carrier reads the verbs of a membership, and files, under each declared dialect."""

from __future__ import annotations

import pytest

from tests.simulated_carrier.files import deliver, hd, ins
from tests.simulated_carrier.held import asked, carrier, enrolled, shown

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


def test_a_coverage_of_the_subscriber_that_is_reinstated_is_resumed_for_the_family_and_no_other() -> None:
    one = carrier(cascade="subscriber_only")
    dental = hd("021", "DPPO", "2026-01-01", line="DEN")
    deliver(one, FAMILY[0], ins("021", hd("021", "PPO500", "2026-01-01"), dental, who="Sam"))
    deliver(one, ins("024", last="2026-04-30"))
    deliver(one, ins("025", hd("025", "PPO500", "2026-01-01")))

    assert shown(one, "Sam") == ["DPPO 2026-01-01..2026-04-30", "PPO500 2026-01-01.."]


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
