"""Chromium without a window, driven over a pipe: pages are opened from disk, looked at, and typed on.

It speaks the browser's own protocol on two descriptors, so no port is opened and nothing is installed.
Whatever a page says in its console, throws, or asks of any server is kept for the test to look at.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.conftest import PROGRAMS

PATIENCE = 60.0
SWITCHES = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars",
    "--remote-debugging-pipe",
)  # fmt: skip


class Browser:
    """A running Chromium with one page.

    Attributes:
      said: What pages wrote into their console, or threw.
      asked: Every address that a page asked for.
    """

    def __init__(self, to: int, answers: int) -> None:
        self._to, self._from = to, answers
        self._rest = b""
        self._number = 0
        self._session = ""
        self.said: list[str] = []
        self.asked: list[str] = []
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")

    def open(self, page: Path) -> None:
        """Open a page from disk, and wait until it is drawn."""
        address = page.resolve().as_uri()
        self._call("Page.navigate", url=address)
        end = time.monotonic() + PATIENCE
        while self.value("[location.href, document.readyState]") != [address, "complete"]:
            assert time.monotonic() < end, "the page is not drawn"

    def value(self, expression: str) -> Any:
        """What an expression is worth on the page."""
        found = self._call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            text = {"text": key} if len(key) == 1 else {}
            self._call("Input.dispatchKeyEvent", type="keyDown", key=key, **text)
            self._call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def click(self, selector: str) -> None:
        """Click on the first element that a selector finds."""
        self.value(f"document.querySelector({json.dumps(selector)}).click()")

    def size(self, width: int, height: int, *, dark: bool = False) -> None:
        """Set the size of the window, and whether the person likes it dark."""
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self, file: Path) -> None:
        """Keep what is seen as a PNG."""
        file.write_bytes(base64.b64decode(self._call("Page.captureScreenshot", format="png")["data"]))

    def paper(self) -> bytes:
        """The page as it is printed: a PDF."""
        return base64.b64decode(self._call("Page.printToPDF")["data"])

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer)
                result: dict[str, Any] = answer["result"]
                return result
            self._note(answer)

    def _next(self) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._from], [], [], max(0.0, end - time.monotonic()))
            assert ready, "the browser does not answer"
            more = os.read(self._from, 1 << 20)
            assert more, "the browser has ended"
            self._rest += more
        first, _, self._rest = self._rest.partition(b"\0")
        answer: dict[str, Any] = json.loads(first)
        return answer

    def _note(self, event: dict[str, Any]) -> None:
        about = event.get("params", {})
        match event.get("method"):
            case "Runtime.consoleAPICalled":
                self.said.append(json.dumps(about["args"]))
            case "Runtime.exceptionThrown":
                self.said.append(json.dumps(about["exceptionDetails"]))
            case "Log.entryAdded":
                self.said.append(about["entry"]["text"])
            case "Network.requestWillBeSent":
                self.asked.append(about["request"]["url"])


@contextlib.contextmanager
def chromium(home: Path) -> Iterator[Browser]:
    """Chromium with a profile of its own, for as long as it is needed."""
    program = next(found for name in PROGRAMS["chromium"] if (found := shutil.which(name)))
    read_by_it, to = os.pipe()
    answers, written_by_it = os.pipe()
    # The protocol wants descriptors 3 and 4; a shell puts them there.
    script = f'exec "$@" 3<&{read_by_it} 4>&{written_by_it}'
    running = subprocess.Popen(
        ["/bin/bash", "-c", script, "bash", program, *SWITCHES, f"--user-data-dir={home}"],
        pass_fds=(read_by_it, written_by_it),
        env={**os.environ, "HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(read_by_it)
    os.close(written_by_it)
    try:
        yield Browser(to, answers)
    finally:
        with contextlib.suppress(OSError):
            os.write(to, json.dumps({"id": 0, "method": "Browser.close"}).encode() + b"\0")
        try:
            running.wait(timeout=15)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
        os.close(to)
        os.close(answers)
