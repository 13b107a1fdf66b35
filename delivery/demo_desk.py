"""The carrier's desk of the demonstration: its keys, its mail room and its answers.

It stands on the other side: it knows only what arrived and its own secret key, opens files as a carrier would (with
the gpg program where there is one), and answers an 834 with a 999.
It is throw-away like the carrier's server; nothing of it is used when real files are sent.
"""

from __future__ import annotations

import shutil
import subprocess
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from delivery.demo_keys import new_carrier_key
from edi834.errors import UnexpectedError
from edi834.x12 import SetVerdict, read, write_999

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pgpy

__all__ = ["Desk", "OpenedFile"]


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file that arrived: its name, its content, and what opened it."""

    name: str
    content: bytes
    opened_by: str


class Desk:
    """One carrier's desk."""

    def __init__(self, name: str, folder: Path, inbox: Path) -> None:
        """Make the carrier's key; ``folder`` is its own, ``inbox`` where files arrive."""
        self._name = name
        self._folder = folder
        self._inbox = inbox
        self._seen: set[str] = set()
        self._answers = 0
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._key = new_carrier_key(name)
        self._gpg_home = self._import_into_gpg() if shutil.which("gpg") else None

    @property
    def public_key(self) -> str:
        """What the carrier hands out."""
        return str(self._key.pubkey)

    @property
    def fingerprints(self) -> tuple[str, str]:
        """Of the primary key and of the encryption subkey."""
        subkey = next(iter(self._key.subkeys.values()))
        return str(self._key.fingerprint).replace(" ", ""), str(subkey.fingerprint).replace(" ", "")

    def new_files(self) -> list[OpenedFile]:
        """Open what arrived since the last look."""
        names = sorted(p.name for p in self._inbox.iterdir() if p.is_file() and p.name not in self._seen)
        self._seen.update(names)
        return [self._open(name) for name in names]

    def answer(self, content: bytes, rejected: Sequence[str], *, now: datetime) -> bytes:
        """Write the 999 on an 834, accepting every set but the rejected ones."""
        self._answers += 1
        interchange = read(content).interchanges[0]
        verdicts = [SetVerdict(number, "R", ("5",)) for number in rejected]
        return write_999(interchange, verdicts, control_number=self._answers, date=now.date(), time=now.time())

    def close(self) -> None:
        """Forget the secret key."""
        if self._gpg_home is not None:
            subprocess.run(
                ["gpgconf", "--homedir", str(self._gpg_home), "--kill", "all"], check=False, capture_output=True
            )
            shutil.rmtree(self._gpg_home, ignore_errors=True)

    def _open(self, name: str) -> OpenedFile:
        sealed = (self._inbox / name).read_bytes()
        if self._gpg_home is not None:
            return OpenedFile(name, _opened_with_gpg(self._gpg_home, name, sealed), "gpg")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            message = self._key.decrypt(pgpy.PGPMessage.from_blob(sealed)).message
        return OpenedFile(name, message.encode() if isinstance(message, str) else bytes(message), "pgpy")

    def _import_into_gpg(self) -> Path:
        home = self._folder / "gpg"
        home.mkdir(mode=0o700)
        subprocess.run(
            ["gpg", "--homedir", str(home), "--batch", "--quiet", "--import"],
            input=str(self._key).encode(), capture_output=True, check=True,
        )  # fmt: skip
        return home


def _opened_with_gpg(home: Path, name: str, sealed: bytes) -> bytes:
    opened = subprocess.run(
        ["gpg", "--homedir", str(home), "--batch", "--quiet", "--decrypt"], input=sealed, capture_output=True
    )
    if opened.returncode != 0:
        raise UnexpectedError(f"gpg does not open {name}", code="E834-0023")
    return opened.stdout
