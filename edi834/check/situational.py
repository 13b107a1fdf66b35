"""The situations that a guide cannot say in data and pyx12 does not see: each a rule with a code and a source.

The rules stand in one visible tuple and are asked of one transaction set after the other; what is wrong for every
carrier is an error, what only some refuse or what may have a reason is a warning.
Structure and codes are `guide_check.py`'s, totals and numbers `balance.py`'s.
"""

from __future__ import annotations

from collections.abc import Iterator

from edi834.check.fault import Fault
from edi834.check.reported import ReportedMember, ReportedSet
from edi834.check.rules import coverage, dates, medicare, people, whole_file
from edi834.check.rules.rule import InHand, OfPerson, Rule

__all__ = ["OF_THE_DAY", "RULES", "check_person", "check_situations"]

RULES: tuple[Rule, ...] = (*whole_file.RULES, *people.RULES, *dates.RULES, *coverage.RULES, *medicare.RULES)

OF_THE_DAY = ("E834-1043", "E834-1044", "E834-1045")
"""The rules that compare with the day of the file, and cannot be asked where that is not known."""


def check_situations(reported: ReportedSet, file: InHand, rules: tuple[Rule, ...] = RULES) -> Iterator[Fault]:
    """Give every breach of the rules in one transaction set.

    Args:
      reported: The set.
      file: The file in hand; the same for all its sets, in order.
      rules: The rules, all by default.
    """
    for rule in rules:
        for hit in rule.finds(reported, file):
            yield Fault(rule.code, rule.says, hit.number, hit.path, rule.severity, hit.family)


def check_person(member: ReportedMember, file: InHand, rules: tuple[Rule, ...] = RULES) -> Iterator[Fault]:
    """Give every breach of those of the rules that look at one person alone; the others are not asked."""
    for rule in rules:
        if isinstance(rule.finds, OfPerson):
            for hit in rule.finds.finds(member, file):
                yield Fault(rule.code, rule.says, hit.number, hit.path, rule.severity, hit.family)
