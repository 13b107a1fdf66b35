"""The people of the invented employer, as its benefits system keeps them, and the things that happen to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from edi834.model import CarrierId, Group, GroupId

__all__ = [
    "BENEFITS",
    "CARRIER",
    "EMPLOYER",
    "FIRST_NIGHT",
    "GROUP",
    "NAMES",
    "ONE_DAY",
    "OTHER_CARRIER",
    "PLANS",
    "STREETS",
    "SURNAMES",
    "Happening",
    "Kin",
    "Person",
    "Row",
]

GROUP, CARRIER = GroupId("GRP100"), CarrierId("northstar")
OTHER_CARRIER = CarrierId("elsewhere")
BENEFITS = ("medical", "dental", "vision")
PLANS = {"medical": ("PPO500", "HDHP1", "HMO1"), "dental": ("DPPO", "DHMO"), "vision": ("VBASE", "VPLUS")}
EMPLOYER = Group(group_id=GROUP, name="Juniper Ridge Timber Company", tax_id="900000001")
FIRST_NIGHT = date(2026, 11, 1)
ONE_DAY = timedelta(days=1)
NAMES = ("Ann", "Ben", "Cleo", "Dag", "Eva", "Finn", "Gail", "Hugo", "Ida", "Jon", "Kaja", "Leif")
SURNAMES = ("Hollis", "Novak", "Ferreira", "Bergstrom", "Quigley", "Muñoz", "O'Dell", "Saint-Pierre")
STREETS = ("Mill Road", "Pine Street", "Depot Avenue", "Canyon Lane")


@dataclass(frozen=True)
class Happening:
    """One thing that happens: its kind, in which family, to which person or how (``which``), and by how much."""

    kind: str
    family: int
    which: int
    much: int


@dataclass
class Row:
    """One coverage row as the benefits system keeps it."""

    benefit: str
    plan: str
    begin: date
    end: date | None = None
    tier: str | None = None
    premium: Decimal | None = None
    hidden: bool = False
    carrier: CarrierId = CARRIER
    physician: str | None = None
    policy: str | None = None  # where it is not the family's any more

    @property
    def is_open(self) -> bool:
        return self.end is None

    @property
    def is_ours(self) -> bool:
        return self.carrier == CARRIER


@dataclass
class Person:
    """One person; ``hidden`` is gone from the snapshot, ``unreadable`` names fields that cannot be read tonight.

    ``facts`` are further fields of the snapshot; ``others`` the policy numbers of other insurance.
    """

    member_id: str
    relationship: str
    last_name: str
    first_name: str
    birth: date
    gender: str
    ssn: str | None
    street: str
    rows: list[Row] = field(default_factory=list)
    event: str | None = None
    event_date: date | None = None
    mailing: str | None = None
    phone: str | None = None
    hidden: bool = False
    unreadable: set[str] = field(default_factory=set)
    facts: dict[str, Any] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)

    def open_rows(self) -> list[Row]:
        """What is open with our carrier."""
        return [row for row in self.rows if row.is_open and row.is_ours]

    def says(self, event: str, day: date) -> None:
        self.event, self.event_date = event, day


@dataclass
class Kin:
    """A family; ``held`` is quarantined tonight."""

    subscriber_id: str
    people: list[Person]
    number: int
    held: bool = False
    hidden: bool = False
    status: str = "active"
    policy: str = "GRP100"

    @property
    def head(self) -> Person:
        return self.people[0]

    def covered(self, benefit: str) -> list[Person]:
        return [p for p in self.people if any(r.benefit == benefit for r in p.open_rows())]
