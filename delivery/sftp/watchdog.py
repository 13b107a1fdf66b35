"""A watchdog over one connection: it closes the socket when patience runs out, whatever anyone is waiting for.

paramiko has waits that no timeout of its own ends (a link that takes no bytes and says nothing); a closed socket ends
them all.
Time is measured by a monotonic clock: the wall clock may be set while a file is on its way.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress

__all__ = ["Watchdog"]


class Watchdog:
    """Closes a socket at a deadline, which progress puts off."""

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        """Start watching, with so many seconds of patience."""
        self._sock = sock
        self._changed = threading.Condition()
        self._ends: float | None = time.monotonic() + seconds
        self._last = self._ends
        self._patience = seconds
        self._rate = 0.0
        self._stopped = False
        self.has_bitten = False
        self._thread = threading.Thread(target=self._watch, name="edi834 watchdog", daemon=True)
        self._thread.start()

    def allow(self, seconds: float, *, in_all: float | None = None, bytes_per_second: float = 0.0) -> None:
        """Begin a new stretch of work.

        Args:
          seconds: How long it may stand still.
          in_all: How long it may take altogether; ``seconds`` where it is one question and its answer.
          bytes_per_second: How fast it must come on, averaged over ``seconds``; 0 for any pace.
        """
        now = time.monotonic()
        with self._changed:
            self._patience, self._rate = seconds, bytes_per_second
            self._last = now + (seconds if in_all is None else in_all)
            self._ends = min(now + seconds, self._last)
            self._changed.notify()

    def progress(self, moved: int) -> None:
        """Put the deadline off by what so many bytes earn, up to the whole patience."""
        now = time.monotonic()
        with self._changed:
            if self._ends is None:
                return
            earned = self._ends + moved / self._rate if self._rate else now + self._patience
            self._ends = min(earned, now + self._patience, self._last)
            self._changed.notify()

    def rest(self) -> None:
        """Watch nothing until the next stretch."""
        with self._changed:
            self._ends = None
            self._changed.notify()

    def stop(self) -> None:
        """Go away; may be called twice."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join()

    def _watch(self) -> None:
        with self._changed:
            while not self._stopped:
                left = None if self._ends is None else self._ends - time.monotonic()
                if left is None or left > 0:
                    self._changed.wait(left)
                    continue
                self.has_bitten = True
                with suppress(OSError):  # it may be closed already
                    self._sock.shutdown(socket.SHUT_RDWR)
                return
