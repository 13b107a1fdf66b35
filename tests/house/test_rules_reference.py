"""The reference of the rules in the docs is the one that the code gives, and leaves no rule or value out."""

from __future__ import annotations

import dataclasses

from edi834.book import Dialect
from edi834.report.rules_reference import rules_reference
from tests.house.tree import ROOT


def test_the_page_in_the_docs_is_what_the_code_says() -> None:
    page = ROOT / "docs" / "onboarding" / "rules.md"

    assert page.read_text(encoding="utf-8") == rules_reference()


def test_every_rule_and_value_stands_in_the_reference() -> None:
    text = rules_reference()

    for rule in dataclasses.fields(Dialect):
        assert f"## `{rule.name}`" in text
        for value in rule.metadata["values"]:
            assert f'`"{value}"`' in text
