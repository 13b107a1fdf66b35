"""Outcomes and profiles as values, for tests of what a feed's run decides without reading anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from edi834.feed.outcome import FeedOutcome, Word
from edi834.feed.profile import Carrier, ChannelProfile, FeedProfile, Stage
from edi834.model import CarrierId, FeedId, GroupId

__all__ = ["a_feed", "an_outcome"]


def an_outcome(status: int, word: Word = Word.DELIVERED, **facts: Any) -> FeedOutcome:
    return FeedOutcome(feed_id=FeedId(f"feed-{status}"), word=word, exit_status=status, **facts)


def a_feed(name: str, **facts: Any) -> FeedProfile:
    carrier = Carrier(
        carrier_id=CarrierId("northstar"),
        name="Northstar",
        folder=Path(),
        tax_id=None,
        key=None,
        seal_reason="a test",
        channel=ChannelProfile("printed", {}),
    )
    given: dict[str, Any] = {
        "groups": (GroupId("juniper"),),
        "benefits": frozenset({"medical"}),
        "mapping": Path("mapping.toml"),
        "mode": "changes",
        "stage": Stage.TESTING,
        "remote_name": "{reference}",
        **facts,
    }
    return FeedProfile(feed_id=FeedId(name), carrier=carrier, **given)
