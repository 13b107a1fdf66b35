"""A file looked at through a window: the bytes at hand, and the step to the next segment.

The window holds what has been read and not yet judged, and grows only as far as one member needs; a member longer
than `MOST_BYTES` is judged segment by segment, and a segment longer than that is passed over.
Which bytes are segments of what is decided in `stream.py`.
"""

from __future__ import annotations

import re
from typing import Protocol

from edi834.x12 import Delimiters
from edi834.x12.reading.tokens import RawSegment

__all__ = ["MOST_BYTES", "Source", "Window"]

MOST_BYTES = 1 << 20
"""How many bytes of one member, or of one segment, are held."""

_CHUNK = 1 << 18
_INK = re.compile(rb"[^ \t\r\n]")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Source(Protocol):
    """Where bytes come from: a file opened for reading bytes."""

    def read(self, size: int, /) -> bytes:
        """Give at most so many bytes, and none at the end."""


class Window:
    """The bytes at hand.

    Attributes:
      bytes: What has been read; what stands before `at` is done with.
      at: Where the next segment begins, or the blanks before it.
      ended: Whether nothing more can be read.
      idle: Whether terminators without a segment stood at the end, where a segment was asked for and there was none.
      is_ascii: Whether every byte so far was one of ASCII.
      start: Where the segment given last began.
      overlong: Whether the segment given last was longer than is held.
      unended: Whether the segment given last had no terminator.
    """

    __slots__ = ("_source", "at", "bytes", "ended", "idle", "is_ascii", "overlong", "start", "unended")

    def __init__(self, source: Source) -> None:
        self._source = source
        self.bytes, self.at, self.start, self.ended, self.is_ascii = b"", 0, 0, False, True
        self.overlong = self.unended = self.idle = False
        self.ensure(len(_BYTE_ORDER_MARK))
        if self.bytes.startswith(_BYTE_ORDER_MARK):
            self.at = len(_BYTE_ORDER_MARK)
        self.is_ascii = self.bytes[self.at :].isascii()

    def more(self) -> bool:
        """Read on, and drop what is done with; False where there is nothing more."""
        if self.ended:
            return False
        # What is read doubles with what is kept, so that a long member is not copied again and again.
        chunk = self._source.read(max(_CHUNK, len(self.bytes) - self.at))
        self.ended = not chunk
        self.is_ascii = self.is_ascii and chunk.isascii()
        self.bytes = self.bytes[self.at :] + chunk
        self.at = 0
        return bool(chunk)

    @property
    def held(self) -> int:
        """How many bytes are at hand."""
        return len(self.bytes) - self.at

    def ensure(self, size: int) -> None:
        """Have so many bytes at hand, if the file has them."""
        while self.held < size and self.more():
            pass

    def text(self, size: int) -> str:
        """The next characters, at most so many; bytes outside of ASCII are read as Latin-1."""
        self.ensure(size)
        return self.bytes[self.at : self.at + size].decode("latin-1")

    def skip_blanks(self) -> bool:
        """Go to the next byte that is no blank; False where there is none."""
        while True:
            found = _INK.search(self.bytes, self.at)
            if found is not None:
                self.at = found.start()
                return True
            self.at = len(self.bytes)
            if not self.more():
                return False

    def skip_rest(self) -> None:
        """Go to the end of the file."""
        self.at = len(self.bytes)
        while self.more():
            self.at = len(self.bytes)

    def find(self, wanted: bytes) -> bool:
        """Go to the next place that holds these bytes; False where there is none."""
        while True:
            found = self.bytes.find(wanted, self.at)
            if found >= 0:
                self.at = found
                return True
            self.at = max(self.at, len(self.bytes) - len(wanted) + 1)
            if not self.more():
                self.at = len(self.bytes)
                return False

    def segment(self, delimiters: Delimiters, number: int) -> RawSegment | None:
        """Give the next segment with this number, as the reader divides it, and go behind it; None at the end.

        Of a segment longer than is held, the beginning is given.
        """
        end = delimiters.segment.encode("latin-1")
        self.idle = False
        while self.skip_blanks():
            if piece := self._piece(end):
                self.idle = False
                id, *elements = piece.decode("latin-1").split(delimiters.element)
                return RawSegment(number, id.rstrip(" \t\r\n"), tuple(elements))
            self.idle = True
        return None

    def give_back(self) -> None:
        """Go back to where the segment given last began, as if it had not been given."""
        self.at, self.unended = self.start, False

    def _piece(self, end: bytes) -> bytes:
        self.overlong = self.unended = False
        looked = 0
        while True:
            self.start = self.at
            found = self.bytes.find(end, self.at + looked)
            if found >= 0:
                piece, self.at = self.bytes[self.at : found], found + 1
                return piece
            looked = self.held
            if looked > MOST_BYTES:
                return self._overlong(end)
            if not self.more():
                break
        self.start = self.at  # reading on has moved it
        piece, self.at, self.unended = self.bytes[self.at :], len(self.bytes), True
        return piece

    def _overlong(self, end: bytes) -> bytes:
        piece = self.bytes[self.at : self.at + MOST_BYTES]
        self.overlong = True
        if self.find(end):
            self.at += 1
        else:
            self.unended = True
        return piece
