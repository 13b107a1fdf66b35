"""The grid of days by itself: what is expected of rows written by hand, as first day, last day, plan and tier.

``then("2026-03-01", *rows)`` is a night; each night's rows are laid over what the nights before it reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from edi834.book.dialect import Dialect
from edi834.model import Coverage, CoveredMember, Family, FamilyRef, Member, MemberId
from tests.laws.days import NOT_COVERED, Days, day_of, runs
from tests.laws.grid import Grid
from tests.laws.people import CARRIER, GROUP, OTHER_CARRIER
from tests.laws.rows import overlay, row_of

JANE, SAM = "E1", "E1-2"


def coverage(row: str, who: str = JANE, benefit: str = "medical", **more: Any) -> Coverage:
    """A row from ``PPO500 EMP 2026-01-01..2026-06-30``."""
    *what, days = row.split()
    first, _, last = days.partition("..")
    return Coverage(
        group_id=GROUP,
        member_id=MemberId(who),
        benefit=benefit,
        plan_code=what[0],
        tier=what[1] if len(what) > 1 else None,
        effective_date=date.fromisoformat(first),
        end_date=date.fromisoformat(last) if last else None,
        **{"carrier_id": CARRIER, **more},
    )


def shown(days: Days) -> list[str]:
    found = []
    for first, last, cell in runs(days):
        what = " ".join(filter(None, (cell.plan, cell.counted or cell.tier)))
        found.append(f"{what} {day_of(first)}..{day_of(last) or ''}")
    return found


@dataclass
class Nights:
    """One person's medical coverage, night after night."""

    dialect: Dialect
    days: Days = NOT_COVERED

    def then(self, as_of: str, *rows: str, **more: Any) -> list[str]:
        read = [row_of(coverage(row, **more)) for row in rows]
        self.days = overlay(self.days, read, date.fromisoformat(as_of), self.dialect)
        return shown(self.days)


def nights(*reported: str, as_of: str = "2026-03-01", **rules: Any) -> Nights:
    """Nights after one on which those rows were reported."""
    one = Nights(Dialect(**rules))
    one.then(as_of, *reported)
    return one


OPEN = "PPO500 EMP 2026-01-01.."


# --- which rows speak ---------------------------------------------------------------------------------------------


def test_a_row_that_is_over_and_was_never_reported_is_history() -> None:
    assert nights().then("2026-03-01", "PPO500 EMP 2026-01-01..2026-02-27") == []


def test_a_row_that_never_took_effect_covers_no_day() -> None:
    for last in ("2026-01-01", "2025-12-31"):
        assert nights().then("2026-03-01", f"PPO500 EMP 2026-01-01..{last}") == []


@pytest.mark.parametrize("last", ["2026-01-01", "2025-12-31"])
def test_a_row_that_never_took_effect_cancels_the_reported_span_of_its_first_day(last: str) -> None:
    assert nights(OPEN).then("2026-03-02", f"PPO500 EMP 2026-01-01..{last}") == []


def test_a_row_that_never_took_effect_cancels_no_span_of_another_first_day() -> None:
    assert nights(OPEN).then("2026-03-02", "PPO500 EMP 2026-02-01..2026-02-01") == [OPEN]


def test_what_ended_in_the_past_is_reported_where_it_corrects_what_was_reported() -> None:
    assert nights(OPEN).then("2026-03-02", "PPO500 EMP 2026-01-01..2026-02-10") == ["PPO500 EMP 2026-01-01..2026-02-10"]


def test_history_on_days_that_a_vanished_row_gave_up_is_reported() -> None:
    """The reported span's own row is gone, and another row covers its first day."""
    one = nights(OPEN)

    assert one.then("2026-03-02", "HDHP1 EMP 2025-12-01..2026-02-10") == ["HDHP1 EMP 2025-12-01..2026-02-10"]


