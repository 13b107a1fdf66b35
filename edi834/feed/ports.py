"""The ports: what a feed needs from the world, as protocols that drivers implement.

Every driver of a port passes the port's contract suite in ``tests/contract``; a port has as few methods as its
callers call. Drivers translate their library's errors into ``edi834/errors.py``'s.
The ledger's port, the largest, is ``ledger_port.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from edi834.book import Elsewhere
from edi834.check.checked import CheckedDocument
from edi834.errors import Place
from edi834.feed.stages import Found, Keep, Receipt, SealedFile, in_memory
from edi834.grants import Selection
from edi834.model import CarrierId, Family, FamilyRef, Finding, Group, GroupId, MemberRef

__all__ = ["Channel", "Clock", "Outbox", "Phase", "PlacedTable", "Sealer", "SnapshotTable", "Waiting"]


class SnapshotTable(Protocol):
    """A snapshot as columns: a million people cost no objects until someone has changed."""

    @property
    def as_of(self) -> date:
        """The day the snapshot speaks of."""

    @property
    def identity(self) -> str:
        """A digest of the snapshot's content, hexadecimal: the same rows give the same identity."""

    @property
    def groups(self) -> Mapping[GroupId, Group]:
        """The employers, by id; a group without a row in ``groups`` stands here by its id alone."""

    @property
    def findings(self) -> Sequence[Finding]:
        """Everything wrong or doubtful in it, quarantined rows included."""

    def quarantined(self, selection: Selection) -> frozenset[FamilyRef]:
        """The families that this selection may not be reported today; what was last reported them stands."""

    def digests(self, selection: Selection, key: bytes) -> Mapping[FamilyRef, bytes]:
        """The digest of each family with a selected coverage, quarantined ones excepted.

        Equal to :func:`edi834.grants.family_digest` over the redacted family.
        """

    def families(self, selection: Selection, refs: Collection[FamilyRef]) -> Iterator[Family]:
        """The families of those references, in sorted order, with their selected coverages only."""

    def elsewhere(self, selection: Selection, refs: Collection[FamilyRef]) -> Elsewhere:
        """The spans that people of those families have in the selected benefits with other carriers.

        Only rows that stand: one that is wrong is evidence of nothing. It gives days, and no other carrier's name.
        """


@runtime_checkable
class PlacedTable(Protocol):
    """A snapshot that also knows in which rows of its source a person stands; it need not."""

    def places(
        self, selection: Selection, refs: Collection[FamilyRef]
    ) -> Mapping[MemberRef, Mapping[str, tuple[Place, ...]]]:
        """By person of those families, the rows of ``members``, ``coverages`` and ``other_insurance``."""


class Sealer(Protocol):
    """Encrypts a checked document for one recipient."""

    def seal(self, document: CheckedDocument, keep: Keep = in_memory) -> SealedFile:
        """Seal the document's content.

        Args:
          document: What to seal.
          keep: Where the sealed bytes of a large document go while they are made.

        Raises:
          KeyRefusedError: the recipient's key is not fit to seal with.
        """


class Phase(StrEnum):
    """How far an upload has come; each is recorded before the next step is taken."""

    CONNECTING = "connecting"
    WRITING = "writing"
    RENAME_SENT = "rename_sent"  # from here on the file may have arrived


class Channel(Protocol):
    """A way to one carrier."""

    @property
    def carrier_id(self) -> CarrierId:
        """Whose channel it is; a file sealed for another carrier is refused."""

    def probe(self, remote_name: str) -> Found | None:
        """Look for a file at the recipient; None where nothing stands under that name.

        Raises:
          DeliveryError: we could not look.
          InDoubtError: the recipient does not let us look.
        """

    def send(self, file: SealedFile, *, attempt: str, on_phase: Callable[[Phase], None]) -> Receipt:
        """Deliver the file, whole, under its own name, never over another.

        Args:
          file: What to deliver.
          attempt: A text, unique to this attempt, for temporary names.
          on_phase: Called, and returned from, before each step.

        Raises:
          DeliveryError: it did not arrive, and a later attempt is safe.
          HeldError: a person must look (wrong host key, other bytes under the name, no permission).
          InDoubtError: it may have arrived.
        """

    def withdraw(self, remote_name: str, *, attempt: str, tries: int = 1) -> bool:
        """Take away what an earlier attempt left under its temporary name.

        Args:
          remote_name: The name the file was to have.
          attempt: The text that the attempt was made under.
          tries: In how many tries; the last one alone can have given the name.

        Returns:
          Whether that proves that the file never got its name, and will not: it stood under the temporary one, and no
          longer does. False proves nothing.

        Raises:
          DeliveryError: we could not ask.
        """

    def close(self) -> None:
        """Let go of the connection; may be called twice."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that waits for us at a carrier.

    Attributes:
      name: Its name, without a path.
      size: Its length in bytes, None where the carrier's side does not say.
      modified: When it was last changed, in seconds since 1970, None where nobody says.
    """

    name: str
    size: int | None
    modified: int | None


class Outbox(Protocol):
    """Where one carrier leaves its answers. All methods raise DeliveryError or HeldError."""

    @property
    def carrier_id(self) -> CarrierId:
        """Whose outbox it is."""

    def list(self) -> Sequence[Waiting]:
        """What waits there, plain files only, by name."""

    def fetch(self, name: str, limit: int) -> bytes:
        """A waiting file's content; what is longer than ``limit`` bytes is cut off one byte behind it."""

    def put_away(self, name: str) -> None:
        """Do with a taken file what the carrier wants done: leave, move or remove it; one that is gone is put away."""

    def close(self) -> None:
        """Let go of the connection; may be called twice."""


class Clock(Protocol):
    """The time, as an argument."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
