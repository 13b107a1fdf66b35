"""Uploading: sealed bytes on their way, each phase written down before the next step is taken.

Every way an upload can end is one transition of the ledger: delivered, to be tried again, held, or in doubt.
The bytes are the stored ones, whichever run sealed them (law 10); sealing is ``ship.py``'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from edi834.errors import DeliveryError, HeldError, InDoubtError, LoginRefusedError
from edi834.faults import point
from edi834.feed.kit import FeedKit
from edi834.feed.ledger_port import Lease, Transmission
from edi834.feed.ports import Channel, Phase
from edi834.feed.stages import SealedFile
from edi834.model import TransmissionId

__all__ = ["attempt_name", "connected", "hold", "send_sealed"]


def attempt_name(fence: int, attempts: int) -> str:
    """What an attempt's temporary names are made of: no two attempts share it, whoever makes them."""
    return f"{fence}-{attempts}"


@contextmanager
def connected(kit: FeedKit, lease: Lease) -> Iterator[Channel]:
    """Give the feed's channel, closed at the end; a login that the carrier refuses on it is counted (F22)."""
    channel = kit.channel()
    try:
        yield channel
    except LoginRefusedError:
        kit.ledger.login_refused(lease, refused=True)
        raise
    finally:
        channel.close()


def hold(kit: FeedKit, lease: Lease, transmission_id: TransmissionId, reason: str, code: str) -> HeldError:
    """Hold a transmission, and give the error that says so."""
    kit.ledger.held(lease, transmission_id, reason=reason)
    return HeldError(
        f"{kit.profile.feed_id}: {reason}; nothing was sent", code=code, remedy=f"edi834 show {transmission_id}"
    )


def send_sealed(
    kit: FeedKit, lease: Lease, transmission: Transmission, sealed: SealedFile | None = None
) -> Transmission:
    """Upload a sealed transmission: the same bytes, whichever run sealed them."""
    ledger, tid = kit.ledger, transmission.transmission_id
    file = sealed or SealedFile(
        carrier_id=transmission.carrier_id,
        remote_name=transmission.remote_name,
        content=ledger.sealed_file(tid),
        sha256=transmission.sealed_sha256 or "",
        recipient_key=transmission.recipient_key,
        unsealed_reason=transmission.unsealed_reason,
    )
    begun = ledger.uploading(lease, tid)
    try:
        with connected(kit, lease) as channel:
            receipt = channel.send(
                file,
                attempt=attempt_name(lease.fence, begun.attempts),
                on_phase=lambda phase: _note_phase(kit, lease, begun, phase),
            )
    except InDoubtError:
        ledger.in_doubt(lease, tid)
        raise
    except DeliveryError as error:
        ledger.upload_failed(lease, tid, error=error.code)
        raise
    except HeldError as error:
        ledger.held(lease, tid, reason=f"{error.code} {error.message}")
        raise
    point("sent")
    ledger.login_refused(lease, refused=False)
    return ledger.delivered(lease, tid, receipt)


def _note_phase(kit: FeedKit, lease: Lease, transmission: Transmission, phase: Phase) -> None:
    kit.ledger.phase(lease, transmission.transmission_id, phase)
    point(f"phase-{phase.value}")
