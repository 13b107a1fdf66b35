"""The cast: everybody of Juniper Ridge Timber Company on day 1, made from ``cast.csv``, with coverages and premiums.

Everybody is invented: Social Security numbers are of the 900 range, telephones 555-01xx, mail example.com; what the
cast leaves open is chosen by a digest of the person's identifier, so it is the same in every run and on every machine.
What happens to these people afterwards is ``story.py``'s, and how it is written down is ``generate.py``'s.
"""

from __future__ import annotations

import csv
import hashlib
import unicodedata
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

from samples.rates import AREAS, JOBS, POLICIES, PREMIUMS, PROVIDERS, SITES, STREETS, VOLUNTARY_LIFE_RATE

__all__ = ["GROUP", "Company", "Row", "enroll", "family_of", "founded", "person", "priced", "tier_of"]

GROUP = "juniper"
Row = dict[str, str]
CAST = Path(__file__).with_name("cast.csv")

_PLAN_YEAR = date(2026, 1, 1)
_CARRIERS = {
    "medical": "northstar",
    "dental": "cedar",
    "vision": "lantern",
    "life": "granite",
    "voluntary_life": "granite",
    "fsa_health": "harbor",
    "fsa_dependent": "harbor",
}
_RELATIONSHIPS = {"s": "spouse", "p": "domestic_partner", "c": "child"}
_CENT = Decimal("0.01")


@dataclass(slots=True)
class Company:
    """What the benefits system believes on one day, as rows of text.

    Attributes:
      group: The employer's one row.
      members: The people, by member_id.
      coverages: The spans.
      other_insurance: Other insurance that people have.
    """

    group: Row
    members: dict[str, Row]
    coverages: list[Row]
    other_insurance: list[Row] = field(default_factory=list)


def founded() -> Company:
    """Give the company as it stands on day 1."""
    company = Company(_group(), {}, [])
    with CAST.open(encoding="utf-8", newline="") as lines:
        for cast in csv.DictReader(lines):
            _join(company, cast)
    _remember_the_particular(company)
    return company


def family_of(company: Company, subscriber_id: str) -> list[Row]:
    """Give one family's rows, the subscriber first."""
    return [m for m in company.members.values() if m["subscriber_id"] == subscriber_id]


def tier_of(relationships: list[str]) -> str:
    """Give the tier of those who are covered beside the subscriber."""
    children = sum(1 for r in relationships if r not in {"spouse", "domestic_partner", "ex_spouse"})
    if len(relationships) > children:
        return "family" if children else "employee_spouse"
    return ("employee", "employee_child")[children] if children < 2 else "employee_children"


def person(member_id: str, subscriber_id: str, relationship: str, name: tuple[str, str], gender: str, born: str) -> Row:
    """Give a member's row with what every row has; the name is the family name and the given name."""
    return {
        "group_id": GROUP,
        "member_id": member_id,
        "subscriber_id": subscriber_id,
        "relationship": relationship,
        "last_name": name[0],
        "first_name": name[1],
        "gender": gender,
        "birth_date": born,
        "ssn": _ssn(member_id),
    }


def enroll(company: Company, subscriber_id: str, elections: str, first_day: date) -> None:
    """Add the family's coverages from that day on.

    Args:
      company: Is changed.
      subscriber_id: Whose family.
      elections: Words as in ``cast.csv``: a plan (``PPO500``), ``PLAN:e`` for the employee alone, a voluntary life face
        amount in thousands (``VL50``, a spouse's ``SVL25``), an election in dollars (``FH900``, ``FD5000``); ``-`` is
        a waiver.
      first_day: The first covered day; a child born later is covered from its birth.
    """
    family = family_of(company, subscriber_id)
    for election in elections.split():
        company.coverages.extend(_elected(election, family, first_day))
    if family[0].get("employment_status") not in {"cobra", "retired"}:
        company.coverages.append(_life(family[0], first_day))


def _join(company: Company, cast: Row) -> None:
    """Bring one employee and the family in."""
    employee = _employee(cast)
    company.members[employee["member_id"]] = employee
    for number, words in enumerate((w for w in cast["dependents"].split("; ") if w), start=1):
        letter, *name, gender, born = words.split()
        row = person(
            f"{cast['member_id']}-{number}", cast["member_id"], _RELATIONSHIPS[letter],
            (cast["last_name"], " ".join(name)), gender, born,
        )  # fmt: skip
        row |= {k: employee[k] for k in ("address1", "city", "state", "postal_code", "county", "country")}
        if letter != "c":
            row["marital_status"] = employee["marital_status"] = "married" if letter == "s" else "domestic_partner"
        company.members[row["member_id"]] = row
    hired = date.fromisoformat(cast["hire_date"])
    first_day = _PLAN_YEAR if hired < _PLAN_YEAR else (hired.replace(day=28) + timedelta(days=4)).replace(day=1)
    if hired >= _PLAN_YEAR:
        for row in family_of(company, cast["member_id"]):
            row |= {"event": "new_hire", "event_date": cast["hire_date"]}
    _settle(employee)
    enroll(company, cast["member_id"], cast["elections"], first_day)


