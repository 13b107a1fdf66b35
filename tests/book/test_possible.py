"""The books a carrier may have after a rejection, and the statement that takes each of them to the desired one."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.book import (
    Action,
    Books,
    Dialect,
    FamilyStatement,
    Sending,
    choose,
    possible_books,
    read,
    same_family,
    say_changes,
)
from edi834.feed.guards import family_holds
from edi834.grants import ReleasedFamily
from edi834.model import TransmissionId
from tests.book.drawn import AS_OF, DIALECTS, FAMILIES
from tests.book.families import TODAY, covered, days_of, family, jane, rules_of, sam, story

BASE = Dialect()


def sending(name: str, *taken: FamilyStatement | None, corrects: str | None = None) -> Sending:
    """What the carrier took of one file; nothing where it rejected all of it."""
    of = TransmissionId(corrects) if corrects else None
    return Sending(TransmissionId(name), tuple(s for s in taken if s is not None), of)


def said(reported: ReleasedFamily | None, now: ReleasedFamily) -> FamilyStatement:
    """What a file of changes says of this."""
    statement = story(reported, now).statement
    assert statement is not None
    return statement


def after(base: ReleasedFamily | None, *sendings: Sending) -> Books:
    return possible_books(base, sendings, BASE)


def chosen(books: Books, wanted: ReleasedFamily, **rules: Any) -> FamilyStatement:
    """The statement that is chosen; each book must be the desired one after it."""
    dialect = rules_of(**rules)
    _, statement, is_understood = choose(books, wanted, dialect, as_of=TODAY, say=lambda e: say_changes(e, dialect))
    assert is_understood
    assert statement is not None
    for book in books:
        assert same_family(read([statement], book, dialect)[0], wanted, dialect)
    return statement


HIRED = family(jane(covered()))
WITH_SAM = family(jane(covered()), sam(covered("2026-11-01")))
ENDED = family(jane(covered(end="2026-11-30")))
MOVED = family(jane(covered(), address1="2 Pine St"))

# --- which books --------------------------------------------------------------------------------------------------


def test_where_everything_was_taken_there_is_one_book_as_last_reported() -> None:
    (book,) = after(None, sending("T1", said(None, HIRED)), sending("T2", said(HIRED, WITH_SAM)))

    assert same_family(book, WITH_SAM, BASE)


def test_of_a_rejected_set_nothing_is_in_the_book() -> None:
    assert after(HIRED, sending("T2")) == (HIRED,)
    assert after(None, sending("T1")) == (None,)


def test_what_a_newer_file_said_is_read_without_the_rejected_one_that_it_rested_on() -> None:
    """The enrollment was rejected after the change that rested on it was sent: nobody is enrolled who could change."""
    assert after(None, sending("T1"), sending("T2", said(HIRED, ENDED))) == (None,)


def test_a_newer_file_that_stands_alone_counts_although_the_older_one_was_rejected() -> None:
    (book,) = after(HIRED, sending("T2"), sending("T3", said(ENDED, HIRED)))

    assert same_family(book, HIRED, BASE)


def test_of_a_family_in_two_sets_the_book_shows_the_half_that_was_taken() -> None:
    whole = said(HIRED, family(jane(covered(), last_name="Roe"), sam(covered("2026-11-01"))))
    of_sam = dataclasses.replace(whole, members=tuple(m for m in whole.members if not m.member.ref.is_subscriber))

    (book,) = after(HIRED, sending("T2", of_sam))
    assert same_family(book, WITH_SAM, BASE)


def test_a_corrected_file_leaves_two_books_with_and_without_the_original() -> None:
    """A carrier may take the original back before it reads the corrected file (BGN01 15), or not."""
    wrong = family(jane(covered()), sam(covered("2026-10-01", benefit="dental")))
    corrected = sending("T3", said(HIRED, WITH_SAM), corrects="T2")
    books = after(HIRED, sending("T2", said(HIRED, wrong)), corrected)

    medical, dental = ("PPO500", "2026-11-01", None), ("PPO500", "2026-10-01", None)
    assert [days_of(book, "E1-2") for book in books] == [[dental, medical], [medical]]
    chosen(books, WITH_SAM)


def test_books_that_are_the_same_are_one() -> None:
    books = after(HIRED, sending("T2", said(HIRED, MOVED)), sending("T3", said(HIRED, MOVED), corrects="T2"))

    assert len(books) == 1


# --- which statement ----------------------------------------------------------------------------------------------


def test_where_the_book_is_known_what_changed_is_stated_plainly() -> None:
    statement = chosen((HIRED,), WITH_SAM)

    assert [(m.member.ref.member_id, m.action) for m in statement.members] == [("E1-2", Action.ADD)]


def test_where_every_book_is_as_desired_nothing_is_stated() -> None:
    assert choose((HIRED, HIRED), HIRED, BASE, as_of=TODAY)[1:] == (None, True)


def test_an_upsert_states_every_coverage_as_it_is() -> None:
    statement = chosen((None, HIRED), HIRED)

    assert [(m.action, [c.action for c in m.coverages]) for m in statement.members] == [(Action.AUDIT, [Action.AUDIT])]


def test_an_upsert_states_what_a_book_shows_besides_as_never_effective() -> None:
    dental = family(jane(covered(), covered(benefit="dental")))
    (member,) = chosen((HIRED, dental), HIRED).members

    assert [(c.coverage.benefit, c.begin == c.end) for c in member.coverages] == [("dental", True), ("medical", False)]


def test_term_and_add_takes_each_person_out_and_adds_them_as_they_are() -> None:
    out, back = chosen((HIRED, ENDED), HIRED, after_rejection="term_and_add").members

    assert (out.action, [(c.action, c.begin == c.end) for c in out.coverages]) == (Action.END, [(Action.END, True)])
    assert (back.action, [(c.action, c.end) for c in back.coverages]) == (Action.ADD, [(Action.ADD, None)])


@pytest.mark.parametrize("after_rejection", ["upsert", "term_and_add"])
@pytest.mark.parametrize(
    ("books", "wanted"),
    [
        ((None, HIRED), HIRED),
        ((HIRED, ENDED), HIRED),
        ((HIRED, ENDED), ENDED),
        ((HIRED, WITH_SAM), HIRED),
        ((HIRED, WITH_SAM), WITH_SAM),
        ((None, HIRED, WITH_SAM), family(jane(covered(end="2026-11-30")), sam(covered("2026-11-01", "2026-11-30")))),
        ((None, family(jane(covered("2026-10-01")))), family(jane(covered("2026-09-01")))),
        ((HIRED, family(jane(covered(plan_code="HMO1")))), family(jane(covered(plan_code="HMO1")))),
    ],
    ids=["enrolled", "not ended", "ended", "not added", "added", "all ended", "another first day", "another plan"],
)
def test_whichever_book_the_carrier_has_the_statement_makes_it_the_desired_one(
    after_rejection: str, books: Books, wanted: ReleasedFamily
) -> None:
    chosen(books, wanted, after_rejection=after_rejection)


def test_after_a_late_rejection_what_was_rejected_is_reported_again_and_what_was_taken_since_is_not() -> None:
    moved = family(jane(covered(), address1="2 Pine St"), sam(covered("2026-11-01")))
    books = after(HIRED, sending("T2"), sending("T3", said(WITH_SAM, moved)))

    assert [m.member.ref.member_id for m in chosen(books, moved).members] == ["E1-2"]


# --- where none does ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", [WITH_SAM, HIRED], ids=["something changed", "the likeliest book is as desired"])
def test_where_a_carriers_rule_is_to_hold_the_family_waits_and_is_stated_whole_once_it_is_approved(
    wanted: ReleasedFamily,
) -> None:
    dialect = rules_of(after_rejection="hold")
    edit, statement, is_understood = choose((HIRED, ENDED), wanted, dialect, as_of=TODAY)

    assert is_understood
    assert statement is not None
    assert {m.action for m in statement.members} == {Action.AUDIT}
    assert [f.code for f in family_holds(edit, dialect, as_of=TODAY, is_in_doubt=True)] == ["E834-0919"]
    assert list(family_holds(edit, dialect, as_of=TODAY)) == []


@pytest.mark.parametrize(("many", "understood"), [(8, True), (9, False)])
def test_of_a_family_that_may_have_too_many_books_a_person_decides(many: int, understood: bool) -> None:
    books = tuple(family(jane(covered(end=f"2026-12-{10 + at}"))) for at in range(many))
    _, statement, is_understood = choose(books, HIRED, BASE, as_of=TODAY)

    assert is_understood is understood
    assert (statement is not None) is understood


@given(
    books=st.lists(st.one_of(st.none(), FAMILIES), min_size=1, max_size=3),
    wanted=FAMILIES,
    dialect=DIALECTS,
    after_rejection=st.sampled_from(["upsert", "term_and_add"]),
)
def test_a_chosen_statement_takes_each_book_to_the_desired_one_or_it_is_said_that_none_does(
    books: list[ReleasedFamily | None], wanted: ReleasedFamily, dialect: Dialect, after_rejection: str
) -> None:
    dialect = dataclasses.replace(dialect, after_rejection=after_rejection)
    _, statement, is_understood = choose(tuple(books), wanted, dialect, as_of=AS_OF)

    if is_understood:
        read_by = [read([statement], book, dialect)[0] if statement is not None else book for book in books]
        assert all(same_family(book, wanted, dialect) for book in read_by)


# --- some members alone -------------------------------------------------------------------------------------------


def test_of_a_family_of_which_some_members_were_rejected_the_others_may_have_been_taken_or_not() -> None:
    doubtful = dataclasses.replace(sending("T2", said(HIRED, WITH_SAM)), is_doubtful=True)
    books = after(None, sending("T1", said(None, HIRED)), doubtful)

    assert [same_family(book, known, BASE) for book, known in zip(books, (HIRED, WITH_SAM), strict=True)] == [
        True,
        True,
    ]
    assert {m.action for m in chosen(books, WITH_SAM).members} == {Action.AUDIT}


def test_a_corrected_file_for_one_member_takes_nothing_back_of_the_others() -> None:
    both = family(jane(covered(), address1="2 Pine St"), sam(covered("2026-11-01")))
    original = said(HIRED, both)
    alone = dataclasses.replace(original, members=tuple(m for m in original.members if not m.member.ref.is_subscriber))
    books = after(None, sending("T1", said(None, HIRED)), sending("T2", original), sending("T3", alone, corrects="T2"))

    assert [same_family(book, both, BASE) for book in books] == [True]


def test_somebody_stated_under_a_number_whose_correction_was_rejected_may_be_known_under_either() -> None:
    corrected = family(jane(covered(), ssn="900456999"))
    moved = family(jane(covered(), ssn="900456999", address1="2 Pine St"))
    books = after(HIRED, sending("T2"), sending("T3", said(corrected, moved)))

    assert len(books) == 2
    (stated,) = chosen(books, moved).members
    assert stated.action is Action.AUDIT
    assert stated.reported is not None
    assert (stated.reported.values["ssn"], stated.member.values["ssn"]) == ("900456789", "900456999")


def test_a_dependent_who_may_be_known_under_two_numbers_ends_under_the_wrong_one() -> None:
    """A carrier may have enrolled two of them."""
    wrong, right = (family(jane(covered()), sam(covered(), ssn=ssn)) for ssn in ("900456111", "900456222"))
    subscriber, old, new = chosen((wrong, right), right).members

    assert [m.action for m in (subscriber, old, new)] == [Action.AUDIT, Action.END, Action.AUDIT]
    assert [m.member.values["ssn"] for m in (old, new)] == ["900456111", "900456222"]
