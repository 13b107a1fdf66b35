"""One connection to one server: reached, recognised, logged in to, and ended.

The server's key is compared with the pinned ones before anything of ours is shown; only our configured key or password
is offered, once; algorithms that are no longer trusted are not spoken; paramiko logs nothing.
What is asked over the connection is ``protocol.py``'s and ``channel.py``'s.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from paramiko.pkey import UnknownKeyType

from delivery.sftp.host_keys import fingerprint
from delivery.sftp.protocol import BrokenLineError, RefusedError, SftpClient
from delivery.sftp.settings import SftpSettings
from delivery.sftp.watchdog import Watchdog
from edi834.errors import DeliveryError, HostKeyRefusedError, KeyRefusedError, LoginRefusedError
from edi834.feed.ports import Clock

__all__ = ["Session", "delivery_error", "host_key_refused", "key_refused", "login_refused", "refuse_public"]

# Still offered by paramiko, and not by us: CBC, 3DES, MD5, SHA-1.
_WEAK = {
    "ciphers": ["aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"],
    "macs": ["hmac-sha1", "hmac-md5", "hmac-sha1-96", "hmac-md5-96"],
    "kex": ["diffie-hellman-group14-sha1", "diffie-hellman-group-exchange-sha1", "diffie-hellman-group1-sha1"],
}
_SILENT = "edi834.silent"


class Session:
    """A logged-in connection with an open SFTP channel."""

    def __init__(self, settings: SftpSettings, clock: Clock) -> None:
        """Connect and log in.

        Raises:
          DeliveryError: the server could not be reached, or does not speak SFTP.
          HostKeyRefusedError: it is not the server whose key is pinned.
          LoginRefusedError: it did not let us in.
          KeyRefusedError: our own private key cannot be opened.
        """
        self._settings = settings
        # Before the line is opened: a wrong passphrase is no failed login.
        keys = [(one, _private_key(one)) for one in (settings.jump, settings) if one is not None]
        self._sock = _connected(keys[0][0])
        self.watchdog = Watchdog(self._sock, settings.connect_seconds)
        self._transports: list[paramiko.Transport] = []
        try:
            with _translated(settings, self.watchdog):
                line: socket.socket | paramiko.Channel = self._sock
                for one, key in keys:
                    if self._transports:
                        line = _passed_on(self._transports[-1], one)
                    self._transports.append(_greeted(line, one))
                    _recognise(self._transports[-1], one, clock)
                    self.watchdog.allow(settings.connect_seconds)
                    _log_in(self._transports[-1], one, key)
                    self.watchdog.allow(settings.connect_seconds)
                self.client = self._open(self._transports[-1])
        except BaseException:
            self.close()
            raise
        self.watchdog.rest()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_alive(self) -> bool:
        """Whether the connection still stands, as far as anyone can tell without asking."""
        return all(one.is_active() for one in self._transports) and not self.watchdog.has_bitten

    def close(self) -> None:
        """End the connection; may be called twice."""
        self.watchdog.stop()
        # The socket first: closing a transport waits for a thread that waits for the socket.
        self._sock.close()
        for transport in reversed(self._transports):
            _let_go(transport)

    def _open(self, transport: paramiko.Transport) -> SftpClient:
        channel = transport.open_session(timeout=self._settings.connect_seconds)
        channel.settimeout(self._settings.answer_seconds)
        channel.invoke_subsystem("sftp")
        return SftpClient(channel, self.watchdog.progress)


def delivery_error(settings: SftpSettings, code: str, message: str, remedy: str | None = None) -> DeliveryError:
    """A failure at this server after which a later attempt is safe."""
    return DeliveryError(
        f"{settings.peer}: {message}",
        code=code,
        remedy=remedy or "nothing was damaged; the next run tries again by itself",
    )


@contextmanager
def _translated(settings: SftpSettings, watchdog: Watchdog) -> Iterator[None]:
    try:
        yield
    except (paramiko.SSHException, OSError, EOFError, BrokenLineError, RefusedError) as error:
        if watchdog.has_bitten:
            raise delivery_error(
                settings, "E834-0841", f"no answer within {settings.connect_seconds:g} seconds"
            ) from error
        raise delivery_error(
            settings,
            "E834-0842",
            "the server did not complete the connection",
            "look whether `host` and `port` are those of an SFTP server; the next run tries again",
        ) from error


def _connected(settings: SftpSettings) -> socket.socket:
    try:
        return socket.create_connection((settings.host, settings.port), timeout=settings.connect_seconds)
    except OSError as error:
        raise delivery_error(
            settings,
            "E834-0840",
            "the server cannot be reached",
            "look at `host` and `port`, and at the firewall; the next run tries again",
        ) from error


def _passed_on(jump: paramiko.Transport, settings: SftpSettings) -> paramiko.Channel:
    """A line from the server in between to the one that is meant."""
    there = (settings.host, settings.port)
    channel = jump.open_channel("direct-tcpip", there, ("127.0.0.1", 0), timeout=settings.connect_seconds)
    channel.settimeout(settings.answer_seconds)
    return channel


def _greeted(sock: socket.socket | paramiko.Channel, settings: SftpSettings) -> paramiko.Transport:
    transport = paramiko.Transport(sock, disabled_algorithms=_WEAK)
    transport.set_log_channel(_silent())
    transport.daemon = True
    transport.banner_timeout = settings.connect_seconds
    transport.handshake_timeout = settings.connect_seconds
    transport.auth_timeout = settings.connect_seconds
    transport.channel_timeout = settings.connect_seconds
    # The kinds of key that are pinned come first, so that a server with several shows one of them.
    pinned = {pin.algorithm for pin in settings.host_keys}
    options = transport.get_security_options()
    # Encrypted and authenticated in one go, where the server can: the pace of a large file hangs on it.
    options.ciphers = sorted(options.ciphers, key=lambda cipher: not cipher.endswith("-gcm@openssh.com"))
    options.key_types = sorted(options.key_types, key=lambda kind: _family(kind) not in pinned)
    try:
        transport.start_client(timeout=settings.connect_seconds)
        transport.get_remote_server_key()
    except BaseException:
        _let_go(sock)
        _let_go(transport)
        raise
    return transport


def _let_go(line: socket.socket | paramiko.Channel | paramiko.Transport) -> None:
    """Close a line; one that goes through another may find it gone, which is all that was wanted."""
    with suppress(EOFError, OSError, paramiko.SSHException):
        line.close()


def _family(algorithm: str) -> str:
    """The kind of key that an algorithm signs with: all of RSA's use one."""
    return "ssh-rsa" if algorithm.startswith("rsa-") else algorithm


