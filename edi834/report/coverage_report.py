"""The coverage matrix: each element of a guide or layout, how it stands in a mapping, and what was seen there.

It shows addresses, lengths, counts and codes of code lists, never another value, so it may be handed to a carrier.
What each standing means is ``edi834/mapping/tracing/covered.py``'s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from edi834.mapping.tracing import CoveredElement, Standing
from edi834.report.page import page
from edi834.report.preview_report import where

__all__ = ["coverage_counts", "coverage_event", "coverage_lines", "coverage_page"]

_MARKS = {
    Standing.CONSTANT: "=",
    Standing.MAPPED: "✓",
    Standing.NEVER_FILLED: "○",
    Standing.NOT_GRANTED: "✗",
    Standing.NOT_MAPPED: "·",
}


def coverage_lines(elements: Sequence[CoveredElement], *, every: bool) -> Iterator[str]:
    """Give it as lines: what the mapping fills, and in each part how many elements it does not, or which."""
    for part, group in groupby(elements, key=lambda e: e.spot.part):
        within = list(group)
        shown = [e for e in within if every or e.standing is not Standing.NOT_MAPPED]
        if shown:
            yield part
            yield from (f"  {_line(e)}" for e in shown)
            left = len(within) - len(shown)
            if left:
                yield f"  {_MARKS[Standing.NOT_MAPPED]} {left} further elements are not mapped"
    yield ", ".join(f"{n} {word}" for word, n in coverage_counts(elements).items())


def coverage_counts(elements: Sequence[CoveredElement]) -> dict[str, int]:
    """How many elements stand how."""
    counted = Counter(e.standing for e in elements)
    return {standing.value: counted[standing] for standing in Standing}


def coverage_event(element: CoveredElement) -> dict[str, Any]:
    """Give one element as the facts of one JSON line."""
    spot = element.spot
    return {
        "address": spot.address,
        "name": spot.name,
        "part": spot.part,
        "usage": spot.usage or None,
        "standing": element.standing.value,
        "filled": element.filled,
        "lengths": list(element.lengths) if element.lengths else None,
        "allowed": [spot.shortest, spot.longest],
        "codes": list(element.codes),
        "distinct": element.distinct,
        "ungranted": list(element.ungranted),
        "of_changes": element.is_of_changes,
        "source": spot.origin.source if spot.origin else None,
        "where": where(spot.origin.place) or None if spot.origin else None,
    }


def coverage_page(feed: str, facts: Mapping[str, str], elements: Sequence[CoveredElement]) -> str:
    """Give it as an HTML page."""
    parts = [
        (part, [(e, seen_words(e), _limits(e), where(e.spot.origin.place) if e.spot.origin else "") for e in group])
        for part, group in groupby(elements, key=lambda e: e.spot.part)
    ]
    return page("coverage.html", feed=feed, facts=facts, parts=parts, counts=coverage_counts(elements))


def seen_words(element: CoveredElement) -> str:
    """What was seen at an element, in words."""
    if element.ungranted and not element.filled:
        return f"not released: {', '.join(element.ungranted)}"
    if element.standing is Standing.NEVER_FILLED and element.is_of_changes:
        return "speaks of changes; nobody new has it"
    if not element.lengths:
        return ""
    low, high = element.lengths
    words = [f"{element.filled:,}×", f"length {low}" if low == high else f"length {low} to {high}"]
    if element.codes:
        words.append(f"codes {' '.join(element.codes)}")
    elif element.standing is not Standing.CONSTANT:
        words.append("very many different" if element.distinct is None else f"{element.distinct:,} different")
    if element.ungranted:
        words.append(f"without {', '.join(element.ungranted)}")
    return ", ".join(words)


def _line(element: CoveredElement) -> str:
    spot = element.spot
    line = f"{_MARKS[element.standing]} {spot.address:<20} {spot.name:<44} {element.standing.value:<13} "
    return f"{line}{seen_words(element)}".rstrip()


def _limits(element: CoveredElement) -> str:
    low, high = element.spot.shortest, element.spot.longest
    if not high:
        return ""
    return f"{low} to {high}" if low is not None and low != high else f"{high}"
