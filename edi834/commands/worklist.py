"""``worklist``: the papers for recipients that take no files: list them, print one, note what was done."""

from __future__ import annotations

from pathlib import Path

import click

from edi834.commands.session import Session
from edi834.commands.verb import verb
from edi834.errors import NothingMatchesError, UsageError
from edi834.feed.ledger_port import AuditEntry, State, Transmission

__all__ = ["worklist"]

_PRINTED = "printed"


@click.group(
    "worklist",
    epilog="\b\nEXAMPLE\n  edi834 worklist list\n\n\b\nEXIT STATUS\n  0 done   2 usage   10 nothing of that name",
)
def worklist() -> None:
    """The queue and papers for recipients that take no files."""


@verb("list", statuses=(0, 4, 10), example="edi834 worklist list")
@click.argument("transmission_id", required=False, metavar="[ID]")
@click.pass_obj
def list_(session: Session, transmission_id: str | None) -> int:
    """List the worklists with items left to do: which nobody has printed yet, and which are viewed; by ID its items."""
    if transmission_id is not None:
        return _list_items(session, _found(session, transmission_id))
    open_lists = [t for feed in session.ledger.feeds() for t in session.ledger.transmissions(feed) if _is_open(t)]
    for t in open_lists:
        left, seen = sum(s.waits for s in t.sets), _viewed(session, t)
        shown = f"viewed by {seen.actor}" if seen else "new"
        session.output.line(
            f"{t.transmission_id}  {t.feed_id:<24} of {t.as_of}  {left} of {len(t.sets)} items to do  {shown}"
        )
        session.output.event(
            "worklist",
            transmission=t.transmission_id,
            feed=t.feed_id,
            left=left,
            items=len(t.sets),
            state="viewed" if seen else "new",
            viewed_by=seen.actor if seen else None,
            viewed_at=seen.at.isoformat() if seen else None,
        )
    if not open_lists:
        session.output.line("no worklist has items left to do")
    return session.output.summary(0, worklists=len(open_lists))


def _list_items(session: Session, transmission: Transmission) -> int:
    """Every item of one list: new, viewed, done or stated again, by whom, and what it was confirmed with."""
    seen, zone = _viewed(session, transmission), session.workspace.settings.timezone
    for one in transmission.sets:
        by, at, state = (seen.actor, seen.at, "viewed") if seen else (None, None, "new")
        if one.done_at is not None:
            by, at, state = one.done_by, one.done_at, "done"
        elif one.again_in is not None:
            by, at, state = None, None, "again"
        words = f"again in {one.again_in}" if state == "again" else state
        when = f" by {by}, {at.astimezone(zone):%Y-%m-%d %H:%M}" if at else ""
        number = f", confirmed with {one.confirmation}" if one.confirmation else ""
        session.output.line(
            f"{one.number}  {one.members} {'person' if one.members == 1 else 'people'}  {words}{when}{number}"
        )
        session.output.event(
            "item",
            item=one.number,
            members=one.members,
            state=state,
            by=by,
            at=at.isoformat() if at else None,
            confirmation=one.confirmation,
            again_in=one.again_in,
        )
    left = sum(s.waits for s in transmission.sets)
    return session.output.summary(0, transmission=transmission.transmission_id, items=len(transmission.sets), left=left)


@verb(
    "print", statuses=(0, 4, 6, 10), example='edi834 worklist print 7f3c --out lantern.pdf --reason "monthly mailing"'
)
@click.argument("transmission_id", metavar="ID")
@click.option("--out", "pdf", type=click.Path(path_type=Path), metavar="FILE.pdf", help="The paper.")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE.html", help="Its twin for a screen.")
@click.option("--orientation", type=click.Choice(["portrait", "landscape"]), help="Other than [paper] says.")
@click.option("--reason", required=True, help="Why it is printed: paper shows people; recorded.")
@click.pass_obj
def print_(
    session: Session, transmission_id: str, pdf: Path | None, html: Path | None, orientation: str | None, reason: str
) -> int:
    """Print a worklist: a cover sheet under your letterhead, then a family a block with a box to tick."""
    if pdf is None and html is None:
        raise UsageError("name a file to print to", code="E834-0010", remedy="add --out FILE.pdf or --html FILE.html")
    transmission = _found(session, transmission_id)
    content = session.ledger.sealed_content(transmission.transmission_id)
    files = [str(f) for f in (pdf, html) if f is not None]
    session.ledger.record(_PRINTED, transmission.transmission_id, reason=reason, files=", ".join(files))
    session.wiring.print_worklist(session.workspace, content, pdf=pdf, html=html, orientation=orientation)
    session.output.line(f"printed {transmission.transmission_id} to {' and '.join(files)}")
    return session.output.summary(0, transmission=transmission.transmission_id, files=files)


@verb("done", statuses=(0, 4, 10), example="edi834 worklist done 7f3c/0001 --confirmation A-1029")
@click.argument("item", metavar="ID[/ITEM]")
@click.option("--confirmation", metavar="NO", help="What the recipient confirmed it with.")
@click.pass_obj
def done(session: Session, item: str, confirmation: str | None) -> int:
    """Note that an item was done: only now does it count as reported. Without an item: all of the list's."""
    transmission_id, _, number = item.partition("/")
    transmission = session.ledger.find(transmission_id)
    wanted = [number] if number else [s.number for s in transmission.sets if s.waits]
    for one in wanted:
        session.ledger.item_done(transmission.transmission_id, one, confirmation=confirmation)
    session.output.line(f"{len(wanted)} items of {transmission.transmission_id} are done")
    return session.output.summary(0, transmission=transmission.transmission_id, items=wanted)


def _found(session: Session, transmission_id: str) -> Transmission:
    transmission = session.ledger.find(transmission_id)
    if not transmission.per_item:
        raise NothingMatchesError(
            f"{transmission.transmission_id} is a file of {transmission.feed_id}, not a worklist",
            code="E834-0019",
            remedy="edi834 worklist list",
        )
    return transmission


def _viewed(session: Session, transmission: Transmission) -> AuditEntry | None:
    """Who printed a list last, and when; None while it is new."""
    printed = [e for e in session.ledger.trail(transmission.transmission_id) if e.action == _PRINTED]
    return printed[-1] if printed else None


def _is_open(transmission: Transmission) -> bool:
    return transmission.per_item and transmission.state is State.DELIVERED and any(s.waits for s in transmission.sets)


for _verb in (list_, print_, done):
    worklist.add_command(_verb)
