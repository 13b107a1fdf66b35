"""Our own key, with which a file is signed before it is sealed, where a carrier asks for that.

The key is judged as a recipient's is, by its own signatures: it may not have run out, be revoked, weak or damaged, and
a signing subkey must have signed itself into its place, or the carrier's program would not believe it.
The secret stays in its file, protected as it is there, until a sealer signs; making the signature is the sealers'.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from delivery.admission import (
    NOTICE,
    JudgedKey,
    SealerName,
    bound_to,
    owner_of,
    refuse_out_of_time,
    refuse_revoked,
    weaknesses,
)
from delivery.openpgp.keys import Algorithm, Component, PublicKey
from delivery.openpgp.packets import Packet, dearmored, packets
from delivery.openpgp.secret import SecretBlock, read_secret_block
from delivery.openpgp.signatures import CURVES, ED25519, Kind, is_good, read_signature
from delivery.sftp.session import refuse_public
from delivery.sftp.settings import Secret
from edi834.errors import KeyRefusedError
from edi834.model import Finding, Severity

__all__ = ["SigningKey", "signing_key"]

_MAY_SIGN = 0x02
_BY_PGPY = (Algorithm.RSA, Algorithm.RSA_SIGN, Algorithm.ECDSA, Algorithm.EDDSA)
_BY_SEQUOIA = (*_BY_PGPY, Algorithm.ED25519, Algorithm.ED448)
_ASK_KEEPER = "make a new key for signing, or extend this one, give the carrier its public half, and look at [signing]"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key of ours that files may be signed with; only :func:`signing_key` makes one.

    Attributes:
      primary: The primary key's fingerprint, by which a carrier knows us.
      fingerprint: The fingerprint of the key that signs: the primary key's, or a subkey's.
      key: Its public half.
      expires: When it runs out, or the primary key does; None for never.
      warnings: What a person should do something about before long.
      block: The private key with nothing in it that signs but this one, protected as in its file.
      passphrase: What opens it; None where it is not protected.
      sealers: Which programs can sign with it.
    """

    primary: str
    fingerprint: str
    key: PublicKey = field(repr=False)
    expires: datetime | None
    warnings: tuple[Finding, ...]
    block: bytes = field(repr=False)
    passphrase: Secret | None = field(repr=False)
    sealers: frozenset[SealerName]

    def refuse_if_expired(self, now: datetime) -> None:
        """Refuse the key if it has run out since it was looked at.

        Raises:
          KeyRefusedError: it has.
        """
        if self.expires is not None and now >= self.expires:
            raise _refused("E834-0883", f"our signing key ran out on {self.expires:%Y-%m-%d}")


def signing_key(path: Path, passphrase: Secret | None, *, now: datetime) -> SigningKey:
    """Our key for signing, out of its file.

    Args:
      path: The private key, armored or binary; only its owner may read it.
      passphrase: Where what opens it comes from; it is not asked for yet.
      now: The moment it is to be used, with its zone.

    Raises:
      KeyRefusedError: others can read it, or it is not fit to sign with; the code says why.
    """
    refuse_public(path)
    try:
        block = read_secret_block(_packets(path.read_bytes()))
    except (ValueError, IndexError, OverflowError, OSError) as error:
        raise _refused("E834-0882", f"{path.name} is not one private OpenPGP key that can be read") from error
    try:
        owner = owner_of(block.public, _key(block.public.primary), now)
        signer = _signer(block, owner, now)
    except KeyRefusedError as error:
        raise _refused("E834-0883", f"our signing key is of no use: {error.message}") from error
    if signer is None:
        raise _refused("E834-0882", f"no key in {path.name} is for signing, with its secret beside it")
    weak = [reason for judged in {owner.key: owner, signer.key: signer}.values() for reason in weaknesses(judged)]
    by_pgpy, by_sequoia = _sealers(block, signer.key)
    if weak or not by_sequoia:
        raise _refused(
            "E834-0883", f"our signing key is too weak or of an unknown kind: {'; '.join(weak)}".rstrip(": ")
        )
    expires = min((judged.expires for judged in (owner, signer) if judged.expires), default=None)
    return SigningKey(
        owner.key.fingerprint,
        signer.key.fingerprint,
        signer.key,
        expires,
        tuple(_warnings(signer.key, expires, now)),
        block.with_subkey(signer.key.body if signer.key != owner.key else None),
        passphrase,
        frozenset({SealerName.SEQUOIA, *([SealerName.PGPY] if by_pgpy else [])}),
    )


def _packets(content: bytes) -> list[Packet]:
    armored = dearmored(content)
    if not armored:
        return list(packets(content))
    if len(armored) != 1 or armored[0].kind != "PRIVATE KEY BLOCK":
        raise ValueError("not a private key block")
    return list(packets(armored[0].content))


def _signer(block: SecretBlock, owner: JudgedKey, now: datetime) -> JudgedKey | None:
    """The key that signs: the primary key where it says that it does, or else the newest subkey that may."""
    refuse_revoked(block.public, block.public.primary)
    refuse_out_of_time(owner, now, "primary key")
    if owner.key.body in block.present and _signs(owner):
        return owner
    fit: list[JudgedKey] = []
    refusals: list[KeyRefusedError] = []
    for component in block.public.subkeys:
        if _key(component).body not in block.present or _key(component).algorithm not in _BY_SEQUOIA:
            continue
        try:
            refuse_revoked(block.public, component)
            subkey = bound_to(owner.key, component, now)
            refuse_out_of_time(subkey, now, "subkey")
        except KeyRefusedError as error:
            refusals.append(error)
            continue
        if _signs(subkey) and _vouches(subkey, owner.key, component):
            fit.append(subkey)
    if not fit and refusals:
        raise refusals[0]
    return max(fit, key=lambda subkey: subkey.key.created, default=None)


def _signs(judged: JudgedKey) -> bool:
    return bool((judged.signature.key_flags or 0) & _MAY_SIGN)


def _vouches(subkey: JudgedKey, primary: PublicKey, component: Component) -> bool:
    """Whether the subkey itself has signed that it belongs to the primary key."""
    embedded = subkey.signature.embedded
    own = read_signature(embedded) if embedded is not None else None
    return (
        own is not None
        and own.kind == Kind.PRIMARY_BINDING
        and is_good(own, subkey.key, primary.hashed + component.signed)
    )


def _sealers(block: SecretBlock, key: PublicKey) -> tuple[bool, bool]:
    """Whether PGPy and Sequoia can sign with it: PGPy knows fewer kinds, and wants the primary key's secret too."""
    known = key.curve is None or key.curve in CURVES or key.curve == ED25519
    is_whole = _key(block.public.primary).body in block.present
    return key.algorithm in _BY_PGPY and known and is_whole, key.algorithm in _BY_SEQUOIA and known


def _key(component: Component) -> PublicKey:
    assert component.key is not None
    return component.key


def _warnings(key: PublicKey, expires: datetime | None, now: datetime) -> Iterable[Finding]:
    if expires is not None and expires - now < NOTICE:
        yield Finding(
            "E834-0885",
            Severity.WARNING,
            f"our signing key {key.key_id} runs out on {expires:%Y-%m-%d}, in {(expires - now).days} days",
            remedy=_ASK_KEEPER,
        )


def _refused(code: str, message: str) -> KeyRefusedError:
    return KeyRefusedError(message, code=code, remedy=_ASK_KEEPER)
