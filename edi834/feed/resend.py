"""Re-sending: the same bytes under the same name and numbers, because the carrier asked or lost them.

It is a delivery retry and says nothing new: state, baseline and numbers stay as they are (law 10).
A corrected file or a copy has numbers of its own, and is another transmission: ``restate.py``'s.
"""

from __future__ import annotations

from edi834.errors import HeldError
from edi834.feed.kit import FeedKit
from edi834.feed.ledger_port import State, Transmission
from edi834.feed.stages import Receipt, SealedContent, SealedFile
from edi834.feed.upload import attempt_name, send_sealed
from edi834.mapping.document import FilePurpose

__all__ = ["SENT", "newer_file", "refuse_out_of_order", "resend_same_bytes"]

SENT = frozenset({State.DELIVERED, State.ACKNOWLEDGED, State.PARTLY_REJECTED, State.REJECTED})


def resend_same_bytes(
    kit: FeedKit, transmission: Transmission, *, out_of_order: bool = False, reason: str | None = None
) -> tuple[Transmission, Receipt | None]:
    """Send a transmission's stored bytes again.

    Args:
      kit: The feed's kit.
      transmission: Which one.
      out_of_order: Allow it although a newer file of the feed was delivered; needs a reason.
      reason: Why, for the trail.

    Returns:
      The transmission, and the receipt where it had been delivered before; a sealed one that was never delivered is
      delivered now, and carries its receipt itself.

    Raises:
      HeldError: a newer file of the feed was delivered; or it was never sealed; or the carrier's side is not as it
        should be.
      DeliveryError, InDoubtError: as in sending.
    """
    ledger, tid = kit.ledger, transmission.transmission_id
    with ledger.lease(transmission.feed_id) as lease:
        current = ledger.find(tid)
        if current.state is State.SEALED:
            return send_sealed(kit, lease, current), None
        if current.state not in SENT:
            raise HeldError(
                f"{tid} is {current.state.value}: there are no delivered bytes to send again",
                code="E834-0930",
                remedy=f"edi834 show {tid}",
            )
        refuse_out_of_order(kit, current, allowed=out_of_order and bool(reason))
        content = ledger.sealed_file(tid)
        begun = ledger.resending(lease, tid, reason=reason or "the carrier asked for it again")
        receipt = _sent_again(kit, current, content, attempt_name(lease.fence, begun.attempts))
        ledger.record("resent", tid, proof=receipt.proof, verified=receipt.verified, sha256=receipt.sha256)
        return begun, receipt


def _sent_again(kit: FeedKit, sealed: Transmission, content: bytes | SealedContent, attempt: str) -> Receipt:
    digest, key, why = sealed.sealed_sha256 or "", sealed.recipient_key, sealed.unsealed_reason
    file = SealedFile(sealed.carrier_id, sealed.remote_name, content, digest, key, why)
    channel = kit.channel()
    try:
        return channel.send(file, attempt=attempt, on_phase=lambda _: None)
    finally:
        channel.close()


def refuse_out_of_order(kit: FeedKit, transmission: Transmission, *, allowed: bool) -> None:
    """An old file over a newer one would tell the carrier yesterday's truth (T26)."""
    newer = newer_file(kit, transmission)
    if newer is not None and not allowed:
        raise HeldError(
            f"{transmission.transmission_id} is not the newest file of {transmission.feed_id}: "
            f"{newer.transmission_id} was delivered after it",
            code="E834-0931",
            remedy=f"edi834 resend {newer.transmission_id}   or, if the carrier asks for the old one, "
            'add --out-of-order --reason "…"',
        )


def newer_file(kit: FeedKit, transmission: Transmission) -> Transmission | None:
    """The newest file of the feed that was sent after this one; copies for looking at are none."""
    sent = (
        t
        for t in kit.ledger.transmissions(transmission.feed_id)
        if t.sequence > transmission.sequence and t.state in SENT and t.purpose != FilePurpose.COPY
    )
    return next(sent, None)
