"""Texts are put into the characters a carrier reads, by one table, with a reason for each change; or not at all."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.errors import ConfigurationError
from edi834.x12 import Charset, Cleaned, Delimiters, Uncleanable, clean, transliterate
from edi834.x12.charset import CHARSETS, TRANSLITERATION, forbidden

MARKS = Delimiters()
charsets = st.sampled_from(sorted(CHARSETS))


@pytest.mark.parametrize(
    ("name", "text", "reasons"),
    [
        ("DOE", "DOE", ()),
        ("Muñoz", "Munoz", ("accent",)),
        ("Zoë", "Zoe", ("accent",)),
        ("Groß", "Gross", ("letter",)),
        ("Ørsted", "Orsted", ("letter",)),
        ("Łukasz", "Lukasz", ("letter",)),
        ("Nguyễn", "Nguyen", ("accent",)),
        ("O’Brien", "O'Brien", ("punctuation",)),
        ("Smith–Jones", "Smith-Jones", ("punctuation",)),
        ("Anna\u00a0Maria", "Anna Maria", ("space",)),
        ("An\u200bna", "Anna", ("invisible",)),
        ("\u202eAnna", "Anna", ("invisible",)),
        ("A*B~C:D^E", "A B C D E", ("delimiter",)),
        (" Anna ", "Anna", ("space",)),
        ("", "", ()),
    ],
)
def test_a_name_is_spelled_in_the_extended_set(name: str, text: str, reasons: tuple[str, ...]) -> None:
    assert clean(name, "extended", MARKS) == Cleaned(text, reasons)  # type: ignore[arg-type]


def test_the_basic_set_has_capitals_only_and_fewer_signs() -> None:
    assert clean("Muñoz #5", "basic", MARKS) == Cleaned("MUNOZ  5", ("accent", "sign", "case"))


@pytest.mark.parametrize("name", ["Jos\u00e9", "Jose\u0301"])
def test_one_name_in_two_encodings_is_one_text(name: str) -> None:
    assert clean(name, "extended", MARKS) == Cleaned("Jose", ("accent",))


@pytest.mark.parametrize(
    ("name", "positions"),
    [("李明", (0, 1)), ("Anna 👍", (5,)), ("محمد", (0, 1, 2, 3)), ("An\tna", (2,)), ("An\nna", (2,)), ("\x00", (0,))],
)
def test_what_has_no_spelling_is_refused_and_never_becomes_a_question_mark(
    name: str, positions: tuple[int, ...]
) -> None:
    assert clean(name, "extended", MARKS) == Uncleanable(positions)


def test_delimiters_may_be_left_out_instead() -> None:
    assert clean("A*B", "extended", MARKS, replacement="") == Cleaned("AB", ("delimiter",))
    assert clean("A*B", "extended", MARKS, replacement="-") == Cleaned("A-B", ("delimiter",))


@pytest.mark.parametrize("replacement", ["*", "é", "--", "\n"])
def test_a_replacement_that_is_itself_forbidden_is_refused(replacement: str) -> None:
    with pytest.raises(ConfigurationError, match="E834-0507"):
        clean("A*B", "extended", MARKS, replacement)


def test_other_delimiters_free_the_usual_ones() -> None:
    marks = Delimiters("|", "!", "%", "\n")

    assert clean("A*B|C", "extended", marks) == Cleaned("A*B C", ("delimiter",))


@given(st.text(max_size=40), charsets)
def test_a_cleaned_text_is_one_the_writer_takes(text: str, charset: Charset) -> None:
    cleaned = clean(text, charset, MARKS)

    if isinstance(cleaned, Cleaned):
        assert forbidden(charset, MARKS).search(cleaned.text) is None
        assert cleaned.text == cleaned.text.strip()


@given(st.text(max_size=40), charsets)
def test_cleaning_twice_changes_nothing_more(text: str, charset: Charset) -> None:
    cleaned = clean(text, charset, MARKS)

    if isinstance(cleaned, Cleaned):
        assert clean(cleaned.text, charset, MARKS) == Cleaned(cleaned.text)


@given(st.text(max_size=40), charsets)
def test_nothing_is_changed_without_a_reason(text: str, charset: Charset) -> None:
    cleaned = clean(text, charset, MARKS)

    if isinstance(cleaned, Cleaned) and not cleaned.reasons:
        assert cleaned.text == unicodedata.normalize("NFC", text)


@given(st.text(max_size=40))
def test_both_forms_of_a_text_are_cleaned_alike(text: str) -> None:
    composed, taken_apart = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))

    assert clean(composed, "extended", MARKS) == clean(taken_apart, "extended", MARKS)


def test_every_letter_of_the_table_becomes_ascii() -> None:
    assert all(plain.isascii() and "?" not in plain for plain, _ in TRANSLITERATION.values())
    assert all(not letter.isascii() and len(letter) == 1 for letter in TRANSLITERATION)


def test_an_accented_letter_becomes_the_letter_it_is_composed_of() -> None:
    """The table is written by hand; Unicode knows what each accented letter is made of."""
    wrong = [
        letter
        for letter, (plain, reason) in TRANSLITERATION.items()
        if reason == "accent" and unicodedata.normalize("NFD", letter)[0] not in (plain, plain.lower())
    ]

    assert wrong == []


def test_a_text_is_transliterated_for_other_files_too() -> None:
    assert transliterate("Muñoz & Groß*") == "Munoz & Gross*"
    assert transliterate("李明") is None
