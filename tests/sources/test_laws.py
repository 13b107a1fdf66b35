"""Laws: columns digest as objects do, and what nobody would call a change changes no digest."""

from __future__ import annotations

import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.feed.ports import SnapshotTable
from edi834.grants import Selection, family_digest, redact
from edi834.model import FIELDS, FieldPath
from edi834.model.fields import FieldKind
from edi834.sources import SourceSettings
from tests.sources.builders import KEY, Row, Tables, as_csv, coverage, errors, member, opened, shuffled
from tests.sources.test_rows import insured

pytestmark = pytest.mark.laws

SETTINGS = SourceSettings(settle_seconds=0, extra={"members": ("badge",), "coverages": ("bundle",)})
PATHS = sorted([*FIELDS, FieldPath("member.extra.badge"), FieldPath("coverage.extra.bundle")])
STRUCTURAL = [
    "coverage.benefit",
    "coverage.effective_date",
    "coverage.plan_code",
    "coverage.end_date",
    "member.relationship",
]
WORDS = ["", "Muñoz", "O’Brien", " van  der Berg ", "NA", "Straße", "İnci", "a\u0301b", "x;y|z", '"quoted", twice', "7"]

names = st.sampled_from([word for word in WORDS if word.strip()])
texts = st.sampled_from(WORDS)
days = st.sampled_from(["", "2025-03-01", "2026-02-28"])


@st.composite
def people(draw: st.DrawFn, group: str, employees: list[str]) -> list[Row]:
    """Employees with children, some of them a child of two employees."""
    rows: list[Row] = []
    for employee in employees:
        changed = {"group_id": group, "last_name": draw(names), "first_name": draw(names), "ssn": ""}
        changed |= {
            "salary": draw(st.sampled_from(["", "1", "1.50", "1234.5"])),
            "email": draw(st.sampled_from(["", "a@b.example", "?"])),
        }
        changed |= {
            "badge": draw(texts),
            "job_title": draw(texts),
            "hire_date": draw(days),
            "tobacco_use": draw(st.sampled_from(["", "yes", "No"])),
        }
        rows.append(member(employee, **changed))
    for child in [f"{group}-D{n}" for n in range(draw(st.integers(0, 3)))]:
        parents = draw(st.lists(st.sampled_from(employees), min_size=1, max_size=2, unique=True))
        rows += [member(child, parent, group_id=group, ssn="", middle_name=draw(texts)) for parent in parents]
    return rows


@st.composite
def snapshots(draw: st.DrawFn) -> Tables:
    """Two groups, whose people have coverages of several benefits and carriers, or none."""
    members = draw(people("juniper", ["E1", "E2"])) + draw(people("larch", ["E1", "E7"]))
    coverages: list[Row] = []
    others: list[Row] = []
    for row in members:
        for benefit in draw(st.lists(st.sampled_from(["medical", "dental", "vision"]), max_size=3, unique=True)):
            changed = {
                "group_id": row["group_id"],
                "benefit": benefit,
                "carrier_id": draw(st.sampled_from(["acme", "acme", "see"])),
            }
            changed |= {"subscriber_id": row["subscriber_id"], "policy_number": draw(texts), "bundle": draw(texts)}
            changed |= {
                "premium": draw(st.sampled_from(["", "0", "12.30"])),
                "end_date": draw(st.sampled_from(["", "2026-05-31"])),
            }
            coverages.append(coverage(row["member_id"], **changed))
            if draw(st.booleans()):
                later = {"effective_date": "2026-07-01", "end_date": "", "plan_code": draw(names)}
                coverages.append(coverages[-1] | {"end_date": "2026-05-31"} | later)
                coverages[-2]["end_date"] = "2026-05-31"
        if draw(st.booleans()):
            others.append(
                insured(row["member_id"], group_id=row["group_id"], carrier_name=draw(names), end_date=draw(days))
            )
    empty = coverage("nobody", subscriber_id="", policy_number="", bundle="", premium="", end_date="")
    unseen = member(
        "nobody",
        badge="",
        job_title="",
        salary="",
        email="",
        hire_date="",
        tobacco_use="",
        middle_name="",
        group_id="yew",
    )
    tables = {"members": [*members, unseen], "coverages": [*coverages, empty | {"group_id": "yew"}]}
    return tables | ({"other_insurance": others} if others else {})


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    """Any fields beside the structural ones, another choice for each group, or no group at all."""
    fields = {}
    for group in draw(st.lists(st.sampled_from(["juniper", "larch", "elm"]), unique=True, min_size=1)):
        chosen = draw(st.one_of(st.just(PATHS), st.lists(st.sampled_from(PATHS), unique=True)))
        fields[group] = tuple(sorted({*STRUCTURAL, *chosen}))
    benefits = draw(st.frozensets(st.sampled_from(["medical", "dental", "vision", "life"]), min_size=1))
    return Selection("acme", benefits, fields)  # type: ignore[arg-type]


