"""The dialect: how one carrier wants changes stated, and how it reads them; each rule typed, with its source.

A carrier's TOML names rules under ``[rules]``; a name or value that is not here is refused when the file is read. The
rules under *reading* say what such a carrier understands, and nothing else is inferred; settings that the declared
reading cannot understand are refused (``refused_pairs.py``).
What the rules do is ``saying/``'s (statements), ``carrier.py``'s (reading) and ``overlay/windows.py``'s (days).
"""

from __future__ import annotations

import calendar
import dataclasses
from collections.abc import Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from edi834.model import MemberRef

_A_LEAP_YEAR = 2024

ADDRESS = frozenset(
    {
        *(f"{kind}{part}" for kind in ("", "mailing_") for part in
          ("address1", "address2", "city", "state", "postal_code", "country")),
        "county", "home_phone", "work_phone", "mobile_phone", "email",
    }
)  # fmt: skip
"""The fields of a move: a carrier may want them reported for the subscriber alone."""

__all__ = ["ADDRESS", "Dialect", "RuleKind", "RuleProblem", "read_dialect"]


class RuleKind(StrEnum):
    """What a rule's value is."""

    CHOICE = "choice"
    DAYS = "days"  # a whole number of days, -1 for without limit
    MONTH_DAY = "month and day"  # MM-DD, or empty


def _choice(default: str, seen: str, **values: str) -> Any:
    return dataclasses.field(default=default, metadata={"kind": RuleKind.CHOICE, "values": values, "seen": seen})


def _days(default: int, seen: str) -> Any:
    return dataclasses.field(default=default, metadata={"kind": RuleKind.DAYS, "values": {}, "seen": seen})


