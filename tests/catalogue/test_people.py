"""B38 to B71: people who cannot be, who are somebody else, or whose dates cannot be.

One family's fault is that family's alone: it stays as it was reported, is named by reference, and the others go on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from cli import SystemClock
from tests.catalogue.scene import CANARY, FEED, Outcome, Scene
from tests.catalogue.spoiling import AS_OF, Edit, another, medical, person, without, written
from tests.commands.snapshots import Tables
from tests.commands.workspace import StandingClock

ACCEPTED, WARNED, QUARANTINED, FAMILY_HELD = (
    Outcome.ACCEPTED,
    Outcome.WARNED,
    Outcome.QUARANTINED,
    Outcome.FAMILY_HELD,
)


@dataclass(frozen=True)
class Case:
    """Edits of the second night's rows, and what comes of them."""

    id: str
    what: str
    outcome: Outcome
    code: str | None
    edits: tuple[Edit, ...]


def used_again(tables: Tables) -> None:
    """The number of J1009 is somebody else now: another name, birth date and SSN."""
    person("J1009", last_name=CANARY, first_name="Ada", birth_date="1970-01-02", ssn="900112233", gender="M")(tables)


def next_year(tables: Tables) -> None:
    """This year's span ends, and the next begins on the day it ends."""
    medical("J1020", end_date="2026-12-31")(tables)
    another("coverages", "J1020", effective_date="2026-12-31", end_date="")(tables)


def overlapping(tables: Tables) -> None:
    another("coverages", "J1020", effective_date="2026-06-01", end_date="")(tables)


def remarried(tables: Tables) -> None:
    """The spouse's coverage has ended, and another's began on the next day."""
    another("members", "J1020-1", member_id="J1020-8", ssn="900112255", first_name="Una")(tables)
    another("coverages", "J1020-1", member_id="J1020-8", effective_date="2026-11-01")(tables)
    for row in tables["coverages"]:
        if row["member_id"] == "J1020-1":
            row.update(end_date="2026-10-31", end_reason="divorce")


CASES = [
    Case("B38", "the same row twice", WARNED, "E834-0346", (another("members", "J1020-2"),)),
    Case("B39", "one key, two rows", QUARANTINED, "E834-0374", (another("members", "J1020-2", last_name=CANARY),)),
    Case("B40", "two people, one SSN", QUARANTINED, None, (person("J1020", ssn="929288824"),)),
    Case("B41", "an SSN corrected", ACCEPTED, None, (person("J1020", ssn="900112244"),)),
    Case("B41", "number, birth date and name at once", FAMILY_HELD, "E834-0916",
         (person("J1020", ssn="900112244", birth_date="1986-11-12", last_name=CANARY),)),
    Case("B42", "a member_id used again", FAMILY_HELD, "E834-0916", (used_again,)),
    Case("B43", "an orphan", QUARANTINED, "E834-0377", (without("J1020"),)),
    Case("B44", "a terminated subscriber, a covered child", QUARANTINED, None,
         (person("J1020", employment_status="terminated", termination_date="2026-10-31"),
          medical("J1020", end_date="2026-10-31", end_reason="termination"))),
    Case("B46", "a dependent without coverage", WARNED, "E834-0347",
         (another("members", "J1020-2", member_id="J1020-9", ssn="", first_name="Una", birth_date="2026-10-30"),)),
    Case("B47", "two spouses", QUARANTINED, None,
         (another("members", "J1020-1", member_id="J1020-8", ssn="900112255", first_name="Una"),
          another("coverages", "J1020-1", member_id="J1020-8"))),
    Case("B48", "a dependent who is self", QUARANTINED, "E834-0380", (person("J1020-1", relationship="self"),)),
    *(Case("B49", f"an unknown {name}", QUARANTINED, "E834-0362", (person("J1020-1", **{name: CANARY}),))
      for name in ("relationship", "gender", "marital_status")),
    Case("B51", "a family tier, and nobody but the subscriber", WARNED, None,
         (without("J1009-1"), without("J1009-1", "coverages"))),
    Case("B52", "spans that overlap", QUARANTINED, None, (overlapping,)),
    Case("B53", "spans that touch", WARNED, None, (next_year,)),
    Case("B54", "COBRA without an event", QUARANTINED, "E834-0381", (person("J1020", employment_status="cobra"),)),
    *(Case("B55", f"a premium of {text}", QUARANTINED, "E834-0367", (medical("J1020", premium=text),))
      for text in ("-1.00", "1.005", "1,234.50", "$12", "1e3", "NaN")),
    Case("B56", "a person gone without a word", WARNED, "E834-0901",
         (without("J1020-2"), without("J1020-2", "coverages"))),
    Case("B58", "added and ended before it was reported", ACCEPTED, None,
         (another("members", "J1020-2", member_id="J1020-7", ssn="", first_name="Una", birth_date="2026-10-01"),
          another("coverages", "J1020-2", member_id="J1020-7", effective_date="2026-10-01", end_date="2026-10-01"))),
    *(Case("B59", f"{text} as a birth date", QUARANTINED, "E834-0363", (person("J1020-1", birth_date=text),))
      for text in ("2023-02-29", "2024-02-30")),
    Case("B60", "born on 29 February", ACCEPTED, None, (person("J1020-2", birth_date="2016-02-29"),)),
    Case("B61", "born tomorrow", QUARANTINED, "E834-0372", (person("J1020-2", birth_date="2026-11-03"),)),
    Case("B61", "born in another century", QUARANTINED, "E834-0372", (person("J1020-2", birth_date="1899-12-31"),)),
    Case("B62", "hired before birth", QUARANTINED, "E834-0373", (person("J1020", hire_date="1980-01-01"),)),
    Case("B62", "a subscriber of three", QUARANTINED, None,
         (person("J1020", birth_date="2023-05-05", hire_date="2025-01-01"),)),
    Case("B63", "never took effect, and was not reported", WARNED, "E834-0349",
         (another("coverages", "J1020-2", effective_date="2027-01-01", end_date="2026-12-31"),)),
    Case("B63", "ended before it began", QUARANTINED, "E834-0383", (medical("J1020-2", end_date="2025-12-30"),)),
    Case("B65", "an open end nobody declared", QUARANTINED, "E834-0366", (medical("J1020", end_date="9999-12-31"),)),
    Case("B66", "a year of two digits", QUARANTINED, "E834-0364", (person("J1020-1", birth_date="010168"),)),
    Case("B67", "a date in another form", QUARANTINED, "E834-0364", (person("J1020-1", birth_date="02/03/1990"),)),
    Case("B68", "a date with a time", QUARANTINED, "E834-0365", (person("J1020", hire_date="2015-03-30T00:00:00Z"),)),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.id} {c.what}")
