"""The spool: sealed files on disk, a manifest of every transmission, and the lock files of the feeds.

A file appears under its name whole or not at all (temporary name, fsync, rename, fsync of the folder); folders are
0700 and files 0600; content is sealed with the workspace's key on top of whatever the recipient's key did.
A manifest is written after the transaction it speaks of and before anything leaves, so a database that knows less than
the manifests has been restored from an older copy.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from edi834.errors import ConfigurationError, Place, UnexpectedError
from edi834.faults import point
from edi834.feed.whereabouts import NOWHERE, Whereabouts
from edi834.ledger.blocks import FORMAT as BLOCKWISE
from edi834.ledger.blocks import StoredContent, is_current, opened_blocks, sealed_blocks
from edi834.ledger.keys import Keyring
from edi834.model import FeedId, GroupId, MemberId, MemberRef

__all__ = ["Manifest", "Spool"]

_BLOB = re.compile(r"(?P<sha256>[0-9a-f]{64})\.(sealed|whereabouts)")
_MANIFEST = re.compile(r"(?P<transmission>[0-9a-f]+)\.(?P<version>\d+)\.(?P<number>\d+)\.manifest")
_UNFINISHED = ".unfinished"
_PURPOSES = {".sealed": "content", ".whereabouts": "whereabouts", ".manifest": "manifest"}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the spool knows of one transmission, from its name alone.

    Attributes:
      transmission_id: Which transmission.
      version: How often it had changed.
      control_number: Its number between sender and receiver.
    """

    transmission_id: str
    version: int
    control_number: int


