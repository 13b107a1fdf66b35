"""What schedulers rely on: the exit statuses of ``docs/scripting.md``, and JSON Lines as it promises them.

Statuses 3, 5, 6, 7, 11 and 12 have their stories in the other files of this room; here is what is left, and the form.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.commands.snapshots import write_snapshot
from tests.commands.workspace import FEEDS, ROOT, Ran, Sample, in_process, typed


def errors(ran: Ran) -> list[dict[str, object]]:
    return [json.loads(line) for line in ran.err.splitlines()]


@pytest.mark.parametrize(
    "arguments",
    [
        ("fly",),
        ("run",),
        ("run", "--due"),
        ("run", "--all", "--due", "--snapshot", "s"),
        ("run", "northstar-medical", "--all", "--snapshot", "s"),
        ("run", "--all", "--snapshot", "s", "--as-of", "yesterday"),
        ("approve", "7f3c"),
        ("--nonsense",),
    ],
)
def test_what_is_not_understood_is_2_in_one_line(arguments: tuple[str, ...], sample: Sample) -> None:
    ran, script = sample.run(*arguments), sample.json(*arguments)

    assert (ran.status, script.status) == (2, 2)
    assert "Traceback" not in ran.said
    (error,) = errors(script)
    assert error["event"] == "error"
    assert script.event("summary")["exit_status"] == 2


def test_without_a_workspace_is_2(tmp_path: Path) -> None:
    ran = in_process("--home", tmp_path, "status")

    assert ran.status == 2
    assert "E834-0001" in ran.err
    assert f"edi834 init {tmp_path}" in ran.err


def test_a_snapshot_without_a_day_is_2(sample: Sample, tmp_path: Path) -> None:
    folder = write_snapshot(tmp_path / "snapshot")
    (folder / "manifest.json").unlink()

    ran = sample.nightly(folder)

    assert ran.status == 2, ran.said
    assert {e["code"] for e in ran.events if e["event"] == "feed"} == {"E834-0311"}


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("edi834.toml", 'timezone = "America/Boise"', 'timezone = "America/Bosie"'),
        ("edi834.toml", "invented_people = true", "invented_poeple = true"),
        ("edi834.toml", "[source]", "[source"),
    ],
)
def test_settings_that_are_wrong_are_4_with_their_place(file: str, old: str, new: str, sample: Sample) -> None:
    sample.rewrite(file, old, new)
    ran, script = sample.run("status"), sample.json("status")

    assert (ran.status, script.status) == (4, 4)
    assert re.search(r"--> edi834\.toml:\d+", ran.err)
    assert re.match(r"edi834\.toml:\d+", str(errors(script)[0]["where"]))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('mode = "changes"', 'mode = "chnages"'),
        ('stage = "testing"', 'stage = "live'),
        ('id = "northstar-medical"', 'id = "../northstar"'),
        ("_{control_number}", ""),
        ("members_per_transaction = 10000", 'members_per_transaction = "many"'),
        ('receiver_id = "NORTHSTAR"', 'receiver_id = "NORTHSTAR HEALTH PLAN"'),
    ],
)
def test_a_feed_that_is_wrong_is_4_with_file_line_and_column(
    old: str, new: str, sample: Sample, tmp_path: Path
) -> None:
    sample.rewrite("carriers/northstar/feeds/medical.toml", old, new)
    snapshot = write_snapshot(tmp_path / "snapshot")

    check, named, others = (sample.run("check"), sample.json("run", "northstar-medical", "--snapshot", snapshot),
                            sample.nightly(snapshot))  # fmt: skip

    assert check.status == 4
    assert re.search(r"--> carriers/northstar/feeds/medical\.toml:\d+:\d+", check.out), check.out
    assert named.status == 4, named.said
    assert sample.arrived("northstar") == []
    assert len(sample.arrived("cedar")) == 1
    assert others.status == 3, "a feed whose file is wrong must not go unseen at night"


def test_a_feed_that_is_not_there_is_10_and_a_near_name_is_offered(sample: Sample, tmp_path: Path) -> None:
    for arguments in (("run", "northstar-medcal", "--snapshot", tmp_path), ("plan", "northstar-medcal"),
                      ("status", "northstar-medcal"), ("transmissions", "northstar-medcal"),
                      ("check", "northstar-medcal"), ("doctor", "northstar-medcal")):  # fmt: skip
        ran = sample.json(*arguments)
        assert ran.status == 10, ran.said
        assert errors(ran)[0]["remedy"] == "did you mean 'northstar-medical'?"


def test_an_id_that_is_not_there_is_10(sample: Sample) -> None:
    why = ("--reason", "r")
    for arguments in (("show", "7f3c"), ("approve", "7f3c", *why), ("discard", "7f3c", *why),
                      ("resend", "7f3c", "--same-bytes"), ("resolve", "7f3c", "--lost", *why),
                      ("worklist", "done", "7f3c"), ("worklist", "print", "7f3c", "--out", "x", *why)):  # fmt: skip
        assert sample.json(*arguments).status == 10, arguments


def test_nothing_due_is_0(sample: Sample, tmp_path: Path) -> None:
    snapshot = write_snapshot(tmp_path / "snapshot")
    first = sample.json("run", "--due", "--snapshot", snapshot)
    second = sample.json("run", "--due", "--snapshot", snapshot)

    assert (first.status, second.status) == (0, 0)
    assert first.event("summary")["feeds"] == len(FEEDS)
    assert second.event("summary")["feeds"] == 0
    assert "no feed was due" in sample.run("run", "--due", "--snapshot", snapshot).out


def test_a_feed_that_is_worked_on_is_8_and_says_by_whom(sample: Sample, tmp_path: Path) -> None:
    snapshot = write_snapshot(tmp_path / "snapshot")
    with sample.ledger() as ledger, ledger.lease("northstar-medical"):  # type: ignore[arg-type]
        one, every = sample.json("run", "northstar-medical", "--snapshot", snapshot), sample.nightly(snapshot)

    assert one.status == 8
    outcome = one.event("feed")
    assert (outcome["outcome"], outcome["code"]) == ("locked", "E834-0701")
    for words in (socket.gethostname(), f"pid {os.getpid()}", "since"):
        assert words in outcome["message"]
    assert every.status == 3
    assert sample.nightly(snapshot).status == 0


def test_an_interrupted_command_is_130_and_can_be_run_again(sample: Sample, tmp_path: Path) -> None:
    snapshot = write_snapshot(tmp_path / "snapshot")
    run = subprocess.Popen(
        [sys.executable, ROOT / "cli.py", "--home", sample.home, "run", "--all", "--snapshot", snapshot],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "EDI834_FAULTS": "sealed-committed=sleep:20"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a test run in the background ignores it
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while not sample.json("transmissions", "cedar-dental").event("summary")["transmissions"]:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=30)

    assert run.returncode == 130, err
    assert "Traceback" not in err
    assert sample.nightly(snapshot).status == 0
    assert len(sample.arrived("cedar")) == 1


def test_a_reader_that_goes_away_is_no_traceback(sample: Sample) -> None:
    command = f"{sys.executable} {ROOT / 'cli.py'} --home {sample.home} explain E834-0901 | true"
    ran = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True)

    assert "Traceback" not in ran.stderr


# --- JSON Lines -----------------------------------------------------------------------------------------------------


def test_every_line_for_scripts_is_an_event_and_the_last_is_the_summary(sample: Sample, tmp_path: Path) -> None:
    snapshot = write_snapshot(tmp_path / "snapshot")
    for arguments in (("run", "--all", "--snapshot", snapshot), ("status",), ("plan", "cedar-dental"), ("check",),
                      ("doctor",), ("transmissions", "cedar-dental"), ("worklist", "list"), ("explain", "E834-0901"),
                      ("init", tmp_path / "new"), ("show", "nothing")):  # fmt: skip
        ran = sample.json(*arguments)
        assert ran.events, arguments
        assert all(e["v"] == 1 and isinstance(e["event"], str) for e in ran.events)
        assert [e["event"] for e in ran.events].count("summary") == 1
        assert ran.events[-1]["event"] == "summary"
        assert ran.events[-1]["exit_status"] == ran.status
        for error in errors(ran):
            assert error["event"] == "error"
            assert {"v", "code", "message", "where", "remedy"} <= set(error)


def test_the_events_are_those_that_the_page_for_scripts_lists(sample: Sample, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "scripting.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `(\w+)` \| [`e]", page, flags=re.MULTILINE))
    used = {name for file in (ROOT / "edi834" / "commands").glob("*.py")
            for name in re.findall(r"\.event\(\s*\"(\w+)\"", file.read_text(encoding="utf-8"))}  # fmt: skip

    assert used == listed
    feed = next(line for line in page.splitlines() if line.startswith("| `feed` | `run`"))
    said = sample.nightly(write_snapshot(tmp_path / "snapshot")).event("feed", feed="cedar-dental")
    assert set(re.findall(r"`(\w+)`", feed.split("|")[3])) - {"e"} <= set(said)


def test_the_program_that_is_typed_is_the_same_program(sample: Sample, tmp_path: Path) -> None:
    """``python cli.py``, with the workspace's own number of processes."""
    sample.rewrite("edi834.toml", "jobs = 1", "jobs = 2")

    ran = sample.typed("--json", "run", "--all", "--snapshot", write_snapshot(tmp_path / "snapshot"))

    assert ran.status == 0, ran.said
    assert {e["feed"] for e in ran.events if e["event"] == "feed"} == set(FEEDS.values())
    assert ran.err == ""
    assert {len(sample.arrived(carrier)) for carrier in sample.inboxes} == {1}
    assert typed("--home", sample.home, "show", "nothing").status == 10


def test_colour_is_for_terminals(sample: Sample) -> None:
    assert "\x1b" not in sample.run("status").out
    assert "\x1b" not in sample.run("show", "nothing").err


def test_the_home_may_stand_in_the_environment(sample: Sample) -> None:
    assert typed("status", env={"EDI834_HOME": str(sample.home)}).status == 0


def test_a_defect_is_named_by_its_place_and_never_by_its_words(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("Muñoz 984723652")

    monkeypatch.setattr("edi834.commands.status.feed_status", broken)
    monkeypatch.setattr("cli.Wired.kit", broken)

    ran, night = sample.json("status"), sample.json("run", "cedar-dental", "--snapshot", sample.home)

    for one in (ran, night):
        assert one.status == 1
        assert "E834-0000" in one.said
        assert "RuntimeError at test_exit_status.py:" in one.said
        assert "984723652" not in one.said
