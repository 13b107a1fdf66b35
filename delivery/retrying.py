"""A channel around a channel: what failed and is safe to repeat is tried again, a few times, further and further apart.

It keeps the port's whole contract: a failure that is not safe to repeat is raised at once, a refused login is never
tried twice (accounts lock), and the last failure is raised when the tries are used up.
Whether the next run tries again is the ledger's to say; chance and sleep are arguments.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from edi834.errors import DeliveryError, LoginRefusedError
from edi834.feed.ports import Channel, Phase
from edi834.feed.stages import Found, Receipt, SealedFile
from edi834.model import CarrierId

__all__ = ["RetryingChannel"]


class RetryingChannel:
    """A channel that tries again."""

    def __init__(
        self,
        channel: Channel,
        *,
        sleep: Callable[[float], None],
        chance: random.Random,
        tries: int = 3,
        first_pause: float = 2.0,
        longest_pause: float = 60.0,
    ) -> None:
        """Wrap a channel.

        Args:
          channel: What does the work.
          sleep: Waits for so many seconds.
          chance: Spreads the pauses, so that many feeds do not knock at one moment.
          tries: How often at most, the first time included.
          first_pause: The pause after the first failure, in seconds; each later one is twice as long.
          longest_pause: No pause is longer.
        """
        self._channel = channel
        self._chance = chance
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._retrying = Retrying(
            sleep=sleep, stop=stop_after_attempt(tries), wait=self._pause, retry=self._is_safe(), reraise=True
        )

    @property
    def carrier_id(self) -> CarrierId:
        """Whose channel it is."""
        return self._channel.carrier_id

    def probe(self, remote_name: str) -> Found | None:
        """Look for a file at the recipient, again where looking failed."""
        return self._retrying.copy()(self._channel.probe, remote_name)

    def send(self, file: SealedFile, *, attempt: str, on_phase: Callable[[Phase], None]) -> Receipt:
        """Deliver the file; try again only while nothing can have arrived."""
        reported: list[Phase] = []
        tries: list[int] = []

        def note(phase: Phase) -> None:
            reported.append(phase)
            on_phase(phase)

        def once() -> Receipt:
            tries.append(1)
            # Each try has temporary names of its own: what the last one left may still be open at the server.
            return self._channel.send(file, attempt=_of_try(attempt, len(tries)), on_phase=note)

        # Once the ledger knows that the name was asked for, what comes next is its to decide.
        is_safe = self._is_safe(unless=lambda: Phase.RENAME_SENT in reported)
        return self._retrying.copy(retry=is_safe)(once)

    def withdraw(self, remote_name: str, *, attempt: str, tries: int = 1) -> bool:
        """Take away what each try of an earlier attempt left behind; what the last one left is the proof."""
        proves = False
        for number in range(1, tries + 1):
            proves = self._retrying.copy()(self._channel.withdraw, remote_name, attempt=_of_try(attempt, number))
        return proves

    def close(self) -> None:
        """Let go of the connection; may be called twice."""
        self._channel.close()

    @staticmethod
    def _is_safe(unless: Callable[[], bool] = lambda: False) -> retry_if_exception:
        return retry_if_exception(
            lambda error: isinstance(error, DeliveryError) and not isinstance(error, LoginRefusedError) and not unless()
        )

    def _pause(self, state: RetryCallState) -> float:
        longest: float = min(self._first_pause * 2 ** (state.attempt_number - 1), self._longest_pause)
        return longest * (0.5 + self._chance.random() / 2)


def _of_try(attempt: str, number: int) -> str:
    """What a try's temporary names are made of."""
    return attempt if number == 1 else f"{attempt}-{number}"
