"""``show``: one transmission, whole: who, what, numbers, digests, receipt, acknowledgement, trail."""

from __future__ import annotations

import click

from edi834.commands.session import Session
from edi834.commands.taking import complaint_facts, complaint_words
from edi834.commands.verb import verb
from edi834.feed.acknowledge import located
from edi834.report.ledger_report import show_lines, transmission_facts

__all__ = ["show"]


@verb("show", statuses=(0, 4, 10), example="edi834 show 7f3c")
@click.argument("transmission_id", metavar="ID")
@click.pass_obj
def show(session: Session, transmission_id: str) -> int:
    """Show one transmission; the beginning of its ID is enough."""
    transmission = session.ledger.find(transmission_id)
    trail = session.ledger.trail(transmission.transmission_id)
    for line in show_lines(transmission, trail, session.workspace.settings.timezone):
        session.output.line(line)
    complaints = located(transmission.transmission_id, session.ledger)
    for complaint in complaints:
        session.output.line(f"{'the carrier says':<20} {complaint_words(complaint)}")
    session.output.event("transmission", **transmission_facts(transmission))
    for complaint in complaints:
        session.output.event("complaint", **complaint_facts(complaint))
    for entry in trail:
        session.output.event(
            "trail", at=entry.at.isoformat(), actor=entry.actor, action=entry.action, detail=dict(entry.detail)
        )
    return session.output.summary(0)
