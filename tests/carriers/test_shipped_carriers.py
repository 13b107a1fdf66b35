"""Every carrier that ships is whole: it passes the check, writes what is expected, and its mistakes are found.

The carriers are discovered; what is expected of one stands in its folder, and so does what must be found wrong.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from edi834.commands.check import feed_findings
from edi834.commands.output import Output
from edi834.commands.session import Session
from edi834.feed.ledger_port import Actor
from edi834.model import Severity
from edi834.grants import STRUCTURAL_FIELDS
from edi834.workspace import open_workspace
from tests.carriers.shipped import CARRIERS, CREATED, carriers, found_wrong, laid_out, mistakes, written_by
from tests.commands.workspace import StandingClock, Wired

MISTAKES = [(carrier, mistake) for carrier in carriers() for mistake in mistakes(carrier)]
# What people are given must not read like a carrier that exists, and numbers of employers are of a range not issued.
INVENTED = "9001122"
FORMS = {"x12", "fixed", "delimited", "worklist"}


def test_at_least_twelve_carriers_ship_in_every_form_of_file() -> None:
    assert len(carriers()) >= 12
    mappings = [tomllib.loads(f.read_text(encoding="utf-8")) for f in CARRIERS.glob("*/mappings/*.toml")]
    assert {mapping.get("format", "x12") for mapping in mappings} == FORMS


@pytest.mark.parametrize("carrier", carriers())
def test_a_carriers_folder_is_whole(carrier: str) -> None:
    folder = CARRIERS / carrier
    readme = (folder / "README.md").read_text(encoding="utf-8")

    assert readme.startswith("# ")
    assert "## Modelled on" in readme
    assert "## What it shows" in readme
    assert list((folder / "feeds").glob("*.toml"))
    assert list((folder / "mappings").glob("*.toml"))
    assert list((folder / "codes").glob("*.csv"))
    assert len(mistakes(carrier)) >= 2
    assert tomllib.loads((folder / "carrier.toml").read_text(encoding="utf-8"))["tax_id"].startswith(INVENTED)
    assert not list(folder.rglob("*.py"))


@pytest.mark.parametrize("carrier", carriers())
def test_a_carrier_passes_the_check_without_a_word(carrier: str, tmp_path: Path) -> None:
    home = laid_out(carrier, tmp_path.resolve())
    session = Session(Wired(StandingClock(CREATED)), Output(), Actor("a test"), str(home))

    found = [*session.workspace.findings, *(f for p in session.workspace.feeds for f in feed_findings(session, p))]

    assert session.workspace.feeds
    assert found == []


@pytest.mark.parametrize("carrier", carriers())
def test_a_grant_allows_what_the_mapping_uses_and_no_more(carrier: str, tmp_path: Path) -> None:
    workspace = open_workspace(laid_out(carrier, tmp_path.resolve()))
    used = frozenset().union(*(workspace.ready_form(profile)[0].uses for profile in workspace.feeds))

    (grant,) = workspace.grants

    assert grant.allow == used | STRUCTURAL_FIELDS


@pytest.mark.parametrize("carrier", carriers())
def test_a_carrier_gets_what_is_expected_to_the_byte(carrier: str, tmp_path: Path) -> None:
    folder = CARRIERS / carrier / "expected" / "pass"
    there = {f.relative_to(folder).as_posix(): f for f in folder.rglob("*") if f.is_file() and f.suffix != ".toml"}

    files, findings = written_by(carrier, tmp_path.resolve())

    assert [f for f in findings if f.severity is Severity.ERROR] == []
    assert len(files) >= 2
    assert set(there) == set(files)
    assert [name for name, content in files.items() if there[name].read_bytes() != content] == []


@pytest.mark.parametrize(("carrier", "mistake"), MISTAKES, ids=[f"{c}-{m.stem}" for c, m in MISTAKES])
def test_a_mistake_is_found_where_it_was_made(carrier: str, mistake: Path, tmp_path: Path) -> None:
    said = tomllib.loads(mistake.read_text(encoding="utf-8"))

    found = [f for f in found_wrong(carrier, mistake, tmp_path.resolve()) if f.code == said["code"]]

    assert found
    if "place" not in said:  # it is about people, and no line of a file is wrong
        assert all(finding.about is not None for finding in found)
        return
    file, _, line = said["place"].partition(":")
    places = [(f.place.path.endswith(file), f.place.line) for f in found if f.place is not None]
    assert (True, int(line)) in places if line else any(known for known, _ in places)
