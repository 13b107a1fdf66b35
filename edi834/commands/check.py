"""``check``: carriers, mappings, code tables and grants, without any snapshot."""

from __future__ import annotations

from datetime import UTC

import click

from edi834.commands.session import Session
from edi834.commands.stories import story_of
from edi834.commands.verb import verb
from edi834.errors import Edi834Error
from edi834.feed.gather import released_fields
from edi834.feed.profile import FeedProfile
from edi834.model import Finding, Severity
from edi834.report.configuration_report import configuration_sarif, one_line

__all__ = ["check", "feed_findings"]


@verb("check", statuses=(0, 4, 10), example="edi834 check northstar-medical")
@click.argument("feeds", nargs=-1, metavar="[FEED…]")
@click.option(
    "--format",
    "shape",
    type=click.Choice(["full", "concise", "json", "sarif"]),
    default="full",
    show_default=True,
    help="With lines and remedies, a line each, JSON Lines, or SARIF 2.1.0 for editors and code hosts.",
)
@click.pass_obj
def check(session: Session, feeds: tuple[str, ...], shape: str) -> int:
    """Check the configuration before any person is read: unknown keys, fields and paths, code lists, grants, keys.

    What is wrong is an error; what does nothing, or less than it seems to (a code table that nothing uses or that lacks
    a word, an assignment that another replaces), is a warning.
    """
    session.output.as_json = (session.output.as_json or shape == "json") and shape != "sarif"
    profiles = session.chosen_feeds(feeds)
    findings = [] if feeds else list(session.workspace.findings)
    for profile in profiles:
        findings.extend([*feed_findings(session, profile), *session.wiring.channel_findings(profile)])
    findings = list(dict.fromkeys(findings))
    errors = sum(f.severity is Severity.ERROR for f in findings)
    if shape == "sarif":
        session.output.line(configuration_sarif(findings, story_of))
        return 4 if errors else 0
    if shape == "concise" and not session.output.as_json:
        for finding in findings:
            session.output.line(one_line(finding))
    else:
        session.output.findings(findings)
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
