"""A draft held against the carrier's companion guide: what is required, not used, and of other codes is said."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from edi834.draft import Draft, draft_mapping, read_companion, read_sample
from edi834.x12 import read
from tests.commands.workspace import in_process
from tests.mapping.builders import BASE, compiled

SAMPLE = Path(__file__).parent / "samples" / "enroll-employee-in-multiple-health-care-insurance-products.edi"
GUIDE = """\
address,usage,codes,note
2000/INS03,required,021 024,Additions and terminations only
2000/INS09,not used,,
2100C,not used,,
2300/HD04,required,,Plan as in appendix B
2300/HD05,R,EMP;FAM,
2000/REF[DX]02,required,,The division
2300/IDC04,R,1,
2100A/NM103,N,,
2300/HD03,,DEN,
"""


def drafted(text: str, *, rows: bool = True) -> Draft:
    guide, findings = read_companion("guide.csv", text)
    assert findings == ()
    sample = read_sample(read(SAMPLE.read_bytes()).interchanges[0], compiled().spec.inline)
    return draft_mapping(sample, BASE, SAMPLE.name, guide=guide if rows else ())


@pytest.fixture(scope="module")
def draft() -> Draft:
    return drafted(GUIDE)


def line_of(draft: Draft, address: str) -> str:
    (line,) = [one for one in draft.text.splitlines() if re.match(rf'(# |"){re.escape(address)}[" ]', one)]
    return line


def test_what_the_guide_does_not_use_is_not_sent(draft: Draft) -> None:
    said = tomllib.loads(draft.text)["set"]

    assert said["2000/INS09"] is False
    assert said["2100C"] is False
    assert "the guide does not use it" in line_of(draft, "2000/INS09")


def test_where_guide_and_sample_disagree_the_draft_says_ask(draft: Draft) -> None:
    assert line_of(draft, "2100A/NM103").endswith("the guide does not use it, and the sample has 2100A/NM103: ask")
    assert "2100A/NM103" not in tomllib.loads(draft.text)["set"]


def test_what_the_guide_requires_and_nothing_gives_is_for_a_person_to_say(draft: Draft) -> None:
    without = drafted(GUIDE.replace("2000/REF[DX]02", "2000/REF[ABB]02"))

    assert line_of(without, "2000/REF[ABB]02").endswith(
        "the guide requires it, and nothing gives it; guide: The division"
    )


def test_codes_that_the_guide_does_not_list_are_named(draft: Draft) -> None:
    line = line_of(draft, "2000/INS03")

    assert "the guide lists 021 024" in line
    assert "001" in line
    assert "Additions and terminations only" in line


def test_the_guides_words_stand_beside_the_line(draft: Draft) -> None:
    assert "guide: Plan as in appendix B" in line_of(draft, "2300/HD04")
    assert "# The companion guide's 9 rows were held against it" in draft.text
    assert "companion guide's" not in drafted(GUIDE, rows=False).text


@pytest.mark.parametrize(
    ("text", "code", "line", "hint"),
    [
        ("address,use\n", "E834-0048", 1, "address, usage, codes and note"),
        ("", "E834-0048", 1, "none"),
        ("address,usage\n2000/INS03,always\n", "E834-0048", 2, "always"),
        ('address\n"2000/INS03\n', "E834-0048", 2, "quote"),
        ("address\n2000/INS3\n", "E834-0402", 2, "2000/INS03"),
        ("address\n2300/INS03\n", "E834-0404", 2, "2000/INS03"),
        ("address\n2000/REF[XQ]02\n", "E834-0406", 2, ""),
    ],
)
def test_a_wrong_table_is_refused_at_its_line(text: str, code: str, line: int, hint: str) -> None:
    rows, (finding,) = read_companion("guide.csv", text)

    assert rows == ()
    assert finding.code == code
    assert finding.place is not None
    assert finding.place.line == line
    assert hint in finding.message + (finding.remedy or "")


def test_the_command_takes_the_guide_and_refuses_a_wrong_one(tmp_path: Path) -> None:
    guide = tmp_path / "guide.csv"
    guide.write_text(GUIDE, encoding="utf-8")
    good = in_process("draft", "--from", SAMPLE, "--guide", guide)
    guide.write_text("address\n2000/INS3\n", encoding="utf-8")
    wrong = in_process("draft", "--from", SAMPLE, "--guide", guide)
    guide.write_bytes(b"address\n\xff\n")

    assert good.status == 0, good.said
    assert '"2100C" = false' in good.out
    assert wrong.status == 4
    assert "--> guide.csv:2:1" in wrong.out
    assert "2000/INS03" in wrong.out
    assert in_process("draft", "--from", SAMPLE, "--guide", guide).status == 4
    assert in_process("draft", "--from", SAMPLE, "--guide", tmp_path / "nowhere.csv").status == 10
