"""What stands several times at one place of a sample is drafted as lists and repetitions, each value with its own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence

import pytest

from edi834.book.statement import Action, FamilyStatement
from edi834.draft import Draft, Known, draft_mapping, measured, read_sample
from edi834.x12 import read
from tests.mapping.builders import AROUND, BASE, JANE, built, compiled, covered, day, family, reported, span

CARRIER = """[set]
"2000/REF[ZZ]02" = ["member.alternate_id", "'EMP' if member.is_subscriber", "subscriber.union_code"]
"2100A/DMG05-1" = "member.race_ethnicity | split(';')"
[categories.RATING]
"REF[17]02" = "'A1'"
[categories."RATING again"]
"N1[75]02" = "'RATING'"
"REF[ZZ]02" = "member.location_code"
"""
PEOPLE = [
    ("Doe", "A71", "U1", "B;E"),
    ("Roe", "A72", "U2", "B"),
    ("Poe", "A73", "U2", "C;D;E"),
    ("Noe", None, "U1", None),
]


def families() -> list[FamilyStatement]:
    made = []
    for number, (name, other, union, race) in enumerate(PEOPLE):
        values = {
            **JANE, "member_id": f"E200{number}", "last_name": name, "ssn": f"90045678{number}", "alternate_id": other,
            "union_code": union, "race_ethnicity": race, "birth_date": day(f"198{number}-01-01"), "gender": "F",
            "location_code": f"OR{number % 2}",
        }  # fmt: skip
        one = reported(Action.ADD, "new_hire", values, span(Action.ADD, covered()), subscriber=f"E200{number}")
        made.append(family(one))
    return made


def known(statements: Sequence[FamilyStatement]) -> Known:
    people = {("ssn", str(m.member.values["ssn"])): m.member for f in statements for m in f.members}
    return Known(AROUND.groups, people)


@pytest.fixture(scope="module")
def drafted() -> Draft:
    outcome = built(*families(), mapping=compiled(CARRIER))
    assert outcome.document is not None, outcome.findings
    sample = read(outcome.document.content).interchanges[0]
    people = known(families())
    return draft_mapping(read_sample(sample, compiled().spec.inline, people), BASE, "sample.834", people)


def test_what_stands_several_times_becomes_a_list_with_each_its_own_source(drafted: Draft) -> None:
    said = tomllib.loads(drafted.text)["set"]

    listed = said["2000/REF[ZZ]02"]
    assert len(listed) == 3
    assert set(listed) >= {"member.alternate_id"}
    assert "subscriber.union_code" in listed or "member.union_code" in listed
    assert any("'EMP'" in one for one in listed)


def test_a_repetition_is_found_to_be_a_field_that_is_split(drafted: Draft) -> None:
    assert tomllib.loads(drafted.text)["set"]["2100A/DMG05-1"] == "member.race_ethnicity | split(';')"


def test_each_value_of_a_list_says_how_sure_it_is(drafted: Draft) -> None:
    block = drafted.text.partition('"2000/REF[ZZ]02" = [')[2].partition("\n]")[0].splitlines()

    assert [line for line in block[1:] if not re.search(r" # (sure|likely|a guess)", line)] == []


def test_a_category_that_stands_twice_is_drafted_twice(drafted: Draft) -> None:
    categories = tomllib.loads(drafted.text)["categories"]

    assert categories["RATING (2)"]["N1[75]02"] == "'RATING'"
    assert set(categories) == {"RATING", "RATING (2)"}


def test_the_draft_says_the_same_of_the_same_people(drafted: Draft) -> None:
    comparison, findings = measured(drafted)

    assert comparison is not None, findings
    assert comparison.is_same, comparison.differences


def test_codes_that_everybody_has_side_by_side_become_a_list_of_codes() -> None:
    carrier = '[set]\n"2320/COB04" = ["\'1\'", "\'35\'"]\n'
    other = {"order": "P", "carrier_name": "Elsewhere Health", "policy_number": "X1"}
    statements = [
        family(reported(Action.ADD, "new_hire", {**JANE, "member_id": f"E300{n}", "ssn": f"90145678{n}"},
                    span(Action.ADD, covered()), subscriber=f"E300{n}", other_insurance=(other,)))
        for n in range(3)
    ]  # fmt: skip
    outcome = built(*statements, mapping=compiled(carrier))
    assert outcome.document is not None, outcome.findings
    assert b"*1^35~" in outcome.document.content
    sample = read(outcome.document.content).interchanges[0]
    draft = draft_mapping(
        read_sample(sample, compiled().spec.inline, known(statements)), BASE, "s.834", known(statements)
    )

    assert tomllib.loads(draft.text)["set"]["2320/COB04"] == ["'1'", "'35'"]


def test_without_a_snapshot_what_nothing_gives_is_left_to_a_person() -> None:
    outcome = built(*families(), mapping=compiled(CARRIER))
    assert outcome.document is not None
    draft = draft_mapping(
        read_sample(read(outcome.document.content).interchanges[0], compiled().spec.inline), BASE, "sample.834"
    )

    assert re.search(r"^# 2000/REF\[ZZ\]02  stands up to 3 times, and nothing known gives the rest", draft.text, re.M)
    assert "U1" not in draft.text
    assert "A71" not in draft.text
