"""The scenarios of the domain, each reported under the base rules, in the order and numbering of ``DOMAIN.md``.

What is asserted is what is done to the membership, why, and to which coverages, in business words; the X12 codes for
these words are tested in ``tests/mapping``. Each story is also read back as the carrier reads it (``families.py``).
"""

from __future__ import annotations

import pytest

from edi834.book import Action
from tests.book.families import covered, day, family, jane, pat, sam, story

ADD, CHANGE, END, REINSTATE, CORRECT = Action.ADD, Action.CHANGE, Action.END, Action.REINSTATE, Action.CORRECT


# --- 1 to 5: coming and going ----------------------------------------------------------------------------------------


def test_row_1_a_new_hire_is_added_with_every_span() -> None:
    hired = {"event": "new_hire", "event_date": "2026-11-01"}
    reported = story(None, family(jane(covered("2026-11-16"), covered("2026-11-16", benefit="dental"), **hired)))

    assert reported.said("E1") == (ADD, "new_hire", [(ADD, "2026-11-16", None), (ADD, "2026-11-16", None)])
    assert reported.of("E1").effective is None
    assert reported.kinds == {"new_enrollment"}


def test_row_1_a_new_hire_without_a_reason_is_reported_as_a_new_enrollment() -> None:
    reported = story(None, family(jane(covered()), sam(covered())))

    assert [reported.of(who).reason for who in ("E1", "E1-2")] == ["new_enrollment", "dependent_added"]


def test_row_2_a_dependent_added_later_is_reported_alone() -> None:
    reported = story(family(jane(covered())), family(jane(covered()), sam(covered("2026-11-01"))))

    assert reported.reported_of == ["E1-2"]
    assert reported.said("E1-2") == (ADD, "dependent_added", [(ADD, "2026-11-01", None)])


@pytest.mark.parametrize("event", ["birth", "adoption"])
def test_row_3_a_birth_adds_the_child_and_changes_the_tier_for_the_same_reason(event: str) -> None:
    before = family(jane(covered(tier="employee")))
    child = sam(covered("2026-11-08"), birth_date="2026-11-08", event=event, event_date="2026-11-08")
    reported = story(before, family(jane(covered(tier="employee_child")), child))

    assert reported.said("E1") == (CHANGE, event, [(CHANGE, "2026-01-01", None)])
    assert reported.said("E1-2") == (ADD, event, [(ADD, "2026-11-08", None)])
    assert reported.of("E1-2").effective == day("2026-11-08")


def test_row_4_a_marriage_adds_the_spouse_and_the_name_rides_along() -> None:
    wed = {"event": "marriage", "event_date": "2026-11-07"}
    before = family(jane(covered(tier="employee")))
    now = family(jane(covered(tier="employee_spouse"), last_name="Roe", **wed), pat(covered("2026-11-07"), **wed))
    reported = story(before, now)

    assert reported.said("E1") == (CHANGE, "marriage", [(CHANGE, "2026-01-01", None)])
    assert reported.said("E1-1") == (ADD, "marriage", [(ADD, "2026-11-07", None)])
    assert reported.of("E1").member.values["last_name"] == "Roe"


def test_row_5_a_divorced_spouse_ends_as_the_spouse_the_carrier_knows() -> None:
    before = family(jane(covered(tier="employee_spouse")), pat(covered()))
    parted = {"relationship": "ex_spouse", "event": "divorce", "event_date": "2026-11-04"}
    reported = story(before, family(jane(covered(tier="employee")), pat(covered(end="2026-11-04"), **parted)))

    assert reported.said("E1-1") == (END, "divorce", [(END, "2026-01-01", "2026-11-04")])
    assert reported.of("E1-1").member.values["relationship"] == "spouse"
    assert reported.said("E1")[:2] == (CHANGE, "divorce")


# --- 6 to 9: ending -----------------------------------------------------------------------------------------------


def test_row_6_a_termination_ends_every_span_of_every_member() -> None:
    gone = {"event": "termination", "event_date": "2026-11-06", "termination_date": "2026-11-06"}
    before = family(jane(covered(), covered(benefit="dental")), sam(covered()))
    ended = covered(end="2026-11-30")
    reported = story(before, family(jane(ended, {**ended, "benefit": "dental"}, **gone), sam(ended)))

    assert reported.said("E1") == (END, "termination", [(END, "2026-01-01", "2026-11-30")] * 2)
    assert reported.said("E1-2")[0] is END
    assert reported.of("E1").last_day == day("2026-11-30")


