"""OpenPGP packets: taking off the armor, and walking what is under it.

Lengths must add up to the last byte, and an armor's checksum must be right where it has one.
What a packet means is ``keys.py``'s and ``signatures.py``'s.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum

__all__ = ["Armored", "Packet", "Tag", "dearmored", "message_recipients", "packets", "written"]

_ARMOR = re.compile(
    rb"^-----BEGIN PGP (?P<kind>[A-Z ,/0-9]+)-----[ \t]*\r?\n(?P<inside>.*?)^-----END PGP (?P=kind)-----[ \t]*\r?$",
    re.MULTILINE | re.DOTALL,
)
# By the version of what is protected: how its session keys begin, and where the key id stands in them.
# Version 2 takes session keys of version 6, which name a key of version 4 by its whole fingerprint.
_KEY_ID_AT = {b"\x01": (b"\x03", slice(1, 9)), b"\x02": (b"\x06\x15\x04", slice(15, 23))}


_BEGINNING = 64  # bytes of a body in which everything that is asked of it stands
_MOST_KEYS = 16


class Tag(IntEnum):
    """The packets this room knows by name (RFC 4880, 4.3)."""

    SESSION_KEY = 1
    SIGNATURE = 2
    ONE_PASS_SIGNATURE = 4
    SECRET_KEY = 5
    PUBLIC_KEY = 6
    SECRET_SUBKEY = 7
    MARKER = 10
    LITERAL = 11
    TRUST = 12
    USER_ID = 13
    PUBLIC_SUBKEY = 14
    USER_ATTRIBUTE = 17
    INTEGRITY_PROTECTED = 18


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet.

    Attributes:
      tag: What it is; a number that :class:`Tag` may or may not name.
      body: Its content without the header.
    """

    tag: int
    body: memoryview | bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Armored:
    """One armored block.

    Attributes:
      kind: What its BEGIN line calls it, for instance ``PUBLIC KEY BLOCK``.
      content: The packets under the armor.
    """

    kind: str
    content: bytes = field(repr=False)


def dearmored(text: bytes) -> tuple[Armored, ...]:
    """Every armored block in a text, in order; none where there is no armor.

    Raises:
      ValueError: a block is damaged: not base64, or its checksum is wrong.
    """
    return tuple(Armored(match["kind"].decode("ascii"), _content(match["inside"])) for match in _ARMOR.finditer(text))


def packets(content: bytes) -> Iterator[Packet]:
    """The packets of a binary OpenPGP text, in order; a large body is not copied.

    Raises:
      ValueError: the text does not consist of whole packets.
    """
    for tag, parts in _walked(content):
        yield Packet(tag, parts[0] if len(parts) == 1 else b"".join(parts))


def message_recipients(content: bytes | Iterable[bytes | memoryview]) -> tuple[str, ...]:
    """The key ids, 16 upper-case hexadecimal digits each, that a binary encrypted message is sealed to.

    Args:
      content: The message, whole or block by block; of a large body only the beginning is held.

    Raises:
      ValueError: it is not session keys followed by one integrity-protected packet, and nothing else; both are of
        RFC 4880's versions, or both of RFC 9580's.
    """
    found: list[Packet] = []
    flow = _Flow((content,) if isinstance(content, bytes) else content)
    while (packet := _beginning_of_packet(flow)) is not None:
        found.append(packet)
        if len(found) > _MOST_KEYS:
            raise ValueError("a message to so many keys is none")
    *keys, sealed = found or [Packet(0, b"")]
    version = bytes(sealed.body[:1])
    if sealed.tag != Tag.INTEGRITY_PROTECTED or version not in _KEY_ID_AT:
        raise ValueError("the message does not end in an integrity-protected packet")
    begins, key_id = _KEY_ID_AT[version]
    if not keys or any(key.tag != Tag.SESSION_KEY or bytes(key.body[: len(begins)]) != begins for key in keys):
        raise ValueError("something other than session keys stands before the sealed packet")
    return tuple(bytes(key.body[key_id]).hex().upper() for key in keys)


class _Flow:
    """Bytes that are taken once, from the beginning to the end."""

    def __init__(self, blocks: Iterable[bytes | memoryview]) -> None:
        self._blocks = iter(blocks)
        self._now = memoryview(b"")

    def is_at_end(self) -> bool:
        """Whether nothing is left."""
        while not self._now:
            following = next(self._blocks, None)
            if following is None:
                return True
            self._now = memoryview(following)
        return False

    def take(self, size: int, keep: int | None = None) -> bytes:
        """Take so many bytes; gives them, or, of many, the first ``keep``.

        Raises:
          ValueError: there are fewer.
        """
        kept = bytearray()
        wanted = size if keep is None else min(keep, size)
        while size:
            if self.is_at_end():
                raise ValueError("a packet is cut short")
            part = self._now[:size]
            if len(kept) < wanted:
                kept += part[: wanted - len(kept)]
            size -= len(part)
            self._now = self._now[len(part) :]
        return bytes(kept)

    def drain(self, keep: int) -> bytes:
        """Take everything that is left; gives the beginning of it."""
        kept = bytearray()
        while not self.is_at_end():
            kept += self._now[: max(0, keep - len(kept))]
            self._now = memoryview(b"")
        return bytes(kept)


