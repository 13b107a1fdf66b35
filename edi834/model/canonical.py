"""The canonical form of a value: what two snapshots must differ in before a change is reported of anyone.

Text is compared in Unicode NFC, without case, with runs of blanks folded and invisible format characters dropped;
dates in ISO form; numbers by their value (``1234.5`` is ``1234.50``); absent is the empty text.
What is *sent* keeps the source's own spelling; transliteration belongs to ``edi834/x12`` and ``edi834/flat``.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal

__all__ = ["Value", "canonical"]

Value = str | date | Decimal | bool | int | None


def canonical(value: Value) -> str:
    """Give the text by which the value is compared and digested.

    The result holds no control character, so U+001C to U+001F are free to separate values.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        if value.isascii() and value.isprintable():  # nothing to normalise: most text, at a fraction of the time
            return " ".join(value.lower().split())
        folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", value).casefold())
        visible = "".join(
            " " if unicodedata.category(c) == "Cc" else c for c in folded if unicodedata.category(c) != "Cf"
        )
        return " ".join(visible.split())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return _plain(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _plain(number: Decimal) -> str:
    """A decimal by its value: no exponent, no trailing zeros, no negative zero."""
    if number == 0:
        return "0"
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
