"""``compare``: two 834s as people and coverages, or two files of any form as facts; envelope and order mean nothing."""

from __future__ import annotations

from pathlib import Path

import click

from edi834.check.meaning import Meaning, compare, meaning_of
from edi834.check.same_facts import compare_accounts
from edi834.commands.accounts import account_of
from edi834.commands.session import Session
from edi834.commands.verb import reveal_options, verb
from edi834.errors import NothingMatchesError, UsageError
from edi834.report.compare_report import compare_lines, comparison_facts, difference_event
from edi834.report.fact_report import fact_event, fact_lines
from edi834.x12 import read

__all__ = ["compare_files"]


@verb("compare", statuses=(0, 4, 6, 10), example="edi834 compare ours.834 theirs.834")
@click.argument("a", type=click.Path(path_type=Path), metavar="A")
@click.argument("b", type=click.Path(path_type=Path), metavar="B")
@click.option("--facts", is_flag=True, help="As facts, whatever their form: 834, flat file, or a worklist by its ID.")
@click.option("--feed", "feeds", multiple=True, metavar="FEED", help="With --facts: whose layout reads both, or each.")
@reveal_options
@click.pass_obj
def compare_files(
    session: Session, a: Path, b: Path, facts: bool, feeds: tuple[str, ...], reveal: bool, reason: str | None
) -> int:
    """Compare two 834s in meaning: who is reported, and what of whom. Exit status 1 where they differ.

    With --facts, files of any form are compared in what both forms can carry: members, coverages, dates, amounts and
    what is done. Values are masked unless revealed with a reason; that needs a workspace, whose trail keeps it.
    """
    if reveal and not reason:
        raise UsageError("--reveal needs --reason", code="E834-0004", remedy='add --reason "why you must see values"')
    if len(feeds) > 2 or (feeds and not facts):
        raise UsageError("--feed goes with --facts, once or twice", code="E834-0974")
    if facts:
        return _by_facts(session, a, b, feeds, reveal=reveal, reason=reason)
    comparison = compare(_meaning(a), _meaning(b))
    if reveal:
        session.ledger.record("revealed", f"{a.name} {b.name}", reason=reason or "", command="compare")
    for line in compare_lines(comparison, reveal=reveal):
        session.output.line(line)
    for difference in comparison.differences:
        session.output.event("difference", **difference_event(difference, reveal=reveal))
    return session.output.summary(0 if comparison.is_same else 1, **comparison_facts(comparison))


def _by_facts(session: Session, a: Path, b: Path, feeds: tuple[str, ...], *, reveal: bool, reason: str | None) -> int:
    of_a, of_b = (feeds[0], feeds[-1]) if feeds else (None, None)
    comparison = compare_accounts(account_of(session, a, of_a), account_of(session, b, of_b))
    if reveal:
        session.ledger.record("revealed", f"{a.name} {b.name}", reason=reason or "", command="compare")
    for line in fact_lines(comparison, reveal=reveal):
        session.output.line(line)
    for difference in comparison.differences:
        session.output.event("difference", **fact_event(difference, reveal=reveal))
    in_a, in_b, in_both = comparison.people
    return session.output.summary(
        0 if comparison.is_same else 1, people={"a": in_a, "b": in_b, "both": in_both}, same=comparison.same,
        differences=len(comparison.differences), compared=list(comparison.compared),
        only_a=list(comparison.only_a), only_b=list(comparison.only_b),
    )  # fmt: skip


def _meaning(file: Path) -> Meaning:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise NothingMatchesError(f"{file} cannot be read: {error.strerror}", code="E834-0042") from None
    interchanges = read(content).interchanges
    if not any(one.groups for one in interchanges):
        raise UsageError(f"{file} is not an 834", code="E834-0043")
    return meaning_of(interchanges)
