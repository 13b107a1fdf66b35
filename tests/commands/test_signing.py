"""Files that a carrier asks to have signed: believed by GnuPG, watched by doctor, and held if our key fails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.commands.snapshots import write_snapshot
from tests.commands.workspace import Sample
from tests.delivery.recipient_keys import RecipientKey, a_key

DAY = timedelta(days=1)


def sign(sample: Sample, key: RecipientKey, *more: str) -> None:
    """Northstar wants its files signed by that key."""
    file = sample.home / "carriers/northstar/carrier.toml"
    private = file.parent / "keys/ours.asc"
    private.touch(0o600)
    private.write_text(str(key.secret))
    lines = ["", "[signing]", 'key_file = "keys/ours.asc"', *more, ""]
    with file.open("a", encoding="utf-8") as carrier:
        carrier.write("\n".join(lines))


def fresh(**changes: timedelta) -> RecipientKey:
    """A key of the machine's own time, for the whole program runs by it."""
    return a_key(created=datetime.now(UTC) - DAY, **changes)


@pytest.mark.needs("gpg")
@pytest.mark.parametrize("sealer", ["pgpy", "sequoia"])
def test_a_carrier_that_asks_for_it_finds_our_signature(sealer: str, sample: Sample, tmp_path: Path) -> None:
    ours = fresh()
    sign(sample.only("northstar"), ours)
    sample.rewrite("carriers/northstar/carrier.toml", "[key]\n", f'[key]\nsealer = "{sealer}"\n')

    assert sample.nightly(write_snapshot(tmp_path / "snapshot")).status == 0

    (sealed,) = sample.sealed("northstar")
    with sample.key.gpg() as gpg:
        gpg.call("--import", content=ours.block)
        opened = gpg.call("--trust-model", "always", "--status-fd", "1", "--decrypt", content=sealed)
        assert f"[GNUPG:] VALIDSIG {ours.secret.fingerprint}".encode() in opened
        assert b"ISA*00*" in opened
    shown = sample.json("keys", "list", "--carrier", "northstar").event("our_signature")
    assert shown["fingerprint"] == str(ours.secret.fingerprint)


def test_a_key_that_runs_out_soon_is_reported_by_doctor_and_one_that_ran_out_holds_the_file(
    sample: Sample, tmp_path: Path
) -> None:
    sign(sample.only("northstar"), fresh(expires_after=20 * DAY))
    codes = [e["code"] for e in sample.json("doctor").events if e["event"] == "finding"]
    assert "E834-0885" in codes

    (sample.home / "carriers/northstar/keys/ours.asc").write_text(str(fresh(expires_after=DAY / 2).secret))
    ran = sample.nightly(write_snapshot(tmp_path / "snapshot"))

    assert ran.status == 6, ran.said
    assert ran.event("feed")["code"] == "E834-0883"
    assert sample.arrived("northstar") == []
    assert sample.json("doctor").status == 4
    assert sample.json("keys", "list").status == 6


@pytest.mark.parametrize(
    "lines",
    [
        ["[signing]", 'passphrase_env = "X"'],
        ["[signing]", 'key_file = "keys/ours.asc"', 'passphrase_env = "X"', 'passphrase_command = ["y"]'],
        ["[signing]", 'key_flie = "keys/ours.asc"'],
    ],
)
def test_a_mistake_in_how_it_is_written_is_placed(lines: list[str], sample: Sample) -> None:
    with (sample.only("northstar").home / "carriers/northstar/carrier.toml").open("a", encoding="utf-8") as carrier:
        carrier.write("\n" + "\n".join(lines) + "\n")

    ran = sample.json("check")

    assert ran.status == 4
    assert any("carrier.toml" in (e.get("where") or "") for e in ran.events if e["event"] == "finding")


def test_what_is_not_sealed_is_not_signed(sample: Sample) -> None:
    with (sample.only("lantern").home / "carriers/lantern/carrier.toml").open("a", encoding="utf-8") as carrier:
        carrier.write('\n[signing]\nkey_file = "keys/ours.asc"\n')

    assert sample.json("check").status == 4
