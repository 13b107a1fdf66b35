"""The carrier: how one that reads by a declared dialect understands statements, and what it makes nothing of."""

from __future__ import annotations

from typing import Any

import pytest

from edi834.book import Action, CoverageStatement, FamilyStatement, MemberStatement, read
from edi834.grants import ReleasedFamily
from edi834.model import CoveredMember
from tests.book.families import covered, day, days_of, family, jane, pat, rules_of, sam

ADD, CHANGE, END, DELETE = Action.ADD, Action.CHANGE, Action.END, Action.DELETE
REINSTATE, CORRECT, AUDIT = Action.REINSTATE, Action.CORRECT, Action.AUDIT

OPEN = [("PPO500", "2026-01-01", None)]
Said = tuple[Action, dict[str, Any]]


def hd(action: Action, begin: str, end: str | None = None, *, changed_on: str | None = None, **facts: Any) -> Said:
    """What is said of one coverage: its action, first and last day."""
    return action, {"begin": begin, "end": end, "changed_on": changed_on, **facts}


def ins(action: Action, person: CoveredMember, *said: Said, **words: Any) -> MemberStatement:
    """What is said of one person."""
    (member,) = family(person).members
    spans = []
    for what, one in said:
        facts = {k: v for k, v in one.items() if k not in {"begin", "end", "changed_on"}}
        (coverage,) = family(jane(covered(one["begin"], one["end"], **facts))).members[0].coverages
        end, changed = (day(one[name]) if one[name] else None for name in ("end", "changed_on"))
        spans.append(CoverageStatement(what, coverage, None, day(one["begin"]), end, changed))
    words = {k: day(v) if isinstance(v, str) else v for k, v in words.items()}
    effective = words.pop("effective", None)
    return MemberStatement(action, None, member.with_coverages(()), None, effective, tuple(spans), (), **words)


def after(held: ReleasedFamily | None, *said: MemberStatement, **rules: Any) -> ReleasedFamily | None:
    """The book once the carrier has read this; it must make something of each word."""
    book, complaints = reading(held, *said, **rules)
    assert complaints == ()
    return book


def reading(held: ReleasedFamily | None, *said: MemberStatement, **rules: Any) -> tuple[Any, tuple[Any, ...]]:
    return read([FamilyStatement(said, held or family(jane()), held)], held, rules_of(**rules))


def changed(*said: Said, held: list[dict[str, Any]] | None = None, **rules: Any) -> list[Any]:
    """Jane's days after INS 001 with these HD."""
    return days_of(after(family(jane(*(held or [covered()]))), ins(CHANGE, jane(), *said), **rules))


# --- additions ----------------------------------------------------------------------------------------------------


def test_who_is_added_is_enrolled_from_the_first_day_on() -> None:
    assert days_of(after(None, ins(ADD, jane(), hd(ADD, "2026-01-01")))) == OPEN


@pytest.mark.parametrize(("open_end", "word"), [("far_future", "9999-12-31"), ("plan_year_end", "2026-12-31")])
def test_the_carriers_word_for_an_open_coverage_is_no_last_day(open_end: str, word: str) -> None:
    assert days_of(after(None, ins(ADD, jane(), hd(ADD, "2026-01-01", word)), open_end=open_end)) == OPEN


def test_coverage_that_is_held_already_is_not_added_again() -> None:
    _, complaints = reading(family(jane(covered())), ins(CHANGE, jane(), hd(ADD, "2026-01-01")))

    assert complaints == ((ADD, "medical"),)


def test_a_new_plan_stands_beside_the_old_one_until_that_is_ended() -> None:
    assert changed(hd(ADD, "2026-07-01", plan_code="HMO1")) == [*OPEN, ("HMO1", "2026-07-01", None)]


