"""The places, jobs, plans and prices of the invented company, as tables.

Cities, states, ZIP codes and counties belong together and exist; streets, plans, carriers, providers and prices are
invented.
Who lives, works and is covered where is ``cast.py``'s.
"""

from __future__ import annotations

from decimal import Decimal

__all__ = ["AREAS", "JOBS", "POLICIES", "PREMIUMS", "PROVIDERS", "SITES", "STREETS", "VOLUNTARY_LIFE_RATE"]

SITES = {
    "BOI": (
        ("Boise", "ID", "83704", "Ada"),
        ("Boise", "ID", "83706", "Ada"),
        ("Meridian", "ID", "83642", "Ada"),
        ("Nampa", "ID", "83651", "Canyon"),
    ),
    "MCC": (("McCall", "ID", "83638", "Valley"), ("Donnelly", "ID", "83615", "Valley")),
    "LAG": (("La Grande", "OR", "97850", "Union"), ("Baker City", "OR", "97814", "Baker")),
    "MSO": (("Missoula", "MT", "59801", "Missoula"), ("Missoula", "MT", "59802", "Missoula")),
    "COL": (("Colville", "WA", "99114", "Stevens"), ("Kettle Falls", "WA", "99141", "Stevens")),
}
"""Work location → where its people live: city, state, ZIP, county."""

AREAS = {"BOI": "208", "MCC": "208", "LAG": "541", "MSO": "406", "COL": "509"}
"""Work location → telephone area code."""

STREETS = (
    "Alder Street",
    "Birch Lane",
    "Cottonwood Drive",
    "Larch Avenue",
    "Ponderosa Way",
    "Quail Hollow Road",
    "Sagebrush Court",
    "Tamarack Street",
)

JOBS = {
    "Chief Executive": ("X", "OFFICE", "ADMIN", "", "212000.00"),
    "Controller": ("X", "OFFICE", "ADMIN", "", "148500.00"),
    "HR Manager": ("S", "OFFICE", "ADMIN", "", "91250.00"),
    "Payroll Specialist": ("H", "OFFICE", "ADMIN", "", "26.10"),
    "Accountant": ("S", "OFFICE", "ADMIN", "", "68400.00"),
    "Office Assistant": ("H", "OFFICE", "ADMIN", "", "21.75"),
    "Sales Representative": ("S", "SALES", "ADMIN", "", "74800.00"),
    "Safety Officer": ("S", "MILL", "OPS", "", "66150.00"),
    "Forester": ("S", "FOREST", "OPS", "", "71300.00"),
    "Sawyer": ("U", "MILL", "OPS", "TWL12", "27.40"),
    "Kiln Operator": ("U", "MILL", "OPS", "TWL12", "26.85"),
    "Millwright": ("U", "MAINT", "OPS", "TWL12", "33.20"),
    "Log Truck Driver": ("U", "HAUL", "OPS", "TWL12", "29.05"),
}
"""Job → class, department, division, union, pay for a year or an hour."""

POLICIES = {
    "northstar": "NS440117",
    "cedar": "CD88210",
    "lantern": "LV3071",
    "granite": "GL0057730",
    "harbor": "HF20914",
}
"""Carrier → the company's number there."""

PROVIDERS = (
    ("P204170", "Weiss, Hanna"),
    ("P204988", "Oduya, Samuel"),
    ("P211305", "Peck, Rosalind"),
    ("P219642", "Lindqvist, Victor"),
)
"""Primary-care physicians of HMO1, written family name first."""


def _by_tier(employee: str, spouse: str, child: str, children: str, family: str) -> dict[str, Decimal]:
    names = ("employee", "employee_spouse", "employee_child", "employee_children", "family")
    prices = (employee, spouse, child, children, family)
    return {name: Decimal(price) for name, price in zip(names, prices, strict=True)}


PREMIUMS = {
    "PPO500": _by_tier("642.10", "1348.40", "1027.35", "1219.95", "1861.50"),
    "HDHP1": _by_tier("498.75", "1047.35", "798.00", "947.60", "1446.40"),
    "HMO1": _by_tier("571.20", "1199.50", "913.90", "1085.25", "1656.45"),
    "DHMO": _by_tier("19.40", "38.80", "40.75", "44.60", "62.10"),
    "DPPO": _by_tier("38.25", "76.50", "80.35", "87.95", "122.40"),
    "VIS1": _by_tier("8.15", "15.50", "16.30", "17.95", "24.45"),
}
"""Plan → tier → premium for a month."""

VOLUNTARY_LIFE_RATE = Decimal("0.31")
"""For a thousand of face amount and a month."""
