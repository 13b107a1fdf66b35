"""Two 834s side by side: aligned by family, loop and qualifier, whatever the order; masked like each alone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from edi834.check.judge import JudgeOptions, judge
from edi834.report.annotated import Annotated, annotate
from edi834.report.beside import Standing, Together, beside
from edi834.report.beside_lines import beside_counts, beside_lines
from edi834.report.beside_page import beside_page
from edi834.x12 import write
from tests.report.browser import Browser, chromium
from tests.x12.builders import interchange, transaction_set
from tests.x12.shapes import SHAPES

HIRED = SHAPES["a new hire with medical and dental and a child"]
ENDED = SHAPES["the end of employment"]
BIRTH = SHAPES["a birth that changes the subscriber's tier"]


def file_of(*families: tuple[str, tuple[object, ...]]) -> bytes:
    """A file of families, each with a subscriber's identifier of its own, in this order."""
    sets = []
    for n, (identifier, members) in enumerate(families, start=1):
        sets.append((identifier, transaction_set(*members, number=f"{n:04}")))  # type: ignore[arg-type]
    content = write(interchange(*(one for _, one in sets))).text
    for n, (identifier, _) in enumerate(sets, start=1):
        start = content.index(f"ST*834*{n:04}".encode())
        end = content.index(b"~SE*", start)
        content = content[:start] + content[start:end].replace(b"E1001", identifier.encode()) + content[end:]
    return content


FIRST = file_of(("E2001", HIRED), ("E2002", ENDED), ("E2003", BIRTH))
SECOND = file_of(("E2003", BIRTH), ("E2001", HIRED), ("E2004", ENDED)).replace(
    b"*PPO500*ECH~DTP*348*D8*20240201~AMT", b"*PPO700*FAM~DTP*348*D8*20240201~AMT"
)


def annotated(content: bytes, name: str, *, reveal: bool = False) -> Annotated:
    return annotate(name, hashlib.sha256(content).hexdigest(), judge(content, JudgeOptions()), reveal=reveal)


def both(first: bytes, second: bytes, *, reveal: bool = False) -> tuple[Annotated, Annotated, tuple[Together, ...]]:
    one, other = annotated(first, "ours.834", reveal=reveal), annotated(second, "theirs.834", reveal=reveal)
    return one, other, beside(one, other)


def page(*, reveal: bool = False) -> bytes:
    return beside_page(*both(FIRST, SECOND, reveal=reveal), lambda code: f"what to do about {code}", reason="to see")


def lines(first: bytes, second: bytes, *, every: bool = False, reveal: bool = True) -> list[str]:
    return [line for line, _ in beside_lines(*both(first, second, reveal=reveal), lambda code: "do it", every=every)]


def test_families_are_found_by_their_subscriber_whatever_their_order() -> None:
    standings = {part.title.split()[-1]: part.standing for part in both(FIRST, SECOND, reveal=True)[2]
                 if part.kind == "family"}  # fmt: skip

    assert standings == {"E2001": Standing.DIFFERENT, "E2002": Standing.FIRST, "E2003": Standing.SAME,
                         "E2004": Standing.SECOND}  # fmt: skip


def test_every_segment_of_both_files_stands_once() -> None:
    one, other, parts = both(FIRST, SECOND)

    firsts = sorted(twin.first.number for part in parts for twin in part.twins if twin.first)
    seconds = sorted(twin.second.number for part in parts for twin in part.twins if twin.second)
    assert firsts == [row.number for row in one.rows]
    assert seconds == [row.number for row in other.rows]


def test_a_file_beside_itself_is_the_same() -> None:
    _, _, parts = both(FIRST, FIRST.replace(b"000000042", b"000000043"))

    assert {part.standing for part in parts} == {Standing.SAME}
    assert beside_counts(parts) == {"same": 3, "different": 0, "first": 0, "second": 0}


def test_a_coverage_is_beside_the_coverage_of_the_same_line_and_a_date_beside_its_like() -> None:
    without_dental = FIRST.replace(b"HD*021**DEN*DENHIGH*ECH~DTP*348*D8*20240201~", b"", 1)
    text = "\n".join(lines(FIRST, without_dental))

    assert re.search(r"<\s+\d+ HD\*021\*\*DEN\*DENHIGH\*ECH", text)
    assert "HLT" not in text


def test_only_what_differs_is_shown_unless_everything_is_asked_for() -> None:
    few, all_ = lines(FIRST, SECOND), lines(FIRST, SECOND, every=True)

    assert any("HD04 Plan: PPO500 → PPO700" in line for line in few)
    assert any("HD05 Coverage level: ECH → FAM" in line for line in few)
    assert not any("DMG*D8*20150304" in line for line in few)
    assert any("DMG*D8*20150304" in line for line in all_)
    assert few[-1] == "1 families the same, 1 different, 1 only in ours.834, 1 only in theirs.834"


def test_findings_stand_with_where_to_fix_them() -> None:
    text = lines(FIRST, FIRST.replace(b"BOISE*ID", b"BOISE*XX"))
    at = next(n for n, line in enumerate(text) if "E834-1012" in line)

    assert text[at].lstrip().startswith(">")
    assert "do it" in text[at + 1]


def test_masked_no_value_is_shown_and_a_difference_still_is() -> None:
    other = FIRST.replace(b"900456789", b"900456799")
    shown = "\n".join(lines(FIRST, other, reveal=False)) + beside_page(*both(FIRST, other), str).decode()

    assert not re.search(r"JANE|\bDOE\b|BOISE|9004567|19800101|E200\d|PPO500", shown)
    assert "NM109" in shown


def test_the_page_is_whole_by_itself_and_nothing_breaks_out_of_it() -> None:
    content = FIRST.replace(b"ACME TOYS", b"</script><b>&")
    text = beside_page(*both(content, SECOND), str).decode()

    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!data:)|@import|url\(|https?://""", text)
    assert "</script><b>" not in text


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("chromium")) as running:
        running.size(1280, 900)
        yield running


def titles(browser: Browser) -> list[str]:
    return list(browser.value("[...document.querySelectorAll('.block .head strong')].map((one) => one.textContent)"))


@pytest.mark.needs("chromium")
def test_the_page_filters_moves_searches_and_prints_and_says_nothing(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "both.html"
    file.write_bytes(page(reveal=True))
    browser.open(file)

    assert [title.split()[-1] for title in titles(browser)] == ["E2001", "E2002", "E2004"]
    assert "PPO500 → PPO700" in browser.value("document.querySelector('.apart').textContent")
    assert browser.value("document.querySelectorAll('.twin em').length") == 4
    browser.press("j")
    assert browser.value("document.querySelector('.here strong').textContent").endswith("E2002")
    browser.click("[data-filter=second]")
    assert [title.split()[-1] for title in titles(browser)] == ["E2004"]
    browser.click("[data-filter=all]")
    browser.press("/", *"e2003", "Escape")
    assert [title.split()[-1] for title in titles(browser)] == ["E2003"]
    assert browser.value("document.querySelectorAll('.twin:not(:has(.find))').length") == 0
    browser.press("s")
    assert browser.value("document.querySelectorAll('.twin.same').length") > 5
    assert "to see" in browser.value("document.querySelector('.mask').textContent")
    assert browser.paper().startswith(b"%PDF")
    assert browser.said == []
    assert [address for address in browser.asked if not address.startswith(("file:", "data:"))] == []
