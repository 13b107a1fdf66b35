"""Law 10: the same inputs give the same bytes, whatever the order in which families come or nights were run."""

from __future__ import annotations

import dataclasses
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.histories import NightOf, histories
from tests.laws.nightly import Feed
from tests.laws.world import Happening, World

pytestmark = pytest.mark.laws


@given(histories(most=3), st.randoms(use_true_random=False))
def test_the_same_history_gives_the_same_files(history: list[NightOf], order: random.Random) -> None:
    one, other = Feed(members_per_transaction=3), Feed(members_per_transaction=3)
    world = World()
    for night in history:
        world.next_night(night.days)
        for what in night.happenings:
            world.happen(what)
    shown = world.snapshot()
    people = list(shown.people)
    order.shuffle(people)
    first, again = one.plan(shown), other.plan(dataclasses.replace(shown, people=tuple(people)))

    assert first.content == again.content
    assert first.prepared.plan_digest == again.prepared.plan_digest


def three_nights() -> bytes:
    """The bytes of three nights, one after another."""
    world, feed = World(), Feed()
    files = []
    for happenings in (
        (Happening("hire", 0, 4, 16), Happening("hire", 1, 3, 17)),
        (Happening("birth", 0, 1, 3), Happening("move", 1, 1, 4)),
        (Happening("plan_change", 0, 0, 20), Happening("divorce", 1, 3, 10)),
    ):
        world.next_night(3)
        for what in happenings:
            world.happen(what)
        files.append(feed.run(world.snapshot()).content or b"")
    return b"\n".join(files)


def test_another_process_with_another_hash_seed_writes_the_same_bytes() -> None:
    program = (
        "import sys; from tests.laws.test_determinism import three_nights; sys.stdout.buffer.write(three_nights())"
    )
    written = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]

    assert written[0] == written[1] == three_nights()
    assert written[0].count(b"ISA*") == 3
