"""References: how the engine names a group, a person, a family, a feed, without saying anything about them.

A reference may be printed and logged; it never contains a name, a date of birth or a Social Security number, and
one that looks like an SSN is shown masked.
Keyed tokens, which replace references in the ledger, are made in ``edi834/ledger``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NewType

__all__ = ["CarrierId", "FamilyRef", "FeedId", "GroupId", "MemberId", "MemberRef", "TransmissionId", "shown"]

GroupId = NewType("GroupId", str)
MemberId = NewType("MemberId", str)
CarrierId = NewType("CarrierId", str)
FeedId = NewType("FeedId", str)
TransmissionId = NewType("TransmissionId", str)

_LOOKS_LIKE_AN_SSN = re.compile(r"\d{3}-?\d{2}-?\d{4}")


def shown(identifier: str) -> str:
    """Give the identifier as it may be printed: masked to its last four where it has the shape of an SSN."""
    if _LOOKS_LIKE_AN_SSN.fullmatch(identifier):
        return f"***-**-{identifier[-4:]}"
    return identifier


@dataclass(frozen=True, slots=True, order=True)
class FamilyRef:
    """One subscriber's family within one group.

    Attributes:
      group_id: The employer, the Data Owner.
      subscriber_id: The subscriber's member_id.
    """

    group_id: GroupId
    subscriber_id: MemberId

    def __str__(self) -> str:
        return f"{self.group_id}/{shown(self.subscriber_id)}"


@dataclass(frozen=True, slots=True, order=True)
class MemberRef:
    """One person in one family: a dependent of two subscribers has two references.

    Attributes:
      group_id: The employer.
      subscriber_id: The subscriber through whom the person is covered.
      member_id: The person; never reused by the benefits system.
    """

    group_id: GroupId
    subscriber_id: MemberId
    member_id: MemberId

    @property
    def family(self) -> FamilyRef:
        """The family that this reference stands in."""
        return FamilyRef(self.group_id, self.subscriber_id)

    @property
    def is_subscriber(self) -> bool:
        """Whether the person is the subscriber of that family."""
        return self.member_id == self.subscriber_id

    def __str__(self) -> str:
        return f"{self.group_id}/{shown(self.member_id)}"
