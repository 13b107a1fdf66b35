"""The server in between: it must be who it is said to be, and what fails on either leg is reported as what it is.

That files arrive by way of it as by any other is shown by the contract suite, in ``test_channels.py``.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from delivery.demo_carrier import DemoCarrier
from delivery.sftp import PinnedHostKey, SftpChannel, SftpSettings
from edi834.errors import DeliveryError, HostKeyRefusedError, KeyRefusedError, LoginRefusedError
from edi834.feed.ports import Phase
from tests.delivery.proxy import Proxy, Weather
from tests.delivery.sealed import NORTHSTAR, FixedClock, a_file
from tests.delivery.servers import OpenSsh, Password, demo_settings, new_key, open_login, openssh

pytestmark = pytest.mark.needs("sshd")


@pytest.fixture
def between(tmp_path: Path) -> Iterator[OpenSsh]:
    with openssh(tmp_path) as server:
        yield server


def another_host_key() -> tuple[PinnedHostKey, ...]:
    return (PinnedHostKey("ssh-ed25519", asyncssh.generate_private_key("ssh-ed25519").public_data),)


def send(settings: SftpSettings, on_phase: Any = lambda phase: None, size: int = 100) -> Any:
    channel = SftpChannel(NORTHSTAR, settings, FixedClock())
    try:
        return channel.send(a_file(size=size), attempt="1-1", on_phase=on_phase)
    finally:
        channel.close()


@pytest.mark.parametrize("leg", ["between", "there"])
def test_either_server_with_another_host_key_is_refused_by_name(demo_carrier: DemoCarrier, between, leg) -> None:
    inbox = open_login(demo_carrier)
    jump = replace(between.settings, host_keys=another_host_key()) if leg == "between" else between.settings
    settings = demo_settings(demo_carrier, jump=jump)
    if leg == "there":
        settings = replace(settings, host_keys=another_host_key())

    with pytest.raises(HostKeyRefusedError) as caught:
        send(settings)

    refused = jump if leg == "between" else settings
    assert refused.peer in caught.value.message
    assert list(inbox.iterdir()) == []


def test_a_login_or_a_key_that_is_refused_in_between_is_reported_as_that(demo_carrier, between, tmp_path: Path) -> None:
    open_login(demo_carrier)
    new_key(tmp_path / "other")
    with pytest.raises(LoginRefusedError) as caught:
        send(demo_settings(demo_carrier, jump=replace(between.settings, key_file=tmp_path / "other")))
    assert between.settings.peer in caught.value.message

    with pytest.raises(KeyRefusedError):
        send(demo_settings(demo_carrier, jump=replace(between.settings, key_file=tmp_path / "missing")))
    with pytest.raises(LoginRefusedError) as caught:
        send(demo_settings(demo_carrier, jump=between.settings, password=Password("wrong")))
    assert demo_settings(demo_carrier).peer in caught.value.message


def test_a_server_that_cannot_be_reached_from_there_is_for_the_next_run(demo_carrier, between) -> None:
    open_login(demo_carrier)
    settings = demo_settings(demo_carrier, jump=between.settings)
    demo_carrier.stop()

    with pytest.raises(DeliveryError) as caught:
        send(settings)

    assert caught.value.code == "E834-0842"


def test_a_server_in_between_that_does_not_pass_anything_on_is_for_the_next_run(demo_carrier, tmp_path: Path) -> None:
    open_login(demo_carrier)
    with openssh(tmp_path, options="AllowTcpForwarding no") as between, pytest.raises(DeliveryError) as caught:
        send(demo_settings(demo_carrier, jump=between.settings))

    assert caught.value.code == "E834-0842"


def test_a_line_that_goes_dead_before_the_server_in_between_ends_in_time(demo_carrier, between) -> None:
    inbox, before = open_login(demo_carrier), threading.active_count()
    with Proxy(between.port) as proxy:
        jump = replace(between.settings, port=proxy.port)

        def on_phase(phase: Phase) -> None:
            if phase is Phase.WRITING:
                proxy.weather = Weather(stall_at=proxy.sent + 50_000)

        began = time.monotonic()
        with pytest.raises(DeliveryError) as caught:
            send(demo_settings(demo_carrier, jump=jump, answer_seconds=1), on_phase, size=5_000_000)

        assert caught.value.code == "E834-0850"
        assert time.monotonic() - began < 10
    assert [path.name for path in inbox.iterdir() if not path.name.startswith(".")] == []
    assert threading.active_count() <= before
