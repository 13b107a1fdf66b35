"""Named fault points: places where a test may make the engine fail on purpose.

``point("name")`` does nothing unless ``EDI834_FAULTS`` asks for that name, for instance
``EDI834_FAULTS="sealed=kill;blob-synced#2=raise:ENOSPC;uploading=sleep:5;renamed=stop"``, where ``#n`` is the n-th
hit and ``EDI834_FAULTS=record:FILE`` writes the names that were hit to FILE instead.
It knows nothing of what stands around the point; recovering is the caller's work.
"""

from __future__ import annotations

import errno
import os
import signal
import time
from collections import Counter

__all__ = ["point"]

_hits: Counter[str] = Counter()


def point(name: str) -> None:
    """Fail here if ``EDI834_FAULTS`` asks for it; otherwise do nothing.

    Raises:
      OSError: with the errno that ``raise:NAME`` names.
    """
    plan = os.environ.get("EDI834_FAULTS")
    if not plan:
        return
    _hits[name] += 1
    if plan.startswith("record:"):
        with open(plan.removeprefix("record:"), "a", encoding="utf-8") as record:
            record.write(f"{name}#{_hits[name]}\n")
        return
    for order in plan.split(";"):
        target, _, action = order.partition("=")
        wanted, _, nth = target.partition("#")
        if wanted == name and int(nth or 1) == _hits[name]:
            _act(action)


def _act(action: str) -> None:
    verb, _, argument = action.partition(":")
    if verb == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif verb == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif verb == "sleep":
        time.sleep(float(argument))
    elif verb == "raise":
        number: int = getattr(errno, argument)
        raise OSError(number, os.strerror(number))
    else:
        raise ValueError(f"EDI834_FAULTS: unknown action {verb!r}")
