"""Sealing: what leaves can be opened by its recipient, holds nothing else, and leaves nothing on disk."""

from __future__ import annotations

import subprocess
import sys
import warnings
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pysequoia import CipherSuite, EncryptionAlgorithm, Profile, Tsk, decrypt

from delivery.admission import Pins, SealerName, admit, offered
from delivery.guard import refuse_plaintext
from delivery.openpgp.packets import Tag, message_recipients, packets, written
from delivery.seal_pgp import PgpSealer, UnsealedSealer
from delivery.sealing import ChosenSealer, SequoiaSealer
from edi834.errors import ConfigurationError, HeldError, KeyRefusedError, UnexpectedError
from edi834.feed.stages import SealedFile
from tests.contract.sealer_contract import SealerContract, a_checked_document
from tests.delivery.recipient_keys import (
    EllipticCurveOID,
    PubKeyAlgorithm,
    RecipientKey,
    a_key,
    gnupg,
    with_subkey,
)
from tests.delivery.sealed import NOON, NORTHSTAR, FixedClock

MATERIALS = {
    "curve 25519": (PubKeyAlgorithm.ECDH, EllipticCurveOID.Curve25519),
    "P-256": (PubKeyAlgorithm.ECDH, EllipticCurveOID.NIST_P256),
    "P-521": (PubKeyAlgorithm.ECDH, EllipticCurveOID.NIST_P521),
    "RSA": (PubKeyAlgorithm.RSAEncryptOrSign, 2048),
}

# RFC 9580's algorithms in keys of version 4: PGPy and older GnuPG do not know them.
MODERN = [
    pytest.param({"cipher_suite": CipherSuite.Cv448}, id="curve 448"),
    pytest.param({"encryption_algorithm": EncryptionAlgorithm.X25519}, id="X25519"),
]


def sealer_for(key: RecipientKey, clock: FixedClock | None = None) -> PgpSealer:
    return PgpSealer(NORTHSTAR, admit(key.block, key.pins, now=NOON), clock or FixedClock())


def sequoia_for(key: RecipientKey) -> SequoiaSealer:
    return SequoiaSealer(NORTHSTAR, admit(key.block, key.pins, now=NOON), FixedClock())


def opened_by(key: RecipientKey, content: bytes) -> bytes:
    from pgpy import PGPMessage

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        message = key.secret.decrypt(PGPMessage.from_blob(content)).message
    return message.encode("latin-1") if isinstance(message, str) else bytes(message)


@pytest.mark.parametrize("material", MATERIALS.values(), ids=MATERIALS.keys(), scope="class")
class TestPgp(SealerContract):
    @pytest.fixture
    def sealer(self, material: Any) -> PgpSealer:
        self.key = with_subkey(a_key(), material=material)
        return sealer_for(self.key)

    def opened(self, file: SealedFile) -> bytes:
        return opened_by(self.key, file.content)


@pytest.mark.parametrize("material", MATERIALS.values(), ids=MATERIALS.keys(), scope="class")
class TestSequoia(SealerContract):
    @pytest.fixture
    def sealer(self, material: Any) -> SequoiaSealer:
        self.key = with_subkey(with_subkey(a_key()), material=material)
        return sequoia_for(self.key)

    def opened(self, file: SealedFile) -> bytes:
        return opened_by(self.key, file.content)


@pytest.mark.parametrize("suite", MODERN, scope="class")
class TestSequoiaToModernKeys(SealerContract):
    @pytest.fixture
    def sealer(self, suite: dict[str, Any]) -> ChosenSealer:
        self.modern = Tsk.generate("EDI Desk (invented) <edi@example.com>", profile=Profile.RFC4880, **suite)
        block = bytes(self.modern.extract_certificate())
        primary, (subkey,) = offered(block).primary, offered(block).subkeys
        key = admit(block, Pins(primary, subkey), now=datetime.now(UTC))
        assert key.sealers == {SealerName.SEQUOIA}
        return ChosenSealer(NORTHSTAR, key, FixedClock())

    def opened(self, file: SealedFile) -> bytes:
        return bytes(decrypt(file.content, decryptor=self.modern.decryptor()).bytes or b"")


