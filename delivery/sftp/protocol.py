"""SFTP version 3 over one open channel: as few requests as a delivery needs, every answer matched to its question.

Written here because paramiko's client drops errors of pipelined writes, swallows those of closing, and waits for ever
where a server answers out of order; a refusal is told apart from a broken line by type, never by text.
Connecting and logging in are ``session.py``'s, and the order of the steps is ``channel.py``'s.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from paramiko import SSHException

__all__ = ["BrokenLineError", "RefusedError", "SftpClient", "Status", "Wire"]

_VERSION = 3
_BLOCK = 32768  # the largest read and write that every server must take
_IN_FLIGHT = 64  # 2 MiB: the window of paramiko's channels
_LONGEST_ANSWER = 1 << 18
_AT_ONCE = 1 << 16  # what is taken off the wire at a time


class Status(IntEnum):
    """The status codes of version 3; a server's other codes count as FAILURE."""

    OK = 0
    EOF = 1
    NO_SUCH_FILE = 2
    PERMISSION_DENIED = 3
    FAILURE = 4
    BAD_MESSAGE = 5
    NO_CONNECTION = 6
    CONNECTION_LOST = 7
    UNSUPPORTED = 8


class _Request(IntEnum):
    INIT = 1
    OPEN = 3
    CLOSE = 4
    READ = 5
    WRITE = 6
    OPENDIR = 11
    READDIR = 12
    REMOVE = 13
    STAT = 17
    RENAME = 18


class _Answer(IntEnum):
    VERSION = 2
    STATUS = 101
    HANDLE = 102
    DATA = 103
    NAME = 104
    ATTRS = 105


_READ, _WRITE, _CREATE, _EXCLUSIVE = 0x01, 0x02, 0x08, 0x20
_HAS_SIZE = 0x01


class RefusedError(Exception):
    """The server answered, and its answer is no; the line is whole."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.name)
        self.status = status


class BrokenLineError(Exception):
    """The line broke, fell silent, or what came over it is not SFTP."""


class Wire(Protocol):
    """An open channel, as paramiko's, or a socket."""

    def sendall(self, s: bytes, /) -> None:
        """Send everything, or raise OSError."""

    def recv(self, nbytes: int, /) -> bytes:
        """Receive something; nothing at the end; OSError where it breaks or falls silent."""


@dataclass(frozen=True, slots=True)
class _Reply:
    kind: int
    body: bytes


