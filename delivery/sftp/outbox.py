"""A carrier's outbox by SFTP: what waits there is listed, fetched up to a limit, and put away as the carrier wants it.

Nothing is written but a name, and nothing that was not taken in is touched; a name with a path in it is nobody's.
What an answer means is ``edi834/feed``'s; connections are ``session.py``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from delivery.sftp.line import Line
from delivery.sftp.listing import listed
from delivery.sftp.protocol import BrokenLineError, RefusedError, Status
from delivery.sftp.session import Session, delivery_error
from delivery.sftp.settings import SftpSettings
from edi834.errors import HeldError
from edi834.feed.ports import Clock, Waiting
from edi834.feed.profile import OutboxProfile
from edi834.model import CarrierId

__all__ = ["SftpOutbox"]


class SftpOutbox:
    """One carrier's outbox on its SFTP server."""

    def __init__(
        self,
        carrier_id: CarrierId,
        settings: SftpSettings,
        outbox: OutboxProfile,
        clock: Clock,
        *,
        connect: Callable[[SftpSettings, Clock], Line] = Session,
    ) -> None:
        """Connect to nothing yet; ``connect`` is how, when it is time."""
        self._carrier_id = carrier_id
        self._settings = replace(settings, remote_dir=outbox.folder)
        self._outbox = outbox
        self._clock = clock
        self._connect = connect
        self._session: Line | None = None

    @property
    def carrier_id(self) -> CarrierId:
        """Whose outbox it is."""
        return self._carrier_id

    def list(self) -> Sequence[Waiting]:
        """What waits there, plain files only, by name."""
        with self._line() as session:
            found = listed(session.client, self._outbox.folder or ".")
        return sorted(found, key=lambda waiting: waiting.name)

    def fetch(self, name: str, limit: int) -> bytes:
        """A waiting file's content; what is longer than ``limit`` bytes is cut off one byte behind it."""
        with self._line() as session:
            session.watchdog.allow(
                self._settings.answer_seconds,
                in_all=self._settings.file_seconds,
                bytes_per_second=self._settings.min_bytes_per_minute / 60,
            )
            return b"".join(session.client.read(self._settings.path(name), limit + 1))[: limit + 1]

    def put_away(self, name: str) -> None:
        """Do with a taken file what the carrier wants done: leave, move or remove it."""
        if self._outbox.after == "leave":
            return
        with self._line() as session:
            path = self._settings.path(name)
            try:
                if self._outbox.after == "remove":
                    session.client.remove(path)
                else:
                    session.client.rename(path, self._moved(name))
            except RefusedError as error:
                # Put away before by a run that was cut short, or taken away by the carrier.
                if error.status is not Status.NO_SUCH_FILE:
                    raise

    def close(self) -> None:
        """Let go of the connection; may be called twice."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def _moved(self, name: str) -> str:
        folder = (self._outbox.move_to or "").rstrip("/")
        return f"{folder}/{name}" if folder.startswith("/") else self._settings.path(f"{folder}/{name}")

    @contextmanager
    def _line(self) -> Iterator[Line]:
        """A living connection, ended if anything goes wrong on it; its errors become ours."""
        if self._session is not None and not self._session.is_alive:
            self.close()
        if self._session is None:
            self._session = self._connect(self._settings, self._clock)
        session = self._session
        session.watchdog.allow(self._settings.answer_seconds)
        try:
            yield session
        except RefusedError as error:
            self.close()
            raise HeldError(
                f"{self._settings.peer}: the server does not let us into the outbox {self._outbox.folder!r}, or not "
                "take out of it what we took in",
                code="E834-0890",
                place=self._outbox.place,
                remedy="look at [outbox] in carrier.toml, and ask the carrier what our login may do there",
            ) from error
        except (BrokenLineError, OSError) as error:
            self.close()
            raise delivery_error(self._settings, "E834-0891", "the outbox could not be looked through") from error
        except BaseException:
            self.close()
            raise
        session.watchdog.rest()
