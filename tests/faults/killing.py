"""Runs in processes of their own, that fail where a test says: killed as a machine is, at a named fault point.

The processes are forked from one that has imported everything and done nothing, so that each costs little.
"""

from __future__ import annotations

import multiprocessing
import os
from dataclasses import dataclass
from pathlib import Path

from tests.commands.workspace import Ran, Sample, in_process

__all__ = ["Died", "Ended", "points_hit", "run_failing"]

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.faults.killing", "delivery.registry", "delivery.seal_pgp", "edi834.ledger",
                                 "edi834.sources", "edi834.check.second_opinion"])  # fmt: skip
PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: a negative status is the signal that ended it."""

    status: int
    said: str


Died = -9


def run_failing(sample: Sample, faults: str, *arguments: str | Path) -> Ended:
    """Run the program in a process of its own, with these faults."""
    words = sample.home.parent / "words"
    words.unlink(missing_ok=True)
    process = _context.Process(target=_run, args=(sample.home, faults, words, [str(a) for a in arguments]))
    process.start()
    process.join(PATIENCE)
    if process.exitcode is None:
        process.kill()
        raise AssertionError("the run did not end")
    return Ended(process.exitcode, words.read_text(encoding="utf-8") if words.exists() else "")


def points_hit(sample: Sample, *arguments: str | Path) -> list[str]:
    """The fault points that a run passes, each with its hit, in order."""
    record = sample.home.parent / "points"
    ended = run_failing(sample, f"record:{record}", *arguments)
    assert ended.status == 0, ended.said
    return record.read_text(encoding="utf-8").split()


def _run(home: Path, faults: str, words: Path, arguments: list[str]) -> None:
    os.environ["EDI834_FAULTS"] = faults
    ran: Ran = in_process("--home", home, *arguments)
    words.write_text(ran.said, encoding="utf-8")
    os._exit(ran.status)
