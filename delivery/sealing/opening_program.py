"""The program that opens: it reads our key, its passphrase and a sealed answer from its input, and writes the content.

It is run by ``opening.py`` as a process of its own with little memory allowed, because a small sealed file may unpack
to any size. It imports nothing of the project, and nothing rests on disk.
An error ends it with status 1 and without a word: what Sequoia says may quote what was read.
"""

from __future__ import annotations

import os
import resource
import sys

from pysequoia import Tsk, decrypt

__all__ = ["main"]

_IN, _OUT = 0, 1
_MEMORY = 1 << 30  # bytes of address space


def _part(content: memoryview, at: int) -> tuple[bytes, int]:
    """A part with its length before it, and where the next one begins."""
    length = int.from_bytes(content[at : at + 4])
    return bytes(content[at + 4 : at + 4 + length]), at + 4 + length


def main() -> int:
    """Open what comes in; gives the exit status."""
    for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):  # no file on disk can be written, by anyone in here
        resource.setrlimit(limit, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    try:
        with os.fdopen(_IN, "rb") as given:
            content = memoryview(given.read())
        key, at = _part(content, 0)
        passphrase, at = _part(content, at)
        opener = Tsk.from_bytes(key).decryptor(passphrase.decode() or None)
        opened = decrypt(bytes(content[at:]), decryptor=opener).bytes
        with os.fdopen(_OUT, "wb") as out:
            out.write(opened or b"")
    except BaseException:  # noqa: BLE001 - whatever it is, nothing of it is shown: it may quote what was read
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
