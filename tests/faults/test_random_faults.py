"""Random faults in threes: lines that break, disks that fill, runs that die or stand still, on every kind of inbox.

Each scenario sends one sealed file through the real channel, retries, recovery and ledger, to an SFTP server in memory
or to OpenSSH, and fails it up to three runs in a row at random points; then the faults stop, and a person who is asked
tells the truth. What must hold is asked after every run. ``make faults`` draws thousands; a failure names its seed.
Runs that are killed as a machine is (SIGKILL), whole, from the snapshot on, are ``test_kills.py``'s.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from delivery.sftp import ProgramSession, SftpChannel, SftpSettings, UploadMode, Verification
from delivery.sftp.host_keys import PinnedHostKey
from delivery.sftp.protocol import BrokenLineError
from delivery.sftp.session import Session
from edi834.errors import DeliveryError
from edi834.feed import upload
from edi834.feed.ports import Phase
from tests.contract.line_contract import FarEnd
from tests.delivery.proxy import Proxy, Weather
from tests.delivery.sealed import FixedClock
from tests.delivery.servers import Password, openssh
from tests.delivery.test_lines import by_way_of
from tests.faults.fake_server import FakeLine, FakeServer
from tests.faults.one_file import content_of, in_memory, new_book
from tests.faults.random_nights import Bench, Scenario
from tests.ledger.builders import CARRIER

SCENARIOS = int(os.environ.get("EDI834_FAULT_SCENARIOS", "304"))
PORTIONS = 16
REAL = max(16, SCENARIOS // 100)
"""How many of them go to a real server as well, each of which costs as much as twenty."""
REAL_PORTIONS = 4
CONTENT = content_of(5_000)
LARGER = content_of(60_000)
PIN = PinnedHostKey("ssh-ed25519", b"pinned", None, None)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], Path]:
    """Makes a ledger in which one file is sealed and not yet sent; the same for the same file."""
    made: dict[bytes, Path] = {}

    def make(content: bytes) -> Path:
        if content not in made:
            made[content] = tmp_path_factory.mktemp("sealed")
            new_book(made[content], content).close()
        return made[content]

    return make


@pytest.fixture
def bench(pristine: Callable[[bytes], Path]) -> Iterator[Callable[[bytes], Bench]]:
    with in_memory() as folder:
        yield lambda content: Bench(folder / "at", pristine(content), content)


class InMemory:
    """A carrier that is a fake, and fails as servers and lines do."""

    def __init__(self, chance: random.Random) -> None:
        self.server = FakeServer(chance, sweeps=chance.random() < 0.4, write_only=chance.random() < 0.2)
        looks = [Verification.READBACK, Verification.SIZE, Verification.NONE]
        self.settings = SftpSettings(
            host="sftp.example.com", username="us", host_keys=(PIN,), password=Password(),
            verify=Verification.NONE if self.server.write_only else chance.choice(looks),
            upload_mode=UploadMode.RENAME,
        )  # fmt: skip

    @property
    def shows(self) -> bool:
        return not self.server.write_only

    def worsen(self, chance: random.Random) -> None:
        self.server.trouble = chance.choice((0.0, 0.02, 0.1, 0.3))
        self.server.room = chance.choice((1 << 30, 1 << 30, 1 << 30, 4_000))

    def clear(self) -> None:
        self.server.trouble, self.server.room = 0.0, 1 << 30

    def channel(self) -> SftpChannel:
        return SftpChannel(CARRIER, self.settings, FixedClock(), connect=lambda *_: self._connected())

    def _connected(self) -> Any:
        try:
            return FakeLine(self.server)
        except BrokenLineError as error:
            raise DeliveryError("the server did not complete the connection", code="E834-0842") from error

    def received(self) -> list[bytes]:
        return list(self.server.received)

    def standing(self) -> dict[str, bytes]:
        return {name: bytes(content) for name, content in self.server.files.items()}


class OpenSshOverABadLine:
    """A real server, by way of a proxy that cuts the line, stalls, or loses what the server says."""

    def __init__(self, proxy: Proxy, settings: SftpSettings, inbox: Path, chance: random.Random) -> None:
        self._end = FarEnd(proxy, inbox, lambda _: self.channel(), inbox.parent / "taken")
        self._connect = chance.choice((Session, ProgramSession))
        self._settings = replace(by_way_of(proxy, settings), answer_seconds=0.7, connect_seconds=2.0, file_seconds=5.0)
        self.sweeps = chance.random() < 0.4
        self.shows = True

    def worsen(self, chance: random.Random) -> None:
        proxy = self._end.proxy
        cut = chance.randrange(2 * len(LARGER))
        kinds = (
            {}, {"cut_at": cut}, {"cut_at": cut, "reset": True}, {"stall_at": cut}, {"swallow_replies": True},
        )  # fmt: skip
        weather = Weather(**chance.choice(kinds), connection=proxy.connections + chance.randint(1, 3))  # type: ignore[arg-type]
        proxy.weather = weather

    def clear(self) -> None:
        self._end.proxy.weather = Weather()

    def channel(self) -> SftpChannel:
        return SftpChannel(CARRIER, self._settings, FixedClock(), connect=self._connect)

    def received(self) -> list[bytes]:
        return self._end.received()

    def standing(self) -> dict[str, bytes]:
        return self._end.standing()

    def sweeping(self) -> Any:
        return self._end.sweeping()


@pytest.mark.parametrize("portion", range(PORTIONS))
def test_faults_in_threes(portion: int, bench: Callable[[bytes], Bench], monkeypatch: pytest.MonkeyPatch) -> None:
    place = bench(CONTENT)
    for seed in range(portion, SCENARIOS, PORTIONS):
        place.begin_again()
        chance = random.Random(seed)
        _played(Scenario(place, InMemory(chance), chance, monkeypatch), seed)


@pytest.mark.needs("sshd")
@pytest.mark.parametrize("portion", range(REAL_PORTIONS))
def test_faults_in_threes_before_a_real_server(
    portion: int, bench: Callable[[bytes], Bench], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place = bench(LARGER)
    with openssh(tmp_path) as server, Proxy(server.port) as proxy:
        for seed in range(portion, REAL, REAL_PORTIONS):
            place.begin_again()
            chance = random.Random(seed)
            far = OpenSshOverABadLine(proxy, server.settings, server.folder, chance)
            with ExitStack() as stack:
                if far.sweeps:
                    stack.enter_context(far.sweeping())
                _played(Scenario(place, far, chance, monkeypatch), seed)
            for left in (*server.folder.iterdir(), *(tmp_path / "taken").glob("*")):
                left.unlink()


def _played(scenario: Scenario, seed: int) -> None:
    try:
        scenario.play()
    except BaseException as error:
        error.add_note(f"scenario {seed}")
        raise


def test_every_kind_of_fault_is_met(bench: Callable[[bytes], Bench], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is drawn also happens: runs die, stand still, are taken over, and disks fail, in the first few scenarios."""
    place, met = bench(CONTENT), Counter[str]()
    for seed in range(80):
        place.begin_again()
        chance = random.Random(seed)
        scenario = Scenario(place, InMemory(chance), chance, monkeypatch)
        scenario.play()
        met += scenario.acts
        if len(met) == 6:
            break

    assert set(met) == {"kill", "stop", "sleep", "raise:EIO", "raise:ENOSPC", "raise:EPIPE"}


