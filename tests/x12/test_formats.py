"""Dates, times and numbers are spelled as X12 has them, and read back."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.errors import UnexpectedError
from edi834.x12 import formats


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("512.25", "512.25"), ("512.250", "512.25"), ("512.00", "512"), ("100", "100"), ("0.50", ".5"),
        ("-0.5", "-.5"), ("-12.10", "-12.1"), ("0.00", "0"), ("-0", "0"), ("1E+3", "1000"), ("1E-3", ".001"),
    ],
)  # fmt: skip
def test_an_amount_has_no_exponent_and_no_needless_zero(number: str, text: str) -> None:
    assert formats.decimal_r(Decimal(number)) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_an_amount_is_read_back_as_the_same_number(number: Decimal) -> None:
    assert Decimal(formats.decimal_r(number)) == number


@pytest.mark.parametrize("number", ["NaN", "Infinity"])
def test_what_is_no_number_is_not_spelled(number: str) -> None:
    with pytest.raises(UnexpectedError, match="E834-0502"):
        formats.decimal_r(Decimal(number))


def test_dates_and_times_are_spelled_without_marks() -> None:
    assert formats.d8(date(2024, 2, 1)) == "20240201"
    assert formats.d8(date(987, 2, 1)) == "09870201"
    assert formats.d6(date(2024, 2, 1)) == "240201"
    assert formats.rd8(date(2024, 2, 1), date(2024, 2, 29)) == "20240201-20240229"
    assert formats.hhmm(time(7, 5, 9)) == "0705"
    assert formats.tm(time(7, 5)) == "0705"
    assert formats.tm(time(7, 5, 9)) == "070509"
    assert formats.n0(7) == "7"


def test_a_period_that_ends_before_it_begins_is_not_spelled() -> None:
    with pytest.raises(UnexpectedError, match="E834-0502"):
        formats.rd8(date(2024, 2, 2), date(2024, 2, 1))


@pytest.mark.parametrize("year", [1999, 2100])
def test_a_year_that_two_digits_cannot_tell_is_not_spelled(year: int) -> None:
    with pytest.raises(UnexpectedError, match="E834-0502"):
        formats.d6(date(year, 1, 1))


@given(st.dates(), st.dates())
def test_dates_are_read_back(one: date, other: date) -> None:
    first, last = sorted((one, other))

    assert formats.read_d8(formats.d8(one)) == one
    assert formats.read_rd8(formats.rd8(first, last)) == (first, last)


@pytest.mark.parametrize("text", ["", "2024020", "20240230", "2024-2-1", "２０２４０２０１", "20240201 "])
def test_a_text_that_is_no_date_is_none(text: str) -> None:
    assert formats.read_d8(text) is None
    assert formats.read_rd8(f"{text}-20240201") is None


@pytest.mark.parametrize(
    ("text", "clock"),
    [("2215", time(22, 15)), ("221530", time(22, 15, 30)), ("22153025", time(22, 15, 30, 250000)), ("2460", None),
     ("22", None), ("22:15", None)],
)  # fmt: skip
def test_times_are_read_in_every_length(text: str, clock: time | None) -> None:
    assert formats.read_tm(text) == clock
