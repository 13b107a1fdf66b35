"""Whether an expression fits an element: by kind, by code list and by length, when the mapping is loaded.

A literal or a code-table entry that the guide does not have is an error of the mapping, not of somebody's data.
How values are spelled, and what is said of data that does not fit, is ``spelling.py``'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from edi834.mapping.language import CodeTable, Expression, Kind
from edi834.model import Finding, Severity
from edi834.x12.guide import ElementDef
from edi834.x12.path import Resolved

__all__ = ["TYPED_DATE", "crowded", "misfits"]

TYPED_DATE = "1251"
"""The data element of a date whose format stands beside it (DTP03, DMG02, INS12)."""

_TAKES: dict[str, frozenset[Kind]] = {
    "AN": frozenset({Kind.TEXT, Kind.INTEGER}),
    "ID": frozenset({Kind.TEXT, Kind.INTEGER}),
    "DT": frozenset({Kind.DATE}),
    "TM": frozenset({Kind.TIME, Kind.TEXT}),
    "N0": frozenset({Kind.INTEGER, Kind.TEXT}),
    "R": frozenset({Kind.NUMBER, Kind.INTEGER, Kind.TEXT}),
}

_HINTS = {
    Kind.DATE: "write it as text: | date('CCYYMMDD')",
    Kind.TIME: "write it as text: | time('HHMM')",
    Kind.NUMBER: "write it as text: | money(2)",
    Kind.FLAG: "write it as text: | yes_no('Y', 'N')",
}


def misfits(
    path: str, element: ElementDef, expression: Expression, tables: Mapping[str, CodeTable] | None = None
) -> tuple[Finding, ...]:
    """Say why the expression cannot stand at the element; nothing where it can. Tables say where a code stands."""
    return tuple(
        Finding(code, Severity.ERROR, f"{path} ({element.name}): {message}", place=expression.place, remedy=remedy)
        for code, message, remedy in _reasons(element, expression, tables or {})
    )


def crowded(resolved: Resolved, expression: Expression) -> Iterator[Finding]:
    """Several values where the guide sends one, or fewer; what a text is split into is counted when it is known."""
    if not expression.many or resolved.segment is None or resolved.element is None:
        return
    most = resolved.element.max_repeat if resolved.element.max_repeat > 1 else resolved.segment.max_use
    if most == 1:
        message = f"{resolved.path} ({resolved.name}): the guide sends one value here, and the expression gives several"
        remedy = "make one text of them: | join(' ')"
        yield Finding("E834-0624", Severity.ERROR, message, place=expression.place, remedy=remedy)
    elif most is not None and len(expression.parts) > most:
        message = f"{resolved.path} ({resolved.name}): the guide sends at most {most} here, and the list holds more"
        yield Finding("E834-0617", Severity.ERROR, message, place=expression.place)


def _reasons(
    element: ElementDef, expression: Expression, tables: Mapping[str, CodeTable]
) -> Iterator[tuple[str, str, str | None]]:
    kind = expression.kind
    if kind not in _TAKES[element.type] and not (element.number == TYPED_DATE and kind is Kind.DATE):
        takes = " or ".join(sorted(_TAKES[element.type]))
        yield "E834-0613", f"takes {takes}, and the expression gives {kind}", _HINTS.get(kind)
        return
    if kind is Kind.INTEGER and expression.is_constant and element.type in ("AN", "ID"):
        remedy = f"write it with quotes inside quotes: \"'{expression.source.strip()}'\""
        yield "E834-0613", "a code is a text, and this is a whole number", remedy
        return
    for text in sorted(expression.literals):
        if element.codes and text not in element.codes:
            near = get_close_matches(text, element.codes, n=2, cutoff=0.5)
            remedy = f"did you mean {' or '.join(near)}?" if near else f"it has {' '.join(element.codes)}"
            yield (
                "E834-0614",
                f"the guide does not have the code {text!r} here{_origin(text, expression, tables)}",
                remedy,
            )
        elif not element.min_length <= len(text) <= element.max_length and element.type in ("AN", "ID"):
            length = f"{element.min_length} to {element.max_length}"
            yield "E834-0615", f"{text!r} is not of {length} characters{_origin(text, expression, tables)}", None


def _origin(text: str, expression: Expression, tables: Mapping[str, CodeTable]) -> str:
    """Which code table it comes from, and in which row it stands there."""
    known = [(tables[name], column) for name, column in sorted(expression.tables) if name in tables]
    rows = [(table.name, table.entries[key]) for table, column in known for key, row in table.rows.items()
            if row[column] == text and key in table.entries]  # fmt: skip
    if rows:
        return f" (it comes from the code table {rows[0][0]}, {rows[0][1].path}:{rows[0][1].line})"
    names = " and ".join(sorted(name for name, _ in expression.tables))
    return f" (it may come from the code table {names})" if names else ""
