"""``validate``: any 834 of anyone's, and everything that is wrong with it; with the 999 for whoever sent it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from edi834.check.answer import answer
from edi834.check.carrier import CarrierRules
from edi834.check.judge import judge
from edi834.check.judgement import Judgement, JudgeOptions, Verdict
from edi834.check.streamed import judge_stream
from edi834.commands.judged_files import (
    files_to_judge,
    folder_for,
    opened_file,
    people_are_invented,
    read_file,
    write_beside,
)
from edi834.commands.session import Session
from edi834.commands.stories import story_of
from edi834.commands.verb import verb
from edi834.errors import NothingMatchesError, UsageError
from edi834.report.judged_report import concise_line, finding_event, full_lines, headline, sarif
from edi834.x12 import CODE_SETS

__all__ = ["validate"]

LISTS = tuple(sorted(CODE_SETS))
_STYLES = {Verdict.ACCEPTED: "green", Verdict.DOUBTFUL: "yellow", Verdict.REFUSED: "bold red"}


@verb("validate", statuses=(0, 4, 10), example="edi834 validate inbound/ --format concise")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE|FOLDER…")
@click.option(
    "--format", "shape", type=click.Choice(["full", "concise", "json", "sarif"]), default="full", show_default=True
)
@click.option("--feed", metavar="FEED", help="Ask the rules of this feed's carrier, too (SNIP level 7).")
@click.option("--ack", type=click.Path(path_type=Path), metavar="OUT", help="Write the 999 (and TA1) to this file.")
@click.option("--ack-number", type=click.IntRange(1, 999_999_999), default=1, help="ISA13 of the first answer.")
@click.option(
    "--most", type=click.IntRange(1), default=1000, show_default=True, help="Findings of one code, in a file."
)
@click.option("--invented-people", is_flag=True, help="Social Security numbers may be ones that were never issued.")
@click.option(
    "--second-opinion",
    is_flag=True,
    help="Ask pyx12 too, where nothing else is an error; such a file is held in memory.",
)
@click.option(
    "--without",
    multiple=True,
    type=click.Choice(LISTS),
    metavar="LIST",
    help=f"Do not ask a list that others keep: {', '.join(LISTS)}. May be given several times.",
)
@click.pass_obj
def validate(
    session: Session,
    paths: tuple[Path, ...],
    shape: str,
    feed: str | None,
    ack: Path | None,
    ack_number: int,
    most: int,
    invented_people: bool,
    second_opinion: bool,
    without: tuple[str, ...],
) -> int:
    """Judge any 834, ours or another's: every finding with segment, loop, element, rule and SNIP level.

    Needs no workspace, but for --feed. A file of any size is read piece by piece. Values about people are never shown.
    In a folder, whatever begins with ISA is judged.
    """
    session.output.as_json = (session.output.as_json or shape == "json") and shape != "sarif"
    files = files_to_judge(paths)
    out = _Answers(session, ack, ack_number, several=len(files) > 1 or any(path.is_dir() for path in paths))
    options = JudgeOptions(
        invented_people or people_are_invented(session), most, second_opinion, _rules(session, feed), frozenset(without)
    )  # fmt: skip
    verdicts: list[Verdict] = []
    described: list[tuple[str, Judgement]] = []
    for file in files:
        judgement = _judged(file, options, for_answer=ack is not None)
        verdicts.append(judgement.verdict)
        if shape == "sarif":
            described.append((file.as_posix(), judgement))
        else:
            _show(session, str(file), judgement, shape)
        out.write(file, judgement)
    status = 1 if Verdict.REFUSED in verdicts else 0
    if shape == "sarif":
        session.output.line(sarif(described, story_of))
        return status
    counted = {verdict.value.replace(" ", "_"): verdicts.count(verdict) for verdict in Verdict}
    if len(files) > 1:
        session.output.line(", ".join(f"{verdicts.count(verdict)} {verdict.value}" for verdict in Verdict))
    return session.output.summary(status, files=len(files), **counted)


def _judged(file: Path, options: JudgeOptions, *, for_answer: bool) -> Judgement:
    """What is thought of a file: as a stream, and held in memory only where pyx12 is asked about it."""
    with opened_file(file) as source:
        judgement = judge_stream(source, options, for_answer=for_answer)
    asks = options.second_opinion and not judgement.counts.errors and judgement.counts.interchanges == 1
    return judge(read_file(file), options) if asks else judgement


def _rules(session: Session, feed: str | None) -> CarrierRules | None:
    """The rules of a feed's carrier.

    Raises:
      NothingMatchesError: E834-0016, there is no such feed; E834-0032, its carrier has no rules written down.
      ConfigurationError: they cannot be read.
    """
    if feed is None:
        return None
    rules = session.workspace.carrier_rules(session.profile(feed))
    if not rules:
        raise NothingMatchesError(f"{rules.carrier} has no rules of its own for {feed}", code="E834-0032")
    return rules


def _show(session: Session, name: str, judgement: Judgement, shape: str) -> None:
    output = session.output
    for found in judgement.findings:
        output.event("finding", **finding_event(name, found, _remedy(found.code)))
    output.event(
        "file", file=name, verdict=judgement.verdict.value, counts=asdict(judgement.counts), by_code=judgement.by_code,
        second_opinion=judgement.second_opinion,
    )  # fmt: skip
    if shape == "concise":
        for found in judgement.findings:
            output.line(concise_line(name, found))
        return
    output.line(headline(name, judgement), style=_STYLES[judgement.verdict])
    for line, style in full_lines(name, judgement, _remedy):
        output.line(line, style=style)


def _remedy(code: str) -> str:
    """Where to fix what a code says, in a file that may be anybody's."""
    return story_of(code).elsewhere or story_of(code).remedy


class _Answers:
    """Where the acknowledgments go: one file, or one for each of several files in a folder."""

    def __init__(self, session: Session, out: Path | None, number: int, *, several: bool) -> None:
        self._session, self._out, self._number = session, out, number
        self._folder = several or (out is not None and out.is_dir())
        if out is not None and several and out.exists() and not out.is_dir():
            raise UsageError(f"{out} is a file, and several files are judged", code="E834-0031")

    def write(self, file: Path, judgement: Judgement) -> None:
        if self._out is None:
            return
        moment = self._session.wiring.clock.now()
        answered = answer(judgement, control_number=self._number, moment=moment)
        self._number += answered.interchanges
        for number in answered.unanswered:
            self._session.output.progress(f"{file.name}: interchange {number} cannot be answered: {_WHY}")
        if not answered.content:
            return
        target = self._out
        if self._folder:
            target = folder_for(target) / f"{file.name}.999"
        write_beside(target, answered.content, never=[file])
        self._session.output.progress(f"{file.name}: answered in {target}")
        self._session.output.event(
            "acknowledged", file=str(file), answer=str(target), accepted=list(answered.accepted),
            rejected=list(answered.rejected), unanswered=list(answered.unanswered),
        )  # fmt: skip


_WHY = "its sender cannot be addressed, or it is an acknowledgment itself"
