"""The workspace's keys: one random root in a file, and four keys derived from it.

The root is 32 random bytes in a file that only its owner may read; sealing, digest, token and audit keys are derived
with HKDF, so that none tells anything about another.
Recipients' PGP keys and SSH keys are ``delivery``'s.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import zlib
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from edi834.errors import HeldError, KeyRefusedError, Place

__all__ = ["Keyring", "create_keyring"]

_HEADER = "edi834-keyring-1"
_ROOT_SIZE = 32
_NONCE_SIZE = 12  # what AES-GCM takes without hashing it down
_FORMAT = b"\x01"  # the first byte of everything sealed, so that another way of sealing can be told from this one
_TOKEN_SIZE = 16  # 128 bits: a collision among 500,000 families has odds of one in 10^27


class Keyring:
    """The four keys of one workspace.

    Args:
      root: 32 random bytes.
      entropy: Gives that many random bytes, for nonces.
    """

    def __init__(self, root: bytes, *, entropy: Callable[[int], bytes] = os.urandom) -> None:
        if len(root) != _ROOT_SIZE:
            raise _refused("the root of the keyring is not 32 bytes")
        self._entropy = entropy
        self._sealing = AESGCM(_derived(root, "sealing"))
        self._token = _derived(root, "token")
        self._audit = _derived(root, "audit")
        self.digest_key = _derived(root, "digest")

    @classmethod
    def read(cls, path: Path) -> Keyring:
        """Read the keyring from its file.

        Raises:
          KeyRefusedError: it is not there, others may read it, or it is not a keyring.
        """
        try:
            with path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                content = file.read(4096)
        except OSError as error:
            raise _refused(f"the keyring cannot be read: {error.strerror}", path) from None
        if mode & 0o077:
            raise _refused("the keyring may be read by others than its owner", path, remedy=f"chmod 600 {path}")
        header, _, root = content.decode("ascii", "replace").strip().partition("\n")
        try:
            return cls(bytes.fromhex(root) if header == _HEADER else b"")
        except ValueError:
            raise _refused("this file is not a keyring", path) from None

    def seal(self, plaintext: bytes, *context: str) -> bytes:
        """Compress and seal; it opens only with the same context (feed, purpose, ...)."""
        nonce = self._entropy(_NONCE_SIZE)
        return _FORMAT + nonce + self._sealing.encrypt(nonce, zlib.compress(plaintext), _bound(context))

    def open(self, sealed: bytes, *context: str) -> bytes:
        """Open what :meth:`seal` sealed.

        Raises:
          HeldError: it was changed, moved to another place, or sealed with another key.
        """
        nonce, ciphertext = sealed[1 : 1 + _NONCE_SIZE], sealed[1 + _NONCE_SIZE :]
        try:
            if sealed[:1] != _FORMAT:
                raise InvalidTag
            return zlib.decompress(self._sealing.decrypt(nonce, ciphertext, _bound(context)))
        except (InvalidTag, ValueError, zlib.error):
            text = (
                f"what was sealed as {' / '.join(context[:2])} cannot be opened: it was changed, or the key is another"
            )
            raise HeldError(text, code="E834-0720") from None

    def token(self, *parts: str) -> str:
        """Give the keyed token that stands for a reference: 32 hexadecimal digits, the same for the same parts."""
        return hmac.digest(self._token, _bound(parts), hashlib.sha256)[:_TOKEN_SIZE].hex()

    def chained(self, content: bytes) -> str:
        """Give the keyed digest by which one line of the trail holds on to the one before."""
        return hmac.digest(self._audit, content, hashlib.sha256).hex()


def create_keyring(path: Path, *, entropy: Callable[[int], bytes] = os.urandom) -> Keyring:
    """Make a new keyring; an existing one is never overwritten.

    Raises:
      KeyRefusedError: the file is there already, or cannot be written.
    """
    text = f"{_HEADER}\n{entropy(_ROOT_SIZE).hex()}\n"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _refused(f"the keyring cannot be made: {error.strerror}", path) from None
    return Keyring.read(path)


def _derived(root: bytes, purpose: str) -> bytes:
    info = f"edi834 {purpose} key".encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(root)


def _bound(context: tuple[str, ...]) -> bytes:
    """The parts with their lengths, so that ("ab", "c") and ("a", "bc") are not the same."""
    parts = [part.encode() for part in context]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _refused(message: str, path: Path | None = None, *, remedy: str | None = None) -> KeyRefusedError:
    return KeyRefusedError(message, code="E834-0706", place=Place(str(path)) if path else None, remedy=remedy)
