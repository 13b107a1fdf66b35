"""``check``: carriers, mappings, code tables and grants, without any snapshot."""

from __future__ import annotations

from datetime import UTC

import click

from edi834.commands.session import Session
from edi834.commands.verb import verb
from edi834.errors import Edi834Error
from edi834.feed.gather import released_fields
from edi834.feed.profile import FeedProfile
from edi834.model import Finding, Severity

__all__ = ["check", "feed_findings"]


@verb("check", statuses=(0, 4, 10), example="edi834 check northstar-medical")
@click.argument("feeds", nargs=-1, metavar="[FEED…]")
@click.option("--format", "shape", type=click.Choice(["full", "concise", "json"]), default="full", show_default=True)
@click.pass_obj
def check(session: Session, feeds: tuple[str, ...], shape: str) -> int:
    """Check the configuration before any person is read: unknown keys, fields and paths, code lists, grants, keys."""
    session.output.as_json = session.output.as_json or shape == "json"
    profiles = session.chosen_feeds(feeds)
    findings = [] if feeds else list(session.workspace.findings)
    for profile in profiles:
        findings.extend(feed_findings(session, profile))
    if shape == "concise":
        for finding in findings:
            place = f"{finding.place}: " if finding.place else ""
            session.output.line(f"{place}{finding.code} {finding.severity.value}: {finding.message}")
    else:
        session.output.findings(findings)
    errors = sum(f.severity is Severity.ERROR for f in findings)
    session.output.line(f"{len(profiles)} feeds checked: {errors} errors, {len(findings) - errors} other findings")
    return session.output.summary(4 if errors else 0, feeds=len(profiles), errors=errors, findings=len(findings))


def feed_findings(session: Session, profile: FeedProfile) -> list[Finding]:
    """Everything wrong with one feed that can be known without a snapshot."""
    form, _, findings = session.workspace.form(profile)
    found = list(findings)
    if form is not None:
        today = session.wiring.clock.now().astimezone(UTC).date()
        try:
            _, notes = released_fields(profile, form.uses, session.workspace.grants, today)
            found.extend(notes)
        except Edi834Error as error:
            found.append(Finding(error.code, Severity.ERROR, error.message, place=error.place, remedy=error.remedy))
    return found
