"""The canonical form: what is the same to a carrier has one form, what is not has another."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.model import canonical

SEPARATORS = "\x1c\x1d\x1e\x1f"
texts = st.text(max_size=30)
moneys = st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, allow_infinity=False, places=6)


@given(texts)
def test_the_canonical_form_of_a_canonical_form_is_itself(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)


@given(texts, st.sampled_from(["NFC", "NFD"]))
def test_text_is_the_same_composed_or_decomposed(text: str, form: str) -> None:
    assert canonical(unicodedata.normalize(form, text)) == canonical(text)  # type: ignore[arg-type]


@given(st.text(st.characters(codec="latin-1"), max_size=30))
def test_text_is_the_same_in_capitals_and_small_letters(text: str) -> None:
    assert canonical(text.casefold()) == canonical(text)


@given(texts)
def test_nothing_in_it_separates_values(text: str) -> None:
    form = canonical(text)

    assert not set(form) & set(SEPARATORS)
    assert not any(unicodedata.category(letter) in {"Cc", "Cf"} for letter in form)
    assert form == form.strip()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("  Jane   Doe\t", "jane doe"),
        ("JANE\u00a0DOE", "jane doe"),
        ("Ja\u200bne", "jane"),
        ("\ufeffJane", "jane"),
        ("Mu\u00f1oz", "mun\u0303oz"),
        ("Gro\u00dfe", "GROSSE"),
        (Decimal("1234.5"), Decimal("1234.500")),
        (Decimal("1E+3"), Decimal("1000")),
        (Decimal("-0.00"), Decimal("0")),
        (None, ""),
        (None, "   "),
    ],
)
def test_these_are_the_same(one: str | Decimal | None, other: str | Decimal) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Munoz", "Mu\u00f1oz"),
        ("O'Dell", "ODell"),
        ("01234", "1234"),
        ("Jane Doe", "JaneDoe"),
        (Decimal("1.10"), Decimal("1.01")),
        (True, False),
        (False, None),
        (date(2026, 1, 1), date(2026, 1, 2)),
        (0, None),
        (Decimal("0"), None),
    ],
)
def test_these_are_not(one: object, other: object) -> None:
    assert canonical(one) != canonical(other)  # type: ignore[arg-type]


@given(moneys)
def test_a_number_has_one_form_without_exponent_or_idle_zeros(number: Decimal) -> None:
    form = canonical(number)

    assert Decimal(form) == number
    assert "E" not in form
    assert "." not in form or not form.endswith(("0", "."))
    assert canonical(number * Decimal("1.000")) == form


@given(moneys, moneys)
def test_two_numbers_have_one_form_only_if_they_are_equal(one: Decimal, other: Decimal) -> None:
    assert (canonical(one) == canonical(other)) is (one == other)


@given(st.dates(), st.dates())
def test_two_days_have_one_form_only_if_they_are_one(one: date, other: date) -> None:
    assert (canonical(one) == canonical(other)) is (one == other)
