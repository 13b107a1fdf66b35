"""Which people's rows are wrong: in themselves, beside each other, and in their family.

A required or telling field that cannot be read, two people under one key, or relations that cannot be, keep the whole
family as it was last reported; an optional contact or free-text field that cannot be read is passed over alone.
Spans of coverage are ``spans.py``'s; what one value means is ``values.py``'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edi834.model import FieldKind, Severity
from edi834.sources.findings import Rule
from edi834.sources.judge.families import Judgement, Rows
from edi834.sources.judge.postal import states_of
from edi834.sources.settings import TABLES
from edi834.sources.values import MENDED, MISSING, TypedColumn, TypedTable

__all__ = ["identical", "judge_members", "judge_values", "ordinals"]

_SAME_TWICE = Rule("E834-0346", "holds the same row twice; it counts once", Severity.WARNING)
_TWO_ROWS = Rule("E834-0374", "holds two different rows for one person of one family")
_TWO_PEOPLE = Rule("E834-0376", "is used for two people: the birth dates or Social Security numbers differ")
_SAME_SSN = Rule("E834-0375", "stands with two people: employees of one group, or members of one family")
_ORPHAN = Rule("E834-0377", "holds dependents of a subscriber who has no row")
_NOBODYS = Rule("E834-0386", "holds a row whose keys do not tell whose it is")
_NOT_SELF = Rule("E834-0380", "is `self` for a dependent, or something else for the subscriber")
_COBRA_WHAT = Rule("E834-0381", "is `cobra` without the qualifying event or the first day")
_COBRA_AND_ACTIVE = Rule("E834-0388", "is active while a COBRA continuation is under way")
_HIRED_UNBORN = Rule("E834-0373", "is after the date of hire")
_YOUNG = Rule("E834-0389", "makes a subscriber who works younger than anyone can be employed")
_ENDS_FIRST = Rule("E834-0383", "is before the first day")
_NO_ZIP = Rule("E834-0371", "is not a ZIP code of five or nine digits, and no other country is named")
_OTHER_STATE = Rule("E834-0350", "belongs to a ZIP code of another state", Severity.WARNING)

_YOUNGEST = 14  # years; whoever does not work may be a subscriber at any age, as a child with a policy of its own is
_AT_WORK = {"active", "full_time", "part_time"}
_OF_WORK = {*_AT_WORK, "leave", "laid_off", "retired"}  # `terminated` is said of any membership that ended
_HOME = {"", "us", "usa", "united states", "united states of america"}
_ZIP = re.compile(r"\d{5}(-?\d{4})?", re.ASCII)

# Names and identifiers say who it is, so a person is not reported without them once they are there but unreadable.
_TELLING = {"middle_name", "name_prefix", "name_suffix", "ssn", "alternate_id", "medicare_id", "medicare_parts"}
_CONTACT = {"email", "home_phone", "work_phone", "mobile_phone", "custodial_parent_phone", "responsible_person_phone"}
_INTERVALS = (
    ("disability_begin", "disability_end"),
    ("medicare_begin", "medicare_end"),
    ("cobra_begin", "cobra_end"),
    ("education_begin", "education_end"),
)


def judge_values(judgement: Judgement, name: str) -> None:
    """Hold every value of a table that cannot be read, or is required and missing."""
    table = judgement.people.tables[name]
    for column, held in table.columns.items():
        field = TABLES[name].get(column)
        for rule in dict.fromkeys(held.faults.values()):
            rows = held.rows_of([index for index, fault in held.faults.items() if fault is rule])
            if name == "members" and _may_be_passed_over(column):
                judgement.pass_over(rule, rows, column)
            else:
                judgement.hold(replace(rule, severity=Severity.ERROR), name, rows, column)
        if held.mended:
            judgement.hold(MENDED, name, held.rows_of(held.mended), column)
        if field is not None and field.required:
            judgement.hold(MISSING, name, held.rows_of([i for i, text in enumerate(held.texts) if not text]), column)


def judge_members(judgement: Judgement, as_of: date) -> None:
    """Hold every family whose people's rows cannot all be true."""
    _judge_repeats(judgement)
    _judge_persons(judgement)
    _judge_relations(judgement)
    _judge_employment(judgement, as_of)
    _judge_places(judgement)


def ordinals(column: TypedColumn, absent: int) -> NDArray[np.int64]:
    """A column of days as numbers."""
    days = [value.toordinal() if isinstance(value, date) else absent for value in column.values]
    return np.asarray([*days, absent], np.int64)[column.codes]


def identical(table: TypedTable, rows: Rows, others: Rows) -> NDArray[np.bool_]:
    """Pair by pair, whether two rows of a table say the same."""
    same = np.ones(len(rows), np.bool_)
    for column in table.columns.values():
        same &= column.codes[rows] == column.codes[others]
    return same


def _may_be_passed_over(column: str) -> bool:
    field = TABLES["members"].get(column)
    if field is None or column in _CONTACT:
        return True
    return field.kind is FieldKind.TEXT and not field.required and column not in _TELLING


def _judge_repeats(judgement: Judgement) -> None:
    people = judgement.people
    members = people.tables["members"]
    judgement.hold(_NOBODYS, "members", np.flatnonzero(people.member_family < 0))
    frame = pd.DataFrame({"family": people.member_family, "person": people.member_person})
    frame = frame[people.member_family >= 0]
    again = frame[frame.duplicated(keep=False)]
    first = again.groupby(["family", "person"])["family"].transform(lambda rows: rows.index[0]).astype(np.int64)
    rows, originals = again.index.to_numpy(np.int64), first.to_numpy(np.int64)
    later = rows != originals
    same = identical(members, rows[later], originals[later])
    judgement.hold(_SAME_TWICE, "members", rows[later][same])
    judgement.hold(_TWO_ROWS, "members", rows[later][~same])


