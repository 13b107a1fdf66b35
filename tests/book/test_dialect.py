"""The dialect: a rule is read, or refused; and rules that the declared reading cannot understand are refused."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

import pytest

from edi834.book import Dialect, contradictions, read_dialect
from tests.book.families import covered, family, jane, pat, story

CHOICES = [f for f in dataclasses.fields(Dialect) if f.metadata["values"]]


def test_without_settings_the_rules_are_the_base_rules() -> None:
    assert read_dialect({}) == (Dialect(), ())


@pytest.mark.parametrize("rule", CHOICES, ids=lambda f: f.name)
def test_every_value_of_every_rule_is_read(rule: dataclasses.Field[Any]) -> None:
    assert rule.default in rule.metadata["values"]
    for value in rule.metadata["values"]:
        rules, problems = read_dialect({rule.name: value})

        assert getattr(rules, rule.name) == value
        assert problems == ()


@pytest.mark.parametrize("rule", dataclasses.fields(Dialect), ids=lambda f: f.name)
def test_every_rule_says_where_it_was_seen(rule: dataclasses.Field[Any]) -> None:
    assert rule.metadata["seen"]
    assert all(rule.metadata["values"].values())


def test_a_rule_that_does_not_exist_is_refused_with_what_it_might_have_meant() -> None:
    rules, (problem,) = read_dialect({"terminaton": "hd_only"})

    assert rules == Dialect()
    assert (problem.name, problem.suggestion) == ("terminaton", "termination")


def test_a_value_that_does_not_exist_is_refused_with_what_it_might_have_meant() -> None:
    rules, (problem,) = read_dialect({"termination": "hd-only"})

    assert rules == Dialect()
    assert problem.suggestion == "hd_only"


@pytest.mark.parametrize("value", ["31", 3.5, True, None])
def test_days_are_whole_numbers(value: object) -> None:
    rules, problems = read_dialect({"look_forward_days": value})

    assert [p.name for p in problems] == ["look_forward_days"]
    assert rules == Dialect()


@pytest.mark.parametrize("value", ["13-01", "1231", "02-30", "12/31", 1231])
def test_a_day_of_the_year_is_month_and_day(value: object) -> None:
    _, problems = read_dialect({"plan_year_end": value})

    assert [p.name for p in problems] == ["plan_year_end"]


# --- rules that contradict each other -----------------------------------------------------------------------------


def refused(mode: str = "changes", **rules: Any) -> dict[str, str | None]:
    """The rules to change, each with the value that would be understood."""
    chosen, problems = read_dialect(rules)
    assert problems == (), problems
    return {p.name: p.suggestion for p in contradictions(chosen, mode)}


@pytest.mark.parametrize("mode", ["changes", "full_audit", "full_replace"])
def test_the_base_rules_contradict_nothing(mode: str) -> None:
    assert refused(mode) == {}


def test_a_carrier_that_finds_a_coverage_by_its_first_day_cannot_be_told_another_one() -> None:
    by_begin = {"coverage_identity": "line_plan_and_begin"}

    assert refused(**by_begin) == {"begin_correction": "delete_and_add", "begin_date": "end_and_add"}
    assert refused(**by_begin, begin_correction="delete_and_add", begin_date="end_and_add") == {}


def test_another_plan_is_a_change_only_to_a_carrier_that_finds_a_coverage_by_its_line() -> None:
    assert refused(plan_change="simple") == {"plan_change": "term_then_add"}
    assert refused(plan_change="simple", coverage_identity="line") == {}


@pytest.mark.parametrize(
    ("omission", "mode", "is_understood"),
    [
        ("never", "full_replace", False),
        ("full_replace", "full_replace", True),
        ("full_replace", "full_audit", False),
        ("full", "full_audit", True),
        ("full", "full_replace", True),
        ("full", "changes", False),
    ],
)
def test_leaving_people_out_ends_them_only_where_the_carrier_has_agreed_to_it(
    omission: str, mode: str, *, is_understood: bool
) -> None:
    assert refused(mode, missing="omission", omission=omission) == ({} if is_understood else {"missing": "carry"})


@pytest.mark.parametrize(
    ("name", "value", "instead"),
    [
        ("ssn_correction", "term_and_add", "correct"),
        ("policy_change", "close_and_open", "change"),
        ("after_rejection", "term_and_add", "upsert"),
    ],
)
def test_a_carrier_that_ends_the_family_with_the_subscriber_cannot_begin_the_subscriber_anew(
    name: str, value: str, instead: str
) -> None:
    assert refused(cascade="subscriber_only", **{name: value}) == {name: instead}
    assert refused(cascade="each", **{name: value}) == {}


def test_every_suggestion_is_a_value_of_its_rule() -> None:
    values = {f.name: f.metadata["values"] for f in dataclasses.fields(Dialect)}
    dialect = Dialect(
        coverage_identity="line_plan_and_begin", plan_change="simple", missing="omission", cascade="subscriber_only",
        ssn_correction="term_and_add", policy_change="close_and_open", after_rejection="term_and_add",
    )  # fmt: skip
    problems = contradictions(dialect, "full_audit")

    assert len(problems) == 7
    assert all(p.suggestion in values[p.name] and p.message for p in problems)


# --- what every value has in common -------------------------------------------------------------------------------

UNDERSTOOD = {
    "plan_change": {"coverage_identity": "line"},
    "coverage_identity": {"begin_correction": "delete_and_add", "begin_date": "end_and_add"},
}
"""What else must be declared for some values of a rule to be understood."""


@pytest.mark.parametrize("mode", ["changes", "full_replace"])
@pytest.mark.parametrize("rule", CHOICES, ids=lambda f: f.name)
def test_no_value_of_any_rule_says_anything_of_somebody_to_whom_nothing_happened(
    rule: dataclasses.Field[Any], mode: str
) -> None:
    held = family(jane(covered(tier="employee_spouse")), pat(covered()))
    for value in rule.metadata["values"]:
        if rule.name == "missing" and value == "omission" and mode == "changes":
            continue  # refused: a change file leaves everybody out
        rules = {**UNDERSTOOD.get(rule.name, {}), "omission": "full_replace", rule.name: value}
        tonight = story(held, held, mode=mode, **rules)

        assert tonight.kinds == set()
        assert tonight.statement is None or mode == "full_replace"


def test_a_rule_that_was_added_asks_no_feed_to_begin_anew_unnoticed() -> None:
    """All rules are in the digest that a baseline rests on: with another text, every feed waits for a rebase."""
    spelled = Dialect().spelled()

    assert hashlib.sha256(spelled.encode()).hexdigest() == (
        "d31b3fead05c84bb2a5c66b7514b8500bbd931da96aa7376395e54fb876bd745"
    )
    assert Dialect(begin_correction="delete_and_add").spelled() != spelled
    assert Dialect(termination="hd_only").spelled() != spelled