def _month_day(default: str, seen: str) -> Any:
    return dataclasses.field(default=default, metadata={"kind": RuleKind.MONTH_DAY, "values": {}, "seen": seen})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How changes are stated, and how they are read.

    Attributes:
      termination: How the end of a whole membership is stated.
      cascade: Whose end is stated when a subscriber's membership ends with the family's.
      cancellation: How coverage that was reported and never took effect is taken back.
      reinstatement: How an end that is rescinded is stated.
      plan_change: How a change to another plan of the same benefit is stated.
      policy_change: How another policy number (REF 1L) is stated.
      end_correction: How a corrected end date is stated.
      begin_correction: How a corrected effective date is stated.
      begin_date: Which first day (DTP 348) is stated for a coverage that changes from a date and goes on.
      end_date: Which last day of coverage (DTP 349) is stated.
      open_end: What is written as the last day of coverage that has none.
      plan_year_end: The last day of the plan year, MM-DD, for rules that go by it; empty if none does.
      ended_coverage: How long a full file continues to state coverage that has ended.
      ended_coverage_days: The number of days, if ``ended_coverage`` is ``days``.
      look_forward_days: Coverage that begins more than this many days ahead waits, with the end it brings about.
      mask_ends_after_days: An end more than this many days ahead waits, with the coverage that follows it.
      retro_limit_days: Changes retroactive by more than this many days are put on hold for manual review.
      blackout_begin, blackout_end: The first and last day, MM-DD, of a season in which nothing new is reported.
      tier: On whose coverage the tier is reported.
      dependents: Whether a change of one member is reported with the rest of the family.
      ssn_correction: How a corrected Social Security number is stated.
      identity_change: Whether a changed identity is reported or put on hold.
      address: Whose changed address is reported.
      gave_way: What happens when another carrier's row replaces the row of a reported coverage.
      missing: What happens when a reported member is missing from the snapshot.
      missing_end: The last day of coverage of a missing member, if ``missing`` is ``terminate``.
      empty_file: What is sent when there are no changes.
      sort: The order of families in a file.
      transaction_sets: What one transaction set (ST to SE) holds.
      split: Whether some people are stated in transaction sets of their own.
      full_file: What a full file states besides everyone who is covered.
      after_rejection: How a family is stated if the carrier took a later file about it, or may have another book.
      coverage_identity: Reading: what identifies a coverage.
      new_plan: Reading: whether a new plan of an insurance line replaces the old one.
      omission: Reading: whether people who are left out of a full file are ended.
      full_statement: Reading: whether INS 030 also removes coverage that it does not state.
    """

    termination: str = _choice(
        "hd_and_member",
        "X12's published examples (member only); most companion guides",
        hd_and_member="INS 024, and for every coverage an HD 024 with its last day (most carriers)",
        member_only="INS 024 with DTP 357 and no HD (X12's published examples)",
        hd_only="INS 001 with an HD 024 for every coverage",
    )
    cascade: str = _choice(
        "each",
        "companion guides that end the family with the subscriber",
        each="the end of every family member is stated",
        subscriber_only="the subscriber's end alone: the carrier ends the family with it",
    )
    cancellation: str = _choice(
        "end_on_begin",
        "eMedNY samples and GlueDB (349 = 348); HD 002 in some guides",
        end_on_begin="HD 024 with 349 = 348",
        end_day_before="HD 024 with 349 the day before 348",
        delete="HD 002",
    )
    reinstatement: str = _choice(
        "hd_and_member",
        "X12's published examples; Ohio ODM",
        hd_and_member="INS 025, and for every coverage an HD 025 with its original first day",
        member_only="INS 025 with DTP 303 and no HD",
        add_member="INS 021 with HD 025 (Ohio)",
        add="INS 021 with HD 021, for carriers that do not reinstate",
    )
    plan_change: str = _choice(
        "term_then_add",
        "GlueDB requires_simple_plan_changes; Anthem Southeast (two transactions)",
        term_then_add="HD 024 for the old plan, then HD 021 for the new one",
        simple="one HD 001 with the new plan",
        two_transactions="the end and the new coverage, each in a transaction set of its own",
    )
    policy_change: str = _choice(
        "change",
        "Anthem Southeast: a new policy date for another group; carriers whose REF 1L selects the policy",
        change="in place, under the new number",
        close_and_open="an end under the old number and an addition under the new one, each in an INS of its own",
    )
    end_correction: str = _choice(
        "correct",
        "GlueDB requires_reinstate_for_earlier_termination; CMS companion guide 7.2.6 (by direction)",
        correct="HD 001 or 026 with the correct last day",
        end_again="HD 024 with the correct last day",
        reinstate_then_end="HD 025, then HD 024 with the correct last day",
        by_direction="an earlier last day: HD 024; a later one: HD 025, then HD 024",
    )
    begin_correction: str = _choice(
        "correct",
        "X12's published example of a correction; carriers that find a coverage by its first day delete and add it",
        correct="HD 001 or 026 with the correct first day",
        delete_and_add="HD 002 with the reported first day, then HD 021 with the correct one",
    )
    begin_date: str = _choice(
        "span",
        "the guide's DTP 303; Anthem Southeast: a new date for another plan, tier or group",
        span="DTP 348 keeps the coverage's first day, and DTP 303 in loop 2300 gives the day of the change",
        change="HD 001 with the day of the change in DTP 348",
        end_and_add="HD 024 for the coverage as it was, then HD 021 with the day of the change",
    )
    end_date: str = _choice(
        "as_is",
        "common in companion guides",
        as_is="the snapshot's last day",
        end_of_month="the last day of that month",
    )
    open_end: str = _choice(
        "omit",
        "Ohio ODM",
        omit="no DTP 349",
        far_future="99991231",
        plan_year_end="the last day of the plan year",
    )
    plan_year_end: str = _month_day("12-31", "Dayforce, PeopleSoft")
    ended_coverage: str = _choice(
        "once",
        "Workday, PeopleSoft, Delta Dental",
        once="only in the file that reports the end",
        days="for ended_coverage_days after its last day",
        plan_year="until the end of the plan year in which it ended",
        since_last_full="in the first full file after it ended, even if a change file reported the end (Delta Dental)",
    )
    ended_coverage_days: int = _days(31, "Dayforce, Workday")
    look_forward_days: int = _days(-1, "Dayforce look-forward")
    mask_ends_after_days: int = _days(-1, "Dayforce masks plan-year ends in the ongoing feed")
    retro_limit_days: int = _days(-1, "retroactive limits of carriers")
    blackout_begin: str = _month_day("", "Dayforce blackout window")
    blackout_end: str = _month_day("", "Dayforce blackout window")
    tier: str = _choice(
        "subscriber_only",
        "Vision Benefits of America: HD05 on the subscriber only; carriers that count themselves",
        as_is="wherever the snapshot has it",
        subscriber_only="on the subscriber's coverage",
        recount="on the subscriber's coverage, counted from the people who are covered",
    )
    dependents: str = _choice(
        "changed_only",
        "HR-XML recommends whole families; X12's published example states one dependent",
        changed_only="only members with a change are stated",
        whole_family="the whole family is stated if one member has a change",
    )
    ssn_correction: str = _choice(
        "correct",
        "X12's published example (2100B); carriers whose subscriber id is the SSN",
        correct="INS 001 with the new number in 2100A and the old one in 2100B (and REF Q4 if the mapping has it)",
        term_and_add="all reported coverage ends under the old number and is added under the new one",
    )
    identity_change: str = _choice(
        "report",
        "a changed identity may be another person",
        report="a changed Social Security number, birth date or gender is reported as a correction",
        hold="the family is put on hold for manual review",
    )
    address: str = _choice(
        "each",
        "companion guides that keep one address a family",
        each="for each member whose address changed",
        subscriber_only="for the subscriber alone",
    )
    gave_way: str = _choice(
        "end",
        "PeopleSoft implied terminations; sources that write the new carrier over the old",
        end="the coverage ends the day before the other carrier's begins",
        carry="the last reported coverage is kept, and the member is listed as missing",
    )
    missing: str = _choice(
        "carry",
        "EDH SurgeryPlus ends by omission; Arcoro: many carriers will not",
        carry="the last reported coverage is kept, and the member is listed as missing",
        terminate="the coverage ends on the day that missing_end gives",
        omission="the member is left out of the full file, which ends the coverage (see omission)",
        hold="the feed is put on hold",
    )
    missing_end: str = _choice(
        "day_before",
        "carriers that take a termination for a dropped row",
        day_before="the day before the snapshot's",
        end_of_month="the last day of the snapshot's month",
    )
    empty_file: str = _choice(
        "none",
        "OPM CLER null record",
        none="no file is sent",
        header_and_trailer="a file without people, if the layout has that form",
    )
    sort: str = _choice(
        "member_id",
        "companion guides that ask for an order",
        member_id="by the subscriber's member_id",
        name="by the subscriber's name",
        ssn="by the subscriber's Social Security number",
    )
    transaction_sets: str = _choice(
        "members",
        "eMedNY and the exchanges: one set per member",
        members="up to members_per_transaction people; families are never split",
        group="one set per group",
        family="one set per family",
        member="one set per member",
        file="one set per file",
    )
    split: str = _choice(
        "none",
        "carriers with a separate COBRA platform",
        none="everyone together",
        cobra="people on COBRA in sets of their own",
    )
    full_file: str = _choice(
        "covered",
        "Delta Dental: everyone eligible and recent changes; Workday full and ended within a window",
        covered="everyone covered, and ended coverage for as long as ended_coverage says",
        covered_and_changes="the same, but new, changed and ended members with the codes of a change file",
    )
    after_rejection: str = _choice(
        "upsert",
        "a rejection that arrives after a later file was taken",
        upsert="INS 030 for each member, with HD 030 for every coverage",
        term_and_add="INS 024, then INS 021: everyone is taken out and added",
        hold="the family is put on hold for manual review",
    )

    coverage_identity: str = _choice(
        "line_and_plan",
        "carriers differ, and few guides say it: ask the carrier",
        line="the insurance line; another plan is a change of the same coverage",
        line_and_plan="the line and the plan; several coverages of one plan by their first day",
        line_plan_and_begin="the line, the plan and the first day",
    )
    new_plan: str = _choice(
        "beside",
        "GlueDB and PeopleSoft: implied terminations at some carriers",
        beside="both are open until the old one is ended",
        replaces="the old one ends the day before the new one begins",
    )
    omission: str = _choice(
        "never",
        "X12 RFI 824: whether omission ends is a matter of the trading partners' agreement; EDH SurgeryPlus",
        never="people who are left out keep their coverage",
        full_replace="a replacement file (BGN08 RX) ends the people that it leaves out",
        full="every full file ends the people that it leaves out",
    )
    full_statement: str = _choice(
        "restates",
        "X12 RFI 1775: 030 verifies; some systems replace by it",
        restates="030 states a coverage as it is; other coverages of the member stay",
        removes="030 states a coverage as it is, and removes others of the same line and days",
    )

    def reports_tier_of(self, member: MemberRef) -> bool:
        """Whether the tier on that person's coverage is reported."""
        return self.tier == "as_is" or member.is_subscriber

    def is_reported(self, member: MemberRef, field: str) -> bool:
        """Whether another value of that field of a person is reported: an address may be kept once a family."""
        return self.address == "each" or member.is_subscriber or field not in ADDRESS

    @property
    def selects_policy(self) -> bool:
        """Whether another policy number is another membership."""
        return self.policy_change == "close_and_open"

    def spelled(self) -> str:
        """All rules in one text, of which a digest is taken: another text means other statements."""
        return f"Dialect({', '.join(f'{f.name}={getattr(self, f.name)!r}' for f in dataclasses.fields(self))})"


