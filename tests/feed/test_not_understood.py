"""Where no statement takes the carrier's book to the desired one, the family waits; everybody else is reported."""

from __future__ import annotations

from typing import Any

import pytest

from edi834.book import FamilyEdit, FamilyStatement, possible, say_changes
from edi834.feed import plan as planning
from edi834.feed.plan import FeedPlan
from edi834.feed.prepare import prepare
from tests.laws.nightly import Feed
from tests.laws.world import Happening, World


def says_nothing_of_ends(edit: FamilyEdit, *args: Any, **words: Any) -> FamilyStatement | None:
    """The statement, without the people who end: it does not say all that there is to say."""
    said = say_changes(edit, *args, **words)
    kept = tuple(m for m in said.members if not m.ends_member) if said is not None else ()
    return FamilyStatement(kept, edit.target, edit.reported) if said is not None else None


def test_nothing_is_reported_of_a_family_whose_statement_is_not_understood_and_the_others_are_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, feed = World(), Feed()
    world.happen(Happening("hire", 0, 1, 0))
    feed.run(world.snapshot())
    world.next_night(1)
    world.happen(Happening("termination", 0, 0, 20))
    world.happen(Happening("hire", 0, 0, 0))
    monkeypatch.setattr(planning, "say_changes", says_nothing_of_ends)
    monkeypatch.setattr(possible, "say_whole", lambda _, edit, __: FamilyStatement((), edit.target, edit.reported))

    plan: FeedPlan = prepare(feed.kit(world.night), world.snapshot(), full=False).plan

    (finding,) = [f for f in plan.findings if f.code == "E834-0962"]
    assert str(finding.about) == "GRP100/E1001"
    assert [str(s.target.ref) for s in plan.statements] == ["GRP100/E1002"]
    assert [str(target.ref) for target in plan.waiting] == ["GRP100/E1001"]

    monkeypatch.undo()
    assert feed.run(world.snapshot()).counts["ended"] == 2
