"""Statements: what one file says of one family, in business words.

A statement says who, what is done to the membership (add, change, end …), why, since when, and to which coverages; the
mapping turns the words into X12 codes, a flat file's letters or a line on paper.
The family's *target* is the desired book: what the carrier's shows once it has read the statement by its dialect.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from edi834.book.events import Event, EventKind
from edi834.grants import ReleasedCoverage, ReleasedFamily, ReleasedMember
from edi834.model import MemberRef

__all__ = ["Action", "CoverageStatement", "FamilyStatement", "MemberStatement"]


class Action(StrEnum):
    """What is done to a membership or a coverage."""

    ADD = "add"  # INS03/HD01 021
    CHANGE = "change"  # 001
    END = "end"  # 024
    REINSTATE = "reinstate"  # 025
    CORRECT = "correct"  # a coverage with wrong days: HD01 026 or 001, as the carrier's table says
    DELETE = "delete"  # a coverage that never was: HD01 002, where the carrier wants it
    AUDIT = "audit"  # 030: this is how it stands


_ABOUT = frozenset({EventKind.DEMOGRAPHIC_CHANGE, EventKind.IDENTITY_CORRECTION})
_SAID_BY_AN_ENDING = frozenset(
    {
        "employment_status", "termination_date", "retirement_date", "death_date", "relationship",
        "cobra_event", "cobra_begin", "cobra_end", "hours_per_week", "event", "event_date",
    }
)  # fmt: skip
"""What changes about somebody because their membership ends, and is reported by the ending itself."""


@dataclass(frozen=True, slots=True)
class CoverageStatement:
    """What is said of one coverage.

    Attributes:
      action: What is done to it.
      coverage: What holds from then on.
      reported: The same as it was last reported, where it was.
      begin: The first day to say (DTP 348).
      end: The last day to say (DTP 349); None where none is said.
      changed_on: The day from which it is otherwise, where it was something else before (DTP 303 of loop 2300).
    """

    action: Action
    coverage: ReleasedCoverage
    reported: ReleasedCoverage | None
    begin: date
    end: date | None
    changed_on: date | None = None


@dataclass(frozen=True, slots=True)
class MemberStatement:
    """What is said of one person.

    Attributes:
      action: What is done to the membership.
      reason: Why, in the snapshot's event words or an event kind's (``birth``, ``plan_change``); the mapping's table
        turns it into INS04.
      member: The person as they are from then on.
      reported: The person as last reported, None for somebody new.
      effective: Since when the change holds (DTP 303), where it has a day.
      coverages: What is said of the coverages, ends first; none where the membership's days say it all.
      events: What happened, for reports and provenance.
      moved_from: Where the person was before, when they moved between families or groups.
      as_reported: Whether person and subscriber are shown as last reported: they begin anew in a later statement.
      covered_from, covered_to: The membership's first and last covered day where the coverages stated do not show them.
    """

    action: Action
    reason: str | None
    member: ReleasedMember
    reported: ReleasedMember | None
    effective: date | None
    coverages: tuple[CoverageStatement, ...]
    events: tuple[Event, ...]
    moved_from: MemberRef | None = None
    as_reported: bool = False
    covered_from: date | None = None
    covered_to: date | None = None

    @property
    def ends_member(self) -> bool:
        """Whether the person's whole membership ends."""
        return self.action is Action.END

    @property
    def is_brief(self) -> bool:
        """Whether it is an ending that need say who, and no more: nothing else changed about the person."""
        return self.ends_member and not any(set(e.fields) - _SAID_BY_AN_ENDING for e in self.events if e.kind in _ABOUT)

    @property
    def first_day(self) -> date | None:
        """The first covered day of the spans reported (DTP 356); of what begins after the last day, none."""
        first, last = min((c.begin for c in self.coverages), default=self.covered_from), self.last_day
        is_after = self.ends_member and first is not None and last is not None and first > last + timedelta(days=1)
        return None if is_after else first

    @property
    def last_day(self) -> date | None:
        """The last covered day of the membership, where every span has an end (DTP 357)."""
        if self.covered_to is not None:
            return self.covered_to
        ends = [c.end for c in self.coverages]
        return max((e for e in ends if e is not None), default=None) if all(ends) else None


@dataclass(frozen=True, slots=True)
class FamilyStatement:
    """What one file says of one family.

    Attributes:
      members: What is said of each person, in order; nothing where a full file ends the family by leaving it out.
      target: The whole family, as the carrier's book then shows it.
      reported: The whole family as last reported, None for a new family.
      along: Those whose end or return the subscriber's statement says, where the carrier takes the family with them.
      left_out: Those whom the file ends by leaving them out.
    """

    members: tuple[MemberStatement, ...]
    target: ReleasedFamily
    reported: ReleasedFamily | None
    along: tuple[MemberRef, ...] = ()
    left_out: tuple[MemberRef, ...] = ()

    @property
    def subscriber(self) -> ReleasedMember:
        """The subscriber, under whom dependents are reported; where the feed holds none, the first member."""
        return self.target.subscriber or self.target.members[0]

    @property
    def is_omission(self) -> bool:
        """Whether the file says it by leaving the family out."""
        return not self.members
