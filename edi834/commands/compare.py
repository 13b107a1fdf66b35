"""``compare``: two 834s as people and coverages; envelope, order and the cut into transaction sets mean nothing."""

from __future__ import annotations

from pathlib import Path

import click

from edi834.check.meaning import Meaning, compare, meaning_of
from edi834.commands.session import Session
from edi834.commands.verb import reveal_options, verb
from edi834.errors import NothingMatchesError, UsageError
from edi834.report.compare_report import compare_lines, comparison_facts, difference_event
from edi834.x12 import read

__all__ = ["compare_files"]


@verb("compare", statuses=(0, 10), example="edi834 compare ours.834 theirs.834")
@click.argument("a", type=click.Path(path_type=Path), metavar="A")
@click.argument("b", type=click.Path(path_type=Path), metavar="B")
@reveal_options
@click.pass_obj
def compare_files(session: Session, a: Path, b: Path, reveal: bool, reason: str | None) -> int:
    """Compare two 834s in meaning: who is told of, and what of whom. Exit status 1 where they differ.

    Values are masked unless revealed with a reason; that needs a workspace, whose trail keeps it.
    """
    if reveal and not reason:
        raise UsageError("--reveal needs --reason", code="E834-0004", remedy='add --reason "why you must see values"')
    comparison = compare(_meaning(a), _meaning(b))
    if reveal:
        session.ledger.record("revealed", f"{a.name} {b.name}", reason=reason or "", command="compare")
    for line in compare_lines(comparison, reveal=reveal):
        session.output.line(line)
    for difference in comparison.differences:
        session.output.event("difference", **difference_event(difference, reveal=reveal))
    return session.output.summary(0 if comparison.is_same else 1, **comparison_facts(comparison))


def _meaning(file: Path) -> Meaning:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise NothingMatchesError(f"{file} cannot be read: {error.strerror}", code="E834-0042") from None
    interchanges = read(content).interchanges
    if not any(one.groups for one in interchanges):
        raise UsageError(f"{file} is not an 834", code="E834-0043")
    return meaning_of(interchanges)