def test_history_on_days_that_a_shortened_row_gave_up_is_reported() -> None:
    one = nights(OPEN)
    rows = ["PPO500 EMP 2026-01-01..2026-01-31", "HDHP1 EMP 2026-02-01..2026-02-20"]

    assert one.then("2026-03-02", *rows) == rows


def test_history_beside_what_was_reported_is_not_reported() -> None:
    one = nights("PPO500 EMP 2026-02-01..")

    assert one.then("2026-03-02", "PPO500 EMP 2026-02-01..", "HDHP1 EMP 2025-06-01..2026-01-31") == [
        "PPO500 EMP 2026-02-01.."
    ]


# --- corrections --------------------------------------------------------------------------------------------------


def test_a_row_of_the_same_first_day_is_the_reported_span_in_another_plan() -> None:
    assert nights(OPEN).then("2026-03-02", "HDHP1 EMP 2026-01-01..") == ["HDHP1 EMP 2026-01-01.."]


def test_a_plan_corrected_by_a_voided_and_a_new_row_is_the_new_row() -> None:
    rows = ("PPO500 EMP 2026-01-01..2026-01-01", "HDHP1 EMP 2026-01-01..")

    assert nights(OPEN).then("2026-03-02", *rows) == ["HDHP1 EMP 2026-01-01.."]


def test_a_first_day_corrected_by_up_to_a_month_leaves_no_days_before_it() -> None:
    assert nights(OPEN).then("2026-03-02", "PPO500 EMP 2026-02-01..") == ["PPO500 EMP 2026-02-01.."]


def test_a_row_that_begins_more_than_a_month_later_is_no_correction() -> None:
    assert nights(OPEN).then("2026-03-02", "PPO500 EMP 2026-02-02..") == [
        "PPO500 EMP 2026-01-01..2026-02-01",
        "PPO500 EMP 2026-02-02..",
    ]


def test_a_first_day_is_corrected_to_any_earlier_day() -> None:
    assert nights(OPEN).then("2026-03-02", "PPO500 EMP 2025-06-01..") == ["PPO500 EMP 2025-06-01.."]


def test_a_row_in_another_tier_is_a_change_and_no_correction() -> None:
    assert nights(OPEN).then("2026-03-02", "PPO500 FAM 2026-01-15..") == [
        "PPO500 EMP 2026-01-01..2026-01-14",
        "PPO500 FAM 2026-01-15..",
    ]


def test_a_row_after_another_row_is_no_correction() -> None:
    """The reported days before both stay, though the second is of the same plan and tier."""
    rows = ("PPO500 FAM 2026-01-05..2026-01-09", "PPO500 EMP 2026-01-10..")

    assert nights(OPEN).then("2026-01-08", *rows) == ["PPO500 EMP 2026-01-01..2026-01-04", *rows]


def test_a_row_that_is_another_reported_span_corrects_none_beside_it() -> None:
    one = nights("PPO500 EMP 2026-01-01..2026-01-14", "PPO500 EMP 2026-01-15..", as_of="2026-01-02")

    assert one.then("2026-01-03", "PPO500 EMP 2026-01-15..") == [
        "PPO500 EMP 2026-01-01..2026-01-14",
        "PPO500 EMP 2026-01-15..",
    ]


# --- reported days that no row corrects ---------------------------------------------------------------------------


def test_reported_days_without_a_row_stay() -> None:
    assert nights(OPEN).then("2026-03-02") == [OPEN]


def test_a_reported_span_whose_first_day_a_row_covers_is_gone() -> None:
    assert nights(OPEN).then("2026-03-02", "HDHP1 EMP 2025-12-15..") == ["HDHP1 EMP 2025-12-15.."]


def test_a_reported_span_ends_the_day_before_a_row_begins_in_it() -> None:
    assert nights(OPEN).then("2026-03-02", "HDHP1 EMP 2026-03-10..") == [
        "PPO500 EMP 2026-01-01..2026-03-09",
        "HDHP1 EMP 2026-03-10..",
    ]


def test_a_reported_span_of_which_one_day_would_be_left_never_was() -> None:
    assert nights(OPEN).then("2026-03-02", "HDHP1 EMP 2026-01-02..") == ["HDHP1 EMP 2026-01-02.."]


