"""``baseline``: what was reported to a carrier, by a person's word: accepted, taken back, or written out."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from pathlib import Path

import click

from edi834.commands.session import Session
from edi834.commands.verb import verb
from edi834.errors import NothingMatchesError, UsageError
from edi834.feed.baseline import rebase
from edi834.grants import written

__all__ = ["baseline"]


@verb(
    "baseline",
    statuses=(0, 4, 5, 6, 8, 10),
    example='edi834 baseline northstar-medical rebase --reason "the carrier asks for the department from now on"',
)
@click.argument("feed")
@click.argument("action", type=click.Choice(["rebase", "rollback", "export"]))
@click.argument("transmission_id", metavar="[ID]", required=False)
@click.option("--reason", metavar="TEXT", help="Why; recorded.")
@click.option("--snapshot", "location", metavar="S", help="rebase: the snapshot (default: the one last run).")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="rebase: its date (default: its manifest's).")
@click.option("--out", type=click.Path(path_type=Path), metavar="F", help="export: where to; never written over.")
@click.option("--reveal", is_flag=True, help="export: lines of JSON that anybody can read; needs --reason.")
@click.pass_obj
def baseline(
    session: Session,
    feed: str,
    action: str,
    transmission_id: str | None,
    reason: str | None,
    location: str | None,
    as_of: datetime | None,
    out: Path | None,
    reveal: bool,
) -> int:
    """Decide what counts as reported to a feed's carrier; nothing is sent.

    \b
    rebase       accept the mapping and grants as they are now, without reporting anything
    rollback ID  what that transmission reported does not count: the next run reports it again
    export       what counts as reported, sealed with the workspace's key (--out F)
    """
    if action != "rollback" and transmission_id is not None:
        raise UsageError(f"{action} takes no ID", code="E834-0018", remedy=f"edi834 baseline {feed} {action} …")
    if action == "export":
        return _export(session, feed, out, reason, reveal=reveal)
    if not reason:
        raise UsageError(f"{action} needs --reason", code="E834-0004", remedy='add --reason "why"')
    if action == "rebase":
        return _rebase(session, feed, location, as_of, reason)
    if transmission_id is None:
        raise UsageError(
            "rollback needs the ID of a transmission", code="E834-0018", remedy=f"edi834 transmissions {feed}"
        )
    return _rollback(session, feed, transmission_id, reason)


def _rebase(session: Session, feed: str, location: str | None, as_of: datetime | None, reason: str) -> int:
    kit = session.kit(feed)
    snapshot = session.snapshot(location, as_of and as_of.date())
    done = rebase(kit, snapshot, reason=reason)
    if done.transmission is None:
        session.output.line(
            f"{feed}: mapping and grants are those its baseline was reported with; there is nothing to accept"
        )
        return session.output.summary(0, feed=feed, families=0)
    tid = done.transmission.transmission_id
    session.output.line(f"{feed}: {done.families} families stand as they were reported; nothing is sent   ({tid})")
    for path, families in done.unreported.items():
        session.output.line(
            f"  {path} was never reported of {families} families; it goes along when they are next reported"
        )
    for path in sorted(done.dropped):
        session.output.line(f"  {path} is no longer released, and is no longer remembered as reported")
    if done.to_report:
        session.output.line(
            f"  {done.to_report} families have changed otherwise: edi834 plan {feed} shows what is reported"
        )
    if done.left:
        session.output.line(f"  {done.left} families are reported whole by the next run, after a rejection")
    session.output.line(f'  to take it back: edi834 baseline {feed} rollback {tid} --reason "…"')
    return session.output.summary(
        0, feed=feed, transmission=tid, families=done.families, unreported=dict(done.unreported),
        dropped=sorted(done.dropped), to_report=done.to_report, left=done.left,
    )  # fmt: skip


def _rollback(session: Session, feed: str, prefix: str, reason: str) -> int:
    profile = session.profile(feed)
    transmission = session.ledger.find(prefix)
    if transmission.feed_id != profile.feed_id:
        raise NothingMatchesError(
            f"{transmission.transmission_id} is none of {feed}", code="E834-0713", remedy=f"edi834 transmissions {feed}"
        )
    with session.ledger.lease(profile.feed_id) as lease:
        families = session.ledger.rolled_back(lease, transmission.transmission_id, reason=reason)
    session.output.line(
        f"{feed}: what {transmission.transmission_id} reported of {families} families no longer counts; "
        f"edi834 plan {feed} shows what the next run reports"
    )
    return session.output.summary(0, feed=feed, transmission=transmission.transmission_id, families=families)


def _export(session: Session, feed: str, out: Path | None, reason: str | None, *, reveal: bool) -> int:
    profile, ledger = session.profile(feed), session.ledger
    if out is None:
        raise UsageError("export needs --out", code="E834-0018", remedy=f"edi834 baseline {feed} export --out FILE")
    if reveal and not reason:
        raise UsageError("--reveal needs --reason", code="E834-0004", remedy='add --reason "why you must see values"')
    digests = ledger.baseline_digests(profile.feed_id)
    if reveal:
        reported = ledger.baseline(profile.feed_id, list(digests))
        content = b"".join(written(reported[token].family) + b"\n" for token in sorted(reported))
    else:
        content = ledger.exported(profile.feed_id)
    sha256 = hashlib.sha256(content).hexdigest()
    noted = {"path": str(out.resolve()), "sha256": sha256, "families": str(len(digests))}
    ledger.record("revealed" if reveal else "exported", profile.feed_id, command="baseline export",
                  reason=reason or "", **noted)  # fmt: skip
    _write_once(out, content)
    how = "in plain text" if reveal else "sealed with the workspace's key"
    session.output.line(f"{feed}: {len(digests)} families, {how}: {out}")
    return session.output.summary(0, feed=feed, families=len(digests), sha256=sha256)


def _write_once(path: Path, content: bytes) -> None:
    """A new file for our own eyes.

    Raises:
      UsageError: something stands there already, or it cannot be written.
    """
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        why = error.strerror or "it cannot be written"
        raise UsageError(f"{path}: {why}", code="E834-0961", remedy="name a file that is not there yet") from None
