"""What happens to coverage: other plans, other years, what is taken back, and what was wrong from the first day on.

A benefits system writes one change in several ways, and all of them are drawn: the old row is ended and kept, or it is
replaced in place; what never took effect ends on its first day, or the day before it, or its row is gone.
Each is a function of the world, the family and the happening; where it cannot happen, nothing does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.laws.people import BENEFITS, ONE_DAY, PLANS, Happening, Kin, Person, Row

if TYPE_CHECKING:
    from tests.laws.world import World

__all__ = ["ENROLLMENT", "end_after", "void"]

Happens = Callable[["World", Kin, Happening], None]


def plan_change(world: World, kin: Kin, what: Happening) -> None:
    benefit = BENEFITS[what.which % 2]
    day = world._near(what.much)
    for person in kin.people:
        for row in person.open_rows():
            if row.benefit == benefit and row.begin < day:
                world._split(person, row, day, _next_plan(row), replaced=what.family % 2 == 1)
    world._price(kin)


def plan_correction(world: World, kin: Kin, what: Happening) -> None:
    """The plan was wrong from the first day on: written in place, or the old row is voided and a new one added."""
    for person in kin.people:
        for row in person.open_rows():
            if what.much % 3 == 0 or row.hidden:
                row.plan = _next_plan(row)
                continue
            person.rows.append(replace(row, plan=_next_plan(row)))
            void(row, what.much)
    world._price(kin)


def plan_change_rescinded(world: World, kin: Kin, what: Happening) -> None:
    """The change of plan is taken back: its row is gone, and the plan before goes on."""
    for person in kin.people:
        for row in person.open_rows():
            before = [r for r in person.rows if r.benefit == row.benefit and r.end == row.begin - ONE_DAY]
            if before and not before[0].hidden:
                person.rows.remove(row)
                before[0].end = None
    world._price(kin)


def retroactive_plan_change(world: World, kin: Kin, what: Happening) -> None:
    """Another plan since a day before the last renewal: the row of that day is split, and what follows it changes."""
    benefit = BENEFITS[what.which % 2]
    for person in kin.people:
        rows = sorted((r for r in person.rows if r.benefit == benefit and _took_effect(r)), key=lambda r: r.begin)
        if len(rows) < 2 or rows[-1].end is not None or rows[-2].end != rows[-1].begin - ONE_DAY:
            continue
        before, last = rows[-2:]
        day = before.begin + timedelta(days=1 + what.much % 20)
        if before.end is None or day >= before.end or before.hidden or last.hidden or before.carrier != last.carrier:
            continue
        plan = _next_plan(before)
        person.rows.append(replace(before, plan=plan, begin=day))
        before.end, last.plan = day - ONE_DAY, plan
        if what.family % 2 or before.end == before.begin:
            person.rows.remove(before)
    world._price(kin)


def new_year(world: World, kin: Kin, what: Happening) -> None:
    """The plan year turns: the row ends, and the next begins with the same plan."""
    day = date(world.night.year + (world.night.month == 12), 1, 1) if what.which % 2 else world._near(what.much)
    _renew(world, kin, day)


def renewal_written_ahead(world: World, kin: Kin, what: Happening) -> None:
    """The next plan year is there months before it begins, as an ended and an open row."""
    day = world.night.replace(day=1) + timedelta(days=35 + what.much)
    _renew(world, kin, day.replace(day=1), other_plan=what.which % 3 == 0)


def _renew(world: World, kin: Kin, day: date, *, other_plan: bool = False) -> None:
    for person in kin.people:
        for row in person.open_rows():
            if row.begin < day - ONE_DAY:
                world._split(person, row, day, _next_plan(row) if other_plan else row.plan, replaced=False)
    world._price(kin)


def benefit_dropped(world: World, kin: Kin, what: Happening) -> None:
    day = world._near(what.much)
    for person in kin.people:
        for row in person.open_rows():
            if row.benefit == "dental":
                row.end = max(day, row.begin)


def benefit_added(world: World, kin: Kin, what: Happening) -> None:
    day = world._near(what.much)
    if not kin.head.open_rows() or kin.covered("dental"):
        return
    ends = [r.end for p in kin.people for r in p.rows if r.benefit == "dental" and r.end is not None]
    begin = max([day, *(end + timedelta(days=2) for end in ends)])
    for person in kin.covered("medical"):
        # A new spouse is covered by dental no earlier than by medical: until then the former spouse was covered.
        first_day = min(row.begin for row in person.rows if row.benefit == "medical" and _took_effect(row))
        person.rows.append(Row("dental", PLANS["dental"][what.which % 2], max(begin, first_day)))
    world._price(kin)


def first_day_corrected(world: World, kin: Kin, what: Happening) -> None:
    """A first day was wrong by some days; spans of one person stay apart."""
    shift = timedelta(days=what.which % 7 - 3)
    for person in kin.people:
        if len({row.benefit for row in person.rows}) == len(person.rows):
            for row in person.open_rows():
                row.begin += shift


def termination(world: World, kin: Kin, what: Happening) -> None:
    """The family's membership ends; what was to begin later, such as a renewal, is voided, or its row is gone."""
    day = world._near(what.much)
    if kin.head.open_rows():
        kin.head.says("termination", day)
        for person in kin.people:
            end_after(person, day, what.which)


