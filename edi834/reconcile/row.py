"""A row of a reconciliation: one thing that the carrier holds otherwise than it was reported to it.

A row says who, what, how bad it is and who must act; its values are about people and stay out of its ``repr``.
Finding rows is ``comparing.py``'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from edi834.model import MemberRef, Severity

__all__ = ["Kind", "Owner", "Row", "severity_of"]


class Kind(StrEnum):
    """What is wrong with it."""

    MISSING = "missing"  # reported, and the carrier does not hold it
    EXTRA = "extra"  # the carrier holds it, and it was not reported so
    DIFFERENT = "different"  # held otherwise than it was reported


class Owner(StrEnum):
    """Who must act."""

    US = "us"  # what is true was not reported yet: the next run reports it
    CARRIER = "carrier"  # what was reported to it is true
    DATA_OWNER = "data_owner"  # nobody here knows what is true


_WARNINGS = frozenset(
    {"member.middle_name", "member.name_prefix", "member.name_suffix", "member.marital_status", "member.country"}
)


def severity_of(kind: Kind, name: str) -> Severity:
    """How bad a difference is: an error decides about care, premium or who somebody is."""
    if kind is not Kind.DIFFERENT:
        return Severity.ERROR
    is_about_reaching = any(word in name for word in ("address", "city", "state", "postal", "phone", "email"))
    return Severity.WARNING if is_about_reaching or name in _WARNINGS else Severity.ERROR


@dataclass(frozen=True, slots=True)
class Row:
    """One difference.

    Attributes:
      kind: What is wrong.
      member: Who it is, where we know them.
      at: The number of the roster's person, from 1; 0 where the roster has none.
      name: The fact that differs; of a whole person ``person``, of a whole coverage ``coverage``.
      benefit: The benefit concerned, empty where none is.
      ours, theirs: What was reported, and what the carrier holds.
      severity: How bad it is.
      owner: Who must act.
    """

    kind: Kind
    member: MemberRef | None
    at: int
    name: str
    benefit: str
    ours: str = field(repr=False)
    theirs: str = field(repr=False)
    severity: Severity
    owner: Owner
    identity: str = field(repr=False)

    @property
    def is_corrected_by_reporting(self) -> bool:
        """Whether reporting the member's family once more can put it right."""
        return self.owner is Owner.CARRIER and self.member is not None and self.kind is not Kind.EXTRA
