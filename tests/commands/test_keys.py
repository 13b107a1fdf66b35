"""``keys``: what is shown of keys, and that nothing is pinned before somebody says that it was compared."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from delivery.sftp.host_keys import fingerprint, read_known_hosts
from edi834.commands.carrier_pins import CarrierPins
from edi834.errors import ConfigurationError
from tests.commands.snapshots import day
from tests.commands.workspace import Sample
from tests.delivery.recipient_keys import a_key, revoked, with_subkey

HOST = "sftp.example.com"


def a_host_line() -> tuple[str, str]:
    """A known_hosts line, and the fingerprint that its owner reads out."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    line = f"{HOST} {key.export_public_key().decode().strip()}"
    return line, fingerprint(key.public_data)


def carrier_toml(sample: Sample) -> dict[str, Any]:
    return tomllib.loads((sample.home / "carriers/northstar/carrier.toml").read_text(encoding="utf-8"))


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def offer(sample: Sample, tmp_path: Path) -> Any:
    """Puts a key where an operator has it from the carrier; gives its file."""

    def put(block: bytes) -> Path:
        file = tmp_path / "from-the-carrier.asc"
        file.write_bytes(block)
        return file

    return put


@pytest.fixture
def reached_by_sftp(sample: Sample) -> Sample:
    """Northstar's channel is a server whose one host key is pinned."""
    file = sample.home / "carriers/northstar/carrier.toml"
    before = file.read_text(encoding="utf-8").partition("[channel]\n")[0]
    file.write_text(
        f'{before}[channel]\nkind = "sftp"\nhost = "{HOST}"\nusername = "us"\nkey_file = "keys/id"\n'
        'host_keys = "known_hosts"\n',
        encoding="utf-8",
    )
    line, _ = a_host_line()
    (file.parent / "known_hosts").write_text(f"# theirs\n{line} until=2026-12-31", encoding="utf-8")
    key = asyncssh.generate_private_key("ssh-ed25519")
    (file.parent / "keys" / "id").write_bytes(key.export_private_key())
    return sample


def test_each_carriers_key_is_listed_with_its_pins(sample: Sample) -> None:
    ran = sample.json("keys", "list")

    primary, subkey = sample.key.fingerprints
    shown = ran.event("key", carrier="northstar")
    assert (ran.status, shown["primary"], shown["subkey"]) == (0, primary, subkey)
    assert {e["carrier"] for e in ran.events if e["event"] == "key"} == {"northstar", "cedar", "granite", "harbor"}
    assert sample.run("keys", "list", "--carrier", "lantern").out.count("not sealed") == 1


def test_a_key_that_is_refused_is_listed_and_ends_with_6(sample: Sample) -> None:
    (sample.home / "carriers/cedar/keys/recipient.asc").write_text("an HTML page", encoding="utf-8")

    ran = sample.json("keys", "list")

    assert ran.status == 6
    assert ran.event("finding", severity="error")["code"] == "E834-0802"
    assert sample.json("keys", "list", "--carrier", "northstar").status == 0


def test_host_keys_and_our_own_key_are_listed_by_fingerprint(reached_by_sftp: Sample) -> None:
    ran = reached_by_sftp.json("keys", "list", "--carrier", "northstar")

    host, ours = ran.event("host_key"), ran.event("our_key")
    assert (host["algorithm"], host["valid_from"], host["valid_until"]) == ("ssh-ed25519", None, "2026-12-31")
    assert (ours["file"], ours["algorithm"]) == ("id", "ssh-ed25519")
    assert ours["fingerprint"].startswith("SHA256:")
    assert "PRIVATE" not in ran.said


def test_our_key_under_a_passphrase_is_known_by_the_file_beside_it(reached_by_sftp: Sample) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    path = reached_by_sftp.home / "carriers/northstar/keys/id"
    path.write_bytes(key.export_private_key(passphrase="open sesame"))
    assert reached_by_sftp.json("keys", "list", "--carrier", "northstar").event("our_key")["fingerprint"] is None

    path.with_name("id.pub").write_bytes(key.export_public_key())
    shown = reached_by_sftp.json("keys", "list", "--carrier", "northstar").event("our_key")

    assert shown["fingerprint"] == fingerprint(key.public_data)


