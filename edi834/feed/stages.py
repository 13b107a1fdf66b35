"""The last two stages of a file: sealed, and received.

A channel's ``send`` takes a :class:`SealedFile` and nothing else, so a plaintext upload cannot be spelled.
Documents and checked documents, the first two stages, are ``edi834/mapping``'s and ``edi834/check``'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from edi834.model import CarrierId

__all__ = ["Found", "Keep", "Receipt", "SealedContent", "SealedFile", "in_memory"]

_BLOCK = 1 << 20


class SealedContent(Protocol):
    """Sealed bytes that rest elsewhere than in memory, and are read as often as wanted."""

    def __len__(self) -> int:
        """How many bytes there are."""

    def blocks(self) -> Iterator[bytes]:
        """The bytes in order.

        Raises:
          HeldError: they are no longer there, or were changed.
        """


Keep = Callable[[Iterable[bytes]], tuple[bytes | SealedContent, str]]
"""Takes sealed bytes as they come, and gives where they rest with their SHA-256 digest, hexadecimal."""


def in_memory(blocks: Iterable[bytes]) -> tuple[bytes, str]:
    """Keep sealed bytes in memory: for those that are few."""
    content = b"".join(blocks)
    return content, hashlib.sha256(content).hexdigest()


@dataclass(frozen=True, slots=True)
class SealedFile:
    """Bytes that may leave.

    Attributes:
      carrier_id: For whom they are sealed; no other carrier's channel takes them.
      remote_name: The name the file will have at the recipient.
      content: The sealed bytes, or where they rest; the same for every re-send.
      sha256: Their digest, hexadecimal.
      recipient_key: The fingerprint of the encryption subkey they are sealed to; None with ``unsealed_reason``.
      unsealed_reason: Why they are not sealed with a key: the words of ``carrier.toml``'s ``seal_reason``.
    """

    carrier_id: CarrierId
    remote_name: str
    content: bytes | SealedContent = field(repr=False)
    sha256: str
    recipient_key: str | None
    unsealed_reason: str | None = None

    def __post_init__(self) -> None:
        if (self.recipient_key is None) == (self.unsealed_reason is None):
            raise ValueError("a sealed file is sealed to a key, or says why it is not")

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.content)

    def blocks(self) -> Iterator[bytes | memoryview]:
        """Its bytes in order, a megabyte or so at a time.

        Raises:
          HeldError: they no longer rest where they did, or were changed.
        """
        if not isinstance(self.content, bytes):
            yield from self.content.blocks()
            return
        view = memoryview(self.content)
        yield from (view[at : at + _BLOCK] for at in range(0, len(view), _BLOCK))


@dataclass(frozen=True, slots=True)
class Found:
    """What stands at the recipient under a name.

    Attributes:
      size: Its length in bytes, None where the server does not say.
      sha256: Its digest, None where the server does not let us read.
    """

    size: int | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """How we know that a file arrived.

    Attributes:
      remote_name: The name it has at the recipient.
      size: Its length in bytes.
      sha256: Its digest.
      proof: ``renamed`` (we put it there), ``found`` (it stood there already) or ``handed_over`` (a queue or person).
      verified: How arrival was verified: ``readback``, ``size`` or ``none``.
      at: When.
      peer: Who took it, without credentials: ``sftp://host:port``, ``folder``, ``worklist queue``.
    """

    remote_name: str
    size: int
    sha256: str
    proof: str
    verified: str
    at: datetime
    peer: str
