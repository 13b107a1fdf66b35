"""The signatures a key makes about itself: what they say, and whether they are good.

Only the hashed part is read: anyone can write into the rest of a signature.
A signature with something critical that this room does not know says nothing (RFC 4880, 5.2.3.1).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from delivery.openpgp.keys import Algorithm, PublicKey

__all__ = ["CURVES", "ED25519", "SHA1", "Kind", "Signature", "is_good", "read_signature"]

ED25519 = "2b06010401da470f01"

# The curves of the NIST and Brainpool, by object identifier.
CURVES: dict[str, type[ec.EllipticCurve]] = {
    "2a8648ce3d030107": ec.SECP256R1,
    "2b81040022": ec.SECP384R1,
    "2b81040023": ec.SECP521R1,
    "2b2403030208010107": ec.BrainpoolP256R1,
    "2b240303020801010b": ec.BrainpoolP384R1,
    "2b240303020801010d": ec.BrainpoolP512R1,
}

SHA1 = 2
# RFC 9580's are octets of fixed length, and not numbers with their lengths.
_IN_OCTETS = (Algorithm.ED25519, Algorithm.ED448)
# MD5 and RIPEMD-160 are not here: a signature over them says nothing.
_HASHES: dict[int, type[hashes.HashAlgorithm]] = {
    SHA1: hashes.SHA1,
    8: hashes.SHA256,
    9: hashes.SHA384,
    10: hashes.SHA512,
    11: hashes.SHA224,
}


class Kind(IntEnum):
    """What a signature is about (RFC 4880, 5.2.1)."""

    CERTIFICATION = 0x10
    PERSONA = 0x11
    CASUAL = 0x12
    POSITIVE = 0x13
    SUBKEY_BINDING = 0x18
    PRIMARY_BINDING = 0x19
    DIRECT = 0x1F
    KEY_REVOCATION = 0x20
    SUBKEY_REVOCATION = 0x28
    CERTIFICATION_REVOCATION = 0x30


class _Sub(IntEnum):
    """Subpackets that are read or knowingly ignored (RFC 4880, 5.2.3.1)."""

    CREATED = 2
    SIGNATURE_EXPIRES = 3
    KEY_EXPIRES = 9
    KEY_FLAGS = 27
    FEATURES = 30
    EMBEDDED = 32


# Known, and of no weight here: exportable, trust, regex, revocable, preferences, revocation key, issuer, notation, ...
_KNOWN = {*_Sub, 4, 5, 6, 7, 11, 12, 16, 20, 21, 22, 23, 24, 25, 26, 28, 29, 31, 32, 33, 34, 35}


@dataclass(frozen=True, slots=True)
class Signature:
    """What one signature says.

    Attributes:
      kind: What it is about; a number that :class:`Kind` may or may not name.
      algorithm: The public-key algorithm it was made with.
      hash_algorithm: The number of its hash (RFC 4880, 9.4).
      created: When it was made.
      expires_after: How long it holds; None for ever.
      key_expires_after: How long the key holds from its own creation; None for ever.
      key_flags: What the key may do, as bits; None where it does not say.
      features: What the owner's software reads, as bits; None where it does not say.
      is_understood: False where it holds something critical that is not known here.
      embedded: The signature that stands within it: a signing subkey's own, on the key it belongs to.
      hashed: The part that is hashed after what is signed, trailer included.
      integers: The signature itself.
    """

    kind: int
    algorithm: int
    hash_algorithm: int
    created: datetime
    expires_after: timedelta | None
    key_expires_after: timedelta | None
    key_flags: int | None
    features: int | None
    is_understood: bool
    hashed: bytes = field(repr=False)
    integers: tuple[int, ...] = field(repr=False)
    embedded: bytes | None = field(default=None, repr=False)

    def holds(self, now: datetime) -> bool:
        """Whether it has been made, and has not run out by itself."""
        return self.created <= now and (self.expires_after is None or now < self.created + self.expires_after)


def read_signature(body: bytes) -> Signature | None:
    """What a signature packet says; None where it is of another version, or says not even when it was made."""
    if len(body) < 6 or body[0] != 4:
        return None
    end = 6 + int.from_bytes(body[4:6])
    hashed = body[:end]
    try:
        said, is_understood = _subpackets(body[6:end])
        beside = body[end + 2 : end + 2 + int.from_bytes(body[end : end + 2])]
        material = body[end + 2 + len(beside) + 2 :]
        integers = (int.from_bytes(material),) if body[2] in _IN_OCTETS else _integers(material)
    except IndexError:
        return None
    if len(hashed) < end or _Sub.CREATED not in said:
        return None
    return Signature(
        kind=body[1],
        algorithm=body[2],
        hash_algorithm=body[3],
        created=datetime.fromtimestamp(int.from_bytes(said[_Sub.CREATED]), UTC),
        expires_after=_span(said.get(_Sub.SIGNATURE_EXPIRES)),
        key_expires_after=_span(said.get(_Sub.KEY_EXPIRES)),
        key_flags=_first_octet(said.get(_Sub.KEY_FLAGS)),
        features=_first_octet(said.get(_Sub.FEATURES)),
        is_understood=is_understood,
        hashed=hashed + b"\x04\xff" + len(hashed).to_bytes(4),
        integers=integers,
        embedded=said.get(_Sub.EMBEDDED) or _embedded_in(beside),
    )


def is_good(signature: Signature, key: PublicKey, signed: bytes) -> bool:
    """Whether ``key`` made the signature over ``signed``, which is hashed before the signature's own part."""
    algorithm = _HASHES.get(signature.hash_algorithm)
    if algorithm is None or not signature.is_understood:
        return False
    digest = hashes.Hash(algorithm())
    digest.update(signed + signature.hashed)
    try:
        _verify(signature, key, digest.finalize(), algorithm())
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, OverflowError, IndexError, TypeError):
        return False
    return True


