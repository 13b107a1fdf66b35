"""How a verb is declared: a click command whose help ends with its exit statuses and an example.

The statuses are ``docs/scripting.md``'s numbers in words that fit; a house test reads them back from the help.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

__all__ = ["reveal_options", "verb"]

_WORDS = {
    0: "everything asked for was done",
    1: "an unexpected failure, or differences found",
    2: "the command was not understood",
    3: "partly: some feeds and not others, or people were quarantined",
    4: "a carrier, mapping or grant file is wrong",
    5: "the snapshot was refused",
    6: "held: a person must decide",
    7: "delivery failed; safe to run again",
    8: "locked by another run",
    9: "not authorised",
    10: "nothing of that name",
    11: "an acknowledgement is a rejection, or overdue",
    12: "in doubt: a person must look at the carrier's side",
    130: "interrupted",
}


def verb(name: str, *, statuses: tuple[int, ...], example: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Declare a verb.

    Args:
      name: As it is typed.
      statuses: The exit statuses it can end with, besides 1, 2 and 130.
      example: A command line that works.
    """
    listed = sorted({*statuses, 1, 2, 130})
    lines = "\n".join(f"  {status:<4} {_WORDS[status]}" for status in listed)
    epilog = f"\b\nEXAMPLE\n  {example}\n\n\b\nEXIT STATUS\n{lines}"
    return click.command(name, epilog=epilog)


def reveal_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--reveal --reason``: values about people are shown, and that they were goes into the trail."""
    command = click.option("--reason", metavar="TEXT", help="Why values are revealed; recorded.")(command)
    return click.option("--reveal", is_flag=True, help="Show values about people; needs --reason.")(command)
