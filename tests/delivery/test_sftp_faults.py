"""What becomes of a delivery by SFTP when the line or the server fails, at every step (F20 to F36)."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from delivery.demo_carrier import DemoCarrier
from delivery.sftp import SftpChannel, read_known_hosts
from edi834.errors import DeliveryError, HeldError, InDoubtError, LockedError
from edi834.feed.ports import Phase
from tests.delivery.proxy import Proxy, Weather
from tests.delivery.sealed import NORTHSTAR, FixedClock, a_file
from tests.delivery.servers import demo_settings, open_login, openssh

SIZE = 200_000


def quiet(phase: Phase) -> None:
    """For tests that do not look at phases."""


def through(proxy: Proxy, carrier: DemoCarrier, **changes: Any) -> SftpChannel:
    """A channel to the carrier by way of the proxy."""
    pins = read_known_hosts(
        carrier.known_hosts.replace(str(carrier.port), str(proxy.port)), host="127.0.0.1", port=proxy.port
    )
    settings = demo_settings(carrier, port=proxy.port, host_keys=pins, **changes)
    return SftpChannel(NORTHSTAR, settings, FixedClock())


def clears_up_before_looking(channel: SftpChannel, proxy: Proxy) -> None:
    """Let the line come back in the moment between a lost rename and looking what became of it."""
    look = channel._settled

    def later(*arguments: Any) -> Any:
        proxy.weather = Weather()
        return look(*arguments)

    channel._settled = later  # type: ignore[method-assign]


@pytest.fixture
def proxy(demo_carrier: DemoCarrier) -> Iterator[Proxy]:
    with Proxy(demo_carrier.port) as proxy:
        yield proxy


@contextmanager
def within(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("cut", [0, 1, 32767, 32768, 32769, SIZE // 2, SIZE - 1])
def test_a_line_cut_while_writing_leaves_nothing_under_the_final_name(demo_carrier, proxy, cut, reset) -> None:
    inbox, file = open_login(demo_carrier), a_file(size=SIZE)
    channel = through(proxy, demo_carrier)

    def on_phase(phase: Phase) -> None:
        if phase is Phase.WRITING:
            proxy.weather = Weather(cut_at=proxy.sent + cut, reset=reset)

    with pytest.raises(DeliveryError) as caught, within(8):
        channel.send(file, attempt="1-1", on_phase=on_phase)
    left = {path.name for path in inbox.iterdir()}

    proxy.weather = Weather()
    receipt = channel.send(file, attempt="1-2", on_phase=quiet)

    assert (caught.value.code, caught.value.exit_status) == ("E834-0851", 7)
    assert file.remote_name not in left
    assert receipt.proof == "renamed"
    assert [path.name for path in inbox.iterdir()] == [file.remote_name]
    channel.close()


def test_a_line_that_takes_nothing_more_ends_at_the_deadline(demo_carrier, proxy) -> None:
    """paramiko's own client hangs here for ever."""
    inbox, file = open_login(demo_carrier), a_file(size=5_000_000)
    channel = through(proxy, demo_carrier, answer_seconds=1)

    def on_phase(phase: Phase) -> None:
        if phase is Phase.WRITING:
            proxy.weather = Weather(stall_at=proxy.sent + 100_000)

    with pytest.raises(DeliveryError) as caught, within(5):
        channel.send(file, attempt="1-1", on_phase=on_phase)

    assert caught.value.code == "E834-0850"
    assert file.remote_name not in {path.name for path in inbox.iterdir()}


def test_answers_that_are_lost_end_at_the_deadline(demo_carrier, proxy) -> None:
    open_login(demo_carrier)
    channel = through(proxy, demo_carrier, answer_seconds=1)

    def on_phase(phase: Phase) -> None:
        if phase is Phase.WRITING:
            proxy.weather = Weather(swallow_replies=True)

    with pytest.raises(DeliveryError), within(5):
        channel.send(a_file(size=SIZE), attempt="1-1", on_phase=on_phase)


def test_a_file_that_comes_on_too_slowly_is_given_up(demo_carrier, proxy) -> None:
    open_login(demo_carrier)
    channel = through(proxy, demo_carrier, answer_seconds=1, min_bytes_per_minute=6_000_000)

    def on_phase(phase: Phase) -> None:
        if phase is Phase.WRITING:
            proxy.weather = Weather(bytes_per_second=40_000)

    with pytest.raises(DeliveryError) as caught, within(6):
        channel.send(a_file(size=1_000_000), attempt="1-1", on_phase=on_phase)

    assert caught.value.code == "E834-0850"


