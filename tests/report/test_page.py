"""The annotated page: opened from disk in a browser it is whole, asks for nothing, and obeys filters and keys."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.check.judge import JudgeOptions, judge
from edi834.report.annotated import Annotated, annotate
from edi834.report.annotated_lines import annotated_lines
from edi834.report.annotated_page import annotated_page
from edi834.report.provenance import Ours
from edi834.x12 import Delimiters, write
from tests.report.browser import Browser, chromium
from tests.x12.builders import interchange, of_members, transaction_set
from tests.x12.shapes import SHAPES

HIRED = SHAPES["a new hire with medical and dental and a child"]
ENDED = SHAPES["the end of employment"]
BIRTH = SHAPES["a birth that changes the subscriber's tier"]
VALUES = (
    "JANE", "DOE", "SAM", "900456789", "900654321", "19800101", "20150304", "BOISE", "83702", "2085550100", "1 MAIN ST",
    "PPO500", "DENHIGH", "512.25", "E1001", "GRP100", "DEPT7", "JANE.DOE@EXAMPLE.COM",
)  # fmt: skip


def _annotated(content: bytes, *, reveal: bool = False, name: str = "night.834") -> Annotated:
    return annotate(name, hashlib.sha256(content).hexdigest(), judge(content, JudgeOptions()), reveal=reveal)


def _page(content: bytes, *, reveal: bool = False, name: str = "night.834") -> bytes:
    return annotated_page(_annotated(content, reveal=reveal, name=name), lambda code: f"what to do about {code}")


def _facts(page: bytes) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="facts">(.*?)</script>', page.decode(), re.DOTALL)
    assert found
    facts: dict[str, Any] = json.loads(found[1])
    return facts


def _three_families() -> bytes:
    """Added, ended and changed, each in a set of its own; the first has a wrong state, the last no coverage."""
    sets = [transaction_set(*people, number=f"{n:04}") for n, people in enumerate((HIRED, ENDED, BIRTH), start=1)]
    content = write(interchange(*sets)).text.replace(b"BOISE*ID", b"BOISE*XX").replace(b"20240310", b"20240210")
    for n, old in enumerate((b"E1001", b"E1001", b"E1001"), start=1):
        start = content.index(f"ST*834*{n:04}".encode())
        end = content.index(b"~SE*", start)
        content = content[:start] + content[start:end].replace(old, f"E200{n}".encode()) + content[end:]
    return content


# --- what is on it ----------------------------------------------------------------------------------------------------


def test_every_segment_is_in_exactly_one_block() -> None:
    annotated = _annotated(_three_families())
    numbers = [n for block in annotated.blocks for n in range(block.first, block.last + 1)]

    assert numbers == [row.number for row in annotated.rows] == list(range(1, len(numbers) + 1))
    assert [sorted(b.reported) for b in annotated.blocks if b.kind == "family"] == [
        ["added"],
        ["ended"],
        ["added", "changed"],
    ]


def test_revealed_a_segment_stands_as_it_stands_in_the_file_with_its_spaces() -> None:
    content = _three_families()

    assert "~".join(_facts(_page(content, reveal=True))["raw"]) + "~" == content.decode()


@pytest.mark.parametrize("marks", [Delimiters(), Delimiters("|", ">", "!", "'"), Delimiters("-", ".", "/", ";")])
def test_masked_no_value_about_a_person_is_anywhere_on_the_page_or_in_the_terminal(marks: Delimiters) -> None:
    people = [member for shape in SHAPES.values() for member in shape]
    written = write(of_members(*people)).text.decode()
    text = written[:-1].translate(str.maketrans("*:^", marks.element + marks.component + marks.repetition))
    content = (text.replace("~", marks.segment) + marks.segment).encode()
    annotated = _annotated(content)
    shown = annotated_page(annotated, str).decode() + "\n".join(line for line, _ in annotated_lines(annotated, str))

    assert [value for value in VALUES if re.search(rf"(?<![\w.]){re.escape(value)}(?![\w])", shown)] == []
    assert "021" in shown
    assert "•••••6789" in shown


def test_what_is_broken_shows_no_more_of_people() -> None:
    content = write(of_members(*HIRED)).text
    for old, new in ((b"NM1*IL*1", b"DOE*IL*1"), (b"BGN*", b"N3*1 MAIN ST~BGN*"), (b"HD*021**HLT", b"HD*JANE**BOISE")):
        spoiled = content.replace(old, new)
        shown = _page(spoiled).decode() + "\n".join(line for line, _ in annotated_lines(_annotated(spoiled), str))
        assert not re.search(r"JANE|BOISE|MAIN ST|900456789|\bDOE\b", shown), old


def test_the_authorization_and_password_of_an_envelope_are_masked() -> None:
    content = write(of_members(*HIRED)).text.replace(
        b"*00*          *00*", b"*03*OPENSESAME*01*OPENSESAME*"[:-1] + b"*"
    )

    assert b"OPENSESAME" not in _page(content)


def test_a_page_is_whole_by_itself() -> None:
    text = _page(_three_families()).decode()

    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!data:)|@import|url\(|https?://""", text)
    assert "default-src 'none'" in text


