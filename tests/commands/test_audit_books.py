"""``audit books`` reads every file that was taken again; a difference is named, and its status is 1."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi834.commands import audit
from edi834.feed.shadow import BookDifference, Replayed
from edi834.model import FamilyRef, GroupId, MemberId, MemberRef, TransmissionId
from tests.commands.snapshots import write_snapshot
from tests.commands.workspace import Sample

GROUP, MEMBER = GroupId("cascade-lantern"), MemberId("J1001")
DIFFERENCE = BookDifference(
    FamilyRef(GROUP, MEMBER),
    MemberRef(GROUP, MEMBER, MEMBER),
    "coverage.end_date of medical",
    TransmissionId("000000002"),
)


def test_after_nights_of_files_every_feed_leads_to_its_baseline(sample: Sample, tmp_path: Path) -> None:
    for dated in (1, 2):
        snapshot = write_snapshot(
            tmp_path / str(dated), 1, dated=dated, edit=lambda t, n=dated: t["members"][0].update(city=f"Nampa{n}")
        )
        assert sample.nightly(snapshot).status == 0

    ran = sample.json("audit", "books")

    assert ran.status == 0, ran.said
    assert ran.event("summary")["differences"] == 0
    assert ran.event("feed", feed="northstar-medical")["files"] == 2


def test_a_feed_that_has_sent_nothing_leads_to_nothing(sample: Sample) -> None:
    ran = sample.json("audit", "books", "northstar-medical")

    assert (ran.status, ran.event("feed")["families"]) == (0, 0)


def test_a_feed_that_there_is_not_is_named(sample: Sample) -> None:
    assert sample.json("audit", "books", "nowhere").status == 10


def test_a_difference_names_the_member_the_field_and_the_file(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "audit_books", lambda *_: Replayed(1, 2, 0, (DIFFERENCE,)))

    ran = sample.json("audit", "books", "northstar-medical")

    assert ran.status == 1
    assert ran.event("difference") == {
        "v": 1,
        "event": "difference",
        "feed": "northstar-medical",
        "member": "cascade-lantern/J1001",
        "field": "coverage.end_date of medical",
        "transmission": "000000002",
    }
