"""How one carrier's SFTP server is reached: addresses, identities, patience.

Secrets are named, never held: a password comes from the environment or from a command at the moment it is needed, and
no ``repr`` can show one.
Reading these settings out of ``carrier.toml`` is ``delivery/registry.py``'s.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from delivery.sftp.host_keys import PinnedHostKey
from edi834.errors import ConfigurationError

__all__ = ["CommandSecret", "EnvironmentSecret", "Secret", "SftpSettings", "UploadMode", "Verification"]

_PATIENCE = 30  # seconds that a secret's command may take


class Secret(Protocol):
    """Where a secret comes from."""

    def reveal(self) -> str:
        """The secret itself.

        Raises:
          ConfigurationError: there is none.
        """


@dataclass(frozen=True, slots=True)
class EnvironmentSecret:
    """A secret in an environment variable of that name."""

    name: str

    def reveal(self) -> str:
        """The variable's value."""
        secret = os.environ.get(self.name)
        if not secret:
            raise ConfigurationError(
                f"the environment has no {self.name}",
                code="E834-0832",
                remedy=f"set {self.name} where `edi834 run` is started, from the vault and not from a file",
            )
        return secret


@dataclass(frozen=True, slots=True)
class CommandSecret:
    """A secret that a command prints as its first line; the command is run without a shell."""

    command: tuple[str, ...]

    def reveal(self) -> str:
        """What the command prints."""
        try:
            result = subprocess.run(
                self.command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=True
            )
            secret = result.stdout.decode().partition("\n")[0].rstrip("\r")
        except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
            secret = ""
        if not secret:
            # Without its cause: what the command printed stands in it.
            raise ConfigurationError(
                f"the command {self.command[0]} gave no secret",
                code="E834-0833",
                remedy="run it by hand as the user who runs `edi834 run`; it must print the secret on its first line",
            )
        return secret


class Verification(StrEnum):
    """How arrival is verified; what a carrier's drop box permits."""

    READBACK = "readback"  # the file is read back and its digest compared
    SIZE = "size"  # its size is asked for
    NONE = "none"  # the server lets us do neither


class UploadMode(StrEnum):
    """How a file gets its name."""

    RENAME = "rename"  # written under a temporary name, then renamed: never half there
    DIRECT = "direct_excl"  # written under its name, with a marker file after it, where a server cannot rename


@dataclass(frozen=True, slots=True, kw_only=True)
class SftpSettings:
    """How one carrier's server is reached.

    Attributes:
      host: Its name or address.
      port: Its port.
      username: Who we are there.
      host_keys: What it must prove to be; at least one.
      key_file: Our private key; only its owner may read it.
      key_passphrase: What opens that key; None where it is not encrypted.
      password: Where a password is asked for, alone or after the key.
      remote_dir: The folder for files, from the login's own folder or from the root; empty for the login's own.
      verify: How arrival is verified.
      upload_mode: How a file gets its name.
      temporary_prefix: What a temporary name begins with, so that the carrier's sweeper passes it over.
      temporary_suffix: What it ends with.
      marker_suffix: What the marker's name ends with, in mode ``direct_excl``.
      connect_seconds: How long connecting, greeting and logging in may take, each.
      answer_seconds: How long one answer may take.
      file_seconds: How long one file may take.
      jump: The server in between, by which alone this one is reached; what is said to this one passes it sealed.
      old_algorithms: What OpenSSH is to speak besides what is trusted, because this server speaks nothing newer; of no
        meaning to paramiko, which has forgotten them.
      min_bytes_per_minute: How fast a file must come on, averaged over ``answer_seconds``; 0 for as slow as it likes.
    """

    host: str
    port: int = 22
    username: str
    host_keys: tuple[PinnedHostKey, ...]
    key_file: Path | None = None
    key_passphrase: Secret | None = None
    password: Secret | None = None
    remote_dir: str = ""
    verify: Verification = Verification.READBACK
    upload_mode: UploadMode = UploadMode.RENAME
    temporary_prefix: str = "."
    temporary_suffix: str = ".part"
    marker_suffix: str = ".done"
    connect_seconds: float = 30
    answer_seconds: float = 60
    file_seconds: float = 3600
    min_bytes_per_minute: int = 60_000
    jump: SftpSettings | None = None
    old_algorithms: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.key_file is None and self.password is None:
            raise ConfigurationError(
                f"nothing to log in with at {self.host}",
                code="E834-0834",
                remedy="give `key_file`, or `password_env` or `password_command`, in carrier.toml under [channel]",
            )
        if not self.host_keys:
            raise ConfigurationError(
                f"no host key is pinned for {self.host}",
                code="E834-0830",
                remedy="ask the carrier for its host key's fingerprint, compare, and run `edi834 keys hosts`",
            )

    @property
    def peer(self) -> str:
        """The server, as receipts name it."""
        return f"sftp://{self.host}:{self.port}"

    def path(self, name: str) -> str:
        """Where a file of that name lies at the server."""
        return f"{self.remote_dir.rstrip('/')}/{name}" if self.remote_dir else name

    def marker(self, name: str) -> str:
        """The name of a file's marker, in mode ``direct_excl``."""
        return name + self.marker_suffix

    def temporary(self, name: str, attempt: str) -> str:
        """Under what name an attempt writes a file."""
        return f"{self.temporary_prefix}{name}.{attempt}{self.temporary_suffix}"
