"""Whether the machine's clock can be right, before a night is planned by it.

A clock that says 1970, or is years ahead, dates files wrongly, makes dead keys live and live keys dead, and puts lines
into the trail that no later one may precede. It is judged by what else knows the time: the newest line of the trail,
and the snapshot's day; a small jump (a leap second, an hour's change, a slow clock set right) is nothing.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from edi834.errors import HeldError

__all__ = ["EARLIEST_YEAR", "WRONG_CLOCK", "refuse_wrong_clock"]

WRONG_CLOCK = "E834-0923"

EARLIEST_YEAR = 2024
"""A clock that says less has lost its battery."""

_BACK = timedelta(days=1)
_AHEAD = timedelta(days=400)
"""A feed may rest for a year; but then its snapshot is of the day, too."""


def refuse_wrong_clock(now: datetime, *, last_written: datetime | None, as_of: date) -> None:
    """Hold a feed whose machine cannot know what day it is.

    Args:
      now: What the clock says.
      last_written: When the newest line of the trail was written; None where there is none.
      as_of: The snapshot's day.

    Raises:
      HeldError: the clock is before the trail, or far ahead of both the trail and the snapshot.
    """
    if now.year < EARLIEST_YEAR:
        raise _held(now, "and has lost its battery, or was never set")
    if last_written is None:
        return
    if now < last_written - _BACK:
        raise _held(now, f"and the newest line of the trail was written on {last_written.date()}")
    noon = datetime.combine(as_of, time(12), UTC)
    if now - last_written > _AHEAD and abs(now - noon) > _AHEAD:
        raise _held(
            now,
            f"and the newest line of the trail was written on {last_written.date()}, and the snapshot is of {as_of}",
        )


def _held(now: datetime, why: str) -> HeldError:
    return HeldError(
        f"the clock says {now.date()}, {why}",
        code=WRONG_CLOCK,
        remedy="set this machine's clock, and run again; where it is right and the line was written by a wrong one, "
        "`edi834 hold FEED --reason …` and `edi834 release FEED --reason …` write the right time down",
    )
