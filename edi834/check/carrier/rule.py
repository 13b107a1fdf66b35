"""One rule of a carrier: where it looks, what it says, of whom and when, and where the carrier says so.

A rule says one thing, so that its breach can be reported in one sentence; an address is the guide's, as in a mapping. A
shape is a picture and not a regular expression: no rule can take longer over a text than the text is long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from edi834.model import Severity
from edi834.x12 import Path

__all__ = ["CODES", "CarrierRule", "CarrierRules", "Condition", "Says", "shape_pattern"]


class Says(StrEnum):
    """The one thing that a rule says."""

    ALLOWED = "allowed"
    REQUIRED = "required"
    NOT_SENT = "not_sent"
    LENGTH = "length"
    SHAPE = "shape"
    MOST = "most"
    ORDER = "order"
    ASCENDING = "ascending"
    UPPER_CASE = "upper_case"


CODES = MappingProxyType(
    {
        Says.ALLOWED: "E834-1091",
        Says.REQUIRED: "E834-1092",
        Says.NOT_SENT: "E834-1093",
        Says.LENGTH: "E834-1094",
        Says.SHAPE: "E834-1095",
        Says.MOST: "E834-1096",
        Says.ORDER: "E834-1097",
        Says.ASCENDING: "E834-1098",
        Says.UPPER_CASE: "E834-1099",
    }
)
"""The code of each kind of breach; the carrier's own code of the rule stands in the message."""

_WORDS = {
    Says.ALLOWED: "{at} is none of the values that the carrier takes",
    Says.REQUIRED: "the carrier wants {at}",
    Says.NOT_SENT: "the carrier does not take {at}",
    Says.LENGTH: "the carrier takes {at} of another length",
    Says.SHAPE: "{at} has not the shape that the carrier wants",
    Says.MOST: "the carrier takes fewer of {at}",
    Says.ORDER: "the people of a family stand in another order than the carrier wants",
    Says.ASCENDING: "the people stand in another order than the carrier wants",
    Says.UPPER_CASE: "{at} has small letters, and the carrier wants capitals",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """When a rule holds: where the element at an address is one of these values.

    Attributes:
      at: The element; in the rule's own loop where that is the same, else anywhere in the person or header.
      values: The values.
    """

    at: Path
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class CarrierRule:
    """One rule.

    Attributes:
      name: The carrier's own code for it, or the operator's: ``NS-014``.
      at: Where it looks, an address of the guide.
      says: The one thing it says.
      severity: What a breach stops.
      words: What is wrong, in one sentence of the operator's; "" for the engine's own.
      source: Where the carrier says so: a section of its companion guide.
      only: ``subscriber`` or ``dependent``, where it holds for these alone; "" for everybody.
      when: Under which condition; None where always.
      values: What is allowed; or, of an order, the values in it.
      least: The shortest length.
      most: The longest length, or how often at most; 0 where there is no limit.
      shape: The picture, compiled.
    """

    name: str
    at: Path
    says: Says
    severity: Severity = Severity.ERROR
    words: str = ""
    source: str = ""
    only: str = ""
    when: Condition | None = None
    values: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    shape: re.Pattern[str] | None = None

    @property
    def code(self) -> str:
        """The engine's code of its breach."""
        return CODES[self.says]

    @property
    def message(self) -> str:
        """What is wrong where it is broken."""
        reported = self.words or _WORDS[self.says].format(at=self.at)
        return f"{self.name}: {reported}" + (f" ({self.source})" if self.source else "")


@dataclass(frozen=True, slots=True)
class CarrierRules:
    """The rules of one feed.

    Attributes:
      carrier: Whose rules they are.
      rules: In the order of the file.
    """

    carrier: str
    rules: tuple[CarrierRule, ...]

    def __iter__(self) -> Iterator[CarrierRule]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)


def shape_pattern(picture: str) -> re.Pattern[str]:
    """The pattern of a picture: 9 a digit, A a capital, X a capital or digit, anything else itself.

    ``9999-99`` is four digits, a hyphen and two digits; ``\\9`` is the digit 9 itself.
    """
    classes = {"9": "[0-9]", "A": "[A-Z]", "X": "[A-Z0-9]"}
    parts = re.findall(r"\\.|.", picture, re.DOTALL)
    return re.compile("".join(classes.get(part) or re.escape(part[-1]) for part in parts))
