"""The outboxes there are, and how one is built from a carrier's own words.

An outbox lies at the channel's server, or in a folder; paper answers by hand.
Reading TOML is ``edi834/workspace``'s; the channels are ``registry.py``'s.
"""

from __future__ import annotations

from delivery.folder_outbox import FolderOutbox
from delivery.registry import sftp_settings
from delivery.sftp import ProgramSession
from delivery.sftp.outbox import SftpOutbox
from delivery.sftp.session import Session
from edi834.errors import ConfigurationError
from edi834.feed.ports import Clock, Outbox
from edi834.feed.profile import Carrier, OutboxProfile

__all__ = ["open_outbox"]


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