@dataclasses.dataclass(frozen=True, slots=True)
class RuleProblem:
    """A rule that cannot be read: its name, what is wrong, and what it might have meant."""

    name: str
    message: str
    suggestion: str | None


def read_dialect(settings: Mapping[str, object]) -> tuple[Dialect, tuple[RuleProblem, ...]]:
    """Read the ``[rules]`` table of a mapping or feed.

    Returns:
      The rules, with the default wherever a setting cannot be read, and a problem for each of those.
    """
    known = {f.name: f for f in dataclasses.fields(Dialect)}
    chosen: dict[str, Any] = {}
    problems: list[RuleProblem] = []
    for name, value in settings.items():
        if name not in known:
            problems.append(RuleProblem(name, f"there is no rule {name!r}", _nearest(name, list(known))))
            continue
        wrong = _wrong(name, value, known[name].metadata)
        if wrong is None:
            chosen[name] = value
        else:
            problems.append(wrong)
    return Dialect(**chosen), tuple(problems)


def _wrong(name: str, value: object, declared: Mapping[str, Any]) -> RuleProblem | None:
    if declared["kind"] is RuleKind.DAYS:
        is_days = isinstance(value, int) and not isinstance(value, bool) and value >= -1
        return None if is_days else RuleProblem(name, f"{name} must be a number of days, or -1 for no limit", None)
    if declared["kind"] is RuleKind.MONTH_DAY:
        return None if _is_month_day(value) else RuleProblem(name, f'{name} must be a day such as "12-31"', None)
    if value in declared["values"]:
        return None
    values = list(declared["values"])
    message = f"{name} cannot be {value!r}; it is one of {', '.join(values)}"
    return RuleProblem(name, message, _nearest(str(value), values))


def _is_month_day(value: object) -> bool:
    if not isinstance(value, str):
        return False
    month, _, day = value.partition("-")
    if not value:
        return True
    if not (month.isdigit() and day.isdigit() and len(value) == 5 and 1 <= int(month) <= 12):
        return False
    return 1 <= int(day) <= calendar.monthrange(_A_LEAP_YEAR, int(month))[1]


def _nearest(word: str, words: list[str]) -> str | None:
    return next(iter(get_close_matches(word, words, n=1)), None)
