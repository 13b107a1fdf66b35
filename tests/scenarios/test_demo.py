"""``edi834 demo``, as somebody types it who has just cloned the project.

It needs nothing but itself; what it says of itself is believed only where the carriers' side shows it.
"""

from __future__ import annotations

import json
import re
import resource
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from tests.commands.snapshots import PEOPLE
from tests.commands.workspace import FEEDS, Ran, in_process, typed
from tests.samples.reading import DAYS, rows

MINUTE = 60


@dataclass(frozen=True)
class Demonstration:
    """What a demonstration left, said, and took of the machine."""

    folder: Path
    ran: Ran
    seconds: float


@pytest.fixture(scope="module")
def demonstration(shared: Path) -> Demonstration:
    """One demonstration for all workers, with a folder for temporary files of its own."""
    folder = shared / "demonstration"
    with FileLock(f"{folder}.lock"):
        kept = folder / "kept.json"
        if not kept.exists():
            (folder / "temporary").mkdir(parents=True)
            begun = worked()
            ran = typed("demo", folder / "demo", env={"TMPDIR": str(folder / "temporary"), "EDI834_HOME": ""})
            words = [ran.status, ran.out, ran.err, worked() - begun]
            kept.write_text(json.dumps(words), encoding="utf-8")
    status, out, err, seconds = json.loads(kept.read_text(encoding="utf-8"))
    return Demonstration(folder, Ran(status, out, err), seconds)


def worked() -> float:
    """Seconds of work of the programs that were waited for: a machine may be busy with other tests."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_it_ends_well_and_in_a_minute(demonstration: Demonstration) -> None:
    assert demonstration.ran.status == 0, demonstration.ran.said
    assert demonstration.ran.err == ""
    assert demonstration.seconds < MINUTE


def test_it_says_a_line_a_feed_and_day(demonstration: Demonstration) -> None:
    out = demonstration.ran.out
    days = re.split(r"^Day \d+$", out, flags=re.MULTILINE)[1:]

    assert len(days) == len(DAYS)
    for day in days:
        assert Counter(re.findall(r"^[✓!✗] (\S+)", day, flags=re.MULTILINE)) == Counter(FEEDS.values())
    assert not re.findall(r"^[!✗]", out, flags=re.MULTILINE)


def test_it_takes_a_rejection_back_and_tells_again(demonstration: Demonstration) -> None:
    """The carrier rejects day 5's set; day 6 tells those people again."""
    home = demonstration.folder / "demo" / "workspace"
    events = in_process("--home", home, "--json", "transmissions", "northstar-medical").events
    history = [e for e in events if e["event"] == "transmission"][::-1]

    assert Counter(t["state"] for t in history) == {"acknowledged": 8, "rejected": 1}
    rejected = next(t for t in history if t["state"] == "rejected")
    after = history[rejected["sequence"]]
    assert rejected["as_of"] == "2026-11-05"
    assert sum(after["counts"].values()) >= sum(rejected["counts"].values())
    assert in_process("--home", home, "doctor").status == 0


def test_every_file_says_which_program_opened_it(demonstration: Demonstration) -> None:
    opened = re.findall(r"has (\S+): [\d,]+ bytes opened with (gpg|pgpy)", demonstration.ran.out)
    inboxes = demonstration.folder / "demo" / "carriers-side"
    arrived = [p.name for p in inboxes.glob("*/inbox/*") if not p.name.startswith(".")]

    assert sorted(name for name, _ in opened) == sorted(arrived)
    assert len(arrived) > 20


def test_nothing_about_anybody_is_left_in_state_or_temporary_files(demonstration: Demonstration) -> None:
    ssns = {row["ssn"].encode() for day in DAYS for row in rows(day, "members") if row.get("ssn")}
    wanted = re.compile(b"|".join(sorted(ssns)))
    searched = [demonstration.folder / "temporary", demonstration.folder / "demo" / "workspace",
                demonstration.folder / "demo" / "carriers-side"]  # fmt: skip
    found = [p for folder in searched for p in folder.rglob("*") if p.is_file() and wanted.search(p.read_bytes())]

    assert found == []
    assert [p for p in searched[0].rglob("*") if p.is_file()] == []


def test_it_names_nobody(demonstration: Demonstration) -> None:
    names = {row["last_name"] for row in PEOPLE.values()} - {"Null"}

    assert [name for name in names if re.search(rf"\b{re.escape(name)}\b", demonstration.ran.said)] == []


def test_the_paper_was_printed_and_done(demonstration: Demonstration) -> None:
    papers = sorted(p.name for p in (demonstration.folder / "demo" / "paper").iterdir())

    assert papers == sorted(f"lantern-vision-day-{day:02}.{kind}" for day in (1, 2, 3, 4, 5, 6, 7, 10)
                            for kind in ("html", "pdf"))  # fmt: skip
    home = demonstration.folder / "demo" / "workspace"
    assert "no worklist has items left" in in_process("--home", home, "worklist", "list").out


def test_its_files_are_for_its_user_alone(demonstration: Demonstration) -> None:
    state = demonstration.folder / "demo" / "workspace" / "state"
    open_to_others = [p for p in state.rglob("*") if p.is_file() and p.stat().st_mode & 0o077]

    assert open_to_others == []
