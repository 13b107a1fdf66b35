"""The situations that a guide cannot say in data and pyx12 does not see: each a rule with a code and a source.

The rules stand in one visible tuple and are asked of one transaction set after the other; what is wrong for every
carrier is an error, what only some refuse or what may have a reason is a warning.
Structure and codes are `guide_check.py`'s, totals and numbers `balance.py`'s.
"""

from __future__ import annotations

from collections.abc import Iterator

from edi834.check.fault import Fault
from edi834.check.rules import coverage, dates, people, whole_file
from edi834.check.rules.rule import InHand, Rule
from edi834.check.told import ToldSet

__all__ = ["RULES", "check_situations"]

RULES: tuple[Rule, ...] = (*whole_file.RULES, *people.RULES, *dates.RULES, *coverage.RULES)


def check_situations(told: ToldSet, file: InHand, rules: tuple[Rule, ...] = RULES) -> Iterator[Fault]:
    """Give every breach of the rules in one transaction set.

    Args:
      told: The set.
      file: The file in hand; the same for all its sets, in order.
      rules: The rules, all by default.
    """
    for rule in rules:
        for hit in rule.finds(told, file):
            yield Fault(rule.code, rule.says, hit.number, hit.path, rule.severity, hit.family)
