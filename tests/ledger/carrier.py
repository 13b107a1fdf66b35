"""A carrier's inbox, and a run that ships to it: what the kill tests kill.

The run does what ``edi834/feed`` does with the ledger, in its order, and no more: it finishes what it finds open,
then plans. Its sealer is as random as OpenPGP is, so that bytes made twice are seen to be two.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from edi834.feed.ledger_port import Lease, Reported, State, Transmission
from edi834.feed.ports import Phase
from edi834.ledger import SqlLedger
from tests.ledger.builders import FEED, answer, intent, receipt


@dataclass(frozen=True)
class Inbox:
    """Files as the carrier sees them: a name appears with its whole content."""

    folder: Path

    def put(self, name: str, content: bytes) -> None:
        self.folder.mkdir(exist_ok=True)
        assert not (self.folder / name).exists(), "a delivered file is never written over"
        partial = self.folder / f".{name}.part"
        partial.write_bytes(content)
        partial.rename(self.folder / name)

    def holds(self, name: str) -> bytes | None:
        path = self.folder / name
        return path.read_bytes() if path.exists() else None

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("[!.]*")) if self.folder.exists() else []


def run(book: SqlLedger, inbox: Inbox, *families: Reported, key: str = "night 1") -> None:
    """One run of the feed: finish what is open, then tell these families unless they are reported already."""
    with book.lease(FEED) as lease:
        unfinished = book.open_transmission(FEED)
        if unfinished is not None:
            finish(book, lease, inbox, unfinished)
        known = book.baseline_digests(FEED)
        reverted = [each for each in families if known.get(book.token(each.target.ref)) != each.digest]
        if reverted:
            finish(book, lease, inbox, book.plan(lease, intent(*reverted, key=key)))


def finish(book: SqlLedger, lease: Lease, inbox: Inbox, transmission: Transmission) -> None:
    """Take a transmission from wherever it is to delivery."""
    name = transmission.transmission_id
    if transmission.state is State.PLANNED:
        transmission = book.rendered(lease, name, plain_sha256="4" * 64)
    if transmission.state is State.RENDERED:
        transmission = book.validated(lease, name)
    if transmission.state is State.VALIDATED:
        content = os.urandom(3000)
        transmission = book.sealed(
            lease,
            name,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            recipient_key="AB" * 20,
            unsealed_reason=None,
        )
    content = book.sealed_content(name)
    if transmission.state is State.UPLOADING:
        if inbox.holds(transmission.remote_name) is not None:
            book.delivered(lease, name, receipt(transmission, content, proof="found"))
            return
        transmission = book.upload_failed(lease, name, error="E834-0801")
    book.uploading(lease, name)
    for phase in Phase:
        book.phase(lease, name, phase)
    inbox.put(transmission.remote_name, content)
    book.delivered(lease, name, receipt(transmission, content))


def reject(book: SqlLedger) -> None:
    """The carrier rejects the newest file, whole."""
    book.answered(answer(book.transmissions(FEED)[0], "R"))