class TestUnsealed(SealerContract):
    @pytest.fixture
    def sealer(self) -> UnsealedSealer:
        return UnsealedSealer(NORTHSTAR, "Lantern takes no electronic files")

    def opened(self, file: SealedFile) -> bytes:
        assert file.unsealed_reason == "Lantern takes no electronic files"
        return file.content


@pytest.mark.needs("gpg")
@pytest.mark.parametrize("material", MATERIALS.values(), ids=MATERIALS.keys())
@pytest.mark.parametrize("program", [sealer_for, sequoia_for], ids=["pgpy", "sequoia"])
def test_gnupg_opens_what_was_sealed(program: Any, material: Any) -> None:
    key, content = with_subkey(a_key(), material=material), b"ISA*00*~\r\n" * 20_000
    file = program(key).seal(a_checked_document(content))

    with gnupg() as gpg:
        assert gpg.opened(key.secret, file.content) == content


@pytest.mark.needs("gpg")
def test_gnupg_seals_what_the_guard_lets_through() -> None:
    """A second sealer's files are as good: the guard looks at the packets, not at who wrote them."""
    key = with_subkey(a_key())
    subkey = str(key.pins.subkey)
    with gnupg() as gpg:
        gpg.run("--import", given=key.block)
        for form in ((), ("--armor",)):
            refuse_plaintext(gpg.run(*form, "--recipient", subkey, "--encrypt", given=b"ISA" * 9999).stdout, subkey)
        signed = gpg.run("--store", given=b"ISA").stdout
        password = gpg.run("--passphrase", "x", "--pinentry-mode", "loopback", "--symmetric", given=b"ISA").stdout
    for content in (signed, password):
        assert content
        with pytest.raises(HeldError):
            refuse_plaintext(content, subkey)


def test_a_sealed_file_is_one_session_key_and_one_protected_packet_and_nothing_else() -> None:
    key = with_subkey(a_key())
    file = sealer_for(key).seal(a_checked_document(b"NM1*IL*1*DOE~"))

    envelope, sealed = packets(file.content)

    assert (envelope.tag, sealed.tag) == (Tag.SESSION_KEY, Tag.INTEGRITY_PROTECTED)
    assert bytes(envelope.body[1:9]).hex().upper() == str(key.pins.subkey)[-16:]
    assert file.recipient_key == key.pins.subkey
    assert b"DOE" not in file.content


