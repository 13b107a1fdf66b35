"""Worklists: papers for the recipient that takes no files; a row counts as reported only once somebody has done it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pypdf import PdfReader

from edi834.mapping.paper import from_json
from tests.commands.snapshots import members_of, write_snapshot
from tests.commands.workspace import Ran, Sample

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture
def queue(sample: Sample, tmp_path: Path) -> Sample:
    """Lantern's list of three families is in the queue."""
    sample.only("lantern")
    assert sample.nightly(write_snapshot(tmp_path / "day-1")).status == 0
    return sample


def open_list(sample: Sample) -> dict[str, object]:
    (found,) = [e for e in sample.json("worklist", "list").events if e["event"] == "worklist"]
    return found


def printed(sample: Sample, folder: Path) -> Ran:
    identity = str(open_list(sample)["transmission"])
    return sample.json("worklist", "print", identity, "--html", folder / "list.html", "--out", folder / "list.pdf",
                       "--reason", "the evening's post")  # fmt: skip


def members_held(sample: Sample) -> int:
    return int(sample.json("status", "lantern-vision").event("feed")["members"])


def test_what_is_handed_over_is_not_yet_reported(queue: Sample) -> None:
    assert (open_list(queue)["left"], open_list(queue)["items"]) == (3, 3)
    assert members_held(queue) == 0


def test_an_item_counts_when_it_is_done(queue: Sample) -> None:
    identity = str(open_list(queue)["transmission"])

    ran = queue.json("worklist", "done", f"{identity}/0001", "--confirmation", "LV-77")

    assert ran.status == 0
    assert open_list(queue)["left"] == 2
    assert members_held(queue) == 4
    assert "LV-77" in queue.run("show", identity).out


def test_the_whole_list_can_be_done_at_once(queue: Sample) -> None:
    identity = str(open_list(queue)["transmission"])

    assert queue.json("worklist", "done", identity).status == 0
    assert members_held(queue) == 9
    assert "no worklist has items left" in queue.run("worklist", "list").out
    assert queue.json("worklist", "done", f"{identity}/0009").status == 10


def test_a_list_is_new_until_it_is_printed_and_its_items_say_who_did_them(queue: Sample, tmp_path: Path) -> None:
    identity = str(open_list(queue)["transmission"])

    def items() -> list[tuple[str, object, object]]:
        said = queue.json("worklist", "list", identity).events
        return [(e["state"], e["by"], e["confirmation"]) for e in said if e["event"] == "item"]

    assert (open_list(queue)["state"], open_list(queue)["viewed_by"]) == ("new", None)
    assert items() == [("new", None, None)] * 3

    assert printed(queue, tmp_path).status == 0
    who = open_list(queue)["viewed_by"]
    assert (open_list(queue)["state"], bool(who)) == ("viewed", True)
    assert items() == [("viewed", who, None)] * 3

    queue.json("--actor", "Dana", "worklist", "done", f"{identity}/0002", "--confirmation", "LV-77")
    done = items()
    assert [state for state, *_ in done] == ["viewed", "done", "viewed"]
    assert "Dana" in str(done[1][1])
    assert done[1][2] == "LV-77"
    assert "confirmed with LV-77" in queue.run("worklist", "list", identity).out


