"""Whoever is left is reported before whoever is joined, and everything else stays where the feed's rule puts it."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from edi834.book import Dialect, FamilyStatement
from edi834.book.statement import Action, MemberStatement
from edi834.feed.order import in_file_order
from edi834.grants import ReleasedFamily, ReleasedMember
from edi834.model import FamilyRef, GroupId, MemberId, MemberRef


def ref(name: str) -> FamilyRef:
    """``A/E1``: group A, subscriber E1."""
    group, _, subscriber = name.partition("/")
    return FamilyRef(GroupId(group), MemberId(subscriber))


def statement(name: str, *left: str, surname: str = "Doe") -> FamilyStatement:
    """A family that people of those families have joined."""
    family = ref(name)
    own = MemberRef(family.group_id, family.subscriber_id, family.subscriber_id)
    member = ReleasedMember(own, {"last_name": surname}, (), ())
    people = [MemberStatement(Action.ADD, None, member, None, None, (), ())]
    for old in left:
        known = MemberRef(ref(old).group_id, ref(old).subscriber_id, MemberId("D1"))
        people.append(MemberStatement(Action.ADD, None, member, None, None, (), (), moved_from=known))
    return FamilyStatement(tuple(people), ReleasedFamily(family, (member,)), None)


def order(*statements: FamilyStatement, rules: Dialect | None = None) -> list[str]:
    reported = in_file_order(statements, rules or Dialect())
    return [f"{s.target.ref.group_id}/{s.target.ref.subscriber_id}" for s in reported]


def test_families_stand_by_group_and_reference() -> None:
    assert order(statement("B/E1"), statement("A/E2"), statement("A/E1")) == ["A/E1", "A/E2", "B/E1"]


def test_the_family_that_somebody_left_comes_before_the_one_they_joined() -> None:
    assert order(statement("A/E1", "A/E3"), statement("A/E2"), statement("A/E3")) == ["A/E3", "A/E1", "A/E2"]


def test_the_group_that_somebody_left_comes_before_the_one_they_joined() -> None:
    reported = order(statement("A/E1", "B/E1"), statement("A/E2"), statement("B/E1"), statement("B/E9"))

    assert reported == ["B/E1", "B/E9", "A/E1", "A/E2"]


def test_where_people_change_places_somebody_is_first_and_always_the_same() -> None:
    one, other = statement("A/E1", "A/E2"), statement("A/E2", "A/E1")

    assert order(one, other) == order(other, one) == ["A/E2", "A/E1"]


def test_a_rule_about_the_order_holds_for_whoever_did_not_move() -> None:
    rules = Dialect(sort="name")
    reported = order(statement("A/E1", surname="Zoe"), statement("A/E2", surname="Ash"), rules=rules)

    assert reported == ["A/E2", "A/E1"]


NAMES = [f"{group}/E{number}" for group in "AB" for number in range(4)]


@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), max_size=2)), unique_by=lambda t: t[0])
)
def test_everybody_is_reported_once_and_groups_stay_together(drawn: list[tuple[str, list[str]]]) -> None:
    reported = order(*(statement(name, *left) for name, left in drawn))

    assert sorted(reported) == sorted(name for name, _ in drawn)
    groups = [name[0] for name in reported]
    assert sum(one != other for one, other in pairwise(groups)) <= 1
