"""``kit`` writes a test pack that a carrier can load: sound files of invented people, and a sheet that is true."""

from __future__ import annotations

import functools
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.commands.workspace import FEEDS, CarrierKey, Ran, Sample, in_process, make_sample
from tests.simulated_carrier import Carrier
from tests.x12.stranger import accepts, complaints

X12 = [FEEDS["northstar"], FEEDS["cedar"]]


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name != "README.md")


@dataclass(frozen=True)
class Pack:
    """What ``kit`` wrote for one feed, and what it said."""

    feed: str
    folder: Path
    ran: Ran

    @property
    def in_order(self) -> list[str]:
        """The files in the order in which they are to be loaded."""
        return [name for e in self.ran.events if e["event"] == "scenario" for name in e["files"]]

    @property
    def sheet(self) -> str:
        return (self.folder / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, carrier_key: CarrierKey, empty_state: Path) -> Sample:
    return make_sample(tmp_path_factory.mktemp("packs") / "sample", carrier_key, empty_state)


@functools.cache
def written(workspace: Path, feed: str) -> Pack:
    folder = workspace.parent / feed
    return Pack(feed, folder, in_process("--home", workspace, "--json", "kit", feed, "--out", folder))


@pytest.fixture(params=sorted(FEEDS.values()))
def pack(request: pytest.FixtureRequest, workspace: Sample) -> Pack:
    """The pack of each feed of the samples."""
    return written(workspace.home, request.param)


@pytest.fixture(params=X12)
def x12_pack(request: pytest.FixtureRequest, workspace: Sample) -> Pack:
    """The packs that are 834s."""
    return written(workspace.home, request.param)


def test_every_feed_of_the_samples_has_a_pack_without_a_finding(pack: Pack) -> None:
    assert pack.ran.status == 0, pack.ran.said
    summary = pack.ran.events[-1]
    assert summary["event"] == "summary"
    assert summary["files"] == len(files(pack.folder)) > 40
    assert [e for e in pack.ran.events if e["event"] == "finding"] == []
    assert sorted(pack.in_order) == [path.name for path in files(pack.folder)]


def test_a_stranger_accepts_every_file_and_a_carrier_can_load_them_in_order(x12_pack: Pack) -> None:
    carrier = Carrier()
    for name in x12_pack.in_order:
        content = (x12_pack.folder / name).read_bytes()
        assert accepts(content), (name, complaints(content))
        carrier.apply(content)

    assert carrier.complaints == []
    assert len({m.subscriber_id for m in carrier.book.members}) > 30


def test_files_are_marked_as_test_and_count_from_one(x12_pack: Pack) -> None:
    headers = [path.read_text().partition("~")[0].split("*") for path in files(x12_pack.folder)]

    assert {header[15] for header in headers} == {"T"}
    assert sorted(int(header[13]) for header in headers) == list(range(1, len(headers) + 1))


def test_the_sheet_names_every_file_once_and_says_that_nobody_is_real(pack: Pack) -> None:
    assert sorted(re.findall(r"`([^`]+)`", pack.sheet)) == [path.name for path in files(pack.folder)]
    assert "Everybody in these files is invented" in pack.sheet


def test_the_sheet_says_why_a_scenario_has_no_file(workspace: Sample) -> None:
    assert "it needs 2 benefits, and the feed has 1" in written(workspace.home, FEEDS["cedar"]).sheet


def test_plan_codes_are_those_that_the_feeds_table_knows(workspace: Sample) -> None:
    folder = written(workspace.home, FEEDS["cedar"]).folder
    table = (workspace.home / "carriers/cedar/codes/plans.csv").read_text()

    plans = {plan for path in files(folder) for plan in re.findall(r"HD\*...\*\*DEN\*([^~*]+)", path.read_text())}
    assert plans
    assert all(plan in table for plan in plans)


def test_a_live_feeds_pack_is_marked_as_test_and_opens_no_ledger(sample: Sample, tmp_path: Path) -> None:
    shutil.rmtree(sample.home / "state")
    sample.rewrite("carriers/northstar/feeds/medical.toml", '"testing"', '"live"')

    assert sample.run("kit", FEEDS["northstar"], "--out", tmp_path / "pack").status == 0
    assert not (sample.home / "state").exists()
    assert "*0*T*" in (tmp_path / "pack" / "01-new-hire.x12").read_text()


