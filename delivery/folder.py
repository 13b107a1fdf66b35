"""A channel into a folder: for carriers that fetch from us, and for networks that mount the carrier's side.

A file is written whole under a temporary name, flushed to the disk, and linked to its own name, which replaces
nothing and is never half there.
The folder itself must exist: making it by mistake would deliver to nobody.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from delivery.guard import refuse_unless_fit
from edi834 import faults
from edi834.errors import DeliveryError, HeldError
from edi834.feed.ports import Clock, Phase
from edi834.feed.stages import Found, Receipt, SealedFile
from edi834.model import CarrierId

__all__ = ["FolderChannel"]


class FolderChannel:
    """A way to one carrier's folder."""

    def __init__(self, carrier_id: CarrierId, folder: Path, clock: Clock) -> None:
        """Take the folder as it is; it is looked at when something is sent."""
        self._carrier_id = carrier_id
        self._folder = folder
        self._clock = clock

    @property
    def carrier_id(self) -> CarrierId:
        """Whose channel it is."""
        return self._carrier_id

    def probe(self, remote_name: str) -> Found | None:
        """Look for a file in the folder; None where nothing stands under that name."""
        try:
            return _found(self._folder / remote_name)
        except FileNotFoundError:
            self._refuse_missing_folder()
            return None
        except OSError as error:
            raise self._failed(error) from error

    def send(self, file: SealedFile, *, attempt: str, on_phase: Callable[[Phase], None]) -> Receipt:
        """Put the file into the folder, whole, under its own name, never over another."""
        refuse_unless_fit(file, self._carrier_id)
        on_phase(Phase.CONNECTING)
        if (standing := self._standing(file)) is not None:
            return standing
        on_phase(Phase.WRITING)
        temporary = self._temporary(file.remote_name, attempt)
        try:
            try:
                _write(temporary, file)
                faults.point("upload-written")
            except OSError as error:
                raise self._failed(error) from error
            on_phase(Phase.RENAME_SENT)
            return self._named(temporary, file)
        finally:
            with suppress(OSError):  # it has its name, or was never made
                temporary.unlink()

    def withdraw(self, remote_name: str, *, attempt: str, tries: int = 1) -> bool:  # noqa: ARG002 - one is all it makes
        """Take a temporary file away; that proves nothing: a file that was linked to its name keeps the other, too."""
        with suppress(OSError):
            self._temporary(remote_name, attempt).unlink(missing_ok=True)
        return False

    def close(self) -> None:
        """Nothing is held."""

    def _temporary(self, remote_name: str, attempt: str) -> Path:
        return self._folder / f".{remote_name}.{attempt}.part"

    def _named(self, temporary: Path, file: SealedFile) -> Receipt:
        try:
            faults.point("rename-sent")
            # A link, unlike a rename, refuses a name that is taken.
            (self._folder / file.remote_name).hardlink_to(temporary)
            faults.point("renamed")
            _flush_names(self._folder)
        except OSError as error:
            # Whatever went wrong, the name tells: it stands for the file, for another, or for none.
            standing = self._standing(file)
            if standing is None:
                raise self._failed(error) from error
            return standing
        return self._receipt(file, "renamed")

    def _standing(self, file: SealedFile) -> Receipt | None:
        found = self.probe(file.remote_name)
        if found is None:
            return None
        if found.sha256 == file.sha256:
            return self._receipt(file, "found")
        raise HeldError(
            f"other bytes stand under the name {file.remote_name} in the folder of {self._carrier_id}",
            code="E834-0855",
        )

    def _refuse_missing_folder(self) -> None:
        if not self._folder.is_dir():
            raise HeldError(
                f"the folder for {self._carrier_id} is not there",
                code="E834-0860",
                remedy="mount it, or make it by hand, or look at `folder` in carrier.toml under [channel]",
            )

    def _failed(self, error: OSError) -> DeliveryError | HeldError:
        self._refuse_missing_folder()
        if isinstance(error, PermissionError):
            return HeldError(f"the folder for {self._carrier_id} may not be written or read", code="E834-0861")
        return DeliveryError(f"the folder for {self._carrier_id} took nothing", code="E834-0862")

    def _receipt(self, file: SealedFile, proof: str) -> Receipt:
        return Receipt(
            remote_name=file.remote_name,
            size=file.size,
            sha256=file.sha256,
            proof=proof,
            verified="readback",
            at=self._clock.now(),
            peer="folder",
        )


def _found(path: Path) -> Found:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Found(file.tell(), digest)


def _write(path: Path, file: SealedFile) -> None:
    """Write a new file, flush it to the disk, and read it back.

    Raises:
      OSError: one stands there already, or the disk did not keep it.
    """
    # Readable by its owner only until the folder's own rules say otherwise; a mask may take more away.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    with open(descriptor, "wb") as written:
        for block in file.blocks():
            written.write(block)
        written.flush()
        os.fsync(descriptor)
    if _found(path).sha256 != file.sha256:
        raise OSError(errno.EIO, "the disk holds other bytes than were written")


def _flush_names(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
