"""``status``: one line a feed: its stage, what was last delivered, what is open, held or overdue."""

from __future__ import annotations

import click

from edi834.commands.session import Session
from edi834.commands.verb import verb
from edi834.report.ledger_report import FeedStatus, feed_status, status_line

__all__ = ["status"]


@verb("status", statuses=(0, 4, 10, 11, 12), example="edi834 status --late")
@click.argument("feeds", nargs=-1, metavar="[FEED…]")
@click.option("--late", is_flag=True, help="Only feeds whose carrier owes us an answer.")
@click.pass_obj
def status(session: Session, feeds: tuple[str, ...], late: bool) -> int:
    """Show where each feed stands."""
    now = session.wiring.clock.now()
    statuses = [feed_status(p, session.ledger, now=now) for p in session.chosen_feeds(feeds)]
    for one in statuses:
        if late and not one.is_late:
            continue
        session.output.line(status_line(one, session.workspace.settings.timezone))
        session.output.event("feed", **one.facts())
    return session.output.summary(_exit_status(statuses), feeds=len(statuses))


def _exit_status(statuses: list[FeedStatus]) -> int:
    if any(s.in_doubt for s in statuses):
        return 12
    return 11 if any(s.is_late or s.is_rejected for s in statuses) else 0
