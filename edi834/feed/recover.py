"""Recovery: what an earlier run began is finished or voided before anything newer is planned.

Before a byte was sealed, it is voided, and its number burned; sealed bytes are sent; an upload whose fate is unknown
is settled by looking at the recipient's side, and otherwise waits for a person. It is never silently sent twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from edi834.errors import HeldError, InDoubtError
from edi834.feed.kit import FeedKit
from edi834.feed.ledger_port import Lease, State, Transmission
from edi834.feed.ports import Phase
from edi834.feed.stages import Found, Receipt
from edi834.feed.upload import attempt_name, connected, send_sealed

__all__ = ["recover"]

_LOOKED_AT = 3  # attempts whose leavings are looked for; those before were looked for by the runs before
_NOTHING_SEALED = frozenset({State.PLANNED, State.RENDERED, State.VALIDATED})


def recover(kit: FeedKit, lease: Lease) -> Iterator[str]:
    """Finish or void the feed's open transmission; gives in a few words what was done.

    Raises:
      InDoubtError: only a person can tell whether it arrived.
      HeldError: it waits for a person, and cannot be superseded.
      DeliveryError: it could not be sent now, either.
    """
    transmission = kit.ledger.open_transmission(kit.profile.feed_id)
    if transmission is None:
        return
    shown = f"{transmission.transmission_id} of {transmission.as_of}"
    if transmission.state in _NOTHING_SEALED:
        kit.ledger.voided(lease, transmission.transmission_id, reason="an earlier run stopped before it was sealed")
        yield f"voided {shown}: it was not sealed yet"
        return
    if transmission.state is State.HELD:
        yield _supersede(kit, lease, transmission)
        return
    if transmission.state in {State.UPLOADING, State.IN_DOUBT}:
        transmission = _settle(kit, lease, transmission)
        if transmission.state is State.DELIVERED:
            yield f"found {shown} delivered"
            return
    elif transmission.attempts:
        _never_got_its_name(kit, lease, transmission)  # which is known; but what is half written is taken away
    if transmission.state is State.SEALED:
        send_sealed(kit, lease, transmission)
        yield f"delivered {shown}"


def _supersede(kit: FeedKit, lease: Lease, transmission: Transmission) -> str:
    """A held file that was never uploaded gives way to what is true today; the guard looks at that anew."""
    if transmission.attempts:
        raise HeldError(
            f"{kit.profile.feed_id}: {transmission.transmission_id} is held: {transmission.held_reason}",
            code="E834-0913",
            remedy=f"edi834 show {transmission.transmission_id}",
        )
    kit.ledger.voided(lease, transmission.transmission_id, reason="superseded by a newer plan")
    return f"voided {transmission.transmission_id} of {transmission.as_of}: it was held and is planned anew"


def _settle(kit: FeedKit, lease: Lease, transmission: Transmission) -> Transmission:
    """Look at the recipient's side for a file whose upload was interrupted."""
    ledger, tid = kit.ledger, transmission.transmission_id
    found, looked = _look(kit, lease, transmission)
    if found is not None:
        if _is_ours(found, transmission):
            return ledger.delivered(lease, tid, _found_receipt(kit, transmission, found))
        ledger.held(lease, tid, reason="other bytes stand at the carrier under its name")
        raise HeldError(
            f"{kit.profile.feed_id}: other bytes stand at the carrier under {transmission.remote_name}",
            code="E834-0914",
            remedy=f"ask the carrier, then:  edi834 show {tid}",
        )
    rename_sent = transmission.phase is Phase.RENAME_SENT or transmission.state is State.IN_DOUBT
    if not rename_sent:
        _never_got_its_name(kit, lease, transmission)  # which is known; but half a file is taken away with that
        return ledger.upload_failed(lease, tid, error="interrupted")  # nothing can stand under the final name yet
    if looked and _never_got_its_name(kit, lease, transmission):
        return _lost(kit, lease, transmission)
    if looked and found is None:
        # Between the two looks a name may have been given after all.
        found, looked = _look(kit, lease, transmission)
        if found is not None and _is_ours(found, transmission):
            return ledger.delivered(lease, tid, _found_receipt(kit, transmission, found))
    if transmission.state is State.UPLOADING:
        ledger.in_doubt(lease, tid)
    why = "it is not there, but may have been taken in" if looked else "the carrier does not let us look"
    raise InDoubtError(
        f"{kit.profile.feed_id}: {tid} may or may not have arrived as {transmission.remote_name}: {why}",
        code="E834-0915",
        remedy=f"ask the carrier, then:  edi834 resolve {tid} --arrived   or   edi834 resolve {tid} --lost",
    )


def _look(kit: FeedKit, lease: Lease, transmission: Transmission) -> tuple[Found | None, bool]:
    try:
        with connected(kit, lease) as channel:
            return channel.probe(transmission.remote_name), True
    except InDoubtError:
        return None, False


def _never_got_its_name(kit: FeedKit, lease: Lease, transmission: Transmission) -> bool:
    """Whether the last attempt's file still stood under its temporary name; then it no longer does.

    Asked only where the carrier lets us look: a drop box that shows nothing may also say yes to what it did not do. An
    attempt that never came to writing left nothing behind, and nobody knocks for it.
    """
    attempts: list[_Attempt] = []
    for entry in kit.ledger.trail(transmission.transmission_id):
        if entry.action == "uploading" and "fence" in entry.detail:
            attempts.append(_Attempt(attempt_name(int(entry.detail["fence"]), int(entry.detail["attempt"]))))
        elif attempts and entry.action == Phase.CONNECTING.value:  # each try of it begins so
            attempts[-1].tries += 1
        elif attempts and entry.action == Phase.WRITING.value:
            attempts[-1].wrote = True
    left = [attempt for attempt in attempts[-_LOOKED_AT:] if attempt.wrote]
    if not left:
        return False
    proves = False
    try:
        with connected(kit, lease) as channel:
            for attempt in left:  # the last attempt last: it alone may have given the name
                proves = channel.withdraw(transmission.remote_name, attempt=attempt.name, tries=attempt.tries)
        return proves and attempts[-1].wrote
    except InDoubtError:
        return False


@dataclass
class _Attempt:
    """One upload that was begun: the name of its temporary files, its tries, and whether any came to writing."""

    name: str
    tries: int = 0
    wrote: bool = False


def _lost(kit: FeedKit, lease: Lease, transmission: Transmission) -> Transmission:
    """What provably did not arrive is sealed bytes again."""
    tid = transmission.transmission_id
    if transmission.state is State.UPLOADING:
        return kit.ledger.upload_failed(lease, tid, error="not renamed")
    why = "its temporary file still stood at the carrier, and was taken away: it never got its name"
    return kit.ledger.settled(lease, tid, arrived=False, reason=why)


def _is_ours(found: Found, transmission: Transmission) -> bool:
    if found.sha256 is not None:
        return found.sha256 == transmission.sealed_sha256
    return found.size is not None and found.size == transmission.sealed_size


def _found_receipt(kit: FeedKit, transmission: Transmission, found: Found) -> Receipt:
    return Receipt(
        remote_name=transmission.remote_name,
        size=transmission.sealed_size or 0,
        sha256=transmission.sealed_sha256 or "",
        proof="found",
        verified="readback" if found.sha256 is not None else "size",
        at=kit.clock.now(),
        peer=kit.profile.carrier.channel.kind,
    )
