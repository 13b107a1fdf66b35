"""The ten days of the samples, run as an operator runs them, against SFTP carriers and a printed worklist.

What the carriers then hold is kept as files: each day's deliveries, opened with the carrier's key, and each day's
worklist as it was printed. One run of the days serves every worker of a test run.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from delivery.demo_carrier import DemoCarrier
from tests.commands.snapshots import day
from tests.commands.workspace import SEALED, CarrierKey, GnuPG, Ran, Sample, make_sftp_sample
from tests.samples.reading import DAYS

__all__ = ["TenDays", "live_through"]

WORDS = "said.json"


@dataclass(frozen=True)
class TenDays:
    """What is left of ten days.

    Attributes:
      folder: ``sample/workspace`` is the operator's, ``arrived/day-NN/CARRIER/`` the carriers' side, opened,
        ``sealed/`` the same as it came, and ``paper/`` what was printed.
    """

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "sample" / "workspace"

    @property
    def said(self) -> dict[str, dict[str, Any]]:
        """By day, and ``again`` for the same day once more: exit status, stdout and stderr of the run."""
        words: dict[str, dict[str, Any]] = json.loads((self.folder / WORDS).read_text(encoding="utf-8"))
        return words

    def ran(self, which: int | str) -> Ran:
        return Ran(**self.said[str(which)])

    def arrived(self, number: int, carrier: str) -> list[bytes]:
        """The files that arrived on that day, opened."""
        folder = self.folder / "arrived" / f"day-{number:02}" / carrier
        return [path.read_bytes() for path in sorted(folder.iterdir())]

    def paper(self, number: int) -> str | None:
        """That day's worklist as HTML; None where there was none."""
        file = self.folder / "paper" / f"day-{number:02}.html"
        return file.read_text(encoding="utf-8") if file.exists() else None


def live_through(folder: Path, key: CarrierKey, opener: CarrierKey | GnuPG) -> TenDays:
    """Run the ten days; the first twice."""
    days, words, seen = TenDays(folder), {}, set[Path]()
    (folder / "paper").mkdir(parents=True)
    with DemoCarrier(folder / "carriers-side") as server:
        sample = make_sftp_sample(folder / "sample", key, server)
        for number in DAYS:
            words[str(number)] = _kept(sample.nightly(day(number)))
            if number == 1:
                words["again"] = _kept(sample.nightly(day(number)))
            for carrier in SEALED:
                _open(days, number, carrier, sample, opener, seen)
            _work_through(sample, folder / "paper" / f"day-{number:02}")
    (folder / WORDS).write_text(json.dumps(words), encoding="utf-8")
    return days


def _kept(ran: Ran) -> dict[str, Any]:
    return {"status": ran.status, "out": ran.out, "err": ran.err}


def _open(
    days: TenDays, number: int, carrier: str, sample: Sample, opener: CarrierKey | GnuPG, seen: set[Path]
) -> None:
    target = days.folder / "arrived" / f"day-{number:02}" / carrier
    target.mkdir(parents=True)
    for path in sorted(sample.inboxes[carrier].iterdir()):
        if path not in seen:
            seen.add(path)
            (target / path.stem).write_bytes(opener.open(path.read_bytes()))


def _work_through(sample: Sample, paper: Path) -> None:
    """Somebody prints each open worklist, does it, and says so."""
    for item in _open_lists(sample):
        printed = sample.run("worklist", "print", item, "--html", f"{paper}.html", "--out", f"{paper}.pdf",
                             "--reason", "the evening's post")  # fmt: skip
        done = sample.run("worklist", "done", item, "--confirmation", "LV-1")
        assert (printed.status, done.status) == (0, 0), printed.said + done.said


def _open_lists(sample: Sample) -> Sequence[str]:
    return [e["transmission"] for e in sample.json("worklist", "list").events if e["event"] == "worklist"]
