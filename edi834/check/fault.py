"""A fault: something wrong in a file, by the number of its segment, before it becomes a finding for a person.

A fault names the rule, the segment and the address in the guide, and the family where it is known; never a value.
Findings of one kind are bounded, because a wrong mapping makes the same mistake for everybody.
What is a fault is decided by the checks beside this file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from edi834.errors import Place
from edi834.model import FamilyRef, Finding, Severity

__all__ = ["MOST_OF_ONE_CODE", "Fault", "bounded"]

MOST_OF_ONE_CODE = 25
"""How many findings of one code are shown one by one; of the others the number is reported."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong or doubtful in an X12 file.

    Attributes:
      code: The stable code, ``E834-10NN``, or the reader's own.
      message: What is wrong, in one sentence, without any value.
      number: The number of the segment in the file, ISA being 1; 0 for the file as a whole.
      path: The address in the guide, ``2300/HD03``; "" for the file as a whole.
      severity: What it stops.
      family: Whom it concerns, where that is known.
      remedy: What to do, where the code's own remedy does not say it.
    """

    code: str
    message: str
    number: int = 0
    path: str = ""
    severity: Severity = Severity.ERROR
    family: FamilyRef | None = None
    remedy: str | None = None

    def finding(self, name: str) -> Finding:
        """Give it as a finding about the file of that name."""
        place = Place(name, self.number or None, name=self.path or None)
        return Finding(self.code, self.severity, self.message, self.family, place, self.remedy)


def bounded(findings: Iterable[Finding], most: int = MOST_OF_ONE_CODE) -> Iterator[Finding]:
    """Give the first findings of each code, and for the others one that says how many there are.

    Each severity of a code is counted by itself, so that no error is hidden behind warnings.
    """
    seen: Counter[tuple[str, Severity]] = Counter()
    last: dict[tuple[str, Severity], Finding] = {}
    for finding in findings:
        kind = finding.code, finding.severity
        seen[kind] += 1
        if seen[kind] <= most:
            yield finding
        else:
            last[kind] = finding
    for kind, finding in last.items():
        more = seen[kind] - most
        yield replace(finding, message=f"and {more:,} more of this kind, the last one here", about=None)
