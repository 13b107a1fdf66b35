"""The story: that the README tells what the files hold, and what would be reported of it to each carrier.

The README's tables are the expectation; what is reported comes from the committed files, the sample grants and the
engine's own comparison.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from dataclasses import dataclass

import pytest

from edi834.book import Action, MemberStatement
from edi834.grants.selection import family_digest
from samples.cast import tier_of
from tests.samples.reading import CARRIERS, DAYS, SAMPLES, Reported, Row, as_of, rows, telling

FRIENDS = {
    "accents": {"Muñoz", "Zoë", "Sørensen", "Novák", "Óscar", "Aurélie"},
    "apostrophes": {"O'Brien", "D'Angelo-Reid", "Ferreira-O'Dell", "O'Brien-Walsh"},
    "two words": {"Running Bear", "Saint-Pierre"},
    "looks absent": {"Null"},
}


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """What is reported to one carrier of one person on one day: in the README, or by the engine."""

    day: int
    carrier: str
    member: str
    action: str
    reason: str
    days: frozenset[str]


@functools.cache
def reported() -> dict[tuple[str, int], Reported]:
    return {(carrier, day): what for carrier in CARRIERS for day, what in telling(carrier)}


@functools.cache
def readme() -> str:
    return (SAMPLES / "README.md").read_text(encoding="utf-8")


def promised() -> set[Line]:
    """The lines of the README's tables."""
    lines = set()
    for section in readme().split("\n### Day ")[1:]:
        day = int(section.partition(":")[0])
        for who, to, action, reason, days in re.findall(
            r"^\| (J[^|]*) \| ([^|]*) \| ([^|]*) \| ([^|]*) \| ?([^|]*) ?\|$", section, flags=re.MULTILINE
        ):
            words = frozenset(word.strip() for word in days.split(",") if word.strip())
            lines |= {Line(day, c, m, action, reason, words) for m in who.split(", ") for c in to.split(", ")}
    return lines


def days_of(statement: MemberStatement) -> frozenset[str]:
    """What the README says of the spans: what begins, what ends, and the tier it changes to."""
    words = set()
    for span in statement.coverages:
        if span.action is Action.END:
            words.add(f"until {span.end}")
        elif span.action is Action.ADD:
            words.add(f"from {span.begin}")
        elif span.coverage.values.get("tier"):
            words.add(f"tier {span.coverage.values['tier']}")
    return frozenset(words)


def statements(carrier: str, day: int) -> list[MemberStatement]:
    return [member for family in reported()[carrier, day].statements for member in family.members]


def actual() -> set[Line]:
    return {
        Line(day, carrier, s.member.ref.member_id, s.action, s.reason or "", days_of(s))
        for carrier in CARRIERS
        for day in DAYS
        if day > 1
        for s in statements(carrier, day)
    }


def test_what_the_readme_says_is_reported_to_each_carrier_and_nothing_else() -> None:
    assert sorted(actual() - promised()) == []
    assert sorted(promised() - actual()) == []
    assert len(promised()) > 50


def test_day_1_tells_each_carrier_of_everyone_it_covers() -> None:
    counts = {carrier: len(statements(carrier, 1)) for carrier in CARRIERS}
    sentence = ", ".join(f"{carrier} {count}" for carrier, count in counts.items())

    assert all(s.action is Action.ADD for carrier in CARRIERS for s in statements(carrier, 1))
    assert f"it covers: {sentence}." in readme()


def test_day_1_has_as_many_people_as_the_readme_says() -> None:
    members = rows(1, "members")
    employees = [row for row in members if row["relationship"] == "self"]

    assert f"{len(members)} people, {len(employees)} of them employees." in readme()
    assert len(members) >= 160
    assert len(employees) >= 64


def test_six_employees_waived_medical_coverage() -> None:
    covered = {row["member_id"] for row in rows(1, "coverages") if row["benefit"] == "medical"}
    waived = [row["member_id"] for row in rows(1, "members") if row.get("event") == "voluntary_waive"]
    employees = [row["member_id"] for row in rows(1, "members") if row["relationship"] == "self"]

    assert [m for m in employees if m not in covered] == waived
    assert len(waived) == 6
    assert "J1018, J1031, J1040, J1057, J1061 and J1066 waived" in readme()
    assert waived == ["J1018", "J1031", "J1040", "J1057", "J1061", "J1066"]


