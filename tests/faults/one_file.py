"""One sealed file on its way, with the real ledger and the real recovery, for tests that fail the way in between.

The ledger rests where files are kept in memory, if the system has such a place: a thousand nights are over quickly.
What the carrier's side is, and what befalls it, is each test's.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from edi834.feed.ledger_port import Actor, State, Transmission
from edi834.feed.ports import Channel
from edi834.feed.recover import recover
from edi834.ledger import Keyring, SqlLedger
from tests.delivery.sealed import KEY, FixedClock, a_message
from tests.ledger import builders
from tests.ledger.builders import FEED

__all__ = ["NAME", "content_of", "in_memory", "new_book", "newest", "night", "opened", "person", "refuse_untrue"]

NAME = "NS_834_000000001.pgp"
"""The name that the file bears at the carrier."""

_MEMORY = Path("/dev/shm")


@contextmanager
def in_memory() -> Iterator[Path]:
    """A folder whose files cost no disk, if there is such a place."""
    folder = Path(tempfile.mkdtemp(prefix="edi834-", dir=_MEMORY if _MEMORY.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def content_of(size: int) -> bytes:
    """A sealed file of about that size."""
    return a_message(size)


def new_book(folder: Path, content: bytes) -> SqlLedger:
    """A ledger in which one file is sealed and not yet sent."""
    book = builders.ledger(folder)
    with book.lease(FEED) as lease:
        tid = book.plan(lease, builders.intent(builders.reported(builders.family()))).transmission_id
        book.rendered(lease, tid, plain_sha256="4" * 64)
        book.validated(lease, tid)
        sha256 = hashlib.sha256(content).hexdigest()
        book.sealed(lease, tid, content=content, sha256=sha256, recipient_key=KEY, unsealed_reason=None)
    assert newest(book).remote_name == NAME
    return book


def opened(folder: Path) -> SqlLedger:
    """The ledger in that folder, as a new process opens it."""
    url = f"sqlite:///{folder / 'state' / 'ledger.db'}"
    keyring, actor = Keyring(builders.ROOT), Actor("nightly", None)
    return SqlLedger(url, keyring=keyring, spool=folder / "spool", clock=builders.Hands(), actor=actor)


def newest(book: SqlLedger) -> Transmission:
    """The file."""
    return book.transmissions(FEED)[0]


def night(book: SqlLedger, channel: Callable[[], Channel], *, kind: str = "sftp") -> None:
    """One night's run, as far as it comes; what stops it is raised."""
    profile = SimpleNamespace(feed_id=FEED, carrier=SimpleNamespace(channel=SimpleNamespace(kind=kind)))
    kit: Any = SimpleNamespace(ledger=book, clock=FixedClock(), channel=channel, profile=profile)
    with book.lease(FEED) as lease:
        list(recover(kit, lease))


def person(book: SqlLedger, *, arrived: bool) -> bool:
    """Whoever is asked looks at the carrier's side, and says what is there; gives whether anybody was asked."""
    one = newest(book)
    if one.state not in (State.IN_DOUBT, State.HELD):
        return False
    with book.lease(FEED) as lease:
        if one.state is State.IN_DOUBT or arrived:
            book.settled(lease, one.transmission_id, arrived=arrived, reason="asked")
        else:
            book.released(lease, one.transmission_id, reason="looked into")
    return True


def refuse_untrue(book: SqlLedger, content: bytes, received: list[bytes], standing: dict[str, bytes]) -> None:
    """What must hold at any instant: once at most, whole or not at all, and never believed before it is true.

    Args:
      book: The ledger.
      content: The file.
      received: Every file that ever had its final name at the carrier.
      standing: What stands in the carrier's inbox, by name.
    """
    assert len(received) <= 1
    assert all(one == content for one in received)
    assert all(one == content for name, one in standing.items() if not name.startswith("."))
    state = newest(book).state
    assert state is not State.VOIDED
    if state is State.DELIVERED:
        assert received
    assert book.held_members(FEED) == (state is State.DELIVERED)
