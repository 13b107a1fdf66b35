"""``kit``: the carrier's test pack: invented people through every scenario that fits a feed, and a sheet.

It is written with the feed's own mapping, rules and grants, in plaintext, because nobody in it exists; it opens no
ledger and takes no control number, and no file in it can be mistaken for a real one: all are marked as test.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path, PurePosixPath

import click

from edi834.book import FamilyStatement
from edi834.commands.session import Session
from edi834.commands.verb import verb
from edi834.errors import ConfigurationError, UsageError
from edi834.feed.forms import Form
from edi834.feed.profile import FeedProfile
from edi834.grants import STRUCTURAL_FIELDS, decide_release
from edi834.mapping.document import FileFormat, FileScope
from edi834.model import FieldPath, Finding, Group, GroupId, Severity
from edi834.testpack import (
    Exercise,
    Fit,
    Rehearsal,
    ReportedDay,
    Scenario,
    codes_of,
    fit_scenario,
    in_words,
    misfit,
    read_cast,
    read_scenario,
    sheet,
)
from edi834.workspace.mappings import read_form

__all__ = ["kit"]

SHEET = "README.md"
_BEFORE = "00-before"
_SEALED = frozenset({".pgp", ".gpg", ".asc"})
_SCOPES = {"full_audit": FileScope.FULL_AUDIT, "full_replace": FileScope.FULL_REPLACE}


@verb("kit", statuses=(0, 3, 4, 10), example="edi834 kit northstar-medical --out testpack")
@click.argument("feed")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="A folder of its own for the pack."
)
@click.pass_obj
def kit(session: Session, feed: str, out: Path) -> int:
    """Write the carrier's test pack: what can happen to a member, as this feed would report it of invented people.

    One file a scenario, and README.md, which says what each exercises. Nobody in the files exists, so they are not
    sealed; they are marked as test, and their control numbers, from 1, are the pack's own.
    """
    profile = session.profile(feed)
    rehearsal = _rehearsal(session, profile)
    pack = _Pack(session, profile, rehearsal, _folder(out))
    exercises = list(pack.exercises())
    before = pack.before()
    text = sheet(profile.feed_id, profile.carrier.name, exercises, _notes(session, profile, rehearsal), before)
    (out / SHEET).write_text(text, encoding="utf-8")
    return _say(session, out, exercises, before)


def _say(session: Session, out: Path, exercises: Sequence[Exercise], before: Exercise | None) -> int:
    everything = [*([before] if before else []), *exercises]
    for one in everything:
        session.output.event(
            "scenario", name=one.scenario.name, row=one.scenario.row, files=list(one.files),
            reported=list(one.reported), unreported=one.unreported,
        )  # fmt: skip
        session.output.findings(one.findings)
    failed = [e for e in everything if any(f.severity is Severity.ERROR for f in e.findings)]
    files = sum(len(e.files) for e in everything)
    silent = sum(not e.files for e in exercises) - sum(not e.files for e in failed)
    session.output.line(f"{files} files of invented people in {out}: start with {out / SHEET}")
    if silent:
        session.output.line(f"{silent} scenarios have no file here: the sheet says why")
    if failed:
        session.output.line(f"{len(failed)} could not be written, as the findings say")
    return session.output.summary(
        3 if failed else 0, files=files, unreported=silent, failed=len(failed), folder=str(out)
    )


def _folder(out: Path) -> Path:
    try:
        out.mkdir(parents=True, exist_ok=True)
        occupied = any(out.iterdir())
    except OSError as error:
        raise UsageError(f"{out} cannot be made: {error.strerror}", code="E834-0012") from None
    if occupied:
        raise UsageError(f"{out} is not empty", code="E834-0141")
    return out


def _rehearsal(session: Session, profile: FeedProfile) -> Rehearsal:
    # Whatever the workspace holds, these people are invented: their numbers from 900 are Social Security numbers.
    form, rules, findings = read_form(profile, session.workspace.settings.home, invented_people=True)
    for finding in findings:
        if finding.severity is Severity.ERROR:
            raise ConfigurationError(finding.message, code=finding.code, place=finding.place, remedy=finding.remedy)
    assert form is not None
    return Rehearsal(
        feed_id=profile.feed_id,
        form=form,
        rules=rules,
        fields=_fields(session, profile, form),
        scope=_SCOPES.get(profile.mode, FileScope.CHANGES),
        created=session.wiring.clock.now().astimezone(session.workspace.settings.timezone),
    )


def _fields(session: Session, profile: FeedProfile, form: Form) -> dict[GroupId, tuple[FieldPath, ...]]:
    """What each group's grant allows today; of a group that has given none, everything that the mapping uses."""
    used = form.uses | STRUCTURAL_FIELDS
    release = decide_release(
        session.workspace.grants,
        groups=profile.groups,
        carrier_id=profile.carrier.carrier_id,
        used=used,
        day=session.wiring.clock.now().date(),
    )
    return {
        group: tuple(sorted({*release.fields[group], *STRUCTURAL_FIELDS} if group in release.fields else used))
        for group in profile.groups
    }


