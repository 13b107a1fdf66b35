"""Signing with our own key: what leaves is opened and verified by GnuPG, and a key nobody would believe is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pysequoia import CipherSuite, Profile, Tsk

from delivery.admission import SealerName, admit
from delivery.openpgp.packets import message_recipients
from delivery.seal_pgp import PgpSealer
from delivery.sealing import ChosenSealer, SequoiaSealer
from delivery.signing import SigningKey, signing_key
from edi834.errors import ConfigurationError, KeyRefusedError
from edi834.feed.stages import SealedFile
from tests.contract.sealer_contract import SealerContract, a_checked_document
from tests.delivery.recipient_keys import (
    ENCRYPT,
    EllipticCurveOID,
    KeyFlags,
    PubKeyAlgorithm,
    RecipientKey,
    a_key,
    gnupg,
    revoked,
    with_subkey,
)
from tests.delivery.sealed import NOON, NORTHSTAR, FixedClock
from tests.delivery.servers import Password
from tests.delivery.test_sealing import opened_by

DAY = timedelta(days=1)
RSA = (PubKeyAlgorithm.RSAEncryptOrSign, 2048)
NIST = {
    f"P-{bits}": (PubKeyAlgorithm.ECDSA, curve)
    for bits, curve in (
        (256, EllipticCurveOID.NIST_P256),
        (384, EllipticCurveOID.NIST_P384),
        (521, EllipticCurveOID.NIST_P521),
    )
}
SEALERS = {"pgpy": PgpSealer, "sequoia": SequoiaSealer}
CONTENT = b"ISA*00*~\r\n" * 20_000
# gpg's words, and what makes the key: the primary signs, a subkey does, or a subkey does while the primary is offline.
MADE_BY_GNUPG = {
    "primary": [("ed25519", "sign,cert")],
    "subkey": [("ed25519", "cert"), ("ed25519", "sign"), ("cv25519", "encr")],
    "subkey of RSA": [("rsa2048", "cert"), ("rsa2048", "sign")],
}


def kept(folder: Path, content: bytes) -> Path:
    path = folder / "ours.asc"
    path.touch(0o600)
    path.write_bytes(content)
    return path


def our_key(folder: Path, key: RecipientKey, passphrase: str | None = None) -> SigningKey:
    content = str(key.secret).encode()
    return signing_key(kept(folder, content), Password(passphrase) if passphrase else None, now=NOON)


def sealed_and_signed(program: str, signer: SigningKey) -> tuple[RecipientKey, bytes]:
    recipient = with_subkey(a_key())
    sealer = SEALERS[program](NORTHSTAR, admit(recipient.block, recipient.pins, now=NOON), FixedClock(), signer=signer)
    file = sealer.seal(a_checked_document(CONTENT))
    assert message_recipients(file.content) == (str(recipient.pins.subkey)[-16:],)
    return recipient, file.content


class Signed(SealerContract):
    """A signed file keeps the sealers' whole contract."""

    program: str

    @pytest.fixture
    def sealer(self, tmp_path: Path) -> Any:
        self.recipient = with_subkey(a_key())
        admitted = admit(self.recipient.block, self.recipient.pins, now=NOON)
        return SEALERS[self.program](NORTHSTAR, admitted, FixedClock(), signer=our_key(tmp_path, a_key()))

    def opened(self, file: SealedFile) -> bytes:
        return opened_by(self.recipient, file.content)


class TestSignedByPgpy(Signed):
    program = "pgpy"


class TestSignedBySequoia(Signed):
    program = "sequoia"


def refuse_unless_gnupg_believes(public: bytes, fingerprint: str, recipient: RecipientKey, content: bytes) -> None:
    with gnupg() as gpg:
        # After every moment at which a test may have signed: gpg believes nothing that is still to come.
        at = max(NOON, datetime.now(UTC)) + timedelta(hours=1)
        assert gpg.run("--import", given=public).returncode == 0
        assert gpg.run("--import", given=bytes(recipient.secret)).returncode == 0
        opened = gpg.run("--status-fd", "2", "--decrypt", given=content, at=at)
    assert opened.stdout == CONTENT
    said = opened.stderr.decode(errors="replace")  # Sequoia salts its signatures
    assert opened.returncode == 0, said
    assert f"[GNUPG:] VALIDSIG {fingerprint}" in said
    assert "[GNUPG:] GOODSIG" in said
    assert "[GNUPG:] BADSIG" not in said


