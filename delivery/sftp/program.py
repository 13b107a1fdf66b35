"""A connection by the OpenSSH program, for servers that paramiko no longer speaks to: it carries, and we speak SFTP.

The program gets its pins in a file of its own and nothing of the user's: no configuration, no agent, no other key, and
it asks nobody anything. What it says is never read: notes that it has written tell how far it came, the host key that
it was shown and that it was let in.
What is asked over the connection is ``protocol.py``'s and ``channel.py``'s, as over any other.
"""

from __future__ import annotations

import base64
import binascii
import math
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from delivery.sftp.protocol import BrokenLineError, RefusedError, SftpClient
from delivery.sftp.session import delivery_error, host_key_refused, key_refused, login_refused, refuse_public
from delivery.sftp.settings import SftpSettings
from delivery.sftp.watchdog import Watchdog
from edi834.errors import ConfigurationError, Edi834Error
from edi834.feed.ports import Clock

__all__ = ["OLD_ALGORITHMS", "ProgramSession"]

OLD_ALGORITHMS: Mapping[str, tuple[str, ...]] = {
    "ssh-rsa": ("HostKeyAlgorithms", "PubkeyAcceptedKeyTypes"),
    "ssh-dss": ("HostKeyAlgorithms",),
    "diffie-hellman-group-exchange-sha1": ("KexAlgorithms",),
    "diffie-hellman-group14-sha1": ("KexAlgorithms",),
    "diffie-hellman-group1-sha1": ("KexAlgorithms",),
    "aes128-cbc": ("Ciphers",),
    "aes192-cbc": ("Ciphers",),
    "aes256-cbc": ("Ciphers",),
    "3des-cbc": ("Ciphers",),
    "hmac-sha1": ("MACs",),
    "hmac-sha1-96": ("MACs",),
}
"""What a carrier's server may need, and the options of OpenSSH that allow it."""

_TRUSTED = {
    "StrictHostKeyChecking": "yes",
    "UpdateHostKeys": "no",
    "VerifyHostKeyDNS": "no",
    "CheckHostIP": "no",
    "GlobalKnownHostsFile": "/dev/null",
    "BatchMode": "yes",
    "IdentitiesOnly": "yes",
    "IdentityAgent": "none",
    "PreferredAuthentications": "publickey",
    "ControlMaster": "no",
    "ControlPath": "none",
    "ClearAllForwardings": "yes",
    "ForwardAgent": "no",
    "ForwardX11": "no",
    "EscapeChar": "none",
    "Compression": "no",
    "LogLevel": "QUIET",
    "PermitLocalCommand": "yes",
}
_ALIAS = "carrier"
_PATIENCE = 10  # seconds that a program may take to end
# Run by the program for each host key it is shown: the reason, the key's kind and the key.
_NOTE = '[ "$1" = HOSTNAME ] && printf "%s %s\\n" "$2" "$3" > "$(dirname "$0")/shown"; exit 0\n'


