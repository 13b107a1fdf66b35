"""Seams: a dependent's rows that another tier alone keeps apart are one coverage to the carrier."""

from __future__ import annotations

from typing import Any

import pytest

from edi834.change import Action, feed_view, read_rules
from edi834.grants import ReleasedFamily, narrowed
from edi834.grants.payload import restored, written
from edi834.model import FIELDS
from tests.change.families import TODAY, Story, covered, day, family, jane, pat, story

TWO, FAMILY = {"tier": "employee_spouse"}, {"tier": "family"}
SEAM = "2026-11-09"
BEFORE = covered(end="2026-11-08", **TWO)
AFTER = covered(SEAM, **FAMILY)


def tonight(reported: ReleasedFamily | None, now: ReleasedFamily, **rules: Any) -> Story:
    """Tell what the feed sees tonight."""
    chosen, _ = read_rules(rules)
    return story(reported, feed_view(now, reported, chosen, as_of=TODAY).family, **rules)


def reported_of(reported: ReleasedFamily | None, now: ReleasedFamily) -> ReleasedFamily:
    """What the carrier holds after that night."""
    return tonight(reported, now).difference.target


REPORTED = reported_of(None, family(jane(covered(**TWO)), pat(covered(**TWO))))


@pytest.mark.parametrize("rows", [[BEFORE, AFTER], [AFTER]], ids=["both rows", "the last row alone"])
def test_a_dependent_goes_on_across_a_seam_and_nothing_is_reported(rows: list[dict[str, Any]]) -> None:
    reported = tonight(REPORTED, family(jane(BEFORE, AFTER), pat(*rows)))

    assert reported.reported_of == ["E1"]
    held = reported.difference.target.members[1].coverages
    assert [(c.begin.isoformat(), c.end) for c in held] == [("2026-01-01", None)]


@pytest.mark.parametrize("first", [[BEFORE, AFTER], [AFTER]], ids=["both rows", "the last row alone"])
@pytest.mark.parametrize("then", [[BEFORE, AFTER], [AFTER]], ids=["then both rows", "then the last row alone"])
def test_a_seam_that_was_joined_is_silent_from_then_on(first: list[dict[str, Any]], then: list[dict[str, Any]]) -> None:
    held = reported_of(REPORTED, family(jane(BEFORE, AFTER), pat(*first)))

    assert tonight(held, family(jane(BEFORE, AFTER), pat(*then))).statement is None


def test_a_dependent_who_ends_behind_a_seam_ends_by_the_first_day_that_was_reported() -> None:
    held = reported_of(REPORTED, family(jane(BEFORE, AFTER), pat(BEFORE, AFTER)))
    ended = covered(SEAM, "2026-11-30", **FAMILY)
    reported = tonight(held, family(jane(BEFORE, AFTER), pat(ended)))

    (span,) = reported.of("E1-1").coverages
    assert (span.begin.isoformat(), span.end and span.end.isoformat()) == ("2026-01-01", "2026-11-30")


def test_a_dependent_who_ends_where_only_the_subscribers_tier_changed_is_ended() -> None:
    held = reported_of(REPORTED, family(jane(BEFORE, AFTER), pat(covered(**TWO))))
    reported = tonight(held, family(jane(BEFORE, AFTER), pat(BEFORE)))

    assert [c.end and c.end.isoformat() for c in reported.of("E1-1").coverages] == ["2026-11-08"]


def test_a_row_never_effective_in_another_tier_ends_nobody() -> None:
    never = covered(SEAM, SEAM, **FAMILY)
    reported = tonight(REPORTED, family(jane(covered(**TWO)), pat(never)))

    assert reported.statement is None
    assert reported.kinds == {"coverage_missing"}


def test_two_rows_of_one_tier_are_a_renewal() -> None:
    rows = [covered(end="2026-11-08", **TWO), covered(SEAM, **TWO)]
    reported = tonight(REPORTED, family(jane(*rows), pat(*rows)))

    assert [c.begin.isoformat() for c in reported.of("E1-1").coverages] == ["2026-01-01", SEAM]


def test_a_carrier_that_reads_the_tier_on_each_coverage_is_reported_each_seam() -> None:
    each = {"tier": "as_is"}
    held = tonight(None, family(jane(covered(**TWO)), pat(covered(**TWO))), **each).difference.target
    reported = tonight(held, family(jane(BEFORE, AFTER), pat(BEFORE, AFTER)), **each)

    assert reported.of("E1-1").coverages[-1].coverage.values["tier"] == "family"


@pytest.mark.parametrize("window", [{"look_forward_days": 5}, {"mask_ends_after_days": 5}])
def test_a_seam_ahead_is_none_to_a_feed_that_looks_less_far_ahead(window: dict[str, int]) -> None:
    rows = [covered(end="2026-12-31", **TWO), covered("2027-01-01", **FAMILY)]

    assert tonight(REPORTED, family(jane(covered(**TWO)), pat(*rows)), **window).reported_of == []


