"""The workspace's keys: one random root in a file, four keys derived from it, and sealing keys that come after.

The root is 32 random bytes in a file that only its owner may read; sealing, digest, token and audit keys are derived
with HKDF, so that none tells anything about another. A rotation gives the sealing key a secret of its own, and keeps
the one before only until nothing is sealed with it any more.
What is too large for memory is sealed by ``blocks.py``, rotating is ``rotation.py``'s, and recipients' PGP keys and SSH
keys are ``delivery``'s.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from edi834.errors import HeldError, KeyRefusedError, Place

__all__ = ["Keyring", "bound", "create_keyring", "finish_rotation", "start_rotation", "unopened"]

_HEADER = "edi834-keyring-1"
_ROTATED = "edi834-keyring-2"  # a root, a sealing secret, and the one before while a rotation is under way
_ROOT_SIZE = 32
_NONCE_SIZE = 12  # what AES-GCM takes without hashing it down
_FORMAT = b"\x01"  # the first byte of everything sealed, so that another way of sealing can be told from this one
_TOKEN_SIZE = 16  # 128 bits: a collision among 500,000 families has odds of one in 10^27


class Keyring:
    """The keys of one workspace.

    Args:
      root: 32 random bytes.
      sealing: The secret of the sealing key; None for the root itself, until the first rotation.
      retiring: The one before, while what it sealed is being sealed anew.
      entropy: Gives that many random bytes, for nonces.

    Attributes:
      sealing_name: What tells this sealing key from another: 16 hexadecimal digits that say nothing else about it.
      retiring_name: The same of the one before; None where no rotation is under way.
    """

    def __init__(
        self,
        root: bytes,
        *,
        sealing: bytes | None = None,
        retiring: bytes | None = None,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        if any(len(secret) != _ROOT_SIZE for secret in (root, sealing, retiring) if secret is not None):
            raise _refused("the root of the keyring is not 32 bytes")
        self._entropy = entropy
        self.secrets = (sealing or root, *((retiring,) if retiring is not None else ()))
        self._sealing = [_derived(secret, "sealing") for secret in self.secrets]
        self.sealing_name, *before = (_derived(secret, "sealing name")[:8].hex() for secret in self.secrets)
        self.retiring_name = before[0] if before else None
        self.root = root
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
        header, *secrets = content.decode("ascii", "replace").strip().split("\n")
        try:
            if not (header == _HEADER and len(secrets) == 1) and not (header == _ROTATED and len(secrets) in {2, 3}):
                raise ValueError
            root, sealing, retiring, *_ = (*map(bytes.fromhex, secrets), None, None)
            assert root is not None
            return cls(root, sealing=sealing, retiring=retiring)
        except ValueError:
            raise _refused("this file is not a keyring", path) from None

    def seal(self, plaintext: bytes, *context: str) -> bytes:
        """Compress and seal; it opens only with the same context (feed, purpose, ...)."""
        nonce = self._entropy(_NONCE_SIZE)
        return _FORMAT + nonce + AESGCM(self._sealing[0]).encrypt(nonce, zlib.compress(plaintext), bound(context))

    def open(self, sealed: bytes, *context: str) -> bytes:
        """Open what :meth:`seal` sealed, by this sealing key or the one before.

        Raises:
          HeldError: it was changed, moved to another place, or sealed with another key.
        """
        for key in self._sealing:
            with suppress(InvalidTag, ValueError, zlib.error):
                return zlib.decompress(_opened(key, sealed, context))
        raise unopened(context)

    def is_current(self, sealed: bytes, *context: str) -> bool:
        """Whether something was sealed by the sealing key of today, and not by the one before.

        Raises:
          HeldError: it was sealed by neither.
        """
        for number, key in enumerate(self._sealing):
            with suppress(InvalidTag, ValueError):
                _opened(key, sealed, context)
                return number == 0
        raise unopened(context)

    def file_key(self, salt: bytes) -> bytes:
        """The key of one large file, which no other file shares."""
        return _of_file(self._sealing[0], salt)

    def file_keys(self, salt: bytes) -> list[bytes]:
        """The keys that a large file may have been sealed with, today's first."""
        return [_of_file(key, salt) for key in self._sealing]

    def random(self, size: int) -> bytes:
        """So many random bytes."""
        return self._entropy(size)

    def token(self, *parts: str) -> str:
        """Give the keyed token that stands for a reference: 32 hexadecimal digits, the same for the same parts."""
        return hmac.digest(self._token, bound(parts), hashlib.sha256)[:_TOKEN_SIZE].hex()

    def chained(self, content: bytes) -> str:
        """Give the keyed digest by which one line of the trail holds on to the one before."""
        return hmac.digest(self._audit, content, hashlib.sha256).hex()


def start_rotation(path: Path, *, entropy: Callable[[int], bytes] = os.urandom) -> Keyring:
    """Give a keyring a new sealing key, beside which the old one is kept for opening; one that was begun goes on.

    Raises:
      KeyRefusedError: the file cannot be read or written.
    """
    keyring = Keyring.read(path)
    if keyring.retiring_name is None:
        _replace(path, [keyring.root, entropy(_ROOT_SIZE), keyring.secrets[0]])
    return Keyring.read(path)


def finish_rotation(path: Path) -> Keyring:
    """Forget the old sealing key, once nothing is sealed with it any more.

    Raises:
      KeyRefusedError: the file cannot be read or written.
    """
    keyring = Keyring.read(path)
    if keyring.retiring_name is not None:
        _replace(path, [keyring.root, keyring.secrets[0]])
    return Keyring.read(path)


def _replace(path: Path, secrets: Sequence[bytes]) -> None:
    """Write the keyring anew, whole, at once: whoever reads it sees the old one or the new one."""
    text = "\n".join([_ROTATED, *(secret.hex() for secret in secrets)]) + "\n"
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise _refused(f"the keyring cannot be written: {error.strerror}", path) from None


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


def unopened(context: tuple[str, ...]) -> HeldError:
    """What was stored cannot be opened."""
    text = f"what was sealed as {' / '.join(context[:2])} cannot be opened: it was changed, or the key is another"
    return HeldError(text, code="E834-0720")


def _opened(key: bytes, sealed: bytes, context: tuple[str, ...]) -> bytes:
    if sealed[:1] != _FORMAT:
        raise InvalidTag
    return AESGCM(key).decrypt(sealed[1 : 1 + _NONCE_SIZE], sealed[1 + _NONCE_SIZE :], bound(context))


def _of_file(key: bytes, salt: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=b"edi834 file key").derive(key)


def _derived(root: bytes, purpose: str) -> bytes:
    info = f"edi834 {purpose} key".encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(root)


def bound(context: tuple[str, ...]) -> bytes:
    """The parts with their lengths, so that ("ab", "c") and ("a", "bc") are not the same."""
    parts = [part.encode() for part in context]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _refused(message: str, path: Path | None = None, *, remedy: str | None = None) -> KeyRefusedError:
    return KeyRefusedError(message, code="E834-0706", place=Place(str(path)) if path else None, remedy=remedy)
