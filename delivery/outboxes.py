"""The outboxes there are, and how one is built from a carrier's own words.

An outbox lies at the channel's server, or in a folder; paper answers by hand.
Reading TOML is ``edi834/workspace``'s; the channels are ``registry.py``'s.
"""

from __future__ import annotations

from collections.abc import Sequence

from delivery.folder_outbox import FolderOutbox
from delivery.registry import sftp_settings
from delivery.sealing.opening import is_sealed, opened
from delivery.sftp import CommandSecret, EnvironmentSecret, ProgramSession, Secret
from delivery.sftp.outbox import SftpOutbox
from delivery.sftp.session import Session
from edi834.errors import ConfigurationError, HeldError
from edi834.feed.ports import Clock, Outbox
from edi834.feed.profile import Carrier, OutboxProfile, SigningProfile

__all__ = ["open_answer", "open_outbox", "secret_of"]


def open_outbox(carrier: Carrier, outbox: OutboxProfile, clock: Clock) -> Outbox:
    """The outbox that a carrier's ``[outbox]`` describes; nothing is connected to yet.

    Raises:
      ConfigurationError: the channel is wrong, or has no outbox.
    """
    kind = carrier.channel.kind
    if kind == "folder":
        return FolderOutbox(carrier.carrier_id, carrier.folder / outbox.folder, outbox)
    if kind in {"sftp", "openssh"}:
        connect = ProgramSession if kind == "openssh" else Session
        return SftpOutbox(carrier.carrier_id, sftp_settings(carrier), outbox, clock, connect=connect)
    raise ConfigurationError(f"a {kind} channel has no outbox", code="E834-0893", place=outbox.place)


def open_answer(outboxes: Sequence[OutboxProfile], content: bytes, limit: int) -> bytes:
    """An answer's content: as it came, or opened with our key where the carrier sealed it to us.

    Args:
      outboxes: Where it may have come from; each may name a key.
      content: What came.
      limit: What is longer than so many bytes is cut off one byte behind it.

    Raises:
      HeldError: it is sealed, and no key opens it, or it is not protected against change.
      KeyRefusedError: a key is not there, or others than its owner can read it.
    """
    if not is_sealed(content):
        return content
    last: HeldError | None = None
    for outbox in outboxes:
        if outbox.key_file is None:
            continue
        try:
            return opened(content, outbox.key_file, secret_of(outbox), limit)
        except HeldError as error:
            last = error
    if last is not None:
        raise last
    raise HeldError(
        "the answer is sealed, and no key of ours is named that could open it",
        code="E834-0896",
        remedy='name our private key under [outbox] in carrier.toml: key_file = "keys/ours.asc"',
    )


def secret_of(named: OutboxProfile | SigningProfile) -> Secret | None:
    """Where the passphrase of a key of ours comes from; None where it needs none."""
    if named.passphrase_env is not None:
        return EnvironmentSecret(named.passphrase_env)
    return CommandSecret(named.passphrase_command) if named.passphrase_command else None
