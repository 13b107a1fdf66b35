"""Finishing: what was planned is rendered, checked, sealed and sent, whoever planned it.

Every step is written down before the next is taken, and whatever stops it leaves the ledger in a state that the next
run understands; what may not be sent at all is refused here, before anything is planned.
What is reported, and why, is decided by ``ship.py`` and ``restate.py``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from edi834.book import FamilyStatement
from edi834.book.payload import Part
from edi834.check.checked import CheckedDocument
from edi834.errors import HeldError
from edi834.feed.kit import FeedKit
from edi834.feed.ledger_port import Lease, State, Transmission
from edi834.feed.profile import FeedProfile, Stage
from edi834.feed.stages import SealedFile
from edi834.feed.upload import hold, send_sealed
from edi834.feed.whereabouts import Whereabouts, whereabouts
from edi834.grants import Record
from edi834.mapping.document import Document, FileFacts
from edi834.model import FamilyRef, GroupId

__all__ = ["finish", "name_template", "parts_of", "require_allowed"]

LARGE = 16 << 20
"""From how many bytes on a file is sealed as a flow, and rests on disk while it is sent."""

MAX_REFUSED_LOGINS = 3
"""Refused logins in a row after which a person must look, so that the carrier does not lock us out (F22)."""


def require_allowed(kit: FeedKit) -> None:
    """Make sure that the feed may send now.

    Raises:
      HeldError: its stage, an operator's stop, refused logins, or an answer that is overdue says no.
    """
    profile, memory = kit.profile, kit.ledger.memory(kit.profile.feed_id)
    if not profile.stage.sends:
        raise HeldError(
            f"{profile.feed_id} is {profile.stage.value}: nothing is sent for it",
            code="E834-0906",
            place=profile.place,
            remedy='set stage = "testing" in its file once its mapping is checked',
        )
    if memory.held_reason is not None:
        raise HeldError(
            f"{profile.feed_id} is stopped: {memory.held_reason}",
            code="E834-0907",
            remedy=f'edi834 release {profile.feed_id} --reason "…"',
        )
    if memory.refused_logins >= MAX_REFUSED_LOGINS:
        raise HeldError(
            f"{profile.feed_id}: the carrier refused our login {memory.refused_logins} runs in a row",
            code="E834-0908",
            remedy=f"edi834 doctor {profile.feed_id} --online  tries once more",
        )
    if profile.answer.overdue == "hold":
        _require_answered(kit)


def _require_answered(kit: FeedKit) -> None:
    """Hold the feed while its newest file's answer is overdue, where the carrier's rule is to wait for it (A08)."""
    profile = kit.profile
    sent = (t for t in kit.ledger.transmissions(profile.feed_id) if t.receipt is not None and not t.state.is_open)
    newest = next(sent, None)
    if newest is None or newest.receipt is None or newest.state is not State.DELIVERED or profile.answer.kind == "none":
        return
    due = newest.receipt.at + timedelta(hours=profile.answer.due_hours)
    if due < kit.clock.now():
        raise HeldError(
            f"{profile.feed_id}: the carrier has not answered {newest.transmission_id}, which was due "
            f"{due.isoformat(timespec='minutes')}",
            code="E834-0948",
            remedy=f"ask the carrier; then edi834 poll {profile.feed_id}, or edi834 ack FILE",
        )


def finish(
    kit: FeedKit,
    lease: Lease,
    transmission: Transmission,
    facts: FileFacts,
    groups: Mapping[GroupId, Record],
    statements: Sequence[FamilyStatement],
) -> Transmission:
    """Render, check, seal and send a planned transmission.

    Raises:
      HeldError: it could not be written or sealed as it was planned; the transmission is held.
      DeliveryError, InDoubtError: as in sending.
    """
    ledger, tid = kit.ledger, transmission.transmission_id
    built = kit.form.build(facts, groups, statements)
    if built.document is None or built.quarantined:
        raise hold(kit, lease, tid, "the file could not be written as it was planned", "E834-0910")
    ledger.rendered(lease, tid, plain_sha256=hashlib.sha256(built.document.content).hexdigest())
    outcome = kit.form.check(built.document)
    if outcome.checked is None:
        first = outcome.findings[0]
        raise hold(kit, lease, tid, f"{first.code} {first.message}", "E834-0911")
    ledger.validated(lease, tid)
    checked, places = outcome.checked, whereabouts(built.document)
    if checked.size >= LARGE:
        # From here on it is only sealed: its tree goes, and what is left of it is a tenth of its size.
        checked = checked.pack()
        del built, outcome
    sealed = _sealed(kit, lease, transmission, checked, places)
    del checked
    return send_sealed(kit, lease, ledger.find(tid), sealed)


def _sealed(
    kit: FeedKit, lease: Lease, transmission: Transmission, checked: CheckedDocument, places: Whereabouts
) -> SealedFile:
    ledger, tid = kit.ledger, transmission.transmission_id
    try:
        sealed = kit.sealer().seal(checked, partial(ledger.keep, transmission.feed_id))
    except HeldError as error:
        ledger.held(lease, tid, reason=f"{error.code} {error.message}")
        raise
    ledger.sealed(
        lease,
        tid,
        content=sealed.content,
        sha256=sealed.sha256,
        recipient_key=sealed.recipient_key,
        unsealed_reason=sealed.unsealed_reason,
        whereabouts=places,
    )
    return sealed


def parts_of(document: Document | None) -> Mapping[FamilyRef, Sequence[Part]]:
    """What a document says of each family, with the numbers of the transaction sets, in order."""
    parts: dict[FamilyRef, list[Part]] = {}
    for one in document.sets if document is not None else ():
        for said in one.statements:
            parts.setdefault(said.target.ref, []).append((one.number, said))
    return parts


def name_template(profile: FeedProfile, local: datetime) -> str:
    """The remote name with everything filled in but the number and reference, which the ledger gives."""
    return (
        profile.remote_name.replace("{feed}", profile.feed_id)
        .replace("{date}", local.strftime("%Y%m%d"))
        .replace("{time}", local.strftime("%H%M%S"))
        .replace("{usage}", "P" if profile.stage is Stage.LIVE else "T")
    )
