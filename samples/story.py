"""The story: what happens at Juniper Ridge Timber Company from day 2 to day 10.

A day changes the rows as the benefits system would; it invents nobody but those whom the story needs, and it leaves
every other row as it was.
Who is there on day 1 is ``cast.py``'s; what should be reported to each carrier on each day stands in ``README.md``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from samples.cast import Company, Row, enroll, family_of, founded, person, priced, tier_of

__all__ = ["FIRST_DAY", "days"]

FIRST_DAY = date(2026, 11, 1)

_HOME = ("address1", "city", "state", "postal_code", "county", "country")


def days() -> Iterator[tuple[date, Company]]:
    """Give each day's date and the company as the benefits system then believes it to be."""
    company = founded()
    yield FIRST_DAY, copy.deepcopy(company)
    for number, happens in enumerate(_STORY, start=1):
        happens(company)
        yield FIRST_DAY + timedelta(days=number), _with_that_day_s_mistakes(number + 1, copy.deepcopy(company))


def _two_hires(company: Company) -> None:
    _hire(company, "J1067", "Adeyemi-Larsson Zoë F 1991-03-30", _FORESTER, "PPO500 DPPO VIS1 VL50", "2026-11-02",
          ("spouse Tomás M 1990-10-12", "child Noor F 2019-08-17"))  # fmt: skip
    _hire(company, "J1068", "O'Brien-Walsh Declan M 1988-05-03", _SAWYER, "HMO1 DHMO VIS1 FH1500", "2026-11-16",
          ("spouse Siobhán F 1989-12-21", "child Fionn M 2017-01-11", "child Aoife F 2020-04-02"))  # fmt: skip


def _a_birth(company: Company) -> None:
    born = "2026-11-02"
    child = person("J1009-2", "J1009", "child", ("Hollis", "Wren"), "F", born)
    del child["ssn"]
    _admit(company, child, "birth", born, ("PPO500", "DPPO", "VIS1"))


def _a_marriage(company: Company) -> None:
    wedding = "2026-11-04"
    spouse = person("J1015-1", "J1015", "spouse", ("O'Dell", "Callum"), "M", "1993-08-24")
    spouse["marital_status"] = "married"
    company.members["J1015"] |= {"last_name": "Ferreira-O'Dell", "marital_status": "married"}
    _admit(company, spouse, "marriage", wedding, ("PPO500", "DPPO"))


def _a_divorce(company: Company) -> None:
    _happened(company, "J1020", "divorce", "2026-11-04")
    _happened(company, "J1020-1", "divorce", "2026-11-04")
    company.members["J1020"]["marital_status"] = "divorced"
    company.members["J1020-1"] |= {"relationship": "ex_spouse", "marital_status": "divorced"}
    _end(company, "J1020-1", "2026-11-04", "divorce")
    _count_again(company, "J1020")


def _a_plan_change_and_a_move(company: Company) -> None:
    for member in family_of(company, "J1024"):
        _happened(company, member["member_id"], "plan_change", "2026-12-01")
        old = next(c for c in _open(company, member["member_id"]) if c["benefit"] == "medical")
        new = old | {"plan_code": "HDHP1", "effective_date": "2026-12-01"}
        old |= {"end_date": "2026-11-30", "end_reason": "plan_change"}
        company.coverages.append(new | (priced("HDHP1", new["tier"]) if "tier" in new else {}))
    for member in family_of(company, "J1028"):
        _happened(company, member["member_id"], "address_change", "2026-11-05")
        member |= dict(zip(_HOME, ("2415 Tamarack Street", "Baker City", "OR", "97814", "Baker", "US"), strict=True))
        member["address2"] = "Unit 3"


def _two_departures_and_a_death(company: Company) -> None:
    for subscriber_id, last_day, end in (("J1033", "2026-11-06", "2026-11-30"), ("J1041", "2026-10-16", "2026-10-31")):
        company.members[subscriber_id] |= {"employment_status": "terminated", "termination_date": last_day}
        for member in family_of(company, subscriber_id):
            _happened(company, member["member_id"], "termination", last_day)
            _end(company, member["member_id"], end, "termination")
    company.members["J1036-1"]["death_date"] = "2026-11-05"
    company.members["J1036"]["marital_status"] = "widowed"
    _happened(company, "J1036-1", "death", "2026-11-05")
    _happened(company, "J1036", "tier_change", "2026-11-05")
    _end(company, "J1036-1", "2026-11-05", "death")
    _count_again(company, "J1036")


def _nothing(company: Company) -> None:
    """Day 8 is another way of writing day 7 down, which is ``generate.py``'s."""


