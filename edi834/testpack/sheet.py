"""The sheet of a test pack: what each file exercises, in which order to load them, and what the checks say.

It is Markdown, for whoever loads the files at the carrier; everybody in them is invented, so it may be mailed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from edi834.model import Finding
from edi834.testpack.scenario import Scenario

__all__ = ["Exercise", "sheet"]


@dataclass(frozen=True, slots=True)
class Exercise:
    """One scenario in the pack.

    Attributes:
      scenario: What happens.
      files: Its files, in order.
      reported: What they tell of each person, in the engine's words.
      unreported: Why there is no file, where there is none: it does not fit the feed, or nothing is to be reported.
      findings: What the checks say of them.
    """

    scenario: Scenario
    files: tuple[str, ...] = ()
    reported: tuple[str, ...] = ()
    unreported: str | None = None
    findings: tuple[Finding, ...] = ()


def sheet(
    feed_id: str, carrier: str, exercises: Sequence[Exercise], notes: Iterable[str], before: Exercise | None
) -> str:
    """Write the sheet.

    Args:
      feed_id: The feed.
      carrier: Its carrier's name.
      exercises: What is in the pack, and what is not, in order.
      notes: What the reader must know of the pack as a whole.
      before: The file that tells of everybody whom a scenario presupposes.
    """
    return "\n".join(_lines(feed_id, carrier, exercises, notes, before)) + "\n"


def _lines(
    feed_id: str, carrier: str, exercises: Sequence[Exercise], notes: Iterable[str], before: Exercise | None
) -> Iterator[str]:
    yield from (f"# Test pack of {feed_id} for {carrier}", "")
    yield "Everybody in these files is invented: no name, number, address or employer is anybody's. So they are not"
    yield "sealed, are marked as test (T), and their control numbers, from 1, are of this pack alone."
    yield from (line for note in notes for line in ("", note))
    reported = [e for e in exercises if e.files]
    first = "the first file first, then the others" if before else "the files"
    yield from ("", f"Load {first} in the order of this table.", "")
    yield "*Exercises* is said of the guide's plain form; *reported here* is what this feed's own rules make of it."
    yield from ("", "| file | row | what happens | what it exercises | reported here |", "|---|---|---|---|---|")
    for one in ([before] if before else []) + reported:
        yield _row(one)
    silent = [e for e in exercises if not e.files and not e.findings]
    if silent:
        yield from ("", "## Without a file", "", "| scenario | why |", "|---|---|")
        yield from (f"| {e.scenario.title} | {_cell(e.unreported or '')} |" for e in silent)
    yield from ("", "## Findings", "")
    wrong = [(e, f) for e in ([before] if before else []) + list(exercises) for f in e.findings]
    if not wrong:
        yield "None: every file passes the guide, the totals, the situations and, for an 834, pyx12."
    for one, finding in wrong:
        name = ", ".join(one.files) or one.scenario.name
        yield f"- {name}: {finding.code} {finding.severity.value}: {finding.message}"


def _row(one: Exercise) -> str:
    files = ", ".join(f"`{name}`" for name in one.files)
    row = one.scenario.row or ""
    cells = (one.scenario.title, one.scenario.exercises, "; ".join(one.reported))
    return f"| {files} | {row} | {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").strip()
