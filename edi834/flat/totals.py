"""Counts, sums and hash totals of headers and trailers, and the order in which records may stand.

A file's header and trailer speak of the whole file, a group's of that group; numbers are added exactly.
The writer fills these fields, and the reader computes them again and compares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Context, Decimal

from edi834.flat.field import FlatField
from edi834.flat.layout import Layout
from edi834.flat.numbers import exact_number
from edi834.flat.record import FlatProblem, FlatRecord
from edi834.flat.settle import settle_value
from edi834.flat.vocabulary import CountOf, FlatKind, Level
from edi834.model import Severity

__all__ = ["misplaced", "with_totals"]

_EXACT = Context(prec=400)  # far more digits than a file of 64-digit numbers can add up to


def with_totals(
    layout: Layout, records: Sequence[FlatRecord]
) -> tuple[tuple[FlatRecord, ...], tuple[FlatProblem, ...]]:
    """Give the records with every counting and adding field filled.

    Args:
      layout: The layout.
      records: Settled records of one file, in order.

    Returns:
      The records, and an error E834-1128 for each total that cannot be written.
    """
    computing = {r.name: r for r in layout.records if any(f.is_computed for f in r.fields)}
    if not computing:
        return tuple(records), ()
    sections = _sections(layout, records)
    filled = list(records)
    problems: list[FlatProblem] = []
    for at, record in enumerate(records):
        kind = computing.get(record.type)
        if kind is None:
            continue
        span = sections[at] if kind.level.is_of_group else range(len(records))
        values = list(record.values)
        for i, f in enumerate(kind.fields):
            if f.is_computed:
                reported = _computed(layout, f, [records[n] for n in span])
                values[i] = reported or ""
                if reported is None:
                    message = f"the field {f.name!r} cannot hold what it counts or adds up, or that is no number"
                    problems.append(FlatProblem("E834-1128", Severity.ERROR, message, f.name, at + 1))
        filled[at] = FlatRecord(record.type, tuple(values))
    return tuple(filled), tuple(problems)


def misplaced(layout: Layout, records: Sequence[FlatRecord]) -> tuple[FlatProblem, ...]:
    """Give an error E834-1134 for each file header, trailer and null record that does not stand in its one place."""
    headers = [r.name for r in layout.at(Level.FILE_HEADER)]
    trailers = [r.name for r in layout.at(Level.FILE_TRAILER)]
    types = [r.type for r in records]
    problems = []
    if types[: len(headers)] != headers or (trailers and types[-len(trailers) :] != trailers):
        message = f"a file begins with {headers or 'no header'} and ends with {trailers or 'no trailer'}"
        problems.append(FlatProblem("E834-1134", Severity.ERROR, message))
    inner = types[len(headers) : len(types) - len(trailers)]
    for at, name in enumerate(inner, start=len(headers) + 1):
        if name in headers or name in trailers:
            message = f"the record {name!r} stands inside the file"
            problems.append(FlatProblem("E834-1134", Severity.ERROR, message, record=at))
    nobody = {r.name for r in layout.at(Level.NULL_RECORD)}
    details = {r.name for r in layout.details}
    if nobody and any(name in nobody for name in inner) is any(name in details for name in inner):
        message = "a null record stands where there is nobody to report, once, and only there"
        problems.append(FlatProblem("E834-1134", Severity.ERROR, message))
    elif sum(name in nobody for name in inner) > 1:
        problems.append(FlatProblem("E834-1134", Severity.ERROR, "a file has one null record, not several"))
    return tuple(problems)


def _sections(layout: Layout, records: Sequence[FlatRecord]) -> list[range]:
    """For each record, the records of its group: from a group's header, or the last one's trailer, to its trailer."""
    level = {r.name: r.level for r in layout.records}
    levels = [level[r.type] for r in records]
    starts = [0]
    for at in range(1, len(levels)):
        begins = levels[at] is Level.GROUP_HEADER and levels[at - 1] is not Level.GROUP_HEADER
        ends = levels[at - 1] is Level.GROUP_TRAILER and levels[at] is not Level.GROUP_TRAILER
        header = levels[at - 1] is Level.FILE_HEADER and levels[at] is not Level.FILE_HEADER
        trailer = levels[at] is Level.FILE_TRAILER and levels[at - 1] is not Level.FILE_TRAILER
        if begins or ends or header or trailer:
            starts.append(at)
    sections: list[range] = []
    for begin, end in zip(starts, [*starts[1:], len(records)], strict=True):
        sections += [range(begin, end)] * (end - begin)
    return sections


def _computed(layout: Layout, f: FlatField, records: Sequence[FlatRecord]) -> str | None:
    """The settled text of a count or total over these records; None where it does not fit or cannot be added."""
    if f.count is not None:
        number: Decimal | None = Decimal(_count(layout, f.count, records))
    elif f.total is not None:
        number = _sum(layout, f.total, records)
    else:
        number = _hash(layout, f, records)
    return None if number is None else _settled(layout, f, number)


def _count(layout: Layout, of: CountOf, records: Sequence[FlatRecord]) -> int:
    if of is CountOf.DETAIL:
        details = {r.name for r in layout.details}
        return sum(r.type in details for r in records)
    return len(records) - (of is CountOf.OTHERS)


def _sum(layout: Layout, name: str, records: Sequence[FlatRecord]) -> Decimal | None:
    total = Decimal(0)
    for text in _values(layout, name, records):
        number = exact_number(text)
        if number is None:
            return None
        total = _EXACT.add(total, number)
    return total


def _hash(layout: Layout, f: FlatField, records: Sequence[FlatRecord]) -> Decimal | None:
    total = 0
    for text in _values(layout, f.hash_total or "", records):
        digits = "".join(letter for letter in text if letter in "0123456789")
        if len(digits) > 64:
            return None
        total += int(digits or "0")
    most = 2 * f.width - 1 if f.width and f.kind is FlatKind.PACKED else f.width
    return Decimal(str(total)[-most:] if most else total)


def _values(layout: Layout, name: str, records: Sequence[FlatRecord]) -> list[str]:
    indexes = {r.name: r.indexes(name) for r in layout.details}
    return [value for r in records for i in indexes.get(r.type, ()) if (value := r.values[i])]


def _settled(layout: Layout, f: FlatField, number: Decimal) -> str | None:
    plain = replace(f, count=None, total=None, hash_total=None)
    text, problems = settle_value(layout, plain, format(number, "f"))
    return None if any(p.is_error or p.code == "E834-1121" for p in problems) else text
