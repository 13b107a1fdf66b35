"""Sealing a checked document for its recipient: OpenPGP by PGPy, or, where that was agreed, not at all.

The content is encrypted in memory as bytes, uncompressed, without a file name or date inside, by AES-256 with a
modification detection code, to the one subkey that was admitted; what was written is read back before it is given on,
and so is our signature, where one was asked for. Whether a key is fit is ``admission.py``'s and ``signing.py``'s; PGPy,
which is not maintained, is known to this module alone.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime

from cryptography.utils import CryptographyDeprecationWarning

from delivery.admission import AdmittedKey
from delivery.guard import refuse_plaintext
from delivery.openpgp.packets import Tag, packets, written
from delivery.openpgp.signatures import is_good, read_signature
from delivery.signing import SigningKey
from edi834.check.checked import CheckedDocument
from edi834.errors import KeyRefusedError
from edi834.feed.ports import Clock
from edi834.feed.stages import Keep, SealedFile, in_memory
from edi834.model import CarrierId

__all__ = ["PgpSealer", "UnsealedSealer"]


@contextmanager
def _without_known_warnings() -> Iterator[None]:
    """Silence what PGPy makes cryptography and Python say about ciphers and a module that are not used here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"pgpy\.")
        yield


with _without_known_warnings():
    from pgpy import PGPKey
    from pgpy.constants import HashAlgorithm, SymmetricKeyAlgorithm
    from pgpy.errors import PGPDecryptionError, PGPError
    from pgpy.packet import Packet
    from pgpy.packet.packets import IntegrityProtectedSKEDataV1, PKESessionKeyV3


class PgpSealer:
    """A sealer for one recipient's key."""

    def __init__(
        self, carrier_id: CarrierId, key: AdmittedKey, clock: Clock, *, signer: SigningKey | None = None
    ) -> None:
        """Take the key as it was admitted, and ours to sign with; ``clock`` tells whether they have run out since."""
        self._carrier_id = carrier_id
        self._key = key
        self._clock = clock
        self._signer = signer

    def seal(self, document: CheckedDocument, keep: Keep = in_memory) -> SealedFile:  # noqa: ARG002 - the port's
        """Seal the document's content to the admitted subkey; it is made whole in memory, and stays there.

        Raises:
          KeyRefusedError: a key has run out since it was admitted, cannot be sealed to, or does not sign.
          HeldError: what was written is not sealed to that subkey alone.
        """
        now = self._clock.now()
        self._key.refuse_if_expired(now)
        plain = b"".join(document.blocks())
        # Mode b(inary), no file name, no date: what is inside says nothing about us.
        literal = written(Tag.LITERAL, b"b" + bytes(5) + plain)
        if self._signer is not None:
            self._signer.refuse_if_expired(now)
            literal = _signed(plain, literal, self._signer, now)
        content = _sealed(literal, self._key)
        refuse_plaintext(content, self._key.subkey)
        return SealedFile(
            carrier_id=self._carrier_id,
            remote_name=document.document.facts.remote_name,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            recipient_key=self._key.subkey,
        )


class UnsealedSealer:
    """A sealer for a recipient without a key: the file says why it is not sealed."""

    def __init__(self, carrier_id: CarrierId, reason: str) -> None:
        """Take the reason, the words of ``seal_reason`` in ``carrier.toml``."""
        self._carrier_id = carrier_id
        self._reason = reason

    def seal(self, document: CheckedDocument, keep: Keep = in_memory) -> SealedFile:
        """Give the document's content as it is."""
        content, sha256 = (keep if document.packed is not None else in_memory)(map(bytes, document.blocks()))
        return SealedFile(
            carrier_id=self._carrier_id,
            remote_name=document.document.facts.remote_name,
            content=content,
            sha256=sha256,
            recipient_key=None,
            unsealed_reason=self._reason,
        )


def _signed(plain: bytes, literal: bytes, signer: SigningKey, now: datetime) -> bytes:
    """The content with our signature on it, read back and found good before it goes inside."""
    passphrase = signer.passphrase.reveal() if signer.passphrase is not None else None
    try:
        with _without_known_warnings():
            primary, _ = PGPKey.from_blob(signer.block)
            with primary.unlock(passphrase) if passphrase is not None else nullcontext():
                ours = next(
                    key for key in (primary, *primary.subkeys.values()) if key.fingerprint == signer.fingerprint
                )
                made = bytes(ours.sign(plain, hash=HashAlgorithm.SHA512, created=now))
        (packet,) = packets(made)
        read = read_signature(bytes(packet.body))
    except (PGPError, PGPDecryptionError, StopIteration, ValueError, RuntimeError):
        made, read = b"", None
    if read is None or not is_good(read, signer.key, plain):
        # Without its cause: what PGPy says may quote what it read.
        raise KeyRefusedError(
            f"our signing key {signer.key.key_id} does not sign",
            code="E834-0884",
            remedy="look at the passphrase that [signing] in carrier.toml names, and at the key; or set "
            '`sealer = "sequoia"` under [key]',
        ) from None
    kinds = bytes([3, 0, read.hash_algorithm, read.algorithm])  # of version 3, over a binary document
    one_pass = written(Tag.ONE_PASS_SIGNATURE, kinds + bytes.fromhex(signer.key.key_id) + b"\x01")
    return one_pass + literal + made


def _sealed(literal: bytes, key: AdmittedKey) -> bytes:
    with _without_known_warnings():
        try:
            recipient = Packet(bytearray(written(Tag.PUBLIC_SUBKEY, key.packet)))
            session_key = SymmetricKeyAlgorithm.AES256.gen_key()
            envelope = PKESessionKeyV3()
            envelope.encrypter = bytearray.fromhex(key.subkey[-16:])
            envelope.pkalg = recipient.pkalg
            envelope.encrypt_sk(recipient, SymmetricKeyAlgorithm.AES256, session_key)
            sealed = IntegrityProtectedSKEDataV1()
            sealed.encrypt(session_key, SymmetricKeyAlgorithm.AES256, literal)
            return bytes(envelope) + bytes(sealed)
        except (PGPError, RuntimeError, ValueError) as error:
            raise KeyRefusedError(
                f"nothing could be sealed to the key {key.subkey[-16:]}",
                code="E834-0818",
                remedy="ask the recipient for a new key, RSA of 3072 bits or on Curve25519, and run `edi834 keys add`",
            ) from error
