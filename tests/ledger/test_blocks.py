"""Sealing block by block: what is read back is what was written, or nothing is."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from edi834.errors import HeldError, UnexpectedError
from edi834.ledger import Keyring, Spool
from edi834.ledger.blocks import BLOCK
from tests.ledger.builders import CANARY, FEED, ROOT

SIZES = [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 5]
CIPHERTEXT = random.Random(7).randbytes(3 * BLOCK + 5)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", Keyring(ROOT))


def flowing(content: bytes, step: int = 70_001) -> Iterator[bytes]:
    yield from (content[at : at + step] for at in range(0, len(content), step))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["ciphertext", "text"])
def test_what_was_kept_as_it_came_is_read_back_as_often_as_wanted(spool: Spool, size: int, kind: str) -> None:
    content = CIPHERTEXT[:size] if kind == "ciphertext" else (CANARY.encode() * (size // 5 + 1))[:size]

    kept = spool.keep(FEED, flowing(content))

    assert (len(kept), kept.sha256) == (size, hashlib.sha256(content).hexdigest())
    assert [b"".join(kept.blocks()) for _ in range(2)] == [content, content]
    assert spool.content(FEED, kept.sha256) == content
    assert CANARY.encode() not in kept.path.read_bytes()
    assert kept.path.stat().st_mode & 0o777 == 0o600


def test_a_block_that_is_changed_moved_left_out_or_cut_off_is_not_opened(spool: Spool) -> None:
    kept = spool.keep(FEED, flowing(CIPHERTEXT))
    whole, piece = kept.path.read_bytes(), BLOCK + 16 + 4
    head, first, second, rest = (
        whole[:18],
        whole[18 : 18 + piece],
        whole[18 + piece : 18 + 2 * piece],
        whole[18 + 2 * piece :],
    )

    for damaged in (
        whole[:-1],
        whole + b"x",
        head + first + second,
        head + second + first + rest,
        head + first + rest,
        head + first,
        head,
        b"",
        b"\x02z" + whole[2:],
        whole[:2] + bytes(16) + whole[18:],
        whole[:500_000] + bytes([whole[500_000] ^ 1]) + whole[500_001:],
    ):
        kept.path.write_bytes(damaged)
        with pytest.raises(HeldError):
            b"".join(kept.blocks())


def test_another_files_bytes_are_not_given_under_this_name(spool: Spool) -> None:
    """Both open: it is the digest that tells them apart."""
    kept, other = spool.keep(FEED, [b"one"]), spool.keep(FEED, [b"two"])
    kept.path.write_bytes(other.path.read_bytes())

    with pytest.raises(HeldError) as held:
        b"".join(kept.blocks())
    assert held.value.code == "E834-0708"


def test_what_breaks_off_while_it_comes_leaves_nothing_behind(tmp_path: Path, spool: Spool) -> None:
    def breaking() -> Iterator[bytes]:
        yield CIPHERTEXT
        raise HeldError("the program ended", code="E834-0818")

    with pytest.raises(HeldError):
        spool.keep(FEED, breaking())

    assert [path for path in (tmp_path / "spool").rglob("*") if path.is_file()] == []


def test_a_disk_that_does_not_take_it_is_said(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    from collections import Counter

    from edi834 import faults

    monkeypatch.setattr(faults, "_hits", Counter())
    monkeypatch.setenv("EDI834_FAULTS", "blob-fsync=raise:ENOSPC")
    with pytest.raises(UnexpectedError):
        spool.keep(FEED, flowing(CIPHERTEXT))
    assert [path for path in spool.folder.rglob("*") if path.is_file()] == []


def test_a_rotation_seals_large_and_small_files_anew(spool: Spool) -> None:
    small, large = b"NM1*IL*1~", spool.keep(FEED, flowing(CIPHERTEXT))
    digest = hashlib.sha256(small).hexdigest()
    spool.store(FEED, small, digest)
    both = Keyring(ROOT, sealing=b"s" * 32, retiring=ROOT)

    assert [Spool(spool.folder, both).reseal() for _ in range(2)] == [2, 0]

    after = Spool(spool.folder, Keyring(ROOT, sealing=b"s" * 32))
    assert after.content(FEED, digest) == small
    assert after.content(FEED, large.sha256) == CIPHERTEXT
    for sha256 in (digest, large.sha256):
        with pytest.raises(HeldError):
            spool.content(FEED, sha256)
