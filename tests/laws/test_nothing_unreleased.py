"""Law 4, nothing unreleased leaves: a field that is not granted moves no byte, causes no event and is not stored.

The grant here withholds every field in turn that may be withheld; the people differ in that field and in nothing else.
"""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.grants import STRUCTURAL_FIELDS, family_digest, redact, written
from edi834.model import COVERAGE_COLUMNS, FIELDS, MEMBER_COLUMNS, Family, FieldKind, FieldPath, ModelField
from tests.laws.histories import NightOf, histories
from tests.laws.kits import grant
from tests.laws.nightly import Feed
from tests.laws.snapshots import SnapshotInMemory
from tests.laws.world import Happening, World

pytestmark = pytest.mark.laws

# Keys are no fields of anybody's: they say whose a row is. The subscriber's member_id is the 0F of every file.
KEYS = {"group_id", "member_id", "subscriber_id", "carrier_id"}
WITHHOLDABLE = sorted(
    field.path
    for columns in (MEMBER_COLUMNS, COVERAGE_COLUMNS)
    for field in columns.values()
    if field.path not in STRUCTURAL_FIELDS and field.name not in KEYS
)
# Without these the base mapping cannot write anybody: a required element has no value.
NEEDED = {"member.last_name"}


def another(field: ModelField, value: Any) -> Any:
    """Another value of the same kind."""
    match field.kind:
        case FieldKind.DATE:
            return date(2001, 2, 3) if value != date(2001, 2, 3) else None
        case FieldKind.MONEY:
            return Decimal("77.01")
        case FieldKind.INTEGER:
            return 7
        case FieldKind.FLAG:
            return not value
        case FieldKind.CODE:
            return "other" if field.vocabulary == "event" else "U" if field.name == "gender" else None
        case _:
            return "900777777" if field.name == "ssn" else "Zebulonquist"


def flipped(family: Family, path: str) -> Family:
    """The same family with another value in that field, for everybody."""
    field = FIELDS[FieldPath(path)]
    members = []
    for covered in family.members:
        member, coverages = covered.member, covered.coverages
        if field.table == "member":
            member = dataclasses.replace(member, **{field.name: another(field, getattr(member, field.name))})
        else:
            coverages = tuple(
                dataclasses.replace(c, **{field.name: another(field, getattr(c, field.name))}) for c in coverages
            )
        members.append(dataclasses.replace(covered, member=member, coverages=coverages))
    return dataclasses.replace(family, members=tuple(members))


def flipped_all(snapshot: SnapshotInMemory, path: str) -> SnapshotInMemory:
    return dataclasses.replace(snapshot, people=tuple(flipped(family, path) for family in snapshot.people))


def employer() -> World:
    world = World()
    for what in (Happening("hire", 0, 2, 16), Happening("hire", 1, 1, 17), Happening("birth", 0, 1, 3)):
        world.happen(what)
    return world


# A city without its state or ZIP code is no address: our own check refuses it, so the three are withheld together.
TOGETHER = {
    path: frozenset({"member.city", "member.state", "member.postal_code"})
    for path in ("member.city", "member.state", "member.postal_code")
}


@pytest.mark.parametrize("path", [path for path in WITHHOLDABLE if path not in NEEDED])
def test_a_withheld_field_moves_no_byte_and_causes_no_event(path: str) -> None:
    world = employer()
    withheld = TOGETHER.get(path, frozenset({path}))
    one, other = (Feed(grants=[grant(without=withheld)]) for _ in range(2))
    first = one.run(world.snapshot())
    same = other.run(flipped_all(world.snapshot(), path))

    assert first.content is not None
    assert first.content == same.content
    assert first.prepared.plan_digest == same.prepared.plan_digest

    world.next_night(1)
    assert one.plan(flipped_all(world.snapshot(), path)).content is None


@pytest.mark.parametrize("path", WITHHOLDABLE)
def test_a_withheld_field_is_not_stored(path: str) -> None:
    fields = [field for field in FIELDS if field != path]
    for family in employer().snapshot().people:
        plain, changed = redact(family, fields), redact(flipped(family, path), fields)

        assert written(plain) == written(changed)
        assert family_digest(plain, b"k") == family_digest(changed, b"k")
        assert b"Zebulonquist" not in written(changed)


@pytest.mark.parametrize("path", ["member.address1", "member.ssn", "coverage.premium"])
def test_a_field_that_is_granted_is_reported(path: str) -> None:
    """The same flip is news where the grant allows the field, so that the laws above could fail."""
    world, feed = employer(), Feed()
    feed.run(world.snapshot())
    world.next_night(1)

    assert feed.plan(flipped_all(world.snapshot(), path)).content is not None


@given(histories(most=2), st.sets(st.sampled_from(sorted(FIELDS))), st.sets(st.sampled_from(sorted(FIELDS))))
def test_redacting_is_idempotent_and_fewer_fields_never_show_more(
    history: list[NightOf], some: set[FieldPath], more: set[FieldPath]
) -> None:
    world = World()
    for night in history:
        for what in night.happenings:
            world.happen(what)
    kept = some | STRUCTURAL_FIELDS
    for family in world.snapshot().people:
        few, many = redact(family, kept), redact(family, kept | more)

        assert redact(family, kept) == few
        assert redact(family, sorted(kept)) == few
        for narrow, wide in zip(few.members, many.members, strict=True):
            assert narrow.values.items() <= wide.values.items()
            assert set(narrow.values) == {p.partition(".")[2] for p in kept if p.startswith("member.")}
            for slim, broad in zip(narrow.coverages, wide.coverages, strict=True):
                assert slim.values.items() <= broad.values.items()