def read(tables: Tables) -> SnapshotTable:
    with tempfile.TemporaryDirectory() as folder:
        return opened(as_csv(Path(folder) / "s", tables), SETTINGS)


@given(tables=snapshots(), selection=selections())
def test_the_digest_over_columns_is_the_digest_over_objects(tables: Tables, selection: Selection) -> None:
    snapshot = read(tables)

    digests = snapshot.digests(selection, KEY)
    families = {reported.ref: reported for reported in snapshot.families(selection, list(digests))}

    assert errors(snapshot) == []
    assert list(families) == sorted(digests)
    for ref, reported in families.items():
        assert family_digest(redact(reported, selection.fields[ref.group_id]), KEY) == digests[ref]


@given(tables=snapshots(), selection=selections())
def test_a_family_is_everybody_with_a_selected_coverage_and_the_subscriber_first(
    tables: Tables, selection: Selection
) -> None:
    """Reported from the rows themselves, without a column."""
    snapshot = read(tables)
    chosen = [
        row
        for row in tables["coverages"]
        if row["carrier_id"] == "acme" and row["benefit"] in selection.benefits and row["group_id"] in selection.fields
    ]
    expected = {(row["group_id"], row["subscriber_id"]) for row in chosen}

    families = list(snapshot.families(selection, list(snapshot.digests(selection, KEY))))

    assert {(reported.ref.group_id, reported.ref.subscriber_id) for reported in families} == expected
    for reported in families:
        mine = [
            row
            for row in chosen
            if (row["group_id"], row["subscriber_id"]) == (reported.ref.group_id, reported.ref.subscriber_id)
        ]
        dependents = sorted({row["member_id"] for row in mine} - {reported.ref.subscriber_id})
        assert [covered.member.member_id for covered in reported.members] == [reported.ref.subscriber_id, *dependents]
        for covered in reported.members:
            rows = [row for row in mine if row["member_id"] == covered.member.member_id]
            assert sorted((c.benefit, str(c.effective_date)) for c in covered.coverages) == sorted(
                (row["benefit"], row["effective_date"]) for row in rows
            )
            assert list(covered.coverages) == sorted(
                covered.coverages, key=lambda c: (c.benefit, c.effective_date, c.plan_code)
            )


@given(tables=snapshots(), selection=selections(), seed=st.integers(0, 99))
def test_order_case_blanks_and_composition_change_nothing(tables: Tables, selection: Selection, seed: int) -> None:
    once, again = read(tables), read(respelled(shuffled(tables, seed)))

    assert again.identity == once.identity
    assert again.digests(selection, KEY) == once.digests(selection, KEY)
    assert again.quarantined(selection) == once.quarantined(selection)


def respelled(tables: Tables) -> Tables:
    """The same people as another typist writes them; keys are the system's own and stay as they are."""
    return {
        name: [
            {c: text if c in KEYS else respelling(text, kind_of(name, c)) for c, text in row.items()} for row in rows
        ]
        for name, rows in tables.items()
    }


KEYS = {"group_id", "member_id", "subscriber_id", "carrier_id"}


def kind_of(table: str, column: str) -> FieldKind:
    prefix = {"members": "member", "coverages": "coverage"}.get(table, table)
    field = FIELDS.get(FieldPath(f"{prefix}.{column}"))
    return field.kind if field else FieldKind.TEXT


def respelling(text: str, kind: FieldKind) -> str:
    if kind is FieldKind.MONEY and text:
        return text + ("0" if text.count(".") and len(text.partition(".")[2]) < 2 else "")
    if kind is FieldKind.TEXT:
        return unicodedata.normalize("NFD", f"  {text.replace(' ', '  ')} ").swapcase() if stable(text) else f" {text} "
    return f" {text.upper()}  "


def stable(text: str) -> bool:
    """Some letters have no other case that leads back (the dotted capital I)."""
    return (
        text.swapcase().casefold() == text.casefold() and unicodedata.normalize("NFD", text).swapcase().casefold() != ""
    )