def _a_number_arrives(company: Company) -> None:
    company.members["J1009-2"]["ssn"] = person("J1009-2", "J1009", "child", ("", ""), "F", "")["ssn"]
    _happened(company, "J1009-2", "identity_correction", "2026-11-09")


def _a_return_and_a_disappearance(company: Company) -> None:
    company.members["J1041"] |= {"employment_status": "active", "rehire_date": "2026-11-09"}
    del company.members["J1041"]["termination_date"]
    _happened(company, "J1041", "rehire", "2026-11-09")
    enroll(company, "J1041", "PPO500 DPPO VIS1", date(2026, 12, 1))
    del company.members["J1052"]
    company.coverages = [c for c in company.coverages if c["member_id"] != "J1052"]


_STORY: tuple[Callable[[Company], None], ...] = (
    _two_hires,
    _a_birth,
    _a_marriage,
    _a_divorce,
    _a_plan_change_and_a_move,
    _two_departures_and_a_death,
    _nothing,
    _a_number_arrives,
    _a_return_and_a_disappearance,
)

_FORESTER = ("J1058", "Forester")
_SAWYER = ("J1026", "Sawyer")


def _with_that_day_s_mistakes(day: int, company: Company) -> Company:
    """What somebody keyed wrongly on day 9 and put right on day 10."""
    if day == 9:
        company.members["J1045-2"]["birth_date"] = "2019-02-29"
        wrong = next(c for c in company.coverages if c["member_id"] == "J1048" and c["benefit"] == "dental")
        wrong["tier"] = "employee_plus_one"
    return company


def _hire(
    company: Company,
    member_id: str,
    words: str,
    like: tuple[str, str],
    elections: str,
    hired: str,
    dependents: tuple[str, ...],
) -> None:
    """Hire someone into the job and place of a colleague, with the family."""
    colleague, job = company.members[like[0]], like[1]
    last_name, first_name, gender, born = words.split()
    kept = ("class_code", "department", "division", "union_code", "location_code", "salary", "salary_basis")
    employee = person(member_id, member_id, "self", (last_name, first_name), gender, born)
    employee |= {k: colleague[k] for k in (*kept, "hours_per_week", "work_phone") if k in colleague}
    employee |= {k: colleague[k] for k in _HOME} | {"address1": f"{member_id[-2:]} Larch Avenue"}
    employee |= {"job_title": job, "employment_status": "active", "marital_status": "married", "hire_date": hired}
    company.members[member_id] = employee
    for number, dependent in enumerate(dependents, start=1):
        relationship, name, sex, day = dependent.split()
        row = person(f"{member_id}-{number}", member_id, relationship, (last_name, name), sex, day)
        company.members[row["member_id"]] = row | {k: employee[k] for k in _HOME}
    for member in family_of(company, member_id):
        _happened(company, member["member_id"], "new_hire", hired)
    enroll(company, member_id, elections, date.fromisoformat(hired))


def _admit(company: Company, member: Row, event: str, day: str, plans: tuple[str, ...]) -> None:
    """Add a dependent to a family and to those of its plans."""
    subscriber = company.members[member["subscriber_id"]]
    company.members[member["member_id"]] = member | {k: subscriber[k] for k in _HOME}
    for own in _open(company, subscriber["member_id"]):
        if own["plan_code"] in plans:
            shared = ("group_id", "benefit", "plan_code", "carrier_id", "policy_number")
            spans = {k: own[k] for k in shared}
            company.coverages.append(spans | {"member_id": member["member_id"], "effective_date": day})
    _happened(company, subscriber["member_id"], event, day)
    _happened(company, member["member_id"], event, day)
    _count_again(company, subscriber["member_id"])


def _happened(company: Company, member_id: str, event: str, day: str) -> None:
    company.members[member_id] |= {"event": event, "event_date": day}


def _open(company: Company, member_id: str) -> list[Row]:
    return [c for c in company.coverages if c["member_id"] == member_id and "end_date" not in c]


def _end(company: Company, member_id: str, last_day: str, reason: str) -> None:
    for coverage in _open(company, member_id):
        coverage |= {"end_date": last_day, "end_reason": reason}


def _count_again(company: Company, subscriber_id: str) -> None:
    """Put tier and premium right after somebody joined or left the family's coverages."""
    dependents = [m for m in family_of(company, subscriber_id) if m["member_id"] != subscriber_id]
    for own in _open(company, subscriber_id):
        if "tier" not in own:
            continue
        covered = [
            d["relationship"]
            for d in dependents
            if any(c["benefit"] == own["benefit"] for c in _open(company, d["member_id"]))
        ]
        own |= priced(own["plan_code"], tier_of(covered))
