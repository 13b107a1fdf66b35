"""What the ``keys`` verbs are told of keys, as values, and the port that tells it.

A key is known here by its fingerprints and dates alone; no key material passes through, and no secret.
Reading keys, and judging them, is ``delivery/key_cabinet.py``'s, behind the :class:`KeyCabinet` protocol.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from edi834.feed.profile import Carrier
from edi834.model import Finding

__all__ = ["AtRestKey", "HostPin", "KeyCabinet", "OurKey", "OurSignature", "RecipientKey"]


@dataclass(frozen=True, slots=True)
class RecipientKey:
    """A recipient's OpenPGP key that files may be sealed to.

    Attributes:
      primary, subkey: Its fingerprints, 40 hexadecimal digits each.
      expires: When it runs out; None for never.
      sealers: The programs that can seal to it.
      findings: What a person should do something about before long.
    """

    primary: str
    subkey: str
    expires: datetime | None
    sealers: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class OurSignature:
    """The OpenPGP key of ours that a carrier's files are signed with.

    Attributes:
      primary, fingerprint: Of the primary key, by which the carrier knows us, and of the key that signs.
      expires: When it runs out; None for never.
      findings: What a person should do something about before long.
    """

    primary: str
    fingerprint: str
    expires: datetime | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class AtRestKey:
    """The key that the ledger is sealed with.

    Attributes:
      name: What tells it from another, and says nothing else about it.
      retiring: The same of the one before, while a rotation is unfinished.
    """

    name: str
    retiring: str | None


@dataclass(frozen=True, slots=True)
class OurKey:
    """The SSH key that we log in with.

    Attributes:
      path: Its file.
      algorithm, fingerprint: As OpenSSH prints them; None where only its passphrase would tell.
    """

    path: Path
    algorithm: str | None
    fingerprint: str | None


@dataclass(frozen=True, slots=True)
class HostPin:
    """A host key that a carrier's server may prove.

    Attributes:
      algorithm, fingerprint: As OpenSSH prints them.
      valid_from, valid_until: The first and the last day it is accepted; None without that end.
      holds: Whether it is accepted today.
    """

    algorithm: str
    fingerprint: str
    valid_from: date | None
    valid_until: date | None
    holds: bool


class KeyCabinet(Protocol):
    """What is known about keys."""

    def offered(self, content: bytes) -> tuple[str, tuple[str, ...]]:
        """The primary fingerprint in a key file, and those of its subkeys whose algorithm encrypts.

        Raises:
          KeyRefusedError: it is not exactly one public key.
        """

    def admitted(self, content: bytes, primary: str, subkey: str, waivers: frozenset[str]) -> RecipientKey:
        """The key with those fingerprints, as it would be sealed to today.

        Raises:
          KeyRefusedError: it is not fit to seal with.
          ConfigurationError: a waiver does not exist.
        """

    def our_key(self, carrier: Carrier) -> OurKey | None:
        """What we log in with at a carrier; None where that is no key."""

    def our_signature(self, carrier: Carrier) -> OurSignature | None:
        """What a carrier's files are signed with; None where they are not.

        Raises:
          KeyRefusedError: it is not fit to sign with.
        """

    def host_pins(self, text: str, *, host: str, port: int, shown: str) -> tuple[HostPin, ...]:
        """The host keys that a ``known_hosts`` text pins for a server; ``shown`` is the file's name, for errors.

        Raises:
          ConfigurationError: a line cannot be read, or no key is pinned for the server.
        """
