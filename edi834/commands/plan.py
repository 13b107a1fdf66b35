"""``plan``: what ``run`` would send, per member and in total, without sending or recording anything."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import click

from edi834.commands.preview import write_page
from edi834.commands.session import Session
from edi834.commands.verb import reveal_options, verb
from edi834.errors import UsageError
from edi834.feed.prepare import prepare
from edi834.report.plan_report import late_events, plan_events, plan_lines, plan_page, prediction_events

__all__ = ["plan"]


@verb("plan", statuses=(0, 3, 4, 5, 6, 10), example="edi834 plan northstar-medical --snapshot snapshots/2026-11-22")
@click.argument("feed")
@click.option("--snapshot", "location", metavar="S", help="A folder or database URL (default: the one last run).")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The snapshot's date (default: its manifest's).")
@click.option("--full", is_flag=True, help="Everyone instead of the changes.")
@click.option("--html", type=click.Path(path_type=Path), metavar="F", help="Write the plan as a page, too.")
@reveal_options
@click.pass_obj
def plan(
    session: Session,
    feed: str,
    location: str | None,
    as_of: datetime | None,
    full: bool,
    html: Path | None,
    reveal: bool,
    reason: str | None,
) -> int:
    """Show what would be reported, member by member, what the carrier's book then shows, and what is withheld and why.

    Values are masked unless revealed with a reason. The plan's ID lets  run --plan ID  send exactly this.
    """
    if reveal and not reason:
        raise UsageError("--reveal needs --reason", code="E834-0004", remedy='add --reason "why you must see values"')
    kit = session.kit(feed)
    snapshot = session.snapshot(location, as_of and as_of.date())
    prepared = prepare(kit, snapshot, full=full)
    shown = plan_page(kit.profile, prepared, reveal=reveal) if html is not None else ""
    if reveal:
        noted = {"path": str(html.resolve()), "sha256": hashlib.sha256(shown.encode()).hexdigest()} if html else {}
        session.ledger.record("revealed", kit.profile.feed_id, reason=reason or "", command="plan", **noted)
    for line in plan_lines(kit.profile, prepared, reveal=reveal):
        session.output.line(line)
    for event in plan_events(prepared, reveal=reveal):
        session.output.event("member", **event)
    for event in prediction_events(prepared):
        session.output.event("predicted", **event)
    for event in late_events(prepared):
        session.output.event("late_ending", **event)
    session.output.findings(prepared.plan.findings)
    if html is not None:
        write_page(html, shown)
        session.output.line(f"wrote {html}")
    counts = prepared.plan.counts
    status = 6 if prepared.plan.guards else 3 if counts["quarantined"] or counts["waiting"] else 0
    return session.output.summary(status, plan=prepared.plan_digest, counts=dict(prepared.plan.counts))
