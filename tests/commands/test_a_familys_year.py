"""The year of one family on ``docs/concepts/book.md`` is what the product does: each night is run and compared.

The carrier fetches from a folder, opens what was sealed for it, and answers as the page says it does.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from edi834.book import Dialect, Family, effective, possible_books
from edi834.model import FamilyRef, FeedId, GroupId, MemberId
from tests.commands.snapshots import write_csv
from tests.commands.test_answers import a_999
from tests.commands.workspace import ROOT, Sample, StandingClock

PAGE = ROOT / "docs" / "concepts" / "book.md"
FAMILY = FamilyRef(GroupId("juniper"), MemberId("K5001"))
FEED = FeedId("northstar-medical")

Row = dict[str, str]


def person(member_id: str, relationship: str, first_name: str, **facts: str) -> Row:
    known = {"group_id": "juniper", "member_id": member_id, "subscriber_id": "K5001", "relationship": relationship}
    return {**known, "last_name": "Duarte", "first_name": first_name, **facts}


INES = person(
    "K5001", "self", "Ines", ssn="900551801", birth_date="1988-03-14", gender="F", employment_status="full_time",
    hire_date="2027-01-04", city="Boise", state="ID", address1="18 Alder Street", postal_code="83702",
    event="new_hire", event_date="2027-01-04",
)  # fmt: skip
OMAR = person(
    "K5001-1", "spouse", "Omar", ssn="900551802", birth_date="1986-11-02", gender="M", event="marriage",
    event_date="2027-05-15",
)  # fmt: skip


def row(member_id: str, plan: str, begin: str, end: str = "", tier: str = "", end_reason: str = "") -> Row:
    known = {"group_id": "juniper", "member_id": member_id, "benefit": "medical", "plan_code": plan}
    days = {"effective_date": begin, "end_date": end, "tier": tier, "end_reason": end_reason}
    return {**known, "carrier_id": "northstar", "policy_number": "NS40021", **days}


@dataclass(frozen=True)
class Night:
    """One night of the page: the snapshot, and which earlier file the carrier rejects before it."""

    day: date
    members: tuple[Row, ...]
    coverages: tuple[Row, ...]
    rejects: int | None = None


MARRIED = {**INES, "event": "marriage", "event_date": "2027-05-15", "marital_status": "married"}
MOVED = {**MARRIED, "address1": "400 Garden Lane"}
LEFT = {**MOVED, "termination_date": "2027-10-29", "employment_status": "terminated", "event": "termination",
        "event_date": "2027-10-29"}  # fmt: skip
BACK = {**MOVED, "event": "", "event_date": ""}
ALONE = row("K5001", "PPO500", "2027-02-01", tier="employee")
SPLIT = (
    row("K5001", "PPO500", "2027-02-01", "2027-05-31", tier="employee"),
    row("K5001", "PPO500", "2027-06-01", tier="employee_spouse"),
    row("K5001-1", "PPO500", "2027-06-01"),
)
BEFORE = tuple({**one, "end_date": one["end_date"] or "2027-08-31"} for one in SPLIT)
NEW_PLAN = (*BEFORE, row("K5001", "HDHP1", "2027-09-01", tier="employee_spouse"), row("K5001-1", "HDHP1", "2027-09-01"))
ENDED = tuple({**one, "end_date": one["end_date"] or "2027-10-31"} for one in NEW_PLAN)

YEAR = {
    "hire": Night(date(2027, 1, 5), (INES,), (ALONE,)),
    "marriage": Night(date(2027, 5, 20), (MARRIED, OMAR), SPLIT),
    "plan": Night(date(2027, 8, 24), (MARRIED, OMAR), NEW_PLAN),
    "move": Night(date(2027, 8, 25), (MOVED, OMAR), NEW_PLAN),
    "rejected": Night(date(2027, 8, 26), (MOVED, OMAR), NEW_PLAN, rejects=3),
    "termination": Night(date(2027, 10, 20), (LEFT, OMAR), ENDED),
    "reinstatement": Night(date(2027, 11, 3), (BACK, OMAR), NEW_PLAN),
}


def test_each_nights_book_and_segments_are_on_the_page(sample: Sample, tmp_path: Path) -> None:
    sample.only("northstar")
    blocks: list[str] = []
    segments: dict[str, str] = {}
    for name, night in YEAR.items():
        if night.rejects is not None:
            reject(sample, tmp_path, night.day, file=night.rejects)
            blocks.append(table(reported(sample)))
        segments[name] = told(sample, snapshot(tmp_path / name, night), night.day)
        blocks += [table(reported(sample))] if night.rejects is not None else [segments[name], table(reported(sample))]

    # The rejected plan change is reported again as it was, with the address of today.
    assert segments["rejected"] == segments["plan"].replace("18 ALDER STREET", "400 GARDEN LANE")
    assert on_the_page("## A year of one family", "## ") == blocks


def test_the_corrected_file_of_a_partly_rejected_one_is_on_the_page(sample: Sample, tmp_path: Path) -> None:
    sample.only("northstar")
    feed = "carriers/northstar/mappings/medical.toml"
    sample.rewrite(feed, "[rules]\n", '[rules]\ntransaction_sets = "member"\n')
    for name in ("hire", "marriage", "plan"):
        told(sample, snapshot(tmp_path / name, YEAR[name]), YEAR[name].day)
    answer = tmp_path / "half.999"
    answer.write_bytes(a_999({"0001": "A", "0002": "R"}, on=3))
    assert sample.run("ack", answer).status == 11
    books = [table(book) for book in held(sample, up_to=(2, 3))]
    ran = sample.run(
        "resend", sample.newest("northstar")["transmission"], "--corrected", "--snapshot", tmp_path / "plan"
    )
    assert ran.status == 0, ran.said

    assert on_the_page("## Several possible books", "## ") == [*books, members_in(sample)]


def test_what_a_second_rejection_took_away_is_reported_again(sample: Sample, tmp_path: Path) -> None:
    """File 3 is about Ines and file 4 about Omar; both are rejected, and file 5 makes good on the first alone."""
    sample.only("northstar")
    renamed = {**OMAR, "last_name": "Duarte-Ruiz", "event": "name_change", "event_date": "2027-08-25"}
    nights = {
        "hire": YEAR["hire"],
        "marriage": YEAR["marriage"],
        "move": Night(date(2027, 8, 24), (MOVED, OMAR), SPLIT),
        "name": Night(date(2027, 8, 25), (MOVED, renamed), SPLIT),
        "first answer": Night(date(2027, 8, 26), (MOVED, renamed), SPLIT, rejects=3),
        "second answer": Night(date(2027, 8, 27), (MOVED, renamed), SPLIT, rejects=4),
        "no answer": Night(date(2027, 8, 28), (MOVED, renamed), SPLIT),
    }
    said: dict[str, str] = {}
    for name, night in nights.items():
        if night.rejects is not None:
            reject(sample, tmp_path, night.day, file=night.rejects)
        if name == "no answer":
            sample.clock = noon(night.day)
            assert sample.nightly(snapshot(tmp_path / name, night)).event("feed")["outcome"] == "nothing"
        else:
            said[name] = told(sample, snapshot(tmp_path / name, night), night.day)

    assert said["first answer"] == said["move"]
    assert "DUARTE-RUIZ" in said["second answer"]
    assert said["second answer"] == said["name"]


def on_the_page(heading: str, following: str) -> list[str]:
    """The fenced blocks of a section."""
    text = PAGE.read_text(encoding="utf-8").partition(f"{heading}\n")[2].partition(f"\n{following}")[0]
    return re.findall(r"```text\n(.*?)```", text, re.DOTALL)


def noon(day: date) -> StandingClock:
    return StandingClock(datetime.combine(day, time(12), UTC))


def reject(sample: Sample, folder: Path, day: date, *, file: int) -> None:
    """The carrier's answer to a file comes in, and rejects it."""
    sample.clock = noon(day)
    answer = folder / f"{file}.999"
    answer.write_bytes(a_999({"0001": "R"}, on=file))
    assert sample.run("ack", answer).status == 11


