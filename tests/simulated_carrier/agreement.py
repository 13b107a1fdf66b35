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
      day_before_cancels: A last day before the first (349 = 348 - 1) says that the span never was.
      adding_reinstates: 021 of a span that is held and has ended takes the ending back.
      far_day_is_open: The last day 99991231 is none.
    """

    family_ends_with_subscriber: bool = False
    day_before_cancels: bool = False
    adding_reinstates: bool = False
    far_day_is_open: bool = False
