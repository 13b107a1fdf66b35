"""A snapshot as a folder: which files are its tables, whether they are whole, and what its manifest vouches for.

Only regular files are opened, never through a link; what no manifest vouches for must have stood still; and nothing
may change while it is read. A half-written export must never look like a mass termination.
Reading the formats is ``tabular.py``'s and ``parquet.py``'s.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from edi834.errors import Place, SnapshotRefusedError, UsageError
from edi834.feed.ports import Clock
from edi834.model import Finding, Severity
from edi834.sources.read.columns import RawSnapshot, RawTable, checked_table
from edi834.sources.read.parquet import read_parquet
from edi834.sources.read.tabular import Delivered, read_tabular
from edi834.sources.settings import NEEDED_TABLES, TABLES, SourceSettings

__all__ = ["Manifest", "read_folder"]

_MANIFEST = "manifest.json"
_MANIFEST_BYTES = 1024 * 1024
_ENDINGS = (".csv", ".csv.gz", ".parquet")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What whoever exported a folder says about it.

    Attributes:
      as_of: The day the snapshot speaks of.
      row_counts: Rows by table.
      sha256: Digest, in lower-case hexadecimal, by table or file name.
    """

    as_of: date | None = None
    row_counts: Mapping[str, int] = field(default_factory=dict)
    sha256: Mapping[str, str] = field(default_factory=dict)

    def digest(self, file: Path) -> str | None:
        """The digest that the file must have, if one is given."""
        return self.sha256.get(file.name, self.sha256.get(_table_of(file)))

    def vouches_for(self, file: Path) -> bool:
        """Whether a cut in the file would be noticed."""
        return _table_of(file) in self.row_counts or self.digest(file) is not None


def read_folder(folder: Path, settings: SourceSettings, as_of: date | None, clock: Clock) -> RawSnapshot:
    """Read the tables of a folder.

    Raises:
      SnapshotRefusedError: the folder as a whole cannot be trusted.
      UsageError: neither the caller nor a manifest says of which day it is.
    """
    files = _tables_in(folder)
    before = {path: _seen(path) for path in files.values()}
    manifest_path = folder / _MANIFEST
    manifest = _manifest(manifest_path) if os.path.lexists(manifest_path) else Manifest()
    day, findings = _day(as_of, manifest, manifest_path)
    findings += _spoken_of(manifest, files, manifest_path)
    for path in files.values():
        if not manifest.vouches_for(path):
            _refuse_unsettled(path, before[path], settings.settle_seconds, clock)
    tables: dict[str, RawTable] = {}
    for name, path in files.items():
        tables[name], noticed = _table(name, path, manifest, settings)
        findings += noticed
    for path, times in before.items():
        if _seen(path) != times:
            raise SnapshotRefusedError("the file changed while it was read", code="E834-0306", place=Place(str(path)))
    return RawSnapshot(day, tables, tuple(findings))


def _table(name: str, path: Path, manifest: Manifest, settings: SourceSettings) -> tuple[RawTable, Sequence[Finding]]:
    with _opened(path) as file:
        delivered = Delivered(name, str(path), file, path.suffix == ".gz", manifest.vouches_for(path))
        try:
            read = read_parquet if path.suffix == ".parquet" else read_tabular
            table, findings = read(delivered, settings)
            expected = manifest.digest(path)
            agrees = expected is None or _digest(file) == expected
        except OSError:
            raise _unreadable(path) from None
    if not agrees:
        text = f"{name} is not the file the manifest speaks of: its digest is another"
        raise SnapshotRefusedError(text, code="E834-0309", place=Place(str(path)))
    count = manifest.row_counts.get(name, table.rows)
    if count != table.rows:
        text = f"{name} has {table.rows} rows, and {count} by the manifest"
        raise SnapshotRefusedError(text, code="E834-0308", place=Place(str(path)))
    return checked_table(table, settings), findings


def _digest(file: BinaryIO) -> str:
    """The digest of a file from its beginning: of the very file that was read, through the same descriptor."""
    file.seek(0)
    digest = hashlib.sha256()
    while block := file.read(1024 * 1024):
        digest.update(block)
    return digest.hexdigest()


