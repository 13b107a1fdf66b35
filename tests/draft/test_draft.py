"""A draft says of a sample's own people what the sample says, passes the check, and holds nothing about anybody.

The samples have the shapes that X12 publishes for 005010X220A1, with invented people; the carriers' are what ships
with them; and the sample workspace's are what its own feeds tell of its first day.
"""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from importlib import resources
from pathlib import Path

import pytest

from edi834.draft import Draft, draft_mapping, measured, read_sample
from edi834.grants import STRUCTURAL_FIELDS
from edi834.mapping import Layer, read_spec
from edi834.model import canonical
from edi834.x12 import read
from tests.carriers.shipped import CARRIERS
from tests.commands.workspace import Ran, Sample, in_process

HERE = Path(__file__).parent
DAY_ONE = Path(str(resources.files("samples"))) / "juniper" / "day-01"
PUBLISHED = sorted((HERE / "samples").glob("*.edi"))
SHIPPED = sorted(CARRIERS.glob("*/expected/pass/*/*.edi"))
SETTINGS = '[workspace]\nname = "Ours"\ntimezone = "UTC"\n\n[source]\ninvented_people = true\n'
CARRIER = """\
id = "fernbank"
name = "Fernbank Mutual"
seal = "none"
seal_reason = "a draft goes nowhere"

[channel]
kind = "folder"
folder = "inbox"
"""
FEED = """\
id = "fernbank-medical"
groups = ["example-group"]
benefits = ["medical", "dental", "vision"]
mapping = "mappings/draft.toml"
stage = "draft"
remote_name = "834_{control_number}"
"""


def named(file: Path) -> str:
    return f"{file.parent.name}-{file.stem}"


@cache
def drafted(file: Path) -> Draft:
    text = (resources.files("mappings") / "x12_834_5010.toml").read_text(encoding="utf-8")
    base = Layer("mappings/x12_834_5010.toml", text)
    spec, _ = read_spec([base])
    assert spec is not None
    return draft_mapping(read_sample(read(file.read_bytes()).interchanges[0], spec.inline), base, file.name)


def people_of(file: Path) -> set[str]:
    """What the sample says about its people and nobody else: names, numbers, days of birth, ways to reach them."""
    found: set[str] = set()
    for interchange in read(file.read_bytes()).interchanges:
        for reported in interchange.transaction_sets():
            for segment in (s for loop in reported.members() for s in loop.walk()):
                places = {"NM1": (3, 4, 9), "DMG": (2,), "PER": (4, 6, 8), "N3": (1, 2), "AMT": (2,)}.get(
                    segment.id, ()
                )
                found |= {segment.text(n) for n in places}
                found |= {segment.text(2)} if segment.id == "REF" and segment.text(1) in ("0F", "6O", "Q4") else set()
    return {text for text in found if len(text) > 2 and text != "MEDICARE"}


def words_of(text: str) -> set[str]:
    """The words of a draft, its own comments apart."""
    said = "\n".join(line.partition("    # ")[0] for line in text.splitlines() if not line.startswith("#"))
    return {canonical(word) for word in re.findall(r"[^\s\"'=;,]+", said)}


@pytest.mark.parametrize("file", [*PUBLISHED, *SHIPPED], ids=named)
def test_a_draft_says_the_same_of_at_least_eight_in_ten_elements(file: Path) -> None:
    comparison, findings = measured(drafted(file))

    assert comparison is not None, findings
    assert comparison.people[0] == comparison.people[2]
    assert comparison.same >= 0.8 * comparison.total


@pytest.mark.parametrize("file", [*PUBLISHED, *SHIPPED], ids=named)
def test_a_draft_holds_nothing_about_anybody(file: Path) -> None:
    text = "\n".join(
        line.partition("    # ")[0] for line in drafted(file).text.splitlines() if not line.startswith("#")
    )
    words = set(re.findall(r"[^\s\"'=;,]+", text))

    assert {canonical(one) for one in people_of(file)} & {canonical(word) for word in words} == set()


def test_every_line_says_how_sure_it_is() -> None:
    written = drafted(HERE / "samples" / "enroll-employee-in-managed-care-product.edi").text
    lines = written.partition("[set]\n")[2].partition("\n\n")[0].splitlines()

    assert lines
    assert [line for line in lines if not re.search(r" # (sure|likely|a guess|nothing)|^# ", line)] == []


def test_how_one_person_is_becomes_no_code_for_everybody() -> None:
    said = tomllib.loads(drafted(HERE / "samples" / "change-subscriber-information.edi").text)["set"]

    assert said["2100A/NM101"] == "'IL'"
    assert said["2100B/DMG03"] == "member.gender"


def test_the_figure_is_not_made_by_leaving_out_people() -> None:
    file = CARRIERS / "aster" / "expected" / "pass" / "aster-medical" / "places.edi"

    comparison, _ = measured(drafted(file))

    assert comparison is not None
    # Two categories of this sample are for a person to say, and count as different.
    assert comparison.same < comparison.total
    assert "RATING AREA" in drafted(file).text


