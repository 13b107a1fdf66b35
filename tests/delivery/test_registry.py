"""Channels as carriers' files describe them, and every way such a description can be wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import asyncssh
import pytest

from delivery.folder import FolderChannel
from delivery.queue import PrintedChannel
from delivery.registry import CHANNELS, open_channel, sftp_settings
from delivery.sftp import CommandSecret, EnvironmentSecret, SftpChannel, UploadMode, Verification
from edi834.errors import ConfigurationError, HeldError
from edi834.feed.ports import Phase
from edi834.feed.profile import Carrier, ChannelProfile
from tests.delivery.sealed import NORTHSTAR, FixedClock, a_file, an_unsealed_file


@pytest.fixture
def described(tmp_path: Path) -> Any:
    """Describes a carrier's channel; its folder holds a ``known_hosts`` for sftp.example.com."""
    key = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    (tmp_path / "known_hosts").write_text(f"sftp.example.com {key}\n[sftp.example.com]:2222 {key}\n")

    def describe(kind: str, **options: Any) -> Carrier:
        return Carrier(NORTHSTAR, "Northstar", tmp_path, None, None, None, ChannelProfile(kind, options))

    return describe


MINIMAL = {"host": "sftp.example.com", "username": "edi834", "key_file": "keys/id", "host_keys": "known_hosts"}


def test_every_kind_of_channel_is_built(described: Any, tmp_path: Path) -> None:
    built = {
        "sftp": open_channel(described("sftp", **MINIMAL), FixedClock()),
        "openssh": open_channel(
            described("openssh", **MINIMAL, old_algorithms=["ssh-rsa"]),
            FixedClock(),
        ),
        "folder": open_channel(described("folder", folder=str(tmp_path)), FixedClock()),
        "printed": open_channel(described("printed"), FixedClock()),
    }

    assert {kind: type(channel) for kind, channel in built.items()} == {
        "sftp": SftpChannel,
        "openssh": SftpChannel,
        "folder": FolderChannel,
        "printed": PrintedChannel,
    }
    assert set(built) == set(CHANNELS)
    assert {channel.carrier_id for channel in built.values()} == {NORTHSTAR}


def test_every_option_reaches_the_settings(described: Any, tmp_path: Path) -> None:
    settings = sftp_settings(
        described(
            "sftp",
            **MINIMAL,
            port=2222,
            remote_dir="/in",
            verify="size",
            upload_mode="direct_excl",
            password_env="CARRIER_PASSWORD",
            key_passphrase_command=["vault", "read"],
            temporary_prefix="tmp-",
            temporary_suffix=".tmp",
            marker_suffix=".ok",
            connect_seconds=3,
            answer_seconds=4.5,
            file_seconds=60,
            min_bytes_per_minute=1,
        )
    )

    assert settings.key_file == tmp_path / "keys" / "id"
    assert (settings.port, settings.remote_dir, settings.path("x")) == (2222, "/in", "/in/x")
    assert (settings.verify, settings.upload_mode) == (Verification.SIZE, UploadMode.DIRECT)
    assert (settings.password, settings.key_passphrase) == (
        EnvironmentSecret("CARRIER_PASSWORD"),
        CommandSecret(("vault", "read")),
    )
    assert (settings.temporary_prefix, settings.temporary_suffix, settings.marker_suffix) == ("tmp-", ".tmp", ".ok")
    assert (settings.connect_seconds, settings.answer_seconds, settings.file_seconds) == (3.0, 4.5, 60.0)
    assert settings.min_bytes_per_minute == 1
    assert settings.peer == "sftp://sftp.example.com:2222"


