"""``ledger``: make the ledger's tables, bring them up to date, and look whether its trail holds."""

from __future__ import annotations

import click

from edi834.commands.session import Session
from edi834.commands.verb import verb
from edi834.errors import HeldError

__all__ = ["ledger"]


@click.group(
    "ledger",
    epilog="\b\nEXAMPLE\n  edi834 ledger upgrade\n\n\b\nEXIT STATUS\n  0 done   2 usage   4 configuration   6 held",
)
def ledger() -> None:
    """The ledger's tables: make, upgrade, verify."""


@verb("init", statuses=(0, 4), example="edi834 ledger init")
@click.pass_obj
def init(session: Session) -> int:
    """Make the at-rest key and the ledger where the workspace has none; an older ledger is brought up to date."""
    made = session.wiring.create_state(session.workspace)
    for name in made:
        session.output.line(f"made {name}")
        session.output.event("made", name=name)
    if not made:
        session.output.line("the ledger is there already, and is of this version")
    return session.output.summary(0, made=len(made))


@verb("upgrade", statuses=(0, 4), example="edi834 ledger upgrade")
@click.pass_obj
def upgrade(session: Session) -> int:
    """Bring an older ledger's tables to this version, in one transaction; a newer one is refused.

    Make a backup of the database first, with its own tools: there is no way back.
    """
    session.wiring.upgrade_ledger(session.workspace)
    session.output.line("the ledger is of this version")
    return session.output.summary(0)


@verb("verify", statuses=(0, 4, 6), example="edi834 ledger verify")
@click.pass_obj
def verify(session: Session) -> int:
    """Look whether every line of the audit trail stands and follows from the one before it.

    Raises:
      HeldError: with the first line that does not.
    """
    broken = session.ledger.verify_trail()
    if broken is not None:
        raise HeldError(
            f"the audit trail does not hold from line {broken} on",
            code="E834-0015",
            remedy="stop the feeds (edi834 hold FEED --reason …) and restore the ledger from its last good backup",
        )
    session.output.line("the audit trail holds")
    return session.output.summary(0)


for _verb in (init, upgrade, verify):
    ledger.add_command(_verb)
