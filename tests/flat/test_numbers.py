"""Numbers are spelled without a point, with the sign where the carrier wants it, and never rounded."""

from __future__ import annotations

from decimal import Decimal

import pytest

from edi834.flat import SignStyle, exact_number, plain_number, read_number, spelled_number

NONE, LEADING, TRAILING, OVERPUNCH = SignStyle.NONE, SignStyle.LEADING, SignStyle.TRAILING, SignStyle.OVERPUNCH


@pytest.mark.parametrize(
    ("number", "style", "spelled"),
    [
        ("512.25", NONE, "0051225"),
        ("-512.25", LEADING, "-051225"),
        ("-512.25", TRAILING, "051225-"),
        ("512.25", LEADING, "0051225"),
        ("512.25", OVERPUNCH, "005122E"),
        ("-512.25", OVERPUNCH, "005122N"),
        ("0", OVERPUNCH, "000000{"),
        ("-10", OVERPUNCH, "000100}"),
        ("1E+2", NONE, "0010000"),
        ("0.10", NONE, "0000010"),
        ("-0.00", LEADING, "0000000"),
    ],
)
def test_a_number_of_two_implied_decimals_in_seven_places(number: str, style: SignStyle, spelled: str) -> None:
    assert spelled_number(Decimal(number), 2, style, 7) == spelled
    assert read_number(spelled, 2, style) == Decimal(number)


def test_nothing_is_rounded() -> None:
    assert spelled_number(Decimal("0.005"), 2, NONE) is None
    assert plain_number(Decimal("0.005"), 2) is None
    assert spelled_number(Decimal("0.0050"), 3, NONE) == "5"


def test_a_negative_number_needs_a_place_for_its_sign() -> None:
    assert spelled_number(Decimal(-1), 0, NONE) is None


def test_more_digits_than_a_decimal_context_holds_are_kept() -> None:
    digits = "1234567890" * 6

    assert spelled_number(Decimal(digits + ".25"), 2, NONE) == digits + "25"
    assert read_number(digits, 0, NONE) == Decimal(digits)


@pytest.mark.parametrize("text", ["", "-", "1-", "1.5", "12a", "١٢", "²", "NaN", "1E5", " 1", "+1", "{1", "9" * 5000])
def test_what_is_no_number_is_not_read_as_one(text: str) -> None:
    assert read_number(text, 0, LEADING) is None


def test_a_positive_number_without_a_zone_is_read_as_positive() -> None:
    assert read_number("0012", 2, OVERPUNCH) == Decimal("0.12")


def test_a_plain_number_has_exactly_its_decimals() -> None:
    assert plain_number(Decimal("12.5"), 2) == "12.50"
    assert plain_number(Decimal("-0.05"), 2) == "-0.05"
    assert plain_number(Decimal("-0.00"), 2) == "0.00"
    assert plain_number(Decimal("7"), 0) == "7"


@pytest.mark.parametrize("text", ["1e5", "Infinity", "NaN", "", "1.", ".5", "--1", "٣"])
def test_only_plain_numbers_are_exact(text: str) -> None:
    assert exact_number(text) is None
