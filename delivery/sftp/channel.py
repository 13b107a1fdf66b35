"""A channel by SFTP: look first, write under a temporary name, verify, rename once, and say only what is known.

A file never stands half under its final name, never replaces another, and is never called lost while it may have
arrived; what cannot be settled by looking is in doubt.
Connections are ``session.py``'s; whether and when to try again is the caller's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from delivery.guard import refuse_unless_fit
from delivery.sftp.line import Line
from delivery.sftp.protocol import BrokenLineError, RefusedError, Status
from delivery.sftp.session import Session, delivery_error
from delivery.sftp.settings import SftpSettings, UploadMode, Verification
from edi834 import faults
from edi834.errors import (
    DeliveryError,
    Edi834Error,
    HeldError,
    HostKeyRefusedError,
    InDoubtError,
    KeyRefusedError,
    LockedError,
)
from edi834.feed.ports import Clock, Phase
from edi834.feed.stages import Found, Receipt, SealedFile
from edi834.model import CarrierId

__all__ = ["SftpChannel"]

_ASK_WHETHER_ARRIVED = "ask the carrier whether the file arrived, then `edi834 resolve` with --arrived or --lost"
_LARGEST_READ_BACK = 1 << 30  # a larger file under our name is not ours: files are split long before


class SftpChannel:
    """A way to one carrier's SFTP server."""

    def __init__(
        self,
        carrier_id: CarrierId,
        settings: SftpSettings,
        clock: Clock,
        *,
        connect: Callable[[SftpSettings, Clock], Line] = Session,
    ) -> None:
        """Connect to nothing yet; ``connect`` is how, when it is time."""
        self._carrier_id = carrier_id
        self._settings = settings
        self._clock = clock
        self._connect = connect
        self._session: Line | None = None
        self._left_behind: set[str] = set()

    @property
    def carrier_id(self) -> CarrierId:
        """Whose channel it is."""
        return self._carrier_id

    def probe(self, remote_name: str) -> Found | None:
        """Look for a file at the recipient; None where nothing stands under that name.

        A file whose marker is missing, in mode ``direct_excl``, is not there yet: the carrier passes it over.
        """
        with self._line() as session:
            if (
                self._settings.upload_mode is UploadMode.DIRECT
                and self._look(session, self._settings.marker(remote_name)) is None
            ):
                return None
            return self._look(session, remote_name)

    def send(self, file: SealedFile, *, attempt: str, on_phase: Callable[[Phase], None]) -> Receipt:
        """Deliver the file, whole, under its own name, never over another."""
        refuse_unless_fit(file, self._carrier_id)
        on_phase(Phase.CONNECTING)
        with self._line() as session:
            self._clear(session)
            standing = self._standing(session, file)
            if standing is not None:
                self._mark(session, file)
                return standing
        on_phase(Phase.WRITING)
        if self._settings.upload_mode is UploadMode.DIRECT:
            return self._send_directly(file, on_phase)
        temporary = self._settings.temporary(file.remote_name, attempt)
        with self._line() as session:
            self._write(session, temporary, file)
        return self._rename(temporary, file, on_phase)

    def withdraw(self, remote_name: str, *, attempt: str, tries: int = 1) -> bool:  # noqa: ARG002 - one is all it makes
        """Take away what an earlier attempt left under its temporary name; whether it stood there.

        A rename moves the file away from that name. So where it can still be taken away the rename was not obeyed, and
        comes too late if it is yet on its way. In mode ``direct_excl`` there is no such name.
        """
        if self._settings.upload_mode is UploadMode.DIRECT:
            return False
        with self._line() as session:
            return self._taken_away(session, self._settings.temporary(remote_name, attempt))

    def close(self) -> None:
        """Let go of the connection; may be called twice."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    @contextmanager
    def _line(self) -> Iterator[Line]:
        """A living connection, ended if anything goes wrong on it; its errors become ours."""
        if self._session is not None and not self._session.is_alive:
            self.close()
        if self._session is None:
            self._session = self._connect(self._settings, self._clock)
        session = self._session
        session.watchdog.allow(self._settings.answer_seconds)
        try:
            yield session
        except RefusedError as error:
            self.close()
            raise self._refusal(error) from error
        except (BrokenLineError, OSError) as error:
            bitten = session.watchdog.has_bitten
            self.close()
            if bitten:
                raise delivery_error(self._settings, "E834-0850", "the server was too slow or fell silent") from error
            raise delivery_error(self._settings, "E834-0851", "the connection broke") from error
        except BaseException:
            self.close()
            raise
        session.watchdog.rest()

    def _refusal(self, error: RefusedError) -> Edi834Error:
        peer = self._settings.peer
        if error.status in (Status.PERMISSION_DENIED, Status.NO_SUCH_FILE):
            return HeldError(
                f"{peer}: the server does not let us write into {self._settings.remote_dir or 'the login folder'}",
                code="E834-0852",
                remedy="look at `remote_dir`, and ask the carrier to let our login create and rename files there",
            )
        return delivery_error(
            self._settings,
            "E834-0853",
            "the server refused, and does not say why; its disk or our quota there may be full",
        )

    def _look(self, session: Line, name: str, expected_size: int | None = None) -> Found | None:
        """What stands under a name; its digest only where its size could be the expected one.

        Raises:
          InDoubtError: the server does not let us look.
        """
        path = self._settings.path(name)
        session.watchdog.allow(self._settings.answer_seconds)
        try:
            size = session.client.size(path)
        except RefusedError as error:
            if error.status is Status.NO_SUCH_FILE:
                return None
            raise InDoubtError(
                f"{self._settings.peer}: the server does not let us look for {name}",
                code="E834-0854",
                remedy=_ASK_WHETHER_ARRIVED,
            ) from error
        if size is None or size > _LARGEST_READ_BACK or (expected_size is not None and size != expected_size):
            return Found(size, None)
        try:
            return Found(size, self._digest(session, path, size))
        except RefusedError as error:
            # Swept between the two looks, or not ours to read.
            return None if error.status is Status.NO_SUCH_FILE else Found(size, None)

    def _digest(self, session: Line, path: str, size: int) -> str:
        self._allow_a_file(session)
        digest = hashlib.sha256()
        for block in session.client.read(path, size + 1):
            digest.update(block)
        return digest.hexdigest()

    def _allow_a_file(self, session: Line) -> None:
        settings = self._settings
        session.watchdog.allow(
            settings.answer_seconds,
            in_all=settings.file_seconds,
            bytes_per_second=settings.min_bytes_per_minute / 60,
        )

    def _standing(self, session: Line, file: SealedFile) -> Receipt | None:
        """The receipt of a file that stands there already; None where nothing does, as far as we may look.

        Raises:
          HeldError: something else stands under its name.
        """
        try:
            found = self._look(session, file.remote_name, file.size)
        except InDoubtError:
            # A drop box that shows nothing: the rename, which never replaces a file, is the only answer there is.
            return None
        if found is None:
            return None
        if self._is_the_file(found, file):
            verified = Verification.SIZE if found.sha256 is None else Verification.READBACK
            return self._receipt(file, "found", verified)
        raise HeldError(
            f"{self._settings.peer}: other bytes stand under the name {file.remote_name}",
            code="E834-0855",
            remedy="nothing was replaced; ask the carrier what that file is, then resend or discard this one",
        )

    def _is_the_file(self, found: Found, file: SealedFile) -> bool:
        """Whether what stands there is the file, by its bytes; by its size where the carrier's rule is no more."""
        if found.sha256 is not None:
            return found.sha256 == file.sha256
        return self._settings.verify is Verification.SIZE and found.size == file.size

    def _write(self, session: Line, name: str, file: SealedFile) -> None:
        """Write and verify a new file, whole; what cannot be finished is taken away again."""
        path = self._settings.path(name)
        session.watchdog.allow(self._settings.answer_seconds)
        if name != file.remote_name:  # a temporary name is nobody else's, even where the answer is lost
            self._left_behind.add(name)
        handle = session.client.create(path)
        self._left_behind.add(name)
        try:
            self._allow_a_file(session)
            faults.point("upload-open")
            for done in session.client.write(handle, file.blocks()):
                if done >= file.size // 2:
                    faults.point("upload-half")
            session.watchdog.allow(self._settings.answer_seconds)
            session.client.close(handle)
            faults.point("upload-written")
            self._verify(session, path, file)
            faults.point("upload-verified")
        except (RefusedError, Edi834Error):
            self._clear(session)
            raise
        self._left_behind.discard(name)

    def _verify(self, session: Line, path: str, file: SealedFile) -> None:
        verify = self._settings.verify
        if verify is Verification.NONE:
            return
        try:
            session.watchdog.allow(self._settings.answer_seconds)
            size = session.client.size(path)
            digest = self._digest(session, path, file.size) if verify is Verification.READBACK else None
        except RefusedError as error:
            raise HeldError(
                f"{self._settings.peer}: the server does not let us verify what we wrote",
                code="E834-0856",
                remedy='ask the carrier what our login may do there; where it is a drop box, set `verify = "size"` or '
                '`verify = "none"` in carrier.toml',
            ) from error
        if (size is not None and size != file.size) or digest not in (None, file.sha256):
            raise delivery_error(
                self._settings, "E834-0857", "what the server holds is not what we wrote; its disk may be full"
            )
        if size is None and digest is None:
            raise HeldError(
                f"{self._settings.peer}: the server does not say how long what we wrote is",
                code="E834-0856",
                remedy='set `verify = "readback"` or `verify = "none"` in carrier.toml',
            )

    def _rename(self, temporary: str, file: SealedFile, on_phase: Callable[[Phase], None]) -> Receipt:
        """Give the file its name; whatever happens from here on, it is found out or is in doubt."""
        path = self._settings.path
        self._left_behind.add(temporary)
        try:
            on_phase(Phase.RENAME_SENT)
        except LockedError:  # somebody else has taken the feed over, and sends the file under a name of its own
            with suppress(Edi834Error), self._line() as session:
                self._clear(session)
            raise
        try:
            with self._line() as session:
                faults.point("rename-sent")
                session.client.rename(path(temporary), path(file.remote_name))
                faults.point("renamed")
        except (DeliveryError, HeldError) as error:
            return self._settled(temporary, file, error)
        self._left_behind.discard(temporary)
        return self._receipt(file, "renamed", self._settings.verify)

    def _settled(self, temporary: str, file: SealedFile, error: DeliveryError | HeldError) -> Receipt:
        """What became of a rename that was not confirmed, by looking.

        Taking the temporary file away settles it: where that succeeds the rename can no longer happen, late or not.

        Raises:
          DeliveryError: ``error`` itself: it did not happen.
          HeldError: the same, or other bytes stand under the final name.
          InDoubtError: nobody can tell.
        """
        try:
            with self._line() as session:
                standing = self._standing_or_cleared(session, file)
                if standing is None and self._taken_away(session, temporary):
                    raise error
                # Nothing under either name at first: renamed in between, or taken by the carrier.
                standing = standing or self._standing_or_cleared(session, file)
                self._clear(session)
        except (HostKeyRefusedError, KeyRefusedError) as lost:
            raise self._doubt(file) from lost
        except DeliveryError as lost:
            if lost is error:
                raise
            raise self._doubt(file) from lost
        if standing is None:
            raise self._doubt(file) from error
        return standing

    def _standing_or_cleared(self, session: Line, file: SealedFile) -> Receipt | None:
        """What stands there; where it is another file, ours is taken away before that is said."""
        try:
            return self._standing(session, file)
        except HeldError:
            self._clear(session)
            raise

    def _taken_away(self, session: Line, name: str) -> bool:
        """Whether a file stood under that name, and no longer does."""
        session.watchdog.allow(self._settings.answer_seconds)
        try:
            session.client.remove(self._settings.path(name))
        except RefusedError:
            return False
        self._left_behind.discard(name)
        return True

    def _doubt(self, file: SealedFile) -> InDoubtError:
        return InDoubtError(
            f"{self._settings.peer}: {file.remote_name} may have arrived, and no longer stands where we can see it",
            code="E834-0858",
            remedy=_ASK_WHETHER_ARRIVED,
        )

    def _send_directly(self, file: SealedFile, on_phase: Callable[[Phase], None]) -> Receipt:
        """Write under the final name, and a marker after it: the carrier takes only files whose marker is there."""
        on_phase(Phase.RENAME_SENT)
        try:
            with self._line() as session:
                self._write(session, file.remote_name, file)
                self._mark(session, file)
        except (HeldError, DeliveryError) as error:
            # A whole file without its marker is found again by the next attempt; half a file is for a person.
            if file.remote_name not in self._left_behind:
                raise
            self._left_behind.discard(file.remote_name)
            raise self._doubt(file) from error
        return self._receipt(file, "renamed", self._settings.verify)

    def _mark(self, session: Line, file: SealedFile) -> None:
        """Write the marker, unless it is there."""
        if self._settings.upload_mode is not UploadMode.DIRECT:
            return
        session.watchdog.allow(self._settings.answer_seconds)
        marker = self._settings.path(self._settings.marker(file.remote_name))
        try:
            session.client.close(session.client.create(marker))
        except RefusedError:
            session.client.size(marker)  # refused again where it is not there

    def _clear(self, session: Line) -> None:
        """Take away what earlier attempts of this channel left behind, as far as we may."""
        for name in sorted(self._left_behind):
            session.watchdog.allow(self._settings.answer_seconds)
            try:
                session.client.remove(self._settings.path(name))
            except RefusedError as error:
                if error.status is not Status.NO_SUCH_FILE:
                    continue
            self._left_behind.discard(name)

    def _receipt(self, file: SealedFile, proof: str, verified: Verification) -> Receipt:
        return Receipt(
            remote_name=file.remote_name,
            size=file.size,
            sha256=file.sha256,
            proof=proof,
            verified=verified.value,
            at=self._clock.now(),
            peer=self._settings.peer,
        )
