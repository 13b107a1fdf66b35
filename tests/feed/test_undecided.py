"""A difference that meets no row of the decision table waits for a person; everybody else is reported."""

from __future__ import annotations

import pytest

from edi834.change import classify
from edi834.change.events import EventKind
from tests.laws.nightly import Feed
from tests.laws.world import Happening, World


def test_nothing_is_reported_of_a_family_that_meets_no_row_and_the_others_are_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, feed = World(), Feed()
    world.happen(Happening("hire", 0, 1, 0))
    feed.run(world.snapshot())
    world.next_night(1)
    world.happen(Happening("termination", 0, 0, 20))
    world.happen(Happening("hire", 0, 0, 0))
    rows = tuple(row for row in classify.FATE_TABLE if row.event is not EventKind.COVERAGE_ENDED)
    monkeypatch.setattr(classify, "FATE_TABLE", rows)

    night = feed.plan(world.snapshot())

    assert night.prepared is not None
    (finding,) = [f for f in night.prepared.plan.findings if f.code == "E834-0962"]
    assert str(finding.about) == "GRP100/E1001"
    assert [str(s.target.ref) for s in night.prepared.plan.statements] == ["GRP100/E1002"]
    assert [str(target.ref) for target in night.prepared.plan.waiting] == ["GRP100/E1001"]

    monkeypatch.undo()
    assert feed.run(world.snapshot()).counts["ended"] == 2