@pytest.mark.parametrize("day", [8, 9])
def test_what_means_nothing_tells_nothing(day: int) -> None:
    people = {s.member.ref.member_id for carrier in CARRIERS for s in statements(carrier, day)}

    assert people == ({"J1009-2"} if day == 9 else set())


def test_the_families_with_a_mistake_stand_as_they_were_reported() -> None:
    standing = {carrier: reported()[carrier, 9].standing for carrier in CARRIERS}

    assert standing["cedar"] == {"J1045", "J1048"}
    assert all(standing[carrier] == {"J1045"} for carrier in CARRIERS if carrier != "cedar")
    for carrier in CARRIERS:
        for ref, family in reported()[carrier, 8].book.items():
            if ref.subscriber_id in {"J1045", "J1048"}:
                assert family_digest(reported()[carrier, 10].book[ref], b"samples") == family_digest(family, b"samples")


def test_whoever_vanished_is_still_held_by_the_carriers() -> None:
    for carrier in ("northstar", "cedar", "lantern", "granite"):
        missing = [ref.member_id for desired in reported()[carrier, 10].desired for ref in desired.missing]
        held = {ref.subscriber_id for ref in reported()[carrier, 10].book}

        assert missing == ["J1052"]
        assert "J1052" in held
    assert "J1052" not in {row["member_id"] for row in rows(10, "members")}


def test_a_rehire_begins_a_new_span_after_a_gap() -> None:
    spans = [r for r in rows(10, "coverages") if r["member_id"] == "J1041" and r["benefit"] == "medical"]

    assert [(s["effective_date"], s.get("end_date")) for s in spans] == [
        ("2026-01-01", "2026-10-31"),
        ("2026-12-01", None),
    ]


@pytest.mark.parametrize("day", [day for day in DAYS if day != 9])
def test_the_tier_says_who_is_covered(day: int) -> None:
    relationship = {row["member_id"]: row for row in rows(day, "members")}
    spans = rows(day, "coverages")
    tiers = [span for span in spans if "tier" in span]

    assert [(own["member_id"], own["benefit"], own["tier"]) for own in tiers if own["tier"] != _counted(
        own, spans, relationship, as_of(day).isoformat()
    )] == []  # fmt: skip
    assert len(tiers) > 120


def _counted(own: Row, spans: list[Row], people: dict[str, Row], today: str) -> str:
    """The tier of whoever is covered beside this span, on a day that it covers."""
    day = min(max(today, own["effective_date"]), own.get("end_date", "9999"))
    beside = [
        people[span["member_id"]]["relationship"]
        for span in spans
        if span["member_id"] != own["member_id"]
        and people[span["member_id"]]["subscriber_id"] == own["member_id"]
        and (span["benefit"], span["plan_code"]) == (own["benefit"], own["plan_code"])
        and span["effective_date"] <= day <= span.get("end_date", "9999")
    ]
    return tier_of(beside)


def test_names_are_as_various_as_people() -> None:
    names = {row[name] for day in DAYS for row in rows(day, "members") for name in ("last_name", "first_name")}

    assert {kind: sorted(wanted - names) for kind, wanted in FRIENDS.items() if wanted - names} == {}


def test_the_particular_people_are_who_the_readme_says_they_are() -> None:
    people = {row["member_id"]: row for row in rows(1, "members")}
    others = Counter(row["member_id"] for row in rows(1, "other_insurance"))

    assert people["J1047"]["medicare_parts"] == "AB"
    assert people["J1047"]["employment_status"] == "retired"
    assert people["J1021"]["cobra_event"] == "termination"
    assert people["J1025"]["employment_status"] == "leave"
    assert people["J1013-2"]["disabled"] == "yes"
    assert people["J1011-2"]["student_status"] == "full_time"
    assert people["J1035-1"]["relationship"] == "domestic_partner"
    assert people["J1050-5"]["relationship"] == "stepchild"
    assert people["J1059-3"]["relationship"] == "adopted_child"
    assert people["J1063"]["mailing_address1"].startswith("PO Box")
    assert people["J1030-1"]["custodial_parent_last_name"]
    assert people["J1006"]["last_name"] == "Null"
    assert others["J1002-1"] == 1
    assert len(others) == 6


@pytest.mark.parametrize("day", DAYS)
def test_whoever_is_in_the_hmo_has_chosen_a_physician(day: int) -> None:
    chosen = [
        ("provider_code" in row, row["plan_code"]) for row in rows(day, "coverages") if row["benefit"] == "medical"
    ]

    assert all(has == (plan == "HMO1") for has, plan in chosen)
    assert (True, "HMO1") in chosen
