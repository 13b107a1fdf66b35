"""One use of a segment as an expression: its elements in order, what is required, unused or paired, and nothing empty.

Elements are read from left to right, and what X12's conditions still ask is carried along: where an element is there
and where it is not the rest of the segment is another expression, unless the conditions are indifferent to it.
A segment does not end with an empty element, nor a composite with an empty component.
"""

from __future__ import annotations

import re
from itertools import product

from edi834.check.automaton.values import Marks, value
from edi834.check.guide_check import holds
from edi834.x12 import ElementDef, SegmentDef

__all__ = ["segment"]

_DATE_OR_PERIOD = "1251"


def segment(definition: SegmentDef, marks: Marks, without: frozenset[str] = frozenset()) -> str:
    """The expression of one segment, from its identifier to its terminator."""
    return _Elements(definition, marks, without).whole()


class _Elements:
    """The elements of one segment. `reported` are the positions there so far, of those that a condition speaks of."""

    def __init__(self, definition: SegmentDef, marks: Marks, without: frozenset[str]) -> None:
        self._definition, self._marks, self._without = definition, marks, without
        self._elements = definition.elements
        used = [place.position for place in self._elements if place.usage != "N"]
        required = [place.position for place in self._elements if place.usage == "R"]
        self._last_used, self._last_required = max(used, default=0), max(required, default=0)
        self._conditional = sorted({at for note in definition.syntax for at in note.positions} & set(used))
        self._known: dict[tuple[int, frozenset[int]], str | None] = {}

    def whole(self) -> str:
        rest = self._rest(1, frozenset())
        if rest is None:
            raise ValueError(f"nothing can satisfy the conditions of {self._definition.id}")
        return re.escape(self._definition.id) + rest + self._marks.end

    def _rest(self, at: int, reported: frozenset[int]) -> str | None:
        """What may follow from this position on; None where nothing keeps the conditions."""
        if (at, reported) not in self._known:
            self._known[at, reported] = self._following(at, reported)
        return self._known[at, reported]

    def _following(self, at: int, reported: frozenset[int]) -> str | None:
        ended = "" if at > self._last_required and self._kept(reported) else None
        if at > self._last_used:
            return ended
        place = self._elements[at - 1]
        after = reported | {at} if at in self._conditional else reported
        there = None if place.usage == "N" else self._rest(at + 1, after)
        # An empty element is followed by another one, for a segment does not end with it.
        empty = None if place.usage == "R" or at == self._last_used else self._rest(at + 1, reported)
        if empty == "":
            empty = None
        one = "" if there is None else self._value(place) + there
        if there is None and empty is None:
            return ended
        mark = f"(?={self._marks.element})"
        if empty is None:
            more = self._marks.element + one
        elif there is None:
            more = f"{self._marks.element}{mark}{empty}"
        elif there == empty:
            more = f"{self._marks.element}(?:{self._value(place)}|{mark}){there}"
        else:
            more = f"{self._marks.element}(?:{one}|{mark}{empty})"
        return more if ended is None else f"(?:{more}|)"

    def _kept(self, reported: frozenset[int]) -> bool:
        """Whether the conditions hold where these are there, and no more."""
        return all(holds(note.kind, [at in reported for at in note.positions]) for note in self._definition.syntax)

    def _value(self, place: ElementDef) -> str:
        if place.components:
            one = _composite(place, self._marks, self._without)
        else:
            before = self._elements[place.position - 2] if place.number == _DATE_OR_PERIOD else None
            one = value(place, self._marks, before.codes if before else (), self._without)
        if place.max_repeat == 1:
            return one
        return f"{one}(?:{self._marks.repetition}{one}){{0,{place.max_repeat - 1}}}"


def _composite(place: ElementDef, marks: Marks, without: frozenset[str]) -> str:
    """Each choice of components that are there, for there are few; an empty one is followed by another."""
    used = [part for part in place.components if part.usage != "N"]
    choices: list[str] = []
    for chosen in product((True, False), repeat=len(used)):
        there = {part.position for part, is_there in zip(used, chosen, strict=True) if is_there}
        if not there or any(part.usage == "R" and part.position not in there for part in used):
            continue
        parts = place.components[: max(there)]
        choices.append(
            marks.component.join(value(part, marks, (), without) if part.position in there else "" for part in parts)
            + f"(?!{marks.component})"
        )
    return f"(?:{'|'.join(choices)})"