def test_nothing_in_a_file_or_its_name_can_break_out_of_the_page() -> None:
    content = write(of_members(*HIRED)).text.replace(b"ACME TOYS", b"</script><b>&")
    page = _page(content, name="<img src=x>.834").decode()

    assert "</script><b>" not in page
    assert "<img" not in page
    assert "</script><b>&" in "".join(_facts(page.encode())["raw"])


@pytest.fixture(scope="module")
def large() -> tuple[bytes, bytes]:
    """A file of more than 100,000 segments, and its page."""
    people = [member for shape in SHAPES.values() for member in shape]
    sets = [transaction_set(*people * 10, number=f"{n:04}") for n in range(1, 62)]
    content = write(interchange(*sets)).text
    return content, _page(content)


def test_a_hundred_thousand_segments_fit_into_ten_megabytes(large: tuple[bytes, bytes]) -> None:
    content, page = large

    assert content.count(b"~") > 100_000
    assert len(page) < 10_000_000


@given(st.binary(max_size=300), st.integers(0, 400))
def test_any_file_can_be_shown(noise: bytes, at: int) -> None:
    content = write(of_members(*HIRED)).text
    annotated = _annotated(content[:at] + noise + content[at + len(noise) :])
    numbers = [n for block in annotated.blocks for n in range(block.first, block.last + 1)]

    assert numbers == [row.number for row in annotated.rows]
    assert list(annotated_lines(annotated, str))
    assert annotated_page(annotated, str)


def test_in_a_terminal_each_element_is_named_and_decoded_and_findings_stand_in_place() -> None:
    lines = [line for line, _ in annotated_lines(_annotated(_three_families(), reveal=True), lambda code: "do it")]
    at = next(n for n, line in enumerate(lines) if "E834-1012" in line)

    assert any(re.search(r"INS03\s+Maintenance type\s+021\s+addition", line) for line in lines)
    assert any(re.search(r"DMG02\s+Birth date\s+19800101\s+1980-01-01", line) for line in lines)
    assert any("N402" in line for line in lines[at - 4 : at])
    assert "do it" in lines[at + 1]


def test_only_what_has_findings_is_shown_on_request() -> None:
    annotated = _annotated(_three_families())
    titles = [line for line, _ in annotated_lines(annotated, str, only_findings=True) if line.startswith("──")]

    assert len(titles) == 1
    assert "Family 1" in titles[0]


# --- in a browser -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("chromium")) as running:
        running.size(1280, 900)
        yield running


def _opened(browser: Browser, page: bytes, folder: Path) -> None:
    file = folder / "night.html"
    file.write_bytes(page)
    browser.said.clear()
    browser.asked.clear()
    browser.open(file)


def _titles(browser: Browser) -> list[str]:
    titles = browser.value("[...document.querySelectorAll('.block .head strong')].map((one) => one.textContent)")
    return list(titles)


def _here(browser: Browser) -> str:
    return str(browser.value("document.querySelector('.here strong').textContent"))


@pytest.mark.needs("chromium")
def test_a_page_opened_from_disk_says_and_asks_nothing(browser: Browser, tmp_path: Path) -> None:
    _opened(browser, _page(_three_families()), tmp_path)

    assert browser.value("document.querySelectorAll('.row').length") == len(_annotated(_three_families()).rows)
    assert "TEST" in browser.value("document.querySelector('.usage').textContent")
    assert browser.said == []
    assert [address for address in browser.asked if not address.startswith(("file:", "data:"))] == []


@pytest.mark.needs("chromium")
def test_elements_are_named_and_decoded_where_they_stand(browser: Browser, tmp_path: Path) -> None:
    _opened(browser, _page(_three_families(), reveal=True), tmp_path)
    words = browser.value("[...document.querySelectorAll('.words span')].map((one) => one.textContent)")

    assert "INS03 Maintenance type 021 addition" in words
    assert "DMG02 Birth date 19800101 1980-01-01" in words
    assert "E834-1012" in browser.value(
        "[...document.querySelectorAll('.row')].find((one) => one.textContent.includes('BOISE')).textContent"
    )