def test_row_6_a_termination_is_reported_once() -> None:
    ended = family(jane(covered(end="2026-11-30")))

    assert story(ended, ended).statement is None
    assert story(ended, ended, on=day("2026-12-05")).statement is None


def test_row_7_one_coverage_of_two_ends_and_the_membership_goes_on() -> None:
    before = family(jane(covered(), covered(benefit="dental")))
    reported = story(before, family(jane(covered(), covered(benefit="dental", end="2026-11-30"))))

    assert reported.said("E1") == (CHANGE, "coverage_ended", [(END, "2026-01-01", "2026-11-30")])
    assert reported.kinds == {"coverage_ended"}


def test_row_8_a_dependent_ends_and_nobody_else_is_reported_of() -> None:
    before = family(jane(covered()), sam(covered()))
    reported = story(before, family(jane(covered()), sam(covered(end="2026-11-30"))))

    assert reported.reported_of == ["E1-2"]
    assert reported.said("E1-2") == (END, "member_ended", [(END, "2026-01-01", "2026-11-30")])


def test_row_9_coverage_that_never_took_effect_ends_on_its_first_day() -> None:
    before = family(jane(covered("2026-12-01")))
    reported = story(before, family(jane(covered("2026-12-01", "2026-12-01"))))

    assert reported.kinds == {"coverage_cancelled", "member_ended"}
    assert reported.said("E1")[2] == [(END, "2026-12-01", "2026-12-01")]


def test_row_9_what_was_never_reported_is_never_cancelled() -> None:
    reported = story(family(jane(covered())), family(jane(covered()), sam(covered("2026-12-01", "2026-12-01"))))

    assert reported.statement is None
    assert [m.ref.member_id for m in reported.target.members] == ["E1"]


# --- 10 and 11: coming back ---------------------------------------------------------------------------------------


def test_row_10_an_ending_taken_back_is_reinstated_with_its_first_day() -> None:
    reported = story(family(jane(covered(end="2026-11-30"))), family(jane(covered())))

    assert reported.said("E1") == (REINSTATE, "reinstated", [(REINSTATE, "2026-01-01", None)])


def test_row_10_an_ending_that_was_never_reported_is_no_reinstatement() -> None:
    reported = story(family(jane(covered())), family(jane(covered())))

    assert reported.statement is None


def test_row_10_one_benefit_comes_back_and_the_membership_was_never_gone() -> None:
    before = family(jane(covered(), covered(benefit="dental", end="2026-11-30")))
    reported = story(before, family(jane(covered(), covered(benefit="dental"))))

    assert reported.said("E1") == (CHANGE, "reinstated", [(REINSTATE, "2026-01-01", None)])


def test_row_11_a_rehire_after_a_gap_is_a_new_span() -> None:
    back = {"event": "rehire", "event_date": "2026-11-09", "rehire_date": "2026-11-09"}
    before = family(jane(covered(end="2026-09-30")))
    reported = story(before, family(jane(covered(end="2026-09-30"), covered("2026-12-01"), **back)))

    assert reported.said("E1") == (ADD, "rehire", [(ADD, "2026-12-01", None)])
    assert reported.kinds >= {"reenrolled"}


def test_row_11_a_gap_of_one_day_is_a_gap() -> None:
    before = family(jane(covered(end="2026-10-31")))
    gap = story(before, family(jane(covered(end="2026-10-31"), covered("2026-11-02"))))
    none = story(before, family(jane(covered(end="2026-10-31"), covered("2026-11-01"))))

    assert gap.kinds == {"reenrolled"}
    assert none.kinds == {"renewed"}


def test_row_11_a_membership_whose_last_day_has_passed_is_added_again_and_one_that_stands_is_changed() -> None:
    """After INS 024 and its day the carrier holds nobody; before that day the membership simply goes on."""
    over = family(jane(covered(end="2026-10-31")))
    standing = family(jane(covered(end="2026-11-30")))

    again = story(over, family(jane(covered(end="2026-10-31"), covered("2026-11-01"))))
    on = story(standing, family(jane(covered(end="2026-11-30"), covered("2026-12-01"))))

    assert again.of("E1").action is ADD
    assert on.of("E1").action is CHANGE


# --- 12 and 13: another tier, another plan ------------------------------------------------------------------------


