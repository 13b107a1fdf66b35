"""A checked part of an expression: what kind of value it gives, what it needs, and the closure that gives it.

Everything the compiler must know before the first row is here: kinds, uses of fields, and every literal that may come
out, so that a code the guide does not have is found when the mapping is loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from typing import Any

from edi834.mapping.language.names import Answer, Kind, Scope, Several
from edi834.model import FieldPath, Value

__all__ = ["MOST_CHARACTERS", "Refused", "Typed", "Unanswered", "bounded", "each", "single"]

MOST_CHARACTERS = 1000
"""The longest text an expression may give; the longest element of the guide has 264."""


class Refused(Exception):  # noqa: N818 - carries a diagnostic to the edge of the compiler, and is never seen outside
    """A part of an expression is not allowed."""

    def __init__(self, code: str, message: str, remedy: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy


class Unanswered(Exception):  # noqa: N818 - carries a finding to the family it concerns
    """An expression has no answer for this person; the message holds no value about a person.

    Attributes:
      code: The finding's code.
      message: What is missing.
      table: The code table that does not know the key, if that is why.
      missed: The key, where it is a house's own code that may be shown.
    """

    def __init__(self, code: str, message: str, *, table: str | None = None, missed: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.table = table
        self.missed = missed


@dataclass(frozen=True, slots=True)
class Typed:
    """One checked part of an expression.

    Attributes:
      kind: What it gives.
      evaluate: Gives it.
      nullable: Whether it may give None.
      has_data: Whether what it gives may come from a field, a fact or a table; else it only chooses among literals.
      literals: The literal texts it may give.
      names: The names it reads.
      uses: The fields it reads.
      tables: The code tables it reads, with the column.
      words: The vocabulary of what it gives, if it is a bare name.
      speakable: Whether what it gives may stand in a message.
      many: Whether it gives several values of the kind, of which each is sent: a repetition, or a segment for each.
    """

    kind: Kind
    evaluate: Callable[[Scope], Answer]
    nullable: bool = False
    has_data: bool = False
    literals: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    uses: frozenset[FieldPath] = frozenset()
    tables: frozenset[tuple[str, str]] = frozenset()
    words: frozenset[str] | None = None
    speakable: bool = False
    many: bool = False

    @property
    def is_constant(self) -> bool:
        """Whether it is a literal and nothing else."""
        return not self.names and not self.tables


def bounded(text: str) -> str | None:
    """Give the text, None where it is empty; a text beyond any element's length is refused."""
    if len(text) > MOST_CHARACTERS:
        raise Unanswered("E834-0639", f"the expression gives more than {MOST_CHARACTERS} characters")
    return text or None


def each(function: Callable[[Any], Answer], value: Answer) -> Answer:
    """Apply a function to a value, or to each of several; absent stays absent."""
    if isinstance(value, Several):
        return Several(tuple(None if one is None else single(function(one)) for one in value.values))
    return None if value is None else function(value)


def single(value: Answer) -> Value | time:
    """One value; several of several are refused when the mapping is loaded."""
    assert not isinstance(value, Several)
    return value
