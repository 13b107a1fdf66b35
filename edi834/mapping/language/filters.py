"""The filters of the mapping language: what each takes, what it gives, and how.

A filter is made once, from literal arguments that are checked when the mapping is loaded; an absent value passes
through every filter but ``default``. Lengths are bounded, so no filter can be made to fill the memory.
``lookup``, ``default`` and ``join`` need more than one value's text and are compiled in ``expression.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from edi834.mapping.language.names import Answer, Kind, Several
from edi834.mapping.language.typed import MOST_CHARACTERS, Refused, Unanswered, bounded, each
from edi834.x12.charset import transliterate

__all__ = ["FILTERS", "Filter", "Parameter", "filtered"]

_REQUIRED = object()
_MOST_VALUES = 100
_DATE_TOKEN = re.compile(r"CCYY|YYYY|DDD|YY|MM|DD|[A-Za-z]+|[^A-Za-z]")
_TIME_TOKEN = re.compile(r"HH|MM|SS|[A-Za-z]+|[^A-Za-z]")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a filter: a literal text, whole number or flag."""

    name: str
    type: type
    default: Any = _REQUIRED

    @property
    def is_required(self) -> bool:
        """Whether the filter cannot do without it."""
        return self.default is _REQUIRED


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter.

    Attributes:
      takes: The kinds of value it takes.
      gives: The kind it gives.
      make: Makes the function from the arguments; it may refuse them.
      parameters: Its arguments, in order.
      literals: Whether what it gives is one of its arguments, and so literal.
      many: Whether it gives several values of one.
    """

    takes: frozenset[Kind]
    gives: Kind
    make: Callable[..., Callable[[Any], Answer]]
    parameters: tuple[Parameter, ...] = ()
    literals: bool = False
    many: bool = False


def _count(value: int) -> int:
    if isinstance(value, bool) or not 1 <= value <= MOST_CHARACTERS:
        raise Refused("E834-0604", f"a length must be from 1 to {MOST_CHARACTERS}")
    return value


def _padding(character: str) -> str:
    if len(character) != 1:
        raise Refused("E834-0604", "a text is padded with exactly one character")
    return character


def _left(length: int) -> Callable[[str], Answer]:
    _count(length)
    return lambda text: text[:length]


def _right(length: int) -> Callable[[str], Answer]:
    _count(length)
    return lambda text: text[-length:]


def _slice(first: int, last: int) -> Callable[[str], Answer]:
    _count(first)
    _count(last)
    if last < first:
        raise Refused("E834-0604", "slice takes the first and the last place, counted from 1", "slice(1, 3)")
    return lambda text: text[first - 1 : last]


def _split(mark: str) -> Callable[[str], Answer]:
    if not mark:
        raise Refused("E834-0604", "split needs a text to look for")

    def split(text: str) -> Answer:
        parts = text.split(mark)
        if len(parts) > _MOST_VALUES:
            raise Unanswered("E834-0639", f"the expression gives more than {_MOST_VALUES} values")
        return Several(tuple(part.strip() or None for part in parts))

    return split


def _pad_left(width: int, character: str) -> Callable[[str | int], Answer]:
    _count(width)
    _padding(character)
    return lambda value: str(value).rjust(width, character)


def _pad_right(width: int, character: str) -> Callable[[str | int], Answer]:
    _count(width)
    _padding(character)
    return lambda value: str(value).ljust(width, character)


def _replace(old: str, new: str) -> Callable[[str], Answer]:
    if not old:
        raise Refused("E834-0604", "replace needs a text to look for")
    return lambda text: text.replace(old, new)


def _before(mark: str) -> Callable[[str], Answer]:
    if not mark:
        raise Refused("E834-0604", "before needs a text to look for")
    return lambda text: text.partition(mark)[0].strip()


def _after(mark: str) -> Callable[[str], Answer]:
    if not mark:
        raise Refused("E834-0604", "after needs a text to look for")
    return lambda text: text.partition(mark)[2].strip()


def _yes_no(yes: str, no: str) -> Callable[[bool], Answer]:
    return lambda flag: yes if flag else no


def _money(decimals: int, implied: bool) -> Callable[[Decimal | int], Answer]:
    if isinstance(decimals, bool) or not 0 <= decimals <= 6:
        raise Refused("E834-0604", "money has from 0 to 6 decimals")
    unit = Decimal(1).scaleb(-decimals)

    def spell(amount: Decimal | int) -> str:
        number = Decimal(amount)
        if not number.is_finite() or abs(number.adjusted()) > 20 or number != number.quantize(unit):
            raise Unanswered("E834-0640", f"the amount cannot be written with {decimals} decimals without rounding it")
        text = format(abs(number.quantize(unit)), "f")
        sign = "-" if number < 0 else ""
        return sign + (text.replace(".", "") if implied else text)

    return spell


def _date(pattern: str) -> Callable[[date | time], Answer]:
    parts = _pattern(pattern, _DATE_TOKEN, _DATE_PARTS, "date")
    return lambda day: "".join(part(day) for part in parts)


def _time(pattern: str) -> Callable[[date | time], Answer]:
    parts = _pattern(pattern, _TIME_TOKEN, _TIME_PARTS, "time")
    return lambda clock: "".join(part(clock) for part in parts)


_DATE_PARTS: Mapping[str, Callable[[Any], str]] = {
    "CCYY": lambda day: f"{day.year:04}",
    "YYYY": lambda day: f"{day.year:04}",
    "YY": lambda day: f"{day.year % 100:02}",
    "MM": lambda day: f"{day.month:02}",
    "DD": lambda day: f"{day.day:02}",
    "DDD": lambda day: f"{day.timetuple().tm_yday:03}",
}

_TIME_PARTS: Mapping[str, Callable[[Any], str]] = {
    "HH": lambda clock: f"{clock.hour:02}",
    "MM": lambda clock: f"{clock.minute:02}",
    "SS": lambda clock: f"{clock.second:02}",
}


def _pattern(
    pattern: str, token: re.Pattern[str], known: Mapping[str, Callable[[Any], str]], what: str
) -> list[Callable[[Any], str]]:
    parts: list[Callable[[Any], str]] = []
    for found in token.findall(pattern):
        if found in known:
            parts.append(known[found])
        elif found.isalpha():
            raise Refused("E834-0604", f"{found!r} in a {what} pattern is none of {', '.join(known)}")
        else:
            parts.append(lambda _, found=found: found)  # type: ignore[misc]
    if not parts or len(parts) > 20:
        raise Refused("E834-0604", f"a {what} pattern has from 1 to 20 parts")
    return parts


def _transliterated(text: str) -> Answer:
    written = transliterate(text)
    if written is None:
        raise Unanswered("E834-0637", "the text has letters that no Latin spelling is agreed for")
    return written


_TEXT = frozenset({Kind.TEXT})
_COUNTED = frozenset({Kind.TEXT, Kind.INTEGER})
_AMOUNT = frozenset({Kind.NUMBER, Kind.INTEGER})

FILTERS: Mapping[str, Filter] = {
    "upper": Filter(_TEXT, Kind.TEXT, lambda: str.upper),
    "lower": Filter(_TEXT, Kind.TEXT, lambda: str.lower),
    "title": Filter(_TEXT, Kind.TEXT, lambda: str.title),
    "strip": Filter(_TEXT, Kind.TEXT, lambda: str.strip),
    "digits": Filter(_TEXT, Kind.TEXT, lambda: lambda text: "".join(c for c in text if c in "0123456789")),
    "length": Filter(_TEXT, Kind.INTEGER, lambda: len),
    "left": Filter(_TEXT, Kind.TEXT, _left, (Parameter("length", int),)),
    "right": Filter(_TEXT, Kind.TEXT, _right, (Parameter("length", int),)),
    "slice": Filter(_TEXT, Kind.TEXT, _slice, (Parameter("first", int), Parameter("last", int))),
    "split": Filter(_TEXT, Kind.TEXT, _split, (Parameter("mark", str),), many=True),
    "pad_left": Filter(_COUNTED, Kind.TEXT, _pad_left, (Parameter("width", int), Parameter("character", str, " "))),
    "pad_right": Filter(_COUNTED, Kind.TEXT, _pad_right, (Parameter("width", int), Parameter("character", str, " "))),
    "replace": Filter(_TEXT, Kind.TEXT, _replace, (Parameter("old", str), Parameter("new", str))),
    "before": Filter(_TEXT, Kind.TEXT, _before, (Parameter("mark", str),)),
    "after": Filter(_TEXT, Kind.TEXT, _after, (Parameter("mark", str),)),
    "transliterate": Filter(_TEXT, Kind.TEXT, lambda: _transliterated),
    "date": Filter(frozenset({Kind.DATE}), Kind.TEXT, _date, (Parameter("pattern", str),)),
    "time": Filter(frozenset({Kind.TIME}), Kind.TEXT, _time, (Parameter("pattern", str),)),
    "money": Filter(
        _AMOUNT, Kind.TEXT, _money, (Parameter("decimals", int, 2), Parameter("implied", bool, default=False))
    ),
    "yes_no": Filter(
        frozenset({Kind.FLAG}), Kind.TEXT, _yes_no, (Parameter("yes", str), Parameter("no", str)), literals=True
    ),
}
"""Every filter by name, but ``default``, ``join`` and ``lookup``."""


def filtered(function: Callable[[Any], Answer], value: Answer) -> Answer:
    """Apply a filter's function: absent stays absent, and an empty text becomes absent."""
    if value is None:
        return None
    if isinstance(value, Several):
        return each(lambda one: filtered(function, one), value)
    given = function(value)
    return bounded(given) if isinstance(given, str) else given