@pytest.mark.parametrize(
    ("kind", "changes", "code"),
    [
        ("sftp", {"hots": "x"}, "E834-0870"),
        ("sftp", {"password": "written down"}, "E834-0870"),
        ("folder", {"folder": "x", "host": "y"}, "E834-0870"),
        ("printed", {"host": "y"}, "E834-0870"),
        ("sftp", {"host": None}, "E834-0871"),
        ("sftp", {"username": None}, "E834-0871"),
        ("sftp", {"host_keys": None}, "E834-0871"),
        ("folder", {}, "E834-0871"),
        ("sftp", {"host_keys": "missing"}, "E834-0872"),
        ("sftp", {"port": "22"}, "E834-0873"),
        ("sftp", {"port": True}, "E834-0873"),
        ("sftp", {"connect_seconds": "3"}, "E834-0873"),
        ("sftp", {"host": 3}, "E834-0873"),
        ("sftp", {"verify": "maybe"}, "E834-0873"),
        ("sftp", {"upload_mode": "ftp"}, "E834-0873"),
        ("sftp", {"password_command": "vault read"}, "E834-0873"),
        ("sftp", {"password_command": []}, "E834-0873"),
        ("sftp", {"port": 2022}, "E834-0830"),
        ("sftp", {"key_file": None}, "E834-0834"),
        ("sftp", {"old_algorithms": ["ssh-rsa"]}, "E834-0870"),
        ("openssh", {"key_file": None}, "E834-0871"),
        ("openssh", {"password_env": "CARRIER_PASSWORD"}, "E834-0870"),
        ("openssh", {"key_passphrase_env": "CARRIER_PASSPHRASE"}, "E834-0870"),
        ("openssh", {"old_algorithms": ["none"]}, "E834-0873"),
        ("openssh", {"old_algorithms": "ssh-rsa"}, "E834-0873"),
    ],
)
def test_a_mistake_is_named(described: Any, kind: str, changes: dict[str, Any], code: str) -> None:
    options = {**(MINIMAL if kind in ("sftp", "openssh") else {}), **changes}
    carrier = described(kind, **{name: value for name, value in options.items() if value is not None})

    with pytest.raises(ConfigurationError) as caught:
        open_channel(carrier, FixedClock())

    assert caught.value.code == code
    assert "written down" not in str(caught.value)


def test_a_server_in_between_has_an_address_a_login_and_pins_of_its_own(described: Any, tmp_path: Path) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    (tmp_path / "jump_hosts").write_text(f"gate.example.com {key}\n")
    jump = {
        "jump_host": "gate.example.com",
        "jump_username": "us",
        "jump_key_file": "keys/gate",
        "jump_host_keys": "jump_hosts",
    }

    between = sftp_settings(described("sftp", **MINIMAL, **jump)).jump

    assert between is not None
    assert (between.peer, between.username) == ("sftp://gate.example.com:22", "us")
    assert between.key_file == tmp_path / "keys" / "gate"
    for missing in jump:
        with pytest.raises(ConfigurationError) as caught:
            sftp_settings(described("sftp", **MINIMAL, **{k: v for k, v in jump.items() if k != missing}))
        assert caught.value.code == "E834-0871"
    with pytest.raises(ConfigurationError) as caught:
        sftp_settings(described("sftp", **MINIMAL, **jump, jump_port=2222))
    assert caught.value.code == "E834-0830"


def test_a_mistyped_option_is_guessed(described: Any) -> None:
    with pytest.raises(ConfigurationError, match="did you mean remote_dir"):
        open_channel(described("sftp", **MINIMAL, remote_dri="x"), FixedClock())


def test_a_worklist_is_handed_over_and_leaves_nothing_anywhere(tmp_path: Path) -> None:
    channel, phases = PrintedChannel(NORTHSTAR, FixedClock()), []

    receipt = channel.send(an_unsealed_file(b"{}", "takes no files"), attempt="1", on_phase=phases.append)

    assert (receipt.proof, receipt.peer, receipt.verified) == ("handed_over", "worklist queue", "none")
    assert phases == list(Phase)
    assert channel.probe("x") is None
    with pytest.raises(HeldError):
        channel.send(a_file(carrier_id="cedar"), attempt="1", on_phase=phases.append)


def test_a_folder_that_may_not_be_written_is_for_a_person(tmp_path: Path, monkeypatch: Any) -> None:
    """Root may write anywhere, so the refusal is the system's by proxy."""

    def refuse(*arguments: Any) -> int:
        raise PermissionError

    monkeypatch.setattr("delivery.folder.os.open", refuse)

    with pytest.raises(HeldError) as caught:
        FolderChannel(NORTHSTAR, tmp_path, FixedClock()).send(a_file(), attempt="1", on_phase=lambda phase: None)

    assert caught.value.code == "E834-0861"
