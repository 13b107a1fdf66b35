"""Looking at what a feed would say of a snapshot if the carrier knew nobody, and where it is from.

What is not released is not seen here either; what the grant leaves out is named, because that is what one looks for.
Nothing is compared with what was reported, no ledger is opened and nothing is written.
What a run would really report is ``prepare.py``'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from edi834.book import Dialect, FamilyStatement
from edi834.errors import GrantError, NothingMatchesError, Place
from edi834.feed.forms import FlatForm, Form, WorklistForm, X12Form
from edi834.feed.gathered import Gathered
from edi834.feed.kit import FeedKit
from edi834.feed.plan import FeedPlan, decide
from edi834.feed.ports import PlacedTable, SnapshotTable
from edi834.feed.prepare import draft_facts, prepare
from edi834.feed.profile import FeedProfile, Guards, Stage
from edi834.grants import Grant, Record, Release, ReleasedFamily, Selection, decide_release, redact, redact_group
from edi834.mapping.document import FileFacts, FileScope
from edi834.mapping.tracing import (
    FlatTracer,
    Spot,
    TracedFamily,
    TracedSegment,
    Tracer,
    WorklistTracer,
    X12Tracer,
    spots_of,
)
from edi834.model import FamilyRef, FieldPath, Finding, GroupId, MemberRef, shown

__all__ = ["Look", "look", "look_next"]

_NO_KEY = b"nobody is remembered by it"
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Look:
    """A feed, ready to be looked at.

    Attributes:
      profile, form: The feed, and its compiled mapping.
      release: What it may be reported.
      people: How many families the feed covers on that day.
      facts: The facts of a file that is never sent.
      groups: The released values of the employers.
      member: The one person asked for; None for everybody.
      planned: What the next run would report; None where people are reported as if the carrier knew nobody.
    """

    profile: FeedProfile
    form: Form
    rules: Dialect
    release: Release
    facts: FileFacts
    groups: Mapping[GroupId, Record] = field(repr=False)
    refs: tuple[FamilyRef, ...]
    member: MemberRef | None
    _snapshot: SnapshotTable = field(repr=False)
    _selection: Selection = field(repr=False)
    planned: tuple[FamilyStatement, ...] | None = field(default=None, repr=False)

    @property
    def ungranted(self) -> frozenset[FieldPath]:
        """The fields that the mapping uses and that are released of none of the feed's groups."""
        return self.form.uses.difference(*(frozenset(fields) for fields in self.release.fields.values()))

    def statements(self, *, most: int | None = None) -> Iterator[FamilyStatement]:
        """What would be reported the families, of the first ``most`` of them."""
        if self.planned is not None:
            yield from islice(self.planned, most)
            return
        wanted = list(islice(self.refs, most))
        for begin in range(0, len(wanted), _BATCH):
            yield from self._reported(wanted[begin : begin + _BATCH])

    def tracer(self) -> Tracer:
        """What writes families of this feed and says where each value comes from."""
        form = self.form
        if isinstance(form, X12Form):
            return X12Tracer(form.mapping, form.envelope, form.around(self.facts, self.groups))
        if isinstance(form, FlatForm):
            return FlatTracer(form.mapping, form.around(self.facts, self.groups))
        assert isinstance(form, WorklistForm)
        return WorklistTracer(form.mapping, form.around(self.facts, self.groups))

    def traced(self, *, most: int | None = None) -> Iterator[TracedFamily]:
        """What is written of each family; of the person asked for alone, where there is one."""
        tracer = self.tracer()
        for statement in self.statements(most=most):
            family = tracer.family(statement)
            if self.member is not None:
                family = replace(family, members=tuple(m for m in family.members if m.ref == self.member))
            yield family

    def spots(self) -> tuple[Spot, ...]:
        """Every element that the guide or layout has."""
        assert isinstance(self.form, X12Form | FlatForm | WorklistForm)
        return spots_of(self.form.mapping)

    def header(self, *, most: int | None = None) -> tuple[TracedSegment, ...]:
        """What stands around the people of a file that tells of those families."""
        return self.tracer().header(list(self.statements(most=most)))

    def places(self, refs: Collection[FamilyRef]) -> Mapping[MemberRef, Mapping[str, tuple[Place, ...]]]:
        """In which rows of the snapshot these people stand, where the snapshot knows."""
        if not isinstance(self._snapshot, PlacedTable):
            return {}
        return self._snapshot.places(self._selection, refs)

    def _reported(self, refs: Sequence[FamilyRef]) -> Iterator[FamilyStatement]:
        fields = self._selection.fields
        seen = {f.ref: redact(f, fields[f.ref.group_id]) for f in self._snapshot.families(self._selection, refs)}
        yield from decide(
            _all_new(self._snapshot, self._selection, seen, self.form),
            rules=self.rules, guards=Guards(), scope=FileScope.CHANGES,
        ).statements  # fmt: skip