def _beginning_of_packet(flow: _Flow) -> Packet | None:
    """The next packet with the beginning of its body; None at the end."""
    if flow.is_at_end():
        return None
    first = flow.take(1)[0]
    if not first & 0x80:
        raise ValueError("no packet begins here")
    if not first & 0x40:
        tag, kind = first >> 2 & 0x0F, first & 0x03
        if kind == 3:  # of indeterminate length: up to the end of the file
            return Packet(tag, flow.drain(_BEGINNING))
        return Packet(tag, flow.take(int.from_bytes(flow.take(1 << kind)), _BEGINNING))
    begins, partial = b"", True
    while partial:
        length, partial = _new_length(flow)
        part = flow.take(length, _BEGINNING)
        begins = begins or part
    return Packet(first & 0x3F, begins)


def _new_length(flow: _Flow) -> tuple[int, bool]:
    """A length of the new format, and whether another part follows."""
    first = flow.take(1)[0]
    if first < 192:
        return first, False
    if first < 224:
        return (first - 192 << 8) + flow.take(1)[0] + 192, False
    if first < 255:
        return 1 << (first & 0x1F), True
    return int.from_bytes(flow.take(4)), False


def written(tag: int, body: bytes) -> bytes:
    """One packet, with a new-format header and a five-octet length."""
    return bytes([0xC0 | tag, 0xFF]) + len(body).to_bytes(4) + body


def _content(inside: bytes) -> bytes:
    # Header lines such as "Version:" end at the first empty line; without headers the empty line stands first.
    _, _, encoded = inside.replace(b"\r\n", b"\n").partition(b"\n\n" if b": " in inside else b"\n")
    lines = [line.strip() for line in encoded.split(b"\n") if line.strip()]
    checksum = lines.pop()[1:] if lines and lines[-1].startswith(b"=") else None
    try:
        content = base64.b64decode(b"".join(lines), validate=True)
        expected = base64.b64decode(checksum, validate=True) if checksum is not None else None
    except binascii.Error as error:
        raise ValueError("the armor is not base64") from error
    if expected is not None and _crc24(content).to_bytes(3) != expected:
        raise ValueError("the armor's checksum is wrong")
    return content


def _crc24(content: bytes) -> int:
    crc = 0xB704CE
    for byte in content:
        crc ^= byte << 16
        for _ in range(8):
            crc = crc << 1 ^ (0x1864CFB if crc & 0x800000 else 0)
    return crc & 0xFFFFFF


def _walked(content: bytes) -> Iterator[tuple[int, list[memoryview]]]:
    """Each packet's tag with the parts of its body; most have one."""
    view, at = memoryview(content), 0
    while at < len(view):
        first = view[at]
        if not first & 0x80:
            raise ValueError("no packet begins here")
        if first & 0x40:
            parts, at = _new_body(view, at + 1)
            yield first & 0x3F, parts
        else:
            body, at = _old_body(view, at + 1, first & 0x03)
            yield first >> 2 & 0x0F, [body]


def _old_body(view: memoryview, at: int, length_type: int) -> tuple[memoryview, int]:
    if length_type == 3:  # of indeterminate length: up to the end of the file
        return view[at:], len(view)
    size = 1 << length_type
    return _taken(view, at + size, int.from_bytes(_taken(view, at, size)[0]))


def _new_body(view: memoryview, at: int) -> tuple[list[memoryview], int]:
    parts: list[memoryview] = []
    while True:
        (first,), _ = _taken(view, at, 1)
        partial = 224 <= first < 255
        if first < 192:
            length, at = first, at + 1
        elif first < 224:
            length, at = (first - 192 << 8) + _taken(view, at + 1, 1)[0][0] + 192, at + 2
        elif partial:
            length, at = 1 << (first & 0x1F), at + 1
        else:
            length, at = int.from_bytes(_taken(view, at + 1, 4)[0]), at + 5
        part, at = _taken(view, at, length)
        parts.append(part)
        if not partial:
            return parts, at


def _taken(view: memoryview, at: int, length: int) -> tuple[memoryview, int]:
    if at + length > len(view):
        raise ValueError("a packet is cut short")
    return view[at : at + length], at + length