RENEWED = ("PPO500 EMP 2026-01-01..2026-06-30", "PPO500 EMP 2026-07-01..2027-06-30", "HDHP1 EMP 2027-07-01..")


def test_an_earlier_end_takes_the_reported_renewals_along_whose_rows_are_gone() -> None:
    one = nights(*RENEWED)

    assert one.then("2026-03-02", "PPO500 EMP 2026-01-01..2026-05-31") == ["PPO500 EMP 2026-01-01..2026-05-31"]


def test_an_earlier_end_takes_no_renewal_along_whose_row_is_there() -> None:
    rows = ("PPO500 EMP 2026-01-01..2026-05-31", "PPO500 EMP 2026-07-01..2027-06-30")

    assert nights(*RENEWED).then("2026-03-02", *rows) == [*rows, RENEWED[2]]


def test_an_earlier_end_takes_along_nothing_after_a_gap() -> None:
    one = nights("PPO500 EMP 2026-01-01..2026-06-30", "PPO500 EMP 2026-08-01..")

    assert one.then("2026-03-02", "PPO500 EMP 2026-01-01..2026-05-31") == [
        "PPO500 EMP 2026-01-01..2026-05-31",
        "PPO500 EMP 2026-08-01..",
    ]


def test_an_end_that_is_not_earlier_takes_nothing_along() -> None:
    assert nights(*RENEWED).then("2026-03-02", RENEWED[0]) == list(RENEWED)


# --- what is rounded, and what waits --------------------------------------------------------------------------------

MONTHS = {"end_date": "end_of_month"}


def test_a_last_day_is_rounded_to_the_end_of_its_month() -> None:
    assert nights(**MONTHS).then("2026-03-01", "PPO500 EMP 2026-01-01..2026-03-10") == [
        "PPO500 EMP 2026-01-01..2026-03-31"
    ]


def test_rounding_leaves_the_next_row_its_first_day() -> None:
    rows = ("PPO500 EMP 2026-01-01..2026-03-10", "HDHP1 EMP 2026-03-20..")

    assert nights(**MONTHS).then("2026-03-01", *rows) == ["PPO500 EMP 2026-01-01..2026-03-19", rows[1]]


@pytest.mark.parametrize("reason", ["transfer", "carrier_change"])
def test_an_end_to_the_day_is_not_rounded(reason: str) -> None:
    row = "PPO500 EMP 2026-01-01..2026-03-10"

    assert nights(**MONTHS).then("2026-03-01", row, end_reason=reason) == [row]


def test_a_first_day_further_ahead_than_the_window_waits_with_the_end_before_it() -> None:
    one = nights("PPO500 EMP 2026-01-01..", look_forward_days=10)
    rows = ("PPO500 EMP 2026-01-01..2026-03-31", "HDHP1 EMP 2026-04-01..")

    assert one.then("2026-03-02", *rows) == ["PPO500 EMP 2026-01-01.."]
    assert one.then("2026-03-22", *rows) == list(rows)


def test_a_reported_span_may_begin_further_ahead_than_the_window() -> None:
    one = nights("PPO500 EMP 2026-03-05..", look_forward_days=10)

    assert one.then("2026-03-02", "PPO500 EMP 2026-03-20..") == ["PPO500 EMP 2026-03-20.."]


def test_an_end_further_ahead_than_the_window_is_masked_with_what_follows_it() -> None:
    one = nights(mask_ends_after_days=10)
    rows = ("PPO500 EMP 2026-01-01..2026-03-31", "HDHP1 EMP 2026-04-01..")

    assert one.then("2026-03-02", *rows) == ["PPO500 EMP 2026-01-01.."]
    assert one.then("2026-03-21", *rows) == list(rows)


