"""Looking into mappings and files: preview, coverage, compare, schema; masked, on the terminal and on a page."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.commands.snapshots import FEW, PEOPLE, members_of, write_snapshot
from tests.commands.workspace import FEEDS, Ran, Sample

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    return write_snapshot(tmp_path / "snapshot")


def said_of_nobody(text: str) -> None:
    """No name, number, date or address of anybody is in it."""
    for row in members_of(1, FEW):
        for column in ("ssn", "birth_date", "email", "address1", "home_phone", "first_name"):
            value = row.get(column, "")
            if len(value) > 3:
                assert value.casefold() not in text.casefold(), column
        assert row["ssn"].replace("-", "") not in text if row.get("ssn") else True
        assert row["birth_date"].replace("-", "") not in text


# --- preview --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("feed", FEEDS.values())
def test_a_preview_shows_where_each_value_is_from_and_nothing_about_anybody(
    sample: Sample, snapshot: Path, tmp_path: Path, feed: str
) -> None:
    page = tmp_path / "page.html"
    ran = sample.run("preview", feed, "--snapshot", snapshot, "--html", page)
    script = sample.json("preview", feed, "--snapshot", snapshot)

    assert (ran.status, script.status) == (0, 0), ran.said
    said_of_nobody(ran.out)
    said_of_nobody(script.out)
    said_of_nobody(page.read_text(encoding="utf-8"))
    reported = [e for event in script.events if event["event"] == "segment" for e in event["elements"]]
    assert any(re.fullmatch(r"(mappings|carriers)/.*\.toml:\d+:\d+", e["where"] or "") for e in reported)
    assert any("members.csv:" in row for e in reported for row in e["rows"])
    assert script.event("summary")["families"] >= 1


def test_a_preview_reveals_with_a_reason_that_goes_into_the_trail(sample: Sample, snapshot: Path) -> None:
    asked = ("preview", "northstar-medical", "--snapshot", snapshot, "--member", "J1009", "--reveal")
    refused, revealed = sample.run(*asked), sample.run(*asked, "--reason", "ticket 17")

    assert (refused.status, revealed.status) == (2, 0)
    assert PEOPLE["J1009"]["last_name"].upper() in revealed.out
    assert PEOPLE["J1001"]["last_name"].upper() not in revealed.out
    with sample.ledger() as ledger:
        (entry,) = [e for e in ledger.trail("northstar-medical") if e.action == "revealed"]
    assert entry.detail == {"reason": "ticket 17", "command": "preview"}


def test_a_preview_names_the_rules_that_had_a_say_and_the_table_rows_of_what_may_be_seen(
    sample: Sample, snapshot: Path
) -> None:
    asked = ("preview", "cedar-dental", "--snapshot", snapshot)
    hidden, revealed = sample.run(*asked).out, sample.run(*asked, "--reveal", "--reason", "ticket 19").out

    assert "rule begin_date = span" in hidden
    assert "codes/plans.csv:" not in hidden
    assert re.search(r"row (?:carriers/cedar/)?codes/plans\.csv:\d+", revealed)


def test_a_preview_sends_and_remembers_nothing(sample: Sample, snapshot: Path) -> None:
    sample.run("preview", "northstar-medical", "--snapshot", snapshot)

    assert sample.transmissions("northstar") == []
    assert sample.arrived("northstar") == []
    assert sample.nightly(snapshot).status == 0


def test_as_many_families_are_shown_as_are_asked_for(sample: Sample, snapshot: Path) -> None:
    one = sample.json("preview", "northstar-medical", "--snapshot", snapshot, "--most", "1").event("summary")

    assert (one["families"], one["covered"]) == (1, len(FEW))


def test_nobody_of_that_reference_is_status_10(sample: Sample, snapshot: Path) -> None:
    ran = sample.json("preview", "northstar-medical", "--snapshot", snapshot, "--member", "J9999")

    assert (ran.status, json.loads(ran.err)["code"]) == (10, "E834-0044")


def test_a_page_that_cannot_be_written_is_said(sample: Sample, snapshot: Path, tmp_path: Path) -> None:
    for verb in ("preview", "coverage"):
        ran = sample.json(verb, "northstar-medical", "--snapshot", snapshot, "--html", tmp_path / "no" / "page.html")

        assert (ran.status, json.loads(ran.err)["code"]) == (2, "E834-0045")


# --- coverage -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("feed", FEEDS.values())
def test_coverage_says_of_every_element_how_it_stands(
    sample: Sample, snapshot: Path, tmp_path: Path, feed: str
) -> None:
    page = tmp_path / "page.html"
    ran = sample.run("coverage", feed, "--snapshot", snapshot, "--html", page)
    script = sample.json("coverage", feed, "--snapshot", snapshot)

    assert (ran.status, script.status) == (0, 0), ran.said
    said_of_nobody(ran.out)
    said_of_nobody(script.out)
    said_of_nobody(page.read_text(encoding="utf-8"))
    elements = [e for e in script.events if e["event"] == "element"]
    summary = script.event("summary")
    assert summary["mapped"] == sum(e["standing"] == "mapped" for e in elements) > 5
    assert len(elements) == sum(summary[s] for s in ("mapped", "constant", "never filled", "not granted", "not mapped"))


def test_coverage_names_the_fields_that_the_grant_withholds(sample: Sample, snapshot: Path) -> None:
    grant = "grants/juniper/northstar.toml"
    sample.rewrite(grant, '    "member.ssn",\n', "")
    sample.rewrite(grant, "withhold = []", 'withhold = ["member.ssn"]')

    ran = sample.run("coverage", "northstar-medical", "--snapshot", snapshot)

    assert re.search(r"2100A/NM109 .* not granted +not released: member\.ssn", ran.out)


def test_what_is_not_mapped_is_counted_or_listed(sample: Sample, snapshot: Path) -> None:
    short = sample.run("coverage", "cedar-dental", "--snapshot", snapshot).out
    whole = sample.run("coverage", "cedar-dental", "--snapshot", snapshot, "--all").out

    assert "further elements are not mapped" in short
    assert "2100E/NM101" not in short
    assert "2100E/NM101" in whole
    assert "further elements" not in whole


# --- compare --------------------------------------------------------------------------------------------------------


@pytest.fixture
def files(sample: Sample, tmp_path: Path) -> tuple[Path, Path, Path]:
    """Two nights' files of one carrier, opened, and the first one's own copy in another spelling."""
    sample.only("northstar")
    sample.nightly(write_snapshot(tmp_path / "one", 1))
    sample.nightly(write_snapshot(tmp_path / "two", 3))
    first, second = sample.opened("northstar")
    names = tmp_path / "a.834", tmp_path / "b.834", tmp_path / "copy.834"
    for name, content in zip(names, (first, second, first.replace(b"~", b"~\n")), strict=True):
        name.write_bytes(content)
    return names


def test_a_file_means_what_its_copy_means(sample: Sample, files: tuple[Path, Path, Path]) -> None:
    ran = sample.json("compare", files[0], files[2])

    assert (ran.status, ran.event("summary")["differences"]) == (0, 0), ran.said
    assert ran.event("summary")["elements"] == ran.event("summary")["same"] > 50


def test_files_that_differ_are_status_1_and_are_shown_masked(sample: Sample, files: tuple[Path, Path, Path]) -> None:
    ran, script = sample.run("compare", *files[:2]), sample.json("compare", *files[:2])

    assert (ran.status, script.status) == (1, 1)
    said_of_nobody(ran.out)
    said_of_nobody(script.out)
    assert "2000/INS03 Maintenance type: 021 → 001" in ran.out
    assert script.event("summary")["differences"] == sum(e["event"] == "difference" for e in script.events) > 0


def test_comparing_reveals_with_a_reason(sample: Sample, files: tuple[Path, Path, Path], tmp_path: Path) -> None:
    other = tmp_path / "other.834"
    name = PEOPLE["J1009"]["last_name"].upper().encode()
    other.write_bytes(files[0].read_bytes().replace(name, b"OTHERWISE"))

    refused = sample.run("compare", files[0], other, "--reveal")
    revealed = sample.run("compare", files[0], other, "--reveal", "--reason", "ticket 18")

    assert (refused.status, revealed.status) == (2, 1)
    assert "→ OTHERWISE" in revealed.out


def test_what_is_no_834_is_not_compared(sample: Sample, files: tuple[Path, Path, Path], tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("name,plan\n")
    flat = sample.json("compare", files[0], tmp_path / "list.csv")
    missing = sample.json("compare", files[0], tmp_path / "nowhere.834")

    assert (flat.status, json.loads(flat.err)["code"]) == (2, "E834-0043")
    assert (missing.status, json.loads(missing.err)["code"]) == (10, "E834-0042")


# --- schema ---------------------------------------------------------------------------------------------------------


def test_schemas_stand_in_the_workspace_where_an_editor_looks(sample: Sample) -> None:
    ran = sample.json("schema", "--write")

    assert ran.status == 0
    rules = tomllib.loads((sample.home / ".taplo.toml").read_text(encoding="utf-8"))["rule"]
    whole = {e["name"]: e["schema"] for e in ran.events if e["event"] == "schema"}
    assert len(rules) == len(whole) - 1  # the catalogue of codes is not the operator's
    for rule in rules:
        schema = json.loads((sample.home / rule["schema"]["path"]).read_text(encoding="utf-8"))
        assert schema in whole.values()
    there = [rule for rule in rules if any(list(sample.home.glob(pattern)) for pattern in rule["include"])]
    assert {Path(rule["schema"]["path"]).name.partition(".")[0] for rule in there} == {
        "workspace", "carrier", "feed", "checks", "mapping", "grant",
    }  # fmt: skip
    (scenario,) = (rule for rule in rules if rule["schema"]["path"].endswith("scenario.schema.json"))
    assert scenario["exclude"] == ["carriers/*/expected/pass/scenarios.toml", "samples/scenarios/cast.toml"]
    assert sample.run("check").status == 0


def test_schemas_are_written_again_and_an_editors_own_settings_are_left_alone(sample: Sample) -> None:
    (sample.home / ".taplo.toml").write_text("include = []\n", encoding="utf-8")
    first = sample.json("schema", "--write")
    second = sample.json("schema", "--write")

    assert (first.status, second.status) == (0, 0)
    assert (sample.home / ".taplo.toml").read_text(encoding="utf-8") == "include = []\n"
    assert [e["name"] for e in second.events if e["event"] == "made"] == [
        e["name"] for e in first.events if e["event"] == "made"
    ]


def test_without_being_asked_schemas_are_not_written(sample: Sample) -> None:
    assert sample.run("schema").status == 0
    assert not (sample.home / "schemas").exists()


def test_a_place_that_cannot_be_written_is_said(sample: Sample) -> None:
    (sample.home / "schemas").write_text("in the way", encoding="utf-8")
    ran = sample.json("schema", "--write")

    assert (ran.status, json.loads(ran.err)["code"]) == (2, "E834-0041")


# --- pages ----------------------------------------------------------------------------------------------------------


class Links(HTMLParser):
    """What a page would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [tag] if tag in {"script", "iframe", "link", "img", "object"} else []
        self.found += [name for name, _ in attrs if name in {"src", "href", "style"} or name.startswith("on")]