def test_a_file_that_comes_on_slowly_enough_arrives(demo_carrier, proxy) -> None:
    """Patience is with progress: the whole may take longer than any one answer may."""
    inbox, file = open_login(demo_carrier), a_file(size=SIZE)
    channel = through(proxy, demo_carrier, answer_seconds=0.8, min_bytes_per_minute=60_000)

    def on_phase(phase: Phase) -> None:
        if phase is Phase.WRITING:
            proxy.weather = Weather(bytes_per_second=100_000)

    began = time.monotonic()
    channel.send(file, attempt="1-1", on_phase=on_phase)

    assert time.monotonic() - began > 1.5
    assert (inbox / file.remote_name).read_bytes() == file.content
    channel.close()


def test_a_file_that_takes_longer_than_any_file_may_is_given_up(demo_carrier, proxy) -> None:
    open_login(demo_carrier)
    channel = through(proxy, demo_carrier, file_seconds=1)

    def on_phase(phase: Phase) -> None:
        if phase is Phase.WRITING:
            proxy.weather = Weather(bytes_per_second=100_000)

    with pytest.raises(DeliveryError), within(4):
        channel.send(a_file(size=1_000_000), attempt="1-1", on_phase=on_phase)


@pytest.mark.parametrize("sweeps", [False, True], ids=["it stays", "it is swept"])
def test_a_rename_whose_answer_is_lost_is_found_out_or_is_in_doubt(demo_carrier, proxy, sweeps) -> None:
    inbox, file = open_login(demo_carrier, sweeps=sweeps), a_file()
    channel = through(proxy, demo_carrier, answer_seconds=1)

    def on_phase(phase: Phase) -> None:
        if phase is Phase.RENAME_SENT:
            proxy.weather = Weather(swallow_replies=True)

    clears_up_before_looking(channel, proxy)
    if sweeps:
        with pytest.raises(InDoubtError) as caught:
            channel.send(file, attempt="1-1", on_phase=on_phase)
        assert (caught.value.code, caught.value.exit_status) == ("E834-0858", 12)
        assert (inbox.parent / "taken" / file.remote_name).read_bytes() == file.content
    else:
        assert channel.send(file, attempt="1-1", on_phase=on_phase).proof == "found"
        assert [path.name for path in inbox.iterdir()] == [file.remote_name]
    channel.close()


def test_a_rename_that_never_reached_the_server_is_safe_to_repeat(demo_carrier, proxy) -> None:
    inbox, file = open_login(demo_carrier), a_file()
    channel = through(proxy, demo_carrier)

    def on_phase(phase: Phase) -> None:
        if phase is Phase.RENAME_SENT:
            proxy.weather = Weather(cut_at=proxy.sent)

    clears_up_before_looking(channel, proxy)
    with pytest.raises(DeliveryError):
        channel.send(file, attempt="1-1", on_phase=on_phase)

    assert list(inbox.iterdir()) == []
    assert channel.send(file, attempt="1-2", on_phase=quiet).proof == "renamed"
    channel.close()


def test_a_line_that_is_lost_at_the_rename_and_stays_lost_is_in_doubt(demo_carrier, proxy) -> None:
    open_login(demo_carrier)
    channel = through(proxy, demo_carrier, connect_seconds=1)

    def on_phase(phase: Phase) -> None:
        if phase is Phase.RENAME_SENT:
            proxy.weather = Weather(cut_at=0)

    with pytest.raises(InDoubtError):
        channel.send(a_file(), attempt="1-1", on_phase=on_phase)


def test_a_carrier_that_sweeps_at_once_has_been_delivered_to(demo_carrier) -> None:
    """The server said that the name was given: nothing needs to stand there any more."""
    inbox, file = open_login(demo_carrier, sweeps=True), a_file()
    channel = SftpChannel(NORTHSTAR, demo_settings(demo_carrier), FixedClock())

    assert channel.send(file, attempt="1-1", on_phase=quiet).proof == "renamed"
    assert channel.probe(file.remote_name) is None
    assert (inbox.parent / "taken" / file.remote_name).read_bytes() == file.content
    channel.close()


