"""An SFTP server in memory that fails as servers and lines do: before a request is obeyed, after it, or in the middle.

It stands where a logged-in connection stands, so the channel above it is the real one; what the carrier saw is kept
apart from what the channel was told, and the two are compared by the test.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from delivery.sftp.protocol import BrokenLineError, RefusedError, Status


@dataclass
class FakeServer:
    """The carrier's side.

    Attributes:
      chance: Decides on every failure.
      trouble: How likely each request meets one, from 0 to 1.
      sweeps: What gets its final name is taken away at once.
      write_only: Nothing can be looked at, read or taken away.
      room: So many bytes of files fit.
      files: What stands in the inbox, by name; an open handle outlives the name.
      received: Every file that ever had its final name.
    """

    chance: random.Random
    trouble: float = 0.0
    sweeps: bool = False
    write_only: bool = False
    room: int = 1 << 30
    files: dict[str, bytearray] = field(default_factory=dict)
    received: list[bytes] = field(default_factory=list)

    def named(self, name: str) -> None:
        """A file has got its final name."""
        self.received.append(bytes(self.files[name]))
        if self.sweeps:
            del self.files[name]


class _Watchdog:
    def __init__(self) -> None:
        self.has_bitten = False

    def allow(self, seconds: float, *, in_all: float | None = None, bytes_per_second: float = 0.0) -> None: ...

    def rest(self) -> None: ...


class FakeLine:
    """A logged-in connection to it; once broken, it stays so."""

    def __init__(self, server: FakeServer) -> None:
        self.client = self
        self.watchdog = _Watchdog()
        self._open: dict[bytes, bytearray] = {}
        self.is_alive = True
        self._server = server
        self._ask()
        self._answer()

    def close(self, handle: bytes | None = None) -> None:
        if handle is None:
            self.is_alive = False
            return
        self._ask()
        self._answer()

    def size(self, path: str) -> int | None:
        self._ask()
        self._refuse_looking()
        size = len(self._file(path))
        self._answer()
        return size

    def read(self, path: str, limit: int) -> Iterator[bytes]:
        self._ask()
        self._refuse_looking()
        content = bytes(self._file(path)[:limit])
        yield content[: len(content) // 2]
        self._answer()
        yield content[len(content) // 2 :]

    def create(self, path: str) -> bytes:
        self._ask()
        if path in self._server.files:
            raise RefusedError(Status.FAILURE)
        self._server.files[path] = self._open[path.encode()] = bytearray()
        self._answer()
        return path.encode()

    def write(self, handle: bytes, content: Iterable[bytes | memoryview]) -> Iterator[int]:
        file, done = self._open[handle], 0
        for block in content:
            for part in (block[: len(block) // 2], block[len(block) // 2 :]):
                self._ask()
                if sum(map(len, self._server.files.values())) + len(part) > self._server.room:
                    raise RefusedError(Status.FAILURE)
                file += part
                self._answer()
                done += len(part)
                yield done

    def rename(self, old: str, new: str) -> None:
        self._ask()
        if new in self._server.files:
            raise RefusedError(Status.FAILURE)
        self._server.files[new] = self._file(old)
        del self._server.files[old]
        self._server.named(new)
        self._answer()

    def remove(self, path: str) -> None:
        self._ask()
        self._refuse_looking()
        self._file(path)
        del self._server.files[path]
        self._answer()

    def _file(self, path: str) -> bytearray:
        if path not in self._server.files:
            raise RefusedError(Status.NO_SUCH_FILE)
        return self._server.files[path]

    def _refuse_looking(self) -> None:
        if self._server.write_only:
            raise RefusedError(Status.PERMISSION_DENIED)

    def _ask(self) -> None:
        """The question is lost, and nothing is obeyed."""
        self._break()

    def _answer(self) -> None:
        """It was obeyed, and the answer is lost."""
        self._break()

    def _break(self) -> None:
        if not self.is_alive or self._server.chance.random() < self._server.trouble:
            self.is_alive = False
            self.watchdog.has_bitten = self._server.chance.random() < 0.3  # it was the deadline that ended it
            raise BrokenLineError("the line fell silent")
