"""The channels there are, and how one is built from a carrier's own words.

The list is a literal dictionary: nothing is discovered. An option that no channel knows is a mistake and is named, with
the ones it could have been.
Reading TOML is ``edi834/workspace``'s; wrapping a channel in tries is the composition root's.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from delivery.folder import FolderChannel
from delivery.queue import PrintedChannel
from delivery.sftp import ProgramSession, SftpChannel
from delivery.sftp.host_keys import PinnedHostKey, read_known_hosts
from delivery.sftp.program import OLD_ALGORITHMS
from delivery.sftp.settings import CommandSecret, EnvironmentSecret, Secret, SftpSettings, UploadMode, Verification
from edi834.errors import ConfigurationError
from edi834.feed.ports import Channel, Clock
from edi834.feed.profile import Carrier, ChannelOption

__all__ = ["CHANNELS", "OPTIONS", "open_channel", "refuse_unknown_options", "sftp_settings"]

Chosen = TypeVar("Chosen", Verification, UploadMode)

_NUMBERS: dict[str, type[int] | type[float]] = {
    "port": int,
    "connect_seconds": float,
    "answer_seconds": float,
    "file_seconds": float,
    "min_bytes_per_minute": int,
}
_TEXTS = ("host", "username", "remote_dir", "temporary_prefix", "temporary_suffix", "marker_suffix")
_SECRETS = ("password", "key_passphrase")
_REQUIRED = ("host", "username", "host_keys")
_JUMP = ("jump_host", "jump_port", "jump_username", "jump_key_file", "jump_host_keys")

_ANY_SFTP: Mapping[str, ChannelOption] = {
    **{name: ChannelOption(str, required=name in _REQUIRED) for name in (*_TEXTS, "host_keys", "key_file")},
    **{name: ChannelOption(kind) for name, kind in _NUMBERS.items()},
    "upload_mode": ChannelOption(choices=tuple(mode.value for mode in UploadMode)),
    "verify": ChannelOption(choices=tuple(how.value for how in Verification)),
}

OPTIONS: Mapping[str, Mapping[str, ChannelOption]] = {
    "sftp": {
        **_ANY_SFTP,
        **{f"{secret}_env": ChannelOption(str) for secret in _SECRETS},
        **{f"{secret}_command": ChannelOption(list) for secret in _SECRETS},
        **{name: ChannelOption(int if name == "jump_port" else str) for name in _JUMP},
    },
    # The program is given no secret: no password, and no passphrase.
    "openssh": {**_ANY_SFTP, "key_file": ChannelOption(str, required=True), "old_algorithms": ChannelOption(list)},
    "folder": {"folder": ChannelOption(str, required=True)},
    "printed": {},
}
"""The options of each kind of channel: what is refused as unknown, and what editors are told."""


def open_channel(carrier: Carrier, clock: Clock) -> Channel:
    """The channel that a carrier's ``[channel]`` describes; nothing is connected to yet.

    Raises:
      ConfigurationError: an option is unknown, missing or of the wrong kind, or a file it names cannot be read.
    """
    return CHANNELS[carrier.channel.kind](carrier, clock)


def sftp_settings(carrier: Carrier) -> SftpSettings:
    """How the carrier's SFTP server is reached, from its ``[channel]``; files lie in the carrier's folder.

    Raises:
      ConfigurationError: an option is unknown, missing or of the wrong kind, or a file it names cannot be read.
    """
    options = carrier.channel.options
    refuse_unknown_options(carrier)
    for name, option in OPTIONS[carrier.channel.kind].items():
        if option.required and name not in options:
            raise _wrong(carrier, "E834-0871", f"{name} is missing")
    given: dict[str, Any] = {name: _of_kind(carrier, name, str) for name in _TEXTS if name in options}
    given |= {name: kind(_of_kind(carrier, name, kind)) for name, kind in _NUMBERS.items() if name in options}
    given |= {secret: _secret(carrier, secret) for secret in _SECRETS}
    if "key_file" in options:
        given["key_file"] = _file(carrier, "key_file")
    if "verify" in options:
        given["verify"] = _choice(carrier, "verify", Verification)
    if "upload_mode" in options:
        given["upload_mode"] = _choice(carrier, "upload_mode", UploadMode)
    if "old_algorithms" in options:
        given["old_algorithms"] = _old_algorithms(carrier)
    given["host_keys"] = _pins(carrier, "host_keys", given["host"], given.get("port", 22))
    return SftpSettings(**given, jump=_jump(carrier))


def _jump(carrier: Carrier) -> SftpSettings | None:
    """The server in between, where one is named: by a key without a passphrase, to a pinned host key."""
    named = [name for name in _JUMP if name in carrier.channel.options]
    if not named:
        return None
    for name in _JUMP:
        if name not in named and name != "jump_port":
            raise _wrong(carrier, "E834-0871", f"{named[0]} is there, and {name} is missing")
    host = _of_kind(carrier, "jump_host", str)
    port = _of_kind(carrier, "jump_port", int) if "jump_port" in named else 22
    return SftpSettings(
        host=host,
        port=port,
        username=_of_kind(carrier, "jump_username", str),
        host_keys=_pins(carrier, "jump_host_keys", host, port),
        key_file=_file(carrier, "jump_key_file"),
    )


def _pins(carrier: Carrier, name: str, host: str, port: int) -> tuple[PinnedHostKey, ...]:
    file = _file(carrier, name)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(carrier, "E834-0872", f"{name} names {file.name}, which cannot be read") from error
    return read_known_hosts(text, host=host, port=port, path=file.name)


def _sftp(carrier: Carrier, clock: Clock) -> Channel:
    return SftpChannel(carrier.carrier_id, sftp_settings(carrier), clock)


def _openssh(carrier: Carrier, clock: Clock) -> Channel:
    return SftpChannel(carrier.carrier_id, sftp_settings(carrier), clock, connect=ProgramSession)


def _folder(carrier: Carrier, clock: Clock) -> Channel:
    refuse_unknown_options(carrier)
    if "folder" not in carrier.channel.options:
        raise _wrong(carrier, "E834-0871", "folder is missing")
    return FolderChannel(carrier.carrier_id, _file(carrier, "folder"), clock)


def _printed(carrier: Carrier, clock: Clock) -> Channel:
    refuse_unknown_options(carrier)
    return PrintedChannel(carrier.carrier_id, clock)


CHANNELS: Mapping[str, Callable[[Carrier, Clock], Channel]] = {
    "sftp": _sftp,
    "openssh": _openssh,
    "folder": _folder,
    "printed": _printed,
}


def _secret(carrier: Carrier, name: str) -> Secret | None:
    options = carrier.channel.options
    if f"{name}_env" in options:
        return EnvironmentSecret(_of_kind(carrier, f"{name}_env", str))
    if f"{name}_command" in options:
        command = _of_kind(carrier, f"{name}_command", list)
        if not command or not all(isinstance(word, str) for word in command):
            raise _wrong(carrier, "E834-0873", f"{name}_command is a list of words")
        return CommandSecret(tuple(command))
    return None


def _old_algorithms(carrier: Carrier) -> tuple[str, ...]:
    named = tuple(_of_kind(carrier, "old_algorithms", list))
    if not all(name in OLD_ALGORITHMS for name in named):
        raise _wrong(carrier, "E834-0873", f"old_algorithms is a list out of {', '.join(OLD_ALGORITHMS)}")
    return named


def _file(carrier: Carrier, name: str) -> Path:
    """A path beside ``carrier.toml``, where it is not absolute."""
    return carrier.folder / str(_of_kind(carrier, name, str))


def _choice(carrier: Carrier, name: str, choices: type[Chosen]) -> Chosen:
    given = carrier.channel.options[name]
    for choice in choices:
        if choice.value == given:
            return choice
    raise _wrong(carrier, "E834-0873", f"{name} is one of {', '.join(choice.value for choice in choices)}")


def _of_kind(carrier: Carrier, name: str, kind: type) -> Any:
    given = carrier.channel.options[name]
    accepted = (int, float) if kind is float else kind
    if not isinstance(given, accepted) or isinstance(given, bool):
        words = "a text" if kind is str else "a list" if kind is list else "a number"
        raise _wrong(carrier, "E834-0873", f"{name} is {words}")
    return given


def refuse_unknown_options(carrier: Carrier) -> None:
    """Refuse a key of ``[channel]`` that its kind of channel does not have; nothing is opened or read.

    Raises:
      ConfigurationError: with the nearest name.
    """
    known = OPTIONS[carrier.channel.kind]
    for name in carrier.channel.options:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise _wrong(carrier, "E834-0870", f"a {carrier.channel.kind} channel has no option {name}{hint}")


def _wrong(carrier: Carrier, code: str, message: str) -> ConfigurationError:
    return ConfigurationError(f"[channel] of {carrier.carrier_id}: {message}", code=code, place=carrier.channel.place)
