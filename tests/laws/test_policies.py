"""Law 1 under any policy: however a carrier wants changes reported, it then holds what the snapshots say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.laws.histories import NightOf, histories
from tests.laws.nightly import Feed
from tests.laws.policies import agreement, policies
from tests.laws.test_convergence import live
from tests.laws.world import Happening
from tests.simulated_carrier import Carrier

pytestmark = pytest.mark.laws

HIRED = NightOf((Happening("hire", 0, 0, 16),))
BOTH = {"termination": "member_only", "cascade": "subscriber_only"}


@given(histories(most=9), policies(), st.sampled_from(["changes", "changes", "full_replace"]))
@example([HIRED, NightOf((Happening("plan_change", 0, 0, 20), Happening("termination", 0, 0, 14)))], BOTH, "changes")
def test_the_carrier_holds_the_same_however_it_wants_changes_reported(
    history: list[NightOf], rules: dict[str, Any], mode: str
) -> None:
    carrier = Carrier(agreement=agreement(rules))

    live(history, Feed(members_per_transaction=4, mode=mode, rules=rules or None, carrier=carrier))
