"""Histories that once reported a carrier something wrong, each as short as it can be, named for what it teaches.

They come from ``test_convergence.py``; a history that fails there is written down here before it is put right.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.laws.nightly import Feed
from tests.laws.world import FIRST_NIGHT, Happening, Kin, Row, World

DAY = timedelta(days=1)


def world(size: int = 2, *, begin: date = FIRST_NIGHT, benefits: tuple[str, ...] = ("medical",)) -> tuple[World, Kin]:
    """A family of that size, covered from that day."""
    one = World()
    one.happen(Happening("hire", 0, size - 1, 16))
    for person in one.kin[0].people:
        person.rows = [row for row in person.rows if row.benefit in benefits]
        for row in person.rows:
            row.begin = begin
    one.kin[0].head.event_date = begin
    return one, one.kin[0]


def reported(feed: Feed, one: World) -> None:
    """A night: its file is delivered, and the carrier holds what it should."""
    feed.run(one.snapshot())
    feed.agrees(one.night)
    one.next_night(1)


def rows_of(kin: Kin, benefit: str = "medical") -> list[Row]:
    return [row for person in kin.people for row in person.rows if row.benefit == benefit]


@pytest.fixture
def feed() -> Feed:
    return Feed()


def test_a_span_that_ends_is_named_by_the_first_day_the_carrier_knows(feed: Feed) -> None:
    one, kin = world()
    reported(feed, one)
    for row in rows_of(kin):
        row.begin, row.end = row.begin - 3 * DAY, one.night + 10 * DAY
    reported(feed, one)


def test_a_span_that_ends_is_named_by_the_plan_the_carrier_knows(feed: Feed) -> None:
    one, kin = world()
    reported(feed, one)
    for row in rows_of(kin):
        row.plan, row.end = "HMO1", one.night + 10 * DAY
    reported(feed, one)


def test_a_first_day_corrected_on_the_night_of_a_plan_change_is_reported_too(feed: Feed) -> None:
    one, kin = world()
    reported(feed, one)
    for person in kin.people:
        row = person.rows[0]
        row.begin, row.end = row.begin - 3 * DAY, one.night + 10 * DAY
        person.rows.append(Row("medical", "HDHP1", one.night + 11 * DAY, tier=row.tier, premium=row.premium))
    reported(feed, one)


def test_a_first_day_corrected_on_the_night_of_a_tier_change_is_reported_too(feed: Feed) -> None:
    one, kin = world(1)
    reported(feed, one)
    row = kin.head.rows[0]
    row.begin, row.end = row.begin - 3 * DAY, one.night + 10 * DAY
    kin.head.rows.append(Row("medical", row.plan, one.night + 11 * DAY, tier="family", premium=row.premium))
    reported(feed, one)


@pytest.mark.parametrize("moved", ["street", "phone", "mailing"])
def test_a_move_on_the_night_of_a_future_termination_is_reported(feed: Feed, moved: str) -> None:
    one, kin = world(1)
    reported(feed, one)
    setattr(kin.head, moved, "5415550123" if moved == "phone" else "9 Canyon Lane")
    kin.head.rows[0].end = one.night + 20 * DAY
    reported(feed, one)


def test_a_birth_date_corrected_on_the_night_of_a_future_termination_is_reported(feed: Feed) -> None:
    one, kin = world(1)
    reported(feed, one)
    kin.head.birth += DAY
    kin.head.rows[0].end = one.night + 20 * DAY
    reported(feed, one)


def test_coverage_added_on_the_night_of_a_termination_does_not_stop_the_file(feed: Feed) -> None:
    one, kin = world(1)
    reported(feed, one)
    kin.head.rows[0].end = one.night + 20 * DAY
    kin.head.rows.append(Row("dental", "DPPO", one.night, one.night + 20 * DAY))
    reported(feed, one)


def test_a_plan_change_that_ends_with_another_benefit_does_not_stop_the_file(feed: Feed) -> None:
    one, kin = world(1, benefits=("medical", "dental"))
    reported(feed, one)
    medical, dental = sorted(kin.head.rows, key=lambda row: row.benefit, reverse=True)
    medical.end = one.night
    kin.head.rows.append(Row("medical", "HDHP1", one.night + DAY, one.night + 20 * DAY))
    dental.end = one.night + 20 * DAY
    reported(feed, one)


def test_a_plan_change_that_is_taken_back_leaves_one_plan(feed: Feed) -> None:
    one, kin = world(1)
    reported(feed, one)
    row = kin.head.rows[0]
    row.end = one.night + 10 * DAY
    kin.head.rows.append(Row("medical", "HDHP1", one.night + 11 * DAY, tier=row.tier, premium=row.premium))
    reported(feed, one)
    kin.head.rows.pop()
    row.end = None
    reported(feed, one)


def test_another_plan_from_an_earlier_day_takes_the_place_of_the_one_reported(feed: Feed) -> None:
    one, kin = world(1)
    reported(feed, one)
    row = kin.head.rows[0]
    row.plan, row.begin = "HMO1", row.begin - 3 * DAY
    reported(feed, one)


def test_the_end_of_a_membership_does_not_shorten_what_ended_later(feed: Feed) -> None:
    one, kin = world(1, benefits=("medical", "dental"))
    reported(feed, one)
    next(row for row in kin.head.rows if row.benefit == "dental").end = one.night + 40 * DAY
    reported(feed, one)
    next(row for row in kin.head.rows if row.benefit == "medical").end = one.night + 10 * DAY
    reported(feed, one)


def test_what_follows_a_cancelled_span_is_reported(feed: Feed) -> None:
    """A new plan from the second day on: the first, of one day, never took effect."""
    one, kin = world(1)
    reported(feed, one)
    row = kin.head.rows[0]
    row.end = row.begin
    kin.head.rows.append(Row("medical", "HDHP1", row.begin + DAY, tier=row.tier, premium=row.premium))
    reported(feed, one)


def test_a_replaced_row_that_begins_the_day_after_is_reported(feed: Feed) -> None:
    one, kin = world(1)
    reported(feed, one)
    row = kin.head.rows[0]
    kin.head.rows = [Row("medical", "HDHP1", row.begin + DAY, tier=row.tier, premium=row.premium)]
    reported(feed, one)


def test_a_tier_that_changed_twice_is_reported_for_both_spans(feed: Feed) -> None:
    """A birth changes the tier from the first day on, a marriage again from a later one; both are seen on one night."""
    one, kin = world(1)
    reported(feed, one)
    row = kin.head.rows[0]
    row.tier, row.end = "employee_and_one", one.night + 10 * DAY
    kin.head.rows.append(Row("medical", row.plan, one.night + 11 * DAY, tier="family", premium=row.premium))
    reported(feed, one)


def test_a_tier_that_changed_and_changed_back_is_reported_for_both_spans(feed: Feed) -> None:
    one, kin = world(1)
    reported(feed, one)
    row = kin.head.rows[0]
    row.tier, row.end = "family", one.night + 10 * DAY
    kin.head.rows.append(Row("medical", row.plan, one.night + 11 * DAY, tier="employee", premium=row.premium))
    reported(feed, one)


def test_next_year_in_place_of_this_year_does_not_take_this_year_away(feed: Feed) -> None:
    """The source shows next year's row alone, same plan and tier: the snapshot's own day must stay covered."""
    one, kin = world(2, begin=date(2026, 1, 1))
    reported(feed, one)
    for row in rows_of(kin):
        row.begin = date(2027, 1, 1)
    feed.run(one.snapshot())
    today = [span.covers(one.night) for member in feed.carrier.book.members for span in member.spans]

    assert today.count(True) == 2


def test_this_years_row_in_place_of_last_years_does_not_take_last_year_away(feed: Feed) -> None:
    """On new year's day the source shows this year's row alone; last year was covered all the same."""
    one, kin = world(2, begin=date(2026, 1, 1))
    reported(feed, one)
    one.next_night(61)
    for row in rows_of(kin):
        row.begin = date(2027, 1, 1)
    feed.run(one.snapshot())
    last_year = [span.covers(date(2026, 6, 1)) for member in feed.carrier.book.members for span in member.spans]

    assert last_year.count(True) == 2


@pytest.mark.parametrize("replaced", [False, True])
def test_a_tier_on_a_dependents_rows_changes_nothing_that_the_dependent_has(feed: Feed, replaced: bool) -> None:
    """HD05 goes with the subscriber alone, so a dependent's span with another tier is the same span to the carrier."""
    one, kin = world(2)
    for row in rows_of(kin):
        row.tier = "employee_and_one"
    reported(feed, one)
    for person in kin.people:
        row = person.rows[0]
        row.end = one.night + 10 * DAY
        person.rows.append(Row("medical", row.plan, one.night + 11 * DAY, tier="family", premium=row.premium))
        if replaced:
            person.rows.remove(row)
    reported(feed, one)


