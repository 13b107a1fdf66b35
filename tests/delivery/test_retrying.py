"""Trying again: what is safe, a few times, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from delivery.retrying import RetryingChannel
from edi834.errors import DeliveryError, Edi834Error, HeldError, HostKeyRefusedError, InDoubtError, LoginRefusedError
from edi834.feed.ports import Phase
from edi834.feed.stages import Found, Receipt, SealedFile
from edi834.model import CarrierId
from tests.delivery.sealed import NOON, NORTHSTAR, a_file


class Flaky:
    """A channel that fails in the given way a number of times, and then delivers."""

    def __init__(self, error: type[Edi834Error], times: int, after: Phase = Phase.WRITING) -> None:
        self._failures: Iterator[Edi834Error] = iter([error("failed", code="E834-0851") for _ in range(times)])
        self._after = after
        self.attempts: list[str] = []
        self.is_closed = False

    @property
    def carrier_id(self) -> CarrierId:
        return NORTHSTAR

    def probe(self, remote_name: str) -> Found | None:
        self.attempts.append(remote_name)
        for error in self._failures:
            raise error
        return None

    def withdraw(self, remote_name: str, *, attempt: str, tries: int = 1) -> bool:
        self.attempts.append(attempt)
        return attempt == "7-1-2"

    def send(self, file: SealedFile, *, attempt: str, on_phase: Callable[[Phase], None]) -> Receipt:
        self.attempts.append(attempt)
        for phase in Phase:
            on_phase(phase)
            if phase is self._after:
                for error in self._failures:
                    raise error
        return Receipt(file.remote_name, 1, file.sha256, "renamed", "readback", NOON, "folder")

    def close(self) -> None:
        self.is_closed = True


def wrapped(channel: Flaky) -> tuple[RetryingChannel, list[float]]:
    slept: list[float] = []
    return RetryingChannel(channel, sleep=slept.append, chance=random.Random(1), tries=3), slept


def test_a_broken_line_is_tried_again_under_another_temporary_name() -> None:
    channel = Flaky(DeliveryError, 2)
    retrying, slept = wrapped(channel)

    assert retrying.send(a_file(), attempt="7-1", on_phase=lambda phase: None).proof == "renamed"
    assert channel.attempts == ["7-1", "7-1-2", "7-1-3"]
    assert 1 <= slept[0] <= 2 <= slept[1] <= 4


def test_the_last_failure_is_raised() -> None:
    channel = Flaky(DeliveryError, 9)
    retrying, slept = wrapped(channel)

    with pytest.raises(DeliveryError):
        retrying.send(a_file(), attempt="7-1", on_phase=lambda phase: None)

    assert (len(channel.attempts), len(slept)) == (3, 2)


@pytest.mark.parametrize("error", [HeldError, HostKeyRefusedError, InDoubtError, LoginRefusedError])
def test_a_permanent_failure_is_raised_at_once(error: type[Edi834Error]) -> None:
    channel = Flaky(error, 1)
    retrying, slept = wrapped(channel)

    with pytest.raises(error):
        retrying.send(a_file(), attempt="7-1", on_phase=lambda phase: None)

    assert (len(channel.attempts), slept) == (1, [])


def test_after_the_name_was_asked_for_it_is_the_ledgers_to_try_again() -> None:
    channel = Flaky(DeliveryError, 1, after=Phase.RENAME_SENT)
    retrying, _ = wrapped(channel)

    with pytest.raises(DeliveryError):
        retrying.send(a_file(), attempt="7-1", on_phase=lambda phase: None)

    assert channel.attempts == ["7-1"]


def test_looking_is_tried_again_too() -> None:
    channel = Flaky(DeliveryError, 2)
    retrying, slept = wrapped(channel)

    assert retrying.probe("x") is None
    assert (len(channel.attempts), len(slept)) == (3, 2)
    retrying.close()
    assert channel.is_closed
    assert retrying.carrier_id == NORTHSTAR


def test_pauses_are_the_same_for_the_same_chance_and_never_longer_than_allowed() -> None:
    def pauses() -> list[float]:
        slept: list[float] = []
        channel = Flaky(DeliveryError, 20)
        retrying = RetryingChannel(channel, sleep=slept.append, chance=random.Random(7), tries=9, longest_pause=10)
        with pytest.raises(DeliveryError):
            retrying.send(a_file(), attempt="1", on_phase=lambda phase: None)
        return slept

    assert pauses() == pauses()
    assert max(pauses()) <= 10


def test_what_each_try_left_behind_is_withdrawn_and_the_last_ones_proves() -> None:
    channel = Flaky(DeliveryError, 0)
    retrying, _ = wrapped(channel)

    assert retrying.withdraw("a.pgp", attempt="7-1", tries=2)
    assert channel.attempts == ["7-1", "7-1-2"]
    assert not retrying.withdraw("a.pgp", attempt="7-1", tries=3)
    assert not retrying.withdraw("a.pgp", attempt="7-1", tries=0)