@pytest.mark.needs("chromium")
@pytest.mark.parametrize(
    ("filter_", "families"), [("added", ["1", "3"]), ("changed", ["3"]), ("ended", ["2"]), ("findings", ["1"])]
)
def test_filters_show_what_they_say(browser: Browser, tmp_path: Path, filter_: str, families: list[str]) -> None:
    _opened(browser, _page(_three_families()), tmp_path)
    browser.click(f"[data-filter={filter_}]")

    assert [title.split()[1] for title in _titles(browser)] == families
    assert browser.value(f"document.querySelector('[data-filter={filter_}] b').textContent") == str(len(families))


@pytest.mark.needs("chromium")
def test_keys_move_from_part_to_part_and_to_the_findings(browser: Browser, tmp_path: Path) -> None:
    _opened(browser, _page(_three_families()), tmp_path)
    first = _here(browser)
    browser.press("j", "j")
    after = _here(browser)
    browser.press("k", "k", "k")
    assert (first, after, _here(browser)) == ("Envelope", _titles(browser)[2], "Envelope")

    browser.press("f")
    assert "E834-1012" in browser.value("document.querySelector('.find.now').textContent")
    assert _here(browser).startswith("Family 1")

    browser.press("o")
    assert browser.value("document.querySelectorAll('.here .row').length") == 0


@pytest.mark.needs("chromium")
def test_a_slash_begins_a_search(browser: Browser, tmp_path: Path) -> None:
    _opened(browser, _page(_three_families(), reveal=True), tmp_path)
    browser.press("/")
    browser.press(*"e2002")
    assert [title.split()[1] for title in _titles(browser)] == ["2"]

    browser.press("Escape", "d")
    assert browser.value("document.querySelectorAll('.words').length") == 0


@pytest.mark.needs("chromium")
def test_a_page_of_a_hundred_thousand_segments_is_quick_to_open_filter_and_turn(
    browser: Browser, tmp_path: Path, large: tuple[bytes, bytes]
) -> None:
    _opened(browser, large[1], tmp_path)
    assert browser.value("document.querySelectorAll('.block').length") == 25

    took = browser.value(
        "(() => { const began = performance.now(); document.querySelector('[data-filter=ended]').click();"
        " document.getElementById('on').click(); return performance.now() - began; })()"
    )

    assert took < 2000
    assert browser.value("document.getElementById('page').textContent").startswith("page 2 of ")
    assert browser.said == []


@pytest.mark.needs("chromium")
def test_on_paper_the_whole_of_a_small_file_is_printed(browser: Browser, tmp_path: Path) -> None:
    _opened(browser, _page(_three_families()), tmp_path)

    assert browser.paper().startswith(b"%PDF")
    assert browser.said == []


OURS = Ours(
    "acme-medical", "Evergreen Health", "medical.toml", "7f3c00112233", True,
    {"2100A/NM1": {"03": "member.last_name  mappings/medical.toml:12:1"}, "2000/REF[0F]": {"02": "</script><b>"}},
)  # fmt: skip


@pytest.mark.needs("chromium")
def test_of_a_file_of_ours_each_element_says_where_it_comes_from(browser: Browser, tmp_path: Path) -> None:
    annotated = replace(_annotated(_three_families()), ours=OURS)
    _opened(browser, annotated_page(annotated, str), tmp_path)
    banner = browser.value("document.querySelector('.banner').innerText")
    origins = "[...document.querySelectorAll('.from')].map((one) => one.textContent)"

    assert "feed acme-medical to Evergreen Health" in banner
    assert "it has changed since" in banner
    assert "← member.last_name  mappings/medical.toml:12:1" in browser.value(origins)
    assert "← </script><b>" in browser.value(origins)
    browser.press("w")
    assert browser.value(origins) == []
    assert browser.said == []


@pytest.mark.needs("chromium")
def test_a_page_with_values_says_why_they_are_shown_and_one_without_has_none(browser: Browser, tmp_path: Path) -> None:
    shown, hidden = _annotated(_three_families(), reveal=True), _annotated(_three_families())
    _opened(browser, annotated_page(shown, str, reason="ticket 17 <b>"), tmp_path)
    assert browser.value("document.querySelector('.mask').textContent") == "values revealed: ticket 17 <b>"
    assert "900456789" in browser.value("document.body.innerText")

    _opened(browser, annotated_page(hidden, str), tmp_path)
    assert browser.value("document.querySelector('.mask').textContent") == "values masked"
    assert "900456789" not in browser.value("document.documentElement.outerHTML")
