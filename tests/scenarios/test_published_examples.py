"""The scenarios beside X12's own published examples of 005010X220A1: the same segments, or a reason for what differs.

Of an example only its shape stands here: which segments it has, in which order, with the codes that say what is done.
"""

from __future__ import annotations

import pytest

from tests.scenarios.performed import performed, scenarios

_KNOWN_TO_STAY = "whoever stays a member is reported with the birth date, which the carrier may match by"
_NO_LONGER = "whoever leaves is reported with no more than it takes to find them"
_OWN_WORD = "the snapshot's own word says why"

# The example, the scenario, what the example has, and why ours has something else.
EXAMPLES: dict[str, tuple[str, str, dict[str, str]]] = {
    "add a dependent who studies to an enrollment": (
        "02-dependent-added",
        "INS*N*19*021*28 REF*0F REF*1L DTP*351 NM1*IL DMG NM1*M8 HD*021 DTP*348",
        {
            "DTP*351": "the snapshot has no day on which school ends",
            "DTP*356": "somebody added is reported with a first day of eligibility (RFI 1896)",
        },
    ),
    "add a coverage of a subscriber": (
        "07-one-coverage-begins",
        "INS*Y*18*001*22 REF*0F REF*1L NM1*IL HD*021 DTP*348",
        {"DMG": _KNOWN_TO_STAY, "DTP*303": "the day since which the change holds is reported as well"},
    ),
    "cancel a dependent": (
        "08-dependent-ends--termination-member_only",
        "INS*N*19*024*07 REF*0F REF*1L DTP*357 NM1*IL DMG",
        {"DMG": _NO_LONGER},
    ),
    "change what is known of a member": (
        "16-birth-date-correction",
        "INS*N*19*001*25 REF*0F REF*1L NM1*IL DMG NM1*70 DMG",
        {
            "NM1*IL": "a corrected member is named by 74, the guide's code for one",
            "NM1*74": "see NM1*IL",
            "DTP*303": "the source says on which day it was corrected",
        },
    ),
    "enroll an employee in a managed care product": (
        "01-new-hire-managed-care",
        "INS*Y*18*021*20 REF*0F REF*1L DTP*356 NM1*IL PER N3 N4 DMG HD*021 DTP*348 LX NM1*P3",
        {
            "INS": f"{_OWN_WORD}: a new hire is 28",
            "COB": "our new hire has other insurance, as in the example of several products",
            "DTP*344": "see COB", "NM1*IN": "see COB",
        },
    ),
    "enroll an employee in several products": (
        "01-new-hire",
        "INS*Y*18*021*20 REF*0F REF*1L DTP*356 NM1*IL PER N3 N4 DMG HD*021 DTP*348 COB HD*021 DTP*348 HD*021 DTP*348",
        {
            "INS": f"{_OWN_WORD}: a new hire is 28",
            "COB": "see the managed care product", "HD*021": "two products instead of three", "DTP*348": "see HD*021",
            "AMT": "the premium is reported", "DTP*336": "the day of hire is reported",
            "REF*DX": "the department is reported",
        },
    ),
    "reinstate an employee": (
        "10-reinstated--reinstatement-member_only",
        "INS*Y*18*025*20 REF*0F REF*1L DTP*303 NM1*IL",
        {"DMG": _KNOWN_TO_STAY},
    ),
    "reinstate an employee at the level of the coverage": (
        "10-reinstated",
        "INS*Y*18*025* REF*0F REF*1L NM1*IL HD*025 DTP*348",
        {
            "INS": "reason 20 is reported, as in the first example of a reinstatement",
            "DTP*303": "so is the day since which the membership stands again",
            "DMG": _KNOWN_TO_STAY,
        },
    ),
    "reinstate a member's eligibility": (
        "10-reinstated--reinstatement-member_only",
        "INS*Y*18*025* REF*0F REF*1L NM1*IL",
        {"INS": "see the first example of a reinstatement", "DTP*303": "see INS", "DMG": _KNOWN_TO_STAY},
    ),
    "end the eligibility of a subscriber": (
        "06-termination--termination-member_only",
        "INS*Y*18*024*08 REF*0F REF*1L DTP*357 NM1*IL",
        {"DTP*337": "the last day of employment is reported, too"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_shape_is_the_published_one_or_the_difference_has_a_reason(example: str) -> None:
    name, published, reasons = EXAMPLES[example]
    assert name in scenarios()
    theirs = published.split()
    ours = _shape(performed(name).nights[-1].members, theirs[0].split("*")[1])

    common = [one for one in ours if one in theirs]
    differing = [*_less(ours, theirs), *_less(theirs, ours)]
    assert [d for d in differing if not _has_reason(d, reasons)] == []
    assert [r for r in reasons if not any(_has_reason(d, {r: ""}) for d in differing)] == []
    assert common == [one for one in theirs if one in ours][: len(common)]


def _shape(members: str, who: str) -> list[str]:
    """The segments of the first member of that kind (Y, N), each with what says which it is."""
    loops = [loop.split("\n") for loop in members.replace("\n\n", "\n").split("INS*")[1:]]
    first = next(loop for loop in loops if loop[0].startswith(who))
    return [_named(segment) for segment in [f"INS*{first[0]}", *first[1:]] if segment]


def _named(segment: str) -> str:
    parts = segment.removesuffix("~").split("*")
    kept = {"INS": 5, "HD": 2, "DTP": 2, "REF": 2, "NM1": 2}.get(parts[0], 1)
    return "*".join(parts[:kept])


def _less(some: list[str], others: list[str]) -> list[str]:
    left = list(others)
    return [one for one in some if one not in left or left.remove(one)]  # type: ignore[func-returns-value]


def _has_reason(segment: str, reasons: dict[str, str]) -> bool:
    return any(segment.startswith(start) for start in reasons)