def _employee(cast: Row) -> Row:
    """An employee's row: the person, the job and the home."""
    row = person(
        cast["member_id"], cast["member_id"], "self", (cast["last_name"], cast["first_name"]), cast["gender"],
        cast["birth_date"],
    )  # fmt: skip
    job = JOBS[cast["job"]]
    row |= {
        "middle_name": cast["middle_name"],
        "marital_status": "single",
        "email": _mail(cast["first_name"], cast["last_name"]),
        "home_phone": f"{AREAS[cast['site']]}55501{_pick(cast['member_id'] + '/home', 100):02d}",
        "work_phone": f"{AREAS[cast['site']]}5550100",
        "employment_status": "active",
        "hire_date": cast["hire_date"],
        "job_title": cast["job"],
        "location_code": cast["site"],
        "hours_per_week": "40",
    }
    row |= {k: v for k, v in zip(("class_code", "department", "division", "union_code"), job[:4], strict=True) if v}
    row |= {"salary": job[4], "salary_basis": "annual" if Decimal(job[4]) > 1000 else "hourly"}
    return row | _home(cast["member_id"], cast["site"])


def _home(member_id: str, site: str) -> Row:
    """A residence near the site."""
    city, state, postal_code, county = SITES[site][_pick(member_id + "/city", len(SITES[site]))]
    street = STREETS[_pick(member_id + "/street", len(STREETS))]
    number = 101 + _pick(member_id + "/number", 1800)
    return {
        "address1": f"{number} {street}",
        "city": city,
        "state": state,
        "postal_code": postal_code,
        "county": county,
        "country": "US",
    }


def _settle(employee: Row) -> None:
    """One retired, one on COBRA, one on leave: before the enrollment, because it decides what they may have."""
    match employee["member_id"]:
        case "J1047":
            employee |= {"employment_status": "retired", "retirement_date": "2025-12-31", "class_code": "R"}
        case "J1021":
            employee |= {"employment_status": "cobra", "termination_date": "2025-12-31", "cobra_event": "termination"}
            employee |= {"cobra_begin": "2026-01-01", "cobra_end": "2027-06-30"}
        case "J1025":
            employee["employment_status"] = "leave"


def _remember_the_particular(company: Company) -> None:
    """What is true of one person only: Medicare, disability, a school, court orders, waivers, other insurance."""
    members = company.members
    members["J1047"] |= {"medicare_id": "1EG4TE5MK73", "medicare_parts": "AB", "medicare_begin": "2023-05-01"}
    members["J1047"] |= {"medicare_reason": "age"}
    members["J1013-2"] |= {"disabled": "yes", "disability_begin": "1997-04-22"}
    members["J1011-2"] |= {"student_status": "full_time", "school_name": "University of Idaho"}
    members["J1050-5"]["relationship"] = "stepchild"
    members["J1059-3"]["relationship"] = "adopted_child"
    members["J1063"] |= {"mailing_address1": "PO Box 412", "mailing_city": "McCall", "mailing_state": "ID"}
    members["J1063"] |= {"mailing_postal_code": "83638", "mailing_country": "US"}
    members["J1030-1"] |= {"custodial_parent_last_name": "Lozano", "custodial_parent_first_name": "Esteban"}
    members["J1030-1"] |= {"custodial_parent_phone": "5095550177", "custodial_parent_address1": "88 Orchard Lane"}
    members["J1030-1"] |= {"custodial_parent_city": "Colville", "custodial_parent_state": "WA"}
    members["J1030-1"] |= {"custodial_parent_postal_code": "99114"}
    members["J1028"]["name_suffix"] = "Jr"
    for member_id in ("J1006", "J1012", "J1030"):
        members[member_id]["marital_status"] = "divorced"
    members["J1021"]["marital_status"] = "widowed"
    for member_id in ("J1018", "J1031", "J1040", "J1057", "J1061", "J1066"):
        members[member_id] |= {"event": "voluntary_waive", "event_date": "2025-11-14"}
    company.other_insurance.extend(_others())


def _others() -> list[Row]:
    names = ("group_id", "member_id", "order", "carrier_name", "policy_number", "begin_date", "benefit")
    reported = (
        ("J1002-1", "P", "Sawtooth Mutual", "SM-771204", "2024-01-01", "medical"),
        ("J1017-1", "P", "Payette Health Cooperative", "PHC20991", "2025-07-01", "medical"),
        ("J1030-1", "P", "Payette Health Cooperative", "PHC31777", "2026-01-01", "medical"),
        ("J1042-1", "S", "Sawtooth Mutual", "SM-802233", "2023-01-01", "dental"),
        ("J1047", "P", "Medicare", "1EG4TE5MK73", "2023-05-01", "medical"),
        ("J1062-2", "S", "Clearwater Benefit Trust", "CBT-5510", "2026-01-01", "medical"),
    )
    return [dict(zip(names, (GROUP, *row), strict=True)) for row in reported]


