"""Pairs: few policies that hold every two values of any two rules together, where a feed may have them together.

A policy is put together greedily, around a pair that no other has yet; what the declared reading could not understand
is mended as the checks propose. The mode of the feed is a rule like the others here.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from tests.laws.policies import VALUES, are_consistent, without_contradictions

__all__ = ["MODE", "Pair", "Policy", "covering_policies", "pairs_of", "possible_pairs"]

Policy = Mapping[str, Any]
Pair = tuple[tuple[str, Any], tuple[str, Any]]

MODE = "mode"
_VALUES: Mapping[str, Any] = {MODE: ("changes", "full_audit", "full_replace"), **VALUES}
_TRIES = 25


def covering_policies(seed: int = 0) -> list[Policy]:
    """Policies that hold all pairs that are possible; the same seed gives the same ones."""
    chance = random.Random(seed)
    left = dict.fromkeys(possible_pairs())
    policies: list[Policy] = []
    while left:
        pair = next(iter(left))
        tries = [policy for _ in range(_TRIES) if (policy := _around(pair, left, chance)) is not None]
        best = max(tries, key=lambda policy: sum(one in left for one in pairs_of(policy)))
        policies.append(best)
        for one in pairs_of(best):
            left.pop(one, None)
    return policies


def possible_pairs() -> Iterator[Pair]:
    """Every two values of two rules that a feed may have together, whatever its other rules are."""
    for (one, others), (two, more) in combinations(_VALUES.items(), 2):
        for a in others:
            for b in more:
                if _completed({one: a, two: b}) is not None:
                    yield (one, a), (two, b)


def pairs_of(policy: Policy) -> Iterator[Pair]:
    """The pairs that a policy holds."""
    return combinations(((name, policy[name]) for name in _VALUES), 2)


def _around(pair: Pair, left: Mapping[Pair, None], chance: random.Random) -> Policy | None:
    """A policy with that pair and otherwise with values that other pairs left ask for."""
    wanted = dict(pair)
    for one, two in chance.sample(list(left), min(len(left), 200)):
        candidate = wanted | {one[0]: one[1], two[0]: two[1]}
        if {*wanted.items()} <= {*candidate.items()} and _completed(candidate) is not None:
            wanted = candidate
    rest = {name: chance.choice(values) for name, values in _VALUES.items() if name not in wanted}
    return _mended({**rest, **wanted}, keep=wanted) or _completed(wanted)


def _completed(wanted: Policy) -> Policy | None:
    """The policy of those values and, of all other rules, the first ones that go with them."""
    for decisive in _decisive(wanted):
        mended = _mended({**{n: v[0] for n, v in _VALUES.items()}, **decisive, **wanted}, keep=wanted)
        if mended is not None:
            return mended
    return None


def _decisive(wanted: Policy) -> Iterator[Policy]:
    """Values of the rules on which it depends whether others can be understood."""
    for identity in VALUES["coverage_identity"]:
        for omission in VALUES["omission"]:
            for mode in _VALUES[MODE] if "missing" in wanted else _VALUES[MODE][:1]:
                yield {"coverage_identity": identity, "omission": omission, MODE: mode}


def _mended(policy: Policy, *, keep: Policy) -> Policy | None:
    """The policy as the checks propose it; None where they ask for another value of a rule that is kept."""
    rules = {name: value for name, value in policy.items() if name != MODE}
    mended = {MODE: policy[MODE], **without_contradictions(rules, policy[MODE])}
    kept = all(mended[name] == value for name, value in keep.items())
    return mended if kept and are_consistent(_rules(mended), mended[MODE]) else None


def _rules(policy: Policy) -> dict[str, Any]:
    return {name: value for name, value in policy.items() if name != MODE}