def test_a_new_plan_replaces_the_old_one_only_where_that_is_declared() -> None:
    assert changed(hd(ADD, "2026-07-01", plan_code="HMO1"), new_plan="replaces") == [
        ("PPO500", "2026-01-01", "2026-06-30"), ("HMO1", "2026-07-01", None)
    ]  # fmt: skip
    dental = hd(ADD, "2026-07-01", benefit="dental", plan_code="D1")
    assert ("PPO500", "2026-01-01", None) in changed(dental, new_plan="replaces")


# --- ends ---------------------------------------------------------------------------------------------------------


def test_a_coverage_ends_on_its_last_day_and_the_others_go_on() -> None:
    held = [covered(), covered(benefit="dental")]

    assert changed(hd(END, "2026-01-01", "2026-06-30"), held=held) == [*OPEN, ("PPO500", "2026-01-01", "2026-06-30")]


@pytest.mark.parametrize("last", ["2026-01-01", "2025-12-31", None])
def test_a_coverage_that_ends_on_its_first_day_or_before_never_was(last: str | None) -> None:
    assert changed(hd(END, "2026-01-01", last)) == [("PPO500", "2026-01-01", "2026-01-01")]


def test_what_is_deleted_leaves_no_trace() -> None:
    held = [covered(), covered(benefit="dental")]

    assert changed(hd(DELETE, "2026-01-01"), held=held) == OPEN


def test_the_end_of_a_membership_ends_every_coverage_that_has_no_day_of_its_own() -> None:
    held = family(jane(covered(), covered(benefit="dental"), covered(benefit="vision", end="2026-03-31")))
    said = ins(END, jane(), hd(END, "2026-01-01", "2026-05-31"), covered_to="2026-06-30")

    ends = {c.benefit: c.end for c in after(held, said).members[0].coverages}  # type: ignore[union-attr]
    assert ends == {"medical": day("2026-05-31"), "dental": day("2026-06-30"), "vision": day("2026-03-31")}


def test_coverage_that_begins_after_the_membership_ends_never_takes_effect() -> None:
    held = family(jane(covered(), covered("2027-01-01", benefit="dental")))

    ended = after(held, ins(END, jane(), covered_to="2026-06-30"))
    assert days_of(ended) == [("PPO500", "2027-01-01", "2027-01-01"), ("PPO500", "2026-01-01", "2026-06-30")]


def test_the_end_of_a_membership_without_a_day_is_not_understood() -> None:
    _, complaints = reading(family(jane(covered())), ins(END, jane()))

    assert complaints == ((END, ""),)


@pytest.mark.parametrize(("cascade", "last"), [("each", None), ("subscriber_only", "2026-06-30")])
def test_a_subscribers_end_is_the_dependents_only_where_that_is_declared(cascade: str, last: str | None) -> None:
    held = family(jane(covered()), sam(covered()))
    book = after(held, ins(END, jane(), hd(END, "2026-01-01", "2026-06-30")), cascade=cascade)

    assert days_of(book, "E1-2") == [("PPO500", "2026-01-01", last)]


def test_a_dependents_end_is_theirs_alone() -> None:
    held = family(jane(covered()), sam(covered()))
    book = after(held, ins(END, sam(), hd(END, "2026-01-01", "2026-06-30")), cascade="subscriber_only")

    assert days_of(book) == OPEN


# --- reinstatements -----------------------------------------------------------------------------------------------


def test_a_coverage_that_ended_is_open_again() -> None:
    assert changed(hd(REINSTATE, "2026-01-01"), held=[covered(end="2026-06-30")]) == OPEN


def test_a_coverage_that_never_was_can_be_reinstated_and_one_that_was_deleted_cannot() -> None:
    assert changed(hd(REINSTATE, "2026-01-01"), held=[covered(end="2026-01-01")]) == OPEN

    _, complaints = reading(family(jane()), ins(CHANGE, jane(), hd(REINSTATE, "2026-01-01")))
    assert complaints == ((REINSTATE, "medical"),)


