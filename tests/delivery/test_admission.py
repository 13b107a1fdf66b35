"""The key-admission gate: every key that must not be sealed to is refused, with its own code, and GnuPG agrees."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.admission import KeyWaiver, Pins, admit, offered
from delivery.openpgp.packets import Tag, dearmored, written
from edi834.errors import ConfigurationError, KeyRefusedError
from tests.delivery.recipient_keys import (
    A_YEAR_AGO,
    ENCRYPT,
    SIGN,
    EllipticCurveOID,
    HashAlgorithm,
    PubKeyAlgorithm,
    RecipientKey,
    a_key,
    gnupg,
    revoked,
    with_packets,
    with_subkey,
    without_armor,
)
from tests.delivery.sealed import NOON

DAY = timedelta(days=1)
RSA = PubKeyAlgorithm.RSAEncryptOrSign
ECDH = PubKeyAlgorithm.ECDH
ECDSA = PubKeyAlgorithm.ECDSA


def good() -> RecipientKey:
    return with_subkey(a_key())


def spoiled(key: RecipientKey, change: Callable[[list[tuple[int, bytes]]], list[tuple[int, bytes]]]) -> RecipientKey:
    return replace(key, spoiled=lambda block: with_packets(block, change))


def without(tag: int, *, nth: int = 0) -> Callable[[list[tuple[int, bytes]]], list[tuple[int, bytes]]]:
    def change(found: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
        places = [place for place, (one, _) in enumerate(found) if one == tag]
        return [packet for place, packet in enumerate(found) if place != places[nth]]

    return change


def flipped(tag: int, *, nth: int = 0, at: int = -1) -> Callable[[list[tuple[int, bytes]]], list[tuple[int, bytes]]]:
    def change(found: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
        places = [place for place, (one, _) in enumerate(found) if one == tag]
        body = bytearray(found[places[nth]][1])
        body[at] ^= 1
        return [(one, bytes(body) if place == places[nth] else was) for place, (one, was) in enumerate(found)]

    return change


# Each kind of key, and what the gate says of it: None where it is admitted.
KEYS: dict[str, tuple[Callable[[], RecipientKey], str | None]] = {
    "good on curves": (good, None),
    "good RSA 2048": (lambda: with_subkey(a_key(primary=(RSA, 2048)), material=(RSA, 2048)), None),
    "good RSA signing, curve subkey": (lambda: with_subkey(a_key(primary=(RSA, 2048))), None),
    "good on P-256": (
        lambda: with_subkey(
            a_key(primary=(ECDSA, EllipticCurveOID.NIST_P256)), material=(ECDH, EllipticCurveOID.NIST_P256)
        ),
        None,
    ),
    "good on P-384": (
        lambda: with_subkey(
            a_key(primary=(ECDSA, EllipticCurveOID.NIST_P384), hash_algorithm=HashAlgorithm.SHA512),
            hash_algorithm=HashAlgorithm.SHA512,
            material=(ECDH, EllipticCurveOID.NIST_P384),
        ),
        None,
    ),
    "good on P-521": (
        lambda: with_subkey(
            a_key(primary=(ECDSA, EllipticCurveOID.NIST_P521), hash_algorithm=HashAlgorithm.SHA512),
            hash_algorithm=HashAlgorithm.SHA512,
            material=(ECDH, EllipticCurveOID.NIST_P521),
        ),
        None,
    ),
    "signed over SHA-512": (lambda: with_subkey(a_key(hash_algorithm=HashAlgorithm.SHA512)), None),
    "storage only": (lambda: with_subkey(a_key(), usage={next(iter(ENCRYPT))}), None),
    "runs out tomorrow": (lambda: with_subkey(a_key(expires_after=366 * DAY)), None),
    "subkey runs out tomorrow": (lambda: with_subkey(a_key(), expires_after=366 * DAY), None),
    "primary key encrypts itself": (lambda: a_key(primary=(RSA, 2048), usage=SIGN | ENCRYPT), None),
    "older subkey revoked": (lambda: with_subkey(revoked(good(), subkey=True)), None),
    "older subkey expired": (lambda: with_subkey(with_subkey(a_key(), expires_after=DAY)), None),
    "a signing subkey too": (
        lambda: with_subkey(
            with_subkey(a_key(), usage={next(iter(SIGN))}, material=(PubKeyAlgorithm.EdDSA, EllipticCurveOID.Ed25519))
        ),
        None,
    ),
    "P-256 subkey": (lambda: with_subkey(a_key(), material=(ECDH, EllipticCurveOID.NIST_P256)), None),
    "P-521 subkey": (lambda: with_subkey(a_key(), material=(ECDH, EllipticCurveOID.NIST_P521)), None),
    "RSA 2048 subkey": (lambda: with_subkey(a_key(), material=(RSA, 2048)), None),
    "subkey made this morning": (lambda: with_subkey(a_key(), created=NOON - timedelta(hours=4)), None),
    "K01 expired a second ago": (
        lambda: with_subkey(a_key(expires_after=365 * DAY - timedelta(seconds=1))),
        "E834-0807",
    ),
    "K02 RSA subkey expired": (
        lambda: with_subkey(a_key(primary=(RSA, 2048)), material=(RSA, 2048), expires_after=364 * DAY),
        "E834-0808",
    ),
    "K04 RSA revoked": (
        lambda: revoked(with_subkey(a_key(primary=(RSA, 2048)), material=(RSA, 2048)), subkey=False),
        "E834-0810",
    ),
    "K01 expired": (lambda: with_subkey(a_key(expires_after=364 * DAY)), "E834-0807"),
    "K07 a hash shorter than the curve": (
        lambda: with_subkey(a_key(primary=(ECDSA, EllipticCurveOID.NIST_P384))),
        "E834-0813",
    ),
    "K02 subkey expired": (lambda: with_subkey(a_key(), expires_after=364 * DAY), "E834-0808"),
    "K02 the newer subkey expired": (lambda: with_subkey(good(), expires_after=364 * DAY), "E834-0808"),
    "K03 no subkey, signs only": (a_key, "E834-0812"),
    "K03 subkey signs only": (
        lambda: with_subkey(
            a_key(), usage={next(iter(SIGN))}, material=(PubKeyAlgorithm.EdDSA, EllipticCurveOID.Ed25519)
        ),
        "E834-0812",
    ),
    "K04 revoked": (lambda: revoked(good(), subkey=False), "E834-0810"),
    "K04 subkey revoked": (lambda: revoked(good(), subkey=True), "E834-0811"),
    "K06 not yet made": (lambda: with_subkey(a_key(created=NOON + DAY), created=NOON + DAY), "E834-0809"),
    "K06 subkey not yet made": (lambda: with_subkey(a_key(), created=NOON + DAY), "E834-0809"),
    "K10 user id flipped": (lambda: spoiled(good(), flipped(Tag.USER_ID)), "E834-0813"),
    "K10 self-signature flipped": (lambda: spoiled(good(), flipped(Tag.SIGNATURE)), "E834-0813"),
    "K10 binding flipped": (lambda: spoiled(good(), flipped(Tag.SIGNATURE, nth=1)), "E834-0813"),
    "K10 self-signature missing": (lambda: spoiled(good(), without(Tag.SIGNATURE)), "E834-0813"),
    "K10 binding missing": (lambda: spoiled(good(), without(Tag.SIGNATURE, nth=1)), "E834-0813"),
    "K10 subkey's material flipped": (lambda: spoiled(good(), flipped(Tag.PUBLIC_SUBKEY, at=-12)), "E834-0806"),
    "K10 key's material flipped": (lambda: spoiled(good(), flipped(Tag.PUBLIC_KEY)), "E834-0805"),
}

# What GnuPG encrypts to and the gate refuses unless it is waived.
STRICTER: dict[str, tuple[Callable[[], RecipientKey], str, KeyWaiver]] = {
    "K07 RSA 1024": (
        lambda: with_subkey(a_key(primary=(RSA, 1024)), material=(RSA, 1024)),
        "E834-0815",
        KeyWaiver.WEAK_ALGORITHM,
    ),
    "K07 RSA 1024 subkey": (lambda: with_subkey(a_key(), material=(RSA, 1024)), "E834-0815", KeyWaiver.WEAK_ALGORITHM),
    "K07 SHA-1 self-signature": (
        lambda: with_subkey(a_key(hash_algorithm=HashAlgorithm.SHA1)),
        "E834-0815",
        KeyWaiver.WEAK_ALGORITHM,
    ),
    "K07 SHA-1 binding": (
        lambda: with_subkey(a_key(), hash_algorithm=HashAlgorithm.SHA1),
        "E834-0815",
        KeyWaiver.WEAK_ALGORITHM,
    ),
    "K03 does not say what it is for": (
        lambda: with_subkey(a_key(), usage=set()),
        "E834-0812",
        KeyWaiver.NO_ENCRYPT_FLAG,
    ),
}


def verdict(key: RecipientKey, waivers: frozenset[KeyWaiver] = frozenset()) -> str | None:
    try:
        admit(key.block, key.pins, now=NOON, waivers=waivers)
    except KeyRefusedError as error:
        return error.code if error.remedy else "no remedy"
    return None


@pytest.mark.parametrize("kind", KEYS)
def test_the_gate_admits_and_refuses(kind: str) -> None:
    make, expected = KEYS[kind]

    assert verdict(make()) == expected


@pytest.mark.parametrize("kind", STRICTER)
def test_an_old_key_is_refused_unless_that_is_waived_by_name(kind: str) -> None:
    make, code, waiver = STRICTER[kind]
    key = make()

    assert verdict(key) == code
    assert verdict(key, frozenset({waiver})) is None
    assert verdict(key, frozenset(KeyWaiver) - {waiver}) == code


@pytest.mark.needs("gpg")
def test_gnupg_says_the_same_of_every_key() -> None:
    """Two judges that share no line of code; where they differ the gate is the stricter, and each case is named."""
    assert len(KEYS) + len(STRICTER) >= 40
    differ: dict[str, tuple[bool, bool]] = {}
    for kind, make in {**{k: v[0] for k, v in KEYS.items()}, **{k: v[0] for k, v in STRICTER.items()}}.items():
        key = make()
        ours = verdict(key) is None
        with gnupg() as gpg:
            theirs = gpg.would_seal_to(key.block, str(key.pins.subkey))
        if ours != theirs:
            differ[kind] = (ours, theirs)

    assert differ == dict.fromkeys(STRICTER, (False, True))


@pytest.mark.needs("gpg")
def test_a_key_made_by_gnupg_is_admitted_and_then_refused_as_it_ages() -> None:
    with gnupg() as gpg:
        made = gpg.run(
            "--passphrase", "", "--quick-generate-key", "EDI <edi@example.com>", "future-default", "default", "10d"
        )
        assert made.returncode == 0, made.stderr
        block = gpg.run("--armor", "--export").stdout
    choice = offered(block)
    pins = Pins(choice.primary, choice.subkeys[0])

    admitted = admit(block, pins, now=NOON + DAY)

    assert [finding.code for finding in admitted.warnings] == ["E834-0816"]
    with pytest.raises(KeyRefusedError):
        admit(block, pins, now=NOON + 11 * DAY)


@pytest.mark.needs("gpg")
@pytest.mark.parametrize(
    ("kind", "expected"), [("rsa2048", None), ("nistp384", None), ("ed25519", None), ("brainpoolP256r1", "E834-0814")]
)
def test_keys_as_gnupg_makes_them(kind: str, expected: str | None) -> None:
    with gnupg() as gpg:
        user = "EDI <edi@example.com>"
        assert gpg.run("--passphrase", "", "--quick-generate-key", user, kind, "sign", "never").returncode == 0
        owner = offered(gpg.run("--armor", "--export").stdout).primary
        subkey = "cv25519" if kind == "ed25519" else kind
        assert gpg.run("--passphrase", "", "--quick-add-key", owner, subkey, "encrypt", "never").returncode == 0
        block = gpg.run("--export").stdout
    pins = Pins(owner, offered(block).subkeys[0])

    if expected is None:
        assert admit(block, pins, now=NOON).subkey == pins.subkey
    else:
        with pytest.raises(KeyRefusedError) as caught:
            admit(block, pins, now=NOON)
        assert caught.value.code == expected


def test_k05_of_two_good_subkeys_only_the_pinned_one_is_taken() -> None:
    key = with_subkey(good())
    first, second = offered(key.block).subkeys

    assert admit(key.block, Pins(key.pins.primary, first), now=NOON).subkey == first
    assert admit(key.block, Pins(key.pins.primary, second), now=NOON).subkey == second
    with pytest.raises(KeyRefusedError) as caught:
        admit(key.block, Pins(key.pins.primary, None), now=NOON)
    assert caught.value.code == "E834-0806"
    assert first in str(caught.value)


def test_another_key_of_the_same_name_is_refused() -> None:
    with pytest.raises(KeyRefusedError) as caught:
        admit(good().block, good().pins, now=NOON)

    assert caught.value.code == "E834-0805"


def test_an_attackers_subkey_under_the_right_key_is_refused() -> None:
    """The subkey and its binding are the attacker's; the primary key is the recipient's."""
    theirs, attackers = good(), good()

    def graft(found: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
        stolen: list[tuple[int, bytes]] = []
        with_packets(attackers.block, lambda other: stolen.extend(other[-2:]) or other)
        return found[:3] + stolen

    key = spoiled(theirs, graft)

    with pytest.raises(KeyRefusedError) as caught:
        admit(key.block, Pins(theirs.pins.primary, attackers.pins.subkey), now=NOON)
    assert caught.value.code == "E834-0813"


def test_what_is_written_into_the_unsigned_part_is_not_believed() -> None:
    """An expired key whose signature has been given a later expiry, where anyone may write."""
    key = with_subkey(a_key(expires_after=364 * DAY))

    def later(found: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
        tag, body = found[2]
        assert tag == Tag.SIGNATURE
        end = 6 + int.from_bytes(body[4:6])
        length = int.from_bytes(body[end : end + 2])
        extra = bytes([5, 9]) + (3000 * 86400).to_bytes(4)
        changed = body[:end] + (length + len(extra)).to_bytes(2) + extra + body[end + 2 :]
        return [*found[:2], (tag, changed), *found[3:]]

    assert verdict(spoiled(key, later)) == "E834-0807"


def test_a_key_has_run_out_in_the_second_it_says() -> None:
    """GnuPG gives it that one second more."""
    assert verdict(with_subkey(a_key(expires_after=365 * DAY))) == "E834-0807"


def test_a_revoked_user_id_speaks_for_the_key_no_more() -> None:
    key = good()
    user = key.secret.userids[0]
    user |= key.secret.revoke(user, created=NOON - DAY)

    assert verdict(key) == "E834-0813"


def test_the_newest_self_signature_counts() -> None:
    """An owner who extends a key signs it once more."""
    key = with_subkey(a_key(expires_after=364 * DAY))
    user = key.secret.userids[0]
    user |= key.secret.certify(user, usage=SIGN, created=NOON - DAY, key_expiration=730 * DAY)

    assert verdict(key) is None


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (lambda key: str(key.secret).encode(), "E834-0803"),
        (lambda key: bytes(key.secret), "E834-0803"),
        (lambda key: key.block + good().block, "E834-0804"),
        (lambda key: without_armor(key.block) + without_armor(good().block), "E834-0804"),
        (lambda key: b"<!doctype html><html><body>Sign in</body></html>", "E834-0802"),
        (lambda key: b"", "E834-0802"),
        (lambda key: b"\xef\xbb\xbf", "E834-0802"),
        (lambda key: key.block.replace(b"PUBLIC KEY BLOCK", b"MESSAGE"), "E834-0802"),
        (lambda key: key.block.replace(b"PUBLIC KEY BLOCK", b"SIGNATURE"), "E834-0802"),
        (lambda key: key.block[: len(key.block) // 2], "E834-0802"),
        (lambda key: without_armor(key.block)[:-5], "E834-0802"),
        (lambda key: without_armor(key.block)[:40], "E834-0802"),
        (lambda key: with_packets(key.block, lambda found: found[1:]), "E834-0802"),
        (lambda key: with_packets(key.block, lambda found: [*found, (Tag.LITERAL, b"b")]), "E834-0802"),
        (lambda key: with_packets(key.block, lambda found: [(6, b"\x03" + found[0][1][1:]), *found[1:]]), "E834-0802"),
    ],
)
def test_what_is_not_one_public_key_is_refused(content: Callable[[RecipientKey], bytes], code: str) -> None:
    key = good()

    with pytest.raises(KeyRefusedError) as caught:
        admit(content(key), key.pins, now=NOON)

    assert caught.value.code == code
    assert "private" not in str(caught.value) or "new public key" in str(caught.value.remedy)


def test_a_flipped_letter_in_the_armor_is_noticed() -> None:
    key = good()
    lines = key.block.split(b"\n")
    middle = len(lines) // 2
    lines[middle] = (b"A" if lines[middle][:1] != b"A" else b"B") + lines[middle][1:]

    with pytest.raises(KeyRefusedError) as caught:
        admit(b"\n".join(lines), key.pins, now=NOON)
    assert caught.value.code == "E834-0802"


def test_armor_is_read_with_words_around_it_and_with_either_line_ending() -> None:
    key = good()
    mailed = b"Dear all,\r\n\r\n" + key.block.replace(b"\n", b"\r\n") + b"\r\nRegards\r\n"
    commented = key.block.replace(b"-----\n\n", b"-----\nVersion: 1\nComment: ours\n\n", 1)

    for block in (mailed, commented, without_armor(key.block)):
        assert admit(block, key.pins, now=NOON).subkey == key.pins.subkey


@pytest.mark.parametrize(("days", "warned"), [(29, True), (31, False), (None, False)])
def test_k11_a_key_that_runs_out_within_thirty_days_is_said_so_every_day(days: int | None, warned: bool) -> None:
    key = with_subkey(a_key(), expires_after=(365 + days) * DAY if days else None)

    admitted = admit(key.block, key.pins, now=NOON)

    assert [finding.code for finding in admitted.warnings] == (["E834-0816"] if warned else [])
    assert admitted.expires == (A_YEAR_AGO + (365 + days) * DAY if days else None)


@pytest.mark.parametrize(("features", "warned"), [(0x01, False), (0x03, False), (0x02, True)])
def test_k12_an_owner_who_reads_only_the_newer_sealing_is_mentioned(features: int, warned: bool) -> None:
    from delivery.admission import _warnings
    from delivery.openpgp.keys import read_block
    from delivery.openpgp.packets import packets
    from delivery.openpgp.signatures import read_signature

    block = read_block(packets(without_armor(good().block)))
    signature = read_signature(block.user_ids[0].signatures[0])
    assert signature is not None
    assert block.primary.key is not None

    said = list(_warnings(block.primary.key, replace(signature, features=features), None, NOON))

    assert [finding.code for finding in said] == (["E834-0817"] if warned else [])


def test_a_pin_is_a_whole_fingerprint() -> None:
    key = good()
    spaced = " ".join(key.pins.primary[at : at + 4] for at in range(0, 40, 4)).lower()

    assert Pins(spaced, None).primary == key.pins.primary
    for pin in (key.pins.primary[-16:], "", "Z" * 40, "0x" + key.pins.primary):
        with pytest.raises(ConfigurationError) as caught:
            Pins(pin, None)
        assert caught.value.code == "E834-0801"


def test_a_key_admitted_this_morning_may_have_run_out_tonight() -> None:
    key = with_subkey(a_key(expires_after=366 * DAY))
    admitted = admit(key.block, key.pins, now=NOON)

    admitted.refuse_if_expired(NOON + DAY - timedelta(seconds=1))
    with pytest.raises(KeyRefusedError):
        admitted.refuse_if_expired(NOON + DAY)


def test_elgamal_and_dsa_are_known_and_not_sealed_to() -> None:
    """An ElGamal subkey is read, and refused by name; it needs no key of that kind to be made."""
    key = good()
    number = (1024).to_bytes(2) + b"\x80" + bytes(127)
    elgamal = b"\x04" + int(A_YEAR_AGO.timestamp()).to_bytes(4) + bytes([16]) + number * 3
    block = with_packets(key.block, lambda found: [*found[:3], (Tag.PUBLIC_SUBKEY, elgamal), found[4]])

    assert len(offered(block).subkeys) == 1
    with pytest.raises(KeyRefusedError) as caught:
        admit(block, Pins(key.pins.primary, offered(block).subkeys[0]), now=NOON)
    assert caught.value.code == "E834-0813"


GOOD = good()


@given(st.data())
def test_no_change_of_a_single_bit_is_admitted_as_something_else(data: Any) -> None:
    """Whatever is flipped, the gate refuses, or admits the very same key for the very same time."""
    binary = bytearray(without_armor(GOOD.block))
    at = data.draw(st.integers(0, len(binary) * 8 - 1))
    binary[at // 8] ^= 1 << at % 8
    try:
        admitted = admit(bytes(binary), GOOD.pins, now=NOON)
    except KeyRefusedError:
        return

    assert admitted == admit(GOOD.block, GOOD.pins, now=NOON)


@given(st.binary(max_size=400))
def test_whatever_is_not_a_key_is_refused_and_nothing_breaks(content: bytes) -> None:
    armored = (
        b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n"
        + base64.b64encode(content)
        + b"\n-----END PGP PUBLIC KEY BLOCK-----\n"
    )
    for block in (content, armored, b"\x99" + content, written(6, content)):
        with pytest.raises(KeyRefusedError):
            admit(block, GOOD.pins, now=NOON)


@given(st.randoms(use_true_random=False))
def test_shuffled_and_cut_keys_are_refused_or_are_the_same_key(chance: random.Random) -> None:
    def shuffle(found: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
        return chance.sample(found, chance.randint(1, len(found)))

    try:
        admitted = admit(with_packets(GOOD.block, shuffle), GOOD.pins, now=NOON)
    except KeyRefusedError:
        return

    assert (admitted.primary, admitted.subkey) == (GOOD.pins.primary, GOOD.pins.subkey)


def test_an_armor_without_its_checksum_is_read() -> None:
    """Newer software leaves it out; the fingerprints and signatures are what counts."""
    lines = [line for line in GOOD.block.split(b"\n") if not line.startswith(b"=")]

    assert len(dearmored(b"\n".join(lines))) == 1
    assert admit(b"\n".join(lines), GOOD.pins, now=NOON).subkey == GOOD.pins.subkey