def _elected(election: str, family: list[Row], first_day: date) -> list[Row]:
    """The rows of one election, for everyone it covers."""
    word, _, who = election.partition(":")
    employee = family[0]
    if word.startswith("SVL"):
        return [_volume(family[1], "voluntary_life", "VLIFE", Decimal(word[3:] + "000"), first_day)]
    if word.startswith("VL"):
        return [_volume(employee, "voluntary_life", "VLIFE", Decimal(word[2:] + "000"), first_day)]
    if word.startswith("FH"):
        return [_volume(employee, "fsa_health", "FSAH", Decimal(word[2:]), first_day)]
    if word.startswith("FD"):
        return [_volume(employee, "fsa_dependent", "FSAD", Decimal(word[2:]), first_day)]
    covered = [] if word == "-" else family[:1] if who == "e" else family
    return [_span(m, word, first_day, tier_of([d["relationship"] for d in covered[1:]])) for m in covered]


def _span(member: Row, plan: str, first_day: date, tier: str) -> Row:
    """One person's span of a medical, dental or vision plan; tier and premium stand on the subscriber's row."""
    benefit = {"PPO500": "medical", "HDHP1": "medical", "HMO1": "medical", "VIS1": "vision"}.get(plan, "dental")
    row = _coverage(member, benefit, plan, max(first_day, date.fromisoformat(member["birth_date"])))
    if member["relationship"] == "self":
        row |= priced(plan, tier)
        if member.get("employment_status") == "cobra":
            row["policy_number"] += "C"
    if plan == "HMO1":
        code, name = PROVIDERS[_pick(member["member_id"] + "/provider", len(PROVIDERS))]
        known = "yes" if _pick(member["member_id"] + "/known", 3) else "no"
        row |= {"provider_code": code, "provider_name": name, "provider_existing_patient": known}
    return row


def priced(plan: str, tier: str) -> Row:
    """Give tier and monthly premium of a plan, the employee paying a fifth."""
    premium = PREMIUMS[plan][tier]
    share = (premium / 5).quantize(_CENT)
    return {
        "tier": tier,
        "premium": str(premium),
        "employee_contribution": str(share),
        "employer_contribution": str(premium - share),
        "premium_frequency": "monthly",
    }


def _life(employee: Row, first_day: date) -> Row:
    """The employer's life insurance: a year's earnings, rounded up to the next thousand, free for the employee."""
    salary = Decimal(employee["salary"]) * (1 if employee["salary_basis"] == "annual" else 2080)
    volume = (salary / 1000).to_integral_value(ROUND_CEILING) * 1000
    premium = (volume / 1000 * Decimal("0.14")).quantize(_CENT)
    row = _coverage(employee, "life", "LIFE1X", first_day) | {"volume": f"{volume}.00", "premium": str(premium)}
    return row | {"employer_contribution": str(premium), "premium_frequency": "monthly"}


def _volume(member: Row, benefit: str, plan: str, volume: Decimal, first_day: date) -> Row:
    """A span with an amount: a voluntary life face amount with its premium, or a yearly election."""
    row = _coverage(member, benefit, plan, first_day) | {"volume": f"{volume}.00", "premium_frequency": "monthly"}
    if benefit == "voluntary_life":
        premium = (volume / 1000 * VOLUNTARY_LIFE_RATE).quantize(_CENT)
        return row | {"premium": str(premium), "employee_contribution": str(premium)}
    return row | {"employee_contribution": str((volume / 12).quantize(_CENT))}


def _coverage(member: Row, benefit: str, plan: str, first_day: date) -> Row:
    return {
        "group_id": GROUP,
        "member_id": member["member_id"],
        "benefit": benefit,
        "plan_code": plan,
        "carrier_id": _CARRIERS[benefit],
        "policy_number": POLICIES[_CARRIERS[benefit]],
        "effective_date": first_day.isoformat(),
    }


def _group() -> Row:
    return {
        "group_id": GROUP,
        "name": "Juniper Ridge Timber Company",
        "tax_id": "900417726",
        "address1": "1200 Mill Race Road",
        "city": "Boise",
        "state": "ID",
        "postal_code": "83704",
        "country": "US",
        "contact_name": "Priya Ashworth",
        "contact_email": "benefits@example.com",
        "contact_phone": "2085550110",
        "reenrollment_date": "2027-01-01",
    }


def _ssn(member_id: str) -> str:
    """A number of the 900 range, which is never issued."""
    group = 1 + _pick(member_id + "/group", 99)
    serial = 1 + _pick(member_id + "/serial", 9999)
    return f"9{_pick(member_id + '/area', 100):02d}{group:02d}{serial:04d}"


def _mail(first_name: str, last_name: str) -> str:
    plain = unicodedata.normalize("NFKD", f"{first_name}.{last_name}".lower().replace("ø", "o"))
    return "".join(c for c in plain if c in "abcdefghijklmnopqrstuvwxyz.-") + "@example.com"


def _pick(label: str, choices: int) -> int:
    """A choice that is always the same for the same label: 0 to choices - 1."""
    return int.from_bytes(hashlib.sha256(f"{GROUP}/{label}".encode()).digest()[:8]) % choices