def test_a_membership_comes_back_with_what_ended_the_day_before() -> None:
    held = family(jane(covered(end="2026-06-30"), covered(benefit="dental", end="2026-03-31")))
    book = after(held, ins(REINSTATE, jane(), effective="2026-07-01"))

    assert days_of(book) == [("PPO500", "2026-01-01", "2026-03-31"), *OPEN]


@pytest.mark.parametrize(("cascade", "last"), [("each", "2026-06-30"), ("subscriber_only", None)])
def test_the_family_comes_back_with_the_subscriber_only_where_that_is_declared(cascade: str, last: str | None) -> None:
    held = family(jane(covered(end="2026-06-30")), sam(covered(end="2026-06-30")))
    book = after(held, ins(REINSTATE, jane(), effective="2026-07-01"), cascade=cascade)

    assert days_of(book, "E1-2") == [("PPO500", "2026-01-01", last)]


# --- changes ------------------------------------------------------------------------------------------------------


def test_a_change_without_a_date_holds_from_the_first_day_on() -> None:
    book = after(family(jane(covered(tier="employee"))), ins(CHANGE, jane(), hd(CHANGE, "2026-01-01", tier="family")))

    assert [c.values["tier"] for c in book.members[0].coverages] == ["family"]  # type: ignore[union-attr]
    assert days_of(book) == OPEN


def test_a_change_from_a_date_continues_the_coverage() -> None:
    said = hd(CHANGE, "2026-01-01", changed_on="2026-07-01", tier="family")
    book = after(family(jane(covered(tier="employee"))), ins(CHANGE, jane(), said))
    assert book is not None

    parts = book.members[0].coverages
    assert days_of(book) == [("PPO500", "2026-01-01", "2026-06-30"), ("PPO500", "2026-07-01", None)]
    assert [(c.values["tier"], c.continues) for c in parts] == [("employee", False), ("family", True)]


def test_another_first_day_corrects_the_one_coverage_of_the_plan() -> None:
    assert changed(hd(CORRECT, "2026-02-01")) == [("PPO500", "2026-02-01", None)]
    assert changed(hd(CHANGE, "2026-02-01")) == [("PPO500", "2026-02-01", None)]


def test_another_tier_with_another_first_day_holds_from_then_on_where_that_is_how_changes_are_dated() -> None:
    said = hd(CHANGE, "2026-07-01", tier="family")

    assert changed(said, held=[covered(tier="employee")]) == [("PPO500", "2026-07-01", None)]
    assert changed(said, held=[covered(tier="employee")], begin_date="change") == [
        ("PPO500", "2026-01-01", "2026-06-30"), ("PPO500", "2026-07-01", None)
    ]  # fmt: skip


def test_a_change_keeps_a_last_day_that_it_does_not_name() -> None:
    assert changed(hd(CHANGE, "2026-01-01", tier="family"), held=[covered(end="2026-06-30")]) == [
        ("PPO500", "2026-01-01", "2026-06-30")
    ]


# --- what identifies a coverage -----------------------------------------------------------------------------------

TWICE = [covered(end="2026-03-31"), covered("2026-06-01")]


@pytest.mark.parametrize("identity", ["line", "line_and_plan"])
def test_several_coverages_of_one_plan_are_found_by_their_first_day(identity: str) -> None:
    assert changed(hd(END, "2026-06-01", "2026-09-30"), held=TWICE, coverage_identity=identity) == [
        ("PPO500", "2026-01-01", "2026-03-31"), ("PPO500", "2026-06-01", "2026-09-30")
    ]  # fmt: skip


def test_of_several_coverages_none_is_found_by_a_day_that_is_nobodys_first() -> None:
    _, complaints = reading(family(jane(*TWICE)), ins(CHANGE, jane(), hd(END, "2026-07-01", "2026-09-30")))

    assert complaints == ((END, "medical"),)