def test_row_12_a_tier_that_changes_in_place_keeps_the_span() -> None:
    reported = story(family(jane(covered(tier="employee"))), family(jane(covered(tier="family"))))

    assert reported.said("E1") == (CHANGE, "tier_change", [(CHANGE, "2026-01-01", None)])


@pytest.mark.parametrize("replaced", [True, False])
def test_row_12_a_tier_that_changes_from_a_day_on_is_reported_with_that_day(replaced: bool) -> None:
    rows = [covered("2026-11-08", tier="family")]
    if not replaced:
        rows.insert(0, covered(end="2026-11-07", tier="employee"))
    reported = story(family(jane(covered(tier="employee"))), family(jane(*rows)))

    assert reported.said("E1")[2] == [(CHANGE, "2026-01-01", None)]
    assert reported.changed_on("E1") == ["2026-11-08"]
    assert [c.end for c in reported.target.members[0].coverages] == [day("2026-11-07"), None]


@pytest.mark.parametrize("replaced", [True, False])
def test_row_13_another_plan_ends_the_old_one_the_day_before(replaced: bool) -> None:
    rows = [covered("2026-12-01", plan_code="HDHP1")]
    if not replaced:
        rows.insert(0, covered(end="2026-11-30"))
    reported = story(family(jane(covered())), family(jane(*rows)))

    assert reported.said("E1") == (
        CHANGE, "plan_change", [(END, "2026-01-01", "2026-11-30"), (ADD, "2026-12-01", None)],
    )  # fmt: skip


def test_row_13_the_plan_that_ends_is_the_plan_that_was_reported() -> None:
    reported = story(family(jane(covered())), family(jane(covered("2026-12-01", plan_code="HDHP1"))))

    assert [c.coverage.plan_code for c in reported.of("E1").coverages] == ["PPO500", "HDHP1"]


# --- 15 to 18: corrections ----------------------------------------------------------------------------------------


def test_row_15_a_number_that_was_wrong_is_an_identity_correction() -> None:
    reported = story(family(jane(covered(), ssn="900456781")), family(jane(covered(), ssn="900456789")))

    assert reported.said("E1") == (CHANGE, "identity_correction", [])
    before = reported.of("E1").reported
    assert before is not None
    assert before.values["ssn"] == "900456781"


def test_row_15_a_number_that_arrives_was_never_wrong() -> None:
    before = family(jane(covered()), sam(covered(), ssn=None))
    reported = story(before, family(jane(covered()), sam(covered(), ssn="900456701")))

    assert reported.kinds == {"demographic_change"}
    assert reported.said("E1-2")[0] is CHANGE


@pytest.mark.parametrize(("name", "value"), [("birth_date", "1980-01-02"), ("gender", "M")])
def test_row_16_a_birth_date_or_gender_that_was_wrong_is_an_identity_correction(name: str, value: str) -> None:
    reported = story(family(jane(covered())), family(jane(covered(), **{name: value})))

    assert reported.said("E1") == (CHANGE, "identity_correction", [])
    assert [e.fields for e in reported.of("E1").events] == [(name,)]


def test_row_16_a_name_that_changes_with_a_marriage_was_never_wrong() -> None:
    wed = {"event": "marriage", "event_date": "2026-11-07"}
    reported = story(family(jane(covered())), family(jane(covered(), last_name="Roe", **wed)))

    assert reported.kinds == {"demographic_change"}
    assert reported.said("E1") == (CHANGE, "marriage", [])


def test_row_17_a_new_address_is_reported_of_each_member_who_has_it() -> None:
    before = family(jane(covered(), address1="1 Main St"), sam(covered(), address1="1 Main St"))
    moved = {"event": "address_change", "event_date": "2026-11-09"}
    now = family(jane(covered(), address1="2 Pine St", **moved), sam(covered(), address1="2 Pine St"))
    reported = story(before, now)

    assert reported.said("E1") == (CHANGE, "address_change", [])
    assert reported.reported_of == ["E1", "E1-2"]


def test_row_17_the_address_of_somebody_whose_coverage_is_over_is_nobodys_business() -> None:
    before = family(jane(covered(end="2026-10-31"), address1="1 Main St"))
    reported = story(before, family(jane(covered(end="2026-10-31"), address1="2 Pine St")))

    assert reported.statement is None


def test_row_18_a_first_day_that_was_wrong_corrects_the_span() -> None:
    reported = story(family(jane(covered("2026-10-05"))), family(jane(covered("2026-10-01"))))

    assert reported.said("E1") == (CHANGE, "coverage_corrected", [(CORRECT, "2026-10-01", None)])


