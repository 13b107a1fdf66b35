"""``resolve``: settle a file that may or may not have arrived, once a person has asked the carrier."""

from __future__ import annotations

import click

from edi834.commands.session import Session
from edi834.commands.verb import verb
from edi834.errors import NothingMatchesError, UsageError
from edi834.feed.ledger_port import State

__all__ = ["resolve"]


@verb(
    "resolve", statuses=(0, 4, 8, 10), example='edi834 resolve 7f3c --arrived --reason "Dana at the carrier, by phone"'
)
@click.argument("transmission_id", metavar="ID")
@click.option("--arrived", is_flag=True, help="The carrier has it.")
@click.option("--lost", is_flag=True, help="The carrier does not have it: the next run sends the same bytes.")
@click.option("--reason", required=True, help="Who says so; recorded.")
@click.pass_obj
def resolve(session: Session, transmission_id: str, arrived: bool, lost: bool, reason: str) -> int:
    """Settle a transmission in doubt."""
    if arrived == lost:
        raise UsageError("say --arrived or --lost", code="E834-0007", remedy="ask the carrier first")
    transmission = session.ledger.find(transmission_id)
    if transmission.state is not State.IN_DOUBT:
        raise NothingMatchesError(
            f"{transmission.transmission_id} is {transmission.state.value}, not in doubt",
            code="E834-0008",
            remedy=f"edi834 show {transmission.transmission_id}",
        )
    with session.ledger.lease(transmission.feed_id) as lease:
        settled = session.ledger.settled(lease, transmission.transmission_id, arrived=arrived, reason=reason)
    session.output.line(f"{settled.transmission_id} is {settled.state.value}")
    return session.output.summary(0, transmission=settled.transmission_id, state=settled.state.value)
