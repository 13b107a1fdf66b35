"""What every channel over a line makes of bad weather: the inbox is right in the end, and so is the ledger.

A test of a channel gives an ``open_line`` fixture and a ``waiting_file``, and inherits the rest; wrappers run the same
suite over what they wrap. The ledger is the real one. Whatever happens in one night, no call outlasts its deadline and
nothing stands half under its final name; the nights that follow end with the file there once, and that written down.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from delivery.sftp import Verification
from edi834.errors import DeliveryError, HeldError, InDoubtError
from edi834.feed.ledger_port import State
from edi834.feed.ports import Channel, Phase
from edi834.feed.stages import Found, Receipt, SealedFile
from edi834.ledger import SqlLedger
from edi834.model import CarrierId
from tests.delivery.proxy import Proxy, Weather
from tests.faults.one_file import NAME, content_of, in_memory, newest, night, opened, person, refuse_untrue

SIZE = 200_000
CONTENT = content_of(SIZE)
CUTS = {"0": 0, "1": 1, "32767": 32767, "32768": 32768, "half": SIZE // 2, "size-1": SIZE - 1, "size": SIZE}
PATIENCE = {"connect_seconds": 2.0, "answer_seconds": 1.0, "file_seconds": 6.0}
_ANSWERS = 8
"""How many single answers a run may wait for, at most, besides connecting and the file itself."""

Hook = Callable[[Phase], None]


def calm(phase: Phase) -> None:
    """For nights without weather."""


@dataclass
class FarEnd:
    """A carrier's side, by way of a line that a test spoils.

    Attributes:
      proxy: The line.
      inbox: Where files arrive.
      make_channel: A channel by way of the line, verifying as it is told.
      taken: Where a sweeping carrier takes files.
      make_room: Frees the disk again, where it was full.
    """

    proxy: Proxy
    inbox: Path
    make_channel: Callable[[Verification], Channel]
    taken: Path
    make_room: Callable[[], None] = lambda: None
    verify: Verification = Verification.READBACK
    _sweeping: threading.Lock = field(default_factory=threading.Lock)

    def standing(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.inbox.iterdir()}

    def received(self) -> list[bytes]:
        """Every file that has its final name, or had it before it was swept."""
        with self._sweeping:
            swept = [path.read_bytes() for path in self.taken.iterdir()] if self.taken.is_dir() else []
            return swept + [one for name, one in self.standing().items() if not name.startswith(".")]

    @contextmanager
    def sweeping(self) -> Iterator[None]:
        """Take away whatever gets its final name, for as long as the block runs; a server of ours does so by itself."""
        ended = threading.Event()

        def sweep() -> None:
            number = 0
            while not ended.is_set():
                with self._sweeping:
                    for path in self.inbox.iterdir():
                        if not path.name.startswith("."):
                            number += 1
                            path.rename(self.taken / f"{number}-{path.name}")
                time.sleep(0.001)

        self.taken.mkdir(exist_ok=True)
        sweeper = threading.Thread(target=sweep)
        sweeper.start()
        try:
            yield
        finally:
            ended.set()
            sweeper.join()


OpenLine = Callable[..., AbstractContextManager[FarEnd]]


class _Weathered:
    """A channel whose line turns bad when a phase has been written down."""

    def __init__(self, channel: Channel, hook: Hook) -> None:
        self._channel = channel
        self._hook = hook

    @property
    def carrier_id(self) -> CarrierId:
        return self._channel.carrier_id

    def probe(self, remote_name: str) -> Found | None:
        return self._channel.probe(remote_name)

    def send(self, file: SealedFile, *, attempt: str, on_phase: Hook) -> Receipt:
        def both(phase: Phase) -> None:
            on_phase(phase)
            self._hook(phase)

        return self._channel.send(file, attempt=attempt, on_phase=both)

    def withdraw(self, remote_name: str, *, attempt: str, tries: int = 1) -> bool:
        return self._channel.withdraw(remote_name, attempt=attempt, tries=tries)

    def close(self) -> None:
        self._channel.close()


class LineContract:
    """The suite; subclasses give ``open_line``."""

    TRIES = 1
    LEGS = 1

    @pytest.fixture
    def book(self, waiting_file: Path) -> Iterator[SqlLedger]:
        with in_memory() as folder:
            shutil.copytree(waiting_file, folder, dirs_exist_ok=True)
            book = opened(folder)
            yield book
            book.close()

    @pytest.fixture
    def far_end(self, open_line: OpenLine) -> Iterator[FarEnd]:
        with open_line() as far_end:
            yield far_end

    # --- how a test speaks ---------------------------------------------------------------------------------------

    def deadline(self) -> float:
        """The longest that a night may take: every patience of every try, used up."""
        one = (
            self.LEGS * 3 * PATIENCE["connect_seconds"]
            + PATIENCE["file_seconds"]
            + _ANSWERS * PATIENCE["answer_seconds"]
        )
        return self.TRIES * one

    def night(self, far: FarEnd, book: SqlLedger, hook: Hook = calm) -> Exception | None:
        """One night, within its deadline; gives what stopped it."""
        began, stopped = time.monotonic(), None
        try:
            night(book, lambda: _Weathered(far.make_channel(far.verify), hook))
        except (DeliveryError, HeldError, InDoubtError) as error:
            stopped = error
        assert time.monotonic() - began < self.deadline()
        refuse_untrue(book, CONTENT, far.received(), far.standing())
        return stopped

    def recovered(self, far: FarEnd, book: SqlLedger) -> int:
        """The weather is fair again: at most two nights, and a person's word, and all is right; gives who was asked."""
        far.proxy.weather, asked = Weather(), 0
        for _ in range(2):
            if newest(book).state is not State.DELIVERED:
                self.night(far, book)
                asked += person(book, arrived=bool(far.received()))
        one = newest(book)
        assert one.state is State.DELIVERED, one.last_error
        assert far.received() == [CONTENT]
        if far.verify is not Verification.NONE:
            assert [name for name in far.standing() if name != NAME] == []
        refuse_untrue(book, CONTENT, far.received(), far.standing())
        assert book.verify_trail() is None
        return asked

    # --- the weather -------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("cut", CUTS)
    def test_a_line_that_is_cut_while_writing(self, far_end: FarEnd, book: SqlLedger, cut: str) -> None:
        def on_phase(phase: Phase) -> None:
            if phase is Phase.WRITING:
                far_end.proxy.weather = Weather(cut_at=far_end.proxy.sent + CUTS[cut], reset=cut in {"1", "half"})

        assert isinstance(self.night(far_end, book, on_phase), DeliveryError)
        assert far_end.received() == []
        assert self.recovered(far_end, book) == 0

    @pytest.mark.parametrize(
        "weather",
        [
            {"stall_at": SIZE // 2},
            {"swallow_replies": True},
            {"bytes_per_second": 20_000.0},
        ],
        ids=["it stalls", "what the server says is lost", "it is too slow"],
    )
    def test_a_line_that_stands_still_while_writing(self, far_end: FarEnd, book: SqlLedger, weather: Any) -> None:
        def on_phase(phase: Phase) -> None:
            if phase is Phase.WRITING:
                proxy, changed = far_end.proxy, dict(weather)
                if "stall_at" in changed:
                    changed["stall_at"] += proxy.sent
                proxy.weather = Weather(**changed, connection=proxy.connections)

        assert isinstance(self.night(far_end, book, on_phase), DeliveryError)
        assert far_end.received() == []
        assert self.recovered(far_end, book) == 0

    def test_a_rename_whose_answer_is_lost(self, far_end: FarEnd, book: SqlLedger) -> None:
        self.night(far_end, book, _losing_the_answer(far_end))

        assert far_end.received() == [CONTENT]
        assert self.recovered(far_end, book) == 0

    @pytest.mark.parametrize("stays_away", [False, True], ids=["the line comes back", "it stays away"])
    def test_a_rename_that_never_reaches_the_server(self, far_end: FarEnd, book: SqlLedger, stays_away: bool) -> None:
        def on_phase(phase: Phase) -> None:
            if phase is Phase.RENAME_SENT:
                proxy = far_end.proxy
                here = Weather(cut_at=proxy.sent, connection=proxy.connections)
                proxy.weather = Weather(cut_at=0) if stays_away else here

        stopped = self.night(far_end, book, on_phase)

        if stays_away:
            assert isinstance(stopped, InDoubtError)
            assert newest(book).state is State.IN_DOUBT
        elif (
            stopped is not None
        ):  # a line that is found dead before the question is asked is made anew, and asked there
            assert isinstance(stopped, DeliveryError)
            assert newest(book).state is State.SEALED
        assert far_end.received() == ([CONTENT] if stopped is None else [])
        # What was left under its temporary name proves that it never got its own, once somebody can look.
        assert self.recovered(far_end, book) == 0

    @pytest.mark.parametrize("lost", [False, True], ids=["fair weather", "the rename's answer is lost"])
    def test_a_carrier_that_sweeps_its_inbox(self, open_line: OpenLine, book: SqlLedger, lost: bool) -> None:
        with open_line() as far, far.sweeping():
            stopped = self.night(far, book, _losing_the_answer(far) if lost else calm)

            assert stopped is None or (lost and isinstance(stopped, InDoubtError))
            assert self.recovered(far, book) <= lost

    @pytest.mark.parametrize("lost", [False, True], ids=["fair weather", "the rename's answer is lost"])
    def test_a_drop_box_that_shows_nothing(self, open_line: OpenLine, book: SqlLedger, lost: bool) -> None:
        with open_line(write_only=True) as far:
            far.verify = Verification.NONE

            stopped = self.night(far, book, _losing_the_answer(far) if lost else calm)

            assert isinstance(stopped, InDoubtError) if lost else stopped is None
            assert self.recovered(far, book) == lost

    @pytest.mark.parametrize("verify", [Verification.READBACK, Verification.NONE])
    def test_a_disk_that_is_full(self, open_line: OpenLine, book: SqlLedger, verify: Verification) -> None:
        with open_line(room=SIZE // 2) as far:
            far.verify = verify
            stopped = self.night(far, book)

            assert isinstance(stopped, DeliveryError)
            assert stopped.code == "E834-0853"
            assert far.standing() == {}
            far.make_room()
            assert self.recovered(far, book) == 0


def _losing_the_answer(far: FarEnd) -> Hook:
    def on_phase(phase: Phase) -> None:
        if phase is Phase.RENAME_SENT:
            far.proxy.weather = Weather(swallow_replies=True, connection=far.proxy.connections)

    return on_phase
