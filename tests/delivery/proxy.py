"""A TCP proxy that misbehaves: it cuts, stalls, slows down, or loses what one side says, at a byte that a test names.

It stands between a client and a server on this machine, one connection at a time or many, and counts in both
directions.
What the two sides make of it is the tests' to see.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

_BLOCK = 4096


@dataclass
class Weather:
    """How the line behaves; a test may change it at any moment.

    Attributes:
      cut_at: After so many bytes from the client both ends are closed.
      reset: They are reset, not closed.
      stall_at: After so many bytes from the client nothing is passed on any more, and nothing is closed.
      swallow_replies: What the server says is lost.
      bytes_per_second: The pace towards the server.
      connection: Only on this connection, counted from 1; None for every one.
    """

    cut_at: int | None = None
    reset: bool = False
    stall_at: int | None = None
    swallow_replies: bool = False
    bytes_per_second: float | None = None
    connection: int | None = None


class Proxy:
    """The proxy, listening on a free port of this machine."""

    def __init__(self, port: int) -> None:
        self._far_port = port
        self.weather = Weather()
        self.sent = 0
        self.connections = 0
        self._open: list[socket.socket] = []
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._open:
            self._end(sock)
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._far_port))
            except OSError:
                near.close()
                continue
            self.connections += 1
            self.sent = 0
            self._open += [near, far]
            for pump in (self._forward, self._back):
                self._start(pump, near, far, self.connections)

    def _start(self, pump: Callable[..., None], near: socket.socket, far: socket.socket, number: int) -> None:
        thread = threading.Thread(target=pump, args=(near, far, number), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _weather_on(self, number: int) -> Weather:
        return self.weather if self.weather.connection in (None, number) else Weather()

    def _forward(self, near: socket.socket, far: socket.socket, number: int) -> None:
        with suppress(OSError):
            while block := near.recv(_BLOCK):
                weather = self._weather_on(number)
                if weather.stall_at is not None and self.sent + len(block) > weather.stall_at:
                    self._closing.wait()
                    return
                if weather.cut_at is not None and self.sent + len(block) > weather.cut_at:
                    far.sendall(block[: max(0, weather.cut_at - self.sent)])
                    break
                far.sendall(block)
                self.sent += len(block)
                if weather.bytes_per_second:
                    time.sleep(len(block) / weather.bytes_per_second)
        self._end(near)
        self._end(far)

    def _back(self, near: socket.socket, far: socket.socket, number: int) -> None:
        with suppress(OSError):
            while block := far.recv(_BLOCK):
                if not self._weather_on(number).swallow_replies:
                    near.sendall(block)
        self._end(near)
        self._end(far)

    def _end(self, sock: socket.socket) -> None:
        with suppress(OSError):
            if self.weather.reset:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.shutdown(socket.SHUT_RDWR)
        sock.close()