def test_what_a_key_offers_is_shown_and_nothing_is_written(sample: Sample, offer: Any) -> None:
    key, before = with_subkey(a_key()), everything(sample.home / "carriers")

    ran = sample.run("keys", "add", offer(key.block), "--carrier", "northstar")

    spaced = " ".join(key.pins.primary[at : at + 4] for at in range(0, 40, 4))
    assert ran.status == 0
    assert spaced in ran.out
    assert "--yes" in ran.out
    assert everything(sample.home / "carriers") == before


def test_a_key_that_was_compared_is_pinned_and_kept_and_written_into_the_trail(sample: Sample, offer: Any) -> None:
    key, before = with_subkey(a_key()), carrier_toml(sample)

    ran = sample.json("keys", "add", offer(key.block), "--carrier", "northstar", "--yes")

    after = carrier_toml(sample)
    kept = sample.home / "carriers/northstar" / after["key"]["file"]
    assert ran.status == 0, ran.said
    assert (after["key"]["primary"], after["key"]["subkey"]) == (key.pins.primary, key.pins.subkey)
    assert {**after, "key": None} == {**before, "key": None}
    assert kept.read_bytes() == key.block
    assert (kept.parent / "recipient.asc").exists()
    with sample.ledger() as ledger:
        (line,) = ledger.trail("northstar")
    assert (line.action, line.detail["subkey"]) == ("key pinned", key.pins.subkey)
    assert sample.json("keys", "list", "--carrier", "northstar").event("key")["primary"] == key.pins.primary


def test_of_several_subkeys_a_person_names_one(sample: Sample, offer: Any) -> None:
    key = with_subkey(with_subkey(a_key()))
    file = offer(key.block)

    unsaid = sample.json("keys", "add", file, "--carrier", "northstar", "--yes")
    said = sample.json("keys", "add", file, "--carrier", "northstar", "--subkey", str(key.pins.subkey), "--yes")

    assert (unsaid.status, said.status) == (2, 0)
    assert len(unsaid.event("offered")["subkeys"]) == 2
    assert carrier_toml(sample)["key"]["subkey"] == key.pins.subkey


@pytest.mark.parametrize(
    ("block", "status", "code"),
    [
        (lambda: revoked(with_subkey(a_key()), subkey=False).block, 6, "E834-0810"),
        (lambda: str(with_subkey(a_key()).secret).encode(), 6, "E834-0803"),
        (lambda: b"<html>", 6, "E834-0802"),
        (lambda: a_key().block, 6, "E834-0812"),
    ],
    ids=["revoked", "private", "no key", "cannot encrypt"],
)
def test_a_key_that_is_not_fit_is_never_pinned(sample: Sample, offer: Any, block: Any, status: int, code: str) -> None:
    before = everything(sample.home / "carriers")

    ran = sample.json("keys", "add", offer(block()), "--carrier", "northstar", "--yes")

    assert (ran.status, code in ran.err) == (status, True)
    assert everything(sample.home / "carriers") == before


@pytest.mark.parametrize("name", ["nobody", "../northstar", "", "northstar/../cedar"])
def test_a_carrier_that_is_not_there_is_named(sample: Sample, offer: Any, name: str) -> None:
    file = offer(with_subkey(a_key()).block)

    for words in (("add", file, "--carrier", name), ("hosts", "--carrier", name), ("list", "--carrier", name)):
        ran = sample.json("keys", *words)
        assert (ran.status, "E834-0827" in ran.err) == (10, True)


def test_a_file_that_is_not_there_is_a_mistyped_command(sample: Sample) -> None:
    assert sample.json("keys", "add", "absent.asc", "--carrier", "northstar").status == 2


