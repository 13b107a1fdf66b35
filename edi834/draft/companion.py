"""A companion guide as a table, and what it says about a draft: what is required, not used, or of other codes.

Companion guides come as pages with tables; copied into a spreadsheet with the columns ``address``, ``usage``
(``required``, ``situational``, ``not used``), ``codes`` and ``note``, one can be held against a sample. Where guide and
sample disagree, the draft keeps to the sample and says so, for a person to ask the carrier.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from edi834.draft.wording import Line, segment_of
from edi834.errors import ConfigurationError, Place
from edi834.mapping.guided.compiled import CompiledField
from edi834.model import Finding, Severity
from edi834.x12 import GUIDE_005010X220A1 as GUIDE
from edi834.x12 import Path, resolve

__all__ = ["COLUMNS", "Asked", "read_companion", "weighed"]

COLUMNS = ("address", "usage", "codes", "note")
_USAGES = {"r": "R", "required": "R", "s": "S", "situational": "S", "n": "N", "not used": "N", "": ""}
_LITERAL = re.compile(r"'((?:[^'\\]|\\.)*)'")
_MOST_CHARACTERS = 5_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One row of a companion guide.

    Attributes:
      address: Where, in the implementation guide.
      usage: ``R`` required, ``S`` situational, ``N`` not used, '' where the guide does not say.
      codes: The codes that the carrier takes; none where it does not list them.
      note: What else the guide says.
      place: Where the row stands.
    """

    address: str
    usage: str
    codes: tuple[str, ...]
    note: str
    place: Place


def read_companion(path: str, text: str) -> tuple[tuple[Asked, ...], tuple[Finding, ...]]:
    """Read a companion guide from the text of a CSV file.

    Returns:
      Its rows, and everything wrong with it: E834-0048 for the table, E834-0402 to -0408 for an address.
    """
    if len(text) > _MOST_CHARACTERS:
        return (), (_wrong(Place(path), "the companion guide is too large for a table"),)
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row))]
    except csv.Error:
        return (), (_wrong(Place(path, reader.line_num), "a quote is not closed or stands inside a cell"),)
    header = [cell.lower() for cell in rows[0][1]] if rows else []
    unknown = [name for name in header if name not in COLUMNS]
    if "address" not in header or unknown or len(set(header)) < len(header):
        named = f"it has {', '.join(header)}" if header else "it has none"
        return (), (_wrong(Place(path, 1), f"the columns are address, usage, codes and note; {named}"),)
    found: list[Asked] = []
    findings: list[Finding] = []
    for line, row in rows[1:]:
        cells = dict(zip(header, row, strict=False))
        place = Place(path, line, 1, cells["address"], ",".join(row))
        asked = _asked(cells, place)
        (found if isinstance(asked, Asked) else findings).append(asked)  # type: ignore[arg-type]
    return tuple(found), tuple(findings)


def _asked(cells: Mapping[str, str], place: Place) -> Asked | Finding:
    usage = _USAGES.get(cells.get("usage", "").lower())
    if usage is None:
        return _wrong(place, f"usage is required, situational or not used, and here it is {cells['usage']!r}")
    try:
        address = _plain(Path.parse(cells["address"]))
    except ConfigurationError as error:
        return Finding(error.code, Severity.ERROR, error.message, place=place, remedy=error.remedy)
    codes = tuple(code for code in re.split(r"[\s;,|]+", cells.get("codes", "")) if code)
    return Asked(address, usage, codes, cells.get("note", ""), place)


def _plain(path: Path) -> str:
    """The address as a mapping writes it: without a qualifier where the guide has one use of the segment."""
    resolve(path, GUIDE)
    uses = [use for use in GUIDE.loops[path.loop].segments() if use.id == path.segment]
    is_reported_apart = len(uses) > 1 or path.segment in ("REF", "DTP", "AMT", "QTY")
    return str(path if is_reported_apart else replace(path, qualifier=""))


def _wrong(place: Place, message: str) -> Finding:
    return Finding("E834-0048", Severity.ERROR, message, place=place)


def weighed(
    lines: Sequence[Line], guide: Iterable[Asked], base: Mapping[str, CompiledField], seen: Collection[str]
) -> list[Line]:
    """The lines of a draft with what the companion guide says of each, and lines for what it says besides.

    Args:
      lines: The draft's.
      guide: The companion guide's rows.
      base: What the base mapping fills, by address.
      seen: The addresses at which something stands in the sample.
    """
    kept = list(lines)
    for asked in guide:
        at = [number for number, line in enumerate(kept) if not line.category and _is_at(line, asked.address)]
        for number in at:
            kept[number] = _beside(kept[number], asked)
        kept.extend(_missing(asked, [kept[number] for number in at], base, seen))
    return kept


def _is_at(line: Line, address: str) -> bool:
    """Whether a line says something at an address: at it, or, where it sends nothing, above it."""
    if line.address == address:
        return True
    return line.source == "" and address.startswith(line.address) and len(line.address) < len(address)


def _beside(line: Line, asked: Asked) -> Line:
    words = [f"guide: {asked.note}"] if asked.note and line.address == asked.address else []
    if asked.usage == "N" and line.source:
        words.append("the guide does not use it, and the sample has it: ask")
    if asked.usage == "N" and line.source == "":
        words.append("the guide does not use it")
    if asked.usage == "R" and line.source == "":
        words.append("the guide requires it, and the sample has none: ask")
    other = sorted(_literals(line) - set(asked.codes)) if asked.codes and line.source else []
    if other:
        words.append(f"the guide lists {' '.join(asked.codes)}, not {' '.join(other)}: ask")
    return replace(line, sure="; ".join((line.sure, *words)))


def _literals(line: Line) -> frozenset[str]:
    """The codes that a line's code tables give, or what is written in it itself."""
    given = {code for entries in line.tables.values() for code in entries.values() if code}
    return frozenset(given or (_LITERAL.findall(line.source or "") if line.kind == "code" else ()))


def _missing(
    asked: Asked, at: Sequence[Line], base: Mapping[str, CompiledField], seen: Collection[str]
) -> Iterator[Line]:
    """What the guide says of a place of which the draft says nothing."""
    if at:
        return
    address = asked.address
    filled = [path for path in base if path == address or segment_of(path) == address or path.startswith(f"{address}/")]
    note = f"; guide: {asked.note}" if asked.note else ""
    if asked.usage == "N" and filled:
        yield from _unused(address, [path for path in filled if path in seen], note)
    elif asked.usage == "R" and not filled:
        if len(asked.codes) == 1:
            yield Line(address, f"'{asked.codes[0]}'", f"likely: the guide's only code{note}", kind="code")
        else:
            codes = f", one of {' '.join(asked.codes)}" if asked.codes else ""
            yield Line(address, None, f"the guide requires it{codes}, and nothing gives it{note}", kind="unsaid")
    elif asked.codes and address in base:
        expression = base[address].expression
        other = sorted((expression.literals if expression else frozenset[str]()) - set(asked.codes))
        if other:
            words = f"the guide lists {' '.join(asked.codes)}, and the base may say {' '.join(other)} too{note}"
            yield Line(address, None, words, kind="unsaid")


def _unused(address: str, standing: Sequence[str], note: str) -> Iterator[Line]:
    if standing:
        words = f"the guide does not use it, and the sample has {' '.join(standing)}: ask{note}"
        yield Line(address, None, words, kind="unsaid")
    else:
        yield Line(address, "", f"sure: the guide does not use it{note}", kind="nothing")
