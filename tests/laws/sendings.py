"""Files in the ledger in memory: what a re-send asks of it, from the intent to the carrier's answer.

Numbers and references are taken as the port says, one for every file; there are no leases to lose and nothing crashes.
"""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from edi834.feed.ledger_port import Intent, Lease, Reported, State, Transmission, TransmissionSet
from edi834.feed.ports import Phase
from edi834.feed.stages import Receipt, in_memory
from edi834.feed.whereabouts import NOWHERE, Whereabouts
from edi834.mapping.document import FilePurpose
from edi834.model import FeedId, TransmissionId

__all__ = ["Sendings", "Sent", "file_number", "transmission_id"]

_LATER = datetime(9999, 1, 1, tzinfo=UTC)


def transmission_id(file: int) -> TransmissionId:
    return TransmissionId(f"{file:012x}")


def file_number(transmission_id: TransmissionId) -> int:
    return int(transmission_id, 16)


@dataclass
class Sent:
    """One file: what the ledger knows of it, the families it reports, and its bytes once it has any."""

    transmission: Transmission
    reported: tuple[Reported, ...]
    content: bytes = b""
    whereabouts: Whereabouts = field(default_factory=lambda: NOWHERE)


class Sendings:
    """The part of the ledger that keeps files."""

    sent: list[Sent]

    @abstractmethod
    def took_in(self, file: int, reported: Collection[Reported], reported_on: date) -> None:
        """A delivered file's families begin to count."""

    # --- looking ------------------------------------------------------------------------------------------------

    def transmissions(self, feed_id: FeedId) -> Sequence[Transmission]:
        return [one.transmission for one in reversed(self.sent)]

    def find(self, prefix: str) -> Transmission:
        return self._one(TransmissionId(prefix)).transmission

    def open_transmission(self, feed_id: FeedId) -> None:
        return None

    def families_of(self, transmission_id: TransmissionId) -> Sequence[Reported]:
        return self._one(transmission_id).reported

    def sealed_file(self, transmission_id: TransmissionId) -> bytes:
        return self._one(transmission_id).content

    def whereabouts(self, transmission_id: TransmissionId) -> Whereabouts:
        return self._one(transmission_id).whereabouts

    def keep(self, feed_id: FeedId, blocks: Iterable[bytes]) -> tuple[bytes, str]:
        return in_memory(blocks)

    def record(self, action: str, subject: str, **detail: str) -> None:
        """Nobody reads the trail here."""

    @contextmanager
    def lease(self, feed_id: FeedId) -> Iterator[Lease]:
        yield Lease(feed_id, 1, _LATER)

    # --- from the intent to delivery ----------------------------------------------------------------------------

    def plan(self, lease: Lease, intent: Intent) -> Transmission:
        number = len(self.sent) + 1
        reference = f"NS-{number}"
        planned = Transmission(
            transmission_id=transmission_id(number),
            feed_id=intent.feed_id,
            carrier_id=intent.carrier_id,
            sequence=number,
            state=State.PLANNED,
            reference=reference,
            remote_name=intent.remote_name_template.format(control_number=number, reference=reference),
            envelope=intent.envelope,
            control_number=number,
            scope=intent.scope,
            purpose=intent.purpose,
            as_of=intent.as_of,
            snapshot_identity=intent.snapshot_identity,
            mapping_digest=intent.mapping_digest,
            release_digest=intent.release_digest,
            plan_digest=intent.plan_digest,
            created=intent.created,
            is_test=intent.is_test,
            per_item=intent.per_item,
            counts=intent.counts,
            sets=tuple(
                TransmissionSet(one, members, sum(one in t.set_numbers for t in intent.reported), None)
                for one, members in intent.set_members.items()
            ),
            original=intent.original,
        )
        self.sent.append(Sent(planned, tuple(intent.reported)))
        return planned

    def rendered(self, lease: Lease, transmission_id: TransmissionId, *, plain_sha256: str) -> Transmission:
        return self._becomes(transmission_id, State.RENDERED)

    def validated(self, lease: Lease, transmission_id: TransmissionId) -> Transmission:
        return self._becomes(transmission_id, State.VALIDATED)

    def sealed(
        self,
        lease: Lease,
        transmission_id: TransmissionId,
        *,
        content: bytes,
        whereabouts: Whereabouts = NOWHERE,
        **_: object,
    ) -> Transmission:
        one = self._one(transmission_id)
        one.content, one.whereabouts = content, whereabouts
        return self._becomes(transmission_id, State.SEALED)

    def uploading(self, lease: Lease, transmission_id: TransmissionId) -> Transmission:
        return self._becomes(transmission_id, State.UPLOADING)

    def phase(self, lease: Lease, transmission_id: TransmissionId, phase: Phase) -> None:
        """Nothing is interrupted here."""

    def login_refused(self, lease: Lease, *, refused: bool) -> int:
        return 0

    def resending(self, lease: Lease, transmission_id: TransmissionId, *, reason: str) -> Transmission:
        return self.find(transmission_id)

    def delivered(self, lease: Lease, transmission_id: TransmissionId, receipt: Receipt) -> Transmission:
        one = self._one(transmission_id)
        if one.transmission.purpose != FilePurpose.COPY:
            self.took_in(one.transmission.sequence, one.reported, one.transmission.as_of)
        return self._becomes(transmission_id, State.DELIVERED)

    # --- the answer ---------------------------------------------------------------------------------------------

    def verdict(self, file: int, set_number: str, letter: str) -> None:
        """A set's verdict, and what becomes of its file."""
        one = self.sent[file - 1]
        sets = tuple(replace(s, verdict=letter) if s.number == set_number else s for s in one.transmission.sets)
        rejected = [s.verdict == "R" for s in sets]
        state = State.REJECTED if all(rejected) else State.PARTLY_REJECTED if any(rejected) else State.ACKNOWLEDGED
        one.transmission = replace(one.transmission, sets=sets, state=state)

    def _one(self, transmission_id: TransmissionId) -> Sent:
        return self.sent[file_number(transmission_id) - 1]

    def _becomes(self, transmission_id: TransmissionId, state: State) -> Transmission:
        one = self._one(transmission_id)
        content = one.content
        one.transmission = replace(
            one.transmission,
            state=state,
            sealed_sha256=hashlib.sha256(content).hexdigest() if content else None,
            unsealed_reason="it stays in this process" if content else None,
        )
        return one.transmission
