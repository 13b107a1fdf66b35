"""A scenario is read as it is written: typed by the model's catalogue, day laid over day, and refused by name."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from edi834.errors import ConfigurationError
from edi834.model import CoveredMember
from edi834.testpack import Cast, Scenario, read_cast, read_scenario

CAST = """
[groups.G]
name = "Invented"

[coverages.medical]
benefit = "medical"
plan_code = "PPO500"

[people.jane]
group_id = "G"
member_id = "E1"
subscriber_id = "E1"
relationship = "self"
last_name = "Doe"
first_name = "Jane"
email = "jane@example.com"
birth_date = 1980-01-01
gender = "F"

[people.sam]
group_id = "G"
member_id = "E1-1"
subscriber_id = "E1"
relationship = "child"
last_name = "Doe"
first_name = "Sam"
birth_date = 2015-03-04
gender = "M"
"""
HEAD = 'title = "a"\nrow = 1\nexercises = "b"\n'
DAY = "[[days]]\nas_of = 2024-02-01\n"
COVERED = 'jane.coverages.medical = { tier = "employee", effective_date = 2024-02-01 }\n'


def cast() -> Cast:
    return read_cast("cast.toml", CAST)


def scenario(days: str, head: str = HEAD) -> Scenario:
    return read_scenario("samples/scenarios/01-hire.toml", head + days, cast())


def people(scenario: Scenario, day: int) -> dict[str, CoveredMember]:
    return {str(m.member.first_name): m for family in scenario.days[day].families() for m in family.members}


def test_a_person_begins_with_the_facts_of_the_cast() -> None:
    (family,) = scenario(DAY + COVERED + "jane.salary = 52000\njane.disabled = true\n").days[0].families()
    (jane,) = family.members

    assert (jane.member.last_name, jane.member.birth_date) == ("Doe", date(1980, 1, 1))
    assert (jane.member.salary, jane.member.disabled) == (Decimal(52000), True)
    assert [(c.benefit, c.plan_code, c.tier) for c in jane.coverages] == [("medical", "PPO500", "employee")]


def test_a_day_is_the_day_before_with_what_it_states() -> None:
    read = scenario(
        DAY + COVERED + "sam.coverages.medical = { effective_date = 2024-02-01 }\n"
        '[[days]]\nas_of = 2024-03-01\njane.email = ""\njane.coverages.medical.end_date = 2024-03-31\ngone = ["sam"]\n'
        "[[days]]\nas_of = 2024-04-01\njane.coverages.medical = false\n"
        "jane.coverages.medical-again = { effective_date = 2024-05-01 }\n"
    )

    assert set(people(read, 0)) == {"Jane", "Sam"}
    assert set(people(read, 1)) == {"Jane"}
    assert people(read, 0)["Jane"].member.email == "jane@example.com"
    assert people(read, 1)["Jane"].member.email is None
    assert people(read, 1)["Jane"].coverages[0].end_date == date(2024, 3, 31)
    assert [c.effective_date for c in people(read, 2)["Jane"].coverages] == [date(2024, 5, 1)]


def test_a_feed_sees_no_coverage_of_another_carrier_and_no_family_without_its_own() -> None:
    other = 'jane.coverages.medical = { carrier_id = "other", effective_date = 2024-02-01 }\n'

    assert list(scenario(DAY + other).days[0].families()) == []


def test_a_subscriber_without_coverage_stands_for_the_dependents() -> None:
    read = scenario(DAY + 'jane.gender = "F"\nsam.coverages.medical = { effective_date = 2024-02-01 }\n')

    assert [len(m.coverages) for m in people(read, 0).values()] == [0, 1]


def test_a_scenario_that_brings_rules_or_a_mapping_of_its_own_is_not_plain() -> None:
    assert scenario(DAY + COVERED).is_plain
    assert not scenario(DAY + COVERED + '[rules]\nopen_end = "omit"\n').is_plain
    assert not scenario(DAY + COVERED + '[set]\n"2100A/PER" = false\n').is_plain


@pytest.mark.parametrize(
    ("days", "named"),
    [
        ("[[days]]\nas_of =", "not TOML"),
        ("[[days]]\n" + COVERED, "as_of"),
        (DAY + "joe.coverages.medical = { effective_date = 2024-02-01 }\n", "'joe'"),
        (DAY + 'jane.surname = "Doe"\n', "'surname'"),
        (DAY + "jane.hire_date = 'yesterday'\n", "hire_date"),
        (DAY + 'jane.marital_status = "merry"\n', "'merry'"),
        (DAY + "jane.salary = true\n", "salary"),
        (DAY + 'gone = ["sam"]\n', "'sam'"),
        (DAY + "jane.coverages.medical = { tier = 'employee' }\n", "effective_date"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(days: str, named: str) -> None:
    with pytest.raises(ConfigurationError, match="E834-0140") as refused:
        _ = [list(day.families()) for day in scenario(days).days]

    assert named in refused.value.message


@pytest.mark.parametrize("head", ['row = 1\nexercises = "b"\n', 'title = "a"\nexercises = "b"\n', HEAD + "rule = 1\n"])
def test_a_scenario_says_what_it_is_and_nothing_that_is_not_known(head: str) -> None:
    with pytest.raises(ConfigurationError, match="E834-0140"):
        scenario(DAY + COVERED, head)
