"""Hypothesis strategies made from the guide: every tree it allows, with its codes, lengths, repeats and conditions.

They are what the writer must write and the reader read back. `conformant=True` also keeps the conditions between
elements and sends no repeated elements and no code that pyx12 does not know, so that it must accept the result.
Delimiters are drawn too; no text holds one.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from datetime import date, time
from functools import cache, partial

from hypothesis import strategies as st

from edi834.x12 import (
    CODE_SETS,
    GUIDE_005010X220A1,
    Delimiters,
    Element,
    ElementDef,
    GroupHeader,
    Interchange,
    InterchangeHeader,
    Loop,
    LoopDef,
    Segment,
    SegmentDef,
    TransactionSet,
    composite,
    repeated,
)
from edi834.x12.charset import CHARSETS
from tests.x12.stranger import COUNTRIES, STATES

MARKS = "*~:^|>!%<@#$[]{}\\`?;&"
ALPHANUMERIC = string.ascii_uppercase + string.digits
TEXT = sorted(set(CHARSETS["extended"]) - {" "})
BOOLEANS = st.booleans()
DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(lambda day: day.strftime("%Y%m%d"))


@st.composite
def delimiters(draw: st.DrawFn) -> Delimiters:
    """Four different marks, with or without line ends."""
    element, component, repetition, segment = draw(st.permutations(MARKS))[:4]
    return Delimiters(element, component, repetition, segment, draw(st.sampled_from(["", "\n", "\r\n"])))


# What is drawn of a definition is made once: making a strategy takes longer than drawing from it.


@cache
def _value(definition: ElementDef, conformant: bool) -> st.SearchStrategy[str]:
    """Values without a space; a text may hold any mark, for which :func:`_spelled` puts a letter."""
    low, high = definition.min_length, definition.max_length
    if definition.codes:
        # The stranger's map of 2100F lacks the fax in PER07: test_guide_against_pyx12 says why ours has it.
        strange = {"FX"} if conformant and definition.ref == "PER07" else set()
        return st.sampled_from([code for code in definition.codes if code not in strange])
    if definition.code_set:
        unfamiliar = {*STATES, *COUNTRIES} if conformant else set()
        # Of two letters a language is only where LUI01 says so.
        unfamiliar |= {code for code in CODE_SETS["languages"] if len(code) == 2 and definition.number == "67"}
        return st.sampled_from(sorted(CODE_SETS[definition.code_set] - unfamiliar))
    match definition.type:
        case "DT":
            return DAYS
        case "TM":
            return st.times().map(lambda clock: clock.strftime("%H%M%S" if clock.second else "%H%M"))
        case "N0":
            return st.integers(10 ** (low - 1), 10 ** min(high, 9) - 1).map(str)
        case "R":
            digits = min(high, 6)
            return st.decimals(0, 10**digits - 1, places=2).map(lambda number: f"{number:f}"[: digits + 1].rstrip("."))
        case "ID":
            return st.text(ALPHANUMERIC, min_size=low, max_size=high)
        case _:
            return st.text(TEXT, min_size=low, max_size=min(high, low + 8))


@cache
def _parts(definition: ElementDef) -> st.SearchStrategy[set[str]]:
    """Which components of a composite are sent."""
    return st.sets(st.sampled_from([part.ref for part in definition.components if part.usage != "N"]), min_size=1)


@cache
def _times(least: int, most: int) -> st.SearchStrategy[int]:
    return st.integers(least, most)


@cache
def _often(most: int) -> st.SearchStrategy[int]:
    """How often something is reported that may be reported so many times: mostly never, so that a tree stays small."""
    return st.sampled_from([0, 0, 0, 1, most])


def _spelled(draw: st.DrawFn, definition: ElementDef, marks: Delimiters, conformant: bool) -> str:
    return draw(_value(definition, conformant)).translate({ord(mark): "Q" for mark in marks.characters})


def _element(draw: st.DrawFn, definition: ElementDef, marks: Delimiters, conformant: bool) -> Element:
    """One value, which is never empty."""
    one = _composite if definition.components else _spelled
    if definition.max_repeat == 1 or conformant:
        return one(draw, definition, marks, conformant)
    times = draw(_times(1, min(definition.max_repeat, 3)))
    return repeated([one(draw, definition, marks, conformant) for _ in range(times)])


def _composite(draw: st.DrawFn, definition: ElementDef, marks: Delimiters, conformant: bool) -> str | tuple[str, ...]:
    kept = draw(_parts(definition))
    return composite(
        *(
            _spelled(draw, part, marks, conformant) if part.usage == "R" or part.ref in kept else ""
            for part in definition.components
        )
    )


def _segment(draw: st.DrawFn, definition: SegmentDef, marks: Delimiters, conformant: bool) -> Segment:
    """A segment with what is required and some of what is situational."""
    values: list[Element] = []
    for place in definition.elements:
        sent = place.usage == "R" or (place.usage == "S" and draw(BOOLEANS))
        values.append(_element(draw, place, marks, conformant) if sent else "")
    if conformant:
        for place in definition.elements:
            if place.number == "1251":
                _date(draw, definition, place, values)
        if not any(values):  # nothing is required, but a segment says something
            values[0] = _element(draw, definition.elements[0], marks, conformant)
        for _ in range(3):  # a condition that is met may bring about another
            _keep_conditions(draw, definition, marks, values)
    return Segment.of(definition.id, *values)


def _date(draw: st.DrawFn, definition: SegmentDef, place: ElementDef, values: list[Element]) -> None:
    """A date is spelled as the element before it says."""
    at = place.position - 1
    if values[at]:
        begin, end = sorted((draw(DAYS), draw(DAYS)))
        values[at] = f"{begin}-{end}" if values[at - 1] == "RD8" else begin


def _keep_conditions(draw: st.DrawFn, definition: SegmentDef, marks: Delimiters, values: list[Element]) -> None:
    for note in definition.syntax:
        sent = [position for position in note.positions if values[position - 1]]
        missing = [position for position in note.positions if not values[position - 1]]
        first, *others = note.positions
        add: list[int] = []
        if note.kind == "P" and sent:
            add = missing
        elif note.kind == "R" and not sent:
            add = [first]
        elif note.kind == "C" and first in sent:
            add = missing
        elif note.kind == "L" and first in sent and not set(others) & set(sent):
            add = others[:1]
        elif note.kind == "E" and len(sent) > 1:
            for position in sent[1:]:
                values[position - 1] = ""
        for position in add:
            place = definition.elements[position - 1]
            values[position - 1] = draw(DAYS) if place.number == "1251" else _element(draw, place, marks, True)


def _loop(draw: st.DrawFn, definition: LoopDef, marks: Delimiters, conformant: bool) -> Loop:
    """A loop with its first segment, what is required, and some of what is situational."""
    children: list[Segment | Loop] = []
    for child in definition.children:
        if isinstance(child, SegmentDef):
            one: Callable[[], Segment | Loop] = partial(_segment, draw, child, marks, conformant)
            most = 2 if child.max_use is None else min(child.max_use, 2)
            needed = child is definition.trigger or child.usage == "R" or child.id == "LE"
        else:
            one = partial(_loop, draw, child, marks, conformant)
            most = 2 if child.repeat is None else min(child.repeat, 2)
            needed = child.usage == "R"
        children += [one() for _ in range(max(draw(_often(most)), int(needed)))]
    return Loop(definition.id, tuple(children))


def _body(draw: st.DrawFn, marks: Delimiters, conformant: bool) -> Loop:
    """What stands between ST and SE."""
    header = _loop(draw, GUIDE_005010X220A1.loop("HEADER"), marks, conformant)
    member = GUIDE_005010X220A1.loop("2000")
    members = [_loop(draw, member, marks, conformant) for _ in range(draw(_times(1, 2)))]
    return Loop("ST_LOOP", (header, *members))


@st.composite
def interchanges(draw: st.DrawFn, *, marks: Delimiters | None = None, conformant: bool = False) -> Interchange:
    """A whole interchange of one or two groups of one or two transaction sets."""
    marks = marks or draw(delimiters())
    number = st.integers(1, 999_999_999)
    days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
    minutes = st.builds(time, st.integers(0, 23), st.integers(0, 59))
    seconds = st.builds(time, st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
    mailbox = st.text(ALPHANUMERIC, min_size=1, max_size=15)
    kind = st.sampled_from(["01", "30", "ZZ"])
    header = InterchangeHeader(
        draw(kind), draw(mailbox), draw(kind), draw(mailbox), draw(days), draw(minutes), draw(number),
        draw(st.booleans()), draw(st.sampled_from(["T", "P"])),
    )  # fmt: skip
    application = st.text(ALPHANUMERIC, min_size=2, max_size=15)
    groups = []
    for group_number in draw(st.lists(number, min_size=1, max_size=2, unique=True)):
        group = GroupHeader(draw(application), draw(application), draw(days), draw(seconds), group_number)
        sets = draw(st.lists(st.integers(1, 9999), min_size=1, max_size=2, unique=True))
        groups.append((group, tuple(TransactionSet(f"{one:04}", _body(draw, marks, conformant)) for one in sets)))
    return Interchange(header, tuple(groups), marks)