def told(sample: Sample, folder: Path, day: date) -> str:
    """One night: the member loops of the file that arrives."""
    sample.clock = noon(day)
    ran = sample.nightly(folder)
    assert ran.status == 0, ran.said
    return members_in(sample)


def members_in(sample: Sample) -> str:
    content = sample.opened("northstar")[-1].decode("ascii").replace("\n", "")
    loops = re.findall(r"~(INS\*.*?~)SE\*", content)
    return "".join(loops).replace("~", "~\n")


def reported(sample: Sample) -> Family | None:
    with sample.ledger() as ledger:
        token = ledger.token(FAMILY)
        counting = ledger.baseline(FEED, [token]).get(token)
    return counting.family if counting is not None else None


def held(sample: Sample, *, up_to: tuple[int, ...]) -> Iterator[Family | None]:
    """The book as it is after each of these files, as far as the carrier took them."""
    with sample.ledger() as ledger:
        token = ledger.token(FAMILY)
        sendings = ledger.sendings(FEED, [token])[token]
    for last in reversed(up_to):
        yield possible_books(None, [one.as_taken() for one in sendings if one.sequence <= last], Dialect())[0]


def table(book: Family | None) -> str:
    """A book, a line an interval; one that continues the coverage before it begins with a plus."""
    lines = ["who     plan    tier             first day   last day"]
    for member in book.members if book is not None else ():
        for one in effective(member.coverages):
            who = f"{'+ ' if one.continues else '  '}{member.values['first_name']}"
            end = one.end or "open"
            lines.append(f"{who:<8}{one.plan_code:<8}{one.values.get('tier') or '':<17}{one.begin}  {end}")
    return "".join(f"{line}\n" for line in lines)


def snapshot(folder: Path, night: Night) -> Path:
    groups = [{"group_id": "juniper", "name": "Juniper Ridge Timber Company", "tax_id": "900417726"}]
    tables = {
        "groups": groups,
        "members": list(night.members),
        "coverages": list(night.coverages),
        "other_insurance": [],
    }
    folder.mkdir()
    written = {name: write_csv(name, content) for name, content in tables.items()}
    for name, content in written.items():
        (folder / f"{name}.csv").write_bytes(content)
    manifest = {
        "as_of": night.day.isoformat(), "source": "a test (invented)",
        "row_counts": {name: len(content) for name, content in tables.items()},
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in written.items()},
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder
