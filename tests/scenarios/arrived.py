"""What a carrier reads in what arrived: of whom it is told, what is to be done, why, and from or until when.

Each form is read with nothing of the engine: segments are split, columns are cut, a page is read as a page. Words are
those of ``samples/README.md``, where a line of its tables says the same of the same person.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.commands.snapshots import PEOPLE
from tests.samples.test_story import Line

__all__ = ["delimited", "fixed", "people", "worklist", "x12"]

# From the implementation guide's own lists: INS03 and HD01, INS04, HD05.
ACTIONS = {"021": "add", "001": "change", "024": "end", "025": "reinstate", "030": "audit"}
REASONS = {
    "new_hire": "28",
    "rehire": "41",
    "birth": "02",
    "marriage": "32",
    "divorce": "01",
    "death": "03",
    "termination": "08",
    "plan_change": "22",
    "tier_change": "22",
    "address_change": "43",
    "identity_correction": "25",
}
TIERS = {
    "FAM": {"family"},
    "ESP": {"employee_spouse"},
    "ECH": {"employee_child", "employee_children"},
    "E1D": {"employee_child"},
}
# The fixed and the delimited file's own words, from their carriers' layouts.
FIXED_ACTIONS = {"A": "add", "C": "change", "T": "end", "R": "reinstate"}
FIXED_REASONS = {"NH": "new_hire", "RH": "rehire", "MA": "marriage", "TE": "termination", "AC": "address_change"}
DELIMITED_ACTIONS = {"ADD": "add", "CHG": "change", "TRM": "end", "RST": "reinstate"}
DELIMITED_REASONS = {"NEWHIRE": "new_hire", "TERMINATION": "termination", "REHIRE": "rehire"}


@dataclass
class Person:
    """One INS loop, as far as it is looked at."""

    action: str
    reason: str
    family: str = ""
    first_name: str = ""
    ssn: str = ""
    spans: list[list[str]] = field(default_factory=list)

    @property
    def member(self) -> str:
        """Who that is, by the number where there is one, and otherwise by family and first name."""
        return next(
            id
            for id, row in PEOPLE.items()
            if (self.ssn and row.get("ssn") == self.ssn)
            or (not self.ssn and row["subscriber_id"] == self.family and _plain(row["first_name"]) == self.first_name)
        )


def people(content: bytes) -> list[Person]:
    """The people of an 834, in order."""
    found: list[Person] = []
    for segment in content.decode("ascii").split("~"):
        name, *elements = segment.strip().split("*")
        if name == "INS":
            found.append(Person(elements[2], elements[3]))
        elif found and name == "REF" and elements[0] == "0F":
            found[-1].family = elements[1]
        elif found and name == "NM1" and elements[0] in {"IL", "74"}:
            found[-1].first_name = elements[3]
            found[-1].ssn = elements[8] if len(elements) > 8 else ""
        elif found and name == "HD":
            found[-1].spans.append([elements[0], elements[4] if len(elements) > 4 else "", "", ""])
        elif found and name == "DTP" and elements[0] in {"348", "349"} and found[-1].spans:
            found[-1].spans[-1][2 if elements[0] == "348" else 3] = _day(elements[2])
    return found


def x12(content: bytes, day: int, carrier: str, promised: set[Line]) -> set[Line]:
    """An 834's lines. A code that stands for several words is taken as the one that is promised, if it can be."""
    lines = set()
    for person in people(content):
        readings = [
            Line(day, carrier, person.member, ACTIONS[person.action], reason, days)
            for reason in sorted(r for r, code in REASONS.items() if code == person.reason) or [person.reason]
            for days in _days_of(person)
        ]
        lines.add(next((line for line in readings if line in promised), readings[0]))
    return lines


def _days_of(person: Person) -> Iterator[frozenset[str]]:
    """What a person's spans say, in each reading of the tier's code."""
    words = {f"until {end}" for action, _, _, end in person.spans if action == "024"}
    words |= {f"from {begin}" for action, _, begin, _ in person.spans if action in {"021", "025"}}
    for tier in _tiers(person):
        yield frozenset(words | ({f"tier {tier}"} if tier else set()))


