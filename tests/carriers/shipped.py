"""The shipped carriers, each laid out in a workspace of its own, and what their folders say must come of them.

``expected/pass`` holds what a feed writes of a scenario (the samples' by its name, or one that stands beside it), byte
for byte; ``expected/fail`` holds what must be found wrong: a mistake in one of the carrier's files, or people whom it
cannot be reported. Nothing here knows any carrier by name.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path

from edi834.book import FamilyStatement
from edi834.feed.profile import FeedProfile
from edi834.mapping.document import FileFormat, FileScope
from edi834.model import Finding, GroupId
from edi834.grants import STRUCTURAL_FIELDS
from edi834.testpack import Fit, Scenario, Rehearsal, codes_of, fit_scenario, misfit, read_cast, read_scenario
from edi834.workspace import Workspace, open_workspace

ROOT = Path(__file__).absolute().parents[2]
CARRIERS = ROOT / "carriers"
SCENARIOS = resources.files("samples") / "scenarios"
CREATED = datetime(2024, 12, 1, 2, 0, tzinfo=UTC)
GROUP = "example-group"
EXTENSIONS = {FileFormat.X12: "edi", FileFormat.FLAT: "txt", FileFormat.WORKLIST: "json"}
_SCOPES = {"full_audit": FileScope.FULL_AUDIT, "full_replace": FileScope.FULL_REPLACE}
_SETTINGS = """\
[workspace]
name = "Cascade Lantern Works (invented)"
timezone = "UTC"

[source]
invented_people = true
settle_seconds = 0
"""


def carriers() -> list[str]:
    """Every carrier that ships."""
    return sorted(file.parent.name for file in CARRIERS.glob("*/carrier.toml"))


def laid_out(carrier: str, home: Path) -> Path:
    """A workspace with that carrier alone, as the newcomer's guide makes it."""
    source = CARRIERS / carrier
    shutil.copytree(source, home / "carriers" / carrier, ignore=shutil.ignore_patterns("expected", "grant.toml"))
    grant = home / "grants" / GROUP / f"{carrier}.toml"
    grant.parent.mkdir(parents=True)
    shutil.copy(source / "grant.toml", grant)
    (home / "edi834.toml").write_text(_SETTINGS, encoding="utf-8")
    return home


def rehearsal_of(workspace: Workspace, profile: FeedProfile) -> Rehearsal:
    """What tells people as the feed does: its own mapping, rules and grant."""
    form, rules = workspace.ready_form(profile)
    (grant,) = (g for g in workspace.grants if g.carrier_id == profile.carrier.carrier_id)
    fields = tuple(sorted((form.uses & grant.allow) | STRUCTURAL_FIELDS))
    return Rehearsal(
        feed_id=profile.feed_id, form=form, rules=rules, fields={GroupId(GROUP): fields},
        scope=_SCOPES.get(profile.mode, FileScope.CHANGES), created=CREATED,
    )  # fmt: skip


def the_feed(workspace: Workspace, name: str | None = None) -> FeedProfile:
    """The feed of that name, or the carrier's first."""
    return workspace.feed(name) if name else workspace.feeds[0]


def own_scenario(file: Path) -> Scenario:
    """A scenario that stands beside what is expected: its people are the feed's own group's."""
    text = (SCENARIOS / "cast.toml").read_text(encoding="utf-8")
    text = re.sub(r'(group_id = )"GRP100"', rf'\1"{GROUP}"', text).replace("[groups.GRP100]", f"[groups.{GROUP}]")
    return read_scenario(file.name, file.read_text(encoding="utf-8"), read_cast("cast.toml", text))


def shipped_scenario(name: str, rehearsal: Rehearsal, profile: FeedProfile) -> Scenario:
    """A scenario of the samples, fitted to the feed."""
    cast = read_cast("cast.toml", (SCENARIOS / "cast.toml").read_text(encoding="utf-8"))
    scenario = read_scenario(name, (SCENARIOS / f"{name}.toml").read_text(encoding="utf-8"), cast)
    assert scenario.is_plain, f"{name} is reported by rules of its own"
    fit = Fit(profile.groups, sorted(profile.benefits), codes_of(rehearsal.form))
    assert (why := misfit(scenario, fit)) is None, why
    return fit_scenario(scenario, fit, number=1, today=date(2024, 12, 31))


