"""The spool: a file stands there whole or not at all, sealed, and nobody else may look."""

from __future__ import annotations

import errno
import hashlib
import os
from collections import Counter
from pathlib import Path

import pytest

from edi834.errors import ConfigurationError, HeldError, UnexpectedError
from edi834.ledger import Keyring, Spool
from edi834.ledger.spool import Manifest
from tests.ledger.builders import CANARY, FEED, ROOT

CONTENT = f"NM1*IL*1*{CANARY}~".encode() * 100
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", Keyring(ROOT))


def _files(tmp_path: Path) -> list[Path]:
    return sorted(path for path in (tmp_path / "spool").rglob("*") if path.is_file())


def test_a_stored_file_is_read_back_and_cannot_be_read_on_disk(tmp_path: Path, spool: Spool) -> None:
    spool.store(FEED, CONTENT, SHA256)
    spool.store(FEED, CONTENT, SHA256)

    assert spool.content(FEED, SHA256) == CONTENT
    (stored,) = _files(tmp_path)
    assert CANARY.encode() not in stored.read_bytes()


def test_everything_is_its_owners_alone_even_without_a_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Spool(tmp_path / "spool", Keyring(ROOT)).store(FEED, CONTENT, SHA256)
    finally:
        os.umask(before)

    modes = {path: path.stat().st_mode & 0o777 for path in (tmp_path / "spool").rglob("*")}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o701])
def test_a_spool_that_others_may_look_into_is_refused(tmp_path: Path, mode: int) -> None:
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool").chmod(mode)

    with pytest.raises(ConfigurationError) as refusal:
        Spool(tmp_path / "spool", Keyring(ROOT))
    assert refusal.value.code == "E834-0716"


def test_a_spool_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "spool").symlink_to(tmp_path / "real")

    with pytest.raises(ConfigurationError):
        Spool(tmp_path / "spool", Keyring(ROOT))


def test_a_file_where_the_spool_should_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("")

    with pytest.raises(UnexpectedError):
        Spool(tmp_path / "spool", Keyring(ROOT))


def test_a_missing_changed_or_moved_file_is_held(tmp_path: Path, spool: Spool) -> None:
    spool.store(FEED, CONTENT, SHA256)
    (stored,) = _files(tmp_path)
    whole = stored.read_bytes()

    for damaged in (
        whole[:-1],
        whole[:50] + bytes([whole[50] ^ 1]) + whole[51:],
        b"",
        Keyring(ROOT).seal(CONTENT, "x"),
    ):
        stored.write_bytes(damaged)
        with pytest.raises(HeldError):
            spool.content(FEED, SHA256)
    stored.write_bytes(Keyring(ROOT).seal(b"other", FEED, "content", SHA256))
    with pytest.raises(HeldError):
        spool.content(FEED, SHA256)
    stored.unlink()
    with pytest.raises(HeldError):
        spool.content(FEED, SHA256)


@pytest.mark.parametrize("place", ["blob-half", "blob-fsync"])
def test_after_one_failed_write_the_file_is_written_anew(
    tmp_path: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    _hit_from_one(monkeypatch)
    monkeypatch.setenv("EDI834_FAULTS", f"{place}#1=raise:EIO")
    spool.store(FEED, CONTENT, SHA256)

    assert spool.content(FEED, SHA256) == CONTENT
    assert len(_files(tmp_path)) == 1


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_stays_full_leaves_nothing_behind(
    tmp_path: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    _hit_from_one(monkeypatch)
    name = errno.errorcode[number]
    monkeypatch.setenv("EDI834_FAULTS", f"blob-half#1=raise:{name};blob-half#2=raise:{name}")

    with pytest.raises(UnexpectedError) as full:
        spool.store(FEED, CONTENT, SHA256)
    assert full.value.code == "E834-0719"
    assert _files(tmp_path) == []


def test_the_order_on_disk_is_write_sync_rename_sync(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    spool.store(FEED, b"", "0" * 64)
    done: list[str] = []

    def watch(owner: object, name: str) -> None:
        real = getattr(owner, name)

        def watched(*arguments: object) -> object:
            done.append(name)
            return real(*arguments)

        monkeypatch.setattr(owner, name, watched)

    watch(os, "write")
    watch(os, "fsync")
    watch(Path, "rename")
    spool.store(FEED, CONTENT, SHA256)

    assert done == ["write", "write", "fsync", "rename", "fsync"]


def test_what_nothing_refers_to_is_swept_away(tmp_path: Path, spool: Spool) -> None:
    spool.store(FEED, CONTENT, SHA256)
    spool.store(FEED, b"left over", hashlib.sha256(b"left over").hexdigest())
    folder = tmp_path / "spool" / "files" / FEED
    (folder / "cut.sealed.unfinished").write_bytes(b"half")
    (folder / "a note of the operator").write_bytes(b"kept")

    assert spool.sweep(FEED, {SHA256}) == 2
    assert spool.sweep(FEED, {SHA256}) == 0
    assert spool.content(FEED, SHA256) == CONTENT
    assert (folder / "a note of the operator").exists()


def test_a_manifest_replaces_its_older_ones_only(spool: Spool) -> None:
    facts = {"line": 1, "chain": "c"}
    spool.declare("envelope", Manifest("ab12", 1, 7), facts)
    spool.declare("envelope", Manifest("cd34", 1, 8), {"line": 2, "chain": "d"})
    spool.declare("envelope", Manifest("ab12", 3, 7), {"line": 3, "chain": "e"})
    spool.declare("envelope", Manifest("ab12", 2, 7), facts)

    assert set(spool.manifests("envelope")) >= {Manifest("ab12", 3, 7), Manifest("cd34", 1, 8)}
    assert Manifest("ab12", 1, 7) not in spool.manifests("envelope")
    assert spool.manifests("another") == []
    assert {(2, "d"), (3, "e")} <= set(spool.anchors())


def test_a_changed_manifest_is_held(tmp_path: Path, spool: Spool) -> None:
    spool.declare("envelope", Manifest("ab12", 1, 7), {"line": 1, "chain": "c"})
    (manifest,) = _files(tmp_path)
    manifest.rename(manifest.with_name("ab12.1.9.manifest"))

    with pytest.raises(HeldError):
        list(spool.anchors())


def _hit_from_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hits are counted for the process; a test counts its own."""
    monkeypatch.setattr("edi834.faults._hits", Counter())
