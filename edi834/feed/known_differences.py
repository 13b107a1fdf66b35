"""What is remembered of a difference between us and a carrier: since when it is seen, and whether it is lived with.

A difference is known by a keyed token of who, what and both values, so that another value is another difference, and
nothing about a person stands in it.
Finding differences is ``edi834/reconcile``'s, keeping them the ledger's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from edi834.model import FeedId

__all__ = ["DifferenceMemory", "KnownDifference"]


@dataclass(frozen=True, slots=True)
class KnownDifference:
    """One difference as the ledger remembers it.

    Attributes:
      row: Its token: the same difference has the same.
      first_seen: When a reconciliation first found it; anew where it was gone in between.
      accepted_until: The last day on which it is lived with, None where it is not.
      accepted_because: Why.
    """

    row: str
    first_seen: datetime
    accepted_until: date | None = None
    accepted_because: str | None = None

    def is_accepted(self, today: date) -> bool:
        """Whether it is lived with on that day."""
        return self.accepted_until is not None and today <= self.accepted_until


class DifferenceMemory(Protocol):
    """The part of the ledger that remembers differences."""

    def difference_token(self, feed_id: FeedId, identity: str) -> str:
        """The token of a difference: 12 hexadecimal digits, the same for the same identity."""

    def differences_seen(self, feed_id: FeedId, rows: Collection[str]) -> Mapping[str, KnownDifference]:
        """Remember what a whole reconciliation found: new ones begin now, those not found are gone."""

    def accept_difference(self, feed_id: FeedId, row: str, *, until: date, reason: str) -> KnownDifference:
        """Live with a difference until a day.

        Raises:
          NothingMatchesError: the feed's last reconciliation found no such row, or several begin so.
        """