def _notes(session: Session, profile: FeedProfile, rehearsal: Rehearsal) -> Iterator[str]:
    used, carrier = rehearsal.form.uses | STRUCTURAL_FIELDS, profile.carrier.carrier_id
    for group in profile.groups:
        without = sorted(used - set(rehearsal.fields[group]))
        if without:
            yield f"{group} does not allow, or has said nothing of: {', '.join(without)}. The files do without."
        elif not any((g.group_id, g.carrier_id) == (group, carrier) for g in session.workspace.grants):
            yield f"{group} has given no grant for {carrier} yet: the files show every field that is mapped."
    if FieldPath("coverage.policy_number") in used:
        yield "Policy numbers are invented, too (GRP100 and the like): say which ones your test system knows."
    if rehearsal.scope is not FileScope.CHANGES:
        yield "This feed sends everyone each time; each file here states the people of its own scenario alone."


@dataclass
class _Pack:
    """The pack as it is being written."""

    session: Session
    profile: FeedProfile
    rehearsal: Rehearsal
    out: Path
    number: int = 1  # 1 is the file of what was reported before
    reported_before: list[tuple[ReportedDay, FamilyStatement]] = field(default_factory=list)
    groups: dict[str, Group] = field(default_factory=dict)

    def exercises(self) -> Iterator[Exercise]:
        """Write each scenario that fits, in the order of their names."""
        fit = Fit(self.profile.groups, sorted(self.profile.benefits), codes_of(self.rehearsal.form))
        for number, scenario in enumerate(_scenarios(), start=1):
            why = misfit(scenario, fit)
            if why is not None:
                yield Exercise(scenario, unreported=why)
            else:
                fitted = fit_scenario(scenario, fit, number=number, today=self.rehearsal.created.date())
                yield self._exercise(fitted)

    def before(self) -> Exercise | None:
        """Write the people that the scenarios presuppose: everybody as reported on each first day."""
        if not self.reported_before:
            return None
        day = min((reported for reported, _ in self.reported_before), key=lambda reported: reported.as_of)
        reported = replace(day, plan=replace(day.plan, statements=tuple(s for _, s in self.reported_before)))
        scenario = Scenario(
            name=_BEFORE, title="Everybody whom the other files presuppose", row=0,
            exercises="the enrollment of each family before anything happens to it", days=(),
        )  # fmt: skip
        written = self._written(scenario, [reported], first=1)
        people = sum(len(s.members) for _, s in self.reported_before)
        return replace(written, reported=(f"{people} people, each added",) if written.files else ())

    def _exercise(self, scenario: Scenario) -> Exercise:
        first, *later = self.rehearsal.days(scenario)
        self.reported_before.extend((first, statement) for statement in first.plan.statements)
        self.groups.update(scenario.groups)
        reported = [day for day in later if day.plan.statements]
        if not reported:
            return Exercise(scenario, unreported=_why_unreported(scenario, later))
        exercise = self._written(scenario, reported, first=self.number + 1)
        self.number += len(reported)
        return exercise

    def _written(self, scenario: Scenario, days: Sequence[ReportedDay], *, first: int) -> Exercise:
        files: list[str] = []
        findings: list[Finding] = []
        reported: list[str] = []
        for position, day in enumerate(days):
            number = f"-{position + 1}" if len(days) > 1 else ""
            name = f"{scenario.name}{number}{self._extension}"
            written = self.rehearsal.write(
                day.plan.statements, self.groups, number=first + position, name=name, as_of=day.as_of, scope=day.scope
            )
            findings.extend(f for f in written.findings if f.severity is not Severity.NOTE)
            if written.is_sound and written.content is not None:
                self._keep(name, written.content)
                files.append(name)
                reported.extend(in_words(day.plan.statements))
        return Exercise(scenario, tuple(files), tuple(reported), findings=tuple(findings))

    def _keep(self, name: str, content: bytes) -> None:
        if self.rehearsal.form.format is FileFormat.WORKLIST:
            self.session.wiring.print_worklist(self.session.workspace, content, pdf=None, html=self.out / name)
        else:
            (self.out / name).write_bytes(content)

    @property
    def _extension(self) -> str:
        """What the feed's files end with, less what sealing adds."""
        if self.rehearsal.form.format is FileFormat.WORKLIST:
            return ".html"
        name = PurePosixPath(self.profile.remote_name)
        name = name.with_suffix("") if name.suffix in _SEALED else name
        return name.suffix or ".txt"


def _scenarios() -> list[Scenario]:
    """Those reported by a feed's own rules; the others show what other rules would make of them."""
    folder = resources.files("samples") / "scenarios"
    cast = read_cast("cast.toml", (folder / "cast.toml").read_text(encoding="utf-8"))
    names = [entry.name for entry in folder.iterdir() if entry.name[:1].isdigit()]
    read = [read_scenario(name, (folder / name).read_text(encoding="utf-8"), cast) for name in names]
    return sorted((scenario for scenario in read if scenario.is_plain), key=lambda scenario: scenario.name)


def _why_unreported(scenario: Scenario, days: Sequence[ReportedDay]) -> str:
    if any(day.plan.waiting for day in days):
        return "by this feed's rules it waits for a person"
    if any(day.plan.pending for day in days):
        return "by this feed's rules it is not reported yet"
    if scenario.exercises.startswith("nothing"):
        return f"{scenario.exercises}: that is what it shows"
    return "the mapping has none of the fields that change, or the grant does not allow them"
