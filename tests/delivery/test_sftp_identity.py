"""Who the server must be, and who we are to it: pinned host keys, one login, nothing said of either (T01 to T25)."""

from __future__ import annotations

import logging
import socket
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from delivery.demo_carrier import DemoCarrier
from delivery.sftp import CommandSecret, EnvironmentSecret, PinnedHostKey, SftpChannel, SftpSettings, read_known_hosts
from edi834.errors import ConfigurationError, HostKeyRefusedError, KeyRefusedError, LoginRefusedError
from edi834.feed.ports import Phase
from tests.delivery.proxy import Proxy
from tests.delivery.sealed import NOON, NORTHSTAR, FixedClock, a_file
from tests.delivery.servers import LOGIN, Password, demo_settings, new_key, open_login


def send(settings: SftpSettings, clock: FixedClock | None = None) -> Any:
    channel = SftpChannel(NORTHSTAR, settings, clock or FixedClock())
    try:
        return channel.send(a_file(), attempt="1-1", on_phase=lambda phase: None)
    finally:
        channel.close()


def a_host_key() -> PinnedHostKey:
    key = asyncssh.generate_private_key("ssh-ed25519")
    return PinnedHostKey("ssh-ed25519", key.public_data)


def test_a_server_with_another_host_key_learns_nothing_of_us(demo_carrier, monkeypatch) -> None:
    inbox = open_login(demo_carrier)
    settings = demo_settings(demo_carrier, host_keys=(a_host_key(),))
    monkeypatch.setattr(Password, "reveal", lambda self: pytest.fail("the password was asked for"))
    phases: list[Phase] = []

    with pytest.raises(HostKeyRefusedError) as caught:
        SftpChannel(NORTHSTAR, settings, FixedClock()).send(a_file(), attempt="1-1", on_phase=phases.append)

    assert (caught.value.code, caught.value.exit_status, caught.value.retryable) == ("E834-0843", 6, False)
    assert phases == [Phase.CONNECTING]
    assert list(inbox.iterdir()) == []


def test_a_server_whose_kind_of_key_is_not_pinned_is_refused(demo_carrier) -> None:
    """That no pinned kind is offered must not end in another kind being taken."""
    open_login(demo_carrier)
    key = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    settings = demo_settings(demo_carrier, host_keys=(PinnedHostKey("ecdsa-sha2-nistp256", key.public_data),))

    with pytest.raises(HostKeyRefusedError):
        send(settings)


def test_while_a_host_key_is_changed_both_are_accepted_each_in_its_days(demo_carrier) -> None:
    open_login(demo_carrier)
    ours = demo_settings(demo_carrier).host_keys[0]
    today = NOON.date()
    settings = demo_settings(
        demo_carrier, host_keys=(a_host_key(), replace(ours, valid_from=today, valid_until=today + timedelta(days=9)))
    )

    assert send(settings).proof == "renamed"
    for days in (-1, 10):
        with pytest.raises(HostKeyRefusedError):
            send(settings, FixedClock(NOON + timedelta(days=days)))


def test_the_right_key_behind_another_address_is_not_trusted_by_accident() -> None:
    key = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()

    with pytest.raises(ConfigurationError) as caught:
        read_known_hosts(f"sftp.example.com {key}\n", host="sftp.example.com", port=2222)

    assert caught.value.code == "E834-0830"
    assert read_known_hosts(f"[sftp.example.com]:2222 {key}\n", host="sftp.example.com", port=2222)


def test_known_hosts_is_read_with_its_days_and_its_mistakes_are_placed() -> None:
    key = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    text = f"# theirs\n\nother,sftp.example.com {key} from=2026-01-01 until=2026-12-31\nelse.example.com nonsense\n"

    (pin,) = read_known_hosts(text, host="sftp.example.com", port=22)
    with pytest.raises(ConfigurationError) as caught:
        read_known_hosts(text, host="else.example.com", port=22)

    assert (str(pin.valid_from), str(pin.valid_until)) == ("2026-01-01", "2026-12-31")
    assert caught.value.place is not None
    assert (caught.value.code, caught.value.place.line) == ("E834-0831", 4)


def test_a_wrong_password_is_tried_once(demo_carrier) -> None:
    open_login(demo_carrier)
    with Proxy(demo_carrier.port) as proxy:
        pins = read_known_hosts(
            demo_carrier.known_hosts.replace(str(demo_carrier.port), str(proxy.port)), host="127.0.0.1", port=proxy.port
        )
        settings = demo_settings(demo_carrier, port=proxy.port, host_keys=pins, password=Password("wrong"))

        with pytest.raises(LoginRefusedError) as caught:
            send(settings)

        assert proxy.connections == 1
    assert (caught.value.code, caught.value.exit_status) == ("E834-0844", 7)


def test_our_key_lets_us_in_and_another_does_not(demo_carrier, tmp_path) -> None:
    public = new_key(tmp_path / "ours")
    new_key(tmp_path / "other")
    demo_carrier.open_account(LOGIN, public_key=public)
    settings = demo_settings(demo_carrier, password=None, key_file=tmp_path / "ours")

    assert send(settings).proof == "renamed"
    with pytest.raises(LoginRefusedError):
        send(replace(settings, key_file=tmp_path / "other"))


