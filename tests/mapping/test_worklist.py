"""A worklist shows what the mapping lists, the old value beside the new, in the mapping's order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from edi834.book.statement import Action
from edi834.mapping import CompiledWorklist, Layer, WorklistRow, compile_worklist, read_spec, worklist_rows
from edi834.mapping.tracing import WorklistTracer
from tests.mapping.builders import AROUND, JANE, covered, day, family, reported, span

SHOW = """
format = "worklist"
[show]
"Name" = "member.last_name ~ ', ' ~ member.first_name"
"Address" = "member.address1"
"Plan" = "coverage.plan_code"
"Premium" = "coverage.premium"
"Last day" = "span.end"
"Tier" = "coverage.tier | lookup('tiers')"
[tables.tiers]
employee = "Employee only"
family = "Family"
"""


def compiled(text: str = SHOW) -> CompiledWorklist:
    spec, findings = read_spec([Layer("vision.toml", text)])
    assert spec is not None, findings
    worklist, findings = compile_worklist(spec)
    assert worklist is not None, findings
    return worklist


def test_old_and_new_stand_beside_each_other() -> None:
    was = covered("vision", "VIS1", tier="employee")
    now = covered("vision", "VIS1", tier="family", premium=Decimal("9.5"))
    statement = reported(
        Action.CHANGE, "marriage", {**JANE, "address1": "2 Elm St"}, span(Action.CHANGE, now, was),
        before={"last_name": "Roe", "address1": "1 Main St"},
    )  # fmt: skip

    assert worklist_rows(compiled(), AROUND, family(statement), statement) == (
        WorklistRow("Name", "Roe, Jane", "Doe, Jane"),
        WorklistRow("Address", "1 Main St", "2 Elm St"),
        WorklistRow("Plan", "VIS1", "VIS1", "vision"),
        WorklistRow("Premium", None, "9.50", "vision"),
        WorklistRow("Last day", None, None, "vision"),
        WorklistRow("Tier", "Employee only", "Family", "vision"),
    )


def test_somebody_new_has_no_old_values() -> None:
    coverage = covered("vision", "VIS1", end_date=day("2024-12-31"))
    statement = reported(Action.ADD, "new_hire", JANE, span(Action.ADD, coverage))
    rows = worklist_rows(compiled(), AROUND, family(statement), statement)

    assert {row.old for row in rows} == {None}
    assert [row.new for row in rows if row.label == "Last day"] == ["2024-12-31"]


def test_what_a_code_table_does_not_know_is_said_and_not_guessed() -> None:
    statement = reported(Action.ADD, "new_hire", JANE, span(Action.ADD, covered("vision", "VIS1", tier="two_party")))
    rows = worklist_rows(compiled(), AROUND, family(statement), statement)

    (finding,) = [row.finding for row in rows if row.finding]
    assert finding.code == "E834-0631"
    assert finding.place is not None
    assert finding.place.line == 9


def test_a_worklist_says_which_fields_it_uses_and_what_is_wrong_with_it() -> None:
    shown = {
        "member.last_name", "member.first_name", "member.address1",
        "coverage.plan_code", "coverage.premium", "coverage.tier",
    }  # fmt: skip
    assert compiled().uses >= shown
    assert "member.ssn" not in compiled().uses
    spec, _ = read_spec([Layer("vision.toml", '[show]\n"Name" = "member.lastname"\n')])
    assert spec is not None
    worklist, (finding,) = compile_worklist(spec)
    assert worklist is None
    assert finding.message == "Name: there is no name member.lastname"
    assert finding.place is not None
    assert finding.place.line == 2


def test_a_trace_of_a_worklist_names_the_table_row_and_what_was_reported_before() -> None:
    text = 'format = "worklist"\n[show]\nPlan = "coverage.plan_code | lookup(\'plans\')"\nCity = "member.city"\n'
    spec, _ = read_spec([Layer("paper.toml", f'{text}[tables.plans]\nPPO500 = "Plan A"\nHMO1 = "Plan B"\n')])
    assert spec is not None
    worklist, findings = compile_worklist(spec)
    assert worklist is not None, findings
    moved = reported(
        Action.CHANGE, "plan_change", {**JANE, "city": "Eugene"},
        span(Action.CHANGE, covered(plan="HMO1"), covered()), before={"city": "Boise"},
    )  # fmt: skip
    whole = replace(family(moved), reported=family(moved).target)
    (member,) = WorklistTracer(worklist, AROUND).family(whole).members
    lines = {e.address: e for s in member.segments for e in s.elements}

    assert (lines["Plan"].value, lines["Plan"].before) == ("Plan B", "Plan A")
    assert [(row.path, row.line) for row in lines["Plan"].table_rows] == [("paper.toml", 7)]
    assert (lines["City"].value, lines["City"].before) == ("Eugene", "Boise")
