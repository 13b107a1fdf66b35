"""Worklists on paper: everything is there, nothing is markup, and the same list is the same bytes."""

from __future__ import annotations

import hashlib
import io
import random
import re
import struct
import subprocess
import sys
import zlib
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from delivery.paper.page import MARGIN, Paper, paper_of
from delivery.printed import as_html, as_pdf
from edi834.errors import ConfigurationError
from edi834.mapping.paper import WorkItem, WorkLine, Worklist, from_json, to_json
from edi834.workspace.settings import PaperSettings

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


PAPERS = [
    Paper(orientation=orientation, sheet=sheet)
    for orientation in ("portrait", "landscape")
    for sheet in ("letter", "a4")
]
on_every_paper = pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: f"{paper.sheet}-{paper.orientation}")


def pdftotext(pdf: bytes, *options: str) -> str:
    return subprocess.run(["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


def pages(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def test_a_cover_sheet_says_whose_it_is_and_what_to_do() -> None:
    cover, *_ = pages(as_pdf(a_worklist()))

    for words in ("Juniper Ridge Timber Company", "Lantern Vision", "November 22, 2026", "3fa8 77c1", NOTICE):
        assert words in cover


@on_every_paper
def test_every_page_has_a_foot_with_transmission_digest_and_number(paper: Paper) -> None:
    many = [WorkItem(number, f"Family {number}", (a_line(), a_line())) for number in range(1, 31)]

    found = pages(as_pdf(a_worklist(*many), replace(paper, letterhead=("Sawtooth Benefit Brokers",))))

    assert len(found) > 5
    for number, page in enumerate(found, start=1):
        assert "edi834 · LV-000000012 · 3fa8 77c1" in page
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

    text = pdftotext(as_pdf(a_worklist(*items)), "-layout")

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


@on_every_paper
def test_the_same_list_gives_the_same_bytes(paper: Paper) -> None:
    paper = replace(paper, letterhead=A_PAPER.letterhead, logo=a_picture())

    assert as_pdf(a_worklist(), paper) == as_pdf(a_worklist(), paper)
    assert as_html(a_worklist(), paper) == as_html(a_worklist(), paper)


def test_the_same_list_gives_the_same_bytes_in_another_place_and_process() -> None:
    code = "import sys; sys.path[:0] = ['.']; import tests.delivery.test_printed as t, hashlib\n"
    code += "print(hashlib.sha256(t.as_pdf(t.a_worklist(), t.A_PAPER)).hexdigest())"
    surroundings = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C", "PATH": "/usr/bin:/bin"}

    elsewhere = subprocess.run(
        [sys.executable, "-c", code], env=surroundings, capture_output=True, text=True, check=True
    ).stdout.strip()

    assert elsewhere == hashlib.sha256(as_pdf(a_worklist(), A_PAPER)).hexdigest()


def a_picture() -> bytes:
    """A red square, as PNG."""
    rows = b"".join(b"\0" + b"\xc0\x20\x20" * 40 for _ in range(40))
    parts = ((b"IHDR", struct.pack(">IIBBBBB", 40, 40, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


A_PAPER = Paper(("Sawtooth Benefit Brokers", "Boise"), a_picture(), "landscape", "a4")


@pytest.mark.needs("pdftotext")
@on_every_paper
def test_every_value_is_found_again_and_stands_between_the_margins(paper: Paper) -> None:
    """Nothing is clipped: what a reader of the file finds is everything, and all of it lies on the sheet."""
    chance = random.Random(paper.orientation + paper.sheet)
    values = [
        f"value{n}" + "".join(chance.choices("abcXYZÄñ -./,", k=chance.randint(0, 90))) + f"end{n}" for n in range(240)
    ]
    values[7], values[8] = "W" * 300 + "end7", "value8 " + "long words " * 60 + "end8"
    rows = [(values[n], values[n + 1], values[n + 2]) for n in range(0, 180, 3)]
    made = [
        WorkLine(values[180 + n], values[190 + n], tuple(rows[n * 6 : n * 6 + 6]), None, values[200 + n])
        for n in range(10)
    ]
    items = [WorkItem(n + 1, values[210 + n], tuple(made[n * 2 : n * 2 + 2])) for n in range(5)]
    head = tuple(values[220:228])
    worklist = a_worklist(*items, title=values[230], carrier=values[231], group=values[232], notice=values[233])

    pdf = as_pdf(worklist, replace(paper, letterhead=head, logo=a_picture()))

    text = re.sub(r"\s", "", pdftotext(pdf, "-raw"))
    for value in (*values[:228], *values[230:234]):
        if value in {*values[215:220], *values[228:230]}:
            continue  # stands on no list
        sought = re.sub(r"\s", "", value)
        # A row that begins on one page may end on the next.
        assert any(sought[:at] in text and sought[at:] in text for at in range(len(sought))), value
    width, height = paper.size
    boxes = re.findall(
        r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)"', pdftotext(pdf, "-bbox")
    )
    assert len(boxes) > 500
    for left, top, right, bottom in (tuple(map(float, box)) for box in boxes):
        assert MARGIN - 1 <= left < right <= width - MARGIN + 1
        assert MARGIN - 1 <= top < bottom <= height - MARGIN + 12  # the foot stands a little lower


def test_the_letterhead_is_the_workspaces_own_and_stands_on_the_first_page_alone() -> None:
    head = ("Sawtooth Benefit Brokers", "1200 Mill Street, Boise, Idaho 83702")

    first, *others = pages(as_pdf(a_worklist(), Paper(head, a_picture())))
    page = as_html(a_worklist(), Paper(head, a_picture(), "landscape"))

    assert first.startswith(" ".join(head))
    assert others
    assert not any(head[0] in other for other in others)
    assert all(line in _visible(page) for line in head)
    assert "img-src data:" in page
    assert page.count("data:image/png;base64,") == 1
    assert "letter landscape" in page


@pytest.mark.parametrize(
    "content",
    [None, b"", b"<svg/>", a_picture()[:60], b"GIF89a", a_picture() + bytes(1 << 20)],
    ids=lambda content: f"{content!r:.12}",
)
def test_a_picture_that_is_none_is_refused_before_anything_is_printed(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "logo.png").write_bytes(content)

    with pytest.raises(ConfigurationError) as caught:
        paper_of(PaperSettings(logo=tmp_path / "logo.png"))

    assert caught.value.code == "E834-0881"


def test_500_pages_take_little_memory() -> None:
    """A process of its own, for the high-water mark of one that has printed more before says nothing."""
    code = (
        "import sys; sys.path[:0] = ['.']; import io, resource, tests.delivery.test_printed as t\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024\n"
        "t.as_pdf(t.a_long_list(5)); t.PdfReader; before = peak()\n"
        "pdf = t.as_pdf(t.a_long_list(850)); more = peak() - before\n"
        "print(len(t.PdfReader(io.BytesIO(pdf)).pages), more)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert int(said[0]) >= 500
    assert float(said[1]) < 40  # MiB; laid out all at once they take some 300


def a_long_list(families: int) -> Worklist:
    rows = (
        ("Plan", "VIS1", "VIS2"),
        ("From", "01/01/2026", "12/01/2026"),
        ("Street", "12 Elm Street", "99 Oak Avenue"),
    )
    return a_worklist(
        *(
            WorkItem(n, f"Family {n}", (a_line(f"Person {n}", "plan change", *rows),) * 3)
            for n in range(1, families + 1)
        )
    )


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
