"""Sealing a checked document for its recipient: OpenPGP by PGPy, or, where that was agreed, not at all.

The content is encrypted in memory as bytes, uncompressed, without a file name or date inside, by AES-256 with a
modification detection code, to the one subkey that was admitted; what was written is read back before it is given on.
Whether a key is fit is ``admission.py``'s; PGPy, which is not maintained, is known to this module alone.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography.utils import CryptographyDeprecationWarning

from delivery.admission import AdmittedKey
from delivery.guard import refuse_plaintext
from delivery.openpgp.packets import Tag, written
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
    from pgpy.constants import SymmetricKeyAlgorithm
    from pgpy.errors import PGPError
    from pgpy.packet import Packet
    from pgpy.packet.packets import IntegrityProtectedSKEDataV1, PKESessionKeyV3


class PgpSealer:
    """A sealer for one recipient's key."""

    def __init__(self, carrier_id: CarrierId, key: AdmittedKey, clock: Clock) -> None:
        """Take the key as it was admitted; ``clock`` tells whether it has run out since."""
        self._carrier_id = carrier_id
        self._key = key
        self._clock = clock

    def seal(self, document: CheckedDocument, keep: Keep = in_memory) -> SealedFile:  # noqa: ARG002 - the port's
        """Seal the document's content to the admitted subkey; it is made whole in memory, and stays there.

        Raises:
          KeyRefusedError: the key has run out since it was admitted, or cannot be sealed to.
          HeldError: what was written is not sealed to that subkey alone.
        """
        self._key.refuse_if_expired(self._clock.now())
        content = _sealed(b"".join(document.blocks()), self._key)
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


def _sealed(content: bytes, key: AdmittedKey) -> bytes:
    # Mode b(inary), no file name, no date: what is inside says nothing about us.
    literal = written(Tag.LITERAL, b"b" + bytes(5) + content)
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
