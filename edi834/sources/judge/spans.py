"""Which coverages are wrong: whose they are, how their spans lie, and whether they can stand beside each other.

What is wrong with a coverage is held against its family for those selections only that see its carrier and benefit.
Spans of one person and benefit may touch or leave a gap; they overlap in one carrier never. A span whose last day is
its first, or the day before, never took effect, and covers no day.
Whether a benefit or plan is one of the feed's is the feed's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edi834.model import Severity, Value
from edi834.sources.findings import Rule
from edi834.sources.judge.families import Judgement, People, Rows
from edi834.sources.judge.rows import ordinals
from edi834.sources.values import TypedColumn, TypedTable

__all__ = ["judge_coverages", "judge_other_insurance"]

_SAME_TWICE = Rule("E834-0346", "holds the same row twice; it counts once", Severity.WARNING)
_NOBODYS = Rule("E834-0386", "holds a row whose keys do not tell whose it is")
_NOBODY = Rule("E834-0384", "holds a coverage of somebody who has no row among the members")
_WHOSE = Rule("E834-0385", "holds a coverage of a dependent of two subscribers that does not say through whom")
_OVERLAP = Rule("E834-0382", "begins before the last day of another span of the same benefit and carrier")
_TOUCH = Rule("E834-0348", "is also the last day of another span of the same benefit and carrier", Severity.WARNING)
_ENDS_FIRST = Rule("E834-0383", "is more than a day before the first day")
_NEVER = Rule("E834-0349", "is the first day, or the day before: the coverage never took effect", Severity.WARNING)
_TWO_SPOUSES = Rule("E834-0379", "holds two spouses of one family who are enrolled on one day")
_LEFT_BEHIND = Rule("E834-0378", "holds an open coverage of a dependent whose subscriber is terminated and has none")
_UNCOVERED = Rule("E834-0347", "holds a dependent without any coverage", Severity.WARNING)
_UNKNOWN_INSURED = Rule("E834-0356", "holds other insurance of somebody without a row in members", Severity.WARNING)

_OPEN = 10_000_000  # as a day's number: after every day there is


@dataclass(frozen=True, slots=True)
class _Spans:
    """The coverages that can be read and are somebody's, as columns."""

    rows: Rows
    member: Rows
    carrier: Rows
    benefit: Rows
    begin: Rows
    end: Rows

    def only(self, chosen: NDArray[np.bool_]) -> _Spans:
        """Those of them."""
        return _Spans(*(getattr(self, name)[chosen] for name in self.__slots__))


def judge_coverages(judgement: Judgement) -> NDArray[np.bool_]:
    """Hold every family whose coverages cannot be; give, by row, whether the row stands (is not a repeat)."""
    people = judgement.people
    coverages = people.tables["coverages"]
    _judge_owners(judgement)
    spans = _spans(people)
    repeated = _repeats(judgement, spans)
    spans = spans.only(~np.isin(spans.rows, repeated))
    covers, ends_first = spans.end > spans.begin, spans.end < spans.begin - 1
    judgement.hold(_ENDS_FIRST, "coverages", spans.rows[ends_first], "end_date")
    judgement.hold(_NEVER, "coverages", spans.rows[~covers & ~ends_first], "end_date")
    _judge_overlaps(judgement, spans.only(covers))
    _judge_spouses(judgement, spans.only(covers))
    _judge_left_behind(judgement, spans)
    covered = np.zeros(people.tables["members"].rows, np.bool_)
    covered[people.coverage_member[people.coverage_member >= 0]] = True
    judgement.hold(_UNCOVERED, "members", np.flatnonzero(people.member_kept & ~people.member_leads & ~covered))
    stands = np.ones(coverages.rows, np.bool_)
    stands[repeated] = False
    return stands


def judge_other_insurance(judgement: Judgement) -> NDArray[np.bool_]:
    """Note other insurance of nobody; give, by row, whether the row stands (is not a repeat)."""
    others = judgement.people.tables["other_insurance"]
    known = np.zeros(others.rows, np.bool_)
    known[judgement.people.other_members[0]] = True
    named = others.columns["group_id"].where(bool) & others.columns["member_id"].where(bool)
    judgement.hold(_UNKNOWN_INSURED, "other_insurance", np.flatnonzero(named & ~known))
    judgement.hold(_NOBODYS, "other_insurance", np.flatnonzero(~named))
    repeats: NDArray[np.bool_] = pd.DataFrame({n: c.codes for n, c in others.columns.items()}).duplicated().to_numpy()
    judgement.hold(_SAME_TWICE, "other_insurance", np.flatnonzero(repeats & known))
    return ~repeats


def _judge_owners(judgement: Judgement) -> None:
    people = judgement.people
    coverages = people.tables["coverages"]
    lost = np.flatnonzero(people.coverage_member < 0)
    named = coverages.columns["group_id"].where(bool) & coverages.columns["member_id"].where(bool)
    without = np.asarray([not text for text in coverages.columns["subscriber_id"].texts], np.bool_)
    unsaid = without[coverages.columns["subscriber_id"].codes]
    members = people.tables["members"]
    here = set(_persons(members, np.flatnonzero(people.member_kept))) if len(lost) else set()
    among = np.asarray([person in here for person in _persons(coverages, lost)], np.bool_)
    judgement.hold(_NOBODYS, "coverages", lost[~named[lost]])
    judgement.hold(_WHOSE, "coverages", lost[named[lost] & among & unsaid[lost]])
    judgement.hold(_NOBODY, "coverages", lost[named[lost] & ~(among & unsaid[lost])])


