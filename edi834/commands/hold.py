"""``hold`` and ``release``: an operator stops a feed, and lets it run again."""

from __future__ import annotations

import click

from edi834.commands.session import Session
from edi834.commands.verb import verb

__all__ = ["hold", "release"]


@verb("hold", statuses=(0, 4, 10), example='edi834 hold acme-medical --reason "carrier is migrating until 12/5"')
@click.argument("feed", metavar="FEED")
@click.option("--reason", required=True, help="Why; recorded, and shown by status and run.")
@click.pass_obj
def hold(session: Session, feed: str, reason: str) -> int:
    """Stop a feed: nothing is planned or sent for it until it is released.

    A run that is at work finishes; the next one is held. Answers are still taken in.
    """
    feed_id = session.profile(feed).feed_id
    session.ledger.hold_feed(feed_id, reason=reason)
    session.output.line(f'{feed_id} is stopped: {reason}\n  start it again: edi834 release {feed_id} --reason "…"')
    return session.output.summary(0, feed=feed_id, held=reason)


@verb("release", statuses=(0, 4, 10), example='edi834 release acme-medical --reason "migration done"')
@click.argument("feed", metavar="FEED")
@click.option("--reason", required=True, help="Why it may run; recorded.")
@click.pass_obj
def release(session: Session, feed: str, reason: str) -> int:
    """Let a stopped feed run again, whether an operator or a contradicting answer stopped it."""
    feed_id = session.profile(feed).feed_id
    was = session.ledger.memory(feed_id).held_reason
    if was is None:
        session.output.line(f"{feed_id} was not stopped")
    else:
        session.ledger.release_feed(feed_id, reason=reason)
        session.output.line(f"{feed_id} runs again; it was stopped: {was}")
    return session.output.summary(0, feed=feed_id, held=None, was_held=was)
