"""What a channel needs of a connection, whoever made it: paramiko's session, or the OpenSSH program's.

A line is logged in when it is made, and is never mended: what breaks is closed, and another one made.
Making one is ``session.py``'s and ``program.py``'s; what is said over it ``channel.py``'s and ``outbox.py``'s.
"""

from __future__ import annotations

from typing import Protocol

from delivery.sftp.protocol import SftpClient
from delivery.sftp.watchdog import Watchdog

__all__ = ["Line"]


class Line(Protocol):
    """A logged-in connection, whoever made it."""

    @property
    def client(self) -> SftpClient:
        """The conversation over it."""

    @property
    def watchdog(self) -> Watchdog:
        """What ends it when patience runs out."""

    @property
    def is_alive(self) -> bool:
        """Whether it still stands, as far as anyone can tell without asking."""

    def close(self) -> None:
        """End it; may be called twice."""