def test_people_who_cannot_be(case: Case, scene: Scene) -> None:
    scene.night(scene.snapshot(*case.edits))
    scene.holds(case.outcome, case.code)


def test_b47_a_former_spouse_ends_and_another_is_added(scene: Scene) -> None:
    scene.night(scene.snapshot(remarried))

    assert scene.ran.status == 0, scene.ran.said
    counts = scene.outcome()["counts"]
    assert (counts["ended"], counts["added"], counts["quarantined"]) == (1, 1, 0), scene.ran.said


@pytest.mark.parametrize("end", ["2026-01-01", "2025-12-31"])
def test_b63_what_was_reported_and_never_took_effect_is_taken_back(end: str, scene: Scene) -> None:
    scene.night(scene.snapshot(medical("J1020-2", end_date=end)))

    assert scene.ran.status == 0, scene.ran.said
    assert scene.outcome()["counts"]["cancelled"] == 1, scene.ran.said


def test_b45_a_child_of_two_subscribers_is_reported_once_a_family(scene: Scene) -> None:
    """The child of J1020 is a dependent of J1009 too; each coverage row says through whom."""

    def of_two(tables: Tables) -> None:
        another("members", "J1020-2", subscriber_id="J1009", relationship="stepchild")(tables)
        another("coverages", "J1020-2")(tables)

    def through_whom(content: bytes) -> bytes:
        header, *rows = content.decode().splitlines()
        through = [row.split(",")[1].partition("-")[0] for row in rows]
        through[-1] = "J1009"
        lines = [f"{header},subscriber_id", *(f"{row},{who}" for row, who in zip(rows, through, strict=True))]
        return "\n".join(lines).encode() + b"\n"

    snapshot = scene.snapshot(of_two)
    written(through_whom, "coverages")(snapshot)
    scene.night(snapshot, *AS_OF)
    scene.holds(ACCEPTED, None)
    assert scene.outcome()["counts"]["added"] == 1, scene.ran.said


def test_b50_a_plan_of_another_carrier_is_not_this_feeds(scene: Scene) -> None:
    """The couple's medical row names another carrier: what was reported stands, and is never ended by that."""
    scene.night(scene.snapshot(medical("J1009", carrier_id="granite"), medical("J1009-1", carrier_id="granite")))
    assert "Traceback" not in scene.ran.said
    assert scene.ran.status in {0, 3}, scene.ran.said
    assert all("J1009" not in content.decode() for content in scene.reported()) or "024" in scene.actions()