def test_a_login_that_wants_a_password_is_not_answered_with_none(demo_carrier, tmp_path) -> None:
    new_key(tmp_path / "ours")
    open_login(demo_carrier)

    with pytest.raises(LoginRefusedError):
        send(demo_settings(demo_carrier, password=None, key_file=tmp_path / "ours"))


@pytest.mark.parametrize(("passphrase", "code"), [(None, "E834-0847"), ("wrong", "E834-0848"), ("open sesame", None)])
def test_an_encrypted_key_is_opened_by_its_passphrase_alone(demo_carrier, tmp_path, passphrase, code) -> None:
    demo_carrier.open_account(LOGIN, public_key=new_key(tmp_path / "ours", "open sesame"))
    settings = demo_settings(
        demo_carrier,
        password=None,
        key_file=tmp_path / "ours",
        key_passphrase=Password(passphrase) if passphrase else None,
    )

    if code is None:
        assert send(settings).proof == "renamed"
    else:
        with pytest.raises(KeyRefusedError) as caught:
            send(settings)
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda path: path.chmod(0o644), "E834-0846"),
        (lambda path: path.unlink(), "E834-0845"),
        (lambda path: path.write_text("not a key"), "E834-0848"),
        (lambda path: path.write_bytes(b""), "E834-0848"),
    ],
    ids=["readable by all", "missing", "no key", "empty"],
)
def test_a_key_that_cannot_be_trusted_or_opened_stops_before_the_line_is_opened(tmp_path, spoil, code) -> None:
    path = tmp_path / "ours"
    new_key(path)
    spoil(path)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        settings = SftpSettings(
            host="127.0.0.1",
            port=listener.getsockname()[1],
            username=LOGIN,
            host_keys=(a_host_key(),),
            key_file=path,
        )

        with pytest.raises(KeyRefusedError) as caught:
            send(settings)
        with pytest.raises(TimeoutError):
            listener.accept()

    assert caught.value.code == code


def test_nothing_is_logged_and_no_secret_is_shown(demo_carrier, caplog, capfd, monkeypatch) -> None:
    """paramiko logs user names, file names and more: none of it leaves."""
    monkeypatch.setenv("CARRIER_PASSWORD", Password().text)
    open_login(demo_carrier)
    settings = demo_settings(demo_carrier, password=EnvironmentSecret("CARRIER_PASSWORD"))
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.CRITICAL, logger="asyncssh")  # the far side's, in this process

    send(settings)
    with pytest.raises(LoginRefusedError) as caught:
        send(demo_settings(demo_carrier, password=Password("battery staple")))

    said = caplog.text + repr(settings) + str(caught.value) + "".join(capfd.readouterr())
    for canary in (a_file().remote_name, Password().text, "battery staple", "paramiko"):
        assert canary not in said


def test_a_secret_comes_from_the_environment_or_a_command(monkeypatch) -> None:
    monkeypatch.setenv("CARRIER_PASSWORD", "one")
    monkeypatch.delenv("CARRIER_NOTHING", raising=False)

    assert EnvironmentSecret("CARRIER_PASSWORD").reveal() == "one"
    assert CommandSecret(("printf", "two\nthree")).reveal() == "two"
    for secret, code in (
        (EnvironmentSecret("CARRIER_NOTHING"), "E834-0832"),
        (CommandSecret(("false",)), "E834-0833"),
        (CommandSecret(("there-is-no-such-command",)), "E834-0833"),
        (CommandSecret(("printf", "")), "E834-0833"),
    ):
        with pytest.raises(ConfigurationError) as caught:
            secret.reveal()
        assert caught.value.code == code


def test_settings_without_a_way_to_log_in_or_a_pin_are_refused() -> None:
    for changes, code in (
        ({"host_keys": (), "password": Password()}, "E834-0830"),
        ({"host_keys": (a_host_key(),)}, "E834-0834"),
    ):
        with pytest.raises(ConfigurationError) as caught:
            SftpSettings(host="sftp.example.com", username=LOGIN, **changes)
        assert caught.value.code == code


def test_a_server_that_speaks_only_what_is_no_longer_trusted_is_not_spoken_to(tmp_path: Path) -> None:
    import asyncio
    import threading

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    key = asyncssh.generate_private_key("ssh-ed25519")

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1", 0, server_host_keys=[key], encryption_algs=["aes128-cbc"], mac_algs=["hmac-sha1"]
        )

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(5)
    settings = SftpSettings(
        host="127.0.0.1",
        port=server.get_port(),
        username=LOGIN,
        host_keys=(PinnedHostKey("ssh-ed25519", key.public_data),),
        password=Password(),
        connect_seconds=3,
    )
    try:
        from edi834.errors import DeliveryError

        with pytest.raises(DeliveryError) as caught:
            send(settings)
        assert caught.value.code == "E834-0842"
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


def test_the_demo_carrier_shows_each_login_its_own_folder(demo_carrier: DemoCarrier) -> None:
    mine = open_login(demo_carrier)
    theirs = demo_carrier.open_account("cedar", password="other")

    for path in ("../cedar/inbox", "/../cedar/inbox", "inbox/../../cedar/inbox"):
        settings = demo_settings(demo_carrier, remote_dir=path)
        with pytest.raises(Exception, match="E834-0852"):
            send(settings)

    assert list(mine.iterdir()) == list((theirs / "inbox").iterdir()) == []
