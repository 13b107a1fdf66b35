"""The operator's files: every mistake is collected with file, line and column, and says what was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi834.errors import ConfigurationError, NothingMatchesError, UsageError
from edi834.model import Finding, Severity
from edi834.workspace import find_home, open_workspace
from edi834.workspace.settings import read_settings
from tests.commands.workspace import FEEDS, Sample

MEDICAL = "carriers/northstar/feeds/medical.toml"
CARRIER = "carriers/northstar/carrier.toml"
GRANT = "grants/juniper/northstar.toml"


def findings(sample: Sample) -> list[Finding]:
    return list(open_workspace(sample.home).findings)


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "remedy"),
    [
        (MEDICAL, "[guards]", "[gaurds]", "E834-0102", "did you mean 'guards'?"),
        (MEDICAL, 'mode = "changes"', 'mode = "change"', "E834-0126", "did you mean 'changes'?"),
        (MEDICAL, 'mode = "changes"', "mode = true", "E834-0124", None),
        (MEDICAL, "due_hours = 48", "due_hours = 0", "E834-0125", None),
        (MEDICAL, 'benefits = ["medical"]', 'benefits = ["medicine"]', "E834-0126", None),
        (MEDICAL, 'benefits = ["medical"]', "benefits = [1]", "E834-0124", None),
        (MEDICAL, 'groups = ["juniper"]', "", "E834-0123", "groups"),
        (MEDICAL, "NS834_{date}", "NS834_{day}", "E834-0133", "placeholders"),
        (MEDICAL, "NS834_", "inbox/NS834_", "E834-0133", "remote_dir"),
        (MEDICAL, "NS834_{date}_{control_number}", "NS834_{date}", "E834-0133", "control_number"),
        (MEDICAL, 'id = "northstar-medical"', 'id = "CON/../x"', "E834-0131", None),
        (CARRIER, 'id = "northstar"', 'id = "northstra"', "E834-0131", "same name"),
        (CARRIER, 'seal = "pgp"', 'seal = "none"', "E834-0132", "seal_reason"),
        (CARRIER, 'kind = "folder"', 'kind = "ftp"', "E834-0126", None),
        (GRANT, '"member.ssn"', '"member.snn"', "E834-0205", "did you mean 'member.ssn'?"),
        (GRANT, "withhold = []", 'withhold = ["member.ssn"]', "E834-0204", None),
        (GRANT, 'recipient = "northstar"', 'recipient = "cedar"', "E834-0131", None),
        (GRANT, "from = 2026-01-01", 'from = "2026-01-01"', "E834-0124", None),
    ],
)
def test_a_mistake_is_found_where_it_stands(
    file: str, old: str, new: str, code: str, remedy: str | None, sample: Sample
) -> None:
    sample.rewrite(file, old, new)

    found = [f for f in findings(sample) if f.code == code]

    assert found, findings(sample)
    place = found[0].place
    assert place is not None
    assert (place.path, found[0].severity) == (file, Severity.ERROR)
    if new:
        assert place.line is not None
        assert place.excerpt is not None
        text = (sample.home / file).read_text(encoding="utf-8").splitlines()
        assert text[place.line - 1] == place.excerpt
    assert remedy is None or remedy in str(found[0].remedy)


def test_all_mistakes_are_found_at_once(sample: Sample) -> None:
    sample.rewrite(MEDICAL, 'mode = "changes"', 'mode = "change"')
    sample.rewrite(MEDICAL, "due_hours = 48", 'due_hours = "two"')
    sample.rewrite(GRANT, '"member.ssn"', '"member.snn"')

    assert sorted(f.code for f in findings(sample)) == ["E834-0124", "E834-0126", "E834-0205"]


@pytest.mark.parametrize("spoil", [b"\xff\xfe", b"= 1", b"a = 1\na = 2\n", b"x = 021\n", b"", b"[" * 5000])
def test_a_file_that_is_no_toml_is_a_finding_and_no_traceback(spoil: bytes, sample: Sample) -> None:
    """B92 to B95."""
    (sample.home / MEDICAL).write_bytes(spoil)

    workspace = open_workspace(sample.home)

    assert workspace.findings
    assert {feed.feed_id for feed in workspace.feeds} == set(FEEDS.values()) - {"northstar-medical"}


def test_two_feeds_may_not_share_a_name_or_a_place(sample: Sample) -> None:
    """B105: their files would be taken for each other's."""
    feeds = sample.home / "carriers" / "northstar" / "feeds"
    text = (feeds / "medical.toml").read_text(encoding="utf-8")
    (feeds / "again.toml").write_text(text, encoding="utf-8")
    (feeds / "other.toml").write_text(text.replace("northstar-medical", "northstar-other"), encoding="utf-8")

    codes = [f.code for f in findings(sample)]

    assert set(codes) == {"E834-0135"}
    assert len(codes) >= 2


