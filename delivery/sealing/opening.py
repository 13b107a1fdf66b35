"""Opening what carriers seal to us: an answer becomes readable with our own key, or is refused.

Only a message whose content is protected against change is opened: an older form without a modification detection code
can be altered on its way without anyone noticing, and a sealed one can be turned into it.
Whose answer it is, and what it says, is ``edi834/feed``'s; sealing for carriers is ``sequoia.py``'s.
"""

from __future__ import annotations

import subprocess
import sys
from itertools import chain
from pathlib import Path

from delivery.openpgp.packets import Packet, Tag, dearmored, message_recipients, packets
from delivery.sealing.sequoia import exchanged
from delivery.sftp.session import refuse_public
from delivery.sftp.settings import Secret
from edi834.errors import HeldError

__all__ = ["is_sealed", "opened"]

_PROGRAM = Path(__file__).with_name("opening_program.py")
_PATIENCE = 60.0  # seconds that the program may stand still
_ARMORED = b"-----BEGIN PGP MESSAGE-----"
_SYMMETRIC_KEY, _COMPRESSED, _UNPROTECTED, _AEAD = 3, 8, 9, 20
_MESSAGES = frozenset(
    {Tag.SESSION_KEY, Tag.MARKER, Tag.INTEGRITY_PROTECTED, _SYMMETRIC_KEY, _COMPRESSED, _UNPROTECTED, _AEAD}
)
"""The packets that a message begins with."""


def is_sealed(content: bytes) -> bool:
    """Whether a file reads as an OpenPGP message of any kind, protected or not."""
    return content.lstrip().startswith(_ARMORED) or _packets(content) is not None


def opened(content: bytes, key_file: Path, passphrase: Secret | None, limit: int) -> bytes:
    """What a carrier sealed to us.

    Args:
      content: The message, binary or armored.
      key_file: Our private key; only its owner may read it.
      passphrase: What opens that key; None where it is not encrypted.
      limit: What is longer than so many bytes is cut off one byte behind it.

    Raises:
      KeyRefusedError: our key is not there, or others than its owner can read it.
      HeldError: it is not protected against change, is not sealed to our key, or was changed.
    """
    message = _message(content)
    refuse_public(key_file)
    key, secret = key_file.read_bytes(), (passphrase.reveal() if passphrase is not None else "").encode()
    given = chain(*((len(part).to_bytes(4), part) for part in (key, secret)), (message,))
    taken = bytearray()
    command = [sys.executable, "-I", str(_PROGRAM)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
    ) as program:
        try:
            for block in exchanged(program, iter(given), _PATIENCE):
                taken += block
                if len(taken) > limit:
                    return bytes(taken[: limit + 1])
            status = program.wait(_PATIENCE)
        except (TimeoutError, subprocess.TimeoutExpired):
            status = 1
        finally:
            program.kill()
    if status:
        raise HeldError(
            "the answer is sealed, and our key does not open it: it is to another key, or was changed on its way",
            code="E834-0895",
            remedy="look at `key_file` under [outbox] in carrier.toml, and at its passphrase; ask the carrier to send "
            "the answer again, sealed to our public key",
        )
    return bytes(taken)


def _message(content: bytes) -> bytes:
    """The binary message, which is protected against change.

    Raises:
      HeldError: it is not.
    """
    try:
        armored = dearmored(content) if content.lstrip().startswith(_ARMORED) else ()
        message = armored[0].content if len(armored) == 1 else content
        message_recipients(message)
    except ValueError:
        raise HeldError(
            "the answer is sealed in a way that does not show whether it was changed; it was not opened",
            code="E834-0894",
            remedy="ask the carrier to seal to our public key with integrity protection, as every current program does",
        ) from None
    return message


def _packets(content: bytes) -> list[Packet] | None:
    """The packets of a binary message; None where it is none."""
    if not content or not content[0] & 0x80:
        return None
    try:
        found = list(packets(content))
    except ValueError:
        return None
    return found if found[0].tag in _MESSAGES else None
