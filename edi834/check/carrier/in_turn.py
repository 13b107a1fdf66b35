"""A carrier's rules asked person by person, of a file that is never held whole.

They say what ``asking.py`` says of a whole transaction set; of the people before, only those are kept that a rule about
the order of people compares with.
"""

from __future__ import annotations

from collections.abc import Iterator

from edi834.check.carrier.asking import check_carrier, concerns, is_of_people
from edi834.check.carrier.rule import CarrierRule, CarrierRules, Says
from edi834.check.fault import Fault
from edi834.check.reported import ReportedLoop, ReportedMember, ReportedSet

__all__ = ["AskedInTurn"]

_NO_HEADER = ReportedLoop("HEADER", (), ())


class AskedInTurn:
    """Asks the rules of one set after the other."""

    def __init__(self, rules: CarrierRules) -> None:
        alone = [rule for rule in rules if rule.says not in (Says.ORDER, Says.ASCENDING)]
        self._of_header = CarrierRules(rules.carrier, tuple(rule for rule in alone if not is_of_people(rule)))
        self._of_people = CarrierRules(rules.carrier, tuple(rule for rule in alone if is_of_people(rule)))
        self._of_order = tuple(rule for rule in rules if rule.says in (Says.ORDER, Says.ASCENDING))
        self._carrier = rules.carrier
        self._before: dict[CarrierRule, ReportedMember] = {}

    def begin_set(self) -> None:
        """Another set begins, and nobody stands before its first person."""
        self._before = {}

    def header(self, header: ReportedLoop) -> Iterator[Fault]:
        """Give the breaches in the header of the set."""
        return check_carrier(_set(header), self._of_header)

    def member(self, member: ReportedMember) -> Iterator[Fault]:
        """Give the breaches of the next person."""
        yield from check_carrier(_set(_NO_HEADER, member), self._of_people)
        for rule in self._of_order:
            if rule.says is Says.ASCENDING and not concerns(rule, member):
                continue
            before = self._before.get(rule)
            if before is not None:
                yield from check_carrier(_set(_NO_HEADER, before, member), CarrierRules(self._carrier, (rule,)))
            self._before[rule] = member


def _set(header: ReportedLoop, *members: ReportedMember) -> ReportedSet:
    return ReportedSet("", 0, 0, header, members)