def test_another_plan_is_another_coverage_unless_a_coverage_is_found_by_its_line() -> None:
    other = ins(CHANGE, jane(), hd(CHANGE, "2026-01-01", plan_code="HMO1"))
    held = family(jane(covered()))

    assert reading(held, other)[1] == ((CHANGE, "medical"),)
    assert days_of(after(held, other, coverage_identity="line")) == [("HMO1", "2026-01-01", None)]


def test_a_carrier_that_finds_a_coverage_by_its_first_day_finds_none_by_another() -> None:
    rules = {
        "coverage_identity": "line_plan_and_begin", "begin_correction": "delete_and_add", "begin_date": "end_and_add"
    }  # fmt: skip
    _, complaints = reading(family(jane(covered())), ins(CHANGE, jane(), hd(CORRECT, "2026-02-01")), **rules)

    assert complaints == ((CORRECT, "medical"),)


# --- 030, omission, and people who are not enrolled ---------------------------------------------------------------


def test_an_audit_enrolls_who_was_not_and_corrects_what_is_held_otherwise() -> None:
    said = ins(AUDIT, jane(), hd(AUDIT, "2026-01-01"))

    assert days_of(after(None, said)) == days_of(after(family(jane(covered(end="2026-06-30"))), said)) == OPEN


def test_an_audit_of_other_days_states_another_coverage() -> None:
    held = family(jane(covered(end="2026-03-31")))

    assert days_of(after(held, ins(AUDIT, jane(), hd(AUDIT, "2026-06-01")))) == [
        ("PPO500", "2026-01-01", "2026-03-31"), ("PPO500", "2026-06-01", None)
    ]  # fmt: skip


def test_what_an_audit_states_as_never_effective_never_was_and_enrolls_nobody() -> None:
    said = ins(AUDIT, jane(), hd(AUDIT, "2026-01-01", "2026-01-01"))

    assert days_of(after(family(jane(covered())), said)) == [("PPO500", "2026-01-01", "2026-01-01")]
    assert after(family(sam(covered())), said) is not None
    assert days_of(after(family(sam(covered())), said)) == []


@pytest.mark.parametrize(("full_statement", "goes"), [("restates", False), ("removes", True)])
def test_an_audit_removes_other_coverage_of_the_same_days_only_where_that_is_declared(
    full_statement: str, *, goes: bool
) -> None:
    held = family(jane(covered(), covered("2026-02-01", plan_code="HMO1")))
    book = after(held, ins(AUDIT, jane(), hd(AUDIT, "2026-01-01")), full_statement=full_statement)

    assert (("HMO1", "2026-02-01", None) in days_of(book)) is not goes


def test_people_who_are_not_stated_stay_as_they_are_and_people_who_are_left_out_go() -> None:
    held = family(jane(covered()), pat(covered()), sam(covered()))
    gone = next(m.ref for m in held.members if m.ref.member_id == "E1-2")
    said = FamilyStatement((ins(AUDIT, jane(), hd(AUDIT, "2026-01-01")),), held, held, left_out=(gone,))
    book, _ = read([said], held, rules_of())
    assert book is not None

    assert [m.ref.member_id for m in book.members] == ["E1", "E1-1"]


@pytest.mark.parametrize("action", [CHANGE, END, REINSTATE])
def test_of_somebody_who_is_not_enrolled_nothing_but_an_addition_is_understood(action: Action) -> None:
    held = family(jane(covered()))
    book, complaints = reading(held, ins(action, sam(), hd(END, "2026-01-01", "2026-06-30")))

    assert complaints == ((action, ""),)
    assert days_of(book, "E1-2") == []


def test_the_person_is_as_the_statement_shows_them() -> None:
    book = after(family(jane(covered())), ins(CHANGE, jane(last_name="Roe")))

    assert [m.values["last_name"] for m in book.members] == ["Roe"]  # type: ignore[union-attr]
    assert days_of(book) == OPEN


def test_a_family_of_which_nobody_was_ever_enrolled_is_none() -> None:
    assert read([], None, rules_of()) == (None, ())
