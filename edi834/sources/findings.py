"""What can be wrong with a row, each with its code; and the gathering of what was found, bounded.

A message names the column and says what is wrong, with the value masked; a person is named by reference only.
What to do about a code, and the story behind it, is data in ``edi834/codes/sources.toml``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from edi834.errors import Place
from edi834.model import FamilyRef, Finding, MemberRef, Severity, masked

__all__ = ["FOUND_OF_A_KIND", "Found", "Rule"]

FOUND_OF_A_KIND = 1_000
"""How many findings of one code and column are reported one by one; a systematic fault would drown the others."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong with a row.

    Attributes:
      code: Its stable code.
      says: What is wrong, after the column's name where it concerns one.
      severity: An error keeps the family from being reported; a warning or note does not.
    """

    code: str
    says: str
    severity: Severity = Severity.ERROR


class Found:
    """The findings of one snapshot, in the order they were made."""

    def __init__(self, already: Iterable[Finding] = ()) -> None:
        self._findings = list(already)
        self._times: Counter[tuple[Rule, str]] = Counter()

    def note(
        self,
        rule: Rule,
        subject: str,
        about: Callable[[], MemberRef | FamilyRef | None],
        place: Callable[[], Place],
        value: str = "",
    ) -> None:
        """Note one finding; who and where are asked only if it is kept.

        Args:
          rule: What is wrong.
          subject: What the rule's words are said of: ``members.ssn``, or a table.
          about: The person or family.
          place: Where it stands.
          value: The value, which is shown masked.
        """
        self._times[rule, subject] += 1
        if self._times[rule, subject] > FOUND_OF_A_KIND:
            return
        shown = masked("".join(letter for letter in value if letter.isprintable()))
        text = f"{subject} {rule.says}" + (f" ({shown})" if shown else "")
        self._findings.append(Finding(rule.code, rule.severity, text, about(), place()))

    def add(self, finding: Finding) -> None:
        """Note a finding that is made up already."""
        self._findings.append(finding)

    def reported(self) -> tuple[Finding, ...]:
        """Everything found; where there was too much of a kind, how much more there was."""
        more = [
            Finding(
                "E834-0353", rule.severity, f"{rule.code} in {times - FOUND_OF_A_KIND} rows more: {subject} {rule.says}"
            )
            for (rule, subject), times in self._times.items()
            if times > FOUND_OF_A_KIND
        ]
        return (*self._findings, *more)