@pytest.mark.parametrize("end", ["2026-11-15", "2026-12-31"])
def test_row_18_a_last_day_that_was_wrong_corrects_the_span(end: str) -> None:
    reported = story(family(jane(covered(end="2026-11-30"))), family(jane(covered(end=end))))

    assert reported.kinds == {"coverage_corrected"}
    assert reported.said("E1")[2] == [(CORRECT, "2026-01-01", end)]


# --- 22 to 32 -----------------------------------------------------------------------------------------------------


def test_row_22_a_death_ends_the_one_who_died_and_is_no_reason_of_the_survivors() -> None:
    before = family(jane(covered(tier="employee_spouse")), pat(covered()))
    died = {"event": "death", "event_date": "2026-11-05", "death_date": "2026-11-05"}
    reported = story(before, family(jane(covered(tier="employee")), pat(covered(end="2026-11-05"), **died)))

    assert reported.said("E1-1") == (END, "death", [(END, "2026-01-01", "2026-11-05")])
    assert reported.said("E1")[:2] == (CHANGE, "tier_change")


def test_row_26_the_new_year_ends_this_years_span_and_adds_the_next() -> None:
    rows = [covered(end="2026-12-31", premium="100"), covered("2027-01-01", premium="120")]
    reported = story(family(jane(covered(premium="100"))), family(jane(*rows)))

    assert reported.said("E1") == (
        CHANGE, "renewed", [(END, "2026-01-01", "2026-12-31"), (ADD, "2027-01-01", None)],
    )  # fmt: skip


def test_row_26_an_ending_reported_before_is_not_reported_again_with_the_new_year() -> None:
    before = family(jane(covered(end="2026-12-31")))
    reported = story(before, family(jane(covered(end="2026-12-31"), covered("2027-01-01"))))

    assert reported.said("E1")[2] == [(ADD, "2027-01-01", None)]
    assert reported.of("E1").action is CHANGE


def test_row_27_what_took_effect_long_ago_is_reported_with_its_own_days() -> None:
    added = story(family(jane(covered())), family(jane(covered()), sam(covered("2026-03-01"))))
    ended = story(family(jane(covered())), family(jane(covered(end="2026-04-30"))))

    assert added.said("E1-2")[2] == [(ADD, "2026-03-01", None)]
    assert ended.said("E1")[2] == [(END, "2026-01-01", "2026-04-30")]


def test_row_28_what_begins_in_the_future_is_reported_now_under_the_base_rules() -> None:
    reported = story(None, family(jane(covered("2027-02-01"))))

    assert reported.said("E1")[2] == [(ADD, "2027-02-01", None)]


def test_row_30_a_family_that_is_gone_is_carried_and_listed() -> None:
    before = family(jane(covered()), sam(covered()))
    reported = story(before, None)

    assert reported.statement is None
    assert reported.missing == ["E1", "E1-2"]
    assert reported.target == before


def test_row_30_a_dependent_who_is_gone_is_carried_while_others_change() -> None:
    before = family(jane(covered(), address1="1 Main St"), sam(covered()))
    reported = story(before, family(jane(covered(), address1="2 Pine St")))

    assert reported.reported_of == ["E1"]
    assert [m.ref.member_id for m in reported.target.members] == ["E1", "E1-2"]


def test_row_30_coverage_that_is_gone_is_carried_and_listed() -> None:
    before = family(jane(covered(), covered(benefit="dental")))
    reported = story(before, family(jane(covered())))

    assert reported.statement is None
    assert reported.missing == ["E1"]
    assert reported.target == before


def test_row_30_history_that_the_source_no_longer_shows_is_no_news() -> None:
    before = family(jane(covered("2025-01-01", "2025-12-31"), covered()))
    reported = story(before, family(jane(covered())))

    assert (reported.statement, reported.missing) == (None, [])
    assert reported.target == before


def test_row_32_what_came_and_went_between_two_files_is_not_reported() -> None:
    reported = story(family(jane(covered())), family(jane(covered()), sam(covered("2026-10-01", "2026-10-31"))))

    assert reported.statement is None


def test_row_32_a_new_hire_is_reported_without_a_history() -> None:
    rows = [covered("2024-01-01", "2025-12-31"), covered("2026-01-01")]
    reported = story(None, family(jane(*rows)))

    assert reported.said("E1")[2] == [(ADD, "2026-01-01", None)]
