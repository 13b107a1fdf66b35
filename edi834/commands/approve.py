"""``approve`` and ``discard``: a person decides about a held file."""

from __future__ import annotations

from datetime import datetime

import click

from edi834.book import predict
from edi834.commands.session import Session
from edi834.commands.verb import verb
from edi834.errors import NothingMatchesError
from edi834.feed.ledger_port import State, Transmission
from edi834.feed.plan import approval_of
from edi834.feed.ports import SnapshotTable
from edi834.feed.prepare import prepare
from edi834.report.people import people_words
from edi834.report.plan_report import prediction_lines

__all__ = ["approve", "discard"]


@verb("approve", statuses=(0, 4, 8, 10), example='edi834 approve 7f3c --reason "West closed 11/30"')
@click.argument("what", metavar="ID|FEED/MEMBER")
@click.option("--reason", required=True, help="Why it may go; recorded.")
@click.option("--snapshot", "location", metavar="S", help="For FEED/MEMBER: the snapshot (default: the one last run).")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The snapshot's date (default: its manifest's).")
@click.pass_obj
def approve(session: Session, what: str, reason: str, location: str | None, as_of: datetime | None) -> int:
    """Let a held file, or one held family of a feed, go.

    An approval is bound to what would be reported now: if the snapshot says something else tomorrow, it holds again.
    """
    feed, _, member = what.partition("/")
    if member:
        return _approve_family(session, feed, member, reason, session.snapshot(location, as_of and as_of.date()))
    transmission = _held(session, what)
    if transmission.sealed_sha256 is None:
        session.ledger.approve(transmission.transmission_id, reason=reason)
        words = "the next run with the same snapshot sends it"
    else:
        with session.ledger.lease(transmission.feed_id) as lease:
            session.ledger.released(lease, transmission.transmission_id, reason=reason)
        words = "the next run sends its stored bytes"
    session.output.line(f"approved {transmission.transmission_id} of {transmission.feed_id}: {words}")
    session.output.line(f"its people: {people_words(transmission.counts) or 'nobody'}")
    return session.output.summary(0, transmission=transmission.transmission_id)


def _approve_family(session: Session, feed: str, member: str, reason: str, snapshot: SnapshotTable) -> int:
    kit = session.kit(feed)
    prepared = prepare(kit, snapshot, full=False)
    for target in prepared.plan.waiting:
        if any(m.ref.member_id == member for m in target.members):
            bound_to = approval_of(target, prepared.gathered)
            session.ledger.approve_family(kit.profile.feed_id, target.ref, target=bound_to, reason=reason)
            before = prepared.gathered.books(target.ref)[0]
            session.output.line(f"approved family {target.ref} in {feed}: the next run reports it as planned")
            for line in prediction_lines(predict(before, target, kit.rules)):
                session.output.line(line)
            return session.output.summary(0, feed=feed, family=str(target.ref))
    raise NothingMatchesError(
        f"no family with {member} waits in {feed}", code="E834-0017", remedy=f"edi834 plan {feed} lists who waits"
    )


@verb("discard", statuses=(0, 4, 8, 10), example='edi834 discard 7f3c --reason "wrong snapshot"')
@click.argument("transmission_id", metavar="ID")
@click.option("--reason", required=True, help="Why it is void; recorded.")
@click.pass_obj
def discard(session: Session, transmission_id: str, reason: str) -> int:
    """Void a held file: its number is burned, nothing is reported, and the next run plans anew."""
    transmission = _held(session, transmission_id)
    with session.ledger.lease(transmission.feed_id) as lease:
        session.ledger.voided(lease, transmission.transmission_id, reason=reason)
    session.output.line(f"discarded {transmission.transmission_id} of {transmission.feed_id}")
    return session.output.summary(0, transmission=transmission.transmission_id)


def _held(session: Session, transmission_id: str) -> Transmission:
    transmission = session.ledger.find(transmission_id)
    if transmission.state is not State.HELD:
        raise NothingMatchesError(
            f"{transmission.transmission_id} is {transmission.state.value}, not held",
            code="E834-0005",
            remedy=f"edi834 show {transmission.transmission_id}",
        )
    return transmission
