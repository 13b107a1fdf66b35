"""``resend``: a file once more: the same bytes, corrected, as a copy, or for some of its people."""

from __future__ import annotations

from datetime import datetime

import click

from edi834.commands.session import Session
from edi834.commands.verb import verb
from edi834.errors import UsageError
from edi834.feed.kit import FeedKit
from edi834.feed.ledger_port import Transmission
from edi834.feed.resend import resend_same_bytes
from edi834.feed.restate import How, restate

__all__ = ["resend"]


@verb("resend", statuses=(0, 4, 5, 6, 7, 8, 10, 12), example="edi834 resend 7f3c --same-bytes")
@click.argument("transmission_id", metavar="ID")
@click.option("--same-bytes", is_flag=True, help="The stored bytes under the same name and numbers.")
@click.option("--corrected", is_flag=True, help="A re-submission (BGN01 15) of the newest file, under new numbers.")
@click.option("--copy", "as_copy", is_flag=True, help="An information copy (BGN01 22), under new numbers.")
@click.option("--members", multiple=True, metavar="REF", help="A re-submission for these people only; may be repeated.")
@click.option("--out-of-order", is_flag=True, help="Although a newer file was delivered; needs --reason.")
@click.option("--reason", help="Why; recorded.")
@click.option(
    "--snapshot", "location", metavar="S", help="Where employers' facts are read (default: the one last run)."
)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The snapshot's date (default: its manifest's).")
@click.pass_obj
def resend(
    session: Session,
    transmission_id: str,
    same_bytes: bool,
    corrected: bool,
    as_copy: bool,
    members: tuple[str, ...],
    out_of_order: bool,
    reason: str | None,
    location: str | None,
    as_of: datetime | None,
) -> int:
    """Send a delivered file again.

    The same bytes are a delivery retry: what was reported, and the numbers, stay as they are. A correction, a copy and
    a file for some people have numbers of their own, and name the file they are about.
    """
    if same_bytes + corrected + as_copy + bool(members) != 1:
        raise UsageError(
            "say how to re-send, in one way",
            code="E834-0006",
            remedy=f"edi834 resend {transmission_id} --same-bytes, --corrected, --copy or --members REF",
        )
    if out_of_order and not reason:
        raise UsageError("--out-of-order needs --reason", code="E834-0004", remedy='add --reason "…"')
    transmission = session.ledger.find(transmission_id)
    kit = session.kit(transmission.feed_id)
    if same_bytes:
        return _the_same(session, kit, transmission, out_of_order=out_of_order, reason=reason)
    how = How.COPY if as_copy else How.CORRECTED if corrected else How.MEMBERS
    names = [name for given in members for name in given.replace(",", " ").split()]
    snapshot = session.snapshot(location, as_of and as_of.date())
    sent = restate(
        kit, transmission, snapshot, how, members=names, out_of_order=out_of_order, reason=reason
    )  # fmt: skip
    people = sum(sent.counts.values())
    session.output.line(
        f"{sent.transmission_id} delivered as {sent.remote_name}, number {sent.control_number}: "
        f"{sent.purpose} of {transmission.transmission_id}, {people} people"
    )
    return session.output.summary(
        0, transmission=sent.transmission_id, original=transmission.transmission_id, purpose=sent.purpose,
        control_number=sent.control_number, reference=sent.reference, people=people,
    )  # fmt: skip


def _the_same(
    session: Session, kit: FeedKit, transmission: Transmission, *, out_of_order: bool, reason: str | None
) -> int:
    sent, receipt = resend_same_bytes(kit, transmission, out_of_order=out_of_order, reason=reason)
    proof = receipt or sent.receipt
    how = "stood there already, whole" if proof is not None and proof.proof == "found" else "was put there"
    session.output.line(f"{sent.remote_name} {how}: the same {sent.sealed_size:,} bytes, number {sent.control_number}")
    return session.output.summary(0, transmission=sent.transmission_id, sha256=sent.sealed_sha256)