def _persons(table: TypedTable, rows: Rows) -> Iterator[tuple[Value, Value]]:
    """Group and person of these rows."""
    group, member = table.columns["group_id"], table.columns["member_id"]
    for g, m in zip(group.codes[rows].tolist(), member.codes[rows].tolist(), strict=True):
        yield group.values[g], member.values[m]


def _spans(people: People) -> _Spans:
    coverages = people.tables["coverages"]
    columns = coverages.columns
    end = columns["end_date"]
    readable = people.coverage_member >= 0
    for name in ("carrier_id", "benefit", "effective_date"):
        readable &= columns[name].where(lambda value: value is not None)
    readable[end.rows_of(end.faults)] = False
    rows = np.flatnonzero(readable)
    return _Spans(
        rows=rows,
        member=people.coverage_member[rows],
        carrier=_numbers(columns["carrier_id"])[rows],
        benefit=_numbers(columns["benefit"])[rows],
        begin=ordinals(columns["effective_date"], 0)[rows],
        end=ordinals(end, _OPEN)[rows],
    )


def _numbers(column: TypedColumn) -> Rows:
    """A column of words as numbers, one for each value: two spellings of a word are one."""
    numbers = pd.factorize(np.array([str(value) for value in column.values], dtype=object))[0].astype(np.int64)
    return np.append(numbers, -1)[column.codes]


def _repeats(judgement: Judgement, spans: _Spans) -> Rows:
    """The rows that say what a row before them says."""
    coverages = judgement.people.tables["coverages"]
    keys = pd.DataFrame({"m": spans.member, "c": spans.carrier, "b": spans.benefit, "d": spans.begin})
    again = np.flatnonzero(keys.duplicated(keep=False).to_numpy())
    rows = spans.rows[again]
    among = pd.DataFrame({name: column.codes[rows] for name, column in coverages.columns.items()})
    among["subscriber_id"] = spans.member[again]  # naming one's only subscriber says nothing new
    repeated: Rows = rows[among.duplicated().to_numpy()]
    judgement.hold(_SAME_TWICE, "coverages", repeated)
    return repeated


def _judge_overlaps(judgement: Judgement, spans: _Spans) -> None:
    """Sorted by their first days, spans overlap where one begins before the one just before it has ended."""
    order = np.lexsort((spans.end, spans.begin, spans.benefit, spans.carrier, spans.member))
    sorted_spans = spans.only(order)  # type: ignore[arg-type]
    before, after = slice(None, -1), slice(1, None)
    same = np.ones(max(len(order) - 1, 0), np.bool_)
    for column in (sorted_spans.member, sorted_spans.carrier, sorted_spans.benefit):
        same &= column[before] == column[after]
    begins, ended = sorted_spans.begin[after], sorted_spans.end[before]
    rows = sorted_spans.rows[after]
    judgement.hold(_OVERLAP, "coverages", rows[same & (begins < ended)], "effective_date")
    judgement.hold(_TOUCH, "coverages", rows[same & (begins == ended)], "effective_date")


def _judge_spouses(judgement: Judgement, spans: _Spans) -> None:
    """Two spouses are never enrolled on one day; one whose coverage ended before the other's began is a former one."""
    people = judgement.people
    columns = people.tables["members"].columns
    wed = people.member_kept & columns["relationship"].where(lambda word: word == "spouse")
    wed &= columns["death_date"].where(lambda day: day is None)
    several = np.bincount(people.member_family[wed], minlength=len(people.family_group)) > 1
    of_spouse = wed[spans.member] & several[people.member_family[spans.member]]
    held = {"family": people.member_family[spans.member], "row": spans.member, "begin": spans.begin, "end": spans.end}
    frame = pd.DataFrame(held)[of_spouse]
    pairs = frame.merge(frame, on="family")
    pairs = pairs[pairs["row_x"] != pairs["row_y"]]
    both = (pairs["begin_x"] <= pairs["end_y"]) & (pairs["begin_y"] <= pairs["end_x"])
    judgement.hold(_TWO_SPOUSES, "members", np.unique(pairs["row_x"][both].to_numpy(np.int64)), "relationship")


def _judge_left_behind(judgement: Judgement, spans: _Spans) -> None:
    """A terminated subscriber's dependents have no open coverage of a benefit that the subscriber no longer has."""
    people = judgement.people
    family = people.member_family[spans.member]
    leads = people.member_leads[spans.member]
    terminated = people.tables["members"].columns["employment_status"].where(lambda word: word == "terminated")
    left = np.zeros(len(people.family_group), np.bool_)
    left[people.member_family[people.member_leads & terminated]] = True
    is_open = spans.end == _OPEN
    keys = pd.MultiIndex.from_arrays([family, spans.carrier, spans.benefit])
    still_led = keys.isin(keys[leads & is_open])
    judgement.hold(_LEFT_BEHIND, "coverages", spans.rows[left[family] & is_open & ~leads & ~still_led])
