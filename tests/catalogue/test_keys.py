"""K01 to K15: keys that must not be sealed to, and servers that are not who they should be, through the whole program.

Each is held or fails by its code, with a way out, before a byte leaves; what was reported stands. That GnuPG judges the
keys alike, and K12, for which no program here makes a key, stand in ``tests/delivery/test_admission.py``.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncssh
import pytest

from delivery.demo_carrier import DemoCarrier
from delivery.openpgp.packets import Tag
from edi834.commands.carrier_pins import CarrierPins
from tests.catalogue.conftest import empty_state
from tests.catalogue.scene import Outcome, Scene
from tests.commands.fixtures import sftp_server
from tests.commands.snapshots import write_snapshot
from tests.commands.workspace import CarrierKey, Sample, make_sftp_sample
from tests.delivery.recipient_keys import (
    SIGN,
    HashAlgorithm,
    PubKeyAlgorithm,
    RecipientKey,
    a_key,
    revoked,
    with_packets,
    with_subkey,
)

__all__ = ["empty_state", "sftp_server"]

DAY = timedelta(days=1)
NOW = datetime.now(UTC)  # the program runs by the machine's clock
MADE = NOW - 400 * DAY
RSA_1024 = (PubKeyAlgorithm.RSAEncryptOrSign, 1024)


def key(**changes: object) -> RecipientKey:
    return a_key(**{"created": MADE, **changes})  # type: ignore[arg-type]


def subkey(of: RecipientKey, **changes: object) -> RecipientKey:
    return with_subkey(of, **{"created": MADE, **changes})  # type: ignore[arg-type]


def good() -> RecipientKey:
    return subkey(key())


def flipped(block: bytes) -> bytes:
    def change(found: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
        at = next(place for place, (tag, _) in enumerate(found) if tag == Tag.SIGNATURE)
        body = bytearray(found[at][1])
        body[-1] ^= 1
        return [*found[:at], (Tag.SIGNATURE, bytes(body)), *found[at + 1 :]]

    return with_packets(block, change)


def as_it_came(made: RecipientKey, change: Callable[[RecipientKey], bytes]) -> tuple[RecipientKey, bytes]:
    return made, change(made)


# The key with its pins, and the file as it came from the carrier.
REFUSED: dict[str, tuple[Callable[[], tuple[RecipientKey, bytes]], str]] = {
    "K01 expired": (lambda: as_it_came(subkey(key(expires_after=399 * DAY)), _block), "E834-0807"),
    "K02 subkey expired": (lambda: as_it_came(subkey(key(), expires_after=399 * DAY), _block), "E834-0808"),
    "K03 no encryption subkey": (lambda: as_it_came(key(), _block), "E834-0812"),
    "K03 subkey that signs": (
        lambda: as_it_came(
            subkey(key(), usage={next(iter(SIGN))}, material=(PubKeyAlgorithm.RSAEncryptOrSign, 2048)), _block
        ),
        "E834-0812",
    ),
    "K04 revoked": (lambda: as_it_came(revoked(good(), subkey=False), _block), "E834-0810"),
    "K04 subkey revoked": (lambda: as_it_came(revoked(good(), subkey=True), _block), "E834-0811"),
    "K05 rotated, and the pin is another's": (lambda: (good(), _block(good())), "E834-0805"),
    "K06 of tomorrow": (
        lambda: as_it_came(with_subkey(a_key(created=NOW + DAY), created=NOW + DAY), _block),
        "E834-0809",
    ),
    "K07 RSA 1024": (lambda: as_it_came(subkey(key(primary=RSA_1024), material=RSA_1024), _block), "E834-0815"),
    "K07 SHA-1": (lambda: as_it_came(subkey(key(hash_algorithm=HashAlgorithm.SHA1)), _block), "E834-0815"),
    "K08 a private key": (lambda: as_it_came(good(), lambda made: str(made.secret).encode()), "E834-0803"),
    "K09 two keys": (lambda: as_it_came(good(), lambda made: made.block + good().block), "E834-0804"),
    "K09 a message": (
        lambda: as_it_came(good(), lambda made: made.block.replace(b"PUBLIC KEY BLOCK", b"MESSAGE")),
        "E834-0802",
    ),
    "K09 a web page": (lambda: as_it_came(good(), lambda made: b"<html><body>Sign in</body></html>"), "E834-0802"),
    "K10 a flipped bit": (lambda: as_it_came(good(), lambda made: flipped(made.block)), "E834-0813"),
    "K10 a wrong checksum": (
        lambda: as_it_came(good(), lambda made: made.block.replace(b"\n=", b"\n=A", 1).replace(b"=AA", b"=BB", 1)),
        "E834-0802",
    ),
}


def _block(made: RecipientKey) -> bytes:
    return made.block


def pin(scene: Scene, made: RecipientKey, content: bytes) -> None:
    pins = made.pins
    CarrierPins(scene.sample.home, "northstar").pin_key(content, pins.primary, str(pins.subkey))


@pytest.mark.parametrize("case", REFUSED)
def test_a_key_that_must_not_be_sealed_to_holds_the_file(case: str, scene: Scene) -> None:
    make, code = REFUSED[case]
    pin(scene, *make())

    scene.night(scene.snapshot())

    scene.holds(Outcome.HELD, code)


def test_k05_of_a_rotated_keys_two_subkeys_the_pinned_one_is_sealed_to(scene: Scene) -> None:
    made = subkey(good())
    pin(scene, made, made.block)

    scene.night(scene.snapshot())

    assert scene.ran.status == 0, scene.ran.said
    assert scene.sample.newest("northstar")["recipient_key"] == made.pins.subkey


@pytest.mark.parametrize("night", [1, 2])
def test_k11_a_key_that_runs_out_soon_is_said_so_by_every_run(night: int, scene: Scene) -> None:
    made = subkey(key(), expires_after=420 * DAY)
    pin(scene, made, made.block)
    for number in range(night):
        scene.night(scene.snapshot(name=f"night-{number}", dated=number + 2))

    assert scene.ran.status == 0, scene.ran.said
    assert "E834-0816" in scene.codes()
    assert "E834-0816" in scene.sample.run("doctor").said


# --- servers --------------------------------------------------------------------------------------------------------


@pytest.fixture
def by_sftp(tmp_path: Path, carrier_key: CarrierKey, sftp_server: DemoCarrier, empty_state: Path) -> Sample:
    sample = make_sftp_sample(tmp_path / f"at-{tmp_path.name[-24:]}", carrier_key, sftp_server, state=empty_state)
    return sample.only("northstar")


def held(sample: Sample, tmp_path: Path, status: int, code: str) -> None:
    ran = sample.nightly(write_snapshot(tmp_path / "snapshot"))
    assert (ran.status, ran.event("feed")["code"]) == (status, code), ran.said
    assert ran.event("feed")["remedy"]
    assert "Traceback" not in ran.said
    assert sample.arrived("northstar") == []
    with sample.ledger() as ledger:
        assert ledger.held_members("northstar-medical") == 0  # type: ignore[arg-type]
        assert ledger.verify_trail() is None


def test_k13_a_server_with_another_host_key_is_held(by_sftp: Sample, tmp_path: Path) -> None:
    file = by_sftp.home / "carriers/northstar/known_hosts"
    name, *_ = file.read_text().split()
    stranger = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    file.write_text(f"{name} {stranger}")

    held(by_sftp, tmp_path, 6, "E834-0843")


def test_k14_our_key_with_a_passphrase_that_nobody_gives_is_refused(by_sftp: Sample, tmp_path: Path) -> None:
    private = by_sftp.home / "carriers/northstar/keys/id_ed25519"
    private.write_bytes(asyncssh.generate_private_key("ssh-ed25519").export_private_key(passphrase="secret"))

    held(by_sftp, tmp_path, 6, "E834-0847")


def test_k14_our_key_with_a_wrong_passphrase_is_refused(
    by_sftp: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDI834_TEST_PASSPHRASE", "wrong")
    private = by_sftp.home / "carriers/northstar/keys/id_ed25519"
    private.write_bytes(asyncssh.generate_private_key("ssh-ed25519").export_private_key(passphrase="secret"))
    with (by_sftp.home / "carriers/northstar/carrier.toml").open("a", encoding="utf-8") as carrier:
        carrier.write('\nkey_passphrase_env = "EDI834_TEST_PASSPHRASE"\n')

    held(by_sftp, tmp_path, 6, "E834-0848")


def test_k14_our_key_that_others_can_read_is_refused(by_sftp: Sample, tmp_path: Path) -> None:
    (by_sftp.home / "carriers/northstar/keys/id_ed25519").chmod(0o644)

    held(by_sftp, tmp_path, 6, "E834-0846")


@contextmanager
def a_web_server() -> Iterator[int]:
    """Everybody who knocks is told that the request was bad."""

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 20)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def test_k15_a_web_server_on_the_port_is_safe_to_try_again(
    by_sftp: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)  # between tries
    port = by_sftp.server.port  # type: ignore[union-attr]
    with a_web_server() as other:
        by_sftp.rewrite("carriers/northstar/carrier.toml", f"port = {port}", f"port = {other}")
        by_sftp.rewrite("carriers/northstar/known_hosts", f":{port} ", f":{other} ")

        held(by_sftp, tmp_path, 7, "E834-0842")