def test_a_host_key_is_pinned_for_its_days_once_it_was_compared(reached_by_sftp: Sample) -> None:
    line, printed = a_host_line()
    words = (
        "keys",
        "hosts",
        "--carrier",
        "northstar",
        "add",
        f"{line} comment until=1999-01-01",
        "--from",
        "2026-12-01",
    )
    known = reached_by_sftp.home / "carriers/northstar/known_hosts"
    before = known.read_text(encoding="utf-8")

    looked = reached_by_sftp.json(*words)
    assert (looked.status, known.read_text(encoding="utf-8")) == (0, before)
    assert looked.event("host_key")["fingerprint"] == printed
    pinned = reached_by_sftp.json(*words, "--yes")

    assert pinned.status == 0
    older, newer = read_known_hosts(known.read_text(encoding="utf-8"), host=HOST, port=22)
    assert (str(older.valid_until), newer.valid_until) == ("2026-12-31", None)
    assert (str(newer.valid_from), fingerprint(newer.key)) == ("2026-12-01", printed)
    listed = reached_by_sftp.json("keys", "hosts", "--carrier", "northstar")
    assert [e["fingerprint"] for e in listed.events if e["event"] == "host_key"][1] == printed
    with reached_by_sftp.ledger() as ledger:
        assert [entry.action for entry in ledger.trail("northstar")] == ["host key pinned"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("other.example.com ssh-ed25519 AAAA", "E834-0830"),
        (f"{HOST} ssh-ed25519 AAAA", "E834-0831"),
        (f"{HOST} ssh-ed25519 AAAA\n{HOST} ssh-rsa AAAA", "E834-0887"),
        ("", "E834-0887"),
    ],
)
def test_what_is_not_a_host_key_of_the_carriers_server_is_not_pinned(reached_by_sftp, line: str, code: str) -> None:
    before = everything(reached_by_sftp.home / "carriers")

    ran = reached_by_sftp.json("keys", "hosts", "--carrier", "northstar", "add", line, "--yes")

    assert code in ran.err
    assert everything(reached_by_sftp.home / "carriers") == before


def test_a_carrier_without_a_server_has_no_host_keys(sample: Sample) -> None:
    assert sample.json("keys", "hosts", "--carrier", "northstar").status == 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('id = "x"\n', 'id = "x"\n\n[key]\nfile = "F"\nprimary = "P"\nsubkey = "S"\n'),
        (
            '[key]  # theirs\nprimary = "old"  # by telephone\n\n[channel]\nfile = "not this"\n',
            '[key]  # theirs\nfile = "F"\nsubkey = "S"\nprimary = "P"\n\n[channel]\nfile = "not this"\n',
        ),
    ],
    ids=["no table yet", "some of it"],
)
def test_pins_change_their_own_lines_and_no_others(tmp_path: Path, text: str, expected: str) -> None:
    folder = tmp_path / "carriers" / "northstar"
    folder.mkdir(parents=True)
    (folder / "carrier.toml").write_text(text, encoding="utf-8")

    CarrierPins(tmp_path, "northstar").pin_key(b"the key", "P" * 40, "S" * 40)

    written = (folder / "carrier.toml").read_text(encoding="utf-8")
    assert written == expected.replace('"P"', f'"{"P" * 40}"').replace('"S"', f'"{"S" * 40}"').replace(
        '"F"', f'"keys/{"P" * 16}.asc"'
    )


@pytest.mark.parametrize("text", ['key = { file = "x", primary = "y", subkey = "z" }\n', 'key.primary = "y"\n'])
def test_a_table_written_in_another_way_is_left_alone(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "carriers" / "northstar"
    folder.mkdir(parents=True)
    (folder / "carrier.toml").write_text(text, encoding="utf-8")

    with pytest.raises(ConfigurationError) as caught:
        CarrierPins(tmp_path, "northstar").pin_key(b"the key", "P" * 40, "S" * 40)

    assert caught.value.code in ("E834-0828", "E834-0829")
    assert (folder / "carrier.toml").read_text(encoding="utf-8") == text
    assert not (folder / "keys" / f"{'P' * 16}.asc").exists()


def test_the_sealer_that_a_carrier_names_seals_its_files_in_a_run(sample: Sample, monkeypatch: Any) -> None:
    from delivery.sealing import SequoiaSealer

    sealed: list[str] = []
    seal = SequoiaSealer.seal

    def watched(self: SequoiaSealer, document: Any, *keep: Any) -> Any:
        file = seal(self, document, *keep)
        sealed.append(file.carrier_id)
        return file

    monkeypatch.setattr(SequoiaSealer, "seal", watched)
    sample.rewrite("carriers/cedar/carrier.toml", "[key]\n", '[key]\nsealer = "sequoia"\n')

    ran = sample.nightly(day(1))

    assert ran.status == 0, ran.said
    assert sealed == ["cedar"]
    assert sample.opened("cedar")[0]


def test_a_sealer_that_does_not_exist_is_a_mistake_of_the_file(sample: Sample) -> None:
    sample.rewrite("carriers/cedar/carrier.toml", "[key]\n", '[key]\nsealer = "gpg"\n')

    ran = sample.json("check")

    assert ran.status == 4
    assert "E834-0126" in ran.out
