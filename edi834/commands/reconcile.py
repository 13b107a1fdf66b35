"""``reconcile``: a carrier's roster against what was reported and what is true; corrections are planned, then made."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

import click

from edi834.commands.accounts import base_mapping, is_x12, layout_beside
from edi834.commands.session import Session
from edi834.commands.verb import reveal_options, verb
from edi834.errors import HeldError, NothingMatchesError, UsageError
from edi834.feed.forms import FlatForm, X12Form
from edi834.feed.gather import released_fields
from edi834.feed.kit import FeedKit
from edi834.feed.known_differences import KnownDifference
from edi834.feed.ledger_port import MemberReport, MemberVerdict
from edi834.grants import ReleasedFamily, Selection, redact
from edi834.mapping.document import FileScope
from edi834.model import FamilyRef, MemberRef
from edi834.reconcile import Reconciliation, Roster, Row, TrueFamilies, read_flat_roster, read_x12_roster
from edi834.reconcile import reconcile as reconciled
from edi834.reconcile.showing import row_event, row_line

__all__ = ["reconcile"]

_T = TypeVar("_T")
_PORTION = 500
_SHOWN = 50


@verb("reconcile", statuses=(0, 4, 5, 6, 10), example="edi834 reconcile northstar-medical roster.834 --correct")
@click.argument("feed")
@click.argument("file", required=False, type=click.Path(path_type=Path), metavar="CARRIER_FILE")
@click.option(
    "--snapshot", "location", metavar="S", help="What is true: a snapshot; without one, what was reported is."
)
@click.option("--correct", is_flag=True, help="Plan the correction; with --plan ID, make it.")
@click.option("--plan", "plan_id", metavar="ID", help="The planned correction to make; needs --correct.")
@click.option("--accept", metavar="ROW", help="Live with a known difference; needs --reason and --until.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day on which it is lived with.")
@reveal_options
@click.pass_obj
def reconcile(
    session: Session,
    feed: str,
    file: Path | None,
    location: str | None,
    correct: bool,
    plan_id: str | None,
    accept: str | None,
    until: datetime | None,
    reveal: bool,
    reason: str | None,
) -> int:
    """Hold a carrier's roster against what we reported: who is missing, extra, or held otherwise.

    The roster is an 834, or a file of the feed's own layout or of carriers/ID/rosters/FEED.toml. Exit status 1 where
    something differs that nobody lives with. --correct shows who the next run would report again, and --plan ID has it
    do so. Values are masked unless revealed with a reason.
    """
    _require_whole(file, accept, until, correct=correct, plan_id=plan_id, reveal=reveal, reason=reason)
    kit = session.kit(feed)
    if accept is not None and until is not None:
        return _accept(session, kit, accept, until.date(), reason or "")
    assert file is not None
    content = _content(file)
    today = kit.clock.now().astimezone(kit.zone).date()
    truth = _truth(session, kit, location, today) if location is not None else None
    result = reconciled(_reported(kit), _roster(session, kit, content), today, truth)
    known = _remembered(kit, result)
    if reveal:
        session.ledger.record("revealed", kit.profile.feed_id, reason=reason or "", command="reconcile")
    digest = hashlib.sha256(content).hexdigest()
    session.ledger.record(
        "reconciled", kit.profile.feed_id, roster=digest[:16], rows=str(len(result.rows)), matched=str(result.matched)
    )
    shown = _Shown(session, result, known, today, reveal)
    shown.rows()
    return shown.corrected(kit, digest, plan_id) if correct else shown.summed_up()


@dataclass(frozen=True)
class _Shown:
    """A reconciliation on its way to whoever asked."""

    session: Session
    result: Reconciliation
    known: Mapping[Row, KnownDifference]
    today: date
    reveal: bool

    @property
    def open_rows(self) -> list[Row]:
        """Rows that nobody lives with."""
        return [row for row in self.result.rows if not self.known[row].is_accepted(self.today)]

    def rows(self) -> None:
        output = self.session.output
        for n, row in enumerate(self.result.rows):
            if n < _SHOWN:
                output.line(row_line(row, self.known[row], self.today, reveal=self.reveal))
            output.event("difference", **row_event(row, self.known[row], self.today, reveal=self.reveal))
        if len(self.result.rows) > _SHOWN:
            output.line(f"and {len(self.result.rows) - _SHOWN} more: --json gives them all")
        counts = self.result.counts
        words = ", ".join(f"{counts.get(kind, 0)} {kind}" for kind in ("missing", "extra", "different"))
        output.line(
            f"{self.result.reported:,} people reported as covered, {self.result.held:,} in the roster: "
            f"{self.result.matched:,} matched; {words}; {len(self.result.rows) - len(self.open_rows)} lived with"
        )

    def summed_up(self, **facts: object) -> int:
        result = self.result
        return self.session.output.summary(
            1 if self.open_rows else 0, reported=result.reported, held=result.held, matched=result.matched,
            counts=dict(result.counts), open=len(self.open_rows), **facts,
        )  # fmt: skip

    def corrected(self, kit: FeedKit, digest: str, plan_id: str | None) -> int:
        """Plan the correction, or make the one that was planned."""
        output, feed_id = self.session.output, kit.profile.feed_id
        rows = [row for row in self.open_rows if row.is_corrected_by_reporting]
        people: dict[MemberRef, str] = {row.member: self.known[row].row for row in rows if row.member is not None}
        tokens = sorted(self.known[row].row for row in rows)
        plan = hashlib.sha256("\n".join([feed_id, digest, *tokens]).encode()).hexdigest()
        if plan_id is not None and not (plan_id and plan.startswith(plan_id)):
            raise HeldError(f"the correction {plan_id} is not what would be reported now", code="E834-0975")
        left = len(self.open_rows) - len(rows)
        families = len({ref.family for ref in people})
        for ref in sorted(people):
            output.event("correction", member=str(ref), row=people[ref])
        if plan_id is None:
            output.line(f"correction {plan[:12]}: {families} families of {len(people)} people would be reported again")
            for ref in sorted(people)[:_SHOWN]:
                output.line(f"  {ref}")
            if left:
                output.line(f"  {left} rows are not put right by reporting again")
            if people:
                output.line(f"make it:  add  --plan {plan[:12]}")
            return self.summed_up(plan=plan[:12], families=families, people=len(people), left=left)
        verdicts = tuple(
            MemberVerdict(n, ref.member_id, (ref.group_id,), None, people[ref])
            for n, ref in enumerate(sorted(people), 1)
        )
        taken = kit.ledger.member_report(MemberReport(feed_id, plan, verdicts, self.result.matched))
        reverted = sum(taken.reverted.values())
        again = "" if taken.is_new else "; it was made before, and nothing changed"
        output.line(f"correction {plan[:12]}: the next run reports {reverted} families again, whole{again}")
        output.line(f"send it:  edi834 run {feed_id} --snapshot …")
        return output.summary(0, plan=plan[:12], families=reverted, new=taken.is_new, left=left)


def _require_whole(
    file: Path | None,
    accept: str | None,
    until: datetime | None,
    *,
    correct: bool,
    plan_id: str | None,
    reveal: bool,
    reason: str | None,
) -> None:
    if (reveal or accept is not None) and not reason:
        raise UsageError("this needs --reason", code="E834-0004", remedy='add --reason "…"')
    if (accept is not None) != (until is not None) or (accept is None and file is None) or (plan_id and not correct):
        raise UsageError(
            "say what to do: name the carrier's file, or --accept ROW with --until DATE",
            code="E834-0976",
        )


def _accept(session: Session, kit: FeedKit, row: str, until: date, reason: str) -> int:
    known = kit.ledger.accept_difference(kit.profile.feed_id, row, until=until, reason=reason)
    session.output.line(f"{known.row} of {kit.profile.feed_id} is lived with until {known.accepted_until}")
    return session.output.summary(0, row=known.row, until=until.isoformat())


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise NothingMatchesError(f"{file} cannot be read: {error.strerror}", code="E834-0042") from None


def _roster(session: Session, kit: FeedKit, content: bytes) -> Roster:
    form = kit.form
    if is_x12(content):
        if isinstance(form, X12Form):
            envelope = form.envelope_of(FileScope.CHANGES)
            return read_x12_roster(content, form.mapping, {envelope.sender_id, envelope.receiver_id})
        return read_x12_roster(content, base_mapping(), ())
    described = layout_beside(session, kit.profile) or form
    if not isinstance(described, FlatForm):
        raise UsageError(
            f"the roster is no 834, and no layout of it is described for {kit.profile.feed_id}", code="E834-0973"
        )
    return read_flat_roster(content, described.mapping)


def _reported(kit: FeedKit) -> Iterator[Sequence[ReleasedFamily]]:
    """What counts as reported, some hundred families at a time."""
    feed_id = kit.profile.feed_id
    for portion in _portions(kit.ledger.baseline_digests(feed_id)):
        yield [reported.family for reported in kit.ledger.baseline(feed_id, portion).values()]


def _truth(session: Session, kit: FeedKit, location: str, today: date) -> TrueFamilies:
    profile, ledger = kit.profile, kit.ledger
    release, _ = released_fields(profile, kit.form.uses, kit.grants, today)
    snapshot = session.wiring.snapshot(session.workspace, location, None)
    selection = Selection(profile.carrier.carrier_id, profile.benefits, release.fields)
    digests = snapshot.digests(selection, ledger.digest_key)

    def look(refs: Collection[FamilyRef]) -> Mapping[FamilyRef, ReleasedFamily]:
        wanted = [ref for ref in refs if ref in digests]
        return {f.ref: redact(f, release.fields[f.ref.group_id]) for f in snapshot.families(selection, wanted)}

    def unreported() -> Iterator[ReleasedFamily]:
        reported = ledger.baseline_digests(profile.feed_id)
        for portion in _portions(ref for ref in digests if ledger.token(ref) not in reported):
            yield from look(portion).values()

    return TrueFamilies(look, unreported)


def _remembered(kit: FeedKit, result: Reconciliation) -> Mapping[Row, KnownDifference]:
    ledger, feed_id = kit.ledger, kit.profile.feed_id
    tokens = {row: ledger.difference_token(feed_id, row.identity) for row in result.rows}
    known = ledger.differences_seen(feed_id, tokens.values())
    return {row: known[token] for row, token in tokens.items()}


def _portions(items: Iterable[_T]) -> Iterator[list[_T]]:
    rest = iter(items)
    while portion := list(islice(rest, _PORTION)):
        yield portion
