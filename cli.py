"""The composition root: the only file that imports drivers, and wires everything.

It chooses the ledger, the sealers, the channels and the clock, and hands them to the commands as one wiring; a run in
a process of its own is wired here again, from the workspace's folder.
``python cli.py`` in a checkout and ``edi834`` once installed are this same program.
"""

from __future__ import annotations

import os
import random
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from edi834.commands import build_program
from edi834.commands.key_cabinet import AtRestKey
from edi834.commands.output import Output
from edi834.errors import ConfigurationError, Edi834Error, KeyRefusedError
from edi834.feed.kit import FeedKit
from edi834.feed.ledger_port import Actor, Ledger
from edi834.feed.outcome import FeedOutcome, outcome_of_error
from edi834.feed.ports import Channel, Outbox, Sealer, SnapshotTable
from edi834.feed.profile import Carrier, ChannelOption, FeedProfile, KeyPins, OutboxProfile
from edi834.feed.ship import RunOptions, ship
from edi834.model import FeedId, Finding, Severity
from edi834.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from delivery.admission import AdmittedKey
    from delivery.key_cabinet import Cabinet
    from delivery.signing import SigningKey

__all__ = ["RunTask", "SystemClock", "Wired", "main"]


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)


class Wired:
    """Everything wired for real; drivers are imported when they are first needed."""

    def __init__(self, clock: SystemClock | None = None) -> None:
        self.clock = clock or SystemClock()

    def ledger(self, workspace: Workspace, actor: Actor) -> Ledger:
        """Open the workspace's ledger."""
        from edi834.ledger import Keyring, SqlLedger

        settings = workspace.settings
        return SqlLedger(
            settings.ledger_url,
            keyring=Keyring.read(settings.root_key),
            spool=settings.spool,
            clock=self.clock,
            actor=actor,
        )

    def create_state(self, workspace: Workspace) -> list[str]:
        """Make the at-rest key and the ledger of a new workspace."""
        from edi834.ledger import check_schema, create_keyring, create_ledger

        settings, made = workspace.settings, []
        if not settings.root_key.exists():
            create_keyring(settings.root_key)
            made.append(settings.root_key.relative_to(settings.home).as_posix())
        try:
            check_schema(settings.ledger_url)
        except ConfigurationError:  # there is none yet, or an older one, which is brought up to date
            create_ledger(settings.ledger_url)
            made.append("the ledger")
        return made

    def upgrade_ledger(self, workspace: Workspace) -> None:
        """Bring the ledger's tables up to date."""
        from edi834.ledger import upgrade

        upgrade(workspace.settings.ledger_url)

    def kit(self, workspace: Workspace, profile: FeedProfile, ledger: Ledger) -> FeedKit:
        """Put one feed's kit together."""
        form, rules = workspace.ready_form(profile)
        return FeedKit(
            profile=profile,
            form=form,
            rules=rules,
            grants=workspace.grants,
            ledger=ledger,
            clock=self.clock,
            sealer=partial(self._sealer, profile.carrier),
            channel=partial(self.channel, workspace, profile.carrier),
            zone=workspace.settings.timezone,
        )

    def channel(self, workspace: Workspace, carrier: Carrier) -> Channel:
        """The way to one carrier, tried a few times where trying again is safe."""
        from delivery.registry import open_channel
        from delivery.retrying import RetryingChannel

        del workspace
        return RetryingChannel(open_channel(carrier, self.clock), sleep=time.sleep, chance=random.Random())  # noqa: S311

    def outbox(self, workspace: Workspace, carrier: Carrier, settings: OutboxProfile) -> Outbox:
        """Where one carrier leaves its answers."""
        from delivery.outboxes import open_outbox

        del workspace
        return open_outbox(carrier, settings, self.clock)

    def open_answer(self, outboxes: Sequence[OutboxProfile], content: bytes, limit: int) -> bytes:
        """An answer's content, opened where it is sealed."""
        from delivery.outboxes import open_answer

        return open_answer(outboxes, content, limit)

    def _sealer(self, carrier: Carrier) -> Sealer:
        from delivery.seal_pgp import UnsealedSealer
        from delivery.sealing import ChosenSealer

        if carrier.key is None:
            return UnsealedSealer(carrier.carrier_id, carrier.seal_reason or "")
        key = carrier.key
        return ChosenSealer(
            carrier.carrier_id,
            self._admitted(key),
            self.clock,
            signer=self._signer(carrier),
            named=key.sealer,
            place=key.place,
        )

    def _signer(self, carrier: Carrier) -> SigningKey | None:
        from delivery.outboxes import secret_of
        from delivery.signing import signing_key

        ours = carrier.signing
        return signing_key(ours.key_file, secret_of(ours), now=self.clock.now()) if ours is not None else None

    def _admitted(self, pins: KeyPins) -> AdmittedKey:
        from delivery.admission import KeyWaiver, Pins, admit

        try:
            content = pins.file.read_bytes()
        except OSError:
            raise KeyRefusedError(
                f"the key file {pins.file.name} cannot be read",
                code="E834-0819",
                place=pins.place,
                remedy="ask the carrier for its public key and put it there",
            ) from None
        unknown = pins.waivers - {waiver.value for waiver in KeyWaiver}
        if unknown:
            raise ConfigurationError(
                f"there is no waiver {sorted(unknown)[0]!r}",
                code="E834-0138",
                place=pins.place,
                remedy=f"waivers are {', '.join(sorted(w.value for w in KeyWaiver))}",
            )
        waivers = frozenset(KeyWaiver(w) for w in pins.waivers)
        return admit(content, Pins(pins.primary, pins.subkey), now=self.clock.now(), waivers=waivers)

    def snapshot(self, workspace: Workspace, location: str, as_of: date | None) -> SnapshotTable:
        """Open a snapshot."""
        from edi834.sources import open_snapshot

        return open_snapshot(location, workspace.settings.source, as_of=as_of, clock=self.clock)

    def channel_options(self) -> Mapping[str, Mapping[str, ChannelOption]]:
        """The kinds of channel there are, each with its options by name."""
        from delivery.registry import OPTIONS

        return OPTIONS

    def run_task(
        self, home: Path, actor: Actor, location: str, as_of: date | None, options: RunOptions
    ) -> Callable[[FeedId], FeedOutcome]:
        """A picklable callable that runs one feed."""
        return RunTask(home, actor, location, as_of, options, self.clock)

    def key_findings(self, profile: FeedProfile) -> list[Finding]:
        """What there is to say about a carrier's key and channel, without connecting."""
        from delivery.registry import open_channel

        found: list[Finding] = []
        try:
            if profile.carrier.key is not None:
                self._sealer(profile.carrier)
                found.extend(self.key_warnings(profile.carrier))
            open_channel(profile.carrier, self.clock).close()
        except Edi834Error as error:
            found.append(_finding(error))
        return found

    def key_warnings(self, carrier: Carrier) -> tuple[Finding, ...]:
        """What every night says of a carrier's key and of ours, so that nobody is surprised (K11, K12)."""
        try:
            recipient = self._admitted(carrier.key).warnings if carrier.key is not None else ()
            signer = self._signer(carrier)
        except Edi834Error:
            return ()  # the outcome says it, where it mattered
        return (*recipient, *(signer.warnings if signer is not None else ()))

    def channel_findings(self, profile: FeedProfile) -> list[Finding]:
        """What is wrong with how a channel is written down, before it is there: no key need have been made."""
        from delivery.registry import refuse_unknown_options

        try:
            refuse_unknown_options(profile.carrier)
        except ConfigurationError as error:
            return [_finding(error)]
        return []

    def key_cabinet(self) -> Cabinet:
        """What is known about keys."""
        from delivery.key_cabinet import Cabinet

        return Cabinet(self.clock)

    def at_rest_key(self, workspace: Workspace) -> AtRestKey:
        """The key that the workspace's ledger is sealed with."""
        from edi834.ledger import Keyring

        keyring = Keyring.read(workspace.settings.root_key)
        return AtRestKey(keyring.sealing_name, keyring.retiring_name)

    def print_worklist(
        self,
        workspace: Workspace,
        content: bytes,
        *,
        pdf: Path | None,
        html: Path | None,
        orientation: str | None = None,
    ) -> None:
        """Render a worklist for a person, on the workspace's paper."""
        from delivery.paper.page import paper_of
        from delivery.printed import as_html, as_pdf
        from edi834.mapping.paper import from_json

        worklist, paper = from_json(content), paper_of(workspace.settings.paper)
        paper = replace(paper, orientation=orientation or paper.orientation)
        if pdf is not None:
            pdf.write_bytes(as_pdf(worklist, paper))
        if html is not None:
            html.write_text(as_html(worklist, paper), encoding="utf-8")

    def demo(self, folder: Path, output: Output) -> int:
        """Run the demonstration in a new workspace."""
        from delivery.demonstration import demonstrate

        return demonstrate(folder, output, self)


