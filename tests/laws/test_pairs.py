"""Rules go together, whichever a carrier asks for: a dozen short histories keep the laws under every pair of values."""

from __future__ import annotations

from functools import cache
from itertools import combinations

import pytest

from tests.laws.histories import NightOf
from tests.laws.nightly import Feed
from tests.laws.pairs import MODE, Policy, covering_policies, pairs_of, possible_pairs
from tests.laws.policies import VALUES
from tests.laws.test_convergence import live
from tests.laws.world import Happening, World

pytestmark = pytest.mark.laws

REJECTED = frozenset({0})


@cache
def policies() -> list[Policy]:
    return covering_policies()


def night(*happenings: tuple[str, int, int], **how: object) -> NightOf:
    """A night of a first family: what happens, to which person or how, and by how much."""
    return NightOf(tuple(Happening(kind, 0, which, much) for kind, which, much in happenings), **how)  # type: ignore[arg-type]


FAMILY = night(("hire", 3, 16))

HISTORIES = {
    "a termination, corrected twice and taken back": [
        FAMILY, night(("termination", 0, 20)), night(("moved_ending", 0, 10)), night(("moved_ending", 0, 28)),
        night(("reinstatement", 0, 0)),
    ],
    "a birth, and a number that arrives": [FAMILY, night(("twins", 1, 5)), night(("number_arrives", 0, 0))],
    "a divorce and the next spouse": [FAMILY, night(("remarriage", 1, 9)), night(("phone", 0, 0), days=20)],
    "another plan from a day on, taken back": [
        FAMILY, night(("plan_change", 0, 25)), night(("plan_change_rescinded", 0, 0)),
    ],
    "a plan that was wrong from the first day, and a retroactive one": [
        FAMILY, night(("plan_correction", 0, 1)), night(("new_year", 0, 20)), night(("retroactive_plan_change", 0, 3)),
    ],
    "a renewal written ahead, and an end before it": [
        FAMILY, night(("renewal_written_ahead", 0, 20)), night(("termination_before_a_renewal", 2, 8)),
    ],
    "coverage that never took effect": [FAMILY, night(("cancellation", 0, 1)), night(("cancellation", 1, 0))],
    "a corrected first day, and a tier that changed": [
        FAMILY, night(("first_day_corrected", 0, 0)), night(("dependent_ends", 1, 20)), night(("marriage", 2, 20)),
    ],
    "people who are missing, and seen again": [
        FAMILY, night(("vanishing", 1, 2)), night(("reappearing", 0, 0), ("move", 1, 4)),
    ],
    "another policy number, another carrier and a physician": [
        FAMILY, night(("other_policy", 0, 2)), night(("carrier_change", 1, 20)), night(("physician", 0, 1)),
    ],
    "rejections, made good by the next file": [
        FAMILY, night(("plan_change", 0, 18), rejecting=REJECTED), night(("number_corrected", 1, 2)),
        night(("move", 1, 3), rejecting=REJECTED), night(("termination", 0, 16)),
    ],
    "a child who becomes a subscriber, and files sent again": [
        FAMILY, night(("aged_out", 2, 14), again="lost copy"), night(("survivor", 0, 12), again="same_bytes"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES.keys())
def test_the_laws_hold_under_every_pair_of_rules(history: list[NightOf]) -> None:
    for policy in policies():
        rules = {name: value for name, value in policy.items() if name != MODE}
        world = World(tiers_on_dependents=policy["tier"] == "as_is")
        try:
            live(history, Feed(members_per_transaction=4, mode=policy[MODE], rules=rules), world)
        except AssertionError as error:
            raise AssertionError(f"under {dict(policy)}: {error}") from error


def test_every_pair_of_values_is_held_by_a_policy_unless_no_feed_may_have_it() -> None:
    possible = set(possible_pairs())
    held = {pair for policy in policies() for pair in pairs_of(policy)}
    values = {MODE: ("changes", "full_audit", "full_replace"), **VALUES}
    every = {((a, x), (b, y)) for a, b in combinations(values, 2) for x in values[a] for y in values[b]}

    assert possible <= held
    assert {(a[1], b[1]) for a, b in every - possible} == {
        ("correct", "line_plan_and_begin"),
        ("change", "line_plan_and_begin"),
        ("span", "line_plan_and_begin"),
        ("simple", "line_and_plan"),
        ("simple", "line_plan_and_begin"),
        ("subscriber_only", "term_and_add"),
        ("subscriber_only", "close_and_open"),
        ("omission", "never"),
        ("changes", "omission"),
    }
