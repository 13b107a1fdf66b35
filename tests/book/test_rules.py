"""Rules: each value of each rule says what happened in its own way, and its own reading understands it."""

from __future__ import annotations

from typing import Any

import pytest

from edi834.book import Action
from tests.book.families import Story, covered, day, family, jane, pat, sam, story

ADD, CHANGE, END, DELETE = Action.ADD, Action.CHANGE, Action.END, Action.DELETE
REINSTATE, CORRECT = Action.REINSTATE, Action.CORRECT


# --- endings ------------------------------------------------------------------------------------------------------


def terminated(**rules: Any) -> Story:
    before = family(jane(covered(), covered(benefit="dental")), sam(covered()))
    ended = [covered(end="2026-11-30"), covered(end="2026-11-30", benefit="dental")]
    return story(before, family(jane(*ended), sam(ended[0])), **rules)


@pytest.mark.parametrize(
    ("termination", "action", "spans"),
    [("hd_and_member", END, 2), ("member_only", END, 0), ("hd_only", CHANGE, 2)],
)
def test_a_termination_is_reported_of_the_member_of_the_spans_or_of_both(
    termination: str, action: Action, spans: int
) -> None:
    reported = terminated(termination=termination).of("E1")

    assert (reported.action, len(reported.coverages)) == (action, spans)
    assert all(c.action is END for c in reported.coverages)
    assert (reported.first_day, reported.last_day) == (day("2026-01-01"), day("2026-11-30"))


@pytest.mark.parametrize(("cascade", "who"), [("each", ["E1", "E1-2"]), ("subscriber_only", ["E1"])])
def test_the_dependents_endings_are_reported_or_go_with_the_subscribers(cascade: str, who: list[str]) -> None:
    assert terminated(cascade=cascade).reported_of == who


def test_a_dependents_own_ending_is_reported_under_any_cascade() -> None:
    before = family(jane(covered()), sam(covered()))
    reported = story(before, family(jane(covered()), sam(covered(end="2026-11-30"))), cascade="subscriber_only")

    assert reported.reported_of == ["E1-2"]


@pytest.mark.parametrize(
    ("cancellation", "span"),
    [
        ("end_on_begin", (END, "2026-12-01", "2026-12-01")),
        ("end_day_before", (END, "2026-12-01", "2026-11-30")),
        ("delete", (DELETE, "2026-12-01", None)),
    ],
)
def test_what_never_took_effect_is_taken_back_in_the_carriers_way(cancellation: str, span: tuple[Any, ...]) -> None:
    before, now = family(jane(covered("2026-12-01"))), family(jane(covered("2026-12-01", "2026-12-01")))

    assert story(before, now, cancellation=cancellation).said("E1")[2] == [span]


@pytest.mark.parametrize(("end_date", "last"), [("as_is", "2026-11-12"), ("end_of_month", "2026-11-30")])
def test_a_last_day_is_reported_as_it_is_or_as_the_end_of_its_month(end_date: str, last: str) -> None:
    reported = story(family(jane(covered())), family(jane(covered(end="2026-11-12"))), end_date=end_date)

    assert reported.said("E1")[2] == [(END, "2026-01-01", last)]
    assert reported.target.members[0].coverages[0].end == day(last)
    assert story(reported.target, family(jane(covered(end="2026-11-12"))), end_date=end_date).statement is None


@pytest.mark.parametrize("end_date", ["as_is", "end_of_month"])
def test_a_cancellation_is_never_rounded_into_a_month_of_coverage(end_date: str) -> None:
    before, now = family(jane(covered("2026-12-01"))), family(jane(covered("2026-12-01", "2026-12-01")))

    assert story(before, now, end_date=end_date).said("E1")[2] == [(END, "2026-12-01", "2026-12-01")]


# --- coming back --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reinstatement", "action", "spans"),
    [
        ("hd_and_member", REINSTATE, [REINSTATE]),
        ("member_only", REINSTATE, []),
        ("add_member", ADD, [REINSTATE]),
        ("add", ADD, [ADD]),
    ],
)
def test_an_ending_taken_back_is_reported_in_the_carriers_way(
    reinstatement: str, action: Action, spans: list[Action]
) -> None:
    before, now = family(jane(covered(end="2026-11-30"))), family(jane(covered()))
    reported = story(before, now, reinstatement=reinstatement).of("E1")

    assert (reported.action, [c.action for c in reported.coverages]) == (action, spans)
    assert all(c.begin == day("2026-01-01") for c in reported.coverages)


