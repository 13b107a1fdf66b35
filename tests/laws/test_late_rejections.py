"""A file that was rejected after another was taken: whatever the carrier may hold of it is reported again.

Each story is a first file, one that will be rejected, one that is taken on top of it, the answer, and what follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.laws.histories import NightOf
from tests.laws.kits import grant
from tests.laws.nightly import Feed, Night
from tests.laws.test_convergence import answered_in_any_order, answered_late
from tests.laws.world import Happening, World

REJECTED = frozenset({0})
ALL_SETS = frozenset({0, 1, 2})
A_SET_A_MEMBER = {"transaction_sets": "member"}
OUT_AND_IN = {"after_rejection": "term_and_add"}
PHONE = Happening("phone", 0, 0, 3)
WITH_A_SPOUSE = Happening("hire", 0, 1, 1)


def night(*happenings: Happening, **how: Any) -> NightOf:
    return NightOf(happenings, **how)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("student", "phone"),
        ("dependent_ends", "phone"),
        ("birth", "phone"),
        ("phone", "birth"),
        ("phone", "plan_change"),
    ],
)
def test_a_second_rejection_that_comes_after_the_first_was_made_good(first: str, second: str) -> None:
    """What was reported between the two answers was chosen as if the second file had been taken."""
    one = night(Happening(first, 0, 1, 20), rejecting=REJECTED, member=1)
    other = night(Happening(second, 0, 0, 3), rejecting=REJECTED, member=0)

    answered_in_any_order([night(Happening("hire", 0, 3, 1)), one, other, night(member=1)], {})


class Story:
    """One family with a spouse, unless something else is said, reported on the first night."""

    def __init__(
        self, rules: Mapping[str, object] | None = None, *, hired: Happening = WITH_A_SPOUSE, **how: Any
    ) -> None:
        self.world = World()
        self.feed = Feed(
            rules=rules or {},
            answers_late=True,
            **how,
        )
        self.night(hired)

    def night(self, *happenings: Happening, days: int = 1, **how: Any) -> Night:
        """A night; its file is answered only when it is asked for."""
        for what in happenings:
            self.world.happen(what)
        reported = self.feed.run(self.world.snapshot(), **{"answered": False, **how})
        self.world.next_night(days)
        return reported

    def answers(self, *, newest_first: bool = False) -> None:
        self.feed.answer(newest_first=newest_first)

    def agrees(self) -> None:
        self.feed.agrees(self.world.night)
        assert self.feed.run(self.world.snapshot()).content is None


def late(reported: Night) -> list[tuple[str, str, bool]]:
    return [(str(one.member), one.why.value, one.is_reported) for one in reported.prepared.plan.late]


def texts(reported: Night) -> str:
    assert reported.content is not None
    return reported.content.decode("latin-1")


def spouses(story: Story) -> list[str]:
    """The numbers under which a dependent is held who is covered today or later."""
    members = story.feed.carrier.book.members
    return sorted(m.person.ssn for m in members if not m.is_subscriber and m.is_covered_from(story.world.night))


@pytest.mark.parametrize("rules", [{}, OUT_AND_IN])
@pytest.mark.parametrize("then", ["changes", "full_audit", "full_replace"])
def test_an_ending_is_reported_again_though_a_full_file_left_it_out(then: str, rules: dict[str, str]) -> None:
    answered_late(
        [
            night(Happening("hire", 0, 1, 0)),
            night(),
            night(Happening("dependent_dies", 0, 0, 0), rejecting=REJECTED),
            night(mode="full_audit"),
        ],
        rules,
        then,
    )


def test_a_hire_that_was_rejected_is_reported_whole_though_it_is_over_by_now() -> None:
    answered_late([night(Happening("hire", 0, 0, 0), rejecting=REJECTED), night(Happening("termination", 0, 0, 0))], {})


def test_a_number_is_corrected_again_where_its_correction_was_rejected() -> None:
    answered_late(
        [
            night(Happening("hire", 0, 1, 0)),
            night(),
            night(Happening("number_corrected", 0, 1, 0), rejecting=REJECTED),
            night(mode="full_audit"),
        ],
        {},
    )


def test_what_was_taken_back_is_taken_back_again_where_that_was_rejected() -> None:
    answered_late(
        [
            night(Happening("hire", 0, 0, 0)),
            night(Happening("birth", 0, 0, 0)),
            night(Happening("cancellation", 0, 0, 0), rejecting=REJECTED),
            night(mode="full_audit"),
        ],
        OUT_AND_IN,
    )


@pytest.mark.parametrize("mode", ["full_audit", "full_replace"])
def test_a_family_that_is_on_hold_after_a_rejection_stays_on_hold_through_a_full_file(mode: str) -> None:
    """A full file states it as the carrier has it, so that nobody ends; what is true still waits for review."""
    story = Story({"after_rejection": "hold"})
    story.night(Happening("plan_change", 0, 0, 20), rejecting=REJECTED)
    story.night(PHONE)
    story.answers()

    on_hold = story.night()
    full = story.night(mode=mode)
    after = story.night()

    assert (on_hold.content, after.content) == (None, None)
    assert full.content is not None
    for one in (on_hold, full, after):
        assert [f.code for f in one.prepared.plan.findings] == ["E834-0919"]
    assert all(span.plan != "HDHP1" for member in story.feed.carrier.book.members for span in member.spans)


@pytest.mark.parametrize("after_rejection", ["upsert", "term_and_add"])
def test_coverage_that_is_over_stays_when_a_family_is_taken_out_and_added_again(after_rejection: str) -> None:
    answered_late(
        [
            night(Happening("hire", 0, 3, 1)),
            night(Happening("carrier_change", 0, 0, 2)),
            night(rejecting=ALL_SETS, mode="full_audit"),
            night(mode="full_audit"),
        ],
        {"after_rejection": after_rejection, **A_SET_A_MEMBER},
    )


@pytest.mark.parametrize("rules", [{}, OUT_AND_IN])
@pytest.mark.parametrize("then", ["ends", "is absent", "has an unreadable number"])
def test_a_correction_that_was_taken_is_not_taken_back(then: str, rules: dict[str, str]) -> None:
    story = Story(rules)
    story.night(PHONE, rejecting=REJECTED)
    story.night(Happening("number_corrected", 0, 1, 0), days=3)
    story.answers()
    spouse = story.world.kin[0].people[1]
    if then == "ends":
        story.night(Happening("dependent_dies", 0, 0, 13))
    else:
        spouse.hidden = then == "is absent"
        spouse.unreadable |= {"ssn"} if then != "is absent" else set()
        story.night()

    held = [m.person.ssn for m in story.feed.carrier.book.members if not m.is_subscriber and m.spans]
    assert "900001011" in held
    covered = [
        m for m in story.feed.carrier.book.members if not m.is_subscriber and m.is_covered_from(story.world.night)
    ]
    assert [m.person.ssn for m in covered] == ([] if then == "ends" else ["900001011"])


def test_whoever_may_be_held_under_two_numbers_is_ended_under_both() -> None:
    story = Story()
    story.night(Happening("number_corrected", 0, 1, 0), rejecting=REJECTED)
    story.night(mode="full_audit", days=3)
    story.answers()
    story.night(Happening("dependent_dies", 0, 0, 13))

    members = [m for m in story.feed.carrier.book.members if not m.is_subscriber]
    assert {m.person.ssn for m in members} == {"900001010", "900001011"}
    assert not any(m.is_covered_from(story.world.night) for m in members)


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_partly_rejected_file_that_rests_on_a_rejected_one_is_doubted_too(newest_first: bool) -> None:
    story = Story(A_SET_A_MEMBER)
    story.night(Happening("benefit_dropped", 0, 0, 15), rejecting=ALL_SETS)
    story.night(PHONE, Happening("physician", 0, 1, 1), rejecting=frozenset({1}), days=3)
    story.answers(newest_first=newest_first)
    story.night()

    story.agrees()


def test_of_a_first_day_that_was_corrected_in_a_rejected_file_a_cancellation_takes_nothing_back() -> None:
    """The carrier knows another first day, of which no row speaks: it is carried, and listed for a person (law 5)."""
    story = Story(hired=Happening("hire", 0, 1, 3))
    story.night(Happening("first_day_corrected", 0, 5, 0), rejecting=REJECTED)
    story.night(PHONE, days=3)
    story.answers()
    reported = story.night(Happening("cancellation", 0, 0, 0))

    assert [len(m.spans) for m in story.feed.carrier.book.members if not m.is_subscriber] == [1]
    assert "GRP100/E1001-1" in [str(ref) for ref in reported.prepared.plan.missing]


def test_whoever_a_rejected_file_left_out_is_absent_and_counted() -> None:
    story = Story({"missing": "omission"}, mode="full_replace")
    spouse = story.world.kin[0].people[1]
    spouse.hidden = True
    story.night(rejecting=REJECTED)
    story.night(PHONE, mode="changes", days=3)
    story.answers()
    reported = story.night()

    assert (reported.counts["ended"], reported.counts["missing"]) == (1, 1)
    assert [str(ref) for ref in reported.prepared.plan.missing] == ["GRP100/E1001-1"]


@pytest.mark.parametrize("mode", ["full_audit", "full_replace"])
def test_a_full_file_in_which_the_family_cannot_be_written_tells_the_doubtful_ending(mode: str) -> None:
    story = Story()
    story.night(Happening("dependent_dies", 0, 0, 0), rejecting=REJECTED)
    story.night(PHONE, days=3)
    story.answers()
    head = story.world.kin[0].head
    street, head.street = head.street, "X" * 90
    story.night(mode=mode)
    head.street = street
    story.night()

    spouse = next(m for m in story.feed.carrier.book.members if not m.is_subscriber)
    assert not spouse.is_covered_from(story.world.night)


@pytest.mark.parametrize("case", ["doubtful", "plain", "quarantined"])
def test_what_may_not_be_reported_any_more_does_not_leave_with_what_was_reported_once(case: str) -> None:
    story = Story()
    reported = story.night(Happening("physician", 0, 1, 1))
    assert "1900000001" in texts(reported)
    if case == "doubtful":
        story.night(Happening("cancellation", 0, 0, 0), rejecting=REJECTED)
        story.night(PHONE, days=2)
        story.answers()
    elif case == "plain":
        story.world.happen(Happening("cancellation", 0, 0, 0))
    else:
        story.world.happen(Happening("quarantine", 0, 0, 0))
    story.feed.grants = [grant(without=frozenset({"coverage.provider_code"}))]

    assert "1900000001" not in texts(story.night(mode="full_audit"))


@pytest.mark.parametrize("how", ["copy", "corrected"])
@pytest.mark.parametrize("mode", ["changes", "full_audit", "full_replace"])
def test_a_lost_file_is_reported_once_more_with_all_that_was_doubtful(mode: str, how: str) -> None:
    story = Story(hired=Happening("hire", 0, 0, 3))
    story.night(PHONE, rejecting=REJECTED)
    story.night(Happening("adoption", 0, 0, 14), days=5)
    story.answers()
    story.world.happen(Happening("dependent_dies", 0, 0, 12))
    snapshot = story.world.snapshot()
    lost = story.feed.run(snapshot, mode=mode, lost=True)
    story.feed.resend(lost, snapshot, how)
    story.world.next_night(1)

    story.agrees()


@pytest.mark.parametrize("rules", [{}, OUT_AND_IN])
@pytest.mark.parametrize("is_known", [True, False])
def test_a_plan_that_another_follows_is_not_rounded_into_it(is_known: bool, rules: dict[str, str]) -> None:
    story = Story({"end_date": "end_of_month", **rules}, hired=Happening("hire", 0, 0, 3))
    story.world.next_night(13)
    change = Happening("plan_change", 0, 0, 14)
    if is_known:
        story.night(change)
        story.night(PHONE, rejecting=REJECTED)
        story.night(Happening("move", 0, 0, 3))
    else:
        story.night(change, rejecting=REJECTED)
        story.night(PHONE)
    story.answers()
    story.night()

    first, second = story.feed.carrier.book.members[0].spans
    assert first.end is not None
    assert (second.begin - first.end).days == 1


@pytest.mark.parametrize("rules", [{}, OUT_AND_IN, {"open_end": "far_future"}])
def test_whoever_may_be_known_by_another_number_is_held_once(rules: dict[str, str]) -> None:
    story = Story(rules)
    story.night(Happening("number_corrected", 0, 1, 0), rejecting=REJECTED)
    story.night(mode="full_audit", days=3)
    story.answers()
    story.night()

    covered = [m for m in story.feed.carrier.book.members if not m.is_subscriber and m.spans]
    assert [m.person.ssn for m in covered] == ["900001011"]


def test_a_number_that_is_corrected_once_more_takes_the_place_of_the_one_reported_last() -> None:
    story = Story()
    story.night(PHONE, rejecting=REJECTED)
    story.night(Happening("number_corrected", 0, 1, 0), days=3)
    story.answers()
    story.night(Happening("number_corrected", 0, 1, 2))

    assert spouses(story) == ["900001014"]
    story.night(Happening("dependent_dies", 0, 0, 13))
    story.agrees()


def test_of_three_numbers_each_is_ended() -> None:
    story = Story()
    story.night(Happening("number_corrected", 0, 1, 0), rejecting=REJECTED)
    story.night(mode="full_audit")
    story.night(Happening("number_corrected", 0, 1, 2), rejecting=REJECTED)
    story.night(mode="full_audit", days=3)
    story.answers()
    assert spouses(story) == ["900001010", "900001011", "900001014"]
    story.night(Happening("dependent_dies", 0, 0, 13))

    assert spouses(story) == []


@pytest.mark.parametrize("is_taken", [True, False])
def test_whoever_ends_next_month_is_held_once_until_then(is_taken: bool) -> None:
    story = Story()
    corrected = Happening("number_corrected", 0, 1, 0)
    story.night(PHONE if is_taken else corrected, rejecting=REJECTED)
    story.night(*[corrected] * is_taken, mode="full_audit", days=3)
    story.answers()
    story.night(Happening("dependent_ends", 0, 0, 29))

    assert spouses(story) == ["900001011"]


@pytest.mark.parametrize("how", ["corrected", "copy"])
def test_what_may_not_be_reported_any_more_does_not_leave_with_a_file_reported_once_more(how: str) -> None:
    story = Story()
    story.night(Happening("physician", 0, 1, 1))
    story.night(Happening("cancellation", 0, 0, 0), rejecting=REJECTED)
    story.feed.grants = [grant(without=frozenset({"coverage.provider_code"}))]
    story.night(PHONE, days=2, mode="full_audit")
    story.answers()
    snapshot = story.world.snapshot()
    lost = story.feed.run(snapshot, lost=True, answered=False)
    story.feed.resend(lost, snapshot, how)

    assert b"1900000001" not in story.feed.ledger.sent[-1].content
