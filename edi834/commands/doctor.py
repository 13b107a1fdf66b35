"""``doctor``: is everything a run needs in order: installation, workspace, keys, ledger, clock, permissions."""

from __future__ import annotations

import platform
import stat
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import click

from edi834.commands.check import feed_findings
from edi834.commands.session import Session
from edi834.commands.verb import verb
from edi834.errors import Edi834Error, Place
from edi834.feed.clock_check import EARLIEST_YEAR
from edi834.feed.profile import FeedProfile
from edi834.model import Finding, Severity

__all__ = ["doctor"]


@verb("doctor", statuses=(0, 4, 6, 7, 10), example="edi834 doctor --online")
@click.argument("feeds", nargs=-1, metavar="[FEED…]")
@click.option("--online", is_flag=True, help="Also log in to each carrier, and leave nothing behind.")
@click.pass_obj
def doctor(session: Session, feeds: tuple[str, ...], online: bool) -> int:
    """Look everything over and say what needs mending, before the night does."""
    out = session.output
    out.line(f"edi834 on Python {platform.python_version()}, {sys.platform}")
    findings = list(_surroundings(session))
    findings.extend([] if feeds else session.workspace.findings)
    status = 0
    for profile in session.chosen_feeds(feeds):
        found = [*feed_findings(session, profile), *session.wiring.key_findings(profile)]
        if online and not any(f.severity is Severity.ERROR for f in found):
            problem, code = _log_in(session, profile)
            found.extend(problem)
            status = status or code
        out.line(f"{'✗' if any(f.severity is Severity.ERROR for f in found) else '✓'} {profile.feed_id}")
        findings.extend(found)
    out.findings(findings)
    errors = sum(f.severity is Severity.ERROR for f in findings)
    out.line("all is in order" if not findings else f"{errors} errors, {len(findings) - errors} warnings")
    return out.summary(status or (4 if errors else 0), errors=errors, findings=len(findings))


def _surroundings(session: Session) -> Iterator[Finding]:
    settings = session.workspace.settings
    now = session.wiring.clock.now()
    if now.year < EARLIEST_YEAR:
        yield Finding("E834-0013", Severity.ERROR, f"the clock says {now.date()}")
    for path in (settings.root_key, settings.spool):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            place = Place(_shown(path, settings.home))
            yield Finding(
                "E834-0014",
                Severity.ERROR,
                "others may read it",
                place=place,
                remedy=f"chmod go-rwx {_shown(path, settings.home)}",
            )
    try:
        broken = session.ledger.verify_trail()
    except Edi834Error as error:  # what else there is to see is shown all the same
        yield Finding(error.code, Severity.ERROR, error.message, place=error.place, remedy=error.remedy)
        return
    last = session.ledger.last_written()
    if last is not None and last - now > timedelta(days=1):
        yield Finding(
            "E834-0013", Severity.ERROR, f"the clock says {now.date()}, and the trail was last written on {last.date()}"
        )
    if broken is not None:
        yield Finding("E834-0015", Severity.ERROR, f"the audit trail does not hold from line {broken} on")


def _log_in(session: Session, profile: FeedProfile) -> tuple[list[Finding], int]:
    channel = session.wiring.channel(session.workspace, profile.carrier)
    try:
        channel.probe("edi834-doctor-looks-for-nothing")
    except Edi834Error as error:
        problem = Finding(error.code, Severity.ERROR, error.message, place=error.place, remedy=error.remedy)
        return [problem], error.exit_status
    finally:
        channel.close()
    return [], 0


def _shown(path: Path, home: Path) -> str:
    return path.relative_to(home).as_posix() if path.is_relative_to(home) else str(path)
