"""Numbers remembered by a key, in a bounded piece of memory: who was reported so far, in a file of any size.

A key is a keyed digest of 64 bits (Python's own, SipHash), so that no identifier is kept and nobody can make two alike;
that two of a million people have the same is as likely as one in thirty million. The table has open addressing, and 16
bytes a slot where a dictionary takes more than a hundred; it never holds a key twice, so that no file makes it slow.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

__all__ = ["MOST", "Queues", "Remembered", "digest"]

MOST = 350_000
"""How many entries are held: of subscribers in a file, of dependents in a transaction set."""

_FIRST_SIZE = 1 << 8
_64_BITS = (1 << 64) - 1


def digest(*texts: bytes) -> int:
    """The key of some texts in their order; never 0."""
    return hash(texts) & _64_BITS or 1


class Remembered:
    """One number a key.

    Attributes:
      forgot: Whether there were too many, so that those before were forgotten.
    """

    __slots__ = ("_keys", "_mask", "_most", "_numbers", "_used", "forgot")

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self.forgot = False
        self._empty(_FIRST_SIZE)

    def __contains__(self, key: int) -> bool:
        return self.get(key) is not None

    def get(self, key: int) -> int | None:
        """The number of a key; None where there is none."""
        keys, mask = self._keys, self._mask
        at = key & mask
        while (there := keys[at]) != key:
            if not there:
                return None
            at = (at + 1) & mask
        return self._numbers[at]

    def put(self, key: int, number: int) -> int | None:
        """Remember a number in the place of the key's own, and give that one; None where it had none."""
        keys, mask = self._keys, self._mask
        at = key & mask
        while (there := keys[at]) != key:
            if not there:
                keys[at], self._numbers[at] = key, number
                self._used += 1
                if self._used * 3 > mask * 2:
                    self._grow()
                return None
            at = (at + 1) & mask
        before, self._numbers[at] = self._numbers[at], number
        return before

    def items(self) -> Iterator[tuple[int, int]]:
        """All keys with their numbers, in no order."""
        return ((key, number) for key, number in zip(self._keys, self._numbers, strict=True) if key)

    def _empty(self, size: int) -> None:
        self._used, self._mask = 0, size - 1
        self._keys, self._numbers = array("Q", bytes(8 * size)), array("Q", bytes(8 * size))

    def _grow(self) -> None:
        if self._used >= self._most:
            self.forgot = True
            self._empty(_FIRST_SIZE)
            return
        held = self.items()
        self._empty(2 * (self._mask + 1))
        for key, number in held:
            self.put(key, number)


class Queues:
    """Numbers in queues, one queue a key, with a mark on each key.

    Attributes:
      forgot: Whether there were too many, so that those before were forgotten.
    """

    __slots__ = ("_before", "_heads", "_keys", "_most", "_numbers", "forgot")

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self.forgot = False
        self._empty()

    def add(self, key: int, number: int, *, mark: bool) -> None:
        """Put a number at the end of a queue; a key once marked stays so."""
        if len(self._numbers) > self._most:
            self.forgot = True
            self._empty()
        at = len(self._numbers)
        before = self._heads.put(key, at << 1 | mark) or 0
        if before & 1 and not mark:
            self._heads.put(key, at << 1 | 1)
        self._keys.append(key)
        self._numbers.append(number)
        self._before.append(before >> 1)

    def is_marked(self, key: int) -> bool:
        """Whether any number of the key came with a mark."""
        return bool((self._heads.get(key) or 0) & 1)

    def take(self, key: int) -> Iterator[int]:
        """Give the numbers of a key, the last one first, and forget them; the mark stays."""
        head = self._heads.get(key)
        if head is not None and head >> 1:
            self._heads.put(key, head & 1)
            at = head >> 1
            while at:
                yield self._numbers[at]
                at = self._before[at]

    def items(self) -> Iterator[tuple[int, int]]:
        """Every number with its key, in the order in which they came."""
        pairs = zip(self._keys, self._numbers, strict=True)
        return ((key, number) for key, number in pairs if key)

    def _empty(self) -> None:
        self._heads = Remembered(2 * self._most)
        self._keys, self._numbers, self._before = array("Q", (0,)), array("Q", (0,)), array("Q", (0,))
