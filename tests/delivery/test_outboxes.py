"""The outbox contract over every driver, and what a hostile server may list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from delivery.demo_carrier import DemoCarrier
from delivery.folder_outbox import FolderOutbox
from delivery.sftp.listing import listed
from delivery.sftp.outbox import SftpOutbox
from delivery.sftp.protocol import BrokenLineError
from edi834.errors import DeliveryError
from edi834.feed.profile import OutboxProfile
from tests.contract.outbox_contract import OutboxContract, Outside
from tests.delivery.sealed import NORTHSTAR, FixedClock
from tests.delivery.servers import demo_settings, open_login, openssh


class TestFolder(OutboxContract):
    @pytest.fixture
    def outside(self, tmp_path: Path) -> Outside:
        folder = tmp_path / "outbox"
        folder.mkdir()
        return Outside(folder, "outbox", lambda o: FolderOutbox(NORTHSTAR, tmp_path / o.folder, o))


class TestSftp(OutboxContract):
    @pytest.fixture
    def outside(self, tmp_path: Path) -> Iterator[Outside]:
        with DemoCarrier(tmp_path) as carrier:
            folder = open_login(carrier).parent / "outbox"
            settings = demo_settings(carrier)
            yield Outside(folder, "outbox", lambda o: SftpOutbox(NORTHSTAR, settings, o, FixedClock()))


@pytest.mark.needs("sshd")
class TestSftpToOpenSsh(OutboxContract):
    @pytest.fixture
    def outside(self, tmp_path: Path) -> Iterator[Outside]:
        with openssh(tmp_path) as server:
            folder = server.folder
            yield Outside(folder, str(folder), lambda o: SftpOutbox(NORTHSTAR, server.settings, o, FixedClock()))


def test_a_server_that_went_away_is_asked_again_by_the_next_run(tmp_path: Path) -> None:
    with DemoCarrier(tmp_path) as carrier:
        open_login(carrier)
        outbox = SftpOutbox(NORTHSTAR, demo_settings(carrier), OutboxProfile("outbox"), FixedClock())
        assert list(outbox.list()) == []

    with pytest.raises(DeliveryError) as failed:
        outbox.list()

    assert failed.value.retryable


class Listing:
    """A server's answers to a listing, as a hostile server may give them."""

    def __init__(self, *packets: bytes) -> None:
        self.packets = packets

    def entries(self, folder: str) -> Iterator[bytes]:
        yield from self.packets


def an_entry(name: bytes, attributes: bytes = bytes(4)) -> bytes:
    return len(name).to_bytes(4) + name + bytes(4) + attributes


def packet(*entries: bytes) -> bytes:
    return len(entries).to_bytes(4) + b"".join(entries)


def test_names_that_lead_elsewhere_or_are_no_text_are_passed_over() -> None:
    names = (b".", b"..", b"../../etc/passwd", b"/etc/passwd", b"\xff\xfe", b"a\x1b[2Jb", b"good.edi")

    found = listed(Listing(packet(*map(an_entry, names))), "outbox")  # type: ignore[arg-type]

    assert [w.name for w in found] == ["good.edi"]
    assert (found[0].size, found[0].modified) == (None, None)


def test_every_kind_of_attribute_is_read_past() -> None:
    attributes = (0x8000000F).to_bytes(4) + (7).to_bytes(8) + bytes(8) + (0o100600).to_bytes(4) + bytes(4)
    attributes += (1_700_000_000).to_bytes(4) + (1).to_bytes(4) + (2).to_bytes(4) + b"ab" + (1).to_bytes(4) + b"c"
    folder = (0x4).to_bytes(4) + (0o040700).to_bytes(4)

    found = listed(Listing(packet(an_entry(b"a", attributes), an_entry(b"dir", folder), an_entry(b"b"))), ".")  # type: ignore[arg-type]

    assert [(w.name, w.size, w.modified) for w in found] == [("a", 7, 1_700_000_000), ("b", None, None)]


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_listing_that_is_cut_short_is_no_listing(cut: int) -> None:
    whole = packet(an_entry(b"abc"))

    with pytest.raises(BrokenLineError):
        listed(Listing(whole[: len(whole) - cut]), ".")  # type: ignore[arg-type]


def test_a_listing_without_end_is_given_up() -> None:
    class Endless(Listing):
        def entries(self, folder: str) -> Iterator[bytes]:
            while True:
                yield packet(*(an_entry(b"x") for _ in range(1000)))

    assert len(listed(Endless(), ".")) == 10_000  # type: ignore[arg-type]
