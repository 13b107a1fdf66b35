"""Pairs of rules that are refused: a form of stating something, and a declared reading that cannot understand it.

Each pair names the rule to change and the value that would be understood; ``edi834 check`` refuses the feed until it is
changed. What the rules are is ``dialect.py``'s, and how a carrier reads by them is ``carrier.py``'s.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from edi834.book.dialect import Dialect, RuleProblem

__all__ = ["contradictions"]


def contradictions(dialect: Dialect, mode: str) -> tuple[RuleProblem, ...]:
    """Name the settings that the declared reading cannot understand.

    Args:
      dialect: The feed's.
      mode: How the feed reports: ``changes``, ``full_audit`` or ``full_replace``.

    Returns:
      A problem each, named by the rule to change, with the value that would be understood.
    """
    return tuple(RuleProblem(name, message, value) for holds, name, message, value in _pairs(dialect, mode) if holds)


def _pairs(d: Dialect, mode: str) -> Iterator[tuple[bool, str, str, str]]:
    by_begin, by_line = d.coverage_identity == "line_plan_and_begin", d.coverage_identity == "line"
    yield (
        by_begin and d.begin_correction == "correct",
        "begin_correction",
        "a carrier that finds a coverage by its first day cannot read HD 001 with another first day",
        "delete_and_add",
    )
    yield (
        by_begin and d.begin_date != "end_and_add",
        "begin_date",
        "a carrier that finds a coverage by its first day keeps one tier per coverage: a change from a date ends it",
        "end_and_add",
    )
    yield (
        d.plan_change == "simple" and not by_line,
        "plan_change",
        "a carrier that finds a coverage by its plan cannot read HD 001 with another plan",
        "term_then_add",
    )
    ends = {"changes": False, "full_audit": d.omission == "full", "full_replace": d.omission != "never"}
    yield (
        d.missing == "omission" and not ends.get(mode, False),
        "missing",
        f'missing = "omission" leaves people out, and omission = "{d.omission}" does not end them in mode {mode}',
        "carry",
    )
    anew = {"ssn_correction": "term_and_add", "policy_change": "close_and_open", "after_rejection": "term_and_add"}
    for name, value in anew.items():
        yield (
            d.cascade == "subscriber_only" and getattr(d, name) == value,
            name,
            f'{name} = "{value}" ends the subscriber, and with cascade = "subscriber_only" that ends the whole family',
            str(next(f.default for f in dataclasses.fields(d) if f.name == name)),
        )
