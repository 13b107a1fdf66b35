"""Random faults in threes: lines that break, disks that fill, runs that die, on every kind of carrier's inbox.

Each scenario sends one sealed file through the real channel, retries, recovery and ledger, over an SFTP server in
memory, and fails it up to three runs in a row at random points; then the faults stop, and a person who is asked tells
the truth. What must hold is asked after every run. ``make faults`` draws thousands; a failure names its seed.
Runs that are killed as a machine is (SIGKILL), over a real server, are ``test_kills.py``'s.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from delivery.retrying import RetryingChannel
from delivery.sftp import SftpChannel, SftpSettings, UploadMode, Verification
from delivery.sftp.host_keys import PinnedHostKey
from delivery.sftp.protocol import BrokenLineError
from edi834 import faults
from edi834.errors import DeliveryError, Edi834Error
from edi834.feed.ledger_port import Actor, State
from edi834.feed.recover import recover
from edi834.ledger import Keyring, SqlLedger
from tests.delivery.sealed import KEY, FixedClock, a_message
from tests.delivery.servers import Password
from tests.faults.fake_server import FakeLine, FakeServer
from tests.ledger import builders
from tests.ledger.builders import CARRIER, FEED

SCENARIOS = int(os.environ.get("EDI834_FAULT_SCENARIOS", "48"))
PORTIONS = 16
POINTS = (
    "uploading-before-commit", "uploading-committed", "connecting-before-commit", "connecting-committed",
    "phase-connecting", "writing-before-commit", "writing-committed", "phase-writing", "upload-open", "upload-half",
    "upload-written", "upload-verified", "rename_sent-before-commit", "rename_sent-committed", "phase-rename_sent",
    "rename-sent", "renamed", "sent", "delivered-before-commit", "delivered-committed", "in_doubt-before-commit",
    "in_doubt-committed", "upload_failed-before-commit", "upload_failed-committed", "settled-before-commit",
    "settled-committed", "held-before-commit", "held-committed",
)  # fmt: skip
ACTIONS = ("kill", "kill", "kill", "raise:EIO", "raise:ENOSPC", "raise:EPIPE")
CONTENT = a_message(5_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
PIN = PinnedHostKey("ssh-ed25519", b"pinned", None, None)


class KilledError(BaseException):
    """The run ended here; nobody catches it."""


@pytest.fixture(scope="module")
def sealed_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger in which one file is sealed and not yet sent."""
    folder = tmp_path_factory.mktemp("sealed")
    book = builders.ledger(folder)
    with book.lease(FEED) as lease:
        planned = book.plan(lease, builders.intent(builders.told(builders.family())))
        book.rendered(lease, planned.transmission_id, plain_sha256="4" * 64)
        book.validated(lease, planned.transmission_id)
        book.sealed(
            lease, planned.transmission_id, content=CONTENT, sha256=SHA256, recipient_key=KEY, unsealed_reason=None
        )
    book.close()
    return folder


@pytest.mark.parametrize("portion", range(PORTIONS))
def test_faults_in_threes(portion: int, sealed_state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "_act", acted)
    for seed in range(portion, SCENARIOS, PORTIONS):
        folder = tmp_path / str(seed)
        shutil.copytree(sealed_state, folder)
        try:
            Scenario(folder, seed, monkeypatch).play()
        except BaseException as error:
            error.add_note(f"scenario {seed}")
            raise
        shutil.rmtree(folder)


def acted(action: str, really: Any = faults._act) -> None:
    """A kill within this process: an error that nothing catches, and nothing is told."""
    if action == "kill":
        raise KilledError
    really(action)


def opened(folder: Path) -> SqlLedger:
    """The ledger of a scenario, as a new process opens it."""
    url = f"sqlite:///{folder / 'state' / 'ledger.db'}"
    keyring, actor = Keyring(builders.ROOT), Actor("nightly", None)
    return SqlLedger(url, keyring=keyring, spool=folder / "spool", clock=builders.Hands(), actor=actor)


