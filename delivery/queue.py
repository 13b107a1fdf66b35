"""A channel that sends nothing: a worklist is handed to the queue, from which people print it and tick it off.

Its content rests sealed in the ledger, where it already is; handing over is a transmission like any other, and each
item's confirmation is given by a person later (``edi834 worklist done``).
The paper is ``printed.py``'s.
"""

from __future__ import annotations

from collections.abc import Callable

from edi834.errors import HeldError
from edi834.feed.ports import Clock, Phase
from edi834.feed.stages import Found, Receipt, SealedFile
from edi834.model import CarrierId

__all__ = ["PrintedChannel"]


class PrintedChannel:
    """A way to one carrier that takes no files."""

    def __init__(self, carrier_id: CarrierId, clock: Clock) -> None:
        """Open nothing: there is nothing to open."""
        self._carrier_id = carrier_id
        self._clock = clock

    @property
    def carrier_id(self) -> CarrierId:
        """Whose channel it is."""
        return self._carrier_id

    def probe(self, remote_name: str) -> Found | None:  # noqa: ARG002 - the port's
        """Nothing stands at a recipient that takes no files; handing over again is the same act."""
        return None

    def send(self, file: SealedFile, *, attempt: str, on_phase: Callable[[Phase], None]) -> Receipt:  # noqa: ARG002
        """Hand the worklist over to the queue.

        Raises:
          HeldError: it is another carrier's.
        """
        if file.carrier_id != self._carrier_id:
            raise HeldError(
                f"a worklist for {file.carrier_id} was given to the queue of {self._carrier_id}", code="E834-0820"
            )
        for phase in Phase:
            on_phase(phase)
        return Receipt(
            remote_name=file.remote_name,
            size=file.size,
            sha256=file.sha256,
            proof="handed_over",
            verified="none",
            at=self._clock.now(),
            peer="worklist queue",
        )

    def withdraw(self, remote_name: str, *, attempt: str, tries: int = 1) -> bool:  # noqa: ARG002 - the port's
        """Nothing is ever half handed over."""
        return False

    def close(self) -> None:
        """Nothing is held."""
