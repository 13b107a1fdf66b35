"""SFTP servers for tests: settings for the demo carrier and for a real OpenSSH server, as an ordinary login."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paramiko

from delivery.demo_carrier import Behaviour, DemoCarrier
from delivery.sftp import SftpSettings, read_known_hosts

LOGIN = "edi834"


@dataclass
class Password:
    """A secret that a test may know."""

    text: str = "correct horse"

    def reveal(self) -> str:
        return self.text


def new_key(path: Path, passphrase: str | None = None) -> str:
    """Write a new Ed25519 private key, and give its public line."""
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase or "", "-C", "test", "-f", str(path)], check=True
    ) if shutil.which("ssh-keygen") else _key_without_openssh(path, passphrase)
    return path.with_suffix(".pub").read_text()


def _key_without_openssh(path: Path, passphrase: str | None) -> None:
    import asyncssh

    key = asyncssh.generate_private_key("ssh-ed25519")
    path.write_bytes(key.export_private_key(passphrase=passphrase))
    path.chmod(0o600)
    path.with_suffix(".pub").write_bytes(key.export_public_key())


def demo_settings(carrier: DemoCarrier, **changes: Any) -> SftpSettings:
    """How a test reaches the demo carrier: quick to lose patience."""
    pins = read_known_hosts(carrier.known_hosts, host=carrier.host, port=carrier.port)
    given: dict[str, Any] = {
        "host": carrier.host,
        "port": carrier.port,
        "username": LOGIN,
        "host_keys": pins,
        "password": Password(),
        "remote_dir": "inbox",
        "connect_seconds": 5,
        "answer_seconds": 5,
        "file_seconds": 20,
    }
    return SftpSettings(**(given | changes))


def open_login(carrier: DemoCarrier, **behaviour: Any) -> Path:
    """A new login's inbox at the demo carrier, with that behaviour."""
    return carrier.open_account(LOGIN, password=Password().text, behaviour=Behaviour(**behaviour)) / "inbox"


@dataclass
class OpenSsh:
    """A running OpenSSH server that takes one key."""

    port: int
    pid: int
    folder: Path
    settings: SftpSettings


@contextmanager
def openssh(folder: Path, *, options: str = "", sftp: str = "internal-sftp") -> Iterator[OpenSsh]:
    """A real sshd on loopback, for as long as the block runs.

    As root it runs as root, and otherwise as whoever runs the tests; both log in as themselves, by key alone.
    """
    _privilege_separation()
    new_key(folder / "host")
    public = new_key(folder / "ours")
    # StrictModes looks at every folder above the file, so what authorises stands where only its owner writes.
    authorised = Path(tempfile.mkdtemp(prefix="edi834-"))
    (authorised / "keys").write_text(public)
    inbox = folder / "inbox"
    inbox.mkdir()
    port = _free_port()
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder / 'host'}\nPidFile none\nUsePAM no\n"
        f"PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n"
        f"AuthorizedKeysFile {authorised / 'keys'}\nSubsystem sftp {sftp}\nStrictModes no\nMaxAuthTries 1\n{options}\n"
    )
    server = subprocess.Popen(
        [_sshd(), "-D", "-e", "-f", str(folder / "sshd_config")],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        restore_signals=False,  # a limit on files, where a test sets one, then refuses a write and kills nobody
    )
    try:
        _wait_for(port, server)
        algorithm, key, *_ = (folder / "host.pub").read_text().split()
        pins = read_known_hosts(f"[127.0.0.1]:{port} {algorithm} {key}", host="127.0.0.1", port=port)
        settings = SftpSettings(
            host="127.0.0.1",
            port=port,
            username=getpass.getuser(),
            host_keys=pins,
            key_file=folder / "ours",
            remote_dir=str(inbox),
            connect_seconds=5,
            answer_seconds=5,
            file_seconds=20,
        )
        yield OpenSsh(port, server.pid, inbox, settings)
    finally:
        server.terminate()
        server.wait(10)
        shutil.rmtree(authorised)


def host_key_line(key: paramiko.PKey, port: int) -> str:
    """A known_hosts line for a key on this machine's port."""
    return f"[127.0.0.1]:{port} {key.get_name()} {key.get_base64()}"


def _sshd() -> str:
    return shutil.which("sshd") or next(
        path for path in ("/usr/sbin/sshd", "/usr/local/sbin/sshd") if Path(path).exists()
    )


def _privilege_separation() -> None:
    """Root's sshd wants an empty folder that Debian makes at boot."""
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        assert server.poll() is None, "sshd went away"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("sshd does not answer")