# --- the machinery can fail -----------------------------------------------------------------------------------------


@pytest.fixture
def scenario(bench: Callable[[bytes], Bench], monkeypatch: pytest.MonkeyPatch) -> Scenario:
    chance = random.Random(1)
    far = InMemory(chance)
    far.server.write_only = far.server.sweeps = False
    far.settings = replace(far.settings, verify=Verification.READBACK)
    return Scenario(bench(CONTENT), far, chance, monkeypatch)


def test_a_server_that_lies_about_arrival_would_be_noticed(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel that claims delivery without any is caught by what must hold."""
    monkeypatch.setattr(FakeLine, "rename", lambda *_: None)
    scenario.night("")

    with pytest.raises(AssertionError):
        scenario.holds()


def test_a_second_delivery_would_be_noticed(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    """So is a recovery that takes a swept file for one that never came."""
    monkeypatch.setattr(SftpChannel, "withdraw", lambda *_, **__: True)
    scenario.far.server.sweeps = True  # type: ignore[attr-defined]
    scenario.night("renamed=kill")
    scenario.night("")

    with pytest.raises(AssertionError):
        scenario.holds()


def test_a_run_that_ignores_its_lost_lease_would_be_noticed(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped before it wrote, taken over, and let go on to its rename as if nothing had happened."""
    note = upload._note_phase

    def unfenced(*given: Any) -> None:
        if given[-1] is not Phase.RENAME_SENT:
            note(*given)

    monkeypatch.setattr(upload, "_note_phase", unfenced)
    scenario.far.server.sweeps = True  # type: ignore[attr-defined]
    scenario.night("phase-writing=stop")

    with pytest.raises(AssertionError):
        scenario.holds()
