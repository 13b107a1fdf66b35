"""What stands in a mapping and does nothing, or less than it seems to: doubts about a mapping that does compile.

An assignment that another replaces, a condition that never changes, a table that nobody asks, a code table that lacks
a word of our own vocabulary: each is a warning with its line, because the file could be written and still be wrong.
Mistakes that a mapping cannot be used with are found in ``guided/compile.py`` and ``flat_spec.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from edi834.errors import ConfigurationError, Place
from edi834.mapping.guided.addresses import covers
from edi834.mapping.language import Expression
from edi834.mapping.spec import Assignment, MappingSpec
from edi834.model import Finding, Severity
from edi834.x12.guide import GUIDE_005010X220A1
from edi834.x12.path import Path

__all__ = ["doubts_of"]

_READ_BY = {
    "x12": ("set", "categories", "envelope", "truncate"),
    "fixed": ("set", "layout"),
    "delimited": ("set", "layout"),
    "xlsx": ("set", "layout"),
    "worklist": ("show",),
}
"""The tables that say something in a mapping of each format; codes, constants and rules do in all."""


def doubts_of(spec: MappingSpec, expressions: Iterable[Expression]) -> tuple[Finding, ...]:
    """Say what is doubtful about a mapping that compiles.

    Args:
      spec: The mapping, merged.
      expressions: Its compiled expressions.

    Returns:
      Warnings: E834-0621 for a code table that nothing looks anything up in, E834-0622 for what is never reached,
      E834-0623 for words that a code table lacks. Of tables and assignments only those in the mapping's own file.
    """
    compiled = list(expressions)
    found = (*_unused(spec, compiled), *_unread(spec), *_replaced(spec), *_unreached(spec, compiled))
    return tuple(dict.fromkeys((*found, *_lacking(spec, compiled))))


def _unused(spec: MappingSpec, expressions: list[Expression]) -> Iterator[Finding]:
    used = {name for expression in expressions for name, _ in expression.tables}
    places = {**spec.inline_places, **{name: file.place for name, file in spec.code_files.items()}}
    for name, place in places.items():
        if name not in used and place.path == spec.path and (name in spec.inline or name in spec.code_files):
            remedy = f"look something up in it: … | lookup('{name}'), or remove it"
            yield _doubt("E834-0621", f"nothing looks anything up in the code table {name!r}", place, remedy)


def _unread(spec: MappingSpec) -> Iterator[Finding]:
    """Tables that a mapping of this format does not read."""
    written: dict[str, Place | None] = {
        "set": next((a.place for a in spec.assignments if a.place.path == spec.path), None),
        "show": next((a.place for a in spec.show if a.place.path == spec.path), None),
        "categories": next((a.place for entries in spec.categories.values() for a in entries), None),
        "envelope": next(iter(spec.envelope_places.values()), None),
        "layout": next((source.place("layout") for source in spec.layout_sources.values()), None),
        "truncate": next((place for _, place in spec.truncate), None),
    }
    for table, place in written.items():
        if place is not None and place.path == spec.path and table not in _READ_BY[spec.format]:
            message = f"a mapping of format {spec.format} does not read {table}"
            yield _doubt("E834-0622", message, place, "remove it, or correct the format")


def _replaced(spec: MappingSpec) -> Iterator[Finding]:
    """Assignments of one file to one address in two spellings, and removals of what is not there."""
    if spec.format != "x12":
        return
    addressed = [(a, path) for a in spec.assignments if (path := _path(a)) is not None]
    standing: dict[tuple[int, Path], Assignment] = {}
    for assignment, path in addressed:
        earlier = standing.get((assignment.layer, path))
        if earlier is not None and assignment.place.path == spec.path:
            message = f"{earlier.key} is never sent: {assignment.key} is the same address, and stands after it"
            yield _doubt("E834-0622", message, earlier.place, "keep one of the two")
        standing[assignment.layer, path] = assignment
        removes = assignment.source is None and assignment.place.path == spec.path
        if removes and not any(
            other.layer < assignment.layer and covers(path, below, GUIDE_005010X220A1) for other, below in addressed
        ):
            message = f"{assignment.key} is false, and nothing that this mapping extends sends anything there"
            yield _doubt("E834-0622", message, assignment.place, "remove the line, or correct the address")


def _path(assignment: Assignment) -> Path | None:
    try:
        return Path.parse(assignment.key)
    except ConfigurationError:
        return None


def _unreached(spec: MappingSpec, expressions: list[Expression]) -> Iterator[Finding]:
    for expression in expressions:
        if expression.place is not None and expression.place.path == spec.path:
            for doubt in expression.doubts:
                yield _doubt("E834-0622", doubt, expression.place, "write the expression without it")


def _lacking(spec: MappingSpec, expressions: list[Expression]) -> Iterator[Finding]:
    """Words of a vocabulary that a table asked with them has no row for: whoever has one would be quarantined."""
    for expression in expressions:
        for name, asked, words, place in expression.gaps:
            lacking = words & spec.benefits if asked == "coverage.benefit" and spec.benefits else words
            if lacking:
                message = f"the code table {name!r} has no row for {asked} = {', '.join(sorted(lacking))}"
                remedy = "add rows (an empty code sends nothing), or a row '*' for every other word"
                yield _doubt("E834-0623", message, place, remedy)


def _doubt(code: str, message: str, place: Place, remedy: str) -> Finding:
    return Finding(code, Severity.WARNING, message, place=place, remedy=remedy)
