"""Law 1 under any policy: however a carrier wants changes reported, it then holds what the snapshots say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.laws.histories import NightOf, histories
from tests.laws.nightly import Feed
from tests.laws.policies import policies
from tests.laws.test_convergence import live
from tests.laws.world import Happening

pytestmark = pytest.mark.laws

HIRED = NightOf((Happening("hire", 0, 0, 16),))
BOTH = {"termination": "member_only", "cascade": "subscriber_only"}
PLAN_AND_END = [HIRED, NightOf((Happening("plan_change", 0, 0, 20), Happening("termination", 0, 0, 14)))]

MODES = st.sampled_from(["changes", "changes", "full_audit", "full_replace"])


@given(histories(most=9), MODES.flatmap(lambda mode: st.tuples(st.just(mode), policies(mode))))
@example(PLAN_AND_END, ("changes", BOTH))
def test_the_carrier_holds_the_same_however_it_wants_changes_reported(
    history: list[NightOf], policy: tuple[str, dict[str, Any]]
) -> None:
    mode, rules = policy

    live(history, Feed(members_per_transaction=4, mode=mode, rules=rules))
