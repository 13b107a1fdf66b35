"""``audit books``: the shadow carrier, which reads every file that was taken again and compares with the baseline."""

from __future__ import annotations

import click

from edi834.commands.session import Session
from edi834.commands.verb import verb
from edi834.feed.shadow import BookDifference, Replayed, audit_books
from edi834.model import FeedId

__all__ = ["audit"]


@click.group(
    "audit",
    epilog="\b\nEXAMPLE\n  edi834 audit books\n\n\b\nEXIT STATUS\n  0 done   1 differences found   4 configuration",
)
def audit() -> None:
    """What was sent, looked at again."""


@verb("books", statuses=(0, 4, 10), example="edi834 audit books")
@click.argument("feeds", nargs=-1, metavar="[FEED…]")
@click.pass_obj
def books(session: Session, feeds: tuple[str, ...]) -> int:
    """Read every file that a feed's carrier took again, and compare the book it leads to with the baseline.

    A difference names the family, the field, and the newest file that the family's baseline rests on; exit status 1.
    Files that an earlier mapping wrote are taken as they were meant, because the rules they were written by may have
    been others. A nightly run does the same for the families that it touches.
    """
    different = 0
    for profile in session.chosen_feeds(feeds):
        kit = session.kit(profile.feed_id)
        found = audit_books(session.ledger, profile.feed_id, kit.rules, kit.form.digest)
        different += len(found.differences)
        session.output.line(_line(profile.feed_id, found))
        for one in found.differences:
            session.output.line(f"    {one.member}  {one.field}  {one.transmission_id}")
            session.output.event("difference", **_facts(profile.feed_id, one))
        session.output.event(
            "feed", feed=profile.feed_id, families=found.families, files=found.files,
            of_earlier_mappings=found.of_earlier_mappings, differences=len(found.differences),
        )  # fmt: skip
    return session.output.summary(1 if different else 0, differences=different)


def _line(feed_id: FeedId, found: Replayed) -> str:
    earlier = f", {found.of_earlier_mappings} of earlier mappings" if found.of_earlier_mappings else ""
    what = f"{found.files:>4,} files{earlier}   {found.families:>7,} {'family' if found.families == 1 else 'families'}"
    if not found.differences:
        return f"✓ {feed_id:<24} {what}   as the files say"
    return f"✗ {feed_id:<24} {what}   {len(found.differences):,} otherwise than the files say"


def _facts(feed_id: FeedId, one: BookDifference) -> dict[str, str]:
    return {
        "feed": feed_id,
        "member": str(one.member),
        "field": one.field,
        "transmission": one.transmission_id,
    }


audit.add_command(books)