def test_a_broker_prints_under_its_own_letterhead(queue: Sample, tmp_path: Path) -> None:
    with (queue.home / "edi834.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[paper]\nletterhead = ["Sawtooth Benefit Brokers", "Boise"]\norientation = "landscape"\n')

    printed(queue, tmp_path)

    first, *others = PdfReader(tmp_path / "list.pdf").pages
    assert first.extract_text().startswith("Sawtooth Benefit Brokers\nBoise")
    assert first.mediabox.width > first.mediabox.height
    assert all("edi834" in page.extract_text() for page in (first, *others))
    identity = str(open_list(queue)["transmission"])
    upright = queue.json("worklist", "print", identity, "--out", tmp_path / "upright.pdf", "--orientation", "portrait",
                         "--reason", "for the binder")  # fmt: skip
    assert upright.status == 0
    box = PdfReader(tmp_path / "upright.pdf").pages[0].mediabox
    assert box.width < box.height
    queue.rewrite("edi834.toml", 'orientation = "landscape"', 'logo = "not-there.png"')
    assert (refused := printed(queue, tmp_path)).status == 4
    assert "E834-0881" in refused.err


def test_the_next_day_states_again_what_was_not_done_and_nothing_else(queue: Sample, tmp_path: Path) -> None:
    first = str(open_list(queue)["transmission"])
    queue.json("worklist", "done", f"{first}/0001")

    ran = queue.nightly(write_snapshot(tmp_path / "day-3", 3))

    assert ran.status == 0, ran.said
    second = open_list(queue)
    assert second["transmission"] != first
    assert second["left"] == 2
    assert queue.json("worklist", "done", f"{first}/0002").status == 2
    printed(queue, tmp_path)
    page = (tmp_path / "list.html").read_text(encoding="utf-8")
    assert set(re.findall(r"juniper/(J\d+(?:-\d+)?):", page)) == {
        row["member_id"] for row in members_of(3, ("J1009", "J1020"))
    }
    assert page.count("asked for before") >= 2


def test_only_what_was_asked_for_before_says_so(queue: Sample, tmp_path: Path) -> None:
    """Two items were left undone; of the third family there is news, and it was entered the day before."""
    first = str(open_list(queue)["transmission"])
    printed(queue, tmp_path)
    assert "asked for before" not in (tmp_path / "list.html").read_text(encoding="utf-8")
    for item in ("0001", "0002"):
        queue.json("worklist", "done", f"{first}/{item}")
    assert queue.nightly(write_snapshot(tmp_path / "day-3", 3)).status == 0
    second = str(open_list(queue)["transmission"])

    printed(queue, tmp_path)

    with queue.ledger() as ledger:
        reported = {t.set_number: t.target.ref.subscriber_id for t in ledger.families_of(second)}  # type: ignore[arg-type]
        worklist = from_json(ledger.sealed_content(second))  # type: ignore[arg-type]
        before = {t.target.ref.subscriber_id for t in ledger.families_of(first) if t.set_number == "0003"}  # type: ignore[arg-type]
    marked = {reported[f"{item.number:04}"] for item in worklist.items if item.again}
    assert marked == before
    assert queue.nightly(write_snapshot(tmp_path / "day-4", 4)).status == 0


def test_the_same_day_again_does_not_print_the_list_again(queue: Sample, tmp_path: Path) -> None:
    first = open_list(queue)
    queue.json("worklist", "done", f"{first['transmission']}/0001")

    ran = queue.nightly(tmp_path / "day-1")

    assert ran.status == 0
    assert ran.event("feed")["outcome"] == "nothing"
    assert open_list(queue)["transmission"] == first["transmission"]


def test_printing_needs_a_reason_and_a_place_and_is_recorded(queue: Sample, tmp_path: Path) -> None:
    identity = str(open_list(queue)["transmission"])
    without_reason = queue.json("worklist", "print", identity, "--out", tmp_path / "list.pdf")
    nowhere = queue.json("worklist", "print", identity, "--reason", "post")
    ran = printed(queue, tmp_path)

    assert (without_reason.status, nowhere.status, ran.status) == (2, 2, 0)
    assert "E834-0010" in nowhere.err
    assert "the evening's post" in queue.run("show", identity).out
    for name in ("list.html", "list.pdf"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0


@pytest.mark.needs("pdftotext")
def test_the_paper_says_who_and_what(queue: Sample, tmp_path: Path) -> None:
    printed(queue, tmp_path)

    done = subprocess.run(["pdftotext", "-layout", tmp_path / "list.pdf", "-"], capture_output=True, check=True)
    text = done.stdout.decode()

    for row in members_of(1, ("J1001", "J1009", "J1020")):
        assert f"{row['first_name']} {row['last_name']}" in text
        assert row.get("ssn", "none") not in text
    for words in ("VIS1", "LV3071", "01/01/2026", "Lantern Vision"):
        assert words in text


@pytest.mark.needs("chromium")
def test_the_page_is_drawn_by_a_browser_without_a_complaint(queue: Sample, tmp_path: Path) -> None:
    printed(queue, tmp_path)
    program = next(name for name in CHROMIUM if shutil.which(name))

    drawn = subprocess.run(
        [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--enable-logging=stderr",
         "--v=0", f"--user-data-dir={tmp_path / 'browser'}", f"--screenshot={tmp_path / 'page.png'}", "--dump-dom",
         (tmp_path / "list.html").as_uri()],
        capture_output=True, timeout=90,
    )  # fmt: skip

    assert drawn.returncode == 0
    assert "Muñoz" in drawn.stdout.decode()
    assert [line for line in drawn.stderr.decode(errors="replace").splitlines() if "CONSOLE" in line] == []


def test_only_a_worklist_is_printed(sample: Sample, tmp_path: Path) -> None:
    """A sealed file is the carrier's to open; its content is not ours to print."""
    sample.only("northstar")
    sample.nightly(write_snapshot(tmp_path / "snapshot"))
    identity = sample.newest("northstar")["transmission"]

    ran = sample.json("worklist", "print", identity, "--html", tmp_path / "page.html", "--reason", "curious")

    assert ran.status not in {0, 1}, ran.said
    assert not (tmp_path / "page.html").exists()
    assert sample.json("worklist", "done", f"{identity}/0001").status not in {0, 1}