def _tiers(person: Person) -> list[str]:
    codes = {tier for action, tier, _, _ in person.spans if action == "001" and tier}
    return sorted(TIERS[codes.pop()]) if codes else [""]


def fixed(content: bytes, day: int, carrier: str) -> set[Line]:
    """The fixed-width file's lines."""
    read = (_cut(record) for record in content.decode("ascii").splitlines() if record.startswith("D"))
    return set(_joined(day, carrier, read))


def _cut(record: str) -> tuple[str, str, str, str, str]:
    """Action, reason, member, first and last day; zeros are no day."""
    widths = (1, 1, 2, 9, 9, 15, 15, 1, 35, 25, 1, 4, 8, 1, 40, 40, 30, 2, 10, 8, 11, 1, 15, 4, 10, 8, 8)
    cut, at = [], 0
    for width in widths:
        cut.append(record[at : at + width].strip())
        at += width
    begin, end = (f"{t[4:]}-{t[:2]}-{t[2:4]}" if t.strip("0") else "" for t in cut[25:27])
    return FIXED_ACTIONS[cut[1]], FIXED_REASONS.get(cut[2], cut[2]), cut[6], begin, end


def delimited(content: bytes, day: int, carrier: str) -> set[Line]:
    """The delimited file's lines."""
    records = (line.split("|") for line in content.decode().splitlines())
    read = ((DELIMITED_ACTIONS[r[1]], DELIMITED_REASONS.get(r[2], r[2]), r[3], r[16], r[17])
            for r in records if r[0] == "D")  # fmt: skip
    return set(_joined(day, carrier, read))


def _joined(day: int, carrier: str, records: Iterator[tuple[str, str, str, str, str]]) -> Iterator[Line]:
    by_person: dict[tuple[str, str, str], set[str]] = {}
    for action, reason, member, begin, end in records:
        words = {"end": f"until {end}", "add": f"from {begin}"}.get(action)
        by_person.setdefault((member, action, reason), set()).update({words} if words else set())
    for (member, action, reason), days in by_person.items():
        yield Line(day, carrier, member, action, reason, frozenset(days))


def worklist(page: str, day: int, carrier: str) -> set[Line]:
    """A printed worklist's lines: a heading a person, rows of what was and what is now, and why."""
    lines = set()
    for block in page.split("<h3>")[1:]:
        text = html.unescape(block)
        heading, _, rest = text.partition("</h3>")
        member = heading.partition("juniper/")[2].partition(":")[0]
        rows = {label: (was, now) for label, was, now in re.findall(
            r'<tr><th scope="row">([^<]*)</th><td>([^<]*)</td><td>([^<]*)</td></tr>', rest)}  # fmt: skip
        why = re.search(r'<p class="why">([^<]*)</p>', rest)
        action = "end" if "member ended" in heading else "add" if _is_new(heading) else "change"
        lines.add(Line(day, carrier, member, action, why[1].replace(" ", "_") if why else "", _days(action, rows)))
    return lines


def _is_new(heading: str) -> bool:
    return any(words in heading for words in ("new enrollment", "dependent added", "reenrolled"))


def _days(action: str, rows: dict[str, tuple[str, str]]) -> frozenset[str]:
    words = set()
    for label, (was, now) in rows.items():
        if label.startswith("Covered to") and was != now:
            words.add(f"until {_american(now)}")
        elif label.startswith("Covered from") and action == "add":
            words.add(f"from {_american(now)}")
        elif label.startswith("Tier") and was != now and action == "change":
            words.add(f"tier {now}")
    return frozenset(words)


def _american(text: str) -> str:
    month, day, year = text.split("/")
    return f"{year}-{month}-{day}"


def _day(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:]}"


def _plain(name: str) -> str:
    spelled = unicodedata.normalize("NFKD", name.replace("ø", "o").replace("ß", "ss"))
    return "".join(c for c in spelled if not unicodedata.combining(c)).upper()