def _silent() -> str:
    """The name of a logger that says nothing and tells no other: file names and users stand in what paramiko logs."""
    silent = logging.getLogger(_SILENT)
    silent.propagate = False
    silent.setLevel(logging.CRITICAL + 1)
    if not silent.handlers:
        silent.addHandler(logging.NullHandler())
    return _SILENT


def _recognise(transport: paramiko.Transport, settings: SftpSettings, clock: Clock) -> None:
    shown = transport.get_remote_server_key()
    today = clock.now().date()
    if any(pin.key == shown.asbytes() and pin.holds(today) for pin in settings.host_keys):
        return
    raise host_key_refused(settings, shown.get_name(), shown.asbytes())


def host_key_refused(settings: SftpSettings, algorithm: str, key: bytes) -> HostKeyRefusedError:
    """The server showed a key that is not pinned for today."""
    pinned = ", ".join(f"{pin.algorithm} {fingerprint(pin.key)}" for pin in settings.host_keys)
    return HostKeyRefusedError(
        f"{settings.peer}: the server shows {algorithm} {fingerprint(key)}, "
        f"which is not a key that is pinned for today ({pinned})",
        code="E834-0843",
        remedy="nothing was sent; ask the carrier by telephone whether its key has changed, then `edi834 keys hosts`",
    )


def _log_in(transport: paramiko.Transport, settings: SftpSettings, key: paramiko.PKey | None) -> None:
    wanted: list[str] = ["password"]
    try:
        if key is not None:
            wanted = transport.auth_publickey(settings.username, key)
        if wanted and settings.password is not None:
            transport.auth_password(settings.username, settings.password.reveal())
        if transport.is_authenticated():
            return
    except paramiko.AuthenticationException as error:
        raise login_refused(settings) from error
    raise login_refused(settings)


def login_refused(settings: SftpSettings) -> LoginRefusedError:
    """The server did not let us in."""
    return LoginRefusedError(
        f"{settings.peer}: {settings.username} was not let in",
        code="E834-0844",
        remedy="ask the carrier whether our key or password has changed there; after three runs the feed is held, "
        "so that the account is not locked",
    )


def _private_key(settings: SftpSettings) -> paramiko.PKey | None:
    if settings.key_file is None:
        return None
    refuse_public(settings.key_file)
    passphrase = settings.key_passphrase.reveal().encode() if settings.key_passphrase else None
    try:
        # Bytes, whatever the stubs say: cryptography, which is asked first, takes nothing else.
        return paramiko.PKey.from_path(settings.key_file, passphrase)  # type: ignore[arg-type]
    except (
        paramiko.SSHException,
        UnknownKeyType,
        UnsupportedAlgorithm,
        ValueError,
        TypeError,
        OSError,
    ) as error:
        # The library says "encrypted" in several ways; that no passphrase was given is known here.
        if passphrase is None and isinstance(error, TypeError | paramiko.PasswordRequiredException):
            raise key_refused("E834-0847", settings.key_file, "is encrypted, and no passphrase is given") from error
        raise key_refused("E834-0848", settings.key_file, "cannot be opened with what was given") from error


def refuse_public(path: Path) -> None:
    """Refuse a private key that is not there, or that others than its owner can read."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise key_refused("E834-0845", path, "is not there") from error
    if mode & 0o077:
        raise key_refused("E834-0846", path, "can be read by others than its owner")


def key_refused(code: str, path: Path, why: str) -> KeyRefusedError:
    """Our own private key is of no use."""
    return KeyRefusedError(f"our private key {path.name} {why}", code=code)
