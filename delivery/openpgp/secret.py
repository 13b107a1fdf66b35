"""A private key block as a value: its public half, and which of its secrets are there.

A private key's packet is the public key's with the secret behind it; no secret is read, opened or kept here.
Whether the key may be used, and for what, is ``delivery/signing.py``'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from delivery.openpgp.keys import Algorithm, KeyBlock, read_block
from delivery.openpgp.packets import Packet, Tag, written

__all__ = ["SecretBlock", "read_secret_block"]

_PUBLIC = {Tag.SECRET_KEY: Tag.PUBLIC_KEY, Tag.SECRET_SUBKEY: Tag.PUBLIC_SUBKEY}
_STUB = 101  # GnuPG's note that the secret is elsewhere: offline, or on a card
_PROTECTED = (253, 254, 255)


@dataclass(frozen=True, slots=True)
class SecretBlock:
    """One private key.

    Attributes:
      public: The public key that it is the other half of.
      present: The public bodies of the keys whose secret is there.
      packets: Everything in it, as it came.
    """

    public: KeyBlock
    present: frozenset[bytes] = field(repr=False)
    packets: tuple[Packet, ...] = field(repr=False)

    def with_subkey(self, body: bytes | None) -> bytes:
        """The private key with the subkey of that public body and no other: a program has nothing else to sign with."""
        kept: list[bytes] = []
        keeps = True
        for packet in self.packets:
            if packet.tag == Tag.SECRET_SUBKEY:
                keeps = _parted(bytes(packet.body))[0] == body
            elif packet.tag == Tag.PUBLIC_SUBKEY:
                keeps = False
            if keeps:
                kept.append(written(packet.tag, bytes(packet.body)))
        return b"".join(kept)


def read_secret_block(found: Iterable[Packet]) -> SecretBlock:
    """One private key from its packets.

    Raises:
      ValueError: they are not one private key of version 4.
    """
    kept = tuple(packet for packet in found if packet.tag not in (Tag.TRUST, Tag.MARKER))
    public: list[Packet] = []
    present: set[bytes] = set()
    for packet in kept:
        if packet.tag not in _PUBLIC:
            public.append(packet)
            continue
        body, is_there = _parted(bytes(packet.body))
        public.append(Packet(_PUBLIC[Tag(packet.tag)], body))
        present.update([body] if is_there else [])
    if [packet.tag for packet in kept].count(Tag.SECRET_KEY) != 1:
        raise ValueError("not exactly one private key")
    return SecretBlock(read_block(public), frozenset(present), kept)


def _parted(body: bytes) -> tuple[bytes, bool]:
    """The public part of a private key's body, and whether a secret stands behind it."""
    if len(body) < 8 or body[0] != 4:
        raise ValueError("a key of another version than 4")
    end = Algorithm(body[5]).end_of_material(body)
    if end >= len(body):
        raise ValueError("a key is cut short")
    usage = body[end]
    return body[:end], not (usage in _PROTECTED and body[end + 2 : end + 3] == bytes([_STUB]))