def pages(sample: Sample, snapshot: Path, folder: Path) -> list[Path]:
    made = [folder / "preview.html", folder / "coverage.html"]
    for page in made:
        assert sample.run(page.stem, "northstar-medical", "--snapshot", snapshot, "--html", page).status == 0
    return made


def test_a_page_fetches_and_runs_nothing(sample: Sample, snapshot: Path, tmp_path: Path) -> None:
    for page in pages(sample, snapshot, tmp_path):
        links = Links()
        links.feed(page.read_text(encoding="utf-8"))

        assert links.found == []


def test_what_stands_in_a_mapping_is_text_on_a_page(sample: Sample, snapshot: Path, tmp_path: Path) -> None:
    hostile = "member.city | default('<b>x</b>')"
    sample.rewrite("carriers/northstar/mappings/medical.toml", "[set]\n", f'[set]\n"2100A/N401" = "{hostile}"\n')

    for page in pages(sample, snapshot, tmp_path):
        text = page.read_text(encoding="utf-8")
        assert "<b>x</b>" not in text
        assert "&lt;b&gt;x" in text


@pytest.mark.needs("chromium")
def test_the_pages_are_drawn_by_a_browser_without_a_complaint(sample: Sample, snapshot: Path, tmp_path: Path) -> None:
    program = next(name for name in CHROMIUM if shutil.which(name))
    for page in pages(sample, snapshot, tmp_path):
        drawn = draw(program, page, tmp_path)

        assert drawn.status == 0
        assert drawn.out.count("<tr>") > 50
        assert [line for line in drawn.err.splitlines() if "CONSOLE" in line] == []
        assert page.with_suffix(".png").stat().st_size > 20_000


def draw(program: str, page: Path, folder: Path) -> Ran:
    done = subprocess.run(
        [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--enable-logging=stderr",
         "--v=0", f"--user-data-dir={folder / 'browser'}", f"--screenshot={page.with_suffix('.png')}", "--dump-dom",
         page.as_uri()],
        capture_output=True, timeout=90,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace"))
