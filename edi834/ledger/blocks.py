"""Sealing what is too large for memory: block by block, each authenticated in its place, the last one marked as such.

A file has a key of its own, derived from the sealing key and a random salt, so that its blocks can be numbered; a block
that is changed, moved, left out or cut off is not opened. What shrinks is compressed; what a recipient's key has sealed
does not.
What fits into memory is sealed in one piece by ``keys.py``, and stored by ``spool.py``.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from edi834.errors import HeldError
from edi834.ledger.keys import Keyring, bound, unopened
from edi834.model import FeedId

__all__ = ["FORMAT", "StoredContent", "is_current", "opened_blocks", "sealed_blocks"]

FORMAT = b"\x02"
"""The first byte of what is sealed so."""

BLOCK = 1 << 20  # bytes of a block before it is sealed
_SALT = 16
_LAST = 1 << 31  # in a block's length: no other follows
_RAW, _PACKED = b"r", b"z"
_WORTH_PACKING = 0.9  # of its length, at most, that the first block must shrink to
_LONGEST = BLOCK + 1024


@dataclass(frozen=True, slots=True)
class StoredContent:
    """The bytes of one stored file, read from disk and opened whenever they are asked for.

    Attributes:
      path: Where it lies.
      keyring: What opens it.
      feed_id: Whose it is.
      sha256: Its digest; reading to the end proves it.
      size: How many bytes it has.
    """

    path: Path
    keyring: Keyring
    feed_id: FeedId
    sha256: str
    size: int

    def __len__(self) -> int:
        return self.size

    def blocks(self) -> Iterator[bytes]:
        """The bytes in order.

        Raises:
          HeldError: the file is missing or was changed; or, at the end, what was given is not of its digest.
        """
        digest = hashlib.sha256()
        try:
            with self.path.open("rb") as file:
                for block in self._opened(file):
                    digest.update(block)
                    yield block
        except OSError as error:
            text = (
                f"the sealed file {self.sha256[:12]} of {self.feed_id} cannot be read from the spool: {error.strerror}"
            )
            raise HeldError(text, code="E834-0708") from None
        if digest.hexdigest() != self.sha256:
            raise HeldError(f"the sealed file {self.sha256[:12]} of {self.feed_id} was changed", code="E834-0708")

    def _opened(self, file: BinaryIO) -> Iterator[bytes]:
        if file.read(1) == FORMAT:
            yield from opened_blocks(self.keyring, file, self.feed_id, "content")
        else:
            file.seek(0)
            yield self.keyring.open(file.read(), self.feed_id, "content", self.sha256)


def sealed_blocks(keyring: Keyring, blocks: Iterable[bytes], *context: str) -> Iterator[bytes]:
    """What is written to disk for these bytes, piece by piece; it opens only with the same context."""
    salt = keyring.random(_SALT)
    cipher, even = AESGCM(keyring.file_key(salt)), _even(blocks)
    block = next(even, b"")
    how = _PACKED if len(zlib.compress(block, 1)) < len(block) * _WORTH_PACKING else _RAW
    yield FORMAT + how + salt
    number, bounds = 0, how + bound(context)
    while True:
        following = next(even, None)
        last = following is None
        content = zlib.compress(block, 1) if how == _PACKED else block
        sealed = cipher.encrypt(_nonce(number, last=last), content, bounds)
        yield (len(sealed) | (_LAST if last else 0)).to_bytes(4) + sealed
        if following is None:
            return
        number, block = number + 1, following


def opened_blocks(keyring: Keyring, file: BinaryIO, *context: str) -> Iterator[bytes]:
    """The bytes of what :func:`sealed_blocks` wrote, block by block.

    Raises:
      HeldError: it was changed, cut short, moved to another place, or sealed with another key.
    """
    cipher, how = _cipher(keyring, file, context)
    number, last = 0, False
    while not last:
        try:
            sealed, last = _piece(file)
            content = cipher.decrypt(_nonce(number, last=last), sealed, how + bound(context))
            block = zlib.decompress(content) if how == _PACKED else content
        except (InvalidTag, ValueError, zlib.error):
            raise unopened(context) from None
        yield block
        number += 1
    if file.read(1):
        raise unopened(context)


def is_current(keyring: Keyring, file: BinaryIO, *context: str) -> bool:
    """Whether a file was sealed by the sealing key of today, by its first block.

    Raises:
      HeldError: it was sealed by neither this key nor the one before.
    """
    _cipher(keyring, file, context)  # raises where neither does
    file.seek(2)
    return _fits(keyring.file_key(file.read(_SALT)), file, context)


def _cipher(keyring: Keyring, file: BinaryIO, context: tuple[str, ...]) -> tuple[AESGCM, bytes]:
    """The file's key, and how its blocks were written; the file is left at its first block."""
    file.seek(0)
    begins = file.read(2)
    salt = file.read(_SALT)
    for key in keyring.file_keys(salt):
        file.seek(2 + _SALT)
        if begins[:1] == FORMAT and begins[1:] in (_RAW, _PACKED) and _fits(key, file, context):
            file.seek(2 + _SALT)
            return AESGCM(key), begins[1:]
    raise unopened(context)


def _fits(key: bytes, file: BinaryIO, context: tuple[str, ...]) -> bool:
    """Whether the key opens the first block."""
    file.seek(1)
    how = file.read(1)
    file.seek(2 + _SALT)
    try:
        sealed, last = _piece(file)
        AESGCM(key).decrypt(_nonce(0, last=last), sealed, how + bound(context))
    except (InvalidTag, ValueError):
        return False
    return True


def _piece(file: BinaryIO) -> tuple[bytes, bool]:
    """The next sealed block, and whether it says that it is the last.

    Raises:
      ValueError: the file ends within it.
    """
    head = file.read(4)
    length = int.from_bytes(head)
    size = length & ~_LAST
    if len(head) != 4 or size > _LONGEST:
        raise ValueError("no block begins here")
    sealed = file.read(size)
    if len(sealed) != size:
        raise ValueError("a block is cut short")
    return sealed, bool(length & _LAST)


def _nonce(number: int, *, last: bool) -> bytes:
    return bytes(7) + number.to_bytes(4) + bytes([last])


def _even(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks of one size; the last may be shorter."""
    kept = bytearray()
    for block in blocks:
        kept += block
        while len(kept) >= BLOCK:
            yield bytes(memoryview(kept)[:BLOCK])
            del kept[:BLOCK]
    if kept:
        yield bytes(kept)