class SftpClient:
    """One SFTP conversation.

    Every method raises :class:`RefusedError` where the server says no, and :class:`BrokenLineError` where it no longer
    answers; after the latter nothing more can be asked.
    """

    def __init__(self, wire: Wire, on_progress: Callable[[int], None]) -> None:
        """Greet the server; ``on_progress`` is told how many bytes each answer proves to have been moved."""
        self._wire = wire
        self._on_progress = on_progress
        self._next = 0
        self._early: dict[int, _Reply] = {}
        self._received_already = bytearray()
        self._send([(5).to_bytes(4), bytes([_Request.INIT]), _VERSION.to_bytes(4)])
        greeting = self._packet()
        if greeting[:1] != bytes([_Answer.VERSION]):
            raise BrokenLineError("not an SFTP server")

    def size(self, path: str) -> int | None:
        """The size of what stands under a name; None where the server does not say."""
        attributes = self._ask(_Request.STAT, _text(path), expected=_Answer.ATTRS)
        if len(attributes) < 12 or not int.from_bytes(attributes[:4]) & _HAS_SIZE:
            return None
        return int.from_bytes(attributes[4:12])

    def create(self, path: str) -> bytes:
        """Open a new file for writing; refused where one stands there already. Gives its handle."""
        return self._open(path, _WRITE | _CREATE | _EXCLUSIVE)

    def write(self, handle: bytes, content: bytes | Iterable[bytes | memoryview]) -> Iterator[int]:
        """Write a file's whole content, and give how far it has provably come, until the end.

        No block is taken for written before the server has said so.
        """
        asked: deque[tuple[int, int]] = deque()
        blocks, at, done = _cut(content), 0, 0
        following = next(blocks, None)
        while following is not None or asked:
            # Half a window at a time: many small pieces on the wire cost more than what is in them.
            if len(asked) <= _IN_FLIGHT // 2:
                together: list[bytes | memoryview] = []
                while following is not None and len(asked) < _IN_FLIGHT:
                    block, following = following, next(blocks, None)
                    where = (_text(handle), at.to_bytes(8), len(block).to_bytes(4))
                    question, framed = self._framed(_Request.WRITE, *where, block)
                    together += framed
                    asked.append((question, len(block)))
                    at += len(block)
                self._send(together)
            question, length = asked.popleft()
            self._status(question)
            done += length
            self._on_progress(length)
            yield done

    def read(self, path: str, limit: int) -> Iterator[bytes]:
        """The content that stands under a name, at most ``limit`` bytes of it, in order."""
        handle = self._open(path, _READ)
        try:
            yield from self._blocks(handle, limit)
        finally:
            self._send_close(handle)

    def close(self, handle: bytes) -> None:
        """Close a file, and hear that it is closed."""
        self._status(self._request(_Request.CLOSE, _text(handle)))

    def rename(self, old: str, new: str) -> None:
        """Give a file its name; version 3 refuses where one stands there already."""
        self._status(self._request(_Request.RENAME, _text(old), _text(new)))

    def remove(self, path: str) -> None:
        """Take a file away."""
        self._status(self._request(_Request.REMOVE, _text(path)))

    def entries(self, folder: str) -> Iterator[bytes]:
        """What stands in a folder, packet by packet, as ``listing.py`` reads it."""
        handle = self._ask(_Request.OPENDIR, _text(folder), expected=_Answer.HANDLE)[4:]
        try:
            while True:
                reply = self._reply(self._request(_Request.READDIR, _text(handle)))
                if reply.kind == _Answer.STATUS and _status_of(reply) == Status.EOF:
                    return
                yield self._expect(reply, _Answer.NAME)
        finally:
            self._send_close(handle)

    def _open(self, path: str, flags: int) -> bytes:
        # No attributes: the server's own mask decides the mode.
        answer = self._ask(_Request.OPEN, _text(path), flags.to_bytes(4), bytes(4), expected=_Answer.HANDLE)
        return answer[4:]

    def _blocks(self, handle: bytes, limit: int) -> Iterator[bytes]:
        """Several blocks are asked for at a time; a short one is asked for again from where it ended."""
        at = asked_to = 0
        asked: list[tuple[int, int]] = []
        while at < limit:
            while len(asked) < _IN_FLIGHT and asked_to < limit:
                length = min(_BLOCK, limit - asked_to)
                question = self._request(_Request.READ, _text(handle), asked_to.to_bytes(8), length.to_bytes(4))
                asked.append((question, length))
                asked_to += length
            question, length = asked.pop(0)
            block = self._block(question)
            if not block:
                return
            self._on_progress(len(block))
            at += len(block)
            yield block
            if len(block) < length:
                for question, _ in asked:
                    self._block(question)
                asked, asked_to = [], at

    def _block(self, question: int) -> bytes:
        reply = self._reply(question)
        if reply.kind == _Answer.STATUS and _status_of(reply) == Status.EOF:
            return b""
        return self._expect(reply, _Answer.DATA)[4:]

    def _ask(self, request: _Request, *arguments: bytes, expected: _Answer) -> bytes:
        return self._expect(self._reply(self._request(request, *arguments)), expected)

    def _status(self, question: int) -> None:
        reply = self._reply(question)
        if reply.kind != _Answer.STATUS or _status_of(reply) != Status.OK:
            self._expect(reply, _Answer.STATUS)
            raise RefusedError(_status_of(reply))

    @staticmethod
    def _expect(reply: _Reply, expected: _Answer) -> bytes:
        if reply.kind == _Answer.STATUS and expected != _Answer.STATUS:
            raise RefusedError(_status_of(reply))
        if reply.kind != expected:
            raise BrokenLineError("an answer of the wrong kind")
        return reply.body

    def _request(self, request: _Request, *arguments: bytes) -> int:
        question, framed = self._framed(request, *arguments)
        self._send(framed)
        return question

    def _framed(self, request: _Request, *arguments: bytes | memoryview) -> tuple[int, list[bytes | memoryview]]:
        """A question's number, and the pieces of it as they go over the wire."""
        self._next += 1
        length = 5 + sum(map(len, arguments))
        return self._next, [length.to_bytes(4) + bytes([request]) + self._next.to_bytes(4), *arguments]

    def _send_close(self, handle: bytes) -> None:
        """Close a file that was only read: how that ends changes nothing, and the answer is passed over."""
        try:
            self._request(_Request.CLOSE, _text(handle))
        except BrokenLineError:
            return

    def _reply(self, question: int) -> _Reply:
        while question not in self._early:
            packet = self._packet()
            if len(packet) < 5:
                raise BrokenLineError("an answer without a number")
            self._early[int.from_bytes(packet[1:5])] = _Reply(packet[0], packet[5:])
        return self._early.pop(question)

    def _packet(self) -> bytes:
        length = int.from_bytes(self._received(4))
        if not 0 < length <= _LONGEST_ANSWER:
            raise BrokenLineError("not an SFTP server")
        return self._received(length)

    def _received(self, length: int) -> bytes:
        while len(self._received_already) < length:
            try:
                part = self._wire.recv(_AT_ONCE)
            except (OSError, EOFError, SSHException) as error:
                raise BrokenLineError("the line fell silent") from error
            if not part:
                raise BrokenLineError("the line was closed")
            self._received_already += part
        taken = bytes(memoryview(self._received_already)[:length])
        del self._received_already[:length]
        return taken

    def _send(self, pieces: list[bytes | memoryview]) -> None:
        if not pieces:
            return
        try:
            self._wire.sendall(b"".join(pieces))
        except (OSError, EOFError, SSHException) as error:
            raise BrokenLineError("the line does not take anything") from error


def _cut(content: bytes | Iterable[bytes | memoryview]) -> Iterator[memoryview]:
    """The content in pieces no longer than a write may be."""
    for block in (content,) if isinstance(content, bytes) else content:
        view = memoryview(block)
        yield from (view[at : at + _BLOCK] for at in range(0, len(view), _BLOCK))


def _status_of(reply: _Reply) -> Status:
    number = int.from_bytes(reply.body[:4])
    return Status(number) if number in Status.__members__.values() else Status.FAILURE


def _text(content: str | bytes | memoryview) -> bytes:
    octets = content.encode() if isinstance(content, str) else bytes(content)
    return len(octets).to_bytes(4) + octets