def look(
    profile: FeedProfile,
    form: Form,
    rules: Dialect,
    grants: Sequence[Grant],
    snapshot: SnapshotTable,
    *,
    member: str | None,
    now: datetime,
) -> tuple[Look, tuple[Finding, ...]]:
    """Look at a feed's people.

    Args:
      member: The person asked for, as ``GROUP/MEMBER`` or the member's number; None for everybody.
      now: The moment that the file would be of, in the feed's time zone.

    Raises:
      GrantError: no group of the feed has given a grant.
      NothingMatchesError: the feed covers nobody, or not that person.
    """
    release = decide_release(
        grants, groups=profile.groups, carrier_id=profile.carrier.carrier_id, used=form.uses, day=snapshot.as_of
    )
    if not release.fields:
        first = release.findings[0]
        raise GrantError(first.message, code=first.code, place=first.place, remedy=first.remedy)
    selection = Selection(profile.carrier.carrier_id, profile.benefits, release.fields)
    refs: tuple[FamilyRef, ...] = tuple(sorted(snapshot.digests(selection, _NO_KEY)))
    person = _person(snapshot, selection, refs, member) if member else None
    if not refs:
        raise NothingMatchesError(f"{profile.feed_id} covers nobody in this snapshot", code="E834-0044")
    groups = {g: redact_group(snapshot.groups[g], f) for g, f in release.fields.items() if g in snapshot.groups}
    # Windows keep people back until their day; one who looks wants to see them.
    open_rules = replace(rules, look_forward_days=-1, retro_limit_days=-1, blackout_begin="", blackout_end="")
    asked = (person.family,) if person else refs
    facts = _facts(profile, snapshot, now)
    made = Look(profile, form, open_rules, release, facts, groups, asked, person, snapshot, selection)
    return made, release.findings


def look_next(kit: FeedKit, snapshot: SnapshotTable, *, full: bool, member: str | None) -> tuple[Look, FeedPlan]:
    """Look at what the next run would report, beside what was reported before; nothing is written.

    Args:
      full: Whether everyone is reported instead of the changes.
      member: The person asked for, as in :func:`look`.

    Raises:
      GrantError, HeldError: as :func:`edi834.feed.prepare.prepare`.
      NothingMatchesError: nothing would be reported, or not of that person.
    """
    prepared = prepare(kit, snapshot, full=full)
    selection = Selection(kit.profile.carrier.carrier_id, kit.profile.benefits, prepared.release.fields)
    reported = prepared.plan.statements
    everybody = [one.member.ref for statement in reported for one in statement.members]
    person = next((ref for ref in everybody if member in (f"{ref.group_id}/{ref.member_id}", ref.member_id)), None)
    if not reported or (member and person is None):
        who = shown(member.rpartition("/")[2]) if member else "anybody"
        raise NothingMatchesError(f"the next file would say nothing of {who}", code="E834-0044")
    asked = tuple(one for one in reported if person is None or one.target.ref == person.family)
    facts = draft_facts(kit, prepared.plan, prepared.created)
    made = Look(
        kit.profile, kit.form, kit.rules, prepared.release, facts, prepared.groups,
        tuple(one.target.ref for one in asked), person, snapshot, selection, asked,
    )  # fmt: skip
    return made, prepared.plan


def _facts(profile: FeedProfile, snapshot: SnapshotTable, now: datetime) -> FileFacts:
    return FileFacts(
        feed_id=profile.feed_id,
        control_number=1,
        reference="preview",
        scope=FileScope.CHANGES,
        created=now,
        as_of=snapshot.as_of,
        is_test=profile.stage is not Stage.LIVE,
        remote_name="preview",
    )


def _person(snapshot: SnapshotTable, selection: Selection, refs: Sequence[FamilyRef], wanted: str) -> MemberRef:
    group, _, number = wanted.rpartition("/")
    families = [ref for ref in refs if group in ("", ref.group_id)]
    own = [ref for ref in families if ref.subscriber_id == number]
    for begin in range(0, len(families), _BATCH) if not own else (0,):
        for family in snapshot.families(selection, own or families[begin : begin + _BATCH]):
            for covered in family.members:
                if covered.member.ref.member_id == number:
                    return covered.member.ref
    raise NothingMatchesError(f"the feed covers nobody {shown(number)}", code="E834-0044")


def _all_new(
    snapshot: SnapshotTable,
    selection: Selection,
    seen: Mapping[FamilyRef, ReleasedFamily],
    form: Form,
) -> Gathered:
    """What was gathered where the carrier was never reported anybody."""
    return Gathered(
        as_of=snapshot.as_of,
        snapshot_identity=snapshot.identity,
        selection=selection,
        seen=seen,
        seen_digests={},
        reported={},
        quarantined=frozenset(),
        held_members=0,
        shared=form.shared,
        assigns_codes=form.assigns_codes,
    )
