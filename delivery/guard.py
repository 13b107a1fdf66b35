"""The last guard before bytes leave: they are sealed, for this carrier, and bear a plain name.

Every channel that carries files away asks it first, whatever was checked before (a configuration that says the wrong
thing must not send plaintext, nor one carrier's people to another).
A recipient that takes files unsealed is one whose ``SealedFile`` says why.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from itertools import chain

from delivery.openpgp.packets import dearmored, message_recipients
from edi834.errors import HeldError, UnexpectedError
from edi834.feed.stages import SealedFile
from edi834.model import CarrierId

__all__ = ["refuse_plaintext", "refuse_unless_fit"]

_ARMORED = b"-----BEGIN PGP MESSAGE-----"
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


def refuse_unless_fit(file: SealedFile, carrier_id: CarrierId) -> None:
    """Refuse a file that must not leave by a channel of this carrier.

    Raises:
      HeldError: it is another carrier's, or is not sealed to the key it names.
      UnexpectedError: it is not what it says: its digest or its name is wrong.
    """
    if file.carrier_id != carrier_id:
        raise HeldError(
            f"a file sealed for {file.carrier_id} was given to the channel of {carrier_id}",
            code="E834-0820",
            remedy="look for a channel or key that two carriers' files name; nothing was sent",
        )
    if not _PLAIN_NAME.fullmatch(file.remote_name):
        raise UnexpectedError("a remote name is not letters, digits, points, dashes and underscores", code="E834-0821")
    digest = hashlib.sha256()
    for block in file.blocks():
        digest.update(block)
    if digest.hexdigest() != file.sha256:
        raise UnexpectedError(f"the bytes of {file.remote_name} are not those of its digest", code="E834-0822")
    if file.recipient_key is not None:
        refuse_plaintext(file.blocks(), file.recipient_key)


def refuse_plaintext(content: bytes | Iterable[bytes | memoryview], recipient_key: str) -> None:
    """Refuse bytes that are not an encrypted message to exactly this key.

    Args:
      content: A binary or armored OpenPGP message, whole or block by block.
      recipient_key: The fingerprint of the key it must be sealed to.

    Raises:
      HeldError: they are not.
    """
    flow = iter((content,) if isinstance(content, bytes) else content)
    first = next(flow, b"")
    try:
        if bytes(first[: len(_ARMORED)]) == _ARMORED:
            whole = b"".join((first, *flow))
            armored = dearmored(whole)
            first, flow = (armored[0].content if len(armored) == 1 else whole), iter(())
        recipients = message_recipients(chain((first,), flow))
    except ValueError as error:
        raise HeldError(
            "the file is not sealed: it does not read as an encrypted message",
            code="E834-0823",
            remedy="look at `seal` in carrier.toml; nothing was sent",
        ) from error
    if recipients != (recipient_key[-16:].upper(),):
        raise HeldError(
            "the file is sealed to another key than the recipient's",
            code="E834-0824",
            remedy="look at the pinned fingerprints in carrier.toml, and plan the file again; nothing was sent",
        )
