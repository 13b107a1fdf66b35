"""The reference of the dialect in the docs is the one that the code gives, and leaves no rule, value or pair out."""

from __future__ import annotations

import dataclasses

import pytest

from edi834.book import Dialect
from edi834.report.dialect_reference import dialect_reference
from tests.house.tree import ROOT


def test_the_page_in_the_docs_is_what_the_code_says() -> None:
    page = ROOT / "docs" / "concepts" / "dialect.md"

    assert page.read_text(encoding="utf-8") == dialect_reference()


def test_every_rule_and_value_is_in_the_reference_once() -> None:
    text = dialect_reference()

    for rule in dataclasses.fields(Dialect):
        assert text.count(f"### `{rule.name}`\n") == 1
        for value in rule.metadata["values"]:
            assert f'`"{value}"`' in text


@pytest.mark.parametrize(
    ("rule", "with_rule"),
    [
        ('plan_change = "simple"', 'coverage_identity = "line_and_plan"'),
        ('begin_correction = "correct"', 'coverage_identity = "line_plan_and_begin"'),
        ('after_rejection = "term_and_add"', 'cascade = "subscriber_only"'),
        ('missing = "omission"', 'omission = "never"'),
    ],
)
def test_a_pair_that_is_refused_is_in_the_reference(rule: str, with_rule: str) -> None:
    lines = [line for line in dialect_reference().splitlines() if line.startswith(f"| `{rule}` |")]

    assert len(lines) == 1
    assert f"`{with_rule}`" in lines[0]
