"""The loops 2300 under one INS: which coverage each speaks of, and what becomes of it.

- What identifies a coverage is declared (``coverage_identity``): the line; the line and the plan, several by their
  first day (DTP 348); or line, plan and first day.
- 021 adds. 024 needs a last day (DTP 349); the first day as last day cancels. 002 deletes. 025 takes an end or a
  cancellation back. 001 and 026 say how a coverage is, 030 too, with its days.
- Since when a coverage is otherwise is said as ``begin_date`` declares: by DTP 303 of the loop (``span``), or by a new
  first day together with another tier, plan or policy (``change``), or not at all (``end_and_add``). Another first day
  by itself says that the first day was wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from tests.simulated_carrier.book import Facts, HeldCoverage, HeldMember
from tests.simulated_carrier.message import SaidCoverage, SaidMember
from tests.simulated_carrier.reading import Reading

__all__ = ["Coverages"]

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Loop:
    """One loop 2300 with its days as the carrier reads them; ``is_open`` is the word for an end that is none."""

    said: SaidCoverage
    begin: date
    end: date | None
    is_open: bool
    cancels: bool
    facts: Facts

    @property
    def ends_too_early(self) -> bool:
        return self.end is not None and self.end < self.begin and not self.cancels


@dataclass
class Coverages:
    """One person's coverages, and what one INS says of them."""

    held: HeldMember
    said: SaidMember
    reading: Reading
    complain: Callable[[str, str], None]
    _with_last_day: list[HeldCoverage] = field(default_factory=list)
    _stated: list[HeldCoverage] = field(default_factory=list)

    def apply(self) -> None:
        """Read the loops in order, and then what the INS says by itself."""
        for said in self.said.coverages:
            self._read(said)
        if self.reading.statement_removes:
            self._remove_what_is_not_stated()
        if self.said.verb == "024":
            self._end_with_the_membership()

    def _read(self, said: SaidCoverage) -> None:
        if said.begin is None:
            self.complain("coverage without a first day", said.line)
            return
        is_open = said.end is not None and self.reading.is_open(said.verb, said.end)
        end = None if is_open else said.end
        facts = Facts(said.plan, said.tier, said.premium, said.provider, said.others, said.policy or self.said.policy)
        loop = _Loop(said, said.begin, end, is_open, self.reading.cancels(said.begin, end), facts)
        verbs = {
            "021": self._add, "024": self._end, "025": self._reinstate, "002": self._delete,
            "001": self._change, "026": self._change, "030": self._state,
        }  # fmt: skip
        if loop.ends_too_early and said.verb != "030":
            self.complain("a last day before the first", said.line)
        else:
            verbs[said.verb](loop)

    # --- the verbs ----------------------------------------------------------------------------------------------

    def _add(self, loop: _Loop) -> None:
        if loop.cancels:
            self.complain("021 of a coverage that never takes effect", loop.said.line)
            return
        known = _best(c for c in self._of_line(loop) if c.plan == loop.said.plan and c.begin == loop.begin)
        if known is not None and not known.is_cancelled and not (self.reading.adding_reinstates and known.end):
            self.complain("021 of a coverage that is held already", loop.said.line)
            return
        added = self._put(known, loop)
        if self.reading.new_plan_replaces:
            self._replace_other_plans(added)

    def _replace_other_plans(self, added: HeldCoverage) -> None:
        for other in self.held.effective:
            if other.line == added.line and other.plan != added.plan:
                other.ends_by(added.begin - _ONE_DAY)

    def _end(self, loop: _Loop) -> None:
        if loop.end is None:
            if self.said.verb != "024" or self.said.last_day is None:
                self.complain("024 without a last day", loop.said.line)
            return
        own = [c for c in self._identified(loop) if c.begin == loop.begin]
        if loop.cancels and own and all(c.is_cancelled for c in own):
            return  # it was cancelled already, and no other is meant
        found = self._find(loop)
        if found is None:
            self.complain("024 of a coverage that is not held", loop.said.line)
        elif loop.cancels:
            found.is_cancelled = True
        elif loop.end < found.begin:
            self.complain("024 before the first day that is held", loop.said.line)
        else:
            found.end = loop.end
            self._with_last_day.append(found)

    def _reinstate(self, loop: _Loop) -> None:
        found = self._find_ended(loop)
        if found is None:
            self.complain("025 of a coverage that is not held, or never ended", loop.said.line)
        elif loop.cancels:
            self.complain("025 of a coverage that never takes effect", loop.said.line)
        else:
            found.is_cancelled, found.end = False, loop.end
            # It goes on as it was known; other insurance is the person's, and only stated with a coverage.
            found.is_from(max(found.parts), replace(found.facts, others=loop.facts.others))
            self._mark(found, loop)

    def _delete(self, loop: _Loop) -> None:
        found = self._find(loop)
        if found is None:
            self.complain("002 of a coverage that is not held", loop.said.line)
        else:
            self.held.coverages.remove(found)

    def _change(self, loop: _Loop) -> None:
        found = self._find(loop) or self._found_by_the_day_of_its_change(loop)
        if found is None:
            self.complain(f"{loop.said.verb} of a coverage that is not held", loop.said.line)
        elif loop.cancels:
            found.is_cancelled = True
        elif loop.said.changed_on is not None:
            self._is_otherwise_from(found, loop.said.changed_on, loop)
        elif loop.begin != found.begin and self._says_a_change(found, loop):
            self._becomes_another_from(found, loop)
        elif (self._last_day(found, loop) or date.max) < loop.begin:
            self.complain("a first day after the last", loop.said.line)
        else:
            found.is_throughout(loop.begin, loop.facts)
            self._take_last_day(found, loop)

    def _state(self, loop: _Loop) -> None:
        found = self._find_stated(loop)
        if loop.cancels or loop.ends_too_early:
            if found is not None and found.begin == loop.begin:
                found.is_cancelled = True
        elif loop.said.changed_on is not None and loop.said.changed_on > loop.begin:
            self._state_from(found, loop.said.changed_on, loop)
        else:
            self._stated.append(self._put(found, loop))

    def _state_from(self, found: HeldCoverage | None, day: date, loop: _Loop) -> None:
        if found is None:
            self.complain("030 since a day, of a coverage that is not held", loop.said.line)
            return
        self._is_otherwise_from(found, day, loop)
        found.end = loop.end
        self._stated.append(found)

    # --- what becomes of a coverage -----------------------------------------------------------------------------

    def _put(self, known: HeldCoverage | None, loop: _Loop) -> HeldCoverage:
        """The coverage is so, with these days: one that is held, or a new one."""
        if known is None:
            known = HeldCoverage(loop.said.line, loop.begin, loop.end, {loop.begin: loop.facts})
            self.held.coverages.append(known)
        known.is_throughout(loop.begin, loop.facts)
        ended_so = loop.said.verb == "030" and known.end is not None and known.end == loop.said.end
        known.end = loop.said.end if ended_so else loop.end  # the word for an open end reopens nothing
        self._mark(known, loop)
        return known

    def _is_otherwise_from(self, found: HeldCoverage, day: date, loop: _Loop) -> None:
        """DTP 303 of the loop: from that day on it is so."""
        last = self._last_day(found, loop)
        if self.reading.begin_date != "span":
            self.complain(f"{loop.said.verb} with DTP 303, which says nothing here", loop.said.line)
        elif loop.begin != found.begin:
            self.complain("a change since a day, with another first day than is held", loop.said.line)
        elif day < found.begin or (last is not None and day > last):
            self.complain("a change since a day that is not covered", loop.said.line)
        else:
            found.is_from(day, loop.facts)
            self._take_last_day(found, loop)

    def _says_a_change(self, found: HeldCoverage, loop: _Loop) -> bool:
        """Whether a new first day is the day of a change, as a carrier of ``begin_date = change`` reads it."""
        was, now = found.facts_on(loop.begin), loop.facts
        other_policy = bool(was.policy and now.policy) and was.policy != now.policy
        return self.reading.begin_date == "change" and (was.tier != now.tier or was.plan != now.plan or other_policy)

    def _becomes_another_from(self, found: HeldCoverage, loop: _Loop) -> None:
        """The coverage goes on otherwise, and is known from then on by the day of the change."""
        last = self._last_day(found, loop)
        found.ends_by(loop.begin - _ONE_DAY)
        another = HeldCoverage(loop.said.line, loop.begin, last, {loop.begin: loop.facts})
        self.held.coverages.append(another)
        self._mark(another, loop)

    @staticmethod
    def _last_day(found: HeldCoverage, loop: _Loop) -> date | None:
        """The last day it then has: the one that is stated, or else the one that is held."""
        return loop.end if loop.end is not None or loop.is_open else found.end

    def _take_last_day(self, found: HeldCoverage, loop: _Loop) -> None:
        found.end = self._last_day(found, loop)
        self._mark(found, loop)

    def _mark(self, coverage: HeldCoverage, loop: _Loop) -> None:
        if loop.end is not None:
            self._with_last_day.append(coverage)

    def _remove_what_is_not_stated(self) -> None:
        for other in self.held.effective:
            stated = [one for one in self._stated if one.line == other.line]
            if all(one is not other for one in stated) and any(one.shares_a_day_with(other) for one in stated):
                other.is_cancelled = True

    def _end_with_the_membership(self) -> None:
        """INS 024: what the loops give no last day of its own ends on DTP 357; by itself it may move an end, too."""
        last = self.said.last_day
        if last is None:
            if not self.said.coverages:
                self.complain("024 without a last day", "")
            return
        if not self.said.coverages:
            self.held.moves_its_end(last, self.held.last_day)
        for coverage in self.held.effective:
            if not any(coverage is one for one in self._with_last_day):
                coverage.ends_by(last)

    # --- which coverage is meant --------------------------------------------------------------------------------

    def _of_line(self, loop: _Loop) -> list[HeldCoverage]:
        return [c for c in self.held.coverages if c.line == loop.said.line]

    def _identified(self, loop: _Loop) -> list[HeldCoverage]:
        """What of the line may be meant, cancelled or not: all of it, or what is of that plan (and first day)."""
        found = self._of_line(loop)
        if self.reading.identity != "line":
            found = [c for c in found if c.plan == loop.said.plan]
        if self.reading.identity == "line_plan_and_begin":
            found = [c for c in found if c.begin == loop.begin]
        return found

    def _find(self, loop: _Loop) -> HeldCoverage | None:
        found = [c for c in self._identified(loop) if not c.is_cancelled]
        if len(found) < 2:
            return _only(found)
        by_day = _only(c for c in found if c.begin == loop.begin)
        if by_day is not None or self.reading.identity != "line":
            return by_day
        covering = _only(c for c in found if c.covers(loop.begin))
        return covering or _only(c for c in found if c.end is None)

    def _found_by_the_day_of_its_change(self, loop: _Loop) -> HeldCoverage | None:
        """Of several coverages of a plan, a change from a day concerns the one that covers it."""
        if self.reading.begin_date != "change":
            return None
        return _only(c for c in self._identified(loop) if c.covers(loop.begin))

    def _find_ended(self, loop: _Loop) -> HeldCoverage | None:
        identified = self._identified(loop)
        by_day = [c for c in identified if c.begin == loop.begin]
        ended = [c for c in identified if c.is_cancelled or c.end is not None]
        if by_day:
            return _best(c for c in by_day if c.is_cancelled or c.end is not None)
        return _only(ended) if len(identified) == 1 or self.reading.identity == "line" else None

    def _find_stated(self, loop: _Loop) -> HeldCoverage | None:
        """What 030 speaks of: the coverage of that first day; where the line identifies, one of the same days."""
        identified = self._identified(loop)
        by_day = _best(c for c in identified if c.begin == loop.begin)
        if by_day is not None or self.reading.identity != "line":
            return by_day
        other = HeldCoverage(loop.said.line, loop.begin, loop.end, {loop.begin: loop.facts})
        stated = [id(c) for c in self._stated]  # what the INS has stated already is not stated twice
        sharing = [c for c in identified if c.shares_a_day_with(other) and id(c) not in stated]
        return _only(c for c in sharing if c.covers(loop.begin)) or _only(sharing)


def _only(found: Iterable[HeldCoverage]) -> HeldCoverage | None:
    """The one there is."""
    several = list(found)
    return several[0] if len(several) == 1 else None


def _best(found: Iterable[HeldCoverage]) -> HeldCoverage | None:
    """What took effect before what was cancelled, and of that the latest."""
    ranked = sorted(found, key=lambda c: c.is_cancelled)
    effective = [c for c in ranked if not c.is_cancelled]
    return effective[0] if effective else ranked[-1] if ranked else None
