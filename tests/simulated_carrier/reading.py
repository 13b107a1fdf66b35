"""How one carrier reads what carriers read differently: its feed's declared dialect, and nothing besides.

A carrier is set up from the rules of its feed; whatever no rule declares, it does not infer.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import Final

from edi834.book.dialect import Dialect

__all__ = ["Reading"]

_REINSTATED_FIRST: Final = frozenset({"reinstate_then_end", "by_direction"})
"""Corrections of an end in two steps, which are two INS where a membership ends without loops 2300."""
_FAR_FUTURE: Final = date(9999, 12, 31)
_SCOPES_THAT_END: Final = {"never": frozenset[str](), "full_replace": frozenset({"RX"}), "full": frozenset({"RX", "4"})}


@dataclass(frozen=True)
class Reading:
    """How the carrier reads.

    Attributes:
      identity: What identifies a coverage: ``line``, ``line_and_plan`` or ``line_plan_and_begin``.
      begin_date: How it is stated that a coverage is otherwise from a day on: ``span``, ``change`` or ``end_and_add``.
      new_plan_replaces: An added plan of a line ends the others of that line the day before.
      statement_removes: 030 removes what it does not state, on the same line and days.
      family_ends_with_subscriber: An INS 024 of the subscriber ends the dependents too, and its 025 resumes them.
      day_before_cancels: A last day before the first (349 = 348 - 1) says that the coverage never was.
      adding_reinstates: 021 of a coverage that is held and has ended takes the ending back.
      ends_without_coverages: An INS 024 says it all with its DTP 357; loops 2300 belong to other last days only.
      may_repeat_a_person: One person may stand twice in a set: the one INS ends and the other begins anew.
      selects_policy: The policy number (REF 1L) belongs to each coverage, and not to the person.
      left_out_end_in: The files (BGN08) that end the people they leave out.
      open_end: The word for an end that is none: ``omit``, ``far_future`` or ``plan_year_end``.
      plan_year_end: The last day of the plan year, MM-DD.
    """

    identity: str
    begin_date: str
    new_plan_replaces: bool
    statement_removes: bool
    family_ends_with_subscriber: bool
    day_before_cancels: bool
    adding_reinstates: bool
    ends_without_coverages: bool
    may_repeat_a_person: bool
    selects_policy: bool
    left_out_end_in: frozenset[str]
    open_end: str
    plan_year_end: str

    @classmethod
    def of(cls, dialect: Dialect) -> Reading:
        """The reading that a feed's rules declare."""
        return cls(
            identity=dialect.coverage_identity,
            begin_date=dialect.begin_date,
            new_plan_replaces=dialect.new_plan == "replaces",
            statement_removes=dialect.full_statement == "removes",
            family_ends_with_subscriber=dialect.cascade == "subscriber_only",
            day_before_cancels=dialect.cancellation == "end_day_before",
            adding_reinstates=dialect.reinstatement == "add",
            ends_without_coverages=dialect.termination == "member_only",
            may_repeat_a_person=dialect.policy_change == "close_and_open"
            or dialect.plan_change == "two_transactions"
            or (dialect.termination == "member_only" and dialect.end_correction in _REINSTATED_FIRST)
            or "term_and_add" in {dialect.ssn_correction, dialect.after_rejection},
            selects_policy=dialect.policy_change == "close_and_open",
            left_out_end_in=_SCOPES_THAT_END[dialect.omission],
            open_end=dialect.open_end,
            plan_year_end=dialect.plan_year_end,
        )

    def is_open(self, verb: str, last_day: date) -> bool:
        """Whether a stated last day (DTP 349) is the carrier's word for none.

        The last day of the plan year says "until further notice" wherever it is not said to end something.
        """
        if self.open_end == "plan_year_end":
            return verb != "024" and self.ends_the_plan_year(last_day)
        return self.open_end == "far_future" and last_day == _FAR_FUTURE

    def ends_the_plan_year(self, day: date) -> bool:
        """Whether that is the last day of a plan year."""
        if not self.plan_year_end:
            return False
        month, last = (int(part) for part in self.plan_year_end.split("-"))
        return (day.month, day.day) == (month, min(last, calendar.monthrange(day.year, month)[1]))

    def cancels(self, begin: date, end: date | None) -> bool:
        """Whether a first and last day say that the coverage never took effect."""
        return end is not None and (end == begin or (self.day_before_cancels and (begin - end).days == 1))
