"""Sealing by Sequoia, in a process of its own that is fed through a pipe: large files, and the newest kinds of key.

The plain content goes from our memory through the pipe into the program's, a block at a time, and the sealed bytes come
back the same way; the program is given a certificate with the admitted subkey alone, and is ended if it stands still.
What it does inside is ``sequoia_program.py``'s; which sealer a file gets is ``chosen.py``'s.
"""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from delivery.admission import AdmittedKey
from delivery.guard import refuse_plaintext
from delivery.signing import SigningKey
from edi834.check.checked import CheckedDocument
from edi834.errors import KeyRefusedError, UnexpectedError
from edi834.feed.ports import Clock
from edi834.feed.stages import Keep, SealedFile, in_memory
from edi834.model import CarrierId

__all__ = ["CANNOT_SIGN", "SequoiaSealer", "exchanged"]

CANNOT_SIGN = 3
"""How the program ends where our own key is the reason."""

_PROGRAM = Path(__file__).with_name("sequoia_program.py")
_PATIENCE = 60.0  # seconds that the program may stand still
_BLOCK = 1 << 16  # what a pipe holds


class SequoiaSealer:
    """A sealer for one recipient's key."""

    def __init__(
        self,
        carrier_id: CarrierId,
        key: AdmittedKey,
        clock: Clock,
        *,
        signer: SigningKey | None = None,
        patience: float = _PATIENCE,
    ) -> None:
        """Take the key as it was admitted, and ours to sign with; ``clock`` tells whether they have run out since."""
        self._carrier_id = carrier_id
        self._signer = signer
        self._key = key
        self._clock = clock
        self._patience = patience

    def seal(self, document: CheckedDocument, keep: Keep = in_memory) -> SealedFile:
        """Seal the document's content to the admitted subkey; a large one is kept as it comes, and never whole here.

        Raises:
          KeyRefusedError: a key has run out since it was admitted, cannot be sealed to, or does not sign.
          HeldError: what was written is not sealed to that subkey alone.
          UnexpectedError: the program stood still.
        """
        now = self._clock.now()
        self._key.refuse_if_expired(now)
        if self._signer is not None:
            self._signer.refuse_if_expired(now)
        sealed = self._sealed(document.blocks())
        content, sha256 = keep(sealed) if document.packed is not None else in_memory(sealed)
        file = SealedFile(
            carrier_id=self._carrier_id,
            remote_name=document.document.facts.remote_name,
            content=content,
            sha256=sha256,
            recipient_key=self._key.subkey,
        )
        refuse_plaintext(file.blocks(), self._key.subkey)
        return file

    def _keys(self) -> tuple[bytes, bytes, bytes]:
        """The recipient's certificate, our private key and what opens it; where nothing is signed, two are empty."""
        if self._signer is None:
            return self._key.certificate, b"", b""
        secret = self._signer.passphrase
        return self._key.certificate, self._signer.block, secret.reveal().encode() if secret is not None else b""

    def _sealed(self, blocks: Iterator[bytes | memoryview]) -> Iterator[bytes]:
        """What the program makes of the content, as it makes it; nothing is good before the end is reached."""
        given = chain((len(part).to_bytes(4) + part for part in self._keys()), blocks)
        # Isolated: neither the caller's folder nor its PYTHONPATH decides which Sequoia is run.
        command = [sys.executable, "-I", str(_PROGRAM)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
        ) as program:
            try:
                yield from exchanged(program, given, self._patience)
                status = program.wait(self._patience)
            except (TimeoutError, subprocess.TimeoutExpired) as error:
                raise UnexpectedError("the program that seals stood still, and was ended", code="E834-0826") from error
            finally:
                program.kill()
        if status == CANNOT_SIGN and self._signer is not None:
            raise KeyRefusedError(
                f"our signing key {self._signer.key.key_id} does not sign",
                code="E834-0884",
                remedy="look at the passphrase that [signing] in carrier.toml names, and at the key",
            )
        if status:
            raise KeyRefusedError(
                f"nothing could be sealed to the key {self._key.subkey[-16:]}",
                code="E834-0818",
                remedy="ask the recipient for a new key, RSA of 3072 bits or on Curve25519, and run `edi834 keys add`",
            )


def exchanged(
    program: subprocess.Popen[bytes], given: Iterator[bytes | memoryview], patience: float
) -> Iterator[bytes]:
    """Feed the program and give what it makes, both at once, without holding either whole.

    Raises:
      TimeoutError: it neither took nor gave anything for so many seconds.
    """
    assert program.stdin is not None
    assert program.stdout is not None
    feed = _Feed(given)
    with selectors.DefaultSelector() as ready:
        ready.register(program.stdout, selectors.EVENT_READ)
        ready.register(program.stdin, selectors.EVENT_WRITE)
        os.set_blocking(program.stdin.fileno(), False)
        while ready.get_map():
            events = ready.select(patience)
            if not events:
                raise TimeoutError
            for key, _ in events:
                if key.fileobj is program.stdout:
                    block = os.read(key.fd, _BLOCK)
                    open_still = bool(block)
                    if block:
                        yield block
                else:
                    open_still = feed.write(key.fd)
                if not open_still:
                    ready.unregister(key.fileobj)
                    (program.stdout if key.fileobj is program.stdout else program.stdin).close()


class _Feed:
    """What the program is still to be given."""

    def __init__(self, given: Iterator[bytes | memoryview]) -> None:
        self._given = given
        self._now = memoryview(b"")

    def write(self, pipe: int) -> bool:
        """Give the program its next block; False once it has everything, or takes no more."""
        while not self._now:
            following = next(self._given, None)
            if following is None:
                return False
            self._now = memoryview(following)
        try:
            self._now = self._now[os.write(pipe, self._now[:_BLOCK]) :]
        except BrokenPipeError:
            return False  # its exit status says the rest
        return True