def test_a_child_without_a_number_is_still_known_after_its_name_is_corrected(feed: Feed) -> None:
    one, kin = world(3)
    kin.people[2].ssn = None
    reported(feed, one)
    kin.people[2].last_name = "Ferreira"
    reported(feed, one)


def test_dependents_of_a_subscriber_who_is_not_covered_have_a_subscriber_at_the_carrier(feed: Feed) -> None:
    """The subscriber has medical coverage elsewhere; the spouse alone is the feed's."""
    one, kin = world(2)
    kin.head.rows = []
    reported(feed, one)


def test_a_family_whose_older_file_is_rejected_late_is_reported_again_whole(feed: Feed) -> None:
    """The answer to a move comes after dental coverage was added: both are reverted, and the second stands there."""
    one, kin = world(2)
    reported(feed, one)
    kin.head.street = "1 Pine Street"
    feed.run(one.snapshot(), rejecting=frozenset({0}), answered=False)
    one.next_night(1)
    for person in kin.people:
        person.rows.append(Row("dental", "DPPO", one.night, tier=person.rows[0].tier))
    feed.run(one.snapshot())
    one.next_night(1)
    feed.answer()
    reported(feed, one)


def test_rounding_an_ending_up_to_the_month_leaves_the_next_plan_its_first_day() -> None:
    feed = Feed(rules={"end_date": "end_of_month"})
    one, kin = world(1)
    feed.run(one.snapshot())
    one.next_night(1)
    row = kin.head.rows[0]
    row.end = date(2026, 11, 10)
    kin.head.rows.append(Row("medical", "HDHP1", date(2026, 11, 11), tier=row.tier, premium=row.premium))
    feed.run(one.snapshot())

    assert feed.carrier.complaints == []


