"""Answers that a carrier seals to us: opened in memory with our key, and only if they are protected against change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pysequoia import Cert, Tsk, decrypt, encrypt

from delivery.openpgp.packets import Tag, packets, written
from delivery.sealing.opening import is_sealed, opened
from delivery.sftp import EnvironmentSecret
from edi834.errors import HeldError
from tests.commands.snapshots import write_snapshot
from tests.commands.test_answers import a_999
from tests.commands.workspace import Ran, Sample
from tests.delivery.recipient_keys import HashAlgorithm, SymmetricKeyAlgorithm, a_key, gnupg, with_subkey

ANSWER = a_999({"0001": "A", "0002": "A", "0003": "A"}, on=1)


@pytest.fixture(scope="module")
def ours() -> Tsk:
    return Tsk.generate("Our EDI desk (invented) <edi@example.com>")


@pytest.fixture
def reported(sample: Sample, tmp_path: Path, ours: Tsk) -> Sample:
    """Northstar was reported three families, in three sets; its outbox names our key."""
    sample.only("northstar")
    sample.rewrite(
        "carriers/northstar/feeds/medical.toml", "members_per_transaction = 10000", "members_per_transaction = 4"
    )
    (tmp_path / "outbox").mkdir()
    carrier = sample.home / "carriers/northstar"
    with (carrier / "carrier.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[outbox]\nfolder = "{tmp_path / "outbox"}"\nafter = "remove"\nkey_file = "keys/ours.asc"\n')
    put_key(carrier / "keys" / "ours.asc", bytes(ours))
    assert sample.nightly(write_snapshot(tmp_path / "snapshot")).status == 0
    return sample


def put_key(path: Path, key: bytes, mode: int = 0o600) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(key)
    path.chmod(mode)


def sealed(content: bytes, to: Tsk, *, armor: bool = False) -> bytes:
    return bytes(encrypt(content, recipients=[to.extract_certificate()], armor=armor))


def downgraded(message: bytes) -> bytes:
    """The same message with its protected packet made into one of the older kind, which shows no change."""
    key, protected = packets(message)
    return written(Tag.SESSION_KEY, bytes(key.body)) + written(9, bytes(protected.body)[1:])


def state(sample: Sample) -> Any:
    return sample.newest("northstar")["state"]


@pytest.mark.parametrize("armor", [True, False])
def test_a_sealed_answer_is_polled_opened_taken_in_and_put_away(
    reported: Sample, tmp_path: Path, ours: Tsk, armor: bool
) -> None:
    (tmp_path / "outbox" / "999.edi.pgp").write_bytes(sealed(ANSWER, ours, armor=armor))

    ran = reported.json("poll")

    assert ran.status == 0, ran.said
    assert ran.event("answer")["file"] == "999.edi"
    assert state(reported) == "acknowledged"
    assert list((tmp_path / "outbox").iterdir()) == []


def test_a_sealed_answer_is_taken_in_by_hand(reported: Sample, tmp_path: Path, ours: Tsk) -> None:
    (tmp_path / "999.pgp").write_bytes(sealed(ANSWER, ours))

    assert reported.json("ack", tmp_path / "999.pgp").status == 0
    assert state(reported) == "acknowledged"


def test_an_answer_that_is_not_sealed_is_taken_as_before(reported: Sample, tmp_path: Path) -> None:
    (tmp_path / "outbox" / "999.edi").write_bytes(ANSWER)

    assert reported.json("poll").status == 0
    assert state(reported) == "acknowledged"


def test_an_answer_that_could_have_been_changed_is_not_opened(reported: Sample, tmp_path: Path, ours: Tsk) -> None:
    (tmp_path / "outbox" / "999.pgp").write_bytes(downgraded(sealed(ANSWER, ours)))

    refuse(reported.json("poll"), "E834-0894")

    assert state(reported) == "delivered"
    assert len(list((tmp_path / "outbox").iterdir())) == 1


@pytest.mark.parametrize("what", ["to another key", "changed on its way"])
def test_an_answer_that_our_key_does_not_open_stays_where_it_is(
    reported: Sample, tmp_path: Path, ours: Tsk, what: str
) -> None:
    message = sealed(ANSWER, Tsk.generate("somebody <else@example.com>") if what == "to another key" else ours)
    if what == "changed on its way":
        message = message[:-30] + bytes([message[-30] ^ 1]) + message[-29:]
    (tmp_path / "outbox" / "999.pgp").write_bytes(message)

    refuse(reported.json("poll"), "E834-0895")

    assert state(reported) == "delivered"
    assert len(list((tmp_path / "outbox").iterdir())) == 1


def test_without_a_key_a_sealed_answer_is_named_as_such(reported: Sample, tmp_path: Path, ours: Tsk) -> None:
    reported.rewrite("carriers/northstar/carrier.toml", 'key_file = "keys/ours.asc"\n', "")
    (tmp_path / "outbox" / "999.pgp").write_bytes(sealed(ANSWER, ours))

    refuse(reported.json("poll"), "E834-0896")


def test_a_key_that_others_can_read_opens_nothing(reported: Sample, tmp_path: Path, ours: Tsk) -> None:
    put_key(reported.home / "carriers/northstar/keys/ours.asc", bytes(ours), mode=0o644)
    (tmp_path / "outbox" / "999.pgp").write_bytes(sealed(ANSWER, ours))

    refuse(reported.json("poll"), "E834-0846")


def refuse(ran: Ran, code: str) -> None:
    assert ran.status == 6, ran.said
    assert code in ran.said
    assert "Traceback" not in ran.said
    assert "ISA*" not in ran.said


@pytest.mark.needs("gpg")
def test_what_gnupg_seals_is_opened_and_its_symmetric_messages_are_not(tmp_path: Path) -> None:
    key = with_subkey(a_key())
    put_key(tmp_path / "ours.asc", bytes(key.secret))
    with gnupg() as gpg:
        gpg.run("--import", given=key.block)
        message = gpg.run("--recipient", str(key.pins.subkey), "--encrypt", given=ANSWER).stdout
        password = gpg.run("--passphrase", "x", "--pinentry-mode", "loopback", "--symmetric", given=ANSWER).stdout

    assert opened(message, tmp_path / "ours.asc", None, 10**6) == ANSWER
    assert opened(message, tmp_path / "ours.asc", None, 10) == ANSWER[:11]
    assert is_sealed(password)
    with pytest.raises(HeldError) as refused:
        opened(password, tmp_path / "ours.asc", None, 10**6)
    assert refused.value.code == "E834-0894"


def test_an_encrypted_key_is_opened_by_its_passphrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = with_subkey(a_key())
    message = sealed_to_block(key.block)
    key.secret.protect("an invented passphrase", SymmetricKeyAlgorithm.AES256, HashAlgorithm.SHA256)
    put_key(tmp_path / "ours.asc", bytes(key.secret))
    monkeypatch.setenv("ANSWERS_KEY", "an invented passphrase")

    assert opened(message, tmp_path / "ours.asc", EnvironmentSecret("ANSWERS_KEY"), 10**6) == ANSWER
    monkeypatch.setenv("ANSWERS_KEY", "another")
    with pytest.raises(HeldError) as refused:
        opened(message, tmp_path / "ours.asc", EnvironmentSecret("ANSWERS_KEY"), 10**6)
    assert refused.value.code == "E834-0895"


def sealed_to_block(block: bytes) -> bytes:
    return bytes(encrypt(ANSWER, recipients=[Cert.from_bytes(block)], armor=False))


def test_a_small_message_that_unpacks_to_any_size_is_cut_off(tmp_path: Path, ours: Tsk) -> None:
    put_key(tmp_path / "ours.asc", bytes(ours))

    assert len(opened(sealed(bytes(20_000_000), ours), tmp_path / "ours.asc", None, 5_000_000)) == 5_000_001


@pytest.mark.parametrize(
    "content", [ANSWER, b"", "\ufeffMember;Outcome\n".encode(), "Éole;ok\n".encode("latin-1"), b"\xc1", b"MEMBER,OK"]
)
def test_what_is_not_a_message_is_not_taken_for_one(content: bytes) -> None:
    assert not is_sealed(content)


def test_the_downgraded_message_is_one_that_older_programs_opened(ours: Tsk) -> None:
    """The fixture is a message in form: it is refused for its kind, and Sequoia refuses it too."""
    message = downgraded(sealed(ANSWER, ours))
    assert is_sealed(message)
    with pytest.raises(Exception, match=r".+"):
        decrypt(message, decryptor=ours.decryptor())
