"""One change set, three forms: what an 834 tells, a flat file and a worklist tell too, and nothing else.

Each is written by its mapping and read back from its bytes by the same mapping, backwards; the truth is read off the
statements. What a layout cannot tell stands in ``forms/carries.toml``, and only there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings

from edi834.book import FamilyStatement
from edi834.check.facts import Account
from edi834.check.same_facts import FactDifference, compare_accounts
from edi834.feed.forms import X12Form
from edi834.grants import STRUCTURAL_FIELDS
from edi834.mapping import Surroundings
from tests.laws.histories import NightOf, histories
from tests.laws.nightly import Feed
from tests.laws.three_forms import MUST_TELL, Form, forms, reverted, truth
from tests.laws.world import World
from tests.mapping.builders import AROUND
from tests.scenarios.performed import rehearsal_of, scenarios

pytestmark = pytest.mark.laws

# Fifty change sets in every run of the suite; five hundred on request.
ON_REQUEST = settings.default is not None and settings.default.max_examples >= 1000
CHANGE_SETS = 500 if ON_REQUEST else 50


def say_the_same(every: Sequence[Form], statements: Sequence[FamilyStatement], around: Surroundings) -> None:
    """Write the statements in every form, read each back, and hold them against the truth and each other."""
    accounts: dict[str, Account] = {}
    for form in every:
        built = form.written(statements, around)
        assert built.document is not None, (form.name, built.findings)
        account = accounts[form.name] = form.read_back(built.document.content)
        assert _different(account, truth(statements, account.carries, around)) == (), form.name
        assert reverted(form, account, statements, around) == [], form.name
    for one, other in combinations(accounts, 2):
        assert _different(accounts[one], accounts[other]) == (), (one, other)


def _different(one: Account, other: Account) -> tuple[FactDifference, ...]:
    return compare_accounts(one, other).differences


@pytest.mark.parametrize("name", sorted(scenarios()))
def test_every_scenario_says_the_same_in_every_form(name: str) -> None:
    rehearsal = rehearsal_of(name)
    assert isinstance(rehearsal.form, X12Form)
    every = forms(rehearsal.form.mapping)
    fields = STRUCTURAL_FIELDS.union(*(form.mapping.uses for form in every))
    rehearsal = replace(rehearsal, fields=dict.fromkeys(rehearsal.fields, tuple(sorted(fields))))
    for day in rehearsal.days(scenarios()[name]):
        reported = [family for family in day.plan.statements if family.members]
        if reported:
            facts = replace(AROUND.facts, as_of=day.as_of, scope=day.scope)
            say_the_same(every, reported, replace(AROUND, facts=facts))


@given(histories(most=3))
@settings(max_examples=CHANGE_SETS)
def test_random_change_sets_say_the_same_in_every_form(history: list[NightOf]) -> None:
    every, world, feed = forms(), World(), Feed()
    for night in history:
        world.next_night(night.days)
        for what in night.happenings:
            world.happen(what)
        plan = feed.run(world.snapshot(), rejecting=night.rejecting).prepared.plan
        reported = [family for family in plan.statements if family.members]
        if reported:
            groups = {family.target.ref.group_id: next(iter(AROUND.groups.values())) for family in reported}
            facts = replace(AROUND.facts, as_of=world.night)
            say_the_same(every, reported, replace(AROUND, facts=facts, groups=groups))


@pytest.mark.parametrize("form", forms(), ids=lambda form: form.name)
def test_a_form_tells_every_fact_or_says_why_it_does_not(form: Form) -> None:
    rules = MUST_TELL[form.name]
    carried = form.wording.carries.keys() | ({"subscriber.member_id", "member.member_id", "change.reason",
                                             "coverage.benefit"} if form.name == "worklist" else set())  # fmt: skip

    assert set(rules["loses"]) == set(MUST_TELL["facts"]) - carried
    assert all(reason for reason in rules["loses"].values())


def _one_night() -> tuple[tuple[Form, ...], list[FamilyStatement], Surroundings]:
    name = "01-new-hire"
    rehearsal = rehearsal_of(name)
    every = forms()
    fields = STRUCTURAL_FIELDS.union(*(form.mapping.uses for form in every))
    rehearsal = replace(rehearsal, fields=dict.fromkeys(rehearsal.fields, tuple(sorted(fields))))
    day = rehearsal.days(scenarios()[name])[-1]
    return every, list(day.plan.statements), replace(AROUND, facts=replace(AROUND.facts, as_of=day.as_of))


@pytest.mark.parametrize(
    ("find", "swap", "name"),
    [
        ("PPO500", "PPO501", "coverage.plan_code"),
        ("20240201", "20240202", "span.begin"),
        ("512.25", "512.20", "coverage.premium"),
    ],
)
def test_a_fact_that_differs_in_one_form_is_found_in_every_pair(find: str, swap: str, name: str) -> None:
    every, reported, around = _one_night()
    contents = {form.name: form.written(reported, around).document for form in every}
    records = next(form for form in every if form.name == "records")
    document = contents["records"]
    assert document is not None
    assert find.encode() in document.content
    wrong = records.read_back(document.content.replace(find.encode(), swap.encode()))
    for form in every:
        other = contents[form.name]
        assert other is not None
        names = {d.name for d in compare_accounts(form.read_back(other.content), wrong).differences}
        assert name in names


def test_a_form_that_leaves_a_span_out_is_found() -> None:
    every, reported, around = _one_night()
    x12, records = every[0], every[1]
    whole, other = x12.written(reported, around).document, records.written(reported, around).document
    assert whole is not None
    assert other is not None
    lines = other.content.splitlines(keepends=True)
    less = b"".join(line for line in lines if b"|DEN|" not in line)
    assert less != other.content
    differences = compare_accounts(x12.read_back(whole.content), records.read_back(less)).differences

    assert {d.name for d in differences} == {"span"}
