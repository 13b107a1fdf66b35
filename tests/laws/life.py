"""What else life brings: deaths, survivors, COBRA, leaves, illness, other insurers, and what an employer renames.

Each is a function of the world, the family and the happening; where it cannot happen, nothing does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.laws.people import ONE_DAY, OTHER_CARRIER, Happening, Kin, Person, Row

if TYPE_CHECKING:
    from tests.laws.world import World

__all__ = ["LIFE"]

Happens = Callable[["World", Kin, Happening], None]


def adoption(world: World, kin: Kin, what: Happening) -> None:
    world._add_dependent(kin, "adopted_child", world._near(what.much), ssn=True, how=what.which)


def twins(world: World, kin: Kin, what: Happening) -> None:
    """Two births on one day, neither with a number yet."""
    begin = world.night - timedelta(days=what.much % 10)
    for _ in range(2):
        world._add_dependent(kin, "child", begin, ssn=False, how=what.which)


def namesake(world: World, kin: Kin, what: Happening) -> None:
    """A child with the name of another of the family, and another birth date."""
    named = kin.people[what.much % len(kin.people)]
    child = world._add_dependent(kin, "child", world._near(what.much), ssn=what.which % 2 == 0, how=what.which)
    of_that_name = [p for p in kin.people if (p.first_name, p.last_name) == (named.first_name, named.last_name)]
    if child is not None and all(child.birth != one.birth for one in of_that_name):
        child.first_name, child.last_name = named.first_name, named.last_name


def remarriage(world: World, kin: Kin, what: Happening) -> None:
    """A divorce, and the next spouse on the same night."""
    world._on_divorce(kin, replace(what, much=what.much % 16))
    world._on_marriage(kin, what)


def dependent_dies(world: World, kin: Kin, what: Happening) -> None:
    person = world._dependent(kin, what.which)
    if person is not None and person.open_rows():
        day = max(min(world._near(what.much), world.night), person.birth)
        person.facts["death_date"] = day
        person.says("death", day)
        world._end(person, day)
        world._retier(kin, day + ONE_DAY, what.family)


def survivor(world: World, kin: Kin, what: Happening) -> None:
    """The subscriber dies; the spouse becomes a subscriber, and the children go with them."""
    day = min(world._near(what.much), world.night)
    spouse = _joiner(world, kin, ("spouse",), day)
    if spouse is None or not kin.head.open_rows():
        return
    kin.head.facts["death_date"], kin.status = day, "terminated"
    children = [p for p in kin.people[1:] if p is not spouse and p.relationship in {"child", "adopted_child"}]
    family = _founded(world, kin, [spouse, *(c for c in children if c.ssn and c.open_rows())], day + ONE_DAY)
    family.status = "surviving"
    for person in kin.people:
        person.says("death", day)
        world._end(person, day)
    family.head.says("death", day)
    world.kin.append(family)


def aged_out(world: World, kin: Kin, what: Happening) -> None:
    """A child is too old for the family's coverage, and goes on as a subscriber on COBRA."""
    day = world._near(what.much)
    child = _joiner(world, kin, ("child", "adopted_child"), day)
    if child is None or not kin.head.open_rows():
        return
    family = _founded(world, kin, [child], day + ONE_DAY)
    family.status = "cobra"
    family.head.facts |= {"cobra_event": "ineligible_child", "cobra_begin": day + ONE_DAY}
    family.head.says("cobra_election", day + ONE_DAY)
    child.says("age_out", day)
    world._end(child, day)
    world._retier(kin, day + ONE_DAY, what.which)
    world.kin.append(family)


def cobra_election(world: World, kin: Kin, what: Happening) -> None:
    """A former employee goes on with what ended, from the day after, under the same subscriber."""
    ended = [row for row in world._last_rows(kin.head) if row.end is not None and row.end > row.begin]
    gone = kin.hidden or any(p.hidden or any(r.hidden for r in p.rows) for p in kin.people)
    if gone or kin.head.open_rows() or not ended or "death_date" in kin.head.facts or kin.status == "cobra":
        return
    day = max(row.end for row in ended if row.end is not None)
    kin.status = "cobra"
    kin.head.facts |= {"cobra_event": "termination", "cobra_begin": day + ONE_DAY}
    kin.head.says("cobra_election", world.night)
    for row in ended:
        kin.head.rows.append(replace(row, begin=day + ONE_DAY, end=None))
    world._price(kin)