def test_the_feeds_own_rules_tell_the_scenarios(sample: Sample, tmp_path: Path) -> None:
    feed = sample.home / "carriers/northstar/feeds/medical.toml"
    feed.write_text(feed.read_text() + '\n[rules]\ntermination = "member_only"\nopen_end = "far_future"\n')

    sample.run("kit", FEEDS["northstar"], "--out", tmp_path / "pack")

    assert "HD*" not in (tmp_path / "pack" / "06-termination.x12").read_text()
    assert "DTP*349*D8*99991231" in (tmp_path / "pack" / "01-new-hire.x12").read_text()


def test_a_field_that_the_grant_does_not_allow_is_not_shown_to_the_carrier(sample: Sample, tmp_path: Path) -> None:
    grant = sample.home / "grants/juniper/northstar.toml"
    text = grant.read_text().replace('    "member.ssn",\n', "")
    grant.write_text(text.replace("withhold = []", 'withhold = ["member.ssn"]'))

    sample.run("kit", FEEDS["northstar"], "--out", tmp_path / "pack")

    assert not [p.name for p in files(tmp_path / "pack") if "*34*9" in p.read_text()]
    sheet = (tmp_path / "pack" / "README.md").read_text(encoding="utf-8")
    assert "juniper does not allow, or has said nothing of: member.ssn" in sheet


def test_before_there_is_a_grant_the_pack_shows_every_field_that_is_mapped(sample: Sample, tmp_path: Path) -> None:
    (sample.home / "grants/juniper/northstar.toml").unlink()

    assert sample.run("kit", FEEDS["northstar"], "--out", tmp_path / "pack").status == 0
    assert "has given no grant for northstar yet" in (tmp_path / "pack" / "README.md").read_text(encoding="utf-8")
    assert "*34*9" in (tmp_path / "pack" / "01-new-hire.x12").read_text()


def test_a_scenario_that_the_mapping_cannot_write_is_a_finding_and_the_others_go_on(
    sample: Sample, tmp_path: Path
) -> None:
    mapping = sample.home / "carriers/northstar/mappings/medical.toml"
    mapping.write_text(
        mapping.read_text().replace("[set]\n", '[set]\n"2000/REF[23]02" = "member.gender | lookup(\'sexes\')"\n', 1)
        + '\n[tables.sexes]\nM = "1"\n'
    )
    ran = sample.json("kit", FEEDS["northstar"], "--out", tmp_path / "pack")

    assert ran.status == 3
    assert {e["code"] for e in ran.events if e["event"] == "finding"} >= {"E834-0632"}
    assert ran.events[-1]["failed"] > 0
    assert (tmp_path / "pack" / "08-dependent-ends.x12").exists()  # of Sam alone
    assert not (tmp_path / "pack" / "01-new-hire.x12").exists()


def test_a_folder_that_holds_anything_is_refused_and_left_alone(sample: Sample, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    ran = sample.run("kit", FEEDS["northstar"], "--out", tmp_path)

    assert ran.status == 2
    assert "E834-0141" in ran.err
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["mine.txt"]


def test_a_feed_that_is_not_there_and_a_mapping_that_is_wrong_have_their_own_statuses(
    sample: Sample, tmp_path: Path
) -> None:
    assert sample.run("kit", "northstar-dental", "--out", tmp_path / "a").status == 10
    sample.rewrite("carriers/northstar/mappings/medical.toml", "[set]\n", '[set]\n"2000/REF[99]02" = "\'x\'"\n')

    ran = sample.run("kit", FEEDS["northstar"], "--out", tmp_path / "b")

    assert ran.status == 4
    assert "carriers/northstar/mappings/medical.toml" in ran.err
    assert not (tmp_path / "b").exists()


def test_the_help_ends_with_an_example_and_the_exit_statuses(sample: Sample) -> None:
    said = sample.run("kit", "--help").out

    assert "edi834 kit northstar-medical --out testpack" in said
    assert re.search(r"EXIT STATUS\n\s+0 .*\n(\s+\d+ .*\n)+", said)
