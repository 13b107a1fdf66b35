"""What one value may be, as an expression: texts, codes, numbers, dates, times and periods, by the guide's definition.

An expression accepts nothing that `guide_check.py` finds fault with; it may refuse what that one lets pass (a control
character in a text), which then is only judged more slowly. Two branches of an expression never begin alike, so that
a refusal costs no search.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from edi834.check.guide_check import LANGUAGES, codes_of
from edi834.x12 import Delimiters, ElementDef

__all__ = ["Marks", "trie", "value"]

_THIRTY = "(?:0[1-9]|[12][0-9]|30)"
_THIRTY_ONE = "(?:0[1-9]|[12][0-9]|3[01])"
_LEAP = "(?<=(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)0229)"
"""Looks back over CCYY0229: the year can be divided by 4, and a full century by 400."""
_DAY = (
    "(?:0(?:[13578]" + _THIRTY_ONE + "|[469]" + _THIRTY + "|2(?:0[1-9]|1[0-9]|2(?:[0-8]|9" + _LEAP + ")))"
    "|1(?:[02]" + _THIRTY_ONE + "|1" + _THIRTY + "))"
)  # fmt: skip
_D8 = "(?:[1-9][0-9]{3}|0(?!000)[0-9]{3})" + _DAY
_TM = "(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9][0-9]{0,2}+|)"


@dataclass(frozen=True, slots=True)
class Marks:
    """The delimiters and the characters between them, as pieces of expressions.

    Attributes:
      element: The element separator.
      component: The component separator.
      repetition: The repetition separator.
      end: The segment terminator, with whatever line ends follow it.
      anything: Whatever stands before the next terminator.
      character: A character of a text.
      inked: A character of a text that is no space: the first and the last are.
    """

    element: str
    component: str
    repetition: str
    end: str
    anything: str
    character: str
    inked: str

    @classmethod
    def of(cls, delimiters: Delimiters) -> Marks:
        """Of the delimiters of one interchange."""
        inked = _ranges(frozenset(range(0x21, 0x7F)) - frozenset(map(ord, delimiters.characters)))
        blank = "".join(f"\\x{ord(mark):02x}" for mark in " \t\r\n" if mark not in delimiters.characters)
        end = re.escape(delimiters.segment)
        return cls(
            re.escape(delimiters.element), re.escape(delimiters.component), re.escape(delimiters.repetition),
            f"{end}[{blank}]*+", f"[^{end}]*+", f"[ {inked}]", f"[{inked}]",
        )  # fmt: skip


def _ranges(codes: frozenset[int]) -> str:
    """The characters of these codes, as ranges of a class: a short class is compiled sooner."""
    firsts = sorted(code for code in codes if code - 1 not in codes)
    lasts = sorted(code for code in codes if code + 1 not in codes)
    return "".join(f"\\x{first:02x}-\\x{last:02x}" for first, last in zip(firsts, lasts, strict=True))


def value(place: ElementDef, marks: Marks, formats: tuple[str, ...] = (), without: frozenset[str] = frozenset()) -> str:
    """The expression of one value that is there.

    Args:
      place: The element or component.
      marks: The delimiters.
      formats: The codes of the element before it, where that one says how a date is spelled (1251).
      without: The lists kept by others that are not asked.
    """
    codes = codes_of(place, without)
    if codes and place.code_set == LANGUAGES:
        return _language(codes, marks)
    if codes:
        return trie(codes)
    match place.type:
        case "DT":
            return _D8
        case "TM":
            return _TM
        case "N0":
            return f"-?+[0-9]{{{place.min_length},{place.max_length}}}+"
        case "R":
            return _decimal(place)
        case _ if formats:
            return _date_or_period(formats, marks)
        case _:
            return _text(place.min_length, place.max_length, marks)


def trie(words: Iterable[str]) -> str:
    """One of these codes, letter by letter: no letter is read twice, however many codes there are."""
    return _trie(frozenset(words))


@lru_cache(maxsize=1024)
def _trie(words: frozenset[str]) -> str:
    tails: dict[str, set[str]] = {}
    for word in words:
        tails.setdefault(word[:1], set()).add(word[1:])
    ended = bool(tails.pop("", None))
    alike: dict[str, list[str]] = {}
    for letter, rest in sorted(tails.items()):
        alike.setdefault(_trie(frozenset(rest)), []).append(re.escape(letter))
    branches = [f"{_any_of(letters)}{rest}" for rest, letters in alike.items()]
    if ended and branches:
        branches.append("")
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})" if branches else ""


def _language(codes: frozenset[str], marks: Marks) -> str:
    """The usual ones: of two letters under LE alone, of three under LD as well."""
    three = trie(code for code in codes if len(code) == 3)
    mark = marks.element
    return f"(?:(?<={mark}LE{mark}){trie(codes)}|(?<={mark}LD{mark}){three})"


def _any_of(letters: list[str]) -> str:
    return letters[0] if len(letters) == 1 else f"[{''.join(letters)}]"


def _text(low: int, high: int, marks: Marks) -> str:
    if high == 1:
        return marks.inked
    return f"{marks.inked}{marks.character}{{{max(low - 1, 0)},{high - 1}}}+(?<! )"


def _decimal(place: ElementDef) -> str:
    """Digits are counted, and neither the point nor the sign."""
    low, high = place.min_length, place.max_length
    whole = f"[0-9]{{{low},{high}}}+(?!\\.)"
    broken = f"(?=[0-9.]{{{low + 1},{high + 1}}}+(?![0-9.]))[0-9]*+\\.[0-9]++"
    return f"-?+(?:{whole}|{broken})"


def _date_or_period(formats: tuple[str, ...], marks: Marks) -> str:
    if formats == ("D8",):
        return _D8
    # Group `same` is what both days begin with; loops.py numbers it, for it stands in more than one segment.
    later = "|".join(f"{digit}[0-9]*+-(?P=same)[{digit + 1}-9]" for digit in range(9))
    in_order = f"(?=(?P<same>[0-9]{{0,8}})(?:-(?P=same)|{later}))"
    period = f"{in_order}{_D8}-{_D8}"
    return f"(?:(?<=RD8{marks.element}){period}|(?<={marks.element}D8{marks.element}){_D8})"
