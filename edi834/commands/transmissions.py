"""``transmissions``: the history of one feed's files, newest first."""

from __future__ import annotations

import click

from edi834.commands.session import Session
from edi834.commands.verb import verb
from edi834.report.ledger_report import transmission_facts, transmission_line

__all__ = ["transmissions"]


@verb("transmissions", statuses=(0, 4, 10), example="edi834 transmissions northstar-medical")
@click.argument("feed")
@click.pass_obj
def transmissions(session: Session, feed: str) -> int:
    """List a feed's transmissions."""
    profile = session.profile(feed)
    listed = session.ledger.transmissions(profile.feed_id)
    for transmission in listed:
        session.output.line(transmission_line(transmission, session.workspace.settings.timezone))
        session.output.event("transmission", **transmission_facts(transmission))
    if not listed:
        session.output.line(f"{profile.feed_id} has sent nothing yet")
    return session.output.summary(0, transmissions=len(listed))
