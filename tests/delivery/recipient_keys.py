"""OpenPGP keys for tests, made as recipients make them and spoil them; and what GnuPG says of each.

Curve keys are made in milliseconds; RSA keys are made once for the whole session.
Nothing here is used to judge a key: that is the gate's.
"""

from __future__ import annotations

import functools
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from delivery.admission import Pins
from delivery.demo_keys import new_rsa_key
from delivery.openpgp.packets import dearmored, packets, written
from tests.delivery.sealed import NOON

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pgpy import PGPUID, PGPKey, PGPSignature
    from pgpy.constants import (
        CompressionAlgorithm,
        EllipticCurveOID,
        HashAlgorithm,
        KeyFlags,
        PubKeyAlgorithm,
        SignatureType,
        SymmetricKeyAlgorithm,
    )

A_YEAR_AGO = NOON - timedelta(days=365)
SIGN = {KeyFlags.Sign, KeyFlags.Certify}
ENCRYPT = {KeyFlags.EncryptCommunications, KeyFlags.EncryptStorage}


@dataclass
class RecipientKey:
    """A recipient's key, with the private half that only the recipient has."""

    secret: PGPKey
    spoiled: Callable[[bytes], bytes] = lambda block: block

    @property
    def block(self) -> bytes:
        """The public key as it is sent to us."""
        return self.spoiled(str(self.secret.pubkey).encode())

    @property
    def pins(self) -> Pins:
        """The fingerprints as the recipient reads them out: the newest subkey's."""
        subkeys = [str(key.fingerprint) for key in self.secret.subkeys.values()]
        return Pins(str(self.secret.fingerprint), subkeys[-1] if subkeys else str(self.secret.fingerprint))


def a_key(
    *,
    created: datetime = A_YEAR_AGO,
    expires_after: timedelta | None = None,
    usage: set[KeyFlags] | None = None,
    hash_algorithm: HashAlgorithm = HashAlgorithm.SHA256,
    primary: tuple[Any, Any] = (PubKeyAlgorithm.EdDSA, EllipticCurveOID.Ed25519),
    user: str = "EDI Desk (invented)",
) -> RecipientKey:
    """A key without subkeys."""
    secret = _generated(*primary, created)
    prefs: dict[str, Any] = {"key_expiration": expires_after} if expires_after else {}
    secret.add_uid(
        PGPUID.new(user, email="edi@example.com"),
        usage=SIGN if usage is None else usage,
        hashes=[HashAlgorithm.SHA256, HashAlgorithm.SHA512, HashAlgorithm.SHA384, HashAlgorithm.SHA1],
        ciphers=[SymmetricKeyAlgorithm.AES256],
        compression=[CompressionAlgorithm.Uncompressed],
        created=created,
        hash=hash_algorithm,
        **prefs,
    )
    return RecipientKey(secret)


def with_subkey(
    key: RecipientKey,
    *,
    created: datetime = A_YEAR_AGO,
    expires_after: timedelta | None = None,
    usage: set[KeyFlags] | None = None,
    hash_algorithm: HashAlgorithm = HashAlgorithm.SHA256,
    material: tuple[Any, Any] = (PubKeyAlgorithm.ECDH, EllipticCurveOID.Curve25519),
) -> RecipientKey:
    """The same key with one more subkey."""
    subkey = _generated(*material, created, which="subkey")
    key.secret.add_subkey(subkey, usage=ENCRYPT, created=created)
    # PGPy's own binding cannot run out, and always says what the key is for: it is made again.
    subkey._signatures.clear()
    binding = PGPSignature.new(
        SignatureType.Subkey_Binding,
        key.secret.key_algorithm,
        hash_algorithm,
        key.secret.fingerprint.keyid,
        created=created,
    )
    said = binding._signature.subpackets
    flags = ENCRYPT if usage is None else usage
    if flags:
        said.addnew("KeyFlags", hashed=True, flags=flags)
    if expires_after:
        said.addnew("KeyExpirationTime", hashed=True, expires=expires_after)
    subkey |= key.secret._sign(subkey, binding, hash=hash_algorithm)
    return key


def _generated(algorithm: PubKeyAlgorithm, size: Any, created: datetime, which: str = "primary") -> PGPKey:
    if algorithm is PubKeyAlgorithm.RSAEncryptOrSign:
        return PGPKey.from_blob(_rsa(size, created, which))[0]
    return PGPKey.new(algorithm, size, created=created)


@functools.cache
def _rsa(size: int, created: datetime, which: str) -> bytes:
    """The same RSA key for the same words: making one is slow."""
    return bytes(new_rsa_key(size, created))


def revoked(key: RecipientKey, *, subkey: bool) -> RecipientKey:
    """The same key after its owner has revoked it, or its newest subkey."""
    target = list(key.secret.subkeys.values())[-1] if subkey else key.secret
    target |= key.secret.revoke(target, created=NOON - timedelta(days=1))
    return key


def without_armor(block: bytes) -> bytes:
    return dearmored(block)[0].content


def with_packets(block: bytes, change: Callable[[list[tuple[int, bytes]]], list[tuple[int, bytes]]]) -> bytes:
    """The key in binary, after its packets have been tampered with."""
    found = [(packet.tag, bytes(packet.body)) for packet in packets(without_armor(block))]
    return b"".join(written(tag, body) for tag, body in change(found))


class Gpg:
    """GnuPG with a folder of its own, and a clock that stands at noon."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def run(self, *arguments: str, given: bytes = b"", at: datetime = NOON) -> subprocess.CompletedProcess[bytes]:
        command = ["gpg", "--homedir", str(self._home), "--batch", "--no-tty", "--quiet", "--trust-model", "always"]
        clock = ["--faked-system-time", f"{at:%Y%m%dT%H%M%S}!"]
        return subprocess.run([*command, *clock, *arguments], input=given, capture_output=True, timeout=60)

    def would_seal_to(self, block: bytes, fingerprint: str) -> bool:
        """Whether gpg encrypts to exactly this key or subkey of a public key block."""
        if self.run("--import", given=block).returncode != 0:
            return False
        return self.run("--recipient", fingerprint + "!", "--encrypt", given=b"x").returncode == 0

    def opened(self, secret: PGPKey, sealed: bytes) -> bytes:
        """What the recipient reads."""
        imported = self.run("--import", given=bytes(secret))
        assert imported.returncode == 0, imported.stderr
        result = self.run("--decrypt", given=sealed)
        assert result.returncode == 0, result.stderr
        return result.stdout


@contextmanager
def gnupg() -> Iterator[Gpg]:
    """GnuPG in a folder whose name is short enough for its agent's socket."""
    home = Path(tempfile.mkdtemp(prefix="g"))
    try:
        yield Gpg(home)
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], capture_output=True, check=False)
        shutil.rmtree(home, ignore_errors=True)