def test_a_span_that_was_never_effective_is_cancelled_in_the_plan_the_carrier_knows(feed: Feed) -> None:
    one, kin = world(1)
    reported(feed, one)
    row = kin.head.rows[0]
    row.plan, row.end = "HMO1", row.begin
    reported(feed, one)


def test_a_plan_change_taken_back_on_the_night_of_another_leaves_one_plan_a_day(feed: Feed) -> None:
    one, kin = world(1)
    reported(feed, one)
    row = kin.head.rows[0]
    row.end = one.night + 3 * DAY
    kin.head.rows.append(Row("medical", "HDHP1", one.night + 4 * DAY, tier=row.tier, premium=row.premium))
    reported(feed, one)
    kin.head.rows.pop()
    row.end = one.night + 10 * DAY
    kin.head.rows.append(Row("medical", "HMO1", one.night + 11 * DAY, tier=row.tier, premium=row.premium))
    reported(feed, one)


def test_a_first_day_moved_back_shortens_what_was_reported_before_it(feed: Feed) -> None:
    """The source shows the newer row alone, and moves its first day into what the carrier holds before it."""
    one, kin = world(1)
    reported(feed, one)
    row = kin.head.rows[0]
    kin.head.rows = [Row("medical", row.plan, one.night + 10 * DAY, tier="family", premium=row.premium)]
    reported(feed, one)
    kin.head.rows[0].begin -= 2 * DAY
    reported(feed, one)