def _verify(signature: Signature, key: PublicKey, digest: bytes, algorithm: hashes.HashAlgorithm) -> None:
    """Raise unless the signature is good."""
    numbers = signature.integers
    match key.algorithm:
        case Algorithm.RSA | Algorithm.RSA_SIGN:
            modulus, exponent = key.integers
            octets = numbers[0].to_bytes((modulus.bit_length() + 7) // 8)
            public = rsa.RSAPublicNumbers(exponent, modulus).public_key()
            public.verify(octets, digest, padding.PKCS1v15(), Prehashed(algorithm))
        case Algorithm.DSA:
            p, q, g, y = key.integers
            made = dsa.DSAPublicNumbers(y, dsa.DSAParameterNumbers(p, q, g)).public_key()
            _refuse_short(digest, q.bit_length())
            made.verify(encode_dss_signature(*numbers), digest, Prehashed(algorithm))
        case Algorithm.ECDSA if key.curve in CURVES:
            point = key.integers[0].to_bytes((key.integers[0].bit_length() + 7) // 8)
            on_curve = ec.EllipticCurvePublicKey.from_encoded_point(CURVES[key.curve](), point)
            _refuse_short(digest, on_curve.key_size)
            on_curve.verify(encode_dss_signature(*numbers), digest, ec.ECDSA(Prehashed(algorithm)))
        case Algorithm.EDDSA if key.curve == ED25519:
            edwards = ed25519.Ed25519PublicKey.from_public_bytes(key.integers[0].to_bytes(33)[1:])
            edwards.verify(numbers[0].to_bytes(32) + numbers[1].to_bytes(32), digest)
        case Algorithm.ED25519:
            modern = ed25519.Ed25519PublicKey.from_public_bytes(key.integers[0].to_bytes(32))
            modern.verify(numbers[0].to_bytes(64), digest)
        case Algorithm.ED448:
            goldilocks = ed448.Ed448PublicKey.from_public_bytes(key.integers[0].to_bytes(57))
            goldilocks.verify(numbers[0].to_bytes(114), digest)
        case _:
            raise UnsupportedAlgorithm("not an algorithm that signs")


def _refuse_short(digest: bytes, order_bits: int) -> None:
    """Refuse a hash that is shorter than the group, as GnuPG does; 512 bits are enough for any."""
    if len(digest) * 8 < min(order_bits, 512):
        raise InvalidSignature


def _subpackets(area: bytes) -> tuple[dict[int, bytes], bool]:
    """The first subpacket of each kind, and whether everything critical is known."""
    said: dict[int, bytes] = {}
    understood, at = True, 0
    while at < len(area):
        length, at = area[at], at + 1
        if 192 <= length < 255:
            length, at = (length - 192 << 8) + area[at] + 192, at + 1
        elif length == 255:
            length, at = int.from_bytes(area[at : at + 4]), at + 4
        kind = area[at]
        if length == 0 or at + length > len(area):
            raise IndexError
        said.setdefault(kind & 0x7F, area[at + 1 : at + length])
        understood = understood and (not kind & 0x80 or kind & 0x7F in _KNOWN)
        at += length
    return said, understood


def _embedded_in(area: bytes) -> bytes | None:
    """The signature in the part that is not hashed: it vouches for itself, and what else stands there is nothing."""
    try:
        return _subpackets(area)[0].get(_Sub.EMBEDDED)
    except IndexError:
        return None


def _integers(material: bytes) -> tuple[int, ...]:
    numbers: list[int] = []
    while material:
        octets = (int.from_bytes(material[:2]) + 7) // 8
        if len(material) < 2 + octets:
            raise IndexError
        numbers.append(int.from_bytes(material[2 : 2 + octets]))
        material = material[2 + octets :]
    if not numbers:
        raise IndexError
    return tuple(numbers)


def _span(octets: bytes | None) -> timedelta | None:
    seconds = int.from_bytes(octets or b"")
    return timedelta(seconds=seconds) if seconds else None


def _first_octet(octets: bytes | None) -> int | None:
    return None if octets is None else int.from_bytes(octets[:1])
