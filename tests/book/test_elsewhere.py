"""Another carrier's row as evidence that coverage ended; what is no evidence ends nobody."""

from __future__ import annotations

from datetime import date

import pytest

from edi834.book import gave_way
from edi834.grants import ReleasedCoverage, ReleasedFamily, ReleasedMember
from edi834.model import FamilyRef, GroupId, MemberId, MemberRef

JANE = MemberRef(GroupId("GRP100"), MemberId("E1"), MemberId("E1"))
SAM = MemberRef(GroupId("GRP100"), MemberId("E1"), MemberId("E1-1"))
TONIGHT = date(2024, 6, 20)
JULY = date(2024, 7, 1)


def span(benefit: str = "medical", begin: date = date(2024, 2, 1), end: date | None = None) -> ReleasedCoverage:
    return ReleasedCoverage(
        {"benefit": benefit, "plan_code": "P", "effective_date": begin, "end_date": end, "end_reason": None}
    )


def family(*members: tuple[MemberRef, list[ReleasedCoverage]]) -> ReleasedFamily:
    people = tuple(ReleasedMember(ref, {"relationship": "self"}, tuple(spans)) for ref, spans in members)
    return ReleasedFamily(FamilyRef(GroupId("GRP100"), MemberId("E1")), people)


def ended(now: ReleasedFamily | None, ref: MemberRef = JANE) -> list[tuple[str, date | None, object]]:
    member = now.member(ref) if now is not None else None
    return [(c.benefit, c.end, c.values["end_reason"]) for c in member.coverages] if member is not None else []


def test_coverage_whose_row_gave_way_ends_the_day_before() -> None:
    reported = family((JANE, [span()]))

    now = gave_way(None, reported, {JANE: {"medical": [(JULY, None)]}}, as_of=TONIGHT)

    assert ended(now) == [("medical", date(2024, 6, 30), "carrier_change")]


def test_only_the_benefit_that_left_ends_and_what_is_merely_gone_does_not() -> None:
    reported = family((JANE, [span(), span("dental"), span("vision")]))
    seen = family((JANE, [span()]))

    now = gave_way(seen, reported, {JANE: {"dental": [(JULY, None)]}}, as_of=TONIGHT)

    assert ended(now) == [("dental", date(2024, 6, 30), "carrier_change"), ("medical", None, None)]


def test_one_person_of_a_family_may_leave_alone() -> None:
    reported = family((JANE, [span()]), (SAM, [span()]))
    seen = family((JANE, [span()]))

    now = gave_way(seen, reported, {SAM: {"medical": [(JULY, None)]}}, as_of=TONIGHT)

    assert (ended(now), ended(now, SAM)) == (
        [("medical", None, None)], [("medical", date(2024, 6, 30), "carrier_change")]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("why", "elsewhere"),
    [
        ("nothing stands elsewhere", {}),
        ("another benefit", {JANE: {"dental": [(JULY, None)]}}),
        ("another person", {SAM: {"medical": [(JULY, None)]}}),
        ("it stood there before ours began", {JANE: {"medical": [(date(2023, 1, 1), None)]}}),
        ("it began with ours: two carriers at once", {JANE: {"medical": [(date(2024, 2, 1), None)]}}),
        ("it stood beside ours for months", {JANE: {"medical": [(date(2024, 3, 1), None)]}}),
        ("it is over", {JANE: {"medical": [(date(2024, 6, 1), date(2024, 6, 19))]}}),
        ("it was never effective", {JANE: {"medical": [(JULY, JULY)]}}),
    ],
)
def test_what_is_no_evidence_ends_nobody(why: str, elsewhere: dict[MemberRef, dict[str, list[object]]]) -> None:
    reported = family((JANE, [span()]))

    assert gave_way(None, reported, elsewhere, as_of=TONIGHT) is None, why  # type: ignore[arg-type]


def test_a_row_of_ours_speaks_for_itself() -> None:
    reported, seen = family((JANE, [span()])), family((JANE, [span(begin=JULY)]))

    assert gave_way(seen, reported, {JANE: {"medical": [(JULY, None)]}}, as_of=TONIGHT) is seen


def test_a_feed_that_did_not_look_for_months_still_learns_it() -> None:
    reported, there = family((JANE, [span()])), {JANE: {"medical": [(date(2024, 4, 1), None)]}}

    now = gave_way(None, reported, there, as_of=TONIGHT, last_looked=date(2024, 3, 25))

    assert ended(now) == [("medical", date(2024, 3, 31), "carrier_change")]


def test_an_ending_already_reported_is_not_reported_otherwise() -> None:
    reported = family((JANE, [span(end=date(2024, 5, 31))]))

    assert gave_way(None, reported, {JANE: {"medical": [(JULY, None)]}}, as_of=TONIGHT) is None


def test_an_ending_reported_for_later_comes_earlier() -> None:
    reported = family((JANE, [span(end=date(2024, 12, 31))]))

    now = gave_way(None, reported, {JANE: {"medical": [(JULY, None)]}}, as_of=TONIGHT)

    assert ended(now) == [("medical", date(2024, 6, 30), "carrier_change")]


def test_of_whoever_moved_away_what_gave_way_before_ends_before() -> None:
    """Their dental goes to another carrier in July; they leave the family at the end of it."""
    moved = date(2024, 7, 31)
    reported = family((JANE, [span(), span("dental")]))
    now = family((JANE, [span(end=moved), span("dental", end=moved)]))
    there = {JANE: {"dental": [(JULY, None)]}}

    assert ended(gave_way(now, reported, there, as_of=TONIGHT, left={JANE})) == [
        ("dental", date(2024, 6, 30), "carrier_change"), ("medical", moved, None)
    ]  # fmt: skip
    # Whom the snapshot shows with an end, ends as it says.
    assert gave_way(now, reported, there, as_of=TONIGHT) is now
