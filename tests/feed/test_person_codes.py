"""Person codes night after night: what a carrier reads of them in an 834 and in a flat file.

A family is hired, people join, leave and come back, and files are rejected; each code stays with its person.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from edi834.feed.forms import FlatForm, Form, WorklistForm
from edi834.feed.kit import FeedKit
from edi834.feed.prepare import prepare
from edi834.mapping import CompiledMapping, Layer, compile_worklist, read_spec
from edi834.mapping.flat_spec import CompiledFlat
from tests.laws.nightly import Feed, Night
from tests.laws.people import Person, Row
from tests.laws.world import Happening, World
from tests.mapping.builders import compiled
from tests.mapping.flat_builders import short

DAY = timedelta(days=1)


@functools.cache
def writing_codes() -> CompiledMapping:
    return compiled('[set]\n"2000/REF[23]02" = "member.person_code"')


@functools.cache
def flat_with_codes() -> CompiledFlat:
    return short(
        '{ name = "member", width = 8, value = "member.member_id" }',
        '{ name = "code", width = 2, value = "member.person_code" }',
        '{ name = "people", width = 2, value = "family.members" }',
        '{ name = "dependents", width = 2, value = "family.dependents" }',
        level="member",
    )


@dataclass
class Coded(Feed):
    """A feed whose mapping writes person codes, from ``since`` on."""

    since: date = date.min

    def kit(self, day: date, *, mode: str | None = None, number: int | None = None) -> FeedKit:
        kit = super().kit(day, mode=mode, number=number)
        return kit if day < self.since else replace(kit, form=replace(kit.form, mapping=writing_codes()))  # type: ignore[type-var]


def one_family(people: int = 2) -> World:
    """An employee with a spouse and children; nothing of them is in the future."""
    world = World()
    world.happen(Happening("hire", 0, people - 1, 0))
    world.next_night(20)
    return world


def joins(world: World, member_id: str) -> Person:
    """A child with this member id is covered from today."""
    kin = world.kin[0]
    child = replace(kin.people[-1], member_id=member_id, relationship="child", birth=date(2015, 1, 1),
                    ssn=None, first_name=f"Kid {member_id[-1]}", rows=[], facts={}, hidden=False)  # fmt: skip
    child.rows = [Row(row.benefit, row.plan, world.night) for row in kin.head.open_rows()]
    kin.people.append(child)
    return child


def leaves(world: World, person: Person) -> None:
    for row in person.rows:
        row.end = world.night - DAY


def codes_in(night: Night) -> dict[str, str]:
    """By first name, the person codes in a night's file."""
    text = (night.content or b"").decode("latin-1")
    loops = [loop for loop in text.split("INS*")[1:] if "REF*23*" in loop]
    first = re.compile(r"NM1\*(?:IL|74)\*1\*[^*~]*\*([^*~]*)")
    found = ((first.search(loop), re.search(r"REF\*23\*([^*~]*)", loop)) for loop in loops)
    return {name[1]: code[1] for name, code in found if name and code}


def upper(found: dict[str, str]) -> dict[str, str]:
    return {name.upper(): code for name, code in found.items()}


def next_file(world: World, feed: Feed, *, rejected: bool = False) -> dict[str, str]:
    """The codes in tonight's file; then a day passes."""
    night = feed.run(world.snapshot(), rejecting=frozenset({0} if rejected else ()))
    feed.agrees(world.night)
    world.next_night(1)
    return codes_in(night)


def names(world: World) -> list[str]:
    return [person.first_name.upper() for person in world.kin[0].people]


def test_the_people_of_a_new_family_are_numbered_from_the_subscriber() -> None:
    world, feed = one_family(3), Coded()
    subscriber, spouse, child = names(world)

    assert upper(next_file(world, feed)) == {subscriber: "01", spouse: "02", child: "03"}


def test_the_code_stays_with_the_person_night_after_night() -> None:
    world, feed = one_family(3), Coded()
    first = next_file(world, feed)
    for person in world.kin[0].people:
        person.street = "9 Canyon Lane"

    assert next_file(world, feed) == first


def test_nothing_is_reported_because_of_codes_alone() -> None:
    world, feed = one_family(), Coded()
    next_file(world, feed)

    assert feed.run(world.snapshot()).content is None


def test_the_code_of_a_person_who_left_is_not_given_to_one_who_joins() -> None:
    world, feed = one_family(2), Coded()
    next_file(world, feed)
    leaves(world, world.kin[0].people[1])
    assert [*next_file(world, feed).values()].count("02") == 1
    joins(world, "E1001-0")

    assert upper(next_file(world, feed))["KID 0"] == "03"


