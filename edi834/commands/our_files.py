"""Which files are ours: known again by the digest of what was sent, with the mapping that made their elements.

A file from elsewhere is looked at the same, in a workspace or without one; a workspace that cannot be asked is said,
and keeps nobody from looking.
"""

from __future__ import annotations

from edi834.commands.judged_files import workspace_here
from edi834.commands.session import Session
from edi834.errors import Edi834Error, NothingMatchesError
from edi834.feed.forms import X12Form
from edi834.feed.ledger_values import Transmission
from edi834.report.provenance import Ours, origins_of

__all__ = ["ours_of"]


def ours_of(session: Session, digest: str, feed: str | None) -> Ours | None:
    """What is known of a file with this SHA-256 because it is ours; None where it is not.

    Args:
      session: The invocation.
      digest: Of the file's bytes, in hexadecimal.
      feed: The feed whose file it is, if somebody says so; the ledger is asked all the same.

    Raises:
      NothingMatchesError: there is no feed of that name; E834-0033, it writes no 834.
      ConfigurationError: its mapping cannot be used.
    """
    try:
        if feed is None and workspace_here(session) is None:
            return None
        sent = _sent(session, digest)
        name = feed or (sent.feed_id if sent else None)
        return None if name is None else _of_feed(session, name, sent if sent and sent.feed_id == name else None)
    except Edi834Error as error:
        if feed is not None:
            raise
        session.output.progress(f"whether the file is ours cannot be asked: {error.code} {error.message}")
        return None


def _sent(session: Session, digest: str) -> Transmission | None:
    for feed in session.ledger.feeds():
        for one in session.ledger.transmissions(feed):
            if one.plain_sha256 == digest:
                return one
    return None


def _of_feed(session: Session, name: str, sent: Transmission | None) -> Ours:
    profile = session.profile(name)
    form, _ = session.workspace.ready_form(profile)
    if not isinstance(form, X12Form):
        raise NothingMatchesError(f"{name} writes no 834", code="E834-0033")
    changed = sent is not None and sent.mapping_digest != form.digest
    return Ours(
        profile.feed_id, profile.carrier.name, profile.mapping.name, sent.transmission_id if sent else "", changed,
        origins_of(form.mapping),
    )  # fmt: skip