def test_an_end_that_was_reported_is_not_masked_when_it_moves() -> None:
    one = nights("PPO500 EMP 2026-01-01..2026-03-31")
    one.dialect = Dialect(mask_ends_after_days=10)

    assert one.then("2026-03-02", "PPO500 EMP 2026-01-01..2026-04-30") == ["PPO500 EMP 2026-01-01..2026-04-30"]


def test_nobody_missing_ends_further_ahead_than_the_window() -> None:
    one = employer(missing="terminate", missing_end="end_of_month", mask_ends_after_days=10)
    one.then("2026-03-01", BOTH)

    assert one.then("2026-03-02", JANE_ALONE) == REPORTED
    assert one.then("2026-03-21", JANE_ALONE)["E1/E1-2"] == ["PPO500 2026-01-01..2026-03-31"]


# --- people and families ------------------------------------------------------------------------------------------


def member(who: str, *coverages: Coverage, subscriber: str = JANE, **facts: Any) -> CoveredMember:
    person = Member(
        **{
            "group_id": GROUP,
            "member_id": MemberId(who),
            "subscriber_id": MemberId(subscriber),
            "relationship": "self" if who == subscriber else "child",
            "last_name": "Doe",
            "first_name": who,
            "birth_date": date(2000, 1, 1),
            "gender": "F",
            **facts,
        }
    )
    return CoveredMember(person, coverages, (), frozenset())


def family(*members: CoveredMember) -> Family:
    return Family(FamilyRef(GROUP, members[0].member.subscriber_id), members)


@dataclass
class Employer:
    """A grid to which nights are delivered."""

    grid: Grid

    def then(self, as_of: str, *families: Family, **how: Any) -> dict[str, list[str]]:
        day = date.fromisoformat(as_of)
        but = how.pop("but", ())
        self.grid.deliver(self.grid.desired(families, day, **how), but=but)
        return {
            f"{ref.subscriber_id}/{ref.member_id}": shown(person.in_benefit("medical"))
            for ref, person in self.grid.people.items()
        }

    def fact(self, who: str, name: str) -> object:
        return next(p.facts[name] for ref, p in self.grid.people.items() if ref.member_id == who)


def employer(**rules: Any) -> Employer:
    return Employer(Grid(Dialect(**rules)))


BOTH = family(member(JANE, coverage(OPEN)), member(SAM, coverage("PPO500 2026-01-01..", SAM)))
JANE_ALONE = family(member(JANE, coverage(OPEN)))
REPORTED = {"E1/E1": [OPEN], "E1/E1-2": ["PPO500 2026-01-01.."]}


def test_people_and_families_missing_from_the_snapshot_stay_as_reported() -> None:
    one = employer()
    one.then("2026-03-01", BOTH)

    assert one.then("2026-03-02", JANE_ALONE) == REPORTED
    assert one.then("2026-03-03") == REPORTED


@pytest.mark.parametrize(
    ("rules", "last"),
    [
        ({"missing": "terminate"}, "2026-03-01"),
        ({"missing": "terminate", "missing_end": "end_of_month"}, "2026-03-31"),
        ({"missing": "omission", "missing_end": "end_of_month"}, "2026-03-01"),
    ],
)
def test_people_missing_from_the_snapshot_end_where_the_rules_say_so(rules: dict[str, Any], last: str) -> None:
    one = employer(**rules)
    one.then("2026-03-01", BOTH)

    assert one.then("2026-03-02", JANE_ALONE)["E1/E1-2"] == [f"PPO500 2026-01-01..{last}"]


def test_a_family_that_could_not_be_read_stays_as_reported() -> None:
    one = employer(missing="terminate")
    one.then("2026-03-01", BOTH)

    assert one.then("2026-03-02", BOTH, unreadable=[BOTH.ref]) == REPORTED


def test_what_was_not_delivered_does_not_count_as_reported() -> None:
    assert employer().then("2026-03-01", BOTH, but=[BOTH.ref]) == {}


