"""Rehearsing a scenario: each day is redacted, decided, written and checked as a run would do it, in memory alone.

What was reported on one day is what the next is compared with, as after a delivered file; nothing is read from a ledger
and nothing goes into one, and control numbers are arguments.
What may be reported is an argument, too: a test pack is reported with the feed's own grant, where there is one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from edi834.book import Dialect, FamilyStatement, LastFull, MemberStatement
from edi834.check import CheckOutcome
from edi834.feed.forms import Form
from edi834.feed.gathered import Gathered
from edi834.feed.plan import FeedPlan, decide
from edi834.feed.profile import Guards
from edi834.grants import ReleasedFamily, Selection, family_digest, redact, redact_group
from edi834.mapping import Built
from edi834.mapping.document import FileFacts, FileScope
from edi834.model import FamilyRef, FeedId, FieldPath, Finding, Group, GroupId, Severity
from edi834.testpack.scenario import OURS, Scenario, ScenarioDay

__all__ = ["Rehearsal", "ReportedDay", "Written", "in_words"]

_KEY = b"scenario"


@dataclass(frozen=True, slots=True)
class ReportedDay:
    """What is reported on one day of a scenario.

    Attributes:
      as_of: The day.
      plan: What was decided: statements, who waits, what is kept back.
      scope: Changes, or everyone.
    """

    as_of: date
    plan: FeedPlan
    scope: FileScope


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written and checked.

    Attributes:
      built: What was written of the statements.
      outcome: What the checks say; None where nothing could be written.
    """

    built: Built
    outcome: CheckOutcome | None

    @property
    def content(self) -> bytes | None:
        """The bytes, where there are any."""
        return self.built.document.content if self.built.document is not None else None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything there is to say about it."""
        return (*self.built.findings, *(self.outcome.findings if self.outcome is not None else ()))

    @property
    def is_sound(self) -> bool:
        """Whether everybody is in it, and it could be sent."""
        errors = any(f.severity is Severity.ERROR for f in self.findings)
        return self.outcome is not None and self.outcome.checked is not None and not errors


def in_words(statements: Sequence[FamilyStatement]) -> tuple[str, ...]:
    """Say what is reported each person: ``self: change (birth), medical change``; each wording once."""
    return tuple(dict.fromkeys(_in_words(member) for family in statements for member in family.members))


def _in_words(statement: MemberStatement) -> str:
    reason = f" ({statement.reason})" if statement.reason else ""
    spans = "".join(f", {span.coverage.benefit} {span.action}" for span in statement.coverages)
    return f"{statement.member.values['relationship']}: {statement.action}{reason}{spans}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """One feed, as far as a scenario needs it.

    Attributes:
      feed_id: Its name.
      form: Its compiled mapping.
      rules: How its carrier wants changes reported.
      fields: The fields that may be reported, by group.
      scope: What its files state.
      created: The moment that stands on them, in the feed's time zone.
    """

    feed_id: FeedId
    form: Form
    rules: Dialect
    fields: Mapping[GroupId, tuple[FieldPath, ...]]
    scope: FileScope = FileScope.CHANGES
    created: datetime

    def days(self, scenario: Scenario) -> tuple[ReportedDay, ...]:
        """Decide each day of a scenario against what the days before it reported."""
        reported: dict[FamilyRef, ReleasedFamily] = {}
        last_full: LastFull | None = None
        days: list[ReportedDay] = []
        for day in scenario.days:
            scope = FileScope.FULL_AUDIT if day.is_full and self.scope is FileScope.CHANGES else self.scope
            gathered = replace(self._gathered(day, reported), last_full=last_full)
            plan = decide(gathered, rules=self.rules, guards=Guards(), scope=scope)
            reported.update({s.target.ref: s.target for s in plan.statements})
            if scope is not FileScope.CHANGES:
                last_full = LastFull(day.as_of, {s.target.ref: s.target for s in plan.statements})
            days.append(ReportedDay(day.as_of, plan, scope))
        return tuple(days)

    def write(
        self,
        statements: Sequence[FamilyStatement],
        groups: Mapping[str, Group],
        *,
        number: int,
        name: str,
        as_of: date,
        scope: FileScope | None = None,
    ) -> Written:
        """Write statements as one file, marked as test, and check it.

        Args:
          statements: What is reported.
          groups: The employers, by id.
          number: Its control number.
          name: Its name, as findings show it.
          as_of: The day it reports.
          scope: What it states, where that is not the feed's.
        """
        facts = FileFacts(
            feed_id=self.feed_id,
            control_number=number,
            reference=f"TESTPACK-{number:03}",
            scope=scope or self.scope,
            created=self.created,
            as_of=as_of,
            is_test=True,
            remote_name=name,
        )
        released = {
            GroupId(group_id): redact_group(group, self.fields[GroupId(group_id)])
            for group_id, group in groups.items()
            if group_id in self.fields
        }
        built = self.form.build(facts, released, statements)
        outcome = self.form.check(built.document) if built.document is not None else None
        return Written(built, outcome)

    def _gathered(self, day: ScenarioDay, reported: Mapping[FamilyRef, ReleasedFamily]) -> Gathered:
        families = (f for f in day.families() if f.ref.group_id in self.fields)
        seen = {f.ref: redact(f, self.fields[f.ref.group_id]) for f in families}
        return Gathered(
            as_of=day.as_of,
            snapshot_identity=day.as_of.isoformat(),
            selection=Selection(OURS, frozenset(), self.fields),
            seen=seen,
            seen_digests={ref: family_digest(family, _KEY) for ref, family in seen.items()},
            reported=dict(reported),
            quarantined=frozenset(),
            held_members=0,
            digest_key=_KEY,
            shared=self.form.shared,
            assigns_codes=self.form.assigns_codes,
            elsewhere=day.elsewhere(),
        )