def test_b57_somebody_ended_who_comes_back_is_reinstated(scene: Scene) -> None:
    ended = {"end_date": "2026-11-30", "end_reason": "voluntary_waive"}
    scene.night(scene.snapshot(medical("J1009", **ended), medical("J1009-1", **ended)))
    assert scene.ran.status == 0, scene.ran.said
    scene.night(scene.snapshot(dated=3, name="back"))
    assert scene.ran.status == 0, scene.ran.said
    assert scene.outcome()["counts"]["reinstated"] == 2, scene.ran.said
    assert scene.actions()[-2:] == ["025", "025"]


def test_b64_an_end_on_the_first_day_is_a_cancellation(scene: Scene) -> None:
    """Reported, and then never effective: 349 is 348."""
    scene.night(scene.snapshot(medical("J1020-2", end_date="2026-01-01", end_reason="voluntary_waive")))
    assert scene.ran.status == 0, scene.ran.said
    (content,) = scene.reported()
    assert b"DTP*348*D8*20260101~" in content.replace(b"\n", b"")
    assert b"DTP*349*D8*20260101~" in content.replace(b"\n", b"")


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 1, 8, 30, tzinfo=UTC),  # the hour that comes twice in Boise
        datetime(2027, 3, 14, 9, 30, tzinfo=UTC),  # the hour that does not come
        datetime(2026, 11, 2, 23, 59, 59, tzinfo=UTC),
        datetime(2028, 2, 29, 12, 0, tzinfo=UTC),
    ],
    ids=["B69 fold", "B69 gap", "B69 end of the day", "B69 leap day"],
)
def test_b69_the_clock_dates_no_coverage(scene: Scene, moment: datetime) -> None:
    scene.sample.clock = StandingClock(moment)
    scene.night(scene.snapshot())
    assert "Traceback" not in scene.ran.said
    assert scene.ran.status in {0, 6}, scene.ran.said
    if scene.ran.status == 6:
        assert scene.outcome()["remedy"]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda now: datetime(1970, 1, 1, tzinfo=UTC),
        lambda now: now - timedelta(days=7),
        lambda now: now + timedelta(days=3653),
    ],
    ids=["B70 1970", "B70 a week ago", "B70 ten years ahead"],
)
def test_b70_a_clock_that_cannot_be_right_holds_the_feed(scene: Scene, wrong: Callable[[datetime], datetime]) -> None:
    """Judged by the trail's newest line and the snapshot's day; nothing is planned, and the trail is not spoiled."""
    now = datetime.now(UTC)
    before = scene.sample.transmissions("northstar")
    scene.sample.clock = StandingClock(wrong(now))
    snapshot = scene.snapshot(medical("J1020-2", end_date="2026-11-30", end_reason="voluntary_waive"))
    scene.night(snapshot)

    assert scene.ran.status == 6, scene.ran.said
    assert scene.outcome()["code"] == "E834-0923"
    assert scene.outcome()["remedy"]
    scene.sample.clock = SystemClock()
    assert scene.sample.transmissions("northstar") == before
    with scene.sample.ledger() as ledger:
        last = ledger.last_written()
    assert last is not None
    assert abs(last - now) < timedelta(hours=1)
    scene.night(snapshot)
    assert scene.ran.status == 0, scene.ran.said


def test_b70_a_trail_that_a_wrong_clock_wrote_in_is_set_right_by_a_person(scene: Scene) -> None:
    ahead = datetime.now(UTC) + timedelta(days=3000)
    scene.sample.clock = StandingClock(ahead)
    assert scene.sample.run("hold", FEED, "--reason", "by a wrong clock").status == 0
    scene.sample.clock = SystemClock()
    assert "E834-0013" in scene.sample.run("doctor").said

    assert scene.sample.run("release", FEED, "--reason", "the clock is right now").status == 0

    scene.night(scene.snapshot())
    assert scene.ran.status == 0, scene.ran.said


def test_b71_a_change_beyond_the_carriers_limit_waits_for_a_person(scene: Scene) -> None:
    scene.sample.rewrite(
        "carriers/northstar/feeds/medical.toml", "[guards]", "[rules]\nretro_limit_days = 90\n\n[guards]"
    )
    assert scene.sample.run("baseline", FEED, "rebase", "--reason", "a limit was agreed").status == 0
    scene.night(scene.snapshot(medical("J1020-2", end_date="2026-02-28", end_reason="voluntary_waive")))
    assert scene.sample.run("check", FEED).status == 0
    scene.holds(FAMILY_HELD, "E834-0918")
