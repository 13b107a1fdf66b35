"""Events: what happened to a member, in the field's words.

An event says what happened and since when; it does not say how a carrier wants it stated.
Which edits are which events is decided in ``edits.py``; how an event is stated, in ``saying/``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from edi834.model import MemberRef

__all__ = ["Event", "EventKind"]


class EventKind(StrEnum):
    """What can happen to a member (``docs/concepts/changes.md`` gives the row numbers)."""

    NEW_ENROLLMENT = "new_enrollment"  # the subscriber, not known to the carrier before (row 1)
    DEPENDENT_ADDED = "dependent_added"  # a dependent, not known before (rows 2 to 4)
    COVERAGE_ADDED = "coverage_added"  # a known person gains a benefit
    REENROLLED = "reenrolled"  # a new span after a gap (row 11)
    RENEWED = "renewed"  # the next span of the same plan, without a gap
    TIER_CHANGE = "tier_change"  # same plan, other tier (row 12)
    PLAN_CHANGE = "plan_change"  # same benefit, other plan (row 13)
    COVERAGE_CORRECTED = "coverage_corrected"  # a reported first or last day was wrong (row 18)
    COVERAGE_CHANGED = "coverage_changed"  # volume, premium, provider or policy number of a span
    COVERAGE_ENDED = "coverage_ended"  # one benefit of several ends (row 7)
    COVERAGE_CANCELLED = "coverage_cancelled"  # reported, and never effective (row 9)
    REINSTATED = "reinstated"  # a reported ending is taken back, without a gap (row 10)
    DEMOGRAPHIC_CHANGE = "demographic_change"  # anything else about the person (rows 16, 17, 25)
    IDENTITY_CORRECTION = "identity_correction"  # SSN, birth date or gender was reported wrongly (rows 15, 16)
    MEMBER_ENDED = "member_ended"  # every benefit of the person ends (rows 5, 6, 8, 22)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to one member.

    Attributes:
      kind: What happened.
      member: To whom.
      benefit: In which benefit, where it concerns one.
      effective: The first day it holds (for an ending: the last covered day), where it has one.
      reason: Why, in the snapshot's own word (``birth``, ``divorce``), where the source knows.
      fields: The names of the member's or coverage's fields that changed.
    """

    kind: EventKind
    member: MemberRef
    benefit: str | None = None
    effective: date | None = None
    reason: str | None = None
    fields: tuple[str, ...] = ()
