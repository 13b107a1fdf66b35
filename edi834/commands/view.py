"""``view``: an 834 with each element named and decoded, in the terminal or as one page."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from edi834.check.judge import JudgeOptions, judge
from edi834.commands.judged_files import people_are_invented, read_file, workspace_here, write_beside
from edi834.commands.session import Session
from edi834.commands.stories import story_of
from edi834.commands.verb import reveal_options, verb
from edi834.errors import UsageError
from edi834.report.annotated import annotate
from edi834.report.annotated_lines import annotated_lines
from edi834.report.annotated_page import annotated_page
from edi834.report.judged_report import finding_event

__all__ = ["view"]


@verb("view", statuses=(0, 4, 10), example="edi834 view inbound/night.834 --html night.html")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--html", type=click.Path(path_type=Path), metavar="F", help="Write one self-contained page.")
@click.option("--findings", "only_findings", is_flag=True, help="Only the families and headers with findings.")
@click.option("--invented-people", is_flag=True, help="Social Security numbers may be ones that were never issued.")
@reveal_options
@click.pass_obj
def view(
    session: Session,
    file: Path,
    html: Path | None,
    only_findings: bool,
    invented_people: bool,
    reveal: bool,
    reason: str | None,
) -> int:
    """Show an 834 by family: each element named and decoded, findings in place.

    Needs no workspace. Values are masked unless revealed with a reason, which goes into a workspace's trail.
    """
    if reveal and not reason:
        raise UsageError("--reveal needs --reason", code="E834-0004", remedy='add --reason "why you must see values"')
    content = read_file(file)
    judgement = judge(content, JudgeOptions(invented_people or people_are_invented(session)))
    digest = hashlib.sha256(content).hexdigest()
    recorded = _record(session, file, digest, reason or "") if reveal else False
    annotated = annotate(file.name, digest, judgement, reveal=reveal)
    output = session.output
    for found in judgement.findings:
        output.event("finding", **finding_event(str(file), found, story_of(found.code).remedy))
    if html is not None:
        page = annotated_page(annotated, lambda code: story_of(code).remedy, reason=reason or "" if reveal else "")
        write_beside(html, page, never=[file])
        output.line(f"{file.name} is shown in {html}")
    else:
        for line, style in annotated_lines(annotated, lambda code: story_of(code).remedy, only_findings=only_findings):
            output.line(line, style=style)
    return output.summary(
        0, file=str(file), verdict=judgement.verdict.value, digest=digest, html=str(html) if html else None,
        revealed=reveal, recorded=recorded,
    )  # fmt: skip


def _record(session: Session, file: Path, digest: str, reason: str) -> bool:
    """Write into the trail that values of a file are revealed, before they are; gives whether there is a trail."""
    if workspace_here(session) is None:
        click.echo("there is no workspace here: that values were revealed cannot be recorded", err=True)
        return False
    session.ledger.record("revealed", file.name, reason=reason, command="view", digest=digest)
    return True
