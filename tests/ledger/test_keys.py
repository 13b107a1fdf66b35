"""The keyring: readable by its owner alone, and whatever it seals opens only where it belongs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.errors import HeldError, KeyRefusedError
from edi834.ledger import Keyring, create_keyring
from tests.ledger.builders import CANARY, ROOT


def test_a_keyring_is_made_once_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "ledger.key"
    made = create_keyring(path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert Keyring.read(path).open(made.seal(b"reported", "feed"), "feed") == b"reported"
    assert Keyring.read(path).digest_key == made.digest_key
    with pytest.raises(KeyRefusedError):
        create_keyring(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o777])
def test_a_keyring_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    create_keyring(tmp_path / "key")
    (tmp_path / "key").chmod(mode)

    with pytest.raises(KeyRefusedError) as refusal:
        Keyring.read(tmp_path / "key")
    assert "chmod 600" in (refusal.value.remedy or "")


@pytest.mark.parametrize("content", [b"", b"edi834-keyring-1\n", b"edi834-keyring-1\nzz", b"\xff\xfe", b"00" * 32])
def test_what_is_no_keyring_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(KeyRefusedError):
        Keyring.read(path)
    with pytest.raises(KeyRefusedError):
        Keyring.read(tmp_path / "missing")


def test_the_root_never_stands_in_an_error(tmp_path: Path) -> None:
    secret = os.urandom(31).hex()
    path = tmp_path / "key"
    path.write_text(f"edi834-keyring-1\n{secret}\n")
    path.chmod(0o600)

    with pytest.raises(KeyRefusedError) as refusal:
        Keyring.read(path)
    assert secret not in str(refusal.getrepr(style="long", showlocals=False))


@given(st.binary(), st.lists(st.text(), max_size=3))
def test_what_is_sealed_opens_in_its_own_place_only(plaintext: bytes, context: list[str]) -> None:
    keyring = Keyring(ROOT)
    sealed = keyring.seal(plaintext, *context)

    assert keyring.open(sealed, *context) == plaintext
    with pytest.raises(HeldError):
        keyring.open(sealed, *context, "elsewhere")


@given(st.integers(min_value=0, max_value=200), st.integers(min_value=1, max_value=255))
def test_a_flipped_bit_is_found(place: int, flip: int) -> None:
    sealed = bytearray(Keyring(ROOT).seal(CANARY.encode() * 20, "feed"))
    sealed[place % len(sealed)] ^= flip

    with pytest.raises(HeldError):
        Keyring(ROOT).open(bytes(sealed), "feed")


def test_parts_of_a_context_do_not_run_together() -> None:
    keyring = Keyring(ROOT)

    assert keyring.token("ab", "c") != keyring.token("a", "bc")
    with pytest.raises(HeldError):
        keyring.open(keyring.seal(b"x", "ab", "c"), "a", "bc")


def test_another_root_gives_other_keys() -> None:
    mine, other = Keyring(ROOT), Keyring(bytes(32))

    assert mine.token("acme") != other.token("acme")
    assert mine.chained(b"line") != other.chained(b"line")
    assert len({mine.digest_key, other.digest_key, ROOT, mine.chained(b"")}) == 4
    with pytest.raises(HeldError):
        other.open(mine.seal(b"x", "feed"), "feed")


def test_the_same_text_is_sealed_differently_each_time() -> None:
    keyring = Keyring(ROOT)

    assert keyring.seal(b"x", "feed") != keyring.seal(b"x", "feed")
