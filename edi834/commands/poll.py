"""``poll``: fetch carriers' answers from their outboxes, and take them in."""

from __future__ import annotations

import click

from edi834.commands.ack import report_named
from edi834.commands.session import Session
from edi834.commands.taking import take_file, unsealed, worst
from edi834.commands.verb import verb
from edi834.errors import Edi834Error, NothingMatchesError
from edi834.feed.collect import collect
from edi834.feed.profile import Carrier, OutboxProfile

__all__ = ["poll"]


@verb("poll", statuses=(0, 3, 4, 6, 7, 10, 11), example="edi834 poll northstar-medical")
@click.argument("feeds", nargs=-1, metavar="[FEED…]")
@click.pass_obj
def poll(session: Session, feeds: tuple[str, ...]) -> int:
    """Fetch what waits in carriers' outboxes ([outbox] in carrier.toml), and take each answer in once.

    What was taken in is left, moved or removed, as the carrier's file says; what could not be read, or answers nothing
    of ours, stays where it is.
    """
    profiles = session.chosen_feeds(feeds)
    carriers = {p.carrier.carrier_id: p.carrier for p in profiles}
    if feeds and (without := [c for c in carriers.values() if c.outbox is None]):
        raise NothingMatchesError(
            f"{without[0].carrier_id} has no outbox to fetch answers from",
            code="E834-0949",
            place=without[0].place,
            remedy="add [outbox] with folder = … to its carrier.toml, or take answers in with edi834 ack FILE",
        )
    statuses, files = [], 0
    for carrier in carriers.values():
        if carrier.outbox is not None:
            status, count = _poll(session, carrier, carrier.outbox)
            statuses.append(status)
            files += count
    status = worst(statuses) if statuses else 0
    session.output.line(f"{len(statuses)} outboxes looked through, {files} answers taken in")
    return session.output.summary(status, outboxes=len(statuses), files=files)


def _poll(session: Session, carrier: Carrier, settings: OutboxProfile) -> tuple[int, int]:
    """Look through one outbox; what goes wrong there is its own (law 11)."""
    statuses: list[int] = []

    def take(name: str, content: bytes) -> bool:
        try:
            name, content = unsealed(session, name, content, [settings])
        except Edi834Error as error:
            session.output.error(error)
            statuses.append(error.exit_status)
            return False
        taken = take_file(session, name, content, report_named(session, name, carrier.carrier_id))
        # Nothing of ours was named here: an answer to somebody else's file is a finding, not a wrong name.
        statuses.append(3 if taken.status == 10 else taken.status)
        return taken.is_done

    try:
        outbox = session.wiring.outbox(session.workspace, carrier, settings)
        try:
            count = collect(outbox, settings, session.ledger, take)
        finally:
            outbox.close()
    except Edi834Error as error:
        session.output.error(error)
        return worst([*statuses, error.exit_status if error.exit_status in {6, 7} else 3]), len(statuses)
    return worst(statuses or [0]), count
