"""``preview``: what a feed's mapping makes of people, each element with where it came from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click

from edi834.commands.session import Session
from edi834.commands.verb import reveal_options, verb
from edi834.errors import UsageError
from edi834.feed.looking import Look, look, look_next
from edi834.model import Finding, Severity
from edi834.report.preview_report import preview_events, preview_lines, preview_page, shown

__all__ = ["look_at", "preview", "reported_once", "write_page"]


@verb(
    "preview",
    statuses=(0, 3, 4, 5, 6, 10),
    example="edi834 preview northstar-medical --snapshot snapshots/2026-11-22 --member J1009",
)
@click.argument("feed")
@click.option("--snapshot", "location", metavar="S", help="A folder or database URL (default: the one last run).")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The snapshot's date (default: its manifest's).")
@click.option(
    "--next", "is_next", is_flag=True, help="What the next run would report, beside what was reported before."
)
@click.option("--full", is_flag=True, help="As --next, of everyone instead of the changes.")
@click.option("--member", metavar="REF", help="One person, as GROUP/MEMBER or the member's number.")
@click.option("--most", type=click.IntRange(1), default=5, show_default=True, help="How many families are shown.")
@click.option("--html", type=click.Path(path_type=Path), metavar="F", help="The same as a page for a screen.")
@reveal_options
@click.pass_obj
def preview(
    session: Session,
    feed: str,
    location: str | None,
    as_of: datetime | None,
    is_next: bool,
    full: bool,
    member: str | None,
    most: int,
    html: Path | None,
    reveal: bool,
    reason: str | None,
) -> int:
    """Show what the mapping makes of these people: segments or records, each element with where it came from.

    People are reported as if the carrier knew none of them; with --next as the next run would report them, each element
    with what was reported there before. Nothing is sent or remembered. Values are masked unless revealed with a reason.
    """
    if reveal and not reason:
        raise UsageError("--reveal needs --reason", code="E834-0004", remedy='add --reason "why you must see values"')
    is_next = is_next or full
    if is_next:
        seen = _look_next(session, feed, location, as_of, member, full=full)
    else:
        seen = look_at(session, feed, location, as_of, member)
    families = list(seen.traced(most=most))
    rows = seen.places([family.ref for family in families])
    if reveal:
        session.ledger.record("revealed", seen.profile.feed_id, reason=reason or "", command="preview")
    members = shown(seen.header(most=most), families, rows, seen.rules, reveal=reveal)
    for line in preview_lines(members):
        session.output.line(line)
    for event in preview_events(members):
        session.output.event("segment", **event)
    if html is not None:
        write_page(
            html,
            preview_page(seen.profile.feed_id, _facts(seen, len(families)), members, reveal=reveal, is_next=is_next),
        )
        session.output.line(f"wrote {html}")
    wrong = reported_once(session, (finding for family in families for finding in family.findings))
    session.output.line(f"{len(families)} of {len(seen.refs)} families shown")
    return session.output.summary(3 if wrong else 0, families=len(families), covered=len(seen.refs))


def look_at(session: Session, feed: str, location: str | None, as_of: datetime | None, member: str | None) -> Look:
    """Look at a feed's people in a snapshot; what is doubtful about the grant is shown."""
    profile = session.profile(feed)
    form, rules = session.workspace.ready_form(profile)
    snapshot = session.snapshot(location, as_of and as_of.date())
    now = session.wiring.clock.now().astimezone(session.workspace.settings.timezone)
    seen, findings = look(profile, form, rules, session.workspace.grants, snapshot, member=member, now=now)
    session.output.findings(findings, to_stderr=not session.output.as_json)
    return seen


def _look_next(
    session: Session, feed: str, location: str | None, as_of: datetime | None, member: str | None, *, full: bool
) -> Look:
    """Look at what the next run would report."""
    kit = session.kit(feed)
    snapshot = session.snapshot(location, as_of and as_of.date())
    seen, plan = look_next(kit, snapshot, full=full, member=member)
    session.output.findings(plan.findings, to_stderr=not session.output.as_json)
    return seen


def reported_once(session: Session, findings: Iterable[Finding]) -> bool:
    """Show findings, those that concern many once; whether anybody could not be written."""
    kept = {(f.code, f.place, f.about if f.severity is Severity.ERROR else None): f for f in findings}
    session.output.findings(kept.values())
    return any(f.severity is Severity.ERROR for f in kept.values())


def write_page(file: Path, content: str) -> None:
    """Write a page for the person who asked for it.

    Raises:
      UsageError: it cannot be written there.
    """
    try:
        file.write_text(content, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}", code="E834-0045") from None


def _facts(seen: Look, families: int) -> dict[str, str]:
    mapping = seen.profile.mapping.name
    return {
        "Carrier": seen.profile.carrier.name,
        "Mapping": mapping,
        "Snapshot of": seen.facts.as_of.isoformat(),
        "Families": f"{families} of {len(seen.refs)}",
    }
