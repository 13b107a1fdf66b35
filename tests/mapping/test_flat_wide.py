"""Wide records: a family or a person's coverages side by side, reported whole whenever anything of them is reported."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from edi834.book.statement import Action, FamilyStatement
from edi834.grants import ReleasedFamily
from edi834.mapping import Layer
from edi834.mapping.flat_build import flat_round_trip
from edi834.mapping.flat_spec import CompiledFlat
from edi834.mapping.tracing import FlatTracer
from edi834.model import FamilyRef, GroupId, MemberId
from tests.mapping.builders import AROUND, JANE, SAM, covered, day, family, person, reported, span
from tests.mapping.flat_builders import built, compiled, findings_of, lines

MEDICAL = covered("medical", "PPO500", volume=Decimal("1.50"))
DENTAL = covered("dental", "DEN1", volume=Decimal("2.25"))
TOM = {**SAM, "member_id": "E1001-3", "first_name": "Tom"}

WIDE = """
format = "delimited"
[layout]
line_end = "LF"
header_row = true
[[layout.record]]
name = "F"
level = "subscriber"
fields = [
  { name = "id", value = "member.member_id" },
  { each = "coverage", benefits = ["medical", "dental"], fields = [
    { name = "{benefit} plan", value = "coverage.plan_code" },
    { name = "{benefit} does", value = "span.action" },
  ] },
  { each = "dependent", times = 2, fields = [
    { name = "dep {dependent}", value = "member.first_name" },
    { name = "dep {dependent} type", value = "'D'" },
    { each = "coverage", times = 1, fields = [
      { name = "dep {dependent} plan {coverage}", value = "coverage.plan_code" } ] },
  ] },
]
"""
NAMES = (
    "id,medical plan,medical does,dental plan,dental does,dep 1,dep 1 type,dep 1 plan 1,dep 2,dep 2 type,dep 2 plan 1"
)


def wide(text: str = WIDE) -> CompiledFlat:
    return compiled(Layer("carrier.toml", text))


def jane(*spans: Any, action: Action = Action.ADD) -> Any:
    return reported(action, None, JANE, *(spans or (span(action, MEDICAL),)))


def child(values: dict[str, Any], action: Action = Action.ADD, *spans: Any) -> Any:
    return reported(action, None, values, *(spans or (span(action, MEDICAL),)))


def beside(statement: FamilyStatement, *standing: Any) -> FamilyStatement:
    """The same statement, in a family in which others stand of whom nothing is reported."""
    target = ReleasedFamily(statement.target.ref, statement.target.members).with_members(
        (*statement.target.members, *standing)
    )
    return replace(statement, target=target)


def rows(*families: FamilyStatement, mapping: CompiledFlat | None = None) -> list[str]:
    return lines(built(mapping or wide(), *families))


def test_a_family_stands_in_one_record_with_a_place_for_each_benefit_and_dependent() -> None:
    both = (span(Action.ADD, MEDICAL), span(Action.ADD, DENTAL))
    names, row = rows(family(jane(*both), child(SAM), child(TOM)))

    assert names == NAMES
    assert row == "E1001,PPO500,add,DEN1,add,Sam,D,PPO500,Tom,D,PPO500"


def test_a_place_without_anybody_is_empty_even_of_what_is_the_same_for_everybody() -> None:
    assert rows(family(jane()))[1] == "E1001,PPO500,add,,,,,,,,"


def test_a_change_of_one_dependent_tells_the_family_whole() -> None:
    """The carrier puts the record in place of the one it has: whoever were left out would be lost."""
    mother = person(JANE, span(Action.ADD, MEDICAL))
    brother = person(TOM, span(Action.ADD, MEDICAL))
    statement = beside(family(child({**SAM, "first_name": "Samuel"}, Action.CHANGE)), mother, brother)

    assert rows(statement)[1:] == ["E1001,PPO500,audit,,,Samuel,D,PPO500,Tom,D,PPO500"]


def test_what_stands_beside_a_change_of_one_benefit_is_reported_with_it() -> None:
    both = (span(Action.ADD, MEDICAL), span(Action.CHANGE, DENTAL))
    whole = jane(*both, action=Action.CHANGE)
    only_dental = replace(whole, coverages=both[1:])

    assert rows(family(only_dental))[1].startswith("E1001,PPO500,audit,DEN1,change,")


def test_an_ending_is_reported_in_its_place_and_gives_way_to_the_plan_that_goes_on() -> None:
    old = covered("medical", "PPO500", end_date=day("2024-06-30"))
    new = covered("medical", "HMO1", begin="2024-07-01")

    assert rows(family(jane(span(Action.END, old))))[1].startswith("E1001,PPO500,end,")
    assert rows(family(jane(span(Action.END, old), span(Action.ADD, new))))[1].startswith("E1001,HMO1,add,")


def test_a_dependent_who_is_ended_is_reported_once_more_and_then_has_no_place() -> None:
    past = covered("medical", "PPO500", end_date=day("2024-05-31"))
    mother, gone = person(JANE, span(Action.ADD, MEDICAL)), person(SAM, span(Action.END, past))
    ending = beside(family(child(SAM, Action.END, span(Action.END, past))), mother)
    after = beside(family(child(TOM)), mother, gone)

    assert rows(ending)[1] == "E1001,PPO500,audit,,,Sam,D,PPO500,,,"
    assert rows(after)[1] == "E1001,PPO500,audit,,,Tom,D,PPO500,,,"


def test_whoever_has_no_place_quarantines_the_family() -> None:
    three = [child({**SAM, "member_id": f"E1001-{n}"}) for n in (2, 3, 4)]
    outcome = built(wide(), family(jane(), *three))

    assert outcome.document is None
    assert [f.code for f in outcome.findings] == ["E834-1136"]
    assert "3 dependents" in outcome.findings[0].message
    assert outcome.quarantined == {FamilyRef(GroupId("GRP100"), MemberId("E1001"))}


@pytest.mark.parametrize(
    "spans",
    [
        (span(Action.ADD, covered("vision", "V1")),),
        (span(Action.ADD, MEDICAL), span(Action.ADD, covered("medical", "HMO1", begin="2024-07-01"))),
    ],
    ids=["no place for the benefit", "two plans that go on and one place"],
)
def test_coverage_without_a_place_is_never_left_out_in_silence(spans: tuple[Any, ...]) -> None:
    assert [f.code for f in built(wide(), family(jane(*spans))).findings] == ["E834-1136"]


def test_a_dependent_without_a_subscriber_has_no_record() -> None:
    assert [f.code for f in built(wide(), family(child(SAM))).findings] == ["E834-1145"]


def test_a_wide_file_reads_back_and_is_written_the_same_again() -> None:
    mapping = wide()
    outcome = built(mapping, family(jane(), child(SAM)))

    assert outcome.document is not None
    assert flat_round_trip(mapping, outcome.document.content) == ()


TOTALS = """
format = "fixed"
[layout]
line_end = "LF"
[[layout.record]]
name = "D"
level = "member"
fields = [
  { name = "t", width = 1, value = "'D'" },
  { each = "coverage", times = 2, fields = [
    { name = "volume {coverage}", width = 6, kind = "number", decimals = 2, value = "coverage.volume" } ] },
  { filler = 1 },
]
[[layout.record]]
name = "T"
level = "group_trailer"
fields = [
  { name = "t", width = 1, value = "'T'" },
  { name = "sum", width = 8, kind = "number", decimals = 2, align = "right", total = "volume {coverage}" },
]
"""


def test_a_trailer_adds_up_every_place_of_a_wide_record() -> None:
    both = (span(Action.ADD, MEDICAL), span(Action.ADD, DENTAL))

    assert rows(family(jane(*both), child(SAM)), mapping=wide(TOTALS)) == [
        "D225   150    ",
        "D150          ",
        "T     525",
    ]


def test_a_carrier_replaces_a_field_in_one_place_or_in_all() -> None:
    base = Layer("wide.toml", WIDE)
    text = 'extends = "wide"\n[set]\n"F/dep {dependent}" = "member.last_name"\n"F/dep 2 type" = false\n'
    mapping = compiled(base, Layer("carrier.toml", text))

    assert rows(family(jane(), child(SAM), child(TOM)), mapping=mapping)[1] == (
        "E1001,PPO500,add,,,Doe,D,PPO500,Doe,,PPO500"
    )


def test_a_workbook_is_a_layout_like_any_other() -> None:
    text = WIDE.replace('"delimited"', '"xlsx"').replace('line_end = "LF"', 'sheet = "Families"')
    outcome = built(wide(text), family(jane(), child(SAM)))

    assert outcome.document is not None
    sheet = openpyxl.load_workbook(io.BytesIO(outcome.document.content))["Families"]
    names, row = ([cell.value for cell in cells] for cells in sheet.iter_rows())
    assert names == NAMES.split(",")
    assert row[:2] == ["E1001", "PPO500"]


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ('each = "dependent"', 'each = "dependant"', "each must be one of dependent, coverage"),
        ("times = 2", "times = 0", "from 1 to 100"),
        ("times = 2", "times = 1000000000", "from 1 to 100"),
        ("times = 2", "times = true", "from 1 to 100"),
        ("times = 2", "time = 2", "nothing reads the key time"),
        ("times = 2, ", "", "needs times"),
        ('benefits = ["medical", "dental"]', 'benefits = ["medicine"]', "no benefit 'medicine'"),
        ('benefits = ["medical", "dental"]', 'benefits = ["dental", "dental"]', "stands twice"),
        ('benefits = ["medical", "dental"]', "benefits = 2", "list of texts"),
        ('name = "dep {dependent}"', 'name = "dep"', "must hold {dependent}"),
        ('name = "{benefit} plan"', 'name = "plan"', "must hold {benefit}"),
        ('level = "subscriber"', 'level = "person_coverage"', "stands in a record of the level"),
        ('value = "member.first_name"', 'value = "span.action"', "no value here"),
        ('each = "coverage", times = 1', 'each = "dependent", times = 1', "not in another of its kind"),
    ],
)
def test_a_wide_record_that_is_written_wrongly_is_reported_at_its_line(old: str, new: str, part: str) -> None:
    assert old in WIDE
    findings = findings_of(WIDE.replace(old, new))

    (found,) = [f for f in findings if part in f.message][:1]
    assert found.place is not None
    assert found.place.line is not None
    assert found.place.line > 5


def test_a_record_of_more_fields_than_any_is_refused_before_they_are_made() -> None:
    inner = ", ".join(f'{{ name = "{n} {{coverage}} {{dependent}}", value = "coverage.plan_code" }}' for n in range(60))
    bomb = f'{{ each = "coverage", times = 100, fields = [{inner}] }}'
    text = WIDE.replace('{ name = "dep {dependent}", value = "member.first_name" },', bomb + ",")

    assert "at most 5,000 fields" in " ".join(f.message for f in findings_of(text.replace("times = 2", "times = 100")))


NULL = """
format = "fixed"
[layout]
line_end = "LF"
[[layout.record]]
name = "H"
level = "file_header"
fields = [{ name = "t", width = 1, value = "'H'" }]
[[layout.record]]
name = "N"
level = "null_record"
fields = [{ name = "t", width = 1, value = "'N'" }, { name = "feed", width = 20, value = "file.feed_id" }]
[[layout.record]]
name = "D"
level = "member"
fields = [{ name = "t", width = 1, value = "'D'" }, { name = "id", width = 6, value = "member.member_id" }]
"""


def test_a_file_of_nobody_holds_a_null_record_where_the_carrier_wants_one() -> None:
    assert rows(mapping=wide(NULL)) == ["H", "Nnorthstar-medical   "]
    assert rows(family(jane()), mapping=wide(NULL)) == ["H", "DE1001 "]


def test_a_trace_of_a_wide_record_says_what_was_reported_before_of_whoever_stands_in_each_place() -> None:
    before = person(JANE, span(Action.ADD, MEDICAL)), person(SAM, span(Action.ADD, MEDICAL))
    after = reported(
        Action.CHANGE, "plan_change", JANE, span(Action.CHANGE, covered("medical", "HMO1"), MEDICAL), before={}
    )
    after = replace(after, reported=before[0])
    renamed = replace(child({**SAM, "first_name": "Samuel"}, Action.CHANGE), reported=before[1])
    statement = family(after, renamed)
    statement = replace(statement, reported=ReleasedFamily(statement.target.ref, before))
    traced = FlatTracer(wide(), AROUND).family(statement)
    found = {e.address: (e.value, e.before) for m in traced.members for s in m.segments for e in s.elements}

    assert found["F/medical plan"] == ("HMO1", "PPO500")
    assert found["F/dep 1"] == ("Samuel", "Sam")
    assert found["F/dep 1 plan 1"] == ("PPO500", "PPO500")
    assert found["F/id"] == ("E1001", "E1001")
    assert found["F/medical does"] == ("change", None)