def test_what_is_inside_bears_no_name_and_no_date() -> None:
    from pgpy import PGPMessage

    key = with_subkey(a_key())
    file = sealer_for(key).seal(a_checked_document(b"ISA"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        message = key.secret.decrypt(PGPMessage.from_blob(file.content))

    assert (message.filename, message.is_compressed, message.type) == ("", False, "literal")
    assert message._message.mtime.timestamp() == 0
    assert message._message.format == "b"


def test_of_two_subkeys_the_pinned_one_opens_it() -> None:
    """PGPy by itself takes the oldest."""
    key = with_subkey(with_subkey(a_key()))
    file = sealer_for(key).seal(a_checked_document(b"ISA"))

    assert file.recipient_key == key.pins.subkey
    assert opened_by(key, file.content) == b"ISA"


def test_two_sealings_of_one_document_differ() -> None:
    """So the sealed bytes are what is kept, and nothing is ever sealed twice."""
    sealer = sealer_for(with_subkey(a_key()))

    assert sealer.seal(a_checked_document(b"ISA")).content != sealer.seal(a_checked_document(b"ISA")).content


def test_a_key_that_ran_out_between_plan_and_seal_is_refused() -> None:
    clock = FixedClock()
    sealer = sealer_for(with_subkey(a_key(expires_after=timedelta(days=366))), clock)
    sealer.seal(a_checked_document(b"ISA"))
    clock.go_on(timedelta(days=1))

    with pytest.raises(KeyRefusedError) as caught:
        sealer.seal(a_checked_document(b"ISA"))

    assert caught.value.code == "E834-0808"


def test_sealing_warns_of_nothing_and_opens_no_file() -> None:
    sealer, opened = sealer_for(with_subkey(a_key())), []
    watching = True

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event == "open" and isinstance(arguments[2], int) and arguments[2] & 0o3:
            opened.append(arguments[0])

    sys.addaudithook(watch)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        sealer.seal(a_checked_document(b"ISA"))
    watching = False

    assert opened == []
    assert said == []


# --- Sequoia, and who seals what ------------------------------------------------------------------------------------


def test_of_two_valid_subkeys_sequoia_is_given_the_pinned_one_alone() -> None:
    """By itself it seals to both, and the guard would hold every file."""
    key = with_subkey(with_subkey(a_key()))
    file = sequoia_for(key).seal(a_checked_document(b"ISA"))

    assert message_recipients(file.content) == (str(key.pins.subkey)[-16:],)
    assert opened_by(key, file.content) == b"ISA"


@pytest.mark.needs("gpg")
def test_gnupg_opens_a_large_file_that_sequoia_wrote_in_parts_and_finds_no_name_and_no_date_in_it() -> None:
    key, content = with_subkey(a_key()), b"ISA*00*~\r\n" * 2_000_000
    file = ChosenSealer(NORTHSTAR, admit(key.block, key.pins, now=NOON), FixedClock()).seal(a_checked_document(content))

    with gnupg() as gpg:
        assert gpg.opened(key.secret, file.content) == content
        listed = gpg.run("--list-packets", given=file.content).stdout
    assert b"partial" in listed  # so PGPy did not write it
    assert b'mode b (62), created 0, name=""' in listed


def test_small_files_are_pgpys_large_ones_are_sequoias_and_whoever_is_named_seals_both() -> None:
    key = with_subkey(a_key())
    admitted = admit(key.block, key.pins, now=NOON)

    def choice(**changes: Any) -> list[str]:
        sealer = ChosenSealer(NORTHSTAR, admitted, FixedClock(), large=100, **changes)
        assert opened_by(key, sealer.seal(a_checked_document(b"ISA")).content) == b"ISA"
        return [sealer.sealer_of(size).value for size in (99, 100)]

    assert admitted.sealers == set(SealerName)
    assert choice() == ["pgpy", "sequoia"]
    assert choice(named="pgpy") == ["pgpy", "pgpy"]
    assert choice(named="sequoia") == ["sequoia", "sequoia"]


@pytest.mark.parametrize("named", ["pgpy", "gpg", ""])
def test_a_sealer_that_cannot_seal_to_the_key_is_not_replaced_in_silence(named: str) -> None:
    block = bytes(Tsk.generate("x <x@example.com>", cipher_suite=CipherSuite.Cv448).extract_certificate())
    key = admit(block, Pins(offered(block).primary, offered(block).subkeys[0]), now=datetime.now(UTC))

    with pytest.raises(ConfigurationError) as caught:
        ChosenSealer(NORTHSTAR, key, FixedClock(), named=named)

    assert caught.value.code == "E834-0825"


def test_a_certificate_that_sequoia_does_not_take_is_refused() -> None:
    key = with_subkey(a_key())
    damaged = replace(admit(key.block, key.pins, now=NOON), certificate=b"not a certificate")

    with pytest.raises(KeyRefusedError) as caught:
        SequoiaSealer(NORTHSTAR, damaged, FixedClock()).seal(a_checked_document(b"ISA" * 1_000_000))

    assert caught.value.code == "E834-0818"


def test_what_sequoia_wrote_to_another_key_does_not_leave() -> None:
    key, other = with_subkey(a_key()), with_subkey(a_key())
    swapped = replace(
        admit(key.block, key.pins, now=NOON), certificate=admit(other.block, other.pins, now=NOON).certificate
    )

    with pytest.raises(HeldError) as caught:
        SequoiaSealer(NORTHSTAR, swapped, FixedClock()).seal(a_checked_document(b"ISA"))

    assert caught.value.code == "E834-0824"


def test_a_program_that_stands_still_is_ended(monkeypatch: Any, tmp_path: Path) -> None:
    asleep = tmp_path / "asleep.py"
    asleep.write_text("import time; time.sleep(60)")
    monkeypatch.setattr("delivery.sealing.sequoia._PROGRAM", asleep)
    key = with_subkey(a_key())
    sealer = SequoiaSealer(NORTHSTAR, admit(key.block, key.pins, now=NOON), FixedClock(), patience=0.3)

    with pytest.raises(UnexpectedError) as caught:
        sealer.seal(a_checked_document(b"ISA" * 1_000_000))

    assert caught.value.code == "E834-0826"


def test_the_program_that_seals_can_write_no_file(tmp_path: Path) -> None:
    """Sealed into a pipe it works; into a file on disk it is not even possible."""
    key = with_subkey(a_key())
    certificate = admit(key.block, key.pins, now=NOON).certificate
    given = len(certificate).to_bytes(4) + certificate + bytes(8) + b"ISA"  # with no key of ours to sign
    command = [sys.executable, "-I", str(Path("delivery/sealing/sequoia_program.py").resolve())]

    with (tmp_path / "sealed").open("wb") as out:
        on_disk = subprocess.run(command, input=given, stdout=out)
    through_a_pipe = subprocess.run(command, input=given, stdout=subprocess.PIPE)
    cut_short = subprocess.run(command, input=given[:20], capture_output=True)

    assert (through_a_pipe.returncode, on_disk.returncode) == (0, 1)
    assert (tmp_path / "sealed").read_bytes() == b""
    assert (cut_short.returncode, cut_short.stdout, cut_short.stderr) == (1, b"", b"")


def test_a_key_that_ran_out_is_refused_by_every_sealer() -> None:
    clock = FixedClock()
    key = with_subkey(a_key(expires_after=timedelta(days=366)))
    sealer = ChosenSealer(NORTHSTAR, admit(key.block, key.pins, now=NOON), clock, named="sequoia")
    clock.go_on(timedelta(days=1))

    with pytest.raises(KeyRefusedError) as caught:
        sealer.seal(a_checked_document(b"ISA"))

    assert caught.value.code == "E834-0808"


# --- RFC 9580's form, at the guard ----------------------------------------------------------------------------------

FINGERPRINT = bytes.fromhex("A1" * 20)
NEW_ENVELOPE = b"\x06\x15\x04" + FINGERPRINT + b"\x19" + bytes(40)
OLD_ENVELOPE = b"\x03" + FINGERPRINT[-8:] + b"\x19" + bytes(40)


def a_message_of(envelope: bytes, protected: bytes) -> bytes:
    return written(Tag.SESSION_KEY, envelope) + written(Tag.INTEGRITY_PROTECTED, protected + bytes(100))


def test_both_forms_are_let_through_to_the_key_they_name_and_to_no_other() -> None:
    for content in (a_message_of(NEW_ENVELOPE, b"\x02"), a_message_of(OLD_ENVELOPE, b"\x01")):
        refuse_plaintext(content, FINGERPRINT.hex())
        with pytest.raises(HeldError) as caught:
            refuse_plaintext(content, "B2" * 20)
        assert caught.value.code == "E834-0824"


@pytest.mark.parametrize(
    ("envelope", "protected"),
    [
        (NEW_ENVELOPE, b"\x01"),
        (OLD_ENVELOPE, b"\x02"),
        (OLD_ENVELOPE, b"\x03"),
        (b"\x06\x21\x06" + bytes(32) + NEW_ENVELOPE[23:], b"\x02"),
        (b"\x06\x00", b"\x02"),
    ],
    ids=["old in new", "new in old", "unknown", "a key of version 6", "anonymous"],
)
def test_forms_that_do_not_belong_together_are_held(envelope: bytes, protected: bytes) -> None:
    with pytest.raises(HeldError) as caught:
        refuse_plaintext(a_message_of(envelope, protected), FINGERPRINT.hex())

    assert caught.value.code == "E834-0823"
