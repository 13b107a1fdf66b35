"""Laws of what is told in more than one piece: cancellations, people told twice, and changes of one coverage."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from edi834.check import check_x12
from edi834.check.judge import judge
from edi834.check.judgement import JudgeOptions
from edi834.check.streamed import judge_stream
from edi834.x12 import Loop, write
from tests.check.documents import document_of
from tests.x12.builders import coverage, member, names, of_members

FIRST = date(2024, 2, 1)
ACTIONS = ("001", "021", "024", "025", "030")
FOLLOWS = {("024", "021"), ("024", "025"), ("025", "024")}
SUBSCRIBER, SPOUSE, CHILD = "18", "01", "19"
EVERYTHING = JudgeOptions(invented_people=True, most_of_one_code=10**6)


def found(*members: Loop) -> list[str]:
    """The codes that are found, in memory as in a stream."""
    content = write(of_members(*members)).text
    codes = sorted(one.code for one in judge(content, EVERYTHING).findings)
    assert sorted(one.code for one in judge_stream(io.BytesIO(content), EVERYTHING).findings) == codes
    return codes


def d8(code: str, day: date) -> str:
    return f"DTP*{code}*D8*{day:%Y%m%d}"


def person(relationship: str, action: str, *dates: str, covered: tuple[Loop, ...] = ()) -> Loop:
    """One person of the one family."""
    is_subscriber, reason = "Y" if relationship == SUBSCRIBER else "N", "XN" if action == "030" else "25"
    ins = f"INS*{is_subscriber}*{relationship}*{action}*{reason}*A"
    return member(ins, "REF*0F*E1", *dates, names(f"NM1*IL*1*DOE*P{relationship}"), *covered)


def told(relationship: str, action: str) -> Loop:
    """One person with a date and what goes with the action."""
    added = coverage(f"HD*{action}**HLT*PPO", d8("348", FIRST))
    date_of = d8("357", FIRST) if action == "024" else d8("356", FIRST)
    return person(relationship, action, date_of, covered=(added,) if action == "021" else ())


@given(action=st.sampled_from(ACTIONS), of_coverage=st.booleans(), days=st.integers(-4, 4))
def test_an_end_before_the_first_day_is_right_under_024_and_by_one_day(
    action: str, of_coverage: bool, days: int
) -> None:
    end = FIRST + timedelta(days)
    ended = coverage(f"HD*{action}**HLT*PPO", d8("348", FIRST), d8("349", end))
    one = (
        person(SUBSCRIBER, "001", d8("356", FIRST), covered=(ended,))
        if of_coverage
        else person(SUBSCRIBER, action, d8("356", FIRST), d8("357", end))
    )

    assert ("E834-1046" in found(one)) == (days < (-1 if action == "024" else 0))


@given(
    st.lists(st.tuples(st.sampled_from([SUBSCRIBER, SPOUSE, CHILD]), st.sampled_from(ACTIONS)), min_size=1, max_size=7)
)
def test_a_family_is_told_in_order_and_twice_only_where_both_tell_one_thing(people: list[tuple[str, str]]) -> None:
    codes = found(*(told(*one) for one in people))

    def twice(relationship: str) -> int:
        actions = [action for who, action in people if who == relationship]
        return sum(pair not in FOLLOWS for pair in pairwise(actions))

    places = [n for n, (who, _) in enumerate(people) if who == SUBSCRIBER]
    late = sum(
        who != SUBSCRIBER and bool(places) and n < (places[-1] if action == "021" else places[0])
        for n, (who, action) in enumerate(people)
    )
    assert codes.count("E834-1031") == twice(SUBSCRIBER)
    assert codes.count("E834-1032") == twice(SPOUSE) + twice(CHILD)
    assert codes.count("E834-1033") == late


pieces = st.tuples(
    st.sampled_from(["001", "021", "024"]), st.sampled_from(["HLT", "DEN"]), st.sampled_from([None, 31, 62])
)


@given(action=st.sampled_from(["001", "024"]), told=st.lists(pieces, min_size=1, max_size=5))
def test_a_coverage_may_change_on_several_days_and_then_end(
    action: str, told: list[tuple[str, str, int | None]]
) -> None:
    """The same piece twice is doubted; so is a change where the membership ends, unless its coverage ends behind it."""
    loops = []
    for heading, benefit, after in told:
        changed = (d8("303", FIRST + timedelta(after)),) if after is not None else ()
        end = (d8("349", FIRST + timedelta(90)),) if heading == "024" else ()
        loops.append(coverage(f"HD*{heading}**{benefit}*PPO", *changed, d8("348", FIRST), *end))

    codes = found(person(SUBSCRIBER, action, d8("357", FIRST + timedelta(90)), covered=tuple(loops)))

    doubted = sum(
        heading == "001" and ("024", benefit) not in [one[:2] for one in told[n + 1 :]]
        for n, (heading, benefit, _) in enumerate(told)
    )
    assert codes.count("E834-1058") == len(told) - len(set(told))
    assert codes.count("E834-1055") == (doubted if action == "024" else 0)


def test_a_subscriber_who_ends_and_is_added_anew_is_one_family_whose_faults_are_its_own() -> None:
    anew = [told(who, action) for action in ("024", "021") for who in (SUBSCRIBER, CHILD)]
    wrong = replace(anew[-1], children=tuple(c for c in anew[-1].children if getattr(c, "id", "") != "2100A"))

    document = document_of(of_members(*anew[:-1], wrong))

    assert {finding.about for finding in check_x12(document).findings} == set(document.sets[0].families)
