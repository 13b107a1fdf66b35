"""Values that may break a rule by themselves, looked for in a whole piece of a file at once, as an expression.

Numbers, ZIP codes, birthdays and money are found wrong or not by what stands in one segment; where nothing of the kind
is in a piece, nobody in it is asked about them. What is found is only a doubt: the rules themselves look closely.
"""

from __future__ import annotations

import re
from datetime import date

from edi834.check.rules.dates import OLDEST
from edi834.x12 import Delimiters

__all__ = ["doubts"]

_ANY_NUMBER = "[0-9]{9}"
_ISSUED = "(?!000|666|9)[0-9]{3}(?!00)[0-9]{2}(?!0000)[0-9]{4}"
_ZIP = "[0-9]{5}(?:[0-9]{4})?"
_MONEY = r"-?(?!0[0-9])[0-9]*(?:\.[0-9]{1,2})?"


def doubts(delimiters: Delimiters, day: date | None, *, invented_people: bool) -> re.Pattern[bytes]:
    """The expression of what raises a doubt, in segments of which each stands behind a terminator.

    It stands for E834-1035 and -1036 (numbers), -1037, -1038 and -1063 (places), -1043 and -1044 (birthdays), -1056
    and -1057 (money).

    Args:
      delimiters: Of the file.
      day: The day by which people are judged; None where it is not known, and no birthday raises a doubt.
      invented_people: Whether numbers may be ones that were never issued.
    """
    mark, end = re.escape(delimiters.element), re.escape(delimiters.segment)
    inside, ends = f"[^{mark}{end}]*+", f"(?=[{mark}{end}])"
    number = _ANY_NUMBER if invented_people else _ISSUED
    kinds = [
        f"NM1(?:{mark}{inside}){{7}}{mark}34{mark}(?!{number}{ends}|{ends})",
        f"N4{mark}{inside}(?!{mark}[A-Z]{{2}}{mark}{_ZIP}{ends})",
        f"(?:AMT|ICM){mark}{inside}{mark}(?!{_MONEY}{ends})",
    ]
    if day is not None:
        kinds.append(f"DMG{mark}D8{mark}(?!{_between(day)}{ends})")
    return re.compile(f"{end}(?:{'|'.join(kinds)})".encode("latin-1"))


def _between(day: date) -> str:
    """Days on which somebody may be born who is in a file of this day: of eight digits, from the oldest to the day."""
    oldest = day - OLDEST if day - date.min >= OLDEST else date.min
    return f"(?={_bounded(_d8(oldest), least=True)}){_bounded(_d8(day), least=False)}"


def _bounded(limit: str, *, least: bool) -> str:
    """Eight digits that are no less, or no more, than these."""
    choices = [limit]
    for at, digit in enumerate(limit):
        rest = 7 - at
        if least and digit != "9":
            choices.append(f"{limit[:at]}[{int(digit) + 1}-9][0-9]{{{rest}}}")
        elif not least and digit != "0":
            choices.append(f"{limit[:at]}[0-{int(digit) - 1}][0-9]{{{rest}}}")
    return f"(?:{'|'.join(choices)})"


def _d8(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"
