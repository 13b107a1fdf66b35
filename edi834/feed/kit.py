"""The kit of one feed's run: its profile, its compiled mapping, and the ports it works with.

The composition root puts a kit together; the run takes everything from it and reaches for nothing else.
It holds makers for what may be refused or unreachable, because that is the feed's failure and not the wiring's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from edi834.book import Dialect
from edi834.feed.forms import Form
from edi834.feed.ledger_port import Ledger
from edi834.feed.ports import Channel, Clock, Sealer
from edi834.feed.profile import FeedProfile
from edi834.grants import Grant

__all__ = ["FeedKit"]


@dataclass(frozen=True, slots=True)
class FeedKit:
    """Everything one feed's run works with.

    Attributes:
      profile: What the operator configured.
      form: The compiled mapping: how its files are written and checked.
      rules: How its carrier wants changes reported.
      grants: All grants of the workspace.
      ledger, clock: The memory and the time.
      sealer, channel: Makers, because a refused key or an unreachable host is the feed's failure, not the wiring's.
      zone: The time zone of dates and times on files.
    """

    profile: FeedProfile
    form: Form
    rules: Dialect
    grants: Sequence[Grant]
    ledger: Ledger
    clock: Clock
    sealer: Callable[[], Sealer]
    channel: Callable[[], Channel]
    zone: ZoneInfo
