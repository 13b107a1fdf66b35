"""The line contract over every channel that has a line, to a server in this process and to OpenSSH, and wrappers."""

from __future__ import annotations

import base64
import random
import resource
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from delivery.demo_carrier import Behaviour, DemoCarrier
from delivery.retrying import RetryingChannel
from delivery.sftp import ProgramSession, SftpChannel, SftpSettings, Verification, read_known_hosts
from edi834.feed.ports import Channel
from tests.contract.line_contract import PATIENCE, FarEnd, LineContract, OpenLine
from tests.delivery.proxy import Proxy
from tests.delivery.sealed import NORTHSTAR, FixedClock
from tests.delivery.servers import LOGIN, demo_settings, new_key, open_login, openssh

NOTHING_SHOWN = "internal-sftp -P stat,lstat,fstat,read,remove"
SLOWEST = {"min_bytes_per_minute": 6_000_000, **PATIENCE}


def by_way_of(proxy: Proxy, settings: SftpSettings) -> SftpSettings:
    """The same server, reached through the proxy; it shows the same host key."""
    lines = [f"[127.0.0.1]:{proxy.port} {pin.algorithm} {_base64(pin.key)}" for pin in settings.host_keys]
    pins = read_known_hosts("\n".join(lines), host="127.0.0.1", port=proxy.port)
    return replace(settings, port=proxy.port, host_keys=pins, **SLOWEST)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def channel_of(settings: SftpSettings, connect: Any) -> Callable[[Verification], Channel]:
    def make(verify: Verification) -> Channel:
        return SftpChannel(NORTHSTAR, replace(settings, verify=verify), FixedClock(), **connect)

    return make


@contextmanager
def our_server(
    carrier: DemoCarrier, connect: Any, *, write_only: bool = False, room: int | None = None, **more: Any
) -> Iterator[FarEnd]:
    """The server in this process."""
    behaviour = {"write_only": write_only, "disk_bytes": room}
    settings = demo_settings(carrier)
    if connect:  # the program is given no password
        key = carrier.open_account("keys") / "ours"
        public = new_key(key)
        inbox = carrier.open_account(LOGIN, public_key=public, behaviour=Behaviour(**behaviour)) / "inbox"
        settings = demo_settings(carrier, password=None, key_file=key)
    else:
        inbox = open_login(carrier, **behaviour)
    account = carrier._accounts[LOGIN]

    def make_room() -> None:
        account.behaviour = Behaviour()

    with Proxy(carrier.port) as proxy:
        channel = channel_of(by_way_of(proxy, settings), connect)
        yield FarEnd(proxy, inbox, channel, inbox.parent / "swept", make_room)


@contextmanager
def openssh_server(
    folder: Path, connect: Any, *, write_only: bool = False, room: int | None = None
) -> Iterator[FarEnd]:
    """A real one."""
    with ExitStack() as stack:
        server = stack.enter_context(openssh(folder, sftp=NOTHING_SHOWN if write_only else "internal-sftp"))
        _, most = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
        if room is not None:
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (room, most))
        proxy = stack.enter_context(Proxy(server.port))
        channel = channel_of(by_way_of(proxy, server.settings), connect)
        yield FarEnd(
            proxy,
            server.folder,
            channel,
            server.folder.parent / "swept",
            lambda: resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (most, most)) and None,
        )


PROGRAM = {"connect": ProgramSession}


class TestSftp(LineContract):
    @pytest.fixture
    def open_line(self, demo_carrier: DemoCarrier) -> OpenLine:
        return lambda **how: our_server(demo_carrier, {}, **how)


@pytest.mark.needs("sshd")
class TestSftpToOpenSsh(LineContract):
    @pytest.fixture
    def open_line(self, tmp_path: Path) -> OpenLine:
        return lambda **how: openssh_server(tmp_path, {}, **how)


@pytest.mark.needs("sshd")
class TestOpenSshToOpenSsh(LineContract):
    @pytest.fixture
    def open_line(self, tmp_path: Path) -> OpenLine:
        return lambda **how: openssh_server(tmp_path, PROGRAM, **how)


@pytest.mark.needs("sshd")
class TestOpenSshToOurServer(LineContract):
    @pytest.fixture
    def open_line(self, demo_carrier: DemoCarrier) -> OpenLine:
        return lambda **how: our_server(demo_carrier, PROGRAM, **how)


@pytest.mark.needs("sshd")
class TestSftpByWayOfAnotherServer(LineContract):
    """The bad line is the one to the server in between."""

    LEGS = 2

    @pytest.fixture
    def open_line(self, tmp_path: Path, demo_carrier: DemoCarrier) -> OpenLine:
        @contextmanager
        def opened(**how: Any) -> Iterator[FarEnd]:
            with openssh(tmp_path) as between, Proxy(between.port) as proxy, our_server(demo_carrier, {}, **how) as far:
                settings = demo_settings(demo_carrier, jump=by_way_of(proxy, between.settings), **SLOWEST)
                yield replace(far, proxy=proxy, make_channel=channel_of(settings, {}))

        return opened


class _Retrying(LineContract):
    TRIES = 2

    @staticmethod
    def wrapped(far: FarEnd) -> FarEnd:
        bare = far.make_channel

        def make(verify: Verification) -> Channel:
            return RetryingChannel(bare(verify), sleep=lambda seconds: None, chance=random.Random(1), tries=2)

        return replace(far, make_channel=make)


class TestRetryingSftp(_Retrying):
    @pytest.fixture
    def open_line(self, demo_carrier: DemoCarrier) -> OpenLine:
        @contextmanager
        def opened(**how: Any) -> Iterator[FarEnd]:
            with our_server(demo_carrier, {}, **how) as far:
                yield self.wrapped(far)

        return opened


@pytest.mark.needs("sshd")
class TestRetryingSftpToOpenSsh(_Retrying):
    @pytest.fixture
    def open_line(self, tmp_path: Path) -> OpenLine:
        @contextmanager
        def opened(**how: Any) -> Iterator[FarEnd]:
            with openssh_server(tmp_path, {}, **how) as far:
                yield self.wrapped(far)

        return opened