def test_a_tier_changed_and_changed_back_from_later_days_leaves_the_days_before(feed: Feed) -> None:
    """Reported: employee. Now: family from a day on, and employee again from another; the first row is gone."""
    one, kin = world(1)
    reported(feed, one)
    row = kin.head.rows[0]
    kin.head.rows = [
        Row("medical", row.plan, one.night + 5 * DAY, one.night + 9 * DAY, tier="family", premium=row.premium),
        Row("medical", row.plan, one.night + 10 * DAY, tier="employee", premium=row.premium),
    ]
    reported(feed, one)


def test_a_future_ending_gone_with_its_row_gives_way_to_the_row_that_came(feed: Feed) -> None:
    one, kin = world(1)
    reported(feed, one)
    row = kin.head.rows[0]
    row.end = one.night + 30 * DAY
    reported(feed, one)
    kin.head.rows = [Row("medical", "HDHP1", one.night + 10 * DAY, tier=row.tier, premium=row.premium)]
    reported(feed, one)


def test_one_of_two_newborns_without_name_and_number_ends(feed: Feed) -> None:
    """Both are called Baby until they have names: a 024 without a birth date could mean either, or neither."""
    one, kin = world(4)
    for at, child in enumerate(kin.people[2:]):
        child.first_name, child.ssn, child.birth = "Baby", None, FIRST_NIGHT - at * 400 * DAY
    reported(feed, one)
    kin.people[3].rows[0].end = one.night + 3 * DAY
    reported(feed, one)


def test_a_first_day_corrected_after_a_plan_that_never_was_is_reported(feed: Feed) -> None:
    """Another plan from the second day on, so that the first never took effect; then its first day moves."""
    one, kin = world(1)
    reported(feed, one)
    row = kin.head.rows[0]
    row.plan, row.begin = "HDHP1", row.begin + DAY
    reported(feed, one)
    row.begin += 2 * DAY
    reported(feed, one)


def test_a_first_day_that_returns_to_that_of_a_cancelled_span_is_reported(feed: Feed) -> None:
    """Another plan from three days before, so that what was reported never was; then it begins on the reported day."""
    one, kin = world(1)
    reported(feed, one)
    row = kin.head.rows[0]
    row.plan, row.begin = "HDHP1", row.begin - 3 * DAY
    reported(feed, one)
    row.begin += 3 * DAY
    reported(feed, one)


def test_a_reinstated_span_with_another_first_day_is_named_by_the_one_the_carrier_knows(feed: Feed) -> None:
    one, kin = world(1)
    reported(feed, one)
    row = kin.head.rows[0]
    row.end = one.night + 10 * DAY
    reported(feed, one)
    row.begin, row.end = row.begin - DAY, None
    reported(feed, one)


def test_a_reinstated_span_in_another_plan_is_named_by_the_one_the_carrier_knows(feed: Feed) -> None:
    one, kin = world(1)
    reported(feed, one)
    row = kin.head.rows[0]
    row.end = one.night + 10 * DAY
    reported(feed, one)
    row.plan, row.end = "HMO1", None
    feed.run(one.snapshot())
    feed.agrees(one.night)


def test_a_dependents_row_replaced_for_a_tier_stays_the_span_it_was_on_later_nights(feed: Feed) -> None:
    """The carrier holds the dependent since the first row; a later change of something else corrects no first day."""
    one, kin = world(2)
    for row in rows_of(kin):
        row.tier = "employee_and_one"
    reported(feed, one)
    begin = one.night + 10 * DAY
    for person in kin.people:
        person.rows = [Row("medical", r.plan, begin, tier="family", premium=r.premium) for r in person.rows]
    reported(feed, one)
    kin.people[1].street = "9 Canyon Lane"
    reported(feed, one)