class Spool:
    """The spool of one ledger.

    Args:
      folder: Where it lies; made with 0700, and refused if others may look into it.
      keyring: Seals what is stored.
    """

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        self.folder = folder
        self._keyring = keyring
        with _written("made"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            mode = folder.stat().st_mode
        if folder.is_symlink() or mode & 0o077:
            raise ConfigurationError(
                "the spool may be looked into by others than its owner",
                code="E834-0716",
                place=Place(str(folder)),
                remedy=f"chmod 700 {folder}",
            )

    # --- sealed files -----------------------------------------------------------------------------------------------

    def store(self, feed_id: FeedId, content: bytes, sha256: str) -> None:
        """Store a file so that it outlives a power cut; the same file again changes nothing."""
        sealed = self._keyring.seal(content, feed_id, "content", sha256)
        with _written("stored"):
            self._place(self._folder_of("files", feed_id) / f"{sha256}.sealed", sealed, points=True)

    def keep(self, feed_id: FeedId, blocks: Iterable[bytes]) -> StoredContent:
        """Store a file as it comes, block by block, so that it outlives a power cut; gives it as it now stands there.

        What fails here fails for good: what came cannot be asked for again.
        """
        digest, size = hashlib.sha256(), 0

        def counted() -> Iterator[bytes]:
            nonlocal size
            for block in blocks:
                digest.update(block)
                size += len(block)
                yield block

        with _written("stored"):
            folder = self._folder_of("files", feed_id)
            coming = folder / f"{self._keyring.random(8).hex()}{_UNFINISHED}"
            try:
                _write_synced(coming, sealed_blocks(self._keyring, counted(), feed_id, "content"), points=True)
            except BaseException:
                coming.unlink(missing_ok=True)
                raise
            point("blob-synced")
            kept = StoredContent(
                folder / f"{digest.hexdigest()}.sealed", self._keyring, feed_id, digest.hexdigest(), size
            )
            coming.rename(kept.path)
            point("blob-renamed")
            _sync_folder(folder)
        return kept

    def stored(self, feed_id: FeedId, sha256: str, size: int) -> StoredContent:
        """Give a stored file to be read as often as wanted; whether it is there and whole is found out by reading."""
        return StoredContent(
            self._folder_of("files", feed_id) / f"{sha256}.sealed", self._keyring, feed_id, sha256, size
        )

    def content(self, feed_id: FeedId, sha256: str) -> bytes:
        """Give a stored file, its digest checked.

        Raises:
          HeldError: it is missing or was changed.
        """
        return b"".join(self.stored(feed_id, sha256, 0).blocks())

    def store_whereabouts(self, feed_id: FeedId, index: Whereabouts, sha256: str) -> None:
        """Store whom each segment of a file is about, beside the file and as well sealed."""
        content = zlib.compress(_written_index(index))
        sealed = self._keyring.seal(content, feed_id, "whereabouts", sha256)
        with _written("stored"):
            self._place(self._folder_of("files", feed_id) / f"{sha256}.whereabouts", sealed)

    def whereabouts(self, feed_id: FeedId, sha256: str) -> Whereabouts:
        """Give whom each segment of a file is about; empty where nothing was stored.

        Raises:
          HeldError: it was changed.
        """
        try:
            sealed = (self._folder_of("files", feed_id) / f"{sha256}.whereabouts").read_bytes()
        except OSError:
            return NOWHERE
        return _read_index(zlib.decompress(self._keyring.open(sealed, feed_id, "whereabouts", sha256)))

    def sweep(self, feed_id: FeedId, keep: Collection[str]) -> int:
        """Remove what no transmission of the feed refers to: left over from a run that was cut short.

        Args:
          feed_id: The feed, whose lease the caller holds.
          keep: The digests that transmissions refer to.

        Returns:
          How many files were removed.
        """
        removed = 0
        with _written("swept"):
            for path in list(self._folder_of("files", feed_id).iterdir()):
                match = _BLOB.fullmatch(path.name)
                if path.name.endswith(_UNFINISHED) or (match and match["sha256"] not in keep):
                    path.unlink(missing_ok=True)
                    removed += 1
        return removed

    # --- manifests --------------------------------------------------------------------------------------------------

    def declare(self, envelope: str, manifest: Manifest, facts: Mapping[str, object]) -> None:
        """Write down what a transmission has become; its older manifests go.

        Args:
          envelope: A token of sender and receiver.
          manifest: Which transmission, how often changed, under which number.
          facts: What else to keep, among it the trail's newest line: sealed.
        """
        folder = self._folder_of("manifests", envelope)
        name = f"{manifest.transmission_id}.{manifest.version}.{manifest.control_number}.manifest"
        sealed = self._keyring.seal(json.dumps(facts, sort_keys=True).encode(), envelope, "manifest", name)
        with _written("declared"):
            self._place(folder / name, sealed)
            for path in folder.glob(f"{manifest.transmission_id}.*.manifest"):
                if path.name != name and int(path.name.split(".")[1]) < manifest.version:
                    path.unlink(missing_ok=True)

    def manifests(self, envelope: str) -> list[Manifest]:
        """Every transmission that the spool knows between one sender and receiver."""
        with _written("read"):
            names = [path.name for path in self._folder_of("manifests", envelope).iterdir()]
        found = [match for match in map(_MANIFEST.fullmatch, names) if match]
        return [Manifest(match["transmission"], int(match["version"]), int(match["number"])) for match in found]

    def facts(self, envelope: str, manifest: Manifest) -> dict[str, Any]:
        """What was kept in a manifest.

        Raises:
          HeldError: it was changed.
        """
        name = f"{manifest.transmission_id}.{manifest.version}.{manifest.control_number}.manifest"
        with _written("read"):
            sealed = (self._folder_of("manifests", envelope) / name).read_bytes()
        found: dict[str, Any] = json.loads(self._keyring.open(sealed, envelope, "manifest", name))
        return found

    def envelopes(self) -> list[str]:
        """The tokens of every sender and receiver that the spool knows."""
        with _written("read"):
            return sorted(path.name for path in self._folder_of("manifests").iterdir())

    def anchors(self) -> Iterator[tuple[int, str]]:
        """The lines of the trail that manifests hold on to: number and chain.

        Raises:
          HeldError: a manifest was changed.
        """
        with _written("read"):
            paths = sorted((self.folder / "manifests").glob("*/*.manifest"))
            sealed = {path: path.read_bytes() for path in paths}
        for path, content in sealed.items():
            facts = json.loads(self._keyring.open(content, path.parent.name, "manifest", path.name))
            yield facts["line"], facts["chain"]

    # --- rotation ---------------------------------------------------------------------------------------------------

    def reseal(self) -> int:
        """Seal every file anew that the keyring's older key sealed; gives how many there were.

        Raises:
          HeldError: a file was sealed with neither key, or was changed.
        """
        count = 0
        with _written("sealed anew"):
            for path in sorted(p for p in self.folder.glob("*/*/*") if not p.name.endswith(_UNFINISHED)):
                purpose = _PURPOSES.get(path.suffix)
                if purpose is not None and self._reseal(path, purpose):
                    count += 1
                    point("rotation-file")
        return count

    def _reseal(self, path: Path, purpose: str) -> bool:
        context = (path.parent.name, purpose, path.name if purpose == "manifest" else path.stem)
        anew = path.with_name(path.name + _UNFINISHED)
        with path.open("rb") as file:
            if file.read(1) == BLOCKWISE:
                if is_current(self._keyring, file, *context[:2]):
                    return False
                blocks = opened_blocks(self._keyring, file, *context[:2])
                _write_synced(anew, sealed_blocks(self._keyring, blocks, *context[:2]), points=False)
            else:
                file.seek(0)
                sealed = file.read()
                if self._keyring.is_current(sealed, *context):
                    return False
                content = self._keyring.open(sealed, *context)
                _write_synced(anew, [self._keyring.seal(content, *context)], points=False)
        anew.rename(path)
        _sync_folder(path.parent)
        return True

    # --- lock files -------------------------------------------------------------------------------------------------

    def lock_file(self, feed_id: FeedId) -> Path:
        """Where the feed's lock file lies."""
        return self._folder_of("locks") / f"{feed_id}.lock"

    def _folder_of(self, *parts: str) -> Path:
        folder = self.folder
        with _written("made"):
            for part in parts:
                folder = folder / part
                if not folder.is_dir():
                    folder.mkdir(mode=0o700, exist_ok=True)
                    _sync_folder(folder.parent)
        return folder

    def _place(self, path: Path, sealed: bytes, *, points: bool = False) -> None:
        unfinished = path.with_name(path.name + _UNFINISHED)
        for last in (False, True):
            try:
                _write_synced(unfinished, [sealed], points=points)
                break
            except OSError:
                # After a failed fsync the kernel may call the same pages clean: only a new file can be trusted. Once.
                unfinished.unlink(missing_ok=True)
                if last:
                    raise
        if points:
            point("blob-synced")
        unfinished.rename(path)
        if points:
            point("blob-renamed")
        _sync_folder(path.parent)


def _written_index(index: Whereabouts) -> bytes:
    plain = {
        number: [[first, *(astuple(ref) if ref is not None else ())] for first, ref in places]
        for number, places in index.items()
    }
    return json.dumps(plain, separators=(",", ":")).encode()


def _read_index(content: bytes) -> Whereabouts:
    return {
        number: [(first, _member(*named) if named else None) for first, *named in places]
        for number, places in json.loads(content).items()
    }


def _member(group: str, family: str, member: str) -> MemberRef:
    return MemberRef(GroupId(group), MemberId(family), MemberId(member))


def _write_synced(path: Path, pieces: Iterable[bytes], *, points: bool) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        for number, piece in enumerate(pieces):
            half = len(piece) // 2
            _write_all(descriptor, memoryview(piece)[:half])
            if points and number == 0:
                point("blob-half")
            _write_all(descriptor, memoryview(piece)[half:])
        if points:
            point("blob-fsync")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, content: memoryview) -> None:
    view = content
    while view:
        view = view[os.write(descriptor, view) :]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _written(verb: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnexpectedError(f"nothing could be {verb} in the spool: {error.strerror}", code="E834-0719") from None
