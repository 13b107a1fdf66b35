"""The page of the mapping language is true: its examples compile, and what it says an expression gives, it gives."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest

from edi834.errors import Place
from edi834.mapping import Layer, compile_x12, read_spec
from edi834.mapping.language import Expression, Level, Scope, Setting, compile_expression, inline_table, table_from_csv
from edi834.mapping.language.filters import FILTERS
from edi834.mapping.language.names import every_derived_name
from tests.mapping.builders import BASE

PAGE = (Path(__file__).parents[2] / "docs" / "onboarding" / "language.md").read_text(encoding="utf-8")
PLANS = "plan_code,carrier_plan,line\nPPO500,P5,HLT\nHDHP1,H1,HLT\n"
PERSON = {
    "member_id": "E1001", "last_name": "O'Neil-Smith", "first_name": "Zoë", "ssn": "900456789", "department": "NORTH",
    "division": "W", "home_phone": "(503) 555-0142", "postal_code": "97201-1234", "race_ethnicity": "B;E",
    "birth_date": date(1980, 1, 5), "disabled": False, "is_subscriber": True,
}  # fmt: skip
COVERAGE = {
    "plan_code": "PPO500", "tier": "family", "effective_date": date(2024, 2, 1), "end_date": date(2024, 12, 31),
    "premium": Decimal("120.50"), "provider_name": "Smith, Ann",
}  # fmt: skip


def cells(line: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def examples() -> list[tuple[str, str]]:
    """Each expression with what the page says it gives."""
    found = []
    for heading, column in (("## Expressions", 0), ("## Filters", 2)):
        part = PAGE.partition(heading)[2].partition("\n## ")[0]
        for line in part.splitlines():
            if line.startswith("|") and "`" in cells(line)[column]:
                found.append((cells(line)[column].strip("`"), cells(line)[column + 1].strip("`")))
    return found


def test_the_page_has_examples() -> None:
    assert len(examples()) > 30


@pytest.mark.parametrize(("source", "gives"), examples())
def test_an_expression_gives_what_the_page_says(source: str, gives: str) -> None:
    plans, _ = table_from_csv("plans", "codes/plans.csv", PLANS)
    assert plans is not None
    tables = {"plans": plans, "tiers": inline_table("tiers", {"family": "FAM", "*": "IND"}, Place("m.toml"))}
    compiled = compile_expression(source, Setting(Level.COVERAGE, frozenset({"source"})), tables)
    assert isinstance(compiled, Expression), compiled
    scope = Scope(
        member=PERSON, coverage=COVERAGE, feed={"source": "OURCO"}, file={"created_time": time(22, 15)}
    )  # fmt: skip

    answer = compiled.evaluate(scope)

    assert ("" if answer is None else str(answer)) == gives


@pytest.mark.parametrize("text", re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
def test_an_example_of_a_mapping_compiles(text: str) -> None:
    spec, findings = read_spec([BASE, Layer("example.toml", text)])
    assert spec is not None, findings
    mapping, findings = compile_x12(spec, dict.fromkeys(spec.code_files, PLANS))

    assert mapping is not None, findings


def test_every_filter_and_every_name_stands_on_the_page() -> None:
    named = set(re.findall(r"`([\w.]+)`", PAGE))

    assert {*FILTERS, "default", "join", "lookup", "period"} <= named
    assert every_derived_name() <= named