def test_a_feed_is_found_by_its_name(sample: Sample) -> None:
    workspace = open_workspace(sample.home)

    assert workspace.feed("cedar-dental").carrier.carrier_id == "cedar"
    with pytest.raises(NothingMatchesError) as stop:
        workspace.feed("cedar-dentl")
    assert stop.value.remedy == "did you mean 'cedar-dental'?"


def test_the_home_is_the_nearest_folder_upwards(sample: Sample, tmp_path: Path) -> None:
    below = sample.home / "carriers" / "cedar"

    assert find_home(below, chosen=None) == sample.home
    assert find_home(tmp_path, chosen=str(sample.home)) == sample.home
    for start, chosen in ((tmp_path / "elsewhere", None), (sample.home, str(tmp_path))):
        with pytest.raises(UsageError):
            find_home(start, chosen=chosen)


def test_settings_have_defaults_and_relative_paths_lie_in_the_home(tmp_path: Path) -> None:
    (tmp_path / "edi834.toml").write_text("", encoding="utf-8")

    settings = read_settings(tmp_path)

    assert settings.ledger_url == f"sqlite:///{tmp_path}/state/ledger.db"
    assert (settings.spool, settings.root_key) == (tmp_path / "state/spool", tmp_path / "state/root.key")
    assert settings.source.settle_seconds == 30
    assert not settings.source.invented_people


def test_the_ledgers_address_may_stand_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "edi834.toml").write_text('[ledger]\nurl_env = "LEDGER"\n', encoding="utf-8")
    monkeypatch.setenv("LEDGER", "postgresql+psycopg://ledger.example/edi")
    assert read_settings(tmp_path).ledger_url == "postgresql+psycopg://ledger.example/edi"

    monkeypatch.delenv("LEDGER")
    with pytest.raises(ConfigurationError) as stop:
        read_settings(tmp_path)
    assert stop.value.code == "E834-0130"
    assert str(stop.value.place).startswith("edi834.toml:2")


def test_a_file_too_large_to_be_one_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "edi834.toml").write_text("#" * 1_000_001, encoding="utf-8")

    with pytest.raises(ConfigurationError) as stop:
        read_settings(tmp_path)

    assert stop.value.code == "E834-0127"


@pytest.mark.parametrize(
    ("mode", "omission", "status"),
    [
        ("changes", "full_replace", 4),
        ("full_audit", "full_replace", 4),
        ("full_audit", "full", 0),
        ("full_replace", "never", 4),
        ("full_replace", "full_replace", 0),
    ],
)
def test_an_ending_by_omission_is_refused_where_nobody_reads_it(
    mode: str, omission: str, status: int, sample: Sample
) -> None:
    sample.rewrite(MEDICAL, 'mode = "changes"', f'mode = "{mode}"')
    rules = f'[rules]\nmissing = "omission"\nomission = "{omission}"\n\n'
    sample.rewrite(MEDICAL, "[guards]", f"{rules}[guards]")

    ran = sample.run("check", "northstar-medical")

    assert (ran.status, "E834-0145" in ran.out) == (status, status != 0), ran.said
    assert status == 0 or f"--> {MEDICAL}" in ran.out
