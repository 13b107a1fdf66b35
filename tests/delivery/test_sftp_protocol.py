"""The SFTP conversation itself, with servers that answer late, out of order, in crumbs, or nonsense."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.sftp.protocol import BrokenLineError, RefusedError, SftpClient, Status

VERSION = b"\x02\x00\x00\x00\x03"


class Server:
    """A server in memory that holds one file, and gives its answers in an order of its own."""

    def __init__(self, chance: random.Random, content: bytes = b"", fail_write_at: int | None = None) -> None:
        self._chance = chance
        self._waiting: list[bytes] = []
        self._ready = self._heard = b""
        self._fail_write_at = fail_write_at
        self.content = bytearray(content)

    def sendall(self, s: bytes) -> None:
        self._heard += s
        while len(self._heard) >= 4 + (length := int.from_bytes(self._heard[:4])):
            packet, self._heard = self._heard[4 : 4 + length], self._heard[4 + length :]
            self._waiting.append(VERSION if packet[0] == 1 else self._answer(packet[0], packet[1:5], packet[5:]))

    def recv(self, nbytes: int) -> bytes:
        while not self._ready and self._waiting:
            chosen = self._waiting.pop(self._chance.randrange(len(self._waiting)))
            self._ready = len(chosen).to_bytes(4) + chosen
        crumb = self._chance.randint(1, nbytes)
        given, self._ready = self._ready[:crumb], self._ready[crumb:]
        return given

    def _answer(self, kind: int, number: bytes, rest: bytes) -> bytes:
        at, length = int.from_bytes(rest[5:13]), int.from_bytes(rest[13:17])
        match kind:
            case 3:
                return b"\x66" + number + b"\x00\x00\x00\x01h"
            case 5 if at >= len(self.content):
                return self._status(number, Status.EOF)
            case 5:
                block = bytes(self.content[at : at + self._chance.randint(1, length)])
                return b"\x67" + number + len(block).to_bytes(4) + block
            case 6 if self._fail_write_at is not None and at >= self._fail_write_at:
                return self._status(number, Status.FAILURE)
            case 6:
                self.content[at : at + length] = rest[17:]
                return self._status(number, Status.OK)
            case 17:
                return b"\x69" + number + b"\x00\x00\x00\x01" + len(self.content).to_bytes(8)
            case _:
                return self._status(number, Status.OK)

    @staticmethod
    def _status(number: bytes, status: Status) -> bytes:
        return b"\x65" + number + status.to_bytes(4) + bytes(8)


class Recorded:
    """A server that says what it was told to say, whatever it is asked, and then hangs up."""

    def __init__(self, said: bytes) -> None:
        self._said = said

    def sendall(self, s: bytes) -> None:
        """Listen to nothing."""

    def recv(self, nbytes: int) -> bytes:
        given, self._said = self._said[:nbytes], self._said[nbytes:]
        return given


def packet(content: bytes) -> bytes:
    return len(content).to_bytes(4) + content


@given(st.randoms(use_true_random=False), st.integers(0, 400_000))
def test_answers_in_any_order_and_in_crumbs_make_the_same_file(chance: random.Random, size: int) -> None:
    content = random.Random(size).randbytes(size)
    moved: list[int] = []
    server = Server(chance)
    client = SftpClient(server, moved.append)

    handle = client.create("x")
    done = list(client.write(handle, content))
    client.close(handle)

    assert bytes(server.content) == content
    assert (done[-1:] or [0]) == [size]
    assert sum(moved) == size


@given(st.randoms(use_true_random=False), st.integers(0, 200_000), st.integers(0, 200_000))
def test_short_answers_are_asked_for_again(chance: random.Random, size: int, limit: int) -> None:
    content = random.Random(size).randbytes(size)
    client = SftpClient(Server(chance, content), lambda moved: None)

    assert b"".join(client.read("x", limit)) == content[:limit]
    assert client.size("x") == size


@given(st.randoms(use_true_random=False), st.integers(0, 199_999))
def test_a_refusal_of_any_block_is_heard(chance: random.Random, at: int) -> None:
    """paramiko's own client loses it when other answers come first."""
    client = SftpClient(Server(chance, fail_write_at=at), lambda moved: None)
    handle = client.create("x")

    with pytest.raises(RefusedError) as caught:
        list(client.write(handle, bytes(200_000 + 32768)))

    assert caught.value.status is Status.FAILURE


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda client: client.size("x"), b"\x65\x00\x00\x00\x01\x00\x00\x00\x00"),
        (lambda client: client.create("x"), b"\x65\x00\x00\x00\x01\x00\x00\x00\x63"),
        (lambda client: client.rename("x", "y"), b"\x65\x00\x00\x00\x01\x00\x00\x00\x04"),
    ],
    ids=["success where a size was asked for", "a code nobody knows", "a failure"],
)
def test_a_refusal_is_a_refusal_and_the_line_is_whole(ask: Callable[[SftpClient], object], said: bytes) -> None:
    client = SftpClient(Recorded(packet(VERSION) + packet(said)), lambda moved: None)

    with pytest.raises(RefusedError):
        ask(client)


@pytest.mark.parametrize(
    "said", [b"\x65\x00\x00", b"\x67\x00\x00\x00\x01\x00\x00\x00\x00", b"", b"\x66\x00\x00\x00\x02"]
)
def test_an_answer_that_makes_no_sense_ends_the_conversation(said: bytes) -> None:
    client = SftpClient(Recorded(packet(VERSION) + packet(said)), lambda moved: None)

    with pytest.raises(BrokenLineError):
        client.rename("x", "y")


@given(st.binary(max_size=60))
def test_whatever_a_server_says_is_an_answer_or_an_end(said: bytes) -> None:
    for before in (b"", packet(VERSION)):
        try:
            client = SftpClient(Recorded(before + said), lambda moved: None)
            client.size("x")
            list(client.read("x", 10))
        except (BrokenLineError, RefusedError):
            continue


def test_a_server_that_tells_no_size_is_not_guessed_at() -> None:
    attributes = b"\x69\x00\x00\x00\x01" + b"\x00\x00\x00\x04" + bytes(4)

    assert SftpClient(Recorded(packet(VERSION) + packet(attributes)), lambda moved: None).size("x") is None


def test_an_endless_answer_is_not_read() -> None:
    with pytest.raises(BrokenLineError):
        SftpClient(Recorded(b"HTTP/1.1 400 Bad Request"), lambda moved: None)
