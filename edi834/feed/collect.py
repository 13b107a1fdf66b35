"""Collecting: a carrier's outbox is looked through, and each answer that waits there is taken in once.

A file is put away only after it was taken in, so whatever cuts this short loses nothing; taking the same answer in
twice does nothing the second time. What was not understood, or answers nothing of ours, stays where it is.
What an answer does is ``acknowledge.py``'s and ``member_report.py``'s.
"""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase

from edi834.faults import point
from edi834.feed.acknowledge import MAX_BYTES
from edi834.feed.ledger_port import Ledger
from edi834.feed.ports import Outbox, Waiting
from edi834.feed.profile import OutboxProfile

__all__ = ["collect"]


def collect(outbox: Outbox, settings: OutboxProfile, ledger: Ledger, take: Callable[[str, bytes], bool]) -> int:
    """Take in what waits in an outbox.

    Args:
      outbox: Where to look.
      settings: What of it is ours, and what becomes of it.
      ledger: Where what was taken in is written down.
      take: Takes one file in, by its name and content; says whether it is done with.

    Returns:
      How many files were looked into.

    Raises:
      DeliveryError, HeldError: the outbox could not be looked through, or a file not be put away.
    """
    subject = f"outbox {outbox.carrier_id}"
    before = {(e.detail.get("name"), e.detail.get("of")) for e in ledger.trail(subject) if e.action == "collected"}
    looked = 0
    for waiting in outbox.list():
        if not fnmatchcase(waiting.name, settings.pattern):
            continue
        mark = _mark(waiting)
        if mark is None or (waiting.name, mark) not in before:
            looked += 1
            if not take(waiting.name, outbox.fetch(waiting.name, MAX_BYTES)):
                continue
            point("answer-taken")
            ledger.record("collected", subject, name=waiting.name, of=mark or "unknown")
        outbox.put_away(waiting.name)
    return looked


def _mark(waiting: Waiting) -> str | None:
    """By what a file is known again; None where the carrier's side says too little."""
    if waiting.size is None or waiting.modified is None:
        return None
    return f"{waiting.size} bytes of {waiting.modified}"
