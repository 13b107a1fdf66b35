"""What one looks at is what would be written, of released fields alone, and each value says where it is from."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from functools import cache
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from cli import Wired
from edi834.book import FamilyStatement
from edi834.errors import GrantError, NothingMatchesError
from edi834.feed.looking import Look, look
from edi834.feed.ports import PlacedTable, SnapshotTable
from edi834.flat import read_flat
from edi834.grants import Grant
from edi834.mapping.tracing import Standing, TracedElement, covered
from edi834.model import FieldPath
from edi834.workspace import Workspace, open_workspace
from tests.samples.reading import WORKSPACE, folder

NOW = datetime(2026, 11, 1, 2, 0, tzinfo=ZoneInfo("America/Boise"))
FEEDS = ("northstar-medical", "cedar-dental", "granite-life", "harbor-fsa", "lantern-vision")


@cache
def workspace() -> Workspace:
    return open_workspace(WORKSPACE)


@cache
def snapshot() -> SnapshotTable:
    return Wired().snapshot(workspace(), str(folder(1)), None)


def looked(feed: str, member: str | None = None, grants: tuple[Grant, ...] | None = None) -> Look:
    profile = workspace().feed(feed)
    form, rules = workspace().ready_form(profile)
    given = workspace().grants if grants is None else grants
    return look(profile, form, rules, given, snapshot(), member=member, now=NOW)[0]


def withholding(*paths: str) -> tuple[Grant, ...]:
    fields = frozenset(map(FieldPath, paths))
    return tuple(
        dataclasses.replace(g, allow=g.allow - fields, withhold=g.withhold | fields) for g in workspace().grants
    )


def elements(seen: Look) -> list[TracedElement]:
    return [e for f in seen.traced() for m in f.members for s in m.segments for e in s.elements]


@pytest.mark.parametrize("feed", ["northstar-medical", "cedar-dental"])
def test_what_is_traced_of_an_834_is_what_is_written(feed: str) -> None:
    seen = looked(feed)
    statements = list(seen.statements())
    document = seen.form.build(seen.facts, seen.groups, statements).document
    assert document is not None
    assert document.interchange is not None
    (one,) = document.interchange.transaction_sets()

    written = [
        (s.id, [text for e in s.elements for text in (e if isinstance(e, tuple) else (str(e),)) if text])
        for loop in one.members()
        for s in loop.walk()
    ]
    traced = [(s.id, [e.value for e in s.elements]) for f in seen.traced() for m in f.members for s in m.segments]

    assert len(traced) > 500
    assert traced == written
    header = [(s.id, [e.value for e in s.elements]) for s in seen.header()]
    assert header == [(s.id, [e for e in s.elements if e]) for s in one.header.walk()]


@pytest.mark.parametrize("feed", ["granite-life", "harbor-fsa"])
def test_what_is_traced_of_a_flat_file_is_what_is_written(feed: str) -> None:
    seen = looked(feed)
    statements = list(seen.statements())
    document = seen.form.build(seen.facts, seen.groups, statements).document
    assert document is not None
    records = read_flat(seen.form.mapping.layout, document.content).records  # type: ignore[attr-defined]

    written = [(r.type, [v for v in r.values if v]) for r in records if r.type == "D"]
    traced = [(s.id, [e.value for e in s.elements]) for f in seen.traced() for m in f.members for s in m.segments]

    assert traced == written != []
    assert [s.id for s in seen.header()] == ["H", "T"]


@pytest.mark.parametrize("feed", FEEDS)
def test_every_value_that_is_about_somebody_says_where_it_is_written_and_what_it_reads(feed: str) -> None:
    for one in elements(looked(feed)):
        if one.origin.names:
            assert one.origin.place is not None
            assert one.origin.place.line is not None
        else:
            assert one.origin.is_constant or one.origin.source.startswith("the guide's")


def test_the_place_of_a_value_is_the_line_that_assigns_it() -> None:
    (seen,) = [e for e in elements(looked("cedar-dental", "J1009")) if e.address == "2000/REF[ZZ]02"][:1]
    place = seen.origin.place
    assert place is not None
    assert place.line is not None
    line = (WORKSPACE / place.path).read_text(encoding="utf-8").splitlines()[place.line - 1]

    assert line.startswith('"2000/REF[ZZ]02"')
    assert seen.origin.source in line
    assert seen.origin.names == {"subscriber.location_code", "subscriber.division"}


def test_the_row_of_a_code_table_that_gave_a_value_is_named() -> None:
    found = [e for e in elements(looked("cedar-dental")) if e.address == "2300/HD04"]
    table = (WORKSPACE / "carriers/cedar/codes/plans.csv").read_text(encoding="utf-8").splitlines()

    assert found
    for one in found:
        (place,) = one.table_rows
        assert place.line is not None
        assert one.value in table[place.line - 1].upper().split(",")


def test_the_ways_to_reach_somebody_keep_their_origin_when_they_close_up() -> None:
    """Without a home phone, the e-mail address stands where the phone would."""
    found = {
        s.elements[n].address: s.elements[n + 1]
        for f in looked("northstar-medical").traced()
        for m in f.members
        for s in m.segments
        if s.id == "PER"
        for n in range(len(s.elements) - 1)
        if s.elements[n].value == "EM"
    }

    assert found
    assert all("email" in " ".join(e.origin.names) for e in found.values())


@pytest.mark.parametrize("feed", FEEDS)
def test_what_is_withheld_is_not_seen(feed: str) -> None:
    seen = looked(feed, grants=withholding("member.ssn", "member.first_name"))
    everyone = looked(feed)

    before = {e.value for e in elements(everyone) if e.origin.uses == {FieldPath("member.ssn")}}
    after = {e.value for e in elements(seen)}
    assert not before & after
    assert {"member.ssn", "member.first_name"} & seen.form.uses <= seen.ungranted


def test_coverage_tells_what_the_grant_leaves_out_from_what_nobody_has() -> None:
    seen = looked("northstar-medical", grants=withholding("member.ssn"))
    segments = [s for f in seen.traced() for m in f.members for s in m.segments]

    stands = {e.spot.address: e for e in covered(seen.spots(), segments, seen.ungranted)}

    assert stands["2100A/NM109"].standing is Standing.NOT_GRANTED
    assert stands["2100A/NM109"].ungranted == ("member.ssn",)
    assert stands["2000/INS12"].standing is Standing.NEVER_FILLED
    assert stands["HEADER/REF02"].standing is Standing.NOT_MAPPED
    assert stands["2000/REF[17]"].standing is stands["2000/REF[DX]"].standing is Standing.NOT_MAPPED
    assert "2000/REF[0F]" not in stands
    assert stands["2100A/NM103"].standing is Standing.MAPPED
    assert stands["2000/REF[0F]01"].standing is Standing.CONSTANT


@pytest.mark.parametrize("feed", FEEDS)
def test_coverage_counts_what_was_written_and_nothing_else(feed: str) -> None:
    seen = looked(feed)
    segments = [s for f in seen.traced() for m in f.members for s in m.segments]
    written: dict[str, list[str]] = {}
    for segment in segments:
        for one in segment.elements:
            written.setdefault(one.address, []).append(one.value)

    reported = covered(seen.spots(), segments, seen.ungranted)

    assert {e.spot.address: e.filled for e in reported if e.filled} == {a: len(v) for a, v in written.items()}
    for element in reported:
        values = written.get(element.spot.address, [])
        if values:
            assert element.lengths == (min(map(len, values)), max(map(len, values)))
            assert element.distinct == len(set(values))
        assert set(element.codes) <= set(values)
        limit = element.spot.longest
        assert element.lengths is None or limit is None or element.lengths[1] <= limit


def test_the_rows_are_those_that_hold_the_values() -> None:
    seen = looked("northstar-medical", "J1009")
    (family,) = seen.traced()
    (member,) = family.members

    rows = seen.places([family.ref])[member.ref]

    for table, needle in (("members", "J1009"), ("coverages", "J1009")):
        for place in rows[table]:
            assert place.line is not None
            line = (folder(1) / f"{table}.csv").read_text(encoding="utf-8").splitlines()[place.line - 1]
            assert needle in line.split(",")
    assert len(rows["members"]) == 1
    assert all("medical" in _line(place.path, place.line) for place in rows["coverages"])


def _line(path: str, line: int | None) -> str:
    assert line is not None
    return (folder(1) / path.rpartition("/")[2]).read_text(encoding="utf-8").splitlines()[line - 1]


def test_a_dependent_is_found_by_number_and_shown_alone() -> None:
    for asked in ("J1020-1", "juniper/J1020-1"):
        (family,) = looked("northstar-medical", asked).traced()

        assert [m.ref.member_id for m in family.members] == ["J1020-1"]
        assert family.ref.subscriber_id == "J1020"


@pytest.mark.parametrize("asked", ["J9999", "elsewhere/J1009", "juniper/J9"])
def test_nobody_of_that_number_is_said_to_be_nobody(asked: str) -> None:
    with pytest.raises(NothingMatchesError, match="nobody") as stopped:
        looked("northstar-medical", asked)

    assert stopped.value.code == "E834-0044"


def test_without_a_grant_nothing_is_seen() -> None:
    with pytest.raises(GrantError):
        looked("northstar-medical", grants=())


def test_a_snapshot_that_does_not_know_its_rows_is_looked_at_all_the_same() -> None:
    seen = looked("northstar-medical", "J1009")
    elsewhere = dataclasses.replace(seen, _snapshot=cast("SnapshotTable", object()))

    assert isinstance(snapshot(), PlacedTable)
    assert elsewhere.places(seen.refs) == {}
    assert seen.places(seen.refs) != {}


def test_the_same_look_gives_the_same_statements() -> None:
    def reported(seen: Look) -> list[FamilyStatement]:
        return list(seen.statements(most=7))

    assert reported(looked("cedar-dental")) == reported(looked("cedar-dental"))
    assert len(reported(looked("cedar-dental"))) == 7
