"""The dialect: how one carrier wants changes stated, and how it reads them; each rule typed, with its source.

A carrier's TOML names rules under ``[rules]``; a name or value that is not here is refused when the file is read. The
rules under *reading* say what such a carrier understands, and nothing else is inferred: :func:`contradictions` refuses
settings that the declared reading cannot understand.
What the rules do is ``saying/``'s (statements), ``carrier.py``'s (reading) and ``overlay/windows.py``'s (days).
"""

from __future__ import annotations

import calendar
import dataclasses
from collections.abc import Iterator, Mapping
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

__all__ = ["ADDRESS", "Dialect", "RuleKind", "RuleProblem", "contradictions", "read_dialect"]


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
      termination: How the end of a whole membership is reported.
      cascade: Who is reported when a subscriber's membership ends with the family's.
      cancellation: How coverage that was reported, but never effective, is taken back.
      reinstatement: How an ending that is taken back is reported.
      plan_change: How another plan of the same benefit is reported.
      policy_change: How another policy number (REF 1L) is reported.
      end_correction: How another last day than the one reported is reported.
      begin_correction: How a first day that was reported wrongly is put right.
      begin_date: Which first day is reported a span that changes and goes on.
      end_date: Which last day is reported.
      open_end: What is reported a span without a last day.
      plan_year_end: The last day of the plan year, MM-DD, where a rule asks for it; empty where none does.
      ended_coverage: How long a full file goes on stating coverage that has ended.
      ended_coverage_days: For how many days, where ``ended_coverage`` is ``days``.
      look_forward_days: How many days ahead a first day may lie to be reported; later ones wait, with what they end.
      mask_ends_after_days: Last days further ahead are not reported yet, nor is what follows them.
      retro_limit_days: What changes coverage of days longer ago is held for a person.
      blackout_begin, blackout_end: Between these days of the year, MM-DD, nothing new is reported.
      tier: On whose coverage the tier is reported.
      dependents: Whether unchanged family members are reported along with a changed one.
      ssn_correction: How a Social Security number that was reported wrongly is reported right.
      identity_change: Whether a changed identity is reported or held for a person.
      address: For whom a new address is reported.
      gave_way: What it means that another carrier's row stands where a reported span's row stood.
      missing: What a person means who was reported once and is gone from the snapshot.
      missing_end: The last day of somebody missing, where ``missing`` is ``terminate``.
      empty_file: What is sent when nobody changed.
      sort: In which order families stand in a file.
      transaction_sets: What one transaction set holds.
      split: Whether some people go into sets of their own.
      full_file: What a full file states besides everyone who is covered.
      coverage_identity: Reading: what identifies a coverage.
      new_plan: Reading: whether a new plan of a line replaces the old one.
      omission: Reading: whether people whom a full file leaves out end with it.
      full_statement: Reading: whether 030 also removes what it does not state.
      after_rejection: How a family is reported again, of whom a later file stands at the carrier.
    """

    termination: str = _choice(
        "hd_and_member",
        "X12's published examples (member only); most companion guides",
        hd_and_member="INS 024 with an HD 024 and its last day for every span (most carriers)",
        member_only="INS 024 with DTP 357 and no HD (X12's published examples)",
        hd_only="INS 001 with an HD 024 for every span",
    )
    cascade: str = _choice(
        "each",
        "companion guides that end the family with the subscriber",
        each="every family member is reported by name",
        subscriber_only="the subscriber alone: the carrier ends the family with them",
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
        hd_and_member="INS 025 with an HD 025 and the original first day for every span",
        member_only="INS 025 with DTP 303 and no HD",
        add_member="INS 021 with HD 025 (Ohio)",
        add="INS 021 with HD 021, for carriers that do not reinstate",
    )
    plan_change: str = _choice(
        "term_then_add",
        "GlueDB requires_simple_plan_changes; Anthem Southeast (two transactions)",
        term_then_add="HD 024 for the old plan, then HD 021 for the new one",
        simple="one HD 001 with the new plan",
        two_transactions="the ending and the beginning each in a transaction set of its own",
    )
    policy_change: str = _choice(
        "change",
        "Anthem Southeast: a new policy date for another group; carriers whose REF 1L selects the policy",
        change="in place, under the new number",
        close_and_open="the membership ends under the old number and begins under the new, each in an INS of its own",
    )
    end_correction: str = _choice(
        "correct",
        "GlueDB requires_reinstate_for_earlier_termination; CMS companion guide 7.2.6 (by direction)",
        correct="HD 001 or 026 with the right last day",
        end_again="HD 024 with the right last day",
        reinstate_then_end="HD 025, then HD 024 with the right last day",
        by_direction="an earlier last day: HD 024; a later one: HD 025, then HD 024",
    )
    begin_correction: str = _choice(
        "correct",
        "X12's published example of a correction; carriers that find a span by its first day take it out and add it",
        correct="HD 001 or 026 with the right first day",
        delete_and_add="HD 002 with the first day that was reported, then HD 021 with the right one",
    )
    begin_date: str = _choice(
        "span",
        "the guide's DTP 303; Anthem Southeast: a new date for another plan, tier or group",
        span="DTP 348 keeps the coverage's first day, and DTP 303 of loop 2300 says since when it is otherwise",
        change="HD 001 with the day of the change in DTP 348",
        end_and_add="HD 024 for the coverage as it was, then HD 021 as it is from that day on",
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
        once="only in the file that tells the ending",
        days="for ended_coverage_days after its last day",
        plan_year="to the end of the plan year in which it ended",
        since_last_full="in the first full file after it ended, whatever change files reported it (Delta Dental)",
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
        recount="on the subscriber's coverage, counted from who is covered",
    )
    dependents: str = _choice(
        "changed_only",
        "HR-XML recommends whole families; X12's published example tells one dependent",
        changed_only="only whoever changed is reported",
        whole_family="a changed family is reported whole",
    )
    ssn_correction: str = _choice(
        "correct",
        "X12's published example (2100B); carriers whose subscriber id is the SSN",
        correct="INS 001 with 2100A the new and 2100B the old (and REF Q4 where the mapping says so)",
        term_and_add="all that was reported ends under the old number and is added under the new one",
    )
    identity_change: str = _choice(
        "tell",
        "a changed identity is as often another person",
        tell="a changed number, birth date or gender is a correction, and is reported",
        hold="it is held for a person",
    )
    address: str = _choice(
        "each",
        "companion guides that keep one address a family",
        each="for each family member whose address changed",
        subscriber_only="for the subscriber alone",
    )
    gave_way: str = _choice(
        "end",
        "PeopleSoft implied terminations; sources that write the new carrier over the old",
        end="the span ends the day before the other carrier's begins",
        carry="nothing: what was last reported stands, and the person is listed, as with anybody missing",
    )
    missing: str = _choice(
        "carry",
        "EDH SurgeryPlus ends by omission; Arcoro: many carriers will not",
        carry="what was last reported stands, and the person is listed for somebody to look at",
        terminate="they end, on the day that missing_end says",
        omission="they are left out of the full file, where omission ends them",
        hold="the feed is held",
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
        header_and_trailer="a file with nobody in it, where the layout can say that",
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
        "eMedNY and the exchanges: one set a member",
        members="members_per_transaction people, families never split",
        group="one set a group",
        family="one set a family",
        member="one set a member",
        file="one set",
    )
    split: str = _choice(
        "none",
        "carriers with a COBRA platform of their own",
        none="everybody together",
        cobra="people on COBRA in sets of their own",
    )
    full_file: str = _choice(
        "covered",
        "Delta Dental: everyone eligible and recent changes; Workday full and ended within a window",
        covered="everyone covered, and coverage ended within ended_coverage",
        covered_and_changes="the same, and everybody new, changed or ended with the codes of a change file",
    )
    after_rejection: str = _choice(
        "upsert",
        "a rejection that comes after a later file was accepted",
        upsert="030 for the member and every coverage",
        term_and_add="024, then 021",
        hold="the family is held for a person",
    )

    coverage_identity: str = _choice(
        "line_and_plan",
        "what a carrier's system finds a coverage by; ask the carrier",
        line="the insurance line: another plan is a change of the same coverage",
        line_and_plan="the line and the plan; several spans of one plan by their first day",
        line_plan_and_begin="the line, the plan and the first day",
    )
    new_plan: str = _choice(
        "beside",
        "GlueDB and PeopleSoft: implied terminations at some carriers",
        beside="a new plan of a line stands beside the old one, until that is ended",
        replaces="a new plan of a line ends the old one the day before",
    )
    omission: str = _choice(
        "never",
        "X12 RFI 824: whether omission ends is a matter of the trading partners' agreement; EDH SurgeryPlus",
        never="people who are left out of a full file stay as they are",
        full_replace="a file that replaces (BGN08 RX) ends people whom it leaves out",
        full="every full file ends people whom it leaves out",
    )
    full_statement: str = _choice(
        "restates",
        "X12 RFI 1775: 030 verifies; some systems replace by it",
        restates="030 says how a coverage is; others of the member stay",
        removes="030 says how a coverage is; others of the same line on the same days go",
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


def contradictions(dialect: Dialect, mode: str) -> tuple[RuleProblem, ...]:
    """Name the settings that the declared reading cannot understand.

    Args:
      dialect: The feed's.
      mode: How the feed reports: ``changes``, ``full_audit`` or ``full_replace``.

    Returns:
      A problem each, named by the rule to change, with the value that would be understood.
    """
    return tuple(RuleProblem(name, message, value) for holds, name, message, value in _pairs(dialect, mode) if holds)


def _pairs(d: Dialect, mode: str) -> Iterator[tuple[bool, str, str, str]]:
    by_begin, by_line = d.coverage_identity == "line_plan_and_begin", d.coverage_identity == "line"
    yield (
        by_begin and d.begin_correction == "correct",
        "begin_correction",
        "a carrier that finds a coverage by its first day cannot read HD 001 with another first day",
        "delete_and_add",
    )
    yield (
        by_begin and d.begin_date != "end_and_add",
        "begin_date",
        "a carrier that finds a coverage by its first day holds one coverage of a tier: a change from a date ends it",
        "end_and_add",
    )
    yield (
        d.plan_change == "simple" and not by_line,
        "plan_change",
        "a carrier that finds a coverage by its plan cannot read HD 001 with another plan: declare by the line",
        "term_then_add",
    )
    ends = {"changes": False, "full_audit": d.omission == "full", "full_replace": d.omission != "never"}
    yield (
        d.missing == "omission" and not ends.get(mode, False),
        "missing",
        f'missing = "omission" ends people by leaving them out, and omission = "{d.omission}" says that files of mode {mode} do not',
        "carry",
    )
    anew = {"ssn_correction": "term_and_add", "policy_change": "close_and_open", "after_rejection": "term_and_add"}
    for name, value in anew.items():
        yield (
            d.cascade == "subscriber_only" and getattr(d, name) == value,
            name,
            f'{name} = "{value}" ends a subscriber to begin anew, and with cascade = "subscriber_only" the carrier would '
            "end the family with them",
            str(next(f.default for f in dataclasses.fields(d) if f.name == name)),
        )
