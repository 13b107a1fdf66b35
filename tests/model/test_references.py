"""References and masks: what may stand in a log, and what never does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.model import FamilyRef, GroupId, MemberId, MemberRef
from edi834.model.finding import masked
from edi834.model.ids import shown

NINE = st.integers(900_000_000, 999_999_999).map(str)


@given(NINE)
def test_an_identifier_that_looks_like_a_number_is_shown_by_its_last_four(digits: str) -> None:
    ref = MemberRef(GroupId("acme"), MemberId(digits), MemberId(digits))
    dashed = f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"

    for text in (str(ref), str(ref.family), shown(digits), shown(dashed)):
        assert digits not in text
        assert dashed not in text
        assert digits[-4:] in text


@pytest.mark.parametrize("identifier", ["J1009-2", "E1001", "12345678", "1234567890"])
def test_any_other_identifier_is_shown_as_it_is(identifier: str) -> None:
    assert shown(identifier) == identifier


@given(st.text(st.characters(exclude_characters="*"), min_size=2, max_size=20))
def test_a_masked_value_shows_one_letter_or_four_digits(value: str) -> None:
    shown_as = masked(value)

    assert value not in shown_as
    assert sum(1 for letter in shown_as if letter not in "*-") <= 4


def test_an_empty_value_is_masked_by_nothing() -> None:
    assert masked("") == ""


def test_a_reference_knows_its_family_and_the_subscriber() -> None:
    ref = MemberRef(GroupId("acme"), MemberId("E1"), MemberId("E1-2"))

    assert ref.family == FamilyRef(GroupId("acme"), MemberId("E1"))
    assert not ref.is_subscriber
    assert MemberRef(GroupId("acme"), MemberId("E1"), MemberId("E1")).is_subscriber
