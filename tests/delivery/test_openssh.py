"""The connection by OpenSSH's program: what it is told, what it may not do, and how far it came when it fails.

That it carries files as every channel does is shown by the contract suite, in ``test_channels.py``.
"""

from __future__ import annotations

import base64
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from delivery.sftp import PinnedHostKey, ProgramSession, SftpChannel, SftpSettings
from delivery.sftp.program import OLD_ALGORITHMS, _arguments
from edi834.errors import (
    ConfigurationError,
    DeliveryError,
    HostKeyRefusedError,
    KeyRefusedError,
    LoginRefusedError,
)
from edi834.feed.ports import Phase
from tests.delivery.proxy import Proxy, Weather
from tests.delivery.sealed import NOON, NORTHSTAR, FixedClock, a_file
from tests.delivery.servers import OpenSsh, Password, new_key, openssh

pytestmark = pytest.mark.needs("sshd")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[OpenSsh]:
    with openssh(tmp_path) as server:
        yield server


@pytest.fixture(autouse=True)
def notes(tmp_path_factory: Any, monkeypatch: Any) -> Iterator[Path]:
    """Where the program's notes lie; whatever happens in a test, nothing is left there."""
    folder = tmp_path_factory.mktemp("notes")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    yield folder
    monkeypatch.undo()
    assert [path.name for path in folder.iterdir() if (path / "known_hosts").exists()] == []


def channel_to(settings: SftpSettings, clock: FixedClock | None = None) -> SftpChannel:
    return SftpChannel(NORTHSTAR, settings, clock or FixedClock(), connect=ProgramSession)


def send(settings: SftpSettings, clock: FixedClock | None = None) -> Any:
    channel = channel_to(settings, clock)
    try:
        return channel.send(a_file(size=200_000), attempt="1-1", on_phase=lambda phase: None)
    finally:
        channel.close()


def a_host_key() -> PinnedHostKey:
    return PinnedHostKey("ssh-ed25519", asyncssh.generate_private_key("ssh-ed25519").public_data)


def test_a_server_with_another_host_key_learns_nothing_of_us(server: OpenSsh) -> None:
    with pytest.raises(HostKeyRefusedError) as caught:
        send(replace(server.settings, host_keys=(a_host_key(),)))

    assert (caught.value.code, caught.value.exit_status, caught.value.retryable) == ("E834-0843", 6, False)
    assert list(server.folder.iterdir()) == []


def test_while_a_host_key_is_changed_both_are_accepted_each_in_its_days(server: OpenSsh) -> None:
    today = NOON.date()
    ours = replace(server.settings.host_keys[0], valid_from=today, valid_until=today + timedelta(days=9))
    settings = replace(server.settings, host_keys=(a_host_key(), ours))

    assert send(settings).proof == "renamed"
    for days in (-1, 10):
        with pytest.raises(HostKeyRefusedError):
            send(settings, FixedClock(NOON + timedelta(days=days)))


def test_a_key_that_is_not_let_in_is_tried_once(server: OpenSsh, tmp_path: Path) -> None:
    new_key(tmp_path / "other")
    with Proxy(server.port) as proxy:
        with pytest.raises(LoginRefusedError) as caught:
            send(replace(server.settings, port=proxy.port, key_file=tmp_path / "other"))

        assert proxy.connections == 1
    assert (caught.value.code, caught.value.exit_status) == ("E834-0844", 7)


def test_a_key_whose_path_looks_like_an_option_or_a_token_is_found(server: OpenSsh, tmp_path: Path) -> None:
    odd = tmp_path / '100%h of "them" ours'
    odd.write_bytes((tmp_path / "ours").read_bytes())
    odd.chmod(0o600)

    assert send(replace(server.settings, key_file=odd)).proof == "renamed"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda path: path.chmod(0o644), "E834-0846"),
        (lambda path: path.unlink(), "E834-0845"),
        (lambda path: path.write_text("not a key"), "E834-0848"),
        (
            lambda path: subprocess.run(
                ["ssh-keygen", "-q", "-p", "-P", "", "-N", "open sesame", "-f", str(path)], check=True
            ),
            "E834-0848",
        ),
    ],
    ids=["readable by all", "missing", "no key", "encrypted"],
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
            username="edi834",
            host_keys=(a_host_key(),),
            key_file=path,
        )

        with pytest.raises(KeyRefusedError) as caught:
            send(settings)
        with pytest.raises(TimeoutError):
            listener.accept()

    assert caught.value.code == code