@pytest.mark.needs("gpg")
@pytest.mark.parametrize("program", SEALERS)
@pytest.mark.parametrize("passphrase", [None, "correct horse"], ids=["open", "protected"])
@pytest.mark.parametrize(
    "primary", [(PubKeyAlgorithm.EdDSA, EllipticCurveOID.Ed25519), RSA, *NIST.values()], ids=["Ed25519", "RSA", *NIST]
)
def test_gnupg_opens_and_believes_what_was_signed(
    primary: tuple[Any, Any], passphrase: str | None, program: str, tmp_path: Path
) -> None:
    from pgpy.constants import HashAlgorithm, SymmetricKeyAlgorithm

    key = a_key(primary=primary, hash_algorithm=HashAlgorithm.SHA512)
    if passphrase:
        key.secret.protect(passphrase, SymmetricKeyAlgorithm.AES256, HashAlgorithm.SHA256)
    signer = our_key(tmp_path, key, passphrase)

    recipient, content = sealed_and_signed(program, signer)

    assert signer.fingerprint == str(key.secret.fingerprint)
    refuse_unless_gnupg_believes(key.block, signer.fingerprint, recipient, content)


@pytest.mark.needs("gpg")
@pytest.mark.parametrize("program", SEALERS)
@pytest.mark.parametrize("kind", MADE_BY_GNUPG)
@pytest.mark.parametrize("offline", [False, True], ids=["whole", "primary offline"])
def test_keys_as_gnupg_makes_and_exports_them(kind: str, offline: bool, program: str, tmp_path: Path) -> None:
    words = MADE_BY_GNUPG[kind]
    with gnupg() as gpg:
        (algorithm, usage), *subkeys = words
        asked = ("--passphrase", "", "--pinentry-mode", "loopback")
        gpg.run(*asked, "--quick-generate-key", "Us <us@example.com>", algorithm, usage, "never")
        listed = gpg.run("--with-colons", "--list-keys").stdout.decode()
        owner = next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))
        for algorithm, usage in subkeys:
            assert gpg.run(*asked, "--quick-add-key", owner, algorithm, usage, "never").returncode == 0
        public = gpg.run("--export").stdout
        secret = gpg.run(*asked, "--armor", "--export-secret-subkeys" if offline else "--export-secret-keys").stdout
    path = kept(tmp_path, secret)
    if offline and not subkeys:
        with pytest.raises(KeyRefusedError) as caught:
            signing_key(path, None, now=NOON)
        assert caught.value.code == "E834-0882"
        return

    signer = signing_key(path, None, now=NOON)

    assert signer.primary == owner
    assert (signer.fingerprint == owner) == (not subkeys)
    assert (SealerName.PGPY in signer.sealers) == (not offline)
    if program in {sealer.value for sealer in signer.sealers}:
        recipient, content = sealed_and_signed(program, signer)
        refuse_unless_gnupg_believes(public, signer.fingerprint, recipient, content)


@pytest.mark.parametrize("suite", [CipherSuite.Cv25519, CipherSuite.Cv448])
def test_a_key_as_sequoia_makes_it_signs(suite: Any, tmp_path: Path) -> None:
    made = Tsk.generate("Us <us@example.com>", cipher_suite=suite, profile=Profile.RFC4880)

    signer = signing_key(kept(tmp_path, bytes(made)), None, now=datetime.now(UTC) + DAY)

    assert SealerName.SEQUOIA in signer.sealers
    sealed_and_signed("sequoia", signer)


