"""Two 834s side by side in a terminal: what differs, family by family, each element named; or everything.

Lines come with the style that a terminal may give them, and values masked as they came.
The same as a page is ``beside_page.py``'s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from edi834.check.judgement import Found
from edi834.report.annotated import Annotated, Row
from edi834.report.annotated_lines import finding_lines
from edi834.report.beside import Standing, Together, Twin
from edi834.report.judged_report import headline

__all__ = ["beside_counts", "beside_lines"]

_STYLES = {Standing.SAME: "dim", Standing.DIFFERENT: "yellow", Standing.FIRST: "red", Standing.SECOND: "green"}


def beside_counts(parts: Sequence[Together]) -> dict[str, int]:
    """How many families stand how."""
    counted = Counter(part.standing for part in parts if part.kind == "family")
    return {standing.name.lower(): counted[standing] for standing in Standing}


def beside_lines(
    first: Annotated, second: Annotated, parts: Sequence[Together], remedy: Callable[[str], str], *, every: bool
) -> Iterator[tuple[str, str]]:
    """Give two files as lines with their styles.

    Args:
      first: The one file.
      second: The other.
      parts: Both, aligned.
      remedy: What to do about a code.
      every: Show the segments that are the same, too.
    """
    yield f"< {headline(first.name, first.judgement)}", "bold"
    yield f"> {headline(second.name, second.judgement)}", "bold"
    here, there = _by_segment(first), _by_segment(second)
    for part in parts:
        shown = [twin for twin in part.twins if every or not twin.is_same]
        found = any((t.first and t.first.number in here) or (t.second and t.second.number in there) for t in part.twins)
        if not every and not shown and not found:
            continue
        yield "", ""
        yield f"── {part.title}  ({part.standing})", _STYLES[part.standing] + " bold"
        for twin in part.twins:
            if every or not twin.is_same:
                yield from _twin(twin, first, second)
            for row, reported, mark in ((twin.first, here, "<"), (twin.second, there, ">")):
                for one in reported.get(row.number, ()) if row else ():
                    yield from finding_lines(one, remedy, f"  {mark}     ")
    counts = beside_counts(parts)
    yield "", ""
    words = {"same": "families the same", "different": "different", "first": f"only in {first.name}",
             "second": f"only in {second.name}"}  # fmt: skip
    yield ", ".join(f"{counts[name]:,} {word}" for name, word in words.items()), "bold"


def _by_segment(one: Annotated) -> dict[int, list[Found]]:
    found: dict[int, list[Found]] = {}
    for each in one.judgement.findings:
        found.setdefault(each.number, []).append(each)
    return found


def _twin(twin: Twin, first: Annotated, second: Annotated) -> Iterator[tuple[str, str]]:
    if twin.is_same and twin.first:
        yield f"  = {twin.first.number:>6} {twin.first.raw}", "dim"
        return
    if twin.first:
        yield f"  < {twin.first.number:>6} {twin.first.raw}  {_name(twin.first)}", "red"
    if twin.second:
        yield f"  > {twin.second.number:>6} {twin.second.raw}  {_name(twin.second)}", "green"
    if twin.first and twin.second:
        for n in twin.different:
            one, other = _element(twin.first, n, first), _element(twin.second, n, second)
            reported = f"{one or '-'} → {other or '-'}" + ("  (masked; they differ)" if one == other else "")
            yield f"           {twin.first.id}{n:02} {_called(twin.first, n)}: {reported}", ""


def _name(row: Row) -> str:
    return f"{row.loop} {row.definition.name}" if row.definition else row.loop


def _called(row: Row, n: int) -> str:
    element = row.definition.element(n) if row.definition else None
    return element.name if element else ""


def _element(row: Row, n: int, of: Annotated) -> str:
    texts = row.raw.split(of.marks.element)
    return texts[n].strip() if n < len(texts) else ""