def test_it_takes_no_password_and_says_when_it_is_not_installed(server: OpenSsh, monkeypatch: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        send(replace(server.settings, key_file=None, password=Password()))
    assert caught.value.code == "E834-0834"

    monkeypatch.setattr("shutil.which", lambda program: None)
    with pytest.raises(ConfigurationError) as caught:
        send(server.settings)
    assert caught.value.code == "E834-0835"


def test_the_program_is_told_to_trust_nothing_of_the_users(server: OpenSsh, tmp_path: Path) -> None:
    """As the program itself understood it, and whatever stands in the user's own configuration."""
    command = list(_arguments(replace(server.settings, old_algorithms=("ssh-rsa", "aes128-cbc")), tmp_path))

    reported = subprocess.run([command[0], "-G", *command[1:]], capture_output=True, text=True, check=True).stdout
    options = dict(line.partition(" ")[::2] for line in reported.splitlines())

    assert {name: options[name] for name in EXPECTED} == EXPECTED
    assert options["ciphers"].endswith("aes128-cbc")
    assert options["hostkeyalgorithms"].endswith("ssh-rsa")
    assert "cbc" not in options["ciphers"].removesuffix("aes128-cbc")


EXPECTED = {
    "batchmode": "yes",
    "clearallforwardings": "yes",
    "connecttimeout": "5",
    "controlmaster": "false",
    "forwardagent": "no",
    "globalknownhostsfile": "/dev/null",
    "identitiesonly": "yes",
    "identityagent": "none",
    "preferredauthentications": "publickey",
    "stricthostkeychecking": "true",
    "updatehostkeys": "false",
}


def test_an_agent_that_holds_the_right_key_is_not_asked(server: OpenSsh, tmp_path: Path, monkeypatch: Any) -> None:
    new_key(tmp_path / "other")
    agent = tmp_path_socket(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(agent)
        listener.listen()
        listener.settimeout(0.1)
        monkeypatch.setenv("SSH_AUTH_SOCK", agent)

        with pytest.raises(LoginRefusedError):
            send(replace(server.settings, key_file=tmp_path / "other"))
        with pytest.raises(TimeoutError):
            listener.accept()


def tmp_path_socket(folder: Path) -> str:
    """A socket's path that is short enough."""
    return os.path.relpath(folder / "agent")


def test_a_server_that_speaks_only_what_is_old_is_spoken_to_where_its_carrier_says_so(tmp_path: Path) -> None:
    old = "KexAlgorithms diffie-hellman-group14-sha1\nCiphers aes128-cbc"
    with openssh(tmp_path, options=old) as server:
        for connect in ({}, {"connect": ProgramSession}):
            with pytest.raises(DeliveryError) as caught:
                SftpChannel(NORTHSTAR, server.settings, FixedClock(), **connect).probe("x")
            assert caught.value.code == "E834-0842"

        named = ("diffie-hellman-group14-sha1", "aes128-cbc")
        assert set(named) < set(OLD_ALGORITHMS)
        assert send(replace(server.settings, old_algorithms=named)).proof == "renamed"


def test_a_server_without_sftp_let_us_in_for_nothing(tmp_path: Path) -> None:
    with openssh(tmp_path, sftp="/bin/false") as server, pytest.raises(DeliveryError) as caught:
        send(server.settings)

    assert caught.value.code == "E834-0842"
    assert "let us in" in caught.value.message


def test_nobody_there_and_somebody_else_there_are_both_for_the_next_run(server: OpenSsh) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def chatter() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=chatter)
        thread.start()
        with pytest.raises(DeliveryError) as caught:
            send(replace(server.settings, port=port))
        thread.join(5)
    assert caught.value.code == "E834-0842"

    with pytest.raises(DeliveryError) as caught:
        send(replace(server.settings, port=port))
    assert caught.value.code == "E834-0842"


def test_a_server_that_says_nothing_ends_in_time(server: OpenSsh) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        began = time.monotonic()
        with pytest.raises(DeliveryError) as caught:
            send(replace(server.settings, port=listener.getsockname()[1], connect_seconds=0.5))

    assert caught.value.code in ("E834-0841", "E834-0842")
    assert time.monotonic() - began < 6


def test_a_line_that_takes_nothing_any_more_ends_in_time_and_so_does_the_program(server: OpenSsh) -> None:
    with Proxy(server.port) as proxy:
        channel = channel_to(replace(server.settings, port=proxy.port, answer_seconds=1))
        programs: list[int] = []

        def on_phase(phase: Phase) -> None:
            if phase is Phase.WRITING:
                programs.append(channel._session._program.pid)  # type: ignore[union-attr]
                proxy.weather = Weather(stall_at=proxy.sent + 50_000)

        began = time.monotonic()
        with pytest.raises(DeliveryError) as caught:
            channel.send(a_file(size=5_000_000), attempt="1-1", on_phase=on_phase)
        channel.close()

        assert caught.value.code == "E834-0850"
        assert time.monotonic() - began < 5
        with pytest.raises(ProcessLookupError):
            os.kill(programs[0], 0)
        assert [path.name for path in server.folder.iterdir() if not path.name.startswith(".")] == []


def test_what_the_server_showed_is_what_the_note_says(server: OpenSsh) -> None:
    """The key that the refusal names is the server's, so that it can be compared by telephone."""
    from delivery.sftp.host_keys import fingerprint

    pin = server.settings.host_keys[0]
    with pytest.raises(HostKeyRefusedError) as caught:
        send(replace(server.settings, host_keys=(a_host_key(),)))

    assert fingerprint(pin.key) in caught.value.message
    assert base64.b64encode(pin.key).decode() not in caught.value.message