def test_nothing_changes_between_the_days_of_a_blackout() -> None:
    one = employer(blackout_begin="12-15", blackout_end="01-05")
    one.then("2026-03-01", JANE_ALONE)

    for night in ("2026-12-15", "2026-12-31", "2027-01-05"):
        assert one.then(night, BOTH) == {"E1/E1": [OPEN]}
    assert one.then("2027-01-06", BOTH) == REPORTED


def test_a_child_who_becomes_a_subscriber_ends_in_the_first_family_the_day_before() -> None:
    one = employer()
    one.then("2026-03-01", BOTH)
    own = family(member(SAM, coverage("PPO500 EMP 2026-03-10..", SAM), subscriber=SAM))

    assert one.then("2026-03-02", JANE_ALONE, own) == {
        "E1/E1": [OPEN],
        "E1/E1-2": ["PPO500 2026-01-01..2026-03-09"],
        "E1-2/E1-2": ["PPO500 EMP 2026-03-10.."],
    }


THEIRS = coverage("THEIRS 2026-03-10..", SAM, carrier_id=OTHER_CARRIER)


@pytest.mark.parametrize(("gave_way", "last"), [("end", "2026-03-09"), ("carry", "")])
def test_a_row_that_another_carriers_row_replaced_ends_the_day_before(gave_way: str, last: str) -> None:
    one = employer(gave_way=gave_way)
    one.then("2026-03-01", BOTH)

    after = one.then("2026-03-02", family(member(JANE, coverage(OPEN)), member(SAM, THEIRS)))
    assert after["E1/E1-2"] == [f"PPO500 2026-01-01..{last}"]


def test_another_carriers_row_that_was_there_long_before_explains_no_absence() -> None:
    one = employer()
    one.then("2026-03-01", BOTH)
    theirs = coverage("THEIRS 2026-01-15..", SAM, carrier_id=OTHER_CARRIER)
    last_looked = date(2026, 3, 1)

    after = one.then("2026-03-02", family(member(JANE, coverage(OPEN)), member(SAM, theirs)), last_looked=last_looked)
    assert after["E1/E1-2"] == ["PPO500 2026-01-01.."]


def test_facts_are_todays_unless_unreadable() -> None:
    one = employer()
    one.then("2026-03-01", JANE_ALONE)
    moved = member(JANE, coverage(OPEN), last_name="Roe", address1=None)
    unread = CoveredMember(moved.member, moved.coverages, (), frozenset({"last_name"}))

    one.then("2026-03-02", family(moved))
    assert one.fact(JANE, "last_name") == "Roe"
    one.then("2026-03-03", family(unread))
    assert one.fact(JANE, "last_name") == "Roe"


def test_of_somebody_who_ended_before_the_snapshots_date_nothing_new_is_reported() -> None:
    one = employer()
    one.then("2026-03-01", JANE_ALONE)
    one.then("2026-03-02", family(member(JANE, coverage("PPO500 EMP 2026-01-01..2026-02-10"), last_name="Roe")))

    assert one.fact(JANE, "last_name") == "Doe"


def test_one_who_ends_keeps_the_reported_relationship() -> None:
    one = employer()
    one.then("2026-03-01", BOTH)
    ended = member(SAM, coverage("PPO500 2026-01-01..2026-04-30", SAM), relationship="ex_spouse", last_name="Roe")
    one.then("2026-03-02", family(member(JANE, coverage(OPEN)), ended))

    assert (one.fact(SAM, "relationship"), one.fact(SAM, "last_name")) == ("child", "Roe")


def test_a_tier_is_counted_from_who_is_covered() -> None:
    one = employer(tier="recount")
    spouse = member("E1-3", coverage("PPO500 2026-03-20..", "E1-3"), relationship="spouse")
    people = (*BOTH.members, spouse)

    assert one.then("2026-03-01", BOTH)["E1/E1"] == ["PPO500 employee_child 2026-01-01.."]
    assert one.then("2026-03-10", family(*people))["E1/E1"] == ["PPO500 employee_child 2026-01-01.."]
    assert one.then("2026-03-20", family(*people))["E1/E1"] == ["PPO500 family 2026-01-01.."]