@dataclass(frozen=True)
class Reported:
    """What a feed wrote of one scenario: a file a night, and what was found."""

    files: dict[str, bytes]
    findings: tuple[Finding, ...]


def reported(rehearsal: Rehearsal, scenario: Scenario) -> Reported:
    """Tell a scenario; its first day is reported where it is the only one, else it is what was reported before."""
    days = rehearsal.days(scenario)
    later = [day for day in (days[1:] or days) if day.plan.statements]
    files: dict[str, bytes] = {}
    findings: list[Finding] = []
    for position, day in enumerate(later, start=1):
        statements: tuple[FamilyStatement, ...] = day.plan.statements
        name = f"{scenario.name}-{position}" if len(later) > 1 else scenario.name
        name = f"{name}.{EXTENSIONS[rehearsal.form.format]}"
        written = rehearsal.write(
            statements, scenario.groups, number=position, name=name, as_of=day.as_of, scope=day.scope
        )
        findings.extend(written.findings)
        if written.content is not None:
            files[name] = written.content
    return Reported(files, tuple(findings))


def wanted(carrier: str) -> Iterator[tuple[str | None, str]]:
    """The scenarios that a carrier's ``expected/pass`` speaks of, each with the feed it is for."""
    folder = CARRIERS / carrier / "expected" / "pass"
    named = tomllib.loads((folder / "scenarios.toml").read_text(encoding="utf-8"))
    for feed, names in named.items():
        yield from ((feed, name) for name in names)


def written_by(carrier: str, home: Path) -> tuple[dict[str, bytes], list[Finding]]:
    """Everything that a carrier's feeds write of those scenarios, and what was found."""
    workspace = open_workspace(laid_out(carrier, home))
    files: dict[str, bytes] = {}
    findings: list[Finding] = []
    for feed, name in wanted(carrier):
        profile = the_feed(workspace, feed)
        rehearsal = rehearsal_of(workspace, profile)
        own = CARRIERS / carrier / "expected" / "pass" / f"{name}.toml"
        scenario = own_scenario(own) if own.is_file() else shipped_scenario(name, rehearsal, profile)
        done = reported(rehearsal, scenario)
        files |= {f"{profile.feed_id}/{file}": content for file, content in done.files.items()}
        findings.extend(done.findings)
    return files, findings


def mistakes(carrier: str) -> list[Path]:
    """What a carrier's ``expected/fail`` holds."""
    return sorted((CARRIERS / carrier / "expected" / "fail").glob("*.toml"))


def found_wrong(carrier: str, mistake: Path, home: Path) -> list[Finding]:
    """Make the mistake in the carrier's laid-out files, and give what is found: by a check, or in telling people."""
    said = tomllib.loads(mistake.read_text(encoding="utf-8"))
    laid_out(carrier, home)
    file = home / "carriers" / carrier / said["file"]
    text = file.read_text(encoding="utf-8")
    assert text.count(said["old"]) >= 1, f"{said['file']} does not hold {said['old']!r}"
    file.write_text(text.replace(said["old"], said["new"], 1), encoding="utf-8")
    workspace = open_workspace(home)
    if "scenario" not in said:
        return [*workspace.findings, *(f for profile in workspace.feeds for f in workspace.form(profile)[2])]
    profile = the_feed(workspace, said.get("feed"))
    rehearsal = rehearsal_of(workspace, profile)
    own = CARRIERS / carrier / "expected" / "pass" / f"{said['scenario']}.toml"
    scenario = own_scenario(own) if own.is_file() else shipped_scenario(said["scenario"], rehearsal, profile)
    return list(reported(rehearsal, scenario).findings)
