"""Over any history of plans, deliveries, doubts, rejections and voids, the ledger remembers what a simple model does.

The model is a list of files and, for each family, what each file reported it; it imports nothing of the ledger.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from edi834.errors import HeldError, UsageError
from edi834.feed.ledger_port import Lease, Reported, State, Transmission
from tests.ledger import builders
from tests.ledger.builders import FEED, answer, family, intent, receipt, reported, uploading

SUBSCRIBERS = ("e1", "e2", "e3")
CASES = settings.default.max_examples if settings.default else 50


@dataclass
class File:
    """One file in the model: set number → subscriber → last name reported; which sets stand; what became of it."""

    sets: dict[str, dict[str, str]]
    fate: str = "open"
    reverted: set[str] = field(default_factory=set)
    verdicts: dict[str, str] = field(default_factory=dict)

    def tells(self, subscriber: str) -> str | None:
        return next((names[subscriber] for names in self.sets.values() if subscriber in names), None)


class Histories(RuleBasedStateMachine):
    """One feed, one ledger, opened anew between runs."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="histories"))
        self.files: list[File] = []
        self.names = itertools.count(1)
        self.ids = builders.Ids()

    @initialize()
    def begin(self) -> None:
        self.book = builders.ledger(self.folder, random_ids=self.ids)

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @property
    def newest(self) -> Transmission:
        return self.book.transmissions(FEED)[0]

    def is_open(self) -> bool:
        return bool(self.files) and self.files[-1].fate == "open"

    @precondition(lambda self: not self.is_open())
    @rule(chosen=st.sets(st.sampled_from(SUBSCRIBERS)), halves=st.booleans(), held=st.booleans())
    def plan(self, chosen: set[str], halves: bool, held: bool) -> None:
        sets: dict[str, dict[str, str]] = {}
        for place, subscriber in enumerate(sorted(chosen)):
            number = "0002" if halves and place else "0001"
            sets.setdefault(number, {})[subscriber] = f"Name{next(self.names)}"
        with self.book.lease(FEED) as lease:
            self.book.plan(
                lease, intent(*_reported(sets), key=f"plan {len(self.files)}", held="guard" if held else None)
            )
        self.files.append(File(sets))

    @precondition(lambda self: self.is_open())
    @rule(doubt=st.sampled_from(["none", "arrived", "lost"]))
    def ship(self, doubt: str) -> None:
        with self.book.lease(FEED) as lease:
            transmission = self._upload(lease)
            if doubt == "none":
                self.book.delivered(lease, transmission.transmission_id, receipt(transmission))
            else:
                self.book.in_doubt(lease, transmission.transmission_id)
                arrived = doubt == "arrived"
                self.book.settled(lease, transmission.transmission_id, arrived=arrived, reason="asked")
        self.files[-1].fate = "open" if doubt == "lost" else "delivered"

    def _upload(self, lease: Lease) -> Transmission:
        transmission = self.newest
        if transmission.state is State.HELD:
            transmission = self.book.released(lease, transmission.transmission_id, reason="approved")
        if transmission.state is State.SEALED:
            return self.book.uploading(lease, transmission.transmission_id)
        return uploading(self.book, lease, transmission)

    @precondition(lambda self: self.is_open())
    @rule()
    def void(self) -> None:
        with self.book.lease(FEED) as lease:
            self.book.voided(lease, self.newest.transmission_id, reason="newer snapshot")
        self.files[-1].fate = "voided"

    @precondition(lambda self: any(file.fate == "delivered" for file in self.files))
    @rule(choice=st.integers(min_value=0, max_value=99), letters=st.tuples(*[st.sampled_from("AER")] * 2))
    def answer(self, choice: int, letters: tuple[str, str]) -> None:
        delivered = [number for number, file in enumerate(self.files) if file.fate == "delivered"]
        number = delivered[choice % len(delivered)]
        file = self.files[number]
        said = dict(zip(sorted(file.sets), letters, strict=False))
        sent = self.book.transmissions(FEED)[len(self.files) - 1 - number]
        try:
            self.book.answered(answer(sent, "P", sets=said))
        except HeldError:
            assert any((file.verdicts.get(one, letter) == "R") != (letter == "R") for one, letter in said.items())
        self._take(number, said)

    def _take(self, number: int, said: dict[str, str]) -> None:
        file = self.files[number]
        for one, letter in said.items():
            if one in file.verdicts:
                continue
            file.verdicts[one] = letter
            if letter == "R":
                for subscriber in file.sets[one]:
                    if subscriber not in file.reverted:
                        for later in self.files[number:]:
                            if later.tells(subscriber) is not None:
                                later.reverted.add(subscriber)

    @precondition(lambda self: bool(self.files) and self.files[-1].fate == "delivered")
    @rule()
    def void_too_late(self) -> None:
        with self.book.lease(FEED) as lease, pytest.raises(UsageError):
            self.book.voided(lease, self.newest.transmission_id, reason="too late")

    @rule()
    def open_anew(self) -> None:
        self.book.close()
        self.book = builders.ledger(self.folder, random_ids=self.ids)

    @invariant()
    def the_baseline_is_what_stands(self) -> None:
        tokens = {self.book.token(family(name).ref): name for name in SUBSCRIBERS}
        known = self.book.baseline(FEED, list(tokens))
        reported_names = {tokens[token]: each.family.members[0].values["last_name"] for token, each in known.items()}

        assert reported_names == self._standing()
        assert {token: each.digest for token, each in known.items()} == self.book.baseline_digests(FEED)

    def _standing(self) -> dict[str, str]:
        standing: dict[str, str] = {}
        for file in self.files:
            for names in file.sets.values() if file.fate == "delivered" else ():
                standing.update({name: last for name, last in names.items() if name not in file.reverted})
        return standing

    @invariant()
    def numbers_are_unique_and_history_has_no_gap(self) -> None:
        history = self.book.transmissions(FEED)
        numbers = [each.control_number for each in history if each.control_number is not None]

        assert len(numbers) == len(set(numbers))
        assert [each.sequence for each in history] == list(range(len(self.files), 0, -1))
        assert [each.state.is_open for each in history] == [file.fate == "open" for file in reversed(self.files)]
        assert self.book.verify_trail() is None


def _reported(sets: dict[str, dict[str, str]]) -> list[Reported]:
    return [
        reported(family(name, last_name=last), in_set=number)
        for number, names in sets.items()
        for name, last in names.items()
    ]


Histories.TestCase.settings = settings(max_examples=max(5, CASES // 4), stateful_step_count=20, deadline=None)
TestHistories = pytest.mark.laws(Histories.TestCase)
