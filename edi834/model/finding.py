"""A finding: something wrong or doubtful, as a value that is collected and shown, never raised.

A finding says which rule, how severe, about whom (a reference), where, and what to do; it never holds a value
about a person except masked by :func:`masked`.
What stops a run is an error of ``edi834/errors.py``; how findings are drawn is ``edi834/report``'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from edi834.errors import Place
from edi834.model.ids import FamilyRef, MemberRef

__all__ = ["Finding", "Severity", "masked"]


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"  # nothing that carries it may leave
    WARNING = "warning"  # it leaves, and a person should look
    NOTE = "note"  # worth knowing, nothing to do


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or doubtful.

    Attributes:
      code: The stable code, ``E834-NNNN``.
      severity: What it stops.
      message: What is wrong, in one sentence, without any value about a person.
      about: The person or family concerned, by reference.
      place: Where it is.
      remedy: What to do; where it is missing, the code's own remedy is shown.
    """

    code: str
    severity: Severity
    message: str
    about: MemberRef | FamilyRef | None = None
    place: Place | None = None
    remedy: str | None = None


def masked(value: str) -> str:
    """Give a value about a person as it may be shown: an SSN by its last four, anything else by its first letter.

    >>> masked("900-12-6789"), masked("Doe")
    ('***-**-6789', 'D***')
    """
    digits = [letter for letter in value if letter.isdigit()]
    if len(digits) == 9 and len(value) <= 11:
        return "***-**-" + "".join(digits[-4:])
    return f"{value[:1]}***" if value else ""