def _tables_in(folder: Path) -> dict[str, Path]:
    if folder.is_symlink():
        text = "the snapshot's folder is a link; name the folder itself"
        raise SnapshotRefusedError(text, code="E834-0303", place=Place(str(folder)))
    if not folder.is_dir():
        text = "there is no snapshot here: no folder of that name"
        raise SnapshotRefusedError(text, code="E834-0304", place=Place(str(folder)))
    found: dict[str, Path] = {}
    for table in TABLES:
        candidates = [path for ending in _ENDINGS if os.path.lexists(path := folder / f"{table}{ending}")]
        if len(candidates) > 1:
            text = f"{table} is here more than once: {', '.join(path.name for path in candidates)}"
            raise SnapshotRefusedError(text, code="E834-0302", place=Place(str(folder)))
        if candidates:
            found[table] = candidates[0]
    for table in NEEDED_TABLES:
        if table not in found:
            raise SnapshotRefusedError(f"the snapshot has no {table}", code="E834-0301", place=Place(str(folder)))
    return found


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a regular file, and nothing else: a link could point anywhere, and a pipe would wait for ever."""
    _seen(path)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        raise _unreadable(path) from None
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _irregular(path)
        yield file


def _seen(path: Path) -> tuple[int, int, int, int]:
    """What changes when a file does: which file it is, its size, and its times in nanoseconds."""
    try:
        status = os.lstat(path)
    except OSError:
        raise _unreadable(path) from None
    if not stat.S_ISREG(status.st_mode):
        raise _irregular(path)
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _refuse_unsettled(path: Path, seen: tuple[int, int, int, int], seconds: int, clock: Clock) -> None:
    """A copy keeps the time of its original, but the time of its own last change is the machine's to tell."""
    if seconds and clock.now().timestamp() - max(seen[2:]) / 1e9 < seconds:
        text = f"the file changed within the last {seconds} seconds, and no manifest vouches for it"
        raise SnapshotRefusedError(text, code="E834-0306", place=Place(str(path)))


def _irregular(path: Path) -> SnapshotRefusedError:
    return SnapshotRefusedError("this is a link, a pipe or a device", code="E834-0303", place=Place(str(path)))


def _unreadable(path: Path) -> SnapshotRefusedError:
    return SnapshotRefusedError("the file could not be read", code="E834-0305", place=Place(str(path)))


def _table_of(file: Path) -> str:
    return file.name.partition(".")[0]


def _day(as_of: date | None, manifest: Manifest, path: Path) -> tuple[date, list[Finding]]:
    day = as_of or manifest.as_of
    if day is None:
        raise UsageError("nothing says of which day the snapshot is", code="E834-0311", place=Place(str(path.parent)))
    if manifest.as_of is None or manifest.as_of == day:
        return day, []
    text = f"the snapshot is read as of {day.isoformat()}, and its manifest says {manifest.as_of.isoformat()}"
    return day, [Finding("E834-0344", Severity.WARNING, text, place=Place(str(path), name="as_of"))]


def _spoken_of(manifest: Manifest, files: Mapping[str, Path], path: Path) -> list[Finding]:
    known = {*TABLES, *(f"{table}{ending}" for table in TABLES for ending in _ENDINGS)}
    here = {*files, *(file.name for file in files.values())}
    spoken = {*manifest.row_counts, *manifest.sha256}
    absent = sorted(spoken & known - here)
    if absent:
        text = f"the manifest speaks of {absent[0]}, which is not here"
        raise SnapshotRefusedError(text, code="E834-0310", place=Place(str(path)))
    if spoken <= known:
        return []
    text = f"the manifest speaks of {len(spoken - known)} files that are no tables of a snapshot; they are not read"
    return [Finding("E834-0354", Severity.NOTE, text, place=Place(str(path)))]


def _manifest(path: Path) -> Manifest:
    with _opened(path) as file:
        try:
            content = file.read(_MANIFEST_BYTES + 1)
        except OSError:
            raise _unreadable(path) from None
    if len(content) > _MANIFEST_BYTES:
        _refuse_manifest(path, "is too large")
    try:
        reported = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError):
        _refuse_manifest(path, "is not the JSON of an object without repeated names")
    if not isinstance(reported, dict):
        _refuse_manifest(path, "is not an object")
    counts, digests = reported.get("row_counts", {}), reported.get("sha256", {})
    if not (isinstance(counts, dict) and all(type(count) is int and count >= 0 for count in counts.values())):
        _refuse_manifest(path, "does not give row_counts as whole numbers by table")
    if not (isinstance(digests, dict) and all(_is_digest(digest) for digest in digests.values())):
        _refuse_manifest(path, "does not give sha256 as 64 hexadecimal digits by table")
    return Manifest(_as_of(reported, path), counts, {name: digest.lower() for name, digest in digests.items()})


def _as_of(reported: Mapping[str, Any], path: Path) -> date | None:
    written = reported.get("as_of")
    if written is None:
        return None
    try:
        day = date.fromisoformat(written)
    except (TypeError, ValueError):
        _refuse_manifest(path, "does not give as_of as YYYY-MM-DD")
    if day.isoformat() != written:
        _refuse_manifest(path, "does not give as_of as YYYY-MM-DD")
    return day


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value.lower()) <= set("0123456789abcdef")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError
    return content


def _refuse_manifest(path: Path, claim: str) -> NoReturn:
    raise SnapshotRefusedError(f"the manifest {claim}", code="E834-0307", place=Place(str(path)))
