"""A public key block as a value: the primary key, its user ids, its subkeys, and the signatures beside each.

Version 4 keys are read, with RSA, DSA, ElGamal, ECDSA, ECDH and EdDSA material, and RFC 9580's four of fixed length.
Whether a signature is good is ``signatures.py``'s to say, whether the key is fit ``delivery/admission.py``'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum

from delivery.openpgp.packets import Packet, Tag

__all__ = ["Algorithm", "Component", "KeyBlock", "PublicKey", "read_block"]


class Algorithm(IntEnum):
    """Public-key algorithms (RFC 4880, 9.1; RFC 6637; EdDSA as GnuPG writes it; RFC 9580, 9.1)."""

    RSA = 1
    RSA_ENCRYPT = 2
    RSA_SIGN = 3
    ELGAMAL = 16
    DSA = 17
    ECDH = 18
    ECDSA = 19
    EDDSA = 22
    X25519 = 25
    X448 = 26
    ED25519 = 27
    ED448 = 28

    @property
    def is_rsa(self) -> bool:
        """Whether it is one of the three numbers of RSA."""
        return self in (Algorithm.RSA, Algorithm.RSA_ENCRYPT, Algorithm.RSA_SIGN)

    def end_of_material(self, body: bytes) -> int:
        """Where the public material of a key of this kind ends in a packet's body; more may follow.

        Raises:
          ValueError: it is cut short.
        """
        at = 6
        if self in _ON_A_CURVE:
            at += 1 + body[at]
        for _ in range(_INTEGERS.get(self, 0)):
            at += 2 + (int.from_bytes(body[at : at + 2]) + 7) // 8
        at += _OCTETS.get(self, 0)
        if self is Algorithm.ECDH:  # how the secret is derived follows the point
            at += 1 + int.from_bytes(body[at : at + 1])
        if at > len(body):
            raise ValueError("a key is cut short")
        return at


_INTEGERS = {
    Algorithm.RSA: 2,
    Algorithm.RSA_ENCRYPT: 2,
    Algorithm.RSA_SIGN: 2,
    Algorithm.ELGAMAL: 3,
    Algorithm.DSA: 4,
    Algorithm.ECDH: 1,
    Algorithm.ECDSA: 1,
    Algorithm.EDDSA: 1,
}
# Their material is so many octets, without a length before them.
_OCTETS = {Algorithm.X25519: 32, Algorithm.X448: 56, Algorithm.ED25519: 32, Algorithm.ED448: 57}
_ON_A_CURVE = (Algorithm.ECDH, Algorithm.ECDSA, Algorithm.EDDSA)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One public key or subkey.

    Attributes:
      body: Its packet, as it is hashed into fingerprints and signatures.
      created: When it was made, by its own word.
      algorithm: Its algorithm.
      curve: The object identifier of its curve, DER content octets in hexadecimal; None without a curve.
      integers: Its material: (n, e), (p, q, g, y), (p, g, y) or (the point,); octets of fixed length as one number.
    """

    body: bytes = field(repr=False)
    created: datetime
    algorithm: Algorithm
    curve: str | None
    integers: tuple[int, ...] = field(repr=False)

    @property
    def hashed(self) -> bytes:
        """The key as it stands under a signature."""
        return b"\x99" + len(self.body).to_bytes(2) + self.body

    @property
    def fingerprint(self) -> str:
        """40 upper-case hexadecimal digits."""
        return hashlib.sha1(self.hashed, usedforsecurity=False).hexdigest().upper()

    @property
    def key_id(self) -> str:
        """The last 16 digits of the fingerprint."""
        return self.fingerprint[-16:]

    @property
    def bits(self) -> int:
        """The length of the modulus or prime; 0 for a key on a curve."""
        return 0 if self.curve or self.algorithm in _OCTETS else self.integers[0].bit_length()


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a key block with the signatures that follow it.

    Attributes:
      signed: What the signatures are over besides the primary key, as it is hashed.
      key: The subkey, for a subkey; the primary key, for the primary key; None for a user id.
      signatures: The bodies of its signature packets.
    """

    signed: bytes = field(repr=False)
    key: PublicKey | None
    signatures: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyBlock:
    """One public key with everything that belongs to it.

    Attributes:
      primary: The primary key, with direct signatures and revocations.
      user_ids: The user ids and attributes, with their certifications.
      subkeys: The subkeys, with their bindings and revocations.
    """

    primary: Component
    user_ids: tuple[Component, ...]
    subkeys: tuple[Component, ...]


def read_block(found: Iterable[Packet]) -> KeyBlock:
    """One key block from its packets.

    Raises:
      ValueError: the packets are not one public key of version 4.
    """
    parts: list[tuple[int, bytes, list[bytes]]] = []
    for packet in found:
        if packet.tag == Tag.SIGNATURE and parts:
            parts[-1][2].append(bytes(packet.body))
        elif packet.tag in (Tag.PUBLIC_KEY, Tag.PUBLIC_SUBKEY, Tag.USER_ID, Tag.USER_ATTRIBUTE):
            parts.append((packet.tag, bytes(packet.body), []))
        elif packet.tag not in (Tag.TRUST, Tag.MARKER):
            raise ValueError("a packet that does not belong into a public key")
    if not parts or [tag for tag, *_ in parts].count(Tag.PUBLIC_KEY) != 1 or parts[0][0] != Tag.PUBLIC_KEY:
        raise ValueError("not exactly one primary key")
    primary, *others = (_component(*part) for part in parts)
    return KeyBlock(
        primary,
        tuple(component for component in others if component.key is None),
        tuple(component for component in others if component.key is not None),
    )


def _component(tag: int, body: bytes, signatures: list[bytes]) -> Component:
    if tag in (Tag.PUBLIC_KEY, Tag.PUBLIC_SUBKEY):
        key = _public_key(body)
        return Component(b"" if tag == Tag.PUBLIC_KEY else key.hashed, key, tuple(signatures))
    prefix = b"\xb4" if tag == Tag.USER_ID else b"\xd1"
    return Component(prefix + len(body).to_bytes(4) + body, None, tuple(signatures))


def _public_key(body: bytes) -> PublicKey:
    if len(body) < 6 or body[0] != 4:
        raise ValueError("a key of another version than 4")
    algorithm = Algorithm(body[5])
    at, curve = 6, None
    if algorithm in _ON_A_CURVE:
        curve = body[7 : 7 + body[6]].hex()
        at = 7 + body[6]
    created = datetime.fromtimestamp(int.from_bytes(body[1:5]), UTC)
    return PublicKey(body, created, algorithm, curve, _material(algorithm, body[at:]))


def _material(algorithm: Algorithm, octets: bytes) -> tuple[int, ...]:
    if algorithm in _OCTETS:
        if len(octets) != _OCTETS[algorithm]:
            raise ValueError("a key is not as long as its algorithm's are")
        return (int.from_bytes(octets),)
    integers: list[int] = []
    at = 0
    for _ in range(_INTEGERS[algorithm]):
        end = at + 2 + (int.from_bytes(octets[at : at + 2]) + 7) // 8
        if end > len(octets):
            raise ValueError("a key is cut short")
        integers.append(int.from_bytes(octets[at + 2 : end]))
        at = end
    return tuple(integers)