def test_a_person_who_comes_back_is_reported_with_the_old_code() -> None:
    world, feed = one_family(1), Coded()
    child = joins(world, "E1001-5")
    next_file(world, feed)
    leaves(world, child)
    next_file(world, feed)
    joins(world, "E1001-0")
    next_file(world, feed)
    child.rows += [Row(row.benefit, row.plan, world.night) for row in world.kin[0].head.open_rows()]

    assert upper(next_file(world, feed))["KID 5"] == "02"


def test_two_people_who_join_on_one_night_get_two_codes() -> None:
    world, feed = one_family(1), Coded()
    next_file(world, feed)
    joins(world, "E1001-7")
    joins(world, "E1001-3")

    found = upper(next_file(world, feed))

    assert (found["KID 3"], found["KID 7"]) == ("02", "03")


def test_after_a_rejection_the_person_is_reported_with_the_same_code() -> None:
    world, feed = one_family(1), Coded()
    next_file(world, feed)
    joins(world, "E1001-5")
    assert upper(next_file(world, feed, rejected=True))["KID 5"] == "02"

    assert upper(next_file(world, feed))["KID 5"] == "02"


def test_the_code_of_a_person_in_a_rejected_file_is_nobody_elses() -> None:
    world, feed = one_family(1), Coded()
    next_file(world, feed)
    joins(world, "E1001-5")
    next_file(world, feed, rejected=True)
    world.kin[0].people.pop()
    joins(world, "E1001-3")

    assert upper(next_file(world, feed))["KID 3"] == "03"


def test_a_person_whom_a_full_file_ended_by_leaving_out_keeps_the_code() -> None:
    world = one_family(1)
    feed = Coded(mode="full_replace", rules={"missing": "omission", "omission": "full"})
    child = joins(world, "E1001-5")
    next_file(world, feed)
    child.hidden = True
    assert [*next_file(world, feed).values()] == ["01"]
    joins(world, "E1001-3")
    assert upper(next_file(world, feed))["KID 3"] == "03"
    child.hidden = False

    assert upper(next_file(world, feed))["KID 5"] == "02"


def test_a_full_file_sends_the_codes_to_everybody_reported_without_one() -> None:
    world = one_family(2)
    feed = Coded(since=world.night + DAY)
    assert next_file(world, feed) == {}
    assert feed.run(world.snapshot()).content is None  # a code alone is no change

    night = feed.run(world.snapshot(), full=True)

    assert sorted(codes_in(night).values()) == ["01", "02"]


def test_a_family_that_is_quarantined_stands_in_a_full_file_with_codes_too() -> None:
    world = one_family(2)
    feed = Coded(since=world.night + DAY, mode="full_audit")
    next_file(world, feed)
    world.kin[0].held = True

    assert sorted(codes_in(feed.run(world.snapshot())).values()) == ["01", "02"]


# --- other forms --------------------------------------------------------------------------------------------------


def written(world: World, feed: Feed, form: Form) -> str:
    """What the next file of a form says."""
    kit = replace(feed.kit(world.night), form=form)
    prepared = prepare(kit, world.snapshot(), full=False)
    assert prepared.draft is not None
    assert prepared.draft.document is not None, prepared.draft.findings
    assert not prepared.plan.waiting, prepared.plan.findings
    return prepared.draft.document.content.decode()


def test_a_flat_file_holds_the_codes_and_the_counts_of_the_family() -> None:
    world, feed = one_family(3), Feed()
    form = FlatForm(feed.kit(world.night).profile, {}, True, flat_with_codes(), "1" * 64)

    lines = written(world, feed, form).splitlines()

    assert [line[1:9].strip() for line in lines] == ["E1001", "E1001-1", "E1001-2"]
    assert [line[9:11] for line in lines] == ["01", "02", "03"]
    assert {(line[11:13].strip(" 0"), line[13:15].strip(" 0")) for line in lines} == {("3", "2")}


def test_a_worklist_shows_the_codes() -> None:
    world, feed = one_family(2), Feed()
    spec, findings = read_spec(
        [Layer("list.toml", 'format = "worklist"\n[show]\n"Person code" = "member.person_code"\n'
                            '"Plan" = "coverage.plan_code"')]
    )  # fmt: skip
    assert spec is not None, findings
    mapping, findings = compile_worklist(spec)
    assert mapping is not None, findings
    form = WorklistForm(feed.kit(world.night).profile, {}, True, mapping, "1" * 64)

    text = written(world, feed, form)

    assert '"01"' in text
    assert '"02"' in text


def test_codes_need_no_grant() -> None:
    assert writing_codes().uses == compiled('[set]\n"2000/REF[23]02" = false').uses
