"""A session: one invocation of the program, with its global options and what it is wired to.

What is expensive or may fail (the workspace, the ledger) is opened when a command first asks for it.
The wiring itself is ``cli.py``'s, behind the :class:`Wiring` protocol.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Protocol

from edi834.commands.key_cabinet import AtRestKey, KeyCabinet
from edi834.commands.output import Output
from edi834.errors import NothingMatchesError
from edi834.feed.kit import FeedKit
from edi834.feed.ledger_port import Actor, Ledger
from edi834.feed.outcome import FeedOutcome
from edi834.feed.ports import Channel, Clock, Outbox, SnapshotTable
from edi834.feed.profile import Carrier, ChannelOption, FeedProfile, OutboxProfile
from edi834.feed.ship import RunOptions
from edi834.model import FeedId, Finding
from edi834.workspace import Workspace, find_home, open_workspace

__all__ = ["Session", "Wiring"]


class Wiring(Protocol):
    """What the composition root puts together."""

    @property
    def clock(self) -> Clock:
        """The time."""

    def ledger(self, workspace: Workspace, actor: Actor) -> Ledger:
        """Open the workspace's ledger."""

    def create_state(self, workspace: Workspace) -> list[str]:
        """Make the at-rest key and the ledger of a new workspace; says in a few words what was made."""

    def upgrade_ledger(self, workspace: Workspace) -> None:
        """Bring the ledger's tables up to date."""

    def kit(self, workspace: Workspace, profile: FeedProfile, ledger: Ledger) -> FeedKit:
        """Put one feed's kit together."""

    def channel(self, workspace: Workspace, carrier: Carrier) -> Channel:
        """The way to one carrier."""

    def outbox(self, workspace: Workspace, carrier: Carrier, settings: OutboxProfile) -> Outbox:
        """Where one carrier leaves its answers."""

    def open_answer(self, outboxes: Sequence[OutboxProfile], content: bytes, limit: int) -> bytes:
        """An answer's content, opened with one of the outboxes' keys where it is sealed; cut off behind the limit."""

    def snapshot(self, workspace: Workspace, location: str, as_of: date | None) -> SnapshotTable:
        """Open a snapshot."""

    def channel_options(self) -> Mapping[str, Mapping[str, ChannelOption]]:
        """The kinds of channel there are, each with its options by name."""

    def run_task(
        self, home: Path, actor: Actor, location: str, as_of: date | None, options: RunOptions
    ) -> Callable[[FeedId], FeedOutcome]:
        """A picklable callable that runs one feed in a process of its own."""

    def key_findings(self, profile: FeedProfile) -> list[Finding]:
        """What there is to say about a carrier's key, host keys and our own key files."""

    def channel_findings(self, profile: FeedProfile) -> list[Finding]:
        """What is wrong with the options of a carrier's channel; no key file is looked at."""

    def key_cabinet(self) -> KeyCabinet:
        """What is known about keys."""

    def at_rest_key(self, workspace: Workspace) -> AtRestKey:
        """The key that the workspace's ledger is sealed with."""

    def print_worklist(
        self,
        workspace: Workspace,
        content: bytes,
        *,
        pdf: Path | None,
        html: Path | None,
        orientation: str | None = None,
    ) -> None:
        """Render a worklist for a person, on the workspace's paper; ``orientation`` is another than the paper's own.

        Raises:
          ConfigurationError: the letterhead's picture cannot be printed.
        """

    def demo(self, folder: Path, output: Output) -> int:
        """Run the demonstration in a new workspace; gives the exit status."""


class Session:
    """One invocation.

    Attributes:
      wiring: What the program is wired to.
      output: Where results and complaints go.
      actor: Who is acting.
    """

    def __init__(self, wiring: Wiring, output: Output, actor: Actor, home: str | None) -> None:
        self.wiring = wiring
        self.output = output
        self.actor = actor
        self._home = home

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace, found and read."""
        return open_workspace(find_home(Path.cwd(), chosen=self._home))

    @cached_property
    def ledger(self) -> Ledger:
        """The workspace's ledger."""
        return self.wiring.ledger(self.workspace, self.actor)

    def profile(self, name: str) -> FeedProfile:
        """The feed of that name.

        Raises:
          NothingMatchesError: there is none.
          ConfigurationError: its files, or the grants, are wrong.
        """
        return self.workspace.feed(name)

    def kit(self, name: str) -> FeedKit:
        """The kit of the feed of that name."""
        return self.wiring.kit(self.workspace, self.profile(name), self.ledger)

    def chosen_feeds(self, names: tuple[str, ...]) -> list[FeedProfile]:
        """The feeds of those names, or all of them.

        Raises:
          NothingMatchesError: one of the names is no feed's.
        """
        return [self.profile(n) for n in names] if names else list(self.workspace.feeds)

    def snapshot(self, location: str | None, as_of: date | None = None) -> SnapshotTable:
        """Open a snapshot: the one named, or the one last run, of the day that it was run for.

        Raises:
          NothingMatchesError: none is named, and there was no run yet.
        """
        if location is None:
            location, ran_for = self._last_snapshot()
            as_of = as_of or ran_for
        return self.wiring.snapshot(self.workspace, location, as_of)

    def _last_snapshot(self) -> tuple[str, date | None]:
        file = self._last_snapshot_file
        remembered = file.read_text(encoding="utf-8") if file.is_file() else ""
        location, _, day = remembered.partition("\n")
        if not location:
            raise NothingMatchesError(
                "no snapshot has been run yet", code="E834-0002", remedy="name one with --snapshot FOLDER"
            )
        return location, date.fromisoformat(day) if day else None

    def remember_snapshot(self, location: str, as_of: date | None) -> None:
        """Remember where this run's snapshot lies, and the day given for it, for the commands that ask for neither.

        The trail has it, too, but masks whatever has nine digits in a row. A path is this machine's own and no datum
        about a person, so it stands beside the sealed files, as it is.
        """
        file = self._last_snapshot_file
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_name(f"{file.name}.{os.getpid()}")
        unfinished.write_text(f"{location}\n{as_of}" if as_of else location, encoding="utf-8")
        unfinished.replace(file)
        self.ledger.record("snapshot", "snapshot", location=location)

    @property
    def _last_snapshot_file(self) -> Path:
        return self.workspace.settings.spool.parent / "last-snapshot"