@pytest.mark.parametrize(
    ("rules", "action"),
    [({}, REINSTATE), ({"reinstatement": "add"}, ADD), ({"cancellation": "delete"}, ADD)],
)
def test_coverage_that_was_cancelled_by_mistake_is_reinstated_or_added_where_nothing_is_left_of_it(
    rules: dict[str, str], action: Action
) -> None:
    whole = family(jane(covered("2026-12-01")))
    cancelled = story(whole, family(jane(covered("2026-12-01", "2026-12-01"))), **rules).target

    assert story(cancelled, whole, **rules).said("E1")[2] == [(action, "2026-12-01", None)]


def test_a_family_that_comes_back_with_the_subscriber_is_reported_by_the_subscriber_alone() -> None:
    ended = family(jane(covered(end="2026-11-30")), sam(covered(end="2026-11-30")))
    reported = story(ended, family(jane(covered()), sam(covered())), cascade="subscriber_only")

    assert reported.reported_of == ["E1"]


# --- what changes and goes on -------------------------------------------------------------------------------------


BY_LINE = {"plan_change": "simple", "coverage_identity": "line"}
"""A carrier that finds a coverage by its line reads another plan as a change of it."""

END_AND_ADD = [(END, "2026-01-01", "2026-11-30"), (ADD, "2026-12-01", None)]


@pytest.mark.parametrize(
    ("rules", "spans", "changed_on"),
    [
        ({"plan_change": "term_then_add"}, END_AND_ADD, [None, None]),
        ({"plan_change": "two_transactions"}, END_AND_ADD, [None, None]),
        (BY_LINE, [(CHANGE, "2026-01-01", None)], ["2026-12-01"]),
        ({**BY_LINE, "begin_date": "change"}, [(CHANGE, "2026-12-01", None)], [None]),
        ({**BY_LINE, "begin_date": "end_and_add"}, END_AND_ADD, [None, None]),
    ],
)
@pytest.mark.parametrize("replaced", [True, False])
def test_another_plan_is_reported_as_two_coverages_or_as_one(
    rules: dict[str, Any], spans: list[Any], changed_on: list[str | None], replaced: bool
) -> None:
    rows = [covered("2026-12-01", plan_code="HDHP1")]
    if not replaced:
        rows.insert(0, covered(end="2026-11-30"))
    reported = story(family(jane(covered())), family(jane(*rows)), **rules)

    assert reported.said("E1") == (CHANGE, "plan_change", spans)
    assert reported.changed_on("E1") == changed_on


@pytest.mark.parametrize(
    ("end_correction", "spans"),
    [
        ("correct", [(CORRECT, "2026-01-01", "2026-11-15")]),
        ("end_again", [(END, "2026-01-01", "2026-11-15")]),
        ("reinstate_then_end", [(REINSTATE, "2026-01-01", None), (END, "2026-01-01", "2026-11-15")]),
        ("by_direction", [(END, "2026-01-01", "2026-11-15")]),
    ],
)
def test_another_last_day_is_reported_in_the_carriers_way(end_correction: str, spans: list[Any]) -> None:
    before, now = family(jane(covered(end="2026-11-30"))), family(jane(covered(end="2026-11-15")))

    assert story(before, now, end_correction=end_correction).said("E1")[2] == spans


def test_a_later_last_day_is_reported_by_direction_as_a_reinstatement_and_an_end() -> None:
    """CMS companion guide 7.2.6: what was ended too early is opened before it is ended again."""
    before, now = family(jane(covered(end="2026-11-30"))), family(jane(covered(end="2026-12-31")))

    assert story(before, now, end_correction="by_direction").said("E1")[2] == [
        (REINSTATE, "2026-01-01", None), (END, "2026-01-01", "2026-12-31")
    ]  # fmt: skip


def test_an_end_said_again_ends_the_membership_again() -> None:
    before, now = family(jane(covered(end="2026-11-30"))), family(jane(covered(end="2026-11-15")))

    assert story(before, now, end_correction="end_again").said("E1")[0] is END
    assert story(before, now, end_correction="correct").said("E1")[0] is CHANGE


def test_a_carrier_that_is_told_ends_of_the_membership_alone_is_told_another_last_day_so_too() -> None:
    before, now = family(jane(covered(end="2026-11-30"))), family(jane(covered(end="2026-11-15")))
    reported = story(before, now, termination="member_only").of("E1")

    assert (reported.action, reported.coverages, reported.last_day) == (END, (), day("2026-11-15"))


def test_of_the_membership_alone_a_later_last_day_may_need_a_reinstatement_first() -> None:
    before, now = family(jane(covered(end="2026-11-30"))), family(jane(covered(end="2026-12-31")))
    reported = story(before, now, termination="member_only", end_correction="reinstate_then_end")
    assert reported.statement is not None

    assert [(m.action, m.coverages) for m in reported.statement.members] == [(REINSTATE, ()), (END, ())]
    assert reported.statement.members[1].last_day == day("2026-12-31")


