"""Policies: every rule of a dialect with all its values, as long as the declared reading can understand them together.

Rules are drawn from the dialect itself, so that a new rule or value is drawn as soon as it is there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from edi834.book.dialect import Dialect, RuleKind
from edi834.book.refused_pairs import contradictions
from tests.simulated_carrier import Reading

__all__ = ["DRAWN", "VALUES", "are_consistent", "dialect", "policies", "reading", "values_of"]

Rules = Mapping[str, Any]

DRAWN = "drawn"
"""Under which name a test reports how many histories it drew of each value: they are summed up at the end of a run."""

_DAYS = (-1, 0, 5, 30)
_MONTH_DAYS = {
    "plan_year_end": ("12-31", "06-30"),
    "blackout_begin": ("", "12-10"),
    "blackout_end": ("", "01-05"),
}


def _values(field: dataclasses.Field[Any]) -> Sequence[Any]:
    kind = field.metadata["kind"]
    if kind is RuleKind.DAYS:
        return _DAYS
    return _MONTH_DAYS[field.name] if kind is RuleKind.MONTH_DAY else tuple(field.metadata["values"])


VALUES: Mapping[str, Sequence[Any]] = {field.name: _values(field) for field in dataclasses.fields(Dialect)}
"""What each rule may be."""


def policies(mode: str = "changes", *, most: int = 6, without: Sequence[str] = ()) -> st.SearchStrategy[dict[str, Any]]:
    """A feed's rules: a few that are not the defaults, or one value of each."""
    names = sorted(set(VALUES) - set(without))
    chosen = st.sampled_from(names).flatmap(lambda rule: st.tuples(st.just(rule), st.sampled_from(VALUES[rule])))
    few = st.lists(chosen, max_size=most).map(dict)
    every = st.fixed_dictionaries({name: st.sampled_from(VALUES[name]) for name in names})
    return st.one_of(few, few, every.map(lambda rules: without_contradictions(rules, mode))).filter(
        lambda rules: are_consistent(rules, mode)
    )


def without_contradictions(rules: Rules, mode: str) -> dict[str, Any]:
    """The rules with the values that the checks propose, where others would not be understood."""
    mended = dict(rules)
    for problem in contradictions(dialect(mended), mode):
        assert problem.suggestion is not None
        mended[problem.name] = problem.suggestion
    return mended


def values_of(mode: str, rules: Rules) -> list[str]:
    """The mode and every rule's value, the defaults too, each as ``name = value``."""
    declared = dialect(rules)
    return [f"mode = {mode}", *(f"{name} = {getattr(declared, name)}" for name in VALUES)]


def are_consistent(rules: Rules, mode: str) -> bool:
    """Whether a feed of that mode may have these rules together."""
    return not contradictions(dialect(rules), mode)


def dialect(rules: Rules) -> Dialect:
    """The dialect of a feed with these rules."""
    return Dialect(**rules)


def reading(rules: Rules) -> Reading:
    """How a carrier that asked for these rules reads what it then gets."""
    return Reading.of(dialect(rules))
