"""Pinned host keys: what a carrier's server must prove to be, read from the carrier's own ``known_hosts``.

There is no trust on first use, and the user's own known hosts are never looked at; two keys may be pinned while a
carrier changes its own, each with the days between which it holds.
Fetching a server's key to be compared by telephone is ``session.py``'s ``host_key_of``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from edi834.errors import ConfigurationError, Place

__all__ = ["PinnedHostKey", "fingerprint", "read_known_hosts"]

_HOLDS = re.compile(r"\b(from|until)=(\d{4}-\d{2}-\d{2})\b")


@dataclass(frozen=True, slots=True)
class PinnedHostKey:
    """One host key that a server may prove.

    Attributes:
      algorithm: Its kind, for instance ``ssh-ed25519``.
      key: The public key itself, as it goes over the wire.
      valid_from: The first day it is accepted; None without a beginning.
      valid_until: The last day it is accepted; None without an end.
    """

    algorithm: str
    key: bytes = field(repr=False)
    valid_from: date | None = None
    valid_until: date | None = None

    def holds(self, today: date) -> bool:
        """Whether it is accepted on that day."""
        return (self.valid_from or today) <= today <= (self.valid_until or today)


def fingerprint(key: bytes) -> str:
    """A host key as OpenSSH prints it: ``SHA256:`` and 43 letters."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode("ascii").rstrip("=")


def read_known_hosts(text: str, *, host: str, port: int, path: str = "known_hosts") -> tuple[PinnedHostKey, ...]:
    """The keys pinned for one server.

    A line is OpenSSH's: names, algorithm, key; a comment may say ``from=2026-01-01 until=2026-12-31``.

    Args:
      text: The file's text.
      host: The server's name, as it is configured.
      port: Its port; another than 22 stands in the file as ``[host]:port``.
      path: The file's name, for errors.

    Raises:
      ConfigurationError: a line cannot be read, or no key is pinned for the server.
    """
    name = host if port == 22 else f"[{host}]:{port}"
    pins = tuple(
        _pin(line, Place(path, line=number))
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.lstrip().startswith("#") and _names(line, name)
    )
    if not pins:
        raise ConfigurationError(
            f"no host key is pinned for {name}",
            code="E834-0830",
            place=Place(path),
            remedy="ask the carrier for its host key's fingerprint, compare, and run `edi834 keys hosts`",
        )
    return pins


def _names(line: str, name: str) -> bool:
    names: Iterable[str] = line.split()[0].split(",")
    return name in names


def _pin(line: str, place: Place) -> PinnedHostKey:
    _, algorithm, encoded, *comment = [*line.split(), "", ""]
    try:
        key = base64.b64decode(encoded, validate=True)
        if key[4 : 4 + int.from_bytes(key[:4])] != algorithm.encode():
            raise ValueError(algorithm)
        days = {edge: date.fromisoformat(day) for edge, day in _HOLDS.findall(" ".join(comment))}
    except (binascii.Error, ValueError) as error:
        raise ConfigurationError(
            "this line is not a host key",
            code="E834-0831",
            place=place,
            remedy="a line is: host, algorithm, key, as `ssh-keyscan` writes it; hashed names are not read",
        ) from error
    return PinnedHostKey(algorithm, key, days.get("from"), days.get("until"))
