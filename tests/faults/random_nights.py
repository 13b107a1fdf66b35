"""Random nights of one file: faults at random points, runs that die or stand still, and a carrier that tells the truth.

A scenario fails up to three nights in a row, then the faults stop, and a person who is asked looks at the carrier's
side. What must hold is asked after every night. Which carrier stands on the other side is the test's.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest

from delivery.retrying import RetryingChannel
from delivery.sftp import SftpChannel
from edi834 import faults
from edi834.errors import Edi834Error
from edi834.feed.ledger_port import Actor, State
from edi834.ledger import Keyring, SqlLedger
from tests.faults.one_file import newest, night, person, refuse_untrue
from tests.ledger import builders

__all__ = ["Bench", "FarSide", "KilledError", "Scenario"]

_COMMITTED = (
    "uploading-committed", "connecting-committed", "phase-connecting", "writing-committed", "phase-writing",
    "upload-open", "upload-half", "upload-written", "upload-verified", "rename_sent-committed", "phase-rename_sent",
    "rename-sent", "renamed", "sent", "delivered-committed", "in_doubt-committed", "upload_failed-committed",
    "settled-committed", "held-committed",
)  # fmt: skip
_IN_A_TRANSACTION = (
    "uploading-before-commit", "connecting-before-commit", "writing-before-commit", "rename_sent-before-commit",
    "delivered-before-commit", "in_doubt-before-commit", "upload_failed-before-commit", "settled-before-commit",
    "held-before-commit",
)  # fmt: skip
_ACTIONS = ("kill", "kill", "kill", "raise:EIO", "raise:ENOSPC", "raise:EPIPE")
_STANDS_STILL = ("stop", "sleep")
_LONG = 3  # hours: past every lease and every upload's deadline


class KilledError(BaseException):
    """The run ended here; nobody catches it."""


class FarSide(Protocol):
    """The carrier's side of a scenario."""

    shows: bool
    """Whether one may look there."""

    def worsen(self, chance: random.Random) -> None:
        """Decide what this night is like."""

    def clear(self) -> None:
        """The weather is fair, and the disk is empty."""

    def channel(self) -> SftpChannel:
        """A channel that has not been used yet."""

    def received(self) -> list[bytes]:
        """Every file that ever had its final name."""

    def standing(self) -> dict[str, bytes]:
        """What stands in the inbox, by name."""


class Bench:
    """Where scenarios are played, one after the other: one ledger on one machine, and the same one on another."""

    def __init__(self, folder: Path, pristine: Path, content: bytes) -> None:
        self._folder = folder
        self._pristine = pristine
        self.content = content
        self.clock = builders.Hands()
        self._lay()
        # A ledger holds no connection, and no memory of its own: what it was opened over may be laid anew.
        self.here, self.elsewhere = self._opened("one"), self._opened("two")

    def _opened(self, host: str) -> SqlLedger:
        url = f"sqlite:///{self._folder / 'state' / 'ledger.db'}"
        keyring, spool = Keyring(builders.ROOT), self._folder / ("spool" if host == "one" else "spool-elsewhere")
        actor = Actor("nightly", None)
        return SqlLedger(url, keyring=keyring, spool=spool, clock=self.clock, actor=actor, host=host)

    def _lay(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        shutil.copytree(self._pristine, self._folder)
        shutil.copytree(self._folder / "spool", self._folder / "spool-elsewhere")

    def begin_again(self) -> None:
        """Everything as it was before the first night."""
        self._lay()
        self.clock.moment = builders.NOON


class Scenario:
    """One file, one carrier, up to three nights that fail."""

    def __init__(self, bench: Bench, far: FarSide, chance: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bench = bench
        self.far = far
        self.chance = chance
        self.monkeypatch = monkeypatch
        self.tries = chance.choice((1, 3))
        self.acts: Counter[str] = Counter()

    def play(self) -> None:
        for _ in range(self.chance.randint(1, 3)):
            self.far.worsen(self.chance)
            self.night(";".join(self._order() for _ in range(self.chance.randint(0, 2))))
            self.holds()
        self.far.clear()
        for _ in range(3):
            was_settled = newest(self.bench.here).state is State.DELIVERED
            self.night("")
            self.holds()
            if was_settled:  # and a night later it still is
                break
            person(self.bench.here, arrived=bool(self.far.received()))
        self.ended()

    def _order(self) -> str:
        stands_still = self.chance.random() < 0.25
        # A run that is stopped within a transaction holds the database, and nobody takes over from it.
        points = _COMMITTED if stands_still else _COMMITTED + _IN_A_TRANSACTION
        action = self.chance.choice(_STANDS_STILL if stands_still else _ACTIONS)
        return f"{self.chance.choice(points)}#{self.chance.randint(1, 2)}={action}"

    def night(self, orders: str) -> None:
        """One night's run, as far as it comes."""
        self.monkeypatch.setattr(faults, "_act", self._acted(faults_act))
        self._run(self.bench.here, orders)

    def _run(self, book: SqlLedger, orders: str) -> None:
        self.monkeypatch.setattr(faults, "_hits", Counter())
        self.monkeypatch.setenv("EDI834_FAULTS", orders)
        try:
            night(book, self._channel)
        except (KilledError, Edi834Error, OSError):
            pass  # whatever it was, the next run must make sense of it
        finally:
            self.monkeypatch.setenv("EDI834_FAULTS", "")

    def _acted(self, really: Callable[[str], None]) -> Callable[[str], None]:
        """What befalls a run in this process: an error that nothing catches, or a long time in which others work."""

        def act(action: str) -> None:
            self.acts[action] += 1
            if action == "kill":
                raise KilledError
            if action in _STANDS_STILL:
                self.bench.clock.pass_by(hours=_LONG)
                if action == "stop":  # and another machine takes over, before this run goes on where it stood
                    self._run(self.bench.elsewhere, "")
                    self.holds()
                return
            really(action)

        return act

    def _channel(self) -> Any:
        return RetryingChannel(self.far.channel(), sleep=lambda _: None, chance=random.Random(0), tries=self.tries)

    def holds(self) -> None:
        """What must hold at any instant."""
        refuse_untrue(self.bench.here, self.bench.content, self.far.received(), self.far.standing())

    def ended(self) -> None:
        """The faults have stopped: the carrier has the file, we know it, and nothing is left lying about."""
        book, one = self.bench.here, newest(self.bench.here)
        assert one.state is State.DELIVERED, one.last_error
        assert self.far.received() == [self.bench.content]
        if self.far.shows:
            assert [name for name in self.far.standing() if name.startswith(".")] == []
        assert book.verify_trail() is None
        assert book.sealed_content(one.transmission_id) == self.bench.content


faults_act = faults._act
"""What a fault point really does."""