@pytest.mark.parametrize(
    ("begin_correction", "spans"),
    [
        ("correct", [(CORRECT, "2026-02-01", None)]),
        ("delete_and_add", [(DELETE, "2026-01-01", None), (ADD, "2026-02-01", None)]),
    ],
)
def test_another_first_day_is_reported_in_the_carriers_way(begin_correction: str, spans: list[Any]) -> None:
    before, now = family(jane(covered())), family(jane(covered("2026-02-01")))

    reported = story(before, now, begin_correction=begin_correction).said("E1")

    assert (reported[0], reported[2]) == (CHANGE, spans)


def test_a_first_day_that_was_wrong_is_taken_out_and_added_with_the_last_day_that_it_has_by_now() -> None:
    before, now = family(jane(covered())), family(jane(covered("2026-02-01", end="2026-11-30")))

    reported = story(before, now, begin_correction="delete_and_add").said("E1")

    assert reported[2] == [(DELETE, "2026-01-01", None), (ADD, "2026-02-01", "2026-11-30")]


@pytest.mark.parametrize(
    ("end_correction", "spans"),
    [
        ("correct", [(CORRECT, "2026-02-01", "2026-11-15")]),
        ("end_again", [(CORRECT, "2026-02-01", "2026-11-30"), (END, "2026-02-01", "2026-11-15")]),
        (
            "reinstate_then_end",
            [(CORRECT, "2026-02-01", "2026-11-30"), (REINSTATE, "2026-02-01", None), (END, "2026-02-01", "2026-11-15")],
        ),
    ],
)
def test_a_first_day_that_was_wrong_too_is_put_right_before_the_last_day_is_reported(
    end_correction: str, spans: list[Any]
) -> None:
    before, now = family(jane(covered(end="2026-11-30"))), family(jane(covered("2026-02-01", end="2026-11-15")))

    assert story(before, now, end_correction=end_correction).said("E1")[2] == spans


def test_a_plan_that_was_wrong_from_the_first_day_never_was_and_the_right_one_is_added() -> None:
    reported = story(family(jane(covered())), family(jane(covered(plan_code="HDHP1"))))

    assert reported.said("E1")[2] == [(END, "2026-01-01", "2026-01-01"), (ADD, "2026-01-01", None)]
    assert [c.coverage.plan_code for c in reported.of("E1").coverages] == ["PPO500", "HDHP1"]


@pytest.mark.parametrize(
    ("rules", "spans"),
    [
        ({}, [(END, "2026-01-01", "2026-01-01"), (ADD, "2026-01-01", "2026-11-15")]),
        (BY_LINE, [(CHANGE, "2026-01-01", "2026-11-15")]),
        (
            {**BY_LINE, "end_correction": "end_again"},
            [(CHANGE, "2026-01-01", "2026-11-30"), (END, "2026-01-01", "2026-11-15")],
        ),
    ],
)
def test_a_plan_that_was_wrong_too_is_put_right_before_the_last_day_is_reported(
    rules: dict[str, Any], spans: list[Any]
) -> None:
    before = family(jane(covered(end="2026-11-30")))
    now = family(jane(covered(end="2026-11-15", plan_code="HDHP1")))

    assert story(before, now, **rules).said("E1")[2] == spans


WED = {"event": "marriage", "event_date": "2026-11-08"}


@pytest.mark.parametrize(
    "now",
    [covered(provider_code="1234567893"), covered(premium="210.00")],
    ids=["another physician", "another premium"],
)
def test_a_carrier_that_wants_the_day_of_the_change_keeps_the_first_day_of_what_is_in_no_other_plan_or_tier(
    now: dict[str, Any],
) -> None:
    before = covered(provider_code="1987654326", premium="190.00")
    reported = story(family(jane(before)), family(jane({**before, **now}, **WED)), begin_date="change")

    assert reported.said("E1")[2] == [(CHANGE, "2026-01-01", None)]


@pytest.mark.parametrize("end", [None, "2026-12-31"])
@pytest.mark.parametrize(
    ("before", "now"),
    [({"tier": "employee"}, {"tier": "family"}), ({"premium": "190.00"}, {"premium": "210.00"})],
    ids=["tier", "premium"],
)
def test_coverage_with_a_last_day_ahead_changes_like_any_other(
    before: dict[str, str], now: dict[str, str], end: str | None
) -> None:
    """Many sources give every row the end of the plan year."""
    reported = story(family(jane(covered(end=end, **before))), family(jane(covered(end=end, **now))))

    assert reported.said("E1")[2] == [(CHANGE, "2026-01-01", end)]


