"""``run``: the nightly job, for the feeds named, all of them, or those that are due."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import click

from edi834.commands.preview import write_page
from edi834.commands.session import Session
from edi834.commands.stories import story_of
from edi834.commands.verb import verb
from edi834.errors import ConfigurationError, UsageError
from edi834.feed.clock_check import WRONG_CLOCK
from edi834.feed.nightly import due_feeds, run_feeds
from edi834.feed.outcome import FeedOutcome, exit_status_of
from edi834.feed.profile import FeedProfile
from edi834.feed.ship import RunOptions
from edi834.model import FeedId, Severity
from edi834.report.ledger_report import feed_status
from edi834.report.run_page import run_page
from edi834.report.run_report import outcome_event, outcome_lines, totals_line

__all__ = ["run", "run_all"]


@verb("run", statuses=(0, 3, 4, 5, 6, 7, 8, 10, 12), example="edi834 run --due --snapshot snapshots/2026-11-22")
@click.argument("feeds", nargs=-1, metavar="[FEED…]")
@click.option("--all", "every", is_flag=True, help="Every feed that is testing or live.")
@click.option("--due", is_flag=True, help="Every feed that has not reported this snapshot's day yet.")
@click.option("--snapshot", "location", required=True, metavar="S", help="A folder, or a database URL.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The snapshot's date (default: its manifest's).")
@click.option("--full", is_flag=True, help="State everyone instead of the changes.")
@click.option("--dry-run", is_flag=True, help="Plan only: nothing is written or sent.")
@click.option("--plan", "plan_id", metavar="ID", help="Send exactly that plan, or refuse because the world moved.")
@click.option("--jobs", type=click.IntRange(1, 64), help="How many feeds at once (default: the workspace's).")
@click.option("--html", type=click.Path(path_type=Path), metavar="F", help="The run report as a page, too.")
@click.pass_obj
def run(
    session: Session,
    feeds: tuple[str, ...],
    every: bool,
    due: bool,
    location: str,
    as_of: datetime | None,
    full: bool,
    dry_run: bool,
    plan_id: str | None,
    jobs: int | None,
    html: Path | None,
) -> int:
    """Report to each carrier what changed since the last file.

    Compares the snapshot with the last transmitted state of each feed, writes, checks, seals and delivers one file a
    feed, and records what was reported. A feed that fails does not stop the others.
    """
    if sum((bool(feeds), every, due)) != 1:
        raise UsageError(
            "name feeds, or --all, or --due", code="E834-0003", remedy="edi834 run --due --snapshot FOLDER"
        )
    options = RunOptions(full=full, dry_run=dry_run, plan=plan_id)
    outcomes = run_all(session, feeds, location, as_of.date() if as_of else None, options, due=due, jobs=jobs)
    status = exit_status_of(outcomes)
    if not feeds and any(f.severity is Severity.ERROR for f in session.workspace.findings):
        # A feed whose file cannot be read is not among the outcomes; the night must not look whole without it.
        status = 3 if outcomes and status != ConfigurationError.exit_status else ConfigurationError.exit_status
    session.output.line(totals_line(outcomes, status))
    if html is not None:
        write_page(html, _page(session, outcomes, status, with_configuration=not feeds))
        session.output.line(f"wrote {html}")
    return session.output.summary(status, feeds=len(outcomes))


def _page(session: Session, outcomes: list[FeedOutcome], status: int, *, with_configuration: bool) -> str:
    """The run report, with every feed whose carrier owes an answer, whether it ran or not."""
    now, zone = session.wiring.clock.now(), session.workspace.settings.timezone
    statuses = [feed_status(profile, session.ledger, now=now) for profile in session.workspace.feeds]
    late = ((one.feed_id, one.answer_due) for one in statuses if one.is_late)
    overdue = {FeedId(feed): due.astimezone(zone) for feed, due in late if due is not None}
    findings = session.workspace.findings if with_configuration else ()
    reported = [_with_remedies(one) for one in outcomes]
    return run_page(reported, status, day=now.astimezone(zone).date(), overdue=overdue, configuration=findings)


def run_all(
    session: Session,
    names: tuple[str, ...],
    location: str,
    as_of: date | None,
    options: RunOptions,
    *,
    due: bool = False,
    jobs: int | None = None,
) -> list[FeedOutcome]:
    """Run feeds and show each outcome as it comes; no names means every feed that sends."""
    profiles = [p for p in session.chosen_feeds(names) if names or p.stage.sends]
    if not names:
        session.output.findings(session.workspace.findings, to_stderr=True)
    wanted = _due(session, profiles, location, as_of) if due else [p.feed_id for p in profiles]
    workers = min(jobs or session.workspace.settings.jobs, len(wanted))
    task = session.wiring.run_task(session.workspace.settings.home, session.actor, location, as_of, options)
    seen: list[FeedOutcome] = []

    def on_outcome(outcome: FeedOutcome) -> None:
        # Not before the first feed has looked at the clock: a wrong one must not write into the trail.
        if not options.dry_run and outcome.code != WRONG_CLOCK and not seen:
            seen.append(outcome)
            session.remember_snapshot(_absolute(location), as_of)
        _show(session, outcome)

    if workers <= 1:
        return run_feeds(wanted, task, executor=None, on_outcome=on_outcome)
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        return run_feeds(wanted, task, executor=pool, on_outcome=on_outcome)


def _due(session: Session, profiles: list[FeedProfile], location: str, as_of: date | None) -> list[FeedId]:
    day = as_of or session.wiring.snapshot(session.workspace, location, as_of).as_of
    return due_feeds(profiles, session.ledger, as_of=day)


def _absolute(location: str) -> str:
    """A folder by its whole path, so that it is found again from anywhere; a URL as it is, without its password."""
    if "://" in location:
        scheme, _, rest = location.partition("://")
        return f"{scheme}://{rest.rpartition('@')[2]}"
    return str(Path(location).resolve())


def _show(session: Session, outcome: FeedOutcome) -> None:
    outcome = _with_remedies(outcome)
    for line in outcome_lines(outcome):
        session.output.line(line)
    session.output.event("feed", **outcome_event(outcome))


def _with_remedies(outcome: FeedOutcome) -> FeedOutcome:
    """The outcome with each code's own remedy where whoever found it gave none of its own."""
    findings = tuple(replace(f, remedy=f.remedy or story_of(f.code).remedy or None) for f in outcome.findings)
    remedy = outcome.remedy or (story_of(outcome.code).remedy if outcome.code else None)
    return replace(outcome, remedy=remedy or None, findings=findings)
