"""What a rule is: a stable code, how much it weighs, what it says, where it comes from, and a function that finds.

A rule looks at one transaction set at a time and remembers from set to set only what :class:`InHand` holds.
The rules themselves are in the files beside this one; the list of all is in ``situational.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from edi834.check.reported import ReportedMember, ReportedSegment, ReportedSet
from edi834.mapping.document import FileFacts
from edi834.model import FamilyRef, Severity

__all__ = ["ERROR", "WARNING", "Hit", "InHand", "OfPerson", "Rule", "at", "on_members", "on_members_of_file", "on_set"]

ERROR = Severity.ERROR
WARNING = Severity.WARNING


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a rule is broken: the segment's number in the file, its address, and the family where it is known."""

    number: int
    path: str
    family: FamilyRef | None = None


@dataclass(slots=True)
class InHand:
    """The file that is being checked.

    Attributes:
      facts: What was fixed before it was written.
      invented_people: Whether the people in it are invented: in a test file, or a workspace that says so.
      subscribers: The subscribers reported so far, by sponsor, master policy, subscriber identifier and group or
        policy: the set that reported them last, and its INS03.
    """

    facts: FileFacts
    invented_people: bool
    subscribers: dict[tuple[str, str, str, str], tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OfPerson:
    """The function of a rule that looks at one person; asked of a transaction set, it asks everybody in it.

    Attributes:
      finds: A person and the file in hand to the places where the rule is broken.
    """

    finds: Callable[[ReportedMember, InHand], Iterator[Hit]]

    def __call__(self, reported: ReportedSet, file: InHand) -> Iterator[Hit]:
        return (hit for member in reported.members for hit in self.finds(member, file))


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
      code: Its stable code.
      severity: What it stops.
      says: What is wrong where it finds something, in one sentence.
      source: Where it comes from.
      finds: The function: a transaction set and the file in hand to the places where it is broken.
    """

    code: str
    severity: Severity
    says: str
    source: str
    finds: Callable[[ReportedSet, InHand], Iterator[Hit]]


def at(segment: ReportedSegment, element: int = 0, member: ReportedMember | None = None) -> Hit:
    """A hit on a segment, or on one of its elements."""
    return Hit(segment.number, segment.path(element), member.family if member else None)


def on_set(finds: Callable[[ReportedSet], Iterator[Hit]]) -> Callable[[ReportedSet, InHand], Iterator[Hit]]:
    """Make a rule of one that looks at a transaction set alone."""
    return lambda reported, _: finds(reported)


def on_members(finds: Callable[[ReportedMember], Iterator[Hit]]) -> OfPerson:
    """Make a rule of one that looks at a person alone."""
    return OfPerson(lambda member, _: finds(member))


def on_members_of_file(finds: Callable[[ReportedMember, InHand], Iterator[Hit]]) -> OfPerson:
    """Make a rule of one that looks at a person and asks something of the file."""
    return OfPerson(finds)
