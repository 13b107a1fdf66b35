"""A throw-away carrier: an SFTP server on loopback for the demo and for tests, gone when it is stopped.

It listens on a free port of this machine only, makes its host key anew each time, and shows each login nothing but its
own folder with an ``inbox`` and an ``outbox``; it can behave as badly as carriers do.
What arrives is opened, and answered, elsewhere.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import asyncssh

__all__ = ["Behaviour", "DemoCarrier"]

T = TypeVar("T")

_LOOPBACK = "127.0.0.1"
_PATIENCE = 10


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the carrier behaves.

    Attributes:
      sweeps: What gets its final name in the inbox is taken away at once, into ``taken``.
      write_only: Nothing can be looked at, read or taken away.
      refuses_stat: Sizes are not reported.
      refuses_rename: Names cannot be changed.
      drops_after: The connection is cut once so many bytes of files have been written; None for never.
      disk_bytes: So many bytes of files fit; None for any number.
    """

    sweeps: bool = False
    write_only: bool = False
    refuses_stat: bool = False
    refuses_rename: bool = False
    drops_after: int | None = None
    disk_bytes: int | None = None


@dataclass(slots=True)
class _Account:
    folder: Path
    password: str | None
    public_key: str | None
    behaviour: Behaviour
    written: int = field(default=0)


class DemoCarrier:
    """The server, with its logins."""

    def __init__(self, home: Path) -> None:
        """Keep everything below ``home``; nothing listens yet."""
        self._home = home
        self._accounts: dict[str, _Account] = {}
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._host_key = asyncssh.generate_private_key("ssh-ed25519")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="demo carrier", daemon=True)
        self._server: asyncssh.SSHAcceptor | None = None
        self.host = _LOOPBACK
        self.port = 0

    def open_account(
        self,
        username: str,
        *,
        password: str | None = None,
        public_key: str | None = None,
        behaviour: Behaviour = Behaviour(),
    ) -> Path:
        """Let somebody in, by password or by an OpenSSH public key line; gives their folder."""
        folder = self._home / username
        for part in ("inbox", "outbox"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        self._accounts[username] = _Account(folder, password, public_key, behaviour)
        return folder

    @property
    def known_hosts(self) -> str:
        """The line by which this server is known."""
        return f"[{self.host}]:{self.port} {self._host_key.export_public_key().decode().strip()}\n"

    def start(self) -> DemoCarrier:
        """Listen on a free port of this machine."""
        self._thread.start()
        self._server = self._run(self._listening())
        self.port = self._server.get_port()
        return self

    async def _listening(self) -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            _LOOPBACK,
            0,
            server_host_keys=[self._host_key],
            server_factory=lambda: _Gate(self._accounts, self._connections),
            sftp_factory=lambda chan: _Folder(chan, self._accounts),
            allow_scp=False,
            agent_forwarding=False,
        )

    def stop(self) -> None:
        """Cut every connection and listen no more; may be called twice."""
        server, self._server = self._server, None
        if server is None:
            return
        self._run(_ended(server, self._connections))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE)
        self._loop.close()

    def __enter__(self) -> DemoCarrier:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE)


async def _ended(server: asyncssh.SSHAcceptor, connections: set[asyncssh.SSHServerConnection]) -> None:
    server.close()
    await server.wait_closed()
    for connection in list(connections):
        connection.abort()
        await connection.wait_closed()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0)  # sockets are closed a turn after they are given up


class _Gate(asyncssh.SSHServer):
    """Who is let in."""

    def __init__(self, accounts: dict[str, _Account], connections: set[asyncssh.SSHServerConnection]) -> None:
        self._accounts = accounts
        self._connections = connections
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncssh's
        if self._connection is not None:
            self._connections.discard(self._connection)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        account = self._accounts.get(username)
        if account is None or account.public_key is None:
            return False
        return asyncssh.import_public_key(account.public_key).public_data == key.public_data

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        account = self._accounts.get(username)
        return account is not None and account.password is not None and account.password == password


class _Folder(asyncssh.SFTPServer):
    """One login's folder, and the carrier's behaviour in it."""

    def __init__(self, chan: asyncssh.SSHServerChannel[bytes], accounts: dict[str, _Account]) -> None:
        self._account = accounts[chan.get_extra_info("username")]
        self._connection = chan.get_connection()
        super().__init__(chan, chroot=str(self._account.folder).encode())

    @property
    def _behaviour(self) -> Behaviour:
        return self._account.behaviour

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        if self._behaviour.write_only and pflags & asyncssh.FXF_READ:
            raise asyncssh.SFTPPermissionDenied("write only")
        return super().open(path, pflags, attrs)

    def stat(self, path: bytes) -> Any:
        if self._behaviour.write_only or self._behaviour.refuses_stat:
            raise asyncssh.SFTPPermissionDenied("write only")
        return super().stat(path)

    def remove(self, path: bytes) -> Any:
        if self._behaviour.write_only:
            raise asyncssh.SFTPPermissionDenied("write only")
        return super().remove(path)

    def write(self, file_obj: Any, offset: int, data: bytes) -> Any:
        account, behaviour = self._account, self._behaviour
        if behaviour.disk_bytes is not None and account.written + len(data) > behaviour.disk_bytes:
            raise asyncssh.SFTPFailure("the disk is full")
        account.written += len(data)
        if behaviour.drops_after is not None and account.written > behaviour.drops_after:
            self._connection.abort()
            raise asyncssh.SFTPConnectionLost("gone")
        return super().write(file_obj, offset, data)

    def rename(self, oldpath: bytes, newpath: bytes) -> Any:
        if self._behaviour.refuses_rename:
            raise asyncssh.SFTPOpUnsupported("names stay")
        renamed = super().rename(oldpath, newpath)
        if self._behaviour.sweeps:
            taken = self._account.folder / "taken"
            taken.mkdir(exist_ok=True)
            arrived = Path(self.map_path(newpath).decode())
            arrived.rename(taken / arrived.name)
        return renamed
