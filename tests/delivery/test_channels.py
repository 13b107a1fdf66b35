"""The channel contract over every driver and wrapper."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from delivery.demo_carrier import DemoCarrier
from delivery.folder import FolderChannel
from delivery.retrying import RetryingChannel
from delivery.sftp import ProgramSession, SftpChannel
from edi834.feed.ports import Channel
from tests.contract.channel_contract import ChannelContract, FarSide
from tests.delivery.sealed import NORTHSTAR, FixedClock
from tests.delivery.servers import demo_settings, open_login, openssh


def retrying(channel: Channel) -> RetryingChannel:
    return RetryingChannel(channel, sleep=lambda seconds: None, chance=random.Random(1), tries=3)


class TestFolder(ChannelContract):
    WITHDRAWING_PROVES = False  # linked to its name, it keeps both

    @pytest.fixture
    def far_side(self, tmp_path: Path) -> FarSide:
        return FarSide(tmp_path, lambda: FolderChannel(NORTHSTAR, tmp_path, FixedClock()))


class TestSftp(ChannelContract):
    @pytest.fixture
    def far_side(self, demo_carrier: DemoCarrier) -> FarSide:
        inbox = open_login(demo_carrier)
        return FarSide(inbox, lambda: SftpChannel(NORTHSTAR, demo_settings(demo_carrier), FixedClock()))


@pytest.mark.needs("sshd")
class TestSftpToOpenSsh(ChannelContract):
    @pytest.fixture
    def far_side(self, tmp_path: Path) -> Iterator[FarSide]:
        with openssh(tmp_path) as server:
            yield FarSide(server.folder, lambda: SftpChannel(NORTHSTAR, server.settings, FixedClock()))


@pytest.mark.needs("sshd")
class TestOpenSshToOpenSsh(ChannelContract):
    @pytest.fixture
    def far_side(self, tmp_path: Path) -> Iterator[FarSide]:
        with openssh(tmp_path) as server:
            yield FarSide(
                server.folder,
                lambda: SftpChannel(NORTHSTAR, server.settings, FixedClock(), connect=ProgramSession),
            )


@pytest.mark.needs("sshd")
class TestSftpByWayOfAnotherServer(ChannelContract):
    @pytest.fixture
    def far_side(self, tmp_path: Path, demo_carrier: DemoCarrier) -> Iterator[FarSide]:
        with openssh(tmp_path) as between:
            inbox, settings = open_login(demo_carrier), demo_settings(demo_carrier, jump=between.settings)
            yield FarSide(inbox, lambda: SftpChannel(NORTHSTAR, settings, FixedClock()))


class TestRetryingFolder(ChannelContract):
    WITHDRAWING_PROVES = False

    @pytest.fixture
    def far_side(self, tmp_path: Path) -> FarSide:
        return FarSide(tmp_path, lambda: retrying(FolderChannel(NORTHSTAR, tmp_path, FixedClock())))
