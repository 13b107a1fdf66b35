"""What a carrier and its trading partner agreed on beyond the guide: the words of a companion guide, as switches.

Each says how the *carrier* reads something that the guide leaves open, and is set by whoever sets up a carrier.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Agreement"]


@dataclass(frozen=True)
class Agreement:
    """How the carrier reads what carriers read differently.

    Attributes:
      family_ends_with_subscriber: 024 on the subscriber's INS ends the dependents too, on the same day (DTP 357).
    """

    family_ends_with_subscriber: bool = False