def leave(world: World, kin: Kin, what: Happening) -> None:
    if kin.status in {"active", "leave"} and kin.head.open_rows():
        kin.status = "leave" if kin.status == "active" else "active"
        kin.head.says("leave" if kin.status == "leave" else "return_from_leave", world._near(what.much))


def disability(world: World, kin: Kin, what: Happening) -> None:
    if kin.head.open_rows():
        kin.head.facts |= {"disabled": True, "disability_begin": world._near(what.much)}


def medicare(world: World, kin: Kin, what: Happening) -> None:
    person = kin.people[what.which % len(kin.people)]
    if person.open_rows():
        person.facts |= {
            "medicare_parts": ("A", "AB", "B")[what.much % 3],
            "medicare_reason": "age",
            "medicare_begin": world._near(what.much),
        }


def student(world: World, kin: Kin, what: Happening) -> None:
    person = world._dependent(kin, what.which)
    if person is not None and person.relationship == "child":
        person.facts["student_status"] = ("full_time", "part_time", "none")[what.much % 3]


def other_insurance(world: World, kin: Kin, what: Happening) -> None:
    person = kin.people[what.which % len(kin.people)]
    number = f"FM-{what.much}"
    if number in person.others:
        person.others.remove(number)
    elif len(person.others) < 3:
        person.others.append(number)


def physician(world: World, kin: Kin, what: Happening) -> None:
    person = kin.people[what.which % len(kin.people)]
    for row in person.open_rows():
        if row.benefit == "medical":
            row.physician = f"19{what.much:08}" if what.much % 4 else None


def other_department(world: World, kin: Kin, what: Happening) -> None:
    kin.head.facts["department"] = f"DEPT{what.much}"


def other_policy(world: World, kin: Kin, what: Happening) -> None:
    """The employer's number at the carrier is another; what has ended keeps the old one."""
    for person in kin.people:
        for row in person.rows:
            row.policy = row.policy or (None if row.is_open else kin.policy)
    kin.policy = f"GRP10{what.much % 4}"


def carrier_change(world: World, kin: Kin, what: Happening) -> None:
    """Dental goes to another carrier: our row ends, or is written over."""
    day = world._near(what.much)
    for person in kin.people:
        for row in person.open_rows():
            if row.benefit == "dental" and row.begin < day and not row.hidden:
                row.end = day - ONE_DAY
                person.rows.append(Row("dental", "THEIRS", day, carrier=OTHER_CARRIER))
                if what.which % 2:
                    person.rows.remove(row)
    world._price(kin)


def _joiner(world: World, kin: Kin, relationships: Iterable[str], day: date) -> Person | None:
    """Somebody who may found a family of their own, and has not: covered on that day, with a number to be known by."""
    founders = {one.subscriber_id for one in world.kin}
    return next(
        (
            p
            for p in kin.people[1:]
            if p.relationship in relationships and p.ssn and p.open_rows() and not p.hidden and not kin.hidden
            and p.member_id not in founders
            and all(row.begin <= day for row in p.open_rows())
        ),
        None,
    )  # fmt: skip


def _founded(world: World, kin: Kin, people: list[Person], begin: date) -> Kin:
    """A family of those people, who are covered from that day as they were before."""
    world._numbers += 1
    family = Kin(people[0].member_id, [], world._numbers, policy=kin.policy)
    for person in people:
        rows = [replace(row, begin=max(begin, row.begin), tier=None, premium=None) for row in person.open_rows()]
        facts = {n: v for n, v in person.facts.items() if n.startswith(("medicare_", "student_"))}
        relationship = person.relationship if family.people else "self"
        family.people.append(
            replace(person, relationship=relationship, rows=rows, facts=facts, others=list(person.others),
                    unreadable=set(), event=None, event_date=None)
        )  # fmt: skip
    benefits = {row.benefit for row in family.head.rows}
    for person in family.people:
        person.rows = [row for row in person.rows if row.benefit in benefits]
    world._price(family)
    return family


LIFE: Mapping[str, Happens] = {
    happens.__name__: happens
    for happens in (
        adoption, twins, namesake, remarriage, dependent_dies, survivor, aged_out, cobra_election, leave, disability,
        medicare, student, other_insurance, physician, other_department, other_policy, carrier_change,
    )
}  # fmt: skip
