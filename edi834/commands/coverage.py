"""``coverage``: what a carrier's file can hold, what the mapping fills of it, and what was seen in a snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from edi834.commands.preview import look_at, reported_once, write_page
from edi834.commands.session import Session
from edi834.commands.verb import verb
from edi834.feed.looking import Look
from edi834.mapping.tracing import TracedSegment, covered
from edi834.model import Finding
from edi834.report.coverage_report import coverage_counts, coverage_event, coverage_lines, coverage_page

__all__ = ["coverage"]


@verb(
    "coverage",
    statuses=(0, 3, 4, 5, 6, 10),
    example="edi834 coverage northstar-medical --snapshot snapshots/2026-11-22 --html coverage.html",
)
@click.argument("feed")
@click.option("--snapshot", "location", metavar="S", help="A folder or database URL (default: the one last run).")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The snapshot's date (default: its manifest's).")
@click.option("--all", "every", is_flag=True, help="List the elements that are not mapped, too.")
@click.option("--html", type=click.Path(path_type=Path), metavar="F", help="The whole of it as a page for a screen.")
@click.pass_obj
def coverage(
    session: Session, feed: str, location: str | None, as_of: datetime | None, every: bool, html: Path | None
) -> int:
    """Show each element of the guide or layout: mapped, constant, never filled here, not granted, or not mapped.

    Lengths and codes are those seen in the snapshot, with people reported as if the carrier knew none of them. No value
    about anybody is shown.
    """
    seen = look_at(session, feed, location, as_of, None)
    findings: list[Finding] = []
    elements = covered(seen.spots(), _written(seen, findings), seen.ungranted)
    for line in coverage_lines(elements, every=every):
        session.output.line(line)
    for element in elements:
        session.output.event("element", **coverage_event(element))
    if html is not None:
        write_page(html, coverage_page(seen.profile.feed_id, _facts(seen), elements))
        session.output.line(f"wrote {html}")
    wrong = reported_once(session, findings)
    return session.output.summary(3 if wrong else 0, **coverage_counts(elements))


def _written(seen: Look, findings: list[Finding]) -> Iterator[TracedSegment]:
    yield from seen.header(most=1)
    for family in seen.traced():
        findings.extend(family.findings)
        for member in family.members:
            yield from member.segments


def _facts(seen: Look) -> dict[str, str]:
    return {
        "Carrier": seen.profile.carrier.name,
        "Mapping": seen.profile.mapping.name,
        "Snapshot of": seen.facts.as_of.isoformat(),
        "Families": f"{len(seen.refs):,}",
    }
