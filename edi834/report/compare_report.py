"""Two 834s held against each other, as lines for a person and facts for a script.

People are named by their number in each file and values are masked unless the caller was told to reveal them; codes
that say what is done, and nothing about anybody, are always shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from edi834.check.meaning import Comparison, Difference
from edi834.model import masked

__all__ = ["compare_lines", "comparison_facts", "difference_event"]


def compare_lines(comparison: Comparison, *, reveal: bool) -> Iterator[str]:
    """Give the differences, a heading for each pair of people, and what is the same in figures."""
    last: tuple[int, int] | None = None
    for difference in comparison.differences:
        if (difference.a, difference.b) != last:
            last = (difference.a, difference.b)
            yield _heading(*last)
        yield f"    {_words(difference, reveal=reveal)}"
    in_a, in_b, in_both = comparison.people
    share = f" ({comparison.same / comparison.total:.1%})" if comparison.total else ""
    yield f"{in_a} people in A, {in_b} in B, {in_both} in both"
    yield f"{comparison.same:,} of {comparison.total:,} elements say the same{share}"
    yield "the files mean the same" if comparison.is_same else f"{len(comparison.differences)} differences"


def difference_event(difference: Difference, *, reveal: bool) -> dict[str, Any]:
    """Give one difference as the facts of one JSON line."""
    return {
        "a": difference.a or None,
        "b": difference.b or None,
        "part": difference.part,
        "path": difference.path or None,
        "name": difference.name,
        "old": _shown(difference, difference.old, reveal=reveal) or None,
        "new": _shown(difference, difference.new, reveal=reveal) or None,
    }


def comparison_facts(comparison: Comparison) -> dict[str, Any]:
    """Give the figures as facts."""
    in_a, in_b, in_both = comparison.people
    return {
        "people": {"a": in_a, "b": in_b, "both": in_both},
        "elements": comparison.total,
        "same": comparison.same,
        "differences": len(comparison.differences),
    }


def _heading(a: int, b: int) -> str:
    if a and b:
        return f"person {a} of A, {b} of B"
    return f"person {a} of A" if a else f"person {b} of B" if b else "the file"


def _words(difference: Difference, *, reveal: bool) -> str:
    if not difference.path:
        return f"{difference.part}: {difference.old or difference.new}"
    old, new = (_shown(difference, text, reveal=reveal) or "—" for text in (difference.old, difference.new))
    return f"{difference.part}  {difference.path} {difference.name}: {old} → {new}"


def _shown(difference: Difference, text: str, *, reveal: bool) -> str:
    return text if reveal or difference.is_open else masked(text)
