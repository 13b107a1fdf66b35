"""The prediction: what becomes of each person in the carrier's book once a file is read, and by which statement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from edi834.book.book import Family, Person, effective, person_in, same_person
from edi834.book.dialect import Dialect
from edi834.book.statement import FamilyStatement
from edi834.model import MemberRef

__all__ = ["By", "Outcome", "Predicted", "predict"]


class Outcome(Enum):
    """What becomes of a person's coverage in the carrier's book."""

    ADDED = "added"
    CHANGED = "changed"
    ENDED = "ended"
    REINSTATED = "reinstated"


class By(Enum):
    """What brings it about."""

    STATEMENT = "their own statement"
    SUBSCRIBER = "the subscriber's statement"
    OMISSION = "being left out of the file"


@dataclass(frozen=True, slots=True)
class Predicted:
    """What becomes of one person."""

    member: MemberRef
    outcome: Outcome
    by: By


def predict(
    before: Family | None, after: Family | None, dialect: Dialect, statement: FamilyStatement | None = None
) -> Iterator[Predicted]:
    """Say what becomes of each person to whom something happens.

    Args:
      before: The family as the carrier's book shows it.
      after: The same once the carrier has read the file.
      dialect: How it reads.
      statement: What the file says of the family; None where only what becomes of them is asked.
    """
    refs = {m.ref for family in (before, after) if family is not None for m in family.members}
    own = {m.member.ref for m in statement.members} if statement is not None else refs
    left_out = set(statement.left_out) if statement is not None else set()
    for ref in sorted(refs, key=lambda r: (not r.is_subscriber, r.member_id)):
        old, new = person_in(before, ref), person_in(after, ref)
        outcome = _outcome(old, new, dialect)
        if outcome is not None:
            by = By.OMISSION if ref in left_out else By.STATEMENT if ref in own else By.SUBSCRIBER
            yield Predicted(ref, outcome, by)


def _outcome(old: Person | None, new: Person | None, dialect: Dialect) -> Outcome | None:
    was, is_now = _goes_on(old), _goes_on(new)
    if old is None or not effective(old.coverages):
        return Outcome.ADDED if new is not None and effective(new.coverages) else None
    if was and not is_now:
        return Outcome.ENDED
    if is_now and not was:
        return Outcome.REINSTATED
    return None if new is None or same_person(old, new, dialect) else Outcome.CHANGED


def _goes_on(person: Person | None) -> bool:
    return person is not None and any(c.end is None for c in effective(person.coverages))
