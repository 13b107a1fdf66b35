"""The key-admission gate: whether a recipient's public key may be sealed to, and why not.

PGPy encrypts to expired, revoked, superseded, damaged and even secret keys, so nothing is left to it: the key is pinned
by two fingerprints, its own signatures are verified, and every refusal has its code and its remedy.
Nothing is stored here; asking again before each sealing is cheap, and is the caller's to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from delivery.openpgp.keys import Algorithm, Component, KeyBlock, PublicKey, read_block
from delivery.openpgp.packets import Packet, Tag, dearmored, packets, written
from delivery.openpgp.signatures import SHA1, Kind, Signature, is_good, read_signature
from edi834.errors import ConfigurationError, KeyRefusedError
from edi834.model import Finding, Severity

__all__ = [
    "NOTICE", "AdmittedKey", "JudgedKey", "KeyWaiver", "OfferedKey", "Pins", "SealerName", "admit", "bound_to",
    "offered", "owner_of", "refuse_out_of_time", "refuse_revoked", "weaknesses",
]  # fmt: skip

NOTICE = timedelta(days=30)
RSA_BITS = 2048

_NEVER = datetime.max.replace(tzinfo=UTC)
# Curve25519 and the NIST's; nothing here seals to Brainpool's, which are well enough for a primary key.
_SEALED_TO = {"2b060104019755010501", "2a8648ce3d030107", "2b81040022", "2b81040023"}
_MAY_ENCRYPT = 0x04 | 0x08
_READS_MDC, _READS_OCB = 0x01, 0x02
_SELF_SIGNATURES = (Kind.CERTIFICATION, Kind.PERSONA, Kind.CASUAL, Kind.POSITIVE)
_FINGERPRINT = re.compile(r"[0-9A-F]{40}")


class SealerName(StrEnum):
    """The programs that seal, as ``carrier.toml`` names them."""

    PGPY = "pgpy"
    SEQUOIA = "sequoia"


class KeyWaiver(StrEnum):
    """What an operator may accept of an old key, by name, in ``carrier.toml``."""

    NO_ENCRYPT_FLAG = "no_encrypt_flag"  # the key was made before keys said what they are for
    WEAK_ALGORITHM = "weak_algorithm"  # RSA under 2048 bits, a DSA primary key, or SHA-1 self-signatures


@dataclass(frozen=True, slots=True)
class Pins:
    """The fingerprints a recipient has confirmed by another way than the key came.

    Attributes:
      primary: Of the primary key: 40 hexadecimal digits, spaces allowed.
      subkey: Of the key that is sealed to; the primary key's own where it encrypts itself. None is refused, with
        the fingerprints on offer.
    """

    primary: str
    subkey: str | None

    def __post_init__(self) -> None:
        for name in ("primary", "subkey"):
            given = getattr(self, name)
            if given is None:
                continue
            pin = given.replace(" ", "").upper()
            if not _FINGERPRINT.fullmatch(pin):
                raise ConfigurationError(
                    f"the pinned {name} fingerprint is not 40 hexadecimal digits",
                    code="E834-0801",
                    remedy="copy the whole fingerprint, as the recipient read it out; a key id is not enough",
                )
            object.__setattr__(self, name, pin)


@dataclass(frozen=True, slots=True)
class OfferedKey:
    """What a key block offers to be pinned, before anything is believed of it.

    Attributes:
      primary: The primary key's fingerprint.
      subkeys: The fingerprints of its subkeys whose algorithm encrypts.
    """

    primary: str
    subkeys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AdmittedKey:
    """A key that may be sealed to; only :func:`admit` makes one.

    Attributes:
      primary: The primary key's fingerprint.
      subkey: The fingerprint of the key that is sealed to.
      expires: When the primary key or the subkey runs out, whichever is first; None for never.
      warnings: What a person should do something about before long.
      packet: The public key packet that is sealed to, without its header.
      certificate: The key with that subkey and no other, and what its owner signed: for who wants more than a packet.
      sealers: Which programs can seal to it.
    """

    primary: str
    subkey: str
    expires: datetime | None
    warnings: tuple[Finding, ...]
    packet: bytes = field(repr=False)
    certificate: bytes = field(repr=False, compare=False)  # it holds what nobody signed, too
    sealers: frozenset[SealerName]

    def refuse_if_expired(self, now: datetime) -> None:
        """Refuse the key if it has run out since it was admitted.

        Raises:
          KeyRefusedError: it has.
        """
        if self.expires is not None and now >= self.expires:
            raise _refused(
                "E834-0808", f"the key {self.subkey[-16:]} ran out on {self.expires:%Y-%m-%d}", _ASK_FOR_EXTENDED
            )


@dataclass(frozen=True, slots=True)
class JudgedKey:
    """A key with the newest good signature that speaks for it, and when it runs out; None for never."""

    key: PublicKey
    signature: Signature
    expires: datetime | None


_ASK_AGAIN = "ask the recipient to send the key once more, as an ASCII-armored public key, and confirm its fingerprint"
_ASK_FOR_EXTENDED = "ask the recipient for the key with a later expiry date, and run `edi834 keys add`"
_ASK_FOR_NEW = "ask the recipient for a new key, confirm both fingerprints by telephone, and run `edi834 keys add`"
_WAIVE_WEAK = f'ask for a modern key, or set `waivers = ["{KeyWaiver.WEAK_ALGORITHM}"]` in carrier.toml'
_WAIVE_FLAG = f'ask for an encryption subkey, or set `waivers = ["{KeyWaiver.NO_ENCRYPT_FLAG}"]` in carrier.toml'


def offered(content: bytes) -> OfferedKey:
    """What there is to pin in a key block; nothing of it is verified.

    Raises:
      KeyRefusedError: it is not exactly one public key.
    """
    block = _block(content)
    keys = (component.key for component in block.subkeys)
    modern = (Algorithm.X25519, Algorithm.X448)
    encrypting = (Algorithm.RSA, Algorithm.RSA_ENCRYPT, Algorithm.ECDH, Algorithm.ELGAMAL, *modern)
    return OfferedKey(
        _key(block.primary).fingerprint,
        tuple(key.fingerprint for key in keys if key and key.algorithm in encrypting),
    )


def admit(content: bytes, pins: Pins, *, now: datetime, waivers: frozenset[KeyWaiver] = frozenset()) -> AdmittedKey:
    """Admit a recipient's key, or refuse it.

    Args:
      content: The key as it came, armored or binary.
      pins: What it must be.
      now: The moment it is to be used, with its zone.
      waivers: What is accepted of it all the same.

    Raises:
      KeyRefusedError: it is not fit to seal with; the code says why, the remedy what to ask the recipient for.
    """
    block = _block(content)
    primary = _key(block.primary)
    if primary.fingerprint != pins.primary:
        raise _refused("E834-0805", f"the key is {primary.fingerprint}, and {pins.primary} is pinned", _ASK_FOR_NEW)
    chosen = _pinned(block, pins)
    refuse_revoked(block, chosen)
    owner = owner_of(block, primary, now)
    subject = owner if chosen.key == primary else bound_to(primary, chosen, now)
    for judged in (owner, subject):
        refuse_out_of_time(judged, now, "primary key" if judged.key == primary else "subkey")
    _refuse_unfit(owner, subject, waivers)
    expires = min((judged.expires for judged in (owner, subject) if judged.expires), default=None)
    warnings = tuple(_warnings(subject.key, owner.signature, expires, now))
    return AdmittedKey(
        primary.fingerprint,
        subject.key.fingerprint,
        expires,
        warnings,
        packet=subject.key.body,
        certificate=_certificate(block, chosen),
        sealers=_sealers(subject.key),
    )


def _block(content: bytes) -> KeyBlock:
    found = _packets(content)
    if any(packet.tag in (Tag.SECRET_KEY, Tag.SECRET_SUBKEY) for packet in found):
        raise _refused(
            "E834-0803",
            "this is a private key",
            "delete it, tell the recipient that their private key has been sent to you, and ask for a new public key",
        )
    keys = sum(packet.tag == Tag.PUBLIC_KEY for packet in found)
    if keys > 1:
        raise _refused("E834-0804", f"the file holds {keys} keys", "ask for the one key to seal to, or export it alone")
    try:
        return read_block(found)
    except (ValueError, IndexError, OverflowError) as error:
        raise _refused("E834-0802", "the file is not one public key that can be read", _ASK_AGAIN) from error


def _packets(content: bytes) -> list[Packet]:
    """The packets of one armored or binary key."""
    try:
        blocks = dearmored(content)
        if not blocks and content[:1] >= b"\x80":
            return list(packets(content))
        if any(block.kind == "PRIVATE KEY BLOCK" for block in blocks):
            return [Packet(Tag.SECRET_KEY, b"")]
        if len(blocks) > 1:
            return [packet for block in blocks for packet in packets(block.content)]
        if len(blocks) == 1 and blocks[0].kind == "PUBLIC KEY BLOCK":
            return list(packets(blocks[0].content))
    except ValueError as error:
        raise _refused("E834-0802", "the key block is damaged", _ASK_AGAIN) from error
    raise _refused("E834-0802", "the file holds no PGP public key block", _ASK_AGAIN)


def _key(component: Component) -> PublicKey:
    assert component.key is not None
    return component.key


def _pinned(block: KeyBlock, pins: Pins) -> Component:
    for component in (block.primary, *block.subkeys):
        if _key(component).fingerprint == pins.subkey:
            return component
    choice = ", ".join(_key(component).fingerprint for component in block.subkeys) or "no subkey at all"
    missing = "no subkey is pinned" if pins.subkey is None else "the pinned subkey is not in the key block"
    raise _refused(
        "E834-0806",
        f"{missing}; it offers {choice}",
        "confirm with the recipient which subkey is theirs for encryption, and pin its fingerprint in carrier.toml",
    )


def _signatures(component: Component) -> list[Signature]:
    return [read for body in component.signatures if (read := read_signature(body)) is not None]


def refuse_revoked(block: KeyBlock, chosen: Component) -> None:
    """Refuse a revoked key; that a revocation is there is enough, whoever made it."""
    # An unreadable signature may be a revocation too: its kind stands second in version 4, third in version 3.
    revocations = {Kind.KEY_REVOCATION: block.primary, Kind.SUBKEY_REVOCATION: chosen}
    for kind, component in revocations.items():
        if any(
            body[1:2] == bytes([kind]) or (body[:1] == b"\x03" and body[2:3] == bytes([kind]))
            for body in component.signatures
        ):
            what, code = ("key", "E834-0810") if kind == Kind.KEY_REVOCATION else ("subkey", "E834-0811")
            raise _refused(code, f"the {what} {_key(component).key_id} has been revoked by its owner", _ASK_FOR_NEW)


def owner_of(block: KeyBlock, primary: PublicKey, now: datetime) -> JudgedKey:
    """The primary key with its newest good self-signature; refused where there is none."""
    good: list[Signature] = []
    for component, kinds in ((block.primary, (Kind.DIRECT,)), *((user, _SELF_SIGNATURES) for user in block.user_ids)):
        signed = primary.hashed + component.signed
        mine = [
            one for one in _signatures(component) if is_good(one, primary, signed) and one.created >= primary.created
        ]
        revoked = max((one.created for one in mine if one.kind == Kind.CERTIFICATION_REVOCATION), default=None)
        good += [one for one in mine if one.kind in kinds and (revoked is None or one.created > revoked)]
    return _newest(good, primary, now, "no user id of the key carries a good signature of its owner")


def bound_to(primary: PublicKey, chosen: Component, now: datetime) -> JudgedKey:
    """The subkey with its newest good binding to the primary key; refused where there is none."""
    key = _key(chosen)
    good = [
        one
        for one in _signatures(chosen)
        if one.kind == Kind.SUBKEY_BINDING
        and one.created >= key.created
        and is_good(one, primary, primary.hashed + chosen.signed)
    ]
    return _newest(good, key, now, f"the subkey {key.key_id} is not bound to the key by a good signature")


def _newest(good: list[Signature], key: PublicKey, now: datetime, otherwise: str) -> JudgedKey:
    if key.created > now or (good and all(one.created > now for one in good)):
        raise _refused(
            "E834-0809",
            f"the key {key.key_id} was made on {key.created:%Y-%m-%d}, which is still to come",
            "check this machine's clock; if it is right, ask the recipient for a key with a true date",
        )
    standing = [(one.created, _runs_out(key, one) or _NEVER, one) for one in good if one.holds(now)]
    if not standing:
        raise _refused("E834-0813", otherwise, _ASK_AGAIN)
    # Of two made in the same second the one that runs out first counts.
    created = max(standing, key=lambda one: one[0])[0]
    _, expires, signature = min((one for one in standing if one[0] == created), key=lambda one: one[1])
    return JudgedKey(key, signature, None if expires == _NEVER else expires)


def _runs_out(key: PublicKey, signature: Signature) -> datetime | None:
    return key.created + signature.key_expires_after if signature.key_expires_after else None


def refuse_out_of_time(judged: JudgedKey, now: datetime, what: str) -> None:
    """Refuse a key that is past the date its owner gave it."""
    if judged.expires is not None and judged.expires <= now:
        raise _refused(
            "E834-0807" if what == "primary key" else "E834-0808",
            f"the {what} {judged.key.key_id} ran out on {judged.expires:%Y-%m-%d}",
            _ASK_FOR_EXTENDED,
        )


def _refuse_unfit(owner: JudgedKey, subject: JudgedKey, waivers: frozenset[KeyWaiver]) -> None:
    flags = subject.signature.key_flags
    if (flags is None and KeyWaiver.NO_ENCRYPT_FLAG not in waivers) or (flags is not None and not flags & _MAY_ENCRYPT):
        raise _refused("E834-0812", f"the key {subject.key.key_id} is not marked for encryption", _WAIVE_FLAG)
    if not _sealers(subject.key):
        raise _refused(
            "E834-0814",
            f"nothing can be sealed to the algorithm or curve of the key {subject.key.key_id}",
            _ASK_FOR_NEW,
        )
    weak = [reason for judged in (owner, subject) for reason in weaknesses(judged)]
    if weak and KeyWaiver.WEAK_ALGORITHM not in waivers:
        raise _refused("E834-0815", f"the key is too weak: {'; '.join(dict.fromkeys(weak))}", _WAIVE_WEAK)


def _sealers(key: PublicKey) -> frozenset[SealerName]:
    if key.algorithm in (Algorithm.X25519, Algorithm.X448):
        return frozenset({SealerName.SEQUOIA})
    on_curve = key.algorithm == Algorithm.ECDH and key.curve in _SEALED_TO
    return frozenset(SealerName if on_curve or key.algorithm in (Algorithm.RSA, Algorithm.RSA_ENCRYPT) else ())


def _certificate(block: KeyBlock, chosen: Component) -> bytes:
    """The key block without its other subkeys: a program that is given it has nothing else to seal to."""
    parts = [(Tag.PUBLIC_KEY, _key(block.primary).body, block.primary.signatures)]
    for user in block.user_ids:
        tag = Tag.USER_ID if user.signed[:1] == b"\xb4" else Tag.USER_ATTRIBUTE
        parts.append((tag, user.signed[5:], user.signatures))
    if chosen is not block.primary:
        parts.append((Tag.PUBLIC_SUBKEY, _key(chosen).body, chosen.signatures))
    return b"".join(
        written(tag, body) + b"".join(written(Tag.SIGNATURE, one) for one in signatures)
        for tag, body, signatures in parts
    )


def weaknesses(judged: JudgedKey) -> Iterable[str]:
    """Why a key is too weak, in words; nothing where it is not."""
    key = judged.key
    if key.algorithm.is_rsa and key.bits < RSA_BITS:
        yield f"{key.key_id} is RSA of {key.bits} bits, fewer than {RSA_BITS}"
    if key.algorithm in (Algorithm.DSA, Algorithm.ELGAMAL):
        yield f"{key.key_id} is of the retired kind {key.algorithm.name}"
    if judged.signature.hash_algorithm == SHA1:
        yield f"{key.key_id} is signed over SHA-1"


def _warnings(
    subject: PublicKey, self_signature: Signature, expires: datetime | None, now: datetime
) -> Iterable[Finding]:
    if expires is not None and expires - now < NOTICE:
        yield Finding(
            "E834-0816",
            Severity.WARNING,
            f"the key {subject.key_id} runs out on {expires:%Y-%m-%d}, in {(expires - now).days} days",
            remedy=_ASK_FOR_EXTENDED,
        )
    features = self_signature.features
    if features is not None and features & _READS_OCB and not features & _READS_MDC:
        yield Finding(
            "E834-0817",
            Severity.WARNING,
            f"the owner of the key {subject.key_id} asks for a newer form of sealing than is written here",
            remedy="send a test file first, and ask the recipient whether it opened",
        )


def _refused(code: str, message: str, remedy: str) -> KeyRefusedError:
    return KeyRefusedError(message, code=code, remedy=remedy)