def _judge_persons(judgement: Judgement) -> None:
    """One member_id is one person, and so is one Social Security number."""
    people = judgement.people
    members = people.tables["members"]
    rows = np.flatnonzero(people.member_kept)
    ssn, born = members.columns["ssn"], members.columns["birth_date"]
    numbers = pd.factorize(np.array([value or "" for value in ssn.values], dtype=object))[0]
    frame = pd.DataFrame(
        {
            "row": rows,
            "group": people.family_group[people.member_family[rows]],
            "family": people.member_family[rows],
            "person": people.member_person[rows],
            "self": people.member_leads[rows],
            "ssn": numbers[ssn.codes[rows]],
            "known": ssn.where(lambda value: value is not None)[rows],
            "born": ordinals(born, 0)[rows],
        }
    )
    shared = frame[frame.duplicated(["group", "person"], keep=False)]
    for column, among in (("birth_date", shared[shared["born"] > 0]), ("ssn", shared[shared["known"]])):
        value = "born" if column == "birth_date" else "ssn"
        differ = among.groupby(["group", "person"])[value].transform("nunique") > 1
        judgement.hold(_TWO_PEOPLE, "members", among["row"][differ].to_numpy(np.int64), "member_id")
    numbered = frame[frame["known"]]
    employees = numbered[numbered["self"]]
    two = employees.groupby(["group", "ssn"])["person"].transform("nunique") > 1
    kin = numbered[numbered.duplicated(["family", "ssn"], keep=False)]
    judgement.hold(_SAME_SSN, "members", np.union1d(employees["row"][two], kin["row"]), "ssn")


def _judge_relations(judgement: Judgement) -> None:
    people = judgement.people
    members = people.tables["members"]
    rows = np.flatnonzero(people.member_kept)
    family = people.member_family[rows]
    is_subscriber = people.member_leads[rows]
    relationship = members.columns["relationship"]
    says_self = relationship.where(lambda word: word == "self")[rows]
    spoken = relationship.where(lambda word: word is not None)[rows]
    judgement.hold(_NOT_SELF, "members", rows[spoken & (says_self != is_subscriber)], "relationship")
    headless = ~judgement.everywhere
    headless[family[is_subscriber]] = False
    judgement.hold(_ORPHAN, "members", rows[headless[family]])


def _judge_employment(judgement: Judgement, as_of: date) -> None:
    people = judgement.people
    members = people.tables["members"]
    kept = people.member_kept
    is_subscriber = people.member_leads
    status = members.columns["employment_status"]
    today = as_of.toordinal()

    def hold(rule: Rule, broken: NDArray[np.bool_], column: str) -> None:
        judgement.hold(rule, "members", np.flatnonzero(kept & broken), column)

    born, hired = ordinals(members.columns["birth_date"], 0), ordinals(members.columns["hire_date"], 0)
    hold(_HIRED_UNBORN, is_subscriber & (hired > 0) & (born > hired), "birth_date")
    young = members.columns["birth_date"].where(lambda day: isinstance(day, date) and _age(day, as_of) < _YOUNGEST)
    hold(_YOUNG, is_subscriber & young & status.where(lambda word: word in _OF_WORK), "birth_date")
    begin, end = ordinals(members.columns["cobra_begin"], 0), ordinals(members.columns["cobra_end"], today)
    no_event = members.columns["cobra_event"].where(lambda word: word is None)
    continued = is_subscriber & status.where(lambda word: word == "cobra")
    hold(_COBRA_WHAT, continued & (no_event | (begin == 0)), "employment_status")
    under_way = (begin > 0) & (begin <= today) & (end >= today)
    hold(_COBRA_AND_ACTIVE, under_way & status.where(lambda word: word in _AT_WORK), "employment_status")
    for first, last in _INTERVALS:
        from_day, to_day = ordinals(members.columns[first], 0), ordinals(members.columns[last], 0)
        hold(_ENDS_FIRST, (from_day > 0) & (to_day > 0) & (to_day < from_day), last)


def _age(born: date, as_of: date) -> int:
    return as_of.year - born.year - ((as_of.month, as_of.day) < (born.month, born.day))


def _judge_places(judgement: Judgement) -> None:
    members = judgement.people.tables["members"]
    for prefix in ("", "mailing_"):
        code, state = members.columns[f"{prefix}postal_code"], members.columns[f"{prefix}state"]
        at_home = members.columns[f"{prefix}country"].where(lambda name: str(name or "").casefold() in _HOME)
        wrong = code.where(lambda text: text is not None and not _ZIP.fullmatch(str(text)))
        judgement.hold(_NO_ZIP, "members", np.flatnonzero(wrong & at_home), f"{prefix}postal_code")
        suspect = np.flatnonzero(at_home & ~wrong & code.where(bool) & state.where(bool))
        agrees = _remembered(lambda pair: _state_agrees(*pair))
        pairs = zip(code.codes[suspect].tolist(), state.codes[suspect].tolist(), strict=True)
        other = [not agrees((str(code.values[c]), str(state.values[s]))) for c, s in pairs]
        judgement.hold(_OTHER_STATE, "members", suspect[np.asarray(other, np.bool_)], f"{prefix}state")


def _remembered(ask: Callable[[tuple[str, str]], bool]) -> Callable[[tuple[str, str]], bool]:
    answers: dict[tuple[str, str], bool] = {}

    def answer(pair: tuple[str, str]) -> bool:
        if pair not in answers:
            answers[pair] = ask(pair)
        return answers[pair]

    return answer


def _state_agrees(zip_code: str, state: str) -> bool:
    states = states_of(zip_code)
    return not states or len(state) != 2 or state.upper() in states
