"""Two accounts held against each other, as lines for a person and facts for a script.

People are named by their number in each file and values are masked unless the caller was told to reveal them; what only
one of the forms can tell is listed, because nothing is said about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from edi834.check.same_facts import FactComparison, FactDifference
from edi834.model import masked

__all__ = ["fact_event", "fact_lines"]


def fact_lines(comparison: FactComparison, *, reveal: bool) -> Iterator[str]:
    """Give the differences, what was compared, and what one form alone can tell."""
    for one in comparison.differences:
        if one.a and one.b:
            who = f"person {one.a} of A, {one.b} of B"
        else:
            who = f"person {one.a} of A" if one.a else f"person {one.b} of B"
        what = f"{one.name} ({one.benefit})" if one.benefit else one.name
        yield f"{who}  {what}: {_shown(one, one.old, reveal)} → {_shown(one, one.new, reveal)}"
    in_a, in_b, in_both = comparison.people
    yield f"{in_a} people in A, {in_b} in B, {in_both} in both; {comparison.same:,} facts say the same"
    yield f"compared: {', '.join(comparison.compared) or 'nothing'}"
    for form, names in (("A", comparison.only_a), ("B", comparison.only_b)):
        if names:
            yield f"{form} alone can tell: {', '.join(names)}"
    yield "the files say the same" if comparison.is_same else f"{len(comparison.differences)} differences"


def fact_event(difference: FactDifference, *, reveal: bool) -> dict[str, Any]:
    """Give one difference as the facts of one JSON line."""
    return {
        "a": difference.a or None,
        "b": difference.b or None,
        "fact": difference.name,
        "benefit": difference.benefit or None,
        "old": _shown(difference, difference.old, reveal) if difference.old else None,
        "new": _shown(difference, difference.new, reveal) if difference.new else None,
    }


def _shown(difference: FactDifference, text: str, reveal: bool) -> str:
    return (text if reveal or difference.is_open else masked(text)) or "—"
