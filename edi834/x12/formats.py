"""How dates, times and numbers are spelled in X12.

Every function takes the typed value and gives the text; none rounds, cuts or guesses; what has no spelling
is an `UnexpectedError` E834-0502 that never shows the value.
Which element wants which spelling is the guide's (`ElementDef.type`); choosing the value is the mapping's.
Reading back (`read_d8`) is here too, so that the two directions stay together.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

from edi834.errors import UnexpectedError


def d8(day: date) -> str:
    """A day as CCYYMMDD."""
    return f"{day.year:04}{day.month:02}{day.day:02}"


def d6(day: date) -> str:
    """A day as YYMMDD, which only ISA09 and TA102 use; the century is 2000."""
    if not 2000 <= day.year <= 2099:
        raise UnexpectedError("an interchange date must lie in 2000 to 2099", code="E834-0502")
    return d8(day)[2:]


def rd8(first: date, last: date) -> str:
    """A period as CCYYMMDD-CCYYMMDD, both days included; it must not end before it begins."""
    if last < first:
        raise UnexpectedError("a period ends before it begins", code="E834-0502")
    return f"{d8(first)}-{d8(last)}"


def hhmm(clock: time) -> str:
    """A time of day as HHMM; seconds are dropped."""
    return f"{clock.hour:02}{clock.minute:02}"


def hhmmss(clock: time) -> str:
    """A time of day as HHMMSS; fractions are dropped."""
    return f"{hhmm(clock)}{clock.second:02}"


def tm(clock: time) -> str:
    """A time of day as HHMM, or HHMMSS where it has seconds."""
    return hhmmss(clock) if clock.second else hhmm(clock)


def n0(number: int) -> str:
    """A whole number: digits, no leading zero."""
    return str(number)


def decimal_r(number: Decimal) -> str:
    """A decimal number: no exponent, no trailing zero after the point, no zero before it (X12.6 type R).

    `512.250` is `512.25`, `0.50` is `.5`, `-0.5` is `-.5`, `1E+3` is `1000`, zero is `0`.
    """
    if not number.is_finite():
        raise UnexpectedError("an amount must be a finite number", code="E834-0502")
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    digits = digits.lstrip("0") or "0"
    return "0" if digits == "0" else sign + digits


def read_d8(text: str) -> date | None:
    """The day of CCYYMMDD, or None where the text is not one."""
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def read_rd8(text: str) -> tuple[date, date] | None:
    """The first and last day of CCYYMMDD-CCYYMMDD, or None where the text is not one."""
    first, dash, last = text.partition("-")
    begin, end = read_d8(first), read_d8(last)
    return (begin, end) if dash and begin and end else None


def read_d6(text: str) -> date | None:
    """The day of YYMMDD in the century 2000, or None where the text is not one."""
    return read_d8("20" + text) if len(text) == 6 else None


def read_tm(text: str) -> time | None:
    """The time of HHMM, HHMMSS, HHMMSSD or HHMMSSDD; hundredths are kept as microseconds; None where it is not one."""
    if len(text) not in (4, 6, 7, 8) or not (text.isascii() and text.isdigit()):
        return None
    try:
        return datetime.strptime(text.ljust(6, "0"), "%H%M%S%f" if len(text) > 6 else "%H%M%S").time()  # noqa: DTZ007
    except ValueError:
        return None
