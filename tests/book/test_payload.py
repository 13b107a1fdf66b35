"""What is kept of a file: the target, and every statement with its set, come back as they were."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.book import Dialect, FamilyStatement, choose, diff, read, same_family, say_changes
from edi834.book.payload import restored_parts, restored_target, written
from edi834.grants import ReleasedFamily
from tests.book.drawn import AS_OF, DIALECTS, FAMILIES
from tests.book.families import TODAY, covered, day, family, jane, pat, sam, story


def statement(reported: ReleasedFamily | None, now: ReleasedFamily, **rules: Any) -> FamilyStatement:
    said = story(reported, now, **rules).statement
    assert said is not None
    return said


HELD = family(jane(covered(tier="employee")), sam(covered()))


@given(reported=st.one_of(st.none(), FAMILIES), wanted=FAMILIES, dialect=DIALECTS)
def test_whatever_is_said_comes_back_as_it_was(
    reported: ReleasedFamily | None, wanted: ReleasedFamily, dialect: Dialect
) -> None:
    edit = diff(reported, wanted, dialect, as_of=AS_OF)
    said = say_changes(edit, dialect)
    parts = (("0001", said), ("0007", said)) if said is not None else ()
    payload = written(edit.target, parts)

    assert restored_parts(payload) == (edit.target, parts)
    assert restored_target(payload) == edit.target
    assert written(*restored_parts(payload)) == payload


ENDED = covered(end="2026-11-30")
SHOWN = covered(tier="employee")
FULL = {"mode": "full_replace", "missing": "omission", "omission": "full_replace"}


@pytest.mark.parametrize(
    ("now", "rules"),
    [
        (family(jane(covered("2026-11-08", tier="family")), sam(covered())), {}),
        (family(jane(ENDED), sam(ENDED)), {"cascade": "subscriber_only"}),
        (family(jane(ENDED), sam(covered())), {"termination": "member_only"}),
        (family(jane(SHOWN, ssn="900456781"), sam(covered())), {"ssn_correction": "term_and_add"}),
        (family(jane(SHOWN)), FULL),
        (family(jane(SHOWN), pat(covered(premium="190.50")), sam(covered())), {}),
    ],
    ids=["from a date", "ended along", "the membership alone", "under another number", "left out", "added"],
)
def test_every_form_of_a_statement_comes_back(now: ReleasedFamily, rules: dict[str, Any]) -> None:
    said = statement(HELD, now, **rules)

    assert restored_parts(written(said.target, [("0001", said)])) == (said.target, (("0001", said),))


def test_where_somebody_came_from_comes_back() -> None:
    old = family(jane(covered()), sam(covered()))
    ref = next(m.ref for m in old.members if m.ref.member_id == "E1-2")
    said = say_changes(diff(None, old, Dialect(), as_of=TODAY, moves={ref: ref}), Dialect())
    assert said is not None

    (_, ((_, back),)) = restored_parts(written(old, [("0001", said)]))
    assert [m.moved_from for m in back.members] == [None, ref]


def test_a_carriers_book_is_found_again_by_reading_what_was_kept() -> None:
    wanted = family(jane(covered(tier="family")), sam(covered(end="2026-11-30")))
    _, said, _ = choose((HELD,), wanted, Dialect(), as_of=TODAY, say=lambda e: say_changes(e, Dialect()))
    assert said is not None
    _, parts = restored_parts(written(wanted, [("0001", said)]))

    book, complaints = read([one for _, one in parts], HELD, Dialect())
    assert complaints == ()
    assert same_family(book, wanted, Dialect())


def test_what_is_kept_of_a_person_taken_as_reported_has_no_statements() -> None:
    assert restored_parts(written(HELD, ())) == (HELD, ())
    assert restored_target(written(HELD, ())).members[0].coverages[0].begin == day("2026-01-01")