def termination_before_a_renewal(world: World, kin: Kin, what: Happening) -> None:
    """The membership ends before a renewal that was written ahead, and perhaps reported."""
    renewed = [row for row in kin.head.open_rows() if row.begin > world.night]
    if renewed:
        day = min(row.begin for row in renewed) - timedelta(days=2 + what.much)
        kin.head.says("termination", day)
        for person in kin.people:
            end_after(person, day, what.which)


def cancellation(world: World, kin: Kin, what: Happening) -> None:
    """Coverage that never took effect."""
    people = kin.people if what.which % 2 else kin.people[1:]
    for person in people:
        for row in person.open_rows():
            void(row, what.much)
    if people is not kin.people:
        world._price(kin)


def moved_ending(world: World, kin: Kin, what: Happening) -> None:
    """A last day that was reported is another after all."""
    is_remarried = any(p.relationship == "spouse" for p in kin.people)
    for person in kin.people:
        if is_remarried and person.relationship == "ex_spouse":
            continue
        for row in world._last_rows(person):
            if row.end is not None and row.end > row.begin:
                row.end = max(row.begin + ONE_DAY, row.end + timedelta(days=what.much - 15))


def reinstatement(world: World, kin: Kin, what: Happening) -> None:
    gone = kin.hidden or any(p.hidden or any(r.hidden for r in p.rows) for p in kin.people)
    if gone or any(p.relationship == "ex_spouse" for p in kin.people) or kin.head.open_rows():
        return
    for person in kin.people:
        for row in world._last_rows(person):
            if row.end is not None and row.end > row.begin:
                row.end = None
    world._price(kin)


def rehire(world: World, kin: Kin, what: Happening) -> None:
    if kin.head.open_rows() or any(not _took_effect(r) for p in kin.people for r in p.rows):
        return
    ends = [row.end for p in kin.people for row in p.rows if row.end is not None]
    begin = max([world.night, *ends]) + timedelta(days=2 + what.much)
    for person in kin.people:
        if person.relationship != "ex_spouse":
            person.rows.append(Row("medical", PLANS["medical"][what.which % 3], begin))
    kin.head.says("rehire", begin)
    world._price(kin)


def end_after(person: Person, day: date, how: int = 0) -> None:
    """Nothing of ours is covered after a day; of rows that begin later, each is voided, or gone."""
    for row in list(person.rows):
        if not row.is_ours or (row.end is not None and row.end <= day):
            continue
        if row.begin < day:
            row.end = day
        elif how % 3 == 2 and len(person.rows) > 1:
            person.rows.remove(row)
        else:
            void(row, how)


def void(row: Row, how: int) -> None:
    """A row that never took effect: its last day is its first, or the day before it."""
    row.end = row.begin - ONE_DAY * (how % 2)


def _took_effect(row: Row) -> bool:
    return row.end is None or row.end > row.begin


def _next_plan(row: Row) -> str:
    plans = PLANS[row.benefit]
    return plans[(plans.index(row.plan) + 1) % len(plans)]


ENROLLMENT: Mapping[str, Happens] = {
    happens.__name__: happens
    for happens in (
        plan_change, plan_correction, plan_change_rescinded, retroactive_plan_change, new_year, renewal_written_ahead,
        benefit_dropped, benefit_added, first_day_corrected, termination, termination_before_a_renewal, cancellation,
        moved_ending, reinstatement, rehire,
    )
}  # fmt: skip
