"""Worklists on paper: everything is there, nothing is markup, and the same list is the same bytes."""

from __future__ import annotations

import io
import subprocess
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from delivery.printed import as_html, as_pdf
from edi834.mapping.paper import WorkItem, WorkLine, Worklist, from_json, to_json

NOTICE = "This sheet holds protected health information. Shred it when the last item is confirmed."


def a_line(person: str = "Zoë Muñoz", happened: str = "coverage ended", *rows: tuple[str, str, str]) -> WorkLine:
    return WorkLine(person, happened, rows or (("Plan", "VIS1", ""),), date(2026, 11, 30), "the subscriber left")


def a_worklist(*items: WorkItem, **changes: str) -> Worklist:
    worklist = Worklist(
        title="Changes to enter",
        feed="lantern-vision",
        carrier="Lantern Vision",
        group="Juniper Ridge Timber Company",
        reference="LV-000000012",
        digest="3fa8 77c1",
        as_of=date(2026, 11, 22),
        notice=NOTICE,
        items=items or (WorkItem(1, "Muñoz, E0001", (a_line(),)),),
    )
    return replace(worklist, **changes)


def pages(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def test_a_cover_sheet_says_whose_it_is_and_what_to_do() -> None:
    cover, *_ = pages(as_pdf(a_worklist()))

    for words in ("Juniper Ridge Timber Company", "Lantern Vision", "November 22, 2026", "3fa8 77c1", NOTICE):
        assert words in cover


def test_every_page_has_a_foot_with_transmission_digest_and_number() -> None:
    many = [WorkItem(number, f"Family {number}", (a_line(), a_line())) for number in range(1, 31)]

    found = pages(as_pdf(a_worklist(*many)))

    assert len(found) > 5
    for number, page in enumerate(found, start=1):
        assert "LV-000000012 · 3fa8 77c1" in page
        assert f"page {number} of {len(found)}" in page


def test_a_family_has_its_number_its_people_and_a_place_for_the_confirmation() -> None:
    text = " ".join(pages(as_pdf(a_worklist(WorkItem(7, "Muñoz, E0001", (a_line(),), again=True)))))

    for words in ("7. Muñoz, E0001 (asked for before)", "Confirmation no.", "effective 11/30/2026", "was", "is now"):
        assert words in text


@pytest.mark.needs("pdftotext")
def test_accents_come_out_right_and_other_scripts_by_number() -> None:
    people = [
        "Zoë Muñoz",
        "Łukasz Dvořák-Kovačević",
        "Nguyễn Thị Hoa",
        "Şükrü İpek",
        "Ανδρέας",
        "Юлия",
        "O’Brien — fils",
    ]
    items = [WorkItem(n, person, (a_line(person),)) for n, person in enumerate([*people, "李小龙"], start=1)]

    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=as_pdf(a_worklist(*items)), capture_output=True, check=True
    ).stdout.decode()

    for person in people:
        assert text.count(person) == 2, person
    assert "[U+674E][U+5C0F][U+9F99]" in text


def test_what_looks_like_markup_is_text() -> None:
    """T18: nothing that came from anywhere is ever read as markup."""
    hostile = [
        '<font color="[[[x]]]">',
        "<img src=file:///etc/passwd>",
        "<b>bold</b>",
        "&lt;",
        "<!-- -->",
        "{{ 7*7 }}",
        "%s",
    ]
    items = [WorkItem(n, words, (a_line(words, words, (words, words, words)),)) for n, words in enumerate(hostile, 1)]
    worklist = a_worklist(*items, title=hostile[0], carrier=hostile[1], group=hostile[2], notice=hostile[3])

    text = "".join(pages(as_pdf(worklist))).replace(" ", "")
    seen = _visible(as_html(worklist))

    for words in hostile:
        assert text.count(words.replace(" ", "")) >= 6, words
        assert seen.count(words) >= 6, words


def test_nothing_is_cut_off_however_long_it_is() -> None:
    """A word wider than its column, a row longer than a page, a line end inside a value."""
    word, text = "W" * 400, " ".join(f"w{n}" for n in range(3000))
    worklist = a_worklist(
        WorkItem(1, word, (a_line(word, word, (word, text, word), ("Street", "12 Elm\nApt 3", "")),)),
        WorkItem(2, text, ()),
        carrier=word,
        group=word,
        notice=text,
    )

    drawn = "".join(pages(as_pdf(worklist))).replace(" ", "")

    assert drawn.count("W") >= 6 * 400
    assert all(drawn.count(f"w{n}") >= 3 for n in (0, 1500, 2999))
    assert "12ElmApt3" in drawn


def test_the_same_list_gives_the_same_bytes() -> None:
    assert as_pdf(a_worklist()) == as_pdf(a_worklist())
    assert as_html(a_worklist()) == as_html(a_worklist())


def test_the_page_fetches_nothing() -> None:
    page = as_html(a_worklist())

    assert "default-src 'none'" in page
    assert not any(words in page for words in ("http://", "https://", "<script", "src=", "@import", "url("))


def test_an_empty_list_is_still_a_sheet() -> None:
    assert "Families 0" in pages(as_pdf(replace(a_worklist(), items=())))[0]


texts = st.text(max_size=20)
lines = st.builds(
    WorkLine,
    person=texts,
    happened=texts,
    rows=st.lists(st.tuples(texts, texts, texts), max_size=3).map(tuple),
    effective=st.none() | st.dates(min_value=date(1900, 1, 1)),
    why=texts,
)
items = st.builds(
    WorkItem,
    number=st.integers(1, 9999),
    family=texts,
    lines=st.lists(lines, max_size=3).map(tuple),
    again=st.booleans(),
)


@given(st.lists(items, max_size=3))
def test_a_list_reads_back_as_it_was_written(found: list[WorkItem]) -> None:
    worklist = replace(a_worklist(), items=tuple(found))

    assert from_json(to_json(worklist)) == worklist
    assert to_json(from_json(to_json(worklist))) == to_json(worklist)


@given(st.lists(items, max_size=2))
def test_whatever_is_on_a_list_can_be_printed(found: list[WorkItem]) -> None:
    worklist = replace(a_worklist(), items=tuple(found))

    assert as_pdf(worklist).startswith(b"%PDF")
    assert as_html(worklist).count("<section") == len(found)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"null", b'{"v": 2}', to_json(a_worklist()).replace(b'"VIS1"', b"7"), b"\xff"]
)
def test_what_is_not_a_worklist_is_refused_without_being_quoted(content: bytes) -> None:
    with pytest.raises(ValueError) as caught:
        from_json(content)

    assert "VIS1" not in str(caught.value)
    assert "Muñoz" not in repr(caught.value.__cause__)


def _visible(page: str) -> str:
    class Reader(HTMLParser):
        seen = ""

        def handle_data(self, data: str) -> None:
            self.seen += data

    reader = Reader()
    reader.feed(page)
    return reader.seen
