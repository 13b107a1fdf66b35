"""``view``: an 834 with each element named and decoded, in the terminal or as one page."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import click

from edi834.check.judge import JudgeOptions, judge
from edi834.commands.judged_files import people_are_invented, read_file, workspace_here, write_beside
from edi834.commands.our_files import ours_of
from edi834.commands.session import Session
from edi834.commands.stories import story_of
from edi834.commands.verb import reveal_options, verb
from edi834.errors import UsageError
from edi834.report.annotated import Annotated, annotate
from edi834.report.annotated_lines import annotated_lines
from edi834.report.annotated_page import annotated_page
from edi834.report.beside import beside
from edi834.report.beside_lines import beside_counts, beside_lines
from edi834.report.beside_page import beside_page
from edi834.report.judged_report import finding_event

__all__ = ["view"]


@verb("view", statuses=(0, 4, 10), example="edi834 view inbound/night.834 --beside sample.834 --html both.html")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--beside", "other", type=click.Path(path_type=Path), metavar="FILE", help="Another 834, side by side.")
@click.option("--html", type=click.Path(path_type=Path), metavar="F", help="Write one self-contained page.")
@click.option("--feed", metavar="FEED", help="It is a file of this feed of ours: say where each element comes from.")
@click.option("--findings", "only_findings", is_flag=True, help="Only the families and headers with findings.")
@click.option("--all", "every", is_flag=True, help="Side by side: what is the same, too.")
@click.option("--invented-people", is_flag=True, help="Social Security numbers may be ones that were never issued.")
@reveal_options
@click.pass_obj
def view(
    session: Session,
    file: Path,
    other: Path | None,
    html: Path | None,
    feed: str | None,
    only_findings: bool,
    every: bool,
    invented_people: bool,
    reveal: bool,
    reason: str | None,
) -> int:
    """Show an 834 by family: each element named and decoded, findings in place.

    With --beside, two 834s aligned by family, loop and qualifier, whatever their order and delimiters. Needs no
    workspace; in one, a file that was sent from it is known again, and its elements say where they come from: the
    expression of the mapping, and its line. Values are masked unless revealed with a reason, which goes into the
    workspace's trail.
    """
    if reveal and not reason:
        raise UsageError("--reveal needs --reason", code="E834-0004", remedy='add --reason "why you must see values"')
    options = JudgeOptions(invented_people or people_are_invented(session))
    looking = _Looking(session, options, reason if reveal else None, feed)
    first = looking.at(file)
    second = looking.at(other) if other else None
    output = session.output
    parts = beside(first, second) if second else ()
    if html is not None:
        given = reason or "" if reveal else ""
        page = beside_page(first, second, parts, remedy, reason=given) if second else annotated_page(
            first, remedy, reason=given
        )  # fmt: skip
        write_beside(html, page, never=[file, *([other] if other else [])])
        output.line(f"{file.name} is shown {f'beside {other.name} ' if other else ''}in {html}")
    else:
        lines = beside_lines(first, second, parts, remedy, every=every) if second else annotated_lines(
            first, remedy, only_findings=only_findings
        )  # fmt: skip
        for line, style in lines:
            output.line(line, style=style)
    compared = {"beside": str(other), "families": beside_counts(parts)} if second else {}
    return output.summary(
        0, file=str(file), verdict=first.judgement.verdict.value, digest=first.digest, html=str(html) if html else None,
        revealed=reveal, recorded=looking.is_recorded, feed=first.ours.feed if first.ours else None,
        transmission=first.ours.transmission or None if first.ours else None, **compared,
    )  # fmt: skip


def remedy(code: str) -> str:
    """Where to fix what a code says, in a file that may be anybody's."""
    return story_of(code).elsewhere or story_of(code).remedy


@dataclass
class _Looking:
    """Somebody who looks at files.

    Attributes:
      reason: Why values are revealed; None where they are masked.
      feed: Whose file it is, if somebody says so.
      is_recorded: Whether a trail says so.
    """

    session: Session
    options: JudgeOptions
    reason: str | None
    feed: str | None = None
    is_recorded: bool = False

    def at(self, file: Path) -> Annotated:
        """Judge and annotate a file; that values are revealed is written into the trail before they are."""
        content = read_file(file)
        judgement = judge(content, self.options)
        digest = hashlib.sha256(content).hexdigest()
        if self.reason is not None:
            self.is_recorded = _record(self.session, file, digest, self.reason)
        for found in judgement.findings:
            self.session.output.event("finding", **finding_event(str(file), found, remedy(found.code)))
        ours = ours_of(self.session, digest, self.feed)
        return annotate(file.name, digest, judgement, reveal=self.reason is not None, ours=ours)


def _record(session: Session, file: Path, digest: str, reason: str) -> bool:
    """Write into the trail that values of a file are revealed, before they are; gives whether there is a trail."""
    if workspace_here(session) is None:
        click.echo("there is no workspace here: that values were revealed cannot be recorded", err=True)
        return False
    session.ledger.record("revealed", file.name, reason=reason, command="view", digest=digest)
    return True