@pytest.mark.parametrize("window", [{"look_forward_days": 14}, {"mask_ends_after_days": 14}])
def test_a_plan_that_waits_ends_no_dependent_and_one_that_does_not_ends_them_as_the_subscriber(
    window: dict[str, int],
) -> None:
    """The row of the plan that stands today is shown no more."""
    now = family(
        jane(covered("2027-01-01", plan_code="HMO1", **TWO)), pat(covered("2027-01-01", plan_code="HMO1", **TWO))
    )
    reported = tonight(REPORTED, now, **window)

    assert reported.reported_of == ([] if "look_forward_days" in window else ["E1", "E1-1"])
    if reported.reported_of:
        assert reported.said("E1-1")[2] == reported.said("E1")[2]


SEAMED = reported_of(REPORTED, family(jane(BEFORE, AFTER), pat(BEFORE, AFTER)))


def test_a_first_row_that_is_corrected_while_the_last_one_is_gone_is_reported_open() -> None:
    corrected = covered("2026-02-01", "2026-11-08", **TWO)
    reported = tonight(SEAMED, family(jane(BEFORE, AFTER), pat(corrected)))

    assert reported.said("E1-1")[2] == [(Action.CORRECT, "2026-02-01", None)]


def test_of_a_dependent_whose_last_row_is_gone_another_name_is_reported_all_the_same() -> None:
    reported = tonight(SEAMED, family(jane(BEFORE, AFTER), pat(BEFORE, last_name="Roe", event="name_change")))

    assert reported.reported_of == ["E1-1"]
    assert {"coverage_missing", "demographic_change"} == reported.kinds


def test_another_plan_in_the_place_of_the_first_row_leaves_the_rest_to_begin_at_its_seam() -> None:
    instead = covered("2025-12-01", "2026-11-08", plan_code="HMO1", **TWO)
    reported = tonight(SEAMED, family(jane(instead, AFTER), pat(instead, AFTER)))

    spans = {
        (c.coverage.plan_code, c.begin.isoformat(), c.end and c.end.isoformat()) for c in reported.of("E1-1").coverages
    }
    assert spans == {
        ("PPO500", "2026-01-01", "2026-01-01"),
        ("HMO1", "2025-12-01", "2026-11-08"),
        ("PPO500", SEAM, None),
    }


def test_the_rows_of_a_span_come_back_from_the_ledger_unless_the_tier_is_withheld() -> None:
    assert restored(written(SEAMED)) == SEAMED
    (span,) = SEAMED.members[1].coverages
    assert span.seams == ((day(SEAM), "family"),)

    without = narrowed(SEAMED, [path for path in FIELDS if path != "coverage.tier"])
    assert [c.seams for c in without.members[1].coverages] == [()]


def test_a_row_that_was_voided_and_written_anew_on_its_first_day_is_silent() -> None:
    voided = covered(end="2026-01-01", **TWO)

    assert tonight(REPORTED, family(jane(voided, covered(**TWO)), pat(voided, covered(**TWO)))).statement is None


def test_a_row_ahead_that_is_withdrawn_begins_nobody_anew() -> None:
    """The feed looks less far ahead than the row began; then the coverage ends before it would have."""
    ahead = [covered(end="2026-12-31", **FAMILY), covered("2027-01-01", **TWO)]
    held = tonight(None, family(jane(*ahead), pat(*ahead)), look_forward_days=30).difference.target
    ended = [covered(end="2026-11-15", **FAMILY), covered("2026-11-16", "2026-12-31", plan_code="HMO1", **FAMILY)]
    reported = tonight(held, family(jane(*ended), pat(*ended)), look_forward_days=30)

    assert reported.said("E1-1")[2] == reported.said("E1")[2]
    assert (
        tonight(reported.difference.target, family(jane(*ended), pat(*ended)), look_forward_days=30).statement is None
    )


def test_a_dependents_own_first_day_is_kept_where_only_a_tier_that_is_not_reported_of_them_changes() -> None:
    wed = {"event": "marriage", "event_date": "2026-11-08"}
    now = family(jane(covered(**FAMILY), **wed), pat(covered(provider_code="1234567893", **FAMILY), **wed))
    reported = tonight(REPORTED, now, begin_date="change")

    assert [span[1] for span in reported.said("E1")[2]] == ["2026-11-08"]
    assert [span[1] for span in reported.said("E1-1")[2]] == ["2026-01-01"]
    assert all(c.reported is None or c.reported.values["tier"] is None for c in reported.of("E1-1").coverages)