class RunTask:
    """Runs one feed from nothing but names: wherever it runs, it reads workspace, snapshot and ledger itself.

    It crosses process borders as names only; in one process, what it has read serves all feeds of the run.
    """

    def __init__(
        self, home: Path, actor: Actor, location: str, as_of: date | None, options: RunOptions, clock: SystemClock
    ) -> None:
        self._names = (home, actor, location, as_of, options, clock)

    def __reduce__(self) -> tuple[type[RunTask], tuple[Path, Actor, str, date | None, RunOptions, SystemClock]]:
        return RunTask, self._names

    def __call__(self, feed_id: FeedId) -> FeedOutcome:
        """Run the feed."""
        no_core_files()
        try:
            workspace, ledger, wiring = self._opened
            profile = workspace.feed(feed_id)
            outcome = ship(wiring.kit(workspace, profile, ledger), self._snapshot, self._names[4])
            return replace(outcome, findings=(*outcome.findings, *wiring.key_warnings(profile.carrier)))
        except Edi834Error as error:
            return outcome_of_error(feed_id, error)

    @cached_property
    def _opened(self) -> tuple[Workspace, Ledger, Wired]:
        home, actor, *_, clock = self._names
        wiring = Wired(clock)
        workspace = open_workspace(home)
        return workspace, wiring.ledger(workspace, actor), wiring

    @cached_property
    def _snapshot(self) -> SnapshotTable:
        _, _, location, as_of, *_ = self._names
        workspace, _, wiring = self._opened
        return wiring.snapshot(workspace, location, as_of)


def _finding(error: Edi834Error) -> Finding:
    return Finding(error.code, Severity.ERROR, error.message, place=error.place, remedy=error.remedy)


def no_core_files() -> None:
    """A core file would be plaintext at rest (law 9); and what we write is for our own eyes."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)


def main() -> None:
    """Run the program."""
    no_core_files()
    build_program(Wired())()


if __name__ == "__main__":
    main()
