"""Numbers as flat files spell them: implied decimals, and where a minus sign stands.

Each spelling has its inverse, and what cannot be spelled gives None instead of something rounded or cut.
Width and padding are ``line.py``'s; packed decimals are bytes and not text, and are ``packed.py``'s.
"""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum

__all__ = ["SignStyle", "exact_number", "plain_number", "read_number", "spelled_number", "whole_number"]


class SignStyle(StrEnum):
    """Where the sign of a number stands."""

    NONE = "none"  # no sign is reported: a negative number is refused
    LEADING = "leading"  # -00123; nothing where positive
    TRAILING = "trailing"  # 00123-; nothing where positive
    OVERPUNCH = "overpunch"  # zoned decimal: the last digit and the sign share one character, 0012L
    NIBBLE = "nibble"  # of packed numbers only: C and D in the last half byte; without, F


_NUMBER = re.compile(r"-?[0-9]{1,64}(?:\.[0-9]{1,32})?")
_DIGITS = re.compile(r"[0-9]{1,96}")
_POSITIVE = "{ABCDEFGHI"  # +0 to +9, as COBOL's zoned decimals print
_NEGATIVE = "}JKLMNOPQR"  # -0 to -9


def exact_number(text: str) -> Decimal | None:
    """Give the number that a plain text holds (``-12.50``), None where it holds none."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def plain_number(number: Decimal, decimals: int) -> str | None:
    """Give the number with exactly so many decimals and no negative zero; None where it has more of them."""
    whole = whole_number(number, decimals)
    if whole is None:
        return None
    digits = str(abs(whole)).rjust(decimals + 1, "0")
    text = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
    return f"-{text}" if whole < 0 else text


def spelled_number(number: Decimal, decimals: int, style: SignStyle, digits: int = 1) -> str | None:
    """Spell a number without a decimal point.

    Args:
      number: The number.
      decimals: How many of its last digits are decimals (COBOL's ``V99``: 2).
      style: Where the sign stands.
      digits: The least width of the result, sign included, filled with zeros.

    Returns:
      The spelling, or None where the number has more decimals, or is negative and the style has no sign; a packed
      number has none in text.
    """
    whole = whole_number(number, decimals)
    if whole is None or (whole < 0 and style is SignStyle.NONE) or style is SignStyle.NIBBLE:
        return None
    text = str(abs(whole))
    if style is SignStyle.OVERPUNCH:
        text = text.rjust(digits, "0")
        return text[:-1] + (_NEGATIVE if whole < 0 else _POSITIVE)[int(text[-1])]
    if whole >= 0:
        return text.rjust(digits, "0")
    text = text.rjust(digits - 1, "0")
    return f"-{text}" if style is SignStyle.LEADING else f"{text}-"


def read_number(text: str, decimals: int, style: SignStyle) -> Decimal | None:
    """Give the number that :func:`spelled_number` spelled, None where the text is no such number."""
    negative = False
    if style is SignStyle.LEADING and text.startswith("-"):
        negative, text = True, text[1:]
    elif style is SignStyle.TRAILING and text.endswith("-"):
        negative, text = True, text[:-1]
    elif style is SignStyle.OVERPUNCH and text[-1:] and text[-1] in _NEGATIVE + _POSITIVE:
        # A last digit without a zone is read as positive: many systems write positive numbers so.
        negative = text[-1] in _NEGATIVE
        text = text[:-1] + str((_NEGATIVE if negative else _POSITIVE).index(text[-1]))
    if not _DIGITS.fullmatch(text) or style is SignStyle.NIBBLE:
        return None
    whole = int(text)
    return Decimal((1 if negative and whole else 0, tuple(map(int, str(whole))), -decimals))


def whole_number(number: Decimal, decimals: int) -> int | None:
    """Give the number without its decimal point, exactly; None where decimals would be lost.

    Digits are moved by hand: Decimal's own arithmetic rounds to the context's precision.
    """
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        return None
    whole = int("".join(map(str, digits)) or "0")
    places = exponent + decimals
    if places >= 0:
        whole *= int("1" + "0" * places)
    else:
        whole, lost = divmod(whole, int("1" + "0" * -places))
        if lost:
            return None
    return -whole if sign else whole
