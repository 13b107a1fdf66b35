"""``demo``: the whole engine on invented people, with a carrier of its own on this machine."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from edi834.commands.session import Session
from edi834.commands.verb import verb

__all__ = ["demo"]


@verb("demo", statuses=(0,), example="edi834 demo")
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
@click.pass_obj
def demo(session: Session, folder: Path | None) -> int:
    """Run every day of the sample employer through an X12, a fixed-width, a delimited and a paper carrier.

    A throw-away SFTP carrier is started on this machine, keys are made for it, what arrives is decrypted as the
    carrier would, a 999 comes back, and a worklist is printed. No set-up, no network. With DIR, the workspace stays
    there to be looked at; without, it is removed.
    """
    if folder is not None:
        status = session.wiring.demo(folder, session.output)
        session.output.line(f"Look around:  edi834 --home {folder / 'workspace'} status", style="dim")
        return status
    with tempfile.TemporaryDirectory(prefix="edi834-demo-") as temporary:
        status = session.wiring.demo(Path(temporary), session.output)
        session.output.line("edi834 demo DIR  keeps the workspace, to look around in", style="dim")
        return status
