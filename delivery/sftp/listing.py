"""What stands in a folder of an SFTP server, as version 3 tells it: names, sizes, times.

A server's listing is not believed further than it can be read: a name with a path in it, or that is no text, is passed
over, and so is everything behind the ten-thousandth entry.
The conversation itself is ``protocol.py``'s.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator

from delivery.sftp.protocol import BrokenLineError, SftpClient
from edi834.feed.ports import Waiting

__all__ = ["listed"]

_MOST = 10_000
_HAS_SIZE, _HAS_OWNER, _HAS_MODE, _HAS_TIMES, _HAS_MORE = 0x01, 0x02, 0x04, 0x08, 0x80000000


def listed(client: SftpClient, folder: str) -> list[Waiting]:
    """The plain files that stand in a folder.

    Raises:
      RefusedError: the server does not let us look.
      BrokenLineError: the line broke, or what came is no listing.
    """
    found: list[Waiting] = []
    for packet in client.entries(folder):
        found.extend(_entries(packet))
        if len(found) >= _MOST:
            break
    return found[:_MOST]


def _entries(packet: bytes) -> Iterator[Waiting]:
    reading = _Reading(packet)
    for _ in range(reading.number(4)):
        name = reading.text()
        reading.text()  # the line that `ls -l` would show: for people
        size, mode, modified = _attributes(reading)
        if mode is not None and not stat.S_ISREG(mode):
            continue
        try:
            shown = name.decode()
        except UnicodeDecodeError:
            continue
        if shown not in {".", ".."} and "/" not in shown and shown.isprintable():
            yield Waiting(shown, size, modified)


def _attributes(reading: _Reading) -> tuple[int | None, int | None, int | None]:
    flags = reading.number(4)
    size = reading.number(8) if flags & _HAS_SIZE else None
    if flags & _HAS_OWNER:
        reading.number(8)
    mode = reading.number(4) if flags & _HAS_MODE else None
    modified = None
    if flags & _HAS_TIMES:
        reading.number(4)
        modified = reading.number(4)
    if flags & _HAS_MORE:
        for _ in range(2 * reading.number(4)):
            reading.text()
    return size, mode, modified


class _Reading:
    """A packet, read from its beginning to its end and no further."""

    def __init__(self, packet: bytes) -> None:
        self._packet = packet
        self._at = 0

    def number(self, length: int) -> int:
        return int.from_bytes(self._take(length))

    def text(self) -> bytes:
        return self._take(self.number(4))

    def _take(self, length: int) -> bytes:
        taken = self._packet[self._at : self._at + length]
        if len(taken) != length:
            raise BrokenLineError("a listing that ends too early")
        self._at += length
        return taken
