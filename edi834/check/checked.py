"""A checked document: the second stage of a file; only ``edi834/check`` makes one.

It is a document with its findings, none of which is an error.
Sealing takes nothing else, so an unchecked file cannot be sealed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from edi834.mapping.document import Document
from edi834.model import Finding

__all__ = ["CheckedDocument", "PackedText"]

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class PackedText:
    """A large document's content while it waits to be sealed: compressed in memory, and never on disk.

    Attributes:
      parts: Its compressed blocks, in order.
      size: How many bytes it has when it is read.
    """

    parts: tuple[bytes, ...] = field(repr=False)
    size: int

    @classmethod
    def of(cls, blocks: Iterable[bytes | memoryview]) -> PackedText:
        """Pack a content that comes block by block."""
        parts: list[bytes] = []
        size = 0
        for block in blocks:
            parts.append(zlib.compress(block, 1))
            size += len(block)
        return cls(tuple(parts), size)


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A document that passed every check.

    Attributes:
      document: What was checked; once it is packed, without its content and tree.
      warnings: What a person should look at; never an error.
      second_opinion: What pyx12 read, in words: ``whole``, ``sampled 5 of 312 sets``, or ``not an X12 file``.
      packed: The content of a large document that has nothing before it but to be sealed.
    """

    document: Document
    warnings: tuple[Finding, ...]
    second_opinion: str
    packed: PackedText | None = field(default=None, repr=False)

    @property
    def size(self) -> int:
        """How many bytes the content has."""
        return self.packed.size if self.packed is not None else len(self.document.content)

    def blocks(self) -> Iterator[bytes | memoryview]:
        """The content in order, a megabyte or so at a time."""
        if self.packed is not None:
            yield from map(zlib.decompress, self.packed.parts)
            return
        view = memoryview(self.document.content)
        yield from (view[at : at + _BLOCK] for at in range(0, len(view), _BLOCK))

    def pack(self) -> CheckedDocument:
        """The same document with its content packed, for whoever lets go of everything else of it."""
        if self.packed is not None:
            return self
        packed = PackedText.of(self.blocks())
        return replace(self, document=replace(self.document, content=b"", interchange=None), packed=packed)