def check(home: Path, draft: Draft) -> Ran:
    """The check of a workspace whose one feed has the draft for a mapping."""
    carrier = home / "carriers" / "fernbank"
    for file, text in {
        home / "edi834.toml": SETTINGS,
        carrier / "carrier.toml": CARRIER,
        carrier / "feeds" / "medical.toml": FEED,
        carrier / "mappings" / "draft.toml": draft.text,
        home / "grants" / "example-group" / "fernbank.toml": "\n".join([
            'group = "example-group"', 'recipient = "fernbank"', "from = 2024-01-01", "plaintext = true", "[fields]",
            f"allow = {json.dumps(sorted(draft.compiled.uses | STRUCTURAL_FIELDS))}", "withhold = []",
        ]),
    }.items():  # fmt: skip
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return in_process("--home", home, "check")


@pytest.mark.parametrize(
    "file", [*PUBLISHED, *(f for f in SHIPPED if f.stem in ("places", "packed", "accents", "disability"))], ids=named
)
def test_a_draft_passes_the_check(file: Path, tmp_path: Path) -> None:
    ran = check(tmp_path.resolve(), drafted(file))

    assert ran.status == 0, ran.said
    assert "error" not in ran.out.replace("0 errors", "")


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory, carrier_key, empty_state: Path) -> Sample:
    """The sample workspace after its first night."""
    from tests.commands.workspace import make_sample

    sample = make_sample(tmp_path_factory.mktemp("draft"), carrier_key, empty_state)
    sample.run("run", "northstar-medical", "cedar-dental", "--snapshot", DAY_ONE)
    return sample


@pytest.mark.parametrize("carrier", ["northstar", "cedar"])
def test_a_snapshot_tells_fields_from_codes(carrier: str, reported: Sample, tmp_path: Path) -> None:
    file, out = tmp_path / "sample.834", tmp_path / "draft.toml"
    file.write_bytes(reported.opened(carrier)[0])

    ran = reported.json("draft", "--from", file, "--snapshot", DAY_ONE, "--carrier", carrier, "--out", out)

    figure = ran.event("measured")
    assert ran.status == 0, ran.said
    assert figure["same"] >= 0.8 * figure["elements"]
    drafted = tomllib.loads(out.read_text(encoding="utf-8"))
    assert {canonical(one) for one in people_of(file)} & words_of(out.read_text(encoding="utf-8")) == set()
    wanted = {
        "northstar": ("2000/REF[17]", False),
        "cedar": ("2000/REF[17]02", "subscriber.class_code | lookup('2000_ref_17_02_codes')"),
    }
    address, expression = wanted[carrier]
    assert drafted["set"][address] == expression
    if carrier == "cedar":
        assert drafted["tables"]["2300_hd04_codes"] == {"DHMO": "CDH-200", "DPPO": "CDP-1000", "*": ""}
        assert drafted["set"]["2300/REF[1L]02"] == "coverage.policy_number"
        assert drafted["set"]["2000/REF[1L]"] is False


def test_the_figure_is_printed_for_each_file_and_nothing_else() -> None:
    ran = in_process("draft", "--measure", *(word for file in PUBLISHED[:3] for word in ("--from", file)))

    assert ran.status == 0, ran.said
    assert [line.partition(":")[0] for line in ran.out.splitlines()[:3]] == [str(file) for file in PUBLISHED[:3]]
    assert all(re.search(r"\d+ of \d+ elements the same \(\d+\.\d%\)", line) for line in ran.out.splitlines()[:3])


def test_a_folder_of_samples_is_measured_file_by_file_with_the_lowest_figure() -> None:
    ran = in_process("draft", "--measure", "--from", HERE / "samples", "--from", CARRIERS)
    figures = [float(figure) for figure in re.findall(r"elements the same \((\d+\.\d)%\)", ran.out)]

    assert ran.status == 0, ran.said
    assert len(figures) == len(PUBLISHED) + len(SHIPPED)
    assert min(figures) >= 80
    assert f"{len(figures)} samples; the lowest figure is {min(figures)}% (" in ran.out


def test_a_draft_is_written_over_nothing(tmp_path: Path) -> None:
    mapping = tmp_path / "medical.toml"
    mapping.write_text("# worked on\n")

    ran = in_process("draft", "--from", PUBLISHED[0], "--out", mapping)

    assert ran.status == 2
    assert "E834-0047" in ran.err
    assert mapping.read_text() == "# worked on\n"


@pytest.mark.parametrize(
    ("words", "code", "status"),
    [
        (("--snapshot", "somewhere"), "E834-0046", 2),
        (("--carrier", "northstar"), "E834-0046", 2),
        (("--out", "draft.toml", "--measure"), "E834-0046", 2),
    ],
)
def test_options_that_do_not_go_together_are_refused(words: tuple[str, ...], code: str, status: int) -> None:
    ran = in_process("draft", "--from", PUBLISHED[0], *words)

    assert ran.status == status
    assert code in ran.err


def test_what_is_no_834_is_refused(tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text("name,plan\nJane,PPO\n")

    assert "E834-0043" in in_process("draft", "--from", tmp_path / "roster.csv").err
    assert "E834-0042" in in_process("draft", "--from", tmp_path / "nowhere.834").err


@pytest.mark.parametrize("content", [b"", b"ISA*", b"\x00" * 300, PUBLISHED[0].read_bytes()[:260]])
def test_a_torn_sample_is_refused_in_words(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "torn.834").write_bytes(content)

    ran = in_process("draft", "--from", tmp_path / "torn.834")

    assert ran.status in (0, 2)
    assert "Traceback" not in ran.said