@pytest.mark.parametrize("verify", ["readback", "size", "none"])
def test_a_drop_box_that_shows_nothing_takes_files_only_where_that_was_agreed(demo_carrier, verify) -> None:
    inbox, file = open_login(demo_carrier, write_only=True), a_file()
    channel = SftpChannel(NORTHSTAR, demo_settings(demo_carrier, verify=_verification(verify)), FixedClock())

    if verify == "none":
        assert channel.send(file, attempt="1-1", on_phase=quiet).verified == "none"
        with pytest.raises(InDoubtError):
            channel.probe(file.remote_name)
    else:
        with pytest.raises(HeldError) as caught:
            channel.send(file, attempt="1-1", on_phase=quiet)
        assert caught.value.code == "E834-0856"
        assert file.remote_name not in {path.name for path in inbox.iterdir()}
    channel.close()


def test_a_server_that_tells_no_sizes_is_read_back(demo_carrier) -> None:
    open_login(demo_carrier, refuses_stat=True)
    settings = demo_settings(demo_carrier, verify=_verification("size"))
    channel = SftpChannel(NORTHSTAR, settings, FixedClock())

    with pytest.raises(HeldError):
        channel.send(a_file(), attempt="1-1", on_phase=quiet)
    channel.close()


@pytest.mark.parametrize("verify", ["readback", "size", "none"])
def test_a_full_disk_is_never_taken_for_a_delivery(demo_carrier, verify) -> None:
    """With writes under way the refusal of one of them comes late, and must still be heard."""
    inbox = open_login(demo_carrier, disk_bytes=SIZE // 2)
    channel = SftpChannel(NORTHSTAR, demo_settings(demo_carrier, verify=_verification(verify)), FixedClock())

    with pytest.raises(DeliveryError) as caught:
        channel.send(a_file(size=SIZE), attempt="1-1", on_phase=quiet)

    assert caught.value.code == "E834-0853"
    assert list(inbox.iterdir()) == []
    channel.close()


def test_a_server_that_hangs_up_while_it_takes_a_file_is_tried_again(demo_carrier) -> None:
    inbox = open_login(demo_carrier, drops_after=SIZE // 2)
    channel = SftpChannel(NORTHSTAR, demo_settings(demo_carrier), FixedClock())

    with pytest.raises(DeliveryError):
        channel.send(a_file(size=SIZE), attempt="1-1", on_phase=quiet)

    assert a_file().remote_name not in {path.name for path in inbox.iterdir()}


def test_a_temporary_file_whose_making_was_not_confirmed_is_taken_away_by_the_next_try(demo_carrier, proxy) -> None:
    """The server made it, and its answer was lost: nobody but us bears that name."""
    inbox, file = open_login(demo_carrier), a_file()
    channel = through(proxy, demo_carrier, answer_seconds=1)
    look = channel._write

    def losing(session: Any, *arguments: Any) -> Any:
        proxy.weather = Weather(swallow_replies=True, connection=proxy.connections)
        return look(session, *arguments)

    channel._write = losing  # type: ignore[method-assign]
    with pytest.raises(DeliveryError):
        channel.send(file, attempt="1-1", on_phase=quiet)
    assert [path.suffix for path in inbox.iterdir()] == [".part"]
    channel._write = look  # type: ignore[method-assign]

    channel.send(file, attempt="1-2", on_phase=quiet)

    assert [path.name for path in inbox.iterdir()] == [file.remote_name]
    channel.close()


def test_a_run_that_was_taken_over_takes_its_temporary_file_away(demo_carrier) -> None:
    inbox = open_login(demo_carrier)
    channel = SftpChannel(NORTHSTAR, demo_settings(demo_carrier), FixedClock())

    def on_phase(phase: Phase) -> None:
        if phase is Phase.RENAME_SENT:
            raise LockedError("taken over", code="E834-0703")

    with pytest.raises(LockedError):
        channel.send(a_file(), attempt="1-1", on_phase=on_phase)

    assert list(inbox.iterdir()) == []
    channel.close()


class TestAServerThatCannotRename:
    """Mode ``direct_excl``: the file under its own name, and a marker after it."""

    def test_a_file_is_there_once_its_marker_is(self, demo_carrier) -> None:
        inbox, file = open_login(demo_carrier, refuses_rename=True), a_file()
        channel = self.direct(demo_carrier)

        receipt = channel.send(file, attempt="1-1", on_phase=quiet)

        assert receipt.proof == "renamed"
        assert sorted(path.name for path in inbox.iterdir()) == [file.remote_name, file.remote_name + ".done"]
        assert channel.send(file, attempt="1-2", on_phase=quiet).proof == "found"
        assert channel.probe(file.remote_name).sha256 == file.sha256
        channel.close()

    def test_a_missing_marker_is_no_delivery_and_is_made_good(self, demo_carrier) -> None:
        inbox, file = open_login(demo_carrier), a_file()
        (inbox / file.remote_name).write_bytes(file.content)
        channel = self.direct(demo_carrier)

        assert channel.probe(file.remote_name) is None
        assert channel.send(file, attempt="1-2", on_phase=quiet).proof == "found"
        assert (inbox / (file.remote_name + ".done")).exists()
        channel.close()

    def test_half_a_file_is_taken_away_where_that_can_be_done(self, demo_carrier) -> None:
        inbox = open_login(demo_carrier, disk_bytes=SIZE // 2)
        channel = self.direct(demo_carrier)

        with pytest.raises(DeliveryError):
            channel.send(a_file(size=SIZE), attempt="1-1", on_phase=quiet)

        assert list(inbox.iterdir()) == []
        channel.close()

    def test_half_a_file_that_stays_is_for_a_person(self, demo_carrier) -> None:
        open_login(demo_carrier, drops_after=SIZE // 2)
        channel = self.direct(demo_carrier)

        with pytest.raises(InDoubtError):
            channel.send(a_file(size=SIZE), attempt="1-1", on_phase=quiet)

    def test_renaming_there_is_refused_and_said(self, demo_carrier) -> None:
        inbox = open_login(demo_carrier, refuses_rename=True)
        channel = SftpChannel(NORTHSTAR, demo_settings(demo_carrier), FixedClock())

        with pytest.raises(DeliveryError):
            channel.send(a_file(), attempt="1-1", on_phase=quiet)

        assert list(inbox.iterdir()) == []
        channel.close()

    @staticmethod
    def direct(carrier: DemoCarrier) -> SftpChannel:
        from delivery.sftp import UploadMode

        return SftpChannel(NORTHSTAR, demo_settings(carrier, upload_mode=UploadMode.DIRECT), FixedClock())


@pytest.mark.needs("sshd")
@pytest.mark.parametrize(
    ("forbidden", "verify", "expected"),
    [
        ("stat,lstat,fstat,read", "none", "renamed"),
        ("stat,lstat,fstat,read", "readback", HeldError),
        ("read", "size", "renamed"),
        ("rename", "readback", HeldError),
    ],
)
def test_openssh_with_requests_forbidden(tmp_path: Path, forbidden: str, verify: str, expected: Any) -> None:
    from dataclasses import replace

    with openssh(tmp_path, sftp=f"internal-sftp -P {forbidden}") as server:
        settings = replace(server.settings, verify=_verification(verify))
        channel = SftpChannel(NORTHSTAR, settings, FixedClock())
        if isinstance(expected, str):
            assert channel.send(a_file(), attempt="1-1", on_phase=quiet).proof == expected
        else:
            with pytest.raises(expected):
                channel.send(a_file(), attempt="1-1", on_phase=quiet)
            assert a_file().remote_name not in {path.name for path in server.folder.iterdir()}
        channel.close()


def _mute(connection: socket.socket) -> None:
    connection.recv(1)


def _chatter(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 50)


def _endless(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"welcome\r\n")
        time.sleep(0.01)


def _hang_up(connection: socket.socket) -> None:
    connection.close()


def _banner_then_silence(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
    connection.recv(1 << 20)
    time.sleep(3)


@pytest.mark.parametrize("behave", [_mute, _chatter, _endless, _hang_up, _banner_then_silence])
def test_whatever_is_not_an_sftp_server_is_left_in_time(demo_carrier, behave: Callable[[socket.socket], None]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_serve, args=(listener, behave), daemon=True).start()
        settings = demo_settings(demo_carrier, port=listener.getsockname()[1], connect_seconds=1)

        with pytest.raises(DeliveryError) as caught, within(6):
            SftpChannel(NORTHSTAR, settings, FixedClock()).send(a_file(), attempt="1-1", on_phase=quiet)

    assert caught.value.code in {"E834-0841", "E834-0842"}


def test_a_closed_port_is_a_delivery_that_failed(demo_carrier) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    settings = demo_settings(demo_carrier, port=port)

    with pytest.raises(DeliveryError) as caught:
        SftpChannel(NORTHSTAR, settings, FixedClock()).probe("x.pgp")

    assert caught.value.code == "E834-0840"


def _serve(listener: socket.socket, behave: Callable[[socket.socket], None]) -> None:
    connection, _ = listener.accept()
    with connection:
        try:
            behave(connection)
        except OSError:
            return


def _verification(name: str) -> Any:
    from delivery.sftp import Verification

    return Verification(name)
