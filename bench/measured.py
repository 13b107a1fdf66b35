"""One case measured in a process of its own: how long it took, and the most memory that it and its programs held.

The measuring process stays small, and looks at the high-water marks that the system keeps for each process: those that
``getrusage`` gives count what a parent held when it forked.
What a case does is its own module's.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Measured", "measure"]

_OFTEN = 0.005  # seconds between two looks


@dataclass(frozen=True, slots=True)
class Measured:
    """What one case took.

    Attributes:
      seconds: By its own clock, preparation excepted.
      own: The most memory its process held, in MiB.
      programs: The most memory that a program it ran held, in MiB; 0 where it ran none.
    """

    seconds: float
    own: float
    programs: float

    @property
    def peak(self) -> float:
        """Of both together, at most, in MiB."""
        return self.own + self.programs


def measure(module: str, *words: str) -> Measured:
    """Run ``python -m module words`` and watch it; its one line of output says ``{"seconds": …}``."""
    with subprocess.Popen([sys.executable, "-m", module, *words], stdout=subprocess.PIPE, text=True) as case:
        marks: dict[int, int] = {}
        while case.poll() is None:
            for pid in _family(case.pid):
                # A program that has not begun yet is still a picture of whoever begins it.
                if pid == case.pid or _words(pid) != _words(case.pid):
                    marks[pid] = max(marks.get(pid, 0), _high_water(pid))
            time.sleep(_OFTEN)
        assert case.stdout is not None
        said = case.stdout.read()
    if case.returncode:
        raise SystemExit(f"{module} {' '.join(words)} ended with {case.returncode}")
    own = marks.pop(case.pid, 0)
    return Measured(json.loads(said)["seconds"], own / 1024, max(marks.values(), default=0) / 1024)


def _family(pid: int) -> list[int]:
    """A process and everything below it."""
    found = [pid]
    for one in found:
        with suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def _words(pid: int) -> bytes:
    """What a process was started with; nothing where it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _high_water(pid: int) -> int:
    """The most memory a process has held so far, in KiB; 0 where it is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0
