"""A carrier's outbox as a folder on this machine: for networks that mount the carrier's side.

What waits is listed, fetched up to a limit, and put away as the carrier wants it; links and folders are passed over.
What an answer means is ``edi834/feed``'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from edi834.errors import HeldError
from edi834.feed.ports import Waiting
from edi834.feed.profile import OutboxProfile
from edi834.model import CarrierId

__all__ = ["FolderOutbox"]


class FolderOutbox:
    """One carrier's outbox folder."""

    def __init__(self, carrier_id: CarrierId, folder: Path, outbox: OutboxProfile) -> None:
        """Take the folder as it is; it is looked at when something is asked for."""
        self._carrier_id = carrier_id
        self._folder = folder
        self._outbox = outbox

    @property
    def carrier_id(self) -> CarrierId:
        """Whose outbox it is."""
        return self._carrier_id

    def list(self) -> Sequence[Waiting]:
        """What waits there, plain files only, by name."""
        try:
            paths = [p for p in sorted(self._folder.iterdir()) if p.is_file() and not p.is_symlink()]
            stats = [(path.name, path.stat()) for path in paths]
        except OSError as error:
            raise self._refused() from error
        return [Waiting(name, found.st_size, int(found.st_mtime)) for name, found in stats]

    def fetch(self, name: str, limit: int) -> bytes:
        """A waiting file's content; what is longer than ``limit`` bytes is cut off one byte behind it."""
        try:
            with (self._folder / name).open("rb") as waiting:
                return waiting.read(limit + 1)
        except OSError as error:
            raise self._refused() from error

    def put_away(self, name: str) -> None:
        """Do with a taken file what the carrier wants done: leave, move or remove it."""
        path = self._folder / name
        try:
            if self._outbox.after == "remove":
                path.unlink(missing_ok=True)
            elif self._outbox.after == "move" and path.exists():
                target = self._folder / (self._outbox.move_to or "") / name
                if target.exists():
                    raise self._refused()
                path.rename(target)
        except OSError as error:
            raise self._refused() from error

    def close(self) -> None:
        """Nothing is held."""

    def _refused(self) -> HeldError:
        return HeldError(
            f"the outbox of {self._carrier_id} cannot be read, or what was taken in not be put away",
            code="E834-0892",
            place=self._outbox.place,
            remedy="look at [outbox] in carrier.toml: is the folder mounted, and may we read and change it?",
        )
