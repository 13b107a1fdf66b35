"""Sealed files that read as OpenPGP messages to a key, without a key: for tests of channels, which cannot open them."""

from __future__ import annotations

import hashlib
import random
from datetime import UTC, datetime, timedelta

from delivery.openpgp.packets import Tag, written
from edi834.feed.stages import SealedFile
from edi834.model import CarrierId

NORTHSTAR = CarrierId("northstar")
KEY = "A1" * 16 + "0123456789ABCDEF"[:8]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class FixedClock:
    """A clock that stands, until it is told to go on."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def go_on(self, span: timedelta) -> None:
        self._now += span


def a_message(size: int = 100, *, key: str = KEY, seed: int = 1) -> bytes:
    """Bytes that read as an encrypted message to that key, with so many bytes of content."""
    envelope = written(Tag.SESSION_KEY, b"\x03" + bytes.fromhex(key[-16:]) + b"\x12" + bytes(40))
    return envelope + written(Tag.INTEGRITY_PROTECTED, b"\x01" + random.Random(seed).randbytes(size))


def a_file(
    name: str = "NS834_000000418.x12.pgp",
    *,
    size: int = 100,
    seed: int = 1,
    carrier_id: CarrierId = NORTHSTAR,
    key: str = KEY,
) -> SealedFile:
    """A sealed file of about that size."""
    content = a_message(size, key=key, seed=seed)
    return SealedFile(carrier_id, name, content, hashlib.sha256(content).hexdigest(), key)


def an_unsealed_file(content: bytes, reason: str | None = None) -> SealedFile:
    """A file that says why it is not sealed, or, without a reason, lies about being sealed."""
    digest = hashlib.sha256(content).hexdigest()
    return SealedFile(NORTHSTAR, "plain.x12", content, digest, None if reason else KEY, reason)
