"""Scenarios befall people of a feed's own: its groups, its benefits, codes that its tables know, and days of late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from edi834.model import CoveredMember, GroupId
from edi834.testpack import Fit, Scenario, fit_scenario, misfit
from tests.scenarios.performed import rehearsal_of, scenarios

TODAY = date(2031, 8, 10)
FEED = Fit((GroupId("acme"),), ("dental",), {"coverage.plan_code": ("GOLD", "SILVER")})


def fitted(name: str, fit: Fit = FEED, number: int = 7) -> Scenario:
    return fit_scenario(scenarios()[name], fit, number=number, today=TODAY)


def people(scenario: Scenario) -> Iterator[CoveredMember]:
    return (member for day in scenario.days for family in day.families() for member in family.members)


def values(scenario: Scenario, name: str) -> set[Any]:
    return {getattr(c, name) for member in people(scenario) for c in member.coverages}


def test_groups_benefits_and_codes_are_the_feeds_own_in_order() -> None:
    scenario = fitted("13-plan-change")

    assert {str(m.member.group_id) for m in people(scenario)} == set(scenario.groups) == {"acme"}
    assert values(scenario, "benefit") == {"dental"}
    assert [c.plan_code for c in list(people(scenario))[-1].coverages] == ["GOLD", "SILVER"]


def test_codes_that_the_feed_knows_stay_as_they_are() -> None:
    known = Fit(FEED.groups, ("medical",), {"coverage.plan_code": ("AAA", "HDHP1", "PPO500")})

    assert values(fitted("13-plan-change", known), "plan_code") == {"PPO500", "HDHP1"}


def test_a_benefit_beyond_the_feeds_own_is_not_seen() -> None:
    assert values(fitted("01-new-hire"), "benefit") == {"dental"}
    assert misfit(scenarios()["01-new-hire"], FEED) is None


@pytest.mark.parametrize(
    ("name", "fit", "why"),
    [
        ("07-one-coverage-ends", FEED, "2 benefits, and the feed has 1"),
        ("19-group-move", FEED, "2 groups, and the feed has 1"),
        (
            "13-plan-change",
            Fit(FEED.groups, ("dental",), {"coverage.plan_code": ("GOLD",)}),
            "2 codes for coverage.plan",
        ),
    ],
)
def test_a_scenario_that_needs_more_than_the_feed_has_says_so(name: str, fit: Fit, why: str) -> None:
    assert why in str(misfit(scenarios()[name], fit))


def test_each_scenario_has_people_and_numbers_of_its_own_that_are_never_issued() -> None:
    feed = Fit((GroupId("acme"), GroupId("acme-mill")), ("medical", "dental"), {})
    seen: dict[str, str] = {}
    for number, name in enumerate(sorted(scenarios()), start=1):
        for covered in people(fitted(name, feed, number)):
            for identifier in (covered.member.member_id, covered.member.ssn):
                assert identifier is None or seen.setdefault(identifier, name) == name
            assert covered.member.ssn is None or covered.member.ssn.startswith("900")
    assert len(seen) > len(scenarios())


@pytest.mark.parametrize("name", sorted(scenarios()))
def test_days_are_as_late_as_they_can_be_and_never_later_than_today(name: str) -> None:
    feed = Fit((GroupId("acme"), GroupId("acme-mill")), ("medical", "dental"), {})
    plain, moved = scenarios()[name], fitted(name, feed)

    last = moved.days[-1].as_of
    assert last <= TODAY < last.replace(year=last.year + 1)
    years = last.year - plain.days[-1].as_of.year
    assert [d.as_of.year - years for d in moved.days] == [d.as_of.year for d in plain.days]
    assert {b.replace(year=b.year - years) for b in values(moved, "effective_date")} == values(plain, "effective_date")
    assert {m.member.birth_date for m in people(moved) if m.member.first_name == "Jane"} <= {date(1980, 1, 1)}


def test_a_fitted_scenario_tells_what_the_scenario_tells() -> None:
    """Fitting changes who, which and when, and nothing of what happens."""
    fit = Fit((GroupId("GRP100"), GroupId("GRP200")), ("medical", "dental"), {})
    for name, scenario in scenarios().items():
        rehearsal = rehearsal_of(name)
        plain, moved = rehearsal.days(scenario), rehearsal.days(fit_scenario(scenario, fit, number=9, today=TODAY))

        assert [_actions(day.plan) for day in moved] == [_actions(day.plan) for day in plain], name


def _actions(plan: Any) -> list[Any]:
    return [
        (m.action, m.reason, [(c.action, c.coverage.benefit) for c in m.coverages])
        for statement in plan.statements
        for m in statement.members
    ]
