"""The program that seals: it reads keys and then a file from its input, and writes the sealed file.

It is run by ``sequoia.py`` as a process of its own, because Sequoia holds the interpreter's lock while it reads: fed by
a thread of its own process it would wait for ever. It imports nothing of the project, and nothing rests on disk.
An error ends it with status 1, or 3 where our own key does not sign, and without a word: Sequoia's errors are not told
apart by their text.
"""

from __future__ import annotations

import os
import resource
import sys

from pysequoia import Cert, Tsk, encrypt_file

__all__ = ["main"]

_IN, _OUT = 0, 1
_CANNOT_SIGN = 3


def _exactly(size: int) -> bytes:
    """So many bytes of the input, not one more: the rest is read by Sequoia."""
    parts: list[bytes] = []
    while size:
        part = os.read(_IN, size)
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _part() -> bytes:
    """A part of the input with its length before it."""
    return _exactly(int.from_bytes(_exactly(4)))


def main() -> int:
    """Seal what comes in; gives the exit status."""
    for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):  # no file on disk can be written, by anyone in here
        resource.setrlimit(limit, (0, 0))
    try:
        recipient = Cert.from_bytes(_part())
        ours, passphrase = _part(), _part()
        try:
            signer = Tsk.from_bytes(ours).signer(passphrase.decode() or None) if ours else None
        except Exception:  # noqa: BLE001 - as below
            return _CANNOT_SIGN
        encrypt_file(f"/dev/fd/{_IN}", f"/dev/fd/{_OUT}", recipients=[recipient], signer=signer, armor=False)
    except Exception:  # noqa: BLE001 - whatever it is, nothing of it is shown: it may quote what was read
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
