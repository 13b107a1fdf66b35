"""Output: lines for people on a terminal, JSON Lines for scripts, never both; complaints on stderr.

Each JSON line has ``v`` and ``event``; the last is always ``summary`` with the exit status, and fields are only ever
added. Colour is for terminals and honours ``NO_COLOR``; what a finding or an error looks like is decided here once.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

from edi834.commands.stories import story_of
from edi834.errors import Edi834Error, Place
from edi834.model import Finding, Severity

__all__ = ["Output"]

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}


@dataclass
class Output:
    """Where a command's words go.

    Attributes:
      as_json: JSON Lines instead of text.
      quiet: No progress and no notes.
    """

    as_json: bool = False
    quiet: bool = False
    stdout: TextIO = field(default_factory=lambda: sys.stdout)
    stderr: TextIO = field(default_factory=lambda: sys.stderr)

    def __post_init__(self) -> None:
        self._out = Console(file=self.stdout, highlight=False, soft_wrap=True)
        self._err = Console(file=self.stderr, highlight=False, soft_wrap=True)

    def line(self, text: str | Text = "", *, style: str | None = None) -> None:
        """A line of the result, for people."""
        if not self.as_json:
            self._out.print(text if isinstance(text, Text) else Text(text, style=style or ""))

    def progress(self, text: str) -> None:
        """A line about work under way, for people."""
        if not self.as_json and not self.quiet:
            self._err.print(Text(text, style="dim"))

    def event(self, name: str, /, **facts: Any) -> None:
        """A line of the result, for scripts."""
        if self.as_json:
            self._write(self.stdout, {"v": 1, "event": name, **facts})

    def summary(self, exit_status: int, **facts: Any) -> int:
        """The last line for scripts; gives the exit status back."""
        self.event("summary", exit_status=exit_status, **facts)
        return exit_status

    def error(self, error: Edi834Error) -> int:
        """Show what stopped the command, on stderr; gives its exit status."""
        remedy = error.remedy or story_of(error.code).remedy
        if self.as_json:
            self._write(
                self.stderr,
                {"v": 1, "event": "error", "code": error.code, "message": error.message,
                 "where": str(error.place) if error.place else None, "remedy": remedy},
            )  # fmt: skip
            return self.summary(error.exit_status)
        self._err.print(self._headline(error.code, error.message, "bold red"))
        self._show_place(self._err, error.place)
        if remedy:
            self._err.print(Text(f"   |  help: {remedy}"))
        return error.exit_status

    def findings(self, findings: Iterable[Finding], *, to_stderr: bool = False) -> None:
        """Show findings, each with its place and remedy."""
        console = self._err if to_stderr else self._out
        for finding in findings:
            remedy = finding.remedy or story_of(finding.code).remedy
            if self.as_json:
                self.event(
                    "finding", code=finding.code, severity=finding.severity.value, message=finding.message,
                    about=str(finding.about) if finding.about else None,
                    where=str(finding.place) if finding.place else None, remedy=remedy,
                )  # fmt: skip
                continue
            console.print(self._headline(finding.code, finding.message, _STYLES[finding.severity]))
            self._show_place(console, finding.place)
            if remedy:
                console.print(Text(f"   |  help: {remedy}"))

    @staticmethod
    def _headline(code: str, message: str, style: str) -> Text:
        return Text.assemble((code, style), " ", message)

    @staticmethod
    def _show_place(console: Console, place: Place | None) -> None:
        if place is None:
            return
        console.print(Text(f"  --> {place}"))
        if place.excerpt:
            number = str(place.line or "")
            console.print(Text(f"{number:>4} |  {place.excerpt}", style="dim"))
            if place.column is not None and place.column <= len(place.excerpt):
                # Tabs stay tabs, so that the mark stands below what it points at.
                lead = "".join(c if c == "\t" else " " for c in place.excerpt[: place.column - 1])
                console.print(Text(f"     |  {lead}{'^' * _named(place)}", style="bold"))

    @staticmethod
    def _write(stream: TextIO, content: dict[str, Any]) -> None:
        stream.write(json.dumps(content, ensure_ascii=False, default=str) + "\n")
        stream.flush()


def _named(place: Place) -> int:
    """How many characters of a line a place points at: its name, where that stands there."""
    rest = (place.excerpt or "")[(place.column or 1) - 1 :]
    name = place.name or ""
    quoted = rest[:1] in "\"'" and rest[1:].startswith(name)
    return max(1, len(name) + 2 * quoted) if rest.startswith(name) or quoted else 1