class Scenario:
    """One file, one carrier, up to three runs that fail."""

    def __init__(self, folder: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.chance = random.Random(seed)
        self.book = opened(folder)  # it holds no connection, and no memory of its own: one serves every run
        self.monkeypatch = monkeypatch
        self.server = FakeServer(self.chance, sweeps=self.chance.random() < 0.4, write_only=self.chance.random() < 0.2)
        looks = [Verification.READBACK, Verification.SIZE, Verification.NONE]
        self.settings = SftpSettings(
            host="sftp.example.com", username="us", host_keys=(PIN,), password=Password(),
            verify=Verification.NONE if self.server.write_only else self.chance.choice(looks),
            upload_mode=UploadMode.RENAME,
        )  # fmt: skip
        self.tries = self.chance.choice((1, 3))

    def play(self) -> None:
        for _ in range(self.chance.randint(1, 3)):
            self.server.trouble = self.chance.choice((0.0, 0.02, 0.1, 0.3))
            self.server.room = self.chance.choice((1 << 30, 1 << 30, 1 << 30, 4_000))
            orders = [
                f"{self.chance.choice(POINTS)}#{self.chance.randint(1, 2)}={self.chance.choice(ACTIONS)}"
                for _ in range(self.chance.randint(0, 2))
            ]
            self.run(";".join(orders))
            self.holds()
        self.server.trouble, self.server.room = 0.0, 1 << 30
        for _ in range(3):
            self.run("")
            self.holds()
            self.person()
        self.ended()

    def run(self, orders: str) -> None:
        """One night's run, as far as it comes."""
        self.monkeypatch.setattr(faults, "_hits", Counter())
        self.monkeypatch.setenv("EDI834_FAULTS", orders)
        book = self.book
        kit: Any = SimpleNamespace(
            ledger=book, clock=FixedClock(), channel=self.channel,
            profile=SimpleNamespace(feed_id=FEED, carrier=SimpleNamespace(channel=SimpleNamespace(kind="sftp"))),
        )  # fmt: skip
        try:
            with book.lease(FEED) as lease:
                list(recover(kit, lease))
        except (KilledError, Edi834Error, OSError):
            pass  # whatever it was, the next run must make sense of it
        finally:
            self.monkeypatch.setenv("EDI834_FAULTS", "")

    def channel(self) -> RetryingChannel:
        one = SftpChannel(CARRIER, self.settings, FixedClock(), connect=lambda *_: self.connected())
        return RetryingChannel(one, sleep=lambda _: None, chance=random.Random(0), tries=self.tries)

    def connected(self) -> Any:
        try:
            return FakeLine(self.server)
        except BrokenLineError as error:
            raise DeliveryError("the server did not complete the connection", code="E834-0842") from error

    def person(self) -> None:
        """Whoever is asked looks at the carrier's side, and says what is there."""
        book = self.book
        with book.lease(FEED) as lease:
            newest = book.transmissions(FEED)[0]
            arrived = bool(self.server.received)
            if newest.state is State.IN_DOUBT:
                book.settled(lease, newest.transmission_id, arrived=arrived, reason="asked")
            elif newest.state is State.HELD and arrived:
                book.settled(lease, newest.transmission_id, arrived=True, reason="asked")
            elif newest.state is State.HELD:
                book.released(lease, newest.transmission_id, reason="looked into")

    def holds(self) -> None:
        """What must hold at any instant: once at most, whole or not at all, and never believed before it is true."""
        newest, held = self.remembered()
        assert len(self.server.received) <= 1
        assert all(content == CONTENT for content in self.server.received)
        assert all(content == CONTENT for name, content in self.server.files.items() if not name.startswith("."))
        if newest.state is State.DELIVERED:
            assert self.server.received
            assert held == 1
        else:
            assert held == 0
        assert newest.state is not State.VOIDED

    def ended(self) -> None:
        """The faults have stopped: the carrier has the file, we know it, and nothing is left lying about."""
        newest, _ = self.remembered()
        assert newest.state is State.DELIVERED, newest.last_error
        assert self.server.received == [CONTENT]
        if not self.server.write_only:
            assert [name for name in self.server.files if name.startswith(".")] == []
        book = self.book
        assert book.verify_trail() is None
        assert book.sealed_content(newest.transmission_id) == CONTENT

    def remembered(self) -> tuple[Any, int]:
        book = self.book
        return book.transmissions(FEED)[0], book.held_members(FEED)


def test_a_server_that_lies_about_arrival_would_be_noticed(
    sealed_state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machinery can fail: a channel that claims delivery without any is caught by what must hold."""
    shutil.copytree(sealed_state, tmp_path / "state")
    scenario = Scenario(tmp_path / "state", 1, monkeypatch)
    scenario.server.write_only = False
    monkeypatch.setattr(FakeLine, "rename", lambda *_: None)
    scenario.run("")

    with pytest.raises(AssertionError):
        scenario.holds()


def test_a_second_delivery_would_be_noticed(
    sealed_state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So is a recovery that takes a swept file for one that never came."""
    shutil.copytree(sealed_state, tmp_path / "state")
    monkeypatch.setattr(faults, "_act", acted)
    monkeypatch.setattr(SftpChannel, "withdraw", lambda *_, **__: True)
    scenario = Scenario(tmp_path / "state", 1, monkeypatch)
    scenario.server.write_only, scenario.server.sweeps = False, True
    scenario.run("renamed=kill")
    scenario.run("")

    with pytest.raises(AssertionError):
        scenario.holds()
