"""Rules: each value of each rule tells the same thing that happened in its own way; and a rule is read, or refused."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

import pytest

from edi834.change import Action, Rules, View, Waiting, feed_view, read_rules
from edi834.grants import ReleasedFamily
from tests.change.families import TODAY, Story, covered, day, family, jane, pat, sam, story

ADD, CHANGE, END, DELETE = Action.ADD, Action.CHANGE, Action.END, Action.DELETE
REINSTATE, CORRECT, AUDIT = Action.REINSTATE, Action.CORRECT, Action.AUDIT


def seen(
    now: ReleasedFamily | None, reported: ReleasedFamily | None = None, on: str = "2026-11-10", **rules: Any
) -> View:
    chosen, problems = read_rules(rules)
    assert problems == ()
    return feed_view(now, reported, chosen, as_of=day(on))


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
    assert reported.difference.target.members[0].coverages[0].end == day("2026-11-12")


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


# --- what changes and goes on -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan_change", "spans"),
    [
        ("term_then_add", [(END, "2026-01-01", "2026-11-30"), (ADD, "2026-12-01", None)]),
        ("two_transactions", [(END, "2026-01-01", "2026-11-30"), (ADD, "2026-12-01", None)]),
        ("simple", [(CHANGE, "2026-12-01", None)]),
    ],
)
@pytest.mark.parametrize("replaced", [True, False])
def test_another_plan_is_reported_as_two_spans_or_as_one(plan_change: str, spans: list[Any], replaced: bool) -> None:
    rows = [covered("2026-12-01", plan_code="HDHP1")]
    if not replaced:
        rows.insert(0, covered(end="2026-11-30"))
    reported = story(family(jane(covered())), family(jane(*rows)), plan_change=plan_change)

    assert reported.said("E1") == (CHANGE, "plan_change", spans)


@pytest.mark.parametrize(
    ("end_correction", "spans"),
    [
        ("correct", [(CORRECT, "2026-01-01", "2026-11-15")]),
        ("end_again", [(END, "2026-01-01", "2026-11-15")]),
        ("reinstate_then_end", [(REINSTATE, "2026-01-01", None), (END, "2026-01-01", "2026-11-15")]),
    ],
)
def test_another_last_day_is_reported_in_the_carriers_way(end_correction: str, spans: list[Any]) -> None:
    before, now = family(jane(covered(end="2026-11-30"))), family(jane(covered(end="2026-11-15")))

    assert story(before, now, end_correction=end_correction).said("E1")[2] == spans


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


def test_a_first_day_that_was_wrong_is_taken_out_and_added_before_the_ending_is_reported() -> None:
    before, now = family(jane(covered())), family(jane(covered("2026-02-01", end="2026-11-30")))

    reported = story(before, now, begin_correction="delete_and_add").said("E1")

    assert reported[2] == [
        (DELETE, "2026-01-01", None), (ADD, "2026-02-01", None), (END, "2026-02-01", "2026-11-30")
    ]  # fmt: skip


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


@pytest.mark.parametrize(
    ("end_correction", "spans"),
    [
        ("correct", [(CHANGE, "2026-01-01", "2026-11-15")]),
        ("end_again", [(CHANGE, "2026-01-01", "2026-11-30"), (END, "2026-01-01", "2026-11-15")]),
    ],
)
def test_a_plan_that_was_wrong_too_is_put_right_before_the_last_day_is_reported(
    end_correction: str, spans: list[Any]
) -> None:
    before = family(jane(covered(end="2026-11-30")))
    now = family(jane(covered(end="2026-11-15", plan_code="HDHP1")))

    assert story(before, now, end_correction=end_correction).said("E1")[2] == spans


@pytest.mark.parametrize(("begin_date", "begin"), [("span", "2026-01-01"), ("change", "2026-11-08")])
def test_a_span_that_changes_in_place_is_reported_with_its_own_day_or_that_of_the_change(
    begin_date: str, begin: str
) -> None:
    wed = {"event": "marriage", "event_date": "2026-11-08"}
    reported = story(
        family(jane(covered(tier="employee"))), family(jane(covered(tier="family"), **wed)), begin_date=begin_date
    )

    assert reported.said("E1")[2] == [(CHANGE, begin, None)]


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


def test_a_first_day_that_was_wrong_is_reported_as_it_is_whatever_day_the_change_has() -> None:
    reported = story(family(jane(covered())), family(jane(covered("2026-02-01"), **WED)), begin_date="change")

    assert reported.said("E1")[2] == [(Action.CORRECT, "2026-02-01", None)]


def test_a_new_row_in_another_tier_has_its_own_first_day_whatever_day_the_change_has() -> None:
    rows = [covered(end="2026-10-31", tier="employee"), covered("2026-11-01", tier="family")]
    reported = story(family(jane(covered(tier="employee"))), family(jane(*rows, **WED)), begin_date="change")

    assert reported.said("E1")[2][-1] == (CHANGE, "2026-11-01", None)


@pytest.mark.parametrize(
    ("open_end", "last"), [("omit", None), ("far_future", "9999-12-31"), ("plan_year_end", "2026-12-31")]
)
def test_an_open_span_is_reported_without_a_last_day_or_with_the_carriers_word_for_it(
    open_end: str, last: str | None
) -> None:
    reported = story(None, family(jane(covered("2026-11-16"))), open_end=open_end)

    assert reported.said("E1")[2] == [(ADD, "2026-11-16", last)]
    assert reported.difference.target.members[0].coverages[0].end is None


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


# --- full files ---------------------------------------------------------------------------------------------------


def full(now: ReleasedFamily, reported: ReleasedFamily | None = None, on: str = "2026-11-10", **rules: Any) -> Story:
    return story(reported or now, now, on=day(on), full=True, **rules)


def test_a_full_file_states_everyone_covered_as_they_stand() -> None:
    reported = full(family(jane(covered(), covered(benefit="dental")), sam(covered())))

    assert reported.said("E1") == (AUDIT, None, [(AUDIT, "2026-01-01", None)] * 2)
    assert reported.reported_of == ["E1", "E1-2"]


@pytest.mark.parametrize(
    ("rules", "on", "stated"),
    [
        ({"ended_coverage": "once"}, "2026-11-10", False),
        ({"ended_coverage": "days", "ended_coverage_days": 31}, "2026-11-10", True),
        ({"ended_coverage": "days", "ended_coverage_days": 5}, "2026-11-10", False),
        ({"ended_coverage": "plan_year"}, "2026-12-31", True),
        ({"ended_coverage": "plan_year"}, "2027-01-01", False),
    ],
)
def test_an_ending_reported_before_is_stated_for_as_long_as_the_rule_says(
    rules: dict[str, Any], on: str, stated: bool
) -> None:
    ended = family(jane(covered()), sam(covered(end="2026-10-31")))

    assert ("E1-2" in full(ended, on=on, **rules).reported_of) is stated


@pytest.mark.parametrize("row_stays", [True, False])
def test_a_plan_that_another_took_the_place_of_is_stated_once(row_stays: bool) -> None:
    old, new = covered(end="2026-10-31"), covered("2026-11-01", plan_code="HDHP")
    now = family(jane(*[old] * row_stays, new))

    assert full(now, family(jane(covered()))).said("E1")[2] == [
        (AUDIT, "2026-01-01", "2026-10-31"),
        (AUDIT, "2026-11-01", None),
    ]
    assert full(now, family(jane(old, new))).said("E1")[2] == [(AUDIT, "2026-11-01", None)]


def test_an_ending_is_stated_in_the_full_file_that_tells_it() -> None:
    reported = full(family(jane(covered(end="2026-10-31"))), family(jane(covered())))

    assert reported.said("E1")[2] == [(AUDIT, "2026-01-01", "2026-10-31")]


@pytest.mark.parametrize(("full_file", "action"), [("covered", AUDIT), ("covered_and_changes", END)])
def test_a_full_file_states_changes_as_audits_or_as_changes(full_file: str, action: Action) -> None:
    before = family(jane(covered()), sam(covered()))
    reported = full(family(jane(covered()), sam(covered(end="2026-11-30"))), before, full_file=full_file)

    assert reported.of("E1-2").action is action
    assert reported.of("E1").action is AUDIT


@pytest.mark.parametrize(("missing", "who"), [("carry", ["E1", "E1-2"]), ("omission", ["E1"])])
def test_somebody_absent_is_carried_in_a_full_file_or_left_out(missing: str, who: list[str]) -> None:
    before = family(jane(covered()), sam(covered()))
    reported = full(family(jane(covered())), before, missing=missing)

    assert reported.reported_of == who
    assert [m.ref.member_id for m in reported.statement.target.members] == who  # type: ignore[union-attr]


# --- the view: what is kept back, and what is added ---------------------------------------------------------------


@pytest.mark.parametrize(("days", "is_seen"), [(-1, True), (30, False), (60, True)])
def test_what_begins_beyond_the_window_waits(days: int, is_seen: bool) -> None:
    view = seen(family(jane(covered(), covered("2026-12-20", benefit="dental"))), look_forward_days=days)
    assert view.family is not None

    assert ("dental" in {c.benefit for c in view.family.members[0].coverages}) is is_seen
    assert [p.why for p in view.pending] == ([] if is_seen else [Waiting.FUTURE])


def test_what_was_reported_is_never_hidden_again() -> None:
    reported = family(jane(covered("2026-12-20")))
    view = seen(reported, reported, look_forward_days=5)

    assert view.family == reported
    assert view.pending == ()


NEXT_YEAR = [covered(end="2026-12-31"), covered("2027-01-01", plan_code="HDHP1")]


@pytest.mark.parametrize(("days", "is_seen"), [(5, False), (52, True), (-1, True)])
def test_an_ending_waits_with_the_plan_that_follows_it(days: int, *, is_seen: bool) -> None:
    reported = family(jane(covered()))
    view = seen(family(jane(*NEXT_YEAR)), reported, look_forward_days=days)

    tonight = story(reported, view.family, look_forward_days=days)
    assert tonight.reported_of == (["E1"] if is_seen else [])
    assert {p.why for p in view.pending} == (set() if is_seen else {Waiting.FUTURE, Waiting.MASKED_END})


def test_an_ending_that_leaves_a_gap_or_was_reported_does_not_wait_for_what_follows() -> None:
    gap = [covered(end="2026-11-30"), covered("2027-01-01", plan_code="HDHP1")]
    reported = story(family(jane(covered())), seen(family(jane(*gap)), look_forward_days=5).family)
    assert reported.said("E1")[2] == [(END, "2026-01-01", "2026-11-30")]

    ended = family(jane(NEXT_YEAR[0]))
    assert story(ended, seen(family(jane(*NEXT_YEAR)), ended, look_forward_days=5).family).statement is None


def test_a_plan_waits_with_the_masked_ending_that_it_follows() -> None:
    reported = family(jane(covered()))
    view = seen(family(jane(*NEXT_YEAR)), reported, mask_ends_after_days=31)
    assert story(reported, view.family).statement is None
    assert {p.why for p in view.pending} == {Waiting.FUTURE, Waiting.MASKED_END}

    in_december = seen(family(jane(*NEXT_YEAR)), reported, on="2026-12-02", mask_ends_after_days=31)
    assert [s[0] for s in story(reported, in_december.family, on=day("2026-12-02")).said("E1")[2]] == [END, ADD]


def test_coverage_ahead_that_was_voided_keeps_no_ending_back() -> None:
    rows = [covered(end="2026-12-31"), covered("2027-01-01", "2027-01-01", plan_code="HDHP1")]
    view = seen(family(jane(*rows)), family(jane(covered())), look_forward_days=5)

    assert story(family(jane(covered())), view.family).said("E1")[2] == [(END, "2026-01-01", "2026-12-31")]


def test_an_ending_is_reported_though_the_plan_that_follows_was_reported_before() -> None:
    reported = family(jane(covered(), covered("2027-01-01", plan_code="HDHP1")))

    assert story(reported, family(jane(*NEXT_YEAR))).said("E1")[2] == [(END, "2026-01-01", "2026-12-31")]
    assert story(family(jane(*NEXT_YEAR)), family(jane(*NEXT_YEAR))).statement is None


@pytest.mark.parametrize("changed", [{"plan_code": "HDHP1"}, {"tier": "family"}], ids=["plan", "tier"])
def test_a_membership_that_ends_with_a_row_nobody_was_reported_of_has_the_reason_of_that_row(
    changed: dict[str, str],
) -> None:
    rows = [covered(end="2026-10-26", tier="employee")]
    rows.append(covered("2026-10-27", "2026-10-31", end_reason="termination", **{"tier": "employee", **changed}))

    assert story(family(jane(covered(tier="employee"))), family(jane(*rows))).said("E1")[1] == "termination"


@pytest.mark.parametrize(("days", "last"), [(-1, "2026-12-31"), (31, None), (60, "2026-12-31")])
def test_a_last_day_beyond_the_window_is_masked(days: int, last: str | None) -> None:
    reported = family(jane(covered()))
    view = seen(family(jane(covered(end="2026-12-31"))), reported, mask_ends_after_days=days)
    assert view.family is not None

    assert view.family.members[0].coverages[0].end == (day(last) if last else None)
    assert [p.why for p in view.pending] == ([] if last else [Waiting.MASKED_END])


def test_a_masked_ending_that_was_reported_before_stays_reported() -> None:
    reported = family(jane(covered(end="2026-12-31")))

    assert seen(reported, reported, mask_ends_after_days=5).family == reported


@pytest.mark.parametrize(
    ("on", "begin", "end", "is_blackout"),
    [
        ("2026-11-10", "11-01", "11-30", True),
        ("2026-11-10", "11-10", "11-10", True),
        ("2026-12-01", "11-01", "11-30", False),
        ("2026-12-20", "12-15", "01-05", True),
        ("2027-01-05", "12-15", "01-05", True),
        ("2027-01-06", "12-15", "01-05", False),
        ("2026-11-10", "", "", False),
    ],
)
def test_in_a_blackout_nothing_new_is_seen(on: str, begin: str, end: str, is_blackout: bool) -> None:
    reported, now = family(jane(covered())), family(jane(covered(), email="jane@example.com"))
    view = seen(now, reported, on, blackout_begin=begin, blackout_end=end)

    assert view.family == (reported if is_blackout else now)
    assert bool(view.pending) is is_blackout


@pytest.mark.parametrize(("missing_end", "last"), [("day_before", "2026-11-09"), ("end_of_month", "2026-11-30")])
def test_somebody_absent_ends_on_the_rules_day_where_absence_means_ending(missing_end: str, last: str) -> None:
    reported = family(jane(covered()), sam(covered()))
    view = seen(family(jane(covered())), reported, missing="terminate", missing_end=missing_end)
    assert view.family is not None

    assert [c.end for m in view.family.members for c in m.coverages] == [None, day(last)]


@pytest.mark.parametrize("missing", ["carry", "omission", "hold"])
def test_absence_is_no_ending_under_any_other_rule(missing: str) -> None:
    reported, now = family(jane(covered()), sam(covered())), family(jane(covered()))

    assert seen(now, reported, missing=missing).family == now


def test_a_tier_is_recounted_from_who_is_covered() -> None:
    now = family(jane(covered(tier="family")), pat(covered()))
    view = seen(now, tier="recount")
    assert view.family is not None

    assert view.family.members[0].coverages[0].values["tier"] == "employee_spouse"


def test_under_the_base_rules_the_view_is_the_snapshot() -> None:
    now = family(jane(covered(), covered("2027-06-01", "2027-12-31", benefit="dental")), pat(covered()))

    assert seen(now) == View(now)
    assert seen(None, now).family is None


# --- reading rules ------------------------------------------------------------------------------------------------


def test_without_settings_the_rules_are_the_base_rules() -> None:
    assert read_rules({}) == (Rules(), ())


@pytest.mark.parametrize("rule", [f for f in dataclasses.fields(Rules) if f.metadata["values"]], ids=lambda f: f.name)
def test_every_value_of_every_rule_is_read(rule: dataclasses.Field[Any]) -> None:
    assert rule.default in rule.metadata["values"]
    for value in rule.metadata["values"]:
        rules, problems = read_rules({rule.name: value})

        assert getattr(rules, rule.name) == value
        assert problems == ()


@pytest.mark.parametrize("rule", dataclasses.fields(Rules), ids=lambda f: f.name)
def test_every_rule_says_where_it_was_seen(rule: dataclasses.Field[Any]) -> None:
    assert rule.metadata["seen"]
    assert all(rule.metadata["values"].values())


def test_a_rule_that_does_not_exist_is_refused_with_what_it_might_have_meant() -> None:
    rules, (problem,) = read_rules({"terminaton": "hd_only"})

    assert rules == Rules()
    assert (problem.name, problem.suggestion) == ("terminaton", "termination")


def test_a_value_that_does_not_exist_is_refused_with_what_it_might_have_meant() -> None:
    rules, (problem,) = read_rules({"termination": "hd-only"})

    assert rules == Rules()
    assert problem.suggestion == "hd_only"


@pytest.mark.parametrize("value", ["31", 3.5, True, None])
def test_days_are_whole_numbers(value: object) -> None:
    rules, problems = read_rules({"look_forward_days": value})

    assert [p.name for p in problems] == ["look_forward_days"]
    assert rules == Rules()


@pytest.mark.parametrize("value", ["13-01", "1231", "02-30", "12/31", 1231])
def test_a_day_of_the_year_is_month_and_day(value: object) -> None:
    _, problems = read_rules({"plan_year_end": value})

    assert [p.name for p in problems] == ["plan_year_end"]


@pytest.mark.parametrize("rule", [f for f in dataclasses.fields(Rules) if f.metadata["values"]], ids=lambda f: f.name)
def test_no_value_of_any_rule_tells_of_somebody_to_whom_nothing_happened(rule: dataclasses.Field[Any]) -> None:
    reported = family(jane(covered(tier="employee_spouse")), pat(covered()))
    for value in rule.metadata["values"]:
        view = seen(reported, reported, **{rule.name: value})

        assert story(reported, view.family, on=TODAY, **{rule.name: value}).statement is None


def test_a_rule_that_came_later_asks_no_feed_to_begin_anew() -> None:
    """A new rule belongs in ``_CAME_LATER``: else every feed waits for a rebase after an upgrade."""
    spelled = Rules().spelled()

    assert hashlib.sha256(spelled.encode()).hexdigest() == (
        "677520b77a3705acee53337630e4add4b129b93a1e642cacef0564d51834f967"
    )
    assert Rules(begin_correction="delete_and_add").spelled() != spelled
    assert Rules(termination="hd_only").spelled() != spelled
