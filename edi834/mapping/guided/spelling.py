"""How a value becomes the text of an element, and what is said where it cannot.

Dates and numbers by the element's type; text is put into the carrier's characters, never guessed, never a question
mark; a text that is too long is refused, or cut where the mapping says that it may be.
Values stay out of every message.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal

from edi834.mapping.guided.compiled import CompiledField
from edi834.mapping.guided.envelope import EnvelopeSettings
from edi834.mapping.language import Unanswered
from edi834.model import Value
from edi834.x12 import Uncleanable, clean
from edi834.x12.charset import forbidden
from edi834.x12.formats import d8, decimal_r, n0, tm

__all__ = ["Speller"]

Warn = Callable[[str, CompiledField, str], None]
"""Takes a code, the field, and what happened to its text."""


class Speller:
    """Spells values for one envelope."""

    def __init__(self, envelope: EnvelopeSettings, warn: Warn) -> None:
        self._envelope = envelope
        self._warn = warn
        self._forbidden = forbidden(envelope.charset, envelope.delimiters)

    def spell(self, field: CompiledField, value: Value | time) -> str:
        """Give the text of a value, '' where there is none; raise :class:`Unanswered` where it cannot be written."""
        if value is None:
            return ""
        text = self._cleaned(field, value) if isinstance(value, str) else _typed(value)
        return self._fitted(field, text) if text else ""

    def _cleaned(self, field: CompiledField, value: str) -> str:
        text = value.upper() if self._envelope.case == "upper" else value
        if text.isascii() and not self._forbidden.search(text) and text == text.strip(" "):
            return text
        text, reasons = self._rewritten(text)
        if reasons:
            self._warn("E834-0645", field, ", ".join(reasons))
        return text

    def _rewritten(self, value: str) -> tuple[str, tuple[str, ...]]:
        envelope = self._envelope
        if not envelope.transliterate and not unicodedata.normalize("NFC", value).isascii():
            raise Unanswered("E834-0637", "the text has letters outside ASCII, and this feed does not transliterate")
        written = clean(value, envelope.charset, envelope.delimiters, envelope.replacement)
        if isinstance(written, Uncleanable):
            places = ", ".join(str(position + 1) for position in written.positions[:5])
            raise Unanswered("E834-0637", f"the character at place {places} of the text cannot be sent")
        return written.text, written.reasons

    def _fitted(self, field: CompiledField, text: str) -> str:
        element = field.definition
        if element.codes and text not in element.codes:
            raise Unanswered("E834-0634", "what the expression gives is none of the guide's codes")
        counted = sum(c.isdigit() for c in text) if element.type in ("N0", "R") else len(text)
        if counted > element.max_length:
            if not field.truncates:
                message = f"the text has {counted} characters, and the guide allows {element.max_length}"
                raise Unanswered("E834-0635", message)
            self._warn("E834-0646", field, f"cut to {element.max_length} characters")
            return text[: element.max_length].rstrip(" ")
        if counted < element.min_length:
            raise Unanswered("E834-0636", f"the text has {counted} characters, and the guide asks {element.min_length}")
        return text


def _typed(value: date | time | Decimal | bool | int) -> str:
    if isinstance(value, date):
        return d8(value)
    if isinstance(value, time):
        return tm(value)
    if isinstance(value, Decimal):
        return decimal_r(value)
    return n0(value)