def test_a_first_day_that_was_wrong_is_reported_as_it_is_whatever_day_the_change_has() -> None:
    reported = story(family(jane(covered())), family(jane(covered("2026-02-01"), **WED)), begin_date="change")

    assert reported.said("E1")[2] == [(CORRECT, "2026-02-01", None)]


@pytest.mark.parametrize(
    ("begin_date", "spans", "changed_on"),
    [
        ("span", [(CHANGE, "2026-01-01", None)], ["2026-11-01"]),
        ("change", [(CHANGE, "2026-11-01", None)], [None]),
        ("end_and_add", [(END, "2026-01-01", "2026-10-31"), (ADD, "2026-11-01", None)], [None, None]),
    ],
)
def test_another_tier_from_a_day_on_is_reported_with_the_coverages_first_day_or_with_that_of_the_change(
    begin_date: str, spans: list[Any], changed_on: list[str | None]
) -> None:
    rows = [covered(end="2026-10-31", tier="employee"), covered("2026-11-01", tier="family")]
    reported = story(family(jane(covered(tier="employee"))), family(jane(*rows, **WED)), begin_date=begin_date)

    assert reported.said("E1") == (CHANGE, "marriage", spans)
    assert reported.changed_on("E1") == changed_on


@pytest.mark.parametrize("begin_date", ["span", "change", "end_and_add"])
def test_a_row_that_is_rewritten_in_another_tier_held_in_it_from_its_first_day_on(begin_date: str) -> None:
    now = family(jane(covered(tier="family"), **WED))
    reported = story(family(jane(covered(tier="employee"))), now, begin_date=begin_date)

    assert reported.said("E1")[2] == [(CHANGE, "2026-01-01", None)]


@pytest.mark.parametrize(
    ("open_end", "last"), [("omit", None), ("far_future", "9999-12-31"), ("plan_year_end", "2026-12-31")]
)
def test_an_open_span_is_reported_without_a_last_day_or_with_the_carriers_word_for_it(
    open_end: str, last: str | None
) -> None:
    reported = story(None, family(jane(covered("2026-11-16"))), open_end=open_end)

    assert reported.said("E1")[2] == [(ADD, "2026-11-16", last)]
    assert reported.target.members[0].coverages[0].end is None


@pytest.mark.parametrize(("ssn_correction", "actions"), [("correct", [CHANGE]), ("term_and_add", [END, ADD])])
def test_a_wrong_number_is_corrected_or_ended_and_added(ssn_correction: str, actions: list[Action]) -> None:
    before, now = family(jane(covered(), ssn="900456781")), family(jane(covered()))
    reported = story(before, now, ssn_correction=ssn_correction)
    assert reported.statement is not None

    assert [m.action for m in reported.statement.members] == actions
    numbers = [m.member.values["ssn"] for m in reported.statement.members]
    assert numbers == (["900456789"] if actions == [CHANGE] else ["900456781", "900456789"])


# --- who is reported along --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dependents", "who"), [("changed_only", ["E1-2"]), ("whole_family", ["E1", "E1-1", "E1-2"])])
def test_whoever_did_not_change_is_reported_along_or_not(dependents: str, who: list[str]) -> None:
    before = family(jane(covered()), pat(covered()))
    now = family(jane(covered()), pat(covered()), sam(covered("2026-11-01")))

    assert story(before, now, dependents=dependents).reported_of == who


@pytest.mark.parametrize("dependents", ["changed_only", "whole_family"])
def test_a_family_to_whom_nothing_happened_is_not_reported_of(dependents: str) -> None:
    before = family(jane(covered()), pat(covered()))

    assert story(before, before, dependents=dependents).statement is None


@pytest.mark.parametrize(("address", "who"), [("each", ["E1", "E1-2"]), ("subscriber_only", ["E1"])])
def test_a_move_is_reported_of_each_or_of_the_subscriber(address: str, who: list[str]) -> None:
    before = family(jane(covered(), address1="1 Main St"), sam(covered(), address1="1 Main St"))
    now = family(jane(covered(), address1="2 Pine St"), sam(covered(), address1="2 Pine St"))

    assert story(before, now, address=address).reported_of == who


def test_a_dependent_whose_name_changed_with_the_move_is_reported_all_the_same() -> None:
    before = family(jane(covered()), sam(covered(), address1="1 Main St"))
    now = family(jane(covered()), sam(covered(), address1="2 Pine St", last_name="Roe"))

    assert story(before, now, address="subscriber_only").reported_of == ["E1-2"]