class ProgramSession:
    """A logged-in connection with an open SFTP conversation, made by ``ssh``."""

    def __init__(self, settings: SftpSettings, clock: Clock) -> None:
        """Connect and log in.

        Raises:
          ConfigurationError: OpenSSH is not installed.
          DeliveryError: the server could not be reached, or does not speak SFTP.
          HostKeyRefusedError: it is not the server whose key is pinned.
          LoginRefusedError: it did not let us in.
          KeyRefusedError: our own private key cannot be opened.
        """
        self._settings = settings
        key_file = _fit_key(settings)
        self._notes = Path(tempfile.mkdtemp(prefix="edi834-"))  # pins and notes: nothing in it is secret
        pins = [pin for pin in settings.host_keys if pin.holds(clock.now().date())]
        lines = [f"{_ALIAS} {pin.algorithm} {base64.b64encode(pin.key).decode('ascii')}\n" for pin in pins]
        (self._notes / "known_hosts").write_text("".join(lines))
        (self._notes / "note").write_text(_NOTE)
        # By a name of ours: in the operator's, a percent sign would be read as the beginning of a token.
        (self._notes / "ours").symlink_to(key_file.resolve())
        self._sock, theirs = socket.socketpair()
        self._sock.settimeout(settings.answer_seconds)
        # Connecting, greeting and logging in are all the program's: one patience for the three.
        self.watchdog = Watchdog(self._sock, settings.connect_seconds * 3)
        self._program: subprocess.Popen[bytes] | None = None
        try:
            with theirs:
                self._program = _started(_arguments(settings, self._notes), theirs)
            self.client = SftpClient(self._sock, self.watchdog.progress)
        except (BrokenLineError, RefusedError) as error:
            reason = self._reason(pins=[pin.key for pin in pins])
            self.close()
            raise reason from error
        except BaseException:
            self.close()
            raise
        self.watchdog.rest()

    @property
    def is_alive(self) -> bool:
        """Whether the program still runs."""
        return self._program is not None and self._program.poll() is None and not self.watchdog.has_bitten

    def close(self) -> None:
        """End the connection and the program; may be called twice."""
        self.watchdog.stop()
        self._sock.close()
        if self._program is not None and self._program.poll() is None:
            _ended(self._program)
        shutil.rmtree(self._notes, ignore_errors=True)

    def _reason(self, *, pins: list[bytes]) -> Edi834Error:
        """Why there is no conversation, by how far the program came."""
        settings = self._settings
        if self.watchdog.has_bitten:
            return delivery_error(settings, "E834-0841", f"no answer within {settings.connect_seconds * 3:g} seconds")
        shown = _shown(self._notes / "shown")
        if shown is None:
            return delivery_error(
                settings,
                "E834-0842",
                "the server did not complete the connection",
                "look whether `host`, `port` and `old_algorithms` are the server's; the next run tries again",
            )
        if shown[1] not in pins:
            return host_key_refused(settings, *shown)
        if not (self._notes / "in").exists():
            return login_refused(settings)
        return delivery_error(settings, "E834-0842", "the server let us in, and offers no SFTP")


def _arguments(settings: SftpSettings, notes: Path) -> Iterator[str]:
    yield from (_installed("ssh"), "-F", "none", "-T", "-p", str(settings.port), "-l", settings.username)
    yield from ("-i", str(notes / "ours"))
    options = {
        **_TRUSTED,
        "HostKeyAlias": _ALIAS,
        "UserKnownHostsFile": f'"{notes}/known_hosts"',
        "KnownHostsCommand": f'/bin/sh "{notes}/note" %I %t %K',
        "LocalCommand": f'touch "{notes}/in"',
        "ConnectTimeout": str(math.ceil(settings.connect_seconds)),
    }
    for name, value in options.items():
        yield f"-o{name}={value}"
    old: dict[str, list[str]] = {}
    for algorithm in settings.old_algorithms:
        for option in OLD_ALGORITHMS[algorithm]:
            old.setdefault(option, []).append(algorithm)
    for option, algorithms in old.items():
        yield f"-o{option}=+{','.join(algorithms)}"
    yield from ("-s", "--", settings.host, "sftp")


def _started(command: Iterator[str], line: socket.socket) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        list(command),
        stdin=line.fileno(),
        stdout=line.fileno(),
        stderr=subprocess.DEVNULL,
        env={"PATH": os.defpath, "SHELL": "/bin/sh", "LC_ALL": "C"},  # no agent and nothing that asks for passwords
        start_new_session=True,
    )


def _ended(program: subprocess.Popen[bytes]) -> None:
    for how in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(program.pid, how)
        with suppress(subprocess.TimeoutExpired):
            program.wait(_PATIENCE)
            return


def _shown(note: Path) -> tuple[str, bytes] | None:
    """The kind and the key that the server showed; None where it came to none."""
    try:
        algorithm, encoded = note.read_text().split()
        return algorithm, base64.b64decode(encoded, validate=True)
    except (OSError, ValueError, binascii.Error):
        return None


def _fit_key(settings: SftpSettings) -> Path:
    """Our private key, unless it is not there, others can read it, or it asks for a passphrase."""
    path = settings.key_file
    if path is None:
        raise ConfigurationError(
            f"nothing to log in with at {settings.host}",
            code="E834-0834",
            remedy="OpenSSH is given no password: give `key_file` in carrier.toml under [channel]",
        )
    refuse_public(path)
    tried = subprocess.run(
        [_installed("ssh-keygen"), "-y", "-P", "", "-f", str(path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=_PATIENCE,
        check=False,
    )
    if tried.returncode:
        raise key_refused(
            "E834-0848", path, "cannot be opened, or not without a passphrase, which OpenSSH is not given"
        )
    return path


def _installed(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise ConfigurationError(
            f"{program} is not installed",
            code="E834-0835",
            remedy='install OpenSSH\'s client, or set `kind = "sftp"` in carrier.toml under [channel]',
        )
    return found