def test_the_file_is_signed_by_whichever_program_suits_both_keys(tmp_path: Path) -> None:
    recipient = with_subkey(a_key())
    admitted = admit(recipient.block, recipient.pins, now=NOON)
    whole = our_key(tmp_path, a_key())
    stub = replace(whole, sealers=frozenset({SealerName.SEQUOIA}))

    def choice(signer: SigningKey, **named: str) -> str:
        return ChosenSealer(NORTHSTAR, admitted, FixedClock(), signer=signer, **named).sealer_of(1).value

    assert (choice(whole), choice(whole, named="sequoia"), choice(stub)) == ("pgpy", "sequoia", "sequoia")
    with pytest.raises(ConfigurationError) as caught:
        choice(stub, named="pgpy")
    assert caught.value.code == "E834-0825"


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "a public key": (lambda: a_key().block, "E834-0882"),
    "two keys": (lambda: bytes(a_key().secret) + bytes(a_key().secret), "E834-0882"),
    "nothing": (lambda: b"", "E834-0882"),
    "a web page": (lambda: b"<html>Sign in</html>", "E834-0882"),
    "cut short": (lambda: bytes(a_key().secret)[:-9], "E834-0882"),
    "only for sealing": (lambda: bytes(a_key(primary=RSA, usage=ENCRYPT).secret), "E834-0882"),
    "only for certifying": (lambda: bytes(a_key(usage={KeyFlags.Certify}).secret), "E834-0882"),
    "run out": (lambda: bytes(a_key(expires_after=364 * DAY).secret), "E834-0883"),
    "of tomorrow": (lambda: bytes(a_key(created=NOON + DAY).secret), "E834-0883"),
    "revoked": (lambda: bytes(revoked(with_subkey(a_key()), subkey=False).secret), "E834-0883"),
    "RSA 1024": (lambda: bytes(a_key(primary=(PubKeyAlgorithm.RSAEncryptOrSign, 1024)).secret), "E834-0883"),
    "a subkey that did not sign itself into its place": (
        lambda: bytes(
            with_subkey(
                a_key(usage={KeyFlags.Certify}),
                usage={KeyFlags.Sign},
                material=(PubKeyAlgorithm.EdDSA, EllipticCurveOID.Ed25519),
            ).secret
        ),
        "E834-0882",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_key_that_nobody_would_believe_is_refused(kind: str, tmp_path: Path) -> None:
    make, code = REFUSED[kind]

    with pytest.raises(KeyRefusedError) as caught:
        signing_key(kept(tmp_path, make()), None, now=NOON)

    assert (caught.value.code, bool(caught.value.remedy)) == (code, True)


def test_a_key_that_others_can_read_or_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = kept(tmp_path, bytes(a_key().secret))
    path.chmod(0o640)

    for file in (path, tmp_path / "nowhere.asc"):
        with pytest.raises(KeyRefusedError):
            signing_key(file, None, now=NOON)


@pytest.mark.parametrize("program", SEALERS)
@pytest.mark.parametrize("passphrase", [None, "wrong"])
def test_a_wrong_passphrase_stops_the_file(program: str, passphrase: str | None, tmp_path: Path) -> None:
    from pgpy.constants import HashAlgorithm, SymmetricKeyAlgorithm

    key = a_key()
    key.secret.protect("right", SymmetricKeyAlgorithm.AES256, HashAlgorithm.SHA256)
    signer = our_key(tmp_path, key, passphrase)

    with pytest.raises(KeyRefusedError) as caught:
        sealed_and_signed(program, signer)

    assert caught.value.code == "E834-0884"
    assert "right" not in str(caught.value) + repr(signer)


@pytest.mark.parametrize("program", SEALERS)
def test_a_key_that_ran_out_since_the_morning_signs_nothing(program: str, tmp_path: Path) -> None:
    signer = our_key(tmp_path, a_key(expires_after=366 * DAY))
    recipient, clock = with_subkey(a_key()), FixedClock()
    sealer = SEALERS[program](NORTHSTAR, admit(recipient.block, recipient.pins, now=NOON), clock, signer=signer)
    clock.go_on(DAY)

    with pytest.raises(KeyRefusedError) as caught:
        sealer.seal(a_checked_document(b"ISA"))

    assert caught.value.code == "E834-0883"


@pytest.mark.parametrize(("days", "warned"), [(29, True), (30, False), (400, False)])
def test_a_month_before_it_runs_out_it_says_so(days: int, warned: bool, tmp_path: Path) -> None:
    signer = our_key(tmp_path, a_key(expires_after=(365 + days) * DAY))

    assert [finding.code for finding in signer.warnings] == (["E834-0885"] if warned else [])
