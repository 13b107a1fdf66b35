"""The written form: a released family comes back as it was, and the same family is always the same content."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st

from edi834.grants import (
    Record,
    ReleasedCoverage,
    ReleasedFamily,
    ReleasedMember,
    family_digest,
)
from edi834.grants.payload import family_of, written
from edi834.model import FIELDS, FamilyRef, FieldKind, GroupId, MemberId, MemberRef, Value

KEY = b"k" * 32
VALUES: Mapping[FieldKind, st.SearchStrategy[Value]] = {
    FieldKind.TEXT: st.text(max_size=12),
    FieldKind.CODE: st.text(max_size=12),
    FieldKind.DATE: st.dates(),
    FieldKind.MONEY: st.decimals(allow_nan=False, allow_infinity=False, places=2),
    FieldKind.INTEGER: st.integers(0, 999),
    FieldKind.FLAG: st.booleans(),
}
STRUCTURE = {"benefit": st.sampled_from(["medical", "dental"]), "plan_code": st.text(max_size=4)}


def records(table: str, **fixed: st.SearchStrategy[Value]) -> st.SearchStrategy[Record]:
    """Records of that table with any of its fields, extras included."""
    optional: dict[str, st.SearchStrategy[Value]] = {
        field.name: st.none() | VALUES[field.kind] for field in FIELDS.values() if field.table == table
    }
    if table != "other_insurance":
        optional["extra.badge"] = st.none() | st.text(max_size=8)
    keys = {name: strategy for name, strategy in optional.items() if name not in fixed}
    drawn = st.fixed_dictionaries(dict(fixed), optional=keys)
    return drawn.map(lambda values: MappingProxyType(dict(sorted(values.items()))))


COVERAGES = st.builds(
    ReleasedCoverage,
    records("coverage", **STRUCTURE, effective_date=st.dates(), end_date=st.none() | st.dates()),
    continues=st.booleans(),
)


def restored(content: bytes) -> ReleasedFamily:
    return family_of(json.loads(content))


@st.composite
def families(draw: st.DrawFn) -> ReleasedFamily:
    ref = FamilyRef(GroupId("acme"), MemberId("E1"))
    names = ["E1", *draw(st.lists(st.sampled_from(["E1-1", "E1-2", "E1-3"]), unique=True, max_size=2))]
    members = [
        ReleasedMember(
            ref=MemberRef(ref.group_id, ref.subscriber_id, MemberId(name)),
            values=draw(records("member")),
            coverages=tuple(draw(st.lists(COVERAGES, max_size=2))),
            other_insurance=tuple(draw(st.lists(records("other_insurance"), max_size=1))),
        )
        for name in names
    ]
    return ReleasedFamily(ref, ()).with_members(members)


@given(families())
def test_what_is_written_is_read_back(family: ReleasedFamily) -> None:
    back = restored(written(family))

    assert back == family
    assert family_digest(back, KEY) == family_digest(family, KEY)


@given(families())
def test_the_same_family_is_the_same_bytes(family: ReleasedFamily) -> None:
    turned = ReleasedFamily(
        family.ref,
        tuple(
            ReleasedMember(
                m.ref, MappingProxyType(dict(reversed(list(m.values.items())))), m.coverages, m.other_insurance
            )
            for m in family.members
        ),
    )

    assert written(turned) == written(family)


def small(**values: Value) -> ReleasedFamily:
    ref = FamilyRef(GroupId("acme"), MemberId("E1"))
    person = ReleasedMember(MemberRef(ref.group_id, ref.subscriber_id, MemberId("E1")), MappingProxyType(values), ())
    return ReleasedFamily(ref, (person,))


def test_a_decimal_comes_back_a_decimal_and_a_date_a_date() -> None:
    back = restored(written(small(salary=Decimal("1234.50"), birth_date=date(1980, 1, 1), disabled=False)))
    values = back.members[0].values

    assert values["salary"] == Decimal("1234.50")
    assert str(values["salary"]) == "1234.50"
    assert type(values["birth_date"]) is date
    assert values["disabled"] is False


def test_text_that_looks_like_a_date_or_number_stays_text() -> None:
    values = restored(written(small(last_name="2026-01-01", postal_code="01234"))).members[0].values

    assert values == {"last_name": "2026-01-01", "postal_code": "01234"}


def test_absent_and_not_released_are_two_things() -> None:
    absent, unreleased = restored(written(small(ssn=None))), restored(written(small()))

    assert "ssn" in absent.members[0].values
    assert "ssn" not in unreleased.members[0].values


@given(families())
def test_the_digest_tells_keys_and_families_apart(family: ReleasedFamily) -> None:
    other = family.with_members(
        [*family.members, ReleasedMember(MemberRef(GroupId("acme"), MemberId("E1"), MemberId("E9")), {}, ())]
    )

    assert family_digest(family, KEY) != family_digest(other, KEY)
    assert family_digest(family, KEY) != family_digest(family, b"x" * 32)
